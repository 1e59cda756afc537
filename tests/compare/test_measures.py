"""Outcomes are taken from runs as they are declared."""

import numpy as np
import pytest

from vraem.analysis.measures import MEASURE_NAMES, MEASURES, Income, Mean, Ratio, Yearly, measure
from vraem.observe import run
from vraem.world.clock import WEEKS_A_YEAR


@pytest.fixture(scope="module")
def result(short):
    return run(short(), seed=2)


def test_names_of_outcomes_are_unique_and_every_group_stands_together():
    assert len(set(MEASURE_NAMES)) == len(MEASURES)
    groups = [each.group for each in MEASURES]
    assert groups == sorted(groups, key=groups.index)


def test_a_mean_is_over_the_weeks_of_the_window_only(result):
    assert Mean("leaf_price").value(result, slice(4, 6)) == pytest.approx(result["leaf_price"][4:6].mean())


def test_flows_are_told_as_rates_a_year(result):
    tonnes = result["hcl_made"][:52].sum() / 1000.0
    assert Yearly(("hcl_made",), 1000.0).value(result, slice(0, 52)) == pytest.approx(
        tonnes / 52 * WEEKS_A_YEAR
    )


def test_a_share_is_a_sum_over_a_sum_and_no_number_of_nothing(result):
    weeks = slice(0, 52)
    share = result["leaf_unpicked"][weeks].sum() / result["leaf_grown"][weeks].sum()
    assert Ratio(("leaf_unpicked",), ("leaf_grown",)).value(result, weeks) == pytest.approx(share)
    assert np.isnan(Ratio(("eradicated",), ("eradicated",)).value(result, weeks))


def test_shares_of_ways_out_add_up_to_one(result):
    shares = [each for each in MEASURES if each.name.startswith("share_")]
    assert sum(each.rule.value(result, slice(20, 80)) for each in shares) == pytest.approx(1.0)


def test_incomes_are_those_of_the_whole_years_whose_middle_lies_in_the_window(result):
    booked = result.snapshots.income_by_source[:, 0].sum(axis=1)
    assert Income().value(result, slice(0, 52)) == pytest.approx(booked[0])
    assert Income().value(result, slice(30, 105)) == pytest.approx(booked[1])
    assert Income().value(result, slice(0, 105)) == pytest.approx(booked.mean())
    assert np.isnan(Income().value(result, slice(30, 60)))


def test_incomes_by_source_add_up_to_growers_income(result):
    values = dict(zip(MEASURE_NAMES, measure(result, [slice(0, 105)])[0], strict=True))
    parts = sum(values[name] for name in MEASURE_NAMES if name.startswith("income_"))
    assert values["growers_income"] == pytest.approx(parts)
    assert values["growers_income"] > 0.0
