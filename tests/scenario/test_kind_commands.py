"""A name or a folder of the wrong kind is answered with what it is, and with the command that takes it."""

import json

import pytest
from click.testing import CliRunner

from vraem.cli import cli

EXPERIMENT = (
    'name = "five"\ndescription = "d"\nscenario = "history"\n[[arm]]\nname = "one"\n[[factor]]\nx = 1\n'
)
SCENARIO = 'name = "own"\ndescription = "d"\nextends = "history"\n'


@pytest.fixture
def vraem_in(tmp_path, monkeypatch):
    """Call the command line from a folder with an experiment and a scenario; it fails, and makes nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "five.toml").write_text(EXPERIMENT, encoding="utf-8")
    (tmp_path / "own.toml").write_text(SCENARIO, encoding="utf-8")

    def call(*words):
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        done = CliRunner().invoke(cli, list(words), prog_name="vraem")
        assert (done.exit_code, done.stdout) == (2, ""), done.exception
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
        return done.stderr

    return call


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("run", "claim"), "claim: got an experiment, expected a scenario; try vraem sweep claim"),
        (("run", "heirs"), "heirs: got an experiment, expected a scenario; try vraem sweep heirs"),
        (("show", "claim"), "claim: got an experiment, expected a scenario; try vraem check claim"),
        (("replay", "claim"), "claim: got an experiment, expected a scenario; try vraem sweep claim"),
        (
            ("compare", "history", "claim"),
            "claim: got an experiment, expected a scenario; try vraem sweep claim",
        ),
        (("sweep", "history"), "history: got a scenario, expected an experiment; try vraem run history"),
        (("match", "history"), "history: got a scenario, expected an experiment; try vraem run history"),
        (
            ("sweep", "heirs-first"),
            "heirs-first: got a scenario, expected an experiment; try vraem run heirs-first",
        ),
        (
            ("run", "five.toml"),
            "five.toml: got an experiment (it has [[arm]]), expected a scenario; try vraem sweep five.toml",
        ),
        (
            ("sweep", "own.toml"),
            "own.toml: got a scenario (it has extends), expected an experiment; try vraem run own.toml",
        ),
    ],
)
def test_a_name_or_file_of_the_other_kind_is_told_as_what_it_is(vraem_in, words, line):
    assert vraem_in(*words) == f"{line}\n"


def test_a_name_that_is_both_is_what_the_command_takes(vraem_in):
    for command in ("show", "sweep"):  # a fault behind the name, so that nothing is done
        told = vraem_in(command, "eradication", "--set", "run.households=3")
        assert "run.households: got 3" in told
        assert "expected a scenario;" not in told
        assert "expected an experiment;" not in told


@pytest.mark.parametrize("command", ["status", "report", "export", "match", "neutrality", "merge"])
@pytest.mark.parametrize(
    ("name", "content", "sort"),
    [("manifest.json", {"scenario": {}, "seed": 1}, "a run"), ("comparison.json", {}, "a comparison")],
)
def test_a_folder_of_something_else_is_told_as_what_it_is(vraem_in, tmp_path, command, name, content, sort):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / name).write_text(json.dumps(content), encoding="utf-8")
    told = vraem_in(command, *(["new"] if command == "merge" else []), "there")
    assert told == f"there: holds {sort}, expected a sweep (vraem sweep --out DIR)\n"
