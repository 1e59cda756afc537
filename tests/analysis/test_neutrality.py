"""The rule of neutrality is judged as it is written, and the page says what was found."""

from dataclasses import replace

import numpy as np
import pytest

from tests.analysis.planted import always, planted
from tests.analysis.test_contrasts import with_null
from vraem.analysis.neutrality import LEAST, MOST, SCREENED, neutrality, screening_effects
from vraem.analysis.neutrality_page import page
from vraem.experiment.design import points
from vraem.experiment.loader import load_experiment
from vraem.observe.anchor import HORIZONS
from vraem.observe.end_states import END_STATES


def even(random, point):
    """A world in which every end state comes alike."""
    return str(random.choice(END_STATES))


def test_a_world_in_which_every_label_comes_is_neutral():
    found = neutrality(planted(even, points=150))
    assert found.holds
    assert found.runs == 1200
    cells = [cell for cell in found.cells if (cell.definition, cell.horizon) == ("personnel", 60)]
    assert sum(cell.share.estimate for cell in cells) == pytest.approx(1.0)


def test_a_label_that_never_comes_breaks_the_rule_for_every_definition():
    def label(random, point):
        return str(random.choice([state for state in END_STATES if state != "replaced"]))

    broken = neutrality(planted(label, points=150)).faults
    assert {(fault.definition, fault.label) for fault in broken} == {
        (definition, "replaced")
        for definition in ("personnel", "links", "size")  # seats is a companion of the first
    }
    assert all(fault.sure and fault.horizon is None for fault in broken)


def test_a_label_that_wins_breaks_the_rule_where_it_does():
    results = planted(
        even, points=150, end_state_12=lambda r, row: "gangs" if r.random() < 0.7 else even(r, 0)
    )
    broken = neutrality(results).faults
    assert {(fault.label, fault.horizon) for fault in broken} == {("gangs", 12)}
    assert all(fault.share > MOST for fault in broken)


def test_one_horizon_is_enough_for_a_label():
    def label(random, point):
        return str(random.choice([state for state in END_STATES if state != "dissolved"]))

    rare = planted(
        label, points=150, end_state_120=lambda r, row: "dissolved" if r.random() < 0.05 else label(r, 0)
    )
    found = neutrality(rare)
    assert found.holds
    assert found.share("personnel", "dissolved", 60).estimate == 0.0
    assert found.share("personnel", "dissolved", 120).estimate > LEAST


def test_intact_and_resilient_are_excepted_under_size():
    results = planted(even, points=150)
    frame = results.frame
    for months in results.horizons:
        whole = frame[f"end_state_{months}"].isin(["intact", "resilient"])
        frame.loc[whole, "dismantled_size"] = 0.0
    assert neutrality(results).holds


def test_a_parameter_that_puts_the_answer_in_by_hand_shows():
    def hand(random, row):
        return "gangs" if random.random() < (row["purge_loss"] - 0.02) / 0.18 else even(random, 0)

    results = planted(even, points=300, end_state_60=hand)
    found = neutrality(results)
    quarters = found.screening["purge_loss"]
    assert quarters[0].share.estimate < 0.3 < 0.7 < quarters[3].share.estimate
    assert found.levers[0].factor == "purge_loss"
    assert found.screening["review_gap"] == ()
    split = found.screening_fragmented["purge_loss"]
    assert [band.runs for band in split] == [band.runs for band in quarters]
    planted_share = results.frame[results.frame.dismantled_personnel == 1].fragmented_60.mean()
    together = sum(band.share.estimate * band.runs for band in split) / sum(band.runs for band in split)
    assert together == pytest.approx(planted_share)
    assert "| purge_loss | gangs | fragmented | runs |" in page(found, results, "")


def test_the_page_names_the_version_of_every_sweep_that_it_read():
    made = {"experiment": "abc", "rules_sha256": "r", "design": "prior", "seed": 1, "done": 9, "failed": 0}
    results = replace(planted(even, points=100), about={**made, "name": "neutrality", "vraem": "2.0"})
    nulls = replace(results, about={**made, "name": "nulls", "vraem": "1.0"})
    text = page(neutrality(results), results, "", None, [nulls])
    lines = [line for line in text.splitlines() if line.startswith("*Experiment")]
    assert ["vraem 2.0" in lines[0], "vraem 1.0" in lines[1]] == [True, True]
    assert len(lines) == 2


def test_the_page_tells_all_of_it():
    results = with_null(planted(even, points=100), planted(always("mixed"), points=100), "random_split")
    found = neutrality(results)
    text = page(found, results, "vraem neutrality runs/neutrality")
    assert "vraem neutrality runs/neutrality" in text
    assert "The rule holds" in text
    assert "under 2 campaigns that are given, not drawn" in text
    for label in END_STATES:
        assert label.replace("_", " ") in text
    for name in SCREENED:
        assert f"`{name}`" in text
    assert "N1: the group splits at random" in text
    assert f"{found.runs} runs" in text.replace(",", " ")
    share = found.share("links", "mixed", 36)
    assert f"{100 * share.estimate:.1f} % [{100 * share.low:.1f}, {100 * share.high:.1f}]" in text


