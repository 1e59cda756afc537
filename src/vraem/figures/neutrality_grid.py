"""Neutrality as a picture: every end state must be reachable, and none may win whatever is assumed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from vraem.analysis.neutrality import COMPANIONS, LEAST, MOST, Neutrality, left_out, neutrality
from vraem.analysis.results import Results
from vraem.analysis.words import percent
from vraem.figures.looks import STATE_LOOKS, letters, state_look
from vraem.figures.shares import JUDGED_RUNS
from vraem.figures.style import (
    INK,
    MISSED,
    MUTED,
    SHADE,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    key_on_top,
    sheet,
    style,
    thousands,
)
from vraem.figures.swept import as_swept, definition_lines, swept_caption, when

ROW_INCHES = 0.36
TICKS = (0.0, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8)
HORIZON_MARKERS = ("o", "s", "D", "^", "v", "P")


def neutrality_of_labels(results: Results | Path | str, found: Neutrality | None = None) -> Figure:
    """Share of each end state among dismantled runs by definition and horizon, against the rule of neutrality.

    Each label needs at least 1 % at one horizon and at most 60 % at any; the axis is a square root, so that both ends
    can be read. With too few dismantled runs the chart says so and judges nothing. ``found`` is computed if None.
    Raises ``ValueError`` if the runs have no end states.
    """
    swept = as_swept(results)
    finding = found or neutrality(swept)
    definitions = list(dict.fromkeys(cell.definition for cell in finding.cells))
    horizons = sorted({cell.horizon for cell in finding.cells})
    states = list(STATE_LOOKS)
    margins = Margins(left=1.5, right=0.3, top=1.45, bottom=0.95)
    judged = [cell.runs for cell in finding.cells if cell.definition not in COMPANIONS]
    few = max(judged, default=0) < JUDGED_RUNS
    said = "holds" if finding.holds else f"is broken in {_places(len(finding.broken))}"
    with style():
        figure, panels = sheet(
            "The rule of neutrality: too few runs to say" if few else f"The rule of neutrality {said}",
            f"It asks of dismantled runs that each end state has {percent(LEAST)} at one horizon or more, "
            f"and none over {percent(MOST)} at any",
            swept_caption(
                swept.judged,
                f"Intervals: 95 % (Wilson, clusters: {swept.cluster_words}). Shaded: allowed. In grey: left out of "
                f"the rule. Axis: square root of the share.{'' if few else ' ✕: broken.'}",
                intervals=False,
            ),
            size=(2.0 * len(definitions) + 2.2, margins.top + margins.bottom + ROW_INCHES * len(states)),
            columns=len(definitions),
            margins=margins,
            sharey=True,
            wspace=0.14,
        )
        for axes, definition in zip(panels[0], definitions, strict=True):
            _panel(axes, replace(finding, faults=()) if few else finding, definition, horizons, states)
        _key(figure, horizons)
    return figure


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def _panel(axes: Axes, found: Neutrality, definition: str, horizons: list[int], states: list[str]) -> None:
    axes.axvspan(np.sqrt(LEAST), np.sqrt(MOST), color=SHADE, linewidth=0, zorder=0)
    broken = {label for where, label in found.broken if where == definition}
    step = 0.72 / len(horizons)
    for place, state in enumerate(states):
        excepted = left_out(definition, state)
        colour = MUTED if excepted else MISSED.colour if state in broken else INK
        for number, months in enumerate(horizons):
            share = found.share(definition, state, months)
            if not np.isfinite(share.estimate):
                continue
            height = place + (number - (len(horizons) - 1) / 2.0) * step
            ends = np.sqrt([share.low, share.high])
            axes.plot(
                ends, [height] * 2, color=colour, linewidth=0.9, alpha=0.5 if excepted else 1.0, zorder=3
            )
            axes.plot(
                [np.sqrt(share.estimate)],
                [height],
                marker=HORIZON_MARKERS[number % len(HORIZON_MARKERS)],
                color=colour,
                markerfacecolor="white" if excepted else colour,
                markersize=3.6,
                zorder=4,
                clip_on=False,
            )
        if state in broken:
            axes.annotate(
                "✕",
                (1.0, place),
                (3.0, 0.0),
                axes.get_yaxis_transform(),
                "offset points",
                va="center",
                size=TEXT_SIZE,
                color=MISSED.colour,
                weight="bold",
                annotation_clip=False,
            )
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(states) - 0.5, -0.5)
    axes.set_yticks(range(len(states)), [state_look(state).label for state in states])
    for label, state in zip(axes.get_yticklabels(), states, strict=False):
        label.set_color(letters(state_look(state).colour))
    axes.set_xticks(np.sqrt(TICKS))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value * value:.0f}"))
    axes.tick_params(axis="x", labelsize=SMALL_SIZE)
    axes.set_xlabel("%, square root", size=SMALL_SIZE, color=MUTED, labelpad=1.0)
    axes.spines["left"].set_visible(False)
    for edge in range(len(states) - 1):
        axes.axhline(edge + 0.5, color="white", linewidth=0.8, zorder=1)
    runs = max((cell.runs for cell in found.cells if cell.definition == definition), default=0)
    axes.set_title(f"{definition}\n\n", color=INK, pad=3.0)
    axes.annotate(
        f"{definition_lines(definition)}\n{thousands(runs)} runs",
        (0.0, 1.0),
        (0.0, 3.0),
        "axes fraction",
        "offset points",
        size=SMALL_SIZE - 1.0,
        color=MUTED,
        linespacing=1.1,
    )


def _key(figure: Figure, horizons: list[int]) -> None:
    handles = [
        Line2D(
            [],
            [],
            color=INK,
            marker=HORIZON_MARKERS[number % len(HORIZON_MARKERS)],
            ms=4.2,
            lw=0.9,
            label=f"{when(months)} after",
        )
        for number, months in enumerate(horizons)
    ]
    key_on_top(
        figure,
        handles,
        len(handles),
        down=0.58,
        fontsize=SMALL_SIZE + 0.3,
        columnspacing=1.4,
        handlelength=1.6,
    )
