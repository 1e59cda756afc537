"""Ctrl-C and SIGTERM: nothing new begins, what is finished is kept, the report says how to go on."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from sweep_worlds import alive, children, digests, has_done, rows, small, start_sweep, troubled

from vraem.experiment.interrupts import stop_on_signals
from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepError, SweepProgress, SweepReport, sweep
from vraem.experiment.types import Experiment

Reference = tuple[Path, SweepReport, dict[str, str]]


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_sweep_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "long.toml"
    path.write_text(small(tmp_path, count=300).text, encoding="utf-8")
    process = start_sweep(path, tmp_path / "store")
    has_done(process, 6)
    workers = children(process.pid)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    done = len(rows(tmp_path / "store"))
    assert done > 0
    assert f"{done} runs done" in said
    assert f"stopped: {1800 - done} runs are left; run the same command again to go on" in said
    assert "Traceback" not in said
    assert not any(map(alive, workers))


def test_a_stop_gives_up_what_runs_and_keeps_what_is_finished(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """Even a run that hangs does not keep the sweep."""
    stop = threading.Event()
    hanging = troubled(experiment, {("crews", 1, 5): "hang"})

    def stop_late(progress: SweepProgress) -> None:
        if progress.done == 33:
            stop.set()

    report = sweep(hanging, plan(experiment), tmp_path / "store", workers=2, stop=stop, progress=stop_late)
    assert (report.done, report.left, report.interrupted) == (33, 3, True)
    assert len(rows(tmp_path / "store")) == 33
    again = sweep(experiment, plan(experiment), tmp_path / "store", workers=1)
    assert (again.done, again.skipped, again.interrupted) == (3, 33, False)
    assert digests(tmp_path / "store") == one_worker[2]


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_a_worker_asked_to_end_hands_its_work_on(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """SIGTERM to one worker only: it keeps what it has finished, another takes its task."""
    asked: list[int] = []

    def terminate_one(progress: SweepProgress) -> None:
        if progress.done >= 6 and not asked:
            asked.extend(children(os.getpid())[:1])
            os.kill(asked[0], signal.SIGTERM)

    report = sweep(experiment, plan(experiment), tmp_path / "store", workers=2, progress=terminate_one)
    assert asked
    assert (report.done, report.failed) == (36, 0)
    assert digests(tmp_path / "store") == one_worker[2]


def test_the_first_signal_asks_the_second_insists() -> None:
    before = signal.getsignal(signal.SIGINT)  # a job in the background is started with it ignored
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(1.0)
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the signal may come a step later
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1.0)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_long_plan_is_taken_up_bit_by_bit(experiment: Experiment, tmp_path: Path) -> None:
    """The window is bounded: a plan without end costs no memory."""
    taken: list[int] = []
    stop = threading.Event()
    ahead: list[int] = []

    def endless():  # type: ignore[no-untyped-def]
        for number, task in enumerate(plan(experiment)):
            taken.append(number)
            yield task

    def look(progress: SweepProgress) -> None:
        ahead.append(3 * len(taken) - progress.done)
        if progress.done >= 18:
            stop.set()

    sweep(experiment, endless(), tmp_path / "store", workers=2, stop=stop, progress=look)
    assert max(ahead[:-1]) <= 3 * 2 + 3
    assert ahead


def test_progress_counts_what_was_there_and_gives_rate_and_time_left(
    experiment: Experiment, tmp_path: Path
) -> None:
    tasks = list(plan(experiment))
    sweep(experiment, tasks[:4], tmp_path / "store", workers=1)
    said: list[SweepProgress] = []
    sweep(experiment, tasks, tmp_path / "store", workers=1, progress=said.append)
    assert said[-1].total == 36
    assert (said[-1].skipped, said[-1].done) == (12, 24)
    assert said[-1].rate > 0
    assert said[-1].left_seconds == 0
    halfway = next(one for one in said if one.done)
    assert halfway.left_seconds
    assert halfway.line().startswith(f"{halfway.done + 12} of 36 runs")
    assert [one.done for one in said] == sorted(one.done for one in said)


def test_shards_know_how_much_is_theirs(experiment: Experiment, tmp_path: Path) -> None:
    said: list[SweepProgress] = []
    report = sweep(
        experiment, plan(experiment), tmp_path / "store", workers=1, shard=(2, 3), progress=said.append
    )
    assert said[-1].total == report.done < 36


@pytest.mark.parametrize("shard", [(0, 3), (4, 3), (1, 0)])
def test_a_shard_that_is_none_is_refused(
    experiment: Experiment, tmp_path: Path, shard: tuple[int, int]
) -> None:
    with pytest.raises(SweepError, match=r"expected I/N with I from 1 to N"):
        sweep(experiment, plan(experiment), tmp_path / "store", shard=shard)
    assert not (tmp_path / "store").exists()


def test_a_number_of_workers_that_is_none_is_refused(experiment: Experiment, tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="workers: got 0, expected a whole number of 1 or more"):
        sweep(experiment, plan(experiment), tmp_path / "store", workers=0)


def test_more_is_asked_for_until_there_is_no_more(
    experiment: Experiment, one_worker: Reference, tmp_path: Path
) -> None:
    """Replicates that depend on what the first ones gave, on the same workers."""
    from vraem.experiment.store import Store

    tasks = list(plan(experiment))
    seen: list[int] = []

    def more(store: Store):  # type: ignore[no-untyped-def]
        done = len(store.runs())
        seen.append(done)
        return tasks[: min(done // 3 + 4, 12)]

    report = sweep(experiment, tasks[:4], tmp_path / "store", workers=2, more=more)
    assert report.done == 36
    assert sorted(set(seen)) == [12, 24, 36]
    assert digests(tmp_path / "store") == one_worker[2]
