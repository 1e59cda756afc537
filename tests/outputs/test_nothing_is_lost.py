"""What a first user lost or was left with: own pictures, notes, a run without a group, folders of refused commands."""

import json

import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.experiment.pictures import own_pictures

LOST = "got a file that this command did not write, and it would be lost; move it away or choose another"
SMALL = ("--households", "400", "--years", "1", "--quiet")
GONE = """
extends = "baseline"
name = "gone"
description = "A small group pursued for two years"
run = {start = 2012-01-02, end = 2015-12-31, households = 400}
[[group]]
name = "a"
members = 20
armed = 9
columns = 1
committee = 2
heirs = 0
[[campaign]]
targets = ["random", "commanders", "fighters", "leader"]
start = 2012-06-01
end = 2014-06-01
operations_per_month = 20
intelligence = 1.0
"""


def call(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="vraem")


def test_a_run_whose_group_is_gone_is_written(tmp_path):
    (tmp_path / "gone.toml").write_text(GONE, encoding="utf-8")
    done = call("run", tmp_path / "gone.toml", "--no-figures", "--quiet", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    horizons = json.loads((tmp_path / "run/end_states.json").read_text(encoding="utf-8"))["horizons"]
    assert horizons[0]["end_state"] == "dissolved"
    assert horizons[0]["pi"] is None


def test_pictures_of_the_user_stay_where_a_run_is_written(tmp_path):
    figures = tmp_path / "figures"
    figures.mkdir()
    for name in ("photo.png", "thesis.svg"):
        (figures / name).write_text("mine", encoding="utf-8")
    done = call("run", "history", *SMALL, "--no-figures", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in figures.iterdir()) == ["photo.png", "thesis.svg"]


def test_a_run_draws_over_no_picture_of_the_user(tmp_path):
    (tmp_path / "figures").mkdir()
    picture = tmp_path / "figures/area.png"
    picture.write_text("mine", encoding="utf-8")
    done = call("run", "history", *SMALL, "--out", tmp_path)
    assert (done.exit_code, done.stderr) == (2, f"{picture}: {LOST} --out\n")
    assert picture.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "manifest.json").exists()


def test_charts_of_an_earlier_run_go_with_it(tmp_path):
    assert call("run", "history", *SMALL, "--out", tmp_path).exit_code == 0
    assert own_pictures(tmp_path / "figures")
    done = call("run", "history", *SMALL, "--no-figures", "--force", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "figures").exists()


def test_a_comparison_draws_over_no_picture_of_the_user(tmp_path):
    (tmp_path / "figures").mkdir()
    picture = tmp_path / "figures/paths.png"
    picture.write_text("mine", encoding="utf-8")
    done = call("compare", "baseline", "price-boom", "--replicates", "2", "--out", tmp_path)
    assert (done.exit_code, done.stderr) == (2, f"{picture}: {LOST} --out\n")


def test_notes_on_neutrality_are_no_page_of_ours(tmp_path):
    from vraem.cli.guards import refuse_foreign_file
    from vraem.experiment.output_error import OutputError

    notes = tmp_path / "notes.md"
    notes.write_text("# My notes\n\n## Neutrality of the state\n", encoding="utf-8")
    with pytest.raises(OutputError, match="did not write"):
        refuse_foreign_file(notes, b"# Neutrality", "--output")


def test_generated_documents_replace_no_page_of_the_user(tmp_path):
    (tmp_path / "library.md").write_text("mine", encoding="utf-8")
    done = call("docs", "--out", tmp_path)
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path / 'library.md'}: {LOST} --out\n")
    assert [path.name for path in tmp_path.iterdir()] == ["library.md"]


@pytest.mark.parametrize(
    "words", [("match", "classroom"), ("sweep", "classroom", "--dask", "foo")], ids=["match", "dask"]
)
def test_a_refused_command_leaves_no_folder(tmp_path, words):
    done = call(*words, "--out", tmp_path / "new")
    assert done.exit_code == 2, done.output
    assert not (tmp_path / "new").exists()


def test_every_chart_that_is_none_is_told(tmp_path):
    (tmp_path / "manifest.json").write_text('{"scenario": {"name": "history"}, "seed": 1}', encoding="utf-8")
    done = call("plot", tmp_path, "all", "nope", "nada")
    assert done.exit_code == 2
    assert "no chart is called 'nope'\nno chart is called 'nada'\nthe charts are area, " in done.stderr


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("replay", "history", "--households", "3"), "--households: run.households: got 3"),
        (("compare", "history", "baseline", "--households", "3"), "--households: run.households: got 3"),
        (("sweep", "classroom", "--replicates", "1000001"), "--replicates: replicates.count: got 1000001"),
        (("run", "history", "--years", "60"), "--years: run.end: got 2072-01-01"),
    ],
    ids=["replay", "compare", "sweep", "run"],
)
def test_a_fault_bears_the_name_of_the_option_that_gave_it(words, option):
    done = call(*words)
    assert done.exit_code == 2
    assert option in done.output
    assert "--set" not in done.output
