"""Outcomes are what they say of the weekly series, with their units."""

import numpy as np
import pytest

from vraem.experiment.outcomes import RULES_COLUMN, measure, unit_of, value_of
from vraem.experiment.plan import plan
from vraem.experiment.types import Outcome
from vraem.observe import run


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    from vraem.scenario import load

    return run(load("history", ["run.households=400", "run.end=2012-06-30"]), seed=1)


def outcome(statistic, start=None, end=None, series="coca_area"):
    return Outcome("x", series, statistic, start, end, "ha")


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("mean", np.mean),
        ("min", np.min),
        ("max", np.max),
        ("sum", np.sum),
        ("last", lambda weeks: weeks[-1]),
        ("change", lambda weeks: weeks[-1] - weeks[0]),
    ],
)
def test_a_statistic_is_taken_of_the_weeks_that_open_in_the_period(statistic, expected, result):
    from datetime import date

    weeks = result["coca_area"][
        (result.dates >= np.datetime64("2012-02-06")) & (result.dates <= np.datetime64("2012-03-05"))
    ]
    assert len(weeks) == 5
    assert value_of(outcome(statistic, date(2012, 2, 6), date(2012, 3, 5)), result) == expected(weeks)


def test_without_dates_the_whole_run_counts(result):
    assert value_of(outcome("sum"), result) == result["coca_area"].sum()


def test_a_period_without_a_week_is_an_error_not_a_number(result):
    from datetime import date

    with pytest.raises(ValueError, match="no week opens"):
        value_of(outcome("mean", date(2020, 1, 1), date(2020, 2, 1)), result)


def test_the_row_of_a_run_has_every_outcome_and_the_hash_of_the_rules(make):
    more = '[[outcome]]\nname = "leaf"\nseries = "leaf_picked"\nstatistic = "sum"\n[rules]\nbetter_by = 0.1\n'
    experiment = make(more)
    first = next(iter(plan(experiment))).runs[0]
    row = measure(experiment, run(experiment.scenario(first), seed=first.seed))
    assert list(row) == ["leaf", "area", RULES_COLUMN]
    assert row[RULES_COLUMN] == experiment.rules_hash
    assert row["area"] > 1000


@pytest.mark.parametrize(
    ("series", "statistic", "unit"),
    [
        ("coca_area", "mean", "ha"),
        ("coca_area", "sum", "ha weeks"),
        ("eradicated", "sum", "ha"),
        ("hcl_exported_air", "sum", "kg"),
        ("capacity_air", "sum", "kg"),
        ("leaf_income", "sum", "USD"),
        ("export_revenue", "sum", "USD"),
        ("leaf_price", "change", "USD/kg"),
    ],
)
def test_units_follow_the_series_and_the_statistic(series, statistic, unit):
    assert unit_of(series, statistic) == unit
