"""From when a run is measured: the campaign's start and end, and the horizons after it.

The anchor is read from the scenario alone, so that arms of one experiment can share it whatever happens in them.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vraem.observe.thresholds import THRESHOLDS
from vraem.world.clock import MONTHS_A_YEAR, Clock

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.world.inputs import WeeklyInputs

HORIZONS = (12, 36, 60, 120)
"""Months after the campaign's end at which there are end states."""

DEFAULT_START, DEFAULT_END = dt.date(2023, 9, 1), dt.date(2025, 9, 1)
"""Anchor of a run in which nothing is done and nothing else is said, if it holds both days."""


@dataclass(frozen=True)
class Anchor:
    """Weeks from which baselines and horizons are taken.

    `start`, `end`: first week of the earliest campaign or dated removal, last week of the latest; `horizons`: the
    week in which each of `HORIZONS` lies; `source`: campaign, measure (the scenario says so) or default.
    """

    start: int
    end: int
    horizons: tuple[int, ...]
    source: str

    @classmethod
    def of(cls, scenario: "Scenario", inputs: "WeeklyInputs", clock: Clock) -> "Anchor | None":
        """The anchor of a run; None if it has no campaign inside and the days to measure from lie outside."""
        span = _acts(inputs, clock)
        if span is not None:
            return cls._between(*span, "campaign", clock)
        measure = getattr(scenario, "measure", None)
        start, end = getattr(measure, "anchor_start", None), getattr(measure, "anchor_end", None)
        days = [day for day in (start, end) if day is not None]
        if days:
            first, last = clock.week_of(days[0]), clock.week_of(days[-1])
            return cls._between(first, max(first, last), "measure", clock)
        first, last = clock.week_of(DEFAULT_START), clock.week_of(DEFAULT_END)
        return cls._between(first, last, "default", clock) if last < clock.weeks else None

    @classmethod
    def _between(cls, start: int, end: int, source: str, clock: Clock) -> "Anchor | None":
        """None without a week before the start, from which a baseline could be taken."""
        if not 1 <= start < clock.weeks:
            return None
        day = clock.date(end)
        return cls(start, end, tuple(clock.week_of(months_later(day, months)) for months in HORIZONS), source)

    @property
    def watched(self) -> tuple[int, ...]:
        """Weeks at whose end it must be known where every person is."""
        return (self.start - 1, self.grace_ends, *self.horizons)

    @property
    def grace_ends(self) -> int:
        """The last week in which a dismantling counts."""
        return self.end + THRESHOLDS.grace_weeks


def _acts(inputs: "WeeklyInputs", clock: Clock) -> tuple[int, int] | None:
    """First and last week of what is done to the groups during the run."""
    spans = [(order.first, order.last) for order in inputs.campaigns]
    spans += [(order.week, order.week) for order in inputs.removals]
    inside = [(first, last) for first, last in spans if last >= 0 and first < clock.weeks]
    if not inside:
        return None
    return min(first for first, _ in inside), max(last for _, last in inside)


def measured_days(scenario: "Scenario") -> tuple[dt.date, dt.date]:
    """First and last day of what a scenario does to the groups; else the days to measure from, given or default.

    Runs of two scenarios stand at the same dates at each horizon only if these are equal.
    """
    if scenario.acts:
        return min(first for first, _ in scenario.acts), max(last for _, last in scenario.acts)
    given = scenario.measure
    return given.anchor_start or DEFAULT_START, given.anchor_end or DEFAULT_END


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of the month, `months` later; the 28th where that month is shorter."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return day.replace(year=year, month=month + 1, day=28)
