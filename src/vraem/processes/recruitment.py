"""B6: who joins, week by week and column by column; people raised in the camps who reach 18; those who return.

Source: docs/model.md, The armed organisation; forms after Prieto-Curiel et al. (2023) and Weinstein (2007). The pool is
the youth within a column's reach. Everybody who enters is an adult.
"""

from math import exp

import numpy as np

from vraem.processes.arms import arms_are_free, free_arms, take_arm
from vraem.processes.groups import (
    Recruits,
    Rows,
    active_members,
    add_members,
    count_as_lineage,
    count_strength,
    free_columns,
    living_columns,
    manned,
    members_of,
    persons_of,
    rows_where,
    strength_equivalents,
)
from vraem.processes.integration import refilled
from vraem.processes.journal import WRITES as JOURNAL_WRITES
from vraem.processes.journal import actor_of, note
from vraem.processes.ranks import remember_ranks, wanted
from vraem.processes.revenue import coca_share
from vraem.processes.writes import COUNT_WRITES, ENTRY_WRITES, together
from vraem.world import World
from vraem.world.chance import poisson
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_YEAR
from vraem.world.organisation_tables import (
    ACTIVE,
    ADULT_WEEKS,
    ADULT_YEARS,
    FIGHTER,
    FOUNDING_KIN,
    NO_ROW,
    QUIT,
    SUPPORTER,
    SURRENDERED,
)
from vraem.world.security_tables import JOIN, REJOINED

WRITES = together(
    JOURNAL_WRITES,
    ENTRY_WRITES,
    COUNT_WRITES,
    {"members": ("status",), "columns": ("pool", "joining"), "groups": ("ranks",)},
)
OLDEST_RECRUIT = 30.0
RECRUIT_SPREAD = 0.12
TRAITS = 6
"""Draws that one recruit takes."""
MOST_A_WEEK = 20
"""Recruits of one column in one week, at most: a bound on the addresses of draws."""
LEAST_CONTROL = 1e-9
"""Control that is not told from none, where one divides by it."""
KIN_LINES = 4
"""One recruit in so many comes from the kin of a member of the column."""


def step(world: World) -> None:
    """Recruits of the week join; then strength is recounted for all."""
    rows = living_columns(world)
    if len(rows):
        if world.week % REVIEW_WEEKS == 0:
            measure_pools(world, rows)
            remember_ranks(world, REVIEW_WEEKS)
            world.columns.joining[rows] = joining(world, rows)
        _recruit(world, rows)
        _come_of_age(world, rows)
        if world.week % REVIEW_WEEKS == 3:
            _return(world)
        count_strength(world)


def measure_pools(world: World, rows: Rows) -> None:
    """Young adults within reach of each column who are no members yet, by the column's share of control."""
    members, youth = world.members, world.communities.youth
    serving = active_members(world)
    joined = np.bincount(members.origin[serving], minlength=len(youth))
    world.columns.pool[rows] = np.maximum(youth - joined, 0.0) @ world.columns.control[:, rows]


def joining(world: World, rows: Rows) -> np.ndarray:
    """Expected recruits of each column a week (n,), without the intercept: pool x (voluntary + forced share)."""
    columns, p, burn = world.columns, world.p, world.burn_in
    if world.scenario.switches.null_model == "random_exits":
        return columns.pool[rows] * (p.recruitment_voluntary + p.recruitment_coerced)
    motive = world.scenario.switches.recruitment
    raised = {name: p.join_motive_factor if name == motive else 1.0 for name in ("wage", "grievance", "kin")}
    logit = (
        raised["wage"] * p.join_pay_weight * (columns.pay[rows] - 1.0)
        + raised["kin"] * p.join_peer_weight * (kin_share(world, rows) - burn.kin_share)
        + raised["grievance"] * p.join_grievance_weight * (_anger(world, rows) + columns.aggression[rows])
        + p.join_link_weight * (columns.community_link[rows] - 0.5)
        - p.join_risk_weight * (columns.pressure[rows] - burn.pressure)
    )
    voluntary = 2.0 * p.recruitment_voluntary / (1.0 + np.exp(-logit))
    free = columns.service[rows] == NO_ROW
    # a firm pays and forces nobody
    expected: np.ndarray = columns.pool[rows] * (voluntary + free * p.recruitment_coerced)
    eager = wanted(world, rows)
    if not free.all():
        eager[~free] = refilled(world, rows[~free])
    return expected * eager


