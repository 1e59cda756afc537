"""The sweep: hands tasks to workers, sees to it that each run ends up in the store once, survives what fails.

The store is the only record. What a worker has finished but not yet written is remembered here until the worker says
that it is on disk; if the worker is lost before, its tasks are sent again. A task whose worker died is sent once
more, then its runs one by one, then they are failures.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vraem.experiment import failures, limits, worker
from vraem.experiment.executors import LocalExecutor, SweepExecutor, default_workers
from vraem.experiment.interrupts import stop_on_signals
from vraem.experiment.part_files import PartWriter, StoreError
from vraem.experiment.rows import key_of
from vraem.experiment.store import Store
from vraem.experiment.sweep_report import SweepProgress, SweepReport
from vraem.experiment.unfinished import Unfinished, Work, remaining, shard_of

if TYPE_CHECKING:
    from vraem.experiment.rows import Key
    from vraem.experiment.types import Experiment, Run, Task

__all__ = ["Store", "StoreError", "SweepError", "SweepProgress", "SweepReport", "sweep"]

Shard = tuple[int, int]
More = Callable[[Store], Iterable["Task"]]

TICK = 0.2
"""Seconds between looks at the request to stop."""
PROGRESS_SECONDS = 0.1
GIVE_UP_SECONDS = 10.0
"""Time that workers have to give up what they run."""
TRIES = 2
STARTS = 5
"""Workers in a row that may end before they are ready, until the sweep gives up."""


class SweepError(Exception):
    """A sweep that cannot go on; its text is one line that says what to do."""


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
        Called with a ``SweepProgress`` several times a second at most.
    stop
        Ends the sweep in good order when set. If None, Ctrl-C and SIGTERM do (from the main thread).
    retry_failed
        Try again what failed in an earlier sweep.
    more
        Called when all is done and written; what it gives is run too, until it gives nothing new.
    total
        Runs in all, those done before included, for the time left; that of the stored plan if None.
    memory_limit
        Bytes that a local worker may take beyond what it has at its start; its share of the machine if None.

    Raises
    ------
    StoreError
        If the folder cannot be written to or holds something else. What was written stays.
    SweepError
        If workers cannot be started, or no Dask cluster answers.

    """
    store = Store.create(directory, experiment)
    with contextlib.ExitStack() as stack:
        # A signal becomes a request to stop only if nobody else has taken charge of stopping.
        event = stop if stop is not None else stack.enter_context(stop_on_signals())
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vraem-")))
        settings = worker.Settings(experiment, store.directory.resolve(), None if dask else scratch)
        executor = _executor(experiment, workers, dask, memory_limit, scratch)
        stack.callback(executor.shutdown)
        running = _Sweep(store, executor, settings, event, progress, fail_fast)
        running.total = total if total is not None or shard is not None else store.status().planned
        return running.run(tasks, shard, more, retry_failed)


def _executor(
    experiment: Experiment, workers: int | None, dask: str | None, memory: int | None, scratch: Path
) -> SweepExecutor:
    if dask is not None:
        from vraem.experiment.dask_executor import DaskError, DaskExecutor

        try:
            return DaskExecutor(dask)
        except DaskError as error:
            raise SweepError(str(error)) from None
    count = workers if workers is not None else default_workers()
    if count < 1:
        raise SweepError(f"--workers: got {count}, expected a whole number of 1 or more")
    share = memory if memory is not None else limits.memory_share(count)
    limit = experiment.time_limit
    # A task is tried with its past shared, then run by run; the watchdog ends each try before this time is up.
    tries = 2 * len(experiment.arms)
    seconds = None if limit is None else tries * (limit + limits.WATCHDOG_GRACE)
    return LocalExecutor(count, share, seconds, scratch)


@dataclass
class _Counts:
    done: int = 0
    failed: int = 0
    skipped: int = 0
    failed_before: int = 0
    left: int = 0
    weeks: int = 0
    weeks_run: int = 0


class _Sweep:
    """One sweep under way."""

    def __init__(
        self,
        store: Store,
        executor: SweepExecutor,
        settings: worker.Settings,
        stop: threading.Event,
        progress: Callable[[SweepProgress], None] | None,
        fail_fast: bool,
    ) -> None:
        self.total: int | None = None
        self._store = store
        self._executor = executor
        self._limit = settings.experiment.time_limit
        self._settings = pickle.dumps(settings, protocol=pickle.HIGHEST_PROTOCOL)
        self._stop = stop
        self._progress = progress
        self._fail_fast = fail_fast
        self._name = uuid.uuid4().hex
        self._own = PartWriter(store.directory, store.columns)
        self._again: deque[Work] = deque()
        self._under_way: dict[Future[worker.Outcome], tuple[int, Work]] = {}
        self._unfinished = Unfinished()
        self._counts = _Counts()
        self._number = 0
        self._not_started = 0
        self._began = self._told = time.monotonic()

    def run(
        self, tasks: Iterable[Task], shard: Shard | None, more: More | None, retry_failed: bool
    ) -> SweepReport:
        """Run what is to be run and report."""
        done = self._store.done_keys()
        failed = set() if retry_failed else self._store.failed_keys()
        source = self._source(tasks, shard, done, failed)
        while self._drain(source):
            added = list(more(self._store)) if more is not None else []
            self._store.extend_plan(self._settings_experiment, added)
            done, failed = self._store.done_keys(), self._store.failed_keys()
            ...
        return self._report(source, shard)
