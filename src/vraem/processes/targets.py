"""D3 D5: whom operations go for. Everybody in the tables is an adult; who is not is never a target.

Routine operations draw among all active members, by visibility and by what is known of them; campaigns draw within
classes of role in the groups of the lineage. A draw is a race: each member has an exponential time with its weight as
rate, from a draw of its own, so that one member more or less changes nobody else's time.
"""

from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes.communities import presence_effect
from vraem.processes.groups import Rows, members_of, rows_where
from vraem.processes.losses import of_the_top
from vraem.world import World
from vraem.world.organisation_tables import (
    ACTIVE,
    ADULT_WEEKS,
    COMMANDER,
    FIGHTER,
    LEADER,
    LIVING,
    NO_ROW,
    SQUAD_LEADER,
)

LEADER_VISIBILITY = 0.5
"""Log weight of the leader beyond that of the top (parameter table: routine_rank_visibility)."""
LEADER_GUARD, COMMANDER_GUARD, HEIR_GUARD = 2.2, 1.0, 0.7
"""Guard classes (parameter table: raid_guard_weight)."""
CENTRAL_SHARE = 0.05
"""Share of the members with the most ties who count as central."""
LEAST_WEIGHT = 1e-12
BLOCK = 1 << 16
"""Draws reserved for one race: more than members can be."""


def targets_for_routine(world: World) -> Rows:
    """All active members, adults every one."""
    members = world.members
    count = members.count
    return rows_where((members.status[:count] == ACTIVE) & of_age(members.born[:count], world.week))


def of_age(born: NDArray[np.integer], week: int) -> NDArray[np.bool_]:
    """Who, by week of birth (n,), is 18 or older in `week`, (n,): nobody else is ever a target."""
    adult: NDArray[np.bool_] = born <= week - ADULT_WEEKS
    return adult


def adults_of(world: World, column: int) -> Rows:
    """Rows of those who serve in `column` and whom an operation may take."""
    rows = members_of(world, column)
    return rows[of_age(world.members.born[rows], world.week)]


def targets_for_campaign(world: World, classes: tuple[str, ...]) -> Rows:
    """Active adults of the groups of the lineage who belong to any of the `classes` of role."""
    members, groups = world.members, world.groups
    rows = targets_for_routine(world)
    rows = rows[~groups.outsider[members.group[rows]]]
    wanted = np.zeros(len(rows), dtype=bool)
    for name in classes:
        wanted |= in_class(world, rows, name)
    return rows[wanted]


def in_class(world: World, rows: Rows, name: str) -> NDArray[np.bool_]:
    """Mask (n,) of the members `rows` who belong to the class `name`.

    Raises `ValueError` on a class that does not exist.
    """
    members = world.members
    rank = members.rank[rows]
    if name == "heirs":
        return members.heir[rows].copy()
    if name == "leader":
        return rank == LEADER
    if name == "committee":
        return members.seat[rows].copy()
    if name == "commanders":
        return rank == COMMANDER
    if name == "fighters":
        return (rank == FIGHTER) | (rank == SQUAD_LEADER)
    if name == "finance":
        return np.isin(rows, keepers_of_money(world, rows))
    if name == "central":
        return _central(world, rows)
    if name == "random":
        return np.ones(len(rows), dtype=bool)
    raise ValueError(f"got the class of targets {name!r}, expected a class of role of the scenario file")


def keepers_of_money(world: World, rows: Rows) -> Rows:
    """Among `rows`, who keeps the money of the columns with the largest treasuries (at least the mean).

    A column's keeper is the most skilled of its squad leaders and committee members who does not command; of its
    fighters if it has none of these.
    """
    members, columns = world.members, world.columns
    held = np.unique(members.column[rows])
    held = held[columns.status[held] == LIVING]
    if not len(held):
        return held.astype(np.int64)
    rich = held[columns.treasury[held] >= columns.treasury[held].mean()]
    keepers = []
    for column in rich.tolist():
        here = rows[(members.column[rows] == column) & (members.rank[rows] < COMMANDER)]
        posts = here[(members.rank[here] == SQUAD_LEADER) | members.seat[here]]
        pool = posts if len(posts) else here[members.rank[here] == FIGHTER]
        if len(pool):
            keepers.append(int(pool[members.skill[pool].argmax()]))
    return np.array(keepers, dtype=np.int64)


