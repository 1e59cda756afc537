"""B12: armed groups from outside."""

import numpy as np
import pytest

from vraem.processes import entrants, territory
from vraem.processes.arms import free_arms
from vraem.processes.column_values import standing_of
from vraem.processes.groups import count_strength, living_columns, living_groups, members_of, new_group
from vraem.processes.losses import leave_members, remove_members
from vraem.world import World
from vraem.world.organisation_tables import CAPTURED, FIGHTER, QUIT
from vraem.world.security_tables import ENTRY
from vraem.world.state import Flows

from .worlds import faults, fresh, money, serving, used

MONTHS = 1200


def abandoned(world: World) -> World:
    """The columns hide for good and lose all their ground."""
    world.columns.hidden_until[living_columns(world)] = 100_000
    for _ in range(60):
        territory.move_control(world)
    return world


def entries(world: World, months: int = MONTHS) -> int:
    """Groups that would enter over so many months, each month from the same world."""
    total = 0
    for month in range(months):
        copy = world.copy()
        copy.week = entrants.REVIEW_WEEKS * month
        entrants.step(copy)
        total += int((used(copy.incidents, "kind") == ENTRY).sum())
    return total


def one_entry(world: World) -> World:
    """The first month in which a group enters."""
    for month in range(MONTHS):
        world.week = entrants.REVIEW_WEEKS * month
        world.flows = Flows()
        entrants.step(world)
        if (used(world.incidents, "kind") == ENTRY).any():
            return world
    raise AssertionError("nobody entered")


def test_a_band_keeps_the_arms_it_came_with_less_those_that_fell_with_their_bearers():
    world = one_entry(abandoned(fresh()))
    groups, group = world.groups, world.groups.count - 1
    column = int(np.flatnonzero(used(world.columns, "group") == group)[0])
    band = members_of(world, column)
    assert groups.arms[group] == len(band)
    assert free_arms(world)[1][group] == 0.0
    leave_members(world, band[-2:], QUIT)
    count_strength(world)
    assert free_arms(world)[1][group] == 2.0, "their arms stay"
    remove_members(world, band[-4:-2], CAPTURED)
    count_strength(world)
    assert groups.arms[group] == len(band) - 2
    assert free_arms(world)[1][group] == 2.0, "those of the captured are gone"


def test_a_new_group_is_liked_as_any_without_roots_is_at_rest():
    world = fresh()
    group = new_group(world, outsider=True)
    at_rest = 1.0 / (1.0 + np.exp(-world.p.support_intercept))
    assert world.groups.support[:, group] == pytest.approx(at_rest)


def test_nobody_enters_while_the_ground_of_the_start_is_held():
    assert entrants.entry_rates(fresh()).sum() == pytest.approx(0.0, abs=1e-6)


def test_ground_exchanged_for_other_ground_draws_nobody():
    world = fresh()
    communities = world.communities
    communities.coca_area[:] = 100.0
    communities.first_control[:] = 0.0
    communities.first_control[:50] = 1.0
    communities.control[:] = 0.0
    communities.control[50:100] = 1.0
    assert entrants.entry_rates(world).sum() == 0.0


def test_the_rate_follows_the_rent_that_has_lost_its_protectors():
    world = abandoned(fresh())
    world.p = world.p.replace(entrant_legacy_multiplier=1.0, check=False)
    rates = entrants.entry_rates(world)
    assert 13 * rates.sum() == pytest.approx(12 * world.p.entrant_rate, rel=0.02)
    assert not rates[world.communities.first_control == 0.0].any()
    half = world.copy()
    half.communities.control[:] = half.communities.first_control / 2.0
    assert 13 * entrants.entry_rates(half).sum() == pytest.approx(6 * world.p.entrant_rate, rel=0.02)
    world.p = world.p.replace(entrant_legacy_multiplier=6.0, check=False)
    assert entrants.entry_rates(world).sum() > 2.0 * rates.sum()


def test_entries_are_as_frequent_as_the_rate_says_and_none_with_the_switch_off():
    world = abandoned(fresh())
    world.p = world.p.replace(committee_veto=0.0, check=False)
    expected = MONTHS * entrants.entry_rates(world).sum()
    assert entries(world) == pytest.approx(expected, abs=3.0 * np.sqrt(expected))
    world.scenario = world.scenario.with_({"switches.entrants": "off"})
    assert entries(world, 200) == 0


def test_self_defence_keeps_groups_out():
    world = abandoned(fresh())
    world.p = world.p.replace(entrant_rate=50.0, committee_veto=1.0, check=False)
    world.communities.committee[:] = 1.0
    assert entries(world, 50) == 0
    world.communities.committee[:] = 0.5
    assert 10 <= entries(world, 50) <= 40
    world.p = world.p.replace(committee_veto=0.0, check=False)
    assert entries(world, 50) == 50


def test_who_enters_is_a_small_band_of_outsiders_under_a_leader_with_some_money():
    world = abandoned(fresh())
    persons, held = serving(world), money(world)
    one_entry(world)
    group = int(living_groups(world)[-1])
    groups, columns, members = world.groups, world.columns, world.members
    column = int(living_columns(world)[-1])
    rows = members_of(world, column)
    assert groups.outsider[group]
    assert not groups.founding[group]
    assert groups.lineage_share[group] == 0.0
    assert entrants.SMALLEST <= len(rows) <= world.p.entrant_armed_max
    assert serving(world) == persons + len(rows)
    assert (members.rank[rows] >= FIGHTER).all()
    assert not members.lineage[rows].any()
    assert not members.descent[rows].any()
    assert len(np.unique(members.kin[rows])) == len(rows)
    assert groups.leader[group] == columns.commander[column] == rows[0]
    assert money(world) - held == pytest.approx(world.flows.group_founding)
    assert world.flows.group_founding > 0.0
    assert world.communities.first_control[columns.seat[column]] > 0.0
    assert faults(world) == []


@pytest.mark.parametrize(("authority", "ideology"), [(0.3, 0.0), (0.8, 0.3)])
def test_the_authority_and_the_beliefs_of_a_band_are_those_of_the_table(authority: float, ideology: float):
    world = abandoned(fresh())
    world.p = world.p.replace(entrant_authority=authority, entrant_ideology=ideology)
    one_entry(world)
    rows = members_of(world, int(living_columns(world)[-1]))
    assert world.groups.authority[living_groups(world)[-1]] == pytest.approx(authority)
    assert world.members.ideology[rows].mean() == pytest.approx(ideology, abs=0.06)


def test_a_band_is_left_in_peace_as_a_column_is_that_has_split_off_and_lives_on_what_it_brought():
    world = one_entry(abandoned(fresh()))
    column = int(living_columns(world)[-1])
    assert world.columns.locked_until[column] == world.week + round(world.p.change_lock)
    assert standing_of(world, column).affluence == pytest.approx(1.0, rel=1e-6)


def test_bands_of_every_size_enter():
    sizes = set()
    for seed in range(1, 100):
        world = abandoned(fresh(1))
        world.streams = type(world.streams)(seed)
        world.p = world.p.replace(entrant_rate=50.0, committee_veto=0.0, check=False)
        one_entry(world)
        sizes.add(len(members_of(world, int(living_columns(world)[-1]))))
    assert sizes == set(range(entrants.SMALLEST, int(world.p.entrant_armed_max) + 1))


def test_an_entrant_gains_ground_that_nobody_holds():
    world = one_entry(abandoned(fresh()))
    column = int(living_columns(world)[-1])
    for _ in range(24):
        territory.move_control(world)
    assert world.columns.territory[column] > 1.0
