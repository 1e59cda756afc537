"""The start of a world: people, land, plots and firms in January 2012."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

import vraem
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.ages import VISIBLE_FROM_QUARTER, AgeClasses
from vraem.world.clock import WEEKS_A_QUARTER
from vraem.world.routes import logit_shares, solve_route_constants
from vraem.world.values import CropValues


def start(seed: int = 1, **changes: Any) -> World:
    overrides = {"run.households": 4000, **{key.replace("__", "."): value for key, value in changes.items()}}
    return vraem.new_world(vraem.load("history").with_(overrides), seed)


@pytest.fixture(scope="module")
def world() -> World:
    return start()


def test_visible_coca_is_the_observed_area(world: World):
    growers = world.growers
    visible = float((growers.coca_area - growers.coca_young).sum()) * world.households_per_row
    assert visible == pytest.approx(world.p.initial_coca_area, rel=1e-3)


def test_one_household_in_so_many_never_grows(world: World):
    growers = world.growers
    assert growers.never_grows.mean() == pytest.approx(world.p.share_never_grow, abs=0.03)
    assert (growers.coca_area[growers.never_grows] == 0.0).all()
    assert (growers.coca_area[~growers.never_grows] > 0.0).all()


def test_rows_are_sorted_so_that_a_slice_is_a_cohort(world: World):
    growers = world.growers
    assert (np.diff(growers.slot) >= 0).all()
    covered = 0
    for slot, (first, ordinary_end, end) in enumerate(world.cohorts):
        assert first == covered
        covered = end
        assert (growers.slot[first:end] == slot).all()
        assert not growers.never_grows[first:ordinary_end].any()
        assert growers.never_grows[ordinary_end:end].all()
        assert (np.diff(growers.community[first:ordinary_end]) >= 0).all()
    assert (covered, len(world.cohorts)) == (len(growers), WEEKS_A_QUARTER)


def test_every_community_has_its_share_of_the_households(world: World):
    share = world.valley.communities.household_share
    expected = share / share.sum() * len(world.growers)
    assert np.abs(np.bincount(world.growers.community, minlength=len(share)) - expected).max() <= 1.0


def test_rows_of_a_community_are_all_of_its_households(world: World):
    order, first = world.community_rows
    for community in (0, 100, 500, len(world.communities) - 1):
        rows = order[first[community] : first[community + 1]]
        assert np.array_equal(np.sort(rows), np.flatnonzero(world.growers.community == community))


def test_kept_sums_are_those_of_the_plots(world: World):
    growers = world.growers
    factors = np.array([world.ages.factor(age) for age in range(world.ages.length)])
    assert np.allclose(growers.coca_cohorts.sum(axis=0) + growers.coca_old, growers.coca_area, rtol=1e-4)
    assert np.allclose(growers.coca_cohorts[:VISIBLE_FROM_QUARTER].sum(axis=0), growers.coca_young, rtol=1e-4)
    bearing = factors @ growers.coca_cohorts + growers.coca_old_bearing
    assert np.allclose(bearing, growers.coca_bearing, rtol=1e-4)


def test_people_are_the_same_whatever_the_scenario_changes_later():
    event = {"kind": "price_shock", "start": dt.date(2013, 1, 1), "end": dt.date(2013, 12, 31), "factor": 0.5}
    plain, shaken = start(), start(event=[event], run__end=dt.date(2015, 12, 31))
    for column, values in plain.growers.columns():
        assert values.tobytes() == getattr(shaken.growers, column.name).tobytes(), column.name


def test_another_seed_is_another_valley():
    one, other = start(seed=1), start(seed=2)
    assert not np.array_equal(one.growers.land, other.growers.land)
    assert not np.array_equal(one.firms.base, other.firms.base)


def test_flow_of_the_start_has_the_base_shares_of_the_routes(world: World):
    base = np.array([getattr(world.p, f"route_base_share_{route}") for route in ROUTES])
    weight = world.firms.capacity / world.firms.capacity.sum()
    assert world.firms.route_share @ weight == pytest.approx(base / base.sum(), abs=1e-6)


def test_route_constants_give_any_wanted_shares():
    utility = np.random.default_rng(3).normal(1000.0, 80.0, (5, 12))
    weight = np.random.default_rng(4).uniform(1.0, 9.0, 12)
    wanted = np.array([0.02, 0.5, 0.28, 0.15, 0.05])
    constants = solve_route_constants(utility, weight, wanted, 90.0)
    given = logit_shares(utility + constants[:, None], 90.0) @ (weight / weight.sum())
    assert given == pytest.approx(wanted, abs=1e-6)
    assert constants.sum() == pytest.approx(0.0, abs=1e-6)


def test_yield_by_age_is_that_of_the_specification(world: World):
    p = world.p.replace(
        coca_years_before_harvest=1.0, coca_yield_factor_year2=0.4, coca_yield_factor_year3=0.8
    )
    ages = AgeClasses.of(p)
    assert [ages.factor(age) for age in (0, 3)] == [0.0, 0.0]
    assert [ages.factor(age) for age in (4, 7)] == pytest.approx([0.4, 0.4])
    assert [ages.factor(age) for age in (8, 11)] == pytest.approx([0.8, 0.8])
    assert [ages.factor(age) for age in (12, ages.length - 1)] == pytest.approx([1.0, 1.0])
    assert ages.length == round(4 * p.coca_full_yield_until_year)


def test_the_ring_of_ages_gives_each_cohort_a_new_empty_class_a_quarter(world: World):
    ages = world.ages
    for week in range(200):
        same_slot_next_quarter = week + WEEKS_A_QUARTER
        assert ages.at(1, same_slot_next_quarter) == ages.newest(week)
        assert ages.at(ages.length, week) == ages.newest(week)


def test_values_of_a_hectare_are_discounted_sums_of_its_years(world: World):
    p, values = world.p, CropValues.of(world.p)
    margin, risk = np.float32([9000.0, 2500.0]), np.float32([0.0, 0.12])
    years = range(round(p.grower_horizon))
    for row in range(2):
        kept_share = p.grower_discount * (1.0 - float(risk[row]))
        kept = sum(kept_share**year * (float(margin[row]) - p.coca_fixed_cost) for year in years)
        assert values.of_coca(margin, risk)[1][row] == pytest.approx(kept, rel=1e-5)
    new, kept = values.of_coca(margin, risk)
    assert (new < kept).all()


def test_coca_at_risk_and_at_a_lower_margin_is_worth_less(world: World):
    values = CropValues.of(world.p)
    margin = np.linspace(2000.0, 14_000.0, 50, dtype=np.float32)
    no_risk, at_risk = np.zeros(50, np.float32), np.full(50, 0.3, np.float32)
    new, kept = values.of_coca(margin, no_risk)
    assert (np.diff(new) > 0.0).all()
    new_at_risk, kept_at_risk = values.of_coca(margin, at_risk)
    assert (new_at_risk < new).all()
    assert (kept_at_risk < kept).all()


@pytest.mark.parametrize("households", [400, 1000, 40_000])
def test_rows_stand_for_all_farm_households(households: int):
    world = start(run__households=households)
    assert len(world.growers) == households
    assert len(world.growers) * world.households_per_row == pytest.approx(world.p.farm_households)


def test_plots_of_the_start_have_the_ages_of_steady_growth_and_renewal():
    world = start(parameters__initial_area_growth=0.04, parameters__old_plot_renewal=0.06)
    growers, growth = world.growers, 0.04 / 4.0
    area, old = growers.coca_area.sum(), growers.coca_old.sum()
    newest = growers.coca_cohorts.max(axis=0).sum()
    assert newest / area == pytest.approx(growth + 0.06 * old / area, rel=0.01)


def test_farms_as_drawn_are_as_large_as_the_coca_that_was_seen_needs():
    small = start(
        parameters__land_per_household=1.5,
        parameters__share_never_grow=0.55,
        parameters__initial_coca_area=23_000.0,
    )
    growers = small.growers
    visible = float((growers.coca_area - growers.coca_young).sum()) * small.households_per_row
    assert visible == pytest.approx(23_000.0, rel=1e-3)
    assert (growers.coca_area <= growers.land).all()


def test_a_place_learns_as_much_of_its_harvest_in_a_quarter_however_few_rows_stand_for_it():
    for households in (400, 4000):
        world = start(run__households=households)
        farms = np.bincount(
            world.growers.community[~world.growers.never_grows], minlength=len(world.communities)
        )
        assert np.allclose(world.cohort_farms.sum(axis=0), np.where(farms > 0, WEEKS_A_QUARTER, 0.0))
