"""The journal: one row an incident. Observers count them; no decision reads the journal."""

from vraem.world import World
from vraem.world.organisation_tables import NO_ROW
from vraem.world.security_tables import FIRM_GUNMEN, INCIDENTS, LINEAGE_GROUP, NOBODY, OTHER_GROUP

FIELDS = tuple(column.name for column in INCIDENTS.columns)
WRITES = {"incidents": FIELDS}
"""What noting an incident writes; the processes that do declare it."""
LINEAGE_FROM = 0.3
"""A group counts as of the lineage from this mean descent of its members on (`lineage_share`)."""


def note(
    world: World,
    kind: int,
    *,
    persons: float = 1.0,
    deaths: float = 0.0,
    by: int = NOBODY,
    victim: int = NOBODY,
    community: int = NO_ROW,
    member: int = NO_ROW,
    column: int = NO_ROW,
    group: int = NO_ROW,
    other: int = NO_ROW,
    campaign: int = NO_ROW,
) -> None:
    """Write one incident of this week: its kind, who did it to whom, where, and how many were concerned."""
    journal = world.incidents
    row = journal.count
    journal.grow(row + 1)
    journal.count = row + 1
    values = (
        world.week,
        kind,
        community,
        by,
        victim,
        persons,
        deaths,
        member,
        column,
        group,
        other,
        campaign,
    )
    columns = journal.__dict__
    for name, value in zip(FIELDS, values, strict=True):
        columns[name][row] = value


def actor_of_column(world: World, column: int) -> int:
    """Whose act an act of `column` is, for the journal: its firm's while it serves one, else that of its group."""
    if world.columns.service[column] != NO_ROW:
        return FIRM_GUNMEN
    return actor_of(world, int(world.columns.group[column]))


def actor_of(world: World, group: int) -> int:
    """Whether the group `group` counts as of the lineage or as another, for the journal."""
    return LINEAGE_GROUP if world.groups.lineage_share[group] >= LINEAGE_FROM else OTHER_GROUP
