"""Contracts, loads under way and what firms learn of the routes (C1, C2), one function a rule."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vraem.valley import ROUTES
from vraem.world import Streams, World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.declarations import EXPORTED, SEIZED, UNDER_WAY

from .draws import CHOICE_MARGIN, LOAD_MARGIN, clear_draw
from .firms import Firm, willingness
from .growers import Community
from .growers_model import MarketScalars
from .protection import Protectors, terms_of

if TYPE_CHECKING:
    from vraem.scenario import Parameters

FULL_GROWTH_SHADOW_PRICE = 50.0
SHARE_MEMORY_WEEKS = 4.0
LEAST_WILLINGNESS = 1e-3
LOADS_WITH_OWN_LUCK = 16
LEAST_LOAD = 1e-3
LARGEST_TRIP_RISK = 0.95
ARRIVED = 1.0 - 1e-4
PARAMETER_OF = {
    "air": ("air", "air"),
    "foot": ("foot", "foot"),
    "road_callao": ("road", "road"),
    "road_puno": ("road", "road"),
    "river": ("river", "river"),
}
"""Names under which a route's load and its chance of being stopped stand in the parameter table."""


@dataclass(slots=True, eq=False)
class Route:
    """A way out of the valley; lists by firm. Units as in the core."""

    number: int
    name: str
    load: float
    cash_cost: float
    value: float
    detection: float
    growth: float
    haul: list[float]
    weeks: list[int]
    exposure: list[float]
    waypoints: list[list[int]]
    constant: float
    capacity: float
    capacity_now: float = 0.0
    cost_now: float = 0.0
    detection_now: float = 1.0
    shadow_price: float = 0.0
    flow_share: float = 0.0
    wished: float = 0.0
    let_through: float = 1.0
    watched: list[float] = field(default_factory=list)
    shipped: float = 0.0
    exported: float = 0.0
    seized: float = 0.0


@dataclass(slots=True, eq=False)
class Load:
    """One load; rows are never used twice, so that a load keeps its draws."""

    row: int
    firm: Firm
    route: Route
    kg: float
    seizure_chance: float
    pace: float
    luck: float
    progress: float = 0.0
    cell: int = -1
    status: int = UNDER_WAY


def softmax(utilities: list[float], scale: float) -> list[float]:
    """Shares of a multinomial logit."""
    largest = max(utilities)
    odds = [math.exp((utility - largest) / scale) for utility in utilities]
    return [odd / sum(odds) for odd in odds]


def choose_buyers(
    firms: list[Firm], communities: list[Community], hours: list[list[float]], p: "Parameters"
) -> None:
    """C1: who buys whose leaf, and what that means for the local price (means over the coca area taken out)."""
    drive = [math.log(firm.capacity * max(willingness(firm, p), LEAST_WILLINGNESS)) for firm in firms]
    gain, haul = [], []
    for community in communities:
        cost = [hours[firm.base][community.number] * p.leaf_haul_cost for firm in firms]
        utilities = [d * p.leaf_purchase_scale - c for d, c in zip(drive, cost, strict=True)]
        shares = softmax(utilities, p.leaf_purchase_scale)
        for firm, share in zip(firms, shares, strict=True):
            firm.purchase_share[community.number] = share
        gain.append(math.log(1.0 / sum(share * share for share in shares)))
        haul.append(sum(share * c for share, c in zip(shares, cost, strict=True)))
    weights = [max(community.coca_area, 1e-9) for community in communities]
    mean_gain = sum(w * g for w, g in zip(weights, gain, strict=True)) / sum(weights)
    mean_haul = sum(w * h for w, h in zip(weights, haul, strict=True)) / sum(weights)
    for community, its_gain, its_haul in zip(communities, gain, haul, strict=True):
        community.price_factor = 1.0 + p.local_buyer_gain * (its_gain - mean_gain)
        community.haul_discount = its_haul - mean_haul


def choose_routes(firm: Firm, routes: list[Route], border_price: float, p: "Parameters") -> None:
    """C1: logit over the value of a kg by route."""
    utilities = []
    for route in routes:
        value = route.value * border_price
        risk = firm.risk_belief[route.number]
        premium = p.risk_premium_multiplier * max(risk - p.risk_premium_threshold, 0.0)
        utilities.append(
            value
            - route.cost_now
            - firm.fee_cost[route.number]
            - route.haul[firm.number]
            - (risk + premium) * value
            - route.shadow_price
            + route.constant
        )
    mean_value = sum(route.value for route in routes) / len(routes)
    firm.route_share = softmax(utilities, p.route_choice_scale * mean_value)