def most_recruits(world: World, rows: Rows) -> np.ndarray:
    """Recruits that each column can bring in a week at most (n,): it takes people to find, to arm and to feed others.

    So nobody joins a column in which nobody serves any more.
    """
    most: np.ndarray = world.p.recruits_per_member / WEEKS_A_YEAR * persons_of(world, rows).astype(np.float64)
    return most


def kin_share(world: World, rows: Rows) -> np.ndarray:
    """Strength of each column over its strength at rest: peers and kin who draw others in."""
    persons = strength_equivalents(world, rows)
    share: np.ndarray = persons / (persons + persons.mean())
    return share


def _anger(world: World, rows: Rows) -> np.ndarray:
    """Anger at the state in the territory of each column, weighted by control."""
    control = world.columns.control[:, rows]
    held = np.maximum(control.sum(axis=0), LEAST_CONTROL)
    anger: np.ndarray = world.communities.anger @ control / held
    return anger


def _recruit(world: World, rows: Rows) -> None:
    expected = world.columns.joining[rows] * exp(world.burn_in.recruit_intercept)
    expected = np.minimum(expected, most_recruits(world, rows))
    draws = world.streams.uniform_double("recruit_count", world.week, 0, world.columns.count)[rows]
    for column, mean, draw in zip(rows.tolist(), expected.tolist(), draws.tolist(), strict=True):
        count = poisson(mean, draw, MOST_A_WEEK)
        if count:
            _enter(world, column, count)


def _enter(world: World, column: int, count: int) -> None:
    """Write `count` recruits of a column, from the communities that it controls."""
    columns, p, streams = world.columns, world.p, world.streams
    first = column * MOST_A_WEEK
    wanted = slice(first, first + count)
    draws = streams.uniform_double("recruit_traits", world.week, TRAITS * first, TRAITS * (first + count))
    draws = draws.reshape(count, TRAITS)
    noise = streams.normal("recruit_noise", world.week, 2 * wanted.start, 2 * wanted.stop).reshape(count, 2)
    drugs = coca_share(world, np.array([column])) - world.burn_in.drug_share
    usual = p.ideology_initial + p.ideology_revenue_slope * drugs
    # like joins like: a band draws others than believers do (Weinstein 2007)
    alike = p.recruit_column_ideology * (float(columns.ideology[column]) - world.burn_in.ideology)
    belief = usual + alike + RECRUIT_SPREAD * noise[:, 0]
    age = ADULT_YEARS + (OLDEST_RECRUIT - ADULT_YEARS) * draws[:, 0]
    add_members(
        world,
        column,
        Recruits(
            rank=np.full(count, SUPPORTER, dtype=np.int8),
            age_weeks=np.ceil(age * WEEKS_A_YEAR).astype(np.int64),
            kin=_kin_of_recruits(world, column, draws[:, 1], draws[:, 2]),
            tie=0.3 * draws[:, 3],
            bond=p.recruit_bond + RECRUIT_SPREAD * (2.0 * draws[:, 4] - 1.0),
            ideology=belief,
            skill=p.recruit_skill + RECRUIT_SPREAD * noise[:, 1],
            origin=_origins(world, column, draws[:, 5]),
        ),
    )
    world.flows.recruits += count
    group = int(columns.group[column])
    seat = int(columns.seat[column])
    note(world, JOIN, persons=count, by=actor_of(world, group), column=column, group=group, community=seat)


