"""Dated removals: persons of a role whom a scenario takes out in a given week, as history did or a study supposes.

Exactly the role and number of the order are taken, if there are so many; who of those of the role is a draw. Where
there are fewer, those there are go and the journal says how many were missing; nobody of another role stands in.
"""

import numpy as np

from vraem.processes.groups import Rows
from vraem.processes.journal import note
from vraem.processes.losses import is_top
from vraem.processes.raids import take_out
from vraem.processes.targets import BLOCK, in_class, targets_for_campaign
from vraem.world import World
from vraem.world.orders import RemovalOrder
from vraem.world.organisation_tables import (
    CAPTURED,
    COMMANDER,
    DEAD,
    FIGHTER,
    LEADER,
    SQUAD_LEADER,
    SUPPORTER,
    SURRENDERED,
)
from vraem.world.security_tables import BY_DATE, RAID_FAILED, STATE

RANK_OF_ROLE = {
    "leader": LEADER,
    "commander": COMMANDER,
    "squad_leader": SQUAD_LEADER,
    "fighter": FIGHTER,
    "supporter": SUPPORTER,
}
CLASS_OF_ROLE = {"committee": "committee", "heir": "heirs", "finance": "finance"}
STATUS_OF_OUTCOME = {"captured": CAPTURED, "killed": DEAD, "surrendered": SURRENDERED}


def remove_dated(world: World) -> list[tuple[int, bool]]:
    """Carry out this week's dated removals; return who may talk, each with whether it was of the top."""
    captives: list[tuple[int, bool]] = []
    of_this_week = [order for order in world.inputs.removals if order.week == world.week]
    for number, order in enumerate(of_this_week):
        captives += _remove(world, number, order)
    return captives


def holders_of(world: World, role: str) -> Rows:
    """Active adults of the groups of the lineage who have `role`."""
    rows = targets_for_campaign(world, ("random",))
    if role in CLASS_OF_ROLE:
        return rows[in_class(world, rows, CLASS_OF_ROLE[role])]
    return rows[world.members.rank[rows] == RANK_OF_ROLE[role]]


def _remove(world: World, number: int, order: RemovalOrder) -> list[tuple[int, bool]]:
    """Take out the persons of the order `number` of this week; they are no routine removals."""
    rows = holders_of(world, order.role)
    start = number * BLOCK
    draws = world.streams.uniform_double("dated_removal", world.week, start, start + world.members.count)
    chosen = rows[np.argsort(draws[rows], kind="stable")[: order.count]]
    may_talk = order.talk and order.outcome != "killed"
    captives = [(member, is_top(world, member)) for member in chosen.tolist()] if may_talk else []
    take_out(world, chosen, STATUS_OF_OUTCOME[order.outcome], BY_DATE)
    if len(chosen) < order.count:
        note(world, RAID_FAILED, persons=float(order.count - len(chosen)), by=STATE)
    return captives
