"""section 7."""

from vraem.world import World

WRITES: dict[str, tuple[str, ...]] = {}


def step(world: World) -> None:
    """One week."""
