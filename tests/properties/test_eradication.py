"""Eradication takes what it is ordered to take, where it is ordered, or all that stands there."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import vraem
from vraem import engine
from vraem.processes.exogenous import in_districts
from vraem.world import World
from vraem.world.security_tables import ERADICATION_STOPPED

from .strategies import changes, eradications, scenario_of

CAREFUL = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
RELATIVE = 2e-3
"""A household left with less than a thousandth of its plots counts as cleared."""


def standing(world: World) -> NDArray[np.float64]:
    """Coca by community (C,), ha, counted from the households."""
    growers = world.growers
    return (
        np.bincount(growers.community, growers.coca_area, len(world.communities)) * world.households_per_row
    )


def stopped(world: World) -> np.ndarray:
    """Communities where crews are stopped this week, by the second half of the draws of the place."""
    count = len(world.communities)
    perils = world.streams.uniform_double("eradication_place", world.week, count, 2 * count)
    return perils < world.p.eradication_stop_chance * world.communities.control


def advance_to(world: World, name: str) -> Any:
    """Run this week's processes before the one called `name`, and return that one."""
    for process in engine.SCHEDULE:
        if process.name == name:
            return process
        process.step(world)
    raise LookupError(name)


def finish_after(world: World, name: str) -> None:
    """Run this week's processes after the one called `name` and turn to the next week."""
    names = [process.name for process in engine.SCHEDULE]
    for process in engine.SCHEDULE[names.index(name) + 1 :]:
        process.step(world)
    engine.close_week(world)


@CAREFUL
@given(changes(longest_weeks=60), eradications())
def test_an_order_takes_its_hectares_or_all_that_protectors_leave_open(
    changed: dict[str, Any], order: dict[str, Any]
):
    world = vraem.new_world(scenario_of(changed | {"event": [order]}))
    (ordered,) = world.inputs.eradication
    there = in_districts(world, ordered.districts)
    for _ in range(world.clock.weeks):
        eradication = advance_to(world, "eradication")
        before = standing(world)
        eradication.step(world)
        after = standing(world)
        active = ordered.first <= world.week <= ordered.last
        # crews take what was ordered, or all that stands where no protector stops them this week (A8)
        open_to_crews = there & ~stopped(world)
        expected = min(ordered.hectares_a_week, before[open_to_crews].sum()) if active else 0.0
        assert world.flows.eradicated == pytest.approx(expected, rel=1e-5, abs=1e-3)
        assert (before - after).sum() == pytest.approx(
            expected, rel=RELATIVE, abs=1e-3 * (1.0 + before.max())
        )
        assert np.array_equal(after[~there], before[~there])
        finish_after(world, "eradication")


@CAREFUL
@given(changes(longest_weeks=60), st.lists(eradications(), min_size=2, max_size=4))
def test_orders_of_one_week_add_up(changed: dict[str, Any], orders: list[dict[str, Any]]):
    world = vraem.new_world(scenario_of(changed | {"event": orders}))
    for _ in range(world.clock.weeks):
        eradication = advance_to(world, "eradication")
        before = standing(world).sum()
        eradication.step(world)
        taken = before - standing(world).sum()
        assert taken == pytest.approx(world.flows.eradicated, rel=RELATIVE, abs=1e-2 * (1.0 + 1e-3 * before))
        finish_after(world, "eradication")


def test_what_is_ordered_in_a_run_is_what_is_eradicated():
    order = {
        "kind": "eradication",
        "start": dt.date(2012, 3, 5),
        "end": dt.date(2012, 8, 19),
        "hectares": 2400.0,
    }
    overrides = {"run.households": 800, "run.end": dt.date(2012, 12, 31), "event": [order]}
    assert vraem.run(scenario_of(overrides))["eradicated"].sum() == pytest.approx(2400.0, rel=1e-6)


def test_a_cleared_household_keeps_nothing_and_knows_it():
    order = {
        "kind": "eradication",
        "start": dt.date(2012, 3, 5),
        "end": dt.date(2012, 3, 11),
        "hectares": 2e5,
    }
    unhindered = {"run.households": 800, "parameters.eradication_stop_chance": 0.0}
    world = vraem.new_world(scenario_of(unhindered | {"event": [order]}))
    while world.week < world.inputs.eradication[0].first:
        engine.advance(world)
        engine.close_week(world)
    eradication = advance_to(world, "eradication")
    had_coca = world.growers.coca_area > 0.0
    eradication.step(world)
    assert np.allclose(world.growers.eradicated_share[had_coca], 1.0, atol=1e-5)
    for column in ("coca_area", "coca_young", "coca_bearing", "coca_old", "coca_old_bearing"):
        assert np.allclose(getattr(world.growers, column), 0.0, atol=1e-5), column
    assert np.allclose(world.communities.coca_area, 0.0, atol=1e-2)
    assert world.communities.eradication_news.max() == 1.0


def test_growers_hear_of_eradication_where_it_happens_and_not_far_away():
    order = {
        "kind": "eradication",
        "start": dt.date(2012, 3, 5),
        "end": dt.date(2012, 3, 11),
        "hectares": 300.0,
    }
    world = vraem.new_world(
        scenario_of({"run.households": 800, "event": [order | {"districts": ["Pichari"]}]})
    )
    while world.week <= world.inputs.eradication[0].first:
        engine.advance(world)
        engine.close_week(world)
    there = in_districts(world, world.inputs.eradication[0].districts)
    near = there.copy()
    for community in np.flatnonzero(there).tolist():
        near[world.valley.neighbours_of(community)] = True
    news = world.communities.eradication_news
    assert news[there].max() > 0.0
    assert (news[~near] == 0.0).all()


def test_under_protectors_crews_come_less_and_are_stopped_now_and_then():
    order = {
        "kind": "eradication",
        "start": dt.date(2012, 3, 5),
        "end": dt.date(2012, 6, 30),
        "hectares": 3000.0,
    }
    lost, stopped = {}, {}
    for name, effect in (("as drawn", {}), ("none", {"parameters.eradication_avoidance": 0.0})):
        chance = {"parameters.eradication_stop_chance": 0.2 if name == "as drawn" else 0.0}
        scenario = scenario_of({"run.households": 2000, "event": [order]} | effect | chance)
        places, stops = 0.0, 0
        for seed in range(1, 5):
            world = vraem.new_world(scenario, seed)
            held = world.communities.control > 0.3
            for _ in range(26):
                engine.advance(world)
                places += float(world.communities.eradication_news[held].sum())
                engine.close_week(world)
            stops += int((world.incidents.kind[: world.incidents.count] == ERADICATION_STOPPED).sum())
        lost[name], stopped[name] = places, stops
    assert lost["as drawn"] < 0.9 * lost["none"]
    assert stopped["as drawn"] > stopped["none"] == 0
