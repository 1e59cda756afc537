"""D6: where controls go. Static; to where loads were stopped lately; or as a bandit that tries places now and then.

Source: docs/model.md, The state and the people between; learning weight after Magliocca et al. (2019). A load that is
stopped counts for the nearest unit that watches its way; units remember for a year. What moved controls mean for
shipments is a mild factor on detection along each firm's ways, 1 for all at the start.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

from vraem.valley import CALLAO_ROUTES, COLS, ROUTES, ROWS
from vraem.world import World
from vraem.world.build_security import FURTHER
from vraem.world.clock import MONTHS_IN_FOUR_WEEKS, WEEKS_A_YEAR
from vraem.world.declarations import SEIZED
from vraem.world.presence import nearest_communities, standing
from vraem.world.security_tables import (
    AIR_CONTROL,
    MEAN_CORRUPTION,
    PATROL,
    PORT_CONTROL,
    POST,
    RIVER_CONTROL,
    ROAD_CONTROL,
    of_kinds,
)

WATCHES = {
    "air": of_kinds(AIR_CONTROL),
    "foot": of_kinds(POST, PATROL),
    "road_callao": of_kinds(ROAD_CONTROL),
    "road_puno": of_kinds(ROAD_CONTROL),
    "river": of_kinds(RIVER_CONTROL),
}
"""Kinds of unit in the valley that stop loads on each route."""
TO_CALLAO = np.isin(ROUTES, CALLAO_ROUTES)
"""Mask (routes,) of those whose loads pass the port."""
BY_ROUTE = np.stack([WATCHES[route] for route in ROUTES])
"""The same as a table (routes, kinds)."""
OUT_OF_SIGHT = 2 * (ROWS + COLS) ** 2
"""Farther than any squared way within the grid."""
MOVABLE = (AIR_CONTROL, ROAD_CONTROL, RIVER_CONTROL)
CONTROLS = of_kinds(POST, *MOVABLE, PORT_CONTROL)
"""Kinds of unit whose place counts for detection on the ways; patrols come and go."""
PLACES_NEAR = 6
"""Communities around a place of seizures among which a control that goes there chooses."""
PERSONS_PER_CONTROL = 10.0
PORT_UNITS = next(each.number for each in FURTHER if each.kind == PORT_CONTROL)
LEAST_WATCH = 1e-9
LEAST_FACTOR, LARGEST_FACTOR = 0.5, 2.0


def allocate(world: World, weeks: int) -> None:
    """Learn from the loads stopped in the last `weeks`, and move controls by the switch."""
    _remember(world, weeks)
    if world.scenario.switches.allocation != "static":
        _move_controls(world)


def place_of_seizures(
    world: World, rows: NDArray[np.int64], home: NDArray[np.int64], draws: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Where the units `rows` (n,) of one kind go: home, or by S7 a place where that kind stopped loads, (n,).

    `draws` (n, 2): whether to learn or explore, and which place.
    """
    form, p, units = world.scenario.switches.allocation, world.p, world.units
    if form == "static":
        return home
    memory = np.cumsum(units.seizures[rows], dtype=np.float64)
    if not len(memory) or memory[-1] <= 0.0:
        best = home
    else:
        best = units.community[
            rows[np.searchsorted(memory, draws[:, 1] * memory[-1], "right").clip(0, len(rows) - 1)]
        ]
    if form == "last_seizures":
        return np.where(draws[:, 0] < p.allocation_learning, best, home)
    anywhere = (draws[:, 1] * len(world.communities)).astype(np.int64)
    return np.where(draws[:, 0] < p.allocation_exploration, anywhere, best)


def _remember(world: World, weeks: int) -> None:
    """Loads whose fate is known since the last time: those stopped count for the nearest unit that watches the way."""
    units, shipments, security = world.units, world.shipments, world.security
    units.seizures[: units.count] *= exp(-weeks / WEEKS_A_YEAR)
    rows = slice(security.settled_loads, world.first_under_way)
    security.settled_loads = max(security.settled_loads, world.first_under_way)
    stopped = np.flatnonzero(shipments.status[rows] == SEIZED)
    if not len(stopped):
        return
    route, cell = shipments.route[rows][stopped], shipments.cell[rows][stopped]
    kind, here = units.kind[: units.count], units.cell[: units.count]
    watching = BY_ROUTE[route][:, kind] & standing(world)  # (loads, units)
    nearest = np.where(watching, _squared_way(cell[:, None], here), OUT_OF_SIGHT).argmin(axis=1)
    np.add.at(units.seizures, nearest[watching.any(axis=1)], np.float32(1.0))


