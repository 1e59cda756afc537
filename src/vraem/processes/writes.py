"""What the acts of groups write, as the processes that call them declare it; `together` joins the declarations.

The acts themselves are in `groups`. Under `check` the engine locks every column that a process does not declare.
"""

from vraem.processes.journal import WRITES as JOURNAL_WRITES

Writes = dict[str, tuple[str, ...]]
"""Columns by table, as a process declares them."""


def together(*writes: Writes) -> Writes:
    """The declarations of several functions as one."""
    tables = {name for each in writes for name in each}
    return {
        table: tuple(dict.fromkeys(column for each in writes for column in each.get(table, ())))
        for table in sorted(tables)
    }


COUNT_WRITES: Writes = {
    "columns": ("armed", "supporters", "ideology"),
    "groups": ("armed", "members", "ideology", "lineage_share"),
}
"""What recounting writes (`groups.count_strength`)."""
ENTRY_WRITES: Writes = {
    "members": (
        *("column", "group", "rank", "born", "joined", "left", "firm", "kin", "tie", "bond", "ideology"),
        *("skill", "origin", "lineage", "descent", "exit_chance"),
    )
}
"""What new members write."""
POST_WRITES: Writes = {
    "members": ("rank", "heir", "tie"),
    "columns": ("commander", "vacant_until"),
    "groups": ("leader", "centre", "authority", "vacant_since", "vacant_until"),
}
"""What filling posts, leaving them vacant and finding the centre write."""
FOUNDING_WRITES: Writes = {
    "columns": (
        *("group", "seat", "status", "formed", "commander", "ended", "service", "hosted", "hidden_until"),
        *("vacant_until", "locked_until", "reviewed", "link", "contact", "pay", "pressure"),
    ),
    "groups": (
        *(
            "leader",
            "centre",
            "ended",
            "vacant_since",
            "vacant_until",
            "allied",
            "status",
            "formed",
            "parent",
        ),
        *("outsider", "founding", "lineage_share", "coca_mix", "logging_mix", "extortion_mix", "support"),
        "hoarding",
    ),
}
"""What new columns and groups write."""
END_WRITES: Writes = together(
    JOURNAL_WRITES,
    {
        "columns": (
            *("status", "ended", "commander", "service", "hosted", "control", "armed", "supporters"),
            *("territory", "pressure", "notoriety", "revenue", "effort", "attack_effort", "sent", "received"),
            *("paid", "treasury"),
        ),
        "groups": ("hoard", "centre", "status", "ended", "leader", "allied", "alliance"),
    },
)
"""What the end of columns and groups writes."""
MOVE_WRITES: Writes = together(
    POST_WRITES,
    END_WRITES,
    {
        "members": ("column", "group", "seat", "heir", "bond", "lineage", "descent"),
        "columns": ("treasury", "group", "link", "grievance", "blame"),
        "groups": ("hoard", "ranks", "arms"),
    },
)
"""What members and columns that move to others write."""
