"""Patterns over pairs of runs and over the prior ensemble: made-up runs pass and fail each of them."""

import dataclasses
import math

import numpy as np
import pytest

from vraem.analysis.campaign_patterns import (
    ACT,
    MIDDLE_REMOVED,
    PAIRED_PATTERNS,
    CampaignArms,
    Pair,
    Seen,
    act_scenarios,
    after_commanders,
    after_harm,
    after_leader,
    group_violence,
    half_life,
    measure_campaigns,
    near_places,
    score_campaigns,
    taxation,
)
from vraem.analysis.ensemble_patterns import (
    Drawn,
    ensemble_scenarios,
    measure_draw,
    prior_factors,
    score_ensemble,
)
from vraem.analysis.pattern import Measure
from vraem.analysis.scoreboard import CAMPAIGNS, Pooled, score_paths, score_pooled
from vraem.analysis.tables import scoreboard_markdown
from vraem.experiment.loader import load_experiment
from vraem.observe import RunResult
from vraem.observe.organisation import OrganisationResult
from vraem.scenario import load
from vraem.valley import load as load_valley
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import (
    ATTACK,
    CIVILIANS,
    CLASH,
    HARM_TO_CIVILIANS,
    RAID_MADE,
    SPLIT,
    STATE,
)

from .group_runs import DATES, PLACE, START, failed, incident, loss, made, passed

# ---------------------------------------------------------------- pairs


def arms(**runs: RunResult) -> CampaignArms:
    """Arms that are all alike but for `runs`."""
    names = ("baseline", "leader", "middle", "careful", "careless", "slump")
    return CampaignArms(*(runs.get(name) or made(weeks=len(DATES)) for name in names), valley=load_valley())


def long(*incidents: dict[str, int], **others) -> RunResult:
    return made(*incidents, weeks=len(DATES), **others)


def pairs_of(name: str, arm: float, reference: float, count: int = 20) -> list[Seen]:
    """Seeds in which every measure of P14, P15 and P27 has its sign, but for `name`."""
    signed = {
        measure: Pair(1.2, 1.0) if low == 0.0 else Pair(0.8, 1.0)
        for pattern in PAIRED_PATTERNS
        for measure, low, _, _ in pattern.measures
    }
    lasting = [Measure("half-life of the tax rate", 30.0, 12.0, math.inf, "months")]
    return [Seen({**signed, name: Pair(arm, reference)} if name else signed, lasting) for _ in range(count)]


def test_violence_near_the_arrest_of_a_leader_is_counted_in_its_weeks_and_places():
    valley = load_valley()
    near = near_places(valley, np.array([PLACE]))
    far = int(np.flatnonzero(~near)[0])
    assert near[PLACE]
    answers = [
        incident(ATTACK, START + 5),
        incident(CLASH, START + 40),
        incident(RAID_MADE, START + 6, by=STATE),
    ]
    elsewhere = incident(ATTACK, START + 5, community=far)
    leader = long(loss(START, LEADER), *answers, elsewhere)
    found = after_leader(arms(leader=leader, baseline=long(incident(ATTACK, START + 9))))
    assert found == {"first 6 months": Pair(1.0, 1.0), "first 12 months": Pair(2.0, 1.0)}


def test_a_seed_without_a_leader_to_take_does_not_count():
    assert after_leader(arms()) == {}
    assert after_commanders(arms()) == {}


def test_violence_after_arrests_in_the_middle_has_an_early_and_a_late_part():
    late = [incident(ATTACK, START + week) for week in (60, 70)]
    middle = long(loss(START, COMMANDER), *late)
    found = after_commanders(arms(middle=middle, baseline=long(incident(ATTACK, START + 3))))
    assert found == {"first 6 months after": Pair(0.0, 1.0), "months 7 to 24 after": Pair(2.0, 0.0)}


def test_harm_recruits_bonds_and_link_are_those_of_the_careless_campaign_against_the_careful_one():
    harm = incident(HARM_TO_CIVILIANS, START + 9, by=STATE, victim=CIVILIANS)
    careless = long(harm, series={"recruits": 1.0, "bond": 0.6, "command_link": 0.4})
    found = after_harm(arms(careless=careless))
    assert found["civilians harmed"] == Pair(1.0, 0.0)
    assert found["recruits"] == Pair(pytest.approx(104.0), pytest.approx(72.8))
    assert found["bonds in columns"] == Pair(pytest.approx(0.6), pytest.approx(0.5))
    assert found["link to the centre"] == Pair(pytest.approx(0.4), pytest.approx(0.6))


