"""Dated events of a scenario: one frozen model for each kind, told apart by ``kind``.

Dates are days, both included. Effects of events that overlap multiply (factors) or add (areas, risks).
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

EARLIEST = datetime.date(2010, 1, 1)
LATEST = datetime.date(2060, 12, 31)
ROUTES = ("air", "foot", "road_callao", "road_puno", "river")

Day = Annotated[
    datetime.date,
    Field(
        ge=EARLIEST,
        le=LATEST,
        json_schema_extra={"formatMinimum": str(EARLIEST), "formatMaximum": str(LATEST)},
    ),
]
Route = Literal["air", "foot", "road_callao", "road_puno", "river", "all"]


def _known_district(name: str) -> str:
    from vraem.valley import district_names

    names = district_names()
    if name not in names:
        raise PydanticCustomError(
            "unknown_name", "no such district", {"known": list(names), "what": "a district of the valley"}
        )
    return name


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise PydanticCustomError(
            "named_twice", "named twice", {"got": f'"{twice}" twice', "what": "each district once"}
        )
    return names


District = Annotated[str, AfterValidator(_known_district)]
Districts = Annotated[tuple[District, ...], Field(min_length=1), AfterValidator(_each_once)]


def quantity(description: str, unit: str, **bounds: Any) -> Any:
    """A number with its unit, which the JSON Schema and the reference tables show."""
    return Field(description=description, json_schema_extra={"unit": unit}, **bounds)


class Table(BaseModel):
    """A table of a scenario file: strict types, no unknown keys, no change after loading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Dated(Table):
    """A table that holds from its first day to its last."""

    start: Day = Field(description="first day")
    end: Day = Field(description="last day")


class Eradication(Dated):
    """Crews destroy coca in the districts named, spread evenly over the weeks (A8)."""

    kind: Literal["eradication"]
    hectares: float = quantity("area destroyed in the whole period", "ha", gt=0, le=200_000)
    districts: Districts | None = Field(
        None, description="districts where crews go; the whole valley if left out"
    )


class Announcement(Dated):
    """Eradication is announced; growers take it as a risk whether crews come or not (A4)."""

    kind: Literal["announcement"]
    risk: float = quantity("risk of eradication that growers take from it", "per year", ge=0, le=5)
    districts: Districts | None = Field(
        None, description="districts that hear it; the whole valley if left out"
    )


class PriceShock(Dated):
    """The price of hydrochloride at the border is multiplied by a factor (C6)."""

    kind: Literal["price_shock"]
    factor: float = quantity("factor on the border price", "ratio", gt=0, le=10)


class RouteCapacity(Dated):
    """The capacity of a route is multiplied by a factor (C1)."""

    kind: Literal["route_capacity"]
    route: Route = Field(description="route, or all")
    factor: float = quantity("factor on the route's capacity", "ratio", ge=0, le=10)


class RouteRisk(Dated):
    """The chance that one load on a route is stopped is multiplied by a factor (C2)."""

    kind: Literal["route_risk"]
    route: Route = Field(description="route, or all")
    factor: float = quantity("factor on the chance that one load is stopped", "ratio", ge=0, le=50)


class RouteCost(Dated):
    """The cash cost of a route is multiplied by a factor (C1)."""

    kind: Literal["route_cost"]
    route: Route = Field(description="route, or all")
    factor: float = quantity("factor on the route's cash cost", "ratio", gt=0, le=10)


class AlternativeDevelopment(Dated):
    """The state supports licit crops of a share of the households of some districts (A6)."""

    kind: Literal["alternative_development"]
    districts: Districts = Field(description="districts with support")
    share: float = quantity("share of households assisted", "ratio", ge=0, le=1)


Event = Annotated[
    Eradication | Announcement | PriceShock | RouteCapacity | RouteRisk | RouteCost | AlternativeDevelopment,
    Field(discriminator="kind"),
]
EVENT_MODELS: tuple[type[Dated], ...] = get_args(get_args(Event)[0])
EVENT_KINDS: dict[str, type[Dated]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in EVENT_MODELS
}
