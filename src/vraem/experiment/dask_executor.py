"""A Dask cluster as the executor of a sweep (extra ``cluster``)."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from vraem.experiment import worker
from vraem.experiment.executors import SweepExecutor
from vraem.experiment.failures import WorkerDied


class DaskExecutor(SweepExecutor):
    """A running Dask cluster (extra ``cluster``); its scheduler moves the tasks of a lost worker to another.

    Parameters
    ----------
    address
        Of the scheduler (``tcp://host:8786``), or a scheduler file (``*.json``).

    """

    TASKS_PER_THREAD = 2
    LOOK_SECONDS = 2.0
    CONNECT_SECONDS = 30

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise DaskError('--dask needs the extra "cluster": pip install "vraem[cluster]"') from None
        where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
        try:
            self._client = Client(**where, timeout=self.CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise DaskError(f"--dask {address}: no Dask scheduler answers there ({error})") from None
        self._executor = self._client.get_executor(pure=False)
        self._capacity, self._looked = 1, -self.LOOK_SECONDS
        self._lock = threading.Lock()

    @property
    def capacity(self) -> int:
        """Two tasks a thread, so that none waits for the network; workers may come and go."""
        now = time.monotonic()
        with self._lock:
            if now - self._looked >= self.LOOK_SECONDS:
                threads = sum(self._client.nthreads().values())
                self._capacity, self._looked = max(1, threads * self.TASKS_PER_THREAD), now
            return self._capacity

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to the cluster."""
        from distributed import KilledWorker

        inner = self._executor.submit(fn, *args, **kwargs)
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()

        def pass_on(done: Future[Any]) -> None:
            if done.cancelled():
                outer.set_exception(WorkerDied("the cluster dropped the task"))
            elif isinstance(error := done.exception(), KilledWorker):
                outer.set_exception(WorkerDied("each worker that tried died; out of memory, or hung?"))
            elif error is not None:
                outer.set_exception(error)
            else:
                outer.set_result(done.result())

        inner.add_done_callback(pass_on)
        return outer

    def on_every_worker(self, function: Callable[[str], Any], sweep: str) -> list[Any]:
        """As ``SweepExecutor``."""
        if not self._client.nthreads():
            return []
        answers = self._client.run(function, sweep, on_error="return")
        return list(answers.values())

    def interrupt(self, sweep: str) -> None:
        """Give up what runs; what has not begun comes back at once."""
        if self._client.nthreads():
            self._client.run(worker.interrupt, sweep, on_error="ignore")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on living."""
        with contextlib.suppress(Exception):
            self._executor.shutdown(wait=False)
        self._client.close()


class DaskError(Exception):
    """A cluster that cannot be used; its text is one line."""
