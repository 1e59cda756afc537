"""Draws that are matched before they are run: only what history does not rule out gets its arms; stops lose nothing."""

import dataclasses
import json
import threading

import numpy as np
import pytest
from click.testing import CliRunner

from tests.report.outcomes import OUTCOMES
from vraem import figures
from vraem.analysis import history_matching
from vraem.analysis.history_matching import match_history
from vraem.analysis.matched_assumptions import draws_asked, kept_by_assumption
from vraem.analysis.matched_draws import Matching, only_kept
from vraem.analysis.results import Results
from vraem.cli import cli
from vraem.experiment.design import points
from vraem.experiment.loader import load_experiment
from vraem.experiment.output import MATCH_FILE
from vraem.experiment.plan import plan, run_count
from vraem.experiment.store import Store
from vraem.scenario.faults import ScenarioError
from vraem.version import __version__

TEXT = (
    """
name = "short"
description = "A campaign of a year under draws that history keeps"
scenario = "baseline"
series = "none"
[run]
end = 2014-12-31
households = 400
[[arm]]
name = "none"
[[arm]]
name = "leader"
[[arm.campaign]]
targets = ["leader", "committee"]
start = 2012-07-02
end = 2013-06-30
operations_per_month = 12.0
[[factor]]
parameter = "purge_loss"
low = 1
high = 4
[[factor]]
switch = "succession"
[design]
kind = "prior"
samples = 6
matched = true
"""
    + OUTCOMES
)
DEAR = 2.0


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def dear_ones_pass(monkeypatch):
    """History as a stand-in, by which groups with dear purges are as observed; tells the seeds that were asked."""
    asked = []

    def met(job):
        scenario, seed = job
        asked.append(seed)
        return [scenario.parameters.purge_loss >= DEAR, True]

    monkeypatch.setattr(history_matching, "patterns_met", met)
    return asked


def called(*words):
    return CliRunner().invoke(cli, [*map(str, words), "--workers", "1"])


def that_pass(experiment):
    """Points of the draws that the stand-in keeps."""
    drawn = points(experiment.design, experiment.factors)
    return {point for point, changes in enumerate(drawn) if dict(changes)["parameters.purge_loss"] >= DEAR}


def test_a_sweep_of_a_matched_design_asks_history_first_and_runs_what_is_kept(file, tmp_path, dear_ones_pass):
    experiment, out = load_experiment(file), tmp_path / "out"
    kept = that_pass(experiment)
    assert 0 < len(kept) < 6
    done = called("sweep", file, "--out", out)
    assert done.exit_code == 0, done.output
    assert f"{len(kept)} of 6 draws kept" in done.stderr
    assert f"6 points, {len(kept)} kept by history" in done.stderr
    runs = Store.open(out).runs().to_pandas()
    assert set(runs["point"]) == kept
    assert len(runs) == Store.open(out).planned() == 2 * len(kept)
    asked = len(dear_ones_pass)
    again = called("sweep", file, "--out", out)
    assert again.exit_code == 0, again.output
    assert "0 runs done" in again.stdout
    assert len(dear_ones_pass) == asked  # what was asked once is not asked again
    otherwise = called("match", out, "--households", "800")
    assert otherwise.exit_code == 2
    assert "holds runs of the draws that were kept with 400 households, not with 800" in otherwise.output

    results = Results.open(out)
    assert results.matched is None  # all runs are under draws that are kept
    drawn, among = draws_asked(results)
    assert set(drawn.frame["point"][among]) == kept
    assert list(drawn.frame["purge_loss"] >= DEAR) == among.tolist()
    assert kept_by_assumption(results, 1)[0].lever.factor == "purge_loss"
    shown = figures.assumptions_that_history_narrows(results)
    assert shown.axes[0].get_yticklabels()[0].get_text().startswith("cost of a purge")
    told = called_report(out)
    assert "Only draws that history does not rule out" in told


def test_a_report_on_another_question_says_so_too(file, tmp_path, dear_ones_pass):
    plain = '[[outcome]]\nname = "coca_area"\nseries = "coca_area_visible"\n'
    file.write_text(TEXT[: TEXT.index("[[outcome]]")] + plain, encoding="utf-8")
    assert called("sweep", file, "--out", tmp_path / "out").exit_code == 0
    assert "Only draws that history does not rule out" in called_report(tmp_path / "out")


def called_report(out):
    done = CliRunner().invoke(cli, ["report", str(out), "--page-only", "--quiet"])
    assert done.exit_code == 0, done.output
    return (out / "report" / "index.html").read_text(encoding="utf-8")


def test_shards_wait_for_matching_and_merging_takes_its_draws_along(file, tmp_path, dear_ones_pass):
    early = called("sweep", file, "--out", tmp_path / "a", "--shard", "1/2")
    assert early.exit_code == 2
    assert "not matched yet" in early.output
    assert not dear_ones_pass
    for name in "ab":
        assert called("match", file, "--out", tmp_path / name).exit_code == 0
        done = called("sweep", file, "--out", tmp_path / name, "--shard", f"{'ab'.index(name) + 1}/2")
        assert done.exit_code == 0, done.output
    merged = CliRunner().invoke(cli, ["merge", *(str(tmp_path / name) for name in ("all", "a", "b"))])
    assert merged.exit_code == 0, merged.output
    assert (tmp_path / "all" / MATCH_FILE).read_bytes() == (tmp_path / "a" / MATCH_FILE).read_bytes()
    kept = that_pass(load_experiment(file))
    assert set(Store.open(tmp_path / "all").runs()["point"].to_pylist()) == kept
    other = tmp_path / "b" / MATCH_FILE
    other.write_text(other.read_text(encoding="utf-8").replace("400", "800"), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["merge", *(str(tmp_path / name) for name in ("all", "b"))])
    assert refused.exit_code == 2
    assert "got other matched draws" in refused.output


