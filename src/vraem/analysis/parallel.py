"""Independent jobs on several processes, with results in the order of the jobs whatever finishes first."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

from vraem.experiment.local_processes import default_workers, end_with_parent

Job = TypeVar("Job")
Result = TypeVar("Result")


def map_jobs(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """`[function(job) for job in jobs]` on `workers` processes (all cores if None).

    `function` and `jobs` must be picklable. `progress` is called with (jobs done, jobs in all).
    """
    count = min(workers or default_workers(), max(len(jobs), 1))
    results: dict[int, Result] = {}
    if count == 1:
        for place, job in enumerate(jobs):
            results[place] = function(job)
            if progress is not None:
                progress(place + 1, len(jobs))
        return [results[place] for place in range(len(jobs))]
    # spawned workers start clean whatever threads the caller has (notebooks, progress bars)
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        futures = {pool.submit(function, job): place for place, job in enumerate(jobs)}
        for done, future in enumerate(as_completed(futures), start=1):
            results[futures[future]] = future.result()
            if progress is not None:
                progress(done, len(jobs))
    return [results[place] for place in range(len(jobs))]
