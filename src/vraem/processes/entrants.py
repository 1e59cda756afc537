"""B12: armed groups from outside the lineage enter where rent has lost its protectors.

The rate follows the coca left without the control of the start, and is higher where armed groups have been before
(Daly 2012). A self-defence committee may keep them out (E3). Switch S8 turns entry off.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import (
    Recruits,
    add_members,
    count_strength,
    install_commander,
    install_leader,
    new_column,
    new_group,
)
from vraem.processes.journal import WRITES as JOURNAL_WRITES
from vraem.processes.journal import note
from vraem.processes.rent import coca_rent, control_lost, lost_rent
from vraem.processes.writes import COUNT_WRITES, ENTRY_WRITES, FOUNDING_WRITES, POST_WRITES, together
from vraem.world import World
from vraem.world.clock import MONTHS_IN_FOUR_WEEKS, REVIEW_WEEKS, WEEKS_A_YEAR
from vraem.world.organisation_tables import ADULT_YEARS, FIGHTER
from vraem.world.security_tables import ENTRY, OTHER_GROUP

WRITES = together(
    JOURNAL_WRITES,
    FOUNDING_WRITES,
    ENTRY_WRITES,
    POST_WRITES,
    COUNT_WRITES,
    {"columns": ("link", "treasury", "revenue", "locked_until"), "groups": ("arms",)},
)
PHASE = 0
SMALLEST = 8
"""Fewest armed members of a group that enters; the most are drawn (`entrant_armed_max`)."""
FOUNDING_WEEKS = 26.0
"""Weeks of pay that a new group brings with it."""
IDEOLOGY_SPREAD = 0.05
AGE_RANGE = 22.0
"""Newcomers are adults of up to so many years more."""
FIRST_KIN = 500_000
"""Kin lines of outside groups begin here, one line a person: nobody in them has kin in the lineage."""


def step(world: World) -> None:
    """Once a month a group may enter."""
    if world.week % REVIEW_WEEKS != PHASE or world.scenario.switches.entrants == "off":
        return
    rate = entry_rates(world)
    reach = np.cumsum(rate)
    total = float(reach[-1])
    if total <= 0.0:
        return
    enters, where, held, size = world.streams.uniform_double("entrant", world.week, 0, 4).tolist()
    if enters >= 1.0 - np.exp(-total):
        return
    place = int(np.searchsorted(reach, where * total, side="right"))
    if held < world.p.committee_veto * world.communities.committee[place]:
        return
    _found(world, place, SMALLEST + int(size * (round(world.p.entrant_armed_max) - SMALLEST + 1)))


def entry_rates(world: World) -> NDArray[np.float64]:
    """Entries in four weeks by community (C,): the whole rate if all that was protected at the start is so no more.

    The rent is that of coca; ground that columns have only changed for other ground does not count. Places that armed
    groups once held draw more, up to the multiplier where they held all.
    """
    communities, p = world.communities, world.p
    lost = coca_rent(world) * control_lost(world)
    legacy = 1.0 + (p.entrant_legacy_multiplier - 1.0) * communities.first_control
    rates: NDArray[np.float64] = lost / max(float(lost.sum()), 1e-9) * legacy
    return p.entrant_rate * MONTHS_IN_FOUR_WEEKS * lost_rent(world) * rates


def _found(world: World, place: int, armed: int) -> None:
    """A group of `armed` persons under a leader, with some money, settles at `place`."""
    columns, flows = world.columns, world.flows
    group = new_group(world, outsider=True)
    column = new_column(world, group, place)
    rows = add_members(world, column, _newcomers(world, place, armed))
    install_commander(world, column, int(rows[0]))
    install_leader(world, group, int(rows[0]), world.p.entrant_authority)
    columns.link[column] = 1.0
    world.groups.arms[group] = armed
    money = FOUNDING_WEEKS * world.burn_in.reference_pay * armed
    columns.treasury[column] += money
    # as a column that has just split off, it comes with what it needs to live, and gives its venture time
    columns.revenue[column] = world.p.solvency * world.burn_in.reference_pay * armed
    columns.locked_until[column] = world.week + round(world.p.change_lock)
    flows.group_founding += money
    count_strength(world)
    note(
        world,
        ENTRY,
        persons=float(armed),
        by=OTHER_GROUP,
        community=place,
        column=column,
        group=group,
    )


def _newcomers(world: World, place: int, count: int) -> Recruits:
    """Traits of the newcomers, drawn by the rows they will have."""
    first = world.members.count
    draws = world.streams.uniform_double("entrant_traits", world.week, 4 * first, 4 * (first + count))
    age, tie, bond, skill = draws.reshape(count, 4).T
    noise = world.streams.normal("entrant_noise", world.week, first, first + count)
    return Recruits(
        rank=np.full(count, FIGHTER, dtype=np.int8),
        age_weeks=np.ceil((ADULT_YEARS + AGE_RANGE * age) * WEEKS_A_YEAR).astype(np.int64),
        kin=FIRST_KIN + np.arange(first, first + count),
        tie=0.5 + 0.5 * tie,
        bond=0.5 + 0.5 * bond,
        ideology=world.p.entrant_ideology + IDEOLOGY_SPREAD * noise,
        skill=skill,
        origin=np.full(count, place),
    )
