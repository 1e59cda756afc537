"""Security units, and the incidents that the world keeps in its journal.

docs/odd.md, section 2 and section 7. Posts are historic, from press reports, and stand at towns or district
seats. An incident is one dated happening; observers count them, no decision reads the journal.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.world.columns import Column, TableSpec

POST, PATROL, SPECIAL_TEAM, ERADICATION_CREW, ROAD_CONTROL, RIVER_CONTROL, AIR_CONTROL, PORT_CONTROL = range(
    8
)
UNIT_KINDS = (
    "post",
    "patrol",
    "special team",
    "eradication crew",
    "road control",
    "river control",
    "air control",
    "port control",
)


def of_kinds(*kinds: int) -> NDArray[np.bool_]:
    """A table to look up whether a kind of unit is one of `kinds`: index it by a column of kinds."""
    table = np.zeros(len(UNIT_KINDS), dtype=bool)
    table[list(kinds)] = True
    table.setflags(write=False)
    return table


ARMY, POLICE, NAVY, AIR_FORCE = range(4)
FORCES = ("army", "police", "navy", "air force")
HOLD, MOVE, RAID, ERADICATE, CONTROL, REST = range(6)
TASKS = ("hold", "move", "raid", "eradicate", "control", "rest")

USUAL_MORALE = 0.7
"""Morale of a unit that has lost nobody for long."""
HIGHEST_CORRUPTION = 0.45
"""Corruption is this times the square of a uniform draw: most units take little, a few much."""
MEAN_CORRUPTION = HIGHEST_CORRUPTION / 3.0
"""Mean of these draws: a unit leaks, and takes bribes, as often as the tables say."""

UNITS = TableSpec(
    "units",
    "a unit of the security forces",
    (
        Column("kind", "int8", "code", 0, 7, ", ".join(UNIT_KINDS)),
        Column("force", "int8", "code", 0, 3, ", ".join(FORCES)),
        Column("home", "int32", "index", 0, 1e5, "community nearest to the unit's base"),
        Column("community", "int32", "index", 0, 1e5, "community nearest to where the unit is"),
        Column("cell", "int32", "index", 0, 13432, "flat cell of the grid where the unit is"),
        Column("strength", "float32", "persons", 0, 1e4, "persons in the unit"),
        Column("establishment", "float32", "persons", 0, 1e4, "persons in the unit when it was set up"),
        Column("morale", "float32", "share", 0, 1, "morale; falls with losses, and presence with it (D1)"),
        Column("corruption", "float32", "share", 0, 1, "readiness to take bribes (C7)"),
        Column("task", "int8", "code", 0, 5, ", ".join(TASKS)),
        Column("free_from", "int32", "week", -1, 7000, "week from which the unit can take a new task"),
        Column(
            "arrived", "int32", "week", -6000, 7000, "week from which the unit is there; 0 from the start"
        ),
        Column("until", "int32", "week", -1, 7000, "last week of a temporary unit (D7); −1 stays"),
        Column("seizures", "float32", "loads", 0, 1e6, "loads stopped here lately; memory of a year (D6)"),
    ),
)

(
    REMOVAL,
    EXIT,
    JOIN,
    RAID_MADE,
    RAID_FAILED,
    ATTACK,
    CLASH,
    KILLING,
    SPLIT,
    MERGER,
    SERVICE,
    DEMOBILISED,
    VOTE_FAILED,
    SUCCESSION,
    VACANCY,
    PURGE,
    ENTRY,
    GROUP_END,
    DESERTION,
    ERADICATION_STOPPED,
    COLUMN_DIVIDED,
    COLUMN_JOINED,
    HOSTED,
    HIDING,
    REJOINED,
    TRUCE,
    FIREFIGHT,
    HARM_TO_CIVILIANS,
    SERVICE_END,
) = range(29)
INCIDENT_KINDS = (
    "removal",
    "exit",
    "join",
    "raid",
    "failed raid",
    "attack on the state",
    "clash of groups",
    "killing of civilians",
    "split",
    "merger",
    "entry into a firm's service",
    "demobilisation",
    "failed vote of followers",
    "succession",
    "vacancy",
    "purge",
    "entry of an outside group",
    "end of a group",
    "group desertion",
    "eradication stopped",
    "column divided",
    "column joined another",
    "firm hosted",
    "column hides",
    "return",
    "truce",
    "firefight with the state",
    "harm to civilians",
    "end of a firm's service",
)
BY_DATE = -2
"""In the place of a campaign's number: a removal that a scenario dates (`removals`)."""
NOBODY, STATE, LINEAGE_GROUP, OTHER_GROUP, FIRM_GUNMEN, CIVILIANS = range(6)
ACTORS = (
    "nobody",
    "state",
    "lineage group",
    "other group",
    "firm",
    "civilians",
)

ARMED_ACTORS = (LINEAGE_GROUP, OTHER_GROUP, FIRM_GUNMEN)
"""Groups, and columns that act for a firm."""

INCIDENTS = TableSpec(
    "incidents",
    "one dated happening; the journal of the world",
    (
        Column("week", "int32", "week", 0, 6000, "when"),
        Column("kind", "int8", "code", 0, len(INCIDENT_KINDS) - 1, ", ".join(INCIDENT_KINDS)),
        Column("community", "int32", "index", -1, 1e5, "where; −1 nowhere in particular"),
        Column("by", "int8", "code", 0, len(ACTORS) - 1, "who did it: " + ", ".join(ACTORS)),
        Column("victim", "int8", "code", 0, len(ACTORS) - 1, "to whom: " + ", ".join(ACTORS)),
        Column("persons", "float32", "persons", 0, 1e5, "persons concerned: taken, gone, joined"),
        Column("deaths", "float32", "persons", 0, 1e5, "persons killed"),
        Column("member", "int32", "index", -1, 1e6, "member concerned; −1 none in particular"),
        Column("column", "int32", "index", -1, 1e6, "column concerned; −1 none"),
        Column("group", "int32", "index", -1, 1e6, "group concerned; −1 none"),
        Column("other", "int32", "index", -1, 1e6, "other group or firm concerned; −1 none"),
        Column(
            "campaign",
            "int32",
            "index",
            -2,
            1e5,
            "campaign it belongs to; −1 routine or none, −2 a dated removal",
        ),
    ),
)
