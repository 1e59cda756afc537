"""D3 D5: whom routine operations go for, and how many there are: visibility, attention, leads, the race."""

import math

import numpy as np
import pytest

from vraem.processes import operations
from vraem.processes.targets import (
    attention,
    leads,
    race,
    routine_weights,
    targets_for_campaign,
    targets_for_routine,
)
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.organisation_tables import DEAD, FIGHTER, NO_ROW

from .worlds import active, advance, make_world, settled, used, with_parameters


def test_members_in_hiding_are_found_by_what_is_known_of_them_alone():
    world = settled()
    rows = targets_for_routine(world)
    hidden = world.members.column[rows] == world.members.column[rows[0]]
    seen = routine_weights(world, rows)
    world.columns.hidden_until[world.members.column[rows[0]]] = world.week + 13
    weight = routine_weights(world, rows)
    known = world.members.location_known[rows] + world.members.role_known[rows]
    assert np.array_equal(weight[~hidden], seen[~hidden])
    looked_for = world.p.target_visibility * attention(world)[world.members.column[rows]]
    assert weight[hidden] == pytest.approx((seen * known / (known + looked_for))[hidden])
    assert 0.0 < leads(world).total < seen.sum()


def test_the_central_are_those_with_most_kin_most_tie_and_a_seat():
    """Beside a tie of .4, the largest line of kin counts 1 and a seat counts 1."""
    world = settled()
    members, rows = world.members, active(world)
    most = round(0.05 * len(rows))
    members.kin[rows], members.tie[rows], members.seat[rows] = 1_000 + np.arange(len(rows)), 0.4, False
    kin, tied, seated = rows[-3:], rows[-4:-3], rows[-most:-4]
    members.kin[kin], members.tie[tied], members.seat[seated] = 7, 1.0, True
    chosen = np.array([*seated, *tied, *kin])
    assert np.array_equal(targets_for_campaign(world, ("central",)), chosen)
    members.tie[rows[:most]] = 0.9  # nearer to the leader than others, which weighs less than a seat or kin
    assert np.array_equal(targets_for_campaign(world, ("central",)), chosen)


def test_the_state_looks_for_columns_that_attack_it():
    world = with_parameters(settled(), routine_attack_focus=0.6)
    world.burn_in.notoriety = 2.0
    world.columns.notoriety[:4] = [0.0, 2.0, 6.0, 1e6]
    assert attention(world)[:4] == pytest.approx([0.4, 1.0, 1.3, 1.6], rel=1e-4)
    with_parameters(world, routine_attack_focus=0.0)
    assert (attention(world) == 1.0).all()
    # before anybody has attacked at all, all are looked for alike
    world.burn_in.notoriety = 0.0
    with_parameters(world, routine_attack_focus=0.6)
    assert (attention(world) == 1.0).all()


def test_notoriety_halves_in_its_half_life(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(operations, "routine_count", lambda world, leads_now: 0)
    world = settled()
    world.columns.notoriety[:] = 3.0
    for _ in range(round(world.p.notoriety_half_life * WEEKS_A_MONTH)):
        operations.step(world)
        world.week += 1
    assert np.allclose(used(world.columns, "notoriety"), 1.5, rtol=0.02)


def test_one_member_less_changes_a_target_only_if_it_was_the_target():
    world = settled()
    rows = targets_for_routine(world)
    weight = routine_weights(world, rows)
    for number in range(30):
        chosen = race(world, "routine_target", number, rows, weight)
        for gone in range(0, len(rows), 29):
            left = np.delete(rows, gone)
            again = race(world, "routine_target", number, left, np.delete(weight, gone))
            assert (again == chosen) == (rows[gone] != chosen)


def test_a_race_draws_by_weight():
    world = settled()
    rows = targets_for_routine(world)
    weight = np.zeros(len(rows))
    weight[[3, 8]] = 1.0, 3.0
    wins = [race(world, "routine_target", number, rows, weight) for number in range(400)]
    share = wins.count(int(rows[8])) / len(wins)
    assert set(wins) == {int(rows[3]), int(rows[8])}
    assert abs(share - 0.75) < 0.09  # four standard deviations
    assert race(world, "routine_target", 0, rows, np.zeros(len(rows))) == NO_ROW
    assert race(world, "routine_target", 0, rows[:0], weight[:0]) == NO_ROW


def counts_over(world: World, weeks: int) -> list[int]:
    counts = []
    for week in range(weeks):
        world.week = week
        counts.append(operations.routine_count(world, leads(world).total))
    return counts


def test_the_number_of_routine_operations_follows_its_rate():
    world = with_parameters(settled(), routine_lead_response=0.0)
    for rate in (0.2, 1.5):
        world.burn_in.operation_rate = rate
        counts = counts_over(world, 600)
        assert abs(np.mean(counts) - rate) < 4.0 * math.sqrt(rate / 600)
        assert abs(np.var(counts) - rate) < 0.4 * rate


@pytest.mark.parametrize(("response", "expected"), [(0.0, 1.0), (0.5, 0.5), (1.0, 0.25)])
def test_fewer_leads_make_fewer_operations(response: float, expected: float):
    world = with_parameters(settled(), routine_lead_response=response)
    world.burn_in.operation_rate = 2.0
    world.burn_in.leads = 4.0 * leads(world).total
    assert math.isclose(operations.response_to_leads(world, leads(world).total), expected)
    assert abs(np.mean(counts_over(world, 600)) / 2.0 - expected) < 4.0 * math.sqrt(expected / 2.0 / 600)


def test_a_group_of_a_tenth_leaves_a_tenth_of_the_leads():
    world = settled()
    rows = active(world)
    before = leads(world).total
    world.members.location_known[rows], world.members.role_known[rows] = 0.0, 0
    plain = world.members.rank[rows] == FIGHTER
    world.members.status[rows[~plain]] = DEAD
    rows = rows[plain]
    least = leads(world).total
    assert 0.0 < least < before
    world.members.status[rows[len(rows) // 10 :]] = DEAD
    assert 0.03 < leads(world).total / least < 0.3  # presence differs by column
    world.members.status[rows] = DEAD
    assert leads(world).total == 0.0
    assert operations.response_to_leads(world, leads(world).total) == 0.0


def test_what_is_usual_is_a_mean_of_the_burn_in_and_then_frozen():
    world = advance(make_world(), 1)
    first = world.burn_in.leads
    assert first > 0.0
    world = advance(world, 12)
    assert world.burn_in.leads != first
    world.burn_in.running = False
    usual = world.burn_in.leads
    assert advance(world, 12).burn_in.leads == usual


def test_nobody_who_is_not_an_adult_can_be_a_target():
    world = make_world()
    members = world.members
    rows = targets_for_routine(world)
    assert np.array_equal(rows, active(world))  # all are adults
    young = int(rows[17])
    members.born[young] = world.week - round(17.9 * WEEKS_A_YEAR)
    assert young not in targets_for_routine(world)
    members.born[young] = world.week - math.ceil(18.0 * WEEKS_A_YEAR)
    assert young in targets_for_routine(world)
