"""B6: the places of a group: what it is used to, and what lies open to it."""

import numpy as np
import pytest

from vraem.processes.groups import count_strength, new_group
from vraem.processes.ranks import places, remember_ranks, room_to_grow, wanted
from vraem.processes.rent import lost_rent
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_YEAR

from .choices import split
from .joins import COLUMN, at_rest, joining_with, nothing
from .worlds import used


@pytest.mark.parametrize("lacking", [0.5, 0.1, 0.0, -0.1, -2.0])
def test_a_group_that_lacks_members_takes_in_more_and_one_that_is_overfull_fewer(lacking: float):
    def lack(world: World) -> None:
        world.groups.ranks[0] = world.groups.members[0] / (1.0 - lacking)

    factor = max(1.0 + at_rest().p.recruit_ranks_weight * lacking, 0.0)
    assert joining_with(lack) == pytest.approx(factor * joining_with(nothing), rel=1e-4)


def test_ranks_follow_members_with_their_half_life():
    world = at_rest()
    groups, reviews = world.groups, round(world.p.ranks_half_life * WEEKS_A_YEAR / REVIEW_WEEKS)
    groups.ranks[0] = 2.0 * groups.members[0]
    for _ in range(reviews):
        remember_ranks(world, REVIEW_WEEKS)
    assert groups.ranks[0] == pytest.approx(1.5 * groups.members[0], rel=1e-3)


def test_a_column_takes_its_share_of_the_ranks_along():
    world = at_rest()
    world.groups.ranks[0] = 1.2 * world.groups.members[0]
    group = split(world, COLUMN)
    count_strength(world)
    filled = used(world.groups, "members") / used(world.groups, "ranks")
    assert filled == pytest.approx(1.0 / 1.2, rel=1e-5)
    assert group == len(filled) - 1 == 1


def test_who_comes_from_outside_is_used_to_what_he_has():
    world = at_rest()
    world.groups.ranks[0] = 0.0
    remember_ranks(world, REVIEW_WEEKS)
    assert world.groups.ranks[0] == world.groups.members[0]


def test_who_comes_from_outside_has_no_custom_before_its_half_life_has_passed():
    world = at_rest()
    groups = world.groups
    groups.outsider[0], groups.ranks[0] = True, groups.members[0] / 2.0
    groups.formed[0] = world.week - 10
    remember_ranks(world, REVIEW_WEEKS)
    assert groups.ranks[0] == groups.members[0]
    groups.formed[0] = world.week - round(world.p.ranks_half_life * WEEKS_A_YEAR) - 1
    groups.ranks[0] /= 2.0
    remember_ranks(world, REVIEW_WEEKS)
    assert groups.ranks[0] < 0.6 * groups.members[0]


@pytest.mark.parametrize("outsider", [False, True])
def test_groups_grow_into_the_ground_that_nobody_protects_whatever_their_origin(outsider: bool):
    world = at_rest()
    groups, communities, usual = world.groups, world.communities, world.burn_in.members
    communities.control[:] = 0.75 * communities.first_control
    assert lost_rent(world) == pytest.approx(0.25)
    groups.outsider[0], groups.members[0] = outsider, usual / 2.0
    groups.ranks[0] = groups.members[0]
    assert places(world)[0] == pytest.approx(0.75 * usual), (
        "half of them are there, a quarter of the ground is open"
    )
    assert wanted(world, np.array([COLUMN]))[0] > 1.0
    groups.ranks[0] /= 2.0
    assert places(world)[0] == pytest.approx(0.5 * usual), "who is overfull does not grow without end"
    groups.ranks[0] = groups.members[0] = 0.9 * usual
    assert places(world)[0] == pytest.approx(usual), "nor does the valley feed more than it did"


def test_a_group_in_service_has_no_part_in_open_ground():
    world = at_rest()
    other = split(world, COLUMN)
    count_strength(world)
    world.communities.control[:] = 0.5 * world.communities.first_control
    world.groups.members[[0, other]] = 0.3 * world.burn_in.members, 0.2 * world.burn_in.members
    assert room_to_grow(world) == pytest.approx(world.burn_in.members * np.array([0.3, 0.2]))
    world.columns.service[COLUMN] = 2
    assert room_to_grow(world) == pytest.approx(world.burn_in.members * np.array([0.5, 0.0]))


def test_open_ground_is_shared_by_the_groups_in_proportion_to_their_members():
    world = at_rest()
    other, usual = new_group(world, outsider=True), world.burn_in.members
    world.groups.members[[0, other]] = 0.08 * usual, 0.02 * usual
    world.communities.control[:] = 0.0
    room = room_to_grow(world)
    assert room.sum() == pytest.approx(0.9 * usual)
    assert room[other] == pytest.approx(room[0] / 4.0)
