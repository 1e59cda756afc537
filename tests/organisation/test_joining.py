"""B6: how many join by support, against the form worked out by hand, and with which ties people come back."""

import numpy as np
import pytest

from vraem.processes import recruitment as process
from vraem.processes.groups import living_columns, members_of
from vraem.processes.losses import leave_members
from vraem.processes.recruitment import joining
from vraem.world.organisation_tables import ACTIVE, QUIT

from .joins import COLUMN, at_rest


@pytest.mark.parametrize("support", [0.0, 0.5, 0.9])
def test_at_middling_support_the_drawn_share_of_the_pool_joins_and_more_where_people_like_the_group(
    support: float,
):
    world = at_rest()  # a pool of 1000; pay, pressure, grievances at their means
    world.p = world.p.replace(
        recruitment_voluntary=0.002,
        recruitment_coerced=0.001,
        join_link_weight=0.8,
        join_peer_weight=0.0,
        recruit_ranks_weight=0.0,
        check=False,
    )
    world.columns.community_link[COLUMN] = support
    voluntary = 2.0 * 0.002 / (1.0 + np.exp(-0.8 * (support - 0.5)))
    found = joining(world, living_columns(world))[COLUMN]
    assert found == pytest.approx(1_000.0 * (voluntary + 0.001), rel=1e-5)


def test_who_was_raised_in_the_camps_has_the_traits_of_the_table():
    world = at_rest()
    traits = {"camp_ideology": 0.9, "camp_tie": 0.8, "recruit_bond": 0.55}
    world.p = world.p.replace(**traits, adult_cohort_from_captivity=1e6, check=False)
    before = world.members.count
    process._come_of_age(world, living_columns(world))
    assert world.members.count == before + 1
    found = {name: world.members.__dict__[name][before] for name in ("ideology", "tie", "bond")}
    assert list(found.values()) == pytest.approx(list(traits.values()))


def test_recruits_have_the_bond_and_the_skill_of_the_table_on_average():
    world = at_rest()
    world.p = world.p.replace(recruit_bond=0.6, recruit_skill=0.2)
    before = world.members.count
    process._enter(world, COLUMN, 400)
    new = slice(before, world.members.count)
    assert world.members.bond[new].mean() == pytest.approx(0.6, abs=0.03)
    assert world.members.skill[new].mean() == pytest.approx(0.2, abs=0.03)


def test_who_comes_back_has_a_part_of_his_bond_and_of_his_tie_left():
    world = at_rest()
    world.p = world.p.replace(relapse_rate=1.0, bond_passed_on=0.6, check=False)
    gone, members = members_of(world, COLUMN), world.members
    leave_members(world, gone, QUIT)
    members.tie[gone], members.bond[gone] = 0.5, 0.8
    world.week += 4
    process._return(world)
    back = gone[members.status[gone] == ACTIVE]
    assert len(back)
    assert members.tie[back] == pytest.approx(0.3)
    assert members.bond[back] == pytest.approx(0.48)
    away = gone[members.status[gone] != ACTIVE]
    assert (members.tie[away] == 0.5).all()
