"""A run from start to end: the engine moves the world, the recorder and the auditor look on."""

from collections.abc import Callable
from datetime import date
from os import PathLike
from time import perf_counter
from typing import TYPE_CHECKING

from vraem import engine
from vraem.observe.balance import Auditor
from vraem.observe.finish import finished
from vraem.observe.recorder import Recorder
from vraem.observe.result import RunResult

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.valley import Valley
    from vraem.world import World

Progress = Callable[[int, int, date], None]
"""Called now and then with (weeks done, weeks in all, the date reached)."""

_REPORT_EVERY = 13


def run(
    scenario: "Scenario | str | PathLike[str]",
    *,
    seed: int | None = None,
    check: bool = False,
    profile: bool = False,
    progress: Progress | None = None,
    valley: "Valley | None" = None,
) -> RunResult:
    """Run a scenario from its start to its end.

    Parameters
    ----------
    scenario
        A `Scenario`, a scenario file, or the name of a packaged scenario.
    seed
        Any integer ≥ 0; that of the scenario if None.
    check
        Guard every column against processes that do not declare it, check ranges and balances each week.
    profile
        Time every process.
    progress
        Called each quarter and at the end.
    valley
        The place; loaded if None.

    Raises
    ------
    ScenarioError
        With one line for each thing that is wrong with the scenario's file.
    ValueError
        If `seed` is no integer ≥ 0.
    BalanceError
        Under `check`, when a balance or a declared range is broken.

    """
    world = engine.new_world(scenario, seed, valley)
    return run_world(world, check=check, profile=profile, progress=progress)


def run_world(
    world: "World", *, check: bool = False, profile: bool = False, progress: Progress | None = None
) -> RunResult:
    """Run `world` from where it stands to the end of its scenario.

    Weeks before that are not numbers in the series. What is said against the year before a campaign (baseline,
    measures, end states) is left out if that year, or the years that its groups are judged by, were not recorded.
    `run_together` runs scenarios that share a past with that past in every record.

    Parameters
    ----------
    world
        As `new_world` or `fork` make it, advanced or not; it stands at the end afterwards.
    check, profile, progress
        As in `run`.

    Raises
    ------
    ValueError
        If the world stands at or after the end of its scenario.
    BalanceError
        Under `check`, when a balance or a declared range is broken.

    """
    if world.week >= world.clock.weeks:
        raise ValueError(
            f"world: stands at week {world.week:,}, expected a week before its scenario's end ({world.clock.weeks:,})"
        )
    began = perf_counter()
    recorder = Recorder.of(world)
    auditor = Auditor(world) if check else None
    seconds: dict[str, float] = {}
    weeks = world.clock.weeks
    while world.week < weeks:
        if auditor is not None:
            engine.advance_guarded(world, seconds)
            auditor.check(world)
        elif profile:
            engine.advance_timed(world, seconds)
        else:
            engine.advance(world)
        _timed_record(recorder, world, seconds if profile else None)
        engine.close_week(world)
        if progress is not None and (world.week % _REPORT_EVERY == 0 or world.week == weeks):
            progress(world.week, weeks, world.clock.date(world.week - 1))
    return finished(
        world,
        recorder,
        seconds=perf_counter() - began,
        profile=seconds if profile else {},
        balance=dict(auditor.largest) if auditor is not None else {},
    )


def _timed_record(recorder: Recorder, world: "World", seconds: dict[str, float] | None) -> None:
    began = perf_counter()
    recorder.record(world)
    if seconds is not None:
        seconds["record"] = seconds.get("record", 0.0) + perf_counter() - began
