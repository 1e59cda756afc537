"""From the arguments of `vraem.Model` to a scenario."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from vraem.scenario import SWITCHES, Scenario, as_scenario

_RUN_KEYS = ("start", "end", "seed")


def resolve(
    scenario: Scenario | str | PathLike[str], households: int | None, overrides: Mapping[str, Any]
) -> Scenario:
    """The scenario with the overrides of `Model` laid over it. Raises `ScenarioError`."""
    resolved = as_scenario(scenario)
    changes = {_dotted(name): value for name, value in overrides.items()}
    if households is not None:
        changes["run.households"] = households
    return resolved.with_(changes) if changes else resolved


def _dotted(name: str) -> str:
    """The key in a scenario file of an override given by its plain name."""
    if "." in name:
        return name
    table = "run" if name in _RUN_KEYS else "switches" if name in SWITCHES else "parameters"
    return f"{table}.{name}"
