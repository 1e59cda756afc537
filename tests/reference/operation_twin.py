"""One operation in plain words: who is chosen, with what chance it succeeds, who is lost (D3, D4), one by one.

The same rules as `vraem.processes.targets` and `raids`, written from docs/odd.md with loops over persons;
the draws come from the same addresses. The valley's relief and the presence of the state are read from the world.
"""

import math
from dataclasses import dataclass

from vraem.world import World

ACTIVE, CAPTURED, DEAD = 0, 4, 5
FIGHTER, COMMANDER, LEADER = 1, 3, 4
SPECIAL_TEAM = 2
RACE_BLOCK = 65_536
DRAWS = 16


@dataclass(slots=True)
class Person:
    """A member as an operation sees it."""

    row: int
    column: int
    rank: int
    seat: bool
    heir: bool
    location_known: float
    role_known: float

    @property
    def top(self) -> bool:
        return self.rank >= COMMANDER or self.seat or self.heir

    @property
    def knowledge(self) -> float:
        return 0.5 * self.location_known + 0.5 * self.role_known

    @property
    def guards(self) -> float:
        if self.rank == LEADER:
            return 2.2
        if self.rank == COMMANDER or self.seat:
            return 1.0
        return 0.7 if self.heir else 0.0


@dataclass(slots=True)
class Expected:
    """What an operation must come to: members lost with their status, state dead, a civilian harmed."""

    target: int
    chance: float
    lost: dict[int, int]
    fight: bool
    harm: bool


def persons(world: World) -> list[Person]:
    """Everybody who serves, in order of their rows."""
    table = world.members
    return [
        Person(
            row=row,
            column=int(table.column[row]),
            rank=int(table.rank[row]),
            seat=bool(table.seat[row]),
            heir=bool(table.heir[row]),
            location_known=float(table.location_known[row]),
            role_known=float(table.role_known[row]),
        )
        for row in range(table.count)
        if table.status[row] == ACTIVE
    ]


def routine_target(world: World, number: int) -> int:
    """The member whom routine operation `number` of the week goes for: the first in a race of exponential times."""
    p = world.p
    best, first = -1, math.inf
    for person in persons(world):
        presence = float(world.communities.state_presence[world.columns.seat[person.column]])
        attacks, usual = float(world.columns.notoriety[person.column]), world.burn_in.notoriety
        hunted = 1.0 - p.routine_attack_focus + 2.0 * p.routine_attack_focus * attacks / (attacks + usual)
        hidden = world.columns.hidden_until[person.column] > world.week
        seen = 0.0 if hidden else p.target_visibility * hunted
        weight = (seen + person.location_known + person.role_known) * (
            presence / (presence + p.presence_half)
        )
        if person.top:
            weight *= math.exp(p.routine_rank_visibility)
        if person.rank == LEADER:
            weight *= math.exp(0.5)
        draw = _draw(world, "routine_target", number * RACE_BLOCK + person.row)
        time = -math.log1p(-draw) / max(weight, 1e-12)
        if time < first:
            best, first = person.row, time
    return best


def routine_operation(world: World, number: int) -> Expected:
    """What routine operation `number` of this week must come to."""
    p = world.p
    row = routine_target(world, number)
    everybody = {person.row: person for person in persons(world)}
    target = everybody[row]
    leak, success, accurate, fate, clash, harm, _, _, _, company_draw = (
        _draw(world, "operation_outcome", number * DRAWS + kind) for kind in range(10)
    )
    leaked = leak < _leak_chance(world, target.column)
    chance = success_chance(world, target, leaked)
    found = success < chance
    taken = found and accurate < p.operation_accuracy
    dead = not taken or fate < 1.0 - p.capture_share
    armed = target.rank >= FIGHTER
    fight = dead and armed and clash < p.raid_clash_chance
    lost = [row] if taken else []
    if taken or fight:
        lost += _company(world, everybody, target, number, company_draw)
    status = DEAD if dead else CAPTURED
    harmed = (found and not taken) or (fight and harm >= p.operation_accuracy)
    return Expected(row, chance, dict.fromkeys(lost, status), fight, harmed)


def success_chance(world: World, target: Person, leaked: bool) -> float:
    """D3, routine: σ(i0 + i1 I − i3 terrain − i4 guards − i5 λ − i6 leak)."""
    p = world.p
    seat = int(world.columns.seat[target.column])
    row, col = int(world.valley.communities.row[seat]), int(world.valley.communities.col[seat])
    terrain = min(float(world.valley.grid.relief_m[row, col]) / 1000.0, 1.0)
    logit = p.raid_intercept + p.raid_intel_weight * target.knowledge
    logit -= p.raid_terrain_weight * terrain + p.raid_guard_weight * target.guards
    logit -= p.raid_support_weight * float(world.columns.community_link[target.column])
    if leaked:
        logit -= p.raid_leak_weight
    return 1.0 / (1.0 + math.exp(-logit))


def _leak_chance(world: World, column: int) -> float:
    """C7: more with the bribes of firms and the corruption of the nearest free team; 0.15 is usual."""
    corruption, nearest = 0.15, math.inf
    units = world.units
    for unit in range(units.count):
        if units.kind[unit] != SPECIAL_TEAM or units.free_from[unit] > world.week:
            continue
        hours = float(world.valley.community_hours[units.community[unit], world.columns.seat[column]])
        if hours < nearest:
            nearest, corruption = hours, float(units.corruption[unit])
    bribes = [float(share) for share in world.firms.bribe_share]
    return min(world.p.plan_leak_probability * (1.0 + sum(bribes) / len(bribes)) * corruption / 0.15, 1.0)


def _company(
    world: World, everybody: dict[int, Person], target: Person, number: int, draw: float
) -> list[int]:
    """Members with the target who are lost: the nearest few of its kind, each with a chance."""
    p = world.p
    exposed = int(p.raid_company * (1.0 + target.guards) + draw)
    alike = [
        person.row
        for person in everybody.values()
        if person.column == target.column
        and person.row != target.row
        and (person.rank >= FIGHTER) == (target.rank >= FIGHTER)
    ]
    block = 3 * number * RACE_BLOCK
    alike.sort(key=lambda row: _draw(world, "operation_loss", block + row))
    return [
        row
        for row in alike[:exposed]
        if _draw(world, "operation_loss", block + RACE_BLOCK + row) < p.raid_group_losses
    ]


def _draw(world: World, stream: str, address: int) -> float:
    return float(world.streams.uniform_double(stream, world.week, address, address + 1)[0])
