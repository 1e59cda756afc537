"""Dated events of a scenario: one frozen model for each kind, told apart by ``kind``.

Dates are days, both included; a removal has one ``date``. Effects of events that overlap multiply (factors)
or add (areas, risks, persons, units); of shares paid in time the order that begins last counts.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field

from vraem.scenario.fields import Dated, Day, Districts, SettledDistricts, Table, quantity

ROUTES = ("air", "foot", "road_callao", "road_puno", "river")
Route = Literal["air", "foot", "road_callao", "road_puno", "river", "all"]
Role = Literal["leader", "committee", "commander", "squad_leader", "fighter", "supporter", "heir", "finance"]
Outcome = Literal["captured", "killed", "surrendered"]


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


class Removal(Table):
    """Persons of one role are removed from the armed groups on one day, whatever the campaigns do (D4)."""

    kind: Literal["removal"]
    date: Day = Field(description="the day")
    role: Role = Field(description="role of those removed; an heir is an adult named to take over")
    count: int = quantity(
        "how many; fewer if there are fewer left in the role", "persons", 1, ge=1, le=10_000
    )
    outcome: Outcome = Field("captured", description="what becomes of them")
    talk: bool = Field(True, description="whether captives may disclose what they know (D2)")

    @property
    def start(self) -> datetime.date:
        """The day, as the first of the period that every event has."""
        return self.date

    @property
    def end(self) -> datetime.date:
        """The day, as the last of the period that every event has."""
        return self.date


class Presence(Dated):
    """The state puts more posts and patrols into some districts for a time (D7)."""

    kind: Literal["presence"]
    districts: SettledDistricts = Field(
        description="districts with more presence; the units stand in their largest communities"
    )
    posts: int = quantity("posts added, in all districts together", "posts", 0, ge=0, le=200)
    patrols: int = quantity("patrols added, in all districts together", "patrols", 0, ge=0, le=200)
    strength: float = quantity("persons in each post or patrol", "persons", 30.0, gt=0, le=1_000)


class Amnesty(Dated):
    """Those who leave an armed group find an amnesty (B5, B8); the switch `amnesty` grants one at all times."""

    kind: Literal["amnesty"]


class Rewards(Dated):
    """Who tells of armed groups is paid more or less than usual, in time or not (D1, E2); no one is removed by it."""

    kind: Literal["rewards"]
    factor: float = quantity("reward for a tip over the usual one", "ratio", 1.0, ge=0.01, le=100)
    paid: float | None = quantity(
        "share of the rewards that is paid in time; `reward_paid_share` if left out",
        "ratio",
        None,
        ge=0,
        le=1,
    )
    districts: Districts | None = Field(
        None, description="districts where they are offered; the whole valley if left out"
    )


Event = Annotated[
    Eradication
    | Announcement
    | PriceShock
    | RouteCapacity
    | RouteRisk
    | RouteCost
    | AlternativeDevelopment
    | Removal
    | Presence
    | Amnesty
    | Rewards,
    Field(discriminator="kind"),
]
EVENT_MODELS: tuple[type[Table], ...] = get_args(get_args(Event)[0])
EVENT_KINDS: dict[str, type[Table]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in EVENT_MODELS
}
