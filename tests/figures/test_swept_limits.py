"""Charts of experiments whose runs are few, brief, without a campaign or of many arms: they say so and no more."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.figures.gallery import arms, results
from tests.figures.sweeps import ARMS, lines, texts
from vraem import figures
from vraem.analysis.labels import GANGS
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import levers
from vraem.experiment.loader import load_experiment
from vraem.figures.arm_fans import STRENGTH_ROWS, VIOLENCE_ROWS, _first_week
from vraem.figures.arm_series import ArmSeries
from vraem.figures.registry import asks_of_groups
from vraem.scenario import load


def watched_more_briefly(arm, weeks=260.0):
    """The made-up runs, those of one arm watched for `weeks` only."""
    frame = results().frame.copy()
    brief = frame.arm == arm
    times = [name for name in frame if name.endswith("_week") or name.startswith("state_week_")]
    frame.loc[brief, times] = frame.loc[brief, times].where(frame.loc[brief, times] <= weeks)
    frame.loc[brief, "weeks_observed"] = weeks
    return replace(results(), frame=frame)


def test_an_arm_that_was_watched_more_briefly_is_drawn_as_far_as_it_was_watched():
    panel = figures.cumulative_incidence(watched_more_briefly("heirs-first")).axes[0]
    ends = sorted(line.get_xdata()[-1] for line in lines(panel))
    assert ends[0] == pytest.approx(260.0 * 7.0 / 365.25, abs=0.02)
    assert all(end == pytest.approx(624.0 * 7.0 / 365.25, abs=0.02) for end in ends[1:])
    assert not any("nan" in text for text in texts(panel))
    assert [text for text in texts(panel) if text.endswith("heirs-first (5 years)")]


def test_intervals_at_a_horizon_stand_within_a_third_of_a_year_of_it():
    known = [name for name in results().frame if not name.startswith("state_week_")]
    panel = figures.cumulative_incidence(replace(results(), frame=results().frame[known])).axes[2]
    assert all(abs(line.get_xdata()[-1] - 10.0) <= 1.0 / 3.0 for line in lines(panel))


def with_a_seventh_arm():
    frame = results().frame
    more = frame[frame.arm == "commanders"].assign(arm="seventh")
    return replace(results(), frame=pd.concat([frame, more], ignore_index=True), arms=(*ARMS, "seventh"))


@pytest.mark.parametrize("draw", [figures.fates_of_members, figures.control_maps])
def test_arms_for_which_there_is_no_room_are_named(draw):
    said = [text.get_text() for text in draw(with_a_seventh_arm()).texts if text.get_gid() == "caption"]
    assert "Not drawn, for want of room: seventh." in said[0]
    everybody = [text.get_text() for text in draw(results()).texts if text.get_gid() == "caption"]
    assert "Not drawn" not in everybody[0]


def in_the_classroom():
    """Made-up runs of the classroom's experiment, which asks nothing of armed groups."""
    asked = load_experiment("classroom")
    random = np.random.default_rng(4)
    rows = [
        {"arm": arm, "point": 0, "replicate": seed, "seed": seed}
        | {outcome.name: 20_000.0 + random.normal(0.0, 50.0) for outcome in asked.outcomes}
        for arm, _ in asked.arms
        for seed in range(4)
    ]
    return Results.of(asked, pd.DataFrame(rows), {"name": "classroom", "outcomes": ["coca_area_after"]})


def test_outcomes_of_an_experiment_are_compared_in_their_own_units():
    figure = figures.declared_differences(in_the_classroom())
    assert figure.texts[0].get_text() == "What each arm changes, against history"
    rows = [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    assert rows[:2] == ["coca area, measure", "coca area, after"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"ha", "USD/kg", "USD"}
    with pytest.raises(ValueError, match="nothing to compare"):
        figures.declared_differences(results())


def test_an_experiment_on_the_economy_has_no_charts_of_armed_groups():
    assert not asks_of_groups(in_the_classroom())
    assert asks_of_groups(replace(in_the_classroom(), experiment=load_experiment("claim-demo")))


def test_differences_without_a_campaign_speak_of_none():
    day = (date(2024, 1, 1), date(2025, 1, 1))
    without = replace(results(), campaigns=(), days=dict.fromkeys(results().arms, day))
    figure = figures.paired_differences(without, ["la_{h}"], horizons=[60])
    said = [*(text.get_text() for text in figure.texts), figure.axes[0].get_title(loc="left")]
    assert not any("campaign" in text for text in said if "no-campaign" not in text)
    assert "5 years after 1\u00a0January\u00a02025" in said


def test_a_few_dismantled_runs_break_no_rule():
    few = results().where(np.arange(len(results().frame)) < 40)
    figure = figures.neutrality_of_labels(few)
    assert figure.texts[0].get_text() == "The rule of neutrality: too few runs to say"
    assert "✕" not in [text for axes in figure.axes for text in texts(axes)]


def test_assumptions_are_told_by_their_meaning_and_their_key_has_what_is_drawn():
    figure = figures.assumptions_that_matter(results())
    names = [label.get_text().replace("\n", " ") for label in figure.axes[0].get_yticklabels()]
    assert any(name.startswith("what the arrest or death of kin") for name in names)
    keys = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "form of a switch" in keys
    numbers = [lever for lever in levers_of(results()) if lever.bands[0].low is not None]
    keys = [
        text.get_text()
        for text in figures.assumptions_that_matter(results(), found=numbers).legends[0].get_texts()
    ]
    assert "form of a switch" not in keys


def levers_of(found):
    kept = found.judged
    state = kept.labels(kept.headline)
    return levers(kept, state == GANGS, kept.dismantled())


def test_sums_over_a_year_begin_when_there_is_a_year_behind_them():
    series = ArmSeries.of(arms(), ["attacks"])
    panel = figures.violence_by_arm(arms()).axes[0]
    first = min(line.get_xdata()[0] for line in lines(panel, 100))
    day = np.datetime64(first, "D") if not isinstance(first, float) else first
    assert np.datetime64(day, "D") >= series.dates[51].astype("datetime64[D]")
    without = ArmSeries(series.dates, series.values, series.looks, dict.fromkeys(series.arms), "")
    assert _first_week(without, VIOLENCE_ROWS) == 51
    assert _first_week(without, STRENGTH_ROWS) == 0


def test_a_campaign_is_shaded_in_the_panels_of_its_arm_only():
    plain = load("baseline")
    given = arms() | {"baseline": [replace(run, scenario=plain) for run in arms()["baseline"]]}
    series = ArmSeries.of(given, ["members"])
    assert [arm for arm, span in series.spans.items() if span is None] == ["baseline"]
    panels = [axes for axes in figures.strength_by_arm(given).axes if axes.lines]
    shaded = [axes for axes in panels if axes.patches]
    assert len(shaded) * 3 == len(panels) * 2 > 0
