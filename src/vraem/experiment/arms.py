"""The arms of an experiment file as scenarios.

Each arm starts from a scenario (its own, else the experiment's); the tables of the experiment are laid over
it, then those of the arm. Tables merge key by key; rows of arrays (events, campaigns and the like) are added.
Places are kept, so that a fault names the line and the key of the file in which it was written.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from vraem.experiment.file_schema import ADDED_TABLES, SHARED_TABLES
from vraem.scenario.faults import Fault, ScenarioError, in_words
from vraem.scenario.layers import OWN_KEYS, Layers, Mark, named_file, read_layers
from vraem.scenario.loader import build
from vraem.scenario.messages import dotted, fault_at
from vraem.scenario.positions import Path, Position
from vraem.scenario.sources import library

if TYPE_CHECKING:
    from vraem.scenario import Scenario

_MOST_ARMS = 1_000
_NOT_IN_A_LABEL = re.compile(r"[^a-z0-9_.]+")


@dataclass
class _Draft:
    """A scenario under construction; ``keys`` maps its paths to those of the experiment file."""

    layers: Layers
    folder: File | None
    keys: dict[Path, Path] = field(default_factory=dict)

    def copy(self) -> _Draft:
        """Another that can be changed alone."""
        layers = dataclasses.replace(
            self.layers, data=copy.deepcopy(self.layers.data), marks=dict(self.layers.marks)
        )
        return _Draft(layers, self.folder, dict(self.keys))


class ArmReader:
    """Makes scenarios of the arms of one experiment file and gathers what is wrong with them.

    ``written`` is the file as it stands, ``path`` where it lies.
    """

    def __init__(self, written: Layers, path: File) -> None:
        self._written = written
        self._path = path
        self._starts: dict[str, _Draft] = {}
        self.faults: list[Fault] = []

    def read(self) -> list[tuple[str, Scenario]]:
        """Names and scenarios of all arms, each ``each`` unfolded; those that are faulty are left out."""
        entries = self._written.data.get("arm")
        found: list[tuple[str, Scenario]] = []
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                continue  # a fault of shape, told elsewhere
            try:
                for name, draft in self._unfolded(number, entry):
                    found.append((name, self._finish(name, entry, draft)))
            except ScenarioError as error:
                self.faults += error.faults
        self._each_name_once(found)
        return found

    def _each_name_once(self, found: Sequence[tuple[str, Scenario]]) -> None:
        names = [name for name, _ in found]
        for name in sorted({name for name in names if names.count(name) > 1}):
            places = [number for number, arm in enumerate(self._written.data["arm"]) if _makes(arm, name)]
            path: Path = ("arm", places[-1], "name") if places else ("arm",)
            fault = fault_at(self._written.at, path, "value", f'"{name}" twice', "another name for each arm")
            self.faults.append(fault)

    def _unfolded(self, number: int, entry: Mapping[str, Any]) -> Iterator[tuple[str, _Draft]]:
        draft = self._composed(number, entry)
        each = entry.get("each", {})
        if not isinstance(each, dict) or not each:
            yield entry["name"], draft
            return
        base = {
            table: len(_rows(draft.layers.data, table)) - len(_rows(entry, table)) for table in ADDED_TABLES
        }
        choices = [self._choices(number, key, values) for key, values in _leaves(each, ())]
        self._not_too_many(number, choices)
        for combination in itertools.product(*choices):
            arm = draft.copy()
            for place, key, value in combination:
                self._put(arm, place, _shifted(key, base), value)
            yield "-".join([entry["name"], *(_label(value) for _, _, value in combination)]), arm

    def _choices(self, number: int, key: Path, values: Any) -> list[tuple[Path, Path, Any]]:
        """For one key of ``each``: (place in the file, key of the arm, value) of every value."""
        place: Path = ("arm", number, "each", *key)
        parts = tuple(int(part) if part.isdigit() else part for name in key for part in str(name).split("."))
        if not isinstance(values, list) or not values:
            raise self._refused(place, in_words(values), "a list of values, one arm for each")
        if parts[0] not in SHARED_TABLES or len(parts) < 2:
            wanted = f"a key such as event.0.hectares or parameters.NAME, in {', '.join(SHARED_TABLES)}"
            raise self._refused(place, dotted(parts), wanted, "key")
        rows = _rows(self._written.data["arm"][number], str(parts[0]))
        if parts[0] in ADDED_TABLES and not (isinstance(parts[1], int) and parts[1] < len(rows)):
            wanted = f"the number of a [[arm.{parts[0]}]] of this arm, from 0"
            raise self._refused(place, dotted(parts), wanted, "key")
        return [((*place, index), parts, value) for index, value in enumerate(values)]

    def _not_too_many(self, number: int, choices: Sequence[Sequence[Any]]) -> None:
        count = 1
        for values in choices:
            count *= len(values)
        if count > _MOST_ARMS:
            expected = f"at most {_MOST_ARMS} arms"
            raise self._refused(("arm", number, "each"), f"{count} combinations", expected, "key")

    def _refused(self, place: Path, got: str, expected: str, word: str = "value") -> ScenarioError:
        return ScenarioError([fault_at(self._written.at, place, word, got, expected)])

    def _put(self, arm: _Draft, place: Path, key: Path, value: Any) -> None:
        file, line, col = self._written.at(place, "value")
        try:
            arm.layers.put(key, copy.deepcopy(value), Mark(file, Position(line, col), Position(line, col)))
        except ScenarioError as error:
            got, expected = error.faults[0].got, error.faults[0].expected
            fault = fault_at(self._written.at, place[:-1], "key", got, expected)
            raise ScenarioError([fault]) from None
        arm.keys[key] = place

    def _composed(self, number: int, entry: Mapping[str, Any]) -> _Draft:
        draft = self._start(number, entry).copy()
        for at, body in (((), self._written.data), (("arm", number), entry)):
            for table in SHARED_TABLES:
                self._lay(draft, at, table, body.get(table))
        return draft

    def _lay(self, draft: _Draft, at: Path, table: str, said: Any) -> None:
        """One table of the experiment or of an arm over what is there; items of arrays are added."""
        there = draft.layers.data.get(table)
        offset = 0
        if table in ADDED_TABLES:
            if not isinstance(said, list) or not said:
                return
            offset = len(there) if isinstance(there, list) else 0
            draft.layers.data[table] = [*(there if isinstance(there, list) else ()), *said]
        elif isinstance(said, dict):
            draft.layers.lay({table: said}, {})
        else:
            return
        if table == "run" and "seed" in said:
            place: Path = (*at, "run", "seed")
            wanted = "[replicates] seed, the number from which the seeds of all runs are mixed"
            raise ScenarioError([fault_at(self._written.at, place, "key", "a seed", wanted)])
        if table == "drivers" and "table" in said:
            draft.folder = self._folder()
        self._note_places(draft, (*at, table), table, offset)

    def _note_places(self, draft: _Draft, written: Path, table: str, offset: int) -> None:
        for path, mark in self._written.marks.items():
            if path[: len(written)] != written:
                continue
            below = path[len(written) :]
            if table in ADDED_TABLES and below:
                below = (int(below[0]) + offset, *below[1:])
            key: Path = (table, *below)
            draft.layers.marks[key] = mark
            draft.keys[key] = path

    def _start(self, number: int, entry: Mapping[str, Any]) -> _Draft:
        """The scenario from which an arm starts; that of the experiment is read once."""
        own = "scenario" in entry
        place: Path = ("arm", number, "scenario") if own else ("scenario",)
        named = entry.get("scenario") if own else self._written.data.get("scenario")
        if named is None:
            return _Draft(Layers(self._written.file, numbered=self._written.numbered), self._folder())
        if not isinstance(named, str) or not named:
            raise ScenarioError([])  # a fault of shape, told elsewhere
        if named not in self._starts:
            self._starts[named] = self._read_start(place)
        return self._starts[named]

    def _read_start(self, place: Path) -> _Draft:
        file, root = named_file(self._written, place, self._path, self._path.parent)
        layers = read_layers(file, root)
        if layers.faults:
            raise ScenarioError(layers.faults)
        data = {key: value for key, value in layers.data.items() if key not in OWN_KEYS}
        if isinstance(data.get("run"), dict):
            data["run"] = {key: value for key, value in data["run"].items() if key != "seed"}
        marks = {path: mark for path, mark in layers.marks.items() if path[0] not in OWN_KEYS}
        start = Layers(self._written.file, data, marks, numbered=self._written.numbered)
        return _Draft(start, None if file.parent == library() else file.parent)

    def _folder(self) -> File:
        return self._path.parent

    def _finish(self, name: str, entry: Mapping[str, Any], draft: _Draft) -> Scenario:
        layers = draft.layers
        described = entry.get("description")
        layers.data["name"] = _scenario_name(name)
        layers.data["description"] = described if isinstance(described, str) and described else f"arm {name}"
        try:
            return build(layers, draft.folder, [])
        except ScenarioError as error:
            raise ScenarioError(self._as_written(fault, draft) for fault in error.faults) from None

    def _as_written(self, fault: Fault, draft: _Draft) -> Fault:
        """A fault of the scenario with the key that stands in the experiment file."""
        if fault.file != self._written.file and not fault.file.startswith("--"):
            return fault
        keys = {dotted(path): dotted(place) for path, place in draft.keys.items()}
        parts = fault.key.split(".")
        for length in range(len(parts), 0, -1):
            written = keys.get(".".join(parts[:length]))
            if written is not None:
                return dataclasses.replace(fault, key=".".join([written, *parts[length:]]))
        if fault.got == "nothing" and "scenario" not in self._written.data:
            hint = 'did you mean to start from a scenario? scenario = "history"'
            return dataclasses.replace(fault, hint=hint)
        return fault


def _makes(arm: Any, name: str) -> bool:
    """Whether an entry makes an arm of that name, perhaps with a label behind."""
    own = arm.get("name") if isinstance(arm, dict) else None
    return isinstance(own, str) and (own == name or (bool(arm.get("each")) and name.startswith(f"{own}-")))


def _rows(body: Mapping[str, Any], table: str) -> list[Any]:
    rows = body.get(table)
    return rows if isinstance(rows, list) else []


def _leaves(table: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """Keys with their values; ``each.event.0.hectares`` without quotes makes nested tables of its parts."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _shifted(key: Path, base: Mapping[str, int]) -> Path:
    """A key of an arm as one of the whole document, where the scenario's own events come first."""
    if key[0] in ADDED_TABLES and isinstance(key[1], int):
        return (key[0], key[1] + base[str(key[0])], *key[2:])
    return key


def _scenario_name(arm: str) -> str:
    """The name of an arm in the narrower form that names of scenarios have."""
    return re.sub(r"[^a-z0-9_-]", "_", arm.lower()).strip("-_")[:60] or "arm"


def _label(value: Any) -> str:
    """A value as part of an arm's name: 1500, 0.5, pichari-kimbiri."""
    text = "-".join(map(str, value)) if isinstance(value, list) else f"{value}"
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_A_LABEL.sub("-", plain).strip("-")
