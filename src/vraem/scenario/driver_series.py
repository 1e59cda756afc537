"""Dated drivers: what the outside world did, as piecewise series read at weekly dates.

A driver is a set of dated rows. The rule of its kind, declared in ``DRIVER_KINDS``, says what holds where
no row stands. Rows may overlap: the one with the later start wins, and a row of the scenario wins over its
table.
"""

from __future__ import annotations

import csv
import datetime
import functools
import heapq
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class DriverKind:
    """What a driver means and what holds where it has no row.

    ``gaps`` between rows are filled by ``linear`` interpolation between their nearest values, or by
    ``default``; ``before`` the first row and ``after`` the last, the nearest value is held (``hold``) or
    ``default`` stands. Without any row the driver is ``default`` throughout.
    """

    name: str
    unit: str
    meaning: str
    gaps: Literal["linear", "default"]
    before: Literal["hold", "default"]
    after: Literal["hold", "default"]
    default: float
    high: float


def _route(name: str, meaning: str, after: Literal["hold", "default"]) -> DriverKind:
    return DriverKind(name, "ratio", meaning, "default", "default", after, 1.0, 10.0)


def _observed(name: str, unit: str, meaning: str, default: float, high: float) -> DriverKind:
    return DriverKind(name, unit, meaning, "linear", "hold", "hold", default, high)


# The regime of the air bridge in the last row (patrols, dearer flights) has no known end, so it is held after
# the data; closures of roads, trails and rivers end with their rows.
_KINDS = (
    _observed("border_price_index", "ratio", "border price of hydrochloride over its base", 1.0, 10.0),
    _route("capacity_air", "capacity of flights over normal", "hold"),
    _route("capacity_foot", "capacity of trails over normal", "default"),
    _route("capacity_road", "capacity of both roads over normal", "default"),
    _route("capacity_river", "capacity of the river over normal", "default"),
    _route("air_cost_multiplier", "cost of a flight over normal", "hold"),
    DriverKind(
        "announced_eradication_risk",
        "per_year",
        "risk of eradication that growers take from announcements",
        "default",
        "default",
        "default",
        0.0,
        5.0,
    ),
    _observed("national_eradication", "ha_per_yr", "area eradicated in all of Peru a year", 0.0, 5e5),
    _observed("rest_frontier_area", "ha", "largest coca area that the rest of Peru can hold", 37_000.0, 2e6),
)
DRIVER_KINDS: Mapping[str, DriverKind] = {kind.name: kind for kind in _KINDS}


class DriverRow(NamedTuple):
    """One dated value of a driver; both dates are included."""

    name: str
    start: datetime.date
    end: datetime.date
    value: float


class Segment(NamedTuple):
    """A stretch of days (ordinals, both included) on which one row decides."""

    first: int
    last: int
    value: float


@dataclass(frozen=True)
class Drivers:
    """The drivers of a scenario, overlaps resolved.

    Two are equal when they give the same values on every day, however their rows were cut.
    ``table`` names where the rows came from and ``rows`` are those that the scenario added.
    """

    segments: Mapping[str, tuple[Segment, ...]]
    table: str = field(default="none", compare=False)
    rows: tuple[DriverRow, ...] = field(default=(), compare=False)

    @classmethod
    def from_rows(
        cls, table_rows: Iterable[DriverRow], rows: Iterable[DriverRow] = (), table: str = "none"
    ) -> Drivers:
        """Lay the rows of a table, then the scenario's own rows over them."""
        own = tuple(rows)
        layered = [(0, row) for row in table_rows] + [(1, row) for row in own]
        segments = {
            name: resolved
            for name in DRIVER_KINDS
            if (resolved := _resolve([(layer, row) for layer, row in layered if row.name == name]))
        }
        return cls(segments, table, own)

    def weekly(self, name: str, dates: npt.NDArray[np.datetime64]) -> npt.NDArray[np.float64]:
        """The driver's value on each date.

        ``dates`` is a ``datetime64[D]`` array of any shape; the answer is a new float64 array of that shape,
        in the unit of ``DRIVER_KINDS[name]``. Raises ``KeyError`` for a name that is no driver.
        """
        import numpy as np

        kind = DRIVER_KINDS[name]
        days = np.asarray(dates, dtype="datetime64[D]").astype(np.int64) + _EPOCH
        segments = self.segments.get(name, ())
        if not segments:
            return np.full(days.shape, kind.default)
        first, last, value = (np.array(column, dtype=np.float64) for column in zip(*segments, strict=True))
        if kind.gaps == "linear":
            inside = np.interp(days, np.column_stack([first, last]).ravel(), np.repeat(value, 2))
        else:
            at = np.clip(np.searchsorted(first, days, side="right") - 1, 0, None)
            inside = np.where(days <= last[at], value[at], kind.default)
        early = value[0] if kind.before == "hold" else kind.default
        late = value[-1] if kind.after == "hold" else kind.default
        return np.where(days < first[0], early, np.where(days > last[-1], late, inside))

    def last_date(self, name: str) -> datetime.date | None:
        """The last day that a row covers (after it the rule ``after`` holds), or None without rows."""
        _ = DRIVER_KINDS[name]
        segments = self.segments.get(name)
        return datetime.date.fromordinal(segments[-1].last) if segments else None

    def as_rows(self) -> tuple[DriverRow, ...]:
        """Rows without overlap that give the same drivers again."""
        day = datetime.date.fromordinal
        return tuple(
            DriverRow(name, day(segment.first), day(segment.last), segment.value)
            for name, segments in self.segments.items()
            for segment in segments
        )


_EPOCH = datetime.date(1970, 1, 1).toordinal()


@functools.cache
def history_rows() -> tuple[DriverRow, ...]:
    """The packaged table of 2010-2023 (see ``drivers/README.md``), read on first use, then kept."""
    text = resources.files("vraem.scenario").joinpath("drivers", "history.csv").read_text(encoding="utf-8")
    return tuple(driver_row(record) for record in csv.DictReader(text.splitlines()))


def driver_row(record: Mapping[str, str]) -> DriverRow:
    """A row of a CSV table, already checked."""
    day = datetime.date.fromisoformat
    return DriverRow(record["driver"], day(record["start"]), day(record["end"]), float(record["value"]))


def _resolve(layered: list[tuple[int, DriverRow]]) -> tuple[Segment, ...]:
    """Cut overlapping rows into stretches on which one decides; equal neighbours are joined.

    One pass over the days where a row begins or has ended, with the open rows in a heap whose top is the
    winner: highest layer, then latest start, then last written.
    """
    ordered = sorted(
        (row.start.toordinal(), row.end.toordinal(), layer, place, row.value)
        for place, (layer, row) in enumerate(layered)
    )
    days = sorted({day for start, end, *_ in ordered for day in (start, end + 1)})
    segments: list[Segment] = []
    open_rows: list[tuple[int, int, int, int, float]] = []
    upcoming = 0
    for day, following in itertools.pairwise(days):
        while upcoming < len(ordered) and ordered[upcoming][0] <= day:
            start, end, layer, place, value = ordered[upcoming]
            heapq.heappush(open_rows, (-layer, -start, -place, end, value))
            upcoming += 1
        while open_rows and open_rows[0][3] < day:
            heapq.heappop(open_rows)
        if open_rows:
            _append(segments, Segment(day, following - 1, open_rows[0][4]))
    return tuple(segments)


def _append(segments: list[Segment], new: Segment) -> None:
    before = segments[-1] if segments else None
    if before and before.value == new.value and before.last + 1 == new.first:
        segments[-1] = Segment(before.first, new.last, new.value)
    else:
        segments.append(new)
