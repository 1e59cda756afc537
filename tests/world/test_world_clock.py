"""The weekly clock."""

import datetime as dt
import itertools

import numpy as np
import pytest

from vraem.world import Clock

HISTORY = Clock.between(dt.date(2012, 1, 2), dt.date(2023, 12, 31))


def test_weeks_open_seven_days_apart_from_the_start():
    dates = HISTORY.dates()
    assert dates[0] == np.datetime64("2012-01-02")
    assert (np.diff(dates) == np.timedelta64(7, "D")).all()
    assert [HISTORY.date(week) for week in (0, 1, 625)] == [d.item() for d in dates[[0, 1, 625]]]


def test_the_last_week_opens_on_or_before_the_end():
    assert HISTORY.dates()[-1] <= np.datetime64("2023-12-31")
    assert HISTORY.dates()[-1] + np.timedelta64(7, "D") > np.datetime64("2023-12-31")


def test_a_run_of_a_single_day_has_one_week():
    assert Clock.between(dt.date(2020, 6, 1), dt.date(2020, 6, 1)).weeks == 1


@pytest.mark.parametrize("week", [0, 1, 17, 300, 625])
def test_every_day_lies_in_the_week_that_opened_last(week: int):
    opening = HISTORY.date(week)
    assert {HISTORY.week_of(opening + dt.timedelta(days=day)) for day in range(7)} == {week}


def test_days_before_the_start_lie_in_negative_weeks():
    assert HISTORY.week_of(dt.date(2012, 1, 1)) == -1
    assert HISTORY.week_of(dt.date(2011, 12, 25)) == -2


def test_every_calendar_year_of_the_run_ends_once():
    ends = [HISTORY.date(week) for week in HISTORY.year_ends()]
    assert [day.year for day in ends] == list(range(2012, 2024))
    assert all(day.month == 12 and day.day >= 25 for day in ends)


def test_a_year_that_the_run_does_not_finish_has_no_end():
    for end in (dt.date(2014, 6, 30), dt.date(2014, 12, 7)):
        broken_off = Clock.between(dt.date(2012, 1, 2), end)
        assert [broken_off.date(week).year for week in broken_off.year_ends()] == [2012, 2013]


def test_what_follows_on_the_next_day_shares_no_week():
    clock = Clock.between(dt.date(2012, 1, 2), dt.date(2030, 12, 31))
    years = [clock.weeks_of(dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in range(2013, 2029)]
    assert all(one[1] + 1 == other[0] for one, other in itertools.pairwise(years))
    day = dt.date(2023, 11, 12)
    assert clock.weeks_of(day, day) == (clock.week_of(day), clock.week_of(day))
