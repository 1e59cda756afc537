"""Mistakes on the command line of sweeps and runs: each one line that names what was typed, and nothing is made."""

import time

import pytest

from tests.sweep_plan.conftest import ARMS
from tests.sweep_plan.test_sweep_commands import vraem
from vraem.cli.matching import FEWEST_ROWS, MOST_ROWS
from vraem.scenario.schema import document_schema


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("sweep", "classroom", "--out", ""), "got an empty name, expected a folder"),
        (("export", "x", "--to", ""), "got an empty name, expected a folder"),
        (("sweep", "classroom", "--out", "a\nb"), "expected a name without control characters"),
        (("merge", "a\x1b[2J", "x"), "expected a name without control characters"),
        (("match", "claim", "--households", "1"), "'--households': 1 is not in the range 400<=x<=1000000"),
        (("run", "history", "--seed", "9" * 30), "--seed: run.seed: got 99999"),
        (("run", "history", "--years", "100"), "--years: run.end: got 2112-01-01"),
        (("run", "history", "--households", "3"), "--households: run.households: got 3"),
        (("run", "history", "--set", "run.households=3"), "--set: run.households: got 3"),
        (
            ("sweep", "classroom", "--replicates", "2", "--set", "replicates.count=3"),
            "--replicates and --set replicates.count exclude each other",
        ),
        (("sweep", "classroom", "--out", "/dev/null/x"), "cannot be made (Not a directory)"),
        (("sweep", "classroom", "--dask", "nohost"), "--dask nohost: expected HOST:PORT"),
        (("sweep", "classroom", "--dask", "nix.json"), "--dask nix.json: cannot be read (No such file"),
    ],
)
def test_a_mistake_gets_a_line_that_names_it(words, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "--dask" in words:
        pytest.importorskip("distributed")
        words = (*words, "--out", tmp_path / "out")
    assert line in vraem(*words, code=2).stderr
    assert "--dask" in words or not list(tmp_path.iterdir())


def test_a_dask_address_at_which_nobody_listens_is_told_at_once(tmp_path):
    pytest.importorskip("distributed")
    began = time.monotonic()
    words = ("sweep", "classroom", "--dask", "127.0.0.1:1", "--out", tmp_path / "out", "--quiet")
    told = vraem(*words, code=2).stderr
    assert told == "--dask 127.0.0.1:1: no Dask scheduler answers there (Connection refused)\n"
    assert time.monotonic() - began < 30


def test_households_of_matching_runs_are_those_that_a_scenario_may_have():
    households = document_schema()["$defs"]["Run"]["properties"]["households"]
    assert (households["minimum"], households["maximum"]) == (FEWEST_ROWS, MOST_ROWS)


def test_an_export_to_a_file_speaks_of_no_other_option(make, tmp_path):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    out = tmp_path / "out"
    vraem("sweep", make.file(make.text()), "--out", out, "--workers", "1", "--quiet")
    told = vraem("export", out, "--to", tmp_path / "taken", code=2).stderr
    assert "--out" not in told
    assert len(told.splitlines()) == 1


def test_a_scenario_to_compare_with_that_is_missing_is_told_at_its_place(make):
    text = 'name = "s"\ndescription = "x"\nextends = "history"\ncompare_with = "histori"\n'
    file = make.file(text, name="s.toml")
    told = vraem("check", file, code=2).stderr
    assert 's.toml:4:16: compare_with: got "histori" (text), which is no scenario here, expected ' in told
    assert told.endswith("; did you mean history?\n")


def test_check_notes_that_measures_count_from_no_campaign(make):
    more = '\n[[outcome]]\nmeasure = "end_state"\nhorizon_months = [12, 36]\n'
    told = vraem("check", make.file(make.text(arms=ARMS), more)).stdout
    assert "note: end_state_12 and 1 more outcomes count from a campaign, and no arm has one" in told
