"""A Dask cluster as the executor of a sweep (extra ``cluster``)."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vraem.experiment import worker
from vraem.experiment.dispatch import SweepError
from vraem.experiment.executors import SweepExecutor
from vraem.experiment.extras import install
from vraem.experiment.failures import WorkerDied

KNOCK_SECONDS = 10.0
_ADDRESS = re.compile(r"(?:(?:tcp|tls)://)?(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})")


def require_scheduler(address: str) -> None:
    """Raise ``SweepError`` if Dask is not there or no scheduler answers at an address, before a client waits for it.

    A scheduler file must be there; an address of another kind (``inproc://``) passes.
    """
    if find_spec("distributed") is None:
        raise SweepError(f'--dask needs the extra "cluster": {install("cluster")}')
    if address.endswith(".json"):
        try:
            where = str(json.loads(Path(address).read_text(encoding="utf-8"))["address"])
        except OSError as error:
            raise SweepError(f"--dask {address}: cannot be read ({error.strerror or error})") from None
        except (ValueError, RecursionError, KeyError, TypeError):
            raise SweepError(f"--dask {address}: is no scheduler file of Dask") from None
        if found := _ADDRESS.fullmatch(where):
            _knock(found, address)
        return
    if "://" in address and not address.startswith(("tcp://", "tls://")):
        return
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found["port"]) < 2**16:
        raise SweepError(
            f"--dask {address}: expected HOST:PORT, such as tcp://10.0.0.1:8786, or a scheduler file (*.json)"
        )
    _knock(found, address)


def _knock(found: re.Match[str], said: str) -> None:
    """Ask at an address whether a scheduler is there; `said` is how it was given. Raises ``SweepError``."""
    address = found.string
    try:
        socket.create_connection((found["host"].strip("[]"), int(found["port"])), KNOCK_SECONDS).close()
        if not address.startswith("tls://"):
            asyncio.run(asyncio.wait_for(_identity(address), KNOCK_SECONDS))
    except Exception as error:  # of any kind: what is none may answer anything
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SweepError(f"--dask {said}: no Dask scheduler answers there ({reason})") from None


async def _identity(address: str) -> None:
    """Ask a scheduler who it is: what is none does not answer, and a client would wait for it long."""
    from distributed import rpc

    async with rpc(address) as scheduler:
        await scheduler.identity()


class DaskExecutor(SweepExecutor):
    """A running Dask cluster (extra ``cluster``); its scheduler moves the tasks of a lost worker to another.

    Parameters
    ----------
    address
        Of a scheduler that answers (`require_scheduler`): ``tcp://host:8786``, or a scheduler file (``*.json``).

    """

    TASKS_PER_THREAD = 2
    LOOK_SECONDS = 2.0
    CONNECT_SECONDS = 30

    def __init__(self, address: str) -> None:
        from distributed import Client

        where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
        try:
            self._client = Client(**where, timeout=self.CONNECT_SECONDS, set_as_default=False)
        except Exception as error:  # of any kind, as above
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise SweepError(f"--dask {address}: no Dask scheduler answers there ({reason})") from None
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
