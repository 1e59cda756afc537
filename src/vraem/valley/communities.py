"""Communities: the settled cells of the coca belt, where the farm households of the valley live.

There is no census of growers by place, so who lives where is a judgement with three anchors: populated places
(INEI) and suitability say where people and plots can be; the shares of coca area by region and of the nine
leading districts (``facts/economy.csv``: ``coca_area_share_by_department``,
``coca_area_share_top9_districts``, and the areas of departments in 2018-20) say how much of it belongs where;
suitable land caps how many farms fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.valley.grid import CELL_HA, CELL_KM, COLS, RIVERS, ROWS, Grid, cell_of
from vraem.valley.tables import facts_columns, facts_table

REGIONS = ("Ayacucho", "Cusco", "Junin", "Huancavelica")
"""Regions (departments) by code."""

LEAST_SUITABILITY = 0.10
"""A settled cell below this has no coca worth modelling and is left out."""
PLANTABLE_SHARE = 0.88
"""Of the suitable part of a cell on the Apurimac-Ene axis; the rest is gullies, streams, houses and ways."""
BELT_KM = 10.0
PLANTABLE_SCALE_KM = 5.0
LEAST_PLANTABLE_SHARE = 0.04
"""Beyond the first distance from the axis the plantable share falls, by 1/e over the second one, to no less
than the third number: there lie the coffee and citrus country of Pangoa and Mazamari, titled native land and
forest without buyers of leaf."""
REACH_CELLS = 2
"""Farmers work open land up to this many cells (4 km) from their own."""

HOUSEHOLDS = 40_000
LAND_PER_HOUSEHOLD_HA = 3.5
"""Used only to see that the farms fit the land; both are parameters of the scenario."""

DISTRICT_SHARE = {
    "Sivia": 0.13, "Pichari": 0.12, "Llochegua": 0.11, "Vizcatan del Ene": 0.09, "Kimbiri": 0.085,
    "Santa Rosa": 0.085, "Rio Tambo": 0.06, "Canayre": 0.06, "Samugari": 0.058,
    "Ayna": 0.0525, "Anco": 0.044, "Anchihuay": 0.028, "Rio Magdalena": 0.022, "Union Progreso": 0.018,
    "Chungui": 0.01, "Pucacolpa": 0.002,
    "Union Ashaninka": 0.006, "Manitea": 0.004, "Cielo Punco": 0.002, "Villa Virgen": 0.0015,
    "Villa Kintiarina": 0.001, "Inkawasi": 0.0003, "Kumpirushiato": 0.0002,
    "Pangoa": 0.008, "Mazamari": 0.002, "Tintay Puncu": 0.0005,
}  # fmt: skip
"""Farm households by district, a judgement under four bounds. (1) Regions: Ayacucho 0.62, Cusco 0.22, Junin
0.16; the shares of coca derived for 2020 are 0.64, 0.19 and 0.17, and Cusco had more in 2018-19. (2) The
first nine districts held 90 % of the coca of 2020, in the limits of that year, which counted Union Ashaninka
with Pichari, Manitea and Cielo Punco with Kimbiri and Rio Magdalena with its parents: 0.80 and 0.83 here,
because households are spread more widely than coca. (3) No district has more farms than its land holds. (4)
Marginal districts have few."""

SETTLEMENT_EXPONENT = 0.8
"""Households rise less than in proportion to named places: a large place has one name."""
TOWN_WEIGHT = 2.5
"""A cell with a district seat or a town counts this many times: its farmers walk to fields around it."""
AXIS_WATER_M = (350.0, 800.0)
"""Water levels (metres) at the ends of the coca axis: on the Ene about Quiteni, on the Apurimac above Villa
Virgen."""
AXIS_KM = 14.0
"""Within a district, weight falls by 1/e over this distance from the Apurimac-Ene axis."""
LARGEST_COMMUNITY = 300.0
"""Most households of a community, of `HOUSEHOLDS`; times `LAND_PER_HOUSEHOLD_HA` the most land it works."""

CORE_PLACE = (-12.27, -74.10)
"""The armed group's historic refuge around the lower Mantaro and the Vizcatan massif: a rounded point near
Union Mantaro. ``facts/organisation.csv`` (``core_area``) gives 50,000 ha of it, which a coarse circle must
contain."""
CORE_KM = 25.0

NEIGHBOUR_KM = 8.0
"""Communities nearer than this see each other's fields and prices."""


