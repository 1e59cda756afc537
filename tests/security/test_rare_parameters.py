"""Parameters that act after rare events only: what each does, to the number, where the event is made by hand."""

import dataclasses
import math

import numpy as np
import pytest

from vraem.processes import allocation, attacks, campaigns, contests, raids, territory
from vraem.processes.attacks import take_reprisal
from vraem.processes.communities import _fade, _meet, frighten, paid_share
from vraem.processes.exogenous import in_districts
from vraem.processes.forces import follow_on
from vraem.processes.groups import living_columns, new_group
from vraem.processes.raids import chance_to_take
from vraem.world.clock import MONTHS_IN_FOUR_WEEKS, WEEKS_A_YEAR
from vraem.world.orders import RewardOrder
from vraem.world.organisation_tables import LEADER, NO_ROW

from .test_campaigns import order, under
from .worlds import active, control_factor, settled, used, with_parameters

TWO = np.array([0, 1])


def log_odds(chance: float) -> float:
    return math.log(chance / (1.0 - chance))


@pytest.mark.parametrize("weight", [0.2, 0.9])
def test_raid_effort_weight_adds_to_the_log_odds_of_an_operation_of_a_campaign(weight: float):
    world = with_parameters(settled(), raid_effort_weight=weight)
    target = int(active(world)[5])
    chances = [chance_to_take(world, target, effort, leaked=False) for effort in (0.0, 1.0)]
    assert log_odds(chances[1]) - log_odds(chances[0]) == pytest.approx(weight)


@pytest.mark.parametrize("gain", [0.1, 0.6])
def test_search_gain_closes_its_share_of_what_is_not_known(gain: float):
    world = with_parameters(settled(), search_gain=gain)
    members, sought = world.members, int(active(world)[5])
    before = float(members.location_known[sought]), float(members.role_known[sought])
    campaigns._search(world, order(), sought)
    after = float(members.location_known[sought]), float(members.role_known[sought])
    assert after == pytest.approx([known + gain * (1.0 - known) for known in before], rel=1e-5)


@pytest.mark.parametrize("share", [0.05, 0.4])
def test_campaign_collection_closes_its_share_of_the_gap_each_week_after_the_first(share: float):
    world = under(settled(), order(targets=("leader",), intelligence=0.9))
    with_parameters(world, campaign_collection=share)
    world.week += 1
    members, leader = world.members, int(np.flatnonzero(used(world.members, "rank") == LEADER)[0])
    members.location_known[leader] = members.role_known[leader] = 0.1
    campaigns.collect(world)
    expected = 0.1 + share * (0.9 - 0.1)
    assert members.location_known[leader] == pytest.approx(expected, rel=1e-5)
    assert members.role_known[leader] == pytest.approx(expected, rel=1e-5)


def test_campaign_least_known_says_who_can_be_gone_for():
    for least, known in ((0.4, True), (0.6, False)):
        world = under(settled(), order(targets=("leader",), opportunistic=0.0))
        with_parameters(world, campaign_least_known=least)
        leader = int(np.flatnonzero(used(world.members, "rank") == LEADER)[0])
        world.members.location_known[leader] = world.members.role_known[leader] = 0.5
        record = next(campaigns.running(world)).record
        campaigns._operate(world, world.inputs.campaigns[0], record, 0)
        assert bool(record.removed) == known


@pytest.mark.parametrize("strength", [20.0, 40.0])
def test_follow_on_strength_sizes_the_post_that_stays(strength: float):
    sizes = []
    for size in (strength, 10.0):
        world = with_parameters(settled(), follow_on_strength=size)
        follow_on(world, 100, "post", world.week + 52)
        sizes.append(float(world.units.strength[world.units.count - 1]))
    assert sizes[0] / sizes[1] == pytest.approx(strength / 10.0, rel=1e-5)


@pytest.mark.parametrize("mean", [0.5, 3.0])
def test_reprisal_deaths_are_a_mean_beyond_the_first(mean: float):
    world = with_parameters(settled(), reprisal_deaths=mean)
    draws = (np.arange(400) + 0.5) / 400.0
    for draw in draws:
        take_reprisal(world, 0, 100, float(draw))
    assert world.flows.killed_civilians / len(draws) == pytest.approx(1.0 + mean, rel=0.05)


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_service_presence_is_what_armed_members_in_service_count_for(share: float):
    world = with_parameters(settled(), service_presence=share)
    free = territory.strength(world, TWO).copy()
    world.columns.service[1] = 0
    assert territory.strength(world, TWO) == pytest.approx(free * [1.0, share])


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_fight_territory_is_the_share_of_the_ground_both_hold_that_the_winner_takes(share: float):
    world = with_parameters(settled(), fight_territory=share)
    columns = world.columns
    columns.group[1] = new_group(world, outsider=True)
    columns.control[:, TWO] = 0.2
    both = float(np.minimum(columns.control[:, 0], columns.control[:, 1]).sum())
    before = columns.control[:, TWO].sum(axis=0)
    contests._fight(world, contests.Border(0, 1, both, 0.0, 100), draw=0.0)
    moved = columns.control[:, TWO].sum(axis=0) - before
    assert moved == pytest.approx([share * both, -share * both], rel=1e-4)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_reward_over_the_usual_one_adds_its_log_to_the_log_odds_of_a_tip_where_it_is_offered(weight: float):
    world = with_parameters(settled(), tip_reward_weight=weight)
    district = int(world.valley.communities.district_id[100])
    offered = in_districts(world, (district,))
    odds = []
    for orders in ((), (RewardOrder(world.week, world.week, 10.0, None, (district,)),)):
        world.inputs = dataclasses.replace(world.inputs, rewards=orders)
        _meet(world)
        odds.append([log_odds(float(rate)) for rate in world.communities.tip_rate])
    change = np.array(odds[1]) - np.array(odds[0])
    assert change[~offered] == pytest.approx(np.zeros(np.count_nonzero(~offered)), abs=1e-9)
    assert change[offered] == pytest.approx(
        np.full(np.count_nonzero(offered), weight * math.log(10.0)), rel=0.02
    )


