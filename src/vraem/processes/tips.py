"""E2 D2: tips of the population and what is heard on the radio, week by week.

A column is told of by the communities of its territory (`communities._meet` says how readily). A tip tells most of the
one person seen and something of those around. Whether the reward is paid teaches the community; where the group holds
the place it may kill for a tip.
"""

import numpy as np

from vraem.processes.attacks import licence, take_reprisal
from vraem.processes.communities import paid_share
from vraem.processes.groups import Rows, members_of
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW

GIVEN, PERSON, PLACE, PAID, REPRISAL, DEATHS, HEARD = range(7)
DRAWS_A_COLUMN = 8


def hear(world: World) -> None:
    """This week's tips and signals on every column: at most one of each, with its rate as the chance."""
    columns, p, week = world.columns, world.p, world.week
    count = columns.count
    draws = world.streams.uniform_double("tip", week, 0, DRAWS_A_COLUMN * count)
    told, heard = draws[GIVEN::DRAWS_A_COLUMN].tolist(), draws[HEARD::DRAWS_A_COLUMN].tolist()
    # a column that has ended is told of by nobody and has no commander to be heard
    for column, rate in enumerate(columns.tip_rate[:count].tolist()):
        if told[column] < rate:
            start = DRAWS_A_COLUMN * column
            _take_tip(world, column, draws[start : start + DRAWS_A_COLUMN].tolist())
        if heard[column] < p.signal_rate and columns.hidden_until[column] <= week:
            commander = int(columns.commander[column])
            if commander != NO_ROW:
                _learn(world, commander, p.signal_gain, p.signal_gain)


def _take_tip(world: World, column: int, draws: list[float]) -> None:
    """One tip on `column`: knowledge rises, the reward is paid or not, and the group may find out who talked."""
    columns, communities, p = world.columns, world.communities, world.p
    rows = members_of(world, column)
    if not len(rows):
        return
    world.flows.tips += 1.0
    seen = int(rows[int(draws[PERSON] * len(rows))])
    _learn(world, rows, p.tip_company * p.tip_location_gain, p.tip_company * p.tip_role_gain)
    _learn(world, seen, p.tip_location_gain, p.tip_role_gain)
    tellers = (columns.control[:, column] * communities.tip_rate).cumsum()
    if tellers[-1] <= 0.0:
        return
    place = min(int(tellers.searchsorted(draws[PLACE] * tellers[-1], "right")), len(tellers) - 1)
    paid = draws[PAID] < paid_share(world)[place]
    communities.trust[place] += p.trust_learning * (paid - communities.trust[place])
    held = float(columns.control[place, column])
    revenge = 1.0 + float(columns.aggression[column])
    if draws[REPRISAL] < p.reprisal_chance * held * revenge * licence(world, column):
        take_reprisal(world, column, place, draws[DEATHS])


def _learn(world: World, rows: Rows | int, location: float, role: float) -> None:
    """Knowledge of the members `rows` (or of one) rises by shares of what is not known yet."""
    members = world.members
    for all_known, gain in ((members.location_known, location), (members.role_known, role)):
        known = all_known[rows]
        all_known[rows] = known + np.float32(gain) * (1 - known)
