"""From a world and its recorder to the result of a run: the one place where results are made."""

from typing import TYPE_CHECKING

from vraem.observe.anchor import Anchor
from vraem.observe.organisation import organisation_of
from vraem.observe.recorder import Recorder
from vraem.observe.result import RunResult

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.world import World


def finished(
    world: "World",
    recorder: Recorder,
    *,
    seconds: float,
    scenario: "Scenario | None" = None,
    profile: dict[str, float] | None = None,
    balance: dict[str, float] | None = None,
) -> RunResult:
    """The result of the weeks that `world` has gone through, under the name of `scenario` (its own if None)."""
    done = world.week
    named = world.scenario if scenario is None else scenario
    series = {name: values[:done] for name, values in recorder.series().items()}
    return RunResult(
        scenario=named,
        seed=world.seed,
        dates=world.clock.dates()[:done],
        series=series,
        snapshots=recorder.snapshots(),
        seconds=seconds,
        profile=profile or {},
        balance=balance or {},
        organisation=organisation_of(world, recorder, series, Anchor.of(named, world.inputs, world.clock)),
    )
