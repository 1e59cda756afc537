"""B9: who follows a lost leader or commander, when, and with how much authority; committee seats and heirs.

Source: docs/model.md, The armed organisation; direction from Jones (2013). An interregnum is short with a living heir
in the group and long without. Switch S2: heir first; a vote of the commanders weighted by force; or a war of attrition
between the top two. Seats are refilled while there is a leader; adult heirs are named.
"""

from math import log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vraem.processes.groups import (
    Rows,
    columns_of,
    install_commander,
    install_leader,
    living_groups,
    members_of,
    members_of_columns,
    members_of_group,
    rows_where,
)
from vraem.processes.journal import WRITES as JOURNAL_WRITES
from vraem.processes.journal import actor_of, note
from vraem.processes.reviews import call_to_review
from vraem.processes.writes import POST_WRITES, together
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.organisation_tables import ADULT_YEARS, FIGHTER, FOUNDING_KIN, HEIR_TIE, LIVING, NO_ROW
from vraem.world.security_tables import SUCCESSION, VACANCY

if TYPE_CHECKING:
    from vraem.scenario import Parameters

WRITES = together(
    JOURNAL_WRITES, POST_WRITES, {"members": ("seat", "bond"), "columns": ("grievance", "triggered")}
)
FULL_TENURE_YEARS = 10.0
INTERREGNUM_SHAPE = 2
"""Interregna are gamma with this shape, the sum of two exponentials (parameter table: gamma)."""
ATTRITION_FACTOR = 2.0
"""Under a war of attrition the margin within which a succession is contested grows by this factor."""
CONTEST_GRIEVANCE = 1.0
"""Grievance of the columns that stood with the loser of a contested succession."""
CLOSE_BOND = 0.5
"""What a voter's common kin line or common column adds to a candidate's score (vote form)."""
HEIR_AGES = (ADULT_YEARS, 30.0)
EVERY_SECOND = 0.5
CAMP_ADDRESS = 1000
"""Draws of the columns' camps begin here; those of the groups' contests stand before."""


class Contest(NamedTuple):
    """Outcome of a choice among candidates: the member who takes over, in which way, and who came second."""

    winner: int
    way: str
    second: int


def step(world: World) -> None:
    """Fill posts whose interregnum is over; open interregna; once a month name heirs and fill seats."""
    for group in living_groups(world).tolist():
        if world.groups.leader[group] == NO_ROW:
            _vacant_top(world, group)
    columns, count = world.columns, world.columns.count
    for column in rows_where(columns.commander[:count] == NO_ROW).tolist():
        if columns.status[column] == LIVING:
            _vacant_command(world, column)
    if world.week % REVIEW_WEEKS == 1:
        for group in living_groups(world).tolist():
            if world.groups.leader[group] != NO_ROW:
                rows, standing = members_of_group(world, group), len(columns_of(world, group))
                _fill_seats(world, group, rows, standing)
                _name_heirs(world, group, rows, standing)


def _vacant_top(world: World, group: int) -> None:
    """The interregnum of a group runs; at its end somebody takes over."""
    groups = world.groups
    if groups.vacant_until[group] == NO_ROW:
        heirs = _heirs(world, group)
        mean = world.p.vacancy_with_heir if len(heirs) else world.p.vacancy_without_heir
        weeks = _interregnum(world, group, mean)
        groups.vacant_until[group] = world.week + weeks
        groups.centre[group] = _strongest(world, group)
        note(world, VACANCY, group=group, community=_place(world, group))
        return
    if world.week < groups.vacant_until[group]:
        return
    contest = choose_leader(world, group)
    if contest is None:
        groups.vacant_until[group] = world.week + REVIEW_WEEKS
        return
    _crown(world, group, contest)


def _interregnum(world: World, group: int, mean_months: float) -> int:
    draws = world.streams.uniform_double("interregnum", world.week, 2 * group, 2 * group + INTERREGNUM_SHAPE)
    months = -mean_months / INTERREGNUM_SHAPE * float(np.log1p(-draws).sum())
    return max(1, round(months * WEEKS_A_MONTH))


