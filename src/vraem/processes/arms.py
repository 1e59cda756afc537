"""The stock of arms: no more members are armed than there are arms, in each column and in its group (B6).

The armed share of the start is that stock, or what is left of the arms with which a group from outside came, if that is
more; a supporter or recruit takes up arms that nobody bears.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import Rows
from vraem.world import World

FreeArms = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Arms without a bearer by column and by group."""


def arms_are_free(world: World, rows: Rows | int) -> NDArray[np.bool_]:
    """Which columns of `rows` (or whether one) may arm one member more: arms are free in the column and its group."""
    of_columns, of_groups = free_arms(world)
    return (of_columns[rows] > 0.0) & (of_groups[world.columns.group[rows]] > 0.0)


def take_arm(free: FreeArms, column: int, group: int) -> bool:
    """One more takes up an arm of a column and its group, if both have one `free`; whether one did."""
    of_columns, of_groups = free
    if of_columns[column] <= 0.0 or of_groups[group] <= 0.0:
        return False
    of_columns[column] -= 1.0
    of_groups[group] -= 1.0
    return True


def free_arms(world: World) -> FreeArms:
    """Arms without a bearer by column and by group (columns in use,), (groups in use,)."""
    columns, groups = world.columns, world.groups
    n, g = columns.count, groups.count
    members, armed = groups.members[:g], columns.armed[:n]
    # arms a head: those of the start, or what is left of what a group from outside brought
    share = np.maximum(world.burn_in.armed_share, groups.arms[:g] / np.maximum(members, 1.0))
    of_columns = np.ceil(share[columns.group[:n]] * (armed + columns.supporters[:n]) - armed)
    of_groups = np.ceil(share * members - groups.armed[:g])
    return of_columns, of_groups
