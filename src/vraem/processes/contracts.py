"""C1: the choice of leaf buyers and of routes, once every four weeks, and the loads that set out.

A multinomial logit over price, haul, fees, perceived risk times value, a risk premium and the shadow price of
capacity. A logit alone cannot move shares as they were observed to move, so capacity rations: the shadow price
rises with the log of the wish over the capacity, and capacity grows while it lasts.
"""

from math import exp, log

import numpy as np
from numpy.typing import NDArray

from vraem.processes import charges
from vraem.processes.processing import stock_factor
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_YEAR
from vraem.world.declarations import UNDER_WAY
from vraem.world.routes import logit_shares, solve_route_constants

FULL_GROWTH_SHADOW_PRICE = 50.0
"""USD/kg of shadow price from which a route's capacity grows at its full rate (parameter table)."""
MEMORY_WEEKS = 4.0
LOADS_WITH_OWN_LUCK = 16
"""Loads of one firm on one route in one week that have a draw of their own; more than that share."""
LEAST_LOAD = 1e-3
"""Kg below which a store is as good as empty."""
LARGEST_TRIP_RISK = 0.95
LEAST_DRIVE = 1e-3
"""Weight that a firm with full stores keeps among the buyers, so that all leaf finds one."""


def prepare(world: World) -> None:
    """Solve the route constants for the base shares of 2012-13 and set the first choices."""
    p, market = world.p, world.market
    base_share = np.array([getattr(p, f"route_base_share_{route}") for route in ROUTES])
    base_share /= base_share.sum()
    utility = route_utility(world)
    constants = solve_route_constants(utility, world.firms.capacity, base_share, _route_scale(world))
    market.route_constant = constants.tolist()
    market.flow_share = base_share.tolist()
    world.flows.capacity = list(market.capacity)
    choose_buyers(world)
    choose_routes(world, slice(None))


def step(world: World) -> None:
    """A quarter of the firms review their routes, buyers' shares are reviewed monthly; then loads set out."""
    if world.week % REVIEW_WEEKS == 0:
        choose_buyers(world)
    # firms take turns: if all chose in one week, they would all flee the full route and all come back
    choose_routes(world, slice(world.week % REVIEW_WEEKS, None, REVIEW_WEEKS))
    wish = _wish(world)
    by_route = np.add.reduce(wish, axis=1)
    _update_shadow_prices(world, by_route)
    _send_loads(world, wish, by_route)


def choose_buyers(world: World) -> None:
    """Share of each community's leaf that each firm buys (F, C), and what that means for local prices."""
    firms, communities, p = world.firms, world.communities, world.p
    # a logit over haul in which a firm counts by what it can take
    drive = firms.capacity * np.maximum(stock_factor(world), LEAST_DRIVE)
    share = communities.purchase_share
    np.multiply(world.routes.leaf_appeal, drive[:, None], out=share)
    share /= share.sum(axis=0)
    buyers = 1.0 / np.einsum("fc,fc->c", share, share)
    # the number of buyers and the haul set only differences between places: means over the area are taken out
    weight = np.maximum(communities.coca_area, 1e-9)
    weight = weight / weight.sum()
    gain = np.log(buyers)
    communities.price_factor[:] = 1.0 + p.local_buyer_gain * (gain - weight @ gain)
    cost = np.einsum("fc,fc->c", share, world.routes.leaf_haul)
    communities.haul_discount[:] = cost - weight @ cost


def choose_routes(world: World, reviewing: slice) -> None:
    """Share of their cargo that the `reviewing` firms wish to send by each route (5, F)."""
    utility = route_utility(world)[:, reviewing] + np.array(world.market.route_constant)[:, None]
    world.firms.route_share[:, reviewing] = logit_shares(utility, _route_scale(world))


def route_utility(world: World) -> NDArray[np.float64]:
    """Value of a kg by route and firm (5, F), USD/kg, without the route constants (C1)."""
    p, routes, market = world.p, world.routes, world.market
    value = routes.value * world.flows.border_price_index
    cash = routes.cash_cost * world.inputs.cost_factor[world.week]
    risk = world.firms.risk_belief
    premium = p.risk_premium_multiplier * np.maximum(risk - p.risk_premium_threshold, 0.0)
    by_route = value - cash - market.shadow_price
    fees = world.firms.fee_cost
    utility: NDArray[np.float64] = by_route[:, None] - routes.haul - fees - (risk + premium) * value[:, None]
    return utility


def _route_scale(world: World) -> float:
    """Noise of the route choice, USD/kg: a share of the cargo's value in normal times.

    It does not follow the price: the constants are in USD/kg too, and a glut would else undo all variety.
    """
    return world.p.route_choice_scale * world.routes.mean_value


def _wish(world: World) -> NDArray[np.float64]:
    """What each firm wants to ship by route this week (5, F), kg."""
    firms = world.firms
    wish: NDArray[np.float64] = firms.route_share * (firms.hcl_stock * world.p.stock_release)
    return wish


