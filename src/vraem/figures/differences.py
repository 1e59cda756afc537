"""The forest of a comparison: every outcome's paired difference to the reference, with its interval."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from vraem.analysis.compare import Comparison, Difference
from vraem.analysis.measures import MEASURES, Measure
from vraem.experiment.words import short_day
from vraem.figures.arms import arm_look, compared_caption
from vraem.figures.labels import halo
from vraem.figures.style import (
    HAIRLINE,
    INK,
    MUTED,
    SHADE,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    key_on_top,
    sheet,
    style,
)

MOST_ARMS = 4
"""More arms than these beside the reference get a forest each."""

ROW_INCHES = 0.205
ARM_INCHES = 0.088
HEAD_INCHES = 0.205
WIDEST_AXIS = 1.5
"""Differences beyond this (150 % or 150 points) stand at the edge with their value in words."""

POINTS = 100.0

ROOM_FOR_NUMBER = 0.17
"""Part of a panel's width that a number beside an interval takes."""


class Row(NamedTuple):
    """One line of the forest: a measure, or the name of a group; `place` is its middle, from the top down.

    The unit is the height of a measure; the name of a group takes less where arms are many.
    """

    place: float
    text: str
    measure: Measure | None


def forests(comparison: Comparison) -> dict[str, Figure]:
    """The forest of all arms together, or one for each arm if they are many, by the name of the file."""
    arms = comparison.names[1:]
    if len(arms) <= MOST_ARMS:
        return {"differences": forest(comparison, arms)}
    return {f"differences-{arm}": forest(comparison, [arm]) for arm in arms}


def forest(comparison: Comparison, arms: Sequence[str] | None = None) -> Figure:
    """Paired differences of `arms` (all if None) to the reference with 95 % intervals, window by window.

    Amounts and prices are in per cent of the reference, shares in percentage points. Outcomes that no arm
    changes are left out.
    """
    shown = list(arms or comparison.names[1:])
    chosen = [each for each in comparison.differences if each.arm in shown]
    per_row = ROW_INCHES + ARM_INCHES * (len(shown) - 1)
    head = HEAD_INCHES / per_row
    blocks = [_rows(chosen, head, shares=shares) for shares in (False, True)]
    blocks = [rows for rows in blocks if rows]
    if not blocks:
        raise ValueError("no outcome differs in any pair of runs: there is nothing to draw")
    lengths = [rows[-1].place + 0.6 for rows in blocks]
    margins = Margins(left=1.95, right=0.25, top=1.18 if len(shown) > 1 else 0.98, bottom=0.98)
    gap = 0.62
    height = margins.top + margins.bottom + per_row * sum(lengths) + gap * (len(blocks) - 1)
    with style():
        figure, panels = sheet(
            _title(comparison, shown),
            "Difference to the same seeds of the reference, mean and 95 % interval of the mean",
            compared_caption(
                comparison,
                "Filled: clear after Holm's correction for all outcomes and periods of the scenario. Open: "
                "not so. Arrow: goes on.\n"
                "Outcomes that nothing changes, or that the reference does not have, are left out.",
            ),
            size=(8.6, height),
            rows=len(blocks),
            columns=len(comparison.windows),
            margins=margins,
            height_ratios=lengths,
            hspace=gap / (per_row * sum(lengths) / len(blocks)),
            wspace=0.09,
        )
        for block, rows in zip(panels, blocks, strict=True):
            shares = rows[-1].measure is not None and rows[-1].measure.share
            limits = _limits(chosen, shares=shares)
            for column, (axes, window) in enumerate(zip(block, comparison.windows, strict=True)):
                _frame(axes, rows, limits, head, shares=shares, named=column == 0)
                _points(axes, rows, [each for each in chosen if each.window == window], comparison, shown)
                if block is panels[0]:
                    axes.set_title(f"{window.name}\n", color=INK, pad=2.0)
                    axes.annotate(
                        f"{short_day(window.start)} to {short_day(window.end)}",
                        (0.0, 1.0),
                        (0.0, 4.0),
                        "axes fraction",
                        "offset points",
                        size=SMALL_SIZE,
                        color=MUTED,
                    )
        if len(shown) > 1:
            _key(figure, comparison, shown)
    return figure


def _title(comparison: Comparison, shown: Sequence[str]) -> str:
    what = shown[0] if len(shown) == 1 else "each scenario"
    return f"What changes: {what} against {comparison.reference}"


def _rows(differences: Sequence[Difference], head: float, *, shares: bool) -> list[Row]:
    """The measures that change somewhere, under the names of their groups, which are `head` high."""
    alive = {
        each.measure.name
        for each in differences
        if each.verdict != "none" and math.isfinite(_reading(each)[0]) and each.measure.share == shares
    }
    rows: list[Row] = []
    group, top = "", 0.0
    for measure in MEASURES:
        if measure.name not in alive:
            continue
        if measure.group != group:
            group = measure.group
            rows.append(Row(top + head / 2.0, group, None))
            top += head
        rows.append(Row(top + 0.5, measure.label, measure))
        top += 1.0
    return rows


def _reading(each: Difference) -> tuple[float, float, float]:
    """Mean, low and high: points over 100 for a share, else relative to the reference."""
    if each.measure.share:
        return each.paired.mean, each.paired.low, each.paired.high
    return each.relative


