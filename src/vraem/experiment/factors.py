"""The factors of an experiment file: what varies between points, with levels or a range and its prior."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vraem.experiment.file_schema import ADDED_TABLES
from vraem.experiment.priors import PEAKED_PRIORS, prior_problem
from vraem.experiment.types import Factor
from vraem.scenario.faults import Fault, ScenarioError, did_you_mean, in_words, one_of
from vraem.scenario.messages import At, fault_at
from vraem.scenario.parameters import ParameterSpec, parameter_specs, parameter_table
from vraem.scenario.positions import Path
from vraem.scenario.switches import SWITCHES

if TYPE_CHECKING:
    from vraem.experiment.file_schema import FactorEntry
    from vraem.scenario import Scenario

_KINDS = ("parameter", "parameters", "process", "switch", "switches", "key")
_LISTS = {"values": "level", "parameters": "parameter", "switches": "switch"}
_RANGE = ("low", "high", "mode", "prior")
_FREE_KEYS = (*(f"{table}." for table in ADDED_TABLES), "run.households")


class FactorReader:
    """Makes factors of the entries of one file and gathers what is wrong with them.

    ``at`` gives the place of a path; ``arms`` are the scenarios on which every level must be allowed. ``asked``: a
    sweep was made of the file already, so that levels that stand there twice may do so.
    """

    def __init__(self, at: At, arms: Sequence[tuple[str, Scenario]], *, asked: bool = False) -> None:
        self._at = at
        self._arms = arms
        self._asked = asked
        self.faults: list[Fault] = []

    def read(self, entries: Sequence[FactorEntry]) -> tuple[Factor, ...]:
        """All factors, in the order of the file."""
        found: list[Factor] = []
        for number, entry in enumerate(entries):
            said = entry.model_fields_set
            kinds = [kind for kind in _KINDS if kind in said]
            if len(kinds) != 1:
                got = " and ".join(kinds) if kinds else "none of them"
                self._fault(("factor", number), "key", got, f"one of {', '.join(_KINDS)}")
                continue
            if not self._lists_are_sound(number, entry):
                continue
            for factor, path in self._of_kind(number, entry, kinds[0]):
                if any(factor.key == other.key for other in found):
                    self._fault(path, "value", f"{factor.key} twice", "each factor once")
                else:
                    found.append(dataclasses.replace(factor, default=self._default(factor.key)))
        return tuple(found)

    def _lists_are_sound(self, number: int, entry: FactorEntry) -> bool:
        """Whether no list of an entry is empty, and no level stands there twice."""
        empty = [key for key in _LISTS if key in entry.model_fields_set and not getattr(entry, key)]
        for key in empty:
            self._fault(("factor", number, key), "value", "an empty list", f"one {_LISTS[key]} or more")
        twice = (
            []
            if self._asked
            else [place for place, value in enumerate(entry.values) if _is_among(value, entry.values[:place])]
        )
        for place in twice:
            got = f"{in_words(entry.values[place])} twice"
            self._fault(("factor", number, "values", place), "value", got, "each level once")
        return not empty and not twice

    def _fault(self, path: Path, word: str, got: str, expected: str, hint: str = "") -> None:
        self.faults.append(fault_at(self._at, path, word, got, expected, hint))

    def _default(self, key: str) -> Any:
        """What the arms say without a draw, None if they differ."""
        values = [_value_at(scenario, key) for _, scenario in self._arms]
        return values[0] if values and all(value == values[0] for value in values) else None

    def _of_kind(self, number: int, entry: FactorEntry, kind: str) -> Iterator[tuple[Factor, Path]]:
        path: Path = ("factor", number, kind)
        if kind == "switch":
            yield from self._of_switch(entry, str(entry.switch), path)
        elif kind == "switches":
            yield from self._of_switches(entry, path)
        elif kind == "key":
            yield from self._of_key(entry, path)
        else:
            yield from self._of_parameters(entry, path, kind)

    def _of_parameters(self, entry: FactorEntry, path: Path, kind: str) -> Iterator[tuple[Factor, Path]]:
        named = self._named(entry, path, kind)
        if kind != "parameter" and (extra := sorted({"values", *_RANGE} & entry.model_fields_set)):
            place: Path = (*path[:2], extra[0])
            self._fault(place, "key", f"{extra[0]} for several parameters", "a [[factor]] with one parameter")
            return
        for name, place in named:
            spec = parameter_specs()[name]
            made = self._with_values(entry, place, spec) if entry.values else self._ranged(entry, place, spec)
            if made is not None:
                yield made, place

    def _named(self, entry: FactorEntry, path: Path, kind: str) -> list[tuple[str, Path]]:
        """The parameters that an entry means, each with the place where it does."""
        if kind == "process":
            names = [spec.name for spec in parameter_table() if spec.process == entry.process]
            known = dict.fromkeys(spec.process for spec in parameter_table())
            if not names:
                hint = did_you_mean(str(entry.process), known)
                self._fault(path, "value", in_words(entry.process), one_of(known), hint)
            return [(name, path) for name in names]
        if kind == "parameter":
            named: list[tuple[str, Path]] = [(str(entry.parameter), path)]
        else:
            named = [(name, (*path, place)) for place, name in enumerate(entry.parameters)]
        for name, place in named:
            if name not in parameter_specs():
                hint = did_you_mean(name, parameter_specs()) or "`vraem parameters` lists them"
                self._fault(place, "value", in_words(name), "the name of a parameter", hint)
        return [(name, place) for name, place in named if name in parameter_specs()]

    def _with_values(self, entry: FactorEntry, place: Path, spec: ParameterSpec) -> Factor | None:
        if not self._no_range_beside_values(entry, place):
            return None
        sound = True
        for index, value in enumerate(entry.values):
            if expected := spec.problem(value):
                self._fault((*place[:2], "values", index), "value", in_words(value), expected)
                sound = False
        return Factor(f"parameters.{spec.name}", entry.values, whole=spec.whole) if sound else None

    def _no_range_beside_values(self, entry: FactorEntry, place: Path) -> bool:
        beside = [name for name in _RANGE if name in entry.model_fields_set]
        for name in beside:
            self._fault((*place[:2], name), "key", f"{name} beside values", "either values or a range")
        return not beside

    def _ranged(self, entry: FactorEntry, place: Path, spec: ParameterSpec) -> Factor | None:
        low = spec.low if entry.low is None else entry.low
        high = spec.high if entry.high is None else entry.high
        for name, value in (("low", low), ("high", high)):
            if expected := spec.problem(value):
                self._fault((*place[:2], name), "value", in_words(value), expected)
                return None
        # The peak of the table may lie outside a range that was narrowed: the nearest end takes its place.
        mode = min(max(spec.default, low), high) if entry.mode is None else entry.mode
        return self._of_range(entry, place, f"parameters.{spec.name}", (low, high), mode, spec)

    def _of_range(
        self,
        entry: FactorEntry,
        place: Path,
        key: str,
        ends: tuple[float, float],
        mode: float | None,
        spec: ParameterSpec | None = None,
    ) -> Factor | None:
        low, high = ends
        if low >= high:
            at = "high" if entry.high is not None or entry.low is None else "low"
            said = in_words(high if at == "high" else low)
            expected = f"a number above low = {low:g}" if at == "high" else f"a number below high = {high:g}"
            self._fault((*place[:2], at), "value", said, expected)
            return None
        prior = entry.prior or (spec.distribution if spec else "uniform")
        if problem := prior_problem(prior, low, high, mode):
            at = "mode" if entry.mode is not None and "mode" in problem else "prior"
            self._fault((*place[:2], at), "value", in_words(getattr(entry, at) or prior), problem)
            return None
        peaked = prior in PEAKED_PRIORS
        whole = spec.whole if spec else False
        return Factor(key, (), float(low), float(high), prior, mode if peaked else None, whole)

    def _of_switches(self, entry: FactorEntry, path: Path) -> Iterator[tuple[Factor, Path]]:
        if extra := sorted({"values", *_RANGE} & entry.model_fields_set):
            place: Path = (*path[:2], extra[0])
            self._fault(place, "key", f"{extra[0]} for several switches", "a [[factor]] with one switch")
            return
        for number, name in enumerate(entry.switches):
            yield from self._of_switch(entry, name, (*path, number))

    def _of_switch(self, entry: FactorEntry, name: str, path: Path) -> Iterator[tuple[Factor, Path]]:
        if name not in SWITCHES:
            self._fault(path, "value", in_words(name), one_of(SWITCHES), did_you_mean(name, SWITCHES))
            return
        beside = [name for name in _RANGE if name in entry.model_fields_set]
        for extra in beside:
            self._fault((*path[:2], extra), "key", f"{extra} of a switch", "values, or nothing for all forms")
        forms = SWITCHES[name].values
        wrong = [(index, value) for index, value in enumerate(entry.values) if value not in forms]
        for index, value in wrong:
            hint = did_you_mean(value, forms) if isinstance(value, str) else ""
            self._fault((*path[:2], "values", index), "value", in_words(value), one_of(forms), hint)
        if not wrong and not beside:
            yield Factor(f"switches.{name}", entry.values or forms), path

    def _of_key(self, entry: FactorEntry, path: Path) -> Iterator[tuple[Factor, Path]]:
        key = str(entry.key)
        made: Factor | None
        if not key.startswith(_FREE_KEYS):
            table, _, name = key.partition(".")
            kind = {"parameters": "parameter", "switches": "switch"}.get(table)
            hint = f'write {kind} = "{name}" in place of key' if kind and name else ""
            expected = "a key such as event.0.factor or campaign.0.intelligence"
            self._fault(path, "value", in_words(key), expected, hint)
            return
        if entry.values:
            made = Factor(key, entry.values) if self._no_range_beside_values(entry, path) else None
        elif entry.low is None or entry.high is None:
            self._fault(path, "key", "no levels", "values, or low and high")
            return
        else:
            made = self._of_range(entry, path, key, (entry.low, entry.high), entry.mode)
        if made is not None and self._allowed_everywhere(made, path):
            yield made, path

    def _allowed_everywhere(self, factor: Factor, path: Path) -> bool:
        """Whether every arm has the key and allows every level or both ends."""
        levels: Mapping[str | int, Any] = (
            dict(enumerate(factor.values)) if factor.values else {"low": factor.low, "high": factor.high}
        )
        for arm, scenario in self._arms:
            if _value_at(scenario, factor.key) is None:
                self._fault(path, "value", f'a key that arm "{arm}" does not have', "a key of every arm")
                return False
            for name, level in levels.items():
                try:
                    scenario.with_({factor.key: level})
                except ScenarioError as error:
                    place = (*path[:2], "values", name) if isinstance(name, int) else (*path[:2], name)
                    self._fault(place, "value", in_words(level), error.faults[0].expected)
                    return False
        return True


def _is_among(value: Any, others: Sequence[Any]) -> bool:
    """Whether a level is one of others: 4 and 4.0 are the same, true and 1 are not."""
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in others)


def _value_at(scenario: Scenario, key: str) -> Any:
    """The value of a dotted key, None if there is none."""
    value: Any = scenario.as_document()
    for part in key.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value
