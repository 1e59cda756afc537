"""Which draws of a sweep history rules out: those under which the group never was what was observed of it.

Every draw is run again over 2012-23 without any campaign, with seeds of its own. It is kept if its runs meet the
observed patterns of the group's strength and income (P11, P12), all of them in every matching run. One more run,
with which nothing is matched, says how what is kept does under chance by which it was not chosen. Nothing here looks at
an outcome. Source: docs/sweeps.md, Draws that history rules out; filtering by patterns after Grimm & Railsback (2012).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.group_patterns import income, strength
from vraem.analysis.matched_draws import MATCHED_PATTERNS, RUNS_A_DRAW, Matching
from vraem.analysis.parallel import map_jobs
from vraem.analysis.pattern import Measure
from vraem.analysis.scoreboard import Progress, require_history
from vraem.experiment.rules import reference_arm
from vraem.experiment.types import is_assumption
from vraem.observe import RunResult, run
from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.experiment.design import Point
    from vraem.experiment.types import Experiment
    from vraem.scenario import Scenario

LAST_DAY = date(2023, 12, 31)
FIRST_REPLICATE = 1_000_000
"""Replicates of matching begin here, so that no run of a sweep has the seed of one."""
SAVE_SECONDS = 20.0

MEASURED: Mapping[str, Callable[[RunResult], list[Measure]]] = {"P11": strength, "P12": income}
"""What is measured for each pattern that is matched."""


def assumptions_drawn(experiment: "Experiment") -> "list[Point]":
    """What each draw of an experiment says of parameters and switches.

    Raises ``ValueError`` if it draws none of them.
    """
    from vraem.experiment.design import points

    drawn = [_assumptions(changes) for changes in points(experiment.design, experiment.factors)]
    if not any(drawn):
        raise ValueError(
            f"the experiment {experiment.name} draws no parameter and no switch: there is nothing to match"
        )
    return drawn


def match_history(
    experiment: "Experiment",
    *,
    households: int,
    before: Matching | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    save: Callable[[Matching], object] | None = None,
    stop: Event | None = None,
) -> Matching:
    """Run every draw of `experiment` over history and see which patterns of the group it meets.

    Parameters
    ----------
    experiment
        Its reference arm gives the scenario, without what it does to the group.
    households
        Rows of households; members of the group are one to one whatever they are.
    before
        What was found before matching was stopped: its draws are not run again, if they had as many households.
    workers, progress
        As of `map_jobs`: processes, and what is called with (runs done, runs in all).
    save
        Called every 20 seconds with what is found so far, and once at the end, whatever ends it.
    stop
        Ends it with ``KeyboardInterrupt`` when set.

    Raises
    ------
    ValueError
        If the experiment draws no parameter and no switch, or does not cover the years of the patterns.

    """
    from vraem.experiment.plan import resolved, seed_of

    drawn = assumptions_drawn(experiment)
    base = history_of(experiment, households)
    first: dict[Point, int] = {}
    for point, changes in enumerate(drawn):
        first.setdefault(changes, point)
    found = _Found(experiment.id, households, [first[changes] for changes in drawn], before)
    asked = [
        (point, number) for point in first.values() if point not in found.met for number in range(RUNS_A_DRAW)
    ]
    jobs = [
        (
            resolved(base, drawn[point]),
            seed_of(experiment.replicates.seed, point, FIRST_REPLICATE + number),
        )
        for point, number in asked
    ]
    saved = monotonic()

    def landed(place: int, met: list[bool]) -> None:
        nonlocal saved
        found.add(*asked[place], met)
        if stop is not None and stop.is_set():
            raise KeyboardInterrupt
        if save is not None and monotonic() - saved > SAVE_SECONDS:
            save(found.so_far())
            saved = monotonic()

    try:
        map_jobs(patterns_met, jobs, workers=workers, progress=progress, landed=landed)
    finally:
        if save is not None:
            save(found.so_far())
    return found.so_far()


class _Found:
    """Draws of which all runs are there, and runs of draws of which some are not.

    ``met`` (runs, patterns) by the first point of each draw of assumptions: points that differ in what is done to the
    group are one such draw.
    """

    def __init__(self, experiment: str, households: int, first: list[int], before: Matching | None) -> None:
        self._experiment = experiment
        self._households = households
        self._first = first
        self._runs: dict[int, dict[int, list[bool]]] = {}
        self.met: dict[int, NDArray[np.bool_]] = {}
        if before is not None and before.households == households:
            table = np.stack([before.met[name] for name in MATCHED_PATTERNS], axis=-1)
            self.met = dict(zip(before.points, table, strict=True))

    def add(self, point: int, number: int, met: list[bool]) -> None:
        """Take in which patterns run `number` of a draw meets."""
        runs = self._runs.setdefault(point, {})
        runs[number] = met
        if len(runs) == RUNS_A_DRAW:
            self.met[point] = np.array([runs[each] for each in range(RUNS_A_DRAW)], dtype=bool)

    def so_far(self) -> Matching:
        """The draws of which all runs are there."""
        points = tuple(point for point, first in enumerate(self._first) if first in self.met)
        table = np.array([self.met[self._first[point]] for point in points], dtype=bool)
        table = table.reshape(len(points), RUNS_A_DRAW, len(MATCHED_PATTERNS))
        return Matching(
            experiment=self._experiment,
            version=__version__,
            households=self._households,
            asked=len(self._first),
            points=points,
            met={name: table[:, :, place] for place, name in enumerate(MATCHED_PATTERNS)},
        )


def history_of(experiment: "Experiment", households: int) -> "Scenario":
    """The reference arm of `experiment` over 2012-23, without campaigns and removals. Raises ``ValueError``."""
    scenario = dict(experiment.arms)[reference_arm(experiment)]
    events = tuple(event for event in scenario.events if event.kind != "removal")
    untouched = replace(scenario, campaigns=(), events=events)
    history = untouched.with_({"run.end": LAST_DAY, "run.households": households})
    require_history(history)
    return history


def patterns_met(job: "tuple[Scenario, int]") -> list[bool]:
    """Whether the run of a scenario with a seed meets each of `MATCHED_PATTERNS`."""
    scenario, seed = job
    result = run(scenario, seed=seed)
    return [all(measure.passed for measure in MEASURED[name](result)) for name in MATCHED_PATTERNS]


def _assumptions(changes: "Point") -> "Point":
    return tuple((key, value) for key, value in changes if is_assumption(key))