@dataclass(frozen=True, eq=False, repr=False)
class Communities:
    """Settled cells of the coca belt, in row-major order; arrays of length C, read-only."""

    cell: NDArray[np.int32]
    """Flat index of the cell, row * 101 + column."""
    row: NDArray[np.int16]
    col: NDArray[np.int16]
    district_id: NDArray[np.int16]
    """1 to 47, see the districts table."""
    region: NDArray[np.int8]
    """Index into `REGIONS`."""
    settlements: NDArray[np.int16]
    """Populated places in the cell."""
    suitability: NDArray[np.float32]
    """Of the cell, 0 to 1."""
    suitable_ha: NDArray[np.float32]
    """Land on which coca can stand: of the cell and of its share in unsettled suitable cells next to it,
    hectares."""
    forest_ha: NDArray[np.float32]
    """Forest on that land and around it at the start of a run, hectares."""
    elevation_m: NDArray[np.float32]
    household_share: NDArray[np.float64]
    """Share of the valley's farm households; sums to 1 (judgement, see the module)."""
    label: tuple[str, ...]
    """Nearest named place and district: coarse by design."""
    core_km: NDArray[np.float32]
    """Straight distance to the armed group's historic core, km."""
    core: NDArray[np.bool_]
    """Within `CORE_KM` of it."""

    def __len__(self) -> int:
        """Number of communities."""
        return len(self.cell)


def build_communities(grid: Grid) -> Communities:
    """Choose the settled cells of the belt and share land and households out among them."""
    chosen = (grid.settlements > 0) & (grid.suitability >= LEAST_SUITABILITY)
    row, col = np.nonzero(chosen)
    district_id = grid.district_id[row, col]
    suitable_ha, forest_ha = _land(grid, row, col)
    core_km = _distance_km(row, col, *cell_of(*CORE_PLACE))
    return Communities(
        cell=(row * COLS + col).astype(np.int32),
        row=row.astype(np.int16),
        col=col.astype(np.int16),
        district_id=district_id,
        region=_region_of(district_id),
        settlements=grid.settlements[row, col],
        suitability=grid.suitability[row, col],
        suitable_ha=suitable_ha.astype(np.float32),
        forest_ha=forest_ha.astype(np.float32),
        elevation_m=grid.elevation_m[row, col],
        household_share=_household_share(grid, row, col, suitable_ha),
        label=_labels(row, col, district_id),
        core_km=core_km.astype(np.float32),
        core=core_km <= CORE_KM,
    )


