"""How well the model reproduces the patterns."""

import math
import textwrap
from collections.abc import Sequence
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vraem.analysis.scoreboard import CAMPAIGNS, ENSEMBLE, HISTORY, PASSING_SHARE
from vraem.analysis.words import percent
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

ROW_INCHES = 0.37
AXIS_REACH = 1.0
"""How far beyond the tolerance the axis goes, in its widths; values further out are held at the edge."""
SHEET_INCHES, LEFT_INCHES, RIGHT_INCHES = 12.5, 3.45, 6.65
SHARE_FROM, SHARE_INCHES = 0.25, 1.0
"""Inches right of the tolerances at which the bars of shares begin, and the length of a whole one."""
PART_WORDS = {
    HISTORY: "History: runs of what was",
    CAMPAIGNS: "Pairs: the same seed with and without an event",
    ENSEMBLE: "Priors: draws of the assumptions, without a campaign",
}
NAME_LETTERS = 38
VALUE_LETTERS = 29


class Score(Protocol):
    """What a chart needs to know of one scored pattern; `vraem.analysis.patterns` has the real ones.

    `low` and `high` bound the tolerance in the unit of `value`; infinite for a one-sided one.
    """

    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def observed(self) -> str: ...  # noqa: D102
    @property
    def simulated(self) -> str: ...  # noqa: D102
    @property
    def passed(self) -> bool: ...  # noqa: D102
    @property
    def share_of_seeds(self) -> float: ...  # noqa: D102
    @property
    def counted(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


def scoreboard_chart(scores: Sequence[Score], caption: str = "") -> Figure:
    """One row a pattern: where the simulated value lies in its tolerance, how far seeds spread, how many are inside.

    Scores that bear a `part` stand under its name if there are several; those that bear `measures` have a whisker from
    the least to the most of the measure shown. Raises `ValueError` when `scores` is empty.
    """
    if not scores:
        raise ValueError("a scoreboard needs at least one pattern; got none")
    passed = sum(score.passed for score in scores)
    places, heads, rows = _places(scores)
    with style():
        figure, ((axes,),) = sheet(
            f"{passed} of {len(scores)} patterns reproduced",
            f"A pattern is reproduced if {percent(PASSING_SHARE)} of the seeds lie inside what it accepts (shaded; "
            "each row has its own scale)",
            f"{caption}\nWhisker: all seeds, or the 95 % interval of what is counted over all of them. A mean inside "
            f"the band is a miss if fewer than {percent(PASSING_SHARE)} of the seeds are inside.".strip(),
            size=(SHEET_INCHES, 1.95 + ROW_INCHES * rows),
            margins=Margins(left=LEFT_INCHES, right=RIGHT_INCHES, top=1.05, bottom=0.9),
        )
        axes.set_xlim(-AXIS_REACH, 1.0 + AXIS_REACH)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.set_axis_off()
        for row, words in heads.items():
            _write(axes, row, -3.3, words, weight="bold", color=MUTED)
        for row, score in zip(places, scores, strict=True):
            _tolerance(axes, row, score)
            _value(axes, row, score)
            _share(axes, row, score)
            _texts(axes, row, score)
        low, high = -0.4, rows - 0.5
        axes.vlines(
            _share_at(PASSING_SHARE),
            low,
            high,
            color=INK,
            linewidth=0.8,
            linestyle=(0, (3, 2)),
            clip_on=False,
        )
        _headings(axes)
    return figure


def _places(scores: Sequence[Score]) -> tuple[list[int], dict[int, str], int]:
    """The row of each score, the names of the parts by their rows, and how many rows there are."""
    parts = [getattr(score, "part", "") for score in scores]
    several = len(set(parts)) > 1
    places: list[int] = []
    heads: dict[int, str] = {}
    row = 0
    for number, part in enumerate(parts):
        if several and (number == 0 or part != parts[number - 1]):
            heads[row] = PART_WORDS.get(part, part)
            row += 1
        places.append(row)
        row += 1
    return places, heads, row


def position(value: float, low: float, high: float, beside: Sequence[float] = ()) -> float:
    """Place of `value` where the tolerance goes from 0 to 1; a one-sided one from 0 on, or up to 1.

    The scale of a one-sided tolerance has room for the value and those `beside` it.
    """
    if math.isfinite(low) and math.isfinite(high):
        width = high - low or 0.05 * max(abs(low), 1.0)
        return (value - low) / width
    if math.isfinite(low):
        return (value - low) / max(abs(low), _farthest(low, value, *beside) / AXIS_REACH, 1e-12)
    if math.isfinite(high):
        return 1.0 + (value - high) / max(abs(high), _farthest(high, value, *beside) / AXIS_REACH, 1e-12)
    return 0.5


def _farthest(limit: float, *values: float) -> float:
    return max(abs(value - limit) for value in values)


def _tolerance(axes: Axes, row: int, score: Score) -> None:
    start = 0.0 if math.isfinite(score.low) else -AXIS_REACH
    end = 1.0 if math.isfinite(score.high) else 1.0 + AXIS_REACH
    axes.hlines(row, -AXIS_REACH, 1.0 + AXIS_REACH, color=HAIRLINE, linewidth=0.6, zorder=1)
    axes.barh(row, end - start, 0.52, left=start, color=SHADE, edgecolor="none", zorder=0)
    for edge, limit in ((start, score.low), (end, score.high)):
        if math.isfinite(limit):
            axes.vlines(edge, row - 0.26, row + 0.26, color=MUTED, linewidth=0.9, zorder=2)


def _value(axes: Axes, row: int, score: Score) -> None:
    """The simulated value; beyond the axis it becomes an arrow head at the edge."""
    if not math.isfinite(score.value):
        return
    look = PASSED if score.passed else MISSED
    ends = _span(score)
    at = position(score.value, score.low, score.high, ends)
    marker = look.marker
    if ends:
        edges = (position(end, score.low, score.high, (score.value, *ends)) for end in ends)
        held = [min(max(edge, -AXIS_REACH), 1.0 + AXIS_REACH) for edge in edges]
        axes.plot(held, [row, row], color=look.colour, linewidth=1.5, zorder=3)
    if at > 1.0 + AXIS_REACH:
        marker, at = ">", 1.0 + AXIS_REACH
    elif at < -AXIS_REACH:
        marker, at = "<", -AXIS_REACH
    axes.plot(
        [at],
        [row],
        marker=marker,
        color=look.colour,
        markersize=7.5,
        markeredgecolor="white",
        markeredgewidth=0.6,
        clip_on=False,
        zorder=4,
    )


def _span(score: Score) -> tuple[float, ...]:
    """The least and the most of the measure that is shown; nothing if they are not kept."""
    shown = (score.value, score.low, score.high)
    for each in getattr(score, "measures", ()):
        if (each.value, each.low, each.high) == shown and math.isfinite(each.least + each.most):
            return each.least, each.most
    return ()


def _share_at(share: float) -> float:
    """Where a share of the seeds stands on the axis, right of the tolerances."""
    inches = SHARE_FROM + SHARE_INCHES * share
    return 1.0 + AXIS_REACH + inches * (1.0 + 2.0 * AXIS_REACH) / (SHEET_INCHES - LEFT_INCHES - RIGHT_INCHES)


def _share(axes: Axes, row: int, score: Score) -> None:
    """A bar with the share of seeds that lie inside."""
    look = PASSED if score.passed else MISSED
    start, end, whole = (_share_at(share) for share in (0.0, score.share_of_seeds, 1.0))
    for right, colour in ((whole, SHADE), (end, look.colour)):
        axes.fill_between([start, right], row - 0.16, row + 0.16, color=colour, linewidth=0, clip_on=False)


def _texts(axes: Axes, row: int, score: Score) -> None:
    look = PASSED if score.passed else MISSED
    _write(axes, row, -3.3, score.label, weight="bold")
    _write(axes, row, -2.8, _wrapped(score.name, NAME_LETTERS))
    # resampled: over all seeds at once, where events are too rare for each
    of = "samples" if score.counted == "resamples" else score.counted
    verdict = "" if score.passed else "missed:\n"
    said = f"{verdict}{percent(score.share_of_seeds)} of {of}"
    _write(axes, row, SHARE_FROM + SHARE_INCHES + 0.1, said, right=True, color=look.colour)
    _write(axes, row, 2.6, _wrapped(score.simulated, VALUE_LETTERS), right=True)
    _write(axes, row, 4.55, _wrapped(score.observed, VALUE_LETTERS), right=True, color=MUTED)


def _headings(axes: Axes) -> None:
    headings = (
        (-3.3, "Pattern", False),
        (SHARE_FROM, f"Inside; line: {percent(PASSING_SHARE)}", True),
        (2.6, "Simulated, mean", True),
        (4.55, "Observed", True),
    )
    for inches, text, right in headings:
        _write(axes, -0.85, inches, text, right=right, color=MUTED, size=SMALL_SIZE)
    for x, text in ((0.0, "lowest\naccepted"), (1.0, "highest\naccepted")):
        axes.text(x, -0.5, text, ha="center", va="bottom", size=SMALL_SIZE, color=MUTED)


def _write(
    axes: Axes,
    row: float,
    inches: float,
    text: str,
    *,
    right: bool = False,
    color: str = INK,
    weight: str = "normal",
    size: float = TEXT_SIZE - 0.5,
) -> None:
    """Text at the height of `row`, `inches` from the left edge of the panel or from its `right` one."""
    axes.annotate(
        text,
        xy=(1.0 if right else 0.0, row),
        xycoords=("axes fraction", "data"),
        xytext=(inches * 72.0, 0.0),
        textcoords="offset points",
        ha="left",
        va="center",
        size=size,
        color=color,
        weight=weight,
        linespacing=1.05,
        annotation_clip=False,
    )


def _wrapped(text: str, letters: int) -> str:
    return textwrap.fill(text, letters, max_lines=2, placeholder=" …")
