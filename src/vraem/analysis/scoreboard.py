"""The scoreboard: every pattern, observed against simulated, scored on the path of each seed."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.arms import run_arms
from vraem.analysis.intervals import LEVEL
from vraem.analysis.parallel import map_jobs
from vraem.analysis.pattern import INFINITY, Measure
from vraem.analysis.patterns import PATTERNS
from vraem.analysis.resampling import mean_draws

if TYPE_CHECKING:
    from vraem.scenario import Scenario

PASSING_SHARE = 0.8
"""A pattern passes when this share of the paths, or of the resamples of pooled ones, pass every one of its measures."""

HISTORY, CAMPAIGNS, ENSEMBLE = "history", "campaigns", "ensemble"
"""Parts of the scoreboard: runs of history; pairs of arms that part in a campaign or shock; draws of the priors."""

Progress = Callable[[int, int], None]


class Described(Protocol):
    """What is said of a pattern, however it is measured."""

    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def target(self) -> str: ...  # noqa: D102
    @property
    def tolerance(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class MeasureScore:
    """One measure over the paths: `value` is the mean, `least` and `most` the range; `passing` the share that pass.

    Of a pooled measure: `value` over all paths, `least` and `most` its interval (95 %), `passing` the share of the
    resamples that pass.
    """

    name: str
    value: float
    least: float
    most: float
    low: float
    high: float
    unit: str
    observed: str
    passing: float


@dataclass(frozen=True)
class PatternScore:
    """One pattern over the paths.

    `value`, `low`, `high` and `unit` are those of the measure that comes nearest to failing (or fails most), which
    `simulated` names; `observed` is what was seen of it, or the target of the pattern in words. `share_of_seeds` is the
    share of the paths that pass every measure, of the resamples of the paths if the pattern is `pooled`. `part` of the
    scoreboard; `paths` that counted.
    """

    label: str
    name: str
    observed: str
    simulated: str
    tolerance: str
    passed: bool
    share_of_seeds: float
    value: float
    low: float
    high: float
    unit: str
    measures: tuple[MeasureScore, ...]
    part: str = HISTORY
    pooled: bool = False
    paths: int = 0

    @property
    def counted(self) -> str:
        """What `share_of_seeds` is a share of."""
        return "resamples" if self.pooled else "draws" if self.part == ENSEMBLE else "seeds"

    def as_dict(self) -> dict[str, Any]:
        """Plain data; infinite bounds become None."""

        def plain(value: Any) -> Any:
            return None if isinstance(value, float) and not np.isfinite(value) else value

        row = {key: plain(value) for key, value in asdict(self).items() if key != "measures"}
        row["measures"] = [{key: plain(x) for key, x in asdict(m).items()} for m in self.measures]
        return row


def scoreboard(
    scenario: "Scenario",
    *,
    seeds: Sequence[int] = tuple(range(1, 11)),
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[PatternScore]:
    """Run the arms of every seed and score every pattern.

    Parameters
    ----------
    scenario
        What counts as history, usually ``load("history")``; it must cover 2012-2022.
    seeds
        One path each; every seed runs three arms with common random numbers.
    workers
        Processes; all cores if None.
    progress
        Called with (seeds done, seeds in all).

    Raises
    ------
    ValueError
        If the scenario does not cover 2012-2022.

    """
    require_history(scenario)
    paths = map_jobs(measure_seed, [(scenario, seed) for seed in seeds], workers=workers, progress=progress)
    return score(paths)


def require_history(scenario: "Scenario") -> None:
    """Refuse a scenario whose run does not cover the years in which patterns are observed."""
    start, end = scenario.run.start, scenario.run.end
    if start.year > 2012 or end.year < 2023:
        raise ValueError(
            f"patterns are observed from January 2012 to March 2023: got a run from {start} to {end}, "
            "expected one that covers these years"
        )


def measure_seed(job: "tuple[Scenario, int]") -> list[list[Measure]]:
    """Every pattern's measures for one seed: a list by pattern, in the order of `PATTERNS`."""
    arms = run_arms(*job)
    return [pattern.measure(arms) for pattern in PATTERNS]


@dataclass(frozen=True)
class Pooled:
    """A number over all paths: the `measure`, and `draws` (resamples,) of it with the paths resampled."""

    measure: Measure
    draws: NDArray[np.float64]

    def passing(self) -> NDArray[np.bool_]:
        """Which resamples lie inside the bounds (resamples,)."""
        inside: NDArray[np.bool_] = (self.draws >= self.measure.low) & (self.draws <= self.measure.high)
        return inside


def score(paths: Sequence[Sequence[Sequence[Measure]]]) -> list[PatternScore]:
    """Scores from measures by path, pattern and measure."""
    return [
        (_score_rates if pattern.pooled else score_paths)(pattern, [path[i] for path in paths])
        for i, pattern in enumerate(PATTERNS)
    ]


