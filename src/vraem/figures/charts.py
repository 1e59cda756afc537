"""Area and prices against what was observed (patterns P1, P3–P5)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from vraem.experiment import observed
from vraem.experiment.observed import AREA_TOLERANCE, Observation
from vraem.figures.labels import EndLabel, label_ends
from vraem.figures.style import (
    HAIRLINE,
    INK,
    MISSED,
    MUTED,
    PRODUCT_LOOKS,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    caption,
    nice_top,
    sheet,
    style,
    thousands,
)
from vraem.figures.timeline import (
    Bundle,
    as_results,
    day_numbers,
    draw_bundle,
    frame_years,
    panel_title,
    shade_episodes,
)
from vraem.observe import RunResult

SURVEY_YEARS = range(2012, 2023)
"""Years of pattern P1."""

HECTARES_A_THOUSAND = 1000.0
BOX_WIDTH, SURVEY_BOX = 12.0, "#b9c4d0"
"""Width in points and colour of the boxes that show the tolerance of a survey."""


def area_against_observed(results: RunResult | Sequence[RunResult]) -> Figure:
    """Visible coca area of the valley against the surveys of 31 December, with ±15 % around each (P1)."""
    runs = as_results(results)
    with style():
        figure, ((axes,),) = sheet(
            "Coca in the valley: model against surveys",
            "Area of coca older than nine months, thousand hectares",
            caption(
                runs,
                "Surveys: UNODC to 2017, DEVIDA from 2018; 2018 derived from departments.",
            ),
            size=(7.6, 4.95),
            margins=Margins(left=0.5, right=0.8, top=1.2),
        )
        bundle = Bundle.of(runs, lambda run: run["coca_area_visible"] / HECTARES_A_THOUSAND)
        frame_years(axes, bundle.dates)
        draw_bundle(axes, bundle, PRODUCT_LOOKS["leaf"].colour, label="model")
        surveys = [
            seen for year, seen in observed.coca_area().items() if year in SURVEY_YEARS and _shown(seen, axes)
        ]
        _surveys(axes, surveys, bundle)
        top = max(
            [float(bundle.values.max()), *(seen.value * 1.15 / HECTARES_A_THOUSAND for seen in surveys)]
        )
        axes.set_ylim(0.0, nice_top(top * 1.08))
        shade_episodes(axes, runs, named=True)
        labels = [EndLabel(float(bundle.middle[-1]), "model", PRODUCT_LOOKS["leaf"].colour)]
        label_ends(axes, labels)
    return figure


def _surveys(axes: Axes, surveys: Sequence[Observation], bundle: Bundle) -> None:
    """Survey points with their tolerance; open where the model lies outside of it, and the count in words."""
    if not surveys:
        return
    inside = []
    for seen in surveys:
        value = seen.value / HECTARES_A_THOUSAND
        holds = abs(bundle.at(seen.end) / value - 1.0) <= AREA_TOLERANCE
        inside.append(holds)
        drawn = axes.errorbar(
            day_numbers([seen.end]),
            [value],
            yerr=[AREA_TOLERANCE * value],
            fmt="o",
            markersize=5.5,
            color=INK,
            markerfacecolor=INK if holds else "white",
            markeredgecolor=INK if holds else MISSED.colour,
            ecolor=SURVEY_BOX,
            elinewidth=BOX_WIDTH,
            zorder=1.5,
        )
        for bar in drawn.lines[2]:
            bar.set_capstyle("butt")
        drawn.lines[0].set_zorder(5)  # the box lies beneath the model's line, the survey above it
    handles = [
        Line2D([], [], marker="o", color=INK, ls="", ms=5.5, label="survey of 31 December"),
        Line2D([], [], marker="s", color=SURVEY_BOX, ls="", ms=8.0, label="±15 % of it"),
    ]
    if not all(inside):
        missed = Line2D([], [], marker="o", ls="", ms=5.5, label="the same, model outside")
        missed.set(markerfacecolor="white", markeredgecolor=MISSED.colour)
        handles.append(missed)
    title = f"{sum(inside)} of {len(inside)} surveys matched within ±15 %"
    legend = axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(handles),
        fontsize=TEXT_SIZE - 0.5,
        title=title,
        borderpad=0.2,
        borderaxespad=0.2,
        handletextpad=0.2,
    )
    legend.get_title().set_fontsize(TEXT_SIZE)
    legend.get_title().set_fontweight("bold")
    legend.set_alignment("left")


def prices(results: RunResult | Sequence[RunResult]) -> Figure:
    """Prices of leaf, paste and cocaine hydrochloride in the valley against observed prices (P3–P5)."""
    runs = as_results(results)
    with style():
        figure, rows = sheet(
            "Prices in the valley: model against reports",
            "US dollars per kilogram",
            caption(
                runs, "Reported: UNODC, DEVIDA, police and press; soles at the exchange rate of the time."
            ),
            size=(7.6, 7.0),
            rows=3,
            margins=Margins(left=0.6, right=0.45, top=0.98),
            sharex=True,
            hspace=0.28,
        )
        for row, product in enumerate(PRODUCT_LOOKS):
            _price_panel(rows[row][0], runs, product, first=row == 0)
        _price_key(rows[0][0])
    return figure


def _price_panel(axes: Axes, runs: Sequence[RunResult], product: str, *, first: bool) -> None:
    look = PRODUCT_LOOKS[product]
    bundle = Bundle.of(runs, lambda run: run[f"{product}_price"])
    frame_years(axes, bundle.dates)
    draw_bundle(axes, bundle, look.colour, look.linestyle)
    seen = [point for point in observed.prices(product) if _shown(point, axes)]
    for point in seen:
        _price_point(axes, point)
    upper = float(np.quantile(bundle.values, 0.95, axis=0).max())
    # The names of the episodes stand inside the first panel, above its line.
    headroom = 1.2 if first else 1.0
    axes.set_ylim(0.0, nice_top(headroom * max([upper, *(point.high for point in seen)])))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: thousands(value)))
    shade_episodes(axes, runs, named=first)
    panel_title(axes, look.label)


def _price_point(axes: Axes, point: Observation) -> None:
    """One reported price: a bar as long as its period, its range upright, hollow if it is of all Peru."""
    local = point.place == observed.VALLEY
    middle = day_numbers([point.middle])
    axes.hlines(point.value, *day_numbers([point.start, point.end]), color=INK, linewidth=0.7, zorder=4)
    axes.errorbar(
        middle,
        [point.value],
        yerr=[[point.value - point.low], [point.high - point.value]],
        fmt="o" if local else "s",
        markersize=4.5,
        color=INK,
        markerfacecolor=INK if local else "white",
        ecolor=INK,
        elinewidth=0.9,
        capsize=2.0,
        zorder=5,
    )


def _price_key(axes: Axes) -> None:
    handles = [
        Line2D([], [], color=MUTED, label="model"),
        Line2D([], [], color=INK, marker="o", ms=4.5, lw=0.7, label="reported, valley"),
        Line2D([], [], color=INK, marker="s", ms=4.5, lw=0.7, mfc="white", label="reported, all Peru"),
    ]
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=3,
        fontsize=SMALL_SIZE,
        borderaxespad=0.2,
        edgecolor=HAIRLINE,
    )


def _shown(seen: Observation, axes: Axes) -> bool:
    left, right = axes.get_xlim()
    return bool(left <= day_numbers([seen.middle])[0] <= right)
