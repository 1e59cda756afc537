"""Planting decisions: A3 price expectation, A4 belief about risk, A5 values, A6 choice, A7 limits.

Each grower decides once a quarter, in its own week, between new coca, keeping what there is, abandoning coca
and turning coca into a licit tree crop. Source: docs/model.md, Growers; forms after Ibanez and
Carlsson (2010) and Magliocca et al. (2019).
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.exogenous import in_districts
from vraem.processes.farming import net_leaf_price
from vraem.processes.plots import clear_old_plots, keep_plots, plant_plots
from vraem.world import World
from vraem.world.clock import WEEKS_A_QUARTER
from vraem.world.values import quiet_at_rest

REFERENCE_GROWING_SHARE = 0.6
"""Neighbours' share at which the norm is neutral (A6)."""
HEADROOM_BAND = 0.1
"""Share of a place's suitable land over which planting tapers off as the land fills (A7)."""
HIGHEST_RISK = 0.95
"""Perceived risk is a yearly chance; sums of what is feared and told stop short of certainty."""
_ODDS_LIMIT = 20.0


def step(world: World) -> None:
    """This week's cohort updates its expectations and decides about its land."""
    growers = world.growers
    start, stop, _ = world.cohorts[world.week % WEEKS_A_QUARTER]
    rows = slice(start, stop)
    community = growers.community[rows]
    expected = _expect_price(world, rows, community)
    risk, remembered = _perceive_risk(world, rows, community)
    new, kept, licit = _values(world, rows, community, expected, risk)
    plant, abandon, convert = _choose(
        world, rows, community, _fear(world, risk, remembered), new, kept, licit
    )
    _carry_out(world, rows, community, plant, abandon, convert)
    count = max(len(expected), 1)
    world.flows.price_expectation = float(np.add.reduce(expected) / count)
    world.flows.perceived_risk = float(np.add.reduce(risk) / count)


def _expect_price(world: World, rows: slice, community: NDArray[np.int64]) -> NDArray[np.float32]:
    """A3: Pe ← Pe + γ(P − Pe); naive growers take the newest price, others a mean of two years."""
    form = world.scenario.switches.expectations
    # a two-year mean of quarterly prices, as an exponential one of the same mean age
    gain = {"adaptive": world.p.price_expectation_rate, "naive": 1.0, "two_year_mean": 2.0 / 9.0}[form]
    expected: NDArray[np.float32] = world.growers.price_expectation[rows]
    gap = net_leaf_price(world).take(community)
    gap -= expected
    gap *= gain
    expected += gap
    return expected


