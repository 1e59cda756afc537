"""A made-up but plausible run: smooth paths through round numbers near the surveys, with seeded wobble.

Charts, files and summaries are tested on it, so that their tests need neither the model nor seconds of running.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from vraem.observe import INCOME_QUANTILES, SERIES_NAMES, RunResult, Snapshots
from vraem.observe.result import INCOME_SOURCES
from vraem.scenario import Scenario, load
from vraem.valley import ROUTES

WEEKS = 626
START = np.datetime64("2012-01-02")
COMMUNITIES = 698
KG_PER_HA_WEEK = 3550.0 / 52.18
LEAF_PER_KG = 260.0

_YEARS = np.arange(2012, 2025)
_AREA = (19900, 19965, 19200, 18800, 18400, 20300, 21700, 24000, 26000, 28000, 32000, 35500, 36500)
_LEAF = (3.3, 3.5, 4.2, 4.2, 3.9, 2.6, 2.9, 3.2, 3.4, 3.0, 3.0, 0.6, 1.8)
_HCL = (1000, 1050, 1150, 1200, 1190, 950, 1200, 1450, 1700, 1500, 1400, 500, 900)
_SHARES = {
    "air": (0.50, 0.50, 0.50, 0.48, 0.42, 0.26, 0.24, 0.24, 0.24, 0.23, 0.24, 0.24, 0.24),
    "foot": (0.06, 0.06, 0.06, 0.07, 0.10, 0.18, 0.19, 0.19, 0.19, 0.19, 0.19, 0.19, 0.19),
    "road_callao": (0.19, 0.19, 0.19, 0.20, 0.21, 0.22, 0.22, 0.22, 0.22, 0.22, 0.22, 0.22, 0.22),
    "road_puno": (0.17, 0.17, 0.17, 0.17, 0.18, 0.22, 0.22, 0.22, 0.22, 0.23, 0.22, 0.22, 0.22),
    "river": (0.08, 0.08, 0.08, 0.08, 0.09, 0.12, 0.13, 0.13, 0.13, 0.13, 0.13, 0.13, 0.13),
}


@cache
def history() -> Scenario:
    """The scenario whose name and settings the made-up runs bear."""
    return load("history")


def synthetic_result(
    seed: int = 1, weeks: int = WEEKS, communities: int = COMMUNITIES, scenario: Scenario | None = None
) -> RunResult:
    """A result of `weeks` weeks from January 2012, over as many communities as the valley has."""
    random = np.random.default_rng(seed)
    dates = START + np.arange(weeks) * np.timedelta64(7, "D")
    at = 2012.0 + (dates - np.datetime64("2012-01-01")).astype(float) / 365.25

    def path(knots: tuple[float, ...]) -> NDArray[np.float64]:
        return np.interp(at, _YEARS, knots)

    def wobble(size: float) -> NDArray[np.float64]:
        walk = np.cumsum(random.normal(0.0, size, weeks))
        return np.exp(walk - np.linspace(0.0, walk[-1], weeks))

    area = path(_AREA) * wobble(0.001)
    lockdown = 1.0 - 0.6 * np.exp(-0.5 * ((at - 2020.3) / 0.08) ** 2)
    leaf_price = path(_LEAF) * wobble(0.01) * lockdown
    hcl_price = path(_HCL) * wobble(0.006) * lockdown
    grown = area * KG_PER_HA_WEEK * (1.0 + 0.15 * np.sin(2 * np.pi * at * 4))
    unpicked = grown * np.clip(0.35 * (1.2 - leaf_price) / 1.2, 0.01, 0.4)
    picked = grown - unpicked
    lost = picked * 0.02
    legal = np.minimum(picked - lost, 1_500_000 / 52)
    firms = picked - lost - legal
    hcl = firms / LEAF_PER_KG
    shares = np.stack([path(_SHARES[route]) * wobble(0.01) for route in ROUTES])
    shares /= shares.sum(axis=0)
    loads = np.array([[325.0], [15.0], [150.0], [150.0], [80.0]])
    shipped = random.poisson(np.maximum(hcl * shares / loads, 0.0)) * loads
    seizure = 0.02 + 0.05 * (at > 2018)
    seized = random.binomial((shipped / loads).astype(int), seizure) * loads
    exported = shipped - seized

    series = {name: np.zeros(weeks) for name in SERIES_NAMES}
    series.update(
        coca_area=area * 1.07,
        coca_area_visible=area,
        licit_area=np.full(weeks, 60_000.0),
        growers=np.full(weeks, 26_000.0),
        planted=area * 0.0035,
        abandoned=area * 0.002,
        leaf_grown=grown,
        leaf_picked=picked,
        leaf_unpicked=unpicked,
        leaf_lost=lost,
        leaf_sold_legal=legal,
        leaf_sold_firms=firms,
        leaf_stock=firms * 3.0,
        paste_made=hcl * 1.1,
        hcl_made=hcl,
        hcl_stock=hcl * 8.0,
        leaf_price=leaf_price,
        paste_price=hcl_price * 0.66,
        hcl_price=hcl_price,
        border_price_index=path(_HCL) / 1200.0,
        leaf_income=firms * leaf_price * 0.97,
        harvest_cost=picked * 0.6,
        licit_income=np.full(weeks, 600_000.0),
        logging_income=np.full(weeks, 60_000.0),
        off_farm_income=np.full(weeks, 400_000.0),
        rest_area=np.full(weeks, 38_000.0),
        national_area=area + 38_000.0,
        valley_share=area / (area + 38_000.0),
    )
    for row, route in enumerate(ROUTES):
        series[f"hcl_shipped_{route}"] = shipped[row]
        series[f"hcl_exported_{route}"] = exported[row]
        series[f"hcl_seized_{route}"] = seized[row]
    return RunResult(
        scenario=scenario or history(),
        seed=seed,
        dates=dates,
        series={name: values.astype(np.float64) for name, values in series.items()},
        snapshots=_snapshots(random, dates, area, leaf_price, communities),
        seconds=1.25,
        profile={"growers": 0.9, "market": 0.3},
        balance={"leaf": 1.2e-9, "hcl": 3.0e-10},
    )


def _snapshots(
    random: np.random.Generator,
    dates: NDArray[np.datetime64],
    area: NDArray[np.float64],
    leaf_price: NDArray[np.float64],
    communities: int,
) -> Snapshots:
    year = dates.astype("datetime64[Y]")
    ends = np.flatnonzero(year[1:] != year[:-1])
    if dates[-1].astype(object).month == 12:
        ends = np.append(ends, len(dates) - 1)
    weights = random.gamma(0.6, 1.0, communities)
    weights /= weights.sum()
    coca = 420.0 * leaf_price[ends]
    spread = np.exp(np.array([-1.2, -0.6, 0.0, 0.55, 1.1]))
    quantiles = np.stack([(900.0 + coca)[:, None] * spread, np.full((len(ends), 1), 1100.0) * spread], axis=1)
    by_source = np.zeros((len(ends), 2, len(INCOME_SOURCES)))
    by_source[:, 0] = np.stack([coca * 1.1, *(np.full(len(ends), v) for v in (500.0, 60.0, 450.0))], axis=1)
    by_source[:, 1] = (0.0, 1000.0, 80.0, 520.0)
    assert quantiles.shape == (len(ends), 2, len(INCOME_QUANTILES))
    return Snapshots(
        dates=dates[ends],
        coca_area=(weights * area[ends][:, None]).astype(np.float32),
        leaf_price=(leaf_price[ends][:, None] * random.normal(1.0, 0.05, communities)).astype(np.float32),
        income_quantiles=quantiles,
        income_by_source=by_source,
    )


@pytest.fixture
def make_run() -> Callable[..., RunResult]:
    """A maker of made-up runs: `make_run(seed=1, weeks=626)`."""
    return synthetic_result


@pytest.fixture(scope="session")
def run() -> RunResult:
    """One made-up run of twelve years; tests read it only."""
    return synthetic_result()


@pytest.fixture(scope="session")
def runs() -> list[RunResult]:
    """Five made-up runs of twelve years with seeds 1 to 5; tests read them only."""
    return [synthetic_result(seed) for seed in range(1, 6)]
