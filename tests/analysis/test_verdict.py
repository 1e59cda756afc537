"""The verdict can go every way: planted worlds in which the answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from tests.analysis.planted import always, planted, random_labels
from vraem.analysis.questions import remains
from vraem.analysis.resampling import JUDGED_DRAWS, modal_weight, posterior_share
from vraem.analysis.verdict import SAME_WORD_SENTENCE, claim_verdict, judge
from vraem.experiment.rules import VerdictRules
from vraem.observe.anchor import HORIZONS


def test_a_world_in_which_gangs_always_form_gives_supported():
    verdict = claim_verdict(planted(always("gangs")))
    assert verdict.headline.judgement.word == "supported"
    assert verdict.headline.judgement.p.estimate == 1.0
    assert verdict.headline.judgement.modal_weight == 1.0
    assert {each.judgement.word for each in verdict.table} == {"supported"}


def test_a_world_in_which_gangs_never_form_gives_refuted():
    verdict = claim_verdict(planted(always("rump_and_splinters")))
    assert verdict.headline.judgement.word == "refuted"
    assert verdict.headline.judgement.p.estimate == 0.0


def test_random_labels_give_contingent():
    verdict = claim_verdict(planted(random_labels))
    assert verdict.headline.judgement.word == "contingent"
    low, high = verdict.headline.judgement.p[1:]
    assert low < 0.25 < high


def test_gangs_most_often_but_in_less_than_half_of_the_runs_is_plural():
    others = ["rump_and_splinters", "mixed", "absorbed", "dissolved", "diminished_rump", "replaced"]

    def label(random, point):
        return "gangs" if random.random() < 0.42 else str(random.choice(others))

    rules = VerdictRules(modal_weight=0.8)
    verdict = claim_verdict(planted(label, replicates=40, points=30, rules=rules))
    assert verdict.headline.judgement.word == "plural"
    assert verdict.headline.judgement.p.estimate < 0.5


def test_a_claim_that_holds_under_half_of_the_assumptions_only_is_contingent():
    verdict = claim_verdict(planted(lambda random, point: "gangs" if point % 2 else "absorbed"))
    assert verdict.headline.judgement.word == "contingent"
    assert verdict.headline.judgement.modal_weight == pytest.approx(0.5)


def test_few_draws_with_many_seeds_are_no_certainty():
    # 6 of 8 draws always end in gangs: 640 runs, three quarters of them gangs, but only eight things known
    verdict = claim_verdict(
        planted(lambda random, point: "gangs" if point < 6 else "mixed", points=8, replicates=40)
    )
    assert verdict.headline.judgement.runs > 300
    assert verdict.headline.judgement.certainty_above < 0.95
    low, _ = verdict.headline.judgement.p[1:]
    assert low < 0.5


def test_no_dismantled_run_leaves_the_claim_unanswered():
    verdict = claim_verdict(planted(always("gangs"), fallen=0.0))
    assert verdict.headline.judgement.word == "unanswered"
    assert verdict.headline.judgement.runs == 0


def test_dismantled_and_state_given_dismantled_are_told_apart():
    results = planted(always("gangs"), fallen=0.3)
    headline = claim_verdict(results).headline
    campaigns = results.frame[results.frame.arm != "baseline"]
    assert headline.dismantled.estimate == pytest.approx(campaigns.dismantled_personnel.mean())
    assert headline.judgement.p.estimate == 1.0
    assert headline.judgement.runs == campaigns.dismantled_personnel.sum()


def test_the_baseline_and_weak_starts_do_not_count():
    weak = planted(always("gangs"), weak_start=lambda random, row: float(row["point"] < 20))
    verdict = claim_verdict(weak)
    assert verdict.weak == pytest.approx(20 / 60)
    assert verdict.headline.judgement.clusters <= 40
    assert set(verdict.by_arm) == {"leader", "heirs"}


def test_a_run_that_cannot_say_how_strong_it_began_is_weak_where_others_of_its_arm_can():
    def silent(random, row):
        return np.nan if row["arm"] == "baseline" or row["point"] < 15 else 0.0

    results = planted(always("gangs"), weak_start=silent)
    assert claim_verdict(results).weak == pytest.approx(15 / 60)
    assert set(results.judged.frame.point) == set(range(15, 60))
    assert len(results.strong.of_arm("baseline").frame) == 60 * 4  # it counts from no campaign, and stays


def test_the_share_left_out_is_of_the_campaigns_that_are_judged():
    def only_heirs(random, row):
        return float(row["arm"] == "heirs")

    assert claim_verdict(planted(always("gangs"), weak_start=only_heirs)).weak == pytest.approx(1 / 2)


def test_runs_that_know_another_definition_are_judged_by_it_in_every_part():
    results = planted(
        always("gangs"), **{f"rev_{h}": 0.9 for h in HORIZONS}, **{f"vac_{h}": 0.0 for h in HORIZONS}
    )
    for name in ("personnel", "seats", "links"):
        del results.frame[f"dismantled_{name}"]
    verdict = claim_verdict(results)
    assert verdict.headline.definition == "size"
    assert verdict.headline.judgement.word == "supported"
    assert remains(results).word == "supported"


def test_runs_too_short_for_a_horizon_do_not_count_there():
    short = planted(always("gangs"), end_state_120=lambda random, row: None if row["point"] < 30 else "gangs")
    verdict = claim_verdict(short)
    runs = {each.horizon: each.judgement.runs for each in verdict.table if each.definition == "personnel"}
    assert runs[120] < runs[60]


def test_each_form_of_s1_and_s6_has_its_own_verdict():
    def label(random, point):
        return "mixed"

    results = planted(label)
    results.frame["end_state_60"] = np.where(results.frame.firms_integrate == "yes", "absorbed", "gangs")
    verdict = claim_verdict(results)
    words = {form: each.judgement.word for form, each in verdict.by_switch["firms_integrate"].items()}
    assert words == {"no": "supported", "yes": "refuted"}
    assert set(verdict.by_switch["kin_shock"]) == {"revenge", "demoralise", "none"}


def test_groups_that_were_bent_on_profit_before_are_no_evidence_on_the_word_gangs():
    verdict = claim_verdict(planted(always("gangs"), profit_before=0.8, profit_after=0.8))
    found = verdict.headline.fragmentation
    assert (found.fragmented.estimate, found.profit.estimate, found.profit_before.estimate) == (1.0, 1.0, 1.0)
    assert found.speaks_of_gangs is False
    assert found.profit_gap.estimate == 0.0
    assert found.sentence.startswith(
        f"{SAME_WORD_SENTENCE} ({found.fragmented_runs} fragmented runs; difference "
    )


def test_groups_that_turned_to_profit_are_evidence_on_the_word():
    verdict = claim_verdict(planted(always("gangs"), profit_before=0.5, profit_after=0.8))
    found = verdict.headline.fragmentation
    assert found.speaks_of_gangs is True
    assert found.profit_change.estimate == pytest.approx(0.3)
    assert "more often bent on profit" in found.sentence


def test_a_few_runs_more_that_are_bent_on_profit_settle_nothing():
    few = planted(
        always("gangs"),
        points=10,
        replicates=1,
        profit_before=0.8,
        pi_60=lambda random, row: 0.6 if row["point"] == 0 else 0.8,
        fallen=1.0,
    )
    found = claim_verdict(few).headline.fragmentation
    assert found.profit_before.estimate - found.profit.estimate > 0.05
    assert found.profit_gap.low < 0.0 < found.profit_gap.high
    assert found.speaks_of_gangs is None
    assert "not settled" in found.sentence


def test_few_runs_alike_settle_nothing_and_no_difference_passes_a_hundred_points():
    few = planted(always("gangs"), points=6, replicates=1, profit_before=0.8, profit_after=0.8)
    found = claim_verdict(few).headline.fragmentation
    assert found.speaks_of_gangs is None
    assert "not settled (100 % against 100 %" in found.sentence
    two = planted(always("gangs"), points=1, replicates=2, profit_before=0.8, profit_after=0.8)
    gap = claim_verdict(two).headline.fragmentation.profit_gap
    assert -1.0 <= gap.low <= 0.0 <= gap.high <= 1.0


def test_runs_that_do_not_say_what_they_were_bent_on_are_fragmented_all_the_same():
    results = planted(always("gangs"))
    del results.frame["pi_0"]
    found = claim_verdict(results).headline.fragmentation
    assert found.fragmented.estimate == 1.0
    assert found.fragmented_runs == 0
    del results.frame["fragmented_60"]
    assert np.isnan(claim_verdict(replace(results)).headline.fragmentation.fragmented.estimate)


def test_the_same_runs_have_the_same_verdict_at_every_horizon():
    # 0 of 17 runs under 9 draws: a certainty of about .95, on which the word hangs
    results = planted(always("mixed"), points=9, replicates=1, fallen=1.0)
    found = claim_verdict(results).table
    assert len({each.judgement.certainty_below for each in found}) == 1
    again = posterior_share(np.zeros(18, bool), np.arange(18) % 9, draws=JUDGED_DRAWS, name="another")
    assert again.below(0.2) == pytest.approx(found[0].judgement.certainty_below, abs=0.005)


def test_a_part_of_the_runs_under_one_draw_is_one_thing_known():
    results = planted(
        lambda random, point: "gangs" if point == 0 else "mixed", points=10, replicates=20, fallen=1.0
    )
    part = results.where(results.frame["point"] == 0)
    assert part.cluster_words == results.cluster_words
    judged = judge(part, part.labels(60) == "gangs", np.ones(len(part.frame), bool), part.rules, name="part")
    assert judged.clusters == 1
    assert judged.word != "supported"


def test_without_fragments_nothing_is_said_of_profit():
    found = claim_verdict(planted(always("dissolved"))).headline.fragmentation
    assert found.speaks_of_gangs is None
    assert found.fragmented_runs == 0


def test_one_run_a_draw_gives_the_beta_posterior_of_jeffreys():
    from scipy import stats

    yes = np.arange(40) < 13
    known = posterior_share(yes, np.arange(40), draws=200_000)
    beta = stats.beta(13.5, 27.5)
    assert known.above(0.3) == pytest.approx(beta.sf(0.3), abs=0.004)
    assert known.interval()[1:] == pytest.approx(beta.interval(0.95), abs=0.003)


def test_the_posterior_widens_with_the_spread_between_draws():
    alike = np.tile([True, False], 200)
    apart = np.repeat([True, False], 200)
    draws = np.repeat(np.arange(20), 20)
    narrow = posterior_share(alike, draws).interval()
    wide = posterior_share(apart, draws).interval()
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_modal_weight_counts_draws_and_shares_ties():
    labels = ["a", "a", "b", "a", "b", "c", "c", "c", "a"]
    points = [0, 0, 0, 1, 1, 2, 2, 2, 3]
    weight, draws = modal_weight(labels, "a", points, [True] * 8 + [False])
    assert (weight, draws) == (pytest.approx((1 + 0.5 + 0) / 3), 3)


def test_rules_decide_and_can_be_moved():
    results = planted(lambda random, point: "gangs" if random.random() < 0.75 else "mixed", points=200)
    labels = results.labels(60)
    everyone = np.ones(len(labels), dtype=bool)

    def word(rules):
        return judge(results, labels == "gangs", everyone, rules, labels=labels, wanted="gangs").word

    assert word(VerdictRules()) == "supported"
    assert word(VerdictRules(supported_above=0.8)) == "plural"
    assert word(VerdictRules(refuted_below=0.9, supported_above=0.9)) == "refuted"
    assert word(VerdictRules(supported_above=0.8, modal_weight=1.0)) == "contingent"


def test_what_holds_more_often_than_the_threshold_but_not_for_sure_is_contingent_and_not_plural():
    # 6 of 9 draws always end in gangs: about two thirds of the runs, and no certainty of more than half
    results = planted(lambda random, point: "gangs" if point < 6 else "mixed", points=9, fallen=1.0)
    labels = results.labels(60)
    found = judge(results, labels == "gangs", np.ones(len(labels), bool), VerdictRules(modal_weight=0.6))
    assert found.p.estimate > 0.5
    assert found.certainty_above < 0.95
    assert found.modal_weight == pytest.approx(6 / 9)
    assert found.word == "contingent"


def test_the_claim_is_judged_again_by_persons():
    again = {f"end_state_by_persons_{months}": "gangs" for months in HORIZONS}
    again |= {f"fragmented_by_persons_{months}": 1.0 for months in HORIZONS}
    verdict = claim_verdict(planted(always("rump_and_splinters"), **again))
    assert {each.judgement.word for each in verdict.table} == {"refuted"}
    assert {each.judgement.word for each in verdict.by_persons} == {"supported"}
    assert verdict.by_persons[0].fragmentation.fragmented.estimate == 1.0
    assert verdict.table[0].fragmentation.fragmented.estimate == 0.0


def test_a_table_that_does_not_say_who_was_ever_in_the_group_is_judged_once():
    assert claim_verdict(planted(always("gangs"))).by_persons == ()
