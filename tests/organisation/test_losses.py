"""B10 and S1: what the arrest or death of a member does to posts, columns and kin."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vraem.processes.groups import active_members, count_strength, members_of
from vraem.processes.losses import SUCCESS_LOST, of_the_top, purge_commander, remove_members
from vraem.world import World
from vraem.world.organisation_tables import (
    ACTIVE,
    CAPTURED,
    DEAD,
    FIGHTER,
    LEADER,
    NO_ROW,
    QUIT,
    SURRENDERED,
)
from vraem.world.security_tables import CIVILIANS, PURGE, REMOVAL, STATE

from .choices import split
from .worlds import faults, fresh, quiet, scenario, used

FORMS = ("all", "revenge", "demoralise", "blame", "none")
OWN_ORDER = ("members.grievance", "columns.aggression", "columns.demoralised", "columns.link", "incidents")
"""What depends on the order of losses of one call, as each shock looks at who is left."""


def lost(form: str, member: int, null: str = "none") -> tuple[World, World]:
    """The world before and after the arrest of `member`."""
    before = quiet(fresh())
    before.scenario = scenario(switches__kin_shock=form, switches__null_model=null)
    after = before.copy()
    remove_members(after, np.array([member]), CAPTURED)
    return before, after


def heir_with_kin(world: World) -> int:
    return int(np.flatnonzero(used(world.members, "heir"))[0])


def changed(before: World, after: World, name: str, table: str = "columns") -> np.ndarray:
    return used(getattr(after, table), name) - used(getattr(before, table), name)


def test_a_loss_weighs_by_the_share_of_the_group_that_it_is():
    world = quiet(fresh())
    group = split(world, 5)
    count_strength(world)
    fallen = []
    for each in (0, group):
        persons = float(world.groups.members[each])
        rows = active_members(world)
        plain = rows[(world.members.group[rows] == each) & ~of_the_top(world, rows)]
        before = float(world.groups.success[each])
        remove_members(world, plain[:1], CAPTURED)
        fallen.append((before - float(world.groups.success[each])) * persons)
    assert fallen[0] == pytest.approx(SUCCESS_LOST * world.burn_in.members, rel=1e-4)
    assert fallen[1] == pytest.approx(fallen[0], rel=1e-4)


def test_a_lost_post_costs_a_group_as_large_as_at_the_start_five_ordinary_losses_more():
    heir = heir_with_kin(fresh())
    fighter = int(members_of(fresh(), 5)[-1])
    for member, cost in ((fighter, 0.05), (heir, 0.30)):
        before, after = lost("none", member)
        assert before.groups.success[0] - after.groups.success[0] == pytest.approx(cost, rel=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_the_shock_does_what_it_says_and_nothing_else(form: str):
    before, after = lost(form, heir_with_kin(fresh()))
    revenge, demoralise = form in ("all", "revenge"), form in ("all", "demoralise")
    assert (changed(before, after, "aggression") > 0.0).any() == revenge
    assert (changed(before, after, "link") > 0.0).any() == revenge
    assert (changed(before, after, "demoralised") > 0.0).any() == demoralise
    assert (changed(before, after, "grievance", "members") > 0.0).any() == demoralise
    assert (after.groups.authority[0] < before.groups.authority[0]) == demoralise
    if form not in ("all", "blame"):
        assert not changed(before, after, "blame").any()


def test_only_kin_grieve_and_only_columns_with_kin_are_shaken():
    heir = heir_with_kin(fresh())
    before, after = lost("all", heir)
    members = after.members
    active = active_members(after)
    kin = active[members.kin[active] == members.kin[heir]]
    grieving = np.flatnonzero(changed(before, after, "grievance", "members"))
    assert set(grieving.tolist()) == set(kin.tolist())
    shaken = np.flatnonzero(changed(before, after, "demoralised"))
    assert set(shaken.tolist()) == set(members.column[kin].tolist())


def test_a_column_whose_commander_is_kin_is_shaken_most():
    heir = heir_with_kin(fresh())
    before, after = lost("demoralise", heir)
    columns = after.columns
    kin = [c for c in range(8) if after.members.kin[columns.commander[c]] == after.members.kin[heir]]
    others = [c for c in range(8) if c not in kin]
    felt = changed(before, after, "demoralised")
    assert kin
    assert felt[kin] == pytest.approx(after.p.kin_shock_demoralise)
    assert felt[others].max() < felt[kin].min()


def blamed(probability: float, lethality: float, member: int | None = None) -> list[World]:
    """Worlds after the loss of an heir of column 5, in different weeks."""
    worlds, blame = [], scenario(switches__kin_shock="blame")
    for week in range(60):
        world = quiet(fresh())
        world.scenario = blame
        world.p = world.p.replace(blame_probability=probability, purge_lethality=lethality, check=False)
        world.week = week
        rows = members_of(world, 5)
        victim = int(rows[1]) if member is None else member
        world.members.heir[victim] = member is None
        remove_members(world, np.array([victim]), CAPTURED)
        worlds.append(world)
    return worlds


def test_blame_falls_on_the_column_that_lost_somebody_of_the_top_with_its_chance():
    worlds = blamed(0.3, 0.0)
    share = np.mean([world.columns.blame[5] > 0.0 for world in worlds])
    assert share == pytest.approx(0.3, abs=0.18)
    for world in worlds:
        others = np.delete(used(world.columns, "blame"), 5)
        assert not others.any()


def test_nobody_is_blamed_for_an_ordinary_member():
    fighter = int(members_of(fresh(), 5)[-1])
    assert not any(used(world.columns, "blame").any() for world in blamed(1.0, 1.0, fighter))


def test_a_blamed_commander_is_purged_with_its_chance():
    never, always = blamed(1.0, 0.0), blamed(1.0, 1.0)
    assert all(world.columns.commander[5] != NO_ROW for world in never)
    assert all(world.columns.commander[5] == NO_ROW for world in always)
    assert all(PURGE in used(world.incidents, "kind") for world in always)


def test_a_purge_kills_or_expels_and_is_counted_once():
    ends = set()
    for week in range(30):
        world = quiet(fresh())
        world.week = week
        commander = int(world.columns.commander[5])
        purge_commander(world, 5)
        ends.add(int(world.members.status[commander]))
        assert world.flows.killed_group + world.flows.exits == 1
        assert world.flows.captured == 0
        assert faults(world) == []
    assert ends == {DEAD, QUIT}


def test_blame_aggrieves_a_column_and_a_purge_once_more():
    for lethality, times in ((0.0, 1), (1.0, 2)):
        world = blamed(1.0, lethality)[0]
        assert world.columns.grievance[5] == pytest.approx(times * world.p.purge_grievance)


def test_every_second_purge_kills():
    killed = purged = 0
    for week in range(40):
        world = quiet(fresh())
        world.week = week
        for column in range(1, 8):
            purge_commander(world, column)
        killed += world.flows.killed_group
        purged += world.flows.killed_group + world.flows.exits
    assert purged == 280
    assert killed / purged == pytest.approx(0.5, abs=0.12)


def test_one_who_is_purged_for_the_loss_of_another_is_not_lost_twice():
    world = quiet(fresh())
    world.p = world.p.replace(blame_probability=1.0, purge_lethality=1.0, check=False)
    rows = members_of(world, 5)
    commander, heir = int(world.columns.commander[5]), int(rows[1])
    world.members.heir[heir] = True
    before = float(world.columns.armed[5])
    remove_members(world, np.array([heir, commander]), CAPTURED)
    assert world.members.status[commander] in (DEAD, QUIT)
    assert world.columns.armed[5] == before - 2
    assert faults(world) == []


@pytest.mark.parametrize("null", ["random_exits", "random_split"])
def test_without_decisions_nobody_is_shaken(null: str):
    before, after = lost("all", heir_with_kin(fresh()), null)
    for name in ("aggression", "demoralised", "blame", "link", "grievance"):
        assert not changed(before, after, name).any()


def test_people_who_take_revenge_for_a_massacre_shake_nobody():
    world = quiet(fresh())
    heir = heir_with_kin(world)
    remove_members(world, np.array([heir]), DEAD, by=CIVILIANS)
    assert not used(world.columns, "aggression").any()


# posts, counts and the journal


@pytest.mark.parametrize(
    ("status", "counter"), [(CAPTURED, "captured"), (SURRENDERED, "captured"), (DEAD, "killed_group")]
)
def test_losses_are_counted_and_noted_one_by_one(status: int, counter: str):
    world = quiet(fresh())
    rows = members_of(world, 4)[::3]
    ranks = world.members.rank[rows].copy()
    remove_members(world, rows, status, by=STATE, campaign=2, community=17)
    assert getattr(world.flows, counter) == len(rows)
    journal = world.incidents
    removals = used(journal, "kind") == REMOVAL
    assert used(journal, "member")[removals].tolist() == rows.tolist()
    assert (used(journal, "campaign")[removals] == 2).all()
    assert (used(journal, "community")[removals] == 17).all()
    assert used(journal, "deaths")[removals].sum() == (len(rows) if status == DEAD else 0)
    assert (world.members.status[rows] == status).all()
    assert (world.members.left[rows] == world.week).all()
    assert np.array_equal(world.members.armed_when_left[rows], ranks >= FIGHTER)
    assert faults(world) == []


def test_routine_losses_are_those_by_the_state_outside_campaigns():
    world = quiet(fresh())
    first, second, third = members_of(world, 4)[-3:]
    remove_members(world, np.array([first]), CAPTURED)
    remove_members(world, np.array([second]), CAPTURED, campaign=0)
    remove_members(world, np.array([third]), DEAD, by=CIVILIANS)
    assert world.flows.routine_removals == 1


@given(st.sets(st.integers(0, 379), min_size=2, max_size=5), st.sampled_from(FORMS))
@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_the_order_of_the_rows_does_not_matter_where_it_should_not(rows: set[int], form: str):
    worlds = []
    for order in list(permutations(sorted(rows)))[:: max(1, len(rows) * 3)]:
        world = quiet(fresh())
        world.scenario = scenario(switches__kin_shock=form)
        world.p = world.p.replace(purge_lethality=0.0, check=False)
        remove_members(world, np.array(order), CAPTURED)
        worlds.append(world)
    first, *others = worlds
    for other in others:
        for table, twin in zip(first.tables, other.tables, strict=True):
            for column, _ in table.columns():
                name = f"{table.spec.name}.{column.name}"
                if name.startswith(OWN_ORDER) or name in ("groups.authority", "groups.success"):
                    continue
                assert np.array_equal(used(table, column.name), used(twin, column.name)), name
        assert used(other.groups, "success") == pytest.approx(used(first.groups, "success"), abs=1e-5)


def test_the_leader_of_the_group_falls_with_his_post():
    world = quiet(fresh())
    leader = int(world.groups.leader[0])
    before = float(world.groups.authority[0])
    remove_members(world, np.array([leader]), DEAD)
    assert world.groups.leader[0] == NO_ROW
    assert world.groups.vacant_since[0] == world.week
    assert world.groups.authority[0] <= before * world.p.authority_vacant_factor
    strongest = int(used(world.columns, "armed").argmax())
    assert world.groups.centre[0] == strongest
    assert not (used(world.members, "rank")[used(world.members, "status") == ACTIVE] == LEADER).any()
