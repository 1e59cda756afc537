"""Scenarios set against each other on the same seeds: what differs, by how much, and how sure that is.

The past that scenarios share is run once a seed (`vraem.observe.shared`), seeds go over processes. The first
scenario is the reference; every other is compared with it, over windows counted from the week in which the
first of them parts.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.intervals import is_clear
from vraem.analysis.measures import MEASURES, Measure, measure
from vraem.analysis.paired import FEW_PAIRS, FEWEST_PAIRS, PairedDifference, holm, paired_difference
from vraem.analysis.parallel import map_jobs
from vraem.analysis.paths import PATHS, weekly_paths
from vraem.analysis.windows import Window, parting_weeks, windows_after
from vraem.observe.shared import run_together
from vraem.scenario import as_scenario
from vraem.scenario.faults import Fault, ScenarioError
from vraem.valley import load as load_valley
from vraem.world.clock import Clock
from vraem.world.streams import checked_seed

if TYPE_CHECKING:
    import pandas as pd

    from vraem.scenario import Scenario

DEFAULT_REPLICATES = 7
"""Seeds unless told otherwise: two scenarios of 19 years then answer in under a minute on two slow cores."""

Verdict = Literal["clear", "perhaps", "unclear", "none"]
VERDICTS: Mapping[Verdict, str] = {
    "clear": "the interval leaves out zero, also after Holm's correction for all comparisons of the scenario",
    "perhaps": "the interval leaves out zero, but not after that correction",
    "unclear": "the interval holds zero",
    "none": "equal in every pair of runs, or not determined",
}
Progress = Callable[[int, int], None]


class Difference(NamedTuple):
    """One outcome of one arm over one window, against the reference; see `PairedDifference` for the numbers."""

    arm: str
    window: Window
    measure: Measure
    paired: PairedDifference
    p_holm: float
    verdict: Verdict

    @property
    def relative(self) -> tuple[float, float, float]:
        """Mean difference and interval over the reference's mean; not numbers if that is zero."""
        base = abs(self.paired.reference)
        if not base > 0.0:
            return (math.nan, math.nan, math.nan)
        return (self.paired.mean / base, self.paired.low / base, self.paired.high / base)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Finished paired runs of several scenarios.

    `names` and `scenarios`: the arms, the reference first. `seeds`: those that every arm ran on. `windows`: the
    stretches compared. `values` (arms, seeds, windows, measures): every outcome of every run, measures in the
    order of `MEASURES`. `paths`: for each of `PATHS` (arms, seeds, weeks), over `dates` (weeks,)
    datetime64[D]. `partings`: the day on which each arm parts from the reference, None for that one. `notes`:
    what a reader should know, one line each. `weeks_run` were simulated; the rest of the past was shared.
    """

    names: tuple[str, ...]
    scenarios: "tuple[Scenario, ...]"
    seeds: tuple[int, ...]
    windows: tuple[Window, ...]
    values: NDArray[np.float64]
    dates: NDArray[np.datetime64]
    paths: Mapping[str, NDArray[np.float64]]
    partings: tuple[date | None, ...]
    notes: tuple[str, ...] = ()
    weeks_run: int = 0
    seconds: float = 0.0

    def __repr__(self) -> str:
        """In a line: the values are many."""
        arms = ", ".join(self.names)
        return f"Comparison({arms}; {len(self.seeds)} seeds, {len(self.windows)} windows, {len(MEASURES)} measures)"

    @property
    def reference(self) -> str:
        """The name of the arm that the others are set against."""
        return self.names[0]

    @property
    def parting(self) -> date:
        """The day on which the first arm parts from the reference."""
        return min(day for day in self.partings if day is not None)

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Every difference to the reference, by arm, then window, then measure."""
        return tuple(difference for arm in range(1, len(self.names)) for difference in self._of_arm(arm))

    def of(self, arm: str, window: str | None = None) -> tuple[Difference, ...]:
        """The differences of one arm, in one window or all."""
        return tuple(
            each for each in self.differences if each.arm == arm and window in (None, each.window.name)
        )

    @property
    def variance_gain(self) -> float:
        """Median over outcomes of the gain of pairing; outcomes without any chance do not count."""
        gains = [each.paired.variance_gain for each in self.differences]
        finite = [gain for gain in gains if math.isfinite(gain)]
        return float(np.median(finite)) if finite else math.nan

    def frame(self) -> "pd.DataFrame":
        """The differences as a pandas frame: one row an arm, window and measure."""
        import pandas as pd

        return pd.DataFrame([difference_row(each, self.reference) for each in self.differences])

    def runs_frame(self) -> "pd.DataFrame":
        """The outcomes of every run as a pandas frame: one row an arm, seed, window and measure."""
        import pandas as pd

        axes: list[Sequence[Any]] = [
            self.names,
            self.seeds,
            [window.name for window in self.windows],
            [each.name for each in MEASURES],
        ]
        index = pd.MultiIndex.from_product(axes, names=["arm", "seed", "window", "measure"])
        return pd.DataFrame({"value": self.values.ravel()}, index=index).reset_index()

    def _of_arm(self, arm: int) -> list[Difference]:
        cells = [(window, place) for window in range(len(self.windows)) for place in range(len(MEASURES))]
        paired = [
            paired_difference(self.values[arm, :, window, place], self.values[0, :, window, place])
            for window, place in cells
        ]
        adjusted = holm([each.p for each in paired])
        return [
            Difference(
                self.names[arm], self.windows[window], MEASURES[place], each, float(p), _verdict(each, p)
            )
            for (window, place), each, p in zip(cells, paired, adjusted, strict=True)
        ]


