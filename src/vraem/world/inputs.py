"""What comes from outside, week by week: drivers of history, events of the scenario, the forecast of the price.

Everything here is computed once from (scenario, seed) and read by the process `exogenous`; nothing of it is
state, so a fork recomputes it and its past is the same to the bit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.valley import ROUTES
from vraem.world.clock import MONTHS_A_YEAR, WEEKS_A_MONTH, Clock
from vraem.world.orders import (
    CampaignOrder,
    DistrictOrder,
    EradicationOrder,
    PresenceOrder,
    RemovalOrder,
)
from vraem.world.streams import Streams

if TYPE_CHECKING:
    from vraem.scenario import Drivers, Parameters, Scenario
    from vraem.valley import Valley

_CAPACITY_DRIVER = {
    "air": "capacity_air",
    "foot": "capacity_foot",
    "road_callao": "capacity_road",
    "road_puno": "capacity_road",
    "river": "capacity_river",
}


@dataclass(frozen=True)
class WeeklyInputs:
    """Inputs by week, plain lists because one scalar a week is read from each.

    `border_price` ratio; `capacity_factor`, `detection_factor`, `cost_factor` one list of five routes a week;
    `announced_risk` share a year; `national_eradication` ha a year; `rest_frontier` ha.
    """

    border_price: list[float]
    capacity_factor: list[list[float]]
    detection_factor: list[list[float]]
    cost_factor: list[list[float]]
    announced_risk: list[float]
    national_eradication: list[float]
    rest_frontier: list[float]
    eradication: tuple[EradicationOrder, ...]
    announcements: tuple[DistrictOrder, ...]
    assistance: tuple[DistrictOrder, ...]
    campaigns: tuple[CampaignOrder, ...] = ()
    removals: tuple[RemovalOrder, ...] = ()
    presence: tuple[PresenceOrder, ...] = ()
    amnesty: tuple[DistrictOrder, ...] = ()


def weekly_inputs(scenario: "Scenario", clock: Clock, streams: Streams, valley: "Valley") -> WeeklyInputs:
    """All inputs of `scenario` over the weeks of `clock`."""

    def numbers(names: Iterable[str] | None) -> tuple[int, ...]:
        return tuple(valley.districts.name.index(name) + 1 for name in names or ())

    dates = clock.dates()
    drivers = scenario.drivers
    border_price = _border_price(drivers, scenario.parameters, dates, streams)
    capacity = np.column_stack([drivers.weekly(_CAPACITY_DRIVER[route], dates) for route in ROUTES])
    cost = np.ones_like(capacity)
    cost[:, 0] = drivers.weekly("air_cost_multiplier", dates)
    detection = np.ones_like(capacity)
    eradication, announcements, assistance = [], [], []
    for event in scenario.events:
        first, last = clock.week_of(event.start), clock.week_of(event.end)
        weeks = slice(max(first, 0), max(last + 1, 0))
        if event.kind == "price_shock":
            border_price[weeks] *= event.factor
        elif event.kind == "route_capacity":
            capacity[weeks, _columns(event.route)] *= event.factor
        elif event.kind == "route_risk":
            detection[weeks, _columns(event.route)] *= event.factor
        elif event.kind == "route_cost":
            cost[weeks, _columns(event.route)] *= event.factor
        elif event.kind == "eradication":
            weekly = event.hectares / (last - first + 1)
            eradication.append(EradicationOrder(first, last, weekly, numbers(event.districts)))
        elif event.kind == "announcement":
            announcements.append(DistrictOrder(first, last, event.risk, numbers(event.districts)))
        else:
            assistance.append(DistrictOrder(first, last, event.share, numbers(event.districts)))
    return WeeklyInputs(
        border_price=border_price.tolist(),
        capacity_factor=capacity.tolist(),
        detection_factor=detection.tolist(),
        cost_factor=cost.tolist(),
        announced_risk=drivers.weekly("announced_eradication_risk", dates).tolist(),
        national_eradication=drivers.weekly("national_eradication", dates).tolist(),
        rest_frontier=drivers.weekly("rest_frontier_area", dates).tolist(),
        eradication=tuple(eradication),
        announcements=tuple(announcements),
        assistance=tuple(assistance),
    )


def _columns(route: str) -> slice | int:
    """Position of a route on the route axis, or all of them."""
    return slice(None) if route == "all" else ROUTES.index(route)


def _border_price(
    drivers: "Drivers", p: "Parameters", dates: NDArray[np.datetime64], streams: Streams
) -> NDArray[np.float64]:
    """The external price driver X (C6): dated over history, then AR(1) plus downward jumps that heal.

    The forecast starts at the last dated value and reverts to 1 with the monthly persistence; jumps arrive
    with `price_jump_rate` a year and heal exponentially with `price_jump_recovery` months.
    """
    price = drivers.weekly("border_price_index", dates)
    last = drivers.last_date("border_price_index")
    first = 0 if last is None else int(np.searchsorted(dates, np.datetime64(last, "D"), "right"))
    weeks = len(dates)
    if first >= weeks:
        return price
    persistence = p.price_shock_persistence ** (1.0 / WEEKS_A_MONTH)
    # the weekly deviation whose monthly sum under this persistence has the monthly deviation of the table
    weekly_sd = p.price_shock_sd * np.sqrt((1.0 - persistence**2) / (1.0 - p.price_shock_persistence**2))
    jump_chance = p.price_jump_rate / MONTHS_A_YEAR / WEEKS_A_MONTH
    healing = np.exp(-1.0 / (p.price_jump_recovery * WEEKS_A_MONTH))
    level = float(np.log(price[max(first - 1, 0)]))
    jump = 0.0
    for week in range(first, weeks):
        noise = float(streams.normal("border_price", week, 0, 1)[0])
        level = persistence * level + weekly_sd * noise
        jump *= healing
        if streams.uniform_double("border_jump", week, 0, 1)[0] < jump_chance:
            jump += float(np.log1p(p.price_jump_size))
        price[week] = np.exp(level + jump)
    return price
