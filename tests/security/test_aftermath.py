"""D4 and E1: rest of a team, anger after harm, and whom a raid presses."""

import numpy as np
import pytest

from vraem.processes.raids import Operation, carry_out
from vraem.world import World
from vraem.world.organisation_tables import ENDED, FIGHTER

from .worlds import active, settled, used, with_parameters


def raid(world: World, *, certain: bool, accuracy: float = 1.0) -> int:
    """One raid on a fighter that succeeds or fails for certain and ends in no firefight; return his column."""
    with_parameters(
        world, raid_intercept=60.0 if certain else -60.0, plan_leak_probability=0.0, raid_clash_chance=0.0
    )
    rows = active(world)
    target = int(rows[world.members.rank[rows] == FIGHTER][0])
    column = int(world.members.column[target])
    carry_out(world, Operation(target=target, address=0, effort=0.0, accuracy=accuracy, lethality=0.0))
    return column


@pytest.mark.parametrize(("morale", "weeks"), [(1.0, 2), (0.5, 3), (0.0, 4)])
def test_a_team_rests_two_weeks_and_up_to_four_without_morale(morale: float, weeks: int):
    world = settled()
    used(world.units, "morale")[:] = morale
    before = used(world.units, "free_from").copy()
    raid(world, certain=False)
    (team,) = np.flatnonzero(used(world.units, "free_from") != before)
    assert world.units.free_from[team] == world.week + weeks


@pytest.mark.parametrize(("lethality", "events"), [(0.0, 1.0), (1.0, 3.0)])
def test_a_civilian_killed_angers_like_three_wounded_or_wrongly_arrested(lethality: float, events: float):
    world = with_parameters(settled(), collateral_lethality=lethality, anger_gain=0.1)
    world.communities.anger[:] = 0.0
    place = int(world.columns.seat[raid(world, certain=True, accuracy=0.0)])
    assert world.communities.anger[place] == pytest.approx(0.1 * events)
    near = world.valley.neighbours_of(place)
    near = near[near != place]
    assert world.communities.anger[near] == pytest.approx(0.05 * events)


def test_a_column_that_has_ended_feels_no_raid():
    for status in (0, ENDED):
        world = settled()
        column = raid(world.copy(), certain=False)
        other = (column + 1) % 8
        world.columns.seat[other] = world.columns.seat[column]
        world.columns.status[other] = status
        before = float(world.columns.pressure[other])
        raid(world, certain=False)
        assert (world.columns.pressure[other] > before) == (status != ENDED)
