"""B9: camps after a contest, the leader of an only column, and how seats are filled and heirs named."""

import numpy as np
import pytest

from vraem.processes import succession
from vraem.processes.groups import columns_of, members_of
from vraem.processes.losses import remove_members
from vraem.world.organisation_tables import CAPTURED, COMMANDER, FIGHTER, NO_ROW

from .choices import split
from .worlds import fresh, quiet, run_processes, used


def test_the_winners_own_column_bears_him_no_grudge_even_where_his_rival_serves():
    for week in range(40):
        world = quiet(fresh())
        world.week = week
        winner, second = members_of(world, 2)[:2].tolist()
        contest = succession.Contest(winner, "contested", second)
        assert 2 not in succession._camp_of_loser(world, columns_of(world, 0), contest)


def test_who_takes_the_only_column_of_a_group_leads_it_a_week_later():
    world = quiet(fresh())
    group = split(world, 5)
    world.p = world.p.replace(vacancy_with_heir=1e4, vacancy_without_heir=1e4, check=False)
    remove_members(world, np.array([world.groups.leader[group]]), CAPTURED)
    while world.columns.commander[5] == NO_ROW:
        run_processes(world, "succession")
        world.week += 1
    assert world.groups.leader[group] == NO_ROW
    run_processes(world, "succession")
    assert world.groups.leader[group] == world.columns.commander[5]


def test_who_takes_one_of_several_columns_does_not_lead_for_that():
    world = quiet(fresh())
    world.p = world.p.replace(vacancy_with_heir=1e4, vacancy_without_heir=1e4, check=False)
    remove_members(world, np.array([world.groups.leader[0]]), CAPTURED)
    while world.columns.commander[0] == NO_ROW:
        run_processes(world, "succession")
        world.week += 1
    for _ in range(8):
        run_processes(world, "succession")
        world.week += 1
    assert world.groups.leader[0] == NO_ROW


@pytest.mark.parametrize("trait", ["tie", "skill"])
def test_a_seat_goes_to_the_one_with_the_closest_tie_or_the_most_skill(trait: str):
    world = quiet(fresh())
    world.p = world.p.replace(committee_refill=0.1, check=False)
    world.week = 1  # a week in which seats are filled
    members = world.members
    sitting = np.flatnonzero(used(members, "seat"))
    remove_members(world, sitting[-1:], CAPTURED)
    members.heir[:] = False
    used(members, "tie")[:] = used(members, "skill")[:] = 0.4
    rank = used(members, "rank")
    rank[(rank > FIGHTER) & (rank < COMMANDER)] = FIGHTER
    chosen = int(members_of(world, 6)[rank[members_of(world, 6)] == FIGHTER][3])
    getattr(members, trait)[chosen] = 0.9
    run_processes(world, "succession")
    assert np.flatnonzero(used(members, "seat")).tolist() == [*sitting[:-1].tolist(), chosen]


@pytest.mark.parametrize("years", [2.0, 4.0])
def test_each_missing_heir_is_named_after_the_drawn_years_on_average(years: float):
    """Six are missing: six chances of four weeks in 52.18 x `years`."""
    base = quiet(fresh())
    base.p = base.p.replace(heirs_initial=6.0, heir_designation=years, check=False)
    base.members.heir[:] = False
    named = []
    for week in range(1, 1001, 4):
        world = base.copy()
        world.week = week
        used(world.members, "born")[:] += week  # as young as at the start
        run_processes(world, "succession")
        named.append(used(world.members, "heir").sum())
    assert max(named) == 1
    assert np.mean(named) == pytest.approx(6.0 * 4.0 / (52.18 * years), abs=0.07)