def test_violence_of_the_state_is_no_answer():
    journal = long(incident(HARM_TO_CIVILIANS, 5, by=STATE, victim=CIVILIANS)).organisation.journal
    assert group_violence(journal, 0, 10) == 0


@pytest.mark.parametrize(
    ("label", "name", "arm", "holds"),
    [
        ("P14", "", 1.0, True),
        ("P14", "first 6 months", 0.7, False),
        ("P14", "first 12 months", 3.0, False),
        ("P15", "", 1.0, True),
        ("P15", "first 6 months after", 1.3, False),
        ("P15", "months 7 to 24 after", 0.6, False),
        ("P27", "", 1.0, True),
        ("P27", "recruits", 0.8, False),
        ("P27", "bonds in columns", 0.9, False),
        ("P27", "link to the centre", 1.1, False),
    ],
)
def test_signs_over_pairs(label, name, arm, holds):
    score = next(s for s in score_campaigns(pairs_of(name, arm, 1.0)) if s.label == label)
    assert (score.passed, score.pooled, score.part, score.paths) == (holds, True, CAMPAIGNS, 20)


def test_a_sign_that_chance_may_have_made_does_not_pass():
    seen = pairs_of("", 0.0, 0.0)
    noisy = [
        seed._replace(pairs={**seed.pairs, "recruits": Pair(value, 10.0)})
        for seed, value in zip(seen, [30.0, -9.5] * 10, strict=True)
    ]
    score = next(s for s in score_campaigns(noisy) if s.label == "P27")
    recruits = next(m for m in score.measures if m.name == "recruits")
    assert recruits.value > 0.0
    assert recruits.least < 0.0 < recruits.most
    assert not score.passed


def test_without_a_pair_that_counts_nothing_passes():
    lasting = [Measure("half-life of the tax rate", 30.0, 12.0, math.inf, "months")]
    scores = {score.label: score for score in score_campaigns([Seen({}, lasting)])}
    assert (scores["P14"].passed, scores["P14"].paths) == (False, 0)
    assert scores["P17"].passed
    assert scores["P14"].as_dict()["value"] is None


def test_a_group_that_was_weak_before_the_act_is_left_out(monkeypatch):
    monkeypatch.setattr(OrganisationResult, "weak_start", property(lambda _: True))
    assert measure_campaigns(arms(leader=long(loss(START, LEADER)))) == Seen({}, [])
    scores = {score.label: score for score in score_campaigns([Seen({}, [])])}
    assert (scores["P17"].passed, scores["P17"].paths) == (False, 0)


def test_a_tax_that_keeps_its_rate_outlives_the_collapse_and_one_that_goes_does_not():
    fallen = np.where(np.arange(len(DATES)) >= START, 1.5, 4.0)
    kept = long(series={"leaf_price": fallen, "group_leaf_tax": 3_000.0 * fallen / 4.0})
    assert passed(taxation(arms(slump=kept)))
    gone = np.where(np.arange(len(DATES)) >= START + 20, 0.0, 3_000.0)
    lost = long(series={"leaf_price": fallen, "group_leaf_tax": gone})
    assert failed(taxation(arms(slump=lost))) == ["half-life of the tax rate"]
    assert failed(taxation(arms())) == ["leaf price, second year"]


def test_the_half_life_is_the_first_time_below_half_or_what_was_seen():
    reference = np.ones(60)
    assert half_life(np.where(np.arange(60) < 40, 0.8, 0.4), reference) == pytest.approx(52 / 4.348125)
    assert half_life(0.6 * reference, reference) == pytest.approx(72 / 4.348125)
    assert math.isnan(half_life(0.0 * reference, 0.0 * reference))  # who taxes nothing outlives nothing


