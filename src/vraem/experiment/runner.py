"""``sweep``: the runs of an experiment that its store does not have yet, on local processes or a Dask cluster."""

from __future__ import annotations

import contextlib
import pickle
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vraem.experiment import limits, worker
from vraem.experiment.dispatch import Counts, Dispatcher, SweepError, Work
from vraem.experiment.executors import LocalExecutor, SweepExecutor
from vraem.experiment.interrupts import stop_on_signals
from vraem.experiment.local_processes import default_workers
from vraem.experiment.part_files import PartWriter, StoreError
from vraem.experiment.part_reading import keys_of
from vraem.experiment.plan import plan_table, run_count, task_keys
from vraem.experiment.rows import Key, key_of
from vraem.experiment.shards import Shard, shard_keys
from vraem.experiment.store import Store
from vraem.experiment.sweep_report import SweepProgress, SweepReport

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment, Task

__all__ = ["Store", "StoreError", "SweepError", "SweepProgress", "SweepReport", "sweep"]

More = Callable[[Store], Iterable["Task"]]

PROGRESS_SECONDS = 0.1


def sweep(
    experiment: Experiment,
    tasks: Iterable[Task],
    directory: Path | str,
    *,
    workers: int | None = None,
    dask: str | None = None,
    shard: Shard | None = None,
    fail_fast: bool = False,
    progress: Callable[[SweepProgress], None] | None = None,
    stop: threading.Event | None = None,
    retry_failed: bool = False,
    missing_series: bool = False,
    more: More | None = None,
    total: int | None = None,
    memory_limit: int | None = None,
) -> SweepReport:
    """Run the tasks of an experiment that its store does not have yet; call again to go on after a stop.

    Parameters
    ----------
    experiment
        The resolved experiment.
    tasks
        ``plan(experiment)``; taken one by one, so that any number fits in memory.
    directory
        The store, made if missing.
    workers
        Local processes; all cores if None.
    dask
        Address of a Dask scheduler, or its scheduler file, in place of local processes.
    shard
        (I, N): only the I-th of N parts of the tasks, I from 1. Shards may share a folder or be merged later.
    fail_fast
        Stop at the first failure.
    progress
        Called with a ``SweepProgress``, ten times a second at most.
    stop
        Ends the sweep in good order when set. If None, Ctrl-C and SIGTERM do (from the main thread).
    retry_failed
        Try again what failed in an earlier sweep.
    missing_series
        Run again what is done and has no series although they should be kept: its part file was lost.
    more
        Called when all is done and written; what it gives is run too, until it gives nothing new. Adaptive replicates.
    total
        Runs in all, those done before included, for the time left; those that the experiment asks for if None.
    memory_limit
        Bytes that a local worker may take beyond what it has at its start; its share of the machine if None.

    Raises
    ------
    StoreError
        If the folder cannot be written to or holds something else. What was written stays.
    SweepError
        If workers cannot be started, or no Dask cluster answers.

    """
    _check(workers, shard, dask)
    store = Store.create(directory, experiment)
    if (store.planned() or 0) < run_count(experiment):
        store.add_to_plan(plan_table(experiment))
    with contextlib.ExitStack() as stack:
        # A signal becomes a request to stop only if the caller has not taken charge of stopping.
        event = stop if stop is not None else stack.enter_context(stop_on_signals())
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vraem-")))
        executor = _executor(experiment, workers, dask, memory_limit, scratch)
        stack.callback(executor.shutdown)
        dealt = None if shard is None else shard_keys(task_keys(experiment), shard)
        began = _Began(store, dealt, progress, _total(experiment, dealt, total), time.monotonic())

        def should_stop(counts: Counts) -> bool:
            return event.is_set() or (fail_fast and counts.failed > 0)

        settings = worker.Settings(experiment, store.directory.resolve(), None if dask else scratch)
        dispatcher = Dispatcher(
            executor,
            pickle.dumps(settings, protocol=pickle.HIGHEST_PROTOCOL),
            PartWriter(store.directory, store.columns),
            experiment.time_limit,
            should_stop,
            began.tell,
        )
        source = began.remaining(tasks, retry_failed, missing_series)
        dispatcher.drain(source)
        while more is not None and not dispatcher.stopped:
            table = plan_table(experiment, more(store))
            store.add_to_plan(table)
            began.add(keys_of(table))
            if shard is not None:
                began.dealt = shard_keys(table["task"].to_pylist(), shard)
            source = began.remaining(more(store), retry_failed=False, count=False)
            if not dispatcher.drain(source):
                break
        return began.report(dispatcher, source)


