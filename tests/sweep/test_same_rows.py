"""However a sweep is run, its store holds the same rows to the byte."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from sweep_worlds import children, digests, keys, rows, start_sweep

from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment
from vraem.observe import run

Reference = tuple[Path, SweepReport, dict[str, str]]


def test_every_planned_run_is_there_once(experiment: Experiment, one_worker: Reference) -> None:
    directory, report, _ = one_worker
    assert rows(directory) == keys(experiment)
    assert (report.done, report.failed, report.skipped, report.left) == (36, 0, 0, 0)
    assert Store.open(directory).planned() == 36


def test_rows_are_those_of_bare_runs(experiment: Experiment, one_worker: Reference) -> None:
    """A run with a shared past, on a worker, is the run that anybody makes alone."""
    store = Store.open(one_worker[0])
    rows_by_arm = {(row["arm"], row["point"], row["replicate"]): row for row in store.runs().to_pylist()}
    task = list(plan(experiment))[7]
    for planned in task.runs:
        result = run(experiment.scenario(planned), seed=planned.seed)
        row = rows_by_arm[planned.arm, planned.point, planned.replicate]
        assert row["area"] == result["coca_area"].mean()
        assert row["price"] == result["leaf_price"][-1]
        assert row["seed"] == planned.seed
        assert row["demand_elasticity"] == dict(planned.changes)["parameters.demand_elasticity"]


def test_weekly_series_are_those_of_bare_runs(experiment: Experiment, one_worker: Reference) -> None:
    series = Store.open(one_worker[0]).series(arm="crews")
    planned = next(run for task in plan(experiment) for run in task.runs if run.arm == "crews")
    result = run(experiment.scenario(planned), seed=planned.seed)
    mine = series.filter([value == planned.id for value in series["id"].to_pylist()])
    assert mine["coca_area"].to_pylist() == result["coca_area"].tolist()
    assert mine["week"].to_pylist() == result.dates.tolist()


def test_every_second_run_keeps_its_series(experiment: Experiment, one_worker: Reference) -> None:
    kept = set(Store.open(one_worker[0]).series(["coca_area"])["id"].to_pylist())
    assert len(kept) == 18
    assert kept == {run.id for task in plan(experiment) for run in task.runs if experiment.keeps_series(run)}


def test_shared_pasts_are_run_once(one_worker: Reference) -> None:
    """Of 18 weeks, `closed` parts in week 5 and `crews` in week 9: 14 of 54 weeks are saved in each task."""
    report = one_worker[1]
    assert (report.weeks, report.weeks_saved) == (36 * 18, 12 * (5 + 9))
    assert any("saved 26 %" in line for line in report.lines())


@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_workers_gives_the_same_rows(
    experiment: Experiment, one_worker: Reference, tmp_path: Path, workers: int
) -> None:
    sweep(experiment, plan(experiment), tmp_path / "store", workers=workers)
    assert digests(tmp_path / "store") == one_worker[2]


def test_any_order_gives_the_same_rows(experiment: Experiment, one_worker: Reference, tmp_path: Path) -> None:
    tasks = list(plan(experiment))
    sweep(experiment, [*tasks[::-2], *tasks[-2::-2]], tmp_path / "store", workers=2)
    assert digests(tmp_path / "store") == one_worker[2]


def test_shards_merged_give_the_same_rows(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    sizes = []
    for number in (1, 2, 3):
        directory = tmp_path / f"shard-{number}"
        sizes.append(sweep(experiment, plan(experiment), directory, workers=1, shard=(number, 3)).done)
    assert sum(sizes) == 36
    assert min(sizes) > 0
    store = Store.create(tmp_path / "all", experiment)
    store.merge(tmp_path / f"shard-{number}" for number in (3, 1, 2))
    assert digests(tmp_path / "all") == one_worker[2]
    assert store.merge([tmp_path / "shard-2"]) == 0, "merging again takes nothing twice"


def test_two_sweeps_in_one_folder_at_once_do_not_disturb_each_other(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(experiment.text, encoding="utf-8")
    both = [start_sweep(path, tmp_path / "store", workers=1) for _ in range(2)]
    for process in both:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
    assert digests(tmp_path / "store") == one_worker[2]


def test_going_on_runs_only_what_is_missing(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    tasks = list(plan(experiment))
    sweep(experiment, tasks[:5], tmp_path / "store", workers=1)
    report = sweep(experiment, tasks, tmp_path / "store", workers=2)
    assert (report.skipped, report.done) == (15, 21)
    assert digests(tmp_path / "store") == one_worker[2]


def test_a_task_of_which_some_arms_are_there_is_completed(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """A new arm in the plan runs without its siblings, which are there already."""
    tasks = list(plan(experiment))
    sweep(experiment, [replace(task, runs=task.runs[:1]) for task in tasks], tmp_path / "store", workers=2)
    report = sweep(experiment, tasks, tmp_path / "store", workers=2)
    assert (report.skipped, report.done) == (12, 24)
    assert digests(tmp_path / "store") == one_worker[2]


def test_no_worker_is_left_behind(experiment: Experiment, tmp_path: Path) -> None:
    before = set(children(os.getpid()))
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    sweep(experiment, list(plan(experiment))[:2], tmp_path / "store", workers=2)
    assert set(children(os.getpid())) <= before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
