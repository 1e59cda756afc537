"""Records of runs as tables: which columns, of which type, in which order, so that every part file agrees.

What may be compared to the byte (runs, series, failures) holds no clock times; those are in the timings.
"""

from __future__ import annotations

import datetime
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vraem.observe.series import SERIES

if TYPE_CHECKING:
    import pyarrow as pa

    from vraem.experiment.types import Experiment, Factor, Run, RunRecord

Key = tuple[str, str, int, int]
"""What names a row: id, arm, point, replicate. Two arms may be the same scenario and then share their ids."""

KEY_COLUMNS = ("id", "arm", "point", "replicate")
IDENTITY = (*KEY_COLUMNS, "seed")
MEANINGS = {
    "id": "stands for all that determines the run",
    "arm": "arm of the experiment",
    "point": "number of the draw of the factors",
    "replicate": "number of the seed within the point",
    "seed": "seed of the random numbers, equal across arms",
    "week": "the day that opens the week",
    "exception": "what went wrong",
    "message": "what it said",
    "traceback": "where it happened",
    "seconds": "wall-clock time of the run; of a shared past, the time counts for its first run",
    "weeks_run": "weeks simulated for this run and no other before it",
    "weeks": "weeks of the run",
    "finished": "when the run ended",
    "worker": "process that wrote the file",
    "host": "machine",
}
UNITS = {"seconds": "s", "weeks_run": "weeks", "weeks": "weeks"}


def key_of(run: Run) -> Key:
    """The key of a run's rows."""
    return (run.id, run.arm, run.point, run.replicate)