def _verdict(paired: PairedDifference, p_holm: float) -> Verdict:
    if not math.isfinite(paired.mean) or paired.low == paired.high == 0.0:
        return "none"
    if paired.low <= 0.0 <= paired.high:
        return "unclear"
    return "clear" if is_clear(p_holm) else "perhaps"


def difference_row(each: Difference, reference: str) -> dict[str, Any]:
    """A difference as plain values, for tables and files."""
    relative, relative_low, relative_high = each.relative
    return {
        "arm": each.arm,
        "reference": reference,
        "window": each.window.name,
        "start": each.window.start,
        "end": each.window.end,
        "group": each.measure.group,
        "measure": each.measure.name,
        "label": each.measure.label.strip(),
        "unit": each.measure.unit,
        "reference_mean": each.paired.reference,
        "arm_mean": each.paired.arm,
        "difference": each.paired.mean,
        "low": each.paired.low,
        "high": each.paired.high,
        "relative": relative,
        "relative_low": relative_low,
        "relative_high": relative_high,
        "p": each.paired.p,
        "p_holm": each.p_holm,
        "verdict": each.verdict,
        "variance_gain": each.paired.variance_gain,
        "pairs": each.paired.pairs,
    }


def compare(
    scenarios: "Sequence[Scenario | str] | Mapping[str, Scenario | str]",
    *,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios on the same seeds and compare each with the first.

    Parameters
    ----------
    scenarios
        Two or more with the same start and households, the reference first, each a `Scenario`, a scenario file or
        the name of a packaged scenario; a mapping names the arms, else they have the names of their scenarios. If
        ends differ, the weeks that all run are compared.
    replicates
        Number of seeds, at least 2; the first is `seed`.
    workers
        Processes; as many as cores if None. More than one are spawned, so a script that calls this must keep
        its own work under ``if __name__ == "__main__":``.
    progress
        Called with (seeds done, seeds in all).

    Raises
    ------
    ScenarioError
        If a file is wrong, there are fewer than two, their starts or households differ, or one does not differ from the
        first in the weeks that are compared; all faults at once.
    ValueError
        If `replicates` is below 2 or `seed` no integer ≥ 0.

    """
    if replicates < FEWEST_PAIRS:
        raise ValueError(f"replicates: got {replicates}, expected at least {FEWEST_PAIRS}")
    seed = checked_seed(seed)
    began = perf_counter()
    names, given = _named(scenarios)
    arms, notes = _on_shared_weeks(names, given)
    valley = load_valley()
    partings = parting_weeks(arms, seed, valley)
    _refuse_equal_arms(names, given, arms, partings)
    clock = Clock.between(arms[0].run.start, arms[0].run.end)
    first = min(week for week in partings if week is not None)
    windows = windows_after(first, clock)
    seeds = tuple(range(seed, seed + replicates))
    jobs = [_Job(arms, number, windows) for number in seeds]
    done = map_jobs(_run_seed, jobs, workers=workers, progress=progress)
    days = tuple(None if week is None else clock.date(week) for week in partings)
    return Comparison(
        names=names,
        scenarios=given,
        seeds=seeds,
        windows=windows,
        values=np.stack([values for values, _, _ in done], axis=1),
        dates=clock.dates(),
        paths={
            path.name: np.stack([paths[:, place] for _, paths, _ in done], axis=1)
            for place, path in enumerate(PATHS)
        },
        partings=days,
        notes=(*notes, *_notes(names, days, replicates)),
        weeks_run=sum(weeks for _, _, weeks in done),
        seconds=perf_counter() - began,
    )


class _Job(NamedTuple):
    scenarios: "tuple[Scenario, ...]"
    seed: int
    windows: tuple[Window, ...]


def _run_seed(job: _Job) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Outcomes (arms, windows, measures) and paths (arms, paths, weeks) of one seed, and the weeks it took."""
    shared = run_together(job.scenarios, seed=job.seed)
    stretches = [window.weeks for window in job.windows]
    values = np.stack([measure(run.result, stretches) for run in shared])
    paths = np.stack([weekly_paths(run.result) for run in shared])
    return values, paths, sum(run.weeks_run for run in shared)


def _named(
    scenarios: "Sequence[Scenario | str] | Mapping[str, Scenario | str]",
) -> "tuple[tuple[str, ...], tuple[Scenario, ...]]":
    """Names, each once, and scenarios; a scenario whose name is taken gets a number."""
    if isinstance(scenarios, Mapping):
        names, given = [*scenarios], tuple(map(as_scenario, scenarios.values()))
    else:
        given = tuple(map(as_scenario, scenarios))
        names = []
        for scenario in given:
            count = sum(other.name == scenario.name for other in given[: len(names)])
            names.append(f"{scenario.name} ({count + 1})" if count else scenario.name)
    if len(given) < FEWEST_PAIRS:
        got = f"one scenario ({names[0]})" if given else "no scenario"
        raise ScenarioError([Fault("compare", 0, 0, "", got, "two or more, the first to compare with")])
    return tuple(names), given


def _on_shared_weeks(
    names: Sequence[str], given: "Sequence[Scenario]"
) -> "tuple[tuple[Scenario, ...], list[str]]":
    """The scenarios with the earliest of their ends, and a note if ends differ. Refuses different pasts."""
    first = given[0].run
    faults = []
    for name, scenario in zip(names[1:], given[1:], strict=True):
        for key, mine, its in (
            ("run.start", scenario.run.start, first.start),
            ("run.households", scenario.run.households, first.households),
        ):
            if mine != its:
                hint = f"give both the same, for instance by --set {key}={its}"
                faults.append(Fault(name, 0, 0, key, str(mine), f"{its} as in {names[0]}", hint))
    if faults:
        raise ScenarioError(faults)
    ends = {name: scenario.run.end for name, scenario in zip(names, given, strict=True)}
    end = min(ends.values())
    if set(ends.values()) == {end}:
        return tuple(given), []
    longer = [f"{name} goes on to {day}" for name, day in ends.items() if day != end]
    note = f"ends differ; what is compared are the weeks to {end} ({', '.join(longer)})"
    return tuple(scenario.with_({"run.end": end}) for scenario in given), [note]


def _refuse_equal_arms(
    names: Sequence[str],
    given: "Sequence[Scenario]",
    arms: "Sequence[Scenario]",
    partings: Sequence[int | None],
) -> None:
    """Raise with one line for each scenario that does not differ from the first, and why."""
    faults = []
    for name, scenario, week in zip(names[1:], given[1:], partings[1:], strict=True):
        if week is not None:
            continue
        got = f"the same as {names[0]} in every week from {arms[0].run.start} to {arms[0].run.end}"
        same = scenario.id == given[0].id
        hint = "" if same else _later_hint(names[0], scenario, arms[0].run.end)
        faults.append(Fault(name, 0, 0, "", got, "a scenario that differs", hint))
    if faults:
        raise ScenarioError(faults)


def _later_hint(reference: str, scenario: "Scenario", end: date) -> str:
    """What to do about a scenario whose own part lies after the shared weeks."""
    other = scenario.compare_with
    if other and other.removesuffix(".toml") != reference:
        return f"what it changes lies after {end}; its file names {other} to compare it with"
    return f"what it changes lies after {end} or does nothing"


def _notes(names: Sequence[str], days: Sequence[date | None], replicates: int) -> list[str]:
    notes = []
    first = min(day for day in days if day is not None)
    later = [f"{name} on {day}" for name, day in zip(names, days, strict=True) if day and day > first]
    if later:
        notes.append(f"windows count from {first}; later to part: {', '.join(later)}")
    if replicates < FEW_PAIRS:
        notes.append(
            f"only {replicates} pairs of runs: intervals are wide and lean on the normal shape of the "
            f"differences; use --replicates {DEFAULT_REPLICATES}"
        )
    return notes
