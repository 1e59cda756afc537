"""D2: what captives tell. Who cooperates reveals some of those it knows, at most twelve; none is raided that week.

Source: docs/model.md, The state and the people between; form after Marshak et al. (2015). A person knows most of its
own column, some of the other top ranks of its group if it is of the top itself, and few others. What is told adds to
knowledge after all operations of the week are done, so it can lead to one in the next week at the earliest.
"""

import numpy as np

from vraem.processes.groups import Rows, active_members
from vraem.processes.losses import of_the_top
from vraem.processes.targets import BLOCK
from vraem.world import World

MOST_TOLD = 12
"""Persons whom one captive reveals at most."""
OWN_COLUMN, OTHER_TOP, OTHERS = 2.0, 0.5, 0.03
"""Share of those known in the own column, among other top ranks (to captives of the top) and among others, over
`captive_known_share` of the table."""


def disclose(world: World, captives: list[tuple[int, bool]]) -> None:
    """Let each captive (member's row, whether it was of the top) tell what it will; the state knows more of those."""
    members, p = world.members, world.p
    for captive, top in captives:
        told = told_by(world, captive, top)
        if not len(told):
            continue
        for known, gain in (
            (members.location_known, p.disclosure_location_gain),
            (members.role_known, p.disclosure_role_gain),
        ):
            known[told] += np.float32(gain) * (1 - known[told])


def told_by(world: World, captive: int, top: bool) -> Rows:
    """The active members whom `captive` reveals this week, at most `MOST_TOLD`; none if it does not cooperate."""
    members, p = world.members, world.p
    will = world.streams.uniform_double("cooperation", world.week, captive, captive + 1)[0]
    if will >= p.captive_cooperation:
        return np.zeros(0, dtype=np.int64)
    others = active_members(world)
    others = others[others != captive]
    share = np.full(len(others), OTHERS)
    if top:
        share[of_the_top(world, others) & (members.group[others] == members.group[captive])] = OTHER_TOP
    share[members.column[others] == members.column[captive]] = OWN_COLUMN
    chance = np.minimum(share * p.captive_known_share, 1.0) * p.captive_reveal
    start = captive * BLOCK
    draws = world.streams.uniform_double("disclosure", world.week, start, start + members.count)[others]
    told = np.flatnonzero(draws < chance)
    if len(told) > MOST_TOLD:
        told = told[np.argsort(draws[told] / chance[told], kind="stable")[:MOST_TOLD]]
    return others[told]
