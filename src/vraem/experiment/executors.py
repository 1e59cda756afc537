"""Executors of a sweep: one interface, that of ``concurrent.futures``; here over local processes.

They survive the loss of a worker. A future whose worker died raises ``WorkerDied``; the next task finds a new one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from vraem.engine import refuse_own_schedule
from vraem.experiment import limits, worker
from vraem.experiment.failures import WorkerDied, WorkerNotStarted

START_SECONDS = 60.0
"""Time that a new worker has to get ready, on top of what its task may take."""
QUIT_SECONDS = 5.0
FLUSH_SECONDS = 60.0


class SweepExecutor(Executor, ABC):
    """What a sweep needs of an executor beside ``submit``."""

    @property
    @abstractmethod
    def capacity(self) -> int:
        """How many tasks should be under way at once."""

    @abstractmethod
    def on_every_worker(self, function: Callable[[str], Any], sweep: str) -> list[Any]:
        """``function(sweep)`` on every worker that lives: its answers, or the exceptions it raised."""

    @abstractmethod
    def interrupt(self, sweep: str) -> None:
        """Ask the workers to give up what they run; their futures end soon."""

    def kill_overdue(self) -> None:
        """End workers whose task should have ended long ago."""

    def replace(self, future: Future[Any]) -> None:
        """Give the worker of a finished future its leave once its records are written."""


class LocalExecutor(SweepExecutor):
    """Local processes, each behind a standard pool of one.

    So the death of a process breaks its own pool only and names its task, and a new pool takes the place.

    Parameters
    ----------
    workers
        Number of processes.
    memory
        Bytes that each may take beyond what it has at its start; no limit if None.
    task_seconds
        Longest time of a task, start of the worker excluded; no limit if None.
    scratch
        Where workers write the stack of a run that hung.

    Raises `ValueError` if `engine.SCHEDULE` was replaced in this process.

    """

    def __init__(self, workers: int, memory: int | None, task_seconds: float | None, scratch: Path) -> None:
        refuse_own_schedule()
        self._slots = [_Slot(memory, scratch) for _ in range(workers)]
        self._task_seconds = task_seconds

    @property
    def capacity(self) -> int:
        """One task a worker."""
        return len(self._slots)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to a free worker, started if need be. Raises ``RuntimeError`` if none is free."""
        slot = next((slot for slot in self._slots if slot.is_free), None)
        if slot is None:
            raise RuntimeError("all workers are busy")
        return slot.submit(self._task_seconds, fn, *args, **kwargs)

    def on_every_worker(self, function: Callable[[str], Any], sweep: str) -> list[Any]:
        """As ``SweepExecutor``; workers never started or busy are left out."""
        asked = [slot.submit(FLUSH_SECONDS, function, sweep) for slot in self._slots if slot.is_idle]
        answers: list[Any] = []
        for future in asked:
            try:
                answers.append(future.result(FLUSH_SECONDS))
            except Exception as error:
                answers.append(error)
        return answers

    def interrupt(self, sweep: str) -> None:
        """Send SIGTERM to the busy workers."""
        for slot in self._slots:
            slot.terminate()

    def kill_overdue(self) -> None:
        """Kill workers that are past their time, whatever they do."""
        for slot in self._slots:
            slot.kill_if_overdue()

    def replace(self, future: Future[Any]) -> None:
        """Let the worker of `future` go."""
        for slot in self._slots:
            if slot.future is future:
                slot.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End every worker, whatever it does; none is left behind."""
        for slot in self._slots:
            slot.dismiss()
        for slot in self._slots:
            slot.close()


class _Worker(NamedTuple):
    """A worker process and the pool of one that it lives in; ``ready`` ends when it has started."""

    pool: ProcessPoolExecutor
    process: BaseProcess
    ready: Future[int]


class _Slot:
    """One place for a worker process."""

    def __init__(self, memory: int | None, scratch: Path) -> None:
        self._memory = memory
        self._scratch = scratch
        self._worker: _Worker | None = None
        self._deadline: float | None = None
        self.future: Future[Any] | None = None

    @property
    def is_free(self) -> bool:
        return self.future is None or self.future.done()

    @property
    def is_idle(self) -> bool:
        return self._worker is not None and self.is_free

    def submit(
        self, seconds: float | None, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        if self._worker is not None and not self._worker.process.is_alive():
            self.close()
        if self._worker is None:
            self._worker = self._start()
        at = self._worker
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()
        self.future = outer
        self._deadline = None if seconds is None else time.monotonic() + seconds + START_SECONDS
        try:
            inner = at.pool.submit(fn, *args, **kwargs)
        except BrokenProcessPool:  # it died between two tasks
            outer.set_exception(self._death(at))
        else:
            inner.add_done_callback(lambda done: self._pass_on(done, outer, at))
        return outer

    def terminate(self) -> None:
        if self._worker is not None and not self.is_free and self._worker.process.is_alive():
            self._worker.process.terminate()

    def kill_if_overdue(self) -> None:
        if self._is_late() and not self.is_free and self._worker is not None:
            self._worker.process.kill()

    def dismiss(self) -> None:
        """Let the process go once it has nothing to do, without waiting for it."""
        if self._worker is not None:
            self._worker.pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the process."""
        if self._worker is None:
            return
        pool, process, _ = self._worker
        self._worker = None
        pool.shutdown(wait=False, cancel_futures=True)
        process.join(QUIT_SECONDS if self.is_free else 0.0)
        if process.is_alive():
            process.kill()
            process.join()

    def _start(self) -> _Worker:
        before = set(multiprocessing.active_children())
        with limits.environment(limits.one_thread_each()):
            # spawned, not forked: the caller may have threads (notebooks, progress bars)
            pool = ProcessPoolExecutor(
                1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=worker.start_worker,
                initargs=(self._memory,),
            )
            ready = pool.submit(worker.greet)
        return _Worker(pool, next(iter(set(multiprocessing.active_children()) - before)), ready)

    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _pass_on(self, inner: Future[Any], outer: Future[Any], at: _Worker) -> None:
        if inner.cancelled():
            outer.set_exception(WorkerDied("the worker was let go"))
            return
        error = inner.exception()
        if isinstance(error, BrokenProcessPool):
            error = self._death(at)
        if error is not None:
            outer.set_exception(error)
        else:
            outer.set_result(inner.result())

    def _death(self, at: _Worker) -> WorkerDied:
        at.process.join(QUIT_SECONDS)
        if not at.ready.done() or at.ready.exception() is not None:
            return WorkerNotStarted("a worker process ended before it was ready")
        stack = self._stack(at.process.pid)
        return WorkerDied(_how_it_ended(at.process.exitcode), self._is_late() or bool(stack), stack)

    def _stack(self, process: int | None) -> str:
        """What the watchdog wrote before it ended the process."""
        path = worker.hang_file(self._scratch, process)
        with contextlib.suppress(OSError):
            return path.read_text(encoding="utf-8", errors="replace")
        return ""


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            likely = "; out of memory?" if name == "SIGKILL" else ""
            return f"the worker process was ended by {name}{likely}"
    return f"the worker process ended with status {code}"
