"""Arms over time as small multiples: the middle of the runs with a band, beside the middle of the reference."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from vraem.figures.arm_series import ArmSeries, Source
from vraem.figures.run_groups import rolling_mean, rolling_sum
from vraem.figures.style import (
    INK,
    MUTED,
    SHADE,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    nice_top,
    sheet,
    style,
    thousands,
)
from vraem.figures.swept import not_drawn
from vraem.figures.timeline import frame_years
from vraem.world.clock import WEEKS_A_YEAR

BAND = (0.05, 0.95)
INNER = (0.25, 0.75)
BAND_RUNS = 20
"""Fewer runs are drawn one by one: nine in ten of them is no number that they had."""
LEAD_WEEKS = 156
"""Weeks before the campaign's start that are drawn."""
MOST_ARMS = 6
YEAR = 52
THOUSAND = 1000.0


class Row(NamedTuple):
    """One row of panels: its heading and the series in it, added up.

    ``kind``: the level itself, its sum over the last year (sum), or the mean of the last year as a yearly rate (rate);
    over ``scale``. ``mean``: lines are means of runs, not medians.
    """

    title: str
    series: tuple[str, ...]
    kind: str = "level"
    scale: float = 1.0
    mean: bool = False


GROUP_ROWS = (
    Row("independent lineage\ngroups, N", ("independent_lineage_groups",), mean=True),
    Row("their effective\nnumber", ("effective_groups",), mean=True),
    Row("all armed groups", ("groups",), mean=True),
)
STRENGTH_ROWS = (
    Row("armed lineage\noutside firms", ("armed_lineage",)),
    Row("command integrity,\nshare", ("command_integrity",)),
    Row("income, thousand\nUSD a year", ("group_income",), "rate", THOUSAND),
)
ECONOMY_ROWS = (
    Row("coca in the valley,\nthousand ha", ("coca_area_visible",), scale=THOUSAND),
    Row("coca elsewhere in\nPeru, thousand ha", ("rest_area",), scale=THOUSAND),
    Row("leaf, USD/kg", ("leaf_price",)),
    Row("cocaine (HCl),\nUSD/kg", ("hcl_price",)),
)
VIOLENCE_ROWS = (
    Row("attacks on the\nstate, a year", ("attacks",), "sum", mean=True),
    Row("clashes between\ngroups, a year", ("clashes",), "sum", mean=True),
    Row("members captured\nor killed, a year", ("captured", "killed_group"), "sum", mean=True),
    Row("civilians killed,\na year", ("killed_civilians",), "sum", mean=True),
)


def groups_by_arm(source: Source) -> Figure:
    """Number and effective number of independent groups over time, a column an arm: mean, 50 % and 90 % of runs."""
    return fans(source, GROUP_ROWS, "How many groups there are", "Armed groups over time")


def strength_by_arm(source: Source) -> Figure:
    """Armed lineage, command integrity and income over time, a column an arm: median, 50 % and 90 % of runs."""
    return fans(source, STRENGTH_ROWS, "Strength, command and money", "The armed groups over time")


def economy_by_arm(source: Source) -> Figure:
    """Coca area and prices over time, a column an arm: median, 50 % and 90 % of runs."""
    return fans(
        source, ECONOMY_ROWS, "Coca and its prices", "Area of coca and prices in the valley over time"
    )


def violence_by_arm(source: Source) -> Figure:
    """Violence over time, a column an arm: mean, 50 % and 90 % of runs."""
    return fans(source, VIOLENCE_ROWS, "Violence over time", "Events and persons in the last 52 weeks")


