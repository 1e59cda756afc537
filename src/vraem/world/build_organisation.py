"""The start of the armed groups: columns around their seats, members, posts and kin, from (scenario, seed).

docs/odd.md, section 2: some 350 members of whom 120 are armed, in 6-12 columns; one founding clan spans
leader, committee and heirs. A scenario may describe its own groups.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.valley.communities import Communities
from vraem.valley.grid import CELL_KM
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.inputs import start_groups
from vraem.world.orders import StartGroup
from vraem.world.organisation_tables import (
    ADULT_WEEKS,
    ADULT_YEARS,
    COMMANDER,
    FIGHTER,
    FOUNDING_KIN,
    HEIR_TIE,
    LEADER,
    LIVING,
    NO_ROW,
    NOWHERE,
    SQUAD_LEADER,
    SUPPORTER,
)
from vraem.world.state import World

SQUAD = 7
"""One squad leader for so many armed members."""
OLDEST_MEMBER = 45.0
LEADER_AGE, HEIR_AGES = 52.0, (ADULT_YEARS, 27.0)
LEADER_IDEOLOGY = 0.8
CONTACT_SPREAD = 0.15
"""Half-width of the contact of columns around its mean (parameter table)."""
KIN_LINE_SIZE = 4.0
"""Mean number of members of a kin line other than the founding clan."""
SEATS_KM = 5.0
"""Distance from the middle of the historic core over which seats thin out by 1/e; core_area is 50 000 ha."""
LEAST_SEAT_KM = 6.0
"""Seats of the start lie at least so far apart, as long as there is room."""
FOREIGN_KIN = 100_000
"""Kin lines of the second and later groups of the start begin at multiples of this number."""


def build_organisation(world: World) -> None:
    """Fill members, columns and groups; territory and money follow in `contests` and `burn_in`."""
    described = start_groups(world.scenario, world.valley) or (_default_group(world),)
    for number, start in enumerate(described):
        _build_group(world, start, number)


def _default_group(world: World) -> StartGroup:
    p = world.p
    return StartGroup(
        name="MPCP",
        members=max(round(p.members_initial), round(p.armed_initial)),
        armed=round(p.armed_initial),
        columns=round(p.columns_initial),
        committee=round(p.committee_initial),
        heirs=round(p.heirs_initial),
        lineage=True,
        ideology=p.ideology_initial,
        kin_share=p.founding_kin_share,
        years=p.movement_years,
    )


def _build_group(world: World, start: StartGroup, number: int) -> None:
    groups, p = world.groups, world.p
    group = groups.count
    groups.grow(group + 1)
    groups.count = group + 1
    for name in NOWHERE["groups"]:
        groups.__dict__[name][group] = NO_ROW
    groups.status[group], groups.founding[group] = LIVING, start.lineage
    groups.outsider[group] = not start.lineage
    groups.lineage_share[group] = float(start.lineage)
    groups.hoarding[group] = 1.0 - p.centre_redistribution
    groups.formed[group] = -round(start.years * WEEKS_A_YEAR)
    groups.coca_mix[group], groups.logging_mix[group] = start.coca, start.logging
    groups.extortion_mix[group] = start.extortion
    first = world.columns.count
    _build_columns(world, start, group, number)
    _build_members(world, start, group, number, np.arange(first, world.columns.count))


def _build_columns(world: World, start: StartGroup, group: int, number: int) -> None:
    columns, p = world.columns, world.p
    first = columns.count
    columns.grow(first + start.columns)
    columns.count = first + start.columns
    new = slice(first, columns.count)
    columns.group[new] = group
    columns.seat[new] = _seats(world, start, number)
    for name in NOWHERE["columns"]:
        columns.__dict__[name][new] = NO_ROW
    columns.formed[new] = world.groups.formed[group]
    # reviews of the start are spread over a year, or all columns would think at once
    draws = world.streams.uniform_double("column_traits", number, 0, 2 * start.columns).reshape(2, -1)
    columns.reviewed[new] = -np.rint(draws[0] * WEEKS_A_YEAR).astype(np.int32)
    contact = p.link_contact + CONTACT_SPREAD * (2.0 * draws[1] - 1.0)
    columns.contact[new] = np.clip(contact, 0.0, 1.0)
    columns.link[new] = p.link_baseline
    columns.link[first] = 1.0
    columns.pay[new] = 1.0


def _seats(world: World, start: StartGroup, number: int) -> list[int]:
    """Communities of the columns' seats: near the middle of the core, or in the districts named, and apart."""
    place = world.valley.communities
    allowed = np.isin(place.district_id, start.seats) if start.seats else np.asarray(place.core)
    candidates = np.flatnonzero(allowed)
    draws = world.streams.uniform_double("column_traits", 1000 + number, 0, len(place))[candidates]
    # exponential races: sorting by −ln(u)/weight draws without replacement, by weight
    nearness = 1.0 if start.seats else np.exp(-place.core_km[candidates] / SEATS_KM)
    order = candidates[np.argsort(-np.log1p(-draws) / nearness, kind="stable")]
    chosen: list[int] = []
    for apart in (LEAST_SEAT_KM, CELL_KM, 0.0):  # where there is no room, seats stand closer
        for seat in order.tolist():
            if len(chosen) == start.columns:
                return chosen
            if seat not in chosen and min(_km_to(chosen, seat, place), default=apart) >= apart:
                chosen.append(seat)
    while len(chosen) < start.columns:
        chosen.append(int(order[len(chosen) % len(order)]))
    return chosen


