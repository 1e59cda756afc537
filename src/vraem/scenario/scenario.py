"""A scenario: everything that determines a run, checked and frozen."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vraem.scenario.driver_series import Drivers
from vraem.scenario.parameters import Parameters

if TYPE_CHECKING:
    from vraem.scenario.campaigns import Campaign
    from vraem.scenario.events import Event
    from vraem.scenario.schema import Run, Switches
    from vraem.scenario.starting import Group, Measure, Post

_SCHEME = "vraem scenario 2"
_OPTIONAL = ("description_es", "question", "compare_with")
FIRST_HORIZON = datetime.timedelta(days=365)
"""Time after the last campaign or removal at which end states are first told."""


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A resolved scenario. Made by ``vraem.scenario.load``; changed copies by ``with_``.

    ``run`` has ``start``, ``end`` (dates), ``households`` and ``seed``; ``switches`` one attribute for each
    structural switch; ``events`` and ``campaigns`` are frozen models with ``kind``, ``start``, ``end`` and their
    own fields; ``groups`` and ``posts`` are those of the start, empty for those of the record; ``measure`` has
    ``anchor_start`` and ``anchor_end`` (dates or None). ``origins`` maps each dotted key to ``file:line``,
    ``default``, ``--set`` or ``with_``. ``folder`` is where the file lies (None for a packaged one). Neither
    counts when two scenarios are compared.
    """

    name: str
    description: str
    description_es: str | None
    question: str | None
    compare_with: str | None
    run: Run
    parameters: Parameters
    switches: Switches
    drivers: Drivers
    events: tuple[Event, ...]
    campaigns: tuple[Campaign, ...]
    groups: tuple[Group, ...]
    posts: tuple[Post, ...]
    measure: Measure
    folder: Path | None = dataclasses.field(default=None, compare=False)
    origins: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    @staticmethod
    def load(source: str | PathLike[str], overrides: Iterable[str] = ()) -> Scenario:
        """The same as ``vraem.load``: a scenario file, or a packaged scenario by its name."""
        from vraem.scenario.loader import load

        return load(source, overrides)

    @functools.cached_property
    def id(self) -> str:
        """16 hex digits that stand for everything that determines a run but the seed.

        Names, descriptions, comments, the order of keys and the place of the file do not count.
        """
        content = {
            "scheme": _SCHEME,
            "run": self.run.model_dump(exclude={"seed"}),
            "parameters": {name: float(value) for name, value in self.parameters.as_dict().items()},
            "switches": self.switches.model_dump(),
            "drivers": self.drivers.segments,
            "events": [event.model_dump() for event in self.events],
            "campaigns": [campaign.model_dump() for campaign in self.campaigns],
            "groups": [group.model_dump() for group in self.groups],
            "posts": [post.model_dump() for post in self.posts],
            "measure": self.measure.model_dump(),
        }
        canonical = json.dumps(content, sort_keys=True, default=str, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def with_(self, changes: Mapping[str, Any]) -> Scenario:
        """Another scenario with some values changed, checked like a file.

        ``scenario.with_({"parameters.demand_elasticity": 5, "run.seed": 3})``. Days may be dates or ISO text; the
        number behind the last of a list adds one: ``{"event.0": {"kind": "removal", …}}``. Raises ``ScenarioError``.
        """
        from vraem.scenario.loader import changed

        return changed(self, changes)

    def comparison(self) -> Scenario | None:
        """The scenario that ``compare_with`` names, or None. Raises ``ScenarioError`` if it is faulty."""
        from vraem.scenario.loader import load_comparison

        return load_comparison(self)

    @property
    def rules(self) -> tuple[Any, ...]:
        """What must be equal for two scenarios to share a past: parameters, switches, groups and posts."""
        return self.parameters, self.switches, self.groups, self.posts

    def notes(self) -> tuple[str, ...]:
        """Things that are allowed but worth knowing, one line each."""
        return (*self._outside(), *self._unmeasured())

    def _outside(self) -> Iterator[str]:
        """What lies outside the run."""
        for table in ("event", "campaign", "post"):
            for number, row in enumerate(getattr(self, f"{table}s")):
                start, end = row.start or self.run.start, row.end or self.run.end
                if end < self.run.start or start > self.run.end:
                    days = str(start) if start == end else f"{start} to {end}"
                    yield f"{table}.{number} ({row.kind}, {days}) lies outside the run: no effect"

    @property
    def acts(self) -> list[tuple[datetime.date, datetime.date]]:
        """First and last day of everything that takes persons from the groups: campaigns and dated removals."""
        removals = [(event.start, event.end) for event in self.events if event.kind == "removal"]
        return [(campaign.start, campaign.end) for campaign in self.campaigns] + removals

    def _unmeasured(self) -> Iterator[str]:
        """Dates from which nothing, or less than may be meant, can be measured."""
        ends = [end for _, end in self.acts]
        anchor = self.measure
        if anchor.anchor_start is not None and ends:
            yield "measure has no effect: campaigns and removals say from when baselines and horizons are taken"
        elif anchor.anchor_start is not None and not self.run.start < anchor.anchor_start <= self.run.end:
            days = f"{anchor.anchor_start} to {anchor.anchor_end}"
            yield f"measure ({days}) begins outside the run: nothing is measured from there"
        last = max(ends, default=None)
        if last is not None and last <= self.run.end < last + FIRST_HORIZON:
            yield f"the run ends within a year of the last campaign or removal ({last}): no horizon lies inside"

    def as_document(self, *, portable: bool = False) -> dict[str, Any]:
        """Every value as plain data, in the shape of a scenario file.

        ``portable`` writes the drivers of a CSV file out as rows, so that the document needs no other file.
        """
        drivers = self.drivers
        write_out = portable and drivers.table not in ("history", "none")
        rows = drivers.as_rows() if write_out else drivers.rows
        texts = {key: getattr(self, key) for key in ("name", "description", *_OPTIONAL)}
        return {
            **{key: text for key, text in texts.items() if text is not None},
            "run": self.run.model_dump(),
            "switches": self.switches.model_dump(),
            "parameters": self.parameters.as_dict(),
            "drivers": {"table": "none" if write_out else drivers.table},
            "driver": [row._asdict() for row in rows],
            "measure": self.measure.model_dump(exclude_none=True),
            **{
                table: [row.model_dump(exclude_none=True) for row in rows]
                for table, rows in (
                    ("group", self.groups),
                    ("post", self.posts),
                    ("campaign", self.campaigns),
                    ("event", self.events),
                )
            },
        }

    def to_toml(self) -> str:
        """The resolved scenario as a file that loads to an equal one, whatever the defaults become."""
        from vraem.scenario.toml_text import toml_text

        document = self.as_document(portable=True)
        return toml_text({key: value for key, value in document.items() if value != []})
