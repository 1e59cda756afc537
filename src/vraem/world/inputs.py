"""What comes from outside, week by week: drivers of history, events of the scenario, the forecast of the price.

Everything here is computed once from (scenario, seed) and read by the process `exogenous`; nothing of it is
state, so a fork recomputes it and its past is the same to the bit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.valley import COLS, ROUTES
from vraem.world.clock import DAYS_A_WEEK, MONTHS_A_YEAR, WEEKS_A_MONTH, WEEKS_A_YEAR, Clock
from vraem.world.orders import (
    CampaignOrder,
    DistrictOrder,
    EradicationOrder,
    PresenceOrder,
    RemovalOrder,
    RewardOrder,
    StartGroup,
    StartPost,
)
from vraem.world.streams import Streams

if TYPE_CHECKING:
    from vraem.scenario import Drivers, Parameters, Scenario
    from vraem.scenario.campaigns import Campaign
    from vraem.scenario.starting import Group, Post
    from vraem.valley import Valley

NO_LIMIT = -1
"""What an order holds in place of a limit or a last week that it does not have."""

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
    `announced_risk` share a year; `national_eradication` ha a year; `rest_frontier` ha. Orders are sorted by
    their first week, those of one week as in the scenario file. A removal that lies outside the run is left out.
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
    rewards: tuple[RewardOrder, ...] = ()


def weekly_inputs(scenario: "Scenario", clock: Clock, streams: Streams, valley: "Valley") -> WeeklyInputs:
    """All inputs of `scenario` over the weeks of `clock`."""

    dates = clock.dates()
    drivers = scenario.drivers
    border_price = _border_price(drivers, scenario.parameters, dates, streams)
    capacity = np.column_stack([drivers.weekly(_CAPACITY_DRIVER[route], dates) for route in ROUTES])
    cost = np.ones_like(capacity)
    cost[:, 0] = drivers.weekly("air_cost_multiplier", dates)
    detection = np.ones_like(capacity)
    for event in scenario.events:
        first, last = clock.weeks_of(event.start, event.end)
        weeks = slice(max(first, 0), max(last + 1, 0))
        if event.kind == "price_shock":
            border_price[weeks] *= event.factor
        elif event.kind == "route_capacity":
            capacity[weeks, _columns(event.route)] *= event.factor
        elif event.kind == "route_risk":
            detection[weeks, _columns(event.route)] *= event.factor
        elif event.kind == "route_cost":
            cost[weeks, _columns(event.route)] *= event.factor
    return WeeklyInputs(
        border_price=border_price.tolist(),
        capacity_factor=capacity.tolist(),
        detection_factor=detection.tolist(),
        cost_factor=cost.tolist(),
        announced_risk=drivers.weekly("announced_eradication_risk", dates).tolist(),
        national_eradication=drivers.weekly("national_eradication", dates).tolist(),
        rest_frontier=drivers.weekly("rest_frontier_area", dates).tolist(),
        **_orders(scenario, clock, valley),
    )


def _orders(scenario: "Scenario", clock: Clock, valley: "Valley") -> dict[str, tuple[Any, ...]]:
    """The orders of a scenario by field of `WeeklyInputs`."""
    found: dict[str, list[Any]] = {
        name: []
        for name in (
            *("eradication", "announcements", "assistance"),
            *("removals", "presence", "amnesty", "rewards"),
        )
    }
    for event in scenario.events:
        first, last = clock.weeks_of(event.start, event.end)
        if event.kind == "eradication":
            weekly = event.hectares / (last - first + 1)
            found["eradication"].append(
                EradicationOrder(first, last, weekly, _numbers(event.districts, valley))
            )
        elif event.kind == "announcement":
            found["announcements"].append(
                DistrictOrder(first, last, event.risk, _numbers(event.districts, valley))
            )
        elif event.kind == "alternative_development":
            found["assistance"].append(
                DistrictOrder(first, last, event.share, _numbers(event.districts, valley))
            )
        elif event.kind == "removal" and 0 <= first < clock.weeks:
            found["removals"].append(RemovalOrder(first, event.role, event.count, event.outcome, event.talk))
        elif event.kind == "presence" and last >= 0:
            found["presence"].append(
                PresenceOrder(
                    first,
                    last,
                    _numbers(event.districts, valley),
                    event.posts,
                    event.patrols,
                    event.strength,
                )
            )
        elif event.kind == "amnesty":
            found["amnesty"].append(DistrictOrder(first, last, 1.0, ()))
        elif event.kind == "rewards":
            found["rewards"].append(
                RewardOrder(first, last, event.factor, event.paid, _numbers(event.districts, valley))
            )
    found["campaigns"] = [_campaign(number, row, clock) for number, row in enumerate(scenario.campaigns)]
    return {name: tuple(sorted(orders, key=lambda order: order.first)) for name, orders in found.items()}


def _campaign(number: int, campaign: "Campaign", clock: Clock) -> CampaignOrder:
    """A campaign in weeks: its operations are those of its days, laid over the weeks that these touch."""
    from vraem.scenario.campaigns import burst_share

    first, last = clock.week_of(campaign.start), clock.week_of(campaign.end)
    days = (campaign.end - campaign.start).days + 1
    operations = campaign.operations_per_month * days / (DAYS_A_WEEK * WEEKS_A_MONTH)
    return CampaignOrder(
        number=number,
        first=first,
        last=last,
        targets=campaign.targets,
        operations_a_week=operations / (last - first + 1),
        burst=burst_share(campaign.pace),
        budget=NO_LIMIT if campaign.budget is None else campaign.budget,
        stop_after=NO_LIMIT if campaign.stop_after is None else campaign.stop_after,
        intelligence=campaign.intelligence,
        accuracy=campaign.accuracy,
        lethality=campaign.lethality,
        collateral=campaign.collateral,
        opportunistic=campaign.opportunistic,
        follow_on=campaign.follow_on,
        follow_on_weeks=round(campaign.follow_on_years * WEEKS_A_YEAR),
    )


def start_groups(scenario: "Scenario", valley: "Valley") -> tuple[StartGroup, ...]:
    """The armed groups that the scenario describes; empty if it describes none, so that the record's stands."""
    return tuple(_start_group(group, scenario.parameters, valley) for group in scenario.groups)


