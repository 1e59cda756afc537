"""`vraem plot DIR CHART`: what it draws, what it lists, and what it answers to a wrong name or folder."""

import json

import pytest
from click.testing import CliRunner

from tests.figures.gallery import results
from vraem.analysis.results import Results
from vraem.cli import cli
from vraem.experiment.design import MissingLibraryError
from vraem.figures.registry import REPORT_CHARTS
from vraem.figures.run import RUN_CHARTS
from vraem.figures.style import sheet


def call(*arguments):
    return CliRunner().invoke(cli, ["plot", *map(str, arguments)])


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """A folder that looks like that of a sweep, with the made-up runs in it."""
    folder = tmp_path / "sweep"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "experiment": {"name": "made-up"}}))
    monkeypatch.setattr(Results, "open", classmethod(lambda cls, directory: results()))
    return folder


def test_without_a_chart_the_known_ones_are_listed(sweep):
    answer = call(sweep)
    assert answer.exit_code == 0
    for chart in REPORT_CHARTS:
        assert chart.name in answer.output
        assert chart.caption in answer.output


def test_a_chart_is_written_as_picture_and_drawing(sweep, tmp_path):
    answer = call(sweep, "end-states", "--out", tmp_path / "charts")
    assert answer.exit_code == 0, answer.output
    assert sorted(path.name for path in (tmp_path / "charts").iterdir()) == [
        "end-states.png",
        "end-states.svg",
    ]
    assert str(tmp_path / "charts" / "end-states.png") in answer.output


def test_charts_go_where_the_report_puts_them(sweep):
    assert call(sweep, "neutrality").exit_code == 0
    assert (sweep / "report" / "charts" / "neutrality.svg").exists()


def test_an_unknown_chart_is_answered_with_what_may_have_been_meant(sweep):
    answer = call(sweep, "end-state")
    assert answer.exit_code == 2
    assert "no chart is called 'end-state'" in answer.stderr
    assert "did you mean end-states" in answer.stderr
    assert all(chart.name in answer.stderr for chart in REPORT_CHARTS)


def test_a_chart_for_which_the_runs_are_not_enough_says_why(sweep):
    answer = call(sweep, "groups")
    assert answer.exit_code == 2
    assert "groups: the results were not read from the folder of a sweep" in answer.stderr


def test_all_charts_are_those_for_which_the_runs_are_enough(sweep, tmp_path, monkeypatch):
    def draw(chart, _):
        if chart.name != "verdict":
            raise ValueError("not enough")
        return sheet("A chart", "ha", "")[0]

    monkeypatch.setattr(type(REPORT_CHARTS[0]), "draw", draw)
    answer = call(sweep, "all", "--out", tmp_path / "charts")
    assert answer.exit_code == 0
    assert "groups: not enough" in answer.stderr
    assert [path.stem for path in sorted((tmp_path / "charts").iterdir())] == ["verdict", "verdict"]


def test_a_chart_whose_library_is_missing_says_how_to_get_it(sweep, monkeypatch):
    def draw(*_):
        raise MissingLibraryError("it needs SALib")

    monkeypatch.setattr(type(REPORT_CHARTS[0]), "draw", draw)
    answer = call(sweep, "sensitivity")
    assert (answer.exit_code, answer.stderr) == (2, "it needs SALib\n")


def test_a_folder_of_something_else_is_refused(tmp_path):
    answer = call(tmp_path, "end-states")
    assert answer.exit_code == 2
    assert "expected the folder of a run" in answer.stderr
    (tmp_path / "manifest.json").write_text("[]")
    assert "manifest of something else" in call(tmp_path, "end-states").stderr
    (tmp_path / "manifest.json").write_text("{")
    assert "cannot be read" in call(tmp_path, "end-states").stderr


def test_a_run_is_made_again_and_drawn(tmp_path):
    folder = tmp_path / "run"
    made = CliRunner().invoke(
        cli,
        [
            "run",
            "history",
            "--years",
            "1",
            "--households",
            "400",
            "--no-figures",
            "--quiet",
            "--out",
            str(folder),
        ],
    )
    assert made.exit_code == 0, made.output
    listed = call(folder)
    assert all(name in listed.output for name in RUN_CHARTS)
    answer = call(folder, "groups", "prices")
    assert answer.exit_code == 0, answer.output
    assert "note:" not in answer.stderr
    assert sorted(path.name for path in (folder / "figures").iterdir()) == [
        "groups.png", "groups.svg", "prices.png", "prices.svg",
    ]  # fmt: skip


def test_a_run_of_another_version_is_noted(tmp_path):
    folder = tmp_path / "run"
    CliRunner().invoke(
        cli,
        [
            "run",
            "history",
            "--years",
            "1",
            "--households",
            "400",
            "--no-figures",
            "--quiet",
            "--out",
            str(folder),
        ],
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"content_sha256": "0" * 64, "vraem": "0.0.1"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    answer = call(folder, "prices")
    assert answer.exit_code == 0
    assert "came out otherwise" in answer.stderr
    assert "0.0.1" in answer.stderr


@pytest.mark.parametrize("seed", ["x", None, 1.5, True, -1])
def test_a_damaged_seed_is_told_in_one_line(tmp_path, seed):
    (tmp_path / "manifest.json").write_text(json.dumps({"scenario": {}, "seed": seed}))
    done = call(tmp_path, "area")
    assert done.exit_code == 2
    assert "manifest.json: seed: got " in done.stderr
