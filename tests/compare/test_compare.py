"""Comparisons pair runs, share pasts, and say what differs; scenarios that cannot be compared are refused."""

import json
import math
from datetime import date

import numpy as np
import pytest

from vraem.analysis.compare import compare
from vraem.analysis.compare_output import as_document
from vraem.analysis.measures import MEASURE_NAMES, measure
from vraem.analysis.paths import PATHS
from vraem.observe import run
from vraem.scenario import ScenarioError

SHOCK = {"kind": "price_shock", "factor": 0.5, "start": date(2013, 1, 7)}


def refused(*arguments, **keywords):
    with pytest.raises(ScenarioError) as caught:
        compare(*arguments, **keywords)
    return [str(fault) for fault in caught.value.faults]


def test_arms_are_the_same_in_every_run_until_they_part_and_differ_after(halved):
    for arm in (1, 2):
        week = int(np.searchsorted(halved.dates, np.datetime64(halved.partings[arm])))
        before = [
            np.array_equal(paths[arm, :, :week], paths[0, :, :week], equal_nan=True)
            for paths in halved.paths.values()
        ]
        assert all(before)
        assert any(
            not np.array_equal(paths[arm, :, week:], paths[0, :, week:]) for paths in halved.paths.values()
        )


def test_arms_part_on_the_day_of_their_first_event(halved):
    assert halved.partings == (None, date(2012, 10, 1), date(2012, 12, 31))
    assert halved.parting == halved.windows[0].start == date(2012, 10, 1)
    assert any("closure on 2012-12-31" in note for note in halved.notes)


def test_an_arm_of_a_comparison_is_the_run_that_it_would_be_alone(halved):
    alone = run(halved.scenarios[1], seed=4)
    place = halved.seeds.index(4)
    expected = measure(alone, [window.weeks for window in halved.windows])
    np.testing.assert_array_equal(halved.values[1, place], expected)
    for path in PATHS:
        np.testing.assert_array_equal(halved.paths[path.name][1, place], path.weekly(alone))


def test_the_shared_past_is_run_once(halved):
    weeks, first, second = len(halved.dates), 39, 52
    assert halved.weeks_run == len(halved.seeds) * (weeks + (weeks - first) + (weeks - second))


def test_differences_are_means_over_pairs(halved):
    found = next(each for each in halved.of("slump", "first year") if each.measure.name == "hcl_price")
    place = MEASURE_NAMES.index("hcl_price")
    gaps = halved.values[1, :, 0, place] - halved.values[0, :, 0, place]
    assert found.paired.mean == pytest.approx(gaps.mean())
    assert found.relative[0] == pytest.approx(gaps.mean() / halved.values[0, :, 0, place].mean())


def test_half_the_border_price_clearly_lowers_prices_and_incomes(halved):
    verdicts = {each.measure.name: each for each in halved.of("slump", "first year")}
    for name in ("hcl_price", "leaf_price", "leaf_tax"):
        assert verdicts[name].verdict == "clear"
        assert verdicts[name].paired.high < 0.0
    assert verdicts["eradicated"].verdict == "none"


def test_pairing_narrows_intervals(halved):
    assert halved.variance_gain > 2.0


def test_results_do_not_depend_on_the_number_of_workers(short):
    arms = [
        short(**{"run.end": date(2012, 6, 3)}),
        short(SHOCK | {"start": date(2012, 3, 5)}, **{"run.end": date(2012, 6, 3)}),
    ]
    one, two = (compare(arms, replicates=2, workers=workers) for workers in (1, 2))
    np.testing.assert_array_equal(one.values, two.values)
    assert one.names == ("history", "history (2)")


def test_frames_hold_every_difference_and_every_run(halved):
    frame, runs = halved.frame(), halved.runs_frame()
    cells = len(halved.windows) * len(MEASURE_NAMES)
    assert len(frame) == 2 * cells
    assert len(runs) == 3 * 5 * cells
    again = runs.query("arm == 'slump' and measure == 'leaf_price' and window == 'first year'").value.mean()
    said = frame.query("arm == 'slump' and measure == 'leaf_price' and window == 'first year'")
    assert said.arm_mean.item() == pytest.approx(again)


def test_the_document_is_plain_json_and_says_what_the_comparison_says(halved):
    document = json.loads(json.dumps(as_document(halved), allow_nan=False))
    assert [scenario["id"] for scenario in document["scenarios"]] == [s.id for s in halved.scenarios]
    assert document["seeds"] == [3, 4, 5, 6, 7]
    assert [row["verdict"] for row in document["differences"]] == [
        each.verdict for each in halved.differences
    ]
    eradicated = next(row for row in document["differences"] if row["measure"] == "eradicated")
    assert eradicated["relative"] is None
    assert math.isclose(document["variance_gain_of_pairing"], halved.variance_gain)


def test_different_ends_are_compared_over_the_weeks_that_both_run_and_said(short):
    shock = SHOCK | {"start": date(2012, 2, 6)}
    longer, cut = short(shock), short(**{"run.end": date(2012, 4, 29)})
    same = short(shock, **{"run.end": date(2012, 4, 29)})
    found = compare({"cut": cut, "longer": longer}, replicates=2, workers=1)
    assert len(found.dates) == 17
    assert "ends differ" in found.notes[0]
    assert "longer goes on to 2013-12-31" in found.notes[0]
    np.testing.assert_array_equal(found.values, compare([cut, same], replicates=2, workers=1).values)


def test_few_pairs_are_said_to_be_few(short):
    arms = [
        short(**{"run.end": date(2012, 4, 29)}),
        short(SHOCK | {"start": date(2012, 2, 6)}, **{"run.end": date(2012, 4, 29)}),
    ]
    assert any("only 2 pairs" in note for note in compare(arms, replicates=2, workers=1).notes)


def test_fewer_than_two_scenarios_are_refused(short):
    assert refused([]) == ["compare: got no scenario, expected two or more, the first to compare with"]
    assert "got one scenario (history)" in refused([short()])[0]


def test_scenarios_that_do_not_differ_are_refused(short):
    (line,) = refused({"a": short(), "b": short()})
    assert line.startswith("b: got the same as a in every week from 2012-01-02 to 2013-12-31, expected")


def test_scenarios_that_differ_only_after_the_shared_weeks_are_refused(short):
    (line,) = refused({"a": short(**{"run.end": date(2012, 12, 30)}), "b": short(SHOCK)})
    assert "what it changes lies after 2012-12-30" in line


def test_different_starts_and_households_are_refused_with_a_line_each(short):
    other = short(SHOCK, **{"run.start": date(2012, 1, 9), "run.households": 500})
    lines = refused({"a": short(), "b": other})
    assert len(lines) == 2
    assert any("b: run.households: got 500, expected 400 as in a" in line for line in lines)
    assert any("b: run.start: got 2012-01-09, expected 2012-01-02 as in a" in line for line in lines)


def test_one_replicate_is_refused(short):
    with pytest.raises(ValueError, match="at least 2"):
        compare([short(), short(SHOCK)], replicates=1)


def test_a_comparison_is_told_in_a_line(halved):
    assert len(repr(halved)) < 200
    assert halved == halved


@pytest.mark.parametrize("seed", [-1, 0.5, True])
def test_a_seed_that_is_none_is_refused(short, seed):
    with pytest.raises(ValueError, match="seed: got"):
        compare([short(), short()], seed=seed)


def test_scenarios_may_be_named():
    with pytest.raises(ScenarioError, match="bazeline"):
        compare(["baseline", "bazeline"])
