"""What a worker process does: run tasks, keep their records until they are worth a file, obey limits.

The same functions serve local processes and Dask. A worker holds nothing that matters for long: what it has finished
is on disk within seconds to minutes, and whoever sends the tasks sends those again that never got there.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, TypeVar

from vraem.experiment import failures, limits
from vraem.experiment.local_processes import end_with_parent
from vraem.experiment.outcomes import measure
from vraem.experiment.part_files import PartWriter
from vraem.experiment.rows import Columns
from vraem.experiment.types import Run, RunRecord
from vraem.observe import RunResult, run
from vraem.observe.shared import run_together
from vraem.valley import load as load_valley

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment

Result = TypeVar("Result")


@dataclass(frozen=True)
class Job:
    """What is sent to a worker: runs of one task, and the sweep they belong to (pickled once for all)."""

    number: int
    runs: tuple[Run, ...]
    sweep: str
    settings: bytes


@dataclass(frozen=True)
class Settings:
    """What a worker must know of a sweep.

    ``scratch``: a folder of this machine where the watchdog writes the stack of a run that hung; None without.
    """

    experiment: Experiment
    directory: Path
    scratch: Path | None


@dataclass(frozen=True)
class Outcome:
    """What a worker answers.

    ``written`` has the numbers of the jobs whose records are on disk since the last answer; ``left`` the runs that were
    given up because the worker was asked to stop; ``worn`` says that the worker should be replaced.
    """

    written: tuple[int, ...]
    done: int = 0
    failed: int = 0
    weeks: int = 0
    weeks_run: int = 0
    left: tuple[Run, ...] = ()
    worn: bool = False


class Session:
    """One sweep as a worker sees it."""

    def __init__(self, settings: Settings) -> None:
        self.experiment = settings.experiment
        self.writer = PartWriter(settings.directory, Columns.of(settings.experiment))
        self.valley = load_valley()
        self.writing = threading.RLock()
        self.running = threading.Lock()
        self.waiting: list[int] = []
        path = hang_file(settings.scratch) if settings.scratch is not None else os.devnull
        self.dump: IO[str] = open(path, "w", encoding="utf-8")  # noqa: SIM115 - open as long as the session

    def flush(self) -> tuple[int, ...]:
        """Write what waits; the numbers of the jobs that it belongs to."""
        with self.writing:
            self.writer.flush()
            written, self.waiting = tuple(self.waiting), []
        return written


_SESSIONS: dict[str, Session] = {}
_OPENING = threading.Lock()
_STOP = threading.Event()
_STOPPED: set[str] = set()
_RUNNING_THREADS: set[int] = set()


def hang_file(scratch: Path, process: int | None = None) -> Path:
    """Where the stack of a run that hung is written by a process, this one if None."""
    return scratch / f"hang-{process or os.getpid()}.txt"


def start_worker(memory: int | None) -> None:
    """Prepare a local worker process: signals, limits, and an end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent decides
    signal.signal(signal.SIGTERM, _on_terminate)
    import pyarrow as pa
    import pyarrow.parquet

    pa.set_cpu_count(1)
    end_with_parent(_keep_what_is_finished)
    limits.limit_memory(memory)


def _on_terminate(_number: int, _frame: FrameType | None) -> None:
    _STOP.set()
    if _RUNNING_THREADS:
        raise limits.Interrupted


def _keep_what_is_finished() -> None:
    for session in _SESSIONS.values():
        with contextlib.suppress(Exception):
            session.flush()


def greet() -> int:
    """The process's number: says that the worker is ready."""
    return os.getpid()


def work(job: Job) -> Outcome:
    """Run the runs of a job, shared past and all, and keep their records. Raises ``StoreError``."""
    session = _session(job.sweep, job.settings)
    with session.running:  # Dask may give a process several threads
        records: list[RunRecord] = []
        stopped = job.sweep in _STOPPED or _collect(session, job.runs, records)
        with session.writing:
            for record in records:
                session.writer.add(record)
            ended = {id(record.run) for record in records}
            left = tuple(run for run in job.runs if id(run) not in ended)
            if not left:
                session.waiting.append(job.number)
            worn = any((record.error or "").startswith("MemoryError") for record in records)
            written = session.flush() if stopped or worn or session.writer.is_due else ()
        done = [record for record in records if record.status == "done"]
        return Outcome(
            written=written,
            done=len(done),
            failed=len(records) - len(done),
            weeks=sum(len(record.dates) for record in done if record.dates is not None),
            weeks_run=sum(record.weeks_run for record in done),
            left=left,
            worn=worn,
        )


