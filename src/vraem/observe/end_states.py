"""What became of the group: three definitions of dismantled, and the end state at each horizon.

docs/reference/outcomes.md: the labels are exhaustive and exclusive and are asked in one order. They are read
off measures after the run; nothing in the model knows them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vraem.observe.anchor import Anchor
from vraem.observe.logbook import Persons
from vraem.observe.measures import Baseline, HorizonMeasures
from vraem.observe.thresholds import THRESHOLDS, Thresholds
from vraem.observe.weekly import WeeklyMeasures
from vraem.world.organisation_tables import ACTIVE, NO_ROW

END_STATES = (
    "intact",
    "resilient",
    "diminished_rump",
    "rump_and_splinters",
    "gangs",
    "factionalised_insurgency",
    "absorbed",
    "replaced",
    "dissolved",
    "mixed",
)
"""Labels, from one group as before to none at all; codes are their places here, −1 where there is none."""

END_STATE_WORDS = {
    "intact": "one group, as strong as before",
    "resilient": "one group that was weakened and came back",
    "diminished_rump": "one group, weaker than before",
    "rump_and_splinters": "one larger group and splinters of it",
    "gangs": "several independent groups that live for profit",
    "factionalised_insurgency": "several independent groups, still with political aims",
    "absorbed": "most of its armed members in the pay of trafficking firms",
    "replaced": "gone, and other groups in its place",
    "dissolved": "gone, and nobody in its place",
    "mixed": "none of these",
}

DEFINITIONS = ("personnel", "seats", "links", "size")
"""Definitions of dismantled: three, the first of them the headline, and a companion to it (seats)."""

DEFINITION_WORDS = {
    "personnel": "the leader and half of the committee of the campaign's start captured or dead",
    "seats": "the leader's post and half of the seats of the committee vacant at once",
    "links": "command links below six tenths of what they were, for half a year",
    "size": "armed strength below half of what it was, for half a year",
}


def classify(measures: HorizonMeasures, thresholds: Thresholds = THRESHOLDS) -> NDArray[np.int8]:
    """Codes of `END_STATES` (horizons,), −1 where the run does not reach.

    Works on any arrays of one shape, so that a table of runs can be labelled anew under other thresholds.
    """
    t, m = thresholds, measures
    gone = (m.la < t.gone_armed) & (m.lf < t.gone_hired) & (m.rev < t.gone_revenue)
    one_group = m.s1 >= t.rump
    held = m.la_low >= t.intact
    back = m.la_now >= t.intact
    fragmented = is_fragmented(m, t)
    conditions: list[tuple[str, Any]] = [
        ("replaced", gone & (m.vac >= t.replaced_vacancy)),
        ("dissolved", gone),
        ("absorbed", m.absorbed >= t.absorbed),
        ("intact", one_group & held),
        ("resilient", one_group & back),
        ("diminished_rump", one_group),
        ("rump_and_splinters", m.s1 >= t.splinters),
        ("gangs", fragmented & (m.pi >= t.profit)),
        ("factionalised_insurgency", fragmented),
    ]
    codes = np.select(
        [holds for _, holds in conditions],
        [END_STATES.index(label) for label, _ in conditions],
        END_STATES.index("mixed"),
    ).astype(np.int8)
    codes[np.isnan(m.la)] = -1
    return codes


def is_fragmented(measures: HorizonMeasures, thresholds: Thresholds = THRESHOLDS) -> NDArray[np.bool_]:
    """Whether there are enough independent lineage groups, whatever else holds (horizons,)."""
    enough = measures.n >= thresholds.fragments
    fragmented: NDArray[np.bool_] = enough & (measures.n_eff >= thresholds.effective_fragments)
    return fragmented


@dataclass(frozen=True)
class Dismantling:
    """Whether and when the group was dismantled, under one table of thresholds.

    `weeks`: by definition the first week in which it was, −1 if it was not; `known`: by definition whether the run is
    long enough to say so.
    """

    weeks: dict[str, int]
    known: dict[str, bool]

    def flag(self, definition: str) -> bool | None:
        """Whether it was dismantled; None if the run is too short to tell."""
        if self.weeks[definition] >= 0:
            return True
        return False if self.known[definition] else None


@dataclass(frozen=True)
class Top:
    """The persons at the top when the campaign begins, as rows: `leader` (−1 vacant) and the rest of the committee."""

    leader: int
    committee: NDArray[np.int64]

    @classmethod
    def of(cls, persons: Persons, group: int) -> "Top":
        """Those of `group` (−1 none)."""
        leader = int(persons.leaders[group]) if 0 <= group < len(persons.leaders) else NO_ROW
        seats = np.flatnonzero((persons.status == ACTIVE) & (persons.group == group) & persons.seat)
        return cls(leader, seats[seats != leader])

    def __bool__(self) -> bool:
        return self.leader != NO_ROW or len(self.committee) > 0


def dismantled(
    top: Top,
    removed_in: NDArray[np.int64],
    posts: tuple[NDArray[np.bool_], NDArray[np.float64]],
    weekly: WeeklyMeasures,
    anchor: Anchor,
    baseline: Baseline,
    thresholds: Thresholds = THRESHOLDS,
) -> Dismantling:
    """Whether and when by each definition.

    `removed_in` (members,) is the week in which a person was captured or died, beyond the run if never; `posts` are
    (weeks,) whether the founding group has a leader and how many other seats of its committee are filled.
    """
    t, weeks = thresholds, len(weekly.links)
    window = slice(anchor.start, min(anchor.grace_ends, weeks - 1) + 1)
    whole = anchor.grace_ends < weeks
    found = {
        "personnel": _personnel(top, removed_in, anchor, t),
        "seats": anchor.start + _first_true(_vacant(top, posts, window, t)),
        "links": _below(weekly.links, t.links_cli * baseline.links, t.links_weeks, window),
        "size": _below(weekly.armed_lineage, t.size_armed * baseline.armed, t.size_weeks, window),
    }
    known = {
        "personnel": whole,
        "seats": whole,
        "links": anchor.grace_ends + t.links_weeks <= weeks,
        "size": anchor.grace_ends + t.size_weeks <= weeks,
    }
    return Dismantling({name: week if week < weeks else -1 for name, week in found.items()}, known)


_NEVER = 1 << 30
"""A week that no run reaches."""


def _personnel(top: Top, removed_in: NDArray[np.int64], anchor: Anchor, thresholds: Thresholds) -> int:
    """The week in which the leader and enough of the committee were captured or dead."""
    if not top:
        return _NEVER
    needed = int(np.ceil(thresholds.personnel_committee * len(top.committee)))
    gone = np.sort(removed_in[top.committee])
    weeks = [anchor.start, *([int(removed_in[top.leader])] if top.leader != NO_ROW else [])]
    weeks += gone[needed - 1 : needed].tolist() if needed else []
    when = max(weeks) if needed <= len(gone) else _NEVER
    return when if when <= anchor.grace_ends else _NEVER


def _vacant(
    top: Top, posts: tuple[NDArray[np.bool_], NDArray[np.float64]], window: slice, thresholds: Thresholds
) -> NDArray[np.bool_]:
    """Whether the top post and enough seats stand vacant in the weeks of the window."""
    led, seats = posts
    if not top:
        return np.zeros(0, dtype=bool)
    left = (1.0 - thresholds.personnel_committee) * len(top.committee)
    vacant: NDArray[np.bool_] = ~led[window] & (seats[window] <= left)
    return vacant


def _below(values: NDArray[np.float64], limit: float, weeks: int, window: slice) -> int:
    """The last week of the first `weeks` weeks running below `limit` that begin in the window."""
    low = values < limit
    run = np.zeros(len(low) + 1, dtype=np.int64)
    for week in range(len(low) - 1, -1, -1):
        run[week] = run[week + 1] + 1 if low[week] else 0
    first = _first_true(run[:-1][window] >= weeks)
    return window.start + first + weeks - 1 if first < _NEVER else _NEVER


def _first_true(flags: NDArray[np.bool_]) -> int:
    return int(flags.argmax()) if flags.any() else _NEVER
