"""From when a run is measured: the campaign, what the scenario says, or the default days."""

import datetime as dt
from types import SimpleNamespace

import pytest

from vraem.observe.anchor import HORIZONS, Anchor, months_later
from vraem.world.clock import Clock
from vraem.world.orders import CampaignOrder, RemovalOrder

CLOCK = Clock.between(dt.date(2012, 1, 2), dt.date(2036, 1, 1))
SHORT = Clock.between(dt.date(2012, 1, 2), dt.date(2023, 12, 31))


def inputs(campaigns=(), removals=()):
    return SimpleNamespace(
        campaigns=tuple(CampaignOrder(0, first, last, ("heirs",), 0.5) for first, last in campaigns),
        removals=tuple(RemovalOrder(week, "heir", 1, "captured") for week in removals),
    )


def scenario(start=None, end=None):
    return SimpleNamespace(measure=SimpleNamespace(anchor_start=start, anchor_end=end))


def test_the_anchor_spans_all_that_is_done():
    anchor = Anchor.of(scenario(), inputs([(610, 700), (650, 720)], [605, 715]), CLOCK)
    assert (anchor.start, anchor.end, anchor.source) == (605, 720, "campaign")


def test_what_is_done_wins_over_the_days_to_measure_from():
    told = scenario(dt.date(2020, 1, 6), dt.date(2020, 2, 3))
    assert Anchor.of(told, inputs([(610, 700)]), CLOCK).start == 610
    anchor = Anchor.of(told, inputs(), CLOCK)
    assert (CLOCK.date(anchor.start), CLOCK.date(anchor.end)) == (dt.date(2020, 1, 6), dt.date(2020, 2, 3))
    assert anchor.source == "measure"


def test_one_day_to_measure_from_is_both():
    anchor = Anchor.of(scenario(end=dt.date(2020, 2, 3)), inputs(), CLOCK)
    assert anchor.start == anchor.end == CLOCK.week_of(dt.date(2020, 2, 3))


def test_the_default_days_hold_only_inside_the_run():
    anchor = Anchor.of(SimpleNamespace(), inputs(), CLOCK)
    assert (anchor.start, anchor.source) == (CLOCK.week_of(dt.date(2023, 9, 1)), "default")
    assert Anchor.of(SimpleNamespace(), inputs(), SHORT) is None


@pytest.mark.parametrize("week", [0, -20, CLOCK.weeks])
def test_a_campaign_without_a_past_or_outside_the_run_gives_no_anchor_of_its_own(week):
    anchor = Anchor.of(SimpleNamespace(), inputs([(week, week)]), CLOCK)
    assert anchor is None or anchor.source == "default"


def test_horizons_are_months_after_the_end():
    anchor = Anchor.of(scenario(), inputs([(600, 700)]), CLOCK)
    end = CLOCK.date(700)
    for months, week in zip(HORIZONS, anchor.horizons, strict=True):
        day = months_later(end, months)
        assert CLOCK.date(week) <= day < CLOCK.date(week + 1)
        assert (day.year - end.year) * 12 + day.month - end.month == months


def test_the_last_day_of_a_long_month_becomes_the_28th_of_a_short_one():
    assert months_later(dt.date(2024, 8, 31), 6) == dt.date(2025, 2, 28)
    assert months_later(dt.date(2024, 12, 31), 1) == dt.date(2025, 1, 31)
