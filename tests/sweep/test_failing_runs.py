"""Runs that raise, hang, eat the memory or take their worker with them become rows; the others finish."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sweep_worlds import keys, rows, troubled

from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment

Reference = tuple[Path, SweepReport, dict[str, str]]
MEGABYTES = 2**20
LIMIT = 1.0

TROUBLES = {
    ("history", 1, 0): "raise",
    ("crews", 1, 1): "hang",
    ("closed", 1, 2): "hang_in_compiled_code",
    ("crews", 1, 3): "eat_memory",
    ("history", 1, 4): "die",
}
"""Bad runs in tasks of the second draw."""


@pytest.fixture(scope="module")
def bad_sweep(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> SweepReport:
    """A sweep in which everything that can go wrong with a run does."""
    if sys.platform != "linux":
        pytest.skip("signals and limits of memory are those of Linux")
    bad = replace(troubled(experiment, TROUBLES), time_limit=LIMIT)
    directory = tmp_path_factory.mktemp("bad") / "store"
    return sweep(bad, plan(experiment), directory, workers=2, memory_limit=400 * MEGABYTES)


def failure(report: SweepReport, trouble: str) -> dict[str, Any]:
    """The row of the run with a kind of trouble."""
    key = next(key for key, kind in TROUBLES.items() if kind == trouble)
    table = Store.open(report.directory).failures().to_pylist()
    (row,) = [row for row in table if (row["arm"], row["point"], row["replicate"]) == key]
    return dict(row)


def test_a_run_that_raises_is_a_row_with_its_traceback(bad_sweep: SweepReport) -> None:
    row = failure(bad_sweep, "raise")
    assert (row["exception"], row["message"]) == ("ZeroDivisionError", "no coca at all")
    assert "in _raise" in row["traceback"]
    assert 'File "vraem/' in row["traceback"], "paths are those of the package, not of this machine"


def test_a_run_that_hangs_is_stopped_at_its_time_limit(bad_sweep: SweepReport) -> None:
    row = failure(bad_sweep, "hang")
    assert (row["exception"], row["message"]) == ("TimeLimitExceeded", "took longer than 1 s")
    assert "in _hang" in row["traceback"]


def test_a_run_that_hangs_in_compiled_code_is_ended_from_outside(bad_sweep: SweepReport) -> None:
    row = failure(bad_sweep, "hang_in_compiled_code")
    assert (row["exception"], row["message"]) == ("TimeLimitExceeded", "took longer than 1 s")
    assert "_hang_in_compiled_code" in row["traceback"], "the watchdog says where the run stood"


def test_a_run_that_eats_the_memory_is_stopped_at_its_share(bad_sweep: SweepReport) -> None:
    row = failure(bad_sweep, "eat_memory")
    assert "MemoryError" in row["exception"]
    assert "in _eat_memory" in row["traceback"]


def test_a_run_that_is_killed_each_time_is_a_row(bad_sweep: SweepReport) -> None:
    """As the kernel does when memory runs out."""
    row = failure(bad_sweep, "die")
    assert row["exception"] == "WorkerDied"
    assert "SIGKILL; out of memory?" in row["message"]


def test_failures_carry_seed_and_draw(experiment: Experiment, bad_sweep: SweepReport) -> None:
    planned = {run.id: run for task in plan(experiment) for run in task.runs}
    table = Store.open(bad_sweep.directory).failures().to_pylist()
    assert len(table) == len(TROUBLES)
    for row in table:
        run = planned[row["id"]]
        assert (row["seed"], row["arm"]) == (run.seed, run.arm)
        assert row["demand_elasticity"] == dict(run.changes)["parameters.demand_elasticity"]


def test_all_other_runs_finish_and_are_what_they_are_without_the_bad_ones(
    experiment: Experiment, one_worker: Reference, bad_sweep: SweepReport
) -> None:
    good = [key for key in keys(experiment) if key[1:] not in TROUBLES]
    assert rows(bad_sweep.directory) == good
    assert (bad_sweep.done, bad_sweep.failed, bad_sweep.left) == (31, 5, 0)
    undisturbed = Store.open(one_worker[0]).runs().to_pylist()
    bad = set(TROUBLES)
    expected = [row for row in undisturbed if (row["arm"], row["point"], row["replicate"]) not in bad]
    assert Store.open(bad_sweep.directory).runs().to_pylist() == expected


def test_a_failure_is_tried_again_only_when_asked(
    experiment: Experiment, one_worker: Reference, bad_sweep: SweepReport
) -> None:
    directory = bad_sweep.directory
    again = sweep(experiment, plan(experiment), directory, workers=1)
    assert (again.done, again.skipped, again.failed_before) == (0, 31, 5)
    retried = sweep(experiment, plan(experiment), directory, workers=1, retry_failed=True)
    assert (retried.done, retried.failed) == (5, 0)
    store = Store.open(directory)
    assert store.runs() == Store.open(one_worker[0]).runs()
    assert len(store.failures()) == 0, "what was done later is no failure"


def test_fail_fast_stops_at_the_first_failure(experiment: Experiment, tmp_path: Path) -> None:
    bad = troubled(experiment, {("crews", 0, 1): "raise"})
    report = sweep(bad, plan(experiment), tmp_path / "store", workers=1, fail_fast=True)
    assert report.failed == 1
    assert report.left
    assert report.done + report.failed + report.left == 36
    assert len(rows(tmp_path / "store")) == report.done > 0
    assert len(Store.open(tmp_path / "store").failures()) == 1


def test_a_draw_that_no_scenario_allows_is_a_row(experiment: Experiment, tmp_path: Path) -> None:
    """A value out of range is found when the run is made."""
    tasks = list(plan(experiment))[:2]
    first = tasks[0].runs[0]
    changed = replace(first, changes=(("parameters.demand_elasticity", -3.0),))
    tasks[0] = replace(tasks[0], runs=(changed, *tasks[0].runs[1:]))
    report = sweep(experiment, tasks, tmp_path / "store", workers=1)
    assert (report.done, report.failed) == (5, 1)
    (row,) = Store.open(tmp_path / "store").failures().to_pylist()
    assert row["arm"] == first.arm
    assert "demand_elasticity" in row["message"]
