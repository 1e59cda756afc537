"""Maps: the valley with its communities, posts and exits, and the coca of several years side by side."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from vraem.figures.base_map import (
    ASPECT,
    HEIGHTS,
    TINTS,
    draw_base_map,
    draw_names,
    draw_plain_map,
    frame_around,
    holding,
    latitude_of,
    longitude_of,
    smooth_mask,
)
from vraem.figures.map_labels import PointLabel, mark_place, place_labels
from vraem.figures.map_lines import road_handles
from vraem.figures.place_names import accented
from vraem.figures.style import INK, MUTED, SMALL_SIZE, TEXT_SIZE, Margins, caption, sheet, style, thousands
from vraem.observe import RunResult
from vraem.valley import COLS, ROWS, Valley
from vraem.version import __version__

COMMUNITY = "#00614b"
AIRSTRIP = "#b35900"
POST = "#0b2f66"

POST_LOOKS = {
    "base": ("s", "base of the forces or\nthe anti-drug police"),
    "control_post": ("D", "road control"),
    "police_station": ("v", "police station"),
    "airfield": ("P", "airfield"),
}
"""Sign of a post by kind; all kinds not listed are bases."""
EXIT_REACH = {(-1, 0): 44.0, (1, 0): 28.0, (0, 1): 34.0, (0, -1): 24.0}
"""Length of the arrows out of the frame in points, by direction (right, up); longer beside degrees."""
WIDTHS = {1: 34, 0: 19, -1: 19}
"""Letters in a line about an exit: in the north, at the sides, in the south."""
LARGER = 1.4
"""Points that letters of the map of the valley are larger than small ones: it is read at the width of a page."""
HOUSEHOLDS = 40_000
CROWDED = 0.85
"""A round number of the colour bar above this share of its top would stand on the top's own."""
HOUSEHOLD_KEY = (30, 100, 300)
POINTS_SQUARED_PER_HOUSEHOLD = 0.10

SMALL_MAP_TOWNS = (
    "Satipo",
    "Llochegua",
    "Pichari",
    "San Francisco",
    "Palmapampa",
    "San Miguel del Ene",
    "Villa Virgen",
)
COCA = LinearSegmentedColormap.from_list(
    "vraem coca", ["#d9e4b4", "#8fbf6b", "#2f8a55", "#005a3c", "#00261c"]
)
SHOWN_SHARE, MARGIN = 0.992, 0.1
"""Small maps are cropped to the communities that hold this share of the coca, and so many degrees around."""


def valley_map(valley: Valley) -> Figure:
    """The map of the valley: terrain, ways, towns, communities by households, posts, airstrip districts,
    exits."""
    with style():
        figure, panels = sheet(
            "The VRAEM: valley of the Apurímac, the Ene and the lower Mantaro",
            "Where the farm households of the model live, and the ways out of the valley",
            "Each circle is a 2 km cell of the coca belt; households by place are a judgement that fits "
            "published totals.\nPosts: press reports of 2009–2020, drawn at town seats. "
            "Airstrips: districts with press reports of 2013–2015, no positions.\n"
            f"Data: facts/SOURCES.md. vraem {__version__}.",
            size=(10.5, 9.9),
            margins=Margins(left=1.85, right=3.6, top=1.5, bottom=1.45),
        )
        ax = panels[0][0]
        draw_base_map(ax, valley, names=False)
        _draw_airstrip_districts(ax, valley)
        _draw_communities(ax, valley)
        draw_names(ax, valley, _draw_posts(ax, valley), larger=LARGER)
        draw_gateways(ax, valley, larger=LARGER / 2.0)
        _draw_legends(ax)
    return figure


def draw_gateways(ax: Axes, valley: Valley, *, larger: float = 0.0) -> None:
    """An arrow out of the frame at each exit, with its name and where it leads."""
    gateways = valley.gateways
    rows, cols = np.divmod(gateways.cell, COLS)
    x, y = longitude_of(gateways.cell), latitude_of(gateways.cell)
    for index, name in enumerate(gateways.name):
        if not _on_edge(int(rows[index]), int(cols[index])):
            continue
        out = _outward(int(rows[index]), int(cols[index]))
        reach = EXIT_REACH[out]
        across = {-1: "right", 0: "center", 1: "left"}[out[0]]
        along = {-1: "top", 0: "center", 1: "bottom"}[out[1]]
        ax.annotate(
            "",
            xy=(x[index], y[index]),
            xytext=(out[0] * reach, out[1] * reach),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<|-", "color": INK, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0},
            annotation_clip=False,
            zorder=9,
        )
        ax.annotate(
            _exit_text(name, gateways.mode[index], gateways.leads_to[index], WIDTHS[out[1]]),
            xy=(x[index], y[index]),
            xytext=(out[0] * (reach + 3), out[1] * (reach + 2)),
            textcoords="offset points",
            ha=across,
            va=along,
            size=SMALL_SIZE - 0.6 + (larger if out[1] >= 0 else 0.0),
            annotation_clip=False,
            linespacing=1.05,
        )


