"""Other incomes of households, once a quarter: coffee and cacao, illegal logging, work off the farm (A7).

They carry households through price falls and pay for planting. Logging pays where forest stands; families
whose leaf stays unpicked have more time for it. Where columns control, they take a quota of the logging and
extort a part of the rest (B1).
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.territory import taking_control, taking_share
from vraem.world import World
from vraem.world.clock import QUARTERS_A_YEAR, WEEKS_A_QUARTER


def step(world: World) -> None:
    """Pay this week's cohort its other incomes; households keep at most their buffer of cash."""
    growers, communities, p = world.growers, world.communities, world.p
    start, _, end = world.cohorts[world.week % WEEKS_A_QUARTER]
    rows = slice(start, end)
    community = growers.community[rows]

    bearing = growers.licit_bearing[rows]
    growth = 1.0 / (QUARTERS_A_YEAR * p.licit_years_before_harvest)
    bearing += growth * (growers.licit_area[rows] - bearing)
    licit = bearing * (p.licit_net_margin / QUARTERS_A_YEAR)
    idle = 1.0 + (1.0 - communities.harvested_share)
    logging = (p.logging_income * communities.forest * idle).astype(np.float32).take(community)
    left = _kept(world, "extortion", p.extortion_rate, community)
    # what is taken is what the households earned less what they keep
    work = np.float32(p.off_farm_income)
    before = _sum(logging), _sum(licit) + float(work) * len(licit)
    logging *= _kept(world, "logging", p.logging_quota, community)
    licit *= left
    off_farm = work * left

    cash = growers.cash[rows]
    cash += licit + logging + off_farm
    np.maximum(cash, 0.0, out=cash)
    np.minimum(cash, p.household_cash_buffer, out=cash)
    for books, income in (
        (growers.licit_income, licit),
        (growers.logging_income, logging),
        (growers.off_farm_income, off_farm),
    ):
        this_year = books[rows]
        this_year += income
    flows, weight = world.flows, world.households_per_row
    flows.logging_income = _sum(logging) * weight
    flows.licit_income, flows.off_farm_income = _sum(licit) * weight, _sum(off_farm) * weight
    gross_timber, gross_other = (gross * weight for gross in before)
    _take_quotas(world, gross_timber, gross_other)


def _kept(world: World, source: str, rate: float, community: NDArray[np.int32]) -> NDArray[np.float32]:
    """Share of an income that households in each `community` keep, (n,): what columns do not take at full control."""
    taken = np.minimum(rate * taking_control(world, source).astype(np.float32), 1.0)
    kept: NDArray[np.float32] = (1.0 - taken).take(community)
    return kept


def _sum(values: NDArray[np.float32]) -> float:
    return float(np.add.reduce(values, dtype=np.float64))


def _take_quotas(world: World, timber: float, other: float) -> None:
    """Columns share what was taken of the incomes `timber` and `other`, USD, by what their ground yields."""
    columns, flows, p = world.columns, world.flows, world.p
    # at least nothing: rounding may leave a hair less than was earned
    quotas = max(timber - flows.logging_income, 0.0)
    extorted = max(other - flows.licit_income - flows.off_farm_income, 0.0)
    columns.logging[: columns.count] = quotas * taking_share(world, "logging")
    columns.extortion[: columns.count] = extorted * taking_share(world, "extortion")
    flows.potential_protection += p.logging_quota * timber + p.extortion_rate * other
