"""B8: who is called to review the column's options, beside columns that have lost somebody (`losses`)."""

from vraem.processes.groups import Rows
from vraem.world import World


def call_to_review(world: World, rows: Rows) -> None:
    """Call the columns `rows` to review whom they belong to; in the null model N1 only a loss of the top does."""
    if world.scenario.switches.null_model != "random_split":
        world.columns.triggered[rows] = True