def _update_shadow_prices(world: World, wish: NDArray[np.float64]) -> None:
    """Shadow price of capacity, tending to λ = φ max(0, ln(wish / capacity)); capacity grows while λ > 0."""
    market, p = world.market, world.p
    growths, prices = world.routes.capacity_growth.tolist(), market.shadow_price
    for route, (wanted, capacity) in enumerate(zip(wish.tolist(), world.flows.capacity, strict=True)):
        above = max(wanted, 1e-9) / max(capacity, 1e-9)
        price = prices[route]
        if above <= 1.0 and not price:
            continue  # there is room, and has been
        target = p.capacity_shadow_price * max(0.0, log(above))
        price += p.shadow_price_adjust * (target - price)
        prices[route] = price
        speed = min(price / FULL_GROWTH_SHADOW_PRICE, 1.0) * growths[route]
        market.capacity[route] *= exp(speed / WEEKS_A_YEAR)


def _send_loads(world: World, wish: NDArray[np.float64], by_route: NDArray[np.float64]) -> None:
    """Ration the wish pro rata and send whole loads: loads are drawn, or seizures would be biased.

    `by_route` (5,) kg is the wish of all firms.
    """
    stock, flows, per_load = world.firms.hcl_stock, world.flows, world.routes.load
    let_through = np.minimum(1.0, np.array(flows.capacity) / np.maximum(by_route, 1e-9))
    # a firm with less in store than a load sends smaller ones, as often as its wish asks for
    size = np.minimum(per_load[:, None], np.maximum(stock, LEAST_LOAD))
    loads = wish * let_through[:, None] / size
    loads += world.streams.uniform_double("load_rounding", world.week, 0, wish.size).reshape(wish.shape)
    np.floor(loads, out=loads)
    # nor can it send more than it has: what is cut is the last, and each week another route is the last
    turn = (np.arange(len(per_load)) + world.week) % len(per_load)
    sent = np.minimum((loads * size)[turn].cumsum(axis=0), stock)
    sent[1:] -= sent[:-1].copy()
    kg = np.empty_like(sent)
    kg[turn] = sent
    stock -= np.add.reduce(kg)
    np.maximum(stock, 0.0, out=stock)  # what rounding may leave below nothing
    _enter(world, kg)
    flows.hcl_shipped = np.add.reduce(kg, axis=1).tolist()
    # prices follow what the routes let through, not which whole loads happen to leave this week
    _remember_flow(world, (by_route * let_through).tolist())


def _remember_flow(world: World, flow: list[float]) -> None:
    """Four-week mean of the routes' shares of the flow."""
    share, total = world.market.flow_share, sum(flow)
    if total > 0.0:
        for route, moved in enumerate(flow):
            share[route] += (moved / total - share[route]) / MEMORY_WEEKS


def _enter(world: World, kg: NDArray[np.float64]) -> None:
    """Write the loads of `kg` (5, F) as rows of the shipments' table.

    A way is a route of a firm; ways are numbered route after route.
    """
    shipments, routes, firms = world.shipments, world.routes, len(world.firms)
    count = np.ceil(kg / routes.load[:, None] - 1e-9).ravel()
    ways = np.arange(count.size).repeat(count.astype(np.int64))
    firm, load = ways % firms, kg.take(ways) / count.take(ways)
    first, last = shipments.count, shipments.count + len(ways)
    shipments.grow(last)
    new = slice(first, last)
    pace = routes.pace.take(ways)
    shipments.firm[new], shipments.route[new], shipments.load[new] = firm, ways // firms, load
    shipments.progress[new], shipments.pace[new], shipments.status[new] = 0.0, pace, UNDER_WAY
    shipments.cell[new] = routes.waypoints[:, :, 0].take(ways)
    address = _addresses(ways)
    every = count.size * LOADS_WITH_OWN_LUCK
    draw, week = world.streams.uniform, world.week
    shipments.luck[new] = draw("seizure", week, 0, every).take(address)
    marks = charges.mark(world, ways, firm, draw("load_protection", week, 0, every).take(address))
    detection = routes.detection * world.inputs.detection_factor[week]
    risk = (detection[:, None] * routes.control).take(ways)
    risk *= marks.risk
    watched = world.security.control_factor
    if watched is not None:  # controls have moved or were added since the start (D6, D7)
        risk *= watched.take(ways)
    trip = np.minimum(risk, LARGEST_TRIP_RISK)
    shipments.seizure_chance[new] = 1.0 - (1.0 - trip) ** pace
    shipments.protector[new], shipments.escorted[new] = marks.protector, marks.escorted
    shipments.count = last
    charges.settle(world, ways, load, kg, marks)


def _addresses(ways: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each load's draws stand within a week: by route, firm and the number of the load among these.

    So a load that is added elsewhere takes no other load's luck: arms with one seed stay paired. `ways` ascend.
    """
    number = np.arange(len(ways)) - ways.searchsorted(ways)  # less the first load of the way
    return ways * LOADS_WITH_OWN_LUCK + number % LOADS_WITH_OWN_LUCK
