"""A scenario's own table of drivers: a CSV file inside its folder, checked row by row."""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Mapping
from pathlib import Path

from vraem.scenario.driver_series import DRIVER_KINDS, DriverRow, driver_row
from vraem.scenario.faults import Fault, ScenarioError, did_you_mean, in_words, one_of
from vraem.scenario.fields import EARLIEST, LATEST
from vraem.scenario.sources import read_text, shown

REQUIRED = ("driver", "start", "end", "value")
OPTIONAL = ("unit", "kind", "justification", "source", "note")


def read_driver_file(path: Path) -> tuple[DriverRow, ...]:
    """The rows of a CSV table of drivers.

    Columns ``driver, start, end, value`` are needed; ``unit`` is checked if given; ``kind``,
    ``justification``, ``source`` and ``note`` are for readers. Raises ``ScenarioError`` with every fault.
    """
    name = shown(path)
    text = read_text(
        path, "a CSV file of drivers", lambda got, expected: Fault(name, 0, 0, "", got, expected)
    )
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    faults: list[Fault] = []
    rows: list[DriverRow] = []
    try:
        faults += _faults_of_header(name, reader.fieldnames or ())
        for record in () if faults else reader:
            found = _faults_of_row(name, reader.line_num, record)
            faults += found
            rows += [] if found else [driver_row(record)]
    except csv.Error as error:
        got = f"a row that is not CSV ({error})"
        faults.append(Fault(name, reader.reader.line_num, 0, "", got, "a plain CSV table"))
    if faults:
        raise ScenarioError(faults)
    return tuple(rows)


def driver_problem(name: str, value: float) -> str:
    """What values a driver may take, if ``value`` is not one of them; an empty text if it is."""
    kind = DRIVER_KINDS[name]
    if 0 <= value <= kind.high:
        return ""
    unit = "" if kind.unit == "ratio" else f" {kind.unit}"
    return f"a number from 0 to {kind.high:,.10g}".replace(",", " ") + unit


def _faults_of_header(file: str, header: object) -> list[Fault]:
    columns = [str(column) for column in header] if isinstance(header, list) else []
    faults = [
        Fault(file, 1, 0, column, "no such column", f"the columns {', '.join(REQUIRED)}")
        for column in REQUIRED
        if column not in columns
    ]
    known = REQUIRED + OPTIONAL
    for number, column in enumerate(columns):
        if column not in known:
            faults.append(
                Fault(file, 1, 0, column, "an unknown column", one_of(known), did_you_mean(column, known))
            )
        elif column in columns[:number]:
            faults.append(Fault(file, 1, 0, column, "a second column of that name", "each column once"))
    return faults


def _faults_of_row(file: str, line: int, record: Mapping[str | None, str | None]) -> list[Fault]:
    if None in record or None in record.values():
        return [
            Fault(file, line, 0, "", "a row with too few or too many fields", "one field for each column")
        ]
    fields = {str(key): str(value) for key, value in record.items()}
    faults: list[Fault] = []

    def complain(column: str, expected: str, hint: str = "") -> None:
        faults.append(Fault(file, line, 0, column, in_words(fields[column]), expected, hint))

    kind = DRIVER_KINDS.get(fields["driver"])
    if kind is None:
        complain("driver", one_of(DRIVER_KINDS), did_you_mean(fields["driver"], DRIVER_KINDS))
    elif fields.get("unit", kind.unit) != kind.unit:
        complain("unit", kind.unit)
    start, end = _day(fields["start"]), _day(fields["end"])
    for column, day in (("start", start), ("end", end)):
        if day is None:
            complain(column, f"a date from {EARLIEST} to {LATEST}, such as 2012-01-02")
    if start and end and end < start:
        complain("end", f"a day on or after start, {start}")
    value = _number(fields["value"])
    if value is None:
        complain("value", "a number")
    elif kind and (expected := driver_problem(kind.name, value)):
        complain("value", expected)
    return faults


def _day(text: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    if day.isoformat() != text:  # weeks and days without dashes are no dates of a scenario file
        return None
    return day if EARLIEST <= day <= LATEST else None


def _number(text: str) -> float | None:
    if "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
