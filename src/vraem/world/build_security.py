"""The start of the security forces: units at their posts, from (scenario, seed)."""

from vraem.world.state import World


def build_security(world: World) -> None:
    """Fill the tables."""
