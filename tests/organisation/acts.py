"""Things that can befall the armed groups in a week, drawn at random, and how they are done to a world."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from vraem.processes.column_acts import carry_out, vote_failed
from vraem.processes.column_values import DEMOBILISE, INDEPENDENT, MERGE, SERVICE, Offers, standing_of
from vraem.processes.groups import active_members, count_strength, living_columns, living_groups, members_of
from vraem.processes.losses import leave_members, purge_commander, remove_members
from vraem.world import World
from vraem.world.organisation_tables import (
    CAPTURED,
    COMMANDER,
    DEAD,
    LEADER,
    NO_ROW,
    QUIT,
    SURRENDERED,
)

KINDS = (
    "remove anybody",
    "remove the top",
    "remove a leader",
    "remove a whole column",
    "everybody quits a column",
    "split",
    "merge",
    "service",
    "demobilise",
    "failed vote",
    "purge",
)


class Act(NamedTuple):
    """`kind` in `week`; `which` and `how` in [0, 1) pick persons, columns, partners and outcomes."""

    week: int
    kind: str
    which: float
    how: float


def acts(weeks: int, most: int = 14) -> st.SearchStrategy[list[Act]]:
    """Up to `most` acts within `weeks`."""
    share = st.floats(0.0, 0.999)
    one = st.builds(Act, st.integers(0, weeks - 1), st.sampled_from(KINDS), share, share)
    return st.lists(one, min_size=3, max_size=most)


def perform(world: World, act: Act) -> None:
    """Do it, if there is anybody left to whom it can be done."""
    rows = living_columns(world)
    if not len(rows):
        return
    column = int(rows[int(act.which * len(rows))])
    status = (CAPTURED, DEAD, SURRENDERED)[int(3 * act.how)]
    if act.kind.startswith("remove"):
        remove_members(world, _victims(world, act, column), status)
    elif act.kind == "everybody quits a column":
        gone = members_of(world, column)
        leave_members(world, gone, QUIT)
        world.flows.exits += len(gone)
    elif world.columns.commander[column] != NO_ROW:
        _act_of_commander(world, act, column)
    count_strength(world)


def _victims(world: World, act: Act, column: int) -> np.ndarray:
    members = world.members
    active = active_members(world)
    if act.kind == "remove a whole column":
        return members_of(world, column)
    if act.kind == "remove a leader":
        return active[members.rank[active] == LEADER][:1]
    if act.kind == "remove the top":
        top = (members.rank[active] >= COMMANDER) | members.seat[active] | members.heir[active]
        return active[top][:: 1 + int(3 * act.how)]
    return active[int(act.which * 7) :: 1 + int(40 * act.how)]


def _act_of_commander(world: World, act: Act, column: int) -> None:
    me = standing_of(world, column)
    if act.kind == "purge":
        if not me.leads:
            purge_commander(world, column)
        return
    if act.kind == "failed vote":
        vote_failed(world, me, INDEPENDENT)
        return
    others = [group for group in living_groups(world).tolist() if group != me.group]
    option = {"split": INDEPENDENT, "merge": MERGE, "service": SERVICE, "demobilise": DEMOBILISE}[act.kind]
    if (option == MERGE and not others) or (option == INDEPENDENT and (me.single or me.leads)):
        return
    partner = others[int(act.how * len(others))] if others else NO_ROW
    firm = int(act.how * len(world.firms))
    followers = members_of(world, column)
    followers = followers[followers != world.columns.commander[column]]
    unwilling = followers[:: 2 + int(6 * act.how)]
    carry_out(world, me, Offers(partner, 1.0, 0.5, 0.5, True, firm, 1.0), option, unwilling)
