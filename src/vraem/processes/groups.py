"""Members, columns and groups: who belongs where, and how columns and groups form, divide, join and end.

docs/model.md, The armed organisation. Counts by column and group are kept here and nowhere else; a person
changes column only through `move_members`, and enters only through `add_members`.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes.journal import note
from vraem.processes.ranks import take_along
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import (
    ACTIVE,
    COMMANDER,
    ENDED,
    FIGHTER,
    LEADER,
    LIVING,
    NO_ROW,
    NOWHERE,
    SQUAD_LEADER,
)
from vraem.world.security_tables import GROUP_END

if TYPE_CHECKING:
    from vraem.world.columns import Table

Rows = NDArray[np.int64]


def rows_where(mask: NDArray[np.bool_]) -> Rows:
    """Rows at which `mask` (n,) holds; a table of a few rows is looked through too often for `np.flatnonzero`."""
    return mask.nonzero()[0]


def active_members(world: World) -> Rows:
    """Rows of everybody who serves in a column."""
    members = world.members
    return rows_where(members.status[: members.count] == ACTIVE)


def members_of(world: World, column: int) -> Rows:
    """Rows of those who serve in `column`."""
    members, count = world.members, world.members.count
    return rows_where((members.status[:count] == ACTIVE) & (members.column[:count] == column))


def members_of_columns(world: World, columns: Rows) -> Rows:
    """Rows of those who serve in any of `columns`."""
    rows = active_members(world)
    return rows[np.isin(world.members.column[rows], columns)]


def members_of_group(world: World, group: int) -> Rows:
    """Rows of those who serve in any column of `group`."""
    rows = active_members(world)
    return rows[world.members.group[rows] == group]


def living_columns(world: World) -> Rows:
    """Rows of the columns that stand."""
    columns = world.columns
    return rows_where(columns.status[: columns.count] == LIVING)


def serving_columns(world: World) -> Rows:
    """Rows of the columns in a firm's service; one that has ended is in none."""
    columns = world.columns
    return rows_where(columns.service[: columns.count] != NO_ROW)


def free_columns(world: World) -> Rows:
    """Rows of the columns that stand and are in no firm's service."""
    rows = living_columns(world)
    return rows[world.columns.service[rows] == NO_ROW]


def living_groups(world: World) -> Rows:
    """Rows of the groups that stand."""
    groups = world.groups
    return rows_where(groups.status[: groups.count] == LIVING)


def columns_of(world: World, group: int) -> Rows:
    """Rows of the living columns of `group`."""
    columns, count = world.columns, world.columns.count
    return rows_where((columns.status[:count] == LIVING) & (columns.group[:count] == group))


def centre_of(world: World) -> NDArray[np.bool_]:
    """Mask (columns in use,) of the columns that are the centre of their group."""
    columns = world.columns
    group = columns.group[: columns.count]
    centre: NDArray[np.bool_] = world.groups.centre[group] == np.arange(columns.count)
    return centre


def strength_equivalents(world: World, rows: Rows | int) -> NDArray[np.float64]:
    """Armed members plus supporters at their upkeep, by column of `rows` (or of one), at least one person."""
    columns = world.columns
    persons = columns.armed[rows] + world.p.supporter_upkeep * columns.supporters[rows]
    return np.maximum(persons.astype(np.float64), 1.0)


def persons_of(world: World, rows: Rows | int) -> NDArray[np.float32]:
    """How many serve in each of the columns `rows` (n,), or in one."""
    persons: NDArray[np.float32] = world.columns.armed[rows] + world.columns.supporters[rows]
    return persons


def manned(world: World, rows: Rows) -> NDArray[np.bool_]:
    """In which of the columns `rows` anybody serves, (n,): one that lost everybody stands until it is struck off."""
    served: NDArray[np.bool_] = persons_of(world, rows) > 0.0
    return served


def count_strength(world: World) -> None:
    """Recount members by column and group, and their mean ideology."""
    members, columns, groups = world.members, world.columns, world.groups
    places, wholes = columns.count, groups.count
    active = active_members(world)
    column = members.column[active].astype(np.intp)
    everybody = np.bincount(column, minlength=places)
    with_arms = np.bincount(column, members.rank[active] >= FIGHTER, places)
    belief = np.bincount(column, members.ideology[active], places)
    columns.armed[:places] = with_arms
    columns.supporters[:places] = everybody - with_arms
    columns.ideology[:places] = belief / np.maximum(everybody, 1)
    of = columns.group[:places].astype(np.intp)
    strength = np.bincount(of, everybody, wholes)
    groups.armed[:wholes] = np.bincount(of, with_arms, wholes)
    groups.members[:wholes] = strength
    groups.ideology[:wholes] = np.bincount(of, belief, wholes) / np.maximum(strength, 1.0)
    lineage = np.bincount(of, np.bincount(column, members.descent[active], places), wholes)
    manned = strength.nonzero()[0]  # frozen where nobody is left
    groups.lineage_share[manned] = lineage[manned] / strength[manned]


