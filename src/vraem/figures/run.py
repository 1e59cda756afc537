"""All charts of one run, drawn into a folder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vraem.experiment.yearly import Years, by_route
from vraem.figures.charts import area_against_observed, prices
from vraem.figures.command_chart import command_links
from vraem.figures.flows import FLOW_WEEKS, leaf_fate, route_shares
from vraem.figures.group_money import group_income
from vraem.figures.groups_chart import number_of_groups, strength_and_removals
from vraem.figures.households import coca_map_years, growers_incomes
from vraem.figures.member_fates import members_by_fate
from vraem.figures.style import save
from vraem.figures.territory_maps import territory
from vraem.figures.violence_chart import violence, violence_around_start
from vraem.observe import RunResult

Draw = Callable[[RunResult], Figure]

RUN_CHARTS: dict[str, str] = {
    "area": "coca area of the valley against the surveys",
    "prices": "prices of leaf, paste and cocaine against reports",
    "routes": "ways out of the valley",
    "leaf": "what becomes of the leaf, and how much is seized",
    "incomes": "what a household earns, by source",
    "coca-map": "where the coca stands, at four dates",
    "territory": "who controls what: territory, columns and units on the map, at four dates",
    "members": "members by fate, over time and at the horizons",
    "fates": "where those who were members at the start go, in flows",
    "command": "command links, one line a column",
    "group-income": "income of the armed groups by source",
    "groups": "number and effective number of armed groups, and the life of each",
    "strength": "members and armed, captured and killed",
    "violence": "violence by perpetrator, deaths by victim",
    "violence-around": "violence before and after the campaign's start",
}
"""Every chart that one run can have, by the name of its files, with what it shows, in the order of reading."""

SHORTEST_WEEKS = 52
"""Runs with fewer weeks get no charts of the armed groups."""


def charts_of(result: RunResult) -> dict[str, Draw]:
    """The charts that `result` is long enough for, by the name of their files, in the order of reading."""
    charts: dict[str, Draw] = {"area": area_against_observed, "prices": prices}
    moved = by_route(result, "hcl_exported").sum(axis=0)
    if len(moved) >= FLOW_WEEKS and np.any(moved > 0.0):
        charts["routes"] = route_shares
    if Years.of(result.dates).complete.any():
        charts["leaf"] = leaf_fate
    if len(result.snapshots.dates):
        charts["incomes"] = growers_incomes
        charts["coca-map"] = _map
    return charts | _of_the_groups(result)


def _of_the_groups(result: RunResult) -> dict[str, Draw]:
    """The charts of the armed groups that the run is long enough for."""
    groups = result.organisation
    if groups.weeks < SHORTEST_WEEKS or "members" not in groups.group_weeks:
        return {}
    charts: dict[str, Draw] = {}
    if len(groups.territory.group):
        charts["territory"] = territory
    charts["members"] = members_by_fate
    if _told(groups.fates.moments, groups.fates.reached):
        charts["fates"] = _fates
    charts["command"] = command_links
    if np.any(result["group_income"] > 0.0):
        charts["group-income"] = group_income
    charts["groups"] = number_of_groups
    charts["strength"] = strength_and_removals
    charts["violence"] = violence
    if _violent_around(result):
        charts["violence-around"] = violence_around_start
    return charts


def _told(moments: tuple[str, ...], reached: Callable[[str], bool]) -> bool:
    """Whether the run reaches every horizon, of those that it has."""
    horizons = [moment for moment in moments if moment.endswith("months")]
    return bool(horizons) and all(reached(moment) for moment in horizons)


def _violent_around(result: RunResult) -> bool:
    """Whether something is done to the groups and there was violence around its start."""
    anchor = result.organisation.anchor
    if anchor is None or anchor.source != "campaign":
        return False
    weeks = result.organisation.journal["week"]
    return bool(np.any(np.abs(weeks.astype(np.int64) - anchor.start) < SHORTEST_WEEKS))


def draw_run(result: RunResult, folder: Path) -> list[Path]:
    """Draw every chart of `result` as PNG and SVG into the existing `folder`; returns the files."""
    return [path for name, draw in charts_of(result).items() for path in save(draw(result), folder / name)]


def _map(result: RunResult) -> Figure:
    from vraem.valley import load

    return coca_map_years(result, load())


def _fates(result: RunResult) -> Figure:
    from vraem.figures.fate_flows import fates_of_members

    return fates_of_members(result)
