"""Draws that history rules out: what is kept, what is checked, what a report makes of it, and what is refused."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from tests.report.outcomes import OUTCOMES
from vraem import run
from vraem.analysis.group_patterns import income, strength
from vraem.analysis.history_matching import FIRST_REPLICATE, LAST_DAY, history_of, match_history
from vraem.analysis.matched_assumptions import draws_asked
from vraem.analysis.matched_draws import Matching
from vraem.analysis.results import Results
from vraem.analysis.verdict import claim_verdict
from vraem.cli import cli
from vraem.experiment.loader import load_experiment
from vraem.experiment.output import MATCH_FILE
from vraem.experiment.plan import seed_of
from vraem.experiment.store import Store
from vraem.experiment.store_removal import remove_store
from vraem.figures.verdict_rows import verdict_at_a_glance
from vraem.version import __version__

EXPERIMENT = (
    """
name = "short"
description = "A campaign of a year, measured a year later"
scenario = "baseline"
series = "none"
[run]
end = 2014-12-31
households = 400
[[arm]]
name = "leader"
[[arm.campaign]]
targets = ["leader", "committee"]
start = 2012-07-02
end = 2013-06-30
operations_per_month = 12.0
intelligence = 0.9
{factors}
"""
    + OUTCOMES
)
DRAWN = """
[[factor]]
parameter = "armed_initial"
values = [120, 150]
[[factor]]
key = "campaign.0.lethality"
values = [0.0, 1.0]
[design]
kind = "grid"
"""


def written(folder, factors=DRAWN):
    path = folder / "short.toml"
    path.write_text(EXPERIMENT.format(factors=factors), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matched")
    out = folder / "results"
    done = CliRunner().invoke(
        cli, ["sweep", str(written(folder)), "--out", str(out), "--workers", "1", "--quiet"]
    )
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(cli, ["match", str(out), "--workers", "1"])
    assert done.exit_code == 0, done.output
    return out, done.stdout


def found(*, strong, paid):
    """Matching of draws by what their runs meet: P11 and P12, two matching runs and the check."""
    met = {"P11": np.array(strong, dtype=bool), "P12": np.array(paid, dtype=bool)}
    return Matching("1234", __version__, 400, len(strong), tuple(range(len(strong))), met)


def said_in(figure):
    return "\n".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def test_a_draw_is_kept_if_every_matching_run_meets_every_pattern_whatever_the_check_says():
    matching = found(
        strong=[[1, 1, 0], [1, 0, 1], [1, 1, 1], [1, 1, 1]],
        paid=[[1, 1, 1], [1, 1, 1], [1, 1, 1], [0, 1, 1]],
    )
    assert matching.kept.tolist() == [True, False, True, False]
    assert matching.kept_points == {0, 2}
    said = matching.summary()
    assert (said.draws, said.kept) == (4, 2)
    assert said.before == {"P11": 0.75, "P12": 1.0, "all": 0.75}
    assert said.after == {"P11": 0.5, "P12": 1.0, "all": 0.5}


def test_what_is_written_is_read_again(tmp_path):
    matching = found(strong=[[1, 1, 0], [0, 1, 1]], paid=[[1, 1, 1], [1, 0, 1]])
    assert Matching.read(tmp_path, "1234", __version__) is None
    matching.write(tmp_path)
    again = Matching.read(tmp_path, "1234", __version__)
    assert again is not None
    assert again.points == matching.points
    for name, met in matching.met.items():
        assert (again.met[name] == met).all()


@pytest.mark.parametrize(("experiment", "version"), [("5678", __version__), ("1234", "0.0.1")])
def test_draws_of_another_experiment_or_version_are_refused(tmp_path, experiment, version):
    found(strong=[[1, 1, 1]], paid=[[1, 1, 1]]).write(tmp_path)
    with pytest.raises(ValueError, match=r"run vraem match .* again"):
        Matching.read(tmp_path, experiment, version)


def test_a_file_that_is_no_matching_is_told_in_a_line(swept, tmp_path):
    for text in ("{", "[]", '{"format": 1}', '{"format": 2}', '{"format": 2, "draws": 1}'):
        (tmp_path / MATCH_FILE).write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="cannot be read as the matched draws") as told:
            Matching.read(tmp_path, "1234", __version__)
        assert "\n" not in str(told.value)


def test_matching_runs_have_no_campaign_and_seeds_of_their_own(swept, tmp_path):
    experiment = load_experiment(written(tmp_path))
    history = history_of(experiment, 400)
    assert not history.acts
    assert history.run.end == LAST_DAY
    out, _ = swept
    seeds = set(Results.open(out).frame["seed"])
    for replicate in range(3):
        assert seed_of(experiment.replicates.seed, 0, FIRST_REPLICATE + replicate) not in seeds


def test_the_command_keeps_the_draws_whose_own_runs_meet_the_patterns(swept, tmp_path):
    out, told = swept
    experiment = load_experiment(written(tmp_path))
    draws = json.loads((out / MATCH_FILE).read_text(encoding="utf-8"))["draws"]
    assert [draw["point"] for draw in draws] == [0, 1, 2, 3]
    # campaigns are no assumption: draws that differ in these alone are the same draw of history
    assert draws[0]["P11"] == draws[1]["P11"]
    assert draws[2]["P11"] == draws[3]["P11"]
    history = history_of(experiment, 400).with_({"parameters.armed_initial": 150})
    for run_number, met in enumerate(draws[2]["P11"]):
        result = run(history, seed=seed_of(experiment.replicates.seed, 2, FIRST_REPLICATE + run_number))
        assert met == all(measure.passed for measure in strength(result))
        assert draws[2]["P12"][run_number] == all(measure.passed for measure in income(result))
    kept = sum(draw["kept"] for draw in draws)
    assert f"{kept} of 4 draws kept" in told
    assert told.rstrip().endswith(MATCH_FILE)


def test_a_report_judges_the_draws_that_are_kept_beside_all(swept):
    out, _ = swept
    matching = Results.open(out).matching
    assert matching is not None
    done = CliRunner().invoke(cli, ["report", str(out), "--page-only", "--quiet"])
    assert done.exit_code == 0, done.output
    data = json.loads((out / "report" / "verdict.json").read_text(encoding="utf-8"))
    assert data["matching"]["kept"] == len(matching.kept_points)
    frame = Results.open(out).judged.frame
    kept = frame[frame["point"].isin(matching.kept_points)]
    (cell,) = data["claim"]["matched"]
    assert cell["judgement"]["runs"] == int((kept["dismantled_personnel"] == 1).sum())
    page = (out / "report" / "index.html").read_text(encoding="utf-8")
    assert "Among the draws that history does not rule out" in page
    (lever,) = data["history_levers"]  # campaigns are no assumption
    assert lever["lever"]["factor"] == "armed_initial"
    assert 'data-key="history.armed_initial"' in page


def test_what_history_says_counts_a_draw_of_assumptions_once(swept):
    out, _ = swept
    asked, kept = draws_asked(Results.open(out))
    assert asked.frame["armed_initial"].tolist() == [120, 150]  # each under two lethalities
    assert len(kept) == 2


def test_where_no_draw_is_kept_the_claim_is_unanswered(swept):
    out, _ = swept
    results = Results.open(out)
    none = {name: np.zeros_like(met) for name, met in results.matching.met.items()}
    ruled_out = dataclasses.replace(results, matching=dataclasses.replace(results.matching, met=none))
    assert claim_verdict(results).matched[0].judgement.runs > 0
    (cell,) = claim_verdict(ruled_out).matched
    assert (cell.judgement.word, cell.judgement.runs) == ("unanswered", 0)


def test_the_chart_of_the_verdict_has_a_part_for_the_draws_that_are_kept(swept):
    out, _ = swept
    results = Results.open(out)
    words = "Under draws that history does not rule out"
    assert words in said_in(verdict_at_a_glance(results))
    assert words not in said_in(verdict_at_a_glance(dataclasses.replace(results, matching=None)))


def test_an_experiment_that_draws_no_assumption_has_nothing_to_match(tmp_path):
    experiment = load_experiment(written(tmp_path, factors=""))
    with pytest.raises(ValueError, match="draws no parameter and no switch"):
        match_history(experiment, households=400)


def test_a_folder_that_is_no_sweep_and_a_sweep_of_another_version_are_told_in_a_line(swept, tmp_path):
    done = CliRunner().invoke(cli, ["match", str(tmp_path)])
    assert done.exit_code == 2
    assert "expected the folder of a sweep" in done.output
    out, _ = swept
    older = tmp_path / "older"
    older.mkdir()
    for name in ("experiment.toml", "manifest.json"):
        text = (out / name).read_text(encoding="utf-8")
        (older / name).write_text(
            text.replace(f'"vraem": "{__version__}"', '"vraem": "0.1.0"'), encoding="utf-8"
        )
    done = CliRunner().invoke(cli, ["match", str(older)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "got a sweep of vraem 0.1.0" in done.output
    assert not (older / MATCH_FILE).exists()


def test_matched_draws_go_with_their_sweep(swept, tmp_path):
    out, _ = swept
    copy = tmp_path / "copy"
    shutil.copytree(out, copy, ignore=shutil.ignore_patterns("report"))
    remove_store(Store.open(copy))
    assert not copy.exists()
