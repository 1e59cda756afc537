"""The report: every number in it is computed here a second time by another path, and the page stands alone."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from tests.analysis.planted import planted
from vraem.analysis.findings import findings
from vraem.analysis.neutrality import neutrality
from vraem.analysis.neutrality_page import page as neutrality_page
from vraem.analysis.results import Results
from vraem.analysis.words import percent
from vraem.figures import report as report_module
from vraem.figures.report import LARGEST_PAGE, write_report
from vraem.observe.anchor import HORIZONS
from vraem.observe.end_states import DEFINITIONS, END_STATES

RARE = {"personnel": 0.7, "seats": 0.4, "links": 0.5, "size": 0.3}


def label(random, point):
    chance = 0.7 if point % 3 else 0.2
    return "gangs" if random.random() < chance else str(random.choice(END_STATES))


def world() -> Results:
    """Three campaigns with a control, four definitions that differ, a null model, weak runs, times."""
    more = {
        f"dismantled_{name}": lambda r, row, name=name: float(
            row["arm"] != "baseline" and r.random() < RARE[name] * (1.2 if row["arm"] == "leader" else 1.0)
        )
        for name in DEFINITIONS
    }
    for months in HORIZONS:
        more[f"end_state_{months}"] = lambda r, row: None if r.random() < 0.05 else label(r, row["point"])
        more[f"fragmented_{months}"] = lambda r, row, m=months: float(
            row[f"end_state_{m}"] in ("gangs", "factionalised_insurgency")
        )
        more[f"pi_{months}"] = lambda r, row, m=months: r.uniform(
            0.7 if row[f"end_state_{m}"] == "gangs" else 0.3, 0.9
        )
    more |= {
        "pi_0": lambda r, row: r.uniform(0.4, 0.9),
        "weak_start": lambda r, row: float(row["point"] % 10 == 0),
        "first_split_week": lambda r, row: float(r.integers(1, 900)) if r.random() < 0.6 else None,
        "three_groups_week": lambda r, row: float(r.integers(1, 900)) if r.random() < 0.3 else None,
        "weeks_observed": 640.0,
        "link": lambda r, row: r.normal(0.1 * (row["arm"] == "leader"), 0.2),
        "la_60": lambda r, row: r.uniform(0.2, 0.4) + 0.5 * (row["arm"] == "baseline"),
    }
    arms = ("baseline", "leader", "heirs", "random-control")
    model = planted(label, points=50, replicates=3, arms=arms, **more)
    null = planted(label, points=50, replicates=3, arms=arms, seed=3, **more)
    frame = pd.concat([model.frame.assign(null_model="none"), null.frame.assign(null_model="random_split")])
    about = {
        "name": "planted",
        "question": "Do <gangs> form?",
        "outcomes": ["link", "la_60"],
        "units": {"link": "share", "la_60": "ratio"},
    }
    # null runs have draws of their own
    frame = frame.assign(point=frame["point"] + 100 * (frame["null_model"] != "none"))
    return Results(
        frame.reset_index(drop=True), arms, "baseline", arms[1:], model.factors, model.rules, about
    )


class Cells(HTMLParser):
    """Reads data-key and data-value of every cell."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, dict[str, float]] = {}
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "data-key" in found:
            ends = {name: found.get(f"data-{name}") for name in ("value", "low", "high")}
            self.values[found["data-key"]] = {name: float(v) for name, v in ends.items() if v}
        self.links += [found[name] for name in ("href", "src") if name in found]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    results = world()
    folder = tmp_path_factory.mktemp("report")
    report = write_report(results, folder)
    cells = Cells()
    cells.feed(report.page.read_text(encoding="utf-8"))
    return results, report, cells


def judged(results: Results, arms=None) -> pd.DataFrame:
    """The runs of the verdict, selected by another path."""
    frame = results.frame
    keep = (frame.weak_start < 0.5) & (frame.arm != "baseline") & (frame.null_model == "none")
    return frame[keep & (frame.arm.isin(arms) if arms else True)]