def _squared_way(one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.int32]:
    """Squared straight way between cells, in cells of the grid."""
    row, col = np.divmod(one, COLS)
    other_row, other_col = np.divmod(other, COLS)
    way: NDArray[np.int32] = (row - other_row) ** 2 + (col - other_col) ** 2
    return way


def _move_controls(world: World) -> None:
    """A share of the controls of each kind is moved each month, by what the switch says."""
    units, place = world.units, world.valley.communities
    permanent = units.until[: units.count] < 0
    draws = world.streams.uniform_double("allocation", world.week, 0, 4 * units.count).reshape(-1, 4)
    near = nearest_communities(world.valley, PLACES_NEAR)
    for kind in MOVABLE:
        rows = np.flatnonzero((units.kind[: units.count] == kind) & permanent & standing(world))
        moving = draws[rows, 0] < MONTHS_IN_FOUR_WEEKS * world.p.allocation_turnover
        if not moving.any():
            continue
        home = units.home[rows].astype(np.int64)
        centre = place_of_seizures(world, rows, home, draws[rows, 1:3])
        to = np.where(centre == home, home, near[centre, (draws[rows, 3] * PLACES_NEAR).astype(np.int64)])[
            moving
        ]
        units.community[rows[moving]] = to
        units.cell[rows[moving]] = place.cell[to]


def look_at_controls(world: World) -> None:
    """Bring up to date what controls near firms' ways mean for detection and for bribes.

    `control_factor` (5, F) is their persons over those of the start, to the power of the table, None while they stand
    as at the start; `way_corruption` (5, F) the mean corruption of those who stand there (C7), the usual one of nobody.
    """
    units, security = world.units, world.security
    count = units.count
    kind, place, first = units.kind[:count], units.community[:count], units.establishment[:count]
    strength, present = units.strength[:count], standing(world)
    moved = place != units.home[:count]
    added = (np.arange(count) >= security.first_units) | (units.arrived[:count] > 0)
    changed = CONTROLS[kind] & (moved | added | ~present | (strength != first))
    as_at_start = not np.count_nonzero(changed)
    if as_at_start and security.control_factor is None and security.way_corruption is not None:
        return
    watching = (BY_ROUTE[:, kind] & CONTROLS[kind]) / PERSONS_PER_CONTROL  # (routes, units)
    persons, cell, port = strength * present, units.cell[:count], kind == PORT_CONTROL
    near = world.routes.near[:, :, cell]
    now = _passed(near, watching, persons, port & ~moved)
    corrupt = _passed(near, watching, persons * units.corruption[:count], port & ~moved)
    security.way_corruption = np.where(now > 0.0, corrupt / np.maximum(now, LEAST_WATCH), MEAN_CORRUPTION)
    if as_at_start:
        security.control_factor = None
        return
    start = np.where(moved, world.valley.communities.cell[units.home[:count]], cell)
    before = _passed(world.routes.near[:, :, start], watching, first * ~added, port)
    factor = ((1.0 + now) / (1.0 + before)) ** world.p.control_effect
    security.control_factor = np.clip(factor, LEAST_FACTOR, LARGEST_FACTOR)


def _passed(
    near: NDArray[np.uint8],
    watching: NDArray[np.float64],
    persons: NDArray[np.floating],
    in_port: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Controls of usual size that a load passes on each way, (5, F), by the `persons` (units,) in them.

    `near` (5, F, units) waypoints within sight of each, `watching` (5, units) what a person there counts for. The port
    lies beyond the grid, and a load passes one of its `PORT_UNITS`, those that are `in_port` (units,).
    """
    at_callao = float((in_port * persons).sum()) / PORT_UNITS / PERSONS_PER_CONTROL
    passed: NDArray[np.float64] = np.einsum("rfu,ru->rf", near, watching * persons)
    return passed + TO_CALLAO[:, None] * at_callao
