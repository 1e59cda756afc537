"""B7 D4: attacks of armed groups on the state that are not tied to cargo, and killings of alleged informers.

Source: docs/model.md, The armed organisation, levels from the fact tables. How much effort a column has for attacks
follows from its ideology and its wish for revenge (B7); here it becomes acts. Raids provoke more of them.
"""

from math import exp, log

import numpy as np

from vraem.processes.command import MIDDLE_BOND, mean_bond
from vraem.processes.communities import FEELING_WRITES, frighten
from vraem.processes.groups import members_of
from vraem.processes.journal import actor_of_column, note
from vraem.processes.losses import WRITES as LOSS_WRITES
from vraem.processes.losses import remove_members
from vraem.processes.writes import together
from vraem.world import World
from vraem.world.organisation_tables import COMMANDER, DEAD, FIGHTER, NO_ROW
from vraem.world.presence import nearest_communities, standing
from vraem.world.security_tables import (
    ATTACK,
    CIVILIANS,
    KILLING,
    PATROL,
    POST,
    REST,
    ROAD_CONTROL,
    STATE,
    of_kinds,
)

WRITES = together(LOSS_WRITES, FEELING_WRITES, {"units": ("morale",), "columns": ("notoriety",)})
HAPPENS, PLACE, DEATHS, LOSS, WHO, BYSTANDERS = range(6)
DRAWS_A_COLUMN = 8
FULL_COLUMN = 15.0
"""Armed members of the column that the rate of the table is for (column_size_seen_in_action)."""
GROUND = 12
"""Communities nearest to its seat among which a column strikes."""
SURPRISE = 0.5
"""Attackers choose time and place: their chance of a loss over that of members who are surprised."""
MET = of_kinds(POST, PATROL, ROAD_CONTROL)
"""Kinds of unit that an attack may meet."""
MOST_FEAR = 3.0
"""A massacre frightens like this many single killings: fear knows no more than all."""


def step(world: World) -> None:
    """Each column may attack this week, by effort, arms and what the state has done to it lately.

    Nobody plans an attack while a command is vacant: fewer and less professional attacks after commanders are lost
    (Wilner 2010, on commanders in Afghanistan; Johnston 2012).
    """
    columns, week = world.columns, world.week
    count = columns.count
    draws = world.streams.uniform_double("attack", week, 0, DRAWS_A_COLUMN * count)
    happens = draws[HAPPENS::DRAWS_A_COLUMN].tolist()
    pressure, armed = columns.pressure[:count].tolist(), columns.armed[:count].tolist()
    # a column that has ended, or serves a firm, has no effort for attacks
    for column, effort in enumerate(columns.attack_effort[:count].tolist()):
        if (
            effort > 0.0
            and happens[column] < attack_chance(world, effort, armed[column], pressure[column])
            and columns.commander[column] != NO_ROW
            and columns.hidden_until[column] <= week
        ):
            start = DRAWS_A_COLUMN * column
            _attack(world, column, draws[start : start + DRAWS_A_COLUMN].tolist())


def attack_chance(world: World, effort: float, armed: float, pressure: float) -> float:
    """Chance of an attack of a column in one week: by its effort, its arms and the pressure it feels above normal."""
    p = world.p
    provoked = max(pressure - world.burn_in.pressure, 0.0)
    return 1.0 - exp(
        -p.attack_rate * effort * armed / FULL_COLUMN * (1.0 + p.attack_pressure_weight * provoked)
    )


def take_reprisal(world: World, column: int, place: int, draw: float) -> None:
    """`column` kills people of the community `place` for a tip; `draw` says how many."""
    group = int(world.columns.group[column])
    killed = 1 + geometric(draw, world.p.reprisal_deaths)
    kill_civilians(world, killed, place, column, group)


def licence(world: World, column: int) -> float:
    """Factor on a column's harm to civilians: the less it is held back, from above and from within, the more.

    Command from above is the link times the leader's authority over its mean in the burn-in; discipline within is the
    members' bond to their commander over its middle. Source: Humphreys & Weinstein (2006), indiscipline of units;
    Abrahms & Potter (2015), leadership deficits and harm to civilians.
    """
    columns, burn = world.columns, world.burn_in
    command = float(columns.link[column] * world.groups.authority[columns.group[column]])
    bond = float(mean_bond(world)[column])
    return exp(world.p.restraint_weight * (burn.command - command + MIDDLE_BOND - bond))


def geometric(draw: float, mean: float) -> int:
    """A whole number from 0 on with this `mean`, geometric, from a uniform `draw` in [0, 1)."""
    if mean <= 0.0:
        return 0
    return int(log(1.0 - draw) / log(mean / (1.0 + mean)))


def _attack(world: World, column: int, draws: list[float]) -> None:
    """One ambush or shot at a unit near: who dies, and what the place and the unit feel."""
    columns, flows, p = world.columns, world.flows, world.p
    group, seat = int(columns.group[column]), int(columns.seat[column])
    place = int(nearest_communities(world.valley, GROUND)[seat, int(draws[PLACE] * GROUND)])
    killed = geometric(draws[DEATHS], p.attack_deaths)
    flows.attacks += 1
    columns.notoriety[column] += 1.0
    flows.killed_state += killed
    _demoralise(world, place, killed)
    note(
        world,
        ATTACK,
        persons=float(columns.armed[column]),
        deaths=float(killed),
        by=actor_of_column(world, column),
        victim=STATE,
        community=place,
        column=column,
        group=group,
    )
    frighten(world, place)
    if draws[BYSTANDERS] < p.attack_civilian_harm * licence(world, column):
        kill_civilians(world, 1, place, column, group)
    if draws[LOSS] < SURPRISE * p.raid_group_losses:
        rows = members_of(world, column)
        ranks = world.members.rank[rows]
        fighters = rows[(ranks >= FIGHTER) & (ranks < COMMANDER)]
        if len(fighters):
            remove_members(
                world, fighters[[int(draws[WHO] * len(fighters))]], DEAD, by=STATE, community=place
            )


def kill_civilians(world: World, killed: int, place: int, column: int, group: int) -> None:
    """`killed` people of the community `place` die by `column` of `group`; the place is frightened."""
    world.flows.killed_civilians += killed
    frighten(world, place, min(float(killed), MOST_FEAR))
    note(
        world,
        KILLING,
        persons=float(killed),
        deaths=float(killed),
        by=actor_of_column(world, column),
        victim=CIVILIANS,
        community=place,
        column=column,
        group=group,
    )


def _demoralise(world: World, place: int, killed: int) -> None:
    """The unit nearest to `place` that can be met there loses morale with its dead."""
    if not killed:
        return
    units = world.units
    count = units.count
    met = MET[units.kind[:count]] & (units.task[:count] != REST)
    rows = np.flatnonzero(met & standing(world))
    if len(rows):
        hit = rows[world.valley.community_hours[place].take(units.community[rows]).argmin()]
        lose_morale(world, int(hit), killed)


def lose_morale(world: World, unit: int, killed: int) -> None:
    """The morale of `unit` falls with each of its `killed`."""
    morale = world.units.morale
    morale[unit] = max(float(morale[unit]) - world.p.unit_morale_loss * killed, 0.0)