def test_shares_by_definition_and_horizon_are_those_of_the_table(written):
    results, _, cells = written
    frame = judged(results)
    for definition in DEFINITIONS:
        for months in HORIZONS:
            whole = frame[frame[f"end_state_{months}"].notna()]
            fallen = whole[whole[f"dismantled_{definition}"] == 1]
            key = f"claim.{definition}.{months}"
            assert cells.values[f"{key}.dismantled"]["value"] == pytest.approx(len(fallen) / len(whole))
            expected = (fallen[f"end_state_{months}"] == "gangs").mean()
            assert cells.values[f"{key}.p"]["value"] == pytest.approx(expected)
            expected = fallen[f"fragmented_{months}"].mean()
            assert cells.values[f"{key}.fragmented"]["value"] == pytest.approx(expected)


def test_intervals_are_those_of_a_plain_bootstrap_of_whole_draws(written):
    results, _, cells = written
    fallen = judged(results).query("dismantled_personnel == 1 and end_state_60.notna()")
    by_draw = fallen.assign(yes=fallen.end_state_60 == "gangs").groupby("point").yes.agg(["sum", "count"])
    random = np.random.default_rng(0)
    shares = []
    for _ in range(4000):
        taken = by_draw.iloc[random.integers(0, len(by_draw), len(by_draw))]
        shares.append(taken["sum"].sum() / taken["count"].sum())
    shown = cells.values["claim.personnel.60.p"]
    assert (shown["low"], shown["high"]) == pytest.approx(np.quantile(shares, [0.025, 0.975]), abs=0.02)
    assert cells.values["claim.certainty_above"]["value"] == pytest.approx(
        np.mean(np.array(shares) > 0.5), abs=0.05
    )
    assert cells.values["claim.certainty_below"]["value"] == pytest.approx(0.0, abs=0.001)


def test_the_modal_weight_is_counted_draw_by_draw(written):
    results, _, cells = written
    fallen = judged(results).query("dismantled_personnel == 1 and end_state_60.notna()")
    parts = []
    for _, rows in fallen.groupby("point"):
        counts = rows.end_state_60.value_counts()
        modal = list(counts[counts == counts.max()].index)
        parts.append(("gangs" in modal) / len(modal))
    assert cells.values["claim.modal_weight"]["value"] == pytest.approx(np.mean(parts))


def test_both_findings_are_told_apart(written):
    results, _, cells = written
    fallen = judged(results).query("dismantled_personnel == 1 and end_state_60.notna()")
    split = fallen[fallen.fragmented_60 == 1]
    assert cells.values["claim.fragmented"]["value"] == pytest.approx(len(split) / len(fallen))
    assert cells.values["claim.profit"]["value"] == pytest.approx((split.pi_60 >= 0.7).mean())
    assert cells.values["claim.profit_before"]["value"] == pytest.approx((split.pi_0 >= 0.7).mean())
    assert cells.values["claim.profit_change"]["value"] == pytest.approx((split.pi_60 - split.pi_0).mean())


def test_forms_of_switches_and_campaigns_have_their_own_shares(written):
    results, _, cells = written
    whole = judged(results).query("end_state_60.notna()")
    for switch in ("kin_shock", "firms_integrate"):
        for form, rows in whole.groupby(switch):
            fallen = rows[rows.dismantled_personnel == 1]
            key = f"claim.{switch}.{form}"
            assert cells.values[f"{key}.dismantled"]["value"] == pytest.approx(
                rows.dismantled_personnel.mean()
            )
            assert cells.values[f"{key}.p"]["value"] == pytest.approx((fallen.end_state_60 == "gangs").mean())
    for arm, rows in whole.groupby("arm"):
        fallen = rows[rows.dismantled_personnel == 1]
        assert cells.values[f"arm.{arm}.dismantled"]["value"] == pytest.approx(
            rows.dismantled_personnel.mean()
        )
        assert cells.values[f"arm.{arm}.p"]["value"] == pytest.approx((fallen.end_state_60 == "gangs").mean())


def test_forms_of_switches_have_shares_by_definition_and_horizon(written):
    results, _, cells = written
    for months in HORIZONS:
        whole = judged(results).query(f"end_state_{months}.notna()")
        for definition in DEFINITIONS:
            fallen = whole[whole[f"dismantled_{definition}"] == 1]
            for form, rows in fallen.groupby("firms_integrate"):
                shown = cells.values[f"switch.firms_integrate.{form}.{definition}.{months}"]["value"]
                assert shown == pytest.approx((rows[f"end_state_{months}"] == "gangs").mean())


