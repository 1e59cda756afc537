"""Loads under way: they move, are stopped or arrive; firms are paid and remember what happened (C2).

Source: section 6 of the model description. A load that is stopped is lost whole.
"""

import numpy as np

from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.declarations import EXPORTED, SEIZED, UNDER_WAY
from vraem.world.routes import WAYPOINTS

ARRIVED = 1.0 - 1e-4
"""Progress from which a load has arrived; the steps of a journey add up to one only to rounding."""


def step(world: World) -> None:
    """Move every load under way by a week; seize, deliver and pay."""
    shipments = world.shipments
    first, last = world.first_under_way, shipments.count
    rows = slice(first, last)
    status = shipments.status[rows]
    moving = status == UNDER_WAY
    luck, chance = shipments.luck[rows], shipments.seizure_chance[rows]
    stopped = moving & (luck < chance)
    # given that it was not stopped, what is left of the draw is uniform again
    np.divide(luck - chance, np.float32(1.0) - chance, out=luck, where=moving & ~stopped)
    progress = shipments.progress[rows]
    progress[moving] = np.minimum(progress[moving] + shipments.pace[rows][moving], 1.0)
    # a load that is stopped is found where the week took it
    waypoint = np.rint(progress * (WAYPOINTS - 1)).astype(np.int64)
    shipments.cell[rows] = world.routes.waypoints[shipments.route[rows], shipments.firm[rows], waypoint]
    arrived = moving & ~stopped & (progress >= ARRIVED)
    status[stopped] = SEIZED
    status[arrived] = EXPORTED
    _settle(world, rows, stopped, arrived)
    still = np.flatnonzero(status == UNDER_WAY)
    world.first_under_way = first + int(still[0]) if len(still) else last


def _settle(world: World, rows: slice, stopped: np.ndarray, arrived: np.ndarray) -> None:
    """Add up by firm and route what was lost and what arrived, pay the firms and feed their memory."""
    firms, flows, p, market = world.firms, world.flows, world.p, world.market
    count = len(firms)
    shape = (len(ROUTES), count)
    shipments = world.shipments
    place = shipments.route[rows].astype(np.int64) * count + shipments.firm[rows]
    load = shipments.load[rows].astype(np.float64)

    def by_route_and_firm(which: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        chosen = None if weight is None else weight[which]
        return np.bincount(place[which], chosen, shape[0] * count).reshape(shape)

    delivered, lost = by_route_and_firm(arrived, load), by_route_and_firm(stopped, load)
    flows.hcl_exported = delivered.sum(axis=1).tolist()
    flows.hcl_seized = lost.sum(axis=1).tolist()

    price = world.routes.value * flows.border_price_index
    cash = world.routes.cash_cost * np.array(world.inputs.cost_factor[world.week])
    revenue = price @ delivered
    carriage = cash @ (delivered + lost) + (world.routes.haul * (delivered + lost)).sum(axis=0)
    firms.capital += revenue - carriage
    # owners take out what exceeds the working capital of some months of purchases
    target = p.firm_working_capital * WEEKS_A_MONTH * firms.capacity * market.leaf_price
    drawn = np.maximum(firms.capital - target, 0.0)
    firms.capital -= drawn
    flows.export_revenue, flows.transport_cash = float(revenue.sum()), float(carriage.sum())
    flows.drawings = float(drawn.sum())

    passed, seized = by_route_and_firm(arrived), by_route_and_firm(stopped)
    _learn(world, passed, seized)


def _learn(world: World, passed: np.ndarray, seized: np.ndarray) -> None:
    """C2: Beta update of the perceived risk of each route, with memory (switch: salience weighting).

    `trafficker_learning` is the weight that the newest year has in the memory. A firm knows what its protection is
    worth: the prior is the usual risk under its shield (C3).
    """
    firms, p = world.firms, world.p
    retention = (1.0 - p.trafficker_learning) ** (1.0 / WEEKS_A_YEAR)
    weight = p.salience_weight if world.scenario.switches.risk_belief == "salience" else 1.0
    firms.seized_memory *= retention
    firms.passed_memory *= retention
    firms.seized_memory += weight * seized
    firms.passed_memory += passed
    prior = p.trafficker_prior_loads
    events = prior * world.routes.detection[:, None] * firms.shield + firms.seized_memory
    firms.risk_belief[:] = events / (prior + firms.seized_memory + firms.passed_memory)
