"""B6: the ranks of a group, the members that it is used to have and wants again.

Source: docs/model.md, The armed organisation. Ranks follow members slowly; a column takes its share of them along.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.rent import lost_rent
from vraem.world import World
from vraem.world.clock import MONTHS_A_YEAR, WEEKS_A_YEAR, left_after
from vraem.world.organisation_tables import LIVING, NO_ROW


def wanted(world: World, columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """How eagerly each of `columns` takes people in (n,): 1 while its group's ranks are filled, more when not."""
    group = world.columns.group[columns]
    return eagerness(world, world.groups.members[group], np.maximum(places(world), 1.0)[group])


def places(world: World) -> NDArray[np.float32]:
    """Members whom each group in use would have (G,): those that it is used to, or more where ground lies open."""
    groups, count = world.groups, world.groups.count
    used_to = groups.ranks[:count]
    filled: NDArray[np.float32] = np.minimum(groups.members[:count], used_to) + room_to_grow(world)
    return np.maximum(used_to, filled)


def eagerness(world: World, has: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """How eagerly people are taken in where `has` (n,) persons fill `places` (n,): 1 if all are filled, least 0."""
    eager: NDArray[np.float64] = np.maximum(1.0 + world.p.recruit_ranks_weight * (1.0 - has / places), 0.0)
    return eager


def remember_ranks(world: World, weeks: int) -> None:
    """`weeks` pass: what a group is used to follows its members slowly.

    A group from outside has no custom before it has stood as long as the half-life: its ranks are filled as it is.
    """
    groups, count = world.groups, world.groups.count
    ranks, members = groups.ranks[:count], groups.members[:count]
    settled = world.week - groups.formed[:count] >= world.p.ranks_half_life * WEEKS_A_YEAR
    new = (ranks == 0.0) & (groups.status[:count] == LIVING) | groups.outsider[:count] & ~settled
    ranks[new] = members[new]
    ranks += (1.0 - left_after(weeks, world.p.ranks_half_life * MONTHS_A_YEAR)) * (members - ranks)


def room_to_grow(world: World) -> NDArray[np.float32]:
    """Persons whom the ground that nobody protects any more would feed, by group in use (G,).

    As many as the lost share of the rent fed at the start, and no more than the valley has fewer of than then; the
    groups share them in proportion to their members outside firms' service, which is filled by the firms' wish.
    Whoever is there grows into what lies open, whatever its origin.
    """
    groups, columns, usual = world.groups, world.columns, world.burn_in.members
    count, last = groups.count, columns.count
    members = groups.members[:count] * (groups.status[:count] == LIVING)
    there = float(members.sum())
    room = min(usual * lost_rent(world), max(usual - there, 0.0))
    members[columns.group[:last][columns.service[:last] != NO_ROW]] = 0.0
    share: NDArray[np.float32] = members / max(float(members.sum()), 1.0)
    return share * np.float32(room)


def take_along(world: World, persons: int, former: int, group: int) -> None:
    """A column of `persons` takes its share of ranks, filled or not, and arms from the `former` group into `group`."""
    groups = world.groups
    share = min(persons / max(float(groups.members[former]), 1.0), 1.0)
    for held in (groups.ranks, groups.arms):
        part = held[former] * share
        held[former] -= part
        held[group] += part
