"""Growing and harvest of coca: A1 yield by age, A2 harvest margin, A9 pickers.

One of 13 cohorts of households ages its plots and harvests each week, so that every household does so once a
quarter. Source: docs/model.md, Growers; leaf left unpicked below the cost of picking is reported
for 2022.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.world import World
from vraem.world.ages import VISIBLE_FROM_QUARTER
from vraem.world.clock import QUARTERS_A_YEAR, WEEKS_A_QUARTER

PICKER_DAYS_A_WEEK = 6.0
MEMORY_WEEKS = 12.0
"""Span of the running means of ripening leaf and of labour need."""

HOPELESS = np.float32(80.0)
"""Log-odds against picking beyond which nobody picks: the chance is mere rounding, its inverse still a number."""


def step(world: World) -> None:
    """Age the plots of this week's cohort, ripen its leaf, pick what pays and what hands can pick."""
    growers, p = world.growers, world.p
    start, stop, _ = world.cohorts[world.week % WEEKS_A_QUARTER]
    rows = slice(start, stop)
    age_plots(world, rows)

    community = growers.community[rows]
    ripe = growers.coca_bearing[rows] * (p.coca_yield_mature / QUARTERS_A_YEAR)
    price = net_leaf_price(world).take(community)
    cost = growers.harvest_cost[rows] * np.float32(world.market.wage_index)
    chance = 1.0 / (1.0 + np.exp(np.minimum((cost - price) / p.harvest_choice_scale, HOPELESS)))
    draws = world.streams.uniform("harvest_choice", world.week, start, stop)
    wanted = ripe * (draws < chance)
    picked = wanted * np.float32(_hands(world, ripe, wanted))

    kept = picked * (1.0 - p.leaf_loss_share)
    spent = picked * cost
    earned = kept * price - spent
    cash, income = growers.cash[rows], growers.coca_income[rows]
    cash += earned
    income += earned
    _record(world, community, ripe, picked, float(spent.sum(dtype=np.float64)))


def net_leaf_price(world: World) -> NDArray[np.float32]:
    """What a grower is paid per kg of leaf, tax and what is stolen off, by community (C,), USD."""
    communities = world.communities
    kept = 1.0 - communities.leaf_tax - communities.predation
    price: NDArray[np.float32] = (communities.leaf_price * kept).astype(np.float32)
    return price


def age_plots(world: World, rows: slice) -> None:
    """A1: one quarter passes for the plots of `rows`; what outgrows the ring joins the old coca."""
    growers, p, ages, week = world.growers, world.p, world.ages, world.week
    cohorts, scale = growers.coca_cohorts[:, rows], growers.coca_scale[rows]
    oldest = cohorts[ages.newest(week)]
    outgrown = oldest * scale
    oldest[:] = 0.0
    bearing, young = growers.coca_bearing[rows], growers.coca_young[rows]
    for age, gain in ages.steps:
        bearing += cohorts[ages.at(age, week)] * (scale * gain)
    young -= cohorts[ages.at(VISIBLE_FROM_QUARTER, week)] * scale

    old, old_bearing = growers.coca_old[rows], growers.coca_old_bearing[rows]
    quarterly_loss = 1.0 - (1.0 - p.coca_yield_decline) ** (1.0 / QUARTERS_A_YEAR)
    lost = old_bearing * quarterly_loss
    bearing -= lost
    old_bearing += outgrown - lost
    old += outgrown


def _hands(world: World, ripe: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """A9: share of the wanted leaf that the hands in the valley can pick; pickers follow work and price."""
    market, p = world.market, world.p
    days_per_kg = p.picker_days_per_kg * world.households_per_row
    need_if_all = float(ripe.sum(dtype=np.float64)) * days_per_kg
    market.labour_need += (need_if_all - market.labour_need) / MEMORY_WEEKS
    family_days = p.household_picking_days * market.growers
    # seasonal work is what families cannot do themselves; at least a tenth of the work at the start
    base_gap = max(market.labour_need_base - family_days, 0.1 * market.labour_need_base)
    work = max(market.labour_need - family_days, 0.0) / base_gap
    price_pull = (market.leaf_price / market.leaf_price_base) ** p.picker_price_elasticity
    market.pickers += p.picker_adjust * (p.pickers_initial * work * price_pull - market.pickers)
    available = family_days + PICKER_DAYS_A_WEEK * market.pickers
    needed = float(wanted.sum(dtype=np.float64)) * days_per_kg
    return min(1.0, available / needed) if needed > 0.0 else 1.0


def _record(
    world: World,
    community: NDArray[np.int64],
    ripe: NDArray[np.float32],
    picked: NDArray[np.float32],
    spent: float,
) -> None:
    """Sums by community (kg of all households that the rows stand for) and the flows of the week."""
    communities, flows, market = world.communities, world.flows, world.market
    weight, places = world.households_per_row, len(communities)
    ripe_here = np.bincount(community, ripe, places)
    picked_here = np.bincount(community, picked, places)
    memory = communities.harvested_share
    # where nothing ripens the memory stands; the more of a place's farms harvest this week, the more is learnt
    newest = np.divide(picked_here, ripe_here, out=memory.copy(), where=ripe_here > 0.0)
    farms = world.cohort_farms[world.week % WEEKS_A_QUARTER]
    memory -= np.expm1(np.log1p(-world.p.harvest_memory) * farms) * (newest - memory)
    np.multiply(picked_here, weight * (1.0 - world.p.leaf_loss_share), out=communities.leaf_kept)

    flows.leaf_grown = float(np.add.reduce(ripe_here)) * weight
    flows.leaf_picked = float(np.add.reduce(picked_here)) * weight
    flows.leaf_unpicked = flows.leaf_grown - flows.leaf_picked
    flows.leaf_lost = flows.leaf_picked * world.p.leaf_loss_share
    flows.harvest_cost = spent * weight
    within_reach = flows.leaf_picked + world.p.unpicked_leaf_weight * flows.leaf_unpicked
    market.leaf_within_reach += (within_reach - market.leaf_within_reach) / MEMORY_WEEKS
