"""Rivers, roads and trails of the fact tables as lines on a map, and the entries of a legend for them."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from vraem.valley.lines import Outline, outlines

__all__ = ["LIMIT", "TRAIL", "WATER", "Outline", "draw_rivers", "draw_roads", "outlines", "road_handles"]

WATER = "#2f6fa7"
PAVED = "#a3341f"
UNPAVED = "#a3341f"
TRAIL = "#6b4a2b"
LIMIT = "#4a4a4a"

RIVER_WIDTH = {
    "apurimac": 2.0,
    "ene": 2.4,
    "tambo": 2.6,
    "mantaro": 1.8,
    "urubamba": 2.2,
    "perene": 1.6,
    "pampas": 1.3,
}
"""Width of each river in points."""


def draw_rivers(ax: Axes, scale: float = 1.0) -> None:
    """Rivers as lines, wider where there is more water."""
    for line in outlines("rivers"):
        ax.plot(
            line.longitude,
            line.latitude,
            color=WATER,
            linewidth=RIVER_WIDTH[line.kind] * scale,
            solid_joinstyle="round",
            zorder=3,
        )


def draw_roads(ax: Axes) -> None:
    """Paved and unpaved roads and, dashed, the trails of mules and carriers."""
    looks: dict[str, dict[str, Any]] = {
        "trail": {"color": TRAIL, "linewidth": 0.8, "linestyle": (0, (3.5, 2.0))},
        "unpaved": {"color": UNPAVED, "linewidth": 0.8},
        "paved": {"color": PAVED, "linewidth": 1.9},
    }
    for line in outlines("roads"):
        if line.kind in looks:
            ax.plot(line.longitude, line.latitude, zorder=4, **looks[line.kind])


def road_handles() -> list[Line2D]:
    """Entries of a legend for what `draw_rivers` and `draw_roads` draw."""
    return [
        Line2D([], [], color=WATER, linewidth=2.2, label="river"),
        Line2D([], [], color=PAVED, linewidth=1.9, label="paved road"),
        Line2D([], [], color=UNPAVED, linewidth=0.8, label="unpaved road"),
        Line2D([], [], color=TRAIL, linewidth=0.8, linestyle=(0, (3.5, 2.0)), label="foot or mule trail"),
        Line2D([], [], color=LIMIT, linewidth=0.8, linestyle=(0, (6, 2, 1, 2)), label="limit of a region"),
        Line2D([], [], color=LIMIT, linewidth=0.5, alpha=0.45, label="limit of a district"),
    ]
