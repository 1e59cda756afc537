"""From an experiment file to a verdict, by the commands: a short sweep of the real model is judged."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from vraem.analysis.labels import relabelled
from vraem.analysis.results import Results
from vraem.cli import cli
from vraem.observe.thresholds import THRESHOLDS

CAMPAIGN = """
[[arm]]
name = "{name}"
[[arm.campaign]]
targets = ["{target}"]
start = 2012-07-02
end = 2013-06-30
operations_per_month = 4.0
intelligence = 0.9
"""
EXPERIMENT = """
name = "short"
description = "Two campaigns of a year, measured a year later"
question = "Do gangs form?"
scenario = "history"
series = "none"
[run]
end = 2014-12-31
households = 400
[measure]
anchor_start = 2012-07-02
anchor_end = 2013-06-30
[[arm]]
name = "baseline"
{campaigns}
[[factor]]
parameters = ["purge_loss", "review_gap", "ideology_initial"]
[[factor]]
switches = ["kin_shock", "firms_integrate"]
[design]
kind = "prior"
samples = 4
[[outcome]]
horizon_months = [12]
measures = [
  "end_state", "fragmented", "la", "lf", "la_now", "la_low", "s1", "abs", "rev", "vac", "pi", "n_groups", "n_eff",
]
[[outcome]]
measures = ["dismantled_personnel", "dismantled_links", "dismantled_size", "weak_start", "pi_0", "first_split_week",
  "three_groups_week", "weeks_observed"]
[[outcome]]
name = "members"
series = "members"
statistic = "last"
[rules.verdict]
questions = ["Q1", "Q2"]
horizon = 12
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    arms = (("leader", "leader"), ("random-control", "random"))
    campaigns = "".join(CAMPAIGN.format(name=name, target=target) for name, target in arms)
    file = folder / "short.toml"
    file.write_text(EXPERIMENT.format(campaigns=campaigns), encoding="utf-8")
    out = folder / "results"
    done = CliRunner().invoke(cli, ["sweep", str(file), "--out", str(out), "--workers", "1", "--quiet"])
    assert done.exit_code == 0, done.output
    return out


def test_the_command_ends_with_the_verdict_and_where_the_page_is(swept):
    done = CliRunner().invoke(cli, ["report", str(swept)])
    assert done.exit_code == 0, done.output
    assert "statement" in done.stdout
    assert done.stdout.rstrip().endswith("index.html")
    data = json.loads((swept / "report" / "verdict.json").read_text(encoding="utf-8"))
    assert data["claim"]["headline"]["horizon"] == 12
    assert [answer["question"] for answer in data["answers"]] == ["Q2"]
    assert list((swept / "report" / "charts").glob("*.svg"))


def test_the_page_names_experiment_rules_and_versions(swept, tmp_path):
    CliRunner().invoke(cli, ["report", str(swept), "--to", str(tmp_path), "--page-only", "--quiet"])
    described = ["experiment.toml", "manifest.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*described, "index.html", "verdict.json"]
    )
    for name in described:
        assert (tmp_path / name).read_bytes() == (swept / name).read_bytes()
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    results = Results.open(swept)
    for said in (
        results.about["experiment"],
        results.about["rules_sha256"],
        THRESHOLDS.hash,
        "Do gangs form?",
    ):
        assert said in text


def test_a_report_beside_its_sweep_leaves_the_description_where_it_is(swept):
    done = CliRunner().invoke(cli, ["report", str(swept), "--page-only", "--quiet"])
    assert done.exit_code == 0, done.output
    assert not (swept / "report" / "manifest.json").exists()


def test_a_report_never_goes_into_the_folder_of_another_sweep(swept, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(swept, other)
    before = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    done = CliRunner().invoke(cli, ["report", str(swept), "--to", str(other), "--page-only"])
    assert done.exit_code == 2
    assert done.output.splitlines() == [f"{other}: holds a sweep; choose another --to"]
    assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == before


def test_a_report_can_be_written_again_where_it_was_taken(swept, tmp_path):
    for _ in range(2):
        done = CliRunner().invoke(
            cli, ["report", str(swept), "--to", str(tmp_path), "--page-only", "--quiet"]
        )
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("name", ["index.html", "manifest.json", "experiment.toml"])
def test_a_report_overwrites_no_file_of_somebody_else(swept, tmp_path, name):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(cli, ["report", str(swept), "--to", str(tmp_path), "--page-only", "--quiet"])
    assert done.exit_code == 2
    lost = "got a file that this command did not write, and it would be lost"
    assert done.output == f"{tmp_path / name}: {lost}; move it away or choose another --to\n"
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_labels_in_the_table_are_those_of_the_rules_applied_to_its_measures(swept):
    results = Results.open(swept)
    assert results.campaigns == ("leader", "random-control")
    assert (results.labels(12) == relabelled(results, 12, THRESHOLDS)).all()


def test_neutrality_is_judged_and_written(swept, tmp_path):
    page = tmp_path / "neutrality.md"
    done = CliRunner().invoke(cli, ["neutrality", str(swept), "-o", str(page)])
    assert done.exit_code == 1, done.output  # eight runs reach few labels
    assert "the rule is broken" in done.stdout
    assert "## Dismantled by personnel" in page.read_text(encoding="utf-8")


def test_a_sweep_without_a_campaign_has_a_report_too(tmp_path):
    text = EXPERIMENT.format(campaigns='[[arm]]\nname = "dear"\nparameters.processing_cost = 250')
    file = tmp_path / "quiet.toml"
    file.write_text(text.replace("samples = 4", "samples = 2"), encoding="utf-8")
    out = tmp_path / "results"
    swept = CliRunner().invoke(cli, ["sweep", str(file), "--out", str(out), "--workers", "1", "--quiet"])
    assert swept.exit_code == 0, swept.output
    done = CliRunner().invoke(cli, ["report", str(out), "--page-only"])
    assert done.exit_code == 0, done.output
    assert (out / "report" / "index.html").exists()


def test_a_folder_that_is_no_sweep_is_told_in_a_line(tmp_path):
    for command in ("report", "neutrality"):
        done = CliRunner().invoke(cli, [command, str(tmp_path)])
        assert done.exit_code == 2
        assert "expected the folder of a sweep" in done.output


def test_the_demo_runs_the_claim_in_small_and_ends_with_the_verdict(tmp_path, monkeypatch):
    from vraem.cli import reporting

    small = tmp_path / "small.toml"
    arms = CAMPAIGN.format(name="leader", target="leader")
    small.write_text(EXPERIMENT.format(campaigns=arms).replace("short", "claim-demo"), encoding="utf-8")
    monkeypatch.setattr(reporting, "DEMO_EXPERIMENT", str(small))
    monkeypatch.chdir(tmp_path)
    command = ["demo", "--workers", "1", "--set", "design.samples=1"]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0, done.output
    assert "2 runs done" in done.stdout
    replay = (tmp_path / "runs" / "demo" / "replay.html").read_text(encoding="utf-8")
    assert "leader" in replay
    assert replay.lstrip().lower().startswith("<!doctype html>")
    assert done.stdout.rstrip().replace("\\", "/").endswith("runs/demo/report/index.html")
    again = CliRunner().invoke(cli, command)
    assert "2 done before" in again.stdout
