"""B1, C3: what becomes of the loads that set out: who is met and pays a toll, who goes under escort, who bribes.

Firms pay at once; what they pay is what the columns on the way receive. One draw a load decides, addressed as its luck
is. Source: docs/model.md, Protection, bought and sold.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes.tolls import TINY, bribe_cost, gunman_wage
from vraem.world import World
from vraem.world.declarations import BRIBES, CONTRACT
from vraem.world.organisation_tables import NO_ROW

Array = NDArray[np.float64]
Loads = NDArray[np.int64]


class Marks(NamedTuple):
    """What a draw decides for each load (n,): pays a toll, goes under escort; which column; its factor of risk."""

    charged: NDArray[np.bool_]
    escorted: NDArray[np.bool_]
    protector: Loads
    risk: Array


def mark(world: World, ways: Loads, firm: Loads, draws: NDArray[np.float32]) -> Marks:
    """Let each load meet whom it meets on its way, and say what that does to its chance of being stopped."""
    firms, p = world.firms, world.p
    guarded = firms.escorted_share.take(ways)
    reach = guarded + firms.charged_share.take(ways)
    escorted, met = draws < guarded, draws < reach
    charged = met ^ escorted  # who is escorted has been met
    # by firm: risk under bribes, and what is left of it once a contract has warned
    unseen = (1.0 - firms.bribe_share * (1.0 - p.bribe_detection_factor)) / world.burn_in.protective_effect
    warned = p.contract_effect * (firms.protection == CONTRACT)
    risk = unseen.take(firm) * (1.0 - p.escort_effect * escorted - warned.take(firm) * charged)
    if not world.columns.count:
        return Marks(charged, escorted, np.full(len(ways), NO_ROW), risk)
    spread = np.where(escorted, guarded, reach - guarded)
    rank = (draws - guarded * charged) / np.maximum(spread, TINY)
    protector = np.where(met, _who(world, ways, escorted, rank), NO_ROW)
    return Marks(charged, escorted, protector, risk)


def _who(world: World, ways: Loads, escorted: NDArray[np.bool_], rank: Array) -> Loads:
    """The column that each load meets: what is left of its draw, `rank`, against the columns' shares of the way."""
    columns, count = world.columns, world.columns.count
    guards, tolls = columns.guards.take(ways, axis=0), columns.tolls.take(ways, axis=0)
    reach = np.where(escorted[:, None], guards[:, :count], tolls[:, :count]).cumsum(axis=1)
    whole = reach[:, -1]
    found = np.add.reduce(reach <= (rank * whole)[:, None], axis=1)
    who: Loads = np.where(whole > 0.0, np.minimum(found, count - 1), NO_ROW)
    return who


def settle(world: World, ways: Loads, load: Array, sent: Array, marks: Marks) -> None:
    """Firms pay tolls, escorts, gunmen and bribes for the loads of the week; columns receive theirs.

    `sent` (5, F) kg by route and firm.
    """
    firms, columns, flows, p = world.firms, world.columns, world.flows, world.p
    count, total = columns.count, np.add.reduce
    tolled = np.bincount(ways, load * marks.charged, sent.size)
    guarded = np.bincount(ways, load * marks.escorted, sent.size) * p.fee_escort
    flows.charged_kg = float(total(tolled))
    used = sent.ravel().nonzero()[0]
    if world.scenario.switches.null_model == "exogenous_fees":
        paid = tolled.take(used) * p.fee_transit
        columns.fees[:count] = columns.escorts[:count] = 0.0
    else:
        by_toll = tolled.take(used)[:, None] * columns.tolls.take(used, axis=0)[:, :count]
        by_guard = guarded.take(used)[:, None] * columns.guards.take(used, axis=0)[:, :count]
        total(by_toll, axis=0, out=columns.fees[:count])
        total(by_guard, axis=0, out=columns.escorts[:count])
        by_toll += by_guard
        paid = total(by_toll, axis=1)
    by_firm = np.bincount(used % len(firms), paid, len(firms))
    bribes = bribe_cost(world) * total(sent, axis=0) * (firms.protection == BRIBES)
    security = gunman_wage(world) * firms.gunmen + bribes
    firms.security_cost[:] = security
    firms.capital -= by_firm + security
    flows.transit_fees = float(total(by_firm))
    flows.security_cost = float(total(security))
    flows.potential_protection += float(total(sent * firms.full_fee, axis=None))
