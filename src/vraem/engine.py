"""The engine: the weekly schedule as data, runs, checkpoints and forks.

`SCHEDULE` is the order of the week; print it, time it, read it. A process is a function `step(world)` with the
label of its equations and the columns it writes; under `check` every other column is read-only while it runs.
"""

from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from vraem.processes import (
    attacks,
    burn_in,
    column_choice,
    command,
    communities,
    contests,
    contracts,
    entrants,
    eradication,
    exogenous,
    farming,
    forces,
    incomes,
    intelligence,
    journal,
    leaf_sale,
    members,
    neighbourhood,
    operations,
    planting,
    prices,
    processing,
    protection,
    recruitment,
    remittance,
    rest_of_peru,
    revenue,
    shipping,
    succession,
)
from vraem.processes.allocation import look_at_controls
from vraem.processes.groups import count_strength
from vraem.scenario import as_scenario
from vraem.valley import Valley
from vraem.valley import load as load_valley
from vraem.world import World
from vraem.world.ages import AgeClasses
from vraem.world.build import START_PARAMETERS, build_world, start_growers_prices
from vraem.world.inputs import weekly_inputs
from vraem.world.routes import RouteTable
from vraem.world.streams import checked_seed
from vraem.world.values import CropValues

if TYPE_CHECKING:
    from vraem.scenario import Scenario


class Process(NamedTuple):
    """One step of the week: `name`, the `equations` it holds, `step`, the columns it `writes` by table."""

    name: str
    equations: str
    step: Callable[[World], None]
    writes: dict[str, tuple[str, ...]]


_PLOTS = (
    "coca_cohorts",
    "coca_scale",
    "coca_old",
    "coca_old_bearing",
    "coca_area",
    "coca_young",
    "coca_bearing",
)

SCHEDULE: tuple[Process, ...] = (
    Process(
        "exogenous",
        "C6 X",
        exogenous.step,
        {"communities": ("assisted_share",), "growers": exogenous.YEARLY_INCOMES},
    ),
    Process(
        "farming",
        "A1 A2 A9",
        farming.step,
        {"growers": (*_PLOTS, "cash", "coca_income"), "communities": ("leaf_kept", "harvested_share")},
    ),
    Process(
        "leaf_sale",
        "A2 B1 C1",
        leaf_sale.step,
        {"firms": ("leaf_stock", "capital"), "columns": ("leaf_tax",)},
    ),
    Process(
        "processing",
        "C6",
        processing.step,
        {"firms": ("capacity", "capital", "leaf_stock", "paste_stock", "hcl_stock", "hcl_rate")},
    ),
    Process("protection", "C3-C5 C7", protection.step, protection.WRITES),
    Process(
        "contracts",
        "B1 C1 C3",
        contracts.step,
        {
            "communities": ("purchase_share", "price_factor", "haul_discount"),
            "firms": ("route_share", "hcl_stock", "capital", "security_cost"),
            "columns": ("fees", "escorts"),
            "shipments": (
                "firm",
                "route",
                "load",
                "progress",
                "cell",
                "pace",
                "seizure_chance",
                "luck",
                "status",
                "protector",
                "escorted",
            ),
        },
    ),
    Process(
        "shipping",
        "C2",
        shipping.step,
        {
            "shipments": ("progress", "cell", "luck", "status"),
            "firms": ("capital", "seized_memory", "passed_memory", "risk_belief"),
        },
    ),
    Process("prices", "C6", prices.step, {"communities": ("leaf_price",)}),
    Process(
        "incomes",
        "A7 B1",
        incomes.step,
        {
            "growers": ("licit_bearing", "cash", "licit_income", "logging_income", "off_farm_income"),
            "columns": ("logging", "extortion"),
        },
    ),
    Process("revenue", "B1", revenue.step, revenue.WRITES),
    Process("remittance", "B2", remittance.step, remittance.WRITES),
    Process("command", "B3 B4 B7", command.step, command.WRITES),
    Process("communities", "E1-E4", communities.step, communities.WRITES),
    Process("forces", "D1 D6 D7", forces.step, forces.WRITES),
    Process("intelligence", "D2 E2", intelligence.step, intelligence.WRITES),
    Process("operations", "D3-D5", operations.step, operations.WRITES),
    Process("attacks", "B7 D4", attacks.step, attacks.WRITES),
    Process("succession", "B9", succession.step, succession.WRITES),
    Process("column_choice", "B8", column_choice.step, column_choice.WRITES),
    Process("members", "B5", members.step, members.WRITES),
    Process("recruitment", "B6", recruitment.step, recruitment.WRITES),
    Process("contests", "B11", contests.step, contests.WRITES),
    Process(
        "planting",
        "A3-A7",
        planting.step,
        {
            "growers": (
                *_PLOTS,
                "coca_peak",
                "licit_area",
                "cash",
                "price_expectation",
                "risk_events",
                "risk_quiet",
                "eradicated_share",
            ),
            "communities": ("coca_area", "forest"),
        },
    ),
    Process(
        "eradication",
        "A8",
        eradication.step,
        {
            "growers": (*_PLOTS, "eradicated_share"),
            "communities": ("coca_area", "eradication_news"),
            **journal.WRITES,
        },
    ),
    Process("neighbourhood", "A6", neighbourhood.step, {"communities": ("growing_share",)}),
    Process("entrants", "B12", entrants.step, entrants.WRITES),
    Process("rest_of_peru", "C6", rest_of_peru.step, {}),
    Process("burn_in", "initialisation", burn_in.step, burn_in.WRITES),
)
"""The order of the week (docs/odd.md, section 3)."""
_PACKAGED = SCHEDULE