def take_from_counts(world: World, member: int) -> None:
    """Take `member` off the counts of column and group; their means stay until the recount."""
    members, columns, groups = world.members, world.columns, world.groups
    column, group = int(members.column[member]), int(members.group[member])
    armed = members.rank[member] >= FIGHTER
    (columns.armed if armed else columns.supporters)[column] -= 1.0
    groups.members[group] -= 1.0
    if armed:
        groups.armed[group] -= 1.0


class Recruits(NamedTuple):
    """Traits of persons who enter, one array (n,) each."""

    rank: NDArray[np.int8]
    age_weeks: NDArray[np.int64]
    kin: NDArray[np.int64]
    tie: NDArray[np.float64]
    bond: NDArray[np.float64]
    ideology: NDArray[np.float64]
    skill: NDArray[np.float64]
    origin: NDArray[np.int64]
    served_weeks: NDArray[np.int64] | int = 0


def add_members(world: World, column: int, recruits: Recruits) -> Rows:
    """Write the `recruits` as new rows of `column`; return the rows.

    They count as of the lineage if the group is the founding one, and descend from it as far as the group does.
    Counts follow at the next recount.
    """
    members, group = world.members, int(world.columns.group[column])
    descent = 1.0 if world.groups.founding[group] else descent_of(world, group)
    first = members.count
    members.grow(first + len(recruits.rank))
    members.count = first + len(recruits.rank)
    new = slice(first, members.count)
    members.column[new] = column
    members.group[new] = group
    members.rank[new] = recruits.rank
    members.born[new] = world.week - recruits.age_weeks
    members.joined[new] = world.week - recruits.served_weeks
    members.left[new] = NO_ROW
    members.firm[new] = NO_ROW
    members.kin[new] = recruits.kin
    for name in ("tie", "bond", "ideology", "skill"):
        members.__dict__[name][new] = np.minimum(np.maximum(getattr(recruits, name), 0.0), 1.0)
    members.origin[new] = recruits.origin
    members.lineage[new], members.descent[new] = world.groups.founding[group], descent
    members.exit_chance[new] = world.p.exit_rate / WEEKS_A_YEAR
    return np.arange(first, members.count)


def descent_of(world: World, group: int) -> float:
    """How far the members of `group` descend from the founding group, on average; 0 if it has none."""
    rows = members_of_group(world, group)
    return float(world.members.descent[rows].mean(dtype=np.float64)) if len(rows) else 0.0


def count_as_lineage(world: World, rows: Rows | int, group: int) -> None:
    """Members who come to `group` are of the lineage from now on, and wholly, if it is the founding one."""
    if world.groups.founding[group]:
        world.members.lineage[rows] = True
        world.members.descent[rows] = 1.0


def new_column(world: World, group: int, seat: int) -> int:
    """A column of `group` around the community `seat`, without members, commander or money; return its row."""
    columns = world.columns
    row = columns.count
    columns.grow(row + 1)
    columns.count = row + 1
    columns.group[row], columns.seat[row], columns.status[row] = group, seat, LIVING
    columns.formed[row] = world.week
    for name in NOWHERE["columns"]:
        columns.__dict__[name][row] = NO_ROW
    columns.reviewed[row] = world.week
    columns.link[row] = world.p.link_baseline
    columns.contact[row] = world.p.link_contact
    columns.pay[row] = 1.0
    columns.pressure[row] = world.burn_in.pressure
    return row


def new_group(world: World, *, parent: int = NO_ROW, outsider: bool = False, founding: bool = False) -> int:
    """A group without columns yet; return its row. Support starts as its parent's, without one as it rests (E1)."""
    groups = world.groups
    row = groups.count
    groups.grow(row + 1)
    groups.count = row + 1
    for name in NOWHERE["groups"]:
        groups.__dict__[name][row] = NO_ROW
    groups.status[row], groups.formed[row] = LIVING, world.week
    groups.parent[row], groups.outsider[row], groups.founding[row] = parent, outsider, founding
    groups.lineage_share[row] = float(founding)
    for name in ("coca_mix", "logging_mix", "extortion_mix"):
        mix = groups.__dict__[name]
        mix[row] = 1.0 if parent == NO_ROW else mix[parent]
    if parent != NO_ROW:
        groups.support[:, row] = groups.support[:, parent]
        groups.hoarding[row] = groups.hoarding[parent]
    else:
        groups.support[:, row] = 1.0 / (1.0 + np.exp(-world.p.support_intercept))
    return row


def root_of(world: World, group: int) -> int:
    """The group from which `group` and those it split from have come."""
    parent = int(world.groups.parent[group])
    return group if parent == NO_ROW else root_of(world, parent)


def install_leader(world: World, group: int, member: int, authority: float) -> None:
    """Make `member` the leader of `group`; the column of the leader becomes the centre."""
    members, groups = world.members, world.groups
    groups.leader[group] = member
    groups.centre[group] = members.column[member]
    groups.authority[group] = authority
    groups.vacant_since[group] = groups.vacant_until[group] = NO_ROW
    members.rank[member] = LEADER
    members.heir[member] = False
    members.tie[member] = 1.0


