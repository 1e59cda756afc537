"""Ways out of the valley: for each route a shortest-path tree, and what each community faces on it.

Five routes lead out (C1): light aircraft to Bolivia; carriers on foot over the western highlands; vehicles to
Callao; vehicles to Cusco, Puno and Bolivia; boats down the Ene and the Tambo towards Brazil. A route ends at
a *gateway*, the point where it leaves the grid. Which gateway a community uses follows from the hours to it
plus the hours on to the route's common destination, so that two gateways of one route compare fairly.

The tree of a route holds, for every cell of the grid, the next cell on the way out; a path is read off it in
microseconds. All trees are coarse approximations on 2 km cells: they rank places, they do not guide anyone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.valley.grid import CELL_KM, CELLS, COLS, KM_PER_DEGREE_LAT, KM_PER_DEGREE_LON, ROADS, Grid
from vraem.valley.network import (
    BOATMAN,
    CARRIER,
    OVERLAND,
    PAVED_KM_H,
    TRAILHEAD_BELOW_M,
    WINDING,
    Steps,
    Traveller,
    build_steps,
    navigable,
)
from vraem.valley.tables import facts_columns, facts_table

ROUTES = ("air", "foot", "road_callao", "road_puno", "river")
"""Routes out of the valley, in the order of every array with a route axis."""
CALLAO_ROUTES = ("foot", "road_callao")
"""Those whose cargo goes to Lima and Callao (C1, P30): what is carried over the highlands goes on by road."""

GATEWAYS = {
    "air": ("Air to Bolivia",),
    "foot": ("Huanta", "Huamanga", "Huancayo", "Pampas (Tayacaja)", "Andamarca trail"),
    "road_callao": ("La Merced road", "Huancayo", "Libertadores road", "Comas road"),
    "road_puno": ("Quillabamba", "Andahuaylas road"),
    "river": ("Atalaya",),
}
"""Exits of each route. Satipo stands for the start of the La Merced road and is no exit of its own. Flights
to Brazil are left to the river route's market: the published accounts of 2012-2022 put nearly all of them on
Bolivia."""

DESTINATION = {
    "foot": (-12.05, -77.15),
    "road_callao": (-12.05, -77.15),
    "road_puno": (-16.57, -69.04),
}
"""Where the gateways of a route meet again: the port of Callao, and Desaguadero on the border with
Bolivia."""

TRAVELLERS: dict[str, Traveller] = {
    "air": OVERLAND,
    "foot": CARRIER,
    "road_callao": OVERLAND,
    "road_puno": OVERLAND,
    "river": BOATMAN,
}

FLIGHT_KM_H = 230.0
"""Single-engined aircraft with a load of some 300 kg."""

FEEDER_USD_PER_KG_HOUR = 0.5
"""Bringing cocaine to where a route begins: motorcycle, mule or two or three guarded men. Carriers on the
long trails get 150-400 USD for some 15 kg and 14 days, which is about 0.15 USD per kg and walking hour; short
hauls in small lots with an owner's man along cost a few times that."""
LINE_USD_PER_KG_KM = {"air": 0.0, "foot": 0.05, "road_callao": 0.03, "road_puno": 0.03, "river": 0.03}
"""What a kilometre more inside the valley adds on the route itself. The cash cost of the whole route is a
parameter of the scenario; this is the part that differs from place to place. A flight is paid by the load,
not by the km."""

HOURS_PER_DAY = {"air": 10.0, "foot": 4.0, "road_callao": 10.0, "road_puno": 10.0, "river": 9.0}
"""Hours of headway a day. Carriers move by night and in relays; with the waiting below, the way over the
highlands takes about the 14 days that they report (``carrier_trip_time``). Boats run by daylight."""
WAITING_DAYS = {"air": 2.0, "foot": 4.0, "road_callao": 1.5, "road_puno": 1.5, "river": 2.5}
"""Days of hiding, waiting for the aircraft, for a free road, for the change of boats."""
DAYS_PER_WEEK = 7.0


@dataclass(frozen=True, eq=False, repr=False)
class Routes:
    """Ways out by route (axis 0, order of `ROUTES`) and community (axis 1, length C); arrays are
    read-only."""

    gateway: NDArray[np.int16]
    """Row of the gateways table where the community's way out by that route ends, [5, C]."""
    travel_hours: NDArray[np.float32]
    """Hours under way from the community to the gateway, rests not counted, [5, C]."""
    distance_km: NDArray[np.float32]
    """Length of that way, winding included, km, [5, C]."""
    haul_cost: NDArray[np.float32]
    """USD per kg of cocaine to reach the route and, on it, the gateway, [5, C]; varies with place only."""
    controls: NDArray[np.float32]
    """State posts within one cell of the way, airfields not counted and aircraft in flight not stopped, [5,
    C]."""
    weeks: NDArray[np.int16]
    """Weeks begun under way, waiting included, at least 1, [5, C]."""
    next_cell: NDArray[np.int32]
    """Next cell on the way out of every cell of the grid, -1 at the end (the gateway, or the airstrip
    district's centre), [5, 13433]."""


