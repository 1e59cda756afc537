"""Small experiments, runs that fail on purpose, and a sweep in a process of its own: shared by the tests of sweeps.

Spawned workers import this module by its name.
"""

import hashlib
import io
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from vraem.experiment.loader import load_experiment
from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepProgress, sweep
from vraem.experiment.store import Store
from vraem.experiment.types import Experiment, Run
from vraem.scenario import Scenario

SMALL = """
name = "small"
description = "three arms of half a year, two draws"
scenario = "history"
series = 2
[run]
households = 400
start = 2012-01-02
end = {end}
[[arm]]
name = "history"
[[arm]]
name = "crews"
[[arm.event]]
kind = "eradication"
start = 2012-03-05
end = 2012-05-31
hectares = 500
[[arm]]
name = "closed"
[[arm.event]]
kind = "route_capacity"
route = "air"
start = 2012-02-06
end = 2012-05-31
factor = 0.2
[[factor]]
parameter = "demand_elasticity"
[design]
kind = "latin_hypercube"
samples = 2
[replicates]
count = {count}
[[outcome]]
name = "area"
series = "coca_area"
statistic = "mean"
[[outcome]]
name = "price"
series = "leaf_price"
statistic = "last"
"""


def small(
    folder: Path, count: int = 6, end: str = "2012-04-30", series: str = "2", limit: float | None = None
) -> Experiment:
    """Three arms x two draws x `count` seeds."""
    path = folder / f"small-{count}-{end}-{series}.toml"
    text = SMALL.format(count=count, end=end).replace("series = 2", f"series = {series}", 1)
    path.write_text(text, encoding="utf-8")
    return replace(load_experiment(path), time_limit=limit)


def digests(directory: Path) -> dict[str, str]:
    """SHA-256 of everything that must not depend on how a sweep was run."""
    store = Store.open(directory)
    tables = {"runs": store.runs(), "series": store.series(), "failures": store.failures()}
    return {name: _digest(table) for name, table in tables.items()}


def _digest(table: pa.Table) -> str:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(out.getvalue()).hexdigest()


def keys(experiment: Experiment) -> list[tuple[str, str, int, int]]:
    """The keys of all planned runs, sorted."""
    return sorted(
        (run.id, run.arm, run.point, run.replicate) for task in plan(experiment) for run in task.runs
    )


def rows(directory: Path) -> list[tuple[Any, ...]]:
    """The keys of all finished runs as the store gives them."""
    table = Store.open(directory).runs()
    return list(zip(*(table[name].to_pylist() for name in ("id", "arm", "point", "replicate")), strict=True))


class _Events(tuple[Any, ...]):
    """Events of a scenario that do something bad to whoever reads them."""

    trouble: str = ""

    def __iter__(self) -> Iterator[Any]:
        TROUBLES[self.trouble]()
        return super().__iter__()

    def __reduce__(self) -> Any:
        return _events, (self.trouble,)


def _events(trouble: str) -> _Events:
    made = _Events()
    made.trouble = trouble
    return made


def _raise() -> None:
    raise ZeroDivisionError("no coca at all")


def _hang() -> None:
    while True:
        try:
            time.sleep(0.01)
        except Exception:  # as a model might
            continue


def _hang_in_compiled_code() -> None:
    sum(itertools.repeat(0))  # never looks at a signal, never gives the interpreter away


def _eat_memory() -> None:
    eaten = []
    while True:
        eaten.append(np.ones(2**23))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


TROUBLES: dict[str, Callable[[], None]] = {
    "raise": _raise,
    "hang": _hang,
    "hang_in_compiled_code": _hang_in_compiled_code,
    "eat_memory": _eat_memory,
    "die": _die,
}


@dataclass(frozen=True)
class Troubled(Experiment):
    """An experiment some runs of which fail: ``troubles`` maps (arm, point, replicate) to a kind of trouble."""

    troubles: dict[tuple[str, int, int], str] = field(default_factory=dict)

    def scenario(self, run: Run) -> Scenario:
        trouble = self.troubles.get((run.arm, run.point, run.replicate))
        scenario = super().scenario(run)
        return scenario if trouble is None else replace(scenario, events=_events(trouble))


def troubled(experiment: Experiment, troubles: dict[tuple[str, int, int], str]) -> Troubled:
    """`experiment` with runs that fail."""
    return Troubled(
        **{one.name: getattr(experiment, one.name) for one in fields(experiment)}, troubles=troubles
    )


def start_sweep(experiment: Path, directory: Path, workers: int = 2) -> subprocess.Popen[str]:
    """A sweep in a process of its own, which can be killed."""
    command = [sys.executable, __file__, str(experiment), str(directory), str(workers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def has_done(process: subprocess.Popen[str], runs: int) -> int:
    """Wait until a sweep in a process of its own has finished some runs; how many it says."""
    assert process.stdout is not None
    for line in process.stdout:
        count, _, rest = line.partition(" ")
        if rest.startswith("so far") and int(count) >= runs:
            return int(count)
    raise AssertionError("the sweep ended before")


def children(process: int) -> list[int]:
    """The processes that `process` has started and that still run, spawned helpers of Python left out."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            state, parent = (folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        if int(parent) == process and state != "Z" and "spawn_main" in command:
            found.append(int(folder.name))
    return found


def alive(process: int) -> bool:
    """Whether a process runs (and is no zombie)."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    """Whether `condition` came true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def main(experiment: str, directory: str, workers: str) -> None:
    """Sweep as the command line does."""
    loaded = load_experiment(experiment)

    def say(progress: SweepProgress) -> None:
        print(f"{progress.done} so far", flush=True)

    report = sweep(loaded, plan(loaded), directory, workers=int(workers), progress=say)
    print("\n".join(report.lines()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
