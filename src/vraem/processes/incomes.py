"""Other incomes of households, once a quarter: coffee and cacao, illegal logging, work off the farm (A7).

They carry households through price falls and pay for planting. Logging pays where forest stands; families
whose leaf stays unpicked have more time for it. Where columns control, they take a quota of the logging and
extort a part of the rest (B1).
"""

import numpy as np
from numpy.typing import NDArray

from vraem.world import World
from vraem.world.clock import QUARTERS_A_YEAR, WEEKS_A_QUARTER


def step(world: World) -> None:
    """Pay this week's cohort its other incomes; households keep at most their buffer of cash."""
    growers, communities, p = world.growers, world.communities, world.p
    start, _, end = world.cohorts[world.week % WEEKS_A_QUARTER]
    rows = slice(start, end)
    community = growers.community[rows]

    bearing = growers.licit_bearing[rows]
    growth = np.float32(1.0 / (QUARTERS_A_YEAR * p.licit_years_before_harvest))
    bearing += growth * (growers.licit_area[rows] - bearing)
    licit = bearing * np.float32(p.licit_net_margin / QUARTERS_A_YEAR)
    idle = 1.0 + (1.0 - communities.harvested_share)
    cut = p.logging_income * communities.forest * idle
    _take_quotas(world, community, licit, cut)
    kept = (1.0 - p.extortion_rate * communities.control).astype(np.float32).take(community)
    logging = (cut * (1.0 - p.logging_quota * communities.control)).astype(np.float32).take(community)
    licit *= kept
    off_farm = np.float32(p.off_farm_income) * kept

    cash = growers.cash[rows]
    cash += licit + logging + off_farm
    np.clip(cash, 0.0, p.household_cash_buffer, out=cash)
    growers.licit_income[rows] += licit
    growers.logging_income[rows] += logging
    growers.off_farm_income[rows] += off_farm
    flows, weight = world.flows, world.households_per_row
    flows.licit_income = float(licit.sum(dtype=np.float64)) * weight
    flows.logging_income = float(logging.sum(dtype=np.float64)) * weight
    flows.off_farm_income = float(off_farm.sum(dtype=np.float64)) * weight


def _take_quotas(
    world: World, community: NDArray[np.int64], licit: NDArray[np.float32], cut: NDArray[np.float64]
) -> None:
    """What columns take, by their share of control, of licit and other income and of logging `cut` (C,) USD each."""
    columns, p, weight = world.columns, world.p, world.households_per_row
    count, places = columns.count, len(cut)
    households = world.cohort_households[world.week % WEEKS_A_QUARTER]
    other = (
        p.extortion_rate * (np.bincount(community, licit, places) + p.off_farm_income * households) * weight
    )
    timber = p.logging_quota * cut * households * weight
    columns.logging[:count], columns.extortion[:count] = (
        np.stack([timber, other]) @ columns.control[:, :count]
    )
    world.flows.potential_protection += float(timber.sum() + other.sum())
