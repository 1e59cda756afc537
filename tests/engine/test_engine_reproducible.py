"""One seed, one run, to the bit; arms with one seed differ only from where their scenarios do."""

import datetime as dt
import hashlib
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from dated_events import ECONOMIC

import vraem
from vraem import engine
from vraem.observe import RunResult
from vraem.scenario import Scenario
from vraem.world import STREAMS, World

SPAN = {"start": dt.date(2012, 6, 15), "end": dt.date(2012, 12, 2)}
AT_ONCE = {"eradication", "price_shock", "route_capacity"}
"""Events whose first week shows in the series of that very week."""


def scenario(**changes: Any) -> Scenario:
    overrides = {"run.households": 800, "run.end": dt.date(2013, 6, 30), "parameters.development_bonus": 1.0}
    return vraem.load("history").with_(
        overrides | {key.replace("__", "."): value for key, value in changes.items()}
    )


def digest(run: RunResult) -> str:
    """A hash of every number that a run leaves behind."""
    hashed = hashlib.sha256()
    for name in sorted(run.series):
        hashed.update(run.series[name].tobytes())
    for values in vars(run.snapshots).values():
        hashed.update(np.ascontiguousarray(values).tobytes())
    return hashed.hexdigest()


def parting(one: RunResult, other: RunResult) -> int | None:
    """The first week in which any series differs by a bit."""
    weeks = [np.flatnonzero(one[name].view(np.int64) != other[name].view(np.int64)) for name in one.series]
    return min((int(found[0]) for found in weeks if len(found)), default=None)


@pytest.fixture(scope="module")
def plain() -> RunResult:
    return vraem.run(scenario(), seed=4)


def test_the_same_seed_gives_the_same_bytes(plain: RunResult):
    assert digest(vraem.run(scenario(), seed=4)) == digest(plain)


def test_another_seed_gives_another_run(plain: RunResult):
    assert digest(vraem.run(scenario(), seed=5)) != digest(plain)


def test_a_run_in_between_leaves_no_trace(plain: RunResult):
    vraem.run(scenario(switches__expectations="naive", parameters__demand_elasticity=3.5), seed=9)
    assert digest(vraem.run(scenario(), seed=4)) == digest(plain)


def test_two_worlds_that_take_turns_do_not_disturb_each_other(plain: RunResult):
    worlds = [vraem.new_world(scenario(), seed) for seed in (4, 5)]
    for _ in range(30):
        for world in worlds:
            engine.advance(world)
            engine.close_week(world)
    assert worlds[0].market.leaf_price == pytest.approx(plain_price_after(plain, 29), abs=0.0)


def plain_price_after(run: RunResult, week: int) -> float:
    """The valley's leaf price at the end of a week, from a run of its own."""
    world = vraem.new_world(run.scenario, run.seed)
    for _ in range(week + 1):
        engine.advance(world)
        engine.close_week(world)
    return world.market.leaf_price


@pytest.mark.parametrize("threads", ["1", "4"])
def test_another_process_gives_the_same_bytes(plain: RunResult, threads: str):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import test_engine_reproducible as t, vraem;"
        "print(t.digest(vraem.run(t.scenario(), seed=4)))"
    )
    settings = {"PYTHONHASHSEED": threads, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    command = [sys.executable, "-c", code, os.path.dirname(__file__)]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(plain)


def test_draws_that_nobody_uses_change_nothing(plain: RunResult, monkeypatch: pytest.MonkeyPatch):
    def squander(world: World) -> None:
        for stream in STREAMS:
            world.streams.uniform(stream, world.week, 3, 90)
            world.streams.normal(stream, world.week + 1, 0, 5)

    idle = engine.Process("idle", "none", squander, {})
    busy = tuple(step for process in engine.SCHEDULE for step in (process, idle))
    monkeypatch.setattr(engine, "SCHEDULE", busy)
    assert digest(vraem.run(scenario(), seed=4)) == digest(plain)


@pytest.mark.parametrize("kind", ECONOMIC)
def test_arms_are_identical_until_the_first_week_in_which_they_differ(plain: RunResult, kind: str):
    event = {"kind": kind, **ECONOMIC[kind], **SPAN}
    arm = vraem.run(scenario(event=[event]), seed=4)
    first = np.searchsorted(plain.dates, np.datetime64(SPAN["start"]), "right") - 1
    week = parting(plain, arm)
    assert week is not None
    assert week >= first
    if kind in AT_ONCE:
        assert week == first


def test_an_event_that_changes_nothing_leaves_the_arms_identical(plain: RunResult):
    idle = [
        {"kind": "price_shock", "factor": 1.0, **SPAN},
        {"kind": "announcement", "risk": 0.0, **SPAN},
        {"kind": "route_capacity", "route": "all", "factor": 1.0, **SPAN},
    ]
    assert parting(plain, vraem.run(scenario(event=idle), seed=4)) is None


def test_an_earlier_end_gives_the_same_weeks(plain: RunResult):
    shorter = vraem.run(scenario(run__end=dt.date(2012, 11, 4)), seed=4)
    for name, values in shorter.series.items():
        assert values.tobytes() == plain[name][: len(values)].tobytes(), name


def test_eradication_stops_when_its_event_ends(plain: RunResult):
    arm = vraem.run(scenario(event=[{"kind": "eradication", "hectares": 800.0, **SPAN}]), seed=4)
    inside = arm.between("2012-06-11", "2012-12-02")
    assert (arm["eradicated"][inside] > 0.0).all()
    assert (arm["eradicated"][~inside] == 0.0).all()
    assert (plain["eradicated"] == 0.0).all()
