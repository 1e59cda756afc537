"""Limits on time and memory hold wherever a run hangs."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from vraem.experiment import limits
from vraem.experiment.limits import TimeLimitExceeded, environment, memory_share, time_limit

CODE = """
import itertools, sys
from vraem.experiment import limits
limits.WATCHDOG_GRACE = 0.3
with limits.time_limit(0.2, sys.stderr):
    sum(itertools.repeat(0))
"""

EATER = """
import numpy
from vraem.experiment.limits import limit_memory
limit_memory(100 * 2**20)
kept = [numpy.ones(2**20)]
print("eight megabytes are fine", flush=True)
try:
    kept.append(numpy.ones(2**25))
except MemoryError:
    print("two hundred and fifty-six are not")
"""


def spin(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def alarm() -> float:
    """Seconds until the alarm rings, 0 if none is set."""
    return signal.getitimer(signal.ITIMER_REAL)[0]


def test_a_fast_block_passes_and_leaves_no_alarm() -> None:
    with time_limit(0.2):
        assert alarm() > 0.0
    assert alarm() == 0.0
    spin(0.4)


def test_no_limit_is_none() -> None:
    with time_limit(None):
        assert alarm() == 0.0


def test_a_slow_block_is_stopped_even_if_it_sleeps() -> None:
    awake = []

    def sleep() -> None:
        time.sleep(5)
        awake.append(True)

    with pytest.raises(TimeLimitExceeded), time_limit(0.2):
        sleep()
    assert not awake


def test_a_block_that_swallows_exceptions_is_stopped() -> None:
    """Models catch ``Exception``; the limit is none."""

    def stubborn() -> None:
        while True:
            try:
                spin(0.01)
            except Exception:
                continue

    with pytest.raises(TimeLimitExceeded), time_limit(0.2):
        stubborn()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_block_in_which_the_alarm_went_unheard_has_taken_too_long_all_the_same() -> None:
    """Python drops what a finaliser raises; a block that ends before the second alarm is over its limit too."""

    class Finalised:
        def __del__(self) -> None:
            spin(0.3)

    left = []

    def deaf() -> None:
        thing = Finalised()
        del thing
        left.append(True)

    with pytest.raises(TimeLimitExceeded), time_limit(0.1):
        deaf()
    assert left
    assert alarm() == 0.0


def test_a_slow_block_in_another_thread_is_stopped() -> None:
    """As on a Dask worker, where no alarm can be set."""

    def slow() -> str:
        try:
            with time_limit(0.2):
                spin(10)
        except TimeLimitExceeded:
            return "stopped"
        return "finished"

    def fast() -> str:
        with time_limit(0.2):
            pass
        spin(0.5)
        return "left alone"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(slow).result(5) == "stopped"
        assert pool.submit(fast).result(5) == "left alone"


def test_the_watchdog_ends_a_process_that_hangs_in_compiled_code_and_says_where() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert 'File "<string>", line 6' in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is that of Linux")
def test_memory_beyond_the_share_is_an_error() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", EATER], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.stdout.splitlines() == ["eight megabytes are fine", "two hundred and fifty-six are not"]


def test_workers_share_the_memory_of_the_machine() -> None:
    one, four = memory_share(1), memory_share(4)
    assert one is None or (four is not None and four == one // 4)


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with environment(limits.one_thread_each()):
        assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_an_exception_meant_for_a_thread_can_be_taken_back() -> None:
    assert waits_for(lambda thread: limits.raise_in(thread, limits.Interrupted)) == "interrupted"

    def ask_and_take_back(thread: int) -> None:
        limits.raise_in(thread, limits.Interrupted)
        limits.take_back(thread)

    assert waits_for(ask_and_take_back) == "went on"


def test_where_nothing_was_asked_python_is_not_told_to_take_it_back() -> None:
    """It would look for an exception at every step from then on: slower, and under a tracer for ever."""
    code = (
        "import sys, threading\n"
        "from vraem.experiment import limits\n"
        "sys.settrace(lambda *_: None)\n"
        "limits.take_back(threading.get_ident())\n"
        "print(sum(1 for _ in range(10)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "10\n"


def waits_for(do: Callable[[int], None]) -> str:
    """What becomes of a thread that waits while something is done to it."""
    ready, go, said = threading.Event(), threading.Event(), []

    def wait() -> None:
        try:
            ready.set()
            go.wait()
            said.append("went on")
        except limits.Interrupted:
            said.append("interrupted")

    thread = threading.Thread(target=wait)
    thread.start()
    ready.wait()
    time.sleep(0.1)  # it waits in compiled code now, where no exception arrives
    do(thread.ident or 0)
    go.set()
    thread.join()
    return said[0]
