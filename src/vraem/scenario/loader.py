"""From a file or a name to a ``Scenario``: read, merge, override, check, build."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from vraem.scenario.driver_files import driver_problem, read_driver_file
from vraem.scenario.driver_series import DRIVER_KINDS, DriverRow, Drivers, history_rows
from vraem.scenario.faults import Fault, ScenarioError, in_words
from vraem.scenario.layers import Layers, as_tuples, given_by, parse_override, read_layers
from vraem.scenario.messages import (
    MOST_TOLD,
    dotted,
    fault_at,
    faults_of_parameters,
    faults_of_shape,
)
from vraem.scenario.parameters import Parameters
from vraem.scenario.positions import Path
from vraem.scenario.rules import faults_of_dates, faults_of_tables
from vraem.scenario.scenario import Scenario
from vraem.scenario.schema import Document
from vraem.scenario.sources import find, inside, library
from vraem.scenario.syntax import TOO_DEEP

LONGEST_LIST = 50_000
"""Items of a list or keys of a table that are looked at: more than any that is allowed has."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def load(source: str | os.PathLike[str], overrides: Iterable[str] = ()) -> Scenario:
    """Load a scenario file, or a packaged scenario by its name, and check it.

    ``overrides`` are texts such as ``"run.households=4000"``, laid over the file. Raises ``ScenarioError``
    whose ``faults`` hold everything that is wrong, in the file and in its parents, sorted by place.
    """
    path = find(source)
    folder = path.parent
    layers = read_layers(path, folder)
    faults = list(layers.faults)
    for text in overrides:
        try:
            layers.put(*parse_override(text), given_by(text))
        except ScenarioError as error:
            faults += error.faults
    return build(layers, None if folder == library() else folder, faults)