def choose_leader(world: World, group: int) -> Contest | None:
    """Candidates scored by kin, merit, tenure and control of cash and arms; the form of S2 decides. None: nobody."""
    candidates = _candidates(world, group)
    if not len(candidates):
        return None
    form = world.scenario.switches.succession
    scores = succession_scores(world, group, candidates)
    heirs = world.members.heir[candidates]
    margin = world.p.succession_contest_margin
    if form == "heir" and heirs.any():
        scores = np.where(heirs, scores, -np.inf)
        order = _ranked(scores)
        # other candidates do not stand against a named heir, but two heirs may be rivals
        rival = heirs.sum() > 1 and scores[order[0]] - scores[order[1]] < margin / ATTRITION_FACTOR
        return Contest(
            int(candidates[order[0]]), "contested" if rival else "heir", _second(candidates, order)
        )
    if form == "vote":
        scores = _votes(world, group, candidates, scores)
        order = _ranked(scores)
        contested = len(order) > 1 and scores[order[0]] - scores[order[1]] < margin * scores.sum()
    else:
        order = _ranked(scores)
        reach = margin * (ATTRITION_FACTOR if form == "attrition" else 1.0)
        contested = len(order) > 1 and scores[order[0]] - scores[order[1]] < reach
    if form == "attrition" and contested:
        order = _war_of_attrition(world, group, candidates, order)
    winner = int(candidates[order[0]])
    way = "contested" if contested else "heir" if world.members.heir[winner] else "elected"
    return Contest(winner, way, _second(candidates, order))


def _ranked(scores: np.ndarray) -> np.ndarray:
    order: np.ndarray = np.argsort(-scores, kind="stable")
    return order


def _second(candidates: Rows, order: np.ndarray) -> int:
    return int(candidates[order[1]]) if len(order) > 1 else NO_ROW


def _candidates(world: World, group: int) -> Rows:
    """Heirs, committee and commanders of the group; any fighter if there are none of these."""
    members = world.members
    rows = members_of_group(world, group)
    commanders = world.columns.commander[columns_of(world, group)]
    standing = rows[members.heir[rows] | members.seat[rows] | np.isin(rows, commanders)]
    return standing if len(standing) else rows[members.rank[rows] >= FIGHTER]


def succession_scores(world: World, group: int, candidates: Rows) -> np.ndarray:
    """Score of each candidate (n,): kin, merit, tenure, control of the group's arms and cash, and chance.

    Who commands a column has its arms and its treasury in hand; shares of the two in the group's count alike.
    """
    members, columns, p = world.members, world.columns, world.p
    draws = world.streams.uniform_double("succession_score", world.week, 0, members.count)[candidates]
    noise = -np.log(-np.log(np.clip(draws, 1e-12, 1.0 - 1e-12)))
    column = members.column[candidates]
    commands = columns.commander[column] == candidates
    arms = columns.armed[column] / max(float(world.groups.armed[group]), 1.0)
    treasury = np.maximum(columns.treasury, 0.0)
    cash = treasury[column] / max(float(treasury[columns_of(world, group)].sum()), 1.0)
    control = (arms + cash) / 2.0
    return score(
        p,
        kin=np.where(members.kin[candidates] == FOUNDING_KIN, 1.0, members.tie[candidates]),
        skill=members.skill[candidates],
        years=(world.week - members.joined[candidates]) / WEEKS_A_YEAR,
        control=np.where(commands, control, 0.0),
        noise=noise,
    )


def score(
    p: "Parameters",
    *,
    kin: np.ndarray,
    skill: np.ndarray,
    years: np.ndarray,
    control: np.ndarray,
    noise: np.ndarray,
) -> np.ndarray:
    """The weighted sum behind a succession (B9), each argument (n,): kin tie, skill, years, control, Gumbel."""
    total: np.ndarray = (
        p.succession_kin_weight * kin
        + p.succession_merit_weight * skill
        + p.succession_tenure_weight * np.minimum(1.0, years / FULL_TENURE_YEARS)
        + p.succession_cash_weight * control
        + p.succession_noise * noise
    )
    return total


