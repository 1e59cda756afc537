"""Direct labels: names beside the lines they name, moved apart where they would overlap."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray

from vraem.figures.style import TEXT_SIZE

POINTS_PER_INCH = 72.0
LINE_SPACING = 1.25
LEADER_FROM = 3.0
"""A label that had to move by more than this many points gets a thin line to its place."""
LEADER_WIDTH = 6.0


class EndLabel(NamedTuple):
    """A label wanted at height `y` (data units) on the right edge of a panel."""

    y: float
    text: str
    colour: str


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> NDArray[np.float64]:
    """Centres (n,) of boxes, nearest to the `wanted` ones, that do not overlap and keep to [low, high].

    Boxes keep their order; too many of them overflow at the top. Neighbours that collide are pooled and
    placed around their mean, which is the least-squares solution of the one-dimensional problem.
    """
    order = np.argsort(np.asarray(wanted, dtype=np.float64), kind="stable")
    centres = np.asarray(wanted, dtype=np.float64)[order]
    sizes = np.asarray(heights, dtype=np.float64)[order]
    # Offset of each box within the gapless pile: after subtracting it, "no overlap" means "not decreasing".
    offsets = np.concatenate([[0.0], np.cumsum((sizes[:-1] + sizes[1:]) / 2.0)])[: len(sizes)]
    pools: list[list[float]] = []
    for target in centres - offsets:
        pools.append([target, 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, weight = pools.pop()
            before, weight_before = pools.pop()
            total = weight + weight_before
            pools.append([(mean * weight + before * weight_before) / total, total])
    placed = np.repeat([mean for mean, _ in pools], [int(weight) for _, weight in pools])
    if len(placed):
        top = high - sizes[-1] / 2.0 - offsets[-1]
        bottom = low + sizes[0] / 2.0
        placed = np.maximum(np.minimum(placed, top), bottom)
    result = np.empty_like(placed)
    result[order] = placed + offsets
    return result


def label_ends(axes: Axes, labels: Sequence[EndLabel], *, gap: float = 6.0, size: float = TEXT_SIZE) -> None:
    """Write each label just right of the panel at the height of its line; `gap` in points.

    Call it when the limits of the panel are final. A label that had to move is tied to its line by a leader.
    """
    shown = [label for label in labels if np.isfinite(label.y)]
    figure = axes.figure
    if not shown:
        return
    to_points = POINTS_PER_INCH / figure.dpi
    edge = axes.get_xlim()[1]
    heights = [size * LINE_SPACING * (1 + label.text.count("\n")) for label in shown]
    wanted = [float(axes.transData.transform((edge, label.y))[1]) * to_points for label in shown]
    box = axes.bbox
    placed = spread(wanted, heights, box.y0 * to_points, box.y1 * to_points)
    moves = placed - np.asarray(wanted)
    if (np.abs(moves) > LEADER_FROM).any():
        gap += LEADER_WIDTH
    for label, move in zip(shown, moves, strict=True):
        leader = {
            "arrowstyle": "-",
            "color": label.colour,
            "lw": 0.6,
            "shrinkA": 0.0,
            "shrinkB": 0.0,
            "relpos": (0.0, 0.5),
        }
        axes.annotate(
            label.text,
            xy=(edge, label.y),
            xytext=(gap, move),
            textcoords="offset points",
            va="center",
            ha="left",
            size=size,
            color=label.colour,
            annotation_clip=False,
            arrowprops=leader if abs(move) > LEADER_FROM else None,
        )


def halo(text: Text) -> Text:
    """Give a text a white rim, so that it stays readable across lines."""
    text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    return text