def test_end_states_are_those_of_the_dismantled(written):
    results, _, cells = written
    frame = judged(results).query("dismantled_personnel == 1")
    for months in HORIZONS:
        shares = frame[f"end_state_{months}"].value_counts(normalize=True)
        for state in END_STATES:
            shown = cells.values[f"state.{state}.{months}"]["value"]
            assert shown == pytest.approx(shares.get(state, 0.0))


def test_campaigns_are_set_against_the_control(written):
    results, _, cells = written
    fallen = judged(results).query("dismantled_personnel == 1 and end_state_60.notna()")
    share = (fallen.end_state_60 == "gangs").groupby(fallen.arm).mean()
    for arm in ("leader", "heirs"):
        shown = cells.values[f"against.{arm}.difference"]["value"]
        assert shown == pytest.approx(share[arm] - share["random-control"])
        pairs = fallen[fallen.arm.isin([arm, "random-control"])].pivot(
            index=["point", "replicate"], columns="arm", values="end_state_60"
        )
        assert len(pairs.dropna()) > pairs.dropna().index.get_level_values("point").nunique()
        # several pairs of one draw: the tests that take pairs as independent are not told
        assert f"against.{arm}.newcombe" not in cells.values
        assert f"against.{arm}.p_mcnemar" not in cells.values


def test_null_models_have_their_shares(written):
    results, _, cells = written
    frame = results.frame.query("weak_start < 0.5 and arm != 'baseline' and dismantled_personnel == 1")
    frame = frame[frame.end_state_60.notna()]
    share = (frame.end_state_60 == "gangs").groupby(frame.null_model).mean()
    assert cells.values["null.random_split.gangs"]["value"] == pytest.approx(share["random_split"])
    assert cells.values["null.random_split.model"]["value"] == pytest.approx(share["none"])
    gap = share["none"] - share["random_split"]
    assert cells.values["null.random_split.difference"]["value"] == pytest.approx(gap)


def test_incidence_without_censoring_is_the_share_of_runs(written):
    results, _, cells = written
    strong = results.frame[results.frame.weak_start < 0.5]
    for arm, rows in strong.groupby("arm"):
        for year in (1, 2, 5, 10):
            shown = cells.values[f"incidence.a column secedes.{arm}.{year}"]["value"]
            assert shown == pytest.approx((rows.first_split_week <= year * 365.25 / 7).mean())


def test_contrasts_are_differences_of_pairs(written):
    results, _, cells = written
    strong = results.frame[results.frame.weak_start < 0.5]
    wide = strong.pivot(index=["point", "replicate"], columns="arm", values="link")
    for arm in ("leader", "heirs", "random-control"):
        gaps = (wide[arm] - wide["baseline"]).dropna()
        assert cells.values[f"contrast.{arm}.link"]["value"] == pytest.approx(gaps.mean())


def test_a_share_of_what_was_before_is_shown_in_per_cent_as_its_name_says(written):
    _, report, cells = written
    page = report.page.read_text(encoding="utf-8")
    kept = cells.values["contrast.heirs.la_60"]["value"]
    assert -0.6 < kept < -0.4
    row = next(part for part in page.split("<tr>") if 'data-key="contrast.heirs.la_60"' in part)
    assert "armed strength, % of before" in row
    assert "percentage points" in row
    shown = re.search(r'data-key="contrast.heirs.la_60"[^>]*>([^<]+)<', row)
    assert float(shown[1].replace("\N{MINUS SIGN}", "-")) == pytest.approx(100 * kept, rel=1e-3)


def test_levers_are_ranges_of_shares(written):
    results, _, cells = written
    fallen = judged(results).query("dismantled_personnel == 1 and end_state_60.notna()")
    shares = (fallen.end_state_60 == "gangs").groupby(fallen.kin_shock).mean()
    assert cells.values["lever.kin_shock"]["value"] == pytest.approx(shares.max() - shares.min())


def test_every_number_on_the_page_stands_in_the_data_or_is_checked_above(written):
    _, _, cells = written
    checked = r"(claim|switch|arm|state|against|null|incidence|contrast|lever)\."
    assert all(re.match(checked, key) for key in cells.values)
    assert len(cells.values) > 150


