"""What armed groups live on: their income by source over time."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from vraem.figures.labels import EndLabel, label_ends
from vraem.figures.looks import REVENUE_LOOKS, letters
from vraem.figures.run_groups import require_groups, rolling_mean, shade_campaign
from vraem.figures.style import TEXT_SIZE, Margins, caption, nice_top, sheet, style
from vraem.figures.timeline import Bundle, Weekly, as_results, draw_bundle, frame_years, panel_title
from vraem.observe import RunResult
from vraem.processes.revenue import COCA_SERIES
from vraem.world.clock import MONTHS_A_YEAR, WEEKS_A_YEAR

SMOOTHED = 26
"""Weeks over which income is averaged."""
THOUSAND = 1000.0
WEEKS_A_CALENDAR_MONTH = WEEKS_A_YEAR / MONTHS_A_YEAR


def group_income(results: RunResult | Sequence[RunResult]) -> Figure:
    """Income of all armed groups by source, and the share of it that comes from coca.

    Thousand dollars a month, 26-week mean; several runs are drawn by the mean of each source, and the share as a median
    with a band. Raises ``ValueError`` if a run holds no groups or they never had an income.
    """
    runs = as_results(results)
    for run in runs:
        require_groups(run)
    bundles = {name: Bundle.of(runs, _monthly(name)) for name in REVENUE_LOOKS}
    dates = next(iter(bundles.values())).dates
    means = np.stack([bundle.values.mean(axis=0) for bundle in bundles.values()])
    if not means.any():
        raise ValueError("the armed groups of these runs never had an income: there is nothing to draw")
    with style():
        figure, ((stack,), (coca,)) = sheet(
            "What the armed groups live on",
            f"Income by source, thousand US dollars of 2023 a month, {SMOOTHED}-week mean",
            caption(
                runs,
                "Areas: mean of runs." if len(runs) > 1 else "",
                "Numbers: of the last half-year. Coca: fees, escorts, tax on leaf.",
            ),
            size=(8.0, 6.2),
            rows=2,
            height_ratios=[1.7, 1.0],
            margins=Margins(left=0.6, right=1.75, top=0.98),
            sharex=True,
            hspace=0.26,
        )
        frame_years(stack, dates)
        _stack(stack, dates, means)
        total = sum(bundle.values for bundle in bundles.values())
        share = sum(bundles[name].values for name in COCA_SERIES) / np.maximum(total, 1e-9)
        _coca_share(coca, Bundle(dates, np.asarray(share)))
        shade_campaign(stack, runs, named=True)
        shade_campaign(coca, runs, named=False)
    return figure


def _monthly(name: str) -> Weekly:
    def weekly(run: RunResult) -> NDArray[np.float64]:
        return rolling_mean(run[name], SMOOTHED) * WEEKS_A_CALENDAR_MONTH / THOUSAND

    return weekly


def _stack(axes: Axes, dates: NDArray[np.datetime64], means: NDArray[np.float64]) -> None:
    axes.stackplot(
        dates,
        means,
        colors=[look.colour for look in REVENUE_LOOKS.values()],
        edgecolor="white",
        linewidth=0.2,
        zorder=2,
    )
    tops = np.cumsum(means, axis=0)
    top = nice_top(float(tops[-1].max()))
    axes.set_ylim(0.0, top)
    panel_title(axes, "Thousand dollars a month")
    last, whole = means[:, -1], max(float(means[:, -1].sum()), 1e-9)
    middle = np.cumsum(last) - last / 2.0
    labels = [
        EndLabel(float(at), f"{100.0 * float(part) / whole:.0f} % {look.label}", letters(look.colour))
        for look, part, at, all_weeks in zip(REVENUE_LOOKS.values(), last, middle, means, strict=True)
        if all_weeks.any()
    ]
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)


def _coca_share(axes: Axes, bundle: Bundle) -> None:
    look = REVENUE_LOOKS["group_fees"]
    draw_bundle(axes, bundle, look.colour)
    axes.set_ylim(0.0, 1.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    panel_title(axes, "Share of the income that comes from coca")
    last = float(bundle.middle[-1])
    label_ends(axes, [EndLabel(last, f"{100 * last:.0f} %", look.colour)])
