"""Phase diagram: how tempo and intelligence of a campaign decide whether the group falls, and what comes then."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from vraem.analysis.intervals import Interval
from vraem.analysis.labels import GANGS
from vraem.analysis.resampling import posterior_share
from vraem.analysis.results import Results
from vraem.analysis.words import form_words
from vraem.figures.shares import PALE_RUNS
from vraem.figures.style import HAIRLINE, INK, MUTED, SMALL_SIZE, TEXT_SIZE, Margins, sheet, style
from vraem.figures.swept import as_swept, condition_words, swept_caption, when

TEMPO = ("tempo", "operations_per_month")
INTELLIGENCE = ("intelligence",)
WORDS = {
    "tempo": "operations a month",
    "operations_per_month": "operations a month",
    "intelligence": "intelligence at the start",
}
MOST_LEVELS = 6
"""A factor with more values than this is cut into ``PARTS`` parts with equally many runs."""
PARTS = 4
MOST_NAMED = 8
"""Factors that a message names."""
BLUES = LinearSegmentedColormap.from_list("vraem falls", ["#f4f7fa", "#a6c8e6", "#3d7fb5", "#0b3a75"])
REDS = LinearSegmentedColormap.from_list("vraem gangs", ["#fbf4ee", "#f0b98d", "#c65d21", "#7a150d"])


class _Axis(NamedTuple):
    """One axis: name of the column, labels of its parts, part of each run (−1 none)."""

    name: str
    labels: list[str]
    part: NDArray[np.int64]


def phase_diagram(
    results: Results | Path | str,
    x: str | None = None,
    y: str | None = None,
    *,
    horizon: int | None = None,
    definition: str | None = None,
) -> Figure:
    """Shares by two factors: of runs that are dismantled, and of dismantled runs that end as gangs.

    Parameters
    ----------
    results
        The runs of an experiment, or the folder of its sweep.
    x, y
        Factors (columns of the runs) of the two axes; those of tempo and intelligence if None.
    horizon, definition
        Months after the campaign and definition of dismantled; those of the verdict's rules if None.

    Raises
    ------
    ValueError
        If the runs lack a factor or end states.

    """
    kept = as_swept(results).judged
    kept.require_end_states()
    across = _axis(kept, x or _find(kept, TEMPO))
    up = _axis(kept, y or _find(kept, INTELLIGENCE))
    months = kept.headline if horizon is None else horizon
    counted = kept.counted(months, definition)
    panels_of: list[tuple[str, Any, Callable[[NDArray[np.bool_]], tuple[Interval, int]]]] = [
        ("Dismantled, of all runs", BLUES, _share(kept, kept.dismantled(definition), kept.reached(months))),
        ("Gangs, of the dismantled runs", REDS, _share(kept, kept.labels(months) == GANGS, counted)),
    ]
    width, height = 0.76 * len(across.labels), 0.56 * len(up.labels)
    margins = Margins(left=1.15, right=0.75, top=1.02, bottom=1.22)
    with style():
        figure, panels = sheet(
            "When operations succeed, and what comes of it",
            f"By two properties of the campaign, {when(months)} after its end",
            swept_caption(
                kept,
                f"Small numbers: interval. Hatched: fewer than {PALE_RUNS} runs.\n"
                f"{condition_words(kept, definition).capitalize()}.",
            ),
            size=(
                max(margins.left + margins.right + 2 * width + 1.5, 8.4),
                margins.top + margins.bottom + height,
            ),
            columns=2,
            margins=margins,
            wspace=0.42,
        )
        for axes, (title, colours, share) in zip(panels[0], panels_of, strict=True):
            _panel(figure, axes, across, up, colours, share)
            axes.set_title(title, color=INK, pad=5.0)
        panels[0][0].set_ylabel(_words(up.name), size=TEXT_SIZE - 0.5)
    return figure


def _find(results: Results, ends: tuple[str, ...]) -> str:
    """The column of the runs that bears one of the names, at its end."""
    for end in ends:
        for name in (*results.factors, *results.frame.columns):
            if name in results.frame and (name == end or name.endswith(f".{end}")):
                return str(name)
    more = len(results.factors) - MOST_NAMED
    varied = ", ".join(results.factors[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    said = f"name another factor: {varied}" if varied else "they vary no factor at all"
    raise ValueError(f"the runs do not vary {' or '.join(ends)}; {said}")


def _axis(results: Results, name: str) -> _Axis:
    if name not in results.frame:
        raise ValueError(f"the runs have no factor {name}; they vary {', '.join(results.factors) or 'none'}")
    column = results.frame[name]
    if column.dtype.kind not in "fiu":
        forms = sorted(map(str, column.dropna().unique()))
        part = np.array([forms.index(str(form)) if str(form) in forms else -1 for form in column])
        return _Axis(name, [form_words(form) for form in forms], part)
    values = column.to_numpy(dtype=np.float64)
    levels = np.unique(values[np.isfinite(values)])
    if len(levels) <= MOST_LEVELS:
        return _Axis(name, [f"{level:g}" for level in levels], np.searchsorted(levels, values))
    known = np.isfinite(values)
    edges = np.quantile(values[known], np.linspace(0.0, 1.0, PARTS + 1))
    part = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, PARTS - 1)
    part = np.where(known, part, -1)
    labels = [f"{low:.2g}–{high:.2g}" for low, high in pairwise(edges)]
    return _Axis(name, labels, part)


def _share(
    results: Results, yes: NDArray[np.bool_], among: NDArray[np.bool_]
) -> Callable[[NDArray[np.bool_]], tuple[Interval, int]]:
    def of(cell: NDArray[np.bool_]) -> tuple[Interval, int]:
        known = posterior_share(yes, results.clusters, among=among & cell, name="phase")
        return known.interval(), int(known.total)

    return of


def _panel(
    figure: Figure,
    axes: Axes,
    across: _Axis,
    up: _Axis,
    colours: LinearSegmentedColormap,
    share: Callable[[NDArray[np.bool_]], tuple[Interval, int]],
) -> None:
    for column in range(len(across.labels)):
        for row in range(len(up.labels)):
            found, runs = share((across.part == column) & (up.part == row))
            _cell(axes, column, row, found, runs, colours)
    axes.set_xlim(-0.5, len(across.labels) - 0.5)
    axes.set_ylim(-0.5, len(up.labels) - 0.5)
    axes.set_xticks(range(len(across.labels)), across.labels)
    axes.set_yticks(range(len(up.labels)), up.labels)
    axes.set_xlabel(_words(across.name), size=TEXT_SIZE - 0.5)
    axes.grid(visible=False)
    axes.tick_params(length=0.0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _colour_bar(figure, axes, colours)


def _cell(
    axes: Axes, column: int, row: int, share: Interval, runs: int, colours: LinearSegmentedColormap
) -> None:
    known = runs > 0
    face = colours(share.estimate) if known else "white"
    axes.bar(
        column,
        0.96,
        0.96,
        bottom=row - 0.48,
        color=face,
        edgecolor=HAIRLINE,
        linewidth=0.5,
        hatch="" if runs >= PALE_RUNS else "///",
    )
    if not known:
        axes.text(column, row, "no run", ha="center", va="center", size=SMALL_SIZE - 1.0, color=MUTED)
        return
    ink = "white" if share.estimate > 0.55 else INK
    axes.text(
        column,
        row + 0.14,
        f"{100 * share.estimate:.0f} %",
        ha="center",
        va="center",
        size=TEXT_SIZE,
        color=ink,
    )
    said = f"{100 * share.low:.0f}–{100 * share.high:.0f}"
    axes.text(column, row - 0.22, said, ha="center", va="center", size=SMALL_SIZE - 1.3, color=ink)


def _colour_bar(figure: Figure, axes: Axes, colours: LinearSegmentedColormap) -> None:
    box = axes.get_position()
    width, _ = figure.get_size_inches()
    bar_axes = figure.add_axes((box.x1 + 0.1 / width, box.y0, 0.09 / width, box.height))
    bar = figure.colorbar(ScalarMappable(Normalize(0.0, 1.0), colours), cax=bar_axes)
    bar.outline.set_linewidth(0.4)
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    bar.ax.tick_params(labelsize=SMALL_SIZE - 0.5, length=2, color=MUTED)


def _words(name: str) -> str:
    last = name.rpartition(".")[2]
    return WORDS.get(last, last.replace("_", " "))
