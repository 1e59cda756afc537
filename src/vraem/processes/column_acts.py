"""B8: what is done when a column has chosen and its followers have voted: secession, merger, service, the end.

Those who did not follow go to the nearest column that stays, or home. A failed vote costs the commander his post.
"""

import numpy as np

from vraem.processes.column_values import (
    INDEPENDENT,
    LINK_TO_PARTNER,
    MERGE,
    SERVICE,
    Offers,
    Standing,
)
from vraem.processes.groups import (
    Rows,
    change_group,
    count_strength,
    end_column,
    install_leader,
    members_of,
    move_members,
    nearest_column,
    new_group,
)
from vraem.processes.journal import actor_of, note
from vraem.processes.losses import WRITES as LOSS_WRITES
from vraem.processes.losses import leave_members, purge_commander
from vraem.processes.members import amnesty_now, go_home_or_to_firms
from vraem.processes.writes import COUNT_WRITES, FOUNDING_WRITES, MOVE_WRITES, together
from vraem.world import World
from vraem.world.organisation_tables import COMMANDER, LEADER, NO_ROW, SURRENDERED
from vraem.world.security_tables import DEMOBILISED, MERGER, SERVICE_END, SPLIT, VOTE_FAILED
from vraem.world.security_tables import SERVICE as INTO_SERVICE

WRITES = together(
    LOSS_WRITES,
    MOVE_WRITES,
    COUNT_WRITES,
    {"groups": FOUNDING_WRITES["groups"], "columns": ("service", "hosted", "locked_until")},
)
"""What carrying out a choice writes."""
HALF_TIE = 0.5
"""Share of the ties to the former leader that passes to the new one."""
STAY_WITH_THE_GROUP = 0.7
"""Share of those who do not follow who reach the nearest column of the old group; the others go home."""


def carry_out(world: World, me: Standing, offers: Offers, option: int, unwilling: Rows) -> None:
    """Execute the chosen option; `unwilling` are the members who voted against it."""
    if option in (INDEPENDENT, SERVICE):
        split_off(world, me, option, unwilling, offers.firm if option == SERVICE else NO_ROW)
    elif option == MERGE:
        _merge(world, me, offers.partner, unwilling)
    else:
        _demobilise(world, me, unwilling)
    count_strength(world)
    world.columns.locked_until[me.column] = world.week + round(world.p.change_lock)


def vote_failed(world: World, me: Standing, option: int) -> None:
    """The column does not follow: in a group with a centre the commander is purged for it."""
    seat = int(world.columns.seat[me.column])
    note(world, VOTE_FAILED, column=me.column, group=me.group, other=option, community=seat)
    if not me.single and not me.leads:
        purge_commander(world, me.column)
        count_strength(world)


def split_off(world: World, me: Standing, option: int, unwilling: Rows, firm: int = NO_ROW) -> None:
    """The column becomes a group of its own, or goes into the service of `firm`; its tie to the centre ends."""
    columns, members = world.columns, world.members
    column = me.column
    _part_with(world, me, unwilling)
    chief = _chief(world, me)
    columns.service[column], columns.hosted[column] = firm, NO_ROW
    if firm != NO_ROW:
        columns.attack_effort[column] = 0.0  # the firm's business is not with the state
    if not me.single:
        group = new_group(world, parent=me.group)
        world.groups.outsider[group] = world.groups.outsider[me.group]
        # what the name alone carries while the post is vacant is no measure of who takes it
        vacant = world.groups.leader[me.group] == NO_ROW
        before = min(me.authority / (world.p.authority_vacant_factor if vacant else 1.0), 1.0)
        change_group(world, column, group, 1.0)
        members.tie[members_of(world, column)] *= HALF_TIE
        install_leader(world, group, chief, before * world.p.authority_start_elected)
        members.seat[chief] = True
    group = int(columns.group[column])
    note(
        world,
        INTO_SERVICE if option == SERVICE else SPLIT if not me.single else SERVICE_END,
        persons=float(len(members_of(world, column))),
        by=actor_of(world, me.group),
        column=column,
        group=group,
        other=firm if option == SERVICE else me.firm if me.single else me.group,
        community=int(columns.seat[column]),
    )


def _chief(world: World, me: Standing) -> int:
    """Who leads when the column goes its own way: the leader if he is with it, else its commander."""
    leader = int(world.groups.leader[me.group])
    with_us = leader != NO_ROW and world.members.column[leader] == me.column
    return leader if with_us else int(world.columns.commander[me.column])


def _part_with(world: World, me: Standing, unwilling: Rows) -> None:
    """Those who do not follow go to the nearest loyal column or home."""
    if not len(unwilling):
        return
    other = nearest_column(world, me.column)
    draws = world.streams.uniform_double("follower_way", world.week, 0, world.members.count)[unwilling]
    stay = draws < STAY_WITH_THE_GROUP if other != NO_ROW else np.zeros(len(unwilling), dtype=bool)
    if other != NO_ROW:
        move_members(world, unwilling[stay], other)
    go_home_or_to_firms(world, unwilling[~stay].tolist())
    world.flows.exits += int((~stay).sum())


def _merge(world: World, me: Standing, partner: int, unwilling: Rows) -> None:
    """The column joins another group; its commander keeps the command under the other centre."""
    columns, members = world.columns, world.members
    _part_with(world, me, unwilling)
    commander = int(columns.commander[me.column])
    columns.service[me.column] = NO_ROW
    if members.rank[commander] == LEADER:
        members.rank[commander] = COMMANDER
    change_group(world, me.column, partner, LINK_TO_PARTNER)
    members.tie[members_of(world, me.column)] *= HALF_TIE
    note(
        world,
        MERGER,
        persons=float(len(members_of(world, me.column))),
        by=actor_of(world, me.group),
        column=me.column,
        group=partner,
        other=me.group,
        community=int(columns.seat[me.column]),
    )


def _demobilise(world: World, me: Standing, unwilling: Rows) -> None:
    """The column lays down arms; under an amnesty its members surrender, else they go home."""
    columns = world.columns
    _part_with(world, me, unwilling)
    rows = members_of(world, me.column)
    if amnesty_now(world):
        leave_members(world, rows, SURRENDERED)
    else:
        go_home_or_to_firms(world, rows.tolist())
    world.flows.exits += len(rows)
    note(
        world,
        DEMOBILISED,
        persons=len(rows),
        by=actor_of(world, me.group),
        column=me.column,
        group=me.group,
        community=int(columns.seat[me.column]),
    )
    end_column(world, me.column)
