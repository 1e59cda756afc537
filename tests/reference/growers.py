"""Growers as plain Mesa agents: A1 to A7, one function a rule, one household at a time.

Written from the specification, not from the core: a household holds a list of plots with an age, and its area,
yield and young coca are counted from them whenever they are needed.
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import mesa

from vraem.world.clock import QUARTERS_A_YEAR

if TYPE_CHECKING:
    from vraem.scenario import Parameters

    from .growers_model import GrowersModel

VISIBLE_FROM_QUARTER = 3
NEUTRAL_GROWING_SHARE = 0.6
HEADROOM_BAND = 0.1
CLEARED_BELOW = 1e-3
LARGEST_RISK = 0.95
LARGEST_UTILITY = 20.0
TWO_YEAR_MEAN_GAIN = 2.0 / 9.0


@dataclass(slots=True)
class Plot:
    """Coca planted in one quarter; `age` in quarters."""

    age: int
    hectares: float


@dataclass(slots=True, eq=False)
class Community:
    """A settled cell: what its households see of each other, of the land and of the buyers."""

    number: int
    suitable_ha: float
    district: int
    leaf_tax: float
    control: float
    coca_area: float
    forest: float
    leaf_price: float
    price_factor: float
    haul_discount: float
    growing_share: float
    harvested_share: float = 1.0
    eradication_news: float = 0.0
    assisted_share: float = 0.0
    announced_risk: float = 0.0
    predation: float = 0.0
    leaf_kept: float = 0.0
    leaf_ripe: float = 0.0
    leaf_picked: float = 0.0
    gained: float = 0.0
    given_up: float = 0.0
    neighbours: list["Community"] = field(default_factory=list)
    households: list["Grower"] = field(default_factory=list)

    @property
    def net_leaf_price(self) -> float:
        """What a grower is paid per kg, tax and what is stolen off."""
        return self.leaf_price * (1.0 - self.leaf_tax - self.predation)

    @property
    def headroom(self) -> float:
        """A7: 1 while suitable land is left, falling to 0 as it fills."""
        room = (self.suitable_ha - self.coca_area) / (HEADROOM_BAND * self.suitable_ha)
        return min(max(room, 0.0), 1.0)


def yield_share(age: int, p: "Parameters") -> float:
    """A1: yield of a plot of `age` quarters over full yield, until full yield ends."""
    first = round(p.coca_years_before_harvest * QUARTERS_A_YEAR)
    if age < first:
        return 0.0
    if age < first + QUARTERS_A_YEAR:
        return p.coca_yield_factor_year2
    if age < first + 2 * QUARTERS_A_YEAR:
        return p.coca_yield_factor_year3
    return 1.0


def harvest_chance(price: float, cost: float, p: "Parameters") -> float:
    """A2: σ((P(1 − τ) − c·w) / μ)."""
    return 1.0 / (1.0 + math.exp((cost - price) / p.harvest_choice_scale))


def new_expectation(expected: float, price: float, form: str, p: "Parameters") -> float:
    """A3: Pe ← Pe + γ(P − Pe)."""
    gain = {"adaptive": p.price_expectation_rate, "naive": 1.0, "two_year_mean": TWO_YEAR_MEAN_GAIN}[form]
    return expected + gain * (price - expected)


def believed_risk(events: float, quiet: float, p: "Parameters") -> float:
    """A4: mean of the Beta belief about losing a plot, one prior event against the prior's quiet quarters."""
    return (events + 1.0) / (events + 1.0 + quiet + p.grower_risk_prior_beta)


def value_of_new_coca(margin: float, risk: float, p: "Parameters") -> float:
    """A5: discounted margins of a plot that grows up, less upkeep and establishment, USD/ha."""
    value = -p.coca_establishment_cost
    for year in range(round(p.grower_horizon)):
        kept = (p.grower_discount * (1.0 - risk)) ** year
        quarters = range(year * QUARTERS_A_YEAR, (year + 1) * QUARTERS_A_YEAR)
        mean_yield = sum(yield_share(quarter, p) for quarter in quarters) / QUARTERS_A_YEAR
        value += kept * (margin * mean_yield - p.coca_fixed_cost)
    return value


def value_of_kept_coca(margin: float, risk: float, p: "Parameters") -> float:
    """A5: the same for a plot in full yield."""
    value = 0.0
    for year in range(round(p.grower_horizon)):
        value += (p.grower_discount * (1.0 - risk)) ** year * (margin - p.coca_fixed_cost)
    return value


def value_of_licit_crop(p: "Parameters") -> float:
    """A5: coffee or cacao, which bears after some years and is not at risk, USD/ha."""
    value = -p.licit_establishment_cost
    for year in range(round(p.grower_horizon)):
        bearing = min(max(year + 1 - p.licit_years_before_harvest, 0.0), 1.0)
        value += p.grower_discount**year * p.licit_net_margin * bearing
    return value


