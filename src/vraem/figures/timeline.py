"""Charts against calendar time: one run as a line, several as median and band, with dated episodes shaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter, YearLocator
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from vraem.figures.style import INK, MUTED, SHADE, SMALL_SIZE
from vraem.observe import RunResult

BAND = (0.05, 0.95)
"""Quantiles of the runs between which a band is drawn."""

YEARS_ALL_NAMED = 14
SHORT_RUN_DAYS = 600
DAYS_A_WEEK = 7
DAYS_A_YEAR = 365.25

Weekly = Callable[[RunResult], NDArray[np.float64]]


class Episode(NamedTuple):
    """A dated stretch of history that drives the run, as charts shade it, with the source of its dates."""

    label: str
    start: date
    end: date
    source: str


EPISODES: tuple[Episode, ...] = (
    Episode(
        "air\ninterdiction",
        date(2015, 4, 15),
        date(2016, 12, 31),
        "airstrips destroyed from April 2015 (AFP, EFE), interception law of August 2015, police command "
        "from December 2015; driver capacity_air",
    ),
    Episode(
        "transport\nshock",
        date(2020, 3, 16),
        date(2020, 9, 30),
        "lockdown of 16 March 2020 and reopening in stages (Devida price reports); driver capacity_road",
    ),
    Episode(
        "glut",
        date(2021, 7, 1),
        date(2022, 12, 31),
        "record area in Colombia and Peru (UNODC, DEVIDA); driver border_price_index",
    ),
)


def as_results(results: RunResult | Sequence[RunResult]) -> list[RunResult]:
    """One result or several as a list; raises `ValueError` when there is none."""
    listed = [results] if isinstance(results, RunResult) else list(results)
    if not listed:
        raise ValueError("a chart needs at least one run; got none")
    return listed


@dataclass(frozen=True)
class Bundle:
    """Values of several runs on their common weeks: `dates` (weeks,), `values` (runs, weeks)."""

    dates: NDArray[np.datetime64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, results: Sequence[RunResult], weekly: Weekly) -> "Bundle":
        """`weekly(result)` of each run, cut to the weeks that all runs hold; raises `ValueError` if none."""
        dates = results[0].dates
        for result in results[1:]:
            dates = np.intersect1d(dates, result.dates)
        if len(dates) == 0:
            raise ValueError("the runs have no week in common, so they cannot share a chart")
        rows = [weekly(result)[np.isin(result.dates, dates)] for result in results]
        return cls(dates, np.stack(rows))

    @property
    def middle(self) -> NDArray[np.float64]:
        """Median (weeks,) over the runs; the run itself if there is one."""
        return np.asarray(np.median(self.values, axis=0), dtype=np.float64)

    def at(self, day: date) -> float:
        """The median in the last week that opens on or before `day`; not a number outside the runs."""
        place = int(np.searchsorted(self.dates, np.datetime64(day), side="right")) - 1
        inside = place >= 0 and np.datetime64(day) - self.dates[-1] < np.timedelta64(7, "D")
        return float(self.middle[place]) if inside else float("nan")


def draw_bundle(
    axes: Axes,
    bundle: Bundle,
    colour: str,
    linestyle: str | tuple[int, tuple[float, ...]] = "-",
    label: str = "",
) -> None:
    """The median as a line and, with several runs, the band of 5–95 % of runs behind it."""
    if len(bundle.values) > 1:
        low, high = np.quantile(bundle.values, BAND, axis=0)
        axes.fill_between(bundle.dates, low, high, color=colour, alpha=0.25, linewidth=0, zorder=2)
    axes.plot(bundle.dates, bundle.middle, color=colour, linestyle=linestyle, zorder=3, label=label)


def frame_years(axes: Axes, dates: NDArray[np.datetime64]) -> None:
    """Limits and ticks of a time axis over the weeks `dates`: whole years, or months in a short run.

    The name of a year stands in its middle, so that a survey of 31 December is read with its own year.
    """
    left, right = float(dates[0].astype(int)), float(dates[-1].astype(int)) + DAYS_A_WEEK
    year_start = float(dates[0].astype("datetime64[Y]").astype("datetime64[D]").astype(int))
    axes.set_xlim(year_start if left - year_start < DAYS_A_WEEK else left, right)
    if right - left <= SHORT_RUN_DAYS:
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))
        axes.xaxis.set_major_formatter(DateFormatter("%b %Y"))
        axes.tick_params(axis="x", labelsize=SMALL_SIZE)
        return
    step = 1 if (right - left) / DAYS_A_YEAR <= YEARS_ALL_NAMED else 2
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(YearLocator(step, month=7, day=1))
    axes.xaxis.set_minor_formatter(DateFormatter("%Y"))
    for panel in axes.get_shared_x_axes().get_siblings(axes):
        panel.tick_params(axis="x", which="minor", length=0.0)


def shade_episodes(axes: Axes, runs: Sequence[RunResult], *, named: bool) -> None:
    """Shade the episodes that lie in the panel and mark from when the border price is drawn.

    `named` writes their names along the upper edge. Nothing is shaded unless history drives all `runs`. Call it
    after `frame_years`.
    """
    _mark_drawn_price(axes, runs, named=named)
    if any(run.scenario.drivers.table != "history" for run in runs):
        return
    left, right = axes.get_xlim()
    for episode in EPISODES:
        start = max(_day_number(episode.start), left)
        end = min(_day_number(episode.end), right)
        if start >= end:
            continue
        axes.axvspan(start, end, color=SHADE, linewidth=0, zorder=0)
        if named:
            axes.annotate(
                episode.label,
                xy=((start + end) / 2.0, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, -3),
                textcoords="offset points",
                ha="center",
                va="top",
                size=SMALL_SIZE,
                color=MUTED,
                linespacing=1.05,
                zorder=4,
            )


def _mark_drawn_price(axes: Axes, runs: Sequence[RunResult], *, named: bool) -> None:
    """A dotted line where the dated border price ends and is drawn at random from then on."""
    ends = {run.scenario.drivers.last_date("border_price_index") for run in runs}
    end = ends.pop() if len(ends) == 1 else None
    if end is None or axes.get_xlim()[1] - _day_number(end) < DAYS_A_YEAR:
        return
    start = _day_number(end) + 1.0
    axes.axvline(start, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
    if named:
        axes.annotate(
            "border price\ndrawn",
            xy=(start, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -3),
            textcoords="offset points",
            va="top",
            size=SMALL_SIZE,
            color=MUTED,
        )


def day_numbers(days: Sequence[date]) -> NDArray[np.float64]:
    """Dates as matplotlib counts them (days since 1970)."""
    return np.array([_day_number(day) for day in days], dtype=np.float64)


def panel_title(axes: Axes, text: str) -> None:
    """The name and unit of a panel, above its upper left corner."""
    axes.set_title(text, color=INK, pad=4.0)


def _day_number(day: date) -> float:
    return float(np.datetime64(day).astype("datetime64[D]").astype(int))
