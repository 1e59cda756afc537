"""B11: control of communities by columns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vraem.processes import territory
from vraem.processes.groups import living_columns, new_group
from vraem.world import World
from vraem.world.organisation_tables import LIVING

from .worlds import advance, fresh, make_world, run_processes, used

CORE_KM = 12.6
"""Radius of the 50 000 ha that the record gives to the historic core."""
SETTLE_MONTHS = 60


def settle(world: World, months: int = SETTLE_MONTHS) -> World:
    """Control at rest at the present strength of the columns."""
    for _ in range(months):
        territory.move_control(world)
    return world


def rivals(world: World) -> World:
    """The second column on its own, under a group of its own, at the seat of the first."""
    one, other = living_columns(world)[:2]
    world.columns.group[other] = new_group(world)
    world.columns.seat[other] = world.columns.seat[one]
    return world


def test_control_at_the_start_is_high_in_the_historic_core_and_fades_outside():
    world = fresh()
    km, control = world.valley.communities.core_km, world.communities.control
    means = [
        control[(km >= low) & (km < high)].mean() for low, high in ((0, CORE_KM), (CORE_KM, 25), (25, 50))
    ]
    assert means[0] > 0.35
    assert means == sorted(means, reverse=True)
    assert control[km > 50.0].mean() < 0.02
    assert control.sum() == pytest.approx(world.p.territory_initial, rel=1e-3)


@pytest.mark.parametrize("seed", range(1, 5))
def test_control_sums_to_at_most_one_through_years_of_the_whole_model(seed: int):
    world = make_world(seed, weeks=130)
    for _ in range(world.clock.weeks):
        advance(world, 1)
        control = used(world.columns, "control").sum(axis=0)
        held = used(world.columns, "control").sum(axis=1, dtype=np.float64)
        assert held.max() <= 1.0 + 1e-5
        assert used(world.columns, "control").min() >= 0.0
        np.testing.assert_allclose(held, world.communities.control, atol=1e-6)
        living = used(world.columns, "status") == LIVING
        np.testing.assert_allclose(control[~living], 0.0)


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(st.lists(st.floats(0.0, 80.0), min_size=8, max_size=8), st.floats(0.5, 2.0))
def test_control_sums_to_at_most_one_whatever_the_strengths(armed: list[float], exponent: float):
    world = fresh()
    world.p = world.p.replace(contest_exponent=exponent, check=False)
    rows = living_columns(world)
    world.columns.armed[rows] = armed[: len(rows)]
    settle(world, 3)
    assert used(world.columns, "control").sum(axis=1).max() <= 1.0 + 1e-5


def test_control_moves_half_the_way_in_its_half_life():
    world = fresh()
    world.p = world.p.replace(control_half_life=4.0, check=False)
    column = int(living_columns(world)[0])
    before = float(settle(world).columns.territory[column])
    world.columns.hidden_until[column] = 10_000
    weeks = 0
    while world.columns.territory[column] > before / 2.0:
        territory.move_control(world)
        weeks += territory.REVIEW_WEEKS
    assert weeks == pytest.approx(4.0 * 4.35, abs=territory.REVIEW_WEEKS)


def test_a_hiding_column_loses_its_ground_and_one_in_service_some_of_it():
    free, hidden, serving = settle(fresh()), fresh(), fresh()
    column = int(living_columns(free)[0])
    hidden.columns.hidden_until[column] = 10_000
    serving.columns.service[column] = 0
    grounds = [float(settle(world).columns.territory[column]) for world in (hidden, serving, free)]
    assert grounds[0] < 0.01
    assert grounds[0] < grounds[1] < grounds[2]


def test_more_arms_more_ground_and_less_for_the_others():
    world, stronger = settle(rivals(fresh())), rivals(fresh())
    one, other = living_columns(world)[:2]
    stronger.columns.armed[one] *= 3.0
    settle(stronger)
    assert stronger.columns.territory[one] > world.columns.territory[one]
    assert stronger.columns.territory[other] < world.columns.territory[other]


@pytest.mark.parametrize("column", ["state_presence", "committee"])
def test_the_state_and_self_defence_hold_ground_against_columns(column: str):
    world, guarded = settle(fresh()), fresh()
    getattr(guarded.communities, column)[:] = np.minimum(getattr(guarded.communities, column) + 0.5, 1.0)
    if column == "state_presence":
        guarded.communities.state_presence[:] += 50.0
    assert settle(guarded).communities.control.sum() < 0.95 * world.communities.control.sum()


@pytest.mark.parametrize("exponent", [1.0, 2.0])
def test_a_place_alone_holds_out_with_three_hundredths_of_what_a_full_committee_adds(exponent: float):
    world = fresh()
    world.p = world.p.replace(contest_exponent=exponent, check=False)
    world.communities.state_presence[:] = 0.0
    world.communities.committee[:] = 0.0
    world.communities.committee[7] = 1.0
    held = territory.resistance(world)
    assert held[8] / held[7] == pytest.approx((0.03 / 1.03) ** exponent, rel=1e-5)


def test_the_order_of_columns_does_not_matter():
    world, turned = fresh(), fresh()
    rows = living_columns(world)
    for name in ("seat", "armed", "group"):
        getattr(turned.columns, name)[rows] = getattr(world.columns, name)[rows[::-1]]
    settle(world, 1)
    turned.columns.control[:, rows] = turned.columns.control[:, rows[::-1]]
    settle(turned, 1)
    np.testing.assert_allclose(turned.columns.territory[rows[::-1]], world.columns.territory[rows], rtol=1e-4)


def test_ground_that_is_handed_over_is_neither_lost_nor_doubled():
    world = fresh()
    one, other = living_columns(world)[:2].tolist()
    names = ("control", "exposure", "ground_share", "territory", "tolls")
    before = {name: used(world.columns, name).sum(axis=-1) for name in names}
    held = world.columns.control[:, one].copy()
    territory.hand_over(world, one, other, 0.25)
    np.testing.assert_allclose(world.columns.control[:, one], 0.75 * held, rtol=1e-5)
    for name, total in before.items():
        np.testing.assert_allclose(used(world.columns, name).sum(axis=-1), total, rtol=1e-5, atol=1e-6)


def test_predation_begins_where_protection_is_lost_or_fought_over():
    world = fresh()
    assert not world.communities.predation.any()
    assert settle(rivals(fresh())).communities.predation.max() > 0.0
    abandoned = fresh()
    abandoned.columns.hidden_until[living_columns(abandoned)] = 10_000
    settle(abandoned)
    predation, p = abandoned.communities.predation, abandoned.p
    assert predation.argmax() == abandoned.communities.first_control.argmax()
    assert predation.max() <= p.predation_loss * p.predation_chance


def test_growers_pay_the_tax_that_columns_receive():
    world = fresh()
    for _ in range(16):
        run_processes(world, "exogenous", "farming", "leaf_sale")
        received = used(world.columns, "leaf_tax").sum()
        assert received == pytest.approx(world.flows.leaf_tax, rel=1e-6)
        assert received > 0.0
        world.week += 1


def test_change_of_territory_is_relative_to_the_year_before():
    world = settle(fresh())
    column = int(living_columns(world)[0])
    assert world.columns.territory_change[column] == pytest.approx(0.0, abs=0.02)
    world.columns.hidden_until[column] = 10_000
    settle(world, 12)
    assert -1.0 <= world.columns.territory_change[column] < -0.5


def test_a_pact_makes_two_groups_collect_as_one():
    world = rivals(fresh())
    rows = living_columns(world)
    group, partner = world.columns.group[rows[:2]].tolist()
    assert len(np.unique(territory.collectors(world, rows))) == 2
    world.groups.allied[group], world.groups.allied[partner] = partner, group
    world.groups.alliance[[group, partner]] = 1.0
    assert len(np.unique(territory.collectors(world, rows))) == 1
    world.groups.alliance[[group, partner]] = territory.ALLIED_FROM / 2.0
    assert len(np.unique(territory.collectors(world, rows))) == 2


def test_a_valley_without_columns_has_no_control():
    world = fresh()
    world.columns.count = 0
    territory.prepare(world)
    assert not world.communities.control.any()
    assert not world.communities.leaf_tax.any()
