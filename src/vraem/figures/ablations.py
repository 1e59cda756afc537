"""Which input or rule carries which pattern: the scoreboard with one thing after the other left out."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vraem.figures.scoreboard import Score
from vraem.figures.style import (
    HAIRLINE,
    INK,
    MISSED,
    MUTED,
    PASSED,
    SHADE,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    sheet,
    style,
)

ROW_INCHES, COLUMN_INCHES = 0.29, 0.42
MARGINS = Margins(left=2.55, right=2.1, top=2.35, bottom=0.7)
"""Inches: names of what is left out at the left; the slanted names of patterns above and beyond the last column."""
SLANT = 50


def ablation_chart(ablations: Mapping[str, Sequence[Score]], caption: str = "") -> Figure:
    """What is left out by patterns: the first row is the whole model, each of the others lacks one thing.

    A shaded cell is a pattern that the whole model reproduces and the ablated one does not. Raises
    `ValueError` unless every row scores the same patterns in the same order.
    """
    rows = list(ablations)
    if not rows:
        raise ValueError("an ablation table needs at least the whole model; got no row")
    whole = ablations[rows[0]]
    for name in rows[1:]:
        if [score.label for score in ablations[name]] != [score.label for score in whole]:
            raise ValueError(f"ablation {name!r} does not score the same patterns as {rows[0]!r}")
    width = MARGINS.left + COLUMN_INCHES * len(whole) + MARGINS.right
    with style():
        figure, ((axes,),) = sheet(
            "Which input or rule carries which pattern",
            "● reproduced   ✕ missed   shaded: lost when it is left out",
            caption,
            size=(width, MARGINS.top + ROW_INCHES * len(rows) + MARGINS.bottom),
            margins=MARGINS,
        )
        axes.set_xlim(-0.5, len(whole) - 0.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_axis_off()
        for column, score in enumerate(whole):
            _heading(axes, column - 0.15, f"{score.label}  {score.name}")
        _heading(axes, len(whole) + 0.25, "Reproduced", weight="bold")
        for row, name in enumerate(rows):
            _row(axes, row, name, ablations[name], whole)
    return figure


def _heading(axes: Axes, x: float, text: str, weight: str = "normal") -> None:
    axes.text(
        x, -0.65, text, rotation=SLANT, rotation_mode="anchor", size=SMALL_SIZE, weight=weight, color=INK
    )


def _row(axes: Axes, row: int, name: str, scores: Sequence[Score], whole: Sequence[Score]) -> None:
    """One thing left out: what is still reproduced, what is lost, how many patterns are left."""
    weight = "bold" if row == 0 else "normal"
    axes.text(-0.75, row, name, ha="right", va="center", size=TEXT_SIZE - 0.5, weight=weight, color=INK)
    axes.hlines(row + 0.5, -0.5, len(whole) + 0.4, color=HAIRLINE, linewidth=0.5, zorder=0, clip_on=False)
    for column, (score, reference) in enumerate(zip(scores, whole, strict=True)):
        look = PASSED if score.passed else MISSED
        if reference.passed and not score.passed:
            axes.barh(row, 1.0, 1.0, left=column - 0.5, color=SHADE, edgecolor="none", zorder=0)
        axes.plot([column], [row], marker=look.marker, color=look.colour, markersize=6.0, zorder=3)
    passed = sum(score.passed for score in scores)
    axes.text(
        len(scores),
        row,
        f"{passed}",
        ha="center",
        va="center",
        size=TEXT_SIZE,
        weight="bold",
        color=INK if row == 0 else MUTED,
    )