def test_where_history_rules_out_every_draw_there_is_nothing_to_run(file, tmp_path, monkeypatch):
    monkeypatch.setattr(history_matching, "patterns_met", lambda job: [False, True])
    done = called("sweep", file, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "history rules out all of its draws" in done.output


def test_matching_that_was_stopped_goes_on_where_it_was(file, tmp_path, dear_ones_pass, monkeypatch):
    experiment, stop, saved = load_experiment(file), threading.Event(), []
    monkeypatch.setattr(history_matching, "SAVE_SECONDS", -1.0)

    def save(found):
        saved.append(found)
        if len(found.points) == 2:
            stop.set()

    with pytest.raises(KeyboardInterrupt):
        match_history(experiment, households=400, workers=1, save=save, stop=stop)
    part = saved[-1]
    assert not part.complete
    assert len(part.points) == 2
    before = len(dear_ones_pass)
    found = match_history(experiment, households=400, workers=1, before=part)
    assert found.complete
    assert len(dear_ones_pass) - before == 3 * 4  # three runs of each draw that was left
    whole = match_history(experiment, households=400, workers=1)
    assert (found.kept == whole.kept).all()
    anew = len(dear_ones_pass)
    match_history(experiment, households=800, workers=1, before=found)  # runs of another size are others
    assert len(dear_ones_pass) > anew

    part.write(tmp_path)
    with pytest.raises(ValueError, match=r"got \d draws, expected all 6"):
        Matching.read_complete(tmp_path, experiment.id, __version__)


def test_ctrl_c_while_matching_says_how_far_it_came(file, tmp_path, monkeypatch):
    asked = []

    def met(job):
        asked.append(job)
        if len(asked) == 8:
            raise KeyboardInterrupt
        return [True, True]

    monkeypatch.setattr(history_matching, "patterns_met", met)
    done = called("match", file, "--out", tmp_path / "out")
    assert done.exit_code == 130
    told = CliRunner().invoke(cli, ["status", str(tmp_path / "out")]).output
    assert "2 of 6 draws asked of history, 2 kept; vraem match goes on with the others" in told
    assert "stopped: 2 of 6 draws are matched" in done.output
    assert len(json.loads((tmp_path / "out" / MATCH_FILE).read_text(encoding="utf-8"))["draws"]) == 2


def test_match_of_a_folder_takes_no_other_folder(file, tmp_path):
    done = called("match", tmp_path, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "a DIR holds its own" in done.output


def test_a_plan_of_draws_that_are_not_matched_is_refused(file, tmp_path):
    experiment = load_experiment(file)
    assert run_count(experiment) == 12  # at most
    with pytest.raises(ValueError, match="not matched yet"):
        next(plan(experiment))
    with pytest.raises(ValueError, match="run vraem match"):
        only_kept(experiment, tmp_path)
    known = dataclasses.replace(experiment, kept=frozenset({1, 4}))
    assert run_count(known) == 4
    assert [task.runs[0].point for task in plan(known)] == [1, 4]


def test_a_matched_design_is_another_experiment_and_its_resolved_text_says_so(file, tmp_path):
    matched = load_experiment(file)
    plain = load_experiment(file, ["design.matched=false"])
    assert matched.id != plain.id
    frozen = tmp_path / "frozen.toml"
    frozen.write_text(matched.text, encoding="utf-8")
    assert load_experiment(frozen).id == matched.id
    assert "matched" not in plain.text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'kind = "prior"\nsamples = 6',
            'kind = "grid"\nlevels = 2',
            "expected a design whose points stand alone",
        ),
        (
            'kind = "prior"\nsamples = 6',
            'kind = "morris"\nlevels = 4\nsamples = 6',
            "whose points stand alone",
        ),
        (
            '[[factor]]\nparameter = "purge_loss"\nlow = 1\nhigh = 4\n[[factor]]\nswitch = "succession"',
            '[[factor]]\nkey = "run.households"\nvalues = [400, 800]',
            "a parameter or a switch",
        ),
    ],
)
def test_designs_that_cannot_leave_points_out_are_told_at_their_line(file, old, new, told):
    assert old in TEXT
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_experiment(file)
    (fault,) = [fault for fault in error.value.faults if fault.key == "design.matched"]
    assert told in str(fault)
    assert fault.line > 0


def test_the_packaged_experiment_is_the_claim_but_for_its_draws():
    claim, matched = load_experiment("claim"), load_experiment("claim-matched")
    same = ("arms", "factors", "outcomes", "horizons", "rules", "replicates", "series")
    assert all(getattr(claim, name) == getattr(matched, name) for name in same)
    assert matched.design == dataclasses.replace(claim.design, samples=600, seed=20231113, matched=True)


def test_without_matched_draws_there_is_no_chart_of_what_history_says(file):
    results = Results.of(load_experiment(file), one_run())
    with pytest.raises(ValueError, match="run vraem match first"):
        figures.assumptions_that_history_narrows(results)
    everything = Matching("", __version__, 400, 6, tuple(range(6)), {"P11": np.ones((6, 3), bool)})
    with pytest.raises(ValueError, match="all of the draws or none"):
        figures.assumptions_that_history_narrows(dataclasses.replace(results, matching=everything))


def one_run():
    import pandas as pd

    return pd.DataFrame({"arm": ["none"], "point": [0], "replicate": [0], "seed": [1]})
