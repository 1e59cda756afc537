"""Outcomes: what is kept of each run, drawn from its weekly series or from the catalogue of measures."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.experiment.rows import IDENTITY
from vraem.experiment.types import Experiment, Outcome, Scalar
from vraem.observe.anchor import HORIZONS
from vraem.observe.catalogue import QUANTITIES
from vraem.observe.series import SERIES, SERIES_NAMES
from vraem.scenario.faults import did_you_mean, in_words, one_of
from vraem.scenario.messages import At, fault_at
from vraem.world.clock import Clock

if TYPE_CHECKING:
    from vraem.experiment.file_schema import ExperimentDocument, OutcomeEntry, Period
    from vraem.observe import RunResult
    from vraem.scenario import Scenario
    from vraem.scenario.faults import Fault
    from vraem.scenario.positions import Path

RULES_COLUMN = "rules"
"""The column of every run's row that holds the hash of the verdict's rules."""
NULL_COLUMN = "null_model"
"""The column that says of every run, to whoever judges it, whether a null model stood in for the model."""
TAKEN_COLUMNS = (*IDENTITY, RULES_COLUMN, NULL_COLUMN)
"""Columns that no outcome may be named as."""
OTHER_COLUMNS = ("task", "week")
"""Columns of the plan and of the series, which would be taken for an outcome of that name."""

_STATISTICS: Mapping[str, Callable[[NDArray[np.float64]], np.float64]] = {
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
    "sum": np.sum,
    "last": lambda weeks: weeks[-1],
    "change": lambda weeks: weeks[-1] - weeks[0],
}


def measure(experiment: Experiment, result: RunResult) -> dict[str, Scalar]:
    """The row of one run: every outcome by name, and the hash of the verdict's rules."""
    values: dict[str, Scalar] = {outcome.name: value_of(outcome, result) for outcome in experiment.outcomes}
    return {**values, RULES_COLUMN: experiment.rules_hash}


def value_of(outcome: Outcome, result: RunResult) -> Scalar:
    """One outcome of one run: a measure, or a number from the weeks that open in its period.

    None for a measure that the run cannot tell. Raises ``ValueError`` if no week opens in the period.
    """
    if outcome.measure is not None:
        return QUANTITIES[outcome.measure].value(result.organisation, outcome.months)
    chosen = np.ones(len(result.dates), dtype=bool)
    if outcome.start is not None:
        chosen &= result.dates >= np.datetime64(outcome.start)
    if outcome.end is not None:
        chosen &= result.dates <= np.datetime64(outcome.end)
    weeks = result.series[outcome.series][chosen]
    if not len(weeks):
        raise ValueError(
            f"outcome {outcome.name}: no week opens between {outcome.start or 'the start'} and "
            f"{outcome.end or 'the end'} of the run"
        )
    return float(_STATISTICS[outcome.statistic](weeks))


def unit_of(series: str, statistic: str) -> str:
    """The unit of an outcome: that of the series; the sum of a state over weeks is in that unit times weeks."""
    spec = next(spec for spec in SERIES if spec.name == series)
    if statistic != "sum" or "this week" in spec.meaning or "arrived this week" in spec.meaning:
        return spec.unit
    if spec.unit.endswith("/week"):
        return spec.unit.removesuffix("/week")
    return f"{spec.unit} weeks"


