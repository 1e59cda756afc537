"""No command writes over what is not its own: results of others, and files that it did not write."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.analysis.planted import planted, random_labels
from vraem.analysis.results import Results
from vraem.cli import cli, reporting, scoring
from vraem.experiment.store import Store
from vraem.figures import maps

RUN = {"scenario": {"name": "history", "id": "0"}, "seed": 1}
SWEEP = {"format": 1, "experiment": {"name": "claim"}}
LOST = "got a file that this command did not write, and it would be lost; move it away or choose another"


def call(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="vraem")


def with_file(folder: Path, name: str, content: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def others(tmp_path) -> Path:
    """A folder with a run, a comparison and a sweep in it."""
    with_file(tmp_path / "run", "manifest.json", RUN)
    with_file(tmp_path / "comparison", "comparison.json", {})
    with_file(with_file(tmp_path / "sweep", "manifest.json", SWEEP), "plan.parquet", "")
    return tmp_path


@pytest.fixture
def asked(tmp_path_factory, monkeypatch) -> Path:
    """A sweep that can be opened, and whose work may not begin."""
    folder = tmp_path_factory.mktemp("asked")
    with_file(folder, "manifest.json", SWEEP)
    monkeypatch.setattr(Results, "open", classmethod(lambda cls, _: planted(random_labels, points=2)))
    monkeypatch.setattr("vraem.figures.report.write_report", None)  # would be called
    monkeypatch.setattr(Store, "open", classmethod(lambda cls, _: None))
    return folder


@pytest.mark.parametrize("sort", ["run", "comparison", "sweep"])
@pytest.mark.parametrize("words", [("report",), ("export",), ("plot", "verdict"), ("patterns",)])
def test_results_of_others_are_left_alone(asked, others, sort, words):
    command, *more = words
    own, option = ([], "--out") if command == "patterns" else ([asked], "--to")
    option = "--out" if command == "plot" else option
    before = files(others)
    done = call(command, *own, *more, option, others / sort)
    assert done.exit_code == 2, done.output
    assert done.stderr == f"{others / sort}: holds a {sort}; choose another {option}\n"
    assert files(others) == before


@pytest.mark.parametrize(
    ("sort", "inside"),
    [("run", "figures"), ("comparison", "figures"), ("sweep", "report"), ("sweep", "report/charts")],
)
def test_charts_and_reports_of_others_are_left_alone(asked, others, sort, inside):
    folder = others / sort / inside
    done = call("plot", asked, "verdict", "--out", folder)
    assert done.exit_code == 2, done.output
    assert done.stderr == f"{folder}: lies in {others / sort}, which holds a {sort}; choose another --out\n"
    assert not folder.exists()


def test_a_sweep_never_goes_into_a_run_or_a_comparison(others, make_experiment):
    before = files(others)
    for sort in ("run", "comparison"):
        done = call("sweep", make_experiment, "--out", others / sort, "--quiet")
        assert done.exit_code == 2, done.output
        expected = "expected a folder for a sweep; choose another --out"
        assert done.stderr == f"{others / sort}: holds a {sort}, {expected}\n"
    assert files(others) == before


@pytest.fixture
def make_experiment(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("files") / "small.toml"
    file.write_text(
        'name = "small"\ndescription = "d"\nscenario = "history"\n[run]\nend = 2012-12-31\nhouseholds = 400\n'
        '[[arm]]\nname = "one"\n[[outcome]]\nname = "area"\nseries = "coca_area"\n',
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize("command", ["replay", "neutrality"])
def test_a_page_is_written_over_a_page_and_no_other_file(asked, tmp_path, monkeypatch, command):
    monkeypatch.setattr("vraem.cli.playing.replay_of", lambda *_, **__: None)
    monkeypatch.setattr("vraem.analysis.neutrality.neutrality", None)
    file = tmp_path / "own.toml"
    file.write_text("mine", encoding="utf-8")
    words, option = (("history",), "--out") if command == "replay" else ((asked,), "--output")
    done = call(command, *words, "-o", file)
    assert (done.exit_code, done.stderr) == (2, f"{file}: {LOST} {option}\n")
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_replay_is_written_over_an_earlier_one(tmp_path):
    page = tmp_path / "page.html"
    for _ in range(2):
        done = call(
            "replay", "history", "-o", page, "--households", 400, "--set", "run.end=2012-03-31", "--quiet"
        )
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("name", ["valley.png", "valley.svg"])
def test_a_map_is_written_over_no_picture_of_somebody_else(tmp_path, monkeypatch, name):
    monkeypatch.setattr(maps, "valley_map", None)
    (tmp_path / name).write_text("mine", encoding="utf-8")
    done = call("map", "--out", tmp_path / "valley")
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path / name}: {LOST} --out\n")
    assert files(tmp_path) == {name: b"mine"}


def test_charts_are_written_over_no_picture_of_somebody_else(asked, tmp_path):
    (tmp_path / "verdict.png").write_text("mine", encoding="utf-8")
    done = call("plot", asked, "verdict", "--out", tmp_path)
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path / 'verdict.png'}: {LOST} --out\n")
    assert files(tmp_path) == {"verdict.png": b"mine"}


@pytest.mark.parametrize("name", ["patterns.json", "patterns.md"])
def test_scores_are_written_over_no_file_of_somebody_else(tmp_path, name):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    done = call("patterns", "--out", tmp_path)
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path / name}: {LOST} --out\n")
    assert files(tmp_path) == {name: b"mine"}


def test_scores_that_are_to_go_to_a_file_are_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(scoring, "_scored", None)  # would be called
    (tmp_path / "here").touch()
    done = call("patterns", "--out", tmp_path / "here")
    expected = "got a file, expected a folder for the results; choose another --out"
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path / 'here'}: {expected}\n")


def test_a_report_that_is_to_go_to_a_file_is_told_so(asked, tmp_path):
    (tmp_path / "here").touch()
    done = call("report", asked, "--to", tmp_path / "here")
    expected = "got a file, expected a folder for the results; choose another --to"
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path / 'here'}: {expected}\n")


def without(results: Results, *beginnings: str) -> Results:
    names = [name for name in results.frame if name.startswith(beginnings)]
    return replace(results, frame=results.frame.drop(columns=names))


NULLS = {
    "end states": ("end_state_",),
    "end states 60 months after the campaign": ("end_state_60",),
    "word of who is dismantled": ("dismantled_",),
    "null models": ("null_model",),
}


@pytest.mark.parametrize("lacking", NULLS)
@pytest.mark.parametrize("command", ["report", "neutrality"])
def test_null_models_are_looked_for_when_their_sweep_is_opened(tmp_path, monkeypatch, command, lacking):
    whole = planted(random_labels, points=2, null_model="random_split")
    opened = {"own": whole, "nulls": without(whole, *NULLS[lacking])}
    monkeypatch.setattr(reporting, "_opened", lambda folder: opened[folder.name])
    done = call(command, tmp_path / "own", "--nulls", tmp_path / "nulls")
    expected = "expected one with null models, such as vraem sweep nulls makes"
    assert done.stderr == f"{tmp_path / 'nulls'}: got a sweep without {lacking}, {expected}\n"
    assert done.exit_code == 2
    assert not files(tmp_path)


def test_null_models_beside_runs_without_end_states_are_refused(tmp_path, monkeypatch):
    whole = planted(random_labels, points=2, null_model="random_split")
    opened = {"own": without(whole, "end_state_"), "nulls": whole}
    monkeypatch.setattr(reporting, "_opened", lambda folder: opened[folder.name])
    done = call("report", tmp_path / "own", "--nulls", tmp_path / "nulls")
    assert done.exit_code == 2
    assert done.stderr.startswith(
        f"{tmp_path / 'own'}: got a sweep without end states, expected one to set null"
    )
    told = call("neutrality", tmp_path / "own").stderr
    assert told.startswith(f"{tmp_path / 'own'}: the runs have no end states: ask for them")


def test_a_screen_of_another_design_is_told_with_its_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(reporting, "_opened", lambda _: planted(random_labels, points=2))
    told = call("neutrality", tmp_path / "own", "--screen", tmp_path / "screen").stderr
    assert told.startswith(f"{tmp_path / 'screen'}: got a sweep of another design, expected morris")


def test_a_screen_that_says_nothing_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(reporting, "_opened", lambda _: planted(random_labels, points=2))
    monkeypatch.setattr("vraem.analysis.neutrality.screening_effects", lambda _: {})
    told = call("neutrality", tmp_path / "own", "--screen", tmp_path / "screen").stderr
    assert told.startswith(f"{tmp_path / 'screen'}: got a sweep without end states, expected one such as")
