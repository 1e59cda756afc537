"""Sends work to an executor and sees to it that each run ends up in the store, whatever dies on the way.

What a worker has finished but not yet written is remembered until the worker says that it is on disk; what is lost
before is sent again. Work whose worker died is sent once more, then its runs one by one, then they are failures.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vraem.experiment import failures, worker
from vraem.experiment.failures import WorkerDied, WorkerNotStarted
from vraem.experiment.limits import Interrupted
from vraem.experiment.part_files import PartWriter, StoreError

if TYPE_CHECKING:
    from vraem.experiment.executors import SweepExecutor
    from vraem.experiment.types import Run

TICK = 0.2
"""Seconds between looks at the request to stop."""
GIVE_UP_SECONDS = 10.0
"""Time that workers have to give up what they run."""
TRIES = 2
STARTS = 5
"""Workers in a row that may end before they are ready, until the sweep gives up."""
ROUNDS = 20
"""Times that finished work may be lost before it was written, until the sweep gives up."""


class SweepError(Exception):
    """A sweep that cannot go on; its text is one line that says what to do."""


@dataclass(frozen=True)
class Work:
    """Runs that are sent together, and how often a worker has died of them."""

    runs: tuple[Run, ...]
    tries: int = 0


@dataclass
class Counts:
    """What has become of the runs so far."""

    done: int = 0
    failed: int = 0
    weeks: int = 0
    weeks_run: int = 0

    def add(self, outcome: worker.Outcome, sign: int = 1) -> None:
        """Count what a worker answered, or take it back (`sign` -1)."""
        self.done += sign * outcome.done
        self.failed += sign * outcome.failed
        self.weeks += sign * outcome.weeks
        self.weeks_run += sign * outcome.weeks_run


class Dispatcher:
    """Runs work on an executor.

    Parameters
    ----------
    executor
        Local processes or a cluster.
    settings
        The pickled ``worker.Settings``.
    own
        Writes the records of runs whose workers died.
    limit
        Time limit of a run in seconds, for the messages.
    should_stop
        Asked several times a second.
    tell
        Called after each answer and at each look.

    """

    def __init__(
        self,
        executor: SweepExecutor,
        settings: bytes,
        own: PartWriter,
        limit: float | None,
        should_stop: Callable[[Counts], bool],
        tell: Callable[[Counts], None],
    ) -> None:
        self.counts = Counts()
        self._executor = executor
        self._settings = settings
        self._own = own
        self._limit = limit
        self._should_stop = should_stop
        self._tell = tell
        self._name = uuid.uuid4().hex
        self._again: deque[Work] = deque()
        self._under_way: dict[Future[worker.Outcome], tuple[int, Work]] = {}
        self._unwritten: dict[int, tuple[Work, worker.Outcome]] = {}
        self._sent = self._bad_starts = self._lost_rounds = 0

    @property
    def stopped(self) -> bool:
        """Whether the work was or should be ended early."""
        return self._should_stop(self.counts)

    def left(self) -> int:
        """Runs that were taken up and not ended."""
        works = [*self._again, *(work for _, work in self._under_way.values())]
        return sum(len(work.runs) for work in works)

    def drain(self, source: Iterator[Work]) -> int:
        """Run all of `source`, until every run is on disk or the sweep is stopped; the number of works sent.

        Raises
        ------
        StoreError
            If records cannot be written.
        SweepError
            If no worker can be started, or records are lost again and again.

        """
        sent_before = self._sent
        try:
            while not self.stopped:
                self._fill(source)
                if self._under_way:
                    self._wait_and_take()
                    continue
                self._settle()
                if not self._again:
                    return self._sent - sent_before
            self._halt()
        except StoreError as error:
            with contextlib.suppress(StoreError, SweepError):
                self._halt()  # what other workers have may still find room
            lost = sum(len(work.runs) for work, _ in self._unwritten.values())
            more = f" ({lost} finished runs were not written yet and will be run again)" if lost else ""
            raise StoreError(f"{error}{more}") from None
        return self._sent - sent_before

    def close(self) -> None:
        """Have the workers forget the sweep."""
        self._executor.on_every_worker(worker.close, self._name)

    def _fill(self, source: Iterator[Work]) -> None:
        """Keep as much under way as the executor wants, and no more: the plan may be long."""
        room = self._executor.capacity - len(self._under_way)
        for _ in range(room):
            work = self._again.popleft() if self._again else next(source, None)
            if work is None:
                return
            self._sent += 1
            job = worker.Job(self._sent, work.runs, self._name, self._settings)
            self._under_way[self._executor.submit(worker.work, job)] = (self._sent, work)

    def _wait_and_take(self) -> None:
        ended, _ = wait(self._under_way, timeout=TICK, return_when=FIRST_COMPLETED)
        for future in ended:
            self._take(future)
        self._executor.kill_overdue()
        self._tell(self.counts)

    def _take(self, future: Future[worker.Outcome]) -> None:
        """See what became of one piece of work."""
        number, work = self._under_way.pop(future)
        try:
            outcome = future.result()
        except StoreError:
            self._again.append(work)
            raise
        except WorkerNotStarted as death:
            self._again.appendleft(work)
            self._count_bad_start(death)
        except WorkerDied as death:
            self._after_death(work, death)
        except Interrupted:
            self._again.appendleft(work)
        except Exception as error:  # not of the run, whose errors are records: of what surrounds it
            self._executor.replace(future)
            self._after_death(work, WorkerDied(f"{type(error).__name__}: {error}"))
        else:
            self._bad_starts = 0
            self._after_answer(future, number, work, outcome)

    def _after_answer(
        self, future: Future[worker.Outcome], number: int, work: Work, outcome: worker.Outcome
    ) -> None:
        self.counts.add(outcome)
        if outcome.left:
            self._again.appendleft(Work(outcome.left, work.tries))
        else:
            self._unwritten[number] = (work, outcome)
        self._strike(outcome.written)
        if outcome.worn or (outcome.left and not self.stopped):
            self._executor.replace(future)

    def _strike(self, written: tuple[int, ...]) -> None:
        for number in written:
            self._unwritten.pop(number, None)

    def _after_death(self, work: Work, death: WorkerDied) -> None:
        """Once more; then each run by itself; then the run is to blame."""
        if work.tries + 1 < TRIES and not death.hung:
            self._again.appendleft(replace(work, tries=work.tries + 1))
        elif len(work.runs) > 1:
            self._again.extendleft(Work((run,)) for run in reversed(work.runs))
        else:
            self._own.add(failures.died(work.runs[0], death, self._limit))
            self.counts.failed += 1
            if self._own.is_due:
                self._own.flush()

    def _count_bad_start(self, death: WorkerNotStarted) -> None:
        self._bad_starts += 1
        if self._bad_starts >= STARTS:
            raise SweepError(
                f"{death.reason}, {STARTS} times in a row; a script that sweeps must do so under "
                'if __name__ == "__main__":, and a worker needs some 300 MB of memory'
            )

    def _settle(self) -> None:
        """Have everything written, and take up again what was lost with its worker."""
        answers = self._executor.on_every_worker(worker.flush, self._name)
        for answer in answers:
            if isinstance(answer, worker.Outcome):
                self._strike(answer.written)
        self._own.flush()
        for answer in answers:
            if isinstance(answer, StoreError):
                raise answer
        self._take_up_lost()

    def _take_up_lost(self) -> None:
        if not self._unwritten:
            return
        for work, outcome in self._unwritten.values():
            self.counts.add(outcome, -1)
            self._again.append(work)
        self._unwritten.clear()
        self._lost_rounds += 1
        if self._lost_rounds > ROUNDS:
            raise SweepError("workers die again and again before they have written what they did; stopped")

    def _halt(self) -> None:
        """Give up what is under way, keep what is finished."""
        if self._under_way:
            self._executor.interrupt(self._name)
        until = time.monotonic() + GIVE_UP_SECONDS
        while self._under_way and time.monotonic() < until:
            ended, _ = wait(self._under_way, timeout=TICK, return_when=FIRST_COMPLETED)
            for future in ended:
                with contextlib.suppress(StoreError, SweepError):
                    self._take(future)
        self._settle()
