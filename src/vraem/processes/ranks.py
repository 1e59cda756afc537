"""B6: the ranks of a group, the members that it is used to have and wants again.

Source: docs/model.md, The armed organisation. Ranks follow members slowly; a column takes its share of them along.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.world import World
from vraem.world.clock import MONTHS_A_YEAR, WEEKS_A_YEAR, left_after
from vraem.world.organisation_tables import LIVING


def wanted(world: World, columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """How eagerly each of `columns` takes people in (n,): 1 while its group's ranks are filled, more when not."""
    groups, group = world.groups, world.columns.group[columns]
    return eagerness(world, groups.members[group], np.maximum(groups.ranks[group], 1.0))


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


def take_ranks_along(world: World, persons: int, former: int, group: int) -> None:
    """A column of `persons` takes its share of the ranks, filled or not, from the `former` group into `group`."""
    groups = world.groups
    places = groups.ranks[former] * min(persons / max(float(groups.members[former]), 1.0), 1.0)
    groups.ranks[former] -= places
    groups.ranks[group] += places
