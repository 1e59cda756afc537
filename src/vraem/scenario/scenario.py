"""A scenario: everything that determines a run, checked and frozen."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vraem.scenario.driver_series import Drivers
from vraem.scenario.parameters import Parameters

if TYPE_CHECKING:
    from vraem.scenario.events import Event
    from vraem.scenario.schema import Run, Switches

_SCHEME = "vraem scenario 1"
_OPTIONAL = ("question", "compare_with")


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A resolved scenario. Made by ``vraem.scenario.load``; changed copies by ``with_``.

    ``run`` has ``start``, ``end`` (dates), ``households`` and ``seed``; ``switches`` one attribute for each
    structural switch; ``events`` are frozen models with ``kind``, ``start``, ``end`` and their own
    fields. ``origins`` maps each dotted key to ``file:line``, ``default``, ``--set`` or ``with_``. ``folder``
    is where the file lies (None for a packaged one). Neither counts when two scenarios are compared.
    """

    name: str
    description: str
    question: str | None
    compare_with: str | None
    run: Run
    parameters: Parameters
    switches: Switches
    drivers: Drivers
    events: tuple[Event, ...]
    folder: Path | None = dataclasses.field(default=None, compare=False)
    origins: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)

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
        }
        canonical = json.dumps(content, sort_keys=True, default=str, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def with_(self, changes: Mapping[str, Any]) -> Scenario:
        """Another scenario with some values changed, checked like a file.

        ``scenario.with_({"parameters.demand_elasticity": 5, "run.seed": 3})``. Raises ``ScenarioError``.
        """
        from vraem.scenario.loader import changed

        return changed(self, changes)

    def comparison(self) -> Scenario | None:
        """The scenario that ``compare_with`` names, or None. Raises ``ScenarioError`` if it is faulty."""
        from vraem.scenario.loader import load_comparison

        return load_comparison(self)

    def notes(self) -> tuple[str, ...]:
        """Things that are allowed but worth knowing, one line each."""
        start, end = self.run.start, self.run.end
        return tuple(
            f"event.{number} ({event.kind}, {event.start} to {event.end}) lies outside the run: no effect"
            for number, event in enumerate(self.events)
            if event.end < start or event.start > end
        )

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
            "event": [event.model_dump(exclude_none=True) for event in self.events],
        }

    def to_toml(self) -> str:
        """The resolved scenario as a file that loads to an equal one, whatever the defaults become."""
        from vraem.scenario.toml_text import toml_text

        document = self.as_document(portable=True)
        return toml_text({key: value for key, value in document.items() if value != []})
