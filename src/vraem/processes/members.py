"""B5: who leaves of his own will, and how; and the upkeep of ranks and columns.

Source: docs/model.md, The armed organisation. The weekly hazard of leaving falls with pay above need, ideology, link
and bonds and rises with risk, grievance, hoarding at the top and amnesty. Exits: surrender, quit, join a firm. Those
who follow a splinter do so in `column_choice`. Supporters are promoted when arms are free; large columns divide, small
ones join the nearest of their group.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from vraem.processes.arms import free_arms, take_arm
from vraem.processes.command import MIDDLE_BOND
from vraem.processes.groups import (
    Rows,
    active_members,
    count_strength,
    end_column,
    install_commander,
    living_columns,
    manned,
    members_of,
    move_members,
    nearest_column,
    new_column,
    rows_where,
)
from vraem.processes.integration import persons_wanted, surplus
from vraem.processes.journal import actor_of, note
from vraem.processes.losses import WRITES as LOSS_WRITES
from vraem.processes.losses import leave_members, of_the_top
from vraem.processes.remittance import hoarding_of
from vraem.processes.territory import hand_over
from vraem.processes.writes import COUNT_WRITES, FOUNDING_WRITES, MOVE_WRITES, together
from vraem.scenario.rules import SMALLEST_COLUMN
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_YEAR
from vraem.world.organisation_tables import (
    ACTIVE,
    COMMANDER,
    FIGHTER,
    HIRED,
    NO_ROW,
    QUIT,
    SUPPORTER,
    SURRENDERED,
)
from vraem.world.security_tables import COLUMN_DIVIDED, COLUMN_JOINED, DESERTION, EXIT

WRITES = together(
    LOSS_WRITES,
    MOVE_WRITES,
    COUNT_WRITES,
    {
        "members": ("exit_chance",),
        "columns": (
            *FOUNDING_WRITES["columns"],
            *("control", "exposure", "tolls", "guards", "ground_share", "past_territory", "territory"),
            *("revenue", "community_link", "notoriety"),
        ),
    },
)
SUPPORTERS_PAY_SHARE = 0.5
"""Pay weighs half as much for supporters (parameter table: exit_pay_weight)."""
AMNESTY_SURRENDER = 0.2
"""What an amnesty adds to the share of exits that surrender (parameter table: exit_surrender_share)."""
STANDING = 2.0
"""Leaders, commanders, committee and heirs leave more rarely by this on the log scale: they have more to lose."""
HIGHEST_LOG_HAZARD = 4.0
EXIT_MEMORY = 104.0
"""Weeks over which the mean relative hazard of the burn-in is taken."""
SMALLEST_DESERTION = 5
"""Members who leave one column in one week from which it counts as a group desertion (P26)."""
LARGEST_COLUMN = 30
PROMOTING_PAY = 0.4


def step(world: World) -> None:
    """Exits every week; promotions and the size of columns once a month."""
    members = world.members
    if world.week % REVIEW_WEEKS == 0:
        rows = active_members(world)
        members.exit_chance[rows] = exit_hazard(world, rows)
    count = members.count
    draws = world.streams.uniform_double("member_exit", world.week, 0, count)
    leaving = rows_where((members.status[:count] == ACTIVE) & (draws < members.exit_chance[:count]))
    if len(leaving):
        leaving = _with_companions(world, active_members(world), leaving)
        _leave(world, leaving)
    if world.week % REVIEW_WEEKS == 2:
        _leave_firms(world)
        _promote(world)
        _keep_size(world)


def exit_hazard(world: World, rows: Rows) -> np.ndarray:
    """Chance of each of `rows` (n,) to leave this week (B5); in the null model N0 everybody's is the same.

    Hazards are over their mean in the burn-in, so that the drawn rate is the rate at rest.
    """
    members, p, burn = world.members, world.p, world.burn_in
    weekly = p.exit_rate / WEEKS_A_YEAR
    if world.scenario.switches.null_model == "random_exits":
        return np.full(len(rows), weekly / (1.0 + _companions(world, rows)))
    columns = world.columns
    count = columns.count
    # an amnesty that held through the burn-in is part of the rate at rest
    amnesty = amnesty_now(world) and world.scenario.switches.amnesty == "off" and not burn.running
    of_column = (
        p.exit_risk_weight * (columns.pressure[:count] - burn.pressure)
        - p.exit_link_weight * (columns.link[:count] - burn.link)
        + p.exit_hoarding_weight * (hoarding_of(world, np.arange(count)) - burn.hoarding)
        + columns.demoralised[:count]
        + p.exit_amnesty_weight * amnesty
    )
    pay = p.exit_pay_weight * (columns.pay[:count] - 1.0)
    column, rank = members.column[rows], members.rank[rows]
    log_hazard = (
        of_column[column]
        - pay[column] * np.where(rank == SUPPORTER, SUPPORTERS_PAY_SHARE, 1.0)
        - p.exit_ideology_weight * (members.ideology[rows] - burn.ideology)
        - p.exit_bond_weight * (members.bond[rows] - MIDDLE_BOND)
        + members.grievance[rows]
        - STANDING * of_the_top(world, rows)
    )
    relative = np.exp(np.minimum(log_hazard, HIGHEST_LOG_HAZARD))
    if burn.running and len(rows):
        # companions leave too: the drawn rate counts them in
        level = float(relative.mean()) * (1.0 + _companions(world, rows))
        burn.exit_scale += (
            REVIEW_WEEKS * (level - burn.exit_scale) / min(burn.weeks + REVIEW_WEEKS, EXIT_MEMORY)
        )
    chance: np.ndarray = 1.0 - np.exp(-weekly / burn.exit_scale * relative)
    return chance


def _companions(world: World, rows: Rows) -> float:
    """How many go along with one who leaves, on average over the columns of the members `rows`."""
    columns = int(np.count_nonzero(np.bincount(world.members.column[rows])))
    return world.p.exit_contagion * len(rows) / max(columns, 1)


def amnesty_now(world: World) -> bool:
    """Whether an amnesty holds: by the switch S11, or by an event of the scenario this week."""
    orders = world.inputs.amnesty
    dated = any(order.holds(world.week) for order in orders)
    return world.scenario.switches.amnesty == "on" or dated


def _with_companions(world: World, rows: Rows, leaving: Rows) -> Rows:
    """Those who go with a comrade of the same column: a chance for each leaver, commanders stay out of it."""
    members, p = world.members, world.p
    gone = np.bincount(members.column[leaving], minlength=world.columns.count)
    chance = (1.0 - (1.0 - p.exit_contagion) ** gone)[members.column[rows]]
    chance[members.rank[rows] >= COMMANDER] = 0.0
    draws = world.streams.uniform_double("desertion", world.week, 0, members.count)[rows]
    going = np.zeros(members.count, dtype=bool)
    going[leaving] = going[rows[draws < chance]] = True
    return rows_where(going)


def _leave(world: World, leaving: Rows) -> None:
    """Surrender, quit, or be hired by a firm that wants gunmen (S6); note it by column."""
    surrender = world.p.exit_surrender_share + AMNESTY_SURRENDER * amnesty_now(world)
    others = []
    for member in leaving.tolist():
        # a few of all who ever were members: one by one, what is drawn for nobody would cost more
        way = float(world.streams.uniform_double("exit_way", world.week, 2 * member, 2 * member + 1)[0])
        if way < surrender:
            leave_members(world, (member,), SURRENDERED)
        else:
            others.append(member)
    go_home_or_to_firms(world, others)
    note_exits(world, leaving)


def go_home_or_to_firms(world: World, rows: Iterable[int]) -> None:
    """The members `rows` leave one by one: the armed for a firm that wants gunmen and is found (C4), others go home."""
    for member in rows:
        hire = float(world.streams.uniform_double("exit_way", world.week, 2 * member + 1, 2 * member + 2)[0])
        firm = _firm_that_hires(world, hire) if world.members.rank[member] >= FIGHTER else NO_ROW
        leave_members(world, (member,), QUIT if firm == NO_ROW else HIRED, firm)


def note_exits(world: World, leaving: Rows) -> None:
    """Count and note by column that the members `leaving` have left of their own will."""
    members, columns = world.members, world.columns
    world.flows.exits += len(leaving)
    for column, gone in sorted(Counter(members.column[leaving].tolist()).items()):
        group = int(columns.group[column])
        kind = DESERTION if gone >= SMALLEST_DESERTION else EXIT
        seat = int(columns.seat[column])
        note(world, kind, persons=gone, by=actor_of(world, group), column=column, group=group, community=seat)


def _firm_that_hires(world: World, draw: float) -> int:
    """The firm that takes an armed person who leaves, `NO_ROW` if none wants one.

    The chance to find a firm is that of an offer (C3); which one goes by how many gunmen each still wants.
    """
    if world.scenario.switches.firms_integrate == "no" or draw >= world.p.firm_offer_probability:
        return NO_ROW
    wanted = persons_wanted(world)
    total = float(wanted.sum())
    if total < 1.0:
        return NO_ROW
    place = draw / world.p.firm_offer_probability * total
    return int(np.searchsorted(np.cumsum(wanted), place, "right").clip(0, len(wanted) - 1))


def _leave_firms(world: World) -> None:
    """Hired former members do not stay with a firm for good, and it does not keep more than it needs.

    Of those too many it lets go in a month what it would of columns, which it looks at every `review_gap` weeks.
    """
    members, count = world.members, world.members.count
    # those of this week have had their draw
    hired = rows_where((members.status[:count] == HIRED) & (members.left[:count] < world.week))
    if len(hired):
        stay = (1.0 - world.p.hired_leave_rate) ** (REVIEW_WEEKS / WEEKS_A_YEAR)
        let_go = surplus(world) * min(REVIEW_WEEKS / world.p.review_gap, 1.0)
        chance = 1.0 - stay * (1.0 - let_go[members.firm[hired]])
        draws = world.streams.uniform_double("member_exit", world.week, 0, count)[hired]
        gone = hired[draws < chance]
        members.status[gone], members.firm[gone], members.left[gone] = QUIT, NO_ROW, world.week


def _promote(world: World) -> None:
    """Supporters take up arms that are free in their column and group, where pay suffices (B6)."""
    members, columns, p = world.members, world.columns, world.p
    rows = active_members(world)
    rows = rows[(members.rank[rows] == SUPPORTER) & (columns.pay[members.column[rows]] > PROMOTING_PAY)]
    chance = 1.0 - (1.0 - p.promotion_rate) ** REVIEW_WEEKS
    draws = world.streams.uniform_double("promotion", world.week, 0, members.count)[rows]
    readiest = draws.argsort(kind="stable")[: np.count_nonzero(draws < chance)]
    free = free_arms(world)
    for member in rows[readiest].tolist():
        if take_arm(free, int(members.column[member]), int(members.group[member])):
            members.rank[member] = FIGHTER


def _keep_size(world: World) -> None:
    """Columns that have grown too large divide, those that are too small join the nearest of their group."""
    columns = world.columns
    count_strength(world)
    rows = living_columns(world)
    for column in rows[~manned(world, rows)].tolist():
        end_column(world, column)  # first, or another might join one that ends
    rows = living_columns(world)
    large = (columns.armed[rows] > LARGEST_COLUMN) & (columns.territory[rows] >= 2.0)
    if not (large | (columns.armed[rows] < SMALLEST_COLUMN)).any():
        return
    divided = False
    for column in rows.tolist():
        if columns.armed[column] > LARGEST_COLUMN and columns.territory[column] >= 2.0:
            divided |= _divide(world, column)
        elif columns.armed[column] < SMALLEST_COLUMN and _join_nearest(world, column):
            count_strength(world)  # the next one looks at who has come to it
    if divided:
        count_strength(world)


def _divide(world: World, column: int) -> bool:
    """Half of a column sets up around the community that it controls best beside its seat; whether it could."""
    columns, members = world.columns, world.members
    rows = members_of(world, column)
    commander, group = int(columns.commander[column]), int(columns.group[column])
    movable = rows[(rows != commander) & (rows != world.groups.leader[group])]
    half = movable[::2]
    armed = half[members.rank[half] >= FIGHTER]
    if not len(armed):
        return False
    control = columns.control[:, column].copy()
    control[columns.seat[column]] = 0.0
    new = new_column(world, group, int(control.argmax()))
    columns.link[new], columns.contact[new] = columns.link[column], columns.contact[column]
    columns.service[new] = columns.service[column]
    hand_over(world, column, new, 0.5)
    for money in ("treasury", "revenue"):
        columns.__dict__[money][new] = columns.__dict__[money][column] / 2.0
        columns.__dict__[money][column] /= 2.0
    for state in ("pay", "community_link", "pressure", "notoriety", "ideology", "grievance"):
        columns.__dict__[state][new] = columns.__dict__[state][column]
    move_members(world, half, new)
    leading = armed[(members.rank[armed] + members.skill[armed]).argmax()]
    install_commander(world, new, int(leading))
    note(
        world, COLUMN_DIVIDED, persons=len(half), column=column, group=group, community=int(columns.seat[new])
    )
    return True


def _join_nearest(world: World, column: int) -> bool:
    """A column with next to nobody under arms goes to the nearest of its group; whether there is one."""
    columns, members = world.columns, world.members
    other = nearest_column(world, column)
    if other == NO_ROW:
        return False
    group, commander = int(columns.group[column]), int(columns.commander[column])
    rows = members_of(world, column)
    if commander != NO_ROW and members.rank[commander] == COMMANDER:
        if columns.commander[other] != NO_ROW:
            members.rank[commander] = FIGHTER
        else:
            install_commander(world, other, commander)
    move_members(world, rows, other)
    for money in ("treasury", "revenue"):
        columns.__dict__[money][other] += columns.__dict__[money][column]
        columns.__dict__[money][column] = 0.0
    leader = int(world.groups.leader[group])
    if leader != NO_ROW and members.column[leader] == other:
        world.groups.centre[group] = other
    note(
        world,
        COLUMN_JOINED,
        persons=len(rows),
        column=column,
        group=group,
        community=int(columns.seat[column]),
    )
    hand_over(world, column, other, 1.0)
    end_column(world, column)
    return True
