"""The growers' model: A9 pickers, the sums of a week, and the order in which households act.

A `mesa.Model` with one `AgentSet` for each week of the quarter. Households of a week act together: nobody sees
what another one decided in the same week, so that the order within the set does not matter.
"""

from dataclasses import dataclass

import mesa
from mesa.agent import AgentSet

from vraem.world import World
from vraem.world.clock import QUARTERS_A_YEAR, WEEKS_A_QUARTER

from .draws import CHOICE_MARGIN, clear_draw
from .growers import Community, Grower, Plot, value_of_licit_crop, yield_share

PICKER_DAYS_A_WEEK = 6.0
MEMORY_WEEKS = 12.0
SMALLEST_PLOT = 0.01
LEAST_SEASONAL_SHARE = 0.1
GROWER_COLUMNS = (
    "never_grows",
    "land",
    "harvest_cost",
    "licit_area",
    "licit_bearing",
    "cash",
    "coca_peak",
    "coca_old",
    "coca_old_bearing",
    "price_expectation",
    "risk_events",
    "risk_quiet",
)


@dataclass(slots=True)
class MarketScalars:
    """What growers and firms share: prices, wages, hands, running means; units as in the core."""

    hcl_price: float
    leaf_price: float
    paste_price: float
    markdown: float
    wage_index: float
    pickers: float
    labour_need: float
    leaf_within_reach: float
    hcl_rate: float
    transport_cost: float
    rest_area: float
    growers: float
    leaf_price_base: float
    leaf_a_week_base: float
    labour_need_base: float
    hcl_rate_base: float
    transport_cost_base: float


@dataclass(slots=True)
class WeekFlows:
    """Sums of the week, for all households that the rows stand for."""

    leaf_grown: float = 0.0
    leaf_picked: float = 0.0
    harvest_cost: float = 0.0
    planted: float = 0.0
    abandoned: float = 0.0
    converted: float = 0.0
    eradicated: float = 0.0
    quotas: float = 0.0
    extorted: float = 0.0


