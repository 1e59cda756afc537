"""A group at rest whose columns take people in, and how many they expect after a change."""

from collections.abc import Callable

from vraem.processes.groups import living_columns
from vraem.processes.recruitment import joining
from vraem.world import World

from .worlds import fresh, quiet, scenario

COLUMN = 5


def at_rest() -> World:
    """Everybody of every column's pool within reach, covariates at their means."""
    world = quiet(fresh())
    columns, burn = world.columns, world.burn_in
    columns.pressure[:8], columns.pay[:8], columns.aggression[:8] = burn.pressure, 1.0, 0.0
    columns.community_link[:8], columns.pool[:8] = 0.5, 1_000.0
    world.communities.anger[:] = 0.0
    return world


def joining_with(change: Callable[[World], None], motive: str = "wage") -> float:
    world = at_rest()
    world.scenario = scenario(switches__recruitment=motive)
    change(world)
    return float(joining(world, living_columns(world))[COLUMN])


def nothing(world: World) -> None:
    """Leave the world as it is."""