def as_scenario(source: Scenario | str | os.PathLike[str]) -> Scenario:
    """A scenario as it is, or that of a file or of a packaged name. Raises ``ScenarioError``."""
    return source if isinstance(source, Scenario) else load(source)


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The work of ``Scenario.with_``."""
    layers = Layers("with_", scenario.as_document(), numbered=False)
    for key, value in changes.items():
        path = tuple(int(part) if part.isdigit() else part for part in key.split("."))
        layers.put(path, _plain(value), "with_")
    new = build(layers, scenario.folder, [])
    kept = {key: scenario.origins.get(key, place) for key, place in new.origins.items() if place == "default"}
    return dataclasses.replace(new, origins={**new.origins, **kept})


def load_comparison(scenario: Scenario) -> Scenario | None:
    """The work of ``Scenario.comparison``."""
    named = scenario.compare_with
    if named is None:
        return None
    if not named.endswith(".toml"):
        return load(named)
    folder = scenario.folder or library()
    path, problem = inside(folder, folder, named)
    if problem:
        expected = "a file inside the folder of the scenario"
        raise ScenarioError([Fault(scenario.name, 0, 0, "compare_with", problem, expected)])
    return load(path)


def build(layers: Layers, folder: File | None, faults: Sequence[Fault]) -> Scenario:
    """Check a document whole, then make a scenario of it.

    ``folder`` is where its own files lie (None for a packaged one); ``faults`` are those found so far.
    Raises ``ScenarioError`` with these and all that is wrong with the document.
    """
    try:
        data = _cut(as_tuples(layers.data), LONGEST_LIST)
    except RecursionError:
        raise ScenarioError([Fault(layers.file, 0, 0, "", TOO_DEEP, "a few levels")]) from None
    found = [*faults, *faults_of_parameters(data, layers.at)]
    found += [*faults_of_dates(data, layers.at), *faults_of_tables(data, layers.at)]
    document = None
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        found += faults_of_shape(_fewer(error, data), layers.at)
    table, table_rows, more = _table_rows(data, layers, folder or library())
    found += more
    found += _faults_of_driver_values(data, layers)
    found += _faults_of_comparison(data, layers, folder or library())
    if layers.faults:  # a parent is missing, and with it perhaps the keys that seem to be
        found = [fault for fault in found if fault.got != "nothing"]
    if found or document is None:
        raise ScenarioError(found)
    rows = [DriverRow(row.name, row.start, row.end, row.value) for row in document.driver]
    scenario = Scenario(
        name=document.name,
        description=document.description,
        description_es=document.description_es,
        question=document.question,
        compare_with=document.compare_with,
        run=document.run,
        parameters=Parameters(**document.parameters),
        switches=document.switches,
        drivers=Drivers.from_rows(table_rows, rows, table),
        events=document.event,
        campaigns=document.campaign,
        groups=document.group,
        posts=document.post,
        measure=document.measure,
        folder=folder,
    )
    return dataclasses.replace(scenario, origins=_origins(scenario, layers))


def _fewer(error: ValidationError, data: Mapping[str, Any]) -> ValidationError:
    """The error, or that of the document with long lists and tables cut, if it holds many more faults than are told.

    Taking a hundred thousand faults apart to tell a thousand would take hundreds of megabytes.
    """
    if error.error_count() > MOST_TOLD:
        try:
            Document.model_validate(_cut(data, MOST_TOLD))
        except ValidationError as less:
            return less if less.error_count() >= MOST_TOLD else error
    return error


def _cut(value: Any, most: int) -> Any:
    """The first items of lists and tables, all the way down."""
    if isinstance(value, dict):
        return {key: _cut(item, most) for key, item in islice(value.items(), most)}
    return tuple(_cut(item, most) for item in value[:most]) if isinstance(value, tuple) else value


def _table_rows(
    data: Mapping[str, Any], layers: Layers, folder: File
) -> tuple[str, tuple[DriverRow, ...], Sequence[Fault]]:
    """The table of drivers that the document chooses, as named from `folder`, its rows, and what is wrong with it.

    A path is meant from the folder of the file in which it stands, which may be a parent in a subfolder.
    """
    choice = data.get("drivers", {})
    table = choice.get("table", "history") if isinstance(choice, dict) else None
    if not isinstance(table, str) or table in ("", "none"):
        return "none", (), ()
    if table == "history":
        return table, history_rows(), ()
    mark = layers.marks.get(("drivers", "table"))
    beside = (mark and mark.folder) or folder
    path, problem = inside(beside, _common_root(beside, folder), table)
    if not problem and not table.endswith(".csv"):
        problem = in_words(table)
    if not problem and not path.is_file():
        problem = f"{in_words(table)}, which is no file here"
    if problem:
        expected = '"history", "none" or a .csv file inside the folder of the scenario'
        return table, (), [fault_at(layers.at, ("drivers", "table"), "value", problem, expected)]
    try:
        return _named_from(folder, path), read_driver_file(path), ()
    except ScenarioError as error:
        return table, (), error.faults


def _common_root(beside: File, folder: File) -> File:
    """The folder that paths in a file of `beside` must not leave: that of the scenario, if the file lies in it."""
    return folder if beside.resolve().is_relative_to(folder.resolve()) else beside


def _named_from(folder: File, path: File) -> str:
    """A file inside `folder` as a scenario of that folder names it."""
    inner, outer = path.resolve(), folder.resolve()
    return inner.relative_to(outer).as_posix() if inner.is_relative_to(outer) else path.name


def _faults_of_driver_values(data: Mapping[str, Any], layers: Layers) -> Iterator[Fault]:
    """Values outside the range of their driver, in rows that are otherwise well formed."""
    rows = data.get("driver")
    for number, row in enumerate(rows if isinstance(rows, tuple) else ()):
        name, value = (row.get("name"), row.get("value")) if isinstance(row, dict) else (None, None)
        known = isinstance(name, str) and name in DRIVER_KINDS
        if not known or isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            continue
        expected = driver_problem(str(name), value)
        if expected and abs(value) != float("inf"):
            yield fault_at(layers.at, ("driver", number, "value"), "value", in_words(value), expected)


def _faults_of_comparison(data: Mapping[str, Any], layers: Layers, folder: File) -> Iterator[Fault]:
    """Only the form of the path: whether the file is there matters when the comparison is made."""
    named = data.get("compare_with")
    if isinstance(named, str) and named.endswith(".toml"):
        _, problem = inside(folder, folder, named)
        if problem:
            expected = "a .toml file inside the folder of the scenario, or the name of a packaged scenario"
            yield fault_at(layers.at, ("compare_with",), "value", problem, expected)


def _origins(scenario: Scenario, layers: Layers) -> dict[str, str]:
    return {dotted(path): _origin(path, layers) for path in _leaves(scenario.as_document(), ())}


def _origin(path: Path, layers: Layers) -> str:
    mark = next((layers.marks[path[:n]] for n in range(len(path), 0, -1) if path[:n] in layers.marks), None)
    if mark is None or not _said(path, layers.data):
        return "default"
    return f"{mark.file}:{mark.key.line}" if mark.key.line else mark.file


def _said(path: Path, data: Any) -> bool:
    """Whether the files say this value: a default has no place, though the table around it may have."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path


def _plain(value: Any) -> Any:
    """Numbers of NumPy as Python's own; tuples as the lists of a file; ISO text of a day as the day."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with contextlib.suppress(ValueError):
            return datetime.date.fromisoformat(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value
