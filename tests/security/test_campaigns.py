"""D5: campaigns and dated removals: targets, tempo, budget, stop rules, what they leave behind, and arms that pair."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vraem.processes.campaigns import collect, fight_campaigns, operations_due
from vraem.processes.removals import holders_of, remove_dated
from vraem.processes.targets import in_class, keepers_of_money, targets_for_campaign
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.orders import CampaignOrder, RemovalOrder
from vraem.world.organisation_tables import (
    ACTIVE,
    CAPTURED,
    COMMANDER,
    DEAD,
    FIGHTER,
    LEADER,
    SQUAD_LEADER,
    SURRENDERED,
)
from vraem.world.security_tables import BY_DATE, RAID_FAILED, REMOVAL
from vraem.world.state import CampaignRecord

from .worlds import (
    SETTLED,
    active,
    advance,
    campaign,
    incidents,
    make_world,
    settled,
    state,
    taken_by_campaign,
    used,
    with_parameters,
)

CLASSES = ("heirs", "leader", "committee", "commanders", "fighters", "finance", "central", "random")


def order(first: int = SETTLED, last: int = SETTLED + 51, **attributes: Any) -> CampaignOrder:
    values = {"number": 0, "targets": ("heirs",), "operations_a_week": 0.5} | attributes
    return CampaignOrder(first=first, last=last, **values)


def under(world: World, *orders: CampaignOrder) -> World:
    """`world` with these campaigns, its certain operations and no firefights."""
    world.inputs = replace(world.inputs, campaigns=orders)
    world.p = world.p.replace(
        check=False, raid_intercept=60.0, plan_leak_probability=0.0, raid_clash_chance=0.0
    )
    return world


def weeks_of(world: World, weeks: int) -> World:
    """Operations of campaigns alone, for some weeks."""
    for _ in range(weeks):
        collect(world)
        fight_campaigns(world)
        world.week += 1
    return world


# targets


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_holds_whom_it_names_all_of_the_lineage_and_adult(name: str):
    world = settled()
    rows = targets_for_campaign(world, (name,))
    members = world.members
    assert len(rows)
    assert (members.status[rows] == ACTIVE).all()
    assert (members.born[rows] <= world.week - 18 * WEEKS_A_YEAR).all()
    everybody = active(world)
    rank = members.rank[everybody]
    whole = {
        "heirs": members.heir[everybody],
        "leader": rank == LEADER,
        "committee": members.seat[everybody],
        "commanders": rank == COMMANDER,
        "fighters": (rank == FIGHTER) | (rank == SQUAD_LEADER),
        "random": np.ones(len(everybody), bool),
    }
    if name in whole:
        assert np.array_equal(rows, everybody[whole[name]])
    if name == "fighters":
        assert set(members.rank[rows].tolist()) == {FIGHTER, SQUAD_LEADER}
    if name == "finance":
        assert (members.rank[rows] < COMMANDER).all()
    if name == "central":
        assert len(rows) == round(0.05 * len(everybody))


def test_members_of_outside_groups_are_no_targets_of_a_campaign():
    world = settled()
    world.groups.outsider[0] = True
    assert not len(targets_for_campaign(world, ("random",)))


def test_an_unknown_class_is_refused():
    world = settled()
    with pytest.raises(ValueError, match="minors"):
        in_class(world, active(world), "minors")


def test_a_campaign_on_heirs_never_takes_one_who_is_not_an_adult():
    world = under(settled(), order(operations_a_week=3.0, intelligence=1.0, accuracy=1.0))
    members = world.members
    heirs = np.flatnonzero(used(members, "heir"))
    young = heirs[::2]
    members.born[young] = world.week - round(
        15 * WEEKS_A_YEAR
    )  # the tables never hold one; the rule holds all the same
    members.born[heirs[1::2]] = world.week - round(18.2 * WEEKS_A_YEAR)
    weeks_of(world, 20)
    assert (members.status[young] == ACTIVE).all()
    assert not np.isin(taken_by_campaign(world), young).any()
    assert (members.status[heirs[1::2]] != ACTIVE).any()


@pytest.mark.parametrize(("age", "spared"), [(16, True), (19, False)])
def test_nobody_under_18_is_taken_for_a_target_whom_nobody_knows(age: int, spared: bool):
    world = with_parameters(settled(), campaign_least_known=0.999, raid_group_losses=0.0)
    under(world, order(targets=("leader",), operations_a_week=3.0, intelligence=0.0, opportunistic=1.0))
    members, everybody = world.members, active(world)
    others = everybody[members.rank[everybody] != LEADER]
    members.born[others] = world.week - round(age * WEEKS_A_YEAR)
    weeks_of(world, 4)
    assert (members.status[others] == ACTIVE).all() == spared


def test_everybody_taken_in_a_run_is_an_adult():
    runs = [
        campaign(40, 90, targets=[name], operations_per_month=8.0, opportunistic=0.5) for name in CLASSES[:4]
    ]
    world = advance(make_world(weeks=104, campaign=runs), 104)
    rows = used(world.incidents, "member")[incidents(world, REMOVAL)]
    when = used(world.incidents, "week")[incidents(world, REMOVAL)]
    assert len(rows) > 20
    assert (when - world.members.born[rows] >= 18 * WEEKS_A_YEAR).all()


def test_the_keepers_of_the_money_are_one_a_rich_column_and_do_not_command():
    world = settled()
    rows = active(world)
    world.columns.treasury[: world.columns.count] = 1.0
    keepers = keepers_of_money(world, rows)
    of = world.members.column[keepers]
    assert len(set(of.tolist())) == len(of) == len(set(world.members.column[rows].tolist()))
    world.columns.treasury[2] = 1e6
    (keeper,) = keepers_of_money(world, rows)
    assert world.members.column[keeper] == 2
    assert world.members.rank[keeper] < COMMANDER


# tempo, budget, stop rule


@pytest.mark.parametrize("burst", [1.0, 0.25])
@pytest.mark.parametrize("rate", [0.15, 0.46, 2.3])
def test_the_operations_planned_are_made_and_all_within_the_burst(burst: float, rate: float):
    world = settled()
    plan = order(operations_a_week=rate, burst=burst)
    made = []
    for week in range(plan.first, plan.last + 1):
        world.week = week
        made.append(operations_due(world, plan, CampaignRecord()))
    assert abs(sum(made) - rate * len(made)) <= 1.0
    active_weeks = round(burst * len(made))
    assert sum(made[active_weeks:]) == 0
    spread = np.array(made[:active_weeks])
    assert spread.max() - spread.min() <= 1


def test_a_budget_ends_a_campaign():
    world = weeks_of(under(settled(), order(operations_a_week=2.0, budget=7)), 30)
    assert world.security.campaigns[0].operations == 7
    noted = np.concatenate([incidents(world, kind, campaign=0) for kind in (3, 4)])
    assert len(noted) == 7


def test_no_operation_begins_after_the_stop_rule_is_met():
    world = under(settled(), order(targets=("fighters",), operations_a_week=3.0, stop_after=5, accuracy=1.0))
    removed_before = []
    for _ in range(30):
        collect(world)
        operations = world.security.campaigns.get(0, CampaignRecord()).operations
        removed = len(taken_by_campaign(world))
        fight_campaigns(world)
        if world.security.campaigns[0].operations > operations:
            removed_before.append(removed)
        world.week += 1
    record = world.security.campaigns[0]
    assert record.removed == len(taken_by_campaign(world)) >= 5
    assert max(removed_before) < 5


def test_a_campaign_does_nothing_before_it_begins_and_after_it_ends():
    plan = order(first=SETTLED + 5, last=SETTLED + 9, operations_a_week=2.0)
    world = weeks_of(under(settled(), plan), 20)
    weeks = used(world.incidents, "week")[used(world.incidents, "campaign") == 0]
    assert weeks.min() >= plan.first
    assert weeks.max() <= plan.last


# knowledge


def test_intelligence_lifts_what_is_known_of_the_targets_at_the_start_and_of_new_ones_later():
    world = under(settled(), order(intelligence=0.7, operations_a_week=1e-9))
    members = world.members
    heirs = np.flatnonzero(used(members, "heir"))
    other = int(active(world)[-1])
    members.location_known[other] = members.role_known[other] = 0.0
    collect(world)
    assert (members.location_known[heirs] >= 0.699).all()
    assert (members.role_known[heirs] >= 0.699).all()
    assert members.location_known[other] == 0.0
    members.heir[other] = True
    for _ in range(3):
        world.week += 1
        collect(world)
    assert 0.0 < members.location_known[other] < 0.7


def test_a_campaign_that_knows_nobody_searches_and_learns():
    world = under(settled(), order(intelligence=0.0, operations_a_week=1.0))
    members = world.members
    members.location_known[: members.count] = members.role_known[: members.count] = 0.0
    heirs = np.flatnonzero(used(members, "heir"))
    weeks_of(world, 1)
    assert not len(taken_by_campaign(world))
    assert (members.location_known[heirs] > 0.0).sum() == 1
    assert world.security.campaigns[0].operations == 1
    assert len(incidents(world, RAID_FAILED, campaign=0)) == 1


@pytest.mark.parametrize(("opportunistic", "some"), [(0.0, False), (1.0, True)])
def test_only_an_opportunistic_campaign_takes_others_when_no_target_is_left(opportunistic: float, some: bool):
    world = under(settled(), order(opportunistic=opportunistic, operations_a_week=1.0, accuracy=1.0))
    world.members.heir[:] = False
    weeks_of(world, 10)
    assert bool(len(taken_by_campaign(world))) == some


def test_a_campaign_at_equal_budget_removes_more_with_more_intelligence():
    taken = {}
    for intelligence in (0.05, 0.95):
        total = 0
        for seed in (1, 2):
            world = settled(seed)
            p = world.p
            plan = order(targets=("commanders", "heirs"), intelligence=intelligence, operations_a_week=1.0)
            under(world, plan)
            world.p = p
            total += len(taken_by_campaign(weeks_of(world, 40)))
        taken[intelligence] = total
    assert taken[0.95] > 1.2 * taken[0.05]


# what follows


def test_follow_on_presence_stands_where_somebody_was_taken_and_ends_in_time():
    for follow_on, kind in (("post", 0), ("road", 4)):
        plan = order(follow_on=follow_on, follow_on_weeks=20, operations_a_week=1.0, targets=("fighters",))
        world = weeks_of(under(settled(), plan), 12)
        units = world.units
        new = np.flatnonzero(used(units, "until") >= 0)
        places = used(world.incidents, "community")[incidents(world, REMOVAL, campaign=0)]
        assert len(new)
        assert set(units.community[new].tolist()) == set(places.tolist())
        assert (units.kind[new] == kind).all()
        assert len(set(units.community[new].tolist())) == len(
            new
        )  # a second removal prolongs, it adds nothing
        weeks = used(world.incidents, "week")[incidents(world, REMOVAL, campaign=0)]
        last = {place: int(weeks[places == place].max()) for place in places.tolist()}
        for unit in new.tolist():
            assert units.until[unit] == last[int(units.community[unit])] + 20


def test_follow_on_development_assists_households_for_its_time():
    plan = order(
        follow_on="development", follow_on_weeks=12, operations_a_week=1.0, budget=3, targets=("fighters",)
    )
    world = make_world(weeks=104)
    advance(world, SETTLED)
    under(world, plan)
    advance(world, 8)
    assisted = world.communities.assisted_share
    developed = list(world.security.developed)
    assert developed
    assert np.allclose(assisted[developed], world.p.follow_on_assisted)
    assert (np.delete(assisted, developed) == 0.0).all()
    advance(world, 16)
    assert not world.security.developed
    assert (assisted == 0.0).all()


def test_a_campaign_changes_nothing_before_its_first_week():
    plain = advance(make_world(weeks=104), 60)
    planned = make_world(weeks=104, campaign=[campaign(60, 100)])
    advance(planned, 60)
    assert state(plain) == state(planned)
    advance(plain, 8)
    advance(planned, 8)
    assert state(plain) != state(planned)


def test_a_second_campaign_shifts_no_draw_of_the_first():
    first = order(operations_a_week=1.0, targets=("committee",))
    second = order(number=1, operations_a_week=2.0, targets=("fighters",), intelligence=0.0)
    alone, both = under(settled(), first), under(settled(), second, first)
    for world in (alone, both):
        world.p = world.p.replace(check=False, raid_group_losses=0.0)
        world.members.role_known[:] = 0.5
        fight_campaigns(world)
    assert len(taken_by_campaign(both, 1)) == 2
    assert taken_by_campaign(alone).tolist() == taken_by_campaign(both).tolist() != []


# dated removals


def dated(world: World, *orders: RemovalOrder) -> World:
    world.inputs = replace(world.inputs, removals=orders)
    return world


@pytest.mark.parametrize(
    "role", ["leader", "commander", "squad_leader", "fighter", "supporter", "heir", "committee"]
)
def test_a_dated_removal_takes_exactly_its_role_and_number(role: str):
    world = settled()
    before = holders_of(world, role)
    count = min(2, len(before))
    status = used(world.members, "status").copy()
    dated(world, RemovalOrder(world.week, role, count, "captured"))
    captives = remove_dated(world)
    gone = np.flatnonzero(used(world.members, "status") == CAPTURED)
    gone = gone[status[gone] == ACTIVE]
    assert len(gone) == count == len(captives)
    assert np.isin(gone, before).all()
    assert world.flows.routine_removals == 0
    assert world.flows.campaign_removals == count
    taken = used(world.incidents, "kind") == REMOVAL
    assert used(world.incidents, "campaign")[taken][-count:].tolist() == [BY_DATE] * count


@pytest.mark.parametrize(
    ("outcome", "status"), [("killed", DEAD), ("captured", CAPTURED), ("surrendered", SURRENDERED)]
)
def test_the_outcome_decides_the_status_and_who_may_talk(outcome: str, status: int):
    world = settled()
    dated(
        world,
        RemovalOrder(world.week, "fighter", 3, outcome),
        RemovalOrder(world.week + 1, "fighter", 3, outcome),
    )
    before = (used(world.members, "status") == status).sum()
    captives = remove_dated(world)
    assert (used(world.members, "status") == status).sum() == before + 3
    assert len(captives) == (0 if outcome == "killed" else 3)
    silent = dated(settled(), RemovalOrder(SETTLED, "fighter", 3, outcome, talk=False))
    assert remove_dated(silent) == []


def test_where_there_are_too_few_those_there_are_go_and_the_journal_says_so():
    world = settled()
    there = len(holders_of(world, "heir"))
    dated(world, RemovalOrder(world.week, "heir", there + 4, "captured"))
    remove_dated(world)
    assert not len(holders_of(world, "heir"))
    assert len(incidents(world, REMOVAL, week=world.week)) == there
    (missing,) = incidents(world, RAID_FAILED, week=world.week)
    assert world.incidents.persons[missing] == 4