def neighbours_within(
    row: NDArray[np.int16], col: NDArray[np.int16]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Neighbour lists in compressed rows: those of c are ``indices[indptr[c]:indptr[c + 1]]``, without c
    itself.

    Neighbours lie within `NEIGHBOUR_KM`; a community with none is joined, both ways, to its nearest other
    one.
    """
    distance = np.hypot(*(np.subtract.outer(axis, axis).astype(float) for axis in (row, col))) * CELL_KM
    np.fill_diagonal(distance, np.inf)
    near = distance <= NEIGHBOUR_KM
    for lonely in np.flatnonzero(~near.any(axis=1)):
        nearest = int(distance[lonely].argmin())
        near[lonely, nearest] = near[nearest, lonely] = True
    indptr = np.concatenate(([0], near.sum(axis=1).cumsum())).astype(np.int32)
    return indptr, np.nonzero(near)[1].astype(np.int32)


def _region_of(district_id: NDArray[np.int16]) -> NDArray[np.int8]:
    """Code of the region of each district number."""
    codes = [REGIONS.index(str(region)) for region in facts_columns("districts")["region"]]
    return np.array([-1, *codes], dtype=np.int8)[district_id]


def _land(
    grid: Grid, row: NDArray[np.intp], col: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Suitable and forested hectares of each community: its own cell and its part of the open cells in reach.

    The suitable land of a community is at most what its largest number of households can work.
    """
    all_row, all_col = np.indices((ROWS, COLS)).reshape(2, -1)
    beyond_km = np.maximum(_axis_distance_km(grid, all_row, all_col) - BELT_KM, 0.0)
    plantable = np.maximum(PLANTABLE_SHARE * np.exp(-beyond_km / PLANTABLE_SCALE_KM), LEAST_PLANTABLE_SHARE)
    plantable = plantable.reshape(ROWS, COLS)
    suitable_ha = _gathered(grid, row, col, CELL_HA * plantable * grid.suitability)
    forest_ha = _gathered(grid, row, col, CELL_HA * grid.forest_share)
    return np.minimum(suitable_ha, LARGEST_COMMUNITY * LAND_PER_HOUSEHOLD_HA), forest_ha


def _gathered(
    grid: Grid, row: NDArray[np.intp], col: NDArray[np.intp], hectares: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Hectares of each community's own cell, plus equal parts of the unsettled suitable cells in reach."""
    width = 2 * REACH_CELLS + 1
    offsets = [(down, right) for down in range(width) for right in range(width)]
    claims = np.zeros((ROWS + width - 1, COLS + width - 1))
    for down, right in offsets:
        np.add.at(claims, (row + down, col + right), 1.0)
    claims = claims[REACH_CELLS:-REACH_CELLS, REACH_CELLS:-REACH_CELLS]
    part = np.where(grid.suitability >= LEAST_SUITABILITY, hectares / np.maximum(claims, 1.0), 0.0)
    part[row, col] = 0.0
    part = np.pad(part, REACH_CELLS)
    held = hectares[row, col].astype(np.float64)
    for down, right in offsets:
        held += part[row + down, col + right]
    return held


def _household_share(
    grid: Grid, row: NDArray[np.intp], col: NDArray[np.intp], suitable_ha: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`DISTRICT_SHARE`; within a district by places, suitability and nearness to the axis, capped by land."""
    towns = _town_cells()
    town = np.array([cell in towns for cell in zip(row.tolist(), col.tolist(), strict=True)])
    weight = grid.settlements[row, col].astype(np.float64) ** SETTLEMENT_EXPONENT * grid.suitability[row, col]
    weight = weight * np.where(town, TOWN_WEIGHT, 1.0) * np.exp(-_axis_distance_km(grid, row, col) / AXIS_KM)
    cap = suitable_ha / LAND_PER_HOUSEHOLD_HA / HOUSEHOLDS

    district = facts_columns("districts")["district"][grid.district_id[row, col] - 1]
    share = np.zeros(row.size)
    for name, target in DISTRICT_SHARE.items():
        members = np.flatnonzero(district == name)
        share[members] = _filled(weight[members], cap[members], target)
    return share / share.sum()


def _filled(weight: NDArray[np.float64], cap: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """`total` shared out by `weight`, none above its `cap`; what is cut goes to the others.

    Raises `ValueError` if the caps hold less than `total`.
    """
    if cap.sum() < total:
        raise ValueError(f"the communities hold {cap.sum():.4f} of the households, not {total:.4f}")
    full = np.zeros(weight.size, dtype=bool)
    while True:
        rest = total - cap[full].sum()
        share = np.where(full, cap, rest * weight / weight[~full].sum())
        over = share > cap * (1.0 + 1e-12)
        if not over.any():
            return share
        full |= over


def _town_cells() -> set[tuple[int, int]]:
    """Cells with a district seat or a named town."""
    kinds = ("district_capital", "town")
    return {(int(p["row"]), int(p["col"])) for p in facts_table("places") if p["kind"] in kinds}


def _axis_distance_km(grid: Grid, row: NDArray[np.intp], col: NDArray[np.intp]) -> NDArray[np.float64]:
    """Distance to the nearest cell of the Apurimac or the Ene between the ends of the axis."""
    river = np.isin(grid.river, [RIVERS.index("apurimac"), RIVERS.index("ene")])
    lowest, highest = AXIS_WATER_M
    axis_row, axis_col = np.nonzero(river & (grid.elevation_m >= lowest) & (grid.elevation_m <= highest))
    return _distance_km(row[:, None], col[:, None], axis_row, axis_col).min(axis=1)


def _distance_km(
    row: NDArray[np.intp],
    col: NDArray[np.intp],
    other_row: NDArray[np.intp] | int,
    other_col: NDArray[np.intp] | int,
) -> NDArray[np.float64]:
    """Straight distance between cells, km."""
    return np.hypot(row - other_row, col - other_col) * CELL_KM


def _labels(row: NDArray[np.intp], col: NDArray[np.intp], district_id: NDArray[np.int16]) -> tuple[str, ...]:
    """ "near PLACE, DISTRICT" for every community, from the nearest seat, town or hamlet."""
    places = [place for place in facts_table("places") if place["kind"] not in ("mountain", "pass")]
    place_row = np.array([int(place["row"]) for place in places])
    place_col = np.array([int(place["col"]) for place in places])
    nearest = _distance_km(row[:, None], col[:, None], place_row, place_col).argmin(axis=1)
    districts = facts_columns("districts")["district"]
    return tuple(
        f"near {places[place]['name']}, {districts[district - 1]} district"
        for place, district in zip(nearest, district_id, strict=True)
    )
