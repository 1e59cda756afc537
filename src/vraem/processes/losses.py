"""Losses of members: how a person leaves, and what the arrest or death of one does to those who stay (B10).

Switch S1: revenge, demoralisation, blame and purge, all three, or none; the sign of the effect is open. Whatever
the form, posts fall vacant and the column that lost somebody thinks its options over (B8).
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import (
    Rows,
    columns_of,
    find_centre,
    living_columns,
    members_of,
    persons_of,
    rows_where,
    take_from_counts,
    vacate_top,
)
from vraem.processes.journal import WRITES as JOURNAL_WRITES
from vraem.processes.journal import actor_of, note
from vraem.processes.reviews import call_to_review
from vraem.processes.writes import COUNT_WRITES, POST_WRITES, together
from vraem.world import World
from vraem.world.organisation_tables import (
    ACTIVE,
    COMMANDER,
    DEAD,
    FIGHTER,
    NO_ROW,
    QUIT,
)
from vraem.world.security_tables import CIVILIANS, PURGE, REMOVAL, STATE

WRITES = together(
    JOURNAL_WRITES,
    COUNT_WRITES,
    POST_WRITES,
    {
        "members": (
            *("status", "left", "firm", "armed_when_left", "location_known", "seat", "heir", "grievance"),
            "bond",
        ),
        "columns": ("triggered", "aggression", "link", "demoralised", "blame", "grievance"),
        "groups": ("success", "arms"),
    },
)
"""What removing members may write; a process that calls it declares it."""

SUCCESS_LOST, SUCCESS_LOST_WITH_POST = 0.05, 0.25
"""What a lost member takes from the success index of a group as large as at the start, and a lost post beside that."""
LEAST_SUCCESS = -10.0
"""Where the success index stops: the arrest of everybody at once is no worse than that of all who matter."""
KILLED_IN_PURGE = 0.5
"""Chance that a purge kills; else the commander is expelled."""
BOND_LEFT_BY_PURGE = 0.8
"""Share of the bonds in a column that a purge of its commander leaves; the next one gets his share of what is left."""
HIGHEST_SHOCK = 10.0
"""Where aggression and demoralisation stop: a column cannot be angrier than beyond itself."""
GRIEF = 0.5
"""Own grievance of a member whose kin is taken, per unit of demoralisation of the column."""


def remove_members(
    world: World,
    rows: Rows,
    status: int,
    *,
    by: int = STATE,
    campaign: int = NO_ROW,
    community: int = NO_ROW,
) -> None:
    """Take the ACTIVE members `rows` out by force: `status` is CAPTURED, SURRENDERED or DEAD; note it.

    `by` is who did it, `campaign` the number of the campaign it belongs to (or `BY_DATE`), `community` where (their
    column's seat if not given).
    """
    members, columns, flows = world.members, world.columns, world.flows
    for member in np.asarray(rows, dtype=np.int64).tolist():
        if members.status[member] != ACTIVE:
            continue  # purged for the loss of another of `rows`
        column, group = int(members.column[member]), int(members.group[member])
        top = is_top(world, member)
        was = int(members.rank[member])
        _leave(world, member, status)
        dead = status == DEAD
        if was >= FIGHTER:  # arms go with their bearer
            world.groups.arms[group] = max(world.groups.arms[group] - 1.0, 0.0)
        flows.killed_group += dead
        flows.captured += not dead
        flows.routine_removals += by == STATE and campaign == NO_ROW
        flows.campaign_removals += campaign != NO_ROW
        note(
            world,
            REMOVAL,
            deaths=float(dead),
            by=by,
            victim=actor_of(world, group),
            community=int(columns.seat[column]) if community == NO_ROW else community,
            member=member,
            column=column,
            group=group,
            other=was,
            campaign=campaign,
        )
        _count_against_success(world, group, top)
        if top:
            columns.triggered[column] = True
        else:
            call_to_review(world, column)
        null = world.scenario.switches.null_model
        if by != CIVILIANS and null not in ("random_exits", "random_split"):
            _shock(world, member, column, group, top)


def _count_against_success(world: World, group: int, top: bool) -> None:
    """B4: a loss weighs by the share of the group that it is: one of forty is to them what ten are to four hundred."""
    groups = world.groups
    share = max(world.burn_in.members, 1.0) / max(float(groups.members[group]) + 1.0, 1.0)
    lost = SUCCESS_LOST * share + SUCCESS_LOST_WITH_POST * top
    groups.success[group] = max(groups.success[group] - lost, LEAST_SUCCESS)


def leave_members(world: World, rows: Iterable[int], status: int, firm: int = NO_ROW) -> None:
    """Let the ACTIVE members `rows` go of their own will: `status` is QUIT, SURRENDERED or HIRED (by `firm`)."""
    for member in map(int, rows):
        _leave(world, member, status)
        world.members.firm[member] = firm


def is_top(world: World, member: int) -> bool:
    """Whether the member leads, commands, sits on the committee or is named heir."""
    return bool(of_the_top(world, member))


def of_the_top(world: World, rows: Rows | slice | int) -> NDArray[np.bool_]:
    """Which of the members `rows` (or whether one) are of the top: leaders, commanders, the committee, named heirs."""
    members = world.members
    top: NDArray[np.bool_] = (members.rank[rows] >= COMMANDER) | members.seat[rows] | members.heir[rows]
    return top


def _leave(world: World, member: int, status: int) -> None:
    """Status, counts and posts of one person who is gone."""
    members, columns, groups = world.members, world.columns, world.groups
    column, group = int(members.column[member]), int(members.group[member])
    take_from_counts(world, member)
    members.status[member] = status
    members.left[member] = world.week
    members.armed_when_left[member] = members.rank[member] >= FIGHTER
    members.location_known[member] = 0.0
    if columns.commander[column] == member:
        columns.commander[column] = NO_ROW
        columns.vacant_until[column] = NO_ROW
    if groups.leader[group] == member:
        vacate_top(world, group)
        find_centre(world, group)
        columns.triggered[columns_of(world, group)] = True
    members.seat[member] = False
    members.heir[member] = False


def _shock(world: World, lost: int, column: int, group: int, top: bool) -> None:
    """B10: what the loss does to kin and close ties, by the form of the switch."""
    form = world.scenario.switches.kin_shock
    if form == "none":
        return
    columns = world.columns
    rows = living_columns(world)
    touched = _touched(world, lost, rows)
    if form in ("revenge", "all"):
        columns.aggression[rows] = np.minimum(
            columns.aggression[rows] + world.p.kin_shock_revenge * touched, HIGHEST_SHOCK
        )
        gain = world.p.kin_shock_spillover * world.p.kin_shock_revenge * touched
        columns.link[rows] += gain * (1.0 - columns.link[rows])
    if form in ("demoralise", "all"):
        columns.demoralised[rows] = np.minimum(
            columns.demoralised[rows] + world.p.kin_shock_demoralise * touched, HIGHEST_SHOCK
        )
        _grieve(world, lost)
        lost_authority = world.p.kin_shock_spillover * world.p.kin_shock_demoralise
        world.groups.authority[group] *= 1.0 - lost_authority * _leader_touched(world, lost, group)
    if form in ("blame", "all") and top:
        _blame(world, lost, column, group)


def _touched(world: World, lost: int, rows: Rows) -> NDArray[np.float32]:
    """How much a loss touches each column of `rows`: share of kin among its members; whole if its commander is kin."""
    members, columns = world.members, world.columns
    here = np.bincount(members.column[_kin_of(world, lost)], minlength=columns.count)[rows]
    share = here / np.maximum(persons_of(world, rows), 1.0)
    commander = columns.commander[rows]
    related = (commander != NO_ROW) & (members.kin[commander] == members.kin[lost])
    touched: NDArray[np.float32] = np.where(related, 1.0, share).astype(np.float32)
    return touched


def _kin_of(world: World, lost: int) -> Rows:
    """Members of the lost person's kin line who serve."""
    members, count = world.members, world.members.count
    return rows_where((members.kin[:count] == members.kin[lost]) & (members.status[:count] == ACTIVE))


def _leader_touched(world: World, lost: int, group: int) -> float:
    leader = int(world.groups.leader[group])
    return float(leader != NO_ROW and world.members.kin[leader] == world.members.kin[lost])


def _grieve(world: World, lost: int) -> None:
    """Kin of the lost person carry a grievance of their own, which raises their exit (B5)."""
    members = world.members
    kin = _kin_of(world, lost)
    members.grievance[kin] = np.minimum(members.grievance[kin] + GRIEF * world.p.kin_shock_demoralise, 5.0)


def _blame(world: World, lost: int, column: int, group: int) -> None:
    """B10, S1: the leader may blame the column that was guarding or near, and purge its commander."""
    columns, groups, p = world.columns, world.groups, world.p
    leader, commander = int(groups.leader[group]), int(columns.commander[column])
    if leader == NO_ROW or commander in (NO_ROW, leader):
        return
    blamed, lethal = world.streams.uniform_double("blame", world.week, 2 * lost, 2 * lost + 2)
    if blamed >= p.blame_probability:
        return
    columns.blame[column] = 1.0
    columns.grievance[column] += p.purge_grievance
    columns.triggered[column] = True
    if lethal < p.purge_lethality:
        purge_commander(world, column)


def purge_commander(world: World, column: int) -> None:
    """The centre kills or expels the commander of `column`; the members take it ill, the centre appoints anew."""
    members, columns = world.members, world.columns
    commander, group = int(columns.commander[column]), int(columns.group[column])
    killed = world.streams.uniform_double("purge", world.week, commander, commander + 1)[0] < KILLED_IN_PURGE
    note(
        world,
        PURGE,
        deaths=float(killed),
        by=actor_of(world, group),
        victim=actor_of(world, group),
        community=int(columns.seat[column]),
        member=commander,
        column=column,
        group=group,
    )
    _leave(world, commander, DEAD if killed else QUIT)
    world.flows.killed_group += killed
    world.flows.exits += not killed
    members.bond[members_of(world, column)] *= BOND_LEFT_BY_PURGE
    columns.grievance[column] += world.p.purge_grievance
    columns.triggered[column] = True