def _km_to(chosen: list[int], seat: int, place: Communities) -> list[float]:
    """Distance in a straight line between the community `seat` and each of `chosen`."""
    down, right = place.row[chosen] - place.row[seat], place.col[chosen] - place.col[seat]
    km: list[float] = (np.hypot(down.astype(float), right.astype(float)) * CELL_KM).tolist()
    return km


def _build_members(
    world: World, start: StartGroup, group: int, number: int, columns: NDArray[np.int64]
) -> None:
    members = world.members
    count, first = start.members, members.count
    members.grow(first + count)
    members.count = first + count
    rows = slice(first, first + count)
    draws = world.streams.uniform_double("member_traits", number, 0, 8 * count).reshape(8, count)
    noise = world.streams.normal("member_noise", number, 0, 2 * count).reshape(2, count)
    place = np.arange(count)
    armed = place < start.armed
    members.column[rows] = columns[place % len(columns)]
    members.group[rows] = group
    members.rank[rows] = np.where(armed, FIGHTER, SUPPORTER)
    for name in ("left", "firm"):
        members.__dict__[name][rows] = NO_ROW
    age = ADULT_YEARS + (OLDEST_MEMBER - ADULT_YEARS) * draws[0]
    members.born[rows] = -np.ceil(age * WEEKS_A_YEAR).astype(np.int32)
    served = np.minimum(start.years, (age - ADULT_YEARS) * draws[1])
    members.joined[rows] = -np.floor(served * WEEKS_A_YEAR).astype(np.int32)
    members.bond[rows] = 0.2 + 0.6 * draws[2]
    members.tie[rows] = 0.5 * draws[3]
    members.ideology[rows] = np.clip(start.ideology + 0.15 * noise[0], 0.02, 0.98)
    members.skill[rows] = np.clip(0.4 + 0.2 * armed + 0.15 * noise[1], 0.02, 0.98)
    members.origin[rows] = _origins(world, columns[place % len(columns)], draws[4])
    members.lineage[rows] = start.lineage
    members.descent[rows] = float(start.lineage)
    _name_kin(world, start, first, number, draws[5])
    _fill_posts(world, start, group, first, columns, draws[6])


