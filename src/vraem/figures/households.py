"""What households earn, with and without coca, and where the coca stands (yearly snapshots of a run)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from vraem.figures.style import SOURCE_LOOKS, TEXT_SIZE, Margins, caption, nice_top, sheet, style, thousands
from vraem.figures.timeline import as_results, panel_title
from vraem.observe import INCOME_SOURCES, RunResult

if TYPE_CHECKING:
    from vraem.valley import Valley

GROUPS = ("Households that may grow coca", "Households that never grow coca")
"""Names of the two groups of households, in the order of the group axis of a snapshot."""

GROUP_COLOURS = (SOURCE_LOOKS["coca"].colour, "#8a5a00")
USD_PER_THOUSAND = 1000.0
MOST_YEARS_NAMED = 6

YEARS_SHOWN = 4


def growers_incomes(results: RunResult | Sequence[RunResult]) -> Figure:
    """Income of a household by year: its spread above, its sources below, with and without coca.

    Several runs are shown by the median of each quantile and the mean of each source. Raises `ValueError`
    when the runs share no end of a year.
    """
    runs = as_results(results)
    years, quantiles, sources = _yearly_incomes(runs)
    note = "Median of runs for each quantile, mean of runs for each source." if runs[1:] else ""
    with style():
        figure, rows = sheet(
            "What a household earns in a year",
            "Thousand US dollars of 2023, net of picking costs and tax",
            caption(runs, note, band=False),
            size=(7.6, 6.6),
            rows=2,
            columns=2,
            margins=Margins(left=0.5, right=1.4, top=0.92),
            sharex=True,
            sharey="row",
            hspace=0.28,
            wspace=0.1,
        )
        for group, name in enumerate(GROUPS):
            _ribbons(rows[0][group], years, quantiles[:, group], GROUP_COLOURS[group])
            _source_bars(rows[1][group], years, sources[:, group])
            panel_title(rows[0][group], name)
        top, bottom = rows[0][0], rows[1][0]
        top.set_ylim(min(0.0, 1.1 * float(quantiles.min())), nice_top(float(quantiles.max())))
        gains, losses = np.clip(sources, 0.0, None).sum(axis=2), np.clip(sources, None, 0.0).sum(axis=2)
        bottom.set_ylim(1.1 * float(losses.min()), nice_top(float(gains.max())))
        panel_title(bottom, "Mean, by source")
        _frame_snapshots(bottom, years)
        for axes in (top, bottom):
            axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        _name_quantiles(rows[0][1])
        _name_sources(rows[1][1])
    return figure


def _yearly_incomes(
    runs: Sequence[RunResult],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Years (k,), income quantiles (k, 2, 5) and means by source (k, 2, 4) in thousand USD, over the runs."""
    dates = runs[0].snapshots.dates
    for run in runs[1:]:
        dates = np.intersect1d(dates, run.snapshots.dates)
    if len(dates) == 0:
        raise ValueError("the runs hold no end of a year: there are no yearly incomes to draw")
    kept = [np.isin(run.snapshots.dates, dates) for run in runs]
    quantiles = [run.snapshots.income_quantiles[mask] for run, mask in zip(runs, kept, strict=True)]
    sources = [run.snapshots.income_by_source[mask] for run, mask in zip(runs, kept, strict=True)]
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    return (
        years,
        np.median(quantiles, axis=0) / USD_PER_THOUSAND,
        np.mean(sources, axis=0) / USD_PER_THOUSAND,
    )


def _ribbons(axes: Axes, years: NDArray[np.int64], quantiles: NDArray[np.float64], colour: str) -> None:
    """Ribbons between the quantiles (k, 5), outer pale and inner strong, around the median."""
    low, quarter, middle, three_quarters, high = quantiles.T
    axes.fill_between(years, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.fill_between(years, quarter, three_quarters, color=colour, alpha=0.35, linewidth=0)
    axes.plot(years, middle, color=colour, marker="o", markersize=3.5)


def _source_bars(axes: Axes, years: NDArray[np.int64], sources: NDArray[np.float64]) -> None:
    """Bars stacked by source (k, 4); a loss hangs below zero."""
    gain_base, loss_base = np.zeros(len(years)), np.zeros(len(years))
    for source, amount in zip(INCOME_SOURCES, sources.T, strict=True):
        base = np.where(amount >= 0.0, gain_base, loss_base)
        axes.bar(
            years,
            amount,
            0.78,
            bottom=base,
            color=SOURCE_LOOKS[source].colour,
            edgecolor="white",
            linewidth=0.5,
            label=source,
        )
        gain_base = gain_base + np.maximum(amount, 0.0)
        loss_base = loss_base + np.minimum(amount, 0.0)


def _frame_snapshots(axes: Axes, years: NDArray[np.int64]) -> None:
    step = -(-len(years) // MOST_YEARS_NAMED)
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axes.set_xticks(years[::step])


def _name_quantiles(axes: Axes) -> None:
    """The parts of the ribbon beside the panel: where incomes lie close, they cannot be named in place."""
    colour = GROUP_COLOURS[1]
    handles: list[Artist] = [
        Patch(facecolor=colour, alpha=0.2, label="eight in ten"),
        Patch(facecolor=colour, alpha=0.55, label="middle half"),
        Line2D([], [], color=colour, marker="o", markersize=3.5, label="median"),
    ]
    _key_beside(axes, handles)


def _name_sources(axes: Axes) -> None:
    """The sources beside the panel, in the order of the stack: thin slices cannot be named in place."""
    looks = [SOURCE_LOOKS[source] for source in reversed(INCOME_SOURCES)]
    _key_beside(axes, [Patch(facecolor=look.colour, edgecolor="white", label=look.label) for look in looks])


def _key_beside(axes: Axes, handles: Sequence[Artist]) -> None:
    axes.legend(
        handles=handles,
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        fontsize=TEXT_SIZE - 0.5,
        handlelength=1.2,
        labelspacing=0.8,
    )


def coca_map_years(result: RunResult, valley: "Valley", years: int = YEARS_SHOWN) -> Figure:
    """Small maps of the visible coca at the end of up to `years` years, the first and the last among them.

    Raises `ValueError` when the run holds no end of a year.
    """
    from vraem.figures.maps import coca_small_multiples

    snapshots = result.snapshots
    if len(snapshots.dates) == 0:
        raise ValueError("the run holds no end of a year: there is no map of coca to draw")
    picked = np.unique(np.linspace(0, len(snapshots.dates) - 1, years).round().astype(int))
    areas = snapshots.coca_area[picked]
    calendar = snapshots.dates[picked].astype("datetime64[Y]").astype(int) + 1970
    titles = [f"{year}: {thousands(area.sum())} ha" for year, area in zip(calendar, areas, strict=True)]
    return coca_small_multiples(valley, areas, titles, [result])