def _check(workers: int | None, shard: Shard | None, dask: str | None) -> None:
    if workers is not None and workers < 1:
        raise SweepError(f"workers: got {workers}, expected a whole number of 1 or more")
    if shard is not None and not 1 <= shard[0] <= shard[1]:
        raise SweepError(f"shard: got {shard[0]}/{shard[1]}, expected I/N with I from 1 to N")
    if dask is not None:
        from vraem.experiment.dask_executor import require_scheduler

        require_scheduler(dask)


def _total(experiment: Experiment, dealt: Collection[str] | None, total: int | None) -> int:
    """Runs that this sweep is to do, those done before included."""
    if total is not None:
        return total
    return run_count(experiment) if dealt is None else len(dealt) * len(experiment.arms)


def _executor(
    experiment: Experiment, workers: int | None, dask: str | None, memory: int | None, scratch: Path
) -> SweepExecutor:
    if dask is not None:
        from vraem.experiment.dask_executor import DaskExecutor

        return DaskExecutor(dask)
    count = workers if workers is not None else default_workers()
    share = memory if memory is not None else limits.memory_share(count)
    limit = experiment.time_limit
    # A task is tried with its past shared, then run by run; the watchdog ends each try before this time is up.
    tries = 2 * len(experiment.arms)
    seconds = None if limit is None else tries * (limit + limits.WATCHDOG_GRACE)
    return LocalExecutor(count, share, seconds, scratch)


@dataclass
class _Began:
    """What a sweep knows from its beginning: what was there, what is to be run, whom to tell.

    ``dealt``: keys of the tasks of its shard, None for all.
    """

    store: Store
    dealt: Collection[str] | None
    progress: Callable[[SweepProgress], None] | None
    total: int
    began: float
    skipped: int = 0
    failed_before: int = 0
    told: float = 0.0

    def add(self, keys: Iterable[Key]) -> None:
        """Count runs that came up later."""
        known = self.store.done_keys() | self.store.failed_keys()
        self.total += sum(key not in known for key in keys)

    def remaining(
        self,
        tasks: Iterable[Task],
        retry_failed: bool,
        missing_series: bool = False,
        count: bool = True,
    ) -> Iterator[Work]:
        """What of the tasks is this shard's and not there yet."""
        done = self.store.done_keys()
        if missing_series:
            done -= self.store.without_series()
        failed: Collection[Key] = () if retry_failed else self.store.failed_keys()
        for task in tasks:
            if self.dealt is not None and task.key not in self.dealt:
                continue
            keys = [key_of(run) for run in task.runs]
            if count:
                self.skipped += sum(key in done for key in keys)
                self.failed_before += sum(key in failed for key in keys)
            pairs = zip(task.runs, keys, strict=True)
            runs = tuple(run for run, key in pairs if key not in done and key not in failed)
            if runs:
                yield Work(runs)

    def tell(self, counts: Counts, last: bool = False) -> None:
        """Report how far the sweep is, if it is time to."""
        now = time.monotonic()
        if self.progress is None or (now - self.told < PROGRESS_SECONDS and not last):
            return
        self.told = now
        seconds = now - self.began
        ended = counts.done + counts.failed
        rate = ended / seconds if seconds > 0 else 0.0
        before = self.skipped + self.failed_before
        left = max(self.total - before - ended, 0) / rate if rate else None
        self.progress(SweepProgress(counts.done, counts.failed, before, self.total, seconds, rate, left))

    def report(self, dispatcher: Dispatcher, source: Iterator[Work]) -> SweepReport:
        """What was done; counts what is left if the sweep was stopped."""
        counts = dispatcher.counts
        stopped = dispatcher.stopped
        left = dispatcher.left() + sum(len(work.runs) for work in source) if stopped else 0
        self.tell(counts, last=True)
        return SweepReport(
            directory=self.store.directory,
            done=counts.done,
            failed=counts.failed,
            skipped=self.skipped,
            failed_before=self.failed_before,
            left=left,
            seconds=time.monotonic() - self.began,
            weeks=counts.weeks,
            weeks_run=counts.weeks_run,
            interrupted=stopped and left > 0,
        )