def refuse_own_schedule() -> None:
    """Raise `ValueError` if `SCHEDULE` was replaced: other processes would run the packaged one, and say nothing."""
    if SCHEDULE is not _PACKAGED:
        raise ValueError(
            "engine.SCHEDULE was replaced in this process, and others would run the packaged one: put the rule into "
            "its file (docs/changing-a-rule.md), or keep to this process (workers=1 where a function takes it)"
        )


def new_world(
    scenario: "Scenario | str | PathLike[str]", seed: int | None = None, valley: Valley | None = None
) -> World:
    """A world at the start of a scenario: people, prices at rest, route constants solved.

    Parameters
    ----------
    scenario
        A `Scenario`, a scenario file, or the name of a packaged scenario.
    seed
        Any integer ≥ 0; that of the scenario if None.
    valley
        The place; loaded if None.

    Raises
    ------
    ScenarioError
        With one line for each thing that is wrong with the scenario's file.
    ValueError
        If `seed` is no integer ≥ 0.

    """
    given = as_scenario(scenario)
    number = given.run.seed if seed is None else checked_seed(seed)
    world = build_world(given, number, valley or load_valley())
    neighbourhood.count_growers(world)
    count_strength(world)
    burn_in.set_pay_unit(world)
    contests.prepare(world)
    protection.prepare(world)
    contracts.prepare(world)
    prices.prepare(world)
    start_growers_prices(world)
    revenue.prepare(world)
    burn_in.prepare(world)
    return world


def advance(world: World) -> None:
    """Run the processes of one week, in order. The caller looks at the week, then calls `close_week`."""
    for process in SCHEDULE:
        process.step(world)


def advance_timed(world: World, seconds: dict[str, float]) -> None:
    """Like `advance`, adding the seconds of each process to `seconds`."""
    for process in SCHEDULE:
        _timed(process, world, seconds)


def _timed(process: Process, world: World, seconds: dict[str, float]) -> None:
    began = perf_counter()
    process.step(world)
    seconds[process.name] = seconds.get(process.name, 0.0) + perf_counter() - began


def advance_guarded(world: World, seconds: dict[str, float] | None = None) -> None:
    """Like `advance`, with every column read-only to the processes that do not declare that they write it.

    The seconds of each process, locks left out, are added to `seconds` if given.
    """
    spent = {} if seconds is None else seconds
    try:
        for process in SCHEDULE:
            for table in world.tables:
                table.allow_writing(process.writes.get(table.spec.name, ()))
            _timed(process, world, spent)
    finally:
        for table in world.tables:
            table.allow_writing(None)


def close_week(world: World) -> None:
    """Turn to the next week."""
    world.week += 1


def fork(checkpoint: World, scenario: "Scenario") -> World:
    """A world that shares the past of `checkpoint` and goes on under `scenario`.

    Under the same parameters and switches it goes on bit for bit as if `scenario` had run alone, if events, drivers,
    campaigns and the end of the two differ after the checkpoint's week only. Other parameters and switches of the
    weekly rules act from that week on, upon people who have lived by those of the checkpoint.

    Raises
    ------
    ValueError
        If anything differs from which the start was made: its date, households, groups, posts, yields by age (A1),
        `START_PARAMETERS`, or the null model without kin; or if `scenario` ends before the checkpoint.

    """
    past, now = checkpoint.scenario, scenario
    other = [
        name for name in START_PARAMETERS if getattr(past.parameters, name) != getattr(now.parameters, name)
    ]
    starts = {
        "start and households": (past.run.start, past.run.households) == (now.run.start, now.run.households),
        "groups and posts of the start": (past.groups, past.posts) == (now.groups, now.posts),
        "the yields by age (A1)": checkpoint.ages == AgeClasses.of(now.parameters),
        "kin": (past.switches.null_model == "no_kin") == (now.switches.null_model == "no_kin"),
        ", ".join(other): not other,
    }
    for name, same in starts.items():
        if not same:
            raise ValueError(f"a fork shares the past: {name} must be as in the checkpoint")
    world = checkpoint.copy()
    world.security.fixed_presence = None  # it follows from parameters and switches, which may differ
    clock = type(world.clock).between(scenario.run.start, scenario.run.end)
    if world.week > clock.weeks:
        raise ValueError(f"a fork goes on: {scenario.run.end} lies before the week of the checkpoint")
    inputs = weekly_inputs(scenario, clock, world.streams, world.valley)
    p = scenario.parameters
    values, routes = CropValues.of(p), RouteTable.of(p, world.valley, world.firms.base)
    world = replace(world, scenario=scenario, p=p, clock=clock, inputs=inputs, values=values, routes=routes)
    # else they are as at the last look, as in a lone run
    if p.control_effect != past.parameters.control_effect:
        look_at_controls(world)
    return world
