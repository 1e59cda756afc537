"""What the five routes mean for each firm: a table that follows from the firms' bases."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.valley import COLS, ROUTES
from vraem.valley.grid import ROWS

if TYPE_CHECKING:
    from vraem.scenario import Parameters
    from vraem.valley import Valley


WAYPOINTS = 17
"""Cells kept along each way, the first at the firm's base and the last at the gateway."""
WATCHED_CELLS = 3
"""A control watches the ways within so many cells (6 km) of it, in each direction."""
GROUND_CELLS = 2
"""Who passes within so many cells (4 km) of a community crosses its ground."""


class RouteTable(NamedTuple):
    """Routes and leaf as the firms see them; F firms, five routes, C communities.

    `leaf_haul` (F, C) USD/kg of leaf from each community to each firm's base, `leaf_appeal` (F, C) its weight in the
    choice of buyers, exp(−haul / noise).
    `haul` (5, F) USD/kg to the start of the route; `pace` (5, F) share of the way in a week; `control` (5, F)
    chance of meeting a control over that of the average firm; `waypoints` (5, F, WAYPOINTS) flat cells of the grid
    at equal steps along the way; by route: `load` kg, `cash_cost` USD/kg, `value`
    USD/kg at the end at X = 1, `detection` chance of being stopped per trip, `capacity_growth` a year;
    `near` (5, F, cells) how many of a way's waypoints lie within `WATCHED_CELLS` of each flat cell;
    `passed` the communities that the firms' ways pass, way after way in the order route, firm; those of way w begin at
    `first_passed[w]`. `mean_value` is the mean of `value` over the routes.
    """

    leaf_haul: NDArray[np.float64]
    leaf_appeal: NDArray[np.float64]
    haul: NDArray[np.float64]
    pace: NDArray[np.float64]
    control: NDArray[np.float64]
    waypoints: NDArray[np.int32]
    load: NDArray[np.float64]
    cash_cost: NDArray[np.float64]
    value: NDArray[np.float64]
    detection: NDArray[np.float64]
    capacity_growth: NDArray[np.float64]
    near: NDArray[np.uint8]
    passed: NDArray[np.int64]
    first_passed: NDArray[np.int64]
    mean_value: float

    @classmethod
    def of(cls, p: "Parameters", valley: "Valley", base: NDArray[np.int64]) -> "RouteTable":
        """The table for firms at the communities `base` (F,)."""
        posts_passed = 1.0 + valley.routes.controls[:, base]
        waypoints, near, passed, first_passed = _ways(valley, tuple(base.tolist()))
        leaf_haul = valley.community_hours[base].astype(np.float64) * p.leaf_haul_cost
        value = _by_route(p, "route_value")
        return cls(
            leaf_haul=leaf_haul,
            leaf_appeal=np.exp(-leaf_haul / p.leaf_purchase_scale),
            haul=valley.routes.haul_cost[:, base].astype(np.float64),
            # contiguous, so that a way is found by its number (route x firms + firm)
            pace=np.ascontiguousarray(1.0 / np.maximum(valley.routes.weeks[:, base], 1)),
            control=np.ascontiguousarray(posts_passed / posts_passed.mean(axis=1, keepdims=True)),
            waypoints=waypoints,
            load=np.array(
                [p.air_load, p.foot_load * p.foot_group_size, p.road_load, p.road_load, p.river_load]
            ),
            cash_cost=_by_route(p, "route_cash_cost"),
            value=value,
            detection=np.array(
                [p.detection_air, p.detection_foot, p.detection_road, p.detection_road, p.detection_river]
            ),
            capacity_growth=_by_route(p, "capacity_growth"),
            near=near,
            passed=passed,
            first_passed=first_passed,
            mean_value=float(value.mean()),
        )


