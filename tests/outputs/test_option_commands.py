"""Options that contradict each other, or would do nothing, are told before anything is run."""

import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.cli.loading import sets


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("run", "history", "--years", "1", "--set", "run.end=2014-12-31"), "--years and --set run.end"),
        (("run", "history", "--seed", "1", "--set", "run.seed = 2"), "--seed and --set run.seed"),
        (
            ("run", "history", "--households", "400", "--set", "run.households=800"),
            "--households and --set run.households",
        ),
        (
            ("replay", "history", "--households", "400", "--set", "run.households=800"),
            "--households and --set run.households",
        ),
        (("replay", "history", "--seed", "1", "--set", "run.seed=2"), "--seed and --set run.seed"),
        (
            ("compare", "history", "baseline", "--households", "400", "--set", "run.households=800"),
            "--households and --set run.households",
        ),
        (
            ("sweep", "classroom", "--replicates", "2", "--set", "replicates . count=3"),
            "--replicates and --set replicates.count",
        ),
        (("show", "history", "--toml", "--changed"), "--toml and --changed"),
        (("show", "history", "--toml", "--meaning"), "--toml and --meaning"),
        (("run", "history", "--profile", "--quiet"), "--profile and --quiet"),
    ],
)
def test_options_that_contradict_each_other_are_refused(words, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, list(words), prog_name="vraem")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"Error: {line} exclude each other: " in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("patterns", "--households", "400"), "--households counts only with --campaigns or --ensemble"),
        (("compare", "history", "baseline", "--set", "run.seed=4"), "--set run.seed does nothing here"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(words, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, list(words), prog_name="vraem")
    assert done.exit_code == 2
    assert f"Error: {line}" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_key_is_known_however_it_is_spaced_and_no_other_is():
    assert sets(["a=1", " run . seed = 3"], "run.seed")
    assert not sets(["run.seeds=3", "runs.seed=1", "seed=2"], "run.seed")
