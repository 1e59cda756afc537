"""Travel over the grid: hours and kilometres of each step between neighbouring cells, by kind of traveller.

The network is the 8-connected grid. A step takes the fastest way that its two cells share: paved road,
unpaved road, boat, footpath, or open country. Straight steps understate real ways, so each kind of way has a
winding factor. Constants are judgements, each with its reason; they give coarse times, good enough to rank
routes and places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.valley.grid import CELL_KM, CELLS, COLS, RIVERS, ROADS, ROWS, Grid

PAVED_KM_H = 35.0
"""Lorry or pick-up on a paved mountain road with checkpoints and bends."""
UNPAVED_KM_H = 18.0
"""The same on the dirt roads of the valley, passable all year but slow after rain."""
FEEDER_ROAD_KM_H = 5.0
"""Motorcycle, mule and man on a road that the traveller uses only to reach another way."""
NIGHT_ROAD_KM_H = 4.0
"""Carriers on foot along a valley road at night."""
DOWNSTREAM_KM_H = 18.0
UPSTREAM_KM_H = 11.0
"""Loaded wooden boats with outboard engine; the current of the Ene is about 1 m/s."""
PATH_FACTOR = 0.8
"""Speed on a footpath with a load, over the speed of an unladen hiker."""
OPEN_FACTOR = 0.5
"""Speed without a path, over the same (the usual off-path factor is 0.6; cloud forest is slower)."""
SLOWEST_WALK_KM_H = 0.4
"""However steep the step: mean heights of cells overstate the gradient that people really take."""
BOARDING_HOURS = 0.25
"""Getting into or out of a boat, or across a river without a bridge: half of it on each bank."""

WINDING = {"paved": 1.3, "unpaved": 1.5, "river": 1.3, "path": 1.4, "open": 1.3}
"""Real over straight length, within the 1.3 to 2 that comparing straight road segments with road lengths
gives."""

NAVIGABLE_BELOW_M = {
    "apurimac": 750.0,
    "ene": 1e9,
    "tambo": 1e9,
    "mantaro": 540.0,
    "perene": 1e9,
    "urubamba": 560.0,
}
"""Boats go up the Apurimac to Lechemayo, the Mantaro to the first narrows, the Urubamba to Ivochote; not the
Pampas."""

TRAILHEAD_BELOW_M = 2000.0
"""Carriers on foot use valley roads below this height; above, they keep off the roads and their controls."""

_STEPS = tuple((dr, dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1) if (dr, dc) != (0, 0))


@dataclass(frozen=True)
class Traveller:
    """Which ways a kind of traveller uses, and how fast (km/h; 0 = not at all)."""

    paved_km_h: float = PAVED_KM_H
    unpaved_km_h: float = UNPAVED_KM_H
    downstream_km_h: float = DOWNSTREAM_KM_H
    upstream_km_h: float = UPSTREAM_KM_H
    road_ceiling_m: float = 1e9
    """Highest cell in which the traveller still uses a road."""


OVERLAND = Traveller()
"""People and goods by the fastest of road, boat and path."""
CARRIER = Traveller(
    paved_km_h=NIGHT_ROAD_KM_H,
    unpaved_km_h=NIGHT_ROAD_KM_H,
    downstream_km_h=0.0,
    upstream_km_h=0.0,
    road_ceiling_m=TRAILHEAD_BELOW_M,
)
"""A group that carries its load on its back over the highlands."""
BOATMAN = Traveller(paved_km_h=FEEDER_ROAD_KM_H, unpaved_km_h=FEEDER_ROAD_KM_H)
"""A load that goes out by river: roads only as feeders to the landing place."""


@dataclass(frozen=True, eq=False, repr=False)
class Steps:
    """Directed steps between neighbouring cells, each array of length E (about 8 per cell)."""

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    hours: NDArray[np.float64]
    km: NDArray[np.float64]
    """Real length of the way, winding included."""


def navigable(grid: Grid) -> NDArray[np.bool_]:
    """Cells whose river carries boats, [133, 101]."""
    ceiling = np.array([NAVIGABLE_BELOW_M.get(name, -1.0) for name in RIVERS])
    return (grid.river > 0) & (grid.elevation_m <= ceiling[grid.river])


def has_path(grid: Grid) -> NDArray[np.bool_]:
    """Cells with a trail, a road or a populated place: footpaths join the hamlets of the belt, [133, 101]."""
    return (grid.road > 0) | (grid.settlements > 0)


def build_steps(grid: Grid, traveller: Traveller) -> Steps:
    """Hours and kilometres of every step for one kind of traveller."""
    source, target, straight = _neighbours()
    rise = grid.elevation_m.ravel()[target].astype(float) - grid.elevation_m.ravel()[source]
    hiker = _hiking_speed(rise / (straight * 1000.0))

    hours = straight * WINDING["open"] / np.maximum(hiker * OPEN_FACTOR, SLOWEST_WALK_KM_H)
    km = straight * WINDING["open"]
    hours += _crossing_hours(grid, source, target)

    path_speed = np.maximum(hiker * PATH_FACTOR, SLOWEST_WALK_KM_H)
    path = _both(has_path(grid), source, target)
    _use_if_faster(
        hours, km, path, straight * WINDING["path"], path_speed, _landing_hours(grid, source, target)
    )

    low_enough = grid.elevation_m <= traveller.road_ceiling_m
    for name, speed in (("unpaved", traveller.unpaved_km_h), ("paved", traveller.paved_km_h)):
        road = _both((grid.road >= ROADS.index(name)) & low_enough, source, target)
        _use_if_faster(hours, km, road, straight * WINDING[name], speed)

    if traveller.downstream_km_h > 0:
        boat = _both(navigable(grid), source, target)
        mean = 2.0 / (1.0 / traveller.downstream_km_h + 1.0 / traveller.upstream_km_h)
        current = np.where(rise < 0, traveller.downstream_km_h, traveller.upstream_km_h)
        boat_speed = np.where(rise == 0, mean, current)
        _use_if_faster(hours, km, boat, straight * WINDING["river"], boat_speed)
    return Steps(source=source, target=target, hours=hours, km=km)


def _neighbours() -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Source cell, target cell and straight kilometres of every directed step inside the grid."""
    cells = np.arange(CELLS, dtype=np.int32).reshape(ROWS, COLS)
    sources, targets, lengths = [], [], []
    for down, right in _STEPS:
        rows = slice(max(0, -down), ROWS - max(0, down))
        cols = slice(max(0, -right), COLS - max(0, right))
        source = cells[rows, cols].ravel()
        sources.append(source)
        targets.append(source + np.int32(down * COLS + right))
        lengths.append(np.full(source.size, CELL_KM * np.hypot(down, right)))
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(lengths)