def wish_to_ship(firm: Firm, route: Route, p: "Parameters") -> float:
    """What a firm wants to send by a route this week, kg."""
    return firm.route_share[route.number] * firm.hcl_stock * p.stock_release


def price_capacity(route: Route, wish: float, p: "Parameters") -> None:
    """C1: λ tends to φ·max(0, ln(wish/capacity)); capacity grows while λ > 0."""
    ratio = max(wish, 1e-9) / max(route.capacity_now, 1e-9)
    target = p.capacity_shadow_price * max(0.0, math.log(ratio))
    route.shadow_price += p.shadow_price_adjust * (target - route.shadow_price)
    speed = min(route.shadow_price / FULL_GROWTH_SHADOW_PRICE, 1.0) * route.growth
    route.capacity *= math.exp(speed / WEEKS_A_YEAR)
    route.wished = wish


def send_loads(
    firms: list[Firm], routes: list[Route], week: int, streams: Streams, p: "Parameters"
) -> list[tuple[Route, Firm, float]]:
    """Ration pro rata and draw whole loads; returns (route, firm, kg) in the order of the rows."""
    wishes = [[wish_to_ship(firm, route, p) for firm in firms] for route in routes]
    for route, wish in zip(routes, wishes, strict=True):
        price_capacity(route, sum(wish), p)
    draws = streams.uniform_double("load_rounding", week, 0, len(routes) * len(firms)).tolist()
    left = {firm.number: firm.hcl_stock for firm in firms}
    store = dict(left)
    sent = []
    first = week % len(routes)
    for route in routes[first:] + routes[:first]:
        route.let_through = min(1.0, route.capacity_now / max(route.wished, 1e-9))
        for firm, wanted in zip(firms, wishes[route.number], strict=True):
            size = min(route.load, max(store[firm.number], LEAST_LOAD))
            expected = wanted * route.let_through / size
            row = route.number * len(firms) + firm.number
            turn = math.floor(expected) + 1.0 - expected
            address = ("load_rounding", week, row)
            draw = clear_draw(streams, address, draws[row], [turn, turn - 1.0], LOAD_MARGIN)
            asked = math.floor(expected + draw) * size
            kg = min(asked, left[firm.number])
            left[firm.number] -= kg
            sent.append((route, firm, kg))
    for firm in firms:
        firm.hcl_stock = left[firm.number]
    return sorted(sent, key=lambda load: (load[0].number, load[1].number))


def loads_of(
    route: Route, firm: Firm, kg: float, first_row: int, week: int, protectors: Protectors
) -> list[Load]:
    """The loads that carry `kg`: as few as the vehicle allows, of one size, each with draws of its own."""
    streams, firms = protectors.streams, len(protectors.firms)
    count = math.ceil(kg / route.load - 1e-9)
    pace = 1.0 / max(route.weeks[firm.number], 1)
    risk = route.detection * route.detection_now * route.exposure[firm.number] * route.watched[firm.number]
    start = route.waypoints[firm.number][0]
    block = (route.number * firms + firm.number) * LOADS_WITH_OWN_LUCK
    draws = streams.uniform("seizure", week, block, block + LOADS_WITH_OWN_LUCK).tolist()
    meetings = streams.uniform("load_protection", week, block, block + LOADS_WITH_OWN_LUCK).tolist()
    loads = []
    for i in range(count):
        place = i % LOADS_WITH_OWN_LUCK
        address = ("load_protection", week, block + place)
        seen = protectors.send_load(firm, route.number, kg / count, address, meetings[place])
        chance = 1.0 - (1.0 - min(risk * seen, LARGEST_TRIP_RISK)) ** pace
        thresholds = [1.0 - (1.0 - chance) ** weeks for weeks in range(1, round(1.0 / pace) + 1)]
        luck = clear_draw(streams, ("seizure", week, block + place), draws[place], thresholds, CHOICE_MARGIN)
        loads.append(Load(first_row + i, firm, route, kg / count, chance, pace, luck, cell=start))
    return loads


def remember_flow(routes: list[Route]) -> None:
    """Shares of what the routes let through, four-week mean."""
    total = sum(route.let_through * route.wished for route in routes)
    for route in routes:
        if total > 0.0:
            share = route.let_through * route.wished / total
            route.flow_share += (share - route.flow_share) / SHARE_MEMORY_WEEKS


def move_load(load: Load) -> None:
    """A week on the way: stopped, arrived, or still under way."""
    load.progress = min(load.progress + load.pace, 1.0)
    way = load.route.waypoints[load.firm.number]
    load.cell = way[round(load.progress * (len(way) - 1))]
    if load.luck < load.seizure_chance:
        load.status = SEIZED
        return
    load.luck = (load.luck - load.seizure_chance) / (1.0 - load.seizure_chance)
    if load.progress >= ARRIVED:
        load.status = EXPORTED