class Grower(mesa.Agent):
    """A farm household."""

    model: "GrowersModel"

    def __init__(
        self, model: "GrowersModel", row: int, community: Community, traits: dict[str, float]
    ) -> None:
        super().__init__(model)
        self.row = row
        self.community = community
        self.never_grows = bool(traits["never_grows"])
        self.land = traits["land"]
        self.harvest_cost = traits["harvest_cost"]
        self.licit_area = traits["licit_area"]
        self.licit_bearing = traits["licit_bearing"]
        self.cash = traits["cash"]
        self.peak_area = traits["coca_peak"]
        self.old_area = traits["coca_old"]
        self.old_bearing = traits["coca_old_bearing"]
        self.price_expectation = traits["price_expectation"]
        self.risk_events = traits["risk_events"]
        self.risk_quiet = traits["risk_quiet"]
        self.eradicated_share = 0.0
        self.plots: list[Plot] = []
        self.open_year()
        self.ripe = self.wanted = self.planted = self.renewed = self.abandoned = self.converted = 0.0
        self.perceived_risk = 0.0

    # what is counted from the plots

    @property
    def coca_area(self) -> float:
        """Coca of all ages, ha."""
        return sum(plot.hectares for plot in self.plots) + self.old_area

    @property
    def young_area(self) -> float:
        """Coca that satellites do not see yet, ha."""
        return sum(plot.hectares for plot in self.plots if plot.age < VISIBLE_FROM_QUARTER)

    @property
    def bearing_area(self) -> float:
        """Coca as hectares of full yield."""
        factors = self.model.yield_shares
        return sum(plot.hectares * factors[plot.age] for plot in self.plots) + self.old_bearing

    # farming

    def age_plots(self) -> None:
        """A1: a quarter passes; plots past full yield lose a little each quarter."""
        p = self.model.p
        self.old_bearing *= (1.0 - p.coca_yield_decline) ** (1.0 / QUARTERS_A_YEAR)
        for plot in self.plots:
            plot.age += 1
        outgrown = [plot for plot in self.plots if plot.age >= self.model.full_yield_quarters]
        for plot in outgrown:
            self.old_area += plot.hectares
            self.old_bearing += plot.hectares
            self.plots.remove(plot)

    def want_leaf(self) -> None:
        """A2: harvest all ripe leaf or leave it."""
        p, community = self.model.p, self.community
        self.ripe = self.bearing_area * p.coca_yield_mature / QUARTERS_A_YEAR
        chance = harvest_chance(community.net_leaf_price, self.picking_cost, p)
        draw = self.model.draw("harvest_choice", self.row, [chance])
        self.wanted = self.ripe if draw < chance else 0.0

    @property
    def picking_cost(self) -> float:
        """Own cost of a kg of leaf at this week's wage."""
        return self.harvest_cost * self.model.market.wage_index

    def pick_and_sell(self) -> None:
        """A9 and A2: pick what hands allow, lose a little, sell the rest."""
        p, community = self.model.p, self.community
        picked = self.wanted * self.model.hands
        spent = picked * self.picking_cost
        earned = picked * (1.0 - p.leaf_loss_share) * community.net_leaf_price - spent
        self.cash += earned
        self.coca_income += earned
        community.leaf_ripe += self.ripe
        community.leaf_picked += picked
        self.model.flows.harvest_cost += spent * self.model.households_per_row

    # other incomes

    def open_year(self) -> None:
        """Yearly incomes start from nothing."""
        self.coca_income = self.licit_income = self.logging_income = self.off_farm_income = 0.0

    def receive_other_incomes(self) -> None:
        """A7: coffee and cacao, logging where forest stands, work off the farm; cash up to the buffer.

        B1: columns take their part of each where they have control.
        """
        p, community = self.model.p, self.community
        missing = self.licit_area - self.licit_bearing
        self.licit_bearing += missing / (QUARTERS_A_YEAR * p.licit_years_before_harvest)
        licit = self.licit_bearing * p.licit_net_margin / QUARTERS_A_YEAR
        logging = p.logging_income * community.forest * (2.0 - community.harvested_share)
        quota, extorted = p.logging_quota * community.control, p.extortion_rate * community.control
        flows, households = self.model.flows, self.model.households_per_row
        flows.quotas += logging * quota * households
        flows.extorted += (licit + p.off_farm_income) * extorted * households
        licit, logging, off_farm = (
            licit * (1.0 - extorted),
            logging * (1.0 - quota),
            p.off_farm_income * (1.0 - extorted),
        )
        self.licit_income += licit
        self.logging_income += logging
        self.off_farm_income += off_farm
        self.cash = min(max(self.cash + licit + logging + off_farm, 0.0), p.household_cash_buffer)

    # planting

    def decide_about_land(self) -> None:
        """A3 to A7: expect, judge the risk, weigh the uses of a hectare, choose one and do it."""
        p, community, form = self.model.p, self.community, self.model.switches.expectations
        self.price_expectation = new_expectation(self.price_expectation, community.net_leaf_price, form, p)
        remembered = self.update_risk()
        weights = self.weigh_uses(remembered)
        total = sum(weights)
        steps = [sum(weights[: count + 1]) / total for count in range(3)]
        draw = self.model.draw("land_choice", self.row, steps)
        choice = next(
            (act for act, step in zip(("plant", "abandon", "convert"), steps, strict=True) if draw < step), ""
        )
        self.carry_out(choice)

    def update_risk(self) -> float:
        """A4: remember this quarter's events; return the part of the perceived risk that they have taught."""
        p, model, community = self.model.p, self.model, self.community
        spared = (1.0 - self.eradicated_share) * (1.0 - community.eradication_news) ** p.grower_contacts
        spared *= 1.0 - community.predation / p.predation_loss
        self.risk_events = self.risk_events * p.grower_risk_memory + (1.0 - spared)
        self.risk_quiet = self.risk_quiet * p.grower_risk_memory + spared
        self.eradicated_share = 0.0
        belief = believed_risk(self.risk_events, self.risk_quiet, p)
        told = model.announced_risk + p.eradication_news_weight * model.national_eradication
        self.perceived_risk = min(belief + community.announced_risk + told, LARGEST_RISK)
        return belief

    def weigh_uses(self, remembered: float) -> list[float]:
        """A6: odds of planting, abandoning and turning to licit crops against leaving things as they are."""
        p, community, risk = self.model.p, self.community, self.perceived_risk
        paid = max(self.price_expectation - self.picking_cost, 0.0) * community.harvested_share
        margin = paid * p.coca_yield_mature
        new, kept = value_of_new_coca(margin, risk, p), value_of_kept_coca(margin, risk, p)
        licit = self.model.licit_value
        area = self.coca_area
        fear = p.risk_weight * risk
        if self.model.switches.eradication_response == "positive":
            quiet = 1.0 / (1.0 - min(p.grower_risk_memory, 0.99))
            at_rest = 1.0 / (quiet + 1.0 + p.grower_risk_prior_beta)
            fear = p.risk_weight * (risk - 2.0 * max(remembered - at_rest, 0.0))
        utility = (
            p.plant_intercept
            + (new - max(licit, 0.0)) / p.value_scale
            - p.labour_crowding * area
            + p.grower_social_weight * (community.growing_share - NEUTRAL_GROWING_SHARE)
            - fear
            + p.replant_pull * max(0.0, 1.0 - area / max(self.peak_area, 1e-6))
        )
        support = p.development_bonus * community.assisted_share
        return [
            math.exp(min(utility, LARGEST_UTILITY)) if new > 0.0 else 0.0,
            math.exp(p.abandon_intercept - kept / p.value_scale),
            math.exp(p.switch_licit_intercept + (licit - kept) / p.value_scale + support),
            1.0,
        ]

    def carry_out(self, choice: str) -> None:
        """A7: do what was chosen, within labour, free land, cash and the land of the place."""
        p, area = self.model.p, self.coca_area
        self.planted = self.abandoned = self.converted = 0.0
        if choice == "plant":
            free = max(self.land - area - self.licit_area, 0.0)
            affordable = self.cash / p.coca_establishment_cost
            self.planted = min(p.land_adjust_share * free, affordable) * self.community.headroom
            self.cash -= self.planted * p.coca_establishment_cost
        given_up = min(p.land_adjust_share * self.land, area)
        if choice == "abandon":
            self.abandoned = given_up
        if choice == "convert":
            self.converted = min(given_up, self.cash / p.licit_establishment_cost)
            self.cash -= self.converted * p.licit_establishment_cost
            self.licit_area += self.converted
        if choice in ("abandon", "convert"):
            self.keep_share(1.0 - (self.abandoned + self.converted) / max(area, 1e-9))
        self.community.given_up += area - self.coca_area
        self.plant(self.planted)
        self.community.gained += self.planted

    def plant(self, hectares: float) -> None:
        """Plant new coca and renew a share of the old."""
        share = self.model.p.old_plot_renewal
        self.renewed = self.old_area * share
        self.old_area -= self.renewed
        self.old_bearing *= 1.0 - share
        if hectares + self.renewed > 0.0:
            self.plots.append(Plot(0, hectares + self.renewed))
        self.peak_area = max(self.peak_area, self.coca_area)

    def keep_share(self, share: float) -> None:
        """Leave `share` of every plot, of every age alike; next to nothing counts as nothing."""
        if share < CLEARED_BELOW:
            self.plots, self.old_area, self.old_bearing = [], 0.0, 0.0
            return
        for plot in self.plots:
            plot.hectares *= share
        self.old_area *= share
        self.old_bearing *= share