@dataclass(frozen=True)
class Columns:
    """The columns of an experiment's tables.

    ``factors`` maps dotted keys to (column, type, value of a run that does not draw it); ``outcomes`` maps names of
    outcomes to units; ``texts`` are those outcomes whose values are labels.
    """

    factors: Mapping[str, tuple[str, str, Any]]
    outcomes: Mapping[str, str]
    texts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, experiment: Experiment) -> Columns:
        """Those of an experiment."""
        return cls(
            factors={
                factor.key: (factor.name, factor_type(factor), factor.default)
                for factor in experiment.factors
            },
            outcomes={outcome.name: outcome.unit for outcome in experiment.outcomes},
            texts=frozenset(outcome.name for outcome in experiment.outcomes if outcome.text),
        )

    def runs(self, records: Sequence[RunRecord]) -> pa.Table:
        """Finished runs: who they are, their draw, their scalars."""
        import pyarrow as pa

        fields, arrays = self._identity([record.run for record in records])
        for name in self._scalar_names(records):
            values = [record.scalars.get(name) for record in records]
            label = name in self.texts or any(isinstance(value, str) for value in values)
            kind = pa.string() if label else pa.float64()
            fields.append(_field(name, kind, self.outcomes.get(name, "")))
            arrays.append(pa.array([_as(value, kind, pa) for value in values], kind))
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))

    def failures(self, records: Sequence[RunRecord]) -> pa.Table:
        """Failed runs: who they are, their draw, what went wrong and where."""
        import pyarrow as pa

        fields, arrays = self._identity([record.run for record in records])
        said = [(record.error or "").partition(": ") for record in records]
        texts = {
            "exception": [name for name, _, _ in said],
            "message": [message for _, _, message in said],
            "traceback": [record.traceback or "" for record in records],
        }
        for name, values in texts.items():
            fields.append(_field(name, pa.string()))
            arrays.append(pa.array(values, pa.string()))
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))

    def timings(self, records: Sequence[RunRecord], worker: str) -> pa.Table:
        """What runs took, which differs from time to time and is therefore kept apart."""
        import pyarrow as pa

        now = datetime.datetime.now(datetime.UTC)
        runs = [record.run for record in records]
        count = len(records)
        columns = {
            "id": pa.array([run.id for run in runs], pa.string()),
            "arm": pa.array([run.arm for run in runs], pa.string()),
            "point": pa.array([run.point for run in runs], pa.int64()),
            "replicate": pa.array([run.replicate for run in runs], pa.int64()),
            "seconds": pa.array([round(record.seconds, 4) for record in records], pa.float64()),
            "weeks_run": pa.array([record.weeks_run for record in records], pa.int64()),
            "weeks": pa.array([_weeks(record) for record in records], pa.int64()),
            "finished": pa.array([now] * count, pa.timestamp("ms", "UTC")),
            "worker": pa.array([worker] * count, pa.string()),
            "host": pa.array([socket.gethostname()] * count, pa.string()),
        }
        fields = [_field(name, column.type, UNITS.get(name, "")) for name, column in columns.items()]
        return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))

    def series(self, record: RunRecord) -> pa.Table:
        """The weekly series of one run, a row a week."""
        import pyarrow as pa

        schema = self.series_schema(record)
        run, series, dates = record.run, record.series or {}, record.dates
        assert dates is not None
        weeks = len(dates)
        arrays = [pa.array([getattr(run, name)] * weeks, schema.field(name).type) for name in IDENTITY]
        arrays.append(pa.array(dates.astype("datetime64[D]"), pa.date32()))
        arrays += [pa.array(values, pa.float64()) for values in series.values()]
        return pa.Table.from_arrays(arrays, schema=schema)

    def series_schema(self, record: RunRecord) -> pa.Schema:
        """The columns of `series`."""
        import pyarrow as pa

        fields = [_field(name, pa.string() if name in ("id", "arm") else pa.int64()) for name in IDENTITY]
        fields.append(_field("week", pa.date32(), "date"))
        fields += [_series_field(name) for name in record.series or {}]
        return pa.schema(fields)

    def order(self, names: Sequence[str]) -> list[str]:
        """Names of columns of the table of runs in their one order, however the parts were read."""
        first = [*IDENTITY, *(column for column, _, _ in self.factors.values())]
        last = [*self.outcomes]
        others = sorted(set(names) - set(first) - set(last))
        return [name for name in (*first, *last, *others) if name in set(names)]

    def _identity(self, runs: Sequence[Run]) -> tuple[list[Any], list[Any]]:
        import pyarrow as pa

        kinds = {name: pa.string() if name in ("id", "arm") else pa.int64() for name in IDENTITY}
        fields = [_field(name, kind) for name, kind in kinds.items()]
        arrays = [pa.array([getattr(run, name) for run in runs], kind) for name, kind in kinds.items()]
        drawn = [dict(run.changes) for run in runs]
        factors = dict(self.factors)
        for changes in drawn:
            for key in changes:
                factors.setdefault(key, (key, value_type([changes[key]]), None))
        for key, (column, kind, default) in factors.items():
            type_ = pa.type_for_alias(kind)
            fields.append(_field(column, type_))
            arrays.append(pa.array([_as(changes.get(key, default), type_, pa) for changes in drawn], type_))
        return fields, arrays

    def _scalar_names(self, records: Sequence[RunRecord]) -> list[str]:
        found = {name for record in records for name in record.scalars}
        return [*self.outcomes, *sorted(found - set(self.outcomes))]


def factor_type(factor: Factor) -> str:
    """The Arrow type of a factor's column, the same as in the plan."""
    return value_type(factor.values)


def value_type(values: Sequence[Any]) -> str:
    """The Arrow type that holds all of some values of a scenario: numbers, else text."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return "float64" if numbers else "string"


def _as(value: Any, kind: Any, pa: Any) -> Any:
    if value is None:
        return None
    if kind == pa.string():
        return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return float(value)


def _weeks(record: RunRecord) -> int | None:
    return None if record.dates is None else len(record.dates)


def _field(name: str, kind: Any, unit: str = "") -> Any:
    import pyarrow as pa

    described = {"unit": unit, "meaning": MEANINGS.get(name, "")}
    return pa.field(name, kind, metadata={key: text for key, text in described.items() if text})


def _series_field(name: str) -> Any:
    import pyarrow as pa

    spec = _SPECS.get(name)
    described = {"unit": spec.unit, "meaning": spec.meaning} if spec else {}
    return pa.field(name, pa.float64(), metadata=described)


_SPECS = {spec.name: spec for spec in SERIES}