class OutcomeReader:
    """Makes outcomes of the entries of one file and gathers what is wrong with them.

    ``at`` gives the place of a path; ``factors`` are columns of the draw, which no outcome may be named as. ``asked``:
    a sweep was made of the file already, so that names that are refused now may stand.
    """

    def __init__(
        self,
        at: At,
        arms: Sequence[tuple[str, Scenario]],
        factors: Collection[str] = (),
        *,
        asked: bool = False,
    ) -> None:
        self._at = at
        self._arms = arms
        self._factors = factors
        self._others = () if asked else OTHER_COLUMNS
        self.faults: list[Fault] = []

    def read(self, document: ExperimentDocument) -> tuple[Outcome, ...]:
        """All outcomes in the order of the file, one for each horizon that an entry names."""
        for name, period in document.horizon.items():
            self._check_period(("horizon", name), period.start, period.end)
        found: list[Outcome] = []
        for number, entry in enumerate(document.outcome):
            path: Path = ("outcome", number)
            made = list(self._made(path, entry, document.horizon))
            for outcome in made:
                if expected := self._name_problem(outcome.name, found):
                    place = "measures" if entry.measures else "name" if entry.name else "measure"
                    self._fault((*path, place), outcome.name, expected)
                found.append(outcome)
        return tuple(found)

    def _name_problem(self, name: str, others: Sequence[Outcome]) -> str:
        """What a name would have to be instead, nothing if it may stand beside the other columns of a run's row."""
        if name in TAKEN_COLUMNS:
            return f"a name other than {', '.join(TAKEN_COLUMNS)}, which are columns of every run"
        if name in self._others:
            return (
                f"a name other than {', '.join(OTHER_COLUMNS)}, which are columns of the plan and the series"
            )
        if name in self._factors:
            return "a name other than those of the factors"
        return "another name for each outcome" if any(name == other.name for other in others) else ""

    def _fault(self, path: Path, value: Any, expected: str, hint: str = "") -> None:
        self.faults.append(fault_at(self._at, path, "value", in_words(value), expected, hint))

    def _made(self, path: Path, entry: OutcomeEntry, horizons: Mapping[str, Period]) -> Sequence[Outcome]:
        """The outcomes of one entry: of a series, or of measures."""
        said = [key for key in ("series", "measure", "measures") if getattr(entry, key)]
        if len(said) != 1:
            got = " and ".join(said) or "nothing"
            place, word = ((*path, said[1]), "key") if said else ((*path, "series"), "parent")
            expected = (
                "the name of a weekly series, or measure" if not said else "one of series, measure, measures"
            )
            self.faults.append(fault_at(self._at, place, word, got, expected))
            return ()
        if said != ["series"]:
            return self._of_measures(path, entry)
        return self._of_series(path, entry, horizons)

    def _of_measures(self, path: Path, entry: OutcomeEntry) -> Sequence[Outcome]:
        """One outcome for each measure and horizon."""
        self._refuse(
            path, entry, ("statistic", "start", "end", "horizons"), "nothing of a series beside a measure"
        )
        if entry.measures and entry.name is not None:
            self._refuse(
                path, entry, ("name",), "no name where there are several measures: each bears its own"
            )
        named = [((*path, "measure"), entry.measure)] if entry.measure else []
        named += [((*path, "measures", place), name) for place, name in enumerate(entry.measures)]
        made: list[Outcome] = []
        for place, name in named:
            if name in QUANTITIES:
                made += self._of_measure(path, entry, name)
            else:
                hint = did_you_mean(name, QUANTITIES) or "docs/reference lists them"
                self._fault(place, name, "the name of a measure", hint)
        return made

    def _of_measure(self, path: Path, entry: OutcomeEntry, name: str) -> Sequence[Outcome]:
        quantity = QUANTITIES[name]
        column = name if entry.name is None else entry.name
        if not quantity.per_horizon:
            if not entry.measures:
                self._refuse(path, entry, ("horizon_months",), f"no horizons, since {name} has none")
            return [Outcome(column, unit=quantity.unit, measure=name, text=quantity.is_text)]
        made = []
        for place, months in enumerate(entry.horizon_months or HORIZONS):
            if months not in HORIZONS:
                self._fault((*path, "horizon_months", place), months, one_of(map(str, HORIZONS)))
                continue
            made.append(
                Outcome(
                    f"{column}_{months}",
                    unit=quantity.unit,
                    measure=name,
                    months=months,
                    text=quantity.is_text,
                )
            )
        return made

    def _refuse(self, path: Path, entry: OutcomeEntry, keys: Sequence[str], expected: str) -> None:
        """Tell the keys of an entry that say nothing where they stand."""
        for key in keys:
            if key in entry.model_fields_set:
                self.faults.append(fault_at(self._at, (*path, key), "key", key, expected))

    def _of_series(
        self, path: Path, entry: OutcomeEntry, horizons: Mapping[str, Period]
    ) -> Sequence[Outcome]:
        """One outcome for the whole run or a period, or one for each named period."""
        assert entry.series is not None
        self._refuse(path, entry, ("horizon_months",), "horizons, since a series is taken over periods")
        if entry.name is None:
            self.faults.append(fault_at(self._at, (*path, "name"), "parent", "nothing", "a column name"))
        if entry.series not in SERIES_NAMES:
            hint = did_you_mean(entry.series, (*SERIES_NAMES, *QUANTITIES)) or "docs/reference lists them"
            self._fault((*path, "series"), entry.series, "the name of a weekly series", hint)
            return ()
        if entry.name is None:
            return ()
        unit = unit_of(entry.series, entry.statistic)
        if not entry.horizons:
            self._check_period(path, entry.start, entry.end)
            outcome = Outcome(entry.name, entry.series, entry.statistic, entry.start, entry.end, unit)
            return [outcome]
        if entry.start is not None or entry.end is not None:
            place = "start" if entry.start is not None else "end"
            day = getattr(entry, place)
            self._fault((*path, place), day, "either horizons or start and end")
        made = []
        for index, name in enumerate(entry.horizons):
            if name not in horizons:
                expected = one_of(horizons) if horizons else "a [horizon.NAME] table of that name"
                self._fault((*path, "horizons", index), name, expected, did_you_mean(name, horizons))
                continue
            period = horizons[name]
            column = f"{entry.name}_{name.replace('-', '_')}"
            made.append(Outcome(column, entry.series, entry.statistic, period.start, period.end, unit))
        return made

    def _check_period(self, path: Path, start: datetime.date | None, end: datetime.date | None) -> None:
        """A period must lie inside the run of every arm and hold the first day of a week."""
        if start is not None and end is not None and end < start:
            self._fault((*path, "end"), end, f"a day on or after start = {start}")
            return
        for arm, scenario in self._arms:
            clock = Clock.between(scenario.run.start, scenario.run.end)
            for name, day in (("start", start), ("end", end)):
                if day is not None and not scenario.run.start <= day <= scenario.run.end:
                    run = f"{scenario.run.start} to {scenario.run.end}"
                    self._fault((*path, name), day, f'a day inside the run of arm "{arm}", {run}')
                    return
            dates = clock.dates()
            first = np.datetime64(start or scenario.run.start)
            last = np.datetime64(end or scenario.run.end)
            if not ((dates >= first) & (dates <= last)).any():
                place = "end" if end is not None else "start"
                expected = f"a period in which a week opens: weeks open on {dates[0].item():%A}s"
                self._fault((*path, place), end or start, expected)
                return
