"""Loads under way: they move, are stopped or arrive; firms are paid and remember what happened (C2).

Source: docs/model.md, Market and routes. A load that is stopped is lost whole.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.declarations import EXPORTED, SEIZED, UNDER_WAY
from vraem.world.routes import WAYPOINTS

ARRIVED = 1.0 - 1e-4
"""Progress from which a load has arrived; the steps of a journey add up to one only to rounding."""


def step(world: World) -> None:
    """Move every load under way by a week; seize, deliver and pay."""
    shipments, firms = world.shipments, world.firms.count
    first, last = world.first_under_way, shipments.count
    rows = slice(first, last)
    status = shipments.status[rows]
    moving = status == UNDER_WAY
    luck, chance = shipments.luck[rows], shipments.seizure_chance[rows]
    stopped = moving & (luck < chance)
    passing = moving ^ stopped
    # given that it was not stopped, what is left of the draw is uniform again
    np.divide(luck - chance, np.float32(1.0) - chance, out=luck, where=passing)
    progress = shipments.progress[rows]
    np.minimum(progress + shipments.pace[rows], np.float32(1.0), out=progress, where=moving)
    way = shipments.route[rows].astype(np.int64) * firms + shipments.firm[rows]
    # a load that is stopped is found where the week took it
    waypoint = np.rint(progress * (WAYPOINTS - 1)).astype(np.int64)
    shipments.cell[rows] = world.routes.waypoints.take(way * WAYPOINTS + waypoint)
    arrived = passing & (progress >= ARRIVED)
    status[stopped] = SEIZED
    status[arrived] = EXPORTED
    ended = (stopped | arrived).nonzero()[0]
    _settle(
        world, way.take(ended) + stopped.take(ended) * (len(ROUTES) * firms), shipments.load[rows].take(ended)
    )
    still = (status == UNDER_WAY).nonzero()[0]
    world.first_under_way = first + int(still[0]) if len(still) else last


def _settle(world: World, fate: NDArray[np.int64], load: NDArray[np.float32]) -> None:
    """Add up by firm and route what arrived and what was lost, pay the firms and feed their memory.

    Loads (n,) kg whose journey has ended are given by their `fate`: the way (route x firms + firm), and beyond all
    ways once more the ways of those that were stopped.
    """
    firms, flows, p, market, routes = world.firms, world.flows, world.p, world.market, world.routes
    total, shape = np.add.reduce, (2, len(ROUTES), firms.count)
    fates = shape[0] * shape[1] * shape[2]
    delivered, lost = kg = np.bincount(fate, load, fates).reshape(shape)
    flows.hcl_exported, flows.hcl_seized = total(kg, axis=2).tolist()

    price = routes.value * flows.border_price_index
    cash = routes.cash_cost * world.inputs.cost_factor[world.week]
    carried = delivered + lost
    revenue = price @ delivered
    carriage = cash @ carried + total(routes.haul * carried)
    firms.capital += revenue - carriage
    # owners take out what exceeds the working capital of some months of purchases
    target = p.firm_working_capital * WEEKS_A_MONTH * firms.capacity * market.leaf_price
    drawn = np.maximum(firms.capital - target, 0.0)
    firms.capital -= drawn
    flows.export_revenue, flows.transport_cash = float(total(revenue)), float(total(carriage))
    flows.drawings = float(total(drawn))

    passed, seized = np.bincount(fate, minlength=fates).reshape(shape)
    _learn(world, passed, seized)


def _learn(world: World, passed: NDArray[np.int64], seized: NDArray[np.int64]) -> None:
    """C2: Beta update of the perceived risk of each route, with memory (switch: salience weighting).

    `trafficker_learning` is the weight that the newest year has in the memory. A firm knows what its protection is
    worth: the prior is the usual risk under its shield (C3).
    """
    firms, p = world.firms, world.p
    retention = (1.0 - p.trafficker_learning) ** (1.0 / WEEKS_A_YEAR)
    weight = p.salience_weight if world.scenario.switches.risk_belief == "salience" else 1.0
    lost, passed_on = firms.seized_memory, firms.passed_memory
    lost *= retention
    passed_on *= retention
    lost += weight * seized
    passed_on += passed
    prior = p.trafficker_prior_loads
    events = (prior * world.routes.detection)[:, None] * firms.shield + lost
    np.divide(events, prior + lost + passed_on, out=firms.risk_belief)
