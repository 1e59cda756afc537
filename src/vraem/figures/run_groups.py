"""What charts of the armed groups of one run share: the groups' looks, the campaign as a shaded stretch, captions."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from vraem.experiment.words import day
from vraem.figures.looks import group_looks
from vraem.figures.style import MUTED, SHADE, SMALL_SIZE, Look
from vraem.figures.timeline import DAYS_A_WEEK
from vraem.observe import RunResult

SHORT_WEEKS = 5
"""What is done to the groups within fewer weeks is drawn as a line and called arrests."""


def require_groups(result: RunResult) -> None:
    """Raise ``ValueError`` if the run knows nothing of armed groups."""
    if not result.organisation.weeks or "members" not in result.organisation.group_weeks:
        raise ValueError("the run holds no armed groups: there is nothing of them to draw")


def looks_of(result: RunResult) -> list[Look]:
    """The look of each group of a run, by its number."""
    groups = result.organisation.groups
    return group_looks(groups["founding"].astype(bool), groups["outsider"].astype(bool), _only_hired(result))


def _only_hired(result: RunResult) -> NDArray[np.bool_]:
    """Which groups (groups,) had columns in a firm's service and none outside it, ever."""
    weeks, groups = result.organisation.column_weeks, len(result.organisation.groups["founding"])
    if "serving" not in weeks:
        return np.zeros(groups, dtype=bool)
    living, serves = weeks["living"] > 0.0, weeks["serving"] > 0.0
    group = weeks["group"].astype(np.int64)
    inside, outside = (
        np.bincount(group[where & (group >= 0)], minlength=groups)[:groups]
        for where in (living & serves, living & ~serves)
    )
    return np.asarray((inside > 0) & (outside == 0))


def day_of(result: RunResult, week: int) -> float:
    """The first day of a week as matplotlib counts days."""
    return float(result.dates[0].astype("datetime64[D]").astype(int)) + DAYS_A_WEEK * week


def measured_from(results: Sequence[RunResult]) -> tuple[str, str]:
    """From when members are counted and from when horizons are, in words: a campaign's, or days without one."""
    anchors = [run.organisation.anchor for run in results]
    if any(anchor is not None and anchor.source == "campaign" for anchor in anchors):
        return "the campaign's start", "the campaign"
    first = anchors[0]
    if first is None or any(anchor != first for anchor in anchors):
        return "the start of the run", "the start of the run"
    start, end = (results[0].dates[week].astype("datetime64[D]").item() for week in (first.start, first.end))
    return day(start), day(end)


def shade_campaign(axes: Axes, results: Sequence[RunResult], *, named: bool, inside: bool = False) -> None:
    """Shade the time of the campaign, from its first to its last week; dated removals of one day are a line.

    It is `named` above the axes, or at their foot with `inside`, where a title stands above.
    Nothing is shaded if nothing is done to the groups, or not at one time in all runs. Call it when the limits of the
    axis are final.
    """
    anchors = {
        (run.organisation.anchor.start, run.organisation.anchor.end)
        for run in results
        if run.organisation.anchor is not None and run.organisation.anchor.source == "campaign"
    }
    if len(anchors) != 1:
        return
    start, end = anchors.pop()
    left = day_of(results[0], start)
    right = day_of(results[0], end + 1)
    low, high = axes.get_xlim()
    if right <= low or left >= high:
        return
    short = end - start < SHORT_WEEKS
    if short:  # a shaded week is too narrow to be seen
        axes.axvline(left, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    else:
        axes.axvspan(left, min(right, high), color=SHADE, linewidth=0, zorder=0)
    if named:
        middle = max((left + min(right, high)) / 2.0, low)
        axes.annotate(
            "arrests" if short else "campaign",
            (max(left, low), 0.0) if inside else (middle, 1.0),
            (4.0, 4.0) if inside else (0.0, 3.0),
            axes.get_xaxis_transform(),
            "offset points",
            ha="left" if inside else "center",
            va="bottom",
            size=SMALL_SIZE,
            color=MUTED,
        )


def rolling_sum(values: NDArray[np.floating], weeks: int) -> NDArray[np.float64]:
    """Sum of the last `weeks` weeks, (..., weeks); fewer at the beginning."""
    total = np.cumsum(values, axis=-1, dtype=np.float64)
    summed = total.copy()
    summed[..., weeks:] = total[..., weeks:] - total[..., :-weeks]
    return summed


def rolling_mean(values: NDArray[np.floating], weeks: int) -> NDArray[np.float64]:
    """Mean of the last `weeks` weeks, (..., weeks); of fewer at the beginning."""
    counted = np.minimum(np.arange(1, values.shape[-1] + 1), weeks)
    return np.asarray(rolling_sum(values, weeks) / counted)
