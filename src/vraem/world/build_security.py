"""The start of the security forces and of what communities feel towards them, from (scenario, seed).

docs/odd.md, section 2: about 300 units. Posts stand at the historic posts, known from press reports
(`valley.posts`; the dates there are those of a report, not of opening), and further bases at towns around which
most farm households live. Numbers of further units are judgements, held as data in `FURTHER`.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.valley import COLS, ROADS, Valley
from vraem.valley.grid import CELL_KM
from vraem.world.inputs import start_posts
from vraem.world.orders import StartPost
from vraem.world.organisation_tables import COMMANDER
from vraem.world.presence import state_presence
from vraem.world.security_tables import (
    AIR_CONTROL,
    AIR_FORCE,
    ARMY,
    CONTROL,
    ERADICATION_CREW,
    HIGHEST_CORRUPTION,
    HOLD,
    MOVE,
    NAVY,
    PATROL,
    POLICE,
    PORT_CONTROL,
    POST,
    REST,
    RIVER_CONTROL,
    ROAD_CONTROL,
    SPECIAL_TEAM,
    USUAL_MORALE,
)
from vraem.world.state import World

KIND_OF_POST: dict[str, tuple[int, float]] = {
    "joint_command_seat": (POST, 300.0),
    "army_seat": (POST, 200.0),
    "army_base": (POST, 90.0),
    "river_base": (POST, 50.0),
    "police_base": (POST, 150.0),
    "police_station": (POST, 15.0),
    "control_post": (ROAD_CONTROL, 10.0),
    "airfield": (AIR_CONTROL, 10.0),
}
"""Kind of unit and mean strength of each kind of post."""
BASES = ("joint_command_seat", "army_seat", "army_base", "river_base", "police_base")
"""Kinds of post that count as a base."""
FORCE_OF_POST = {
    "joint": ARMY,
    "army": ARMY,
    "army+police": ARMY,
    "police": POLICE,
    "police+customs": POLICE,
    "navy": NAVY,
    "civil/military": AIR_FORCE,
    "air_force": AIR_FORCE,
}
FURTHER_BASE_STRENGTH = 90.0
OUT, ROTATION = 4, 9
"""Patrols are out in four of nine months: so many missions of a month had one officer made (press, 2011)."""
PATROL_STRENGTH = 15.0
TOWNS = ("district_capital", "town")
TOWN_REACH_KM = 12.0
"""Households within this distance (1/e) draw bases and stations to a town."""
STRENGTH_SPREAD = 0.3
"""Standard deviation of log strength between units of a kind."""

TOP_KNOWN, OTHERS_KNOWN = (0.3, 0.7), (0.0, 0.2)
"""What the state knows at the start of who somebody is: leaders and heirs by name, of others little (D2)."""
FIRST_SUPPORT, CORE_SUPPORT = 0.12, 0.35
"""Support for a group at the start: everywhere, and added to it in the historic core (E1)."""
ROOTS_KM = 30.0
"""Roots of the lineage fall by 1/e over this distance from its historic core (E1)."""
FIRST_STATE_SUPPORT = 0.4
COMMITTEE_NORTH, COMMITTEE_SOUTH, SOUTH_ROWS = 0.15, 0.6, (62.0, 95.0)
"""Self-defence committees held the Apurimac side from the 1980s on and are weak on the Ene (E3)."""


class Contingent(NamedTuple):
    """Units of one kind: how many, of whom, how strong (mean persons), at which `sites`."""

    kind: int
    force: int
    number: int
    strength: float
    sites: str


FURTHER: tuple[Contingent, ...] = (
    Contingent(POST, POLICE, 14, 15.0, "towns"),
    Contingent(SPECIAL_TEAM, POLICE, 8, 12.0, "bases"),
    Contingent(SPECIAL_TEAM, ARMY, 12, 20.0, "bases"),
    Contingent(ERADICATION_CREW, POLICE, 40, 12.0, "bases"),
    Contingent(ROAD_CONTROL, POLICE, 45, 8.0, "roads"),
    Contingent(RIVER_CONTROL, NAVY, 24, 8.0, "rivers"),
    Contingent(AIR_CONTROL, AIR_FORCE, 8, 6.0, "strips"),
    Contingent(PORT_CONTROL, POLICE, 10, 10.0, "port"),
)
"""Units beside bases and patrols; press reports give none of these numbers (judgement)."""
TASK_OF_KIND = {
    POST: HOLD,
    PATROL: MOVE,
    SPECIAL_TEAM: REST,
    ERADICATION_CREW: REST,
    ROAD_CONTROL: CONTROL,
    RIVER_CONTROL: CONTROL,
    AIR_CONTROL: CONTROL,
    PORT_CONTROL: CONTROL,
}


def build_security(world: World) -> None:
    """Fill the units, and what communities and the state know and feel at the start."""
    described = start_posts(world.scenario, world.valley)
    for post in described or _posts_of_the_record(world.valley):
        kind, _ = KIND_OF_POST[post.kind]
        rows = add_units(
            world,
            kind,
            FORCE_OF_POST[post.force],
            np.array([post.cell]),
            post.strength,
            np.array([post.community]),
        )
        world.units.arrived[rows], world.units.until[rows] = max(post.first, 0), post.last
        if described:
            world.units.strength[rows] = world.units.establishment[rows] = post.strength
    if not described:
        _add_bases(world)
    sites = _sites(world)
    for number, contingent in enumerate(FURTHER):
        if described and contingent.sites == "towns":
            continue  # the scenario names all stations itself
        cells = _drawn(world, sites[contingent.sites], contingent.number, block=10 + number)
        add_units(world, contingent.kind, contingent.force, cells, contingent.strength)
    _add_patrols(world, sites["bases"])
    world.security.first_units = world.units.count
    _start_communities(world)
    _start_knowledge(world)


def add_units(
    world: World,
    kind: int,
    force: int,
    cells: NDArray[np.int64],
    strength: float,
    community: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """New units of one kind at flat `cells`, present from this week on and for good; return their rows."""
    units = world.units
    rows = np.arange(units.count, units.count + len(cells))
    units.grow(units.count + len(cells))
    units.count += len(cells)
    if not len(rows):
        return rows
    units.kind[rows], units.force[rows], units.task[rows] = kind, force, TASK_OF_KIND[kind]
    units.cell[rows] = cells
    near = nearest_community(world.valley, cells) if community is None else community
    units.community[rows] = units.home[rows] = near
    first = int(rows[0])
    size = world.streams.normal("unit_traits", 0, first, first + len(rows))
    corruption = world.streams.uniform_double("unit_traits", 2, first, first + len(rows))
    units.strength[rows] = strength * np.exp(STRENGTH_SPREAD * size - STRENGTH_SPREAD**2 / 2.0)
    units.establishment[rows] = units.strength[rows]
    units.morale[rows] = USUAL_MORALE
    units.corruption[rows] = HIGHEST_CORRUPTION * corruption**2
    units.arrived[rows] = world.week
    units.until[rows] = -1
    return rows


def nearest_community(valley: Valley, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """The community nearest to each flat cell, in a straight line."""
    place = valley.communities
    row, col = np.divmod(np.asarray(cells, dtype=np.int64), COLS)
    away = (place.row - row[:, None]) ** 2.0 + (place.col - col[:, None]) ** 2.0
    return away.argmin(axis=1)


def _posts_of_the_record(valley: Valley) -> list[StartPost]:
    """Posts known from press reports, all present from the start."""
    posts = valley.posts
    near = nearest_community(valley, posts.cell.astype(np.int64)).tolist()
    return [
        StartPost(town, int(cell), community, kind, force, KIND_OF_POST[kind][1])
        for town, cell, community, kind, force in zip(
            posts.town, posts.cell.tolist(), near, posts.kind, posts.force, strict=True
        )
    ]


def _add_bases(world: World) -> None:
    """Bases beyond those of the record, up to the number of the table, at towns drawn by households around."""
    known = sum(kind in BASES for kind in world.valley.posts.kind)
    cells = _drawn(world, _towns(world), round(world.p.bases_initial) - known, block=9)
    add_units(world, POST, ARMY, cells, FURTHER_BASE_STRENGTH)


def _add_patrols(world: World, bases: NDArray[np.int64]) -> None:
    """Patrols based at the posts in turn; less than half of them are out at one time (D1)."""
    count = round(world.p.patrols_in_field * ROTATION / OUT)
    homes = (
        bases[np.arange(count) % len(bases)] if len(bases) else _drawn(world, _towns(world), count, block=8)
    )
    rows = add_units(world, PATROL, ARMY, homes, PATROL_STRENGTH)
    world.units.task[rows] = np.where(np.arange(count) % ROTATION < OUT, MOVE, REST)


def _sites(world: World) -> dict[str, NDArray[np.int64]]:
    """Flat cells where units of each kind may stand; a cell that stands twice draws twice as many."""
    valley, units = world.valley, world.units
    place = valley.communities
    on_road = np.asarray(valley.grid.road).ravel()[place.cell] >= ROADS.index("unpaved")
    on_river = np.asarray(valley.grid.river).ravel()[place.cell] > 0
    posts = np.flatnonzero(units.kind[: units.count] == POST)
    bases = posts[np.argsort(-units.strength[posts], kind="stable")]
    callao = next(i for i, name in enumerate(valley.gateways.leads_to) if "Callao" in name)
    towns = _towns(world)
    return {
        "towns": towns,
        # large posts first: patrols, teams and crews start from there
        "bases": (units.cell[bases[: round(world.p.bases_initial)]] if len(bases) else towns).astype(
            np.int64
        ),
        "roads": place.cell[on_road].astype(np.int64),
        "rivers": place.cell[on_river].astype(np.int64),
        "strips": valley.airstrip_centres.astype(np.int64),
        "port": valley.gateways.cell[[callao]].astype(np.int64),
    }


def _towns(world: World) -> NDArray[np.int64]:
    places = world.valley.places
    return places.cell[[kind in TOWNS for kind in places.kind]].astype(np.int64)


def _drawn(world: World, cells: NDArray[np.int64], number: int, block: int) -> NDArray[np.int64]:
    """`number` of `cells`, drawn by the households around them; all stand once before one stands twice."""
    chosen: list[NDArray[np.int64]] = []
    weight = _households_around(world.valley, tuple(cells.tolist()))
    for turn in range(-(-max(number, 0) // max(len(cells), 1))):
        draws = world.streams.uniform_double("unit_traits", block, turn * len(cells), (turn + 1) * len(cells))
        # exponential races draw without replacement, weighted
        order = np.argsort(-np.log1p(-draws) / weight, kind="stable")
        chosen.append(cells[order])
    return np.concatenate(chosen)[:number] if chosen else np.zeros(0, dtype=np.int64)


@lru_cache(maxsize=32)
def _households_around(valley: Valley, cells: tuple[int, ...]) -> NDArray[np.float64]:
    """Share of the households near each of `cells`, the nearest counting most; most sites are those of every world."""
    place = valley.communities
    row, col = np.divmod(np.array(cells, dtype=np.int64), COLS)
    km = np.hypot(place.row - row[:, None], place.col - col[:, None]) * CELL_KM
    weight: NDArray[np.float64] = (np.exp(-km / TOWN_REACH_KM) * place.household_share).sum(axis=1) + 1e-9
    weight.setflags(write=False)
    return weight


def _start_communities(world: World) -> None:
    """Support, trust, committees, young people and presence of the start (E1-E4)."""
    communities, place, p = world.communities, world.valley.communities, world.p
    communities.trust[:] = p.reward_paid_share
    communities.state_support[:] = FIRST_STATE_SUPPORT
    roots = roots_of_lineage(world.valley)
    lineage = ~world.groups.outsider[: world.groups.count]
    support = FIRST_SUPPORT + CORE_SUPPORT * roots[:, None] * lineage
    world.groups.support[:, : world.groups.count] = support
    communities.committee[:] = committee_history(world.valley) * (1.0 - roots)
    communities.past_leaf_price[:] = 1.0
    communities.youth[:] = p.youth_per_household * p.farm_households * place.household_share
    communities.state_presence[:] = state_presence(world)


@lru_cache(maxsize=8)
def roots_of_lineage(valley: Valley) -> NDArray[np.float64]:
    """Roots of the founding group in each community, (C,): 1 in its historic core."""
    return np.exp(-valley.communities.core_km.astype(float) / ROOTS_KM)


@lru_cache(maxsize=8)
def committee_history(valley: Valley) -> NDArray[np.float64]:
    """Strength of self-defence committees that history has left in each community, (C,): more in the south."""
    low, high = SOUTH_ROWS
    south = np.clip((valley.communities.row - low) / (high - low), 0.0, 1.0)
    history: NDArray[np.float64] = COMMITTEE_NORTH + (COMMITTEE_SOUTH - COMMITTEE_NORTH) * south
    return history


def _start_knowledge(world: World) -> None:
    """What the state knows of members at the start: who the top is, rarely where anybody is (D2)."""
    members = world.members
    count = members.count
    top = (members.rank[:count] >= COMMANDER) | members.seat[:count] | members.heir[:count]
    draws = world.streams.uniform_double("unit_traits", 5, 0, count)
    low = np.where(top, TOP_KNOWN[0], OTHERS_KNOWN[0])
    high = np.where(top, TOP_KNOWN[1], OTHERS_KNOWN[1])
    members.role_known[:count] = low + (high - low) * draws