def _score_rates(pattern: Described, paths: Sequence[Sequence[Measure]]) -> PatternScore:
    """The score of a pattern whose measures are rates over a whole path, from their means over the paths."""
    return score_pooled(pattern, [_mean_of(own) for own in zip(*paths, strict=True)], len(paths), HISTORY)


def _mean_of(values: Sequence[Measure]) -> Pooled:
    numbers = np.array([measure.value for measure in values])
    draws = mean_draws(numbers, np.arange(len(numbers)), name="paths")
    return Pooled(values[0]._replace(value=float(numbers.mean())), draws)


def score_paths(pattern: Described, paths: Sequence[Sequence[Measure]], part: str = HISTORY) -> PatternScore:
    """The score of a pattern that each path passes or not, from the measures of each path; none fails."""
    if not paths:
        return _assembled(pattern, (_no_measure(),), 0.0, part, paths=0)
    measures = tuple(_score_measure([path[i] for path in paths]) for i in range(len(paths[0])))
    share = float(np.mean([all(measure.passed for measure in path) for path in paths]))
    return _assembled(pattern, measures, share, part, paths=len(paths))


def score_pooled(pattern: Described, pooled: Sequence[Pooled], paths: int, part: str) -> PatternScore:
    """The score of a pattern over all paths at once: the resamples that pass every measure, and the estimate itself.

    It passes if the estimates do, and four in five resamples of the paths.
    """
    measures = tuple(_score_pooled(each) for each in pooled)
    share = float(np.mean(np.logical_and.reduce([each.passing() for each in pooled])))
    held = all(each.measure.passed for each in pooled)
    return _assembled(pattern, measures, share, part, paths=paths, pooled=True, held=held)


def _assembled(
    pattern: Described,
    measures: tuple[MeasureScore, ...],
    share: float,
    part: str,
    *,
    paths: int,
    pooled: bool = False,
    held: bool = True,
) -> PatternScore:
    """`held`: whether the estimates of a pooled pattern pass."""
    worst = max(measures, key=lambda m: (1.0 - m.passing, _strain(m)))
    return PatternScore(
        label=pattern.label,
        name=pattern.name,
        observed=worst.observed or pattern.target,
        simulated=f"{worst.name}: {show(worst.value, worst.unit)}",
        tolerance=pattern.tolerance,
        passed=held and share >= PASSING_SHARE,
        share_of_seeds=share,
        value=worst.value,
        low=worst.low,
        high=worst.high,
        unit=worst.unit,
        measures=measures,
        part=part,
        pooled=pooled,
        paths=paths,
    )


def _score_measure(values: Sequence[Measure]) -> MeasureScore:
    first = values[0]
    numbers = np.array([measure.value for measure in values])
    return MeasureScore(
        name=first.name,
        value=float(numbers.mean()),
        least=float(numbers.min()),
        most=float(numbers.max()),
        low=first.low,
        high=first.high,
        unit=first.unit,
        observed=first.observed,
        passing=float(np.mean([measure.passed for measure in values])),
    )


def _score_pooled(pooled: Pooled) -> MeasureScore:
    measure = pooled.measure
    known = pooled.draws[np.isfinite(pooled.draws)]
    tail = (1.0 - LEVEL) / 2.0
    least, most = np.quantile(known, (tail, 1.0 - tail)) if len(known) else (np.nan, np.nan)
    return MeasureScore(
        name=measure.name,
        value=measure.value,
        least=float(least),
        most=float(most),
        low=measure.low,
        high=measure.high,
        unit=measure.unit,
        observed=measure.observed,
        passing=float(pooled.passing().mean()),
    )


def _no_measure() -> MeasureScore:
    """In place of a measure for which no path counted."""
    nan = float("nan")
    return MeasureScore("no run in which it can be seen", nan, nan, nan, -INFINITY, INFINITY, "", "", 0.0)


def _strain(measure: MeasureScore) -> float:
    """How near a value is to its bounds: 0 in the middle, 1 at one, more outside; one-sided ones count 0 inside."""
    low, high, value = measure.low, measure.high, measure.value
    if np.isfinite(low) and np.isfinite(high):
        half = (high - low) / 2.0
        return abs(value - (low + high) / 2.0) / half
    return 0.0 if low <= value <= high else 2.0


def show(value: float, unit: str) -> str:
    """A value with the precision of its unit, for tables: hectares whole, shares to the thousandth."""
    if not np.isfinite(value):
        return "none"
    if unit == "ha":
        return f"{value:,.0f} ha".replace(",", "\u202f")
    if unit in ("change", "points", "difference"):
        if value == 0.0:
            return "0"
        return f"{value:+.2f}" if abs(value) >= 0.01 else f"{value:+.4f}"
    if unit in ("USD/month", "persons"):
        return f"{value:,.0f} {unit}".replace(",", "\u202f")
    if unit == "routes":
        return f"{value:+.1f} routes"
    suffix = "" if unit in ("share", "ratio") else f" {unit}"
    return f"{value:.3g}{suffix}" if abs(value) >= 0.1 else f"{value:.3f}{suffix}"
