"""State presence: what units weigh in the communities around them (D1), and how near communities are.

A unit counts in full where it stands and by 1/e less with every `presence_reach` hours of walking.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vraem.valley import COLS, Valley
from vraem.valley.grid import CELL_KM
from vraem.world.security_tables import (
    PATROL,
    POST,
    REST,
    RIVER_CONTROL,
    ROAD_CONTROL,
    USUAL_MORALE,
    of_kinds,
)
from vraem.world.state import World

PERSONS_OF_ONE = 100.0
"""Persons on the spot that make a presence of 1."""
OVERLAND_KMH = 3.0
"""Pace off the road: a unit that stands away from all communities counts for less in the nearest one."""
SEEN_ON_THE_GROUND = of_kinds(POST, PATROL, ROAD_CONTROL, RIVER_CONTROL)
"""Kinds of unit that people meet; teams in barracks, airfields and the port do not count."""
ALWAYS_THERE = of_kinds(POST)
THERE_UNLESS_MOVED = of_kinds(POST, ROAD_CONTROL, RIVER_CONTROL)
"""Kinds of unit that never move, and that do not under the static allocation (D6)."""
SHAKEN = 0.99 * USUAL_MORALE
"""Morale below which a unit counts for less than at the usual one."""


@lru_cache(maxsize=8)
def nearness(valley: Valley, reach: float) -> NDArray[np.float32]:
    """exp(−hours / reach) between communities, (C, C): the weight of what happens there, here."""
    near: NDArray[np.float32] = np.exp(valley.community_hours / np.float32(-reach))
    near.setflags(write=False)
    return near


def nearest_communities(valley: Valley, count: int) -> NDArray[np.int64]:
    """The `count` communities nearest to each, itself first, (C, count)."""
    return _by_hours(valley)[:, :count]


@lru_cache(maxsize=2)
def _by_hours(valley: Valley) -> NDArray[np.int64]:
    """All communities by their way from each, (C, C); of equally near ones the first, whatever the processor."""
    order: NDArray[np.int64] = np.argsort(valley.community_hours, axis=1, kind="stable")
    order.setflags(write=False)
    return order


def standing(world: World) -> NDArray[np.bool_]:
    """Mask (units in use,) of the units that exist this week: begun, and not yet withdrawn."""
    units, week = world.units, world.week
    until = units.until[: units.count]
    mask: NDArray[np.bool_] = (units.arrived[: units.count] <= week) & ((until < 0) | (until >= week))
    return mask


def state_presence(world: World) -> NDArray[np.float64]:
    """Weight of posts, patrols and controls near each community, (C,); 1 is a hundred persons on the spot.

    A unit whose morale has suffered goes out less: what it lacks of the usual morale, it lacks of its presence.
    """
    units = world.units
    count = units.count
    kind = units.kind[:count]
    static = world.scenario.switches.allocation == "static"
    fixed = (THERE_UNLESS_MOVED if static else ALWAYS_THERE)[kind]
    fixed &= (units.until[:count] < 0) & (units.arrived[:count] <= 0)
    if world.security.fixed_presence is None:  # most units stay where they are: their part is worked out once
        world.security.fixed_presence = presence_of(world, np.flatnonzero(fixed))
    met = met_by_people(world)
    presence = world.security.fixed_presence + presence_of(world, np.flatnonzero(met & ~fixed))
    shaken = np.flatnonzero(met & (units.morale[:count] < SHAKEN))
    if len(shaken):
        presence = np.maximum(presence - presence_of(world, shaken, lacking(world, shaken)), 0.0)
    return presence


def lacking(world: World, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the usual presence that the units `rows` (n,) lack with their morale, (n,): nought at the usual one."""
    share: NDArray[np.float64] = 1.0 - world.units.morale[rows].astype(float) / USUAL_MORALE
    return np.maximum(share, 0.0)


def presence_of(
    world: World, rows: NDArray[np.int64], share: NDArray[np.float64] | float = 1.0
) -> NDArray[np.float64]:
    """Presence that a `share` (n,) of each of the units `rows` (n,) makes in each community, (C,)."""
    community = world.units.community[rows]
    total = np.bincount(community, share * weight_of(world, rows), len(world.communities))
    manned = total.nonzero()[0]
    near = nearness(world.valley, world.p.presence_reach)[manned]
    presence: NDArray[np.float64] = np.einsum("p,pc->c", total[manned].astype(np.float32), near).astype(float)
    return presence


def weight_of(world: World, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Presence that each of the units `rows` (n,) makes in the community nearest to it, (n,), if people meet it."""
    units = world.units
    apart = _hours_apart(units.cell[rows], world.valley.communities.cell[units.community[rows]])
    weight: NDArray[np.float64] = (
        units.strength[rows] / PERSONS_OF_ONE * np.exp(-apart / world.p.presence_reach)
    )
    return weight


def met_by_people(world: World) -> NDArray[np.bool_]:
    """Mask (units in use,) of the units that count for presence this week: on the ground, out, and standing."""
    units, count = world.units, world.units.count
    return SEEN_ON_THE_GROUND[units.kind[:count]] & (units.task[:count] != REST) & standing(world)


def _hours_apart(one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.float64]:
    """Straight walk between cells, hours, beyond the first cell."""
    row, col = np.divmod(one, COLS)
    other_row, other_col = np.divmod(other, COLS)
    km = np.hypot(row - other_row, col - other_col) * CELL_KM
    return np.maximum(km - CELL_KM, 0.0) / OVERLAND_KMH
