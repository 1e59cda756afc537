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

WRITES: dict[str, tuple[str, ...]] = {
    "firms": ("capital", "security_cost"),
    "columns": ("fees", "escorts"),
    "shipments": ("protector", "escorted"),
}

Loads = NDArray[np.int64]


class Marks(NamedTuple):
    """What a draw decides for each load (n,): pays a toll, goes under escort; which column; its factor of risk."""

    charged: NDArray[np.bool_]
    escorted: NDArray[np.bool_]
    protector: NDArray[np.int64]
    risk: NDArray[np.float64]


def mark(world: World, route: Loads, firm: Loads, draws: NDArray[np.float32]) -> Marks:
    """Let each load meet whom it meets, and say what that does to its chance of being stopped."""
    firms, p = world.firms, world.p
    guarded = firms.escorted_share[route, firm]
    escorted = draws < guarded
    charged = ~escorted & (draws < guarded + firms.charged_share[route, firm])
    warned = charged & (firms.protection[firm] == CONTRACT)
    bribed = 1.0 - firms.bribe_share[firm] * (1.0 - p.bribe_detection_factor)
    seen = 1.0 - p.escort_effect * escorted - p.contract_effect * warned
    protector = np.full(len(route), NO_ROW, dtype=np.int64)
    rank = (draws - guarded) / np.maximum(firms.charged_share[route, firm], TINY)
    ways = route * len(firms) + firm
    _meet(world, protector, ways, charged, rank, "tolls")
    _meet(world, protector, ways, escorted, draws / np.maximum(guarded, TINY), "guards")
    return Marks(charged, escorted, protector, bribed * seen / world.burn_in.protective_effect)


def _meet(
    world: World,
    protector: NDArray[np.int64],
    ways: Loads,
    which: NDArray[np.bool_],
    rank: NDArray[np.float64],
    share: str,
) -> None:
    """Which column each of the loads `which` meets: what is left of its draw, `rank`, against the columns' shares."""
    columns = world.columns
    loads = np.flatnonzero(which)
    if not len(loads) or not columns.count:
        return
    reach = np.cumsum(columns.__dict__[share][ways[loads], : columns.count], axis=1)
    place = (reach <= rank[loads, None] * reach[:, -1:]).sum(axis=1)
    found = np.minimum(place, columns.count - 1)
    protector[loads] = np.where(reach[:, -1] > 0.0, found, NO_ROW)


def settle(world: World, ways: Loads, load: NDArray[np.float64], marks: Marks) -> None:
    """Firms pay tolls, escorts, gunmen and bribes for the loads of the week; columns receive theirs."""
    firms, columns, flows, p = world.firms, world.columns, world.flows, world.p
    count, size = columns.count, columns.exposure.shape[0]
    tolled = np.bincount(ways[marks.charged], load[marks.charged], size)
    guarded = np.bincount(ways[marks.escorted], load[marks.escorted], size) * p.fee_escort
    sent = np.bincount(ways, load, size).reshape(-1, len(firms))
    flows.charged_kg = float(tolled.sum())
    if world.scenario.switches.null_model == "exogenous_fees":
        paid = tolled * p.fee_transit
        columns.fees[:count] = columns.escorts[:count] = 0.0
    else:
        tolls, guards = columns.tolls[:, :count], columns.guards[:, :count]
        columns.fees[:count] = tolled @ tolls
        columns.escorts[:count] = guarded @ guards
        paid = tolled * tolls.sum(axis=1) + guarded * guards.sum(axis=1)
    by_firm = paid.reshape(-1, len(firms)).sum(axis=0)
    bribes = bribe_cost(world) * sent.sum(axis=0) * (firms.protection == BRIBES)
    firms.security_cost[:] = gunman_wage(world) * firms.gunmen + bribes
    firms.capital -= by_firm + firms.security_cost
    flows.transit_fees = float(by_firm.sum())
    flows.security_cost = float(firms.security_cost.sum())
    flows.potential_protection = float((sent * firms.full_fee).sum())