@lru_cache(maxsize=8)
def _ways(
    valley: "Valley", bases: tuple[int, ...]
) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """`waypoints`, `near`, `passed` and `first_passed` of firms at `bases` (F,); a fork has those of its past.

    Every way passes at least the firm's own community.
    """
    ground = _ground(valley)
    paths = [valley.path(community, route) for route in range(len(ROUTES)) for community in bases]
    cells = [path[np.linspace(0, len(path) - 1, WAYPOINTS).round().astype(int)] for path in paths]
    met = [ground[path] for path in paths]
    passed = [np.unique(way[way >= 0]) for way in met]
    waypoints = np.stack(cells).reshape(len(ROUTES), len(bases), WAYPOINTS)
    found = (
        waypoints,
        _near(waypoints),
        np.concatenate(passed),
        np.cumsum([0, *map(len, passed[:-1])]),
    )
    for array in found:
        array.setflags(write=False)
    return found


def _near(waypoints: NDArray[np.int32]) -> NDArray[np.uint8]:
    """How many waypoints of each way (5, F, WAYPOINTS) lie in the square around each flat cell, (5, F, cells)."""
    shape, ways = waypoints.shape[:2], waypoints.reshape(-1, WAYPOINTS)
    reach = WATCHED_CELLS
    grid = np.zeros((len(ways), ROWS + 2 * reach, COLS + 2 * reach), dtype=np.uint8)
    row, col = np.divmod(ways, COLS)
    np.add.at(grid, (np.arange(len(ways))[:, None], row + reach, col + reach), 1)
    # a square sum is a sum over rows of sums over columns
    across = sum(grid[:, :, step : step + COLS] for step in range(1, 2 * reach + 1)) + grid[:, :, :COLS]
    down = sum(across[:, step : step + ROWS] for step in range(1, 2 * reach + 1)) + across[:, :ROWS]
    return np.ascontiguousarray(down.reshape(*shape, ROWS * COLS))


def _ground(valley: "Valley") -> NDArray[np.int64]:
    """The nearest community to each cell of the grid, within `GROUND_CELLS`; −1 where there is none."""
    place, size = valley.communities, 2 * GROUND_CELLS + 1
    ground = np.full((ROWS, COLS), -1, dtype=np.int64)
    steps = [divmod(step, size) for step in range(size * size)]
    offsets = [(down - GROUND_CELLS, right - GROUND_CELLS) for down, right in steps]
    # from far to near, so that the nearest community is the last to claim a cell
    for down, right in sorted(offsets, key=lambda step: -(step[0] ** 2 + step[1] ** 2)):
        row, col = place.row + down, place.col + right
        inside = (row >= 0) & (row < ROWS) & (col >= 0) & (col < COLS)
        ground[row[inside], col[inside]] = np.flatnonzero(inside)
    return ground.ravel()


def _by_route(p: "Parameters", stem: str) -> NDArray[np.float64]:
    return np.array([getattr(p, f"{stem}_{route}") for route in ROUTES])


def solve_route_constants(
    utility: NDArray[np.float64], weight: NDArray[np.float64], share: NDArray[np.float64], scale: float
) -> NDArray[np.float64]:
    """Constants (5,) of a logit that give the shares `share` (5,) of the flow of firms weighted by `weight` (F,).

    The contraction of Berry (1994): constants move by scale x (log wanted − log given) until they agree.
    `utility` (5, F) USD/kg without constants. The mean of the constants is zero.
    """
    constant = np.zeros(len(share))
    for _ in range(200):
        given = logit_shares(utility + constant[:, None], scale) @ (weight / weight.sum())
        step = scale * (np.log(share / share.sum()) - np.log(given))
        constant += step
        if np.abs(step).max() < 1e-9 * scale:
            break
    return constant - constant.mean()


def logit_shares(utility: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Multinomial logit over the first axis; `utility` and `scale` in one unit."""
    odds = utility - utility.max(axis=0)
    odds /= scale
    np.exp(odds, out=odds)
    odds /= odds.sum(axis=0)
    return odds
