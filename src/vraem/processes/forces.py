"""D1 units of the state in the field and D7 presence that is ordered or follows a removal.

Source: docs/model.md, The state and the people between. Patrols move once a month between communities near their base,
less than half of them at one time; crews go where eradication is ordered; temporary posts and patrols come and go with
the orders of the scenario. Where controls go is D6 (`allocation`).
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.allocation import allocate, look_at_controls, place_of_seizures
from vraem.processes.exogenous import assist, in_districts
from vraem.world import World
from vraem.world.build_security import OUT, ROTATION, add_units
from vraem.world.clock import REVIEW_WEEKS
from vraem.world.organisation_tables import NO_ROW
from vraem.world.presence import nearest_communities, standing
from vraem.world.security_tables import (
    ARMY,
    ERADICATE,
    ERADICATION_CREW,
    MOVE,
    PATROL,
    POLICE,
    POST,
    RAID,
    REST,
    ROAD_CONTROL,
    UNITS,
    USUAL_MORALE,
)

WRITES: dict[str, tuple[str, ...]] = {
    "units": tuple(column.name for column in UNITS.columns),
    "communities": ("assisted_share",),
}
QUARTER = 12
"""Weeks after which controls that stay where they are count what they stop; where they move, at every review."""
PATROL_PLACES = 12
"""Communities nearest to its base among which a patrol goes about."""
MOST_IN_A_UNIT = 1e4
FOLLOW_ON_KIND = {"post": POST, "road": ROAD_CONTROL}
"""What a campaign leaves where it removed somebody; a road comes with the guards who keep it open."""


def step(world: World) -> None:
    """Carry out this week's orders of presence; once a month patrols move and controls are allocated."""
    for number, order in enumerate(world.inputs.presence):
        if world.week == max(order.first, 0):
            _send(world, number)
    if any(world.week in (max(order.first, 0), order.last + 1) for order in world.inputs.eradication):
        _send_crews(world)
    if world.security.developed:
        _end_development(world)
    if world.week % REVIEW_WEEKS == REVIEW_WEEKS - 1:
        _recover(world)
        _move_patrols(world)
        static = world.scenario.switches.allocation == "static"
        if not static or world.week % QUARTER == QUARTER - 1:
            allocate(world, QUARTER if static else REVIEW_WEEKS)
        look_at_controls(world)


def follow_on(world: World, community: int, kind: str, until: int) -> None:
    """D7: presence in `community` until the week `until` after a removal: a post, a road, or development.

    A second removal at one place prolongs what stands there.
    """
    units, p = world.units, world.p
    if kind == "development":
        developed = world.security.developed
        developed[community] = max(until, developed.get(community, NO_ROW))
        assist(world)
        return
    unit_kind = FOLLOW_ON_KIND[kind]
    count = units.count
    here = np.flatnonzero(
        (units.community[:count] == community)
        & (units.kind[:count] == unit_kind)
        & (units.until[:count] >= world.week)
    )
    if len(here):
        units.until[here[0]] = max(int(units.until[here[0]]), until)
        return
    cell = world.valley.communities.cell[[community]].astype(np.int64)
    rows = add_units(world, unit_kind, POLICE, cell, p.follow_on_strength, np.array([community]))
    units.until[rows] = until


def send_units(world: World, rows: NDArray[np.int64], communities: NDArray[np.int64]) -> None:
    """Station the units `rows` (n,) in `communities` (n,), as a script orders; patrols go out at once.

    Posts stay there for good; patrols until their month is over, controls until an allocation moves them (D6).
    """
    units = world.units
    units.community[rows] = communities
    units.cell[rows] = world.valley.communities.cell[communities]
    units.task[rows[units.kind[rows] == PATROL]] = MOVE
    _count_anew(world)


