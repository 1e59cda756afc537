"""The measurements: each returns plain numbers, medians of several, and says nothing about budgets."""

import datetime as dt
import gc
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

import vraem
from vraem import engine
from vraem.observe.recorder import Recorder
from vraem.scenario import Scenario
from vraem.world import World
from vraem.world.clock import WEEKS_A_QUARTER

ONE_TO_ONE = 40_000
SIZES = (4_000, 40_000, 400_000)
GROWERS_STEP = ("exogenous", "farming", "incomes", "planting")
"""What the growers' twin does in a week: the drivers of the week, harvest, other incomes, decisions."""
_NEIGHBOURS = __package__.removesuffix("benchmarks")
"""`tests.` under `python -m tests.benchmarks`, nothing under pytest."""
WHOLE_RUN, WHOLE_END = "heirs-first", dt.date(2033, 12, 4)
"""A run of 22 years, 1 144 weeks, with a campaign in it."""
EXP_CALLS = 40
EXP_LENGTH = 100_000


@dataclass(frozen=True)
class RunCost:
    """Medians over repeated runs of one row a household; CPU seconds, and milliseconds a week."""

    repeats: int
    weeks: int
    valley: float
    build: float
    run: float
    best: float
    processes: dict[str, float]


@dataclass(frozen=True)
class StepCost:
    """The growers' step: microseconds per deciding household, vectorised and as Mesa agents."""

    core_rows: int
    twin_rows: int
    weeks: int
    core: float
    twin: float
    twin_build: float

    @property
    def ratio(self) -> float:
        """How many times faster the core is."""
        return self.twin / self.core


@dataclass(frozen=True)
class Growth:
    """CPU milliseconds a week by number of households."""

    weeks: int
    cost: dict[int, float]

    @property
    def exponent(self) -> float:
        """Slope of log cost on log households over the largest step: 1 is linear, less is better."""
        (small, cheap), (large, dear) = sorted(self.cost.items())[-2:]
        return math.log(dear / cheap) / math.log(large / small)

    @property
    def whole_exponent(self) -> float:
        """The same from the smallest to the largest."""
        (small, cheap), *_, (large, dear) = sorted(self.cost.items())
        return math.log(dear / cheap) / math.log(large / small)


@dataclass(frozen=True)
class Memory:
    """Peak resident memory, MB, of a process that has loaded the valley, and of one that has run as well."""

    loaded: float
    run: float


@dataclass(frozen=True)
class Pairing:
    """Variance of an `effect` over seeds: arms with other seeds over arms with the same seed, by outcome."""

    effect: str
    seeds: int
    households: int
    gain: dict[str, float]


