"""``python -m tests.benchmarks.sweeps [--quick]``: what a sweep costs beside its runs, and what sharing pasts saves.

Seconds of the clock are those of a machine that does nothing else; on a busy one, only the CPU seconds mean anything.
"""

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter

from vraem.experiment.loader import load_experiment
from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepProgress, SweepReport, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment
from vraem.observe import run
from vraem.observe.shared import run_together
from vraem.valley import load as load_valley

from . import measures
from .report import Report

SPEED_UP_BUDGET = 1.85
OVERHEAD_BUDGET = 0.05
FLAT_BUDGET = 1.10
MEGABYTE = 2**20
PAGE = 4096

ONE_TO_ONE = """
name = "one-to-one"
description = "history and four things that happen in 2018, one row a household"
scenario = "history"
series = "all"
[run]
end = 2023-12-31
[[arm]]
name = "history"
[[arm]]
name = "eradication"
[[arm.event]]
kind = "eradication"
start = 2018-01-01
end = 2018-12-31
hectares = 1500
[[arm]]
name = "air-closed"
[[arm.event]]
kind = "route_capacity"
route = "air"
start = 2018-01-01
end = 2019-12-31
factor = 0.3
[[arm]]
name = "price-falls"
[[arm.event]]
kind = "price_shock"
start = 2018-01-01
end = 2018-12-31
factor = 0.6
[[arm]]
name = "roads-watched"
[[arm.event]]
kind = "route_risk"
route = "road_callao"
start = 2018-01-01
end = 2019-12-31
factor = 3.0
[replicates]
count = {seeds}
[[outcome]]
name = "area"
series = "coca_area_visible"
statistic = "mean"
start = 2018-01-01
end = 2019-12-31
"""

SINGLE = """
name = "single"
description = "history alone"
scenario = "history"
series = "all"
[run]
households = {households}
end = {end}
[[arm]]
name = "history"
[replicates]
count = {seeds}
[[outcome]]
name = "area"
series = "coca_area_visible"
statistic = "mean"
"""


@dataclass(frozen=True)
class Cost:
    """Clock and CPU seconds, start of workers included."""

    clock: float
    cpu: float
    report: SweepReport


def made(text: str, folder: Path) -> Experiment:
    """The experiment that `text` describes."""
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return load_experiment(path)


def swept(experiment: Experiment, workers: int, tasks: int | None = None) -> Cost:
    """Sweep into a folder of its own that is removed."""
    with tempfile.TemporaryDirectory() as folder:
        began, cpu_before = perf_counter(), _cpu()
        chosen = list(plan(experiment))[:tasks]
        report = sweep(experiment, chosen, Path(folder) / "store", workers=workers)
        return Cost(perf_counter() - began, _cpu() - cpu_before, report)


def _cpu() -> float:
    """CPU seconds of this process and of those it has waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


@dataclass(frozen=True)
class Pace:
    """Clock seconds a run, from the first answers to the last, and those of them inside the runs themselves."""

    answer: float
    inside: float

    @property
    def overhead(self) -> float:
        """The share that the sweep adds to the runs of one worker."""
        return self.answer / self.inside - 1.0


def paces(experiment: Experiment, repeats: int) -> tuple[list[Pace], list[Pace]]:
    """Paces of one worker and of two, in turn."""
    ones, twos = [], []
    for _ in range(repeats):
        ones.append(_pace(experiment, 1))
        twos.append(_pace(experiment, 2))
    return ones, twos


def _pace(experiment: Experiment, workers: int) -> Pace:
    answers: list[tuple[int, float]] = []

    def note(progress: SweepProgress) -> None:
        if not answers or progress.done > answers[-1][0]:
            answers.append((progress.done, perf_counter()))

    with tempfile.TemporaryDirectory() as folder:
        sweep(experiment, plan(experiment), Path(folder) / "store", workers=workers, progress=note)
        timings = Store.open(Path(folder) / "store").timings()
    first = next(answer for answer in answers if answer[0] >= 2 * workers)
    last = answers[-1]
    return Pace((last[1] - first[1]) / (last[0] - first[0]), mean(timings["seconds"].to_pylist()))


def sharing(experiment: Experiment) -> tuple[float, float]:
    """CPU seconds of one task's arms alone and together."""
    valley = load_valley()
    task = next(plan(experiment))
    scenarios = [experiment.scenario(one) for one in task.runs]
    seed = task.runs[0].seed
    before = _cpu()
    for scenario in scenarios:
        run(scenario, seed=seed, valley=valley)
    alone = _cpu() - before
    before = _cpu()
    run_together(scenarios, seed=seed, valley=valley)
    return alone, _cpu() - before


