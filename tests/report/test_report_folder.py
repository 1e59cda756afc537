"""A report is in its folder whole or not at all, and no time is spent on one that cannot be written."""

import shlex

import pytest
from click.testing import CliRunner

import vraem.cli.reporting as reporting
import vraem.figures.report
from vraem.cli import cli
from vraem.experiment.design import MissingLibraryError
from vraem.experiment.loader import load_experiment

BLOCKED = "cannot be written to"


class Made:
    """What stands for results: an experiment and its name."""

    def __init__(self, name, overrides=()):
        self.experiment = load_experiment(name, overrides)
        self.about = {"name": self.experiment.name}


def call(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="vraem")


@pytest.fixture(autouse=True)
def sweep(monkeypatch):
    monkeypatch.setattr(reporting, "_opened", lambda _: Made("heirs"))


def write_half(results, folder, *_, **__):
    (folder / "verdict.json").write_text("{}", encoding="utf-8")
    raise KeyboardInterrupt


def test_a_report_that_is_stopped_leaves_nothing_and_says_so_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(vraem.figures.report, "write_report", write_half)
    done = call("report", tmp_path, "--quiet")
    assert (done.exit_code, done.stderr) == (130, "stopped\n")
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_is_stopped_leaves_the_one_before_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(vraem.figures.report, "write_report", write_half)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "verdict.json").write_text("before", encoding="utf-8")
    call("report", tmp_path, "--quiet")
    assert (tmp_path / "report" / "verdict.json").read_text(encoding="utf-8") == "before"
    assert len(list((tmp_path / "report").iterdir())) == 1


def test_a_library_that_is_missing_is_one_line(tmp_path, monkeypatch):
    def write(*_, **__):
        raise MissingLibraryError("it needs SALib")

    monkeypatch.setattr(vraem.figures.report, "write_report", write)
    done = call("report", tmp_path, "--quiet")
    assert (done.exit_code, done.stderr) == (2, "it needs SALib\n")
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_report_is_tried_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(vraem.figures.report, "write_report", write_half)
    (tmp_path / "file").touch()
    done = call("report", tmp_path, "--to", tmp_path / "file" / "there", "--quiet")
    assert done.exit_code == 2
    assert BLOCKED in done.stderr


@pytest.mark.parametrize("words", [("replay", "history"), ("neutrality", ".")])
def test_the_file_of_a_page_is_tried_before_the_work(tmp_path, monkeypatch, words):
    (tmp_path / "file").touch()
    monkeypatch.setattr("vraem.analysis.neutrality.neutrality", None)  # would be called
    monkeypatch.setattr("vraem.cli.playing.replay_of", None)
    done = call(*words, "-o", tmp_path / "file" / "page")
    assert done.exit_code == 2
    assert BLOCKED in done.stderr


def test_the_commands_of_a_page_can_be_run_as_they_stand(tmp_path):
    folder = tmp_path / "a b"
    packaged = reporting._sweep_command(Made("heirs"), folder)
    assert shlex.split(packaged) == ["vraem", "sweep", "heirs", "--out", str(folder)]
    changed = reporting._sweep_command(Made("heirs", ["run.households=400"]), folder)
    assert shlex.split(changed)[2] == str(folder / "experiment.toml")
    fewer = reporting._sweep_command(Made("screen", ["replicates.count=2"]), folder)
    assert shlex.split(fewer) == ["vraem", "sweep", "screen", "--replicates", "2", "--out", str(folder)]