def _origins(world: World, columns: NDArray[np.int64], draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """Home communities: the seat of the column or a neighbour of it."""
    seats = world.columns.seat[columns]
    return np.array(
        [
            (near := np.append(world.valley.neighbours_of(seat), seat))[int(draw * len(near))]
            for seat, draw in zip(seats.tolist(), draws.tolist(), strict=True)
        ],
        dtype=np.int64,
    )


def _name_kin(world: World, start: StartGroup, first: int, number: int, draws: NDArray[np.float64]) -> None:
    """Kin lines: the founding clan takes its share, the rest are families of a few; none in the null model N3."""
    members, count = world.members, start.members
    rows = slice(first, first + count)
    own_line = _line_of(world, number) * FOREIGN_KIN
    if world.scenario.switches.null_model == "no_kin":
        members.kin[rows] = own_line + 1 + np.arange(count)
        return
    lines = max(round(count / KIN_LINE_SIZE), 1)
    members.kin[rows] = own_line + 1 + np.minimum((draws * lines).astype(np.int64), lines - 1)
    clan = max(round(start.kin_share * count), 1)
    # the clan stands over all ranks: one in every so many members
    members.kin[first + np.rint(np.linspace(0, count - 1, clan)).astype(np.int64)] = own_line + FOUNDING_KIN


def _line_of(world: World, number: int) -> int:
    """The place of the kin lines of the group `number` of the start: the first of the lineage has those of the clan."""
    first = next((place for place, each in enumerate(world.scenario.groups) if each.lineage), 0)
    return 0 if number == first else number + (number < first)


def _fill_posts(
    world: World,
    start: StartGroup,
    group: int,
    first: int,
    columns: NDArray[np.int64],
    draws: NDArray[np.float64],
) -> None:
    """Leader, commanders, squad leaders, committee and heirs, from the armed rows on."""
    members, groups, table = world.members, world.groups, world.columns
    kin_null = world.scenario.switches.null_model == "no_kin"
    clan = members.kin[first]
    armed = first + np.arange(start.armed)
    squad = armed[start.columns :: SQUAD]
    members.rank[squad] = SQUAD_LEADER
    leader = first
    members.rank[leader] = LEADER
    members.born[leader] = -round(LEADER_AGE * WEEKS_A_YEAR)
    members.joined[leader] = -round(min(start.years, LEADER_AGE - ADULT_YEARS) * WEEKS_A_YEAR)
    members.ideology[leader] = max(LEADER_IDEOLOGY, start.ideology)
    members.tie[leader] = 1.0
    members.skill[leader] = max(float(members.skill[leader]), 0.7)
    groups.leader[group], groups.centre[group] = leader, columns[0]
    commanders = armed[: start.columns]  # row i serves in column i, so these spread over all columns
    for row, column in zip(commanders.tolist(), columns.tolist(), strict=False):
        table.commander[column] = row
        if row != leader:
            members.rank[row] = COMMANDER
    members.tie[commanders] = np.maximum(members.tie[commanders], 0.4)
    seats = first + np.argsort(-members.rank[first : first + start.armed], kind="stable")[: start.committee]
    members.seat[seats] = True
    if not kin_null:  # the clan holds some of the commands and seats
        related = seats[draws[: len(seats)] < world.p.clan_share_of_top]
        members.kin[related] = clan
        members.tie[related] = np.maximum(members.tie[related], 0.8)
    pool = armed[(members.rank[armed] == FIGHTER) & ~members.seat[armed]]
    heirs = pool[: start.heirs]
    members.heir[heirs] = True
    low, high = HEIR_AGES
    ages = low + (high - low) * draws[start.members - len(heirs) :]
    members.born[heirs] = -np.ceil(ages * WEEKS_A_YEAR).astype(np.int32)
    members.joined[heirs] = np.maximum(members.joined[heirs], members.born[heirs] + ADULT_WEEKS)
    if not kin_null:
        members.kin[heirs] = clan
    members.tie[heirs] = np.maximum(members.tie[heirs], HEIR_TIE)
