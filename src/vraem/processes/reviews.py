"""B8: who is called to review the column's options, beside columns that have lost somebody of the top (`losses`)."""

from vraem.processes.groups import Rows
from vraem.world import World


def call_to_review(world: World, rows: Rows | int) -> None:
    """Call the columns `rows` (or one) to review whom they belong to; under N1 only a loss of the top does."""
    if world.scenario.switches.null_model != "random_split":
        world.columns.triggered[rows] = True
