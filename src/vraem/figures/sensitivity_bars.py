"""Which assumptions matter: Morris' effects and Sobol' indices."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from vraem.analysis import outcome_columns as columns
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import (
    Effect,
    Index,
    morris_effects,
    point_means,
    sobol_indices,
)
from vraem.figures.map_labels import PointLabel, place_labels
from vraem.figures.style import HAIRLINE, INK, MUTED, SMALL_SIZE, TEXT_SIZE, Margins, sheet, style
from vraem.figures.swept import as_swept, swept_caption
from vraem.scenario.parameters import parameter_specs
from vraem.scenario.switches import SWITCHES

MORRIS, SALTELLI = "morris", "saltelli"
MOST_FACTORS = 18
NAMED_IN_PLANE = 8
ROW_INCHES = 0.235
STRONG, WEAK = "#8c1c13", "#6b7075"
FIRST_COLOUR, TOTAL_COLOUR = "#0b4f8a", "#c65d21"


def sensitivity(results: Results | Path | str, outcome: str | None = None) -> Figure:
    """Which factors matter, by the design of the sweep: Morris' elementary effects or Sobol' indices.

    ``outcome``: a column of the runs, averaged over the replicates of each point; if None the effective number of
    groups at the horizon of the headline, or the first outcome of the experiment where it is not told. Raises
    ``ValueError`` for another design, or if points are missing.
    """
    from vraem.experiment.design import point_count

    swept = as_swept(results)
    experiment = swept.experiment
    if experiment is None:
        raise ValueError("the results were not read from the folder of a sweep, so their design is not known")
    if experiment.design.kind not in (MORRIS, SALTELLI):
        raise ValueError(
            f'the design is "{experiment.design.kind}"; effects and indices need morris or saltelli'
        )
    if outcome is None:
        groups = columns.at(columns.MEASURES["n_eff"], swept.headline) if swept.horizons else ""
        outcome = groups if swept.has(groups) else experiment.outcomes[0].name
    means = point_means(swept, outcome, point_count(experiment.design, experiment.factors))
    said = swept_caption(swept, intervals=False)
    name = outcome.replace("_", " ")
    if experiment.design.kind == MORRIS:
        return morris_screening(morris_effects(experiment, means), name, said)
    return sobol_shares(sobol_indices(experiment, means), name, said)


def morris_screening(effects: Sequence[Effect], outcome: str = "the outcome", caption: str = "") -> Figure:
    """Morris' screening: mean absolute effect of each factor with its interval, and against the spread of effects.

    A factor with a large effect matters; one whose effects spread widely acts differently in other surroundings, by
    curvature or with other factors. ``effects``: from ``analysis.sensitivity.morris_effects``; ``caption``: what they
    rest on. Raises ``ValueError`` if there are none.
    """
    if not effects:
        raise ValueError("a screening needs at least one factor; got none")
    shown = sorted(effects, key=lambda each: -each.importance)[:MOST_FACTORS]
    left_out = len(effects) - len(shown)
    note = f"Not shown: {left_out} factors with smaller effects." if left_out else ""
    margins = Margins(left=1.95, right=0.35, top=1.02, bottom=1.0)
    with style():
        figure, ((bars, plane),) = sheet(
            f"Which assumptions move {outcome}",
            "Morris' elementary effects, per whole range of a factor",
            "\n".join(
                part
                for part in (
                    caption,
                    "Whiskers: 95 % interval over trajectories. Dark: the mean effect has a sign that chance does not "
                    "explain.\nChance alone makes mean absolute effects large, those that go with a large spread above "
                    f"all. {note}",
                )
                if part
            ),
            size=(10.0, margins.top + margins.bottom + max(ROW_INCHES * len(shown), 2.6)),
            columns=2,
            margins=margins,
            wspace=0.28,
        )
        for place, each in enumerate(shown):
            low, high = max(each.importance - each.half_width, 0.0), each.importance + each.half_width
            colour = STRONG if each.clear else WEAK
            bars.barh(
                place, each.importance, 0.62, color=colour, alpha=0.85 if each.clear else 0.45, zorder=2
            )
            bars.plot([low, high], [place, place], color=INK, linewidth=1.0, zorder=3)
        frame_rows(bars, [factor_words(each.factor) for each in shown])
        bars.set_title("Mean absolute effect, μ*", color=INK, pad=5.0)
        _plane(plane, effects)
    return figure


def _plane(axes: Axes, effects: Sequence[Effect]) -> None:
    """Effect against spread, with the lines on which the spread is half the effect and the whole of it."""
    top = 1.08 * max(max(each.importance for each in effects), 1e-9)
    side = 1.08 * max(max(each.spread for each in effects), 1e-9)
    axes.set_xlim(0.0, top * 1.12)
    axes.set_ylim(0.0, side * 1.05)
    for slope, text in ((1.0, "σ = μ*"), (0.5, "σ = μ*/2"), (0.1, "σ = μ*/10")):
        axes.plot([0.0, top * 1.12], [0.0, slope * top * 1.12], color=HAIRLINE, linewidth=0.9, zorder=1)
        end = min(top * 1.1, side / slope)
        axes.annotate(
            text,
            (end, slope * end),
            (-2.0, 2.0),
            textcoords="offset points",
            ha="right",
            va="bottom",
            size=SMALL_SIZE - 1.0,
            color=MUTED,
        )
    ordered = sorted(effects, key=lambda each: -each.importance)
    for each in ordered:
        axes.plot(
            [each.importance],
            [each.spread],
            marker="o",
            markersize=4.5,
            color=STRONG if each.clear else WEAK,
            markerfacecolor=STRONG if each.clear else "white",
            zorder=4,
        )
    axes.grid(visible=False)
    axes.set_xlabel("mean absolute effect, μ*", size=TEXT_SIZE - 0.5)
    axes.set_title("Spread of effects, σ", color=INK, pad=5.0)
    labels = [
        PointLabel(each.importance, each.spread, factor_words(each.factor))
        for each in ordered[:NAMED_IN_PLANE]
    ]
    place_labels(axes, labels)


def sobol_shares(indices: Sequence[Index], outcome: str = "the outcome", caption: str = "") -> Figure:
    """Sobol' indices: what part of the variance each factor explains alone and with all others.

    ``indices`` from ``analysis.sensitivity.sobol_indices``. Raises ``ValueError`` if there are none.
    """
    if not indices:
        raise ValueError("a chart of indices needs at least one factor; got none")
    shown = sorted(indices, key=lambda each: -each.total)[:MOST_FACTORS]
    margins = Margins(left=1.95, right=1.6, top=1.0, bottom=0.95)
    with style():
        figure, ((axes,),) = sheet(
            f"What the variance of {outcome} comes from",
            "Sobol' indices: share of the variance",
            "\n".join(part for part in (caption, "Whiskers: 95 % interval (bootstrap).") if part),
            size=(7.8, margins.top + margins.bottom + max(1.35 * ROW_INCHES * len(shown), 1.6)),
            margins=margins,
        )
        for place, each in enumerate(shown):
            for value, half, shift, colour, marker in (
                (each.first, each.first_half_width, -0.16, FIRST_COLOUR, "o"),
                (each.total, each.total_half_width, 0.16, TOTAL_COLOUR, "D"),
            ):
                ends = [max(value - half, 0.0), value + half]
                axes.plot(ends, [place + shift] * 2, color=colour, linewidth=1.3, zorder=3)
                axes.plot(
                    [max(value, 0.0)],
                    [place + shift],
                    color=colour,
                    marker=marker,
                    markersize=4.8,
                    zorder=4,
                    clip_on=False,
                )
        frame_rows(axes, [factor_words(each.factor) for each in shown])
        axes.set_xlim(0.0, None)
        handles = [
            Line2D([], [], color=FIRST_COLOUR, marker="o", ms=4.8, lw=1.3, label="alone\n(first order)"),
            Line2D([], [], color=TOTAL_COLOUR, marker="D", ms=4.8, lw=1.3, label="with all others\n(total)"),
        ]
        axes.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            fontsize=SMALL_SIZE + 0.5,
            labelspacing=1.0,
        )
    return figure


def frame_rows(axes: Axes, names: Sequence[str], heights: Sequence[float] = ()) -> list[float]:
    """Names of the factors, a row each, one high or of these `heights`; gives the middle of each row."""
    high = np.array(heights or [1.0] * len(names))
    places = np.cumsum(high) - 0.5 * (high + 1.0)  # that of the first is 0 where all are one high
    axes.set_ylim(places[-1] + 0.5 * high[-1] + 0.1, places[0] - 0.5 * high[0] - 0.1)
    axes.set_yticks(places, names)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.5)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    return [float(place) for place in places]


def factor_words(factor: str) -> str:
    """The name of a factor as a reader reads it."""
    return factor.rpartition(".")[2].replace("_", " ")


def factor_meaning(factor: str) -> str:
    """What a factor is, in short: a parameter's or a switch's meaning, else its name."""
    if factor in SWITCHES:
        return SWITCHES[factor].meaning.partition(":")[0]
    known = parameter_specs().get(factor)
    return known.meaning if known else factor_words(factor)
