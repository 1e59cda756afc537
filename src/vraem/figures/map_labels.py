"""Names on a map: each beside its point, where it covers no other name; what finds no room is left out."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from vraem.figures.style import INK, SMALL_SIZE

HALO = (withStroke(linewidth=2.0, foreground="white", alpha=0.85),)
"""A light edge keeps names readable on dark ground."""
PADDING = 1.06
"""Boxes are compared a little larger than they are, so that names do not touch."""

POINT_PIXELS = 2.0
"""Half the side of the square kept free around each named point."""

_PLACES = (
    ("left", "center", 1.0, 0.0),
    ("right", "center", -1.0, 0.0),
    ("left", "bottom", 0.7, 0.7),
    ("left", "top", 0.7, -0.7),
    ("right", "bottom", -0.7, 0.7),
    ("right", "top", -0.7, -0.7),
    ("center", "bottom", 0.0, 1.0),
    ("center", "top", 0.0, -1.0),
)
"""Where a name may stand around its point, best first: alignment and direction."""


class PointLabel(NamedTuple):
    """A name wanted beside the point (x, y), in data units."""

    x: float
    y: float
    text: str
    size: float = SMALL_SIZE
    weight: str = "normal"
    style: str = "normal"
    colour: str = INK


def mark_place(axes: Axes, x: float, y: float) -> None:
    """A small ring at the point (x, y) that a name belongs to."""
    axes.plot(
        x, y, marker="o", markersize=2.4, color="white", markeredgecolor=INK, markeredgewidth=0.7, zorder=7
    )


def place_labels(
    axes: Axes, labels: Sequence[PointLabel], taken: Sequence[Bbox] = (), gap: float = 3.5
) -> list[Annotation]:
    """Write the labels in the order given, the important ones first, `gap` points from their points.

    `taken` holds boxes in pixels that no name may cover. Points themselves are kept free too. Returns the
    names that found room.
    """
    renderer = FigureCanvasAgg(axes.figure.get_figure(root=True)).get_renderer()
    frame = axes.get_window_extent(renderer)
    full = [*taken, *(sign_box(axes, label.x, label.y, POINT_PIXELS) for label in labels)]
    written = []
    for label in labels:
        own = sign_box(axes, label.x, label.y, POINT_PIXELS)
        others = [box for box in full if box.bounds != own.bounds]
        name = _first_free(axes, label, others, frame, gap, renderer)
        if name is not None:
            written.append(name)
            full.append(_extent(name, renderer))
    return written


def _first_free(
    axes: Axes, label: PointLabel, others: list[Bbox], frame: Bbox, gap: float, renderer: object
) -> Annotation | None:
    """The label at the first place where it covers nothing, or None."""
    for across, along, right, up in _PLACES:
        name = axes.annotate(
            label.text,
            (label.x, label.y),
            xytext=(right * gap, up * gap),
            textcoords="offset points",
            ha=across,
            va=along,
            size=label.size,
            weight=label.weight,
            style=label.style,
            color=label.colour,
            path_effects=list(HALO),
            zorder=9,
            annotation_clip=True,
        )
        name.update_positions(renderer)  # type: ignore[arg-type]
        box = _extent(name, renderer)
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        if inside and not any(box.overlaps(other) for other in others):
            return name
        name.remove()
    return None


def _extent(text: Text, renderer: object) -> Bbox:
    """Box of the letters in pixels, without the point that an annotation belongs to."""
    return Text.get_window_extent(text, renderer).expanded(PADDING, PADDING)  # type: ignore[arg-type]


def sign_box(axes: Axes, x: float, y: float, half: float = 4.0) -> Bbox:
    """The pixels around a sign at the point (x, y), in data units."""
    x, y = axes.transData.transform((x, y))
    return Bbox.from_extents(x - half, y - half, x + half, y + half)
