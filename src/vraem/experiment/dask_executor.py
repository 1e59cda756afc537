"""A Dask cluster as the executor of a sweep (extra ``cluster``)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

from vraem.experiment import worker
from vraem.experiment.dispatch import SweepError
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
            raise SweepError('--dask needs the extra "cluster": pip install "vraem[cluster]"') from None
        where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
        try:
            self._client = Client(**where, timeout=self.CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise SweepError(f"--dask {address}: no Dask scheduler answers there ({error})") from None
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
        inner = self._client.submit(fn, *args, pure=False, **kwargs)
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()
        # Not the client's own executor: its futures never end if an answer is lost with its worker and the
        # second try fails.
        loop = self._client.loop
        assert loop is not None
        loop.add_callback(self._pass_on, inner, outer)
        return outer

    async def _pass_on(self, inner: Any, outer: Future[Any]) -> None:
        """Wait for an answer of the cluster and hand it on, whatever it is."""
        from distributed import KilledWorker

        try:
            answer = await self._client.gather(inner, asynchronous=True)
        except KilledWorker:
            outer.set_exception(WorkerDied("each worker that tried died; out of memory, or hung?"))
        except (asyncio.CancelledError, CancelledError):
            outer.set_exception(WorkerDied("the cluster dropped the task"))
        except BaseException as error:
            outer.set_exception(error)
        else:
            outer.set_result(answer)

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
        self._client.close()
