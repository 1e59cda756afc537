"""The state in which a scenario begins, where a file says it: armed groups, state posts; and its measuring rod.

Without these tables the valley of the record stands: one group from the table of parameters, the posts of press
reports.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from vraem.scenario.fields import Day, Name, SettledDistricts, Site, Table, quantity

PostKind = Literal[
    "joint_command_seat",
    "army_seat",
    "army_base",
    "river_base",
    "police_base",
    "police_station",
    "control_post",
    "airfield",
]
Force = Literal["army", "police", "navy", "air_force"]
MOST_GROUPS = 20
MOST_POSTS = 500


class IncomeMix(Table):
    """A group's income at the start, each source over what the parameters give: 1 as they say, 0 none."""

    coca: float = quantity("fees, escorts and tax on coca, leaf to cocaine", "ratio", 1.0, ge=0, le=10)
    logging: float = quantity("quotas on illegal logging", "ratio", 1.0, ge=0, le=10)
    extortion: float = quantity("extortion of licit trade", "ratio", 1.0, ge=0, le=10)


PARAMETER_OF = {
    "members": "members_initial",
    "armed": "armed_initial",
    "columns": "columns_initial",
    "committee": "committee_initial",
    "heirs": "heirs_initial",
    "ideology": "ideology_initial",
    "kin_share": "founding_kin_share",
    "years": "movement_years",
}
"""Keys of a group with the parameter that holds where a file leaves the key out."""


SIZES = {
    "members": (3, 20_000),
    "armed": (3, 10_000),
    "columns": (1, 100),
    "committee": (0, 50),
    "heirs": (0, 100),
}
"""Smallest and largest numbers of a group."""


def _or_parameter(key: str, description: str, unit: str, **bounds: float) -> Any:
    """A number that may be left out, and what then holds."""
    return quantity(f"{description}; parameter {PARAMETER_OF[key]} if left out", unit, None, **bounds)


def _size(key: str, description: str, unit: str = "persons") -> Any:
    low, high = SIZES[key]
    return _or_parameter(key, description, unit, ge=low, le=high)


class Group(Table):
    """An armed group that stands at the start. If any is given, only those that are given stand."""

    name: Name = Field(description="short name, for a reader: small letters, digits, - and _")
    members: int | None = _size("members", "members of all ranks")
    armed: int | None = _size("armed", "of whom armed, fighter or above")
    columns: int | None = _size("columns", "columns, each with a commander", "columns")
    committee: int | None = _size("committee", "seats on the committee")
    heirs: int | None = _size("heirs", "adults named to take over")
    lineage: bool = Field(
        True, description="whether its members count as the movement whose remains are measured"
    )
    ideology: float | None = _or_parameter("ideology", "mean ideology of its members", "ratio", ge=0, le=1)
    kin_share: float | None = _or_parameter(
        "kin_share", "share of members in the leader's clan", "ratio", ge=0, le=1
    )
    years: float | None = _or_parameter("years", "age of the movement", "years", ge=0, le=100)
    districts: SettledDistricts | None = Field(
        None, description="districts in which its columns have their seats; the historic core if left out"
    )
    income: IncomeMix = Field(default_factory=IncomeMix, description="its mix of income")


class Post(Table):
    """A state post. If any is given, those of the record do not stand."""

    place: Site = Field(description="town or district; a district means its capital")
    kind: PostKind = Field(description="kind of post")
    force: Force = Field(description="who mans it")
    strength: float = quantity("persons in the post", "persons", 30.0, gt=0, le=5_000)
    start: Day | None = Field(None, description="first day; from the start of the run if left out")
    end: Day | None = Field(None, description="last day; to the end of the run if left out")


class Measure(Table):
    """From when baselines and horizons are taken in a scenario without a campaign or a removal."""

    anchor_start: Day | None = Field(
        None, description="baselines are those of the year before this day; 2023-09-01 if left out"
    )
    anchor_end: Day | None = Field(
        None, description="horizons are counted from this day; 2025-09-01 if left out"
    )
