"""The shape of an experiment file as pydantic models: strict types, no unknown keys, frozen.

Tables that a scenario file has too (run, parameters, switches, events, campaigns, ...) are only known here
to be tables: each arm makes a scenario of them, and that is checked as a scenario file is.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from vraem.experiment.rules import Rules
from vraem.experiment.types import Statistic
from vraem.scenario.fields import Day, Line, Name, Table
from vraem.scenario.schema import document_schema
from vraem.scenario.starting import MOST_GROUPS, MOST_POSTS

DesignKind = Literal[
    "grid", "one_at_a_time", "factorial", "latin_hypercube", "sobol", "saltelli", "morris", "prior"
]
MOST_POINTS = 10_000_000
ADDED_TABLES = ("driver", "event", "campaign", "group", "post")
"""Arrays of tables that experiment files have in common with scenario files; their rows are added to those there."""
SHARED_TABLES = ("run", "parameters", "switches", "drivers", "measure", *ADDED_TABLES)
"""Tables that experiment files have in common with scenario files."""


def _list_like(example: str, **bounds: Any) -> Any:
    return Field((), json_schema_extra={"example": example}, **bounds)


class Body(Table):
    """What an experiment or one of its arms changes in the scenario that it starts from."""

    scenario: Line | None = Field(
        None, description="the scenario to start from: a .toml file of the folder, or a packaged name"
    )
    run: dict[str, Any] = Field(default_factory=dict, description="dates and households")
    parameters: dict[str, Any] = Field(default_factory=dict, description="parameters that differ")
    switches: dict[str, Any] = Field(default_factory=dict, description="switches that differ")
    drivers: dict[str, Any] = Field(default_factory=dict, description="where the dated drivers come from")
    driver: tuple[dict[str, Any], ...] = Field(
        (), max_length=20_000, description="dated values of drivers, added to those of the scenario"
    )
    event: tuple[dict[str, Any], ...] = Field(
        (), max_length=1_000, description="dated events, added to those of the scenario"
    )
    campaign: tuple[dict[str, Any], ...] = Field(
        (), max_length=100, description="campaigns of arrest, added to those of the scenario"
    )
    group: tuple[dict[str, Any], ...] = Field(
        (), max_length=MOST_GROUPS, description="armed groups of the start, added to those of the scenario"
    )
    post: tuple[dict[str, Any], ...] = Field(
        (), max_length=MOST_POSTS, description="state posts of the start, added to those of the scenario"
    )
    measure: dict[str, Any] = Field(
        default_factory=dict, description="from when baselines and horizons are taken"
    )


class Arm(Body):
    """One of the things that are set against each other; the first arm is the one to compare with."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=200)] = Field(
        description="short name: small letters, digits, -, _ and ."
    )
    description: Line | None = Field(None, description="what the arm is, for a reader")
    each: dict[str, Any] = Field(
        default_factory=dict,
        description="dotted keys of the arm with a list of values each: one arm for every combination",
    )


class FactorEntry(Table):
    """What varies between points, for all arms alike.

    One of parameter, parameters, process, switch, switches, key.
    """

    parameter: Line | None = Field(
        None, description="the name of a parameter; range and prior from its table"
    )
    parameters: tuple[Line, ...] = _list_like(
        '["demand_elasticity", "leaf_per_kg_hcl"]', description="several parameters, each over its own range"
    )
    process: Line | None = Field(None, description="all parameters of a process, each over its own range")
    switch: Line | None = Field(None, description="the name of a structural switch; all its forms")
    switches: tuple[Line, ...] = _list_like(
        '["kin_shock", "succession"]', description="several switches, all forms of each"
    )
    key: Line | None = Field(
        None, description="any other dotted key that every arm has: event.0.factor, campaign.0.intelligence"
    )
    values: tuple[Any, ...] = _list_like("[0.5, 1, 2]", max_length=10_000, description="levels to use")
    low: float | None = Field(None, description="lower end of the range, inside that of the table")
    high: float | None = Field(None, description="upper end of the range, inside that of the table")
    mode: float | None = Field(
        None, description="peak of a triangular, median of a lognormal, mean of a gamma prior"
    )
    prior: Line | None = Field(
        None,
        description="uniform, loguniform, triangular, lognormal, gamma, halfnormal or beta(a,b); "
        "that of the table if left out",
    )


class DesignEntry(Table):
    """How points are laid over the factors."""

    kind: DesignKind = Field(description="the design")
    samples: int = Field(
        0, ge=0, le=MOST_POINTS, description="points; trajectories (morris); base points (saltelli)"
    )
    levels: int = Field(0, ge=0, le=1_000, description="levels of a range (grid, one_at_a_time, morris)")
    seed: int = Field(1, ge=0, le=2**63 - 1, description="seed of designs that draw points")
    matched: bool = Field(
        False, description="run only the draws that history does not rule out (vraem match finds them first)"
    )


class Until(Table):
    """When there are enough replicates: an interval of the outcome's mean is narrow enough in every arm."""

    outcome: Line = Field(description="the name of an outcome")
    against: Line | None = Field(None, description="an arm: the interval is that of paired differences to it")
    half_width: float | None = Field(
        None, gt=0, le=1e12, description="largest half width, in the outcome's unit"
    )
    half_width_share: float | None = Field(None, gt=0, le=1e3, description="largest half width over the mean")
    level: float = Field(0.9, ge=0.5, le=0.999, description="level of the interval")
    step: int = Field(5, ge=1, le=100_000, description="replicates to add at a time")
    at_most: int = Field(200, ge=2, le=1_000_000, description="replicates after which no more are added")