@dataclass(frozen=True, eq=False, repr=False)
class Tree:
    """Shortest ways of one route from every cell to the best end; arrays of length 13,433."""

    next_cell: NDArray[np.int32]
    hours: NDArray[np.float64]
    end: NDArray[np.int32]
    """Position, in the list of ends, of the one that the cell's way reaches."""
    km_of_step: NDArray[np.float64]
    """Real length of the step from the cell to its next one, km."""
    hours_of_step: NDArray[np.float64]


def airstrip_centres(grid: Grid) -> NDArray[np.int32]:
    """Flat cells that stand for the airstrip districts: one each, at the seat or the centre of its
    settlements.

    Reports of clandestine strips are kept per district only; no position of a strip is known to the package.
    """
    districts = facts_columns("districts")
    seats = {place["name"]: place for place in facts_table("places") if place["kind"] == "district_capital"}
    centres = []
    for index in np.flatnonzero(districts["airstrip_reports"] > 0):
        members = (grid.district_id == index + 1) & (grid.settlements > 0)
        if members.any():
            centres.append(_settlement_centre(grid, members))
        else:
            seat = seats[str(districts["capital"][index])]
            centres.append(int(seat["row"]) * COLS + int(seat["col"]))
    return np.array(centres, dtype=np.int32)


def _settlement_centre(grid: Grid, members: NDArray[np.bool_]) -> int:
    """The settled cell of a district nearest to the mean position of its populated places."""
    row, col = np.nonzero(members)
    weight = grid.settlements[row, col].astype(float)
    off = np.hypot(row - np.average(row, weights=weight), col - np.average(col, weights=weight))
    best = int(off.argmin())
    return int(row[best] * COLS + col[best])


def build_routes(grid: Grid, communities: NDArray[np.int32], posts: NDArray[np.int32]) -> Routes:
    """Trees of the five routes and what the communities (flat cells, length C) face on them.

    `posts` are the flat cells of the state posts that control passers-by.
    """
    gateways = facts_columns("gateways")
    near_post = _near(posts)
    parts: dict[str, list[NDArray]] = {name: [] for name in Routes.__dataclass_fields__}
    steps = {traveller: build_steps(grid, traveller) for traveller in set(TRAVELLERS.values())}
    for route in ROUTES:
        exits = np.array([int(np.flatnonzero(gateways["gateway"] == name)[0]) for name in GATEWAYS[route]])
        ends = airstrip_centres(grid) if route == "air" else _cells(gateways, exits)
        onward = (
            _flight_hours(ends, _cells(gateways, exits)) if route == "air" else _onward_hours(route, exits)
        )
        tree = build_tree(steps[TRAVELLERS[route]], ends, onward)
        summary = _summary(route, tree, communities, _main_way(route, grid), near_post)
        if route == "air":
            flown = _straight_km(ends[tree.end[communities]], _cells(gateways, exits)[0])
            summary["travel_hours"] += flown / FLIGHT_KM_H
            summary["distance_km"] += flown
            summary["gateway"] = np.full(communities.size, exits[0])
        else:
            summary["gateway"] = exits[tree.end[communities]]
        days = summary["travel_hours"] / HOURS_PER_DAY[route] + WAITING_DAYS[route]
        summary["weeks"] = np.ceil(days / DAYS_PER_WEEK)
        summary["next_cell"] = tree.next_cell
        for name, values in summary.items():
            parts[name].append(values)
    return Routes(
        gateway=np.array(parts["gateway"], dtype=np.int16),
        travel_hours=np.array(parts["travel_hours"], dtype=np.float32),
        distance_km=np.array(parts["distance_km"], dtype=np.float32),
        haul_cost=np.array(parts["haul_cost"], dtype=np.float32),
        controls=np.array(parts["controls"], dtype=np.float32),
        weeks=np.array(parts["weeks"], dtype=np.int16),
        next_cell=np.array(parts["next_cell"], dtype=np.int32),
    )