def cpu(action: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process and what `action` returned; no collection of garbage in between."""
    gc.collect()
    gc.disable()
    try:
        began = process_time()
        value = action()
        return process_time() - began, value
    finally:
        gc.enable()


def yardstick() -> float:
    """Milliseconds for a fixed piece of array work, to compare machines: exp of 4 million float32."""
    values = np.linspace(-4.0, 4.0, EXP_LENGTH, dtype=np.float32)
    out = np.empty_like(values)

    def work() -> None:
        for _ in range(EXP_CALLS):
            np.exp(values, out=out)

    return 1e3 * median(cpu(work)[0] for _ in range(7))


def one_run(repeats: int) -> RunCost:
    """Build and run the whole model one to one; the valley is loaded before and reported apart."""
    valley_seconds, valley = cpu(vraem.load_valley)
    scenario = whole_scenario()
    builds, runs, profiles = [], [], []
    for seed in range(1, repeats + 1):
        build, world = cpu(lambda seed=seed: vraem.new_world(scenario, seed, valley))
        run, result = cpu(lambda world=world: vraem.run_world(world))
        builds.append(build)
        runs.append(run)
        profiles.append(_profile(vraem.new_world(scenario, seed, valley)))
    weeks = len(result.dates)
    processes = {name: 1e3 * median(profile[name] for profile in profiles) / weeks for name in profiles[0]}
    return RunCost(repeats, weeks, valley_seconds, median(builds), median(runs), min(runs), processes)


def whole_scenario() -> Scenario:
    """Every process on: history, two years of operations against the next generation, and the years after."""
    return vraem.load(WHOLE_RUN, [f"run.end={WHOLE_END}"])


def _profile(world: World) -> dict[str, float]:
    """CPU seconds of each process over a whole run; those of the engine's own profile are by the clock on the wall."""
    recorder = Recorder(world.clock)
    seconds = dict.fromkeys([*(process.name for process in engine.SCHEDULE), "record"], 0.0)
    for _ in range(world.clock.weeks):
        for process in engine.SCHEDULE:
            began = process_time()
            process.step(world)
            seconds[process.name] += process_time() - began
        began = process_time()
        recorder.record(world)
        seconds["record"] += process_time() - began
        engine.close_week(world)
    return seconds


def growers_step(twin_rows: int, weeks: int) -> StepCost:
    """The growers' step of the core and of the same rules as Mesa agents, in one process, a quarter each in turn."""
    twin_model = import_module(f"{_NEIGHBOURS}reference.growers_model").GrowersModel
    twin_world, core_world = _small_world(twin_rows), _small_world(ONE_TO_ONE)
    build, twin = cpu(lambda: twin_model(twin_world))
    core_costs, twin_costs = [], []
    for first in range(0, weeks, WEEKS_A_QUARTER):
        block = range(first, min(first + WEEKS_A_QUARTER, weeks))
        core_costs += [
            _seconds_per_decision(core_world, week, lambda: _core_step(core_world)) for week in block
        ]
        twin_costs += [_seconds_per_decision(twin_world, week, twin.step) for week in block]
    _check_same_work(twin_world, twin, weeks)
    return StepCost(ONE_TO_ONE, twin_rows, weeks, 1e6 * median(core_costs), 1e6 * median(twin_costs), build)


def _small_world(households: int) -> World:
    return vraem.new_world(vraem.load("history", [f"run.households={households}"]), 1)


def _core_step(world: World) -> None:
    for process in engine.SCHEDULE:
        if process.name in GROWERS_STEP:
            process.step(world)
    engine.close_week(world)


def _seconds_per_decision(world: World, week: int, step: Callable[[], None]) -> float:
    """CPU seconds of one week's step over the households whose week it is."""
    first, _, end = world.cohorts[week % WEEKS_A_QUARTER]
    began = process_time()
    step()
    return (process_time() - began) / (end - first)


def _check_same_work(world: World, twin: Any, weeks: int) -> None:
    """Both sides of the comparison must have done the same: let the core do the twin's weeks and compare."""
    for _ in range(weeks):
        _core_step(world)
    core = float(world.growers.coca_area.sum(dtype=np.float64))
    other = sum(household.coca_area for household in twin.households)
    if not math.isclose(core, other, rel_tol=1e-3):
        raise SystemExit(f"the twin no longer does what the core does: {other:.1f} ha against {core:.1f} ha")


def growth(weeks: int, repeats: int) -> Growth:
    """Cost of a week by number of households."""
    cost = {}
    for households in SIZES:
        scenario = vraem.load("history", [f"run.households={households}"])
        _cost_of_weeks(scenario, 0, weeks)  # the first pays for fresh memory
        cost[households] = (
            1e3 * median(_cost_of_weeks(scenario, seed, weeks) for seed in range(1, repeats + 1)) / weeks
        )
    return Growth(weeks, cost)


def _cost_of_weeks(scenario: Scenario, seed: int, weeks: int) -> float:
    world = vraem.new_world(scenario, seed)
    short = replace(world, clock=world.clock._replace(weeks=weeks))
    return cpu(lambda: vraem.run_world(short))[0]


def memory() -> Memory | None:
    """Peak memory of fresh processes; None where the platform does not tell."""
    load = f"import vraem; vraem.load_valley(); s = vraem.load('{WHOLE_RUN}', ['run.end={WHOLE_END}'])"
    run = f"{load}; vraem.run(s, seed=1)"
    peaks = [_peak(code) for code in (load, run)]
    return None if None in peaks else Memory(*peaks)


def _peak(code: str) -> float | None:
    # not resource.getrusage: on Linux its peak includes that of the parent from before the new program began
    tell = "print(*[x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True, env=_environment()
    )
    return float(done.stdout) * 1024.0 / 1e6 if done.returncode == 0 else None


