"""Intercepts are solved in the burn-in so that the drawn targets hold, and then frozen."""

import dataclasses
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from vraem.processes import territory
from vraem.processes.burn_in import BALANCE_YEARS, BURN_IN_YEARS, FREEZING_YEARS
from vraem.processes.groups import living_columns
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import LIVING
from vraem.world.state import BurnIn

from .worlds import advance, fresh, make_world, organisation_week, used

SOLVED = ("recruit_intercept", "link_gain")
"""The rate of routine operations and the base resistance are solved too; where the organisation runs alone there are no
operations, and control does not move."""
WEEKS = int(np.ceil(BURN_IN_YEARS * WEEKS_A_YEAR))


class Week(NamedTuple):
    """Persons who had to be replaced by recruits in a week, and recruits expected at an intercept of 0."""

    replaced: int
    possible: float


@cache
def path() -> tuple[World, list[BurnIn], list[Week]]:
    """The organisation alone through the burn-in and three years more; what was solved and seen in every week."""
    world, solved, seen = fresh(), [], []
    for _ in range(WEEKS + round(3 * WEEKS_A_YEAR)):
        organisation_week(world)
        solved.append(dataclasses.replace(world.burn_in))
        flows = world.flows
        left = flows.exits + flows.captured + flows.killed_group
        possible = used(world.columns, "joining")[used(world.columns, "status") == LIVING].sum(dtype=float)
        seen.append(Week(left - flows.returned, float(possible)))
        world.week += 1
    return world, solved, seen


def test_intercepts_move_during_the_burn_in_and_never_after():
    _, solved, _ = path()
    for name in SOLVED:
        values = [getattr(burn, name) for burn in solved]
        assert len(set(values[: WEEKS - 1])) > 60, name
    assert len({dataclasses.astuple(burn) for burn in solved[WEEKS - 1 :]}) == 1


def test_the_frozen_link_gain_is_a_mean_over_the_last_years_of_the_burn_in():
    _, solved, _ = path()
    last = slice(WEEKS - round(FREEZING_YEARS * WEEKS_A_YEAR), WEEKS - 1)
    gains = [burn.link_gain for burn in solved[last]]
    assert solved[-1].link_gain == pytest.approx(np.mean(gains), rel=0.02)


def test_after_the_burn_in_recruits_replace_who_left_in_its_last_years():
    _, solved, seen = path()
    last = seen[WEEKS - round(BALANCE_YEARS * WEEKS_A_YEAR) : WEEKS]
    replaced, possible = sum(week.replaced for week in last), sum(week.possible for week in last)
    assert replaced > 50
    assert np.exp(solved[-1].recruit_intercept) * possible == pytest.approx(replaced, rel=0.02)


def test_the_burn_in_ends_after_its_years():
    _, solved, _ = path()
    running = [burn.running for burn in solved]
    assert running.index(False) == WEEKS - 1


def test_members_are_held_at_the_drawn_number():
    world, solved, _ = path()
    assert float(used(world.groups, "members").sum()) == pytest.approx(solved[0].members, rel=0.25)


def held_over(world: World, years: float) -> list[float]:
    """Territory of all columns by week, in the organisation alone but for control, which moves."""
    held = []
    for _ in range(round(years * WEEKS_A_YEAR)):
        organisation_week(world)
        if world.week % territory.REVIEW_WEEKS == 0:
            territory.move_control(world)
        held.append(float(used(world.columns, "territory")[used(world.columns, "status") == LIVING].sum()))
        world.week += 1
    return held


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_ground_becomes_as_hard_to_hold_as_the_drawn_territory_needs(factor: float):
    world = fresh()
    world.burn_in.contest_base *= factor
    world.burn_in.contest_base_start = world.burn_in.contest_base
    held = np.array(held_over(world, 4.0)) / world.p.territory_initial
    assert (held[26] - 1.0) * (1.0 - factor) > 0.05  # the way there takes months
    assert held[-52:].mean() == pytest.approx(1.0, abs=0.12)


def test_ground_is_never_solved_beyond_three_times_the_start():
    world = fresh()
    world.p = world.p.replace(check=False, territory_initial=400.0)
    held_over(world, 2.0)
    assert world.burn_in.contest_base == pytest.approx(world.burn_in.contest_base_start / 3.0)


def test_links_are_held_at_the_drawn_value():
    world, _, _ = path()
    away = used(world.columns, "link")[1:8]
    standing = used(world.columns, "status")[1:8] == 0
    assert away[standing].mean() == pytest.approx(world.p.link_baseline, abs=0.12)


def test_pay_units_are_means_of_the_burn_in():
    _, solved, _ = path()
    first, last = solved[0], solved[-1]
    assert last.reference_pay == pytest.approx(first.reference_pay, rel=0.35)
    assert last.kin_share == pytest.approx(0.5, abs=0.1)


def test_covariates_at_rest_are_those_of_the_start():
    burn = fresh().burn_in
    assert burn.ideology == pytest.approx(fresh().p.ideology_initial)
    assert burn.link == fresh().p.link_baseline
    assert burn.hoarding > 0.0
    assert burn.kin_share > 0.0


def test_links_are_held_at_the_drawn_value_where_they_rest_elsewhere():
    world = make_world(
        1,
        weeks=366,
        parameters__link_half_life=18.0,
        parameters__link_money_weight=0.03,
        parameters__link_baseline=0.68,
    )
    advance(world, 313)
    seen = []
    for _ in range(52):
        advance(world, 1)
        rows = [
            row
            for row in living_columns(world).tolist()
            if world.groups.centre[world.columns.group[row]] != row
        ]
        seen.append(float(world.columns.link[rows].mean()))
    assert np.mean(seen) == pytest.approx(0.68, abs=0.05)