def without(missing):
    """A label of any kind but `missing`."""
    known = [state for state in END_STATES if state != missing]
    return lambda random, row: str(random.choice(known))


def test_the_rule_is_asked_again_by_persons():
    again = {f"end_state_by_persons_{months}": without("replaced") for months in HORIZONS}
    results = planted(without("gangs"), points=150, **again)
    found = neutrality(results)
    assert {fault.label for fault in found.faults} == {"gangs"}
    assert {fault.label for fault in found.persons_faults} == {"replaced"}
    text = page(found, results, "")
    assert text.index("personnel, gangs, any horizon") < text.index("## Recruits of splinters left out")
    assert text.index("## Recruits of splinters left out") < text.index("personnel, replaced, any horizon")


def test_the_rule_is_asked_again_under_moved_thresholds():
    moved = {f"end_state_low_{months}": without("absorbed") for months in HORIZONS}
    results = planted(even, points=150, **moved)
    found = neutrality(results)
    assert found.holds
    assert {fault.label for fault in found.moved_faults["low"]} == {"absorbed"}
    assert "high" not in found.moved_faults
    text = page(found, results, "")
    assert text.index("## Thresholds moved") < text.index("*Moved down:*") < text.index("personnel, absorbed")
    assert "Moved up" not in text


def test_a_group_that_firms_paid_before_is_left_out_by_what_the_runs_kept():
    """Runs labelled before the flag asked who paid the armed have their baselines."""
    results = planted(
        even,
        points=40,
        weak_start=0.0,
        start_strength=0.9,
        la_0=40.0,
        lf_0=lambda r, row: 60.0 if row["point"] < 10 else 10.0,
    )
    assert set(results.judged.frame.point) == set(range(10, 40))


def test_definitions_of_strength_are_asked_by_persons_too():
    again = {f"end_state_by_persons_{months}": even for months in HORIZONS}
    results = planted(even, points=150, dismantled_size_by_persons=0.0, **again)
    runs = {cell.definition: cell.runs for cell in neutrality(results).persons_cells}
    assert runs["size"] == 0
    assert runs["personnel"] == runs["links"] > 100


def test_runs_that_do_not_say_who_was_ever_in_the_group_are_judged_once():
    found = neutrality(planted(even, points=100))
    assert (found.persons_cells, found.persons_faults) == ((), ())
    assert "Recruits of splinters" not in page(found, planted(even, points=100), "")


def test_runs_that_were_weak_are_counted_and_left_out():
    results = planted(even, points=40, weak_start=lambda r, row: float(row["point"] < 10))
    found = neutrality(results)
    campaigns = (results.frame.arm != "baseline").to_numpy()
    assert found.weak == campaigns[results.frame.point < 10].sum()
    assert found.runs == np.count_nonzero(campaigns) - found.weak


def test_without_a_dismantled_run_the_rule_is_not_met():
    results = planted(even, points=60, dismantled_links=0.0, dismantled_seats=0.0)
    (fault,) = neutrality(results).faults
    assert (fault.definition, fault.expected) == ("links", "a dismantled run")
    assert "links, any end state" in page(neutrality(results), results, "")


def test_a_screening_shows_which_parameter_moves_what_is_left():
    experiment = load_experiment("screen")
    draws = [dict(changes) for changes in points(experiment.design, experiment.factors)]
    lows = {factor.name: factor.low for factor in experiment.factors}
    spans = {factor.name: factor.high - factor.low for factor in experiment.factors}

    def groups(random, row):
        share = (draws[row["point"]]["parameters.purge_loss"] - lows["purge_loss"]) / spans["purge_loss"]
        return 1.0 + 3.0 * share

    made = replace(planted(even, points=len(draws), n_eff_60=groups), experiment=experiment)
    effects = screening_effects(made)
    assert set(effects) >= {"n_eff_60", "fragmented_60", "pi_120"}
    moved = {each.factor: each for each in effects["n_eff_60"]}
    assert set(moved) == set(SCREENED)
    assert moved["purge_loss"].importance > 1.0
    assert moved["purge_loss"].mean == pytest.approx(moved["purge_loss"].importance)
    assert moved["review_gap"].importance == pytest.approx(0.0, abs=1e-9)
    text = page(neutrality(made), made, "", effects)
    assert "| `n_eff_60` |" in text
    effect = moved["purge_loss"]
    assert effect.clear
    assert f"{effect.mean:+.2f} ± {effect.mean_half_width:.2f} \\* ({effect.importance:.2f})" in text


def test_a_screening_of_another_design_is_refused():
    made = replace(planted(even, points=4), experiment=load_experiment("claim-demo"))
    with pytest.raises(ValueError, match="expected morris"):
        screening_effects(made)
