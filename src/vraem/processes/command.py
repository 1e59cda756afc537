"""B3 B4 B7."""

from vraem.world import World

WRITES: dict[str, tuple[str, ...]] = {}


def step(world: World) -> None:
    """One week."""
