"""The valley as a map: shaded relief, rivers, roads, limits, towns and exits, in degrees of longitude and
latitude.

Terrain is the 2 km grid, smoothed for the eye; rivers and roads are the thinned lines of the fact tables.
Lines are drawn straight between known stops: a picture of the place, not a map to find one's way by.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LightSource, LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from vraem.figures.map_labels import HALO, PointLabel, place_labels, sign_box
from vraem.figures.map_lines import LIMIT, TRAIL, WATER, Outline, draw_rivers, draw_roads, outlines
from vraem.figures.place_names import accented
from vraem.figures.style import INK, MUTED, SMALL_SIZE
from vraem.valley import CELL_KM, COLS, REGIONS, ROWS, Valley, centre_of
from vraem.valley.grid import KM_PER_DEGREE_LAT, KM_PER_DEGREE_LON, NORTH, WEST

_TINTS = [
    (200.0, "#b9cfa9"),
    (600.0, "#cddbb4"),
    (1200.0, "#e6e6c3"),
    (2000.0, "#eddfb9"),
    (3000.0, "#ddc6a4"),
    (3900.0, "#cbb5a3"),
    (4800.0, "#efeae6"),
]
"""Muted tints by height in metres: green in the valleys, sand on the slopes, near white on the puna."""
HEIGHTS = Normalize(_TINTS[0][0], _TINTS[-1][0])
TINTS = LinearSegmentedColormap.from_list(
    "vraem heights", [(HEIGHTS(metres), tint) for metres, tint in _TINTS]
)
GREYS = LinearSegmentedColormap.from_list("vraem pale", ["#f4f4f2", "#e9e9e6"])

EAST = WEST + COLS * CELL_KM / KM_PER_DEGREE_LON
SOUTH = NORTH - ROWS * CELL_KM / KM_PER_DEGREE_LAT
ASPECT = KM_PER_DEGREE_LAT / KM_PER_DEGREE_LON

RIVER_NAMES = {
    "apurimac": ((-13.13, -73.40),),
    "ene": ((-11.72, -73.945),),
    "tambo": ((-11.175, -73.97),),
    "mantaro": ((-12.205, -74.225),),
    "pampas": ((-13.355, -73.685),),
    "perene": ((-11.15, -74.42),),
    "urubamba": ((-12.08, -73.055),),
}
"""Where each river's name stands (beside its line), latitude and longitude."""
REGION_NAMES = {
    "Ayacucho": (-13.16, -73.88),
    "Cusco": (-12.25, -73.32),
    "Junín": (-11.66, -74.22),
    "Huancavelica": (-12.52, -74.53),
}

FIRST_NAMES = (
    "Huamanga (Ayacucho)", "Satipo", "Huanta", "Pichari", "San Francisco", "Llochegua", "Mazamari",
    "Santa Rosa", "Palmapampa", "San Miguel del Ene", "Canayre", "Mayapo", "Sivia",
    "San Martin de Pangoa", "Puerto Ocopa", "Cutivireni", "Union Mantaro", "Puerto Ene",
    "Valle Esmeralda", "Anchihuay", "Villa Virgen", "Kiteni", "Kepashiato", "Tambo", "San Miguel",
    "Quiteni", "Poyeni", "Machente", "Chiquintirca", "Chungui", "San Antonio (Anco)", "Ivochote",
    "Camisea", "Putis", "Tintay", "Huachocolpa", "Amaybamba (Inkawasi)", "San Jose de Secce",
    "Quempiri", "Cubantia",
)  # fmt: skip
"""Names written first, most telling first; the other seats follow where there is room."""
LARGE_TOWNS = (
    "Huamanga (Ayacucho)",
    "Satipo",
    "Huanta",
    "Pichari",
    "San Francisco",
    "San Martin de Pangoa",
)
NAMED_TOGETHER = ("Kimbiri",)
"""Twin towns across a bridge: one name serves both."""
SHORT_NAMES = {
    "Huamanga (Ayacucho)": "Ayacucho",
    "Amaybamba (Inkawasi)": "Amaybamba",
    "San Francisco": "San Francisco, Kimbiri",
    "Mantaro (Union Ashaninka)": "Mantaro (town)",
    "San Antonio (Anco)": "San Antonio",
    "San Martin de Pangoa": "Pangoa",
}


def draw_base_map(ax: Axes, valley: Valley, *, names: bool = True) -> None:
    """The full base map: relief, limits, rivers, roads, trails, towns and, with `names`, their names.

    Exits of the valley are drawn by `draw_gateways`, because they stand outside the frame.
    """
    _set_frame(ax)
    _draw_relief(ax, valley, TINTS, 1.0)
    _draw_limits(ax, valley)
    draw_rivers(ax)
    draw_roads(ax)
    _draw_towns(ax, valley)
    if names:
        draw_names(ax, valley)
    draw_scale_bar(ax, WEST + 0.06, SOUTH + 0.045)
    _draw_north_arrow(ax)


def draw_plain_map(ax: Axes, valley: Valley) -> None:
    """A quiet ground for data: pale relief, rivers, regional limits."""
    draw_blank_map(ax, valley)
    _draw_relief(ax, valley, GREYS, 0.35)