def start_up(repeats: int) -> dict[str, float]:
    """Seconds of fresh processes from start to end: Python alone, `import vraem`, `vraem --help`."""
    commands = {
        "python": ["-c", "pass"],
        "import": ["-c", "import vraem"],
        "help": ["-m", "vraem.cli", "--help"],
    }
    return {
        name: median(_process_seconds(command) for _ in range(repeats)) for name, command in commands.items()
    }


def _process_seconds(command: list[str]) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, *command], capture_output=True, check=True, env=_environment())
    return perf_counter() - began


def _environment() -> dict[str, str]:
    source = os.path.dirname(os.path.dirname(vraem.__file__))
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([source, known]) if known else source}


def pairing(seeds: int) -> Pairing:
    """What common random numbers save in the economy: the effect of a closed air bridge."""
    households = 4_000
    plain = vraem.load("history").with_({"run.households": households, "run.end": dt.date(2014, 12, 31)})
    shut = {
        "kind": "route_capacity",
        "route": "air",
        "start": dt.date(2013, 1, 7),
        "end": dt.date(2014, 12, 31),
    }
    closed = plain.with_({"event": [{**shut, "factor": 0.3}]})
    outcomes = {
        "coca area": "coca_area",
        "leaf price": "leaf_price",
        "product exported by air": "hcl_exported_air",
    }
    gain = _gains(plain, closed, seeds, outcomes, 2014)
    return Pairing("outcome of 2014, air bridge cut to 30 % in 2013", seeds, households, gain)


def organisation_pairing(seeds: int) -> Pairing:
    """What common random numbers save in the armed groups: the effect of two years of operations against heirs."""
    households = 2_000
    overrides = {"run.households": households, "run.end": dt.date(2027, 12, 31)}
    plain, hunted = (vraem.load(name).with_(overrides) for name in ("baseline", "heirs-first"))
    outcomes = {
        "members": "members",
        "armed": "armed",
        "number of groups": "groups",
        "income of the groups": "group_income",
        "command integrity": "command_integrity",
        "authority of the leader": "authority",
        "mean ideology": "ideology",
        "soldiers killed": "killed_state",
        "coca area": "coca_area",
        "leaf price": "leaf_price",
    }
    gain = _gains(plain, hunted, seeds, outcomes, 2027)
    return Pairing("outcome of 2027, `heirs-first` (2023-25) against `baseline`", seeds, households, gain)


def _gains(
    plain: Scenario, other: Scenario, seeds: int, outcomes: dict[str, str], year: int
) -> dict[str, float]:
    """Variance of the effect of `other` on the mean of a year without pairing over with it, by outcome.

    Without pairing it is the sum of the variances of both arms. NaN where the effect is the same in all seeds.
    """
    span = f"{year}-01-01", f"{year}-12-31"
    values = [
        {label: [run.mean(name, *span) for run in runs] for label, name in outcomes.items()}
        for runs in ([vraem.run(arm, seed=seed) for seed in range(1, seeds + 1)] for arm in (plain, other))
    ]
    gain = {}
    for label in outcomes:
        one, two = (np.array(arm[label]) for arm in values)
        paired = float((two - one).var(ddof=1))
        apart = float(one.var(ddof=1) + two.var(ddof=1))
        gain[label] = apart / paired if paired > 0.0 else math.nan
    return gain
