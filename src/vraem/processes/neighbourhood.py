"""What growers see around them, once in four weeks: how many grow coca (A6).

Reads the growers' coca; writes the growing share of communities and the number of growers.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vraem.valley import Valley
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS

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
    world.market.growers = float(with_coca.sum()) * world.households_per_row
    everyone = _households_near(world.valley, world.community_rows[1].tobytes())
    communities.growing_share[:] = with_neighbours(world, with_coca) / everyone


def with_neighbours(world: World, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of `value` (C,) over each community and its neighbours."""
    return _with_neighbours(world.valley, value)


def _with_neighbours(valley: Valley, value: NDArray[np.float64]) -> NDArray[np.float64]:
    owner, other = _neighbour_pairs(valley)
    total: NDArray[np.float64] = value + np.bincount(owner, value.take(other), len(value))
    return total


@lru_cache(maxsize=8)
def _households_near(valley: Valley, first_rows: bytes) -> NDArray[np.float64]:
    """Rows of each community and its neighbours, at least 1, (C,), from where each community's rows begin.

    They stay what they are for a whole run; by content, so that every copy of a world finds the same ones.
    """
    households = np.diff(np.frombuffer(first_rows, dtype=np.int64)).astype(np.float64)
    near = np.maximum(_with_neighbours(valley, households), 1.0)
    near.setflags(write=False)
    return near


@lru_cache(maxsize=8)
def _neighbour_pairs(valley: Valley) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each entry of the neighbours' list: the community to which it belongs, and the neighbour, (pairs,) each.

    The first neighbours of all communities come first, then the second ones: a sum that would add to one
    community many times running waits for itself each time.
    """
    indptr = valley.neighbours.indptr
    owner = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    turn = np.argsort(np.arange(len(owner)) - indptr[owner], kind="stable")
    owner, other = owner[turn], valley.neighbours.indices.astype(np.int64)[turn]
    for side in (owner, other):
        side.setflags(write=False)
    return owner, other
