"""Windows are counted from the week in which scenarios part, and cut to what the run holds."""

from datetime import date

from vraem.analysis.windows import parting_weeks, windows_after
from vraem.valley import load as load_valley
from vraem.world.clock import Clock

MONDAY = date(2024, 1, 1)


def spans(parting, weeks):
    return [(w.name, w.first, w.last) for w in windows_after(parting, Clock(MONDAY, weeks))]


def test_the_windows_are_the_first_year_years_2_and_3_and_the_last_year():
    assert spans(10, 400) == [
        ("first year", 10, 61),
        ("years 2 and 3", 62, 165),
        ("last year", 348, 399),
    ]


def test_a_window_says_its_first_and_last_day():
    first, *_ = windows_after(10, Clock(MONDAY, 400))
    assert (first.start, first.end) == (date(2024, 3, 11), date(2025, 3, 9))
    assert (first.end - first.start).days + 1 == 52 * 7


def test_a_run_that_ends_within_a_year_has_one_window_named_by_its_weeks():
    assert spans(10, 40) == [("first 30 weeks", 10, 39)]


def test_the_end_is_left_out_while_it_would_repeat_the_years_before():
    assert spans(0, 103) == [("first year", 0, 51)]
    assert spans(0, 104) == [("first year", 0, 51), ("the 52 weeks after", 52, 103)]
    assert spans(0, 156) == [
        ("first year", 0, 51),
        ("years 2 and 3", 52, 155),
        ("last year", 104, 155),
    ]


def test_scenarios_part_in_the_week_of_their_first_difference(short):
    shock = {"kind": "price_shock", "factor": 0.5}
    arms = [
        short(),
        short({**shock, "start": date(2012, 10, 3)}),
        short({**shock, "start": date(2012, 10, 1)}),
        short(**{"parameters.processing_cost": 200}),
        short(**{"switches.expectations": "naive"}),
        short(),
    ]
    week = (date(2012, 10, 1) - date(2012, 1, 2)).days // 7
    assert parting_weeks(arms, 1, load_valley()) == [None, week, week, 0, 0, None]