def _votes(world: World, group: int, candidates: Rows, scores: np.ndarray) -> np.ndarray:
    """Armed members behind each candidate (n,): every column backs whom it rates highest, own people and kin first."""
    members, columns = world.members, world.columns
    votes = np.zeros(len(candidates))
    for column in columns_of(world, group).tolist():
        voter = int(columns.commander[column])
        own = members.column[candidates] == column
        kin = members.kin[candidates] == (members.kin[voter] if voter != NO_ROW else NO_ROW)
        rated = scores + CLOSE_BOND * own + CLOSE_BOND * kin
        votes[rated.argmax()] += max(float(columns.armed[column]), 1.0)
    return votes


def _war_of_attrition(world: World, group: int, candidates: Rows, order: np.ndarray) -> np.ndarray:
    """The top two wear each other down: the one with more force lasts longer, with the odds of the contest function."""
    columns, members = world.columns, world.members
    first, second = (max(float(columns.armed[members.column[candidates[i]]]), 1.0) for i in order[:2])
    exponent = world.p.contest_exponent
    odds = first**exponent / (first**exponent + second**exponent)
    draw = world.streams.uniform_double("succession_contest", world.week, group, group + 1)[0]
    return order if draw < odds else np.concatenate([order[1::-1], order[2:]])


def _crown(world: World, group: int, contest: Contest) -> None:
    """The winner takes over with the authority that the way of taking over leaves (B4); all columns think again."""
    groups, columns, members, p = world.groups, world.columns, world.members, world.p
    share = {
        "heir": p.authority_start_heir,
        "elected": p.authority_start_elected,
        "contested": p.authority_start_contested,
    }[contest.way]
    before = float(groups.authority[group]) / max(p.authority_vacant_factor, 1e-6)
    install_leader(world, group, contest.winner, min(before * share, 1.0))
    column = int(members.column[contest.winner])
    if columns.commander[column] == NO_ROW:
        _take_command(world, column, contest.winner)
    rows = columns_of(world, group)
    call_to_review(world, rows)
    members.tie[members_of_columns(world, rows)] *= share
    members.tie[contest.winner] = 1.0
    if contest.way == "contested" and contest.second != NO_ROW:
        losers = _camp_of_loser(world, rows, contest)
        columns.grievance[losers] += CONTEST_GRIEVANCE
    note(
        world,
        SUCCESSION,
        by=actor_of(world, group),
        member=contest.winner,
        column=column,
        group=group,
        community=int(columns.seat[column]),
    )


def _camp_of_loser(world: World, rows: Rows, contest: Contest) -> Rows:
    """Columns that stood with the loser: his own, those of his kin, and of the uncommitted every second, by chance."""
    members, columns = world.members, world.columns
    commander = columns.commander[rows]
    kin = np.where(commander == NO_ROW, NO_ROW, members.kin[commander])
    with_winner = (rows == members.column[contest.winner]) | (kin == members.kin[contest.winner])
    with_loser = (rows == members.column[contest.second]) | (kin == members.kin[contest.second])
    draws = world.streams.uniform_double(
        "succession_contest", world.week, CAMP_ADDRESS, CAMP_ADDRESS + columns.count
    )
    uncommitted = with_winner == with_loser
    chosen: Rows = rows[np.where(uncommitted, draws[rows] < EVERY_SECOND, with_loser)]
    return chosen[chosen != members.column[contest.winner]]


