"""What growers see around them, once in four weeks: how many grow coca (A6).

Reads the growers' coca; writes the growing share of communities and the number of growers.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vraem.valley import Valley
from vraem.world import World

REVIEW_WEEKS = 4
SMALLEST_PLOT = 0.01
"""Hectares from which a household counts as growing coca."""


def step(world: World) -> None:
    """Count the growers of each community and its neighbours when the month is over."""
    if world.week % REVIEW_WEEKS == 0:
        count_growers(world)


def count_growers(world: World) -> None:
    """Number of households with coca, and their share among ordinary and other households nearby."""
    growers, communities = world.growers, world.communities
    places = len(communities)
    growing = growers.coca_area > SMALLEST_PLOT
    with_coca = np.bincount(growers.community[growing], minlength=places).astype(np.float64)
    first = world.community_rows[1]
    everyone = (first[1:] - first[:-1]).astype(np.float64)
    world.market.growers = float(with_coca.sum()) * world.households_per_row
    near = with_neighbours(world, with_coca) / np.maximum(with_neighbours(world, everyone), 1.0)
    communities.growing_share[:] = near


def with_neighbours(world: World, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of `value` (C,) over each community and its neighbours."""
    neighbours = world.valley.neighbours
    places = len(value)
    near = np.bincount(neighbour_owner(world.valley), value.take(neighbours.indices), places)
    total: NDArray[np.float64] = value + near
    return total


@lru_cache(maxsize=8)
def neighbour_owner(valley: Valley) -> NDArray[np.int64]:
    """The community to which each entry of the neighbours' list belongs."""
    indptr = valley.neighbours.indptr
    owner: NDArray[np.int64] = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    owner.setflags(write=False)
    return owner
