"""The one table of parameters, and an immutable set of values drawn from it.

``parameters.csv`` declares each parameter of the model once: its meaning, unit, default, range, prior
distribution, source and how far the source carries. Everything else (defaults, checks of scenario files,
documentation, priors of experiments) is read from that table.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from vraem.scenario.faults import did_you_mean

_TEXT_FIELDS = ("name", "process", "equation", "meaning", "unit", "distribution", "source", "confidence")


@dataclass(frozen=True)
class ParameterSpec:
    """One row of the table: what a parameter means and which values it may take.

    ``start`` is the default before calibration, None where calibration left it alone; ``source`` and
    ``confidence`` are those of the starting value and the range.
    """

    name: str
    process: str
    equation: str
    meaning: str
    unit: str
    default: float
    low: float
    high: float
    distribution: str
    source: str
    confidence: str
    start: float | None = None

    @property
    def whole(self) -> bool:
        """Whether the parameter counts things, so that its value is a whole number."""
        return self.unit == "count"

    def problem(self, value: Any) -> str:
        """What values are expected, if ``value`` is not one of them; an empty text if it is."""
        number = isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
        if number and self.low <= value <= self.high and (not self.whole or float(value).is_integer()):
            return ""
        kind = "a whole number" if self.whole else "a number"
        unit = "" if self.unit in ("ratio", "count", "logit", "pseudo_count") else f" {self.unit}"
        return f"{kind} from {self.low:.10g} to {self.high:.10g}{unit} (source: {self.source})"


@functools.cache
def parameter_table() -> tuple[ParameterSpec, ...]:
    """Every parameter of the model, in the order of the table. Read on first use, then kept."""
    return _read("parameters.csv")


@functools.cache
def target_table() -> tuple[ParameterSpec, ...]:
    """Quantities that the model must produce, not inputs: values to fit or to compare with."""
    return _read("targets.csv")


@functools.cache
def parameter_specs() -> Mapping[str, ParameterSpec]:
    """The table by name."""
    return {spec.name: spec for spec in parameter_table()}


class Parameters:
    """An immutable set of parameter values; names are attributes.

    Example::

        p = Parameters(demand_elasticity=5.0)
        p.demand_elasticity                  # 5.0
        p.replace(leaf_per_kg_hcl=300.0)     # another set, this one unchanged

    Values are floats in the unit of the table, except counts of things, which are whole numbers.
    Two sets are equal when all their values are; a set is hashable and travels between processes.
    """

    def __init__(self, **overrides: float) -> None:
        """Take the defaults of the table with ``overrides`` in their place.

        Raises ``AttributeError`` for a name that is not in the table (the message names near matches)
        and ``ValueError`` for a value outside the range of the table.
        """
        self._fill({spec.name: spec.default for spec in parameter_table()} | _checked(overrides, check=True))

    def _fill(self, values: Mapping[str, float]) -> None:
        # Values sit in the instance's own dictionary, so that reading one costs no more than any attribute.
        specs = parameter_specs()
        for name, value in values.items():
            plain = int(value) if specs[name].whole and float(value).is_integer() else float(value)
            self.__dict__[name] = plain

    def replace(self, *, check: bool = True, **overrides: float) -> Parameters:
        """Another set with some values changed.

        ``check=False`` allows values outside the range of the table, for studies that switch a mechanism
        off; names are always checked.
        """
        changed = _checked(overrides, check=check)
        other = Parameters.__new__(Parameters)
        other._fill(self.as_dict() | changed)
        return other

    def as_dict(self) -> dict[str, float]:
        """All values by name, in the order of the table, as a new dictionary."""
        return dict(self.__dict__)

    def __getattr__(self, name: str) -> float:
        """Only reached for a name that is not in the table."""
        # Python itself asks for __deepcopy__ and the like: no search for near matches then.
        raise AttributeError(name if name.startswith("__") else _unknown(name))

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a set of parameters does not change."""
        raise AttributeError(f"parameters are fixed: use replace({name}=...) to get another set")

    def __delattr__(self, name: str) -> None:
        """Refuse: a set of parameters does not change."""
        raise AttributeError("parameters are fixed: none can be deleted")

    def __eq__(self, other: object) -> bool:
        """Whether all values agree."""
        return isinstance(other, Parameters) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """The same for sets that are equal."""
        return hash(tuple(self.__dict__.values()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as plain values."""
        return _restore, (self.as_dict(),)

    def __repr__(self) -> str:
        """The values that differ from the defaults."""
        changed = {s.name: v for s in parameter_table() if (v := self.__dict__[s.name]) != s.default}
        return f"Parameters({', '.join(f'{name}={value:g}' for name, value in changed.items())})"


def _restore(values: dict[str, float]) -> Parameters:
    return Parameters().replace(check=False, **values)


def _checked(overrides: dict[str, float], *, check: bool) -> dict[str, float]:
    specs = parameter_specs()
    for name, value in overrides.items():
        if name not in specs:
            raise AttributeError(_unknown(name))
        if not _finite(value):
            raise ValueError(f"{name}: got {value}, expected a finite number")
        if check and (expected := specs[name].problem(value)):
            raise ValueError(f"{name}: got {value}, expected {expected}")
    return overrides


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False


def _unknown(name: str) -> str:
    hint = did_you_mean(name, parameter_specs())
    return f"no parameter is called {name}; {hint or 'see `vraem parameters` for the list'}"


def _read(file: str) -> tuple[ParameterSpec, ...]:
    text = resources.files("vraem.scenario").joinpath(file).read_text(encoding="utf-8")
    return tuple(_spec(row) for row in csv.DictReader(text.splitlines()))


def _spec(row: Mapping[str, str]) -> ParameterSpec:
    values: dict[str, Any] = {name: row[name] for name in _TEXT_FIELDS}
    values |= {name: float(row[name]) for name in ("default", "low", "high")}
    start = row.get("start")
    return ParameterSpec(**values, start=float(start) if start else None)