def _perceive_risk(
    world: World, rows: slice, community: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A4: perceived yearly risk to a plot, and the part of it that events here have taught.

    The rest is what growers are told: announcements and eradication elsewhere. A grower hears of an event
    when its own plots or those of one of its acquaintances nearby are hit; theft and abuse at harvest count too.
    """
    growers, p, inputs = world.growers, world.p, world.inputs
    news, predation = world.communities.eradication_news, world.communities.predation
    event = growers.eradicated_share[rows]
    unharmed = 1.0 - predation / p.predation_loss
    if np.count_nonzero(news):
        unharmed *= (1.0 - news) ** p.grower_contacts
    if np.count_nonzero(unharmed < 1.0):
        spared = unharmed.astype(np.float32).take(community)
        event = 1.0 - (1.0 - event) * spared
    events, quiet = growers.risk_events[rows], growers.risk_quiet[rows]
    memory = p.grower_risk_memory
    events *= memory
    events += event
    quiet *= memory
    quiet += 1.0 - event
    belief = (events + 1.0) / (events + quiet + (1.0 + p.grower_risk_prior_beta))
    growers.eradicated_share[rows] = 0.0

    area = world.market.rest_area + float(np.add.reduce(world.communities.coca_area))
    national = inputs.national_eradication[world.week] / max(area, 1.0)
    risk = belief + float(world.flows.announced_risk + p.eradication_news_weight * national)
    for order in inputs.announcements:
        if order.holds(world.week):
            here = in_districts(world, order.districts)
            risk += (here * order.value).astype(np.float32).take(community)
    return np.minimum(risk, HIGHEST_RISK), belief


def _fear(world: World, risk: NDArray[np.float32], remembered: NDArray[np.float32]) -> NDArray[np.float32]:
    """Utility that perceived risk takes from planting (A6).

    S10: in the positive form growers spread over more plots after what happened nearby; what they are told, and what
    is believed where nothing ever happened, still deters.
    """
    p = world.p
    if world.scenario.switches.eradication_response == "positive":
        at_rest = np.float32(1.0 / (quiet_at_rest(p) + 1.0 + p.grower_risk_prior_beta))
        taught = np.maximum(remembered - at_rest, np.float32(0.0))
        risk = risk - np.float32(2.0) * taught
    return np.float32(p.risk_weight) * risk


def _values(
    world: World,
    rows: slice,
    community: NDArray[np.int64],
    expected: NDArray[np.float32],
    risk: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """A5: discounted value of a hectare of new coca, of kept coca, of a licit tree crop, USD."""
    p = world.p
    cost = world.growers.harvest_cost[rows] * float(world.market.wage_index)
    share = world.communities.harvested_share.take(community).astype(np.float32)
    margin = np.maximum(expected - cost, 0.0) * share * p.coca_yield_mature
    return *world.values.of_coca(margin, risk), world.values.licit


def _choose(
    world: World,
    rows: slice,
    community: NDArray[np.int64],
    fear: NDArray[np.float32],
    new: NDArray[np.float32],
    kept: NDArray[np.float32],
    licit: float,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """A6: softmax over planting, keeping (0), abandoning and licit; who takes which of the three acts."""
    growers, communities, p = world.growers, world.communities, world.p
    area, peak = growers.coca_area[rows], growers.coca_peak[rows]
    per_value = 1.0 / p.value_scale
    place = p.grower_social_weight * (communities.growing_share - REFERENCE_GROWING_SHARE)
    norm = (place + p.plant_intercept - max(licit, 0.0) / p.value_scale).take(community).astype(np.float32)
    lost = np.maximum(1.0 - area / np.maximum(peak, 1e-6), 0.0)
    plant_utility = new * per_value + norm - p.labour_crowding * area - fear
    plant_utility += p.replant_pull * lost
    assisted = communities.assisted_share
    bonus = p.development_bonus * assisted.take(community) if np.count_nonzero(assisted) else 0.0
    support = np.asarray(p.switch_licit_intercept + bonus + licit / p.value_scale, dtype=np.float32)
    kept_utility = kept * per_value

    plant_odds = np.exp(np.minimum(plant_utility, _ODDS_LIMIT)) * (new > 0.0)
    leave = plant_odds + np.exp(p.abandon_intercept - kept_utility)
    licit_odds = np.exp(support - kept_utility)
    switch = leave + licit_odds
    draws = world.streams.uniform("land_choice", world.week, rows.start, rows.stop)
    point = draws * (switch + 1.0)
    plant = point < plant_odds
    left = point < leave
    # the odds are stacked: who is below one bound is below every later one
    abandon = left ^ plant
    convert = (point < switch) ^ left
    return plant, abandon, convert


def _carry_out(
    world: World,
    rows: slice,
    community: NDArray[np.int64],
    plant: NDArray[np.bool_],
    abandon: NDArray[np.bool_],
    convert: NDArray[np.bool_],
) -> None:
    """A7: do what was chosen, within labour, free land, cash and the land of the place; renew old plots."""
    growers, communities, p = world.growers, world.communities, world.p
    weight, places = world.households_per_row, len(communities)
    land, area, cash = growers.land[rows], growers.coca_area[rows], growers.cash[rows]
    free = np.maximum(land - area - growers.licit_area[rows], 0.0)
    affordable = cash / p.coca_establishment_cost
    planted = np.minimum(p.land_adjust_share * free, affordable) * plant * _headroom(world).take(community)
    cash -= planted * p.coca_establishment_cost
    gained = np.bincount(community, planted, places) * weight

    change = gained
    leaving = (abandon | convert).nonzero()[0]
    if len(leaving):
        given = _give_up(world, rows.start + leaving, convert[leaving])
        change = gained - np.bincount(community[leaving], given, places) * weight
    np.maximum(cash, 0.0, out=cash)  # what rounding may leave below nothing
    renewed = clear_old_plots(world, rows)
    plant_plots(world, rows, planted, world.ages.newest(world.week), renewed)
    world.flows.planted = float(np.add.reduce(planted + renewed, dtype=np.float64)) * weight
    communities.coca_area += change
    # new coca takes forest and other land in proportion to what is left of each
    communities.forest *= 1.0 - np.minimum(gained / world.valley.communities.suitable_ha, 1.0)


def _give_up(world: World, rows: NDArray[np.int64], convert: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The households `rows` (n,) turn coca into a licit crop, where they `convert` and can pay for it, or abandon it.

    Returns the coca that is gone (n,), ha.
    """
    growers, p, flows, weight = world.growers, world.p, world.flows, world.households_per_row
    before, cash = growers.coca_area[rows], growers.cash[rows]
    most = np.minimum(p.land_adjust_share * growers.land[rows], before)
    converted = np.minimum(most, cash / p.licit_establishment_cost) * convert
    growers.cash[rows] = cash - converted * p.licit_establishment_cost
    growers.licit_area[rows] += converted
    abandoned = most * ~convert
    asked = abandoned + converted
    kept = keep_plots(world, rows, 1.0 - asked / np.maximum(before, 1e-9))
    abandoned += (before - asked) * (kept == 0.0)  # too small a rest to keep
    flows.abandoned = float(np.add.reduce(abandoned, dtype=np.float64)) * weight
    flows.converted = float(np.add.reduce(converted, dtype=np.float64)) * weight
    given: NDArray[np.float32] = abandoned + converted
    return given


def _headroom(world: World) -> NDArray[np.float32]:
    """Room for new coca by community (C,): 1 while land is left, falling to 0 as the suitable land fills."""
    suitable = world.valley.communities.suitable_ha
    room = (suitable - world.communities.coca_area) / (HEADROOM_BAND * suitable)
    clipped: NDArray[np.float32] = np.minimum(np.maximum(room, 0.0), 1.0).astype(np.float32)
    return clipped
