"""Limits on a run: time, enforced twice, and memory of the worker that holds it.

A run that is too slow is first stopped in Python: by an alarm in a worker's main thread, elsewhere by an
exception raised in the thread. One that hangs in compiled code hears neither, so a watchdog, a C thread that needs
no interpreter, writes where the run stands and ends the process a little later.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO, Any

WATCHDOG_GRACE = 3.0
"""Seconds between the time limit and the watchdog that ends the process."""
REPEAT = 1.0
"""Seconds after which the alarm rings again, for code that swallows the first."""


class TimeLimitExceeded(BaseException):
    """A run took longer than its limit. No ``Exception``: models catch those."""


class Interrupted(BaseException):
    """The sweep stops; the run under way is given up."""


@contextlib.contextmanager
def time_limit(seconds: float | None, dump: IO[str] | None = None) -> Iterator[None]:
    """Raise ``TimeLimitExceeded`` in the block once it has taken longer than `seconds`; no limit if None.

    `dump`, an open file (stderr if None), gets the stack of a block that did not react, before the watchdog ends
    the process.
    """
    if seconds is None:
        yield
        return
    guard = _alarm if _has_alarm() else _raise_in_thread
    faulthandler.dump_traceback_later(seconds + WATCHDOG_GRACE, exit=True, file=dump or sys.stderr)
    try:
        with guard(seconds):
            yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _has_alarm() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    armed, rang = True, False

    def ring(_number: int, _frame: FrameType | None) -> None:
        nonlocal rang
        rang = True
        if armed:
            raise TimeLimitExceeded

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
    try:
        try:
            yield
        finally:
            armed = False
        if rang:  # in code that swallows exceptions, such as a callback of the garbage collector
            raise TimeLimitExceeded
    finally:  # also after an alarm that rang on the way out
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _raise_in_thread(seconds: float) -> Iterator[None]:
    thread = threading.get_ident()
    timer = threading.Timer(seconds, raise_in, args=(thread, TimeLimitExceeded))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        take_back(thread)  # an exception that has not arrived yet


_ASKED: set[int] = set()
"""Threads in which an exception was to be raised and not taken back."""


def raise_in(thread: int, exception: type[BaseException]) -> None:
    """Have `exception` raised in another thread of this process at its next step in Python."""
    _ASKED.add(thread)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))


def take_back(thread: int) -> None:
    """Take back what `raise_in` asked of a thread, if that has not arrived yet.

    Python is only told if something was asked: before 3.13 it looks for an exception at every step from then on, which
    makes runs 4 per cent slower, and a program under a tracer hang.
    """
    if thread in _ASKED:
        _ASKED.discard(thread)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)


def limit_memory(extra: int | None) -> None:
    """Let this process map at most `extra` bytes more than it does now; more raises ``MemoryError``.

    Does nothing where the system has no such limit.
    """
    if extra is None:
        return
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        return
    allowed = pages * os.sysconf("SC_PAGE_SIZE") + extra
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        allowed = min(allowed, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))


def memory_share(workers: int) -> int | None:
    """Bytes of memory that one of `workers` may take: its part of the machine's or the control group's."""
    sizes = [size for size in (_physical_memory(), _group_memory()) if size]
    return min(sizes) // max(workers, 1) if sizes else None


def _physical_memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _group_memory() -> int | None:
    for place in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            return int(Path(place).read_text(encoding="ascii"))
    return None


def one_thread_each() -> dict[str, str]:
    """Settings of the environment that keep a worker's numerical libraries to one thread."""
    names = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")
    return {f"{name}_NUM_THREADS": "1" for name in names}


@contextlib.contextmanager
def environment(settings: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment for processes started in the block, then put back what was there."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
