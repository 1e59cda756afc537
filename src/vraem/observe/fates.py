"""What became of everybody who was a member when the campaign began (docs/reference/outcomes.md, fates)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.observe.logbook import Persons
from vraem.world.organisation_tables import ACTIVE, CAPTURED, DEAD, FIGHTER, HIRED, QUIT, SURRENDERED

FATES = (
    "in_group",
    "in_splinter",
    "in_other_group",
    "hired",
    "quit",
    "surrendered",
    "captured",
    "dead",
)
"""Fates; codes are their places here, −1 at a moment that the run does not reach."""

FATE_WORDS = {
    "in_group": "in the group",
    "in_splinter": "in a splinter",
    "in_other_group": "in another group",
    "hired": "hired by a firm",
    "quit": "quit",
    "surrendered": "surrendered",
    "captured": "captured",
    "dead": "dead",
}

_OF_STATUS = {HIRED: "hired", QUIT: "quit", SURRENDERED: "surrendered", CAPTURED: "captured", DEAD: "dead"}


@dataclass(frozen=True)
class Fates:
    """Persons who descend from the founding group and served at the end of week `start`, and what became of each.

    Who serves in a column that a firm pays is hired by it.

    `rows` (persons,) of the table of members; `rank`, `seat`, `heir` (persons,) at the start; `moments` names of the
    moments, `weeks` (moments,) when they are; `codes` (moments, persons) of `FATES`.
    """

    start: int
    rows: NDArray[np.int64]
    rank: NDArray[np.int8]
    seat: NDArray[np.bool_]
    heir: NDArray[np.bool_]
    moments: tuple[str, ...]
    weeks: NDArray[np.int64]
    codes: NDArray[np.int8]

    @classmethod
    def of(
        cls,
        start: int,
        before: Persons,
        after: Sequence[tuple[str, int, Persons | None]],
        founding: NDArray[np.bool_],
        parent: NDArray[np.int64],
    ) -> "Fates":
        """Fates since `before`, taken at the end of week `start`, at moments (name, week, persons or None).

        `founding`, `parent` (groups,): which groups stood at the start, and from which each split.
        """
        rows = np.flatnonzero((before.status == ACTIVE) & before.descended)
        kinds = _kinds(founding, parent)
        codes = np.full((len(after), len(rows)), -1, dtype=np.int8)
        for place, (_, _, persons) in enumerate(after):
            if persons is not None:
                codes[place] = _fates(persons, rows, kinds)
        return cls(
            start,
            rows,
            before.rank[rows],
            before.seat[rows],
            before.heir[rows],
            tuple(name for name, _, _ in after),
            np.array([week for _, week, _ in after], dtype=np.int64),
            codes,
        )

    def counts(self) -> NDArray[np.int64]:
        """Persons by moment and fate (moments, fates); all zero at a moment that the run does not reach."""
        return np.stack([(self.codes == code).sum(axis=1) for code in range(len(FATES))], axis=1)

    def armed(self) -> NDArray[np.bool_]:
        """Who was armed at the start (persons,)."""
        return self.rank >= FIGHTER

    def reached(self, moment: str) -> bool:
        """Whether the run reaches a moment."""
        codes = self.codes[self.moments.index(moment)]
        return bool(len(codes)) and bool((codes >= 0).all())

    def share(self, moment: str, fate: str) -> float:
        """Share of the persons with a fate at a moment; not a number if the run does not reach it."""
        if not self.reached(moment):
            return np.nan
        return float((self.codes[self.moments.index(moment)] == FATES.index(fate)).mean())

    def as_counts(self) -> Mapping[str, dict[str, int]]:
        """Persons by moment and fate, for the moments that the run reaches."""
        return {
            moment: dict(zip(FATES, row.tolist(), strict=True))
            for moment, row in zip(self.moments, self.counts(), strict=True)
            if self.reached(moment)
        }


def no_fates() -> Fates:
    """Fates of nobody."""
    nobody = np.zeros(0, dtype=np.int64)
    flags = np.zeros(0, dtype=bool)
    return Fates(-1, nobody, nobody.astype(np.int8), flags, flags, (), nobody, np.zeros((0, 0), np.int8))


def _kinds(founding: NDArray[np.bool_], parent: NDArray[np.int64]) -> NDArray[np.int8]:
    """What serving in each group is: in the group, in a splinter of it however many splits away, in another."""
    kinds = np.full(len(founding), FATES.index("in_other_group"), dtype=np.int8)
    splinter = FATES.index("in_splinter")
    for group, stood in enumerate(founding.tolist()):  # a group splits from an earlier one
        if stood:
            kinds[group] = FATES.index("in_group")
        elif 0 <= parent[group] < group and kinds[parent[group]] != FATES.index("in_other_group"):
            kinds[group] = splinter
    return kinds


def _fates(persons: Persons, rows: NDArray[np.int64], kinds: NDArray[np.int8]) -> NDArray[np.int8]:
    status, group = persons.status[rows], persons.group[rows]
    codes = kinds[group].copy() if len(kinds) else np.zeros(len(rows), np.int8)
    codes[persons.serving[rows]] = FATES.index("hired")
    for number, fate in _OF_STATUS.items():
        codes[status == number] = FATES.index(fate)
    return codes