@contextmanager
def _watching(
    counts: tuple[int, int],
) -> Iterator[tuple[dict[int, int], dict[int, int], Callable[..., None]]]:
    """Largest memory of each process soon after the first and after the last of `counts` runs."""
    early: dict[int, int] = {}
    late: dict[int, int] = {}

    def look(progress: SweepProgress) -> None:
        when = late if progress.done >= counts[1] else early if progress.done >= counts[0] else None
        if when is None or (when is early and progress.done > 3 * counts[0]):
            return
        for process in (os.getpid(), *_children()):
            when[process] = max(when.get(process, 0), _resident(process))

    yield early, late, look


def memory(folder: Path, runs: int) -> list[tuple[str, float, float]]:
    """Megabytes of the parent and of two workers after 500 runs of a small world and after `runs`."""
    experiment = made(SINGLE.format(households=400, end="2012-02-29", seeds=runs), folder)
    with _watching((500, runs - 500)) as (early, late, look), tempfile.TemporaryDirectory() as out:
        sweep(experiment, plan(experiment), Path(out) / "store", workers=2, progress=look)
    names = {process: "parent" if process == os.getpid() else "worker" for process in early}
    return [(names[process], early[process] / MEGABYTE, late.get(process, 0) / MEGABYTE) for process in early]


def _children() -> list[int]:
    from multiprocessing import active_children

    return [child.pid for child in active_children() if child.pid is not None]


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def measured(quick: bool) -> Report:
    """Every measurement, as lines and tables."""
    report = Report(measures.yardstick())
    with tempfile.TemporaryDirectory() as made_in:
        folder = Path(made_in)
        _say("what a sweep adds to its runs; two workers against one")
        single = made(SINGLE.format(households=40_000, end="2023-12-31", seeds=12 if quick else 24), folder)
        ones, twos = paces(single, 1 if quick else 3)
        share = median(pace.overhead for pace in ones)
        seeds = single.replicates.count
        what = f"what a sweep adds to its runs, {len(ones)} x {seeds} of 2012-2023, one row a household"
        found = f"{share:.1%} ({1e3 * share * median(pace.inside for pace in ones):.0f} ms a run)"
        report.lines.append((what, found, f"{OVERHEAD_BUDGET:.0%}", share <= OVERHEAD_BUDGET))
        one, two = (min(pace.answer for pace in several) for several in (ones, twos))
        found = f"{one / two:.2f} times ({one:.3f} s and {two:.3f} s a run)"
        budget = f"{SPEED_UP_BUDGET} times"
        what = "two workers against one, the same runs (best of each)"
        report.lines.append((what, found, budget, one / two >= SPEED_UP_BUDGET))
        runs = 2_000 if quick else 10_000
        _say(f"memory over {runs} runs")
        rows = memory(folder, runs)
        largest = max(last / first for _, first, last in rows)
        found = f"{largest:.2f} times"
        what = f"memory after {runs:,} runs against after 500, parent and workers"
        report.lines.append((what, found, f"{FLAT_BUDGET:.2f} times", largest <= FLAT_BUDGET))
        head = ("process", "after 500 runs", f"after {runs:,} runs")
        body = [(name, f"{first:.0f} MB", f"{last:.0f} MB") for name, first, last in rows]
        report.tables.append(("Memory of a sweep", head, body))
        _say("five arms that share their past")
        _add_sharing(report, made(ONE_TO_ONE.format(seeds=4 if quick else 40), folder))
    return report


def _add_sharing(report: Report, experiment: Experiment) -> None:
    alone, together = sharing(experiment)
    cost = swept(experiment, 2)
    done = cost.report
    seeds = experiment.replicates.count
    rows = [
        ("runs", f"{done.done}"),
        (
            "time on two workers, start and files included",
            f"{cost.clock:.0f} s ({done.done / cost.clock:.2f} runs/s)",
        ),
        ("CPU time", f"{cost.cpu:.0f} s"),
        ("weeks saved by sharing pasts", f"{done.weeks_saved / done.weeks:.0%} of {done.weeks:,}"),
        (
            "CPU time of one seed's arms, alone and together",
            f"{alone:.1f} s and {together:.1f} s ({1 - together / alone:.0%} less)",
        ),
    ]
    title = f"5 arms x {seeds} seeds, 2012-2023, one row a household, arms part in 2018"
    report.tables.append((title, ("what", "measured"), rows))


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Measure and print; the exit code tells whether all budgets were kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sweeps", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs and repeats")
    report = measured(parser.parse_args().quick)
    print(report.markdown())
    return 0 if report.kept else 1


if __name__ == "__main__":
    sys.exit(main())
