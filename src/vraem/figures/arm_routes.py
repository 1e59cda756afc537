"""Which way the cocaine leaves the valley, arm by arm, before the campaign and after."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from vraem.figures.arm_series import ArmSeries, Source
from vraem.figures.flows import STACK_ORDER
from vraem.figures.style import INK, ROUTE_LOOKS, SMALL_SIZE, TEXT_SIZE, Margins, key_on_top, sheet, style
from vraem.valley import ROUTES

BAR_INCHES = 0.34
LEAST_NAMED = 0.06
CALLAO_ROUTES = 2
"""The first routes of the stack lead to Callao."""
BEFORE_YEARS, AFTER_YEARS = 3, 5
WEEKS = 52


def routes_by_arm(source: Source) -> Figure:
    """Shares of the cocaine that left by route, as a bar an arm for the years before and after the campaign's start.

    The whisker is the range of nine in ten runs of the share that goes to Callao, on foot and by road. Raises
    ``ValueError`` if there are no weekly series or nothing left the valley.
    """
    names = [f"hcl_exported_{route}" for route in ROUTES]
    series = ArmSeries.of(source, names)
    spans = _spans(series)
    arms = series.arms
    found = {(arm, label): _shares(series, arm, weeks) for label, weeks in spans.items() for arm in arms}
    if not any(values.any() for values in found.values()):
        raise ValueError("no cocaine left the valley in these runs: there are no route shares to draw")
    height = BAR_INCHES * len(arms)
    margins = Margins(left=1.55, right=0.4, top=1.28, bottom=0.78)
    with style():
        figure, panels = sheet(
            "Ways out of the valley",
            "Share of the cocaine hydrochloride that left, by route",
            f"{series.caption}\nBars: mean of runs. Whisker: nine in ten runs, share that goes to Callao (first two).",
            size=(8.2, margins.top + margins.bottom + len(spans) * height + 0.5 * (len(spans) - 1)),
            rows=len(spans),
            margins=margins,
            hspace=0.5 / height,
            sharex=True,
        )
        for (axes,), label in zip(panels, spans, strict=True):
            for row, arm in enumerate(arms):
                _bar(axes, row, found[arm, label])
            axes.set_ylim(len(arms) - 0.5, -0.5)
            axes.set_yticks(range(len(arms)), arms)
            axes.set_xlim(0.0, 1.0)
            axes.grid(visible=False)
            axes.spines["left"].set_visible(False)
            axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
            axes.set_title(label, color=INK, pad=4.0)
        _key(figure)
    return figure


def _spans(series: ArmSeries) -> dict[str, slice]:
    """Stretches of weeks by their name."""
    if series.span is None:
        return {"all weeks": slice(0, len(series.dates))}
    start = int(np.searchsorted(series.dates, np.datetime64(series.span[0])))
    end = int(np.searchsorted(series.dates, np.datetime64(series.span[1])))
    before = slice(max(start - BEFORE_YEARS * WEEKS, 0), start)
    after = slice(end, min(end + AFTER_YEARS * WEEKS, len(series.dates)))
    spans = {f"{BEFORE_YEARS} years before the campaign": before, f"{AFTER_YEARS} years after it": after}
    return {label: weeks for label, weeks in spans.items() if weeks.stop > weeks.start}


def _shares(series: ArmSeries, arm: str, weeks: slice) -> NDArray[np.float64]:
    """Shares (runs, routes) in the order of the stack; runs from which nothing left are no part."""
    moved = np.stack(
        [series.values[arm][f"hcl_exported_{route}"][:, weeks].sum(axis=1) for route in STACK_ORDER], axis=1
    )
    total = moved.sum(axis=1, keepdims=True)
    kept = total[:, 0] > 0.0
    return np.asarray(moved[kept] / total[kept])


def _bar(axes: Axes, row: int, shares: NDArray[np.float64]) -> None:
    if not len(shares):
        return
    mean, base = shares.mean(axis=0), 0.0
    for route, share in zip(STACK_ORDER, mean, strict=True):
        look = ROUTE_LOOKS[route]
        axes.barh(row, share, 0.68, left=base, color=look.colour, edgecolor="white", linewidth=0.7, zorder=2)
        if share >= LEAST_NAMED:
            axes.text(
                base + share / 2.0,
                row - 0.06,
                f"{100 * share:.0f}",
                ha="center",
                va="center",
                size=SMALL_SIZE,
                color="white" if route in ("foot", "road_puno") else INK,
                zorder=5,
            )
        base += share
    if len(shares) > 1:
        low, high = np.quantile(shares[:, :CALLAO_ROUTES].sum(axis=1), (0.05, 0.95))
        height = row + 0.27
        axes.plot([low, high], [height] * 2, color="white", linewidth=3.0, zorder=3, solid_capstyle="butt")
        axes.plot([low, high], [height] * 2, color=INK, linewidth=1.0, zorder=4)
        for end in (low, high):
            axes.plot([end] * 2, [height - 0.07, height + 0.07], color=INK, linewidth=1.0, zorder=4)


def _key(figure: Figure) -> None:
    handles = [
        Patch(facecolor=ROUTE_LOOKS[route].colour, label=ROUTE_LOOKS[route].in_one_line)
        for route in STACK_ORDER
    ]
    key_on_top(
        figure, handles, 3, fontsize=TEXT_SIZE - 0.8, labelcolor=INK, columnspacing=1.4, handlelength=1.3
    )
