"""Section 7: intercepts are solved in the burn-in so that the drawn targets hold, and then frozen."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from vraem.processes.burn_in import BURN_IN_YEARS, FREEZING_YEARS
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.state import BurnIn

from .worlds import fresh, organisation_week, used

SOLVED = ("recruit_intercept", "link_gain")
"""The rate of routine operations is solved too, but there are none where the organisation runs alone."""
WEEKS = int(np.ceil(BURN_IN_YEARS * WEEKS_A_YEAR))


@cache
def path() -> tuple[World, list[BurnIn]]:
    """The organisation alone through the burn-in and three years more; what was solved after every week."""
    world, solved = fresh(), []
    for _ in range(WEEKS + round(3 * WEEKS_A_YEAR)):
        organisation_week(world)
        solved.append(dataclasses.replace(world.burn_in))
        world.week += 1
    return world, solved


def test_intercepts_move_during_the_burn_in_and_never_after():
    _, solved = path()
    for name in SOLVED:
        values = [getattr(burn, name) for burn in solved]
        assert len(set(values[: WEEKS - 1])) > 60, name
    assert len({dataclasses.astuple(burn) for burn in solved[WEEKS - 1 :]}) == 1


def test_frozen_intercepts_are_means_over_the_last_years_of_the_burn_in():
    _, solved = path()
    last = slice(WEEKS - round(FREEZING_YEARS * WEEKS_A_YEAR), WEEKS - 1)
    for name in SOLVED:
        values = [getattr(burn, name) for burn in solved[last]]
        assert getattr(solved[-1], name) == pytest.approx(np.mean(values), rel=0.02), name


def test_the_burn_in_ends_after_its_years():
    _, solved = path()
    running = [burn.running for burn in solved]
    assert running.index(False) == WEEKS - 1


def test_members_are_held_at_the_drawn_number():
    world, solved = path()
    assert float(used(world.groups, "members").sum()) == pytest.approx(solved[0].members, rel=0.25)


def test_links_are_held_at_the_drawn_value():
    world, _ = path()
    away = used(world.columns, "link")[1:8]
    standing = used(world.columns, "status")[1:8] == 0
    assert away[standing].mean() == pytest.approx(world.p.link_baseline, abs=0.12)


def test_pay_units_are_means_of_the_burn_in():
    _, solved = path()
    first, last = solved[0], solved[-1]
    assert last.reference_pay == pytest.approx(first.reference_pay, rel=0.35)
    assert last.kin_share == pytest.approx(0.5, abs=0.1)


def test_covariates_at_rest_are_those_of_the_start():
    burn = fresh().burn_in
    assert burn.ideology == pytest.approx(fresh().p.ideology_initial)
    assert burn.link == fresh().p.link_baseline
    assert burn.hoarding > 0.0
    assert burn.kin_share > 0.0
