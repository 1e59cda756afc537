"""The shape of a scenario file as pydantic models: strict types, no unknown keys, frozen."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import Field

from vraem.scenario import switches as forms
from vraem.scenario.campaigns import Campaign
from vraem.scenario.driver_series import DRIVER_KINDS
from vraem.scenario.events import Event
from vraem.scenario.fields import Dated, Day, Line, Name, Table
from vraem.scenario.parameters import ParameterSpec, parameter_table
from vraem.scenario.starting import MOST_GROUPS, MOST_POSTS, Group, Measure, Post
from vraem.scenario.switches import SWITCHES

DriverName = Literal[
    "border_price_index",
    "capacity_air",
    "capacity_foot",
    "capacity_road",
    "capacity_river",
    "air_cost_multiplier",
    "announced_eradication_risk",
    "national_eradication",
    "rest_frontier_area",
]
FIRST_MONDAY = datetime.date(2012, 1, 2)


class Run(Table):
    """What is simulated: from when to when, how finely, with which random numbers."""

    start: Day = Field(description="first day of the first week", default=FIRST_MONDAY)
    end: Day = Field(description="the last week of the run is the last that opens on or before this day")
    households: int = Field(
        40_000,
        ge=400,
        le=1_000_000,
        description="rows of farm households; fewer rows keep the valley's totals, each stands for several",
        json_schema_extra={"unit": "households"},
    )
    seed: int = Field(1, ge=0, le=2**63 - 1, description="seed of the random numbers")


def _form(name: str) -> Any:
    """The field of a switch: its default form and its meaning, from the table of switches."""
    return Field(SWITCHES[name].default, description=SWITCHES[name].meaning)


class Switches(Table):
    """Which form of each contested mechanism is used."""

    expectations: forms.Expectations = _form("expectations")
    risk_belief: forms.RiskBelief = _form("risk_belief")
    eradication_response: forms.EradicationResponse = _form("eradication_response")
    kin_shock: forms.KinShock = _form("kin_shock")
    succession: forms.Succession = _form("succession")
    fees: forms.Fees = _form("fees")
    territory_response: forms.TerritoryResponse = _form("territory_response")
    followers: forms.Followers = _form("followers")
    firms_integrate: forms.YesNo = _form("firms_integrate")
    allocation: forms.Allocation = _form("allocation")
    entrants: forms.OnOff = _form("entrants")
    amnesty: forms.OffOn = _form("amnesty")
    recruitment: forms.Recruitment = _form("recruitment")
    heirless_horizon: forms.OnOff = _form("heirless_horizon")
    null_model: forms.NullModel = _form("null_model")


class DriverTable(Table):
    """Where the dated drivers come from."""

    table: str = Field(
        "history",
        min_length=1,
        max_length=200,
        description='"history" (packaged, 2010-2023), "none", or a CSV file in the folder of the scenario',
    )


class DriverEntry(Dated):
    """One dated value of a driver; it wins over the table."""

    name: DriverName = Field(description="the driver")
    value: float = Field(description="the driver's value, in its own unit (see the table of drivers)")


class Document(Table):
    """A scenario file after its parents are merged in."""

    name: Name = Field(description="short name: small letters, digits, - and _")
    description: Line = Field(description="what the scenario is, for a reader")
    description_es: Line | None = Field(None, description="the same in Spanish, for replays in that language")
    question: Line | None = Field(None, description="the question that the scenario helps to answer")
    compare_with: Line | None = Field(
        None, description="the scenario to set this one against: a file or a name"
    )
    run: Run = Field(description="what is simulated: dates, number of households, seed")
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="parameters that differ from their defaults"
    )
    switches: Switches = Field(
        default_factory=Switches, description="which form of each contested mechanism is used"
    )
    drivers: DriverTable = Field(default_factory=DriverTable, description="where the dated drivers come from")
    driver: tuple[DriverEntry, ...] = Field((), max_length=20_000, description="dated values of drivers")
    event: tuple[Event, ...] = Field((), max_length=1_000, description="dated events")
    campaign: tuple[Campaign, ...] = Field((), max_length=100, description="campaigns of arrest")
    group: tuple[Group, ...] = Field(
        (), max_length=MOST_GROUPS, description="armed groups of the start, in place of that of the record"
    )
    post: tuple[Post, ...] = Field(
        (), max_length=MOST_POSTS, description="state posts, in place of those of the record"
    )
    measure: Measure = Field(
        default_factory=Measure, description="from when baselines and horizons are taken"
    )


def document_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file, with descriptions, units, ranges and defaults."""
    schema = Document.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "vraem scenario"
    properties = schema["properties"]
    properties["extends"] = {
        "type": "string",
        "description": "one parent: a .toml file inside the folder, or the name of a packaged scenario",
    }
    properties["parameters"] = {
        "type": "object",
        "description": properties["parameters"]["description"],
        "additionalProperties": False,
        "properties": {spec.name: _parameter_schema(spec) for spec in parameter_table()},
    }
    # A child takes what its parent says, so only a file without a parent must say all.
    schema["required"].remove("run")
    del schema["$defs"]["Run"]["required"]
    schema["anyOf"] = [
        {"required": ["extends"]},
        {"properties": {"run": {"required": ["end"]}}, "required": ["run"]},
    ]
    value = schema["$defs"]["DriverEntry"]["properties"]["value"]
    value["description"] += ": " + ", ".join(f"{kind.name} in {kind.unit}" for kind in DRIVER_KINDS.values())
    return schema


def _parameter_schema(spec: ParameterSpec) -> dict[str, Any]:
    return {
        "type": "integer" if spec.whole else "number",
        "minimum": spec.low,
        "maximum": spec.high,
        "default": spec.default,
        "unit": spec.unit,
        "description": f"{spec.meaning} ({spec.equation or spec.process}); source: {spec.source}",
    }