def move_loads(loads: list[Load]) -> list[Load]:
    """Move every load under way by a week; return those that arrived or were stopped."""
    for load in loads:
        move_load(load)
    return [load for load in loads if load.status != UNDER_WAY]


def pay_for_load(load: Load, border_price: float) -> None:
    """A firm pays for the carriage of what arrived and of what was lost, and is paid for what arrived."""
    firm, route = load.firm, load.route
    per_kg = route.cost_now + route.haul[firm.number]
    firm.capital -= load.kg * per_kg
    if load.status == EXPORTED:
        firm.capital += load.kg * route.value * border_price
        route.exported += load.kg
    else:
        route.seized += load.kg


def draw_profit(firm: Firm, market: MarketScalars, p: "Parameters") -> None:
    """Owners take out what exceeds some months of purchases."""
    kept = p.firm_working_capital * WEEKS_A_MONTH * firm.capacity * market.leaf_price
    firm.capital = min(firm.capital, kept)


def learn(firm: Firm, routes: list[Route], settled: list[Load], form: str, p: "Parameters") -> None:
    """C2: Beta belief about each route with memory; under salience a loss counts for more."""
    retention = (1.0 - p.trafficker_learning) ** (1.0 / WEEKS_A_YEAR)
    weight = p.salience_weight if form == "salience" else 1.0
    own = [load for load in settled if load.firm is firm]
    for route in routes:
        ends = [load.status for load in own if load.route is route]
        firm.seized_memory[route.number] *= retention
        firm.passed_memory[route.number] *= retention
        firm.seized_memory[route.number] += weight * ends.count(SEIZED)
        firm.passed_memory[route.number] += ends.count(EXPORTED)
        lost, passed = firm.seized_memory[route.number], firm.passed_memory[route.number]
        prior = p.trafficker_prior_loads
        usual = prior * route.detection * firm.shield
        firm.risk_belief[route.number] = (usual + lost) / (prior + lost + passed)


def transport_cost(firms: list[Firm], routes: list[Route], border_price: float) -> float:
    """T: flow-weighted cash cost, fees, expected loss and shadow price of the routes, USD/kg."""
    total = 0.0
    for route in routes:
        belief = sum(firm.risk_belief[route.number] for firm in firms) / len(firms)
        loss = belief * route.value * border_price
        fee = sum(firm.fee_cost[route.number] for firm in firms) / len(firms)
        total += route.flow_share * (route.cost_now + fee + loss + route.shadow_price)
    return total


def routes_of(world: World) -> list[Route]:
    """The routes of `world` as objects: geography from the valley, numbers from the parameters."""
    p, place = world.p, world.valley.routes
    bases = world.firms.base.tolist()
    routes = []
    for number, name in enumerate(ROUTES):
        loads, stopped = PARAMETER_OF[name]
        passed = [1.0 + float(place.controls[number, base]) for base in bases]
        mean_passed = sum(passed) / len(passed)
        routes.append(
            Route(
                number=number,
                name=name,
                load=getattr(p, f"{loads}_load") * (p.foot_group_size if name == "foot" else 1.0),
                cash_cost=getattr(p, f"route_cash_cost_{name}"),
                value=getattr(p, f"route_value_{name}"),
                detection=getattr(p, f"detection_{stopped}"),
                growth=getattr(p, f"capacity_growth_{name}"),
                haul=[float(place.haul_cost[number, base]) for base in bases],
                weeks=[int(place.weeks[number, base]) for base in bases],
                exposure=[posts / mean_passed for posts in passed],
                waypoints=world.routes.waypoints[number].tolist(),
                constant=world.market.route_constant[number],
                capacity=world.market.capacity[number],
                flow_share=world.market.flow_share[number],
            )
        )
    return routes


def firms_of(world: World) -> list[Firm]:
    """The firms of `world` as objects."""
    scalars = ("base", "capacity", "capital", "leaf_stock", "paste_stock", "hcl_stock", "hcl_rate")
    lists = ("route_share", "seized_memory", "passed_memory", "risk_belief")
    table = world.firms
    places = len(world.communities)
    firms = []
    for number in range(len(table)):
        values = {name: getattr(table, name)[number].item() for name in scalars}
        values |= {name: getattr(table, name)[:, number].tolist() for name in lists}
        bought = world.communities.purchase_share[number].tolist()
        assert len(bought) == places
        firms.append(Firm(number=number, purchase_share=bought, **values, **terms_of(world, number)))
    return firms