def build_tree(steps: Steps, ends: NDArray[np.int32], onward_hours: NDArray[np.float64]) -> Tree:
    """Dijkstra from a virtual cell that lies `onward_hours` beyond each of the `ends`, against the direction
    of travel."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    beyond = CELLS
    hours = np.concatenate([steps.hours, np.maximum(onward_hours, 1e-6)])
    source = np.concatenate([steps.source, ends])
    target = np.concatenate([steps.target, np.full(ends.size, beyond)])
    graph = coo_array((hours, (target, source)), shape=(CELLS + 1, CELLS + 1)).tocsr()
    total, before = dijkstra(graph, indices=beyond, return_predecessors=True)
    order = np.argsort(total[:CELLS], kind="stable")
    end = np.full(CELLS, -1, dtype=np.int32)
    for position, cell in enumerate(ends):
        if before[cell] == beyond:
            end[cell] = position
    for cell in order:
        if before[cell] != beyond:
            end[cell] = end[before[cell]]
    next_cell = np.where(before[:CELLS] == beyond, -1, before[:CELLS]).astype(np.int32)
    step_of = {"km": np.zeros(CELLS), "hours": np.zeros(CELLS)}
    taken = steps.target == next_cell[steps.source]
    step_of["km"][steps.source[taken]] = steps.km[taken]
    step_of["hours"][steps.source[taken]] = steps.hours[taken]
    return Tree(
        next_cell=next_cell,
        hours=total[:CELLS] - np.maximum(onward_hours, 1e-6)[end],
        end=end,
        km_of_step=step_of["km"],
        hours_of_step=step_of["hours"],
    )


def walk(next_cell: NDArray[np.int32], start: int) -> NDArray[np.int32]:
    """Cells from `start` to the end of its way, both included."""
    cells = [start]
    while (following := int(next_cell[cells[-1]])) >= 0:
        cells.append(following)
    return np.array(cells, dtype=np.int32)


def straight_line(start: int, stop: int) -> NDArray[np.int32]:
    """Cells under the straight line between two cells, both included."""
    (row0, col0), (row1, col1) = divmod(start, COLS), divmod(stop, COLS)
    count = max(abs(row1 - row0), abs(col1 - col0)) + 1
    rows = np.rint(np.linspace(row0, row1, count)).astype(np.int32)
    cols = np.rint(np.linspace(col0, col1, count)).astype(np.int32)
    return rows * np.int32(COLS) + cols


def _summary(
    route: str,
    tree: Tree,
    communities: NDArray[np.int32],
    main_way: NDArray[np.bool_],
    near_post: NDArray[np.bool_],
) -> dict[str, NDArray]:
    """Hours, kilometres, haul cost and controls of each community's way over the ground."""
    km, feeder_hours, line_km, controls = (np.zeros(communities.size) for _ in range(4))
    for index, cell in enumerate(communities):
        way = walk(tree.next_cell, int(cell))
        on_route = np.logical_or.accumulate(main_way[way])
        km[index] = tree.km_of_step[way].sum()
        feeder_hours[index] = tree.hours_of_step[way][~on_route].sum()
        line_km[index] = tree.km_of_step[way][on_route].sum()
        controls[index] = near_post[:, way].any(axis=1).sum()
    return {
        "travel_hours": tree.hours[communities],
        "distance_km": km,
        "haul_cost": FEEDER_USD_PER_KG_HOUR * feeder_hours + LINE_USD_PER_KG_KM[route] * line_km,
        "controls": controls,
    }


def _main_way(route: str, grid: Grid) -> NDArray[np.bool_]:
    """Cells from which a load is on the route itself rather than on the way to it, flat."""
    motor_road = grid.road >= ROADS.index("unpaved")
    trail = (grid.road == ROADS.index("trail")) | (grid.elevation_m >= TRAILHEAD_BELOW_M)
    ways = {
        "air": np.zeros_like(motor_road),
        "foot": trail,
        "road_callao": motor_road,
        "road_puno": motor_road,
        "river": navigable(grid),
    }
    return ways[route].ravel()


def _near(posts: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each cell lies within one cell of each post, [P, 13433]."""
    row, col = np.divmod(np.arange(CELLS), COLS)
    post_row, post_col = np.divmod(posts[:, None], COLS)
    return (abs(row - post_row) <= 1) & (abs(col - post_col) <= 1)


def _cells(gateways: dict[str, NDArray], rows: NDArray[np.intp]) -> NDArray[np.int32]:
    """Flat cells of rows of the gateways table."""
    return (gateways["row"][rows] * COLS + gateways["col"][rows]).astype(np.int32)


def _straight_km(start: NDArray[np.int32], stop: NDArray[np.int32] | np.int32) -> NDArray[np.float64]:
    """Straight distance between flat cells, km."""
    return CELL_KM * np.hypot(start // COLS - stop // COLS, start % COLS - stop % COLS)


def _flight_hours(strips: NDArray[np.int32], exits: NDArray[np.int32]) -> NDArray[np.float64]:
    """Hours in the air from each airstrip district to the exit."""
    return _straight_km(strips, exits[0]) / FLIGHT_KM_H


def _onward_hours(route: str, exits: NDArray[np.intp]) -> NDArray[np.float64]:
    """Hours by paved road from each gateway on to the route's destination; 0 for a route with one gateway."""
    if route not in DESTINATION:
        return np.zeros(exits.size)
    gateways = facts_columns("gateways")
    latitude, longitude = DESTINATION[route]
    north_km = (gateways["lat"][exits] - latitude) * KM_PER_DEGREE_LAT
    east_km = (gateways["lon"][exits] - longitude) * KM_PER_DEGREE_LON
    return np.hypot(north_km, east_km) * WINDING["paved"] / PAVED_KM_H
