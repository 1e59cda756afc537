"""B1, C3: what becomes of the loads that set out: who is met and pays a toll, who goes under escort, who bribes.

Firms pay at once; what they pay is what the columns on the way receive. One draw a load decides, addressed as its luck
is. Source: section 6 of the model description.
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
    charged = met & ~escorted
    # by firm: risk under bribes, and what is left of it once a contract has warned
    unseen = (1.0 - firms.bribe_share * (1.0 - p.bribe_detection_factor)) / world.burn_in.protective_effect
    warned = p.contract_effect * (firms.protection == CONTRACT)
    risk = unseen[firm] * (1.0 - p.escort_effect * escorted - warned[firm] * charged)
    protector = np.empty_like(ways)
    protector[:] = NO_ROW
    loads = met.nonzero()[0]
    if len(loads) and world.columns.count:
        escort, below = escorted[loads], guarded[loads]
        spread = np.where(escort, below, reach[loads] - below)
        rank = (draws[loads] - np.where(escort, 0.0, below)) / np.maximum(spread, TINY)
        protector[loads] = _who(world, ways[loads], escort, rank)
    return Marks(charged, escorted, protector, risk)


def _who(world: World, ways: Loads, escorted: NDArray[np.bool_], rank: Array) -> Loads:
    """The column that each load meets: what is left of its draw, `rank`, against the columns' shares of the way."""
    columns, count = world.columns, world.columns.count
    share = np.where(escorted[:, None], columns.guards[ways, :count], columns.tolls[ways, :count])
    reach = share.cumsum(axis=1)
    whole = reach[:, -1]
    found = (reach <= (rank * whole)[:, None]).sum(axis=1)
    who: Loads = np.where(whole > 0.0, np.minimum(found, count - 1), NO_ROW)
    return who


def settle(world: World, ways: Loads, load: Array, sent: Array, marks: Marks) -> None:
    """Firms pay tolls, escorts, gunmen and bribes for the loads of the week; columns receive theirs.

    `sent` (5, F) kg by route and firm.
    """
    firms, columns, flows, p = world.firms, world.columns, world.flows, world.p
    count = columns.count
    tolled = np.bincount(ways, load * marks.charged, sent.size)
    guarded = np.bincount(ways, load * marks.escorted, sent.size) * p.fee_escort
    flows.charged_kg = float(tolled.sum())
    if world.scenario.switches.null_model == "exogenous_fees":
        paid = tolled * p.fee_transit
        columns.fees[:count] = columns.escorts[:count] = 0.0
    else:
        by_toll = tolled[:, None] * columns.tolls[:, :count]
        by_guard = guarded[:, None] * columns.guards[:, :count]
        by_toll.sum(axis=0, out=columns.fees[:count])
        by_guard.sum(axis=0, out=columns.escorts[:count])
        by_toll += by_guard
        paid = by_toll.sum(axis=1)
    by_firm = paid.reshape(sent.shape).sum(axis=0)
    bribes = bribe_cost(world) * sent.sum(axis=0) * (firms.protection == BRIBES)
    security = gunman_wage(world) * firms.gunmen + bribes
    firms.security_cost[:] = security
    firms.capital -= by_firm + security
    flows.transit_fees = float(by_firm.sum())
    flows.security_cost = float(security.sum())
    flows.potential_protection += float((sent * firms.full_fee).sum())
