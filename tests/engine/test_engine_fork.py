"""Checkpoints and forks: arms that share a past run it once, bit for bit as if each had run alone."""

import datetime as dt
import pickle
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vraem
from vraem import engine
from vraem.observe import RunResult
from vraem.observe.series import SERIES_NAMES
from vraem.scenario import Scenario
from vraem.scenario.parameters import parameter_specs
from vraem.world import World
from vraem.world.build import START_PARAMETERS

SEED = 6
PRICE_SHOCK = {
    "kind": "price_shock",
    "start": dt.date(2013, 4, 1),
    "end": dt.date(2013, 12, 31),
    "factor": 0.4,
}
CREWS = {"kind": "eradication", "start": dt.date(2013, 4, 1), "end": dt.date(2013, 9, 30), "hectares": 2000.0}
SHUT = {
    "kind": "route_capacity",
    "route": "air",
    "start": dt.date(2013, 4, 1),
    "end": dt.date(2014, 3, 1),
    "factor": 0.1,
}
AID = {
    "kind": "alternative_development",
    "start": dt.date(2012, 6, 1),
    "end": dt.date(2013, 8, 1),
    "districts": ["Pichari", "Kimbiri"],
    "share": 0.8,
}
COMMON = {"event": [AID]}
LATER = {"event": [AID, PRICE_SHOCK, CREWS, SHUT]}
WEEKS_BEFORE_THE_DIFFERENCE = 65
LOOKING_BACK = {name for name in SERIES_NAMES if name.startswith(("independent_", "effective_"))}
"""Series that follow from the weeks before: independence of groups and their effective numbers."""


def scenario(changes: dict[str, Any]) -> Scenario:
    overrides = {"run.households": 800, "run.end": dt.date(2014, 6, 30)}
    return vraem.load("history").with_(overrides | changes)


def run_to(world: World, week: int) -> World:
    while world.week < week:
        engine.advance(world)
        engine.close_week(world)
    return world


def checkpoint(week: int, changes: dict[str, Any] = COMMON) -> World:
    return run_to(vraem.new_world(scenario(changes), SEED), week).copy()


def assert_same_from(week: int, forked: RunResult, straight: RunResult) -> None:
    """Every series from `week` on, but those in which observers look back over weeks that the fork has not seen."""
    for name, values in straight.series.items():
        if name in LOOKING_BACK:
            continue
        assert forked[name][week:].tobytes() == values[week:].tobytes(), name
    kept = straight.snapshots.dates >= straight.dates[week]
    for name in ("coca_area", "leaf_price", "income_quantiles", "income_by_source"):
        expected = getattr(straight.snapshots, name)[kept]
        assert getattr(forked.snapshots, name).tobytes() == expected.tobytes(), name


@pytest.fixture(scope="module")
def straight() -> RunResult:
    return vraem.run(scenario(LATER), seed=SEED)


@pytest.mark.parametrize("week", [0, 1, 13, 23, 40, 52, 60, 65])
def test_a_fork_goes_on_as_if_it_had_run_alone(week: int, straight: RunResult):
    forked = vraem.run_world(engine.fork(checkpoint(week), scenario(LATER)))
    assert_same_from(week, forked, straight)


@pytest.mark.parametrize("week", [7, 60])
def test_a_pickled_checkpoint_goes_on_as_if_it_had_run_alone(week: int, straight: RunResult):
    stored = pickle.dumps(checkpoint(week))
    forked = vraem.run_world(engine.fork(pickle.loads(stored), scenario(LATER)))
    assert_same_from(week, forked, straight)


def test_a_fork_leaves_its_checkpoint_as_it_was(straight: RunResult):
    kept = checkpoint(60)
    first = vraem.run_world(engine.fork(kept, scenario(LATER)))
    again = vraem.run_world(engine.fork(kept, scenario(LATER)))
    assert kept.week == 60
    assert_same_from(60, first, straight)
    assert_same_from(60, again, straight)


def test_forks_of_one_checkpoint_that_take_turns_do_not_disturb_each_other(straight: RunResult):
    kept = checkpoint(60)
    one, other = engine.fork(kept, scenario(LATER)), engine.fork(kept, scenario(COMMON))
    for week in range(61, 100):
        run_to(one, week)
        run_to(other, week)
    alone = run_to(engine.fork(kept, scenario(LATER)), 99)
    for table, twin in zip(one.tables, alone.tables, strict=True):
        for column, _ in table.columns():
            assert table.rows_in_use(column.name).tobytes() == twin.rows_in_use(column.name).tobytes(), (
                column.name
            )


def test_a_fork_of_a_fork_goes_on_as_if_it_had_run_alone(straight: RunResult):
    first = run_to(engine.fork(checkpoint(30), scenario(COMMON)), 55)
    assert_same_from(55, vraem.run_world(engine.fork(first.copy(), scenario(LATER))), straight)


def test_a_copy_goes_on_like_the_original(straight: RunResult):
    world = run_to(vraem.new_world(scenario(LATER), SEED), 80)
    assert_same_from(80, vraem.run_world(world.copy()), straight)
    assert_same_from(80, vraem.run_world(world), straight)


def test_a_fork_may_run_longer_than_its_checkpoint():
    longer = {**LATER, "run.end": dt.date(2015, 3, 1)}
    forked = vraem.run_world(engine.fork(checkpoint(60), scenario(longer)))
    assert_same_from(60, forked, vraem.run(scenario(longer), seed=SEED))


