"""D3 D4: one operation on one target: whether it succeeds, who is lost on either side, and what it leaves behind.

Success is σ(i0 + i1 I + i2 effort − i3 terrain − i4 guards − i5 λ − i6 leak). Source: docs/model.md, The state and the
people between; a plain twin of this file is `tests/reference/operation_twin.py`. Every draw has the
address of the operation within its week, or of the member concerned within that.
"""

from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vraem.processes.attacks import lose_morale
from vraem.processes.communities import anger, frighten
from vraem.processes.groups import Rows, members_of, rows_where
from vraem.processes.journal import actor_of, actor_of_column, note
from vraem.processes.losses import is_top, remove_members
from vraem.processes.targets import BLOCK, adults_of, guard_class, knowledge, race
from vraem.world import World
from vraem.world.organisation_tables import CAPTURED, DEAD, FIGHTER, LIVING, NO_ROW
from vraem.world.presence import nearness
from vraem.world.security_tables import (
    CIVILIANS,
    FIREFIGHT,
    HARM_TO_CIVILIANS,
    KILLING,
    MEAN_CORRUPTION,
    RAID,
    RAID_FAILED,
    RAID_MADE,
    SPECIAL_TEAM,
    STATE,
)

if TYPE_CHECKING:
    from vraem.scenario import Parameters

RELIEF_OF_ONE = 1000.0
"""Metres of relief around a column's seat that make the terrain share 1 (parameter table: raid_terrain_weight)."""
REST_WEEKS = 2
"""Weeks until a team can raid again at full morale; twice as many without any."""

LEAK, SUCCESS, ACCURATE, FATE, CLASH, HARM, HARM_DEATH, OPPORTUNITY, OTHER_SUCCESS, COMPANY, INSTEAD = range(
    11
)
DRAWS_AN_OPERATION = 16


class Operation(NamedTuple):
    """An operation on the member `target`.

    `address` is its number within the week, from which its draws follow; `effort` 1 for a campaign, else 0;
    `accuracy`, `lethality` and `collateral` as of a campaign; `opportunistic` the chance that it takes somebody else
    when the target is not found; `campaign` its number, `NO_ROW` if routine.
    """

    target: int
    address: int
    effort: float
    accuracy: float
    lethality: float
    collateral: float = 0.0
    opportunistic: float = 0.0
    campaign: int = NO_ROW


def success_probability(
    p: "Parameters",
    *,
    known: float,
    effort: float,
    terrain: float,
    guards: float,
    support: float,
    leaked: bool,
) -> float:
    """D3: the chance that an operation finds and takes its target."""
    logit = (
        p.raid_intercept
        + p.raid_intel_weight * known
        + p.raid_effort_weight * effort
        - p.raid_terrain_weight * terrain
        - p.raid_guard_weight * guards
        - p.raid_support_weight * support
        - p.raid_leak_weight * leaked
    )
    return 1.0 / (1.0 + exp(-logit))