def _vacant_command(world: World, column: int) -> None:
    """A column without commander: after some weeks the best of its armed members takes over."""
    columns, members = world.columns, world.members
    if columns.vacant_until[column] == NO_ROW:
        draw = world.streams.uniform_double("commander_vacancy", world.week, column, column + 1)[0]
        weeks = max(1, round(-world.p.commander_vacancy * log(max(1.0 - draw, 1e-12))))
        columns.vacant_until[column] = world.week + weeks
        return
    if world.week < columns.vacant_until[column]:
        return
    rows = members_of(world, column)
    armed = rows[members.rank[rows] >= FIGHTER]
    pool = armed if len(armed) else rows
    if not len(pool):
        return
    group = int(columns.group[column])
    draws = world.streams.uniform_double("succession_score", world.week, 0, members.count)[pool]
    merit = score(
        world.p,
        kin=members.tie[pool],
        skill=members.skill[pool],
        years=(world.week - members.joined[pool]) / WEEKS_A_YEAR,
        control=members.rank[pool] / float(FIGHTER) - 1.0,
        noise=-np.log(-np.log(np.clip(draws, 1e-12, 1.0 - 1e-12))),
    )
    chosen = int(pool[merit.argmax()])
    _take_command(world, column, chosen)
    single = len(columns_of(world, group)) == 1
    if single and world.groups.leader[group] == NO_ROW:
        world.groups.vacant_until[group] = world.week


def _take_command(world: World, column: int, chosen: int) -> None:
    """`chosen` commands `column` from now on; a share of the bonds to the one before passes on to him."""
    members = world.members
    install_commander(world, column, chosen)
    members.bond[members_of(world, column)] *= world.p.bond_passed_on
    members.bond[chosen] = 1.0


def _fill_seats(world: World, group: int, rows: Rows, standing: int) -> None:
    """Vacant committee seats are filled one by one from commanders, heirs and squad leaders.

    `rows` are the members of the group, `standing` is how many columns it has.
    """
    members, p = world.members, world.p
    wanted = min(round(p.committee_initial), standing)
    held = np.count_nonzero(members.seat[rows])
    if held >= wanted:
        return
    chance = (wanted - held) * REVIEW_WEEKS / (p.committee_refill * WEEKS_A_MONTH)
    if world.streams.uniform_double("seat_filling", world.week, group, group + 1)[0] >= chance:
        return
    free = rows[~members.seat[rows] & (members.rank[rows] >= FIGHTER)]
    if len(free):
        worth = members.rank[free] + members.heir[free] + members.skill[free] + members.tie[free]
        members.seat[free[worth.argmax()]] = True


def _name_heirs(world: World, group: int, rows: Rows, standing: int) -> None:
    """A leader of some standing names an adult heir of 18 to 30, kin first, up to the number of the start.

    `rows` are the members of the group, `standing` is how many columns it has.
    """
    members, groups, p = world.members, world.groups, world.p
    missing = round(p.heirs_initial) - np.count_nonzero(members.heir[rows])
    if missing <= 0 or standing <= 1:
        return
    chance = missing * REVIEW_WEEKS / (p.heir_designation * WEEKS_A_YEAR)
    if world.streams.uniform_double("heir_naming", world.week, group, group + 1)[0] >= chance:
        return
    leader = int(groups.leader[group])
    rows = rows[~members.heir[rows] & ~members.seat[rows] & (rows != leader)]
    age = (world.week - members.born[rows]) / WEEKS_A_YEAR
    young = rows[(age >= HEIR_AGES[0]) & (age <= HEIR_AGES[1])]
    if not len(young):
        return
    kin = members.kin[young] == members.kin[leader]
    chosen = int(young[(2.0 * kin + members.tie[young] + members.skill[young]).argmax()])
    members.heir[chosen] = True
    members.tie[chosen] = max(float(members.tie[chosen]), HEIR_TIE)
    members.rank[chosen] = max(int(members.rank[chosen]), FIGHTER)


def _heirs(world: World, group: int) -> Rows:
    members = world.members
    rows = members_of_group(world, group)
    heirs: Rows = rows[members.heir[rows]]
    return heirs


def _strongest(world: World, group: int) -> int:
    rows = columns_of(world, group)
    return int(rows[world.columns.armed[rows].argmax()]) if len(rows) else NO_ROW


def _place(world: World, group: int) -> int:
    centre = int(world.groups.centre[group])
    return int(world.columns.seat[centre]) if centre != NO_ROW else NO_ROW