def _limits(differences: Sequence[Difference], *, shares: bool) -> tuple[float, float]:
    """A range that holds zero and every difference and its interval, up to the widest axis, with some air."""
    ends = [0.0]
    for each in differences:
        mean, low, high = _reading(each)
        if each.measure.share == shares and each.verdict != "none" and math.isfinite(mean):
            ends += [mean, max(low, mean - abs(mean) - 0.1), min(high, mean + abs(mean) + 0.1)]
    low, high = max(min(ends), -WIDEST_AXIS), min(max(ends), WIDEST_AXIS)
    air = 0.07 * max(high - low, 1e-3)
    return low - air, high + air


def _frame(
    axes: Axes,
    rows: Sequence[Row],
    limits: tuple[float, float],
    head: float,
    *,
    shares: bool,
    named: bool,
) -> None:
    axes.set_xlim(*limits)
    axes.set_ylim(rows[-1].place + 0.6, 0.0)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.5)
    axes.axvline(0.0, color=INK, linewidth=0.9, zorder=2)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _signed(POINTS * value)))
    axes.set_xlabel("percentage points" if shares else "% of the reference", size=SMALL_SIZE, color=MUTED)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([row.place for row in rows if row.measure], [])
    for row in rows:
        if row.measure is None:
            axes.axhspan(row.place - head / 2.0, row.place + head / 2.0, color=SHADE, linewidth=0, zorder=0)
        if named:
            axes.annotate(
                row.text,
                (0.0, row.place),
                (-133.0 if row.measure is None else -126.0, 0.0),
                axes.get_yaxis_transform(),
                "offset points",
                va="center",
                size=TEXT_SIZE - 0.5,
                weight="bold" if row.measure is None else "normal",
            )


def _tenths(value: float) -> str:
    """A number with its sign and one decimal; nought has no sign."""
    text = f"{value:+.1f}"
    return "0.0" if float(text) == 0.0 else text.replace("-", "−")


def _signed(value: float) -> str:
    return "0" if abs(value) < 1e-9 else f"{value:+g}".replace("-", "−")


def _points(
    axes: Axes,
    rows: Sequence[Row],
    differences: Sequence[Difference],
    comparison: Comparison,
    shown: Sequence[str],
) -> None:
    """One mark with its interval for each arm and measure, arms a little apart."""
    places = {row.measure.name: row.place for row in rows if row.measure}
    step = 0.8 / len(shown)
    for each in differences:
        if each.measure.name not in places or not math.isfinite(_reading(each)[0]):
            continue
        offset = (shown.index(each.arm) - (len(shown) - 1) / 2.0) * step
        height = places[each.measure.name] + offset
        _mark(axes, each, height, comparison.names.index(each.arm))
        if len(shown) == 1:
            _number(axes, each, height)


def _mark(axes: Axes, each: Difference, height: float, arm: int) -> None:
    mean, low, high = _reading(each)
    look = arm_look(arm)
    clear = each.verdict == "clear"
    left, right = axes.get_xlim()
    outside = not left <= mean <= right
    at = min(max(mean, left), right)
    axes.plot([low, high], [height, height], color=look.colour, linewidth=1.3, zorder=3)
    for cut, edge, head in ((low < left, left, "<"), (high > right, right, ">")):
        if cut:
            axes.plot(
                [edge], [height], marker=head, markersize=3.6, color=look.colour, clip_on=False, zorder=3
            )
    axes.plot(
        [at],
        [height],
        marker=(">" if mean > right else "<") if outside else look.marker,
        markersize=4.6,
        color=look.colour,
        markerfacecolor=look.colour if clear else "white",
        markeredgewidth=1.1,
        clip_on=False,
        zorder=4,
    )
    if outside:
        axes.annotate(
            _signed(round(POINTS * mean)),
            (at, height),
            (-7.0 if mean > right else 7.0, 0.0),
            textcoords="offset points",
            ha="right" if mean > right else "left",
            va="center",
            size=SMALL_SIZE,
            color=look.colour,
        )


def _number(axes: Axes, each: Difference, height: float) -> None:
    """The mean difference beside its interval, where there is room and no line of nought."""
    mean, low, high = _reading(each)
    left, right = axes.get_xlim()
    if not left <= mean <= right or each.verdict == "none":
        return
    room = (right - left) * ROOM_FOR_NUMBER
    fits = {"left": high + room <= right, "right": low - room >= left}
    clear = {"left": not high < 0.0 < high + room, "right": not low - room < 0.0 < low}
    sides = sorted((name for name in fits if fits[name]), key=lambda name: not clear[name])
    if sides:
        side, base = sides[0], "center"
        at, offset = (high, (5.0, 0.0)) if side == "left" else (low, (-5.0, 0.0))
    else:  # the interval fills the panel: above the mark
        at, offset, side, base = mean, (0.0, 2.5), "center", "bottom"
    text = _tenths(POINTS * mean)
    colour = INK if each.verdict == "clear" else MUTED
    number = axes.annotate(
        text,
        (at, height),
        offset,
        textcoords="offset points",
        ha=side,
        va=base,
        size=SMALL_SIZE,
        color=colour,
    )
    halo(number)


def _key(figure: Figure, comparison: Comparison, shown: Sequence[str]) -> None:
    looks = {arm: arm_look(comparison.names.index(arm)) for arm in shown}
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, ms=4.6, lw=1.3, label=arm)
        for arm, look in looks.items()
    ]
    key_on_top(figure, handles, len(handles), fontsize=TEXT_SIZE - 0.5, columnspacing=1.4, handlelength=1.6)
