"""B11: contests between columns of different groups over the ground they share, truces and pacts, moves of seats.

Once a month every pair of columns that share ground may fight: rent draws them, unequal strength and kinship hold them
back. Losses follow Lanchester's law in its simplest form, a share of each side; the loser leaves ground. Source:
docs/model.md, The armed organisation.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes import territory
from vraem.processes.attacks import kill_civilians
from vraem.processes.communities import FEELING_WRITES, frighten
from vraem.processes.groups import Rows, living_columns, members_of
from vraem.processes.journal import actor_of, actor_of_column, note
from vraem.processes.losses import WRITES as LOSSES
from vraem.processes.losses import remove_members
from vraem.processes.targets import BLOCK
from vraem.processes.territory import ALLIED_FROM
from vraem.processes.writes import together
from vraem.world import World
from vraem.world.clock import MONTHS_IN_FOUR_WEEKS, REVIEW_WEEKS
from vraem.world.organisation_tables import DEAD, FIGHTER, NO_ROW
from vraem.world.presence import nearness
from vraem.world.security_tables import CLASH, TRUCE

WRITES = together(
    territory.WRITES, LOSSES, FEELING_WRITES, {"columns": ("seat",), "groups": ("allied", "alliance")}
)
FIGHT_PHASE, SEAT_PHASE, CONTROL_PHASE = 1, 2, 3
"""Weeks of the month in which columns fight, seats move, and control follows."""
RENT_WEIGHT, PARITY_WEIGHT, KIN_WEIGHT = 0.5, -1.5, -1.0
LOSER_LOSSES, WINNER_LOSSES = 0.08, 0.04
"""Log weights of the fight rate, and losses as shares of the armed (parameter table: fight_rate)."""
RENT_RANGE = (-1.0, 2.0)
"""Bounds of the rent of shared ground over the valley's mean, less one."""
WHOLE_BORDER = 1.0
"""Communities' worth of shared control from which a border counts whole."""
PACT_STRENGTH = 1.0
"""A pact is an alliance until it fades to `ALLIED_FROM`; a truce parts those who have fought and binds nobody."""
DRAWS = 4
"""Draws of a pair: whether they fight, who wins, whether a truce follows, whether a civilian is killed."""


class Border(NamedTuple):
    """Ground that two columns of different groups share: `shared` communities' worth, `rent` over the mean, `place`."""

    one: int
    other: int
    shared: float
    rent: float
    place: int

    @property
    def pair(self) -> int:
        """The address of the pair: rows are never reused, and a pair keeps its draws whoever else meets."""
        return self.one + self.other * (self.other - 1) // 2


def prepare(world: World) -> None:
    """The first control of every column."""
    territory.prepare(world)


def step(world: World) -> None:
    """Columns that ended leave the map; fights, moves of seats and control each have their week of the month."""
    columns = world.columns
    _clear_ended(world)
    phase = world.week % REVIEW_WEEKS
    if phase == FIGHT_PHASE:
        rows = living_columns(world)
        if len(rows) > 1 and (columns.group[rows] != columns.group[rows[0]]).any():
            found = borders(world, rows)
            between = Counter(_groups_of(world, border) for border in found)
            for border in found:
                _meet(world, border, between[_groups_of(world, border)])
    elif phase == SEAT_PHASE:
        _move_seats(world)
    elif phase == CONTROL_PHASE:
        territory.move_control(world)


def _groups_of(world: World, border: Border) -> tuple[int, int]:
    """The two groups that meet at a border, in order of their rows."""
    one, other = int(world.columns.group[border.one]), int(world.columns.group[border.other])
    return min(one, other), max(one, other)


def _clear_ended(world: World) -> None:
    columns = world.columns
    ended = (columns.ended[: columns.count] == world.week).nonzero()[0]
    if len(ended):
        columns.control[:, ended] = 0.0
        columns.territory[ended] = columns.past_territory[ended] = 0.0
        for name in ("exposure", "tolls", "guards"):
            columns.__dict__[name][:, ended] = 0.0
        territory.refresh(world)


def borders(world: World, rows: Rows) -> list[Border]:
    """Pairs of living columns of different groups that share ground, in the order of their rows."""
    columns, communities = world.columns, world.communities
    held = columns.control[:, rows].astype(np.float64)
    area = np.maximum(communities.coca_area, 0.0)
    mean = max(float(area.mean()), 1e-9)
    group = columns.group[rows]
    found = []
    for first, second in zip(*np.nonzero(np.triu(group[:, None] != group)), strict=True):
        both = np.minimum(held[:, first], held[:, second])
        shared = float(both.sum())
        if shared > 0.0:
            rent = float(both @ area) / shared / mean - 1.0
            found.append(Border(int(rows[first]), int(rows[second]), shared, rent, int(both.argmax())))
    return found


def fight_chance(world: World, border: Border) -> float:
    """Chance of a fight in four weeks: rate · exp(.5 rent − 1.5 |parity gap| − kin), less what an alliance takes."""
    columns, groups = world.columns, world.groups
    one, other = border.one, border.other
    armed = float(columns.armed[one]), float(columns.armed[other])
    fighting = territory.strength(world, np.array([one, other]))
    if fighting.min() <= 0.0:
        return 0.0
    gap = abs(armed[0] - armed[1]) / (armed[0] + armed[1])
    rent = min(max(border.rent, RENT_RANGE[0]), RENT_RANGE[1])
    log_rate = RENT_WEIGHT * rent + PARITY_WEIGHT * gap + KIN_WEIGHT * _kin(world, one, other)
    group, partner = int(columns.group[one]), int(columns.group[other])
    sides = ((group, partner), (partner, group))
    peace = max(float(groups.alliance[side]) * bool(groups.allied[side] == them) for side, them in sides)
    reach = min(border.shared / WHOLE_BORDER, 1.0)
    rate = world.p.fight_rate * MONTHS_IN_FOUR_WEEKS
    return float(1.0 - np.exp(-rate * reach * np.exp(log_rate) * (1.0 - peace)))


