"""Workers and parents that are killed at random moments cost time, never rows."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sweep_worlds import alive, children, digests, has_done, keys, rows, small, start_sweep, wait_until

from vraem.experiment import part_files
from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepProgress, SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.mark.parametrize("chance", [1, 2])
def test_workers_killed_at_random_moments_cost_no_row(
    experiment: Experiment, one_worker: Reference, tmp_path: Path, chance: int
) -> None:
    dice = random.Random(chance)
    killed: list[int] = []
    over = threading.Event()

    def kill_some() -> None:
        for _ in range(3):
            if over.wait(dice.uniform(0.3, 1.5)):
                return
            if found := children(os.getpid()):
                killed.append(dice.choice(found))
                os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill_some)
    killer.start()
    report = sweep(experiment, plan(experiment), tmp_path / "store", workers=2)
    over.set()
    killer.join()
    assert killed
    assert report.failed == 0
    assert digests(tmp_path / "store") == one_worker[2]


def test_what_a_killed_worker_had_not_written_is_run_again(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """Killed when three tasks are finished and nothing is on disk yet: those are not lost, nor counted twice."""
    seen: list[int] = []

    def kill_late(progress: SweepProgress) -> None:
        if progress.done >= 9 and not seen:
            assert not list((tmp_path / "store" / "runs").glob("part-*")), "written already: no test"
            seen.append(progress.done)
            os.kill(children(os.getpid())[0], signal.SIGKILL)

    report = sweep(experiment, plan(experiment), tmp_path / "store", workers=1, progress=kill_late)
    assert seen
    assert (report.done, report.failed) == (36, 0)
    assert digests(tmp_path / "store") == one_worker[2]


def test_a_parent_killed_again_and_again_goes_on_where_it_was(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(experiment.text, encoding="utf-8")
    for finished in (1, 8):
        process = start_sweep(path, tmp_path / "store")
        has_done(process, finished)
        workers = children(process.pid)
        process.kill()
        process.communicate()
        assert wait_until(lambda workers=workers: not any(map(alive, workers))), "orphans are left"
    again = start_sweep(path, tmp_path / "store")
    said, _ = again.communicate(timeout=60)
    assert again.returncode == 0, said
    assert digests(tmp_path / "store") == one_worker[2]


def test_workers_of_a_killed_parent_keep_what_they_have_finished(tmp_path: Path) -> None:
    path = tmp_path / "long.toml"
    path.write_text(small(tmp_path, count=200).text, encoding="utf-8")
    process = start_sweep(path, tmp_path / "store")
    finished = has_done(process, 12)
    assert not list((tmp_path / "store" / "runs").glob("part-*")), "written already: no test"
    process.kill()
    process.communicate()
    assert wait_until(lambda: len(rows(tmp_path / "store")) >= finished)


def test_a_writer_killed_at_any_step_leaves_a_store_that_can_be_read_and_completed(
    experiment: Experiment, one_worker: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the series and before the rows: series without a row are not shown, nor there twice later."""
    source = Store.open(one_worker[0])
    directory = tmp_path / "store"
    store = Store.create(directory, experiment)
    for part in (source.directory / part_files.SERIES).glob("part-*"):
        (directory / part_files.SERIES / part.name).write_bytes(part.read_bytes())
    (directory / part_files.RUNS / ".part-dead-00000.parquet.abc.tmp").write_bytes(b"half a file")
    assert len(store.runs()) == len(store.series()) == 0
    sweep(experiment, plan(experiment), directory, workers=1)
    assert rows(directory) == keys(experiment)
    assert digests(directory) == one_worker[2]


def test_workers_of_independent_jobs_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        """import time
from vraem.analysis.parallel import map_jobs
if __name__ == "__main__":
    map_jobs(time.sleep, [0.2] * 200, workers=2, progress=lambda done, _: print(done, flush=True))
""",
        encoding="utf-8",
    )
    command = [sys.executable, str(script)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert parent.stdout is not None
    try:
        assert [parent.stdout.readline() for _ in range(6)][-1] == "6\n"
        workers = children(parent.pid)
        assert len(workers) == 2
    finally:
        parent.kill()
        parent.wait()  # for no more: orphans would hold its output open
        parent.stdout.close()
    assert wait_until(lambda: not any(map(alive, workers))), "orphans are left"
