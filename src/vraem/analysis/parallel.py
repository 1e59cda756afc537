"""Independent jobs on several processes, with results in the order of the jobs whatever finishes first."""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

from vraem.engine import refuse_own_schedule
from vraem.experiment.local_processes import default_workers, end_with_parent

Job = TypeVar("Job")
Result = TypeVar("Result")


def map_jobs(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    landed: Callable[[int, Result], None] | None = None,
) -> list[Result]:
    """`[function(job) for job in jobs]` on `workers` processes (all cores if None).

    `function` and `jobs` must be picklable. `progress` is called with (jobs done, jobs in all); `landed` with the
    place of a job and its result as soon as it is there. An exception, Ctrl-C among them, gives up what is left.
    Raises `ValueError` for more than one process if `engine.SCHEDULE` was replaced in this one.
    """
    count = min(workers or default_workers(), max(len(jobs), 1))
    results: dict[int, Result] = {}

    def keep(place: int, result: Result) -> None:
        results[place] = result
        if landed is not None:
            landed(place, result)
        if progress is not None:
            progress(len(results), len(jobs))

    if count == 1:
        for place, job in enumerate(jobs):
            keep(place, function(job))
        return [results[place] for place in range(len(jobs))]
    refuse_own_schedule()
    # spawned workers start clean whatever threads the caller has (notebooks, progress bars)
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin_process) as pool:
        futures = {pool.submit(function, job): place for place, job in enumerate(jobs)}
        try:
            for future in as_completed(futures):
                keep(futures[future], future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [results[place] for place in range(len(jobs))]


def _begin_process() -> None:
    """Leave Ctrl-C, which a terminal sends to every process, to the parent: it gives up what is left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
