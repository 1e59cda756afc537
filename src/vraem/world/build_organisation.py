"""The start of the armed groups: columns, members, heirs, territory, from (scenario, seed)."""

from vraem.world.state import World


def build_organisation(world: World) -> None:
    """Fill the tables."""
