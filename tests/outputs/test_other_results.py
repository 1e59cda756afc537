"""Results of one sort are never mixed with those of another, and no run is made for a folder that cannot be."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from vraem.cli import cli

QUICK = ("--years", "1", "--households", "400", "--no-figures")
SWEEP = {"format": 1, "experiment": {"name": "claim"}}
RUN = {"scenario": {"name": "history", "id": "0"}, "seed": 1}


def call(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="vraem")


def folder_with(path: Path, name: str, content: object) -> Path:
    path.mkdir()
    (path / name).write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize(
    ("name", "content", "called"),
    [
        ("manifest.json", SWEEP, "a sweep"),
        ("manifest.json", [1], "a manifest.json of something else"),
        ("comparison.json", {}, "a comparison"),
    ],
)
def test_a_run_is_not_written_over_other_results_whatever_is_forced(tmp_path, name, content, called, force):
    out = folder_with(tmp_path / "out", name, content)
    done = call("run", "history", *QUICK, "--out", out, *force)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == (
        f"{out}: holds {called}, expected a folder for a run; choose another --out"
    )
    assert json.loads((out / name).read_text(encoding="utf-8")) == content
    assert len(list(out.iterdir())) == 1


@pytest.mark.parametrize(("content", "called"), [(SWEEP, "a sweep"), (RUN, "a run")])
def test_a_comparison_is_not_written_over_other_results_whatever_is_forced(tmp_path, content, called):
    out = folder_with(tmp_path / "out", "manifest.json", content)
    done = call("compare", "history", "baseline", "--households", "400", "--out", out, "--force")
    assert done.exit_code == 2
    assert f"holds {called}, expected a folder for a comparison" in done.stderr
    assert [path.name for path in out.iterdir()] == ["manifest.json"]


def test_a_sweep_whose_manifest_is_damaged_is_still_known_by_its_plan(tmp_path):
    out = folder_with(tmp_path / "out", "manifest.json", SWEEP)
    (out / "manifest.json").write_text("{", encoding="utf-8")
    (out / "plan.parquet").write_bytes(b"")
    assert "holds a sweep" in call("run", "history", *QUICK, "--out", out, "--force").stderr


@pytest.mark.parametrize(
    "command", [("run", "history"), ("compare", "history", "baseline"), ("sweep", "heirs")]
)
@pytest.mark.parametrize("name", ["x\udcff", "x" * 300], ids=["not UTF-8", "too long"])
def test_a_folder_whose_name_cannot_be_is_refused_before_the_run(tmp_path, command, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = call(*command, "--set", "run.households=400", "--out", name)
    assert done.exit_code == 2, done.exception
    reason = "not UTF-8" if len(name) < 10 else "File name too long"
    assert reason in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
