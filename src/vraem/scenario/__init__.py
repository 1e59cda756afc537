"""Scenarios: the table of parameters, the dated drivers, and the files in which people write what to run.

``load("history")`` or ``load("my-file.toml", ["run.households=4000"])`` gives a frozen ``Scenario``.
Names are imported on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vraem.scenario.driver_series import DRIVER_KINDS, DriverKind, DriverRow, Drivers
    from vraem.scenario.faults import Fault, ScenarioError
    from vraem.scenario.loader import as_scenario, load
    from vraem.scenario.parameters import Parameters, ParameterSpec, parameter_table, target_table
    from vraem.scenario.scenario import Scenario
    from vraem.scenario.sources import packaged_names
    from vraem.scenario.switches import SWITCHES, Switch

_HOME = {
    "DRIVER_KINDS": "driver_series",
    "SWITCHES": "switches",
    "DriverKind": "driver_series",
    "DriverRow": "driver_series",
    "Drivers": "driver_series",
    "Fault": "faults",
    "ParameterSpec": "parameters",
    "Parameters": "parameters",
    "Scenario": "scenario",
    "ScenarioError": "faults",
    "Switch": "switches",
    "as_scenario": "loader",
    "load": "loader",
    "packaged_names": "sources",
    "parameter_table": "parameters",
    "target_table": "parameters",
}

__all__ = [
    "DRIVER_KINDS",
    "SWITCHES",
    "DriverKind",
    "DriverRow",
    "Drivers",
    "Fault",
    "ParameterSpec",
    "Parameters",
    "Scenario",
    "ScenarioError",
    "Switch",
    "as_scenario",
    "load",
    "packaged_names",
    "parameter_table",
    "target_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
