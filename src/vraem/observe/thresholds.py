"""The thresholds of every measure and label: one table, as data.

docs/reference/outcomes.md. They are frozen before the runs: their hash stands in every result. Labels
are read under the table as it stands and under copies whose thresholds are moved (`scaled`); lengths of time are
never moved.
"""

import hashlib
import json
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from vraem.processes.journal import LINEAGE_FROM
from vraem.processes.territory import ALLIED_FROM

VARIATION = 0.2
"""Share by which the thresholds are moved in every report."""


class ThresholdRow(NamedTuple):
    """A row of the table: `name`, `value`, `unit`, `meaning`, whether it is `moved` when thresholds are varied."""

    name: str
    value: float
    unit: str
    meaning: str
    moved: bool


def _share(value: float, meaning: str) -> Any:
    return field(default=value, metadata={"unit": "share", "meaning": meaning, "moved": True})


def _number(value: float, unit: str, meaning: str) -> Any:
    return field(default=value, metadata={"unit": unit, "meaning": meaning, "moved": True})


def _weeks(value: int, meaning: str) -> Any:
    return field(default=value, metadata={"unit": "weeks", "meaning": meaning, "moved": False})


@dataclass(frozen=True)
class Thresholds:
    """The table: each field is a row with its unit and meaning in its metadata (`rows`)."""

    # what is counted
    lineage_share: float = _share(
        LINEAGE_FROM, "a group is of the lineage from this mean descent of its members on"
    )
    strength_min: float = _number(
        5.0, "persons", "an independent week needs so many armed, outside a firm's service"
    )
    alliance_max: float = _share(
        ALLIED_FROM, "a stronger alliance with another group makes a week not independent"
    )
    wage_share_max: float = _share(
        0.5, "an independent week needs less of the income of 13 weeks from a firm's wages"
    )
    income_weeks: int = _weeks(13, "weeks over which that income is summed")
    independent_weeks: int = _weeks(26, "a group is independent if so many weeks were independent ...")
    independence_window: int = _weeks(52, "... of the last weeks, so many")
    baseline_weeks: int = _weeks(52, "weeks before the campaign of which baselines are the means")
    horizon_weeks: int = _weeks(13, "weeks ending at a horizon of which its measures are the means")
    strength_window: int = _weeks(26, "weeks of the running mean of the armed lineage (intact, resilient)")
    weak_start: float = _share(
        0.6, "a run with less of its first strength when the campaign starts is left out"
    )
    # dismantled
    personnel_committee: float = _share(
        0.5, "personnel, seats: the leader and this share of the committee are gone"
    )
    grace_weeks: int = _weeks(13, "weeks after the campaign's end in which a dismantling still counts")
    links_cli: float = _share(0.6, "links: CLI below this share of its baseline ...")
    links_weeks: int = _weeks(26, "... in so many weeks running")
    size_armed: float = _share(0.5, "size: armed lineage below this share of its baseline ...")
    size_weeks: int = _weeks(26, "... in so many weeks running")
    # end states, in the order in which they are asked
    gone_armed: float = _share(0.1, "dissolved or replaced: armed lineage below this share of its baseline,")
    gone_hired: float = _share(0.1, "lineage in the pay of firms below this share of the armed at baseline,")
    gone_revenue: float = _share(
        0.1, "and lineage revenue over the potential (REV) below this share of its baseline"
    )
    replaced_vacancy: float = _share(
        0.5, "replaced: other groups take this share of all groups' revenue (VAC)"
    )
    collected_min: float = _share(0.05, "VAC is 0 if less of the potential revenue is collected")
    absorbed: float = _share(0.5, "absorbed: this share of the armed lineage is in the pay of firms (ABS)")
    rump: float = _share(
        0.8, "intact, resilient or rump: the largest group has this share of the armed lineage"
    )
    intact: float = _share(0.7, "intact, resilient: this share of the armed lineage at baseline")
    splinters: float = _share(
        0.5, "rump and splinters: the largest group has this share of the armed lineage"
    )
    fragments: float = _number(3.0, "groups", "fragmented: so many independent lineage groups,")
    effective_fragments: float = _number(2.5, "groups", "and this effective number of them")
    profit: float = _share(0.7, "gangs: profit orientation of the lineage (Π), over all its groups")

    def rows(self) -> tuple[ThresholdRow, ...]:
        """The table, row by row."""
        return tuple(
            ThresholdRow(
                row.name,
                getattr(self, row.name),
                row.metadata["unit"],
                row.metadata["meaning"],
                row.metadata["moved"],
            )
            for row in fields(self)
        )

    def scaled(self, factor: float, *only: str) -> "Thresholds":
        """A copy with the thresholds times `factor`: all that may be moved, or those named in `only`."""
        moved: dict[str, Any] = {row.name: row.value * factor for row in self.rows() if row.moved}
        unknown = set(only) - set(moved)
        if unknown:
            raise KeyError(f"no threshold that may be moved is called {', '.join(sorted(unknown))}")
        return replace(self, **{name: value for name, value in moved.items() if not only or name in only})

    @property
    def hash(self) -> str:
        """16 hex digits that stand for every value of the table."""
        values = {row.name: float(row.value) for row in self.rows()}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


THRESHOLDS = Thresholds()
"""The thresholds of the headline."""


class Moved(NamedTuple):
    """The whole table moved: by what `factor`, and the word for the `way`."""

    factor: float
    way: str


MOVED = {"low": Moved(1.0 - VARIATION, "down"), "high": Moved(1.0 + VARIATION, "up")}
"""Readings under all thresholds moved at once, by name."""

VARIANTS: dict[str, Thresholds] = {
    "default": THRESHOLDS,
    **{name: THRESHOLDS.scaled(moved.factor) for name, moved in MOVED.items()},
    "three_armed": replace(THRESHOLDS, strength_min=3.0),
    "ten_armed": replace(THRESHOLDS, strength_min=10.0),
}
"""Tables under which every run is labelled: the headline first, all thresholds moved down and up, another n_min."""
