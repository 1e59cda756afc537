"""How the arms of a comparison go on after they part: main series as small multiples."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from vraem.analysis.compare import Comparison
from vraem.analysis.compare_output import BAND
from vraem.analysis.paired import LEVEL
from vraem.analysis.paths import PATHS, Path
from vraem.experiment.words import short_day
from vraem.figures.arms import MOST_ARMS_IN_CHART, arm_look, compared_caption
from vraem.figures.labels import halo
from vraem.figures.style import (
    INK,
    MUTED,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    key_on_top,
    nice_top,
    sheet,
    style,
    thousands,
)
from vraem.figures.timeline import frame_years, panel_title

LEAD_WEEKS = 104
"""Weeks of the shared past that are drawn before the arms part."""

MOST_BANDS = 3
"""With more arms than these, bands would hide each other: only lines are drawn."""

ROOM_FOR_NAME = 0.25
"""Part of a panel's width that the name of the day takes."""

COLUMNS = 2
KEY_COLUMNS = 4
KEY_ROW_INCHES = 0.18
Kind = Literal["levels", "differences"]


def arm_paths(comparison: Comparison) -> Figure:
    """Median of each arm with the band of 5-95 % of its runs, from two years before the arms part."""
    bands = len(comparison.names) <= MOST_BANDS
    note = "Line: median of runs." + (" Band: 5–95 % of runs." if bands else "")
    return _figure(
        comparison,
        "levels",
        f"{_versus(comparison)}: the valley over time",
        "Runs differ by chance and by the border price, which the scenarios share seed by seed",
        note,
    )


def difference_paths(comparison: Comparison) -> Figure:
    """Mean paired difference of each arm to the reference with its 95 % interval, week by week."""
    bands = len(comparison.names) <= MOST_BANDS + 1
    band = f" Band: its {100 * LEVEL:.0f} % interval, week by week." if bands else ""
    note = f"Line: mean of paired differences.{band}"
    return _figure(
        comparison,
        "differences",
        f"{_versus(comparison)}: the difference over time",
        f"Each run less the run of {comparison.reference} with the same seed: zero until they part",
        note,
    )


def _versus(comparison: Comparison) -> str:
    others = comparison.names[1:]
    return f"{others[0]} against {comparison.reference}" if len(others) == 1 else "Scenarios compared"


