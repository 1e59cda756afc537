"""`vraem replay`: one file that plays a run, or two on the same luck; `vraem serve` warns who can reach it."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from vraem.cli import cli

SMALL = ["--households", "400", "--set", "run.end=2012-06-30", "--quiet"]


def test_replay_writes_one_page(tmp_path: Path) -> None:
    page = tmp_path / "new folder" / "valley.html"
    answer = CliRunner().invoke(cli, ["replay", "history", "-o", str(page), "--seed", "3", *SMALL])
    assert answer.exit_code == 0, answer.output
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "<title>history</title>" in text
    assert [path.name for path in page.parent.iterdir()] == ["valley.html"]


def test_replay_of_two_scenarios(tmp_path: Path) -> None:
    page = tmp_path / "two.html"
    command = ["replay", "history", "--against", "eradication", "-o", str(page), "--language", "es", *SMALL]
    answer = CliRunner().invoke(cli, command)
    assert answer.exit_code == 0, answer.output
    text = page.read_text("utf-8")
    assert "<title>history · eradication</title>" in text
    assert '"language": "es"' in text


def test_faults_of_both_scenarios_are_told_at_once(tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        cli, ["replay", "histori", "--against", "baselin", "-o", str(tmp_path / "x.html")]
    )
    assert answer.exit_code == 2
    assert "histori" in answer.output
    assert "baselin" in answer.output
    assert not list(tmp_path.iterdir())


def test_a_page_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    answer = CliRunner().invoke(cli, ["replay", "history", "-o", str(in_the_way / "page.html"), *SMALL])
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output
    assert "file" in answer.output


def test_serve_without_its_libraries_says_what_installs_them_in_a_clone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("vraem.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    answer = CliRunner().invoke(cli, ["serve"])
    assert answer.exit_code == 2
    assert answer.stderr == "the live classroom needs uvicorn: pip install -e '.[serve]'\n"


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_serve_warns_when_others_can_reach_it(
    host: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = pytest.importorskip("vraem.serve.run", reason="the extra `serve` is not installed")
    served: list[str] = []
    monkeypatch.setattr(run, "serve", lambda scenario, valley, *, host, **_: served.append(host))
    answer = CliRunner().invoke(cli, ["serve", "--host", host])
    assert answer.exit_code == 0, answer.output
    assert served == [host]
    assert ("warning" in answer.output) is warned
