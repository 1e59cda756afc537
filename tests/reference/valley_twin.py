"""The whole week of the valley as loops over objects, in the order of docs/odd.md, section 3."""

import math

from vraem.world import World
from vraem.world.clock import WEEKS_A_QUARTER, WEEKS_A_YEAR
from vraem.world.inputs import DistrictOrder, EradicationOrder

from . import firms as trade_rules
from . import trafficking as routes_rules
from .armed_groups import groups_of
from .draws import MovableStreams
from .growers import Community
from .growers_model import GrowersModel
from .protection import Protectors

REVIEW_WEEKS = 4


class ValleyTwin:
    """A second model of the valley that starts where `world` stands, at week 0, and takes the same draws."""

    def __init__(self, world: World) -> None:
        assert world.week == 0, "a twin starts with the run"
        self.p, self.inputs, self.streams = world.p, world.inputs, world.streams
        self.switches = world.scenario.switches
        self.growers = GrowersModel(world)
        self.market, self.communities = self.growers.market, self.growers.communities
        self.firms, self.routes = routes_rules.firms_of(world), routes_rules.routes_of(world)
        self.hours = world.valley.community_hours.tolist()
        self.loads: list[routes_rules.Load] = []
        self.under_way: list[routes_rules.Load] = []
        self.trade = trade_rules.Trade()
        self.protectors = Protectors(self.firms, self.routes, self.streams, self.p, self.switches)
        self.week = 0

    def hear(self, world: World) -> None:
        """Take over what the armed groups of `world` are and hold: they have no twin here."""
        groups = groups_of(world)
        self.protectors.hear(groups)
        for community in self.communities:
            community.control = groups.control[community.number]
            community.leaf_tax = groups.leaf_tax[community.number]
            community.predation = groups.predation[community.number]
        watched = world.security.control_factor
        for route in self.routes:
            route.watched = [1.0] * len(self.firms) if watched is None else watched[route.number].tolist()

    def trade_week(self) -> None:
        """The week up to the incomes of households: docs/odd.md, section 3."""
        self.open_week()
        self.growers.farm()
        self.trade = trade_rules.Trade()
        trade_rules.sell_leaf(self.communities, self.firms, self.trade, self.market, self.p)
        self.process()
        self.protectors.review(self.week, self.border_price)
        self.contract()
        self.ship()
        cost = routes_rules.transport_cost(self.firms, self.routes, self.border_price)
        trade_rules.set_prices(self.firms, self.communities, self.market, self.border_price, cost, self.p)
        self.growers.pay_other_incomes()
        taken = self.growers.flows
        self.protectors.share_out(self.trade.tax, taken.quotas, taken.extorted)

    def land_week(self) -> None:
        """The rest of the week, once the armed groups have acted: planting, eradication, land elsewhere."""
        self.growers.decide_about_land()
        self.eradicate()
        if self.week % REVIEW_WEEKS == 0:
            self.growers.count_growers()
        self.grow_elsewhere()
        self.week += 1
        self.growers.week += 1

    def open_week(self) -> None:
        """What comes from outside this week."""
        week = self.week
        self.growers.open_week()
        self.border_price = self.inputs.border_price[week]
        for route in self.routes:
            route.capacity_now = route.capacity * self.inputs.capacity_factor[week][route.number]
            route.cost_now = route.cash_cost * self.inputs.cost_factor[week][route.number]
            route.detection_now = self.inputs.detection_factor[week][route.number]
            route.shipped = route.exported = route.seized = 0.0
        for community in self.communities:
            community.announced_risk = self._ordered(self.inputs.announcements, community)
            community.assisted_share = self._ordered(self.inputs.assistance, community)

    def _ordered(self, orders: tuple[DistrictOrder, ...], community: Community) -> float:
        """Sum of the orders that hold this week in the community's district."""
        return sum(order.value for order in orders if self._holds(order, community))

    def _holds(self, order: DistrictOrder | EradicationOrder, community: Community) -> bool:
        inside = not order.districts or community.district in order.districts
        return inside and order.first <= self.week <= order.last

    def process(self) -> None:
        """Firms work leaf."""
        for firm in self.firms:
            trade_rules.process_leaf(firm, self.trade, self.market, self.p)
        self.market.hcl_rate += (self.trade.hcl_made - self.market.hcl_rate) / trade_rules.MEMORY_WEEKS

    def contract(self) -> None:
        """Once in four weeks buyers divide the places, each firm in its turn its cargo; then loads set out."""
        if self.week % REVIEW_WEEKS == 0:
            routes_rules.choose_buyers(self.firms, self.communities, self.hours, self.p)
        for firm in self.firms:
            if firm.number % REVIEW_WEEKS == self.week % REVIEW_WEEKS:
                routes_rules.choose_routes(firm, self.routes, self.border_price, self.p)
        self.protectors.open_week()
        for route, firm, kg in routes_rules.send_loads(
            self.firms, self.routes, self.week, self.streams, self.p
        ):
            if kg <= 0.0:
                continue
            new = routes_rules.loads_of(route, firm, kg, len(self.loads), self.week, self.protectors)
            self.loads += new
            self.under_way += new
            route.shipped += kg
        self.protectors.pay_gunmen()
        routes_rules.remember_flow(self.routes)

    def ship(self) -> None:
        """Loads move, end and are paid for; firms learn."""
        settled = routes_rules.move_loads(self.under_way)
        ended = {id(load) for load in settled}
        self.under_way = [load for load in self.under_way if id(load) not in ended]
        for load in settled:
            routes_rules.pay_for_load(load, self.border_price)
        for firm in self.firms:
            routes_rules.draw_profit(firm, self.market, self.p)
            routes_rules.learn(firm, self.routes, settled, self.switches.risk_belief, self.p)

    def eradicate(self) -> None:
        """A8: crews clear whole plots, places and households in random order, to the hectare."""
        for community in self.communities:
            community.eradication_news *= 1.0 - 1.0 / WEEKS_A_QUARTER
        for number, order in enumerate(self.inputs.eradication):
            if order.first <= self.week <= order.last:
                self._carry_out(number, order)

    def _carry_out(self, order_number: int, order: EradicationOrder) -> None:
        """One order of the week; each has draws of its own."""
        places, p = len(self.communities), self.p
        block = 2 * places
        draws = self.streams.uniform_double(
            "eradication_place", self.week, order_number * block, (order_number + 1) * block
        ).tolist()
        drawn = {
            c.number: c.coca_area * (1.0 - p.eradication_avoidance * min(c.control, 1.0))
            for c in self.communities
            if self._holds(order, c) and c.coca_area > 0.0
        }
        turn = sorted(drawn, key=lambda number: -math.log1p(-draws[number]) / drawn[number])
        left, lost = order.hectares_a_week, {}
        for community in (self.communities[number] for number in turn):
            if left <= 0.0:
                break
            if draws[places + community.number] < p.eradication_stop_chance * community.control:
                continue
            lost[community.number] = self._clear(order_number, community, left)
            left -= lost[community.number]
        for community in self.communities:
            near = [community, *community.neighbours]
            area = sum(max(place.coca_area, 0.0) for place in near)
            gone = sum(lost.get(place.number, 0.0) for place in near)
            community.eradication_news = min(community.eradication_news + gone / max(area, 1e-9), 1.0)
        for number, hectares in lost.items():
            self.communities[number].coca_area -= hectares
        self.growers.flows.eradicated += sum(lost.values())

    def _clear(self, order_number: int, community: Community, hectares: float) -> float:
        """Clear households' plots in a random order until `hectares` are reached."""
        weight, done = self.growers.households_per_row, 0.0
        households = community.households
        rows = [household.row for household in households]
        first = order_number * len(self.growers.households)
        draws = self.streams.uniform(
            "eradication_household", self.week, first, first + max(rows, default=-1) + 1
        ).tolist()
        for household in sorted(households, key=lambda h: draws[h.row]):
            held = household.coca_area * weight
            if held <= 0.0 or done >= hectares:
                continue
            kept = 1.0 - min((hectares - done) / held, 1.0)
            household.eradicated_share = 1.0 - (1.0 - household.eradicated_share) * kept
            household.keep_share(kept)
            done += held * (1.0 - kept)
        return done

    def grow_elsewhere(self) -> None:
        """C6: dR = gR(1 − R/Rmax) − share of national eradication, more where the valley supplies less."""
        p, market, week = self.p, self.market, self.week
        supply = max(market.hcl_rate, 1e-9) / market.hcl_rate_base
        limit = self.inputs.rest_frontier[week] * supply ** (-p.rest_price_elasticity / p.demand_elasticity)
        growth = p.rest_area_growth * market.rest_area * (1.0 - market.rest_area / limit)
        removed = p.rest_eradication_effect * self.inputs.national_eradication[week]
        market.rest_area = max(market.rest_area + (growth - removed) / WEEKS_A_YEAR, 0.0)


def use_movable_streams(world: World) -> World:
    """`world` with streams whose draws the twin can move off a threshold."""
    world.streams = MovableStreams(world.seed)
    return world