class ReplicatesEntry(Table):
    """How many seeds each point has, and which."""

    count: int = Field(1, ge=1, le=1_000_000, description="seeds of each point; with until, the fewest")
    seed: int = Field(1, ge=0, le=2**63 - 1, description="the number from which all seeds are mixed")
    common: bool | None = Field(
        None, description="whether all points have the same seeds; if left out, as suits the design"
    )
    until: Until | None = Field(None, description="go on until an interval is narrow enough")


class Period(Table):
    """A named period, both days included."""

    start: Day = Field(description="first day")
    end: Day = Field(description="last day")


class OutcomeEntry(Table):
    """A number drawn from a weekly series, over the whole run, a period or several; or a measure of the catalogue."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)] | None = Field(
        None,
        description="column name: small letters, digits and _, a letter first; that of the measure if left out",
    )
    series: Line | None = Field(None, description="the name of a weekly series")
    measure: Line | None = Field(
        None, description="in place of a series: what became of the groups, such as end_state"
    )
    measures: tuple[Line, ...] = _list_like(
        '["end_state", "pi"]', max_length=200, description="several measures, each by its own name"
    )
    horizon_months: tuple[int, ...] = _list_like(
        "[12, 36, 60, 120]",
        max_length=20,
        description="months after the campaign's end at which measures are taken; all of them if left out",
    )
    statistic: Statistic = Field("mean", description="what to take of the weeks; change is last less first")
    start: Day | None = Field(None, description="first day; that of the run if left out")
    end: Day | None = Field(None, description="last day; that of the run if left out")
    horizons: tuple[Line, ...] = _list_like(
        '["first_year", "fifth_year"]', description="named periods: one outcome for each, NAME_HORIZON"
    )


def _one_or_more(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    # Not min_length: that would count faulty rows as missing and be told beside their own faults.
    if not rows:
        raise PydanticCustomError("other_expected", "none", {"what": "one table or more"})
    return rows


def _series_choice(value: Any) -> Any:
    if value in ("all", "none") or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    what = '"all", "none" or a whole number n from 1 on (keep the series of every n-th seed)'
    raise PydanticCustomError("other_expected", "no such choice", {"what": what})


class ExperimentDocument(Body):
    """An experiment file."""

    name: Name = Field(description="short name: small letters, digits, - and _")
    description: Line = Field(description="what the experiment does, for a reader")
    question: Line | None = Field(None, description="the question that it asks")
    arm: Annotated[tuple[Arm, ...], AfterValidator(_one_or_more)] = Field(
        max_length=1_000, description="what is set against each other"
    )
    factor: tuple[FactorEntry, ...] = Field((), max_length=1_000, description="what varies between points")
    design: DesignEntry | None = Field(None, description="how points are laid over the factors")
    replicates: ReplicatesEntry = Field(
        default_factory=ReplicatesEntry, description="how many seeds each point has"
    )
    horizon: dict[Name, Period] = Field(default_factory=dict, description="named periods for outcomes")
    outcome: Annotated[tuple[OutcomeEntry, ...], AfterValidator(_one_or_more)] = Field(
        max_length=1_000, description="what is kept of each run as a number"
    )
    rules: Rules = Field(
        default_factory=Rules, description="rules of the verdict, fixed before the runs and hashed"
    )
    series: Annotated[Any, AfterValidator(_series_choice)] = Field(
        "all", description="which runs keep their weekly series"
    )
    time_limit: float | None = Field(None, gt=0, le=1e7, description="most seconds that one run may take")


def experiment_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of an experiment file; the tables of scenarios are those of scenario files."""
    schema = ExperimentDocument.model_json_schema()
    scenario = document_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "vraem experiment"
    for definition in ("Run", "Switches", "DriverTable", "DriverEntry", *_row_names(scenario)):
        schema["$defs"][definition] = scenario["$defs"][definition]
    run = {**scenario["$defs"]["Run"], "properties": {**scenario["$defs"]["Run"]["properties"]}}
    del run["properties"]["seed"]  # seeds are those of [replicates]
    schema["$defs"]["Run"] = run
    for body in (schema, schema["$defs"]["Arm"]):
        for table in SHARED_TABLES:
            body["properties"][table] = {
                **scenario["properties"][table],
                "description": body["properties"][table]["description"],
            }
    for rows in ("arm", "outcome"):
        schema["properties"][rows]["minItems"] = 1
    schema["properties"]["series"] |= {
        "anyOf": [{"enum": ["all", "none"]}, {"type": "integer", "minimum": 1}]
    }
    return schema


def _row_names(scenario: dict[str, Any]) -> list[str]:
    """Definitions of events, campaigns and the tables of the start."""
    mapping = scenario["properties"]["event"]["items"]["discriminator"]["mapping"]
    events = [reference.rpartition("/")[2] for reference in mapping.values()]
    return [*events, "Campaign", "Group", "IncomeMix", "Post", "Measure"]