def install_commander(world: World, column: int, member: int) -> None:
    """Make `member` the commander of `column`."""
    members, columns = world.members, world.columns
    columns.commander[column] = member
    columns.vacant_until[column] = NO_ROW
    if members.rank[member] < COMMANDER:
        members.rank[member] = COMMANDER


def move_members(world: World, rows: Rows, column: int) -> None:
    """Let the members `rows` serve in `column` from now on; where the leader goes, the centre goes.

    They come under another commander, who has to win them as anybody who follows one (B9).
    """
    members, groups = world.members, world.groups
    members.bond[rows] *= world.p.bond_passed_on
    group = int(world.columns.group[column])
    members.column[rows] = column
    members.group[rows] = group
    leader = int(groups.leader[group])
    if leader != NO_ROW:
        groups.centre[group] = members.column[leader]


def change_group(world: World, column: int, group: int, link: float) -> None:
    """Take `column` with everybody in it into `group`; the tie to the former centre ends (B8)."""
    columns, members = world.columns, world.members
    former = int(columns.group[column])
    if len(columns_of(world, former)) == 1:  # the last column takes the money of its top along
        columns.treasury[column] += world.groups.hoard[former]
        world.groups.hoard[former] = 0.0
    columns.group[column] = group
    columns.link[column] = link
    columns.grievance[column] = columns.blame[column] = 0.0
    rows = members_of(world, column)
    take_along(world, len(rows), former, group)
    members.group[rows] = group
    members.seat[rows] = False
    members.heir[rows] = False
    count_as_lineage(world, rows, group)
    keep_post = world.groups.leader[former]
    if keep_post != NO_ROW and members.column[keep_post] == column:
        commands = columns.commander[column] == keep_post
        members.rank[keep_post] = COMMANDER if commands else SQUAD_LEADER
        vacate_top(world, former)
    close_if_empty(world, former)
    find_centre(world, former)


def vacate_top(world: World, group: int) -> None:
    """The top post of `group` falls vacant; authority is what the name alone still carries (B4)."""
    groups = world.groups
    groups.leader[group] = NO_ROW
    groups.vacant_since[group] = world.week
    groups.vacant_until[group] = NO_ROW
    groups.authority[group] *= world.p.authority_vacant_factor


def find_centre(world: World, group: int) -> None:
    """Without a leader the committee sits with the strongest column."""
    groups, columns = world.groups, world.columns
    if groups.status[group] == ENDED or groups.leader[group] != NO_ROW:
        return
    rows = columns_of(world, group)
    groups.centre[group] = rows[columns.armed[rows].argmax()] if len(rows) else NO_ROW


def nearest_column(world: World, column: int) -> int:
    """The nearest other living column of the same group, `NO_ROW` if there is none."""
    columns = world.columns
    others = columns_of(world, int(columns.group[column]))
    others = others[others != column]
    if not len(others):
        return NO_ROW
    hours = world.valley.community_hours[columns.seat[column], columns.seat[others]]
    return int(others[hours.argmin()])


def end_column(world: World, column: int) -> None:
    """End `column`: its members must have left or moved before. Its money goes to the centre, or is lost.

    What it took in its last week stays on its row, so that the books of the week close; the next week clears it."""
    columns, groups = world.columns, world.groups
    group = int(columns.group[column])
    columns.status[column], columns.ended[column] = ENDED, world.week
    columns.commander[column] = columns.service[column] = columns.hosted[column] = NO_ROW
    columns.control[:, column] = 0.0
    for name in (
        *("armed", "supporters", "territory", "pressure", "notoriety", "revenue", "effort", "attack_effort"),
        *("sent", "received", "paid"),
    ):
        columns.__dict__[name][column] = 0.0
    money = float(columns.treasury[column])
    columns.treasury[column] = 0.0
    if len(columns_of(world, group)):
        groups.hoard[group] += money
        find_centre(world, group)
    else:
        world.flows.group_lost += money
        close_if_empty(world, group)


def close_if_empty(world: World, group: int) -> None:
    """End `group` if no column of it stands any more; what its top had is lost."""
    groups = world.groups
    if groups.status[group] == ENDED or len(columns_of(world, group)):
        return
    groups.status[group], groups.ended[group] = ENDED, world.week
    groups.leader[group] = groups.centre[group] = NO_ROW
    bound = np.append(rows_where(groups.allied == group), group)
    groups.allied[bound], groups.alliance[bound] = NO_ROW, 0.0
    world.flows.group_lost += float(groups.hoard[group])
    groups.hoard[group] = 0.0
    note(world, GROUP_END, persons=0.0, group=group)


def living(table: "Table") -> NDArray[np.bool_]:
    """Mask of the living rows of columns or groups."""
    mask: NDArray[np.bool_] = table.status[: table.count] == LIVING
    return mask
