"""The groups of the start are those of the parameters, or those that the scenario describes."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import COMMANDER, FIGHTER, FOUNDING_KIN, LEADER

from .worlds import faults, fresh, make_world, used

BAND: dict[str, Any] = {
    "name": "band",
    "lineage": False,
    "members": 60,
    "armed": 30,
    "columns": 3,
    "committee": 2,
    "heirs": 1,
    "ideology": 0.2,
}
PARTY: dict[str, Any] = {"name": "party", "members": 200, "armed": 90, "columns": 6}


def test_the_group_of_the_start_has_the_numbers_of_the_parameters():
    world = fresh()
    p, members = world.p, world.members
    assert members.count == round(p.members_initial)
    assert (used(members, "rank") >= FIGHTER).sum() == round(p.armed_initial)
    assert world.columns.count == round(p.columns_initial)
    assert used(members, "seat").sum() == round(p.committee_initial)
    assert used(members, "heir").sum() == round(p.heirs_initial)
    assert faults(world) == []


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_wrong_with_the_start_of_any_seed(seed: int):
    assert faults(make_world(seed)) == []


def test_every_post_has_its_rank_and_nobody_else_has():
    world = fresh()
    rank = used(world.members, "rank")
    assert np.flatnonzero(rank == LEADER).tolist() == [world.groups.leader[0]]
    commanders = set(np.flatnonzero(rank == COMMANDER).tolist())
    assert commanders == set(used(world.columns, "commander").tolist()) - {int(world.groups.leader[0])}


def test_heirs_are_armed_adults_of_the_leaders_clan_without_a_command():
    world = fresh()
    members = world.members
    heirs = np.flatnonzero(used(members, "heir"))
    ages = -members.born[heirs] / WEEKS_A_YEAR
    assert (ages >= 18.0).all()
    assert (ages <= 30.0).all()
    assert (members.kin[heirs] == FOUNDING_KIN).all()
    assert (members.rank[heirs] == FIGHTER).all()
    assert not members.seat[heirs].any()
    assert members.kin[world.groups.leader[0]] == FOUNDING_KIN


def test_the_clan_has_its_share_of_members_and_of_the_top():
    members = [make_world(seed, 10).members for seed in range(8)]
    p = fresh().p
    share = np.mean([(used(m, "kin") == FOUNDING_KIN).mean() for m in members])
    top = np.mean([(m.kin[: m.count][used(m, "seat")] == FOUNDING_KIN).mean() for m in members])
    assert p.founding_kin_share <= share <= 1.8 * p.founding_kin_share
    assert p.clan_share_of_top <= top + 0.15


def test_seats_of_columns_lie_apart_in_the_core():
    world = fresh()
    seats = used(world.columns, "seat")
    assert len(set(seats.tolist())) == len(seats)
    assert np.asarray(world.valley.communities.core)[seats].all()


def test_a_scenario_may_describe_its_own_groups():
    world = make_world(3, group=[PARTY, BAND])
    groups = world.groups
    assert used(groups, "members").tolist() == [200, 60]
    assert used(groups, "armed").tolist() == [90, 30]
    assert used(groups, "founding").tolist() == [True, False]
    assert used(groups, "outsider").tolist() == [False, True]
    assert np.bincount(used(world.columns, "group")).tolist() == [6, 3]
    assert faults(world) == []


def test_groups_outside_the_lineage_share_no_kin_with_it():
    world = make_world(3, group=[PARTY, BAND])
    kin, group = used(world.members, "kin"), used(world.members, "group")
    assert not set(kin[group == 0].tolist()) & set(kin[group == 1].tolist())
    assert not used(world.members, "lineage")[group == 1].any()
    assert used(world.members, "lineage")[group == 0].all()


def test_a_group_starts_with_the_ideology_described():
    world = make_world(3, group=[PARTY, BAND | {"ideology": 0.2}])
    ideology = used(world.groups, "ideology")
    assert ideology[1] == pytest.approx(0.2, abs=0.06)
    assert ideology[0] == pytest.approx(world.p.ideology_initial, abs=0.06)


def test_members_have_served_no_longer_than_the_movement_is_old():
    members = make_world(2, parameters__movement_years=10.0).members
    served = -used(members, "joined") / WEEKS_A_YEAR
    assert served.max() <= 10.01
    assert served.min() >= 0.0


def test_one_more_column_leaves_the_traits_of_members_as_they_are():
    plain, other = make_world(2, 10), make_world(2, 10, parameters__columns_initial=9)
    for trait in ("bond", "skill"):
        assert np.array_equal(used(plain.members, trait), used(other.members, trait)), trait


def test_the_start_depends_on_the_seed_only():
    one, same = make_world(7, 10), make_world(7, 60, run__end=dt.date(2020, 1, 1))
    assert np.array_equal(used(one.members, "ideology"), used(same.members, "ideology"))
    assert not np.array_equal(used(one.members, "ideology"), used(make_world(8, 10).members, "ideology"))