def carry_out(world: World, operation: Operation) -> list[tuple[int, bool]]:
    """Carry out one operation; return the captives, each with whether it was of the top.

    The target must be an active member. The members lost are removed; pressure, fear, anger, knowledge and the
    team that went change.
    """
    members, columns, p = world.members, world.columns, world.p
    target, column = operation.target, int(members.column[operation.target])
    start = operation.address * DRAWS_AN_OPERATION
    draws = world.streams.uniform_double(
        "operation_outcome", world.week, start, start + DRAWS_AN_OPERATION
    ).tolist()
    team = _team(world, int(columns.seat[column]))
    leaked = draws[LEAK] < leak_probability(world, team)
    found = draws[SUCCESS] < chance_to_take(world, target, operation.effort, leaked)
    if not found and draws[OPPORTUNITY] < operation.opportunistic:
        other = _somebody_else(world, operation)
        if other != NO_ROW and draws[OTHER_SUCCESS] < chance_to_take(world, other, operation.effort, leaked):
            target, found = other, True
    taken = found and draws[ACCURATE] < operation.accuracy
    # who is not taken alive, and who comes upon armed people without taking its man, may have to fight
    dead = not taken or draws[FATE] < operation.lethality
    clash = dead and bool(members.rank[target] >= FIGHTER) and draws[CLASH] < p.raid_clash_chance
    lost = [target] if taken else []
    if taken or clash:
        lost += _company_lost(world, operation, target, draws[COMPANY])
    captives = [] if dead else [(member, is_top(world, member)) for member in lost]
    _report(world, operation, column, target, len(lost))
    if lost:
        status, place = DEAD if dead else CAPTURED, int(columns.seat[column])
        remove_members(world, np.array(lost), status, by=STATE, campaign=operation.campaign, community=place)
    if clash:
        _firefight(world, operation, column, team)
    astray = (found and not taken) or (clash and draws[HARM] >= operation.accuracy)
    if astray or (taken and draws[HARM] < operation.collateral):
        _harm(world, operation, column, draws[HARM_DEATH])
    _leave_behind(world, column, team)
    return captives


def chance_to_take(world: World, target: int, effort: float, leaked: bool) -> float:
    """`success_probability` of an operation on the member `target`."""
    columns, members = world.columns, world.members
    column = int(members.column[target])
    return success_probability(
        world.p,
        known=float(knowledge(world, np.array([target]))[0]),
        effort=effort,
        terrain=terrain_share(world, int(columns.seat[column])),
        guards=guard_class(world, target),
        support=float(columns.community_link[column]),
        leaked=leaked,
    )


def terrain_share(world: World, community: int) -> float:
    """Ruggedness around a community, 0 to 1."""
    cell = int(world.valley.communities.cell[community])
    return min(float(world.valley.grid.relief_m.flat[cell]) / RELIEF_OF_ONE, 1.0)


def leak_probability(world: World, team: int) -> float:
    """Chance that the plan leaks (C7): more with the bribes that firms pay and with the team's own corruption."""
    bribes = float(np.add.reduce(world.firms.bribe_share)) / max(len(world.firms), 1)
    corruption = float(world.units.corruption[team]) if team != NO_ROW else MEAN_CORRUPTION
    return min(world.p.plan_leak_probability * (1.0 + bribes) * corruption / MEAN_CORRUPTION, 1.0)


def _team(world: World, place: int) -> int:
    """The nearest special team that is free, `NO_ROW` if none is: then ordinary troops go."""
    units = world.units
    count = units.count
    free = (units.kind[:count] == SPECIAL_TEAM) & (units.free_from[:count] <= world.week)
    rows = rows_where(free)
    if not len(rows):
        return NO_ROW
    # hours are the same there and back: those from `place` lie together in memory
    return int(rows[world.valley.community_hours[place].take(units.community[rows]).argmin()])


def _somebody_else(world: World, operation: Operation) -> int:
    """Another member of the column, every one with equal chance."""
    rows = adults_of(world, int(world.members.column[operation.target]))
    rows = rows[rows != operation.target]
    return race(world, "operation_loss", 3 * operation.address + 2, rows, np.ones(len(rows)))


def _company_lost(world: World, operation: Operation, target: int, draw: float) -> list[int]:
    """Who of those with the target is lost: a few of its kind, more with a guarded one, each with a chance (D4)."""
    members, p = world.members, world.p
    rows = adults_of(world, int(members.column[target]))
    alike = (members.rank[rows] >= FIGHTER) == (members.rank[target] >= FIGHTER)
    rows = rows[alike & (rows != target)]
    exposed = int(p.raid_company * (1.0 + guard_class(world, target)) + draw)
    block, count = 3 * operation.address * BLOCK, members.count
    nearest = world.streams.uniform_double("operation_loss", world.week, block, block + count)[rows]
    company = rows[np.argsort(nearest, kind="stable")[:exposed]]
    block += BLOCK
    lost = world.streams.uniform_double("operation_loss", world.week, block, block + count)[company]
    taken: list[int] = company[lost < p.raid_group_losses].tolist()
    return taken


