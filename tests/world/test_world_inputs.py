"""Inputs of the weeks: drivers and dated events, each in its own weeks and places only."""

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest

import vraem
from vraem.scenario import Scenario
from vraem.valley import ROUTES
from vraem.world import Clock, Streams
from vraem.world.inputs import WeeklyInputs, weekly_inputs

START, END = dt.date(2012, 9, 5), dt.date(2012, 12, 18)
BY_WEEK = ("border_price", "capacity_factor", "detection_factor", "cost_factor")
FACTOR_EVENTS = {
    "price_shock": ("border_price", {}),
    "route_capacity": ("capacity_factor", {"route": "foot"}),
    "route_risk": ("detection_factor", {"route": "foot"}),
    "route_cost": ("cost_factor", {"route": "foot"}),
}
ORDER_EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "eradication": ("eradication", {"hectares": 160.0}),
    "announcement": ("announcements", {"risk": 0.2}),
    "alternative_development": ("assistance", {"share": 0.4, "districts": ["Pichari"]}),
}


def scenario(events: list[dict[str, Any]] | None = None, **changes: Any) -> Scenario:
    overrides = {"run.households": 400, "run.end": dt.date(2013, 12, 31), "event": events or []}
    return vraem.load("history").with_(
        overrides | {key.replace("__", "."): value for key, value in changes.items()}
    )


def inputs_of(case: Scenario, seed: int = 1) -> WeeklyInputs:
    clock = Clock.between(case.run.start, case.run.end)
    return weekly_inputs(case, clock, Streams(seed), vraem.load_valley())


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "start": START, "end": END, **fields}


def weeks_of_the_event() -> tuple[int, int]:
    clock = Clock.between(dt.date(2012, 1, 2), dt.date(2013, 12, 31))
    return clock.week_of(START), clock.week_of(END) - 1  # a Tuesday: the week is of what comes next


def unequal_fields(one: WeeklyInputs, other: WeeklyInputs) -> set[str]:
    names = [field.name for field in dataclasses.fields(WeeklyInputs)]
    return {name for name in names if getattr(one, name) != getattr(other, name)}


@pytest.mark.parametrize("kind", FACTOR_EVENTS)
def test_a_factor_holds_in_the_weeks_of_its_event_and_in_no_other(kind: str):
    name, fields = FACTOR_EVENTS[kind]
    plain, shaken = inputs_of(scenario()), inputs_of(scenario([event(kind, factor=0.5, **fields)]))
    assert unequal_fields(plain, shaken) == {name}
    before, after = np.array(getattr(plain, name)), np.array(getattr(shaken, name))
    first, last = weeks_of_the_event()
    changed = np.flatnonzero((before != after).reshape(len(before), -1).any(axis=1))
    assert (changed[0], changed[-1], len(changed)) == (first, last, last - first + 1)
    if before.ndim == 2:
        foot = ROUTES.index("foot")
        assert np.array_equal(np.delete(before, foot, axis=1), np.delete(after, foot, axis=1))
        before, after = before[:, foot], after[:, foot]
    assert np.allclose(after[first : last + 1], 0.5 * before[first : last + 1])


@pytest.mark.parametrize("kind", ["route_capacity", "route_risk", "route_cost"])
def test_an_event_of_all_routes_acts_on_each(kind: str):
    name = FACTOR_EVENTS[kind][0]
    shaken = np.array(getattr(inputs_of(scenario([event(kind, factor=0.5, route="all")])), name))
    plain = np.array(getattr(inputs_of(scenario()), name))
    week = weeks_of_the_event()[0]
    assert np.allclose(shaken[week], 0.5 * plain[week])


@pytest.mark.parametrize("kind", FACTOR_EVENTS)
def test_factors_of_overlapping_events_multiply(kind: str):
    name, fields = FACTOR_EVENTS[kind]
    twice = inputs_of(scenario([event(kind, factor=0.5, **fields), event(kind, factor=0.4, **fields)]))
    once = inputs_of(scenario([event(kind, factor=0.2, **fields)]))
    assert np.allclose(getattr(twice, name), getattr(once, name))


@pytest.mark.parametrize("kind", ORDER_EVENTS)
def test_an_order_has_the_weeks_and_districts_of_its_event(kind: str):
    name, fields = ORDER_EVENTS[kind]
    case = inputs_of(scenario([event(kind, **{**fields, "districts": ["Pichari", "Kimbiri"]})]))
    assert unequal_fields(inputs_of(scenario()), case) == {name}
    (order,) = getattr(case, name)
    assert (order.first, order.last) == weeks_of_the_event()
    names = vraem.load_valley().districts.name
    assert {names[number - 1] for number in order.districts} == {"Pichari", "Kimbiri"}


def test_eradication_is_spread_evenly_over_its_weeks():
    (order,) = inputs_of(scenario([event("eradication", hectares=160.0)])).eradication
    weeks = order.last - order.first + 1
    assert order.hectares_a_week * weeks == pytest.approx(160.0)
    assert order.districts == ()


def test_an_event_outside_the_run_changes_no_week():
    outside = {"start": dt.date(2011, 1, 1), "end": dt.date(2011, 12, 25)}
    events = [{**event(kind, factor=0.5, **fields), **outside} for kind, (_, fields) in FACTOR_EVENTS.items()]
    assert unequal_fields(inputs_of(scenario()), inputs_of(scenario(events))) == set()


def test_an_event_that_began_before_the_run_acts_from_its_first_week():
    early = {"start": dt.date(2011, 1, 1), "end": dt.date(2012, 3, 31)}
    shaken = inputs_of(scenario([{**event("price_shock", factor=0.5), **early}]))
    plain = inputs_of(scenario())
    assert shaken.border_price[0] == pytest.approx(0.5 * plain.border_price[0])
    assert shaken.border_price[20] == plain.border_price[20]


def test_history_follows_the_driver_table_whatever_the_seed():
    assert inputs_of(scenario(), seed=1).border_price == inputs_of(scenario(), seed=2).border_price
    assert set(inputs_of(scenario()).announced_risk[:50]) == {0.0}
    assert max(inputs_of(scenario()).announced_risk[60:100]) > 0.0


def forecast(seed: int, **changes: Any) -> np.ndarray:
    case = scenario(run__end=dt.date(2035, 12, 31), **changes)
    clock = Clock.between(case.run.start, case.run.end)
    return np.array(inputs_of(case, seed).border_price)[clock.week_of(dt.date(2023, 4, 10)) :]


def test_after_the_last_dated_price_the_forecast_is_drawn():
    one, other = forecast(1), forecast(2)
    assert not np.array_equal(one, other)
    assert np.array_equal(one, forecast(1))
    assert (one > 0.0).all()


def test_the_forecast_goes_on_from_the_last_dated_price():
    quiet = {"parameters__price_shock_sd": 0.02, "parameters__price_jump_rate": 0.1}
    assert forecast(1, **quiet)[0] == pytest.approx(
        inputs_of(scenario(run__end=dt.date(2023, 3, 31))).border_price[-1], rel=0.1
    )


def test_the_forecast_reverts_to_the_base_and_jumps_go_down():
    paths = np.stack([forecast(seed) for seed in range(30)])
    assert 0.75 < np.median(paths[:, -200:]) < 1.1
    weekly = np.diff(np.log(paths), axis=1)
    assert weekly.min() < -0.2
    assert weekly.max() < 0.2


def test_without_a_driver_table_the_price_is_drawn_from_the_first_week():
    assert len(set(inputs_of(scenario(drivers__table="none")).border_price)) > 90