def fans(source: Source, rows: Sequence[Row], title: str, subtitle: str) -> Figure:
    """Small multiples of weekly series: a column an arm, a row a series.

    Parameters
    ----------
    source
        An experiment that kept weekly series, the folder of its sweep, or runs by the name of their arm.
    rows
        What to draw.
    title, subtitle
        What the chart says.

    Raises
    ------
    ValueError
        If there are no weekly series.

    """
    series = ArmSeries.of(source, sorted({name for row in rows for name in row.series}))
    arms = series.arms[:MOST_ARMS]
    left_out = series.arms[MOST_ARMS:]
    first = _first_week(series, rows)
    lines = "mean" if all(row.mean for row in rows) else "median"
    counts = [series.runs(arm) for arm in arms]
    spread = "; bands: half and nine in ten of the runs" if max(counts) >= BAND_RUNS else ""
    single = f"; thin: each run, where there are fewer than {BAND_RUNS}" if min(counts) < BAND_RUNS else ""
    note = f"Line: {lines} of runs{spread}{single}; black: {lines} of {arms[0]}."
    if left_out:
        note = f"{note} {not_drawn(left_out)}"
    margins = Margins(left=1.6, right=0.3, top=1.0, bottom=0.78)
    with style():
        figure, panels = sheet(
            title,
            f"{subtitle}; shaded: its campaign" if series.span else subtitle,
            f"{series.caption}\n{note}",
            size=(
                max(margins.left + margins.right + 1.52 * len(arms), 6.4),
                margins.top + margins.bottom + 1.3 * len(rows),
            ),
            rows=len(rows),
            columns=len(arms),
            margins=margins,
            sharex=True,
            sharey="row",
            wspace=0.09,
            hspace=0.16,
        )
        for line, row in zip(panels, rows, strict=True):
            found = {arm: _values(series, arm, row)[:, first:] for arm in arms}
            for axes, arm in zip(line, arms, strict=True):
                if row is rows[0]:
                    frame_years(axes, series.dates[first:])
                _fan(axes, series, found[arm], found[arms[0]], row, arm == arms[0], arm, first)
                _shade(axes, series.spans[arm])
            _scale(line[0], found.values(), row)
        for axes, arm in zip(panels[0], arms, strict=True):
            axes.set_title(f"{arm}\n", color=series.looks[arm].colour, pad=2.0, size=TEXT_SIZE - 0.7)
            axes.annotate(
                f"{series.runs(arm)} runs",
                (0.0, 1.0),
                (0.0, 3.0),
                "axes fraction",
                "offset points",
                size=SMALL_SIZE - 0.5,
                color=MUTED,
            )
        _few_years(panels, series.dates[first:])
    return figure


def _first_week(series: ArmSeries, rows: Sequence[Row]) -> int:
    """Where the chart begins: some years before the campaign, or at the first week.

    Sums over a year begin once there is a year behind them: they would climb from nothing.
    """
    full = YEAR - 1 if any(row.kind == "sum" for row in rows) and len(series.dates) > YEAR else 0
    if series.span is None:
        return full
    start = int(np.searchsorted(series.dates, np.datetime64(series.span[0])))
    return max(start - LEAD_WEEKS, full)


def _values(series: ArmSeries, arm: str, row: Row) -> NDArray[np.float64]:
    """What is drawn of an arm (runs, weeks)."""
    total = np.sum([series.values[arm][name] for name in row.series], axis=0) / row.scale
    if row.kind == "sum":
        return rolling_sum(total, YEAR)
    if row.kind == "rate":
        return rolling_mean(total, YEAR) * WEEKS_A_YEAR
    return np.asarray(total)


def _fan(
    axes: Axes,
    series: ArmSeries,
    values: NDArray[np.float64],
    reference: NDArray[np.float64],
    row: Row,
    own: bool,
    arm: str,
    first: int,
) -> None:
    days = series.dates[first:]
    colour = series.looks[arm].colour
    if 1 < len(values) < BAND_RUNS:
        axes.plot(days, values.T, color=colour, linewidth=0.5, alpha=0.4, zorder=2)
    elif len(values) > 1:
        for band, alpha in ((BAND, 0.16), (INNER, 0.28)):
            low, high = np.quantile(values, band, axis=0, method="inverted_cdf")
            axes.fill_between(days, low, high, color=colour, alpha=alpha, linewidth=0, zorder=2)
    if not own:
        axes.plot(days, _middle(reference, row), color=INK, linewidth=0.9, zorder=3)
    axes.plot(days, _middle(values, row), color=colour, linewidth=1.5, zorder=4)


def _middle(values: NDArray[np.float64], row: Row) -> NDArray[np.float64]:
    return np.asarray(values.mean(axis=0) if row.mean else np.median(values, axis=0))


def _scale(axes: Axes, values: Iterable[NDArray[np.float64]], row: Row) -> None:
    top = max(
        float((each if len(each) < BAND_RUNS else np.quantile(each, BAND[1], axis=0)).max())
        for each in values
    )
    axes.set_ylim(0.0, nice_top(max(top, 1e-9)))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: thousands(value) if value >= 1000 else f"{value:g}")
    )
    axes.set_ylabel(row.title, rotation=0, ha="right", va="center", size=SMALL_SIZE + 0.5, labelpad=4.0)


def _shade(axes: Axes, span: tuple[date, date] | None) -> None:
    if span is None:
        return
    start, end = (float(np.datetime64(day).astype("datetime64[D]").astype(int)) for day in span)
    axes.axvspan(start, max(end, start + 30.0), color=SHADE, linewidth=0, zorder=0)


def _few_years(panels: Sequence[Sequence[Axes]], dates: NDArray[np.datetime64]) -> None:
    """Names of few years, since panels are narrow."""
    years = np.unique(dates.astype("datetime64[Y]"))[1:]
    step = max(-(-len(years) // 4), 1)
    ticks = years[::step].astype("datetime64[D]").astype(float)
    for line in panels:
        for axes in line:
            axes.set_xticks(ticks, [str(year) for year in years[::step]])
            axes.set_xticks([], minor=True)
            axes.tick_params(axis="x", labelsize=SMALL_SIZE, length=2.5)
