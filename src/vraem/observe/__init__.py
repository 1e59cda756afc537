"""Observers: what is recorded of a run. They read the world; no process reads them."""

from vraem.observe.result import INCOME_QUANTILES, INCOME_SOURCES, RunResult, Snapshots
from vraem.observe.runner import run, run_world
from vraem.observe.series import SERIES, SERIES_NAMES, SeriesSpec

__all__ = [
    "INCOME_QUANTILES",
    "INCOME_SOURCES",
    "SERIES",
    "SERIES_NAMES",
    "RunResult",
    "SeriesSpec",
    "Snapshots",
    "run",
    "run_world",
]
