"""Where the cocaine goes and what becomes of the leaf (patterns P5, P8, P9, P30)."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from operator import itemgetter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from vraem.experiment import observed
from vraem.experiment.yearly import (
    KG_PER_TONNE,
    Years,
    by_route,
    callao_share,
    moving_route_shares,
    share,
)
from vraem.figures.labels import EndLabel, halo, label_ends
from vraem.figures.looks import letters
from vraem.figures.style import (
    FATE_LOOKS,
    INK,
    PRODUCT_LOOKS,
    ROUTE_LOOKS,
    SHADE,
    SMALL_SIZE,
    TEXT_SIZE,
    Look,
    Margins,
    caption,
    nice_top,
    sheet,
    style,
)
from vraem.figures.timeline import (
    BAND,
    Bundle,
    as_results,
    day_numbers,
    draw_bundle,
    frame_years,
    panel_title,
)
from vraem.observe import RunResult
from vraem.valley import ROUTES

FLOW_WEEKS = 13
"""Weeks over which the flow by route is averaged."""

STACK_ORDER = ("foot", "road_callao", "road_puno", "river", "air")
"""The two routes to Callao lie together at the bottom of the stack."""

CALLAO_RANGE = (0.30, 0.50)
CALLAO_YEARS = (date(2017, 1, 1), date(2022, 12, 31))
"""Range of pattern P30 for the share of the output that passes through Callao, and when it holds."""

LEAF_FATES: dict[str, str] = {
    "firms": "leaf_sold_firms",
    "legal": "leaf_sold_legal",
    "lost": "leaf_lost",
    "unpicked": "leaf_unpicked",
}
KG_PER_THOUSAND_TONNES = 1000.0 * KG_PER_TONNE


def route_shares(results: RunResult | Sequence[RunResult]) -> Figure:
    """Share of the flow by route over time, and what of it goes to Callao (P9, P30).

    Needs runs of at least `FLOW_WEEKS` weeks in which cargo left the valley; raises `ValueError` otherwise.
    """
    runs = as_results(results)
    shares = [Bundle.of(runs, partial(_moving_share, row=row)) for row in range(len(ROUTES))]
    moving = np.isfinite(shares[0].values).all(axis=0)
    if not moving.any():
        raise ValueError(f"no cargo left the valley in {FLOW_WEEKS} weeks: there are no route shares to draw")
    dates = shares[0].dates[moving]
    cube = np.stack([bundle.values[:, moving] for bundle in shares])
    note = f"Cargo that left the valley, {FLOW_WEEKS}-week mean; at the right: the last {FLOW_WEEKS} weeks."
    mean = "Areas: mean of runs." if runs[1:] else ""
    with style():
        figure, ((stack,), (callao,)) = sheet(
            "Ways out of the valley",
            "Share of the cocaine hydrochloride that left, by route",
            caption(runs, note, mean, "Shaded: accepted by pattern P30, 2017–22."),
            size=(7.6, 6.6),
            rows=2,
            height_ratios=[1.6, 1.0],
            margins=Margins(left=0.6, right=1.75),
            sharex=True,
            hspace=0.24,
        )
        frame_years(stack, runs[0].dates if len(runs) == 1 else shares[0].dates)
        _stack_routes(stack, dates, cube.mean(axis=1))
        _callao_panel(callao, Bundle(dates, callao_share(cube)))
    return figure


def _moving_share(run: RunResult, row: int) -> NDArray[np.float64]:
    return np.asarray(moving_route_shares(run, FLOW_WEEKS)[row])


def _stack_routes(axes: Axes, dates: NDArray[np.datetime64], shares: NDArray[np.float64]) -> None:
    """Stacked areas of `shares` (routes, weeks), named at their right ends."""
    rows = [ROUTES.index(route) for route in STACK_ORDER]
    looks = [ROUTE_LOOKS[route] for route in STACK_ORDER]
    tops = np.cumsum(shares[rows], axis=0)
    axes.stackplot(
        dates,
        shares[rows],
        colors=[look.colour for look in looks],
        edgecolor="white",
        linewidth=0.8,
        zorder=2,
    )
    axes.set_ylim(0.0, 1.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.grid(visible=False)
    middles = (tops[:, -1] + np.concatenate([[0.0], tops[:-1, -1]])) / 2.0
    last = shares[rows][:, -1]
    texts = [f"{100 * value:.0f} % {look.label}" for value, look in zip(last, looks, strict=True)]
    labels = [EndLabel(float(y), text, INK) for y, text in zip(middles, texts, strict=True)]
    label_ends(axes, labels, size=TEXT_SIZE - 0.5)


def _callao_panel(axes: Axes, bundle: Bundle) -> None:
    """The share that goes to Lima and Callao, with the reported value and the range of P30."""
    panel_title(axes, "To Lima and Callao (on foot and by road)")
    first, last = day_numbers(CALLAO_YEARS)
    axes.fill_between([first, last], *CALLAO_RANGE, color=SHADE, linewidth=0, zorder=0)
    draw_bundle(axes, bundle, "#8f3b00")
    upper = float(np.quantile(bundle.values, BAND[1], axis=0).max())
    axes.set_ylim(0.0, max(0.6, nice_top(upper)))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    left, right = axes.get_xlim()
    labels = [EndLabel(float(bundle.middle[-1]), "model", "#8f3b00")]
    for seen in observed.callao_share():
        days = day_numbers([seen.start, seen.end])
        if left <= days[0] and days[1] <= right:
            axes.plot(days, [seen.value] * 2, color=INK, linewidth=2.2, zorder=5, solid_capstyle="butt")
            _name_report(axes, seen, days)
    label_ends(axes, labels)


def _name_report(axes: Axes, seen: observed.Observation, days: NDArray[np.float64]) -> None:
    axes.annotate(
        f"reported: {100 * seen.value:.0f} % or more",
        (float(days.mean()), seen.value),
        (0, -34),
        textcoords="offset points",
        ha="center",
        va="top",
        size=TEXT_SIZE - 0.5,
        zorder=6,
        arrowprops={"arrowstyle": "-", "color": INK, "lw": 0.7},
    )


def leaf_fate(results: RunResult | Sequence[RunResult]) -> Figure:
    """What becomes of the leaf of each year, and the share of the cocaine that is seized (P5, P8).

    Only years that the runs hold in full; raises `ValueError` if there is none.
    """
    runs = as_results(results)
    years = Years.of(Bundle.of(runs, lambda run: run["leaf_grown"]).dates)
    if not years.complete.any():
        raise ValueError("the runs hold no full calendar year: there is no yearly leaf balance to draw")
    with style():
        figure, ((fate,), (seizures,)) = sheet(
            "What becomes of the leaf, and how much cocaine is seized",
            "By calendar year, whole valley",
            caption(runs, "Bars: mean of runs." if runs[1:] else "", "Reported: press, police and ministry."),
            size=(7.6, 6.6),
            rows=2,
            height_ratios=[1.6, 1.0],
            margins=Margins(left=0.6, right=2.2, top=0.92),
            sharex=True,
            hspace=0.28,
        )
        _fate_bars(fate, runs, years)
        _seizure_panel(seizures, runs, years)
    return figure


def _fate_bars(axes: Axes, runs: Sequence[RunResult], years: Years) -> None:
    full = years.complete
    base = np.zeros(int(full.sum()))
    labels = []
    for fate, series in LEAF_FATES.items():
        look: Look = FATE_LOOKS[fate]
        weekly = Bundle.of(runs, itemgetter(series)).values.mean(axis=0)
        height = years.total(weekly)[full] / KG_PER_THOUSAND_TONNES
        axes.bar(
            years.numbers[full],
            height,
            0.78,
            bottom=base,
            color=look.colour,
            hatch=look.hatch,
            edgecolor="white",
            linewidth=0.6,
            zorder=2,
        )
        said = f"{look.label}: {height[-1]:.2g}"
        labels.append(EndLabel(float(base[-1] + height[-1] / 2.0), said, letters(look.colour)))
        base = base + height
    axes.set_ylim(0.0, nice_top(float(base.max())))
    axes.set_xlim(years.numbers[full][0] - 0.6, years.numbers[full][-1] + 0.6)
    panel_title(axes, "Dry leaf, thousand tonnes a year (numbers: the last year)")
    label_ends(axes, labels, size=TEXT_SIZE - 0.5)


def _seizure_panel(axes: Axes, runs: Sequence[RunResult], years: Years) -> None:
    full = years.complete
    numbers = years.numbers[full]
    taken, left = (
        np.stack([years.total(run)[full] for run in Bundle.of(runs, weekly).values])
        for weekly in (_seized_weekly, _exported_weekly)
    )
    shares = share(taken, taken + left)
    colour = PRODUCT_LOOKS["hcl"].colour
    middle = np.nanmedian(shares, axis=0)
    if len(shares) > 1:
        low, high = np.nanquantile(shares, BAND, axis=0)
        axes.fill_between(numbers, low, high, color=colour, alpha=0.25, linewidth=0, zorder=2)
    axes.plot(numbers, middle, color=colour, marker="o", markersize=4, zorder=3)
    tops = [float(np.nanmax(shares))]
    for seen in observed.seized_share():
        if numbers[0] <= seen.start.year and seen.end.year <= numbers[-1]:
            model = float(np.interp((seen.start.year + seen.end.year) / 2.0, numbers, middle))
            _seizure_report(axes, seen, above=seen.value >= model)
            tops.append(seen.value * 1.2)
    axes.set_ylim(0.0, nice_top(max(tops)))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.set_xticks(numbers if len(numbers) <= 14 else numbers[::2])
    panel_title(axes, "Cocaine seized in the valley, share of the output")
    label_ends(axes, [EndLabel(float(middle[-1]), "model", colour)])


def _seized_weekly(run: RunResult) -> NDArray[np.float64]:
    return np.asarray(by_route(run, "hcl_seized").sum(axis=0))


def _exported_weekly(run: RunResult) -> NDArray[np.float64]:
    return np.asarray(by_route(run, "hcl_exported").sum(axis=0))


def _seizure_report(axes: Axes, seen: observed.Observation, *, above: bool) -> None:
    """A reported share as a bar over its years, solid for the valley, thin for all Peru, named off the line."""
    local = seen.place == observed.VALLEY
    years = [seen.start.year - 0.4, seen.end.year + 0.4]
    axes.plot(
        years, [seen.value] * 2, color=INK, linewidth=2.2 if local else 1.0, solid_capstyle="butt", zorder=5
    )
    text = axes.annotate(
        f"reported{'' if local else ', all Peru'}: {100 * seen.value:.0f} %",
        (sum(years) / 2.0, seen.value),
        (0, 4 if above else -4),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        size=SMALL_SIZE,
        zorder=6,
    )
    halo(text)
