"""Scenario files laid over their parents, with the place of every value kept.

Tables merge key by key, everything else (arrays included) replaces what the parent says.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any, NamedTuple

from vraem.scenario.faults import Fault, ScenarioError, ask, did_you_mean, in_words, near, one_of
from vraem.scenario.positions import Path, Position, positions
from vraem.scenario.sources import inside, library, packaged_names, read_text, shown
from vraem.scenario.syntax import fault_of_syntax

LONGEST_CHAIN = 10
# What a file says about itself is not passed on to the files that extend it.
OWN_KEYS = ("name", "description", "description_es", "question", "compare_with", "extends")
_BARE_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NO_POSITION = Position(0, 0)


class Mark(NamedTuple):
    """The file in which something stands, and where its key and its value begin.

    ``folder`` is that of the file, from which paths in it are meant; None for what no file says.
    """

    file: str
    key: Position
    value: Position
    folder: File | None = None


@dataclass
class Layers:
    """A document under construction: its data and the place of everything in it.

    ``numbered`` is false for data that no file holds. ``faults`` are those of parents that cannot be used.
    """

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    marks: dict[Path, Mark] = field(default_factory=dict)
    numbered: bool = True
    faults: tuple[Fault, ...] = ()

    def at(self, path: Path, word: str) -> tuple[str, int, int]:
        """File, line and column of a path.

        ``word`` says which: its ``key``, its ``value``, or the table that it is missing from (``parent``).
        A path without a place of its own has that of the nearest table around it.
        """
        mark = self.marks.get(path) if word != "parent" else None
        if mark:
            return (mark.file, *(mark.key if word == "key" else mark.value))
        around = (self.marks[path[:n]] for n in range(len(path) - 1, 0, -1) if path[:n] in self.marks)
        nearest = next(around, None)
        if nearest:
            return (nearest.file, *nearest.key)
        return (self.file, 1, 1) if self.numbered else (self.file, 0, 0)

    def lay(self, data: Mapping[str, Any], marks: Mapping[Path, Mark]) -> None:
        """Lay a file over what is there."""
        self._merge(self.data, data, ())
        self.marks.update(marks)

    def put(self, path: Path, value: Any, said: str | Mark) -> None:
        """Set one value; ``said`` is the place where it was, or a word for it. Raises ``ScenarioError``.

        Numbers of ``path`` are items of lists, one more than there are a new one; in a table they are keys, which are
        text.
        """
        table: Any = self.data
        mark = Mark(said, _NO_POSITION, _NO_POSITION) if isinstance(said, str) else said
        parts = list(path)
        for depth, part in enumerate(path[:-1]):
            if isinstance(table, dict):
                parts[depth] = str(part)
                if parts[depth] not in table:
                    self.marks[tuple(parts[: depth + 1])] = mark
                table = table.setdefault(parts[depth], {})
            elif isinstance(table, list) and isinstance(part, int) and part <= len(table):
                if part == len(table):
                    table.append({})
                    self.marks[tuple(parts[: depth + 1])] = mark
                table = table[part]
            else:
                raise ScenarioError([_no_way(path, depth, table, mark.file)])
        last = path[-1]
        if isinstance(table, list) and isinstance(last, int) and last <= len(table):
            self._forget(tuple(parts))
            table[last : last + 1] = [value]
        elif isinstance(table, dict):
            parts[-1] = str(last)
            self._merge(table, {parts[-1]: value}, tuple(parts[:-1]))
        else:
            raise ScenarioError([_no_way(path, len(path) - 1, table, mark.file)])
        self.marks[tuple(parts)] = mark

    def _merge(self, base: dict[Any, Any], over: Mapping[Any, Any], path: Path) -> None:
        for key, value in over.items():
            below: Path = (*path, key)
            if isinstance(value, dict) and isinstance(base.get(key), dict):
                self._merge(base[key], value, below)
                continue
            if isinstance(base.get(key), dict | list):
                self._forget(below)
            base[key] = value

    def _forget(self, path: Path) -> None:
        """Drop the places of what is replaced and of all below it."""
        self.marks = {p: mark for p, mark in self.marks.items() if p[: len(path)] != path}


def read_layers(start: File, root: File) -> Layers:
    """A file with its parents merged in; no path may leave ``root``.

    Raises ``ScenarioError`` if the file itself cannot be read. What is wrong with ``extends`` and with the
    parents is kept in ``faults``, so that the file's own faults can be told at the same time.
    """
    chain, faults = _chain(start, root)
    layers = Layers(shown(start), faults=faults)
    for number, layer in reversed(list(enumerate(chain))):
        data = layer.data if number == 0 else {k: v for k, v in layer.data.items() if k not in OWN_KEYS}
        layers.lay(data, layer.marks if number == 0 else _without_own(layer.marks))
    layers.data.pop("extends", None)
    return layers


def parse_file(path: File, what: str = "a scenario file") -> Layers:
    """One file as it stands. Raises ``ScenarioError`` if it cannot be read or is not TOML."""
    file = shown(path)
    text = read_text(path, what, lambda got, expected: Fault(file, 0, 0, "", got, expected))
    try:
        data = tomllib.loads(text)
        spots = positions(text)
    except (ValueError, RecursionError) as error:
        raise ScenarioError([fault_of_syntax(file, text, error)]) from None
    marks = {where: Mark(file, spot.key, spot.value, path.parent) for where, spot in spots.items()}
    return Layers(file, data, marks)


class OptionText(str):
    """An override that an ``option`` of a command gave in place of ``--set``: its faults are told under that name."""

    option: str

    @classmethod
    def of(cls, option: str, key: str, value: object) -> OptionText:
        """``key=value`` as `option` gave it."""
        made = cls(f"{key}={value}")
        made.option = option
        return made


def given_by(override: str) -> str:
    """The option that gave an override."""
    return override.option if isinstance(override, OptionText) else "--set"


def parse_override(text: str) -> tuple[Path, Any]:
    """``run.households=4000`` as a path and a value; a bare word is text. Raises ``ScenarioError``."""
    key, sign, written = text.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not sign or not all(parts):
        raise ScenarioError(
            [Fault("--set", 0, 0, "", in_words(text), "key=value, such as run.households=4000")]
        )
    if parts[0] == "extends":
        raise ScenarioError([Fault("--set", 0, 0, "extends", "a parent", "a key of the scenario itself")])
    path = tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 9 else part for part in parts)
    written = written.strip()
    with contextlib.suppress(ValueError, RecursionError):
        parsed = tomllib.loads(f"value = {written}")
        if len(parsed) == 1:
            return path, parsed["value"]
    if _BARE_WORD.fullmatch(written):
        return path, written
    expected = 'a value as in a scenario file: 4000, 2.5, 2012-01-02, naive or ["Sivia"]'
    raise ScenarioError([Fault("--set", 0, 0, key.strip(), in_words(written), expected)])


def _chain(start: File, root: File) -> tuple[list[Layers], tuple[Fault, ...]]:
    """The file, its parent, and so on, as far as they can be read; and what stopped the chain."""
    chain = [parse_file(start)]
    path, seen = start, {start.resolve()}
    while "extends" in chain[-1].data:
        child = chain[-1]
        try:
            path, root = named_file(child, ("extends",), path, root)
            _stop_at_circle(child, path, seen, len(chain))
            chain.append(parse_file(path))
        except ScenarioError as error:
            return chain, error.faults
        seen.add(path.resolve())
    return chain, ()


def _stop_at_circle(child: Layers, parent: File, seen: set[File], depth: int) -> None:
    place = child.at(("extends",), "value")
    if parent.resolve() in seen:
        got = f"{in_words(child.data['extends'])}, which leads back to {shown(parent)}"
        raise ScenarioError([Fault(*place, "extends", got, "a parent that does not extend this file")])
    if depth > LONGEST_CHAIN:
        expected = f"a chain of at most {LONGEST_CHAIN} parents"
        raise ScenarioError([Fault(*place, "extends", f"parent number {depth}", expected)])


def named_file(layer: Layers, key: Path, path: File, root: File) -> tuple[File, File]:
    """The scenario file that a key such as ``extends`` names and the folder that paths in it must not leave.

    ``path`` is the file in which the key stands. Raises ``ScenarioError`` if there is no such file.
    """
    named: Any = layer.data
    for part in key:
        named = named[part]
    place = layer.at(key, "value")
    wanted = "a .toml file inside the folder of the scenario, or the name of a packaged scenario"

    def refuse(got: str, hint: str = "") -> ScenarioError:
        return ScenarioError([Fault(*place, ".".join(map(str, key)), got, wanted, hint)])

    if not isinstance(named, str) or not named:
        raise refuse(in_words(named))
    if not named.endswith(".toml"):
        if named in packaged_names():
            return library() / f"{named}.toml", library()
        raise refuse(in_words(named), did_you_mean(named, packaged_names()) or one_of(packaged_names()))
    parent, problem = inside(path.parent, root, named)
    if problem:
        raise refuse(problem)
    if not parent.is_file():
        beside = [file.stem for file in path.parent.glob("*.toml") if file != path and file.is_file()]
        similar = [f"{stem}.toml" for stem in near(File(named).stem, beside)]
        packaged = near(File(named).stem, packaged_names())
        raise refuse(f"{in_words(named)}, which is no file here", ask([*similar, *packaged]))
    return parent, root


def _without_own(marks: Mapping[Path, Mark]) -> dict[Path, Mark]:
    return {path: mark for path, mark in marks.items() if path[0] not in OWN_KEYS}


def _no_way(path: Path, depth: int, table: Any, label: str) -> Fault:
    key = ".".join(map(str, path))
    if isinstance(table, list):
        return Fault(label, 0, 0, key, f"{path[depth]}", f"a number from 0 to {len(table)}" if table else "0")
    return Fault(label, 0, 0, key, f"a key inside {in_words(table)}", "a key inside a table")


def as_tuples(value: Any) -> Any:
    """Lists as tuples, all the way down: what frozen models hold."""
    if isinstance(value, dict):
        return {key: as_tuples(item) for key, item in value.items()}
    return (
        tuple(map(as_tuples, value)) if isinstance(value, Iterable) and not isinstance(value, str) else value
    )
