"""Scenario discovery as a picture: the box of assumptions in which gangs are frequent (PRIM)."""

from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from vraem.analysis.discovery import Box, Discovery, Limit, discover
from vraem.analysis.labels import GANGS
from vraem.analysis.results import Results
from vraem.analysis.words import form_words
from vraem.figures.style import HAIRLINE, INK, MUTED, SMALL_SIZE, TEXT_SIZE, Margins, key_on_top, sheet, style
from vraem.figures.swept import as_swept, condition_words, swept_caption, when

ROW_INCHES = 0.72
BOX_COLOUR, CASE_COLOUR, OTHER_COLOUR = "#f3d9cc", "#8c1c13", "#6b7075"
MOST_TICKS = 400
"""Runs drawn a row and kind; with more, every n-th."""


def discovered_box(
    results: Results | Path | str, *, horizon: int | None = None, found: Discovery | None = None
) -> Figure:
    """The assumptions under which dismantled runs end as gangs more often: one row a condition, each run a tick.

    ``found`` is computed (``analysis.discovery.discover``) if None. Raises ``ValueError`` if no box was found.
    """
    kept = as_swept(results).judged
    months = kept.headline if horizon is None else horizon
    among = kept.counted(months)
    case = kept.labels(months) == GANGS
    discovery = found or discover(kept, case, among)
    box = discovery.box
    if box is None or not box.limits:
        raise ValueError(f"no box to draw: {discovery.note or 'no condition makes gangs more frequent'}")
    margins = Margins(left=2.0, right=1.5, top=1.05, bottom=1.0)
    with style():
        figure, ((axes,),) = sheet(
            f"Where gangs are frequent: {100 * box.density:.0f} % of runs in the box, {100 * box.base:.0f} % of all",
            f"Conditions found by PRIM, dismantled runs {when(months)} after the campaign",
            swept_caption(
                kept,
                f"The box holds {box.runs} runs and {100 * box.coverage:.0f} % of all gangs. "
                "Found among many assumptions: partly luck; p by a quasi-p test.\n"
                f"{condition_words(kept, None).capitalize()}.",
                intervals=False,
            ),
            size=(8.8, margins.top + margins.bottom + ROW_INCHES * len(box.limits)),
            margins=margins,
        )
        for place, limit in enumerate(box.limits):
            _condition(axes, place, limit, kept, case, among)
        _frame(axes, box)
        _key(figure)
    return figure


def _condition(
    axes: Axes,
    place: int,
    limit: Limit,
    results: Results,
    case: NDArray[np.bool_],
    among: NDArray[np.bool_],
) -> None:
    column = results.frame[limit.factor]
    if limit.forms:
        _forms(axes, place, limit, np.asarray(column.astype(str)), case, among)
    else:
        _range(axes, place, limit, column.to_numpy(dtype=np.float64), case, among)
    axes.annotate(
        f"p = {limit.p:.2g}" if limit.p >= 0.001 else "p < .001",
        (1.0, place),
        (8.0, 0.0),
        textcoords="offset points",
        va="center",
        size=SMALL_SIZE,
        color=MUTED,
        annotation_clip=False,
    )


def _range(
    axes: Axes,
    place: int,
    limit: Limit,
    values: NDArray[np.float64],
    case: NDArray[np.bool_],
    among: NDArray[np.bool_],
) -> None:
    """A number: its whole range as a line, the box as a bar, runs as ticks, cases above and others below."""
    low, high = float(np.nanmin(values[among])), float(np.nanmax(values[among]))
    reach = max(high - low, 1e-12)
    start = 0.0 if limit.low is None else (limit.low - low) / reach
    end = 1.0 if limit.high is None else (limit.high - low) / reach
    axes.barh(
        place, end - start, 0.62, left=start, color=BOX_COLOUR, edgecolor=CASE_COLOUR, linewidth=0.9, zorder=1
    )
    axes.plot([0.0, 1.0], [place, place], color=INK, linewidth=0.9, zorder=2)
    for chosen, colour, side in ((among & case, CASE_COLOUR, -1.0), (among & ~case, OTHER_COLOUR, 1.0)):
        ticks = (values[chosen] - low) / reach
        ticks = ticks[:: max(len(ticks) // MOST_TICKS, 1)]
        axes.vlines(
            ticks, place + side * 0.03, place + side * 0.24, color=colour, linewidth=0.5, alpha=0.5, zorder=3
        )
    for at, value in ((0.0, low), (1.0, high), (start, limit.low), (end, limit.high)):
        if value is None:
            continue
        inner = at not in (0.0, 1.0)
        axes.annotate(
            f"{value:.3g}",
            (at, place + 0.31),
            (0.0, -2.0),
            textcoords="offset points",
            ha="center",
            va="top",
            size=SMALL_SIZE - 0.5,
            weight="bold" if inner else "normal",
            color=CASE_COLOUR if inner else MUTED,
        )


def _forms(
    axes: Axes,
    place: int,
    limit: Limit,
    values: NDArray[np.str_],
    case: NDArray[np.bool_],
    among: NDArray[np.bool_],
) -> None:
    """A switch: its forms side by side, those of the box filled, each with its share of cases."""
    forms = sorted(set(values[among].tolist()))
    width = 1.0 / len(forms)
    for number, form in enumerate(forms):
        chosen = form in limit.forms
        runs = among & (values == form)
        axes.barh(
            place,
            width * 0.96,
            0.62,
            left=number * width + 0.02 * width,
            color=BOX_COLOUR if chosen else "white",
            edgecolor=CASE_COLOUR if chosen else HAIRLINE,
            linewidth=0.9,
            zorder=1,
        )
        share = 100.0 * float(case[runs].mean()) if runs.any() else 0.0
        axes.text(
            (number + 0.5) * width,
            place,
            f"{form_words(form).replace('_', ' ')}\n{share:.0f} % gangs",
            ha="center",
            va="center",
            size=SMALL_SIZE - 0.5,
            weight="bold" if chosen else "normal",
            color=INK if chosen else MUTED,
            zorder=3,
        )


def _frame(axes: Axes, box: Box) -> None:
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(box.limits) - 0.4, -0.5)
    axes.set_yticks(
        range(len(box.limits)), [limit.factor.rpartition(".")[2].replace("_", " ") for limit in box.limits]
    )
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _key(figure: Figure) -> None:
    handles: list[Artist] = [
        Patch(facecolor=BOX_COLOUR, edgecolor=CASE_COLOUR, linewidth=0.9, label="inside the box"),
        Line2D([], [], color=CASE_COLOUR, marker="|", ls="", ms=8.0, label="a run that ends as gangs"),
        Line2D([], [], color=OTHER_COLOUR, marker="|", ls="", ms=8.0, label="a run that ends otherwise"),
    ]
    key_on_top(figure, handles, 3, fontsize=TEXT_SIZE - 0.7, columnspacing=1.5, handlelength=1.4)
