"""The scoreboard says what the paths say: bounds, shares of seeds, arms, ablations."""

import dataclasses
import math

import numpy as np
import pytest

from vraem.analysis.ablation import ABLATIONS, ablation_table
from vraem.analysis.arms import ERADICATED_HECTARES, ERADICATION, run_arms
from vraem.analysis.pattern import Measure
from vraem.analysis.patterns import PATTERNS, observed_area
from vraem.analysis.scoreboard import PASSING_SHARE, score, scoreboard, show
from vraem.analysis.tables import ablation_markdown, scoreboard_markdown
from vraem.observe import run
from vraem.scenario import load
from vraem.valley import facts_table

SMALL = ["run.households=400"]


@pytest.fixture(scope="module")
def arms():
    return run_arms(load("history", SMALL), 5)


def path(values: dict[str, float]) -> list[list[Measure]]:
    """Measures of one path: in bounds but for the patterns named in `values`."""
    return [[Measure("m", values.get(p.label, 0.5), 0.0, 1.0, "ratio")] for p in PATTERNS]


def test_a_value_outside_its_bounds_or_no_number_does_not_pass():
    assert Measure("m", 0.0, 0.0, 1.0, "ratio").passed
    assert not Measure("m", 1.1, 0.0, 1.0, "ratio").passed
    assert not Measure("m", math.nan, -math.inf, math.inf, "ratio").passed


def test_a_pattern_needs_four_in_five_paths():
    paths = [path({"P1": 2.0}) if seed < 2 else path({}) for seed in range(10)]
    scores = {score.label: score for score in score(paths)}
    assert scores["P1"].share_of_seeds == pytest.approx(PASSING_SHARE)
    assert scores["P1"].passed
    paths[2] = path({"P1": 2.0})
    assert not next(s for s in score(paths) if s.label == "P1").passed


def test_the_measure_that_fails_most_is_the_one_shown():
    measures = [Measure("inside", 0.5, 0.0, 1.0, "ratio"), Measure("outside", 3.0, 0.0, 1.0, "ratio")]
    shown = score([[measures for _ in PATTERNS]])[0]
    assert (shown.value, shown.passed) == (3.0, False)
    assert shown.simulated.startswith("outside")


def test_the_arms_of_a_seed_share_their_past_and_part_at_the_trial(arms):
    part = int(arms.history.dates.searchsorted(np.datetime64(ERADICATION.start)))
    for arm in (arms.eradication, arms.interdiction):
        assert np.array_equal(arm["coca_area"][:part], arms.history["coca_area"][:part])
        assert not np.array_equal(arm["hcl_stock"][part:], arms.history["hcl_stock"][part:])
    assert arms.eradication["eradicated"].sum() == pytest.approx(ERADICATED_HECTARES)


def test_the_history_arm_is_the_plain_run(arms):
    plain = run(load("history", SMALL), seed=5)
    assert all(np.array_equal(plain[name], arms.history[name]) for name in plain.series)


def test_every_pattern_measures_a_number_on_a_real_path(arms):
    for pattern in PATTERNS:
        for measure in pattern.measure(arms):
            assert math.isfinite(measure.value), (pattern.label, measure.name)
            assert measure.low < measure.high


def test_the_surveyed_area_is_that_of_the_fact_table():
    rows = [r for r in facts_table("economy") if r["series"] == "coca_area" and r["place"] == "VRAEM"]
    table = {int(r["period_start"]): float(r["value"]) for r in rows}
    assert observed_area() == {year: table[year] for year in range(2012, 2023)}


def test_an_area_that_does_not_move_fails_the_signs_of_change(arms):
    still = dict(arms.history.series)
    still["coca_area_visible"] = np.full_like(still["coca_area_visible"], 20_000.0)
    flat = arms._replace(history=dataclasses.replace(arms.history, series=still))
    growth = [m for m in PATTERNS[0].measure(flat) if m.name.startswith("area 2022")]
    assert not growth[0].passed


def test_a_history_that_is_too_short_is_refused():
    short = load("history", [*SMALL, "run.end=2019-12-31"])
    with pytest.raises(ValueError, match="expected one that covers these years"):
        scoreboard(short, seeds=(1,), workers=1)


def test_workers_give_the_same_scores_in_the_same_order():
    scenario = load("history", SMALL)
    assert scoreboard(scenario, seeds=(1, 2), workers=2) == scoreboard(scenario, seeds=(1, 2), workers=1)


@pytest.mark.parametrize("ablation", ABLATIONS, ids=lambda a: a.name)
def test_every_ablation_changes_the_path(ablation):
    scenario = load("history", SMALL)
    changed = run(ablation.apply(scenario), seed=1)
    plain = run(scenario, seed=1)
    assert any(not np.array_equal(changed[name], plain[name]) for name in plain.series)


def test_the_tables_name_every_pattern_and_what_is_left_out():
    scores = score([path({"P3": 5.0})])
    text = scoreboard_markdown(scores)
    assert text.startswith(f"{len(PATTERNS) - 1} of {len(PATTERNS)} patterns pass.")
    assert "| P3 |" in text
    assert "**miss**" in text
    table = {"whole model": score([path({})]), "no fear": score([path({"P7": 9.0})])}
    assert (
        f"| no fear | rule A4: perceived risk does not enter the choice | {len(PATTERNS) - 1} | P7 | none |"
        in ablation_markdown(table)
    )


@pytest.mark.slow
def test_the_ablation_table_has_the_whole_model_first():
    table = ablation_table(load("history", SMALL), seeds=(1,))
    assert list(table) == ["whole model", *(a.name for a in ABLATIONS)]


def test_values_are_shown_with_the_precision_of_their_unit():
    assert show(20834.6, "ha").replace("\u202f", " ") == "20 835 ha"
    assert show(-0.0041, "change") == "-0.0041"
    assert show(math.inf, "ha") == "none"
