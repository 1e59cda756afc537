"""What every pool of local processes needs: how many there should be, and an end when the parent has ended."""

import contextlib
import os
import threading
from collections.abc import Callable
from multiprocessing import parent_process


def default_workers() -> int:
    """As many workers as this process may use cores."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def end_with_parent(farewell: Callable[[], None] | None = None) -> None:
    """Let this process end when its parent has ended, however that came about, after a call of `farewell` if given.

    An initialiser of pools: without it a process whose parent is killed waits for work for ever. Does nothing in a
    process that has no parent of its own making.
    """
    threading.Thread(target=_follow, args=(farewell,), daemon=True).start()


def _follow(farewell: Callable[[], None] | None) -> None:
    parent = parent_process()
    if parent is None:
        return
    parent.join()
    with contextlib.suppress(Exception):
        if farewell is not None:
            farewell()
    os._exit(1)
