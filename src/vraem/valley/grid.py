"""The grid: 133 rows by 101 columns of square cells of 2 km, row 0 in the north, column 0 in the west.

Terrain, districts, rivers, roads and settlements come from ``facts/cells.csv``. Two layers are derived here
and are judgements, not observations: the suitability of a cell for coca and its forest cover at the start of
a run.

Suitability. Coca of the eastern Andes is a crop of the *montana*: the agronomic literature and the UNODC crop
surveys of Peru place it between about 400 and 2,000 m, with the best fields at 500 to 1,500 m; below, the
soils of the flood plain are too wet, above, frost and cold slow the bush. Steep ground does not stop coca (it
is often planted on it) but gullies and cliffs take their share of a cell. The role of a district for coca
stands in ``facts/districts.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.valley.tables import facts_columns

ROWS, COLS = 133, 101
CELLS = ROWS * COLS
CELL_KM = 2.0
CELL_HA = CELL_KM * CELL_KM * 100.0

NORTH, WEST = -11.05, -74.80
"""Latitude of the north edge and longitude of the west edge, WGS84 decimal degrees."""
KM_PER_DEGREE_LON, KM_PER_DEGREE_LAT = 108.8468, 110.6
"""Kilometres per degree at 12.1 degrees south: an equirectangular map, in error by less than 0.6 % over the
grid."""

RIVERS = ("", "apurimac", "ene", "tambo", "mantaro", "pampas", "perene", "urubamba")
"""River of a cell by code; code 0 is no river."""
ROADS = ("", "trail", "unpaved", "paved")
"""Best land route of a cell by code; code 0 is none."""

COCA_ELEVATION_M = (350.0, 500.0, 1500.0, 2050.0)
"""Coca starts, is at its best from, is at its best to, and ends (metres). The outer limits stand 50 m beyond
the 400-2,000 m of the literature because the mean height of a 2 km cell is uncertain by about that much."""
ROLE_SUITABILITY = {"main": 1.0, "marginal": 0.6, "none": 0.0}
"""Districts outside the coca belt of the valley (Echarate, Satipo, the highlands) belong to other coca zones
or have none: their cells take no coca here, whatever their height."""
RUGGED_RELIEF_M = (400.0, 1600.0)
RUGGED_LOSS = 0.35
"""Between these reliefs (metres over 6 km) the usable part of a cell falls by this share."""
FLOODPLAIN_FACTOR = 0.7
"""A cell with a river loses part of its land to water and gravel banks."""

FOREST_ELEVATION_M = (3200.0, 3700.0)
"""Closed montane forest gives way to grassland between these heights."""
CLEARED_BY_SETTLEMENT = 0.12
CLEARED_BY_ROAD = 0.15
CLEARED_BY_RIVER_BANK = 0.10
MOST_CLEARED = 0.75
"""Shares of a cell already cleared: per populated place, by a motor road, along a main river; and the most of
all."""
HIGHLAND_CLEARED_ABOVE_M = 2300.0
"""Above this height, near people, the slopes have been farmland since before the road: little forest is
left."""


@dataclass(frozen=True, eq=False, repr=False)
class Grid:
    """The cells. Every array has shape [133, 101] and is read-only; index it as ``a[row, col]``."""

    elevation_m: NDArray[np.float32]
    """Mean height of the cell, metres; in a river cell the water level."""
    relief_m: NDArray[np.float32]
    """Highest minus lowest height over the 3 x 3 cells around, metres: regional ruggedness, not slope."""
    district_id: NDArray[np.int16]
    """Row of the districts table plus one; 0 outside the listed districts."""
    river: NDArray[np.int8]
    """Index into `RIVERS`."""
    road: NDArray[np.int8]
    """Index into `ROADS`."""
    settlements: NDArray[np.int16]
    """Number of populated places in the cell, counted for main and marginal coca districts only."""
    suitability: NDArray[np.float32]
    """Share of the best coca land that the cell offers, 0 to 1 (judgement, see the module)."""
    forest_share: NDArray[np.float32]
    """Share of the cell under forest at the start of a run, 0 to 1 (judgement, see the module)."""


def cell_of(latitude: float, longitude: float) -> tuple[int, int]:
    """Row and column of the cell that holds a point. Raises `ValueError` outside the grid."""
    row = int((NORTH - latitude) * KM_PER_DEGREE_LAT // CELL_KM)
    col = int((longitude - WEST) * KM_PER_DEGREE_LON // CELL_KM)
    if not (0 <= row < ROWS and 0 <= col < COLS):
        raise ValueError(f"the point {latitude}, {longitude} lies outside the grid")
    return row, col


def centre_of(row: NDArray[np.generic] | float, col: NDArray[np.generic] | float) -> tuple:
    """Latitude and longitude of the centres of cells (any shape, degrees)."""
    latitude = NORTH - (np.asarray(row) + 0.5) * CELL_KM / KM_PER_DEGREE_LAT
    longitude = WEST + (np.asarray(col) + 0.5) * CELL_KM / KM_PER_DEGREE_LON
    return latitude, longitude


def build_grid() -> Grid:
    """Read ``cells.csv`` and derive suitability and forest cover."""
    cells = facts_columns("cells")
    districts = facts_columns("districts")
    elevation = _square(cells["elevation_m"], np.float32)
    relief = _square(cells["relief_m"], np.float32)
    district_id = _square(cells["district_id"], np.int16)
    river = _coded(cells["river"], RIVERS)
    road = _coded(cells["road"], ROADS)
    settlements = _square(cells["settlements"], np.int16)
    role = np.array([0.0, *(ROLE_SUITABILITY[str(role)] for role in districts["coca_role"])])[district_id]
    return Grid(
        elevation_m=elevation,
        relief_m=relief,
        district_id=district_id,
        river=river,
        road=road,
        settlements=settlements,
        suitability=_suitability(elevation, relief, river, role),
        forest_share=_forest_share(elevation, river, road, settlements),
    )


def _square(values: NDArray[np.generic], dtype: type) -> NDArray:
    """A column of the cell table, which is in row-major order, as a map."""
    return np.asarray(values).astype(dtype).reshape(ROWS, COLS)


def _coded(values: NDArray[np.generic], names: tuple[str, ...]) -> NDArray[np.int8]:
    """Names as their position in `names`. Raises `KeyError` on a name that is not in it."""
    code = {name: index for index, name in enumerate(names)}
    return np.array([code[str(value)] for value in values], dtype=np.int8).reshape(ROWS, COLS)


def _suitability(
    elevation: NDArray[np.float32],
    relief: NDArray[np.float32],
    river: NDArray[np.int8],
    role: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Height x ruggedness x flood plain x role of the district, each 0 to 1."""
    height = np.interp(elevation, COCA_ELEVATION_M, (0.0, 1.0, 1.0, 0.0))
    ruggedness = 1.0 - RUGGED_LOSS * np.interp(relief, RUGGED_RELIEF_M, (0.0, 1.0))
    water = np.where(river > 0, FLOODPLAIN_FACTOR, 1.0)
    return (height * ruggedness * water * role).astype(np.float32)


def _forest_share(
    elevation: NDArray[np.float32],
    river: NDArray[np.int8],
    road: NDArray[np.int8],
    settlements: NDArray[np.int16],
) -> NDArray[np.float32]:
    """Natural cover by height, less what people have cleared around places, roads and river banks."""
    natural = np.interp(elevation, FOREST_ELEVATION_M, (0.95, 0.02))
    motor_road = road >= ROADS.index("unpaved")
    cleared = (
        CLEARED_BY_SETTLEMENT * settlements
        + CLEARED_BY_ROAD * motor_road
        + CLEARED_BY_RIVER_BANK * (river > 0)
    )
    cleared = np.minimum(cleared, MOST_CLEARED)
    old_farmland = (elevation > HIGHLAND_CLEARED_ABOVE_M) & (motor_road | (settlements > 0))
    cleared = np.where(old_farmland, MOST_CLEARED, cleared)
    return (natural * (1.0 - cleared)).astype(np.float32)