def reinforce(world: World, rows: NDArray[np.int64], persons: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add `persons` (n,) to the units `rows` (n,), or take them away; return what changed, down to an empty unit."""
    units = world.units
    before = units.strength[rows].astype(np.float64)
    units.strength[rows] = np.clip(before + persons, 0.0, MOST_IN_A_UNIT)
    _count_anew(world)
    changed: NDArray[np.float64] = units.strength[rows] - before
    return changed


def _count_anew(world: World) -> None:
    """What is worked out once from where units stand and how strong they are (D1, D6) follows a change by order."""
    world.security.fixed_presence = None
    look_at_controls(world)


def _send(world: World, number: int) -> None:
    """Begin the order of presence `number`: posts and patrols in the largest communities of its districts."""
    order, place = world.inputs.presence[number], world.valley.communities
    inside = np.flatnonzero(in_districts(world, order.districts))
    if not len(inside):
        return
    largest = inside[np.argsort(-place.household_share[inside], kind="stable")]
    for kind, count in ((POST, order.posts), (PATROL, order.patrols)):
        at = largest[np.arange(count) % len(largest)]
        rows = add_units(world, kind, ARMY, place.cell[at].astype(np.int64), order.strength, at)
        world.units.strength[rows] = world.units.establishment[rows] = order.strength
        world.units.until[rows] = order.last


def _send_crews(world: World) -> None:
    """Eradication crews go, in turn, to the places with most coca in the districts of this week's orders."""
    units, place = world.units, world.valley.communities
    crews = np.flatnonzero(units.kind[: units.count] == ERADICATION_CREW)
    wanted = np.zeros(len(place), dtype=bool)
    for order in world.inputs.eradication:
        if order.holds(world.week):
            wanted |= in_districts(world, order.districts)
    at_work = bool(wanted.any())
    units.task[crews] = ERADICATE if at_work else REST
    to = units.home[crews].astype(np.int64)
    if at_work and len(crews):
        area = np.where(wanted, world.communities.coca_area, -1.0)
        largest = np.argsort(-area, kind="stable")[: min(len(crews), int(wanted.sum()))]
        to = largest[np.arange(len(crews)) % len(largest)]
    units.community[crews] = to
    units.cell[crews] = place.cell[to]


def _end_development(world: World) -> None:
    """Development that followed a removal ends; what the scenario's own orders give stays."""
    developed = world.security.developed
    over = [community for community, until in developed.items() if until < world.week]
    for community in over:
        del developed[community]
    if over:
        assist(world)


def _recover(world: World) -> None:
    """Morale comes back; teams that have rested go home."""
    units, place = world.units, world.valley.communities
    count = units.count
    units.morale[:count] += world.p.unit_morale_return * (USUAL_MORALE - units.morale[:count])
    rested = np.flatnonzero((units.task[:count] == RAID) & (units.free_from[:count] <= world.week))
    if len(rested):
        units.task[rested] = REST
        units.community[rested] = home = units.home[rested]
        units.cell[rested] = place.cell[home]


def _move_patrols(world: World) -> None:
    """Patrols whose month it is go to a community near their base; the others rest at home."""
    units, place = world.units, world.valley.communities
    patrols = np.flatnonzero((units.kind[: units.count] == PATROL) & standing(world))
    if not len(patrols):
        return
    month = world.week // REVIEW_WEEKS
    turn = (np.arange(len(patrols)) + 2 * month) % ROTATION < OUT
    out = turn | (units.until[patrols] != NO_ROW)  # those that came for a time are always out
    draws = world.streams.uniform_double("patrol_move", world.week, 0, 3 * units.count).reshape(-1, 3)[
        patrols
    ]
    home = units.home[patrols].astype(np.int64)
    centre = place_of_seizures(world, patrols, home, draws[:, 1:])
    near = nearest_communities(world.valley, PATROL_PLACES)
    there = near[centre, (draws[:, 0] * PATROL_PLACES).astype(np.int64)]
    at = np.where(out, there, home)
    units.task[patrols] = np.where(out, MOVE, REST)
    units.community[patrols] = at
    units.cell[patrols] = place.cell[at]
