"""Which assumptions matter: Morris' effects, Sobol' indices, and how far a share moves over each assumption."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from vraem.analysis.labels import CENSORED_LABEL, GANGS
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import (
    Effect,
    Index,
    Lever,
    levers,
    morris_effects,
    point_means,
    sobol_indices,
)
from vraem.figures.contrast_forest import with_gangs
from vraem.figures.map_labels import PointLabel, place_labels
from vraem.figures.style import HAIRLINE, INK, MUTED, SMALL_SIZE, TEXT_SIZE, Margins, key_on_top, sheet, style
from vraem.figures.swept import as_swept, condition_words, swept_caption, when

MORRIS, SALTELLI = "morris", "saltelli"
MOST_FACTORS = 18
NAMED_IN_PLANE = 8
ROW_INCHES = 0.235
ROW_USED = 0.66
"""Part of a row that its marks take; the rest sets it apart from the next."""
FORM_HEIGHT = 0.26
"""Rows between two forms of a switch, so that their names stand apart."""
STRONG, WEAK = "#8c1c13", "#6b7075"
FIRST_COLOUR, TOTAL_COLOUR = "#0b4f8a", "#c65d21"
PART_COLOURS = ("#0b3a75", "#a6d0ee")


def sensitivity(results: Results | Path | str, outcome: str | None = None) -> Figure:
    """Which factors matter, by the design of the sweep: Morris' elementary effects or Sobol' indices.

    ``outcome``: a column of the runs, averaged over the replicates of each point; the share of gangs at the horizon of
    the headline if None, or the first outcome of the experiment where there are no end states. Raises ``ValueError``
    for another design, or if points are missing.
    """
    from vraem.experiment.design import point_count
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.store import EXPERIMENT_FILE

    swept = as_swept(results)
    if swept.directory is None:
        raise ValueError("the results were not read from the folder of a sweep, so their design is not known")
    experiment = load_experiment(swept.directory / EXPERIMENT_FILE)
    if experiment.design.kind not in (MORRIS, SALTELLI):
        raise ValueError(
            f'the design is "{experiment.design.kind}"; effects and indices need morris or saltelli'
        )
    kept = with_gangs(swept)
    if outcome is None:
        outcome = f"{GANGS}_{kept.headline}" if kept.horizons else experiment.outcomes[0].name
    means = point_means(kept, outcome, point_count(experiment.design, experiment.factors))
    said = swept_caption(swept, intervals=False)
    name = outcome.replace("_", " ")
    if experiment.design.kind == MORRIS:
        return morris_screening(morris_effects(experiment, means), name, said)
    return sobol_shares(sobol_indices(experiment, means), name, said)


def morris_screening(
    effects: Sequence[Effect], outcome: str = "P(gangs | dismantled)", caption: str = ""
) -> Figure:
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
            "Morris' elementary effects, every factor over its whole range",
            "\n".join(
                part for part in (caption, f"Whiskers: 95 % interval over trajectories. {note}") if part
            ),
            size=(10.0, margins.top + margins.bottom + max(ROW_INCHES * len(shown), 2.6)),
            columns=2,
            margins=margins,
            wspace=0.28,
        )
        for place, each in enumerate(shown):
            low, high = max(each.importance - each.half_width, 0.0), each.importance + each.half_width
            clear = low > 0.0
            colour = STRONG if clear else WEAK
            bars.barh(place, each.importance, 0.62, color=colour, alpha=0.85 if clear else 0.45, zorder=2)
            bars.plot([low, high], [place, place], color=INK, linewidth=1.0, zorder=3)
        _frame_rows(bars, [each.factor for each in shown])
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
        clear = each.importance > each.half_width
        axes.plot(
            [each.importance],
            [each.spread],
            marker="o",
            markersize=4.5,
            color=STRONG if clear else WEAK,
            markerfacecolor=STRONG if clear else "white",
            zorder=4,
        )
    axes.grid(visible=False)
    axes.set_xlabel("mean absolute effect, μ*", size=TEXT_SIZE - 0.5)
    axes.set_title("Spread of effects, σ", color=INK, pad=5.0)
    labels = [
        PointLabel(each.importance, each.spread, _words(each.factor)) for each in ordered[:NAMED_IN_PLANE]
    ]
    place_labels(axes, labels)


def sobol_shares(
    indices: Sequence[Index], outcome: str = "P(gangs | dismantled)", caption: str = ""
) -> Figure:
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
        _frame_rows(axes, [each.factor for each in shown])
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


def assumptions_that_matter(
    results: Results | Path | str, *, horizon: int | None = None, found: Sequence[Lever] | None = None
) -> Figure:
    """P(gangs | dismantled) in each quarter of a parameter's range and under each form of a switch, farthest first.

    ``found`` is computed (``analysis.sensitivity.levers``) if None. Raises ``ValueError`` if nothing was varied, or if
    no assumption moves the share.
    """
    kept = as_swept(results).judged
    kept.require_end_states()
    months = kept.headline if horizon is None else horizon
    labels = kept.labels(months)
    among = kept.dismantled() & (labels != CENSORED_LABEL)
    shown = list(levers(kept, labels == GANGS, among) if found is None else found)[:MOST_FACTORS]
    if not shown:
        raise ValueError("nothing was varied in these runs: there are no assumptions to compare")
    if not any(lever.range > 0.0 for lever in shown):
        raise ValueError("no assumption moves the share of gangs in these runs: there is nothing to draw")
    overall = float((labels == GANGS)[among].mean()) if among.any() else np.nan
    heights = [_row_height(lever) for lever in shown]
    margins = Margins(left=1.95, right=0.45, top=1.2, bottom=1.1)
    with style():
        figure, ((axes,),) = sheet(
            "Under which assumptions the remnants become gangs",
            f"Share of dismantled runs that end as gangs, {when(months)} after the campaign",
            swept_caption(
                kept,
                "Highest less lowest share: chance alone moves it too.\n"
                f"{condition_words(kept, None).capitalize()}.",
            ),
            size=(8.6, margins.top + margins.bottom + 1.55 * ROW_INCHES * sum(heights)),
            margins=margins,
        )
        places = _frame_rows(axes, [lever.factor for lever in shown], heights)
        for place, height, lever in zip(places, heights, shown, strict=True):
            _lever(axes, place, height, lever)
        axes.set_xlim(0.0, None)
        axes.axvline(overall, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        axes.annotate(
            f"all: {100 * overall:.0f} %",
            (overall, 1.0),
            (3.0, 3.0),
            axes.get_xaxis_transform(),
            "offset points",
            size=SMALL_SIZE,
        )
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        _key_of_parts(figure)
    return figure


def _row_height(lever: Lever) -> float:
    """Room for an assumption, in rows of one with quarters; each form of a switch has a line for its name."""
    forms = sum(band.runs > 0 and band.low is None for band in lever.bands)
    return max(1.0, forms * FORM_HEIGHT / ROW_USED)


def _lever(axes: Axes, place: float, height: float, lever: Lever) -> None:
    """One assumption: a mark a part of its range, pale to dark; forms of a switch bear their names."""
    bands = [band for band in lever.bands if band.runs]
    shares = [band.share.estimate for band in bands]
    axes.plot(
        [min(shares), max(shares)],
        [place] * 2,
        color=HAIRLINE,
        linewidth=5.0,
        zorder=1,
        solid_capstyle="butt",
    )
    step = ROW_USED * height / max(len(bands), 1)
    for number, band in enumerate(bands):
        level = place + (number - (len(bands) - 1) / 2.0) * step
        is_form = band.low is None
        shade = number / max(len(bands) - 1, 1)
        colour = INK if is_form else _between(PART_COLOURS[1], PART_COLOURS[0], shade)
        axes.plot(
            [band.share.low, band.share.high], [level] * 2, color=colour, linewidth=0.8, alpha=0.8, zorder=2
        )
        axes.plot(
            [band.share.estimate],
            [level],
            marker="s" if is_form else "o",
            color=colour,
            markeredgecolor=INK,
            markeredgewidth=0.4,
            markersize=4.2,
            zorder=3,
            clip_on=False,
        )
        if is_form:
            axes.annotate(
                band.part.replace("_", " "),
                (band.share.high, level),
                (3.0, 0.0),
                textcoords="offset points",
                va="center",
                size=SMALL_SIZE - 1.6,
                color=MUTED,
                zorder=4,
            )


def _key_of_parts(figure: Figure) -> None:
    handles = [
        Line2D(
            [],
            [],
            marker="o",
            color=_between(PART_COLOURS[1], PART_COLOURS[0], shade),
            mec=INK,
            mew=0.4,
            ms=4.6,
            lw=0.8,
            label=label,
        )
        for shade, label in (
            (0.0, "lowest quarter of the draws"),
            (1 / 3, "second"),
            (2 / 3, "third"),
            (1.0, "highest"),
        )
    ]
    handles.append(Line2D([], [], marker="s", color=INK, ms=4.2, lw=0.8, label="form of a switch"))
    handles.append(Line2D([], [], color=HAIRLINE, lw=5.0, solid_capstyle="butt", label="lowest to highest"))
    key_on_top(figure, handles, len(handles), fontsize=SMALL_SIZE + 0.1, columnspacing=1.1, handlelength=1.5)


def _frame_rows(axes: Axes, factors: Sequence[str], heights: Sequence[float] = ()) -> list[float]:
    """Names of the factors, a row each, one high or of these `heights`; gives the middle of each row."""
    high = np.array(heights or [1.0] * len(factors))
    places = np.cumsum(high) - 0.5 * (high + 1.0)  # that of the first is 0 where all are one high
    axes.set_ylim(places[-1] + 0.5 * high[-1] + 0.1, places[0] - 0.5 * high[0] - 0.1)
    axes.set_yticks(places, [_words(name) for name in factors])
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.5)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    return [float(place) for place in places]


def _words(factor: str) -> str:
    return factor.rpartition(".")[2].replace("_", " ")


def _between(first: str, last: str, share: float) -> tuple[float, float, float]:
    """A colour on the way from one to another."""
    ends = [np.array([int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)]) for colour in (first, last)]
    red, green, blue = (1.0 - share) * ends[0] + share * ends[1]
    return float(red), float(green), float(blue)