def _exit_text(name: str, mode: str, leads_to: str, width: int) -> str:
    """Name of an exit and where it leads, in short lines."""
    name, leads_to = accented(name), accented(leads_to)
    if mode == "air":
        return fill(name, width)
    return f"{fill(name, width)}\n{fill('to ' + leads_to, width)}"


def coca_small_multiples(
    valley: Valley, areas: NDArray[np.floating], titles: Sequence[str], results: Sequence[RunResult] = ()
) -> Figure:
    """Maps of coca by community side by side, on one scale.

    `areas` [k, C] is hectares per community in each of k maps, `titles` their k headings, `results` the runs that they
    are of, for the caption. Raises `ValueError` if the lengths do not fit.
    """
    areas = np.atleast_2d(np.asarray(areas, dtype=np.float64))
    if areas.shape != (len(titles), len(valley.communities)):
        raise ValueError(
            f"areas have the shape {areas.shape}; expected ({len(titles)} titles, "
            f"{len(valley.communities)} communities)"
        )
    columns = min(len(titles), 4)
    rows = -(-len(titles) // columns)
    frame = frame_around(valley, holding(areas.astype(np.float64).sum(axis=0), SHOWN_SHARE), MARGIN)
    signs = "Circles grow and darken with the area. Rivers in blue, limits of regions dashed."
    said = caption(results, signs, band=False) if results else f"{signs} vraem {__version__}."
    width = 2.35
    height = width * (frame[3] - frame[2]) / (frame[1] - frame[0]) * ASPECT
    with style():
        figure, panels = sheet(
            "Where the coca stands",
            "Hectares of visible coca by community (2 km cell), one scale for all maps",
            said,
            size=(0.35 + columns * (width + 0.12) + 0.75, 0.86 + rows * (height + 0.3) + 0.2),
            rows=rows,
            columns=columns,
            margins=Margins(left=0.2, right=0.95, top=0.86, bottom=0.45),
            wspace=0.05,
            hspace=0.12,
        )
        scale = PowerNorm(0.5, 0.0, max(float(areas.max()), 1.0))
        flat = [ax for line in panels for ax in line]
        for ax in flat[len(titles) :]:
            ax.set_visible(False)
        for index, (area, title) in enumerate(zip(areas, titles, strict=True)):
            _draw_coca(flat[index], valley, area, scale, frame, names=index == 0)
            flat[index].set_title(title, size=TEXT_SIZE)
        _draw_colour_bar(figure, flat[0], scale)
    return figure


def _draw_airstrip_districts(ax: Axes, valley: Valley) -> None:
    """An outline around the districts with reports of clandestine airstrips."""
    numbers = np.flatnonzero(valley.districts.airstrip_reports > 0) + 1
    longitude, latitude, mask = smooth_mask(np.isin(valley.grid.district_id, numbers))
    ax.contour(longitude, latitude, mask, [0.5], colors=[AIRSTRIP], linewidths=1.6, zorder=4)


def _draw_communities(ax: Axes, valley: Valley) -> None:
    """A circle per community, its surface by households."""
    place = valley.communities
    ax.scatter(
        longitude_of(place.cell),
        latitude_of(place.cell),
        s=np.maximum(place.household_share * HOUSEHOLDS * POINTS_SQUARED_PER_HOUSEHOLD, 0.4),
        color=COMMUNITY,
        alpha=0.65,
        linewidths=0.0,
        zorder=5,
    )


def _draw_posts(ax: Axes, valley: Valley) -> list[tuple[float, float]]:
    """A sign per post; several at one town stand in a row beneath it. Returns where the signs stand, in
    degrees."""
    seen: dict[int, int] = {}
    spots = []
    for cell, kind in dict.fromkeys(zip(valley.posts.cell.tolist(), valley.posts.kind, strict=True)):
        sign, _ = POST_LOOKS.get(kind, POST_LOOKS["base"])
        shift = seen.get(cell, 0)
        seen[cell] = shift + 1
        where = np.array([cell], dtype=np.int32)
        x, y = float(longitude_of(where)[0]) + 0.028 * shift, float(latitude_of(where)[0]) - 0.022
        spots.append((x, y))
        ax.plot(
            x,
            y,
            marker=sign,
            markersize=4.4,
            color=POST,
            markeredgecolor="white",
            markeredgewidth=0.6,
            linestyle="none",
            zorder=8,
        )
    return spots


def _on_edge(row: int, col: int) -> bool:
    """Whether a cell touches the frame; gateways inside it are towns."""
    return row in (0, ROWS - 1) or col in (0, COLS - 1)


def _outward(row: int, col: int) -> tuple[int, int]:
    """Direction out of the frame at an edge cell: (right, up)."""
    edges = {(-1, 0): col, (1, 0): COLS - 1 - col, (0, 1): row, (0, -1): ROWS - 1 - row}
    return min(edges, key=lambda direction: edges[direction])


def _draw_legends(ax: Axes) -> None:
    """What the signs mean, right of the exits on the eastern side."""
    households: list[Any] = [_household_key(ax, count) for count in HOUSEHOLD_KEY]
    posts = [
        Line2D([], [], marker=sign, color=POST, linestyle="none", markersize=4.6, label=label)
        for sign, label in POST_LOOKS.values()
    ]
    strips = Line2D([], [], color=AIRSTRIP, linewidth=1.6, label="limit of districts\nwith reports")
    top = 1.0
    for title, handles in (
        ("Communities", households),
        ("Ways and limits", road_handles()),
        ("State posts", posts),
        ("Clandestine airstrips", [strips]),
    ):
        legend = Legend(
            ax, handles, [str(handle.get_label()) for handle in handles], title=title, loc="upper left",
            bbox_to_anchor=(1.34, top), fontsize=SMALL_SIZE + LARGER,
            title_fontsize=SMALL_SIZE + LARGER,
            alignment="left", borderaxespad=0.0, labelspacing=0.55, handlelength=1.8,
        )  # fmt: skip
        legend.get_title().set_fontweight("bold")
        ax.add_artist(legend)
        legend.set_clip_on(False)
        lines = sum(1 + str(handle.get_label()).count("\n") for handle in handles)
        top -= 0.062 + 0.0275 * lines
    _draw_height_bar(ax, top - 0.03)


def _household_key(ax: Axes, count: int) -> Any:
    """An entry of the legend: the circle of a community with `count` households."""
    size = count * POINTS_SQUARED_PER_HOUSEHOLD
    label = f"{count} farm households"
    return ax.scatter([], [], s=size, color=COMMUNITY, alpha=0.65, linewidths=0.0, label=label)


def _draw_height_bar(ax: Axes, top: float) -> None:
    """The key of the tints by height."""
    bar = ax.inset_axes((1.345, top - 0.13, 0.03, 0.13))
    heights = np.linspace(HEIGHTS.vmin or 0.0, HEIGHTS.vmax or 1.0, 128)[:, None]
    bar.imshow(
        TINTS(HEIGHTS(heights)), extent=(0, 1, heights[0, 0], heights[-1, 0]), origin="lower", aspect="auto"
    )
    bar.grid(visible=False)
    bar.set_xticks([])
    bar.yaxis.tick_right()
    bar.set_yticks([500, 1500, 3000, 4500], [f"{thousands(height)} m" for height in (500, 1500, 3000, 4500)])
    bar.tick_params(labelsize=SMALL_SIZE + LARGER - 0.5, length=2)
    bar.set_title("Height", size=SMALL_SIZE + LARGER, loc="left")


def _draw_coca(
    ax: Axes,
    valley: Valley,
    area: NDArray[np.float64],
    scale: PowerNorm,
    frame: tuple[float, ...],
    *,
    names: bool,
) -> None:
    """One small map: a circle per community with coca, darker and larger with the area."""
    draw_plain_map(ax, valley)
    ax.set_xlim(frame[0], frame[1])
    ax.set_ylim(frame[2], frame[3])
    ax.set_xticks([])
    ax.set_yticks([])
    largest = float(scale.vmax or 1.0)
    order = np.argsort(area, kind="stable")
    order = order[area[order] > 0.5]
    cell = valley.communities.cell[order]
    ax.scatter(
        longitude_of(cell), latitude_of(cell), s=2.0 + 22.0 * area[order] / largest, c=area[order], cmap=COCA,
        norm=scale, linewidths=0.0, zorder=5,
    )  # fmt: skip
    if not names:
        return
    places = valley.places
    labels = []
    for name in SMALL_MAP_TOWNS:
        row = places.name.index(name)
        x, y = float(places.longitude[row]), float(places.latitude[row])
        if frame[0] < x < frame[1] and frame[2] < y < frame[3]:
            mark_place(ax, x, y)
            labels.append(PointLabel(x, y, accented(name), size=SMALL_SIZE - 0.8))
    place_labels(ax, labels)


def _draw_colour_bar(figure: Figure, first: Axes, scale: PowerNorm) -> None:
    """One bar for all maps, at the right."""
    box = first.get_position()
    width, _ = figure.get_size_inches()
    bar_axes = figure.add_axes((1.0 - 0.78 / width, box.y0, 0.12 / width, box.height))
    bar = figure.colorbar(ScalarMappable(scale, COCA), cax=bar_axes)
    bar.outline.set_linewidth(0.4)
    top = float(scale.vmax or 1.0)
    round_ones = [value for value in (0, 10, 25, 50, 100, 200, 400, 800, 1600) if value <= CROWDED * top]
    ticks = [*round_ones, round(top)]
    bar.set_ticks(ticks, labels=[f"{thousands(value)} ha" for value in ticks])
    bar.ax.tick_params(labelsize=SMALL_SIZE - 0.5, length=2, color=MUTED)


__all__ = ["coca_small_multiples", "draw_base_map", "draw_gateways", "valley_map"]
