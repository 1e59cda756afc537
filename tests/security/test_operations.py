"""D3 D4: one operation, and draws that no other operation shifts."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.reference.operation_twin import persons, routine_operation, routine_target, success_chance
from vraem.processes import operations
from vraem.processes.groups import members_of
from vraem.processes.raids import (
    Operation,
    carry_out,
    chance_to_take,
    leak_probability,
    success_probability,
)
from vraem.processes.targets import leads, race, routine_weights, sight, targets_for_routine
from vraem.scenario import Parameters
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import ACTIVE, CAPTURED, DEAD, FIGHTER, LEADER, NO_ROW
from vraem.world.security_tables import (
    CIVILIANS,
    FIREFIGHT,
    HARM_TO_CIVILIANS,
    KILLING,
    RAID_MADE,
    STATE,
)

from .worlds import active, advance, incidents, make_world, settled, state, used, with_parameters

CERTAIN = {"raid_intercept": 60.0, "plan_leak_probability": 0.0}
HOPELESS = {"raid_intercept": -60.0}


def on(target: int, address: int = 0, **attributes: float) -> Operation:
    values = {"effort": 0.0, "accuracy": 1.0, "lethality": 0.0} | attributes
    return Operation(target=target, address=address, **values)


def leader_of(world: World) -> int:
    return int(np.flatnonzero(used(world.members, "rank") == LEADER)[0])


def fighter_of(world: World) -> int:
    rows = active(world)
    plain = (world.members.rank[rows] == FIGHTER) & ~world.members.seat[rows] & ~world.members.heir[rows]
    return int(rows[plain][0])


# whom an operation may take


@pytest.mark.parametrize(("age", "spared"), [(16, True), (19, False)])
@pytest.mark.parametrize(("company", "opportunistic"), [(20.0, 0.0), (0.0, 1.0)])
def test_nobody_under_18_is_lost_with_a_target_or_in_its_place(
    age: int, spared: bool, company: float, opportunistic: float
):
    world = with_parameters(settled(), raid_group_losses=1.0, raid_company=company)
    members, target = world.members, leader_of(world)
    others = members_of(world, int(members.column[target]))
    others = others[others != target]
    members.born[others] = world.week - round(age * WEEKS_A_YEAR)
    lost = 0
    for address in range(40):
        twin = world.copy()
        carry_out(twin, on(target, address, opportunistic=opportunistic))
        lost += int((twin.members.status[others] != ACTIVE).sum())
    assert (lost == 0) == spared


# the twin


@pytest.mark.parametrize("seed", [1, 2])
def test_the_scalar_twin_chooses_the_same_targets(seed: int):
    world = settled(seed)
    for number in range(40):
        rows = targets_for_routine(world)
        assert race(world, "routine_target", number, rows, routine_weights(world, rows)) == routine_target(
            world, number
        )


def test_the_scalar_twin_gives_everybody_the_same_chance():
    world = settled()
    for person in persons(world):
        for leaked in (False, True):
            core = chance_to_take(world, person.row, 0.0, leaked)
            assert math.isclose(core, success_chance(world, person, leaked), rel_tol=1e-6)


def test_the_scalar_twin_agrees_on_every_outcome():
    seen = {"taken": 0, "dead": 0, "fight": 0, "harm": 0}
    for number in range(60):
        world = with_parameters(settled(), raid_intercept=-0.5, raid_clash_chance=0.5, operation_accuracy=0.7)
        expected = routine_operation(world, number)
        before = used(world.members, "status").copy()
        journal = world.incidents.count
        p = world.p
        operation = on(
            expected.target, number, accuracy=p.operation_accuracy, lethality=1.0 - p.capture_share
        )
        captives = carry_out(world, operation)
        after = used(world.members, "status")
        # a purge may follow a loss; it is no part of the operation
        lost = {
            row: int(after[row]) for row in np.flatnonzero(before != after).tolist() if row in expected.lost
        }
        assert lost == expected.lost
        assert {row for row, _ in captives} == {row for row, how in lost.items() if how == CAPTURED}
        kinds = used(world.incidents, "kind")[journal:]
        assert (FIREFIGHT in kinds) == expected.fight
        assert bool(np.isin(kinds, (KILLING, HARM_TO_CIVILIANS)).any()) == expected.harm
        seen["taken"] += bool(lost)
        seen["dead"] += DEAD in lost.values()
        seen["fight"] += expected.fight
        seen["harm"] += expected.harm
    assert all(count >= 3 for count in seen.values()), seen


# the formula


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("known", 0.8, 0.2),
        ("effort", 1.0, 0.0),
        ("terrain", 0.1, 0.9),
        ("guards", 0.0, 2.2),
        ("support", 0.1, 0.9),
        ("leaked", False, True),
    ],
)
def test_success_rises_with_knowledge_and_effort_and_falls_with_what_protects(name: str, better, worse):
    middle = {
        "known": 0.5,
        "effort": 0.0,
        "terrain": 0.4,
        "guards": 0.7,
        "support": 0.4,
        "leaked": False,
    }
    p = Parameters()
    assert success_probability(p, **(middle | {name: better})) > success_probability(
        p, **(middle | {name: worse})
    )


def test_raids_on_the_leader_mostly_miss_without_informants_and_mostly_hit_with_them():
    world = settled()
    leader = leader_of(world)
    members = world.members
    members.role_known[leader] = 0.8
    members.location_known[leader] = 0.05
    assert chance_to_take(world, leader, 1.0, leaked=False) < 0.2
    heir = int(np.flatnonzero(used(members, "heir"))[0])
    members.location_known[[leader, heir]] = members.role_known[[leader, heir]] = 0.95
    assert chance_to_take(world, leader, 1.0, leaked=False) > 0.4
    assert chance_to_take(world, heir, 1.0, leaked=False) > 0.6


# what it leaves behind


def test_a_success_takes_the_target_and_lethality_decides_how():
    for lethality, status in ((0.0, CAPTURED), (1.0, DEAD)):
        world = with_parameters(settled(), **CERTAIN)
        target = fighter_of(world)
        captives = carry_out(world, on(target, lethality=lethality))
        assert world.members.status[target] == status
        assert (target in [row for row, _ in captives]) == (status == CAPTURED)
        (raid,) = incidents(world, RAID_MADE, week=world.week, member=target)
        assert world.incidents.persons[raid] == world.flows.captured + world.flows.killed_group


def test_a_failure_takes_nobody_unless_it_ends_in_a_firefight():
    world = with_parameters(settled(), **HOPELESS, raid_clash_chance=0.0)
    before = used(world.members, "status").copy()
    assert carry_out(world, on(fighter_of(world))) == []
    assert np.array_equal(before, used(world.members, "status"))

    losses = state_dead = 0
    for number in range(20):
        world = with_parameters(
            settled(), **HOPELESS, raid_clash_chance=1.0, raid_state_losses=0.2, raid_group_losses=0.5
        )
        world.flows.killed_state = world.flows.killed_group = 0
        carry_out(world, on(fighter_of(world), number))
        losses += world.flows.killed_group
        state_dead += world.flows.killed_state
        (fight,) = incidents(world, FIREFIGHT, week=world.week, victim=STATE)
        assert world.incidents.deaths[fight] == world.flows.killed_state
    assert losses > 0
    assert 20 < state_dead < 60  # 20 fights x 10 persons x .2


def test_supporters_are_never_in_a_firefight():
    world = with_parameters(settled(), **HOPELESS, raid_clash_chance=1.0)
    rows = active(world)
    supporter = int(rows[world.members.rank[rows] < FIGHTER][0])
    carry_out(world, on(supporter))
    assert not len(incidents(world, FIREFIGHT, week=world.week))


def test_force_that_hits_the_wrong_people_harms_civilians_angers_and_binds_the_column():
    world = with_parameters(settled(), **CERTAIN, collateral_lethality=1.0)
    target = fighter_of(world)
    column = int(world.members.column[target])
    place = int(world.columns.seat[column])
    bond = world.members.bond[target]
    anger = world.communities.anger.copy()
    carry_out(world, on(target, accuracy=0.0))
    assert world.members.status[target] == 0
    assert world.communities.anger[place] > anger[place]
    near = world.valley.neighbours_of(place)
    assert (world.communities.anger[near] > anger[near]).all()
    assert world.members.bond[target] > bond
    (killing,) = incidents(world, KILLING, week=world.week, victim=CIVILIANS, by=STATE)
    assert world.incidents.deaths[killing] == 1.0


@pytest.mark.parametrize(("collateral", "harmed"), [(0.0, 0), (0.5, 20), (1.0, 40)])
def test_an_operation_may_take_its_target_and_harm_others_too(collateral: float, harmed: int):
    """What it takes is the same whatever harm it does."""
    found, gone = 0, set()
    for number in range(40):
        world = with_parameters(settled(), **CERTAIN)
        target = fighter_of(world)
        carry_out(world, on(target, number, collateral=collateral))
        gone.add(int(world.members.status[target]))
        by_state = (used(world.incidents, "by") == STATE) & (used(world.incidents, "victim") == CIVILIANS)
        found += int((by_state & (used(world.incidents, "week") == world.week)).sum())
    assert gone == {CAPTURED}
    assert abs(found - harmed) <= 8


def test_an_operation_presses_the_column_most_and_those_near_less():
    world = with_parameters(settled(), **HOPELESS, raid_clash_chance=0.0)
    target = fighter_of(world)
    column = int(world.members.column[target])
    before = used(world.columns, "pressure").copy()
    carry_out(world, on(target))
    rise = used(world.columns, "pressure") - before
    others = np.delete(rise, column)
    assert rise[column] == pytest.approx(world.p.pressure_gain, rel=1e-4)
    assert (others > 0.0).all()
    assert (others < rise[column]).all()


def test_pressure_halves_in_its_half_life(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(operations, "routine_count", lambda world, leads_now: 0)
    world = settled()
    before = used(world.columns, "pressure").copy()
    for _ in range(round(world.p.pressure_half_life * WEEKS_A_YEAR / 12)):
        operations.step(world)
        world.week += 1
    assert np.allclose(used(world.columns, "pressure"), before / 2.0, rtol=0.02)


def test_a_camp_moves_after_a_raid():
    world = with_parameters(settled(), **HOPELESS, raid_clash_chance=0.0)
    target = fighter_of(world)
    serving = active(world)
    world.members.location_known[serving] = 0.5
    carry_out(world, on(target))
    same = world.members.column[serving] == world.members.column[target]
    known = world.members.location_known[serving]
    assert np.allclose(known[same], 0.5 * world.p.raid_relocation)
    assert np.allclose(known[~same], 0.5)


def test_teams_that_raid_rest_and_a_corrupt_one_leaks_more():
    world = settled()
    target = fighter_of(world)
    free_before = (used(world.units, "free_from") <= world.week).sum()
    carry_out(world, on(target))
    assert (used(world.units, "free_from") <= world.week).sum() == free_before - 1
    units = world.units
    units.corruption[:2] = 0.05, 0.4
    assert leak_probability(world, 0) < leak_probability(world, NO_ROW) < leak_probability(world, 1)
    honest = leak_probability(world, 0)
    world.firms.bribe_share[:] += 0.5
    assert leak_probability(world, 0) > honest


# routine


def routine(world: World, number: int) -> None:
    operations._routine(world, number, leads(world, sight(world)))


@pytest.mark.parametrize(("share", "status"), [(1.0, CAPTURED), (0.0, DEAD)])
def test_routine_operations_capture_the_drawn_share(share: float, status: int):
    for number in range(10):
        world = with_parameters(
            settled(), **CERTAIN, operation_accuracy=1.0, capture_share=share, purge_lethality=0.0
        )
        before = used(world.members, "status").copy()
        routine(world, number)
        gone = before != used(world.members, "status")
        assert gone.any()
        assert (used(world.members, "status")[gone] == status).all()


def test_routine_operations_are_made_without_the_effort_of_a_campaign():
    """A chance of nought that effort would make one."""
    for number in range(10):
        world = with_parameters(
            settled(), raid_intercept=-60.0, raid_effort_weight=120.0, raid_clash_chance=0.0
        )
        before = used(world.members, "status").copy()
        routine(world, number)
        assert np.array_equal(before, used(world.members, "status"))


def test_teams_as_corrupt_as_at_the_start_leak_as_often_as_drawn_on_average():
    world = with_parameters(make_world(), plan_leak_probability=0.05)
    world.firms.bribe_share[:] = 0.0
    leaks = [leak_probability(world, team) for team in range(world.units.count)]
    assert len(leaks) > 200
    assert np.mean(leaks) == pytest.approx(0.05, rel=0.2)
    assert leak_probability(world, NO_ROW) == pytest.approx(0.05)


# common random numbers


def outcome_with(prepare: Callable[[World], None]) -> dict[str, bytes]:
    """State after routine operation 5 of the week, with `prepare` done before."""
    world = settled()
    prepare(world)
    before = used(world.members, "status").copy()
    rows = targets_for_routine(world)
    target = race(world, "routine_target", 5, rows, routine_weights(world, rows))
    operation = on(target, 5, accuracy=0.85, lethality=0.5)
    carry_out(world, operation)
    return {
        "target": bytes(str(target), "ascii"),
        "lost": (before != used(world.members, "status")).tobytes(),
    }


def test_other_operations_shift_no_draw():
    def elsewhere(world: World) -> None:
        """Draws of other operations and decisions are taken first, in another order."""
        for number in (9, 2, 7):
            world.streams.uniform_double("operation_outcome", world.week, 16 * number, 16 * number + 16)
            world.streams.uniform_double("operation_loss", world.week, number, number + 500)
            world.streams.uniform_double("routine_target", world.week, number * 65_536, number * 65_536 + 300)

    assert outcome_with(lambda world: None) == outcome_with(elsewhere)


def test_the_same_seed_gives_the_same_weeks():
    assert state(advance(settled(), 10)) == state(advance(settled(), 10))
