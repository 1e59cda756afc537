"""What becomes of splinters: columns of the lineage that went their own way since the campaign began (B8).

A splinter stands alone until the first of four things: it comes back to a group of the lineage, joins another group,
enters a firm's service, or is no more. Read from the journal after the run; nothing in the model knows of it.
"""

from typing import NamedTuple

import numpy as np

from vraem.observe.journal import Journal
from vraem.observe.organisation import OrganisationResult
from vraem.world.security_tables import GROUP_END, MERGER, SERVICE

SPLINTER_ENDS = ("back", "elsewhere", "service", "gone")
"""What ends the life of a splinter as a group of its own; codes are their places here, −1 as long as it stands."""

ALONE = "alone"
"""What a splinter is as long as nothing has ended that."""

SPLINTER_WORDS = {
    ALONE: "alone",
    "back": "back in the lineage",
    "elsewhere": "with another group",
    "service": "in a firm's service",
    "gone": "no more",
}
"""What a splinter may have become."""

STANDS = "-"
"""Stands for the end of a splinter that stands when the run ends."""


class Splinter(NamedTuple):
    """One splinter: `formed` weeks after the campaign's start, `lived` weeks alone, `end` of `SPLINTER_ENDS`, `armed`.

    `end` is −1 if it stands when the run ends; `armed` members when it formed.
    """

    formed: int
    lived: int
    end: int
    armed: int

    @property
    def became(self) -> str:
        """What it is then, of `SPLINTER_WORDS`."""
        return SPLINTER_ENDS[self.end] if self.end >= 0 else ALONE


def splinters(result: OrganisationResult) -> list[Splinter] | None:
    """The splinters since the campaign began, in the order of their births; None without a campaign or any group."""
    if (
        result.anchor is None
        or result.anchor.start >= result.weeks
        or not len(result.groups.get("outsider", ()))
    ):
        return None
    journal, start = result.journal, result.anchor.start
    found = []
    for row in np.flatnonzero(journal.splits() & journal.within(start, result.weeks)).tolist():
        group, parent = int(journal["group"][row]), int(journal["other"][row])
        if group == parent:
            continue  # a group that leaves a firm's service was one before
        formed = int(journal["week"][row])
        ended, end = _end(journal, group, formed, result)
        armed = int(result.group_weeks["armed"][group, formed])
        found.append(Splinter(formed - start, ended - formed, end, armed))
    return found


def _end(journal: Journal, group: int, formed: int, result: OrganisationResult) -> tuple[int, int]:
    """The week in which `group` ceased to stand alone, and the code of why; the run's end and −1 if it stands."""
    later = (journal["group"] == group) & (journal["week"] > formed)
    served = np.flatnonzero(later & journal.of_kind(SERVICE))
    ended = np.flatnonzero(later & journal.of_kind(GROUP_END))
    if len(served) and (not len(ended) or served[0] < ended[0]):
        return int(journal["week"][served[0]]), SPLINTER_ENDS.index("service")
    if not len(ended):
        return result.weeks, -1
    week = int(journal["week"][ended[0]])
    merged = np.flatnonzero(
        journal.within(week, week) & journal.of_kind(MERGER) & (journal["other"] == group)
    )
    if not len(merged):
        return week, SPLINTER_ENDS.index("gone")
    stranger = bool(result.groups["outsider"][int(journal["group"][merged[-1]])])
    return week, SPLINTER_ENDS.index("elsewhere" if stranger else "back")


def splinter_lives(result: OrganisationResult) -> str | None:
    """The splinters of a run as a text for its row: ``31:125:0:9;60:88:-:12``; empty without any, None as above.

    Of each: weeks from the campaign's start to its birth, weeks that it stood alone, place in `SPLINTER_ENDS` of what
    ended that (``-`` nothing until the run's end), armed members when it formed.
    """
    found = splinters(result)
    if found is None:
        return None
    return ";".join(
        f"{each.formed}:{each.lived}:{each.end if each.end >= 0 else STANDS}:{each.armed}" for each in found
    )


def read_splinter_lives(text: str) -> list[Splinter]:
    """The splinters of a run from its text. Raises `ValueError` if the text is none of `splinter_lives`."""
    found = []
    for entry in text.split(";") if text else ():
        parts = entry.split(":")
        codes = [STANDS, *map(str, range(len(SPLINTER_ENDS)))]
        if len(parts) != len(Splinter._fields) or parts[2] not in codes:
            raise ValueError(
                f"got {entry!r}, expected birth, life, end, size of a splinter, as in 31:125:0:9"
            )
        formed, lived, end, armed = parts
        try:
            found.append(Splinter(int(formed), int(lived), codes.index(end) - 1, int(armed)))
        except ValueError as error:
            raise ValueError(f"got {entry!r}, expected whole numbers of weeks and persons") from error
    return found