def _figure(comparison: Comparison, kind: Kind, title: str, subtitle: str, note: str) -> Figure:
    first = max(int(np.searchsorted(comparison.dates, np.datetime64(comparison.parting))) - LEAD_WEEKS, 0)
    arms = [*range(1 if kind == "differences" else 0, len(comparison.names))][: MOST_ARMS_IN_CHART + 1]
    left_out = comparison.names[arms[-1] + 1 :]
    if left_out:
        note = f"{note} Not drawn, for want of room: {', '.join(left_out)}."
    rows = -(-len(PATHS) // COLUMNS)
    top = 1.08 + KEY_ROW_INCHES * ((len(arms) - 1) // KEY_COLUMNS)
    with style():
        figure, panels = sheet(
            title,
            subtitle,
            compared_caption(comparison, note),
            size=(8.6, 0.47 + top + 1.95 * rows),
            rows=rows,
            columns=COLUMNS,
            margins=Margins(left=0.55, right=0.25, top=top, bottom=0.78),
            sharex=True,
            hspace=0.34,
            wspace=0.17,
        )
        flat = [axes for row in panels for axes in row]
        for place, path in enumerate(PATHS):
            frame_years(flat[place], comparison.dates[first:])
            _panel(flat[place], comparison, path, arms, first, kind)
            _mark_partings(flat[place], comparison, named=place == 0)
        for axes in flat[len(PATHS) :]:
            axes.set_visible(False)
        _key(figure, comparison, arms)
    return figure


def _panel(axes: Axes, comparison: Comparison, path: Path, arms: list[int], first: int, kind: Kind) -> None:
    values = comparison.paths[path.name][:, :, first:]
    dates = comparison.dates[first:]
    bands = len(arms) <= MOST_BANDS
    extremes = [0.0]
    # the reference goes on top: before the parting all are one line
    for arm in reversed(arms):
        look = arm_look(arm)
        low, middle, high = _levels(values[arm]) if kind == "levels" else _gaps(values[arm] - values[0])
        if bands:
            axes.fill_between(dates, low, high, color=look.colour, alpha=0.16, linewidth=0, zorder=2)
        axes.plot(dates, middle, color=look.colour, linestyle=look.linestyle, linewidth=1.4, zorder=3)
        drawn = (low, high) if bands else (middle,)
        extremes += [
            float(end(line)) for line in drawn if np.isfinite(line).any() for end in (np.nanmin, np.nanmax)
        ]
    unit = path.unit if kind == "levels" else path.unit.replace("%", "points")
    panel_title(axes, f"{path.title}, {unit}")
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if kind == "levels":
        axes.set_ylim(0.0, nice_top(max(extremes)))
        axes.yaxis.set_major_formatter(FuncFormatter(_plain))
    else:
        reach = max(max(extremes) - min(extremes), 1e-6)
        axes.set_ylim(min(extremes) - 0.06 * reach, max(extremes) + 0.06 * reach)
        axes.axhline(0.0, color=INK, linewidth=0.9, zorder=2.5)
        axes.yaxis.set_major_formatter(FuncFormatter(_signed))


def _levels(runs: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Lower end, median and upper end (weeks,) of the runs."""
    low, middle, high = np.quantile(runs, (BAND[0], 0.5, BAND[1]), axis=0)
    return low, middle, high


def _gaps(gaps: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Mean of paired differences (weeks,) with its interval (paired t)."""
    from scipy import stats

    pairs = len(gaps)
    mean = gaps.mean(axis=0)
    reach = stats.t.ppf(0.5 + LEVEL / 2.0, pairs - 1) * gaps.std(axis=0, ddof=1) / np.sqrt(pairs)
    return mean - reach, mean, mean + reach


def _plain(value: float, _: int) -> str:
    return thousands(value) if abs(value) >= 100.0 else f"{value:g}"


def _signed(value: float, _: int) -> str:
    return "0" if abs(value) < 1e-9 else f"{value:+,g}".replace("-", "−").replace(",", "\u2009")


def _mark_partings(axes: Axes, comparison: Comparison, *, named: bool) -> None:
    """A line on each day on which an arm parts; the first is named."""
    days = sorted({day for day in comparison.partings if day is not None})
    for day in days:
        number = float(np.datetime64(day).astype("datetime64[D]").astype(int))
        axes.axvline(number, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    if not named:
        return
    # the name stands inside the panel, away from the lines, which are at zero or well above it about then
    low, high = axes.get_ylim()
    upper = -low < high and low < 0.0
    number = float(np.datetime64(days[0]).astype("datetime64[D]").astype(int))
    first, last = axes.get_xlim()
    before = last - number < ROOM_FOR_NAME * (last - first)
    text = axes.annotate(
        f"they part\n{short_day(days[0])}",
        (number, 1.0 if upper else 0.0),
        (-4.0 if before else 4.0, -3.0 if upper else 4.0),
        axes.get_xaxis_transform(),
        "offset points",
        ha="right" if before else "left",
        va="top" if upper else "bottom",
        size=SMALL_SIZE,
        color=MUTED,
        zorder=5,
    )
    halo(text)


def _key(figure: Figure, comparison: Comparison, arms: list[int]) -> None:
    handles = [
        Line2D(
            [],
            [],
            color=arm_look(arm).colour,
            ls=arm_look(arm).linestyle,
            lw=1.6,
            label=comparison.names[arm],
        )
        for arm in arms
    ]
    key_on_top(
        figure,
        handles,
        min(len(handles), KEY_COLUMNS),
        down=0.57,
        fontsize=TEXT_SIZE - 0.5,
        columnspacing=1.6,
        handlelength=2.4,
    )