@pytest.mark.parametrize(
    "changes",
    [
        {"run.households": 900},
        {"run.start": dt.date(2012, 1, 9)},
        {"parameters.coca_full_yield_until_year": 10.0},
        {"switches.null_model": "no_kin"},
        {"post": [{"place": "Mayapo", "kind": "army_base", "force": "army"}]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_fork_into_another_start_is_refused(changes: dict[str, Any]):
    with pytest.raises(ValueError, match=r"a fork shares the past: .* must be as in the checkpoint"):
        engine.fork(checkpoint(0), scenario(COMMON | changes))


def other_value(name: str) -> float:
    """A value of a parameter that is not the default."""
    spec = parameter_specs()[name]
    middle = (spec.low + spec.high) / 2.0
    return spec.high if spec.default < middle else spec.low


@pytest.mark.parametrize("name", START_PARAMETERS)
def test_a_parameter_of_the_start_makes_another_start_and_is_refused_in_a_fork(name: str):
    kept, changed = checkpoint(0), scenario(COMMON | {f"parameters.{name}": other_value(name)})
    with pytest.raises(ValueError, match=f"a fork shares the past: {name} must be"):
        engine.fork(kept, changed)
    started = vraem.new_world(changed, SEED)
    assert any(
        len(table) != len(twin)
        or any(
            table.rows_in_use(column.name).tobytes() != twin.rows_in_use(column.name).tobytes()
            for column, _ in table.columns()
        )
        for table, twin in zip(kept.tables, started.tables, strict=True)
    ) or (started.market.rest_area != kept.market.rest_area)


def test_no_weekly_rule_reads_a_parameter_of_the_start():
    folder = Path(engine.__file__).parent / "processes"
    rules = {path.name: path.read_text("utf-8") for path in folder.glob("*.py") if path.name != "burn_in.py"}
    read = {
        (file, name)
        for file, text in rules.items()
        for name in START_PARAMETERS
        if re.search(rf"\bp\.{name}\b", text)
    }
    # the youth of the communities are counted anew by the households there are, and these are those of the start
    assert read == {("communities.py", "farm_households")}


@pytest.mark.parametrize(
    "name",
    [
        "coca_yield_mature",
        "demand_elasticity",
        "route_cash_cost_air",
        "route_value_foot",
        "detection_road",
        "licit_net_margin",
    ],
)
def test_parameters_of_the_weekly_rules_act_from_the_fork(name: str):
    kept = checkpoint(40)
    changed = scenario(COMMON | {f"parameters.{name}": other_value(name)})
    plain = vraem.run_world(engine.fork(kept, scenario(COMMON)))
    forked = vraem.run_world(engine.fork(kept, changed))
    assert any(not np.array_equal(plain[series], forked[series]) for series in plain.series)


def test_weeks_before_a_fork_are_no_numbers_in_its_series():
    forked = vraem.run_world(engine.fork(checkpoint(40), scenario(COMMON)))
    assert all(np.isnan(values[:40]).all() for values in forked.series.values())
    assert all(np.isfinite(values[40:]).all() for values in forked.series.values())


@pytest.fixture(scope="module")
def without_leader() -> Scenario:
    """A leader is taken in week 139."""
    removal = {"kind": "removal", "date": dt.date(2014, 9, 1), "role": "leader"}
    return scenario({"event": [removal], "run.end": dt.date(2015, 12, 31)})


@pytest.mark.parametrize("weeks", [50, 130])
def test_a_fork_says_nothing_against_a_year_that_was_not_recorded(without_leader: Scenario, weeks: int):
    kept = run_to(vraem.new_world(without_leader, SEED), weeks)
    found = vraem.run_world(engine.fork(kept, without_leader)).organisation
    assert found.anchor is not None
    assert (found.baseline, found.measures, found.verdicts, found.weak_start) == (None, None, {}, None)
    assert found.dismantled("personnel") is None


def test_a_fork_that_recorded_the_year_before_says_what_the_whole_run_says(without_leader: Scenario):
    alone = vraem.run(without_leader, seed=SEED).organisation
    kept = run_to(vraem.new_world(without_leader, SEED), 10)
    found = vraem.run_world(engine.fork(kept, without_leader)).organisation
    assert found.verdicts
    assert found.end_states == alone.end_states
    assert found.baseline is not None
    assert alone.baseline is not None
    assert replace(found.baseline, start_strength=alone.baseline.start_strength) == alone.baseline


def test_forks_in_threads_go_on_as_if_each_had_run_alone(straight: RunResult):
    kept = checkpoint(60)
    forks = [engine.fork(kept, scenario(LATER)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(vraem.run_world, forks))
    for forked in results:
        assert_same_from(60, forked, straight)


def test_a_world_at_its_end_is_not_run_again():
    world = vraem.new_world(scenario({"run.end": dt.date(2012, 3, 1)}), SEED)
    vraem.run_world(world)
    with pytest.raises(ValueError, match="expected a week before its scenario's end"):
        vraem.run_world(world)


def test_a_fork_that_ends_before_its_checkpoint_is_refused():
    with pytest.raises(ValueError, match="2012-03-01 lies before the week of the checkpoint"):
        engine.fork(checkpoint(30), scenario({"run.end": dt.date(2012, 3, 1)}))
