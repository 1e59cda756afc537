"""The journal after the run: its incidents as arrays, and what is counted from them.

Violence by perpetrator and victim, splits and mergers, desertions, relapse. Nothing here is read by the model.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.world.clock import MONTHS_A_YEAR, WEEKS_A_YEAR
from vraem.world.security_tables import (
    ACTORS,
    ATTACK,
    CIVILIANS,
    CLASH,
    DESERTION,
    HARM_TO_CIVILIANS,
    INCIDENTS,
    KILLING,
    LINEAGE_GROUP,
    MERGER,
    PURGE,
    RAID_MADE,
    REMOVAL,
    SPLIT,
    STATE,
)

if TYPE_CHECKING:
    from vraem.world import World

PERSONS_A_HOUSEHOLD = 4.0
"""Mean size of a rural household, for rates per person (judgement; the census has no count for the valley)."""

RATE_PERSONS = 100_000.0
"""Violence is told per so many person-months."""

VIOLENT = (RAID_MADE, ATTACK, CLASH, KILLING, HARM_TO_CIVILIANS, PURGE)
"""Kinds that count as violent events: raids that miss do not. A removal and a firefight belong to their raid and are no
violence that groups begin; their dead count."""

DESERTERS = (5.0, 15.0)
"""Persons who leave together in what counts as a group desertion (P26)."""


@dataclass(frozen=True)
class Journal:
    """Incidents of a run, arrays (incidents,) by the names of the columns of `INCIDENTS`."""

    columns: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, world: "World", weeks: int) -> "Journal":
        """The incidents of the first `weeks` weeks."""
        journal, count = world.incidents, world.incidents.count
        kept = journal.week[:count] < weeks
        return cls({name.name: journal.__dict__[name.name][:count][kept] for name in journal.spec.columns})

    @classmethod
    def empty(cls) -> "Journal":
        """A journal without incidents."""
        return cls({column.name: np.zeros(0, dtype=column.dtype) for column in INCIDENTS.columns})

    def __len__(self) -> int:
        return len(self.columns["week"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def of_kind(self, *kinds: int) -> NDArray[np.bool_]:
        """Mask (incidents,) of some kinds."""
        return np.isin(self.columns["kind"], kinds)

    def within(self, first: int, last: int) -> NDArray[np.bool_]:
        """Mask (incidents,) of those in the weeks `first` to `last`, both included."""
        week = self.columns["week"]
        mask: NDArray[np.bool_] = (week >= first) & (week <= last)
        return mask

    def splits(self) -> NDArray[np.bool_]:
        """Mask (incidents,) of the splits of groups of the lineage."""
        mask: NDArray[np.bool_] = self.of_kind(SPLIT) & (self.columns["by"] == LINEAGE_GROUP)
        return mask

    def first_split(self, since: int) -> int:
        """The first week from `since` on in which a group of the lineage split; −1 if there is none."""
        weeks = self.columns["week"][self.splits()]
        later = weeks[weeks >= since]
        return int(later.min()) if len(later) else -1

    def violence(self, first: int, last: int, population: float) -> "Violence":
        """Violence in the weeks `first` to `last`, both included, in a valley of `population` persons."""
        inside = self.within(first, last)
        person_months = population * (last - first + 1) * MONTHS_A_YEAR / WEEKS_A_YEAR
        shape = (len(ACTORS), len(ACTORS))
        place = self.columns["by"].astype(np.int64) * shape[1] + self.columns["victim"].astype(np.int64)
        violent = inside & self.of_kind(*VIOLENT)
        events = np.bincount(place[violent], minlength=shape[0] * shape[1]).reshape(shape)
        deaths = self.columns["deaths"].astype(np.float64)
        killed = np.bincount(place[inside], deaths[inside], shape[0] * shape[1])
        return Violence(first, last, events.astype(float), killed.astype(float).reshape(shape), person_months)

    def counts(self, first: int, last: int) -> dict[str, int]:
        """Splits of the lineage, mergers, desertions in a body, removals by the state in some weeks."""
        inside = self.within(first, last)
        persons = self.columns["persons"].astype(np.float64)
        body = (persons >= DESERTERS[0]) & (persons <= DESERTERS[1])
        return {
            "splits": int((inside & self.splits()).sum()),
            "mergers": int((inside & self.of_kind(MERGER)).sum()),
            "desertions": int((inside & self.of_kind(DESERTION) & body).sum()),
            "removals": int((inside & self.of_kind(REMOVAL) & (self.columns["by"] == STATE)).sum()),
        }


@dataclass(frozen=True)
class Violence:
    """Violence in the weeks `first` to `last`: `events` and `deaths` (perpetrators, victims) in the order of `ACTORS`.

    `person_months` lived in the valley in that time.
    """

    first: int
    last: int
    events: NDArray[np.float64]
    deaths: NDArray[np.float64]
    person_months: float

    @property
    def rate(self) -> NDArray[np.float64]:
        """Events per 100 000 person-months (perpetrators, victims)."""
        return self.events * RATE_PERSONS / self.person_months

    @property
    def death_rate(self) -> NDArray[np.float64]:
        """Deaths per 100 000 person-months (perpetrators, victims)."""
        return self.deaths * RATE_PERSONS / self.person_months

    def civilians_killed(self) -> float:
        """Civilians killed by whomever."""
        return float(self.deaths[:, CIVILIANS].sum())
