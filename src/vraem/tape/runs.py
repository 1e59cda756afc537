"""Runs on tape: one scenario, or several with the same seed, each from its start to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from vraem import engine
from vraem.tape.header import header
from vraem.tape.recorder import TapeRecorder

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.valley import Valley

Progress = Callable[[int, int, date], None]
"""Called now and then with (weeks done, weeks in all, the date reached)."""

_REPORT_EVERY = 13


@dataclass(frozen=True)
class Tape:
    """What the player needs of one run: its head, as plain data, and its weeks, as one block."""

    header: dict[str, Any]
    block: bytes


def tape_run(
    scenario: "Scenario",
    *,
    seed: int | None = None,
    valley: "Valley | None" = None,
    progress: Progress | None = None,
) -> Tape:
    """Run `scenario` from its start to its end and tape it.

    Parameters
    ----------
    scenario
        What to run.
    seed
        Any integer ≥ 0; that of the scenario if None.
    valley
        The place; loaded if None.
    progress
        Called each quarter and at the end.

    """
    world = engine.new_world(scenario, seed, valley)
    head = header(world)
    recorder = TapeRecorder(world)
    weeks = world.clock.weeks
    while world.week < weeks:
        engine.advance(world)
        recorder.record(world)
        engine.close_week(world)
        if progress is not None and (world.week % _REPORT_EVERY == 0 or world.week == weeks):
            progress(world.week, weeks, world.clock.date(world.week - 1))
    return Tape(head, recorder.take())
