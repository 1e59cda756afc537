"""From the arguments of `vraem.Model` to a scenario and a seed."""

import datetime as dt
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np

from vraem import scenario as scenarios
from vraem.scenario import SWITCHES, Scenario

_RUN_KEYS = ("start", "end", "seed")
_DATES = ("start", "end", "anchor_start", "anchor_end")


def resolve(
    scenario: Scenario | str | PathLike[str], households: int | None, overrides: Mapping[str, Any]
) -> Scenario:
    """The scenario with the overrides of `Model` laid over it. Raises `ScenarioError`."""
    resolved = scenario if isinstance(scenario, Scenario) else scenarios.load(scenario)
    changes = {_dotted(name): _plain(name, value) for name, value in overrides.items()}
    if households is not None:
        changes["run.households"] = households
    return resolved.with_(changes) if changes else resolved


def _dotted(name: str) -> str:
    """The key in a scenario file of an override given by its plain name."""
    if "." in name:
        return name
    table = "run" if name in _RUN_KEYS else "switches" if name in SWITCHES else "parameters"
    return f"{table}.{name}"


def _plain(name: str, value: Any) -> Any:
    """Dates may come as ISO text."""
    is_date = name.rpartition(".")[2] in _DATES and isinstance(value, str)
    return dt.date.fromisoformat(value) if is_date else value


def whole(seed: Any) -> int:
    """A seed as an integer. Raises `ValueError`."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed: got {seed!r}, expected an integer of 0 or more")
    return int(seed)
