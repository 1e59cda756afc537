"""All charts of one run, drawn into a folder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vraem.experiment.yearly import Years, by_route
from vraem.figures.charts import area_against_observed, prices
from vraem.figures.flows import FLOW_WEEKS, leaf_fate, route_shares
from vraem.figures.households import coca_map_years, growers_incomes
from vraem.figures.style import save
from vraem.observe import RunResult


def charts_of(result: RunResult) -> dict[str, Callable[[RunResult], Figure]]:
    """The charts that `result` is long enough for, by the name of their files, in the order of reading."""
    charts: dict[str, Callable[[RunResult], Figure]] = {"area": area_against_observed, "prices": prices}
    moved = by_route(result, "hcl_exported").sum(axis=0)
    if len(moved) >= FLOW_WEEKS and np.any(moved > 0.0):
        charts["routes"] = route_shares
    if Years.of(result.dates).complete.any():
        charts["leaf"] = leaf_fate
    if len(result.snapshots.dates):
        charts["incomes"] = growers_incomes
        charts["coca-map"] = _map
    return charts


def draw_run(result: RunResult, folder: Path) -> list[Path]:
    """Draw every chart of `result` as PNG and SVG into the existing `folder`; returns the files."""
    return [path for name, draw in charts_of(result).items() for path in save(draw(result), folder / name)]


def _map(result: RunResult) -> Figure:
    from vraem.valley import load

    return coca_map_years(result, load())
