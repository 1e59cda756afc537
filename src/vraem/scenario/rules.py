"""Rules between several values of a document, told with the place of the value that breaks them.

Values that are faulty by themselves are passed over here: those faults are told already.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from vraem.scenario.campaigns import MOST_OPERATIONS_A_WEEK
from vraem.scenario.faults import Fault
from vraem.scenario.fields import EARLIEST, LATEST
from vraem.scenario.messages import At, fault_at
from vraem.scenario.parameters import parameter_specs
from vraem.scenario.positions import Path
from vraem.scenario.starting import PARAMETER_OF, SIZES

SMALLEST_COLUMN = 3
"""Armed members below which a column does not stand by itself."""
_SHORTEST_RUN = datetime.timedelta(days=6)  # both days are included: one whole week


def faults_of_dates(document: Mapping[str, Any], at: At) -> list[Fault]:
    """Periods that end before they begin, and a run shorter than a week."""
    faults = []
    for path, table in _periods(document):
        start, end = _day(table.get("start")), _day(table.get("end"))
        if start is None or end is None:
            continue
        expected = ""
        if end < start:
            expected = f"a day on or after start = {start}"
        elif path == ("run",) and end - start < _SHORTEST_RUN:
            expected = f"a week or more after start = {start}: {start + _SHORTEST_RUN} or later"
        if expected:
            faults.append(fault_at(at, (*path, "end"), "value", str(end), expected))
    return faults


def faults_of_tables(document: Mapping[str, Any], at: At) -> list[Fault]:
    """Groups, events and the measuring rod that contradict themselves."""
    return [
        *_faults_of_groups(document, at),
        *_faults_of_presence(document, at),
        *_faults_of_rewards(document, at),
        *_faults_of_measure(document, at),
        *_faults_of_campaigns(document, at),
    ]


def _periods(document: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    run = document.get("run")
    if isinstance(run, dict):
        yield ("run",), run
    for name in ("driver", "event", "campaign", "post"):
        for number, row in _rows(document, name):
            yield (name, number), row


def _faults_of_campaigns(document: Mapping[str, Any], at: At) -> Iterator[Fault]:
    """Campaigns that would make more operations in a week than one can."""
    for number, campaign in _rows(document, "campaign"):
        monthly, pace = campaign.get("operations_per_month", 2.0), campaign.get("pace", "spread")
        if isinstance(pace, str) or not all(isinstance(each, int | float) for each in (monthly, pace)):
            continue  # what is no number is told elsewhere, and words are never too fast
        most = 4 * MOST_OPERATIONS_A_WEEK
        if 0 < pace <= 1 and monthly / pace > most:
            expected = f"{monthly / most:.2g} or more: {MOST_OPERATIONS_A_WEEK} operations a week at most"
            yield fault_at(at, ("campaign", number, "pace"), "value", str(pace), expected)


def _faults_of_groups(document: Mapping[str, Any], at: At) -> Iterator[Fault]:
    groups = list(_rows(document, "group"))
    seen: set[str] = set()
    for number, group in groups:
        path: Path = ("group", number)
        name = group.get("name")
        if isinstance(name, str) and name in seen:
            yield fault_at(at, (*path, "name"), "value", f'"{name}" twice', "another name for each group")
        seen |= {name} if isinstance(name, str) else set()
        yield from _faults_of_size(group, path, document, at)
    if groups and all(group.get("lineage") is False for _, group in groups):
        number, _ = groups[0]
        yield fault_at(
            at, ("group", number, "lineage"), "value", "false in every group", "one group or more with true"
        )


def _faults_of_size(
    group: Mapping[str, Any], path: Path, document: Mapping[str, Any], at: At
) -> Iterator[Fault]:
    """More armed than members, more columns than the armed can fill, more posts than people."""
    members, armed, columns = (_size(group, key, document) for key in ("members", "armed", "columns"))
    if members is not None and armed is not None and armed > members:
        yield _of_size(
            at, path, group, ("armed", "members"), f"{armed} armed", f"at most members = {members}"
        )
    if armed is not None and columns is not None and columns * SMALLEST_COLUMN > armed:
        most = armed // SMALLEST_COLUMN
        expected = f"at most {most}: {SMALLEST_COLUMN} armed in each, with armed = {armed}"
        yield _of_size(at, path, group, ("columns", "armed"), f"{columns} columns", expected)
    for key, word in (("committee", "on the committee"), ("heirs", "heirs")):
        count = _size(group, key, document)
        if count is not None and members is not None and count > members:
            yield _of_size(
                at, path, group, (key, "members"), f"{count} {word}", f"at most members = {members}"
            )


def _of_size(
    at: At, path: Path, group: Mapping[str, Any], keys: tuple[str, str], got: str, expected: str
) -> Fault:
    """A fault at the first of two keys that the file says."""
    key = next((key for key in keys if key in group), keys[0])
    return fault_at(at, (*path, key), "value", got, expected)


def _size(group: Mapping[str, Any], key: str, document: Mapping[str, Any]) -> int | None:
    """A number of persons or columns: what the group says, else the scenario's parameter, else its default.

    None if that is faulty by itself.
    """
    if key in group:
        value = _whole(group[key])
        low, high = SIZES[key]
        return value if value is not None and low <= value <= high else None
    spec = parameter_specs()[PARAMETER_OF[key]]
    parameters = document.get("parameters")
    said = parameters.get(spec.name) if isinstance(parameters, dict) else None
    number = spec.default if said is None else said
    return None if spec.problem(number) else round(number)


def _faults_of_presence(document: Mapping[str, Any], at: At) -> Iterator[Fault]:
    for number, event in _rows(document, "event"):
        counts = (event.get("posts", 0), event.get("patrols", 0))
        if event.get("kind") == "presence" and all(_whole(count) == 0 for count in counts):
            yield fault_at(
                at, ("event", number, "posts"), "parent", "no posts and no patrols", "one or more of either"
            )


def _faults_of_rewards(document: Mapping[str, Any], at: At) -> Iterator[Fault]:
    for number, event in _rows(document, "event"):
        if event.get("kind") == "rewards" and event.get("factor", 1) == 1 and "paid" not in event:
            yield fault_at(
                at,
                ("event", number, "factor"),
                "parent",
                "the usual reward",
                "a factor other than 1, or paid",
            )


def _faults_of_measure(document: Mapping[str, Any], at: At) -> Iterator[Fault]:
    measure = document.get("measure")
    if not isinstance(measure, dict):
        return
    keys = ("anchor_start", "anchor_end")
    missing = [key for key in keys if key not in measure]
    if len(missing) == 1:
        yield fault_at(at, ("measure", missing[0]), "parent", "nothing", "both anchor_start and anchor_end")
    start, end = (_day(measure.get(key)) for key in keys)
    if start is not None and end is not None and end < start:
        expected = f"a day on or after anchor_start = {start}"
        yield fault_at(at, ("measure", "anchor_end"), "value", str(end), expected)


def _rows(document: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Tables of an array with their numbers."""
    rows = document.get(name)
    for number, row in enumerate(rows if isinstance(rows, tuple) else ()):
        if isinstance(row, dict):
            yield number, row


def _day(value: object) -> datetime.date | None:
    """A date within the limits; any other is a fault already."""
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        return None
    return value if EARLIEST <= value <= LATEST else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
