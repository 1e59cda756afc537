"""What the tables of a scenario file are made of: strict tables, days, places, numbers with units, lists."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

EARLIEST = datetime.date(2010, 1, 1)
LATEST = datetime.date(2060, 12, 31)
UNINHABITED_PLACES = ("mountain", "pass")
"""Kinds of named place at which no post can stand."""

Day = Annotated[
    datetime.date,
    Field(
        ge=EARLIEST,
        le=LATEST,
        json_schema_extra={"formatMinimum": str(EARLIEST), "formatMaximum": str(LATEST)},
    ),
]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Line ends, control characters of terminals, and those that turn the direction of what follows."""


def _one_line(text: str) -> str:
    if _NOT_IN_A_LINE.search(text):
        what = "one line of text, without control characters"
        raise PydanticCustomError("other_expected", "not one line", {"what": what})
    return text


Line = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_one_line)]


class Table(BaseModel):
    """A table of a scenario file: strict types, no unknown keys, no change after loading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Dated(Table):
    """A table that holds from its first day to its last."""

    start: Day = Field(description="first day")
    end: Day = Field(description="last day")


def quantity(description: str, unit: str, default: Any = ..., **bounds: Any) -> Any:
    """A number with its unit, which the JSON Schema and the reference tables show."""
    return Field(default, description=description, json_schema_extra={"unit": unit}, **bounds)


def some_each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a list that is empty or names something twice."""
    # Not min_length: that would count faulty names as missing and be told beside their own faults.
    if not names:
        raise PydanticCustomError("none_given", "none given")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise PydanticCustomError("named_twice", "named twice", {"got": f'"{twice}" twice'})
    return names


@functools.cache
def district_names() -> tuple[str, ...]:
    """Names of all districts of the grid."""
    from vraem.valley import district_names

    return district_names()


@functools.cache
def settled_names() -> tuple[str, ...]:
    """Names of the districts that have communities of the coca belt."""
    from vraem.valley import load

    valley = load()
    settled = {int(number) for number in valley.communities.district_id}
    return tuple(name for number, name in enumerate(valley.districts.name, start=1) if number in settled)


@functools.cache
def site_names() -> tuple[str, ...]:
    """Names of the places at which a post can stand: towns and hamlets, then districts."""
    from vraem.valley import facts_table

    towns = (row["name"] for row in facts_table("places") if row["kind"] not in UNINHABITED_PLACES)
    return tuple(dict.fromkeys((*towns, *district_names())))


NAMES: dict[str, Callable[[], tuple[str, ...]]] = {
    "a district of the valley": district_names,
    "a district with communities of the coca belt": settled_names,
    "a town or a district of the valley": site_names,
}
"""Names that a file may use, by what a message calls one of them."""


def _known(what: str) -> AfterValidator:
    """The check that a text is one of the names of ``NAMES[what]``."""

    def check(name: str) -> str:
        if name not in NAMES[what]():
            raise PydanticCustomError("unknown_name", "no such name", {"what": what})
        return name

    return AfterValidator(check)


_SOME_DISTRICTS: dict[str, Any] = {"example": '["Llochegua", "Sivia"]', "of": "districts", "minItems": 1}
Districts = Annotated[
    tuple[Annotated[str, _known("a district of the valley")], ...],
    Field(json_schema_extra=_SOME_DISTRICTS),
    AfterValidator(some_each_once),
]
SettledDistricts = Annotated[
    tuple[Annotated[str, _known("a district with communities of the coca belt")], ...],
    Field(json_schema_extra=_SOME_DISTRICTS),
    AfterValidator(some_each_once),
]
Site = Annotated[
    str,
    _known("a town or a district of the valley"),
    Field(json_schema_extra={"expected": "a town or a district of the valley"}),
]
