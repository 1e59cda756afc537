"""Shards have equal shares of the tasks, and all of them together do all, whatever was done before."""

from itertools import chain
from pathlib import Path

import pytest
from sweep_worlds import digests

from vraem.experiment.plan import plan, task_keys
from vraem.experiment.runner import SweepReport, sweep
from vraem.experiment.shards import shard_keys
from vraem.experiment.types import Experiment

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.mark.parametrize("shards", [1, 3, 7, 16])
def test_shards_differ_by_one_task_and_are_the_whole(shards: int) -> None:
    keys = [f"{point:08d}-{replicate:07d}" for point in range(20) for replicate in range(5)]
    dealt = [shard_keys(keys, (number, shards)) for number in range(1, shards + 1)]
    assert sorted(chain(*dealt)) == keys
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1
    assert dealt[0] == shard_keys(reversed(keys), (1, shards))


def test_the_keys_of_the_tasks_are_known_without_the_tasks(experiment: Experiment) -> None:
    assert list(task_keys(experiment)) == [task.key for task in plan(experiment)]


def test_what_another_dealing_began_is_finished(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """As after an update: some tasks of every shard are done already, and each shard counts its own."""
    out, told = tmp_path / "out", []
    tasks = list(plan(experiment))
    sweep(experiment, tasks[::3], out, workers=1)
    reports = [
        sweep(
            experiment, tasks, out, workers=1, shard=(number, 2), progress=lambda now: told.append(now.total)
        )
        for number in (1, 2)
    ]
    assert sum(report.done for report in reports) == 24
    assert sum(report.skipped for report in reports) == 12
    assert set(told) == {18}
    assert digests(out) == one_worker[2]