def test_the_acts_part_on_one_day_and_share_the_rules():
    scenarios = act_scenarios(load("baseline", ["run.households=400"]))
    assert len({scenario.rules for scenario in scenarios}) == 1
    _, leader, middle, careful, careless, slump = scenarios
    assert (leader.events[-1].date, leader.events[-1].role) == (ACT, "leader")
    assert (middle.events[-1].role, middle.events[-1].count) == ("commander", MIDDLE_REMOVED)
    one, other = careful.campaigns[-1], careless.campaigns[-1]
    assert one.collateral < other.collateral
    assert one.model_copy(update={"collateral": other.collateral}) == other
    assert slump.events[-1].start == one.start == ACT


# ---------------------------------------------------------------- ensemble


def drawn(split: int, of: int, members: float = 380.0) -> list[Drawn]:
    weak = measure_draw(made(series={"members": members}))
    return [Drawn(weak.strength, place < split) for place in range(of)]


@pytest.mark.parametrize(("split", "holds"), [(35, True), (2, False), (90, False)])
def test_splits_without_a_campaign_lie_in_the_range_of_the_ensemble(split, holds):
    scores = {score.label: score for score in score_ensemble(drawn(split, 100))}
    assert scores["P22"].passed is holds
    assert scores["P22"].value == pytest.approx(split / 100)


def test_a_share_near_its_bound_needs_more_draws():
    assert not next(s for s in score_ensemble(drawn(2, 4)) if s.label == "P22").passed


def test_strength_over_the_ensemble_needs_four_draws_in_five():
    good, bad = drawn(0, 8), drawn(0, 2, members=250.0)
    assert score_ensemble([*good, *bad])[0].passed
    assert not score_ensemble([*good[:7], *bad])[0].passed


def test_a_draw_says_whether_the_lineage_split():
    assert not measure_draw(made()).split
    assert measure_draw(made(incident(SPLIT, 100))).split
    assert not measure_draw(made(incident(SPLIT, 100, by=STATE))).split


def test_draws_are_those_of_the_experiment_without_its_campaigns():
    from vraem.experiment.design import points

    experiment = load_experiment("neutrality")
    factors = prior_factors(experiment.factors)
    assert 0 < len(factors) < len(experiment.factors)
    whole = next(iter(points(dataclasses.replace(experiment.design, samples=1), experiment.factors)))
    scenario, seed = ensemble_scenarios(load("baseline", ["run.households=400"]), 2)[0]
    assert seed > 0
    assert not scenario.campaigns
    assert scenario.run.end.year - scenario.run.start.year == 24
    for key, value in whole:
        table, _, name = key.partition(".")
        if table == "parameters":
            assert getattr(scenario.parameters, name) == value
        elif table == "switches":
            assert getattr(scenario.switches, name) == value


# ---------------------------------------------------------------- scores


def test_a_pooled_pattern_needs_its_estimate_and_four_in_five_resamples():
    def pooled(value: float, inside: float) -> Pooled:
        draws = np.where(np.arange(1000) < 1000 * inside, 0.5, 2.0)
        return Pooled(Measure("m", value, 0.0, 1.0, "change"), draws)

    pattern = PAIRED_PATTERNS[0]
    assert score_pooled(pattern, [pooled(0.5, 0.8)], 9, CAMPAIGNS).passed
    assert not score_pooled(pattern, [pooled(0.5, 0.79)], 9, CAMPAIGNS).passed
    assert not score_pooled(pattern, [pooled(1.5, 0.9)], 9, CAMPAIGNS).passed


def test_the_page_has_a_section_for_each_part_and_says_what_is_counted():
    scores = [*score_campaigns(pairs_of("", 1.0, 1.0)), *score_ensemble(drawn(35, 100))]
    scores.append(score_paths(PAIRED_PATTERNS[0], [[Measure("m", 0.5, 0.0, 1.0, "ratio")]]))
    text = scoreboard_markdown(scores, {CAMPAIGNS: "Twenty pairs."})
    assert text.index("## Patterns of the years") < text.index("## Patterns that need pairs")
    assert "\nTwenty pairs.\n" in text
    assert "100 % of resamples" in text
    assert "100 % of draws" in text


@pytest.mark.slow
def test_real_runs_leave_every_measure():
    from vraem.analysis.campaign_patterns import run_campaign_arms

    seen = measure_campaigns(run_campaign_arms(load("baseline", ["run.households=400"]), 1))
    assert {name for pattern in PAIRED_PATTERNS for name, *_ in pattern.measures} == set(seen.pairs)
    assert all(math.isfinite(measure.value) for measure in seen.taxation)