def _kin_of_recruits(world: World, column: int, chance: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Kin line of recruits: one in four follows kin into the column, the others begin a line of their own."""
    members = world.members
    own = 1 + 2_000 + members.count + np.arange(len(chance))
    if world.scenario.switches.null_model == "no_kin":
        return own
    here = members_of(world, column)
    if not len(here):
        return own
    followed = members.kin[here[(which * len(here)).astype(np.int64)]]
    follows = chance < 1.0 / KIN_LINES
    # the clan of the leaders grows from within, not by recruits of the valley
    return np.where(follows & (followed != FOUNDING_KIN), followed, own)


def _origins(world: World, column: int, draws: np.ndarray) -> np.ndarray:
    reach = (world.columns.control[:, column] * world.communities.youth).cumsum()
    if reach[-1] <= 0.0:
        return np.full(len(draws), world.columns.seat[column])
    places: np.ndarray = np.minimum(reach.searchsorted(draws * reach[-1], "right"), len(reach) - 1)
    return places


def _come_of_age(world: World, rows: Rows) -> None:
    """People raised in the camps of the founding group who turn 18 this week take a place in one of its columns."""
    columns, groups, p = world.columns, world.groups, world.p
    highest_rate = p.adult_cohort_from_captivity / WEEKS_A_YEAR
    draws = world.streams.uniform_double("recruit_count", world.week, 100_000, 100_004)
    if draws[0] >= 1.0 - exp(-highest_rate):
        return  # in most weeks, whoever holds the camps
    camps = rows[
        groups.founding[columns.group[rows]] & (columns.service[rows] == NO_ROW) & manned(world, rows)
    ]
    if not len(camps):
        return
    held = float(persons_of(world, camps).sum()) / max(world.burn_in.members, 1.0)
    if draws[0] >= 1.0 - exp(-highest_rate * min(held, 1.0)):
        return
    column = int(camps[min(int(draws[1] * len(camps)), len(camps) - 1)])
    add_members(
        world,
        column,
        Recruits(
            rank=np.array([FIGHTER if arms_are_free(world, column) else SUPPORTER], dtype=np.int8),
            age_weeks=np.array([ADULT_WEEKS]),
            kin=np.array([1 + 2_000 + world.members.count]),
            tie=np.array([p.camp_tie]),
            bond=np.array([p.recruit_bond]),
            ideology=np.array([p.camp_ideology]),
            skill=np.array([p.recruit_skill + RECRUIT_SPREAD * (2.0 * draws[2] - 1.0)]),
            origin=np.array([columns.seat[column]]),
        ),
    )
    world.flows.recruits += 1
    world.flows.returned += 1
    group = int(columns.group[column])
    note(
        world,
        JOIN,
        by=actor_of(world, group),
        column=column,
        group=group,
        community=int(columns.seat[column]),
    )


def _return(world: World) -> None:
    """Some who quit or surrendered join again, as far as columns hold their home as they did at the start (P23)."""
    members, columns, p = world.members, world.columns, world.p
    count = members.count
    status = members.status[:count]
    gone = ((status == QUIT) | (status == SURRENDERED)) & (members.left[:count] < world.week)
    chance = 1.0 - (1.0 - p.relapse_rate) ** (REVIEW_WEEKS / WEEKS_A_YEAR)
    communities = world.communities
    held = np.minimum(communities.control / np.maximum(communities.first_control, LEAST_CONTROL), 1.0)
    draws = world.streams.uniform_double("return", world.week, 0, count)
    rows = free_columns(world)
    rows = rows[manned(world, rows)]
    free = free_arms(world)
    for member in rows_where(gone & (draws < chance * held[members.origin[:count]])).tolist():
        control = columns.control[members.origin[member], rows]
        if not len(rows) or control.max() <= 0.0:
            continue
        column = int(rows[control.argmax()])
        members.status[member], members.left[member] = ACTIVE, world.week
        members.column[member], members.group[member] = column, columns.group[column]
        members.rank[member] = FIGHTER if take_arm(free, column, int(columns.group[column])) else SUPPORTER
        # under another commander, after years at home
        members.bond[member] *= p.bond_passed_on
        members.tie[member] *= p.bond_passed_on
        count_as_lineage(world, member, int(columns.group[column]))
        world.flows.recruits += 1
        world.flows.returned += 1
        note(world, REJOINED, member=member, column=column, group=int(columns.group[column]))