def test_rewards_that_are_paid_in_time_win_trust_and_those_that_are_not_lose_it():
    trust = {}
    for paid in (0.0, None, 1.0):
        world = settled()
        order = RewardOrder(world.week, world.week + 200, 1.0, paid, ())
        world.inputs = dataclasses.replace(world.inputs, rewards=(order,))
        for _ in range(26):
            _fade(world)
        trust[paid] = world.communities.trust.mean()
    assert trust[0.0] < trust[None] < trust[1.0]
    gone = settled()
    gone.inputs = dataclasses.replace(gone.inputs, rewards=(RewardOrder(0, gone.week - 1, 1.0, 1.0, ()),))
    assert np.array_equal(paid_share(gone), np.full(len(gone.communities), gone.p.reward_paid_share))


@pytest.mark.parametrize("lost", [0.02, 0.1])
def test_each_death_takes_its_share_of_the_morale_of_the_unit_that_was_hit(lost: float):
    world = with_parameters(settled(), unit_morale_loss=lost)
    before = used(world.units, "morale").copy()
    attacks._demoralise(world, 100, 3)
    change = used(world.units, "morale") - before
    assert np.count_nonzero(change) == 1
    assert change.min() == pytest.approx(-3.0 * lost, rel=1e-4)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_column_at_the_same_place_feels_a_share_of_the_pressure_on_the_one_that_is_hit(share: float):
    world = with_parameters(settled(), pressure_nearby=share)
    columns, gain = world.columns, world.p.pressure_gain
    columns.seat[:2] = columns.seat[0]
    before = columns.pressure[:2].copy()
    raids._leave_behind(world, 0, NO_ROW)
    assert columns.pressure[:2] - before == pytest.approx([gain, share * gain], rel=1e-4)


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_neighbours_feel_their_share_of_what_happened(share: float):
    world = with_parameters(settled(), feeling_nearby=share)
    world.communities.fear[:] = 0.0
    frighten(world, 100)
    near = world.valley.neighbours_of(100)
    near = near[near != 100]
    assert world.communities.fear[near] == pytest.approx(share * world.communities.fear[100])


@pytest.mark.parametrize("years", [1.0, 6.0])
def test_trust_goes_its_share_of_the_way_in_a_month(years: float):
    world = with_parameters(settled(), trust_return=years)
    world.communities.trust[:] = 0.0
    _fade(world)
    expected = world.p.reward_paid_share * 4.0 / (years * WEEKS_A_YEAR)
    assert world.communities.trust == pytest.approx(np.full(len(world.communities), expected))


@pytest.mark.parametrize("strength", [0.1, 0.29])
def test_a_truce_has_the_strength_of_the_table_and_binds_nobody(strength: float):
    world = settled()
    world.p = world.p.replace(
        truce_strength=strength, truce_chance=1.0, fight_rate=1e6, fight_civilians=0.0, check=False
    )
    other = new_group(world)
    world.columns.group[1] = other
    contests._meet(world, contests.Border(0, 1, 1.0, 1.0, 100), 1)
    assert world.groups.alliance[[0, other]] == pytest.approx([strength, strength])
    assert strength < territory.ALLIED_FROM


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_control_effect_is_the_power_of_the_controls_near_a_way(power: float):
    changes = []
    for exponent in (power, 2.0 * power):
        world = with_parameters(settled(), control_effect=exponent)
        units = world.units
        watching = np.flatnonzero(
            allocation.CONTROLS[used(units, "kind")] & (used(units, "community") != NO_ROW)
        )
        there = int(units.community[watching[0]])
        units.community[watching] = there
        units.cell[watching] = world.valley.communities.cell[there]
        factor = control_factor(world)
        assert factor is not None
        inside = (factor > 1.01 * allocation.LEAST_FACTOR) & (factor < 0.99 * allocation.LARGEST_FACTOR)
        changes.append((np.log(factor), inside))
    (single, inside), (double, also) = changes
    seen = inside & also & (np.abs(single) > 1e-3)
    assert seen.any()
    assert double[seen] == pytest.approx(2.0 * single[seen], rel=1e-4)


@pytest.mark.parametrize("turnover", [0.1, 0.6])
def test_allocation_turnover_is_the_share_of_controls_that_move_in_a_month(
    turnover: float, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(allocation, "place_of_seizures", lambda world, rows, home, draws: (home + 300) % 600)
    world = with_parameters(settled(), allocation_turnover=turnover)
    units = world.units
    movable = np.isin(used(units, "kind"), allocation.MOVABLE) & (used(units, "until") < 0)
    moved = asked = 0
    for _ in range(30):
        world.week += 4
        before = used(units, "community").copy()
        allocation._move_controls(world)
        moved += int((used(units, "community") != before).sum())
        asked += int(movable.sum())
    assert moved / asked == pytest.approx(MONTHS_IN_FOUR_WEEKS * turnover, rel=0.25)


def test_no_column_is_left_out_of_these_worlds():
    assert len(living_columns(settled())) > len(TWO)
