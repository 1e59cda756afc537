"""`vraem run`, `patterns` and `docs` at the command line: what is printed, written and answered to faults."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import vraem.analysis.scoreboard
import vraem.observe
from vraem.cli import cli
from vraem.cli.progress import clock, progress, speed
from vraem.observe.balance import BalanceError
from vraem.scenario import load

SMALL = ("--years", "1", "--households", "400")
QUICK = (*SMALL, "--no-figures")


@pytest.fixture
def vraem_in(tmp_path, monkeypatch):
    """Call the command line from an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="vraem")

    return call


@pytest.fixture
def plain_map(monkeypatch):
    """An empty page in place of the map, which takes a second and has tests of its own."""
    from vraem.figures import maps
    from vraem.figures.style import sheet

    monkeypatch.setattr(maps, "coca_small_multiples", lambda *_: sheet("Coca", "ha", "")[0])


def one_line(text):
    return len(text.strip().splitlines()) == 1


def test_a_run_prints_its_summary_and_files_and_writes_them_to_a_folder_of_its_own(vraem_in):
    result = vraem_in("run", "history", "--seed", 7, *QUICK)
    assert result.exit_code == 0, result.stderr
    folder = Path("runs/history-7")
    assert "history, seed 7" in result.stdout
    assert f"Files in {folder}:" in result.stdout
    for name in ("series.parquet", "communities.parquet", "summary.json", "scenario.toml", "manifest.json"):
        assert (folder / name).exists()
        assert name in result.stdout


def test_options_are_laid_over_the_scenario_and_kept_with_the_run(vraem_in):
    result = vraem_in(
        "run", "history", "--seed", 5, *QUICK, "--set", "parameters.demand_elasticity=5", "--out", "here"
    )
    assert result.exit_code == 0, result.stderr
    kept = load("here/scenario.toml")
    assert (kept.run.seed, kept.run.households, str(kept.run.end)) == (5, 400, "2013-01-01")
    assert kept.parameters.demand_elasticity == 5
    assert json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))["seed"] == 5


def test_the_kept_scenario_runs_again_to_the_same_content(vraem_in):
    vraem_in("run", "history", "--seed", 5, *QUICK, "--out", "first")
    vraem_in("run", "first/scenario.toml", "--no-figures", "--out", "second")
    first, second = (
        json.loads(Path(name, "manifest.json").read_text(encoding="utf-8")) for name in ("first", "second")
    )
    assert first["content_sha256"] == second["content_sha256"]
    assert first["scenario"] == second["scenario"]


def test_charts_are_drawn_unless_they_are_left_out(vraem_in, plain_map):
    result = vraem_in("run", "history", *SMALL, "--out", "here")
    assert result.exit_code == 0, result.stderr
    assert {path.stem for path in Path("here/figures").iterdir()} >= {"area", "prices", "coca-map", "incomes"}
    vraem_in("run", "history", *QUICK, "--out", "here")
    assert not Path("here/figures").exists()


def test_progress_goes_to_stderr_in_plain_lines_off_a_terminal(vraem_in):
    result = vraem_in("run", "history", *QUICK)
    assert "100 %  53 of 53 weeks, 2012-12-31" in result.stderr
    assert "weeks/s" not in result.stdout
    assert "\x1b" not in result.output


