"""The benchmark compares like with like and writes its tables where it is told to."""

import math
from pathlib import Path

import pytest

from . import measures
from .measures import Growth, Pairing, RunCost, StepCost
from .report import BEGIN, END, Report, write_block
from .views import READ, ViewCost, agent_views


def report(run: float = 0.4) -> Report:
    made = Report(yardstick=2.0)
    made.add_run(RunCost(3, 626, 0.1, 0.03, run, run, {"farming": 0.1, "planting": 0.3}))
    made.add_step(StepCost(40_000, 4_000, 13, 0.1, 25.0, 1.0))
    made.add_views(ViewCost(40_685, 0.1, {"Grower.cash": (40_000, 2.0)}, 15.0))
    made.add_growth(Growth(52, {4_000: 0.5, 40_000: 0.8, 400_000: 6.0}))
    made.add_memory(None)
    made.add_start_up({"python": 0.02, "import": 0.05, "help": 0.1})
    made.add_pairing(Pairing("outcome", 6, 4_000, {"coca area": 12.0, "groups": math.nan}))
    return made


def test_a_budget_that_is_missed_is_said_and_counts():
    assert report(run=0.4).kept
    missed = report(run=5.0)
    assert not missed.kept
    assert "**no**" in missed.markdown()
    assert "**no**" not in report(run=0.4).markdown()


def test_shares_of_the_processes_add_up_to_the_whole():
    text = report().markdown()
    assert "| farming  | 0.100     | 25%   |" in text
    assert "| planting | 0.300     | 75%   |" in text


def test_an_effect_that_is_the_same_in_all_seeds_has_no_gain():
    text = report().markdown()
    assert "| coca area | 12.0 times |" in text
    assert "| groups    | no effect  |" in text


def test_the_gain_of_pairing_is_what_the_shared_luck_takes_out(monkeypatch: pytest.MonkeyPatch):
    class Run:
        def __init__(self, value: float) -> None:
            self.value = value

        def mean(self, *_: str) -> float:
            return self.value

    luck = [0.0, 3.0, -2.0, 5.0]
    own = {"plain": [0.1, -0.1, 0.1, -0.1], "other": [1.0, 1.2, 1.1, 0.9]}
    monkeypatch.setattr(measures.vraem, "run", lambda arm, seed: Run(luck[seed - 1] + own[arm][seed - 1]))
    gain = measures._gains("plain", "other", 4, {"what": "what"}, 2014)
    assert gain["what"] > 100.0


def test_the_exponent_of_growth_is_the_slope_of_the_logs():
    linear = Growth(52, {1_000: 1.0, 10_000: 10.0, 100_000: 100.0})
    assert linear.exponent == pytest.approx(1.0)
    assert Growth(52, {1_000: 1.0, 10_000: 2.0, 100_000: 20.0}).whole_exponent == pytest.approx(
        0.65, abs=0.01
    )


def test_the_block_is_replaced_and_the_text_around_it_kept(tmp_path: Path):
    page = tmp_path / "performance.md"
    page.write_text(f"# Speed\n\n{BEGIN}\nold\n{END}\n\nHow to run it.\n", encoding="utf-8")
    write_block(page, "new table")
    write_block(page, "newer table")
    text = page.read_text(encoding="utf-8")
    assert text == f"# Speed\n\n{BEGIN}\n\nnewer table\n\n{END}\n\nHow to run it.\n"


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path):
    page = tmp_path / "performance.md"
    page.write_text("# Speed\n", encoding="utf-8")
    with pytest.raises(ValueError, match="benchmark:begin"):
        write_block(page, "table")
    assert page.read_text(encoding="utf-8") == "# Speed\n"


def test_a_new_page_gets_the_block(tmp_path: Path):
    write_block(tmp_path / "new.md", "table")
    assert "table" in (tmp_path / "new.md").read_text(encoding="utf-8")


def test_arrays_and_agents_do_the_same_work_in_the_comparison():
    cost = measures.growers_step(twin_rows=400, weeks=4)
    assert cost.core > 0.0
    assert cost.ratio == pytest.approx(cost.twin / cost.core)


def test_a_comparison_of_unlike_work_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measures, "GROWERS_STEP", ("exogenous", "farming", "incomes"))
    with pytest.raises(SystemExit, match="no longer does what the core does"):
        measures.growers_step(twin_rows=400, weeks=4)


def test_memory_counts_a_program_and_not_its_parent():
    ballast = bytearray(300_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    peak = measures._peak("pass")
    assert peak is None or peak < 100.0


def test_views_are_measured_for_every_class_of_agents(monkeypatch: pytest.MonkeyPatch):
    few = measures.vraem.load("history", ["run.households=400"])
    monkeypatch.setattr(measures.vraem, "load", lambda name: few)
    cost = agent_views(repeats=1)
    assert {name.partition(".")[0] for name in cost.read} == set(READ)
    assert cost.agents == sum(count for count, _ in cost.read.values())
    assert cost.read_all > 0.0


def test_views_that_take_too_long_are_told():
    made = Report(yardstick=2.0)
    made.add_views(ViewCost(40_685, 0.5, {"Grower.cash": (40_000, 2.0)}, 15.0))
    assert not made.kept
    assert "one attribute of every agent read" in made.markdown()
