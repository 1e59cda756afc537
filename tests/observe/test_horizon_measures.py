"""Baselines are means of the year before, measures at a horizon of the 13 weeks that end there."""

import numpy as np
import pytest
from observe_worlds import columns, founding, groups

from vraem.observe.anchor import Anchor
from vraem.observe.measures import Counted, baseline_of, horizon_measures, is_weak, running_mean
from vraem.observe.thresholds import THRESHOLDS
from vraem.observe.weekly import weekly_measures

WEEKS = 300
ANCHOR = Anchor(100, 120, (172, 276, 381, 642), "campaign")


def measured(hired=0.0, potential=1000.0, members=50.0, anchor=ANCHOR, rows=1, of_groups=None, **fields):
    usual = {"armed": 20.0, "lineage_armed": 20.0, "link": 0.8, "income": 100.0}
    book = columns(rows, WEEKS, **(usual | fields))
    weekly, _ = weekly_measures(book, of_groups or groups(rows, WEEKS), founding(rows))
    counted = Counted(*(np.zeros(WEEKS) + values for values in (hired, potential, members)))
    baseline = baseline_of(weekly, counted, anchor)
    return baseline, horizon_measures(weekly, counted, anchor, baseline)


def step(week, before, after):
    return np.where(np.arange(WEEKS) < week, before, after)


def test_a_run_that_does_not_change_is_at_its_baseline():
    baseline, found = measured(effort=0.2, attack_effort=0.1)
    assert (baseline.armed, baseline.weeks) == (20.0, 52)
    assert baseline.links == pytest.approx(0.8)
    assert baseline.revenue == pytest.approx(0.1)
    assert baseline.profit == pytest.approx(0.7)
    assert found.la[:2].tolist() == found.la_low[:2].tolist() == found.rev[:2].tolist() == [1.0, 1.0]
    assert found.links[:2].tolist() == pytest.approx([1.0, 1.0])
    assert found.pi[:2].tolist() == pytest.approx([0.7, 0.7])
    assert found.delta_pi[:2].tolist() == pytest.approx([0.0, 0.0])
    assert found.s1[:2].tolist() == found.n[:2].tolist() == [1.0, 1.0]


def test_a_horizon_beyond_the_run_is_missing():
    _, found = measured()
    for values in found.__dict__.values():
        assert np.isnan(values).tolist() == [False, False, True, True]


def test_the_baseline_is_of_the_52_weeks_before_and_of_no_other():
    path = np.where((np.arange(WEEKS) >= 48) & (np.arange(WEEKS) < 100), 20.0, 900.0)
    baseline, _ = measured(lineage_armed=path)
    assert baseline.armed == 20.0
    early = Anchor(10, 20, (72, 176, 281, 542), "campaign")
    assert measured(anchor=early)[0].weeks == 10


def test_a_measure_is_the_mean_of_the_13_weeks_that_end_at_the_horizon():
    inside = np.where((np.arange(WEEKS) > 172 - 13) & (np.arange(WEEKS) <= 172), 10.0, 20.0)
    _, found = measured(lineage_armed=inside)
    assert found.la[0] == 0.5
    _, found = measured(lineage_armed=step(172 - 6, 20.0, 10.0))
    assert found.la[0] == pytest.approx((6 * 20 + 7 * 10) / 13 / 20)


def test_the_lowest_running_mean_remembers_a_crisis_and_the_newest_forgets_it():
    crisis = np.where((np.arange(WEEKS) >= 130) & (np.arange(WEEKS) < 156), 5.0, 20.0)
    _, found = measured(lineage_armed=crisis)
    assert found.la_low[:2].tolist() == [0.25, 0.25]
    assert found.la_now[1] == 1.0


def test_a_crisis_before_the_campaign_does_not_count_once_it_has_left_the_running_mean():
    crisis = np.where((np.arange(WEEKS) >= 40) & (np.arange(WEEKS) < 60), 1.0, 20.0)
    _, found = measured(lineage_armed=crisis)
    assert found.la_low[0] > 1.0


