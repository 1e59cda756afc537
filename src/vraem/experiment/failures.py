"""Runs that failed: what is said of them, as rows beside those that finished."""

from __future__ import annotations

import traceback
from pathlib import Path

from vraem.experiment.limits import TimeLimitExceeded
from vraem.experiment.types import Run, RunRecord

MESSAGE_LENGTH = 2_000
TRACEBACK_LENGTH = 20_000
TIME_LIMIT = "TimeLimitExceeded"
WORKER_DIED = "WorkerDied"


class WorkerDied(Exception):
    """A worker process ended in the middle of its task.

    ``hung`` says that its time was up, ``stack`` where it stood then.
    """

    def __init__(self, reason: str, hung: bool = False, stack: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hung = hung
        self.stack = stack


class WorkerNotStarted(WorkerDied):
    """A worker process ended before it could take a task: nothing that the task is to blame for."""


def failed(run: Run, error: BaseException, limit: float | None, seconds: float) -> RunRecord:
    """The record of a run that raised `error`, with the frames inside this package and what it called."""
    if isinstance(error, TimeLimitExceeded):
        said = time_limit_message(limit)
    else:
        said = f"{type(error).__name__}: {error}"
    frames = "".join(traceback.format_exception(error))
    return _record(run, said, frames, seconds)


def died(run: Run, death: WorkerDied, limit: float | None) -> RunRecord:
    """The record of a run whose worker died each time."""
    if death.hung:
        return _record(run, time_limit_message(limit), death.stack, 0.0)
    return _record(run, f"{WORKER_DIED}: {death.reason}", death.stack, 0.0)


def time_limit_message(limit: float | None) -> str:
    """What is said of a run that was too slow."""
    return (
        f"{TIME_LIMIT}: took longer than {limit:g} s" if limit is not None else f"{TIME_LIMIT}: took too long"
    )


def _record(run: Run, said: str, frames: str, seconds: float) -> RunRecord:
    return RunRecord(
        run=run,
        status="failed",
        scalars={},
        series=None,
        dates=None,
        seconds=seconds,
        weeks_run=0,
        error=said[:MESSAGE_LENGTH],
        traceback=_without_folders(frames)[-TRACEBACK_LENGTH:],
    )


def _without_folders(text: str) -> str:
    """Stack frames with paths from the package's own folder on: equal on every machine, and nobody's home."""
    root = str(Path(__file__).resolve().parents[2])
    return text.replace(root + "/", "").replace(root + "\\", "")
