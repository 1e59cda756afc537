"""Scenario discovery finds planted conditions; sensitivity indices are those of functions whose indices are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.analysis.planted import always, planted, random_labels
from vraem.analysis import outcome_columns as columns
from vraem.analysis.discovery import discover, prim
from vraem.analysis.findings import effects_of
from vraem.analysis.labels import relabelled, shares, stability, under_moved_tables
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import (
    by_quarter,
    levers,
    morris_effects,
    point_means,
    sobol_indices,
    unit_cube,
)
from vraem.experiment.types import Design, Experiment, Factor, Replicates
from vraem.observe.thresholds import THRESHOLDS


def conditional(random, row):
    """Gangs where loyalty is cheap to break and firms stay out; rarely elsewhere."""
    inside = row["purge_loss"] > 0.12 and row["firms_integrate"] == "no"
    return "gangs" if random.random() < (0.95 if inside else 0.05) else "mixed"


def discovered():
    results = planted(always("mixed"), points=300, end_state_60=conditional)
    return discover(results, results.labels(60) == "gangs", results.dismantled())


def test_prim_finds_the_planted_box():
    box = discovered().box
    limits = {limit.factor: limit for limit in box.limits}
    assert limits["firms_integrate"].forms == ("no",)
    assert limits["purge_loss"].low == pytest.approx(0.12, abs=0.015)
    assert limits["purge_loss"].high is None
    assert box.density > 0.9 > 0.3 > box.base
    assert box.coverage > 0.8
    assert "firms_integrate is no" in box.sentence


def test_the_tree_cuts_at_the_same_places():
    best = discovered().leaves[0]
    limits = {limit.factor: limit for limit in best.limits}
    assert best.density > 0.85
    assert limits["firms_integrate"].forms == ("no",)
    assert limits["purge_loss"].low == pytest.approx(0.12, abs=0.015)


def test_nothing_is_discovered_in_noise():
    results = planted(random_labels, points=150)
    box = discover(results, results.labels(60) == "gangs", results.dismantled()).box
    assert box.density < 2 * box.base


def test_runs_of_one_draw_count_for_as_much_as_they_tell_apart():
    random = np.random.default_rng(3)
    draws = 150
    x = pd.DataFrame({"loyalty": random.random(draws)})
    y = random.random(draws) < np.where(x["loyalty"] > 0.6, 0.9, 0.2)
    one = prim(x, y, np.arange(draws), density=0.0)
    again = np.repeat(np.arange(draws), 9)  # nine arms of each draw that end alike
    nine = prim(x.loc[again].reset_index(drop=True), y[again], again, density=0.0)
    as_if_independent = prim(
        x.loc[again].reset_index(drop=True), y[again], np.arange(len(again)), density=0.0
    )
    p = {name: box.limits[0].p for name, box in {"one": one, "nine": nine}.items()}
    assert p["nine"] == pytest.approx(p["one"], rel=0.5)
    assert as_if_independent.limits[0].p < p["nine"] ** 3


def test_too_few_cases_are_told_as_such():
    results = planted(always("gangs"))
    found = discover(results, results.labels(60) == "gangs", results.dismantled())
    assert found.box is None
    assert "fewer than" in found.note


def test_a_share_is_shown_by_quarter_and_by_form():
    results = planted(always("mixed"), points=300, end_state_60=conditional)
    holds = results.labels(60) == "gangs"
    everyone = np.ones(len(holds), dtype=bool)
    quarters = by_quarter(results, holds, everyone, "purge_loss")
    assert len(quarters) == 4
    assert quarters[0].share.estimate < 0.1 < 0.4 < quarters[3].share.estimate
    assert sum(band.runs for band in quarters) == len(holds)
    forms = {
        band.part: band.share.estimate for band in by_quarter(results, holds, everyone, "firms_integrate")
    }
    assert forms["no"] > 0.3 > 0.1 > forms["yes"]
    assert by_quarter(results, holds, everyone, "nothing") == []
    assert {lever.factor for lever in levers(results, holds, everyone)[:2]} == {
        "purge_loss",
        "firms_integrate",
    }


def test_parts_of_whole_numbers_say_what_is_in_them():
    results = planted(
        always("mixed"), points=60, columns_initial=lambda random, row: float(5 + row["point"] % 8)
    )
    results = replace(results, factors=("columns_initial", "two"))
    results.frame["two"] = np.where(results.frame["point"] % 3, 0.1, 0.6)
    everyone = np.ones(len(results.frame), dtype=bool)
    found = by_quarter(results, results.frame["two"].to_numpy() > 0.5, everyone, "columns_initial")
    values = results.frame["columns_initial"]
    for band in found:
        low, _, high = band.part.partition(" to ")
        assert band.runs == values.between(float(low), float(high or low)).sum()
    assert sum(band.runs for band in found) == len(values)
    levels = by_quarter(results, results.frame["two"].to_numpy() > 0.5, everyone, "two")
    assert [(band.part, band.share.estimate) for band in levels] == [("0.1", 0.0), ("0.6", 1.0)]


def experiment(kind: str, samples: int, names: tuple[str, ...]) -> Experiment:
    factors = tuple(Factor(f"parameters.{name}", low=0.0, high=1.0) for name in names)
    return Experiment(
        "test",
        "",
        None,
        (),
        factors,
        Design(kind, samples, 4),
        Replicates(1),
        (),
        (),
        "none",
        {},
        "",
        None,
        "",
    )


def test_noise_has_mean_absolute_effects_and_none_that_is_clear():
    random = np.random.default_rng(2)
    design = experiment("morris", 20, tuple("abcdefgh"))
    cube = unit_cube(design)
    noise = [morris_effects(design, random.normal(size=len(cube))) for _ in range(20)]
    found = [each for effects in noise for each in effects]
    assert np.mean([each.importance > each.half_width for each in found]) > 0.9
    assert np.mean([each.clear for each in found]) < 0.12
    steep = {
        each.factor: each for each in morris_effects(design, 3 * cube[:, 0] + random.normal(size=len(cube)))
    }
    assert steep["a"].clear


def test_morris_effects_of_a_linear_function_are_its_slopes():
    design = experiment("morris", 10, ("a", "b", "c"))
    x = unit_cube(design)
    found = {each.factor: each for each in morris_effects(design, 3 * x[:, 0] - 1 * x[:, 1])}
    assert [found[name].mean for name in "abc"] == pytest.approx([3, -1, 0])
    assert [found[name].importance for name in "abc"] == pytest.approx([3, 1, 0])
    assert all(each.spread == pytest.approx(0, abs=1e-9) for each in found.values())


def test_sobol_indices_of_ishigami_are_the_known_ones():
    # Ishigami & Homma 1990, a = 7, b = .1: S1 = .3139, .4424, 0; ST = .5576, .4424, .2437
    from SALib.sample.sobol import sample

    design = experiment("saltelli", 4096, ("x1", "x2", "x3"))
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0.0, 1.0]] * 3}
    x = (sample(problem, 4096, calc_second_order=False, seed=1) - 0.5) * 2 * np.pi
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = {each.factor: each for each in sobol_indices(design, y)}
    assert [found[n].first for n in ("x1", "x2", "x3")] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert [found[n].total for n in ("x1", "x2", "x3")] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


def test_indices_are_refused_for_another_design_or_missing_points():
    with pytest.raises(ValueError, match='expected "morris"'):
        morris_effects(experiment("prior", 10, ("a",)), np.zeros(10))
    with pytest.raises(ValueError, match="got 3 points, expected 20"):
        morris_effects(experiment("morris", 10, ("a",)), np.zeros(3))
    results = planted(random_labels, points=5)
    assert point_means(results, "pi_0", 5) == pytest.approx(np.full(5, 0.5))
    with pytest.raises(ValueError, match="1 of 6 points have no run"):
        point_means(results, "pi_0", 6)


MEASURES = {
    "la_60": 0.8, "lf_60": 0.0, "la_now_60": 0.8, "la_low_60": 0.5, "rev_60": 0.7, "vac_60": 0.0, "abs_60": 0.0,
    "n_groups_60": 4.0, "n_eff_60": 3.2,
}  # fmt: skip


def fragmented_world():
    return planted(
        always("gangs"),
        **MEASURES,
        s1_60=lambda r, row: r.uniform(0.3, 0.49),
        pi_60=lambda r, row: r.uniform(0.6, 1.0),
    )


def test_labels_are_given_anew_by_the_rules_of_the_observer():
    results = fragmented_world()
    profit = results.numbers("pi_60")
    labels = relabelled(results, 60, THRESHOLDS)
    assert (labels == np.where(profit >= 0.7, "gangs", "factionalised_insurgency")).all()


def test_stability_moves_each_threshold_and_all_at_once():
    results = fragmented_world()
    rows = {
        (row.threshold, round(row.factor, 1)): row for row in stability(results, 60, results.dismantled())
    }
    profit, among = results.numbers("pi_60"), results.dismantled()
    assert rows["none", 1.0].changed == 0.0
    assert rows["none", 1.0].share == pytest.approx((profit[among] >= 0.7).mean())
    assert rows["profit", 0.8].share == pytest.approx((profit[among] >= 0.56).mean())
    assert rows["profit", 1.2].share == pytest.approx((profit[among] >= 0.84).mean())
    assert rows["effective_fragments", 1.2].share == rows["none", 1.0].share
    assert rows["splinters", 0.8].changed > 0  # from .4 on the largest group is a rump with splinters
    assert ("all", 1.2) in rows


def test_the_whole_table_moved_asks_who_is_dismantled_then():
    """Under thresholds moved up only the first ten draws are dismantled, and these are gangs."""
    results = planted(
        always("mixed"),
        end_state_high_60=lambda r, row: "gangs" if row["point"] < 20 else "mixed",
        dismantled_personnel_high=lambda r, row: float(row["point"] < 10),
    )
    (row,) = under_moved_tables(results, 60, "personnel")
    assert (row.threshold, row.factor, row.share) == ("every threshold", 1.2, 1.0)
    fallen = results.frame[results.frame.dismantled_personnel == 1]
    assert row.changed == pytest.approx((fallen.point < 20).mean())
    assert under_moved_tables(planted(always("mixed")), 60, "personnel") == []


def test_the_lowest_strength_is_a_measure_and_no_reading_under_lower_thresholds():
    names = [
        "la_60",
        "la_low_60",
        "end_state_60",
        "end_state_low_60",
        "dismantled_size",
        "dismantled_size_low",
    ]
    assert columns.read_as(names, "low") == {
        "end_state_60": "end_state_low_60",
        "dismantled_size": "dismantled_size_low",
    }


def test_stability_needs_the_measures():
    assert stability(planted(always("gangs")), 60, np.ones(720, dtype=bool)) == []


def test_shares_of_end_states_add_up_and_leave_out_short_runs():
    results = planted(random_labels, end_state_60=lambda r, row: None if row["point"] < 10 else "mixed")
    found = shares(results, 60)
    assert found.runs == len(results.frame) * 50 // 60
    assert sum(each.estimate for each in found.simultaneous.values()) == pytest.approx(1.0)
    assert found.clustered["mixed"].estimate == 1.0


def test_a_report_of_a_morris_design_has_the_effects_of_each_outcome():
    design = experiment("morris", 4, ("a", "b"))
    x = unit_cube(design)
    frame = pd.DataFrame({"arm": "history", "point": range(len(x)), "replicate": 0, "seed": 1})
    frame = frame.assign(area=5 * x[:, 0] + x[:, 1], price=float("nan"))
    about = {"outcomes": ["area", "price"]}
    results = Results(frame, ("history",), "history", (), ("a", "b"), about=about, experiment=design)
    found = effects_of(results)
    assert [each.factor for each in found["area"]] == ["a", "b"]
    assert [each.importance for each in found["area"]] == pytest.approx([5, 1])
    assert "price" not in found  # its points have no values