def test_the_data_holds_what_the_page_shows(written):
    _, report, cells = written
    data = json.loads(report.data.read_text(encoding="utf-8"))
    head = data["claim"]["headline"]
    assert head["judgement"]["word"] in ("supported", "refuted", "plural", "contingent")
    assert head["judgement"]["p"]["estimate"] == cells.values["claim.personnel.60.p"]["value"]
    assert data["rules"]["supported_above"] == 0.5
    assert data["runs"]["judged"] == len(judged(world()))


def test_the_page_needs_no_network_and_is_small(written):
    _, report, cells = written
    text = report.page.read_text(encoding="utf-8")
    assert all(link.startswith(("data:", "#")) for link in cells.links)
    inside = [link.removeprefix("#") for link in cells.links if link.startswith("#")]
    assert inside
    assert all(f'id="{name}"' in text for name in inside)
    assert "http" not in re.sub(r'src="data:[^"]*"', "", text)
    assert len(text) < LARGEST_PAGE
    assert "@media print" in text


def test_what_a_person_wrote_is_escaped(written):
    _, report, _ = written
    text = report.page.read_text(encoding="utf-8")
    assert "Do &lt;gangs&gt; form?" in text


def test_the_answer_stands_at_the_top_in_two_sentences_with_its_interval(written):
    _, report, cells = written
    text = report.page.read_text(encoding="utf-8")
    answer = re.search(r'<div class="answer">(.*?)</div>', text, re.DOTALL)[1]
    shown = cells.values["claim.personnel.60.p"]
    p, low, high = (percent(shown[name]) for name in ("value", "low", "high"))
    assert f"{p} of the runs [{low} to {high}]" in answer
    assert answer.count(". ") == 1
    assert text.index('class="answer"') < text.index("How sure")


def test_the_report_is_the_same_to_the_byte(written, tmp_path, monkeypatch):
    results, report, _ = written
    monkeypatch.setattr(report_module, "report_charts", lambda results: [])
    again = write_report(results, tmp_path)
    assert again.data.read_bytes() == report.data.read_bytes()


def without_end_states():
    """Runs of an experiment that asks for one outcome, of no group and no campaign."""
    results = planted(label, link=lambda r, row: r.normal(), points=10)
    return Results(
        results.frame[["arm", "point", "replicate", "seed", "link"]],
        results.arms,
        "baseline",
        (),
        (),
        results.rules,
        {"name": "bare", "outcomes": ["link"]},
    )


def test_an_experiment_without_end_states_has_a_report_of_its_contrasts(tmp_path):
    bare = without_end_states()
    found = findings(bare)
    assert found.claim is None
    assert {each.arm for each in found.contrasts} == {"leader", "heirs"}
    assert "What differs from the reference" in write_report(bare, tmp_path).page.read_text(encoding="utf-8")


def test_a_report_without_a_question_has_no_rules_and_no_verdict(tmp_path):
    bare = without_end_states()
    text = write_report(bare, tmp_path).page.read_text(encoding="utf-8")
    said = re.sub(r'src="data:[^"]*"', "", text)
    for words in ("How sure", "Rules of the verdict", "end states", "gangs", "-0<"):
        assert words not in said, words
    assert "puts no statement to the test" in said


def test_rules_of_a_verdict_are_an_object(written):
    _, report, _ = written
    data = json.loads(report.data.read_text(encoding="utf-8"))
    assert data["claim"]["rules"]["supported_above"] == 0.5


def test_what_the_runs_do_not_have_is_told_at_the_top_and_in_the_data(written, tmp_path, monkeypatch):
    results, report, _ = written
    assert "replaced" not in json.loads(report.data.read_text(encoding="utf-8"))
    monkeypatch.setattr(report_module, "report_charts", lambda results: [])
    asked = replace(results, rules=results.rules.model_copy(update={"horizon": 48}))
    again = write_report(asked, tmp_path)
    text = again.page.read_text(encoding="utf-8")
    assert asked.replaced.startswith("The rules ask for")
    assert text.index(asked.replaced) < text.index('class="answer"')
    assert json.loads(again.data.read_text(encoding="utf-8"))["replaced"] == asked.replaced


def test_the_rule_of_neutrality_says_which_definitions_it_judges():
    results = world()
    said = neutrality_page(neutrality(results), results, "vraem neutrality runs/x")
    assert "*personnel*, *links* and *size* (*seats* is a companion that is shown and not judged)" in said
    assert "## Dismantled by seats (shown, not judged)" in said
    assert "## Dismantled by size\n" in said