def _report(world: World, operation: Operation, column: int, target: int, lost: int) -> None:
    """Note the operation and count it."""
    flows = world.flows
    flows.operations += 1
    flows.campaign_operations += operation.campaign != NO_ROW
    group = int(world.columns.group[column])
    note(
        world,
        RAID_MADE if lost else RAID_FAILED,
        persons=float(lost),
        by=STATE,
        victim=actor_of(world, group),
        community=int(world.columns.seat[column]),
        member=target,
        column=column,
        group=group,
        campaign=operation.campaign,
    )


def _firefight(world: World, operation: Operation, column: int, team: int) -> None:
    """Losses of the state in a firefight: each of the first line with a chance; the team loses morale."""
    p = world.p
    line = round(p.raid_team)
    # draws of the blocks' ends: no member's row reaches there
    start = (3 * operation.address + 1) * BLOCK + BLOCK - line
    draws = world.streams.uniform_double("operation_loss", world.week, start, start + line)
    killed = int((draws < p.raid_state_losses).sum())
    world.flows.killed_state += killed
    place, group = int(world.columns.seat[column]), int(world.columns.group[column])
    frighten(world, place)
    note(
        world,
        FIREFIGHT,
        persons=float(line),
        deaths=float(killed),
        by=actor_of_column(world, column),
        victim=STATE,
        community=place,
        column=column,
        group=group,
        campaign=operation.campaign,
    )
    if team != NO_ROW:
        lose_morale(world, team, killed)


def _harm(world: World, operation: Operation, column: int, draw: float) -> None:
    """Force that hit the wrong people: a civilian is killed, wounded or wrongly arrested; the place is angry (D4, E1).

    Those who live under fire together hold together: bonds in the column rise (P27).
    """
    members, p = world.members, world.p
    place, group = int(world.columns.seat[column]), int(world.columns.group[column])
    dead = draw < p.collateral_lethality
    rows = members_of(world, column)
    members.bond[rows] += np.float32(p.collateral_bond) * (1 - members.bond[rows])
    anger(world, place, p.anger_of_death if dead else 1.0)
    world.flows.killed_civilians += dead
    note(
        world,
        KILLING if dead else HARM_TO_CIVILIANS,
        deaths=float(dead),
        by=STATE,
        victim=CIVILIANS,
        community=place,
        column=column,
        group=group,
        campaign=operation.campaign,
    )


def take_out(world: World, rows: Rows, status: int, campaign: int) -> None:
    """Take the members `rows` out without fail, as a scenario or a script orders; their columns feel it as a raid."""
    struck = np.unique(world.members.column[rows]).tolist()
    remove_members(world, rows, status, by=STATE, campaign=campaign)
    for column in struck:
        _leave_behind(world, column, NO_ROW)


def _leave_behind(world: World, column: int, team: int) -> None:
    """The column and those near feel pressure, its camp moves, and the team rests."""
    columns, units, members, p = world.columns, world.units, world.members, world.p
    count, seat = columns.count, int(columns.seat[column])
    near = nearness(world.valley, p.presence_reach)[seat].take(columns.seat[:count])
    near *= columns.status[:count] == LIVING
    near *= np.float32(p.pressure_nearby * p.pressure_gain)
    pressure = columns.pressure[:count]
    pressure += near
    pressure[column] += (1.0 - p.pressure_nearby) * p.pressure_gain
    members.location_known[rows_where(members.column[: members.count] == column)] *= p.raid_relocation
    if team != NO_ROW:
        units.task[team] = RAID
        units.community[team] = seat
        units.cell[team] = world.valley.communities.cell[seat]
        rest = REST_WEEKS * (2.0 - float(units.morale[team]))
        units.free_from[team] = world.week + round(rest)