def draw_blank_map(ax: Axes, valley: Valley) -> None:
    """The quietest ground, for many small maps: rivers and regional limits on white."""
    _set_frame(ax)
    _draw_limits(ax, valley, districts=False)
    draw_rivers(ax, scale=0.6)


def longitude_of(cell: NDArray[np.int32]) -> NDArray[np.float64]:
    """Longitude of the centres of flat cells."""
    return np.asarray(centre_of(cell // COLS, cell % COLS)[1])


def latitude_of(cell: NDArray[np.int32]) -> NDArray[np.float64]:
    """Latitude of the centres of flat cells."""
    return np.asarray(centre_of(cell // COLS, cell % COLS)[0])


def holding(weight: NDArray[np.floating], share: float) -> NDArray[np.int64]:
    """The communities with most `weight` (communities,), largest first, that together hold at most `share` of it."""
    order = np.argsort(-weight, kind="stable")
    most: NDArray[np.int64] = order[np.cumsum(weight[order]) <= share * max(weight.sum(), 1e-9)]
    return most


def frame_around(
    valley: Valley, communities: NDArray[np.int64], margin: float
) -> tuple[float, float, float, float]:
    """West, east, south, north of a frame `margin` degrees around `communities`, around all if there are none."""
    cells = valley.communities.cell[communities] if len(communities) else valley.communities.cell
    x, y = longitude_of(cells), latitude_of(cells)
    west, east, south, north = (float(edge) for edge in (x.min(), x.max(), y.min(), y.max()))
    return west - margin, east + margin, south - margin, north + margin


def smooth_mask(mask: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Longitudes, latitudes and a softened mask, for outlines that do not follow the steps of the cells."""
    from scipy.ndimage import gaussian_filter

    latitude, longitude = centre_of(np.arange(ROWS), 0)[0], centre_of(0, np.arange(COLS))[1]
    return longitude, latitude, gaussian_filter(mask.astype(float), 0.7, mode="nearest")


def _set_frame(ax: Axes) -> None:
    """Degrees on both axes, true to scale, a frame all round."""
    ax.set_xlim(WEST, EAST)
    ax.set_ylim(SOUTH, NORTH)
    ax.set_aspect(ASPECT)
    ax.grid(visible=False)
    ax.set_xticks(np.arange(-74.5, -72.9, 0.5), [f"{abs(x):g}°W" for x in np.arange(-74.5, -72.9, 0.5)])
    ax.set_yticks(np.arange(-13.0, -11.0, 0.5), [f"{abs(y):g}°S" for y in np.arange(-13.0, -11.0, 0.5)])
    ax.xaxis.tick_top()
    ax.tick_params(length=2.5, labelsize=SMALL_SIZE - 0.5, pad=1.5, color=MUTED, labelcolor=MUTED)
    for spine in ax.spines.values():
        spine.set_visible(True)


def _draw_relief(ax: Axes, valley: Valley, tints: LinearSegmentedColormap, depth: float) -> None:
    """Tinted heights, lit from the north-west; `depth` is how dark the shaded slopes get."""
    from scipy.ndimage import zoom

    finer = 5
    height = zoom(valley.grid.elevation_m.astype(float), finer, order=3, mode="nearest", grid_mode=True)
    light = LightSource(azdeg=315, altdeg=42).hillshade(
        height, vert_exag=3.0, dx=CELL_KM * 1000 / finer, dy=CELL_KM * 1000 / finer
    )
    colour = tints(HEIGHTS(height))[..., :3]
    shaded = np.clip(colour * (1.0 - depth * (0.74 - light)[..., None]), 0.0, 1.0)
    ax.imshow(shaded, extent=(WEST, EAST, SOUTH, NORTH), interpolation="bilinear", aspect=ASPECT, zorder=0)


def _draw_limits(ax: Axes, valley: Valley, *, districts: bool = True) -> None:
    """Faint limits of districts, clearer ones of regions."""
    district = valley.grid.district_id
    region = np.concatenate(([-1], valley.districts.region))[district]
    if districts:
        for number in range(1, len(valley.districts.name) + 1):
            ax.contour(
                *smooth_mask(district == number), [0.5], colors=LIMIT, linewidths=0.4, alpha=0.35, zorder=2
            )
    for code in range(len(REGIONS)):
        lines = ax.contour(
            *smooth_mask(region == code), [0.5], colors=LIMIT, linewidths=0.8, alpha=0.8, zorder=2
        )
        lines.set_linestyle((0, (6, 2, 1, 2)))


def _draw_towns(ax: Axes, valley: Valley) -> None:
    """Seats and towns as small circles, the largest as bigger ones."""
    places = valley.places
    for name, kind, x, y in zip(places.name, places.kind, places.longitude, places.latitude, strict=True):
        if kind == "mountain":
            ax.plot(x, y, marker="^", markersize=5, color=TRAIL, zorder=6)
        elif name in FIRST_NAMES or kind == "district_capital":
            size = 4.2 if name in LARGE_TOWNS else 2.6
            ax.plot(
                x,
                y,
                marker="o",
                markersize=size,
                color="white",
                markeredgecolor=INK,
                markeredgewidth=0.8,
                zorder=7,
            )


def draw_names(
    ax: Axes, valley: Valley, signs: Sequence[tuple[float, float]] = (), *, larger: float = 0.0
) -> None:
    """Names of rivers and regions at fixed places, then of towns where there is room.

    `signs` are points, longitude and latitude, that no name of a town may cover.
    """
    taken = [
        *_draw_river_names(ax, larger),
        *_draw_region_names(ax, larger),
        *(sign_box(ax, x, y) for x, y in signs),
    ]
    places = valley.places
    where = {name: row for row, name in enumerate(places.name)}
    seats = [
        name
        for name, kind in zip(places.name, places.kind, strict=True)
        if kind == "district_capital" and name not in NAMED_TOGETHER
    ]
    labels = [
        PointLabel(
            places.longitude[where[name]],
            places.latitude[where[name]],
            accented(SHORT_NAMES.get(name, name)),
            size=SMALL_SIZE + larger + (0.9 if name in LARGE_TOWNS else -0.6),
            weight="bold" if name in LARGE_TOWNS else "normal",
        )
        for name in dict.fromkeys([*LARGE_TOWNS, *FIRST_NAMES, *seats])
    ]
    massif = where["Cerro Vizcatan (massif)"]
    labels.insert(
        0,
        PointLabel(
            places.longitude[massif],
            places.latitude[massif],
            accented("Cerro Vizcatan"),
            size=SMALL_SIZE + larger,
            style="italic",
            colour=TRAIL,
        ),
    )
    place_labels(ax, labels, taken)


def _draw_river_names(ax: Axes, larger: float) -> Iterator[Any]:
    """Each river's name along its line; yields the boxes taken, in pixels."""
    lines = {(line.kind, index): line for index, line in enumerate(outlines("rivers"))}
    for kind, spots in RIVER_NAMES.items():
        for latitude, longitude in spots:
            angle = min(
                (
                    _distance_and_angle(line, longitude, latitude)
                    for (k, _), line in lines.items()
                    if k == kind
                ),
            )[1]
            name = ax.text(
                longitude,
                latitude,
                accented(f"Rio {kind.title()}"),
                color=WATER,
                size=SMALL_SIZE + larger,
                style="italic",
                rotation=angle,
                rotation_mode="anchor",
                ha="center",
                va="center",
                zorder=8,
                path_effects=list(HALO),
            )
            yield name.get_window_extent()


def _distance_and_angle(line: Outline, longitude: float, latitude: float) -> tuple[float, float]:
    """Distance in degrees to the nearest vertex of a line, and the line's direction there for upright
    letters."""
    away = np.hypot(line.longitude - longitude, line.latitude - latitude)
    nearest = int(away.argmin())
    first, last = max(nearest - 1, 0), min(nearest + 1, len(away) - 1)
    rise = (line.latitude[last] - line.latitude[first]) * ASPECT
    angle = float(np.degrees(np.arctan2(rise, line.longitude[last] - line.longitude[first])))
    return float(away[nearest]), (angle + 90.0) % 180.0 - 90.0


def _draw_region_names(ax: Axes, larger: float) -> Iterator[Any]:
    """Names of the regions in spaced capitals; yields the boxes taken, in pixels."""
    for region, (latitude, longitude) in REGION_NAMES.items():
        name: Text = ax.text(
            longitude,
            latitude,
            "\u2009".join(region.upper()),
            color=MUTED,
            size=SMALL_SIZE + 1 + larger,
            alpha=0.8,
            ha="center",
            va="center",
            zorder=5,
        )
        yield name.get_window_extent()


def draw_scale_bar(ax: Axes, x0: float, y0: float, kilometres: Sequence[int] = (0, 20, 40)) -> None:
    """A bar of two parts whose lower left corner stands at `x0`, `y0` (degrees), true on the ground."""
    height = 0.012
    degrees = np.array(kilometres) / KM_PER_DEGREE_LON
    for part, colour in enumerate((INK, "white")):
        width = degrees[part + 1] - degrees[part]
        ax.add_patch(Rectangle((x0 + degrees[part], y0), width, height, fc=colour, ec=INK, lw=0.7, zorder=8))
    for position, value in zip(degrees, kilometres, strict=True):
        unit = " km" if value == kilometres[-1] else ""
        ax.text(
            x0 + position, y0 + 1.6 * height, f"{value}{unit}", size=SMALL_SIZE - 1, ha="center", va="bottom",
            zorder=8, path_effects=list(HALO),
        )  # fmt: skip


def _draw_north_arrow(ax: Axes) -> None:
    """North is up; the arrow says so."""
    ax.annotate(
        "N",
        xy=(WEST + 0.10, SOUTH + 0.235),
        xytext=(WEST + 0.10, SOUTH + 0.115),
        ha="center",
        va="bottom",
        size=SMALL_SIZE + 0.5,
        weight="bold",
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.0},
        path_effects=list(HALO),
        zorder=8,
    )