def test_quiet_prints_nothing_but_faults(vraem_in):
    result = vraem_in("run", "history", *QUICK, "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    result = vraem_in("run", "history", *QUICK, "--quiet", "--households", 3)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "run.households" in result.stderr


def test_profile_prints_a_table_of_every_process_that_adds_up(vraem_in):
    from vraem.engine import SCHEDULE

    result = vraem_in("run", "history", *QUICK, "--profile")
    table = result.stdout.split("process  ")[1].split("\n\n")[0].splitlines()[2:]
    rows = {line.split()[0]: line.split() for line in table}
    assert {process.name for process in SCHEDULE} <= set(rows)
    shares = {name: float(cells[-2]) for name, cells in rows.items()}
    assert shares.pop("all") == 100.0
    assert sum(shares.values()) == pytest.approx(100.0, abs=1.0)
    assert rows["farming"][-4] == "53"


def test_check_says_that_the_balances_hold(vraem_in):
    result = vraem_in("run", "history", *QUICK, "--check")
    assert result.exit_code == 0, result.stderr
    assert "balances of mass, money and hectares held in every week" in result.stdout.replace("\n", " ")


def test_check_and_profile_together_are_refused(vraem_in):
    result = vraem_in("run", "history", "--check", "--profile")
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr


def test_a_broken_balance_is_one_line_and_exit_code_one(vraem_in, monkeypatch):
    def broken(*_, **__):
        raise BalanceError("2012-03-05: leaf grown = sold + unpicked + lost: got a relative error of 0.1")

    monkeypatch.setattr(vraem.observe, "run", broken)
    result = vraem_in("run", "history", *QUICK, "--check")
    assert result.exit_code == 1
    assert one_line(result.stderr)
    assert result.stderr.startswith("check failed: 2012-03-05: leaf grown")


def test_stopping_a_run_is_one_line_and_exit_code_130_and_leaves_no_folder(vraem_in, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(vraem.observe, "run", stopped)
    result = vraem_in("run", "history", *QUICK, "--out", "here")
    assert result.exit_code == 130
    assert result.stderr == "stopped; no result was written\n"
    assert not Path("here").exists()


def test_faults_of_a_scenario_are_one_line_each_and_exit_code_two(vraem_in):
    result = vraem_in("run", "history", "--set", "run.seeds=3", "--set", "parameters.demand_elasticity=-1")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 3
    assert "did you mean seed?" in result.stderr
    assert not Path("runs").exists()


def test_an_unknown_scenario_is_one_line(vraem_in):
    result = vraem_in("run", "histroy")
    assert result.exit_code == 2
    assert one_line(result.stderr)


def test_another_run_in_the_folder_is_kept_unless_forced_and_found_before_the_run(vraem_in, monkeypatch):
    assert vraem_in("run", "history", "--seed", 1, *QUICK, "--out", "here").exit_code == 0
    with monkeypatch.context() as patched:
        patched.setattr(
            vraem.observe, "run", lambda *_, **__: pytest.fail("ran before looking at the folder")
        )
        result = vraem_in("run", "history", "--seed", 2, *QUICK, "--out", "here")
    assert result.exit_code == 2
    assert one_line(result.stderr)
    assert "--force" in result.stderr
    assert vraem_in("run", "history", "--seed", 2, *QUICK, "--out", "here", "--force").exit_code == 0
    assert load("here/scenario.toml").run.seed == 2


def test_a_file_in_place_of_the_folder_is_one_line(vraem_in, tmp_path):
    (tmp_path / "here").write_text("", encoding="utf-8")
    result = vraem_in("run", "history", *QUICK, "--out", "here")
    assert result.exit_code == 2
    assert one_line(result.stderr)
    assert "expected a folder" in result.stderr


def test_an_event_outside_the_run_is_worth_a_note(vraem_in, tmp_path):
    text = (
        'extends = "history"\nname = "late"\ndescription = "late event"\n[[event]]\nkind = "price_shock"\n'
        "start = 2020-01-06\nend = 2020-02-01\nfactor = 0.5\n"
    )
    (tmp_path / "late.toml").write_text(text, encoding="utf-8")
    result = vraem_in("run", "late.toml", *QUICK)
    assert result.exit_code == 0, result.stderr
    assert "note: event.0 (price_shock" in result.stderr


@pytest.fixture
def scored(monkeypatch):
    """Stand-in for the hundred runs behind the scoreboard: two patterns, one of them missed."""
    measure = vraem.analysis.scoreboard.MeasureScore(
        "area 2022", 28_000, 27_000, 29_000, 30_353, 41_065, "ha", "", 0.0
    )
    missed = vraem.analysis.scoreboard.PatternScore(
        "P1", "Coca area", "35 709 ha", "area 2022: 28,000 ha", "±15 %", False, 0.0, 28_000.0, 30_353.0, 41_065.0,
        "ha", (measure,),
    )  # fmt: skip
    met = replace(
        missed, label="P7", name="Deterred near", passed=True, share_of_seeds=1.0, high=float("inf")
    )
    asked = []

    def board(scenario, *, seeds, workers, progress):
        asked.append((scenario.name, tuple(seeds), workers))
        progress(len(seeds), len(seeds))
        return [missed, met]

    monkeypatch.setattr(vraem.analysis.scoreboard, "scoreboard", board)
    return asked


def test_patterns_prints_the_scoreboard_and_writes_scores_and_chart_on_request(vraem_in, scored):
    result = vraem_in("patterns", "--seeds", 4, "--workers", 2, "--out", "scores")
    assert result.exit_code == 0, result.stderr
    assert scored == [("history", (1, 2, 3, 4), 2)]
    assert "1 of 2 patterns reproduced (4 seeds, 1 to 4)" in result.stdout
    assert "NO" in next(line for line in result.stdout.splitlines() if line.startswith("P1"))
    written = json.loads(Path("scores/patterns.json").read_text(encoding="utf-8"))
    assert [row["passed"] for row in written["patterns"]] == [False, True]
    assert written["patterns"][1]["high"] is None
    assert Path("scores/figures/patterns.png").exists()


def test_patterns_writes_nothing_unless_asked(vraem_in, scored, tmp_path):
    assert vraem_in("patterns", "--seeds", 1).exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_parts_that_need_other_runs_are_scored_on_request(vraem_in, scored, monkeypatch):
    from vraem.analysis import campaign_patterns, ensemble_patterns

    (missed, met) = vraem.analysis.scoreboard.scoreboard(
        load("history"), seeds=(1,), workers=1, progress=lambda *_: None
    )
    asked = []

    def pairs(scenario, *, seeds, workers, progress):
        asked.append((scenario.name, scenario.run.households, seeds, workers))
        return [replace(met, label="P14", part="campaigns", pooled=True, paths=3)]

    def draws(scenario, *, draws, workers, progress):
        asked.append((scenario.name, scenario.run.households, draws, workers))
        return [replace(missed, label="P22", part="ensemble", share_of_seeds=0.3)]

    monkeypatch.setattr(campaign_patterns, "campaign_scoreboard", pairs)
    monkeypatch.setattr(ensemble_patterns, "ensemble_scoreboard", draws)
    result = vraem_in("patterns", "--campaigns", 3, "--ensemble", 5, "--workers", 1, "--out", "scores")
    assert result.exit_code == 0, result.stderr
    assert asked == [("baseline", 400, (1, 2, 3), 1), ("baseline", 400, 5, 1)]
    assert "pairs of 3 seeds, 1 to 3, 400 rows of households; members of the group are one to one" in (
        result.stdout
    )
    written = json.loads(Path("scores/patterns.json").read_text(encoding="utf-8"))
    assert [(row["label"], row["part"]) for row in written["patterns"]] == [
        ("P1", "history"),
        ("P7", "history"),
        ("P14", "campaigns"),
        ("P22", "ensemble"),
    ]
    assert set(written["parts"]) == {"campaigns", "ensemble"}
    page = Path("scores/patterns.md").read_text(encoding="utf-8")
    assert page.count("### Every measure") == 3
    assert "30 % of draws" in page


def test_ablations_are_told_by_what_is_lost(vraem_in, scored, monkeypatch):
    from vraem.analysis import ablation

    whole = vraem.analysis.scoreboard.scoreboard(
        load("history"), seeds=(1,), workers=1, progress=lambda *_: None
    )
    without = [replace(score, passed=False) for score in whole]
    monkeypatch.setattr(
        ablation, "ablation_table", lambda *_, **__: {"whole model": whole, "no fear": without}
    )
    result = vraem_in("patterns", "--ablations", "--out", "scores")
    assert result.exit_code == 0, result.stderr
    assert next(line for line in result.stdout.splitlines() if line.startswith("no fear")).split()[-3:] == [
        "0",
        "P7",
        "none",
    ]
    assert Path("scores/figures/ablations.svg").exists()


def test_docs_writes_the_reference_pages(vraem_in):
    from vraem.cli.reference import reference_pages

    result = vraem_in("docs", "--out", "docs")
    assert result.exit_code == 0, result.stderr
    for name, text in reference_pages().items():
        assert Path("docs/reference", name).read_text(encoding="utf-8") == text


def test_plain_progress_is_a_line_at_each_tenth(capsys):
    with progress("weeks") as report:
        for done in range(1, 101):
            report(done, 100)
    said = capsys.readouterr().err.splitlines()
    assert [line.split(" %")[0].strip() for line in said] == [str(tenth) for tenth in range(10, 101, 10)]


def test_quiet_progress_is_none():
    with progress("weeks", quiet=True) as report:
        assert report is None


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        return True


def test_a_bar_on_a_terminal_shows_what_is_done_and_leaves_nothing_behind(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress("seeds") as report:
        report(1, 3)
        report(3, 3)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "seeds" in shown
    assert "3/3" in shown
    assert terminal.getvalue().endswith("\x1b[2K")  # the line of the bar is erased


def test_spans_and_rates_are_written_for_people():
    assert (clock(65.4), clock(3600)) == ("1:05", "60:00")
    assert (speed(0.534), speed(4.23), speed(998.4)) == ("0.53", "4.2", "998")