class GrowersModel(mesa.Model):
    """Households and their communities at the start of `world`."""

    def __init__(self, world: World) -> None:
        super().__init__(rng=0)
        self.p, self.switches = world.p, world.scenario.switches
        self.streams, self.clock, self.inputs = world.streams, world.clock, world.inputs
        self.households_per_row = world.households_per_row
        self.market = MarketScalars(*(getattr(world.market, name) for name in MarketScalars.__slots__))
        self.flows = WeekFlows()
        self.week = 0
        self.hands = 1.0
        self.announced_risk = self.national_eradication = 0.0
        self.full_yield_quarters = round(self.p.coca_full_yield_until_year * QUARTERS_A_YEAR)
        self.yield_shares = [yield_share(age, self.p) for age in range(self.full_yield_quarters)]
        self.licit_value = value_of_licit_crop(self.p)
        self.communities = communities_of(world)
        self.households = households_of(self, world)
        self.ordinary, self.everyone = self._cohorts(world)
        self._first_row, self._draws = 0, {}

    def _cohorts(self, world: World) -> tuple[list[AgentSet], list[AgentSet]]:
        """Those who may grow coca, and all, by the week of the quarter in which they act."""
        slot = world.growers.slot.tolist()
        everyone = [[h for h in self.households if slot[h.row] == week] for week in range(WEEKS_A_QUARTER)]
        ordinary = [[h for h in cohort if not h.never_grows] for cohort in everyone]
        return [AgentSet(c, random=self.random) for c in ordinary], [
            AgentSet(c, random=self.random) for c in everyone
        ]

    def draw(self, stream: str, row: int, thresholds: list[float]) -> float:
        """This week's draw of the household `row`, clear of the thresholds it is held against."""
        draw = self._draws[stream][row - self._first_row]
        return clear_draw(self.streams, (stream, self.week, row), draw, thresholds, CHOICE_MARGIN)

    def step(self) -> None:
        """The growers' part of a week at the market's present prices."""
        self.open_week()
        self.farm()
        self.pay_other_incomes()
        self.decide_about_land()
        self.week += 1

    def open_week(self) -> None:
        """Look up who acts this week and what the year and the outside world bring."""
        week = self.week
        self.flows = WeekFlows()
        self.acting = self.ordinary[week % WEEKS_A_QUARTER]
        self.announced_risk = self.inputs.announced_risk[week]
        self.national_eradication = self.inputs.national_eradication[week] / max(
            self.market.rest_area + sum(c.coca_area for c in self.communities), 1.0
        )
        rows = [household.row for household in self.acting]
        self._first_row, stop = min(rows, default=0), max(rows, default=-1) + 1
        self._draws = {
            stream: self.streams.uniform(stream, week, self._first_row, stop).tolist()
            for stream in ("harvest_choice", "land_choice")
        }
        if week and self.clock.date(week).year != self.clock.date(week - 1).year:
            for household in self.households:
                household.open_year()

    def farm(self) -> None:
        """A1, A2, A9: plots age, leaf ripens, what pays and what hands can pick is picked and sold."""
        for community in self.communities:
            community.leaf_ripe = community.leaf_picked = 0.0
        self.acting.do("age_plots").do("want_leaf")
        self.hire_pickers()
        self.acting.do("pick_and_sell")
        for community in self.communities:
            self.remember_harvest(community)
        self.flows.leaf_grown = sum(c.leaf_ripe for c in self.communities) * self.households_per_row
        self.flows.leaf_picked = sum(c.leaf_picked for c in self.communities) * self.households_per_row
        left = self.flows.leaf_grown - self.flows.leaf_picked
        reach = self.flows.leaf_picked + self.p.unpicked_leaf_weight * left
        self.market.leaf_within_reach += (reach - self.market.leaf_within_reach) / MEMORY_WEEKS

    def hire_pickers(self) -> None:
        """A9: families pick first; seasonal pickers follow the work that is left and the price."""
        p, market = self.p, self.market
        days = p.picker_days_per_kg * self.households_per_row
        market.labour_need += (sum(h.ripe for h in self.acting) * days - market.labour_need) / MEMORY_WEEKS
        families = p.household_picking_days * market.growers
        base_gap = max(market.labour_need_base - families, LEAST_SEASONAL_SHARE * market.labour_need_base)
        work = max(market.labour_need - families, 0.0) / base_gap
        pull = (market.leaf_price / market.leaf_price_base) ** p.picker_price_elasticity
        market.pickers += p.picker_adjust * (p.pickers_initial * work * pull - market.pickers)
        needed = sum(h.wanted for h in self.acting) * days
        available = families + PICKER_DAYS_A_WEEK * market.pickers
        self.hands = min(1.0, available / needed) if needed > 0.0 else 1.0

    def remember_harvest(self, community: Community) -> None:
        """A5: the share of its leaf that a place harvested, remembered."""
        if community.leaf_ripe > 0.0:
            newest = community.leaf_picked / community.leaf_ripe
            acting = sum(household.community is community for household in self.acting)
            farms = sum(not household.never_grows for household in community.households)
            learnt = 1.0 - (1.0 - self.p.harvest_memory) ** (acting * WEEKS_A_QUARTER / farms)
            community.harvested_share += learnt * (newest - community.harvested_share)
        community.leaf_kept = community.leaf_picked * self.households_per_row * (1.0 - self.p.leaf_loss_share)

    def pay_other_incomes(self) -> None:
        """A7: everyone whose week it is receives other incomes, growers or not."""
        self.everyone[self.week % WEEKS_A_QUARTER].do("receive_other_incomes")

    def decide_about_land(self) -> None:
        """A3 to A7, then what the decisions mean for the places."""
        for community in self.communities:
            community.gained = community.given_up = 0.0
        self.acting.do("decide_about_land")
        weight = self.households_per_row
        for community in self.communities:
            gained = community.gained * weight
            community.coca_area += gained - community.given_up * weight
            community.forest *= 1.0 - min(gained / community.suitable_ha, 1.0)
        self.flows.planted = sum(h.planted + h.renewed for h in self.acting) * weight
        self.flows.abandoned = sum(h.abandoned for h in self.acting) * weight
        self.flows.converted = sum(h.converted for h in self.acting) * weight

    def count_growers(self) -> None:
        """A6: how many households near each community grow coca."""
        growing = {c.number: sum(h.coca_area > SMALLEST_PLOT for h in c.households) for c in self.communities}
        self.market.growers = sum(growing.values()) * self.households_per_row
        for community in self.communities:
            near = [community, *community.neighbours]
            people = sum(len(place.households) for place in near)
            community.growing_share = sum(growing[place.number] for place in near) / max(people, 1)


def communities_of(world: World) -> list[Community]:
    """The communities of `world` as objects, with their neighbours."""
    place, table = world.valley.communities, world.communities
    communities = [
        Community(
            number=number,
            suitable_ha=float(place.suitable_ha[number]),
            district=int(place.district_id[number]),
            leaf_tax=float(table.leaf_tax[number]),
            control=float(table.control[number]),
            coca_area=float(table.coca_area[number]),
            forest=float(table.forest[number]),
            leaf_price=float(table.leaf_price[number]),
            price_factor=float(table.price_factor[number]),
            haul_discount=float(table.haul_discount[number]),
            growing_share=float(table.growing_share[number]),
        )
        for number in range(len(table))
    ]
    for community in communities:
        near = world.valley.neighbours_of(community.number).tolist()
        community.neighbours = [communities[number] for number in near]
    return communities


def households_of(model: GrowersModel, world: World) -> list[Grower]:
    """The households of `world` as agents; at the start the place of a plot in the ring is its age."""
    growers = world.growers
    columns = {name: getattr(growers, name).tolist() for name in GROWER_COLUMNS}
    plots = growers.coca_cohorts.T.tolist()
    households = []
    for row, number in enumerate(growers.community.tolist()):
        traits = {name: values[row] for name, values in columns.items()}
        household = Grower(model, row, model.communities[number], traits)
        household.plots = [Plot(age, ha) for age, ha in enumerate(plots[row]) if ha > 0.0]
        household.community.households.append(household)
        households.append(household)
    return households