def _kin(world: World, one: int, other: int) -> bool:
    """Whether the commanders of two columns are of one kin line."""
    columns, members = world.columns, world.members
    first, second = int(columns.commander[one]), int(columns.commander[other])
    return NO_ROW not in (first, second) and bool(members.kin[first] == members.kin[second])


def _meet(world: World, border: Border, borders_between: int) -> None:
    """A month at one border: a fight, or perhaps a pact, which two groups make once and not at each border."""
    pair = border.pair
    draws = world.streams.uniform_double("contest", world.week, DRAWS * pair, DRAWS * (pair + 1))
    fights, wins, calms, harms = draws.tolist()
    columns, p = world.columns, world.p
    group, partner = int(columns.group[border.one]), int(columns.group[border.other])
    chance = fight_chance(world, border)
    if fights < chance:
        _fight(world, border, wins)
        if harms < p.fight_civilians:
            culprit = border.one if harms < p.fight_civilians / 2.0 else border.other
            kill_civilians(world, 1, border.place, culprit, int(columns.group[culprit]))
        if calms < p.truce_chance:
            _ally(world, group, partner, border.place, world.p.truce_strength)
    elif calms < MONTHS_IN_FOUR_WEEKS * p.pact_rate / borders_between * min(
        border.shared / WHOLE_BORDER, 1.0
    ):
        _ally(world, group, partner, border.place, PACT_STRENGTH)


def _fight(world: World, border: Border, draw: float) -> None:
    """Both sides lose members; the winner, by the contest success function, takes ground."""
    columns = world.columns
    rows = np.array([border.one, border.other])
    force = territory.strength(world, rows).astype(np.float64) ** world.p.contest_exponent
    first_wins = draw < force[0] / force.sum()
    winner, loser = (border.one, border.other) if first_wins else (border.other, border.one)
    actors = [actor_of_column(world, column) for column in (winner, loser)]
    suffers = actor_of(world, int(columns.group[loser]))
    _fall(world, winner, WINNER_LOSSES, actors[1], border)
    _fall(world, loser, LOSER_LOSSES, actors[0], border)
    shared = np.minimum(columns.control[:, winner], columns.control[:, loser])
    taken = np.float32(world.p.fight_territory) * shared
    columns.control[:, loser] -= taken
    columns.control[:, winner] += taken
    note(
        world,
        CLASH,
        persons=float(columns.armed[winner] + columns.armed[loser]),
        by=actors[0],
        victim=suffers,
        community=border.place,
        column=winner,
        group=int(columns.group[winner]),
        other=int(columns.group[loser]),
    )
    frighten(world, border.place)


def _fall(world: World, column: int, share: float, by: int, border: Border) -> None:
    """Each armed member of `column` falls with the chance `share`; the journal has the dead one by one.

    A member who fights at two borders in a week has a draw of his own for each.
    """
    members = world.members
    rows = members_of(world, column)
    armed = rows[members.rank[rows] >= FIGHTER]
    start = border.pair * BLOCK
    draws = world.streams.uniform_double("contest_loss", world.week, start, start + members.count)[armed]
    remove_members(world, armed[draws < share], DEAD, by=by, community=border.place)


def _ally(world: World, group: int, partner: int, place: int, strength: float) -> None:
    """A truce or a pact of `strength`: both groups hold to it at first, and less as it ages (`command` fades it)."""
    groups = world.groups
    for one, other in ((group, partner), (partner, group)):
        former = int(groups.allied[one])
        if former not in (NO_ROW, other) and groups.alliance[one] >= ALLIED_FROM:
            return  # a group holds to one partner at a time
    for one, other in ((group, partner), (partner, group)):
        held = float(groups.alliance[one]) if groups.allied[one] == other else 0.0
        groups.allied[one], groups.alliance[one] = other, max(held, strength)
    by, victim = actor_of(world, group), actor_of(world, partner)
    note(world, TRUCE, persons=0.0, by=by, victim=victim, community=place, group=group, other=partner)


def _move_seats(world: World) -> None:
    """Columns move their seat now and then, more often under pressure, to ground they hold where the state is weak."""
    columns, p = world.columns, world.p
    rows = living_columns(world)
    if not len(rows):
        return
    draws = world.streams.uniform_double("seat_move", world.week, 0, 2 * columns.count).reshape(-1, 2)[rows]
    felt = np.maximum(columns.pressure[rows] - world.burn_in.pressure, 0.0)
    moving = (draws[:, 0] < 1.0 - np.exp(-MONTHS_IN_FOUR_WEEKS * p.seat_move_rate * (1.0 + felt))).nonzero()[
        0
    ]
    for place in moving.tolist():
        column = int(rows[place])
        columns.seat[column] = _new_seat(world, column, float(draws[place, 1]))


def _new_seat(world: World, column: int, draw: float) -> int:
    """A community drawn by the column's control there (squared), nearness to the old seat, absence of the state."""
    columns, communities = world.columns, world.communities
    near = nearness(world.valley, world.p.column_reach)[columns.seat[column]]
    weight: NDArray[np.float64] = columns.control[:, column] ** 2 * near / (1.0 + communities.state_presence)
    reach = np.cumsum(weight)
    if reach[-1] <= 0.0:
        return int(columns.seat[column])
    return int(np.searchsorted(reach, draw * reach[-1], side="right"))
