"""Stacked horizontal bars of shares: a segment with its number and interval inside it, and the key to the colours."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from vraem.analysis.intervals import Interval
from vraem.figures.style import HAIRLINE, INK, MUTED, SMALL_SIZE, Look

THICKNESS = 0.66
LEAST_NAMED = 0.07
"""Segments narrower than this bear no number, ..."""
LEAST_INTERVAL = 0.12
"""... and those narrower than this no interval."""
LIGHT_FROM = 0.45
"""Segments darker than this luminance bear white numbers."""
PALE = 0.3
"""Opacity of a pale segment."""


def segment(axes: Axes, row: int, base: float, share: Interval, look: Look, *, pale: bool = False) -> None:
    """Draw one segment of the bar at height `row`, from `base` on, with its share in per cent and its interval.

    A `pale` one bears no interval.
    """
    axes.barh(
        row,
        share.estimate,
        THICKNESS,
        left=base,
        color=look.colour,
        hatch=look.hatch,
        edgecolor="white" if not look.hatch else HAIRLINE,
        linewidth=0.7,
        alpha=PALE if pale else None,
        zorder=2,
    )
    if share.estimate < LEAST_NAMED:
        return
    middle, wide = base + share.estimate / 2.0, share.estimate >= LEAST_INTERVAL and not pale
    upper = row - (0.13 if wide else 0.04)
    colour = "white" if _luminance(look.colour) < LIGHT_FROM and not pale else INK
    text: dict[str, Any] = {"ha": "center", "va": "center", "color": colour, "zorder": 5}
    axes.text(middle, upper, f"{100 * share.estimate:.0f}", size=SMALL_SIZE, weight="bold", **text)
    if wide:
        said = f"{100 * share.low:.0f}–{100 * share.high:.0f}"
        axes.text(middle, row + 0.11, said, size=SMALL_SIZE - 1.8, **text)


def stack(axes: Axes, row: int, parts: Iterable[tuple[Interval, Look]], *, pale: bool = False) -> None:
    """Draw the segments of the bar at height `row` one after the other; shares of nought leave none."""
    base = 0.0
    for share, look in parts:
        if share.estimate > 0.0:
            segment(axes, row, base, share, look, pale=pale)
            base += share.estimate


def frame(axes: Axes, names: Sequence[str], numbers: Sequence[str], title: str) -> None:
    """Axes of a panel of bars from the top down, one a name, each with its number `n` of cases behind it."""
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.set_title(title, color=INK, pad=4.0)
    small: dict[str, Any] = {"size": SMALL_SIZE, "color": MUTED, "textcoords": "offset points"}
    axes.annotate("n", (1.0, 1.0), (4.0, 5.0), "axes fraction", style="italic", **small)
    for row, number in enumerate(numbers):
        axes.annotate(number, (1.0, row), (4.0, 0.0), ha="left", va="center", annotation_clip=False, **small)


def key_patches(looks: Iterable[Look]) -> list[Patch]:
    """Handles of a legend, one a look."""
    return [
        Patch(
            facecolor=look.colour,
            hatch=look.hatch,
            edgecolor=HAIRLINE if look.hatch else "none",
            label=look.in_one_line,
        )
        for look in looks
    ]


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[start : start + 2], 16) / 255.0 for start in (1, 3, 5))
    return float(np.dot((0.299, 0.587, 0.114), (red, green, blue)))
