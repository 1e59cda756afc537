"""The stock of arms: no more members are armed than there are arms, in each column and in its group (B6).

The armed share of the start is that stock; a supporter or recruit takes up arms that nobody bears.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import Rows
from vraem.world import World


def arms_are_short(world: World, rows: Rows | int) -> NDArray[np.bool_]:
    """Which columns of `rows` (or whether one) may arm one member more: arms are free in the column and its group."""
    of_columns, of_groups = free_arms(world)
    return (of_columns[rows] > 0.0) & (of_groups[world.columns.group[rows]] > 0.0)


def free_arms(world: World) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Arms without a bearer by column and by group (columns in use,), (groups in use,): the share of the start."""
    columns, groups, share = world.columns, world.groups, world.burn_in.armed_share
    armed = columns.armed[: columns.count]
    of_columns = np.ceil(share * (armed + columns.supporters[: columns.count]) - armed)
    of_groups = np.ceil(share * groups.members[: groups.count] - groups.armed[: groups.count])
    return of_columns, of_groups
