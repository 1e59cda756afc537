"""Other incomes of households, once a quarter: coffee and cacao, illegal logging, work off the farm (A7).

They carry households through price falls and pay for planting. Logging pays where forest stands; families
whose leaf stays unpicked have more time for it.
"""

import numpy as np

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
    logging = (p.logging_income * communities.forest * idle).astype(np.float32).take(community)
    off_farm = np.float32(p.off_farm_income)

    cash = growers.cash[rows]
    cash += licit + logging + off_farm
    np.clip(cash, 0.0, p.household_cash_buffer, out=cash)
    growers.licit_income[rows] += licit
    growers.logging_income[rows] += logging
    growers.off_farm_income[rows] += off_farm
    flows, weight = world.flows, world.households_per_row
    flows.licit_income = float(licit.sum(dtype=np.float64)) * weight
    flows.logging_income = float(logging.sum(dtype=np.float64)) * weight
    flows.off_farm_income = p.off_farm_income * len(licit) * weight
