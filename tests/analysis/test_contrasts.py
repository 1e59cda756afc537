"""Paired contrasts, null models and the other questions: planted effects are found, and none where there is none."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.analysis.planted import always, planted, random_labels
from vraem.analysis.contrasts import contrasts, pairs_of, share_difference
from vraem.analysis.findings import answer_in_two_sentences, campaign_contrasts
from vraem.analysis.intervals import PairTable, mcnemar, newcombe_paired
from vraem.analysis.nulls import compare_nulls
from vraem.analysis.questions import (
    direction,
    heirs,
    needs_coca,
    remains,
    through_callao,
    valley_share,
)
from vraem.analysis.resampling import Clusters
from vraem.analysis.results import Results
from vraem.experiment.rules import VerdictRules
from vraem.experiment.types import Design, Factor, Replicates
from vraem.observe.anchor import HORIZONS


def effect_of_heirs(random, row):
    shared = np.sin(7 * row["point"] + row["replicate"])
    return shared + (0.3 if row["arm"] == "heirs" else 0.0) + random.normal(0, 0.05)


def test_a_planted_effect_is_found_with_pairs_and_an_interval_over_draws():
    results = planted(always("mixed"), link=effect_of_heirs)
    leader, heirs_ = contrasts(results, ["link"])
    assert (leader.arm, heirs_.arm) == ("leader", "heirs")
    assert heirs_.difference.low < 0.3 < heirs_.difference.high
    assert heirs_.difference.high - heirs_.difference.low < 0.03
    assert leader.difference.low < 0.0 < leader.difference.high
    assert heirs_.p_holm < 0.01 < leader.p_holm
    assert heirs_.variance_gain > 50
    assert (heirs_.pairs, heirs_.clusters) == (240, 60)


def test_measures_that_count_from_other_days_are_not_compared_and_series_of_dates_are():
    days = {"baseline": (date(2023, 9, 1), date(2025, 9, 1)), "leader": (date(2023, 9, 1), date(2025, 9, 1))}
    days["heirs"] = (date(2023, 11, 12), date(2023, 11, 12))
    results = replace(planted(always("mixed"), la_60=effect_of_heirs, members=effect_of_heirs), days=days)
    found = {(each.arm, each.outcome) for each in contrasts(results, ["la_60", "members"])}
    assert found == {("leader", "la_60"), ("leader", "members"), ("heirs", "members")}


def test_the_interval_over_draws_is_that_of_a_t_test_when_each_draw_has_one_pair():
    results = planted(always("mixed"), replicates=1, points=200, link=effect_of_heirs)
    found = contrasts(results, ["link"], arms=["heirs"])[0]
    pairs = pairs_of(results, "heirs", "baseline", "link")
    gaps = (pairs["first"] - pairs["other"]).to_numpy()
    reach = 1.972 * gaps.std(ddof=1) / np.sqrt(200)  # t(.975, 199)
    assert found.difference[1:] == pytest.approx((gaps.mean() - reach, gaps.mean() + reach), abs=0.003)


def test_yes_and_no_with_one_pair_a_draw_have_mcnemar_and_newcombe():
    lost = lambda random, row: float(random.random() < (0.6 if row["arm"] == "leader" else 0.2))  # noqa: E731
    results = planted(always("mixed"), replicates=1, points=120, leader_gone=lost)
    found = contrasts(results, ["leader_gone"], arms=["leader"], shares=["leader_gone"])[0]
    pairs = pairs_of(results, "leader", "baseline", "leader_gone")
    table = PairTable.of((pairs["first"] > 0.5).to_numpy(), (pairs["other"] > 0.5).to_numpy())
    assert found.newcombe == newcombe_paired(table)
    assert found.p_mcnemar == mcnemar(table)
    assert found.newcombe[1:] == pytest.approx(found.difference[1:], abs=0.02)
    with_seeds = planted(always("mixed"), replicates=3, points=40, leader_gone=lost)
    assert contrasts(with_seeds, ["leader_gone"], shares=["leader_gone"])[0].newcombe is None


def test_equal_arms_are_equal_and_not_just_without_a_difference():
    results = planted(always("mixed"), points=300, authority_year1=lambda r, row: 0.5 + r.normal(0, 0.01))
    found = contrasts(results, ["authority_year1"], shares=["authority_year1"])
    assert all(each.equal.equivalent and direction(each) == "none" for each in found)
    few = planted(always("mixed"), points=5, authority_year1=lambda r, row: 0.5 + r.normal(0, 0.5))
    assert all(
        direction(each) == "open" for each in contrasts(few, ["authority_year1"], shares=["authority_year1"])
    )


def asked(kind: str, *, count: int, common: bool) -> SimpleNamespace:
    """What a table of results must know of its experiment: the design, two factors, the seeds."""
    factors = (Factor("a", values=(0, 1)), Factor("b", values=(0, 1)))
    return SimpleNamespace(
        design=Design(kind, samples=4, levels=4), factors=factors, replicates=Replicates(count, common=common)
    )


def results_of(gaps, experiment=None) -> Results:
    """Results of a reference at nought and one arm that is `gaps` (points, replicates) above it."""
    points, replicates = gaps.shape
    rows = [
        {"arm": arm, "point": point, "replicate": replicate, "y": gaps[point, replicate] * (arm == "act")}
        for arm in ("baseline", "act")
        for point in range(points)
        for replicate in range(replicates)
    ]
    return Results(pd.DataFrame(rows), ("baseline", "act"), "baseline", ("act",), (), experiment=experiment)


@pytest.mark.parametrize(
    ("kind", "points", "common", "clusters", "words"),
    [
        ("grid", 4, True, 6, "seeds"),  # 4 points that were chosen, the same 6 seeds
        ("grid", 4, False, 24, "runs"),
        ("prior", 4, False, 4, "draws of assumptions"),
        ("prior", 4, True, 4, "draws of assumptions and seeds"),  # the way with fewer
        ("morris", 12, True, 4, "draws of assumptions and seeds"),  # trajectories of three points
        ("morris", 12, False, 4, "draws of assumptions"),
    ],
)
def test_clusters_are_what_chance_drew(kind, points, common, clusters, words):
    results = results_of(np.ones((points, 6)), asked(kind, count=6, common=common))
    assert Clusters.of(results.clusters).count == clusters
    assert results.cluster_words == words
    assert contrasts(results, ["y"])[0].clusters == clusters


@pytest.mark.parametrize(
    ("kind", "points", "replicates", "shared"),
    [("grid", 2, 10, 0.6), ("grid", 24, 12, 0.4), ("prior", 30, 12, 0.3), ("grid", 1, 3, 0.0)],
)
def test_where_there_is_no_effect_few_contrasts_find_one(kind, points, replicates, shared):
    random = np.random.default_rng(11)
    found = 0
    for _ in range(200):
        gaps = np.sqrt(shared) * random.normal(size=replicates) + np.sqrt(1 - shared) * random.normal(
            size=(points, replicates)
        )
        found += contrasts(results_of(gaps, asked(kind, count=replicates, common=True)), ["y"])[0].p < 0.05
    assert found <= 22  # 5 % of 200, and three standard errors


@pytest.mark.parametrize(("pairs", "equal"), [(2, False), (10, False), (30, False), (100, True)])
def test_what_was_not_seen_in_few_pairs_is_not_taken_for_equal(pairs, equal):
    (found,) = contrasts(results_of(np.zeros((pairs, 1))), ["y"], shares=["y"])
    assert found.equal.equivalent == equal
    assert direction(found) == ("none" if equal else "open")
    assert found.difference.low < 0.0 < found.difference.high


def test_identical_arms_differ_by_nothing():
    results = planted(always("mixed"), link=lambda random, row: float(row["point"]))
    found = contrasts(results, ["link"])
    assert [each.difference for each in found] == [(0.0, 0.0, 0.0)] * 2
    assert [each.p for each in found] == [1.0, 1.0]


def test_a_conditional_share_is_compared_over_the_same_draws():
    results = planted(random_labels)
    yes = results.labels(60) == "gangs"
    leader, heirs_ = ((results.frame.arm == arm).to_numpy() for arm in ("leader", "heirs"))
    gap, draws = share_difference(results, yes, results.dismantled(), leader, heirs_)
    by_hand = yes[leader & results.dismantled()].mean() - yes[heirs_ & results.dismantled()].mean()
    assert gap.estimate == pytest.approx(by_hand)
    assert gap.low < by_hand < gap.high
    assert draws.std() == pytest.approx(np.sqrt(0.25 * 0.75 * (1 / 144 + 1 / 144)), rel=0.2)


def test_a_side_on_which_it_never_came_is_not_taken_for_nought():
    results = planted(always("mixed"), points=20, replicates=1, fallen=1.0)
    leader, other = ((results.frame.arm == name).to_numpy() for name in ("leader", "heirs"))
    once = np.zeros(len(leader), dtype=bool)
    once[np.flatnonzero(leader)[0]] = True
    gap, _ = share_difference(results, once, results.dismantled(), leader, other)
    assert gap.estimate == pytest.approx(1 / 20)
    assert gap.low < 0.0 < gap.high


def with_null(model: Results, null: Results, name: str) -> Results:
    """Results in which the arms were run under a null model too."""
    frame = pd.concat([model.frame.assign(null_model="none"), null.frame.assign(null_model=name)])
    return Results(
        frame.reset_index(drop=True), model.arms, model.reference, model.campaigns, model.factors, model.rules
    )


def test_a_null_model_that_gives_the_same_gangs_makes_the_report_say_so():
    labels = lambda random, point: "gangs" if random.random() < 0.4 else "mixed"  # noqa: E731
    same = with_null(
        planted(labels, points=400, replicates=10),
        planted(labels, points=400, replicates=10, seed=9),
        "random_split",
    )
    (found,) = compare_nulls(same)
    assert found.equal.equivalent
    assert "the mechanism adds nothing" in found.sentence


def test_a_null_model_without_gangs_shows_what_the_mechanism_does():
    (found,) = compare_nulls(with_null(planted(random_labels), planted(always("mixed")), "random_split"))
    assert not found.equal.equivalent
    assert found.difference.low > 0.1
    assert "more frequent in the model" in found.sentence
    assert found.gangs.estimate == 0.0


def test_a_null_model_is_set_beside_the_campaigns_that_ran_under_it():
    labels = lambda random, point: "gangs" if random.random() < 0.5 else "mixed"  # noqa: E731
    results = with_null(planted(always("gangs")), planted(labels, seed=9), "random_split")
    only_leader = (results.frame.null_model == "none") | (results.frame.arm == "leader")
    frame = results.frame.copy()
    at_heirs = (frame.null_model == "none") & (frame.arm == "heirs")
    frame.loc[at_heirs, "end_state_60"] = "mixed"  # would make the model and the null alike
    (found,) = compare_nulls(replace(results, frame=frame[only_leader]))
    assert found.model.estimate == 1.0
    assert found.difference.estimate == pytest.approx(1.0 - found.gangs.estimate)


def test_pairs_of_one_draw_have_no_test_that_takes_them_as_independent():
    (alone,) = campaign_contrasts(
        planted(random_labels, replicates=1, arms=("baseline", "heirs", "random-control"))
    )
    assert alone.p_mcnemar is not None
    assert alone.newcombe is not None
    (shared,) = campaign_contrasts(planted(random_labels, arms=("baseline", "heirs", "random-control")))
    assert shared.both > alone.both
    assert (shared.newcombe, shared.p_mcnemar) == (None, None)


def test_null_models_do_not_enter_the_verdict():
    both = with_null(planted(random_labels), planted(always("gangs")), "random_split")
    assert (both.judged.frame.null_model == "none").all()


def test_the_short_answer_quotes_the_horizon_of_the_verdict():
    early = {"rev_12": 0.9, "rev_36": 0.9, "rev_60": 0.1, "rev_120": 0.1}
    results = planted(always("dissolved"), **early, **{f"vac_{h}": 0.0 for h in HORIZONS})
    answer = remains(results)
    assert (answer.headline, answer.word) == ("60 months", "refuted")
    found = SimpleNamespace(claim=None, answers=(answer,))
    (said,) = answer_in_two_sentences(found)
    assert said.startswith("Q2 (60 months): in 0 % of the runs")
    assert said.endswith("the statement is refuted.")


def q2_world(revenue: float, others: float) -> Results:
    more = {f"rev_{h}": revenue for h in HORIZONS} | {f"vac_{h}": others for h in HORIZONS}
    return planted(always("dissolved"), **more)


def test_organised_crime_remains_whoever_holds_the_revenue():
    assert remains(q2_world(0.9, 0.0)).word == "supported"
    assert remains(q2_world(0.0, 0.8)).word == "supported"
    assert remains(q2_world(0.1, 0.1)).word == "refuted"
    half = planted(
        always("mixed"),
        **{f"rev_{h}": lambda r, row: 0.9 * (row["point"] % 2) for h in HORIZONS},
        **{f"vac_{h}": 0.0 for h in HORIZONS},
    )
    assert remains(half).word == "contingent"
    assert set(remains(half).parts) == {
        "12 months",
        "36 months",
        "60 months",
        "120 months",
        "leader",
        "heirs",
    }


def test_the_group_without_coca_is_gone_or_not():
    gone = planted(always("mixed"), la_60=lambda r, row: 0.02 if row["arm"] == "heirs" else 0.9)
    answer = needs_coca(gone, ["heirs"])
    assert answer.word == "supported"
    assert needs_coca(gone, ["leader"]).word == "refuted"
    contrast, way = answer.effects[0]
    assert contrast.difference.estimate == pytest.approx(-0.88)
    assert way == "down"


def test_what_heirs_change_has_a_sign_only_if_it_is_found():
    moved = planted(
        always("mixed"),
        authority_year1=lambda r, row: 0.5 - 0.2 * (row["arm"] == "heirs") + r.normal(0, 0.05),
        exits_year1=lambda r, row: r.normal(10, 5),
    )
    answer = heirs(moved, ["heirs"])
    ways = {each.outcome: way for each, way in answer.effects}
    assert ways["authority_year1"] == "down"
    assert ways["exits_year1"] == "open"
    assert answer.word == "supported"


def test_what_others_change_as_well_is_no_effect_of_losing_heirs():
    """As many taken who are no heirs stand beside them, and decide nothing."""
    world = planted(
        always("mixed"),
        arms=("baseline", "heirs", "four-fighters"),
        authority_year1=lambda r, row: 0.5 + r.normal(0, 0.01),
        armed_year3=lambda r, row: 100.0 - 4.0 * (row["arm"] == "four-fighters") + r.normal(0, 1.0),
    )
    told = replace(world, rules=VerdictRules(control="four-fighters"))
    answer = heirs(told, ["heirs", "four-fighters"])
    ways = {(each.arm, each.outcome): way for each, way in answer.effects}
    assert ways["four-fighters", "armed_year3"] == "down"
    assert ways["heirs", "authority_year1"] == "none"
    assert answer.word == "refuted"
    assert heirs(world, ["heirs", "four-fighters"]).word == "supported"


def test_an_outcome_that_cannot_be_told_to_be_the_same_does_not_keep_the_answer_open():
    even = planted(
        always("mixed"),
        authority_year1=lambda r, row: 0.5 + r.normal(0, 0.01),
        armed_year3=lambda r, row: 100.0 + r.normal(0, 5.0),
    )
    assert heirs(even, ["heirs"]).word == "refuted"


def exported(share):
    """What left by each route, with a share by way of Callao."""
    return {
        "exported_foot_observed": lambda r, row: 0.25 * share(r, row),
        "exported_road_callao_observed": lambda r, row: 0.75 * share(r, row),
        "exported_air_observed": lambda r, row: 1.0 - share(r, row),
        "exported_road_puno_observed": 0.0,
        "exported_river_observed": 0.0,
    }


def test_shares_of_routes_and_of_the_valley_are_asked_of_the_reference_alone():
    world = planted(
        always("mixed"),
        **exported(lambda r, row: 0.4 if row["arm"] == "baseline" else 0.9),
        coca_area_survey=lambda r, row: 37.0 if row["arm"] == "baseline" else 10.0,
        national_area_survey=100.0,
        rest_area_year5=lambda r, row: r.normal(50, 1) + 5 * (row["arm"] == "heirs"),
    )
    assert through_callao(world).word == "supported"
    answer = valley_share(world)
    assert answer.word == "supported"
    assert {each.arm: way for each, way in answer.effects} == {"leader": "open", "heirs": "up"}
    assert through_callao(planted(always("mixed"), **exported(lambda r, row: 0.1))).word == "refuted"


def test_a_table_without_the_columns_has_no_answer():
    bare = planted(always("mixed"))
    del bare.frame["fragmented_60"]
    assert remains(bare) is None
    assert needs_coca(bare, ["heirs"]) is None
    assert heirs(bare, ["heirs"]) is None
    assert through_callao(bare) is None
    assert compare_nulls(bare) == []