def flush(sweep: str) -> Outcome | None:
    """Write what waits; None if this process had no part in the sweep. Raises ``StoreError``."""
    session = _SESSIONS.get(sweep)
    if session is None:
        return None
    return Outcome(session.flush())


def close(sweep: str) -> None:
    """Forget a sweep whose records are written."""
    session = _SESSIONS.pop(sweep, None)
    if session is not None:
        session.dump.close()


def interrupt(sweep: str) -> None:
    """Give up what other threads of this process run of a sweep (where no signal can be sent: Dask)."""
    _STOPPED.add(sweep)
    for thread in list(_RUNNING_THREADS):
        limits.raise_in(thread, limits.Interrupted)


def _session(sweep: str, settings: bytes) -> Session:
    with _OPENING:
        if sweep not in _SESSIONS:
            _SESSIONS[sweep] = Session(pickle.loads(settings))
        return _SESSIONS[sweep]


def _collect(session: Session, runs: Sequence[Run], records: list[RunRecord]) -> bool:
    """Put the records of `runs` into `records`; True if asked to stop before all were there."""
    thread = threading.get_ident()
    try:
        _RUNNING_THREADS.add(thread)
        if _STOP.is_set():
            return True
        records.extend(_records(session, runs))  # keeps what came before an exception
    except limits.Interrupted:
        return True
    finally:
        _RUNNING_THREADS.discard(thread)
        limits.take_back(thread)  # a request that came too late
    return False


def _records(session: Session, runs: Sequence[Run]) -> Iterator[RunRecord]:
    """Records of runs that may share their past; if that fails, of each run alone, to see which is to blame."""
    shared = _together(session, runs) if len(runs) > 1 else None
    if shared is not None:
        yield from shared
        return
    for one in runs:
        yield _alone(session, one)


def _together(session: Session, runs: Sequence[Run]) -> list[RunRecord] | None:
    """Records of runs with the past they share run once, or None if anything goes wrong."""
    experiment = session.experiment
    if len({one.seed for one in runs}) > 1:
        return None
    limit = experiment.time_limit

    def simulate() -> list[RunRecord]:
        scenarios = [experiment.scenario(one) for one in runs]
        answers = run_together(scenarios, seed=runs[0].seed, valley=session.valley)
        return [
            _finished(experiment, one, answer.result, answer.weeks_run, answer.result.seconds)
            for one, answer in zip(runs, answers, strict=True)
        ]

    try:
        return _limited(session, limit and limit * len(runs), simulate)
    except (Exception, limits.TimeLimitExceeded):
        return None


def _alone(session: Session, one: Run) -> RunRecord:
    """The record of one run, finished or failed."""
    experiment = session.experiment
    began = time.perf_counter()

    def simulate() -> RunRecord:
        result = run(experiment.scenario(one), seed=one.seed, valley=session.valley)
        return _finished(experiment, one, result, len(result.dates), time.perf_counter() - began)

    try:
        return _limited(session, experiment.time_limit, simulate)
    except (Exception, limits.TimeLimitExceeded) as error:
        return failures.failed(one, error, experiment.time_limit, time.perf_counter() - began)


def _limited(session: Session, seconds: float | None, simulate: Callable[[], Result]) -> Result:
    with limits.time_limit(seconds, session.dump):
        return simulate()


def _finished(
    experiment: Experiment, one: Run, result: RunResult, weeks_run: int, seconds: float
) -> RunRecord:
    return RunRecord(
        run=one,
        status="done",
        scalars=measure(experiment, result),
        series=result.series if experiment.keeps_series(one) else None,
        dates=result.dates,
        seconds=seconds,
        weeks_run=weeks_run,
    )