def test_hired_persons_count_against_the_armed_of_the_baseline():
    _, found = measured(hired=step(120, 0.0, 20.0), lineage_armed=step(120, 20.0, 10.0))
    assert found.lf[0] == 1.0
    assert found.absorbed[0] == pytest.approx(2 / 3)


def test_columns_in_service_are_absorbed():
    book = {
        "rows": 2,
        "armed": 20.0,
        "lineage_armed": 20.0,
        "serving": np.stack([step(0, 0, 0), step(120, 0, 1)]),
    }
    _, found = measured(**book, of_groups=groups(2, WEEKS))
    assert found.absorbed[0] == 0.5
    assert found.la[0] == 0.5


def test_a_fall_of_prices_alone_does_not_lower_the_revenue_measure():
    _, found = measured(income=step(120, 100.0, 10.0), potential=step(120, 1000.0, 100.0))
    assert found.rev[0] == pytest.approx(1.0)
    _, found = measured(income=step(120, 100.0, 10.0))
    assert found.rev[0] == pytest.approx(0.1)


@pytest.mark.parametrize(("potential", "expected"), [(1000.0, 0.75), (3000.0, 0.0)])
def test_others_share_counts_only_where_enough_is_collected(potential, expected):
    of_groups = groups(2, WEEKS, lineage_share=[1.0, 0.0])
    book = {"group": [0.0, 1.0], "lineage_armed": [20.0, 0.0], "income": [25.0, 75.0]}
    _, found = measured(**book, rows=2, of_groups=of_groups, potential=potential)
    assert found.vac[0] == expected


def test_without_any_money_at_all_nothing_divides_by_zero():
    _, found = measured(income=0.0, potential=0.0)
    assert (found.rev[0], found.vac[0], found.collected[0]) == (0.0, 0.0, 0.0)


def test_profit_orientation_weighs_columns_by_members_and_leaves_firms_columns_out():
    book = {
        "rows": 3,
        "group": 0.0,
        "armed": [10.0, 30.0, 60.0],
        "serving": [0.0, 0.0, 1.0],
        "effort": [0.4, 0.0, 1.0],
    }
    _, found = measured(**book, of_groups=groups(1, WEEKS))
    assert found.pi[0] == pytest.approx(1.0 - 10 * 0.4 / 40)


def test_a_run_that_was_weak_when_the_campaign_began_can_be_told():
    baseline, _ = measured(members=step(90, 50.0, 29.0))
    assert baseline.start_strength == pytest.approx(0.58)
    assert baseline.start_strength < THRESHOLDS.weak_start


@pytest.mark.parametrize(("falls", "strength"), [(99, 0.5), (100, 1.0)])
def test_what_happens_in_the_first_week_of_the_campaign_does_not_make_a_run_weak(falls: int, strength: float):
    assert measured(members=step(falls, 50.0, 25.0))[0].start_strength == strength


@pytest.mark.parametrize(
    ("outside", "paid", "start", "weak"),
    [
        (10.0, 10.0, 1.0, True),
        (10.0, 9.9, 1.0, False),
        (0.0, 1.0, 1.0, True),
        (0.0, 0.0, 1.0, True),
        (10.0, 0.0, 0.6, False),
        (10.0, 0.0, 0.59, True),
    ],
)
def test_a_group_is_weak_once_half_of_its_armed_are_in_pay_or_four_tenths_of_it_are_gone(
    outside: float, paid: float, start: float, weak: bool
):
    assert bool(is_weak(outside, paid, start)) is weak


def test_the_running_mean_of_the_first_weeks_is_of_those_there_are():
    assert running_mean(np.array([2.0, 4.0, 6.0, 8.0]), 2).tolist() == [2.0, 3.0, 5.0, 7.0]