def _hiking_speed(gradient: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tobler's hiking function, km/h: 6 exp(-3.5 |gradient + 0.05|)."""
    speed: NDArray[np.float64] = np.exp(-3.5 * np.abs(gradient + 0.05))
    return 6.0 * speed


def _both(mask: NDArray[np.bool_], source: NDArray[np.int32], target: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Steps both of whose cells are in `mask`."""
    flat = mask.ravel()
    return flat[source] & flat[target]


def _landing_hours(grid: Grid, source: NDArray[np.int32], target: NDArray[np.int32]) -> NDArray[np.float64]:
    """Time lost where a step on foot leaves or enters a river cell."""
    water = (grid.river > 0).ravel()
    return np.where(water[source] ^ water[target], BOARDING_HOURS, 0.0)


def _crossing_hours(grid: Grid, source: NDArray[np.int32], target: NDArray[np.int32]) -> NDArray[np.float64]:
    """Landing time, and the same twice for a diagonal step that slips between two cells of a river."""
    water = (grid.river > 0).ravel()
    row_turn = source // COLS * COLS + target % COLS
    col_turn = target // COLS * COLS + source % COLS
    slips = water[row_turn] & water[col_turn] & ~water[source] & ~water[target]
    return _landing_hours(grid, source, target) + 2 * BOARDING_HOURS * slips


def _use_if_faster(
    hours: NDArray[np.float64],
    km: NDArray[np.float64],
    usable: NDArray[np.bool_],
    length_km: NDArray[np.float64],
    speed_km_h: NDArray[np.float64] | float,
    extra_hours: NDArray[np.float64] | float = 0.0,
) -> None:
    """Take a way on the steps where it is open and quicker; changes `hours` and `km` in place."""
    if np.ndim(speed_km_h) == 0 and speed_km_h == 0:
        return
    candidate = length_km / speed_km_h + extra_hours
    better = usable & (candidate < hours)
    hours[better] = candidate[better]
    km[better] = length_km[better]
