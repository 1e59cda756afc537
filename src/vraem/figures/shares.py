"""Rows of shares with their intervals, as several charts draw them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from vraem.analysis.intervals import Interval
from vraem.figures.style import HAIRLINE, INK, MUTED, SHADE, SMALL_SIZE, TEXT_SIZE, thousands

SHARE_COLUMN, COUNT_COLUMN = 34.0, 70.0
"""Points right of the panel at which the columns of shares and of runs end."""
HEADING_HEIGHT = 0.85
"""Height of a heading among rows, in heights of a row."""
PALE_RUNS = 10
"""A share of fewer runs is drawn pale or hatched: one run is not to weigh as much as a hundred."""
JUDGED_RUNS = 20
"""Of fewer dismantled runs a chart says that they are too few, and judges nothing."""


class ShareRow(NamedTuple):
    """One row: its name, the share with its interval and how many runs it is of; a heading if ``share`` is None."""

    name: str
    share: Interval | None
    runs: int = 0
    colour: str = INK
    marker: str = "o"
    strong: bool = False


def rows_height(rows: Sequence[ShareRow]) -> float:
    """Height of all rows, in heights of one."""
    return sum(HEADING_HEIGHT if row.share is None else 1.0 for row in rows)


def draw_rows(axes: Axes, rows: Sequence[ShareRow], *, counts: bool = True) -> None:
    """Draw the rows from the top down, each with its interval, its share in words and the number of runs."""
    top = 0.0
    ticks, names = [], []
    for row in rows:
        height = HEADING_HEIGHT if row.share is None else 1.0
        middle = top + height / 2.0
        if row.share is None:
            axes.axhspan(top, top + height, color=SHADE, linewidth=0, zorder=1.5)
            axes.annotate(
                row.name,
                (0.0, middle),
                (5.0, 0.0),
                axes.get_yaxis_transform(),
                "offset points",
                va="center",
                size=TEXT_SIZE - 0.7,
                weight="bold",
                zorder=6,
            )
        else:
            ticks.append(middle)
            names.append(row.name)
            _row(axes, middle, row)
            if counts:
                _count(axes, middle, row.runs)
        top += height
    axes.set_ylim(top + 0.15, 0.0)
    axes.set_yticks(ticks, names)
    axes.tick_params(axis="y", pad=8.0)  # a mark at nought stands before its name
    share_axis(axes)


def share_axis(axes: Axes) -> None:
    """Shares from left to right, in per cent, for rows from the top down."""
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.5)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))


def _row(axes: Axes, middle: float, row: ShareRow) -> None:
    share = row.share
    if share is None or not np.isfinite(share.estimate):
        return
    width = 2.2 if row.strong else 1.3
    axes.plot([share.low, share.high], [middle] * 2, color=row.colour, linewidth=width, zorder=3)
    axes.plot(
        [share.estimate],
        [middle],
        color=row.colour,
        marker=row.marker,
        markersize=7.0 if row.strong else 5.0,
        zorder=4,
        clip_on=False,
    )
    _beside(axes, middle, SHARE_COLUMN, f"{100 * share.estimate:.0f} %", color=INK, strong=row.strong)


def _count(axes: Axes, middle: float, runs: int) -> None:
    _beside(axes, middle, COUNT_COLUMN, thousands(runs) if runs else "no run", color=MUTED)


def _beside(axes: Axes, middle: float, column: float, text: str, *, color: str, strong: bool = False) -> None:
    """A number right of the panel, its right end at a `column`."""
    axes.annotate(
        text,
        (1.0, middle),
        (column, 0.0),
        axes.get_yaxis_transform(),
        "offset points",
        ha="right",
        va="center",
        size=SMALL_SIZE,
        weight="bold" if strong else "normal",
        color=color,
        annotation_clip=False,
    )


def name_columns(axes: Axes) -> None:
    """The heads of the columns of shares and of numbers of runs."""
    for text, column in (("share", SHARE_COLUMN), ("runs", COUNT_COLUMN)):
        axes.annotate(
            text,
            (1.0, 1.0),
            (column, 4.0),
            "axes fraction",
            "offset points",
            ha="right",
            size=SMALL_SIZE,
            color=MUTED,
            style="italic",
            annotation_clip=False,
        )
