"""The coca rent that armed groups protected at the start, and what of it nobody protects any more.

Newcomers (B12), the ranks of groups (B6), firms that arm themselves (S6) and thieves (A4) go by it.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.world import World

LEAST_RENT = 1e-9
"""Rent that is not told from none, where one divides by it."""


def coca_rent(world: World) -> NDArray[np.float64]:
    """What protection of a community (C,) is worth, by its coca, ha."""
    rent: NDArray[np.float64] = np.maximum(world.communities.coca_area, 0.0)
    return rent


def control_lost(world: World) -> NDArray[np.float64]:
    """Share of each community (C,) that armed groups held at the start and hold no more."""
    communities = world.communities
    lost: NDArray[np.float64] = np.maximum(communities.first_control - communities.control, 0.0)
    return lost


def rent_at_start(world: World) -> float:
    """Rent that was protected at the start, ha, never nought."""
    return max(float(coca_rent(world) @ world.communities.first_control), LEAST_RENT)


def lost_rent(world: World) -> float:
    """Share of the rent protected at the start that nobody protects now, 0 to 1 (B6, B12).

    Ground that columns have only changed for other ground does not count.
    """
    return max(1.0 - float(coca_rent(world) @ world.communities.control) / rent_at_start(world), 0.0)