def _central(world: World, rows: Rows) -> NDArray[np.bool_]:
    """The members with the most ties: kin in the groups, tie to the leader, and a seat."""
    members = world.members
    _, line, size = np.unique(members.kin[rows], return_inverse=True, return_counts=True)
    kin = size[line] - 1.0
    degree = kin / max(float(kin.max(initial=0.0)), 1.0) + members.tie[rows] + members.seat[rows]
    central = np.zeros(len(rows), dtype=bool)
    central[np.argsort(-degree, kind="stable")[: max(round(CENTRAL_SHARE * len(rows)), 1)]] = True
    return central


def knowledge(world: World, rows: Rows) -> NDArray[np.float64]:
    """I of D3: half what is known of whereabouts, half of who somebody is, (n,)."""
    members = world.members
    known: NDArray[np.float64] = 0.5 * (members.location_known[rows] + members.role_known[rows].astype(float))
    return known


def attention(world: World) -> NDArray[np.float64]:
    """How far the state looks for each column (columns in use,): 1 for one that attacks as columns of the burn-in did.

    1 − w + 2w·a/(a + ā) by the column's attacks on the state of late: nearly 1 − w for one that never does, at most
    1 + w. The state hunts those who fight it and lets be who hides and pays. Source: Lessing (2015), Snyder &
    Durán-Martínez (2009).
    """
    notoriety, usual = world.columns.notoriety[: world.columns.count], world.burn_in.notoriety
    if usual <= 0.0:  # nobody has attacked yet
        return np.ones(len(notoriety))
    focus = world.p.routine_attack_focus
    looked_for: NDArray[np.float64] = 1.0 - focus + 2.0 * focus * (notoriety / (notoriety + usual))
    return looked_for


class Sight(NamedTuple):
    """How the state sees the columns in use: effect of its presence `near`, and how far each is `seen`.

    The operations of a week leave both as they are.
    """

    near: NDArray[np.float64]
    seen: NDArray[np.floating]


def sight(world: World) -> Sight:
    """How the state sees each column this week; one in hiding is not seen."""
    columns, count, p = world.columns, world.columns.count, world.p
    near = presence_effect(world.communities.state_presence.take(columns.seat[:count]), p.presence_half)
    seen = p.target_visibility * attention(world) * (columns.hidden_until[:count] <= world.week)
    return Sight(near, seen)


def routine_weights(world: World, rows: Rows, seen_now: Sight | None = None) -> NDArray[np.float64]:
    """Weight of each of `rows` in the choice of a routine target: (visibility + what is known) x presence near (n,).

    Members of a column in hiding are found by what is known of them, and not because they are seen. `seen_now` is the
    week's `sight`, if it is at hand.
    """
    members, everybody = world.members, world.members.count
    near, seen = seen_now or sight(world)
    # worked out for all in the table, gone or not: that is one gathering of `rows` and not one for each column
    column = members.column[:everybody].astype(np.intp)
    weight: NDArray[np.float64] = near.take(column)
    known = seen.take(column)
    known += members.location_known[:everybody]
    known += members.role_known[:everybody]
    weight *= known
    weight[rows_where(of_the_top(world, slice(everybody)))] *= exp(world.p.routine_rank_visibility)
    weight[rows_where(members.rank[:everybody] == LEADER)] *= exp(LEADER_VISIBILITY)
    return weight.take(rows)


class Leads(NamedTuple):
    """What there is to go by: the targets of routine operations, the weight of each (n,), and all of it together."""

    rows: Rows
    weights: NDArray[np.float64]
    total: float


def leads(world: World, seen_now: Sight | None = None) -> Leads:
    """What routine operations have to go by now; `seen_now` is the week's `sight`, if it is at hand."""
    rows = targets_for_routine(world)
    weights = routine_weights(world, rows, seen_now)
    return Leads(rows, weights, float(np.add.reduce(weights)))


def race(world: World, stream: str, address: int, rows: Rows, weight: NDArray[np.float64]) -> int:
    """The member of `rows` drawn by `weight` from the block of draws `address` of `stream`; `NO_ROW` if none can be."""
    if not len(rows):
        return NO_ROW
    start = address * BLOCK
    # rows ascend, so nobody's draw lies beyond that of the last
    draws = world.streams.uniform_double(stream, world.week, start, start + int(rows[-1]) + 1).take(rows)
    minus_time = np.log1p(-draws) / np.maximum(weight, LEAST_WEIGHT)
    first = int(minus_time.argmax())
    return int(rows[first]) if weight[first] > 0.0 else NO_ROW


def guard_class(world: World, member: int) -> float:
    """How well guarded a member is: leader, commander or committee, heir, others (D3)."""
    members = world.members
    if members.rank[member] == LEADER:
        return LEADER_GUARD
    if members.rank[member] == COMMANDER or members.seat[member]:
        return COMMANDER_GUARD
    return HEIR_GUARD if members.heir[member] else 0.0
