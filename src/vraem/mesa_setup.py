"""What `vraem.Model` makes of what it is given: a scenario, and reporters that can be pickled."""

from collections.abc import Mapping
from functools import partial
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


def picklable(reporters: Mapping[str, Any]) -> dict[str, Any]:
    """Names of attributes as functions: Mesa would make closures of them, which no pickle holds."""
    return {
        name: partial(_attribute, rule) if isinstance(rule, str) else rule for name, rule in reporters.items()
    }


def _attribute(name: str, agent: Any) -> Any:
    return getattr(agent, name, None)