def _start_group(group: "Group", p: "Parameters", valley: "Valley") -> StartGroup:
    """A group, with the parameters in place of what its table leaves out."""
    from vraem.scenario.starting import PARAMETER_OF

    said = {
        key: getattr(p, name) if getattr(group, key) is None else getattr(group, key)
        for key, name in PARAMETER_OF.items()
    }
    income = group.income
    return StartGroup(
        name=group.name,
        lineage=group.lineage,
        seats=_numbers(group.districts, valley),
        coca=income.coca,
        logging=income.logging,
        extortion=income.extortion,
        **said,
    )


def start_posts(scenario: "Scenario", valley: "Valley") -> tuple[StartPost, ...]:
    """The state posts that the scenario describes; empty if it describes none, so that the record's stand.

    Posts that were given up before the run are none.
    """
    clock = Clock.between(scenario.run.start, scenario.run.end)
    return tuple(
        _start_post(post, clock, valley)
        for post in scenario.posts
        if post.end is None or clock.week_of(post.end) >= 0
    )


def _start_post(post: "Post", clock: Clock, valley: "Valley") -> StartPost:
    cell = site_cell(post.place, valley)
    row, col = divmod(cell, COLS)
    communities = valley.communities
    away = (communities.row - row) ** 2 + (communities.col - col) ** 2
    return StartPost(
        place=post.place,
        cell=cell,
        community=int(away.argmin()),
        kind=post.kind,
        force=post.force,
        strength=post.strength,
        first=0 if post.start is None else clock.week_of(post.start),
        last=NO_LIMIT if post.end is None else clock.week_of(post.end),
    )


def site_cell(name: str, valley: "Valley") -> int:
    """The flat cell of a town; of a district's capital; of the district's middle if its capital has no place.

    Raises `ValueError` if nothing is called `name`.
    """
    from vraem.scenario.fields import UNINHABITED_PLACES

    places = valley.places
    for index, town in enumerate(places.name):
        if town == name and places.kind[index] not in UNINHABITED_PLACES:
            return int(places.cell[index])
    for index, district in enumerate(places.district):
        if district == name and places.kind[index] == "district_capital":
            return int(places.cell[index])
    number = valley.districts.name.index(name) + 1
    rows, cols = np.nonzero(valley.grid.district_id == number)
    middle = np.argmin((rows - rows.mean()) ** 2 + (cols - cols.mean()) ** 2)
    return int(rows[middle] * COLS + cols[middle])


def _numbers(names: Iterable[str] | None, valley: "Valley") -> tuple[int, ...]:
    """Numbers of districts, empty for all."""
    return tuple(valley.districts.name.index(name) + 1 for name in names or ())


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
