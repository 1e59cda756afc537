"""The weekly clock: week numbers and the Mondays that open them."""

import datetime as dt
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DAYS_A_WEEK = 7
WEEKS_A_YEAR = 52.1775
WEEKS_A_QUARTER = 13
QUARTERS_A_YEAR = 4
WEEKS_A_MONTH = 4.348125
MONTHS_A_YEAR = 12
REVIEW_WEEKS = 4
"""Weeks between two looks at what moves in months; each process has its own week of the four."""
MONTHS_IN_FOUR_WEEKS = REVIEW_WEEKS / WEEKS_A_MONTH
"""What is looked at every four weeks is looked at 13 times a year; rates a month are for 12."""


def left_after(weeks: float, half_life_months: float) -> float:
    """What is left after `weeks` of something with this half-life."""
    return exp(-log(2.0) * weeks / (half_life_months * WEEKS_A_MONTH))


class Clock(NamedTuple):
    """A run of `weeks` weeks that opens on the date `start`."""

    start: dt.date
    weeks: int

    @classmethod
    def between(cls, start: dt.date, end: dt.date) -> "Clock":
        """The clock whose last week is the last one that opens on or before `end`."""
        return cls(start, (end - start).days // DAYS_A_WEEK + 1)

    def date(self, week: int) -> dt.date:
        """The day that opens week number `week` (0 is the first)."""
        return self.start + dt.timedelta(days=DAYS_A_WEEK * week)

    def dates(self) -> NDArray[np.datetime64]:
        """The opening days of all weeks, shape (weeks,), datetime64[D]."""
        days = np.arange(self.weeks) * DAYS_A_WEEK
        return np.datetime64(self.start, "D") + days.astype("timedelta64[D]")

    def week_of(self, day: dt.date) -> int:
        """The number of the week in which `day` lies; negative before the start."""
        return (day - self.start).days // DAYS_A_WEEK

    def weeks_of(self, start: dt.date, end: dt.date) -> tuple[int, int]:
        """First and last week of what lasts from `start` to `end`: what begins the day after shares no week with it."""
        first = self.week_of(start)
        return first, max(self.week_of(end + dt.timedelta(days=1)) - 1, first)

    def year_ends(self) -> list[int]:
        """The last week that opens in each calendar year of the run, in order."""
        years = self.dates().astype("datetime64[Y]")
        following = (self.dates() + np.timedelta64(DAYS_A_WEEK, "D")).astype("datetime64[Y]")
        return [int(week) for week in np.flatnonzero(years != following)]
