"""B3, B4 and B8: pressure and success count over their means of the burn-in, whatever these are."""

import math

import numpy as np
import pytest

from vraem.processes import command
from vraem.processes.column_values import HIDE, STAY, affiliation_values, conduct_values, standing_of
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW

from .choices import no_offers
from .worlds import fresh, quiet, used

COLUMN = 5


def used_to(pressure: float, felt: float) -> World:
    """All columns feel `felt` where `pressure` was usual in the burn-in."""
    world = quiet(fresh())
    world.burn_in.pressure = pressure
    world.columns.pressure[:8] = felt
    return world


def test_a_column_weighs_the_pressure_that_it_feels_over_the_usual():
    assert standing_of(used_to(0.4, 0.7), COLUMN).pressure == pytest.approx(0.3)
    assert standing_of(used_to(0.4, 0.1), COLUMN).pressure == pytest.approx(-0.3)


def test_usual_pressure_makes_nobody_hide_or_leave():
    calm, pressed = used_to(0.0, 0.0), used_to(0.8, 0.8)
    for world in (calm, pressed):
        world.p = world.p.replace(state_pressure_weight=2.0, check=False)
    me, other = standing_of(calm, COLUMN), standing_of(pressed, COLUMN)
    assert conduct_values(pressed, other, NO_ROW)[HIDE] == pytest.approx(
        conduct_values(calm, me, NO_ROW)[HIDE], rel=1e-6
    )
    assert affiliation_values(pressed, other, no_offers())[STAY] == pytest.approx(
        affiliation_values(calm, me, no_offers())[STAY], rel=1e-6
    )


def test_usual_pressure_cuts_nobody_off_from_the_centre():
    rows = np.arange(8)
    calm = command.contact_now(used_to(0.0, 0.0), rows)
    assert command.contact_now(used_to(0.8, 0.8), rows) == pytest.approx(calm)
    isolated = command.contact_now(used_to(0.8, 1.8), rows)
    assert isolated == pytest.approx(calm * math.exp(-0.3), rel=1e-6)


def test_usual_success_neither_raises_nor_lowers_authority():
    def authority(usual: float, success: float) -> float:
        world = quiet(fresh())
        world.burn_in.success, world.groups.success[0] = usual, success
        for _ in range(52):
            command._relax_authority(world)
        return float(used(world.groups, "authority")[0])

    assert authority(-0.8, -0.8) == pytest.approx(authority(0.0, 0.0), rel=1e-6)
    assert authority(-0.8, 0.0) == pytest.approx(authority(0.0, 0.8), rel=1e-6)
    assert authority(-0.8, 0.0) > authority(0.0, 0.0) + 0.01
