"""The world: every population, the market's scalars and this week's flows.

State is what `copy` copies: four tables, `Market` and the week. Everything else follows from
(scenario, seed) and can be made again, which is what a fork does.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.world.ages import AgeClasses
from vraem.world.clock import Clock
from vraem.world.columns import Table
from vraem.world.inputs import WeeklyInputs
from vraem.world.routes import RouteTable
from vraem.world.streams import Streams
from vraem.world.values import CropValues

if TYPE_CHECKING:
    from vraem.scenario import Parameters, Scenario
    from vraem.valley import Valley

AIR, FOOT, ROAD_CALLAO, ROAD_PUNO, RIVER = range(5)
"""Positions on the route axis."""


@dataclass(slots=True)
class Market:
    """Scalars of the market.

    Prices in USD per kg; rates in kg a week; route lists in the order of the route axis.
    """

    hcl_price: float = 0.0
    leaf_price: float = 0.0
    paste_price: float = 0.0
    markdown: float = 0.0
    wage_index: float = 1.0
    pickers: float = 0.0
    labour_need: float = 0.0  # person-days a week that harvesting the bearing area takes, 12-week mean
    standing_leaf: float = 0.0  # kg a week that ripen, 12-week mean (C6)
    hcl_rate: float = 0.0  # kg a week made, 12-week mean
    transport_cost: float = 0.0  # T, USD/kg
    shadow_price: list[float] = field(default_factory=lambda: [0.0] * 5)
    capacity: list[float] = field(default_factory=lambda: [0.0] * 5)  # before drivers and events
    flow_share: list[float] = field(default_factory=lambda: [0.2] * 5)  # of the shipped flow, 4-week mean
    route_constant: list[float] = field(default_factory=lambda: [0.0] * 5)  # solved once, USD/kg
    rest_area: float = 0.0
    growers: float = 0.0
    # what the start was, so that ratios have a base
    leaf_price_base: float = 0.0
    standing_leaf_base: float = 0.0
    labour_need_base: float = 0.0
    hcl_rate_base: float = 0.0
    transport_cost_base: float = 0.0

    def copy(self) -> "Market":
        """An independent copy."""
        twin = dataclasses.replace(self)
        for name in ("shadow_price", "capacity", "flow_share", "route_constant"):
            setattr(twin, name, list(getattr(self, name)))
        return twin


@dataclass(slots=True)
class Flows:
    """What moved this week in the whole valley; made anew each week. Units as the series of the same names."""

    border_price_index: float = 1.0
    announced_risk: float = 0.0
    leaf_grown: float = 0.0
    leaf_picked: float = 0.0
    leaf_unpicked: float = 0.0
    leaf_lost: float = 0.0
    leaf_sold_legal: float = 0.0
    leaf_sold_firms: float = 0.0
    leaf_processed: float = 0.0
    leaf_price_paid: float = 0.0
    paste_made: float = 0.0
    paste_used: float = 0.0
    hcl_made: float = 0.0
    hcl_shipped: list[float] = field(default_factory=lambda: [0.0] * 5)
    hcl_exported: list[float] = field(default_factory=lambda: [0.0] * 5)
    hcl_seized: list[float] = field(default_factory=lambda: [0.0] * 5)
    capacity: list[float] = field(default_factory=lambda: [0.0] * 5)
    planted: float = 0.0
    abandoned: float = 0.0
    converted: float = 0.0
    eradicated: float = 0.0
    price_expectation: float = 0.0
    perceived_risk: float = 0.0
    leaf_paid_by_firms: float = 0.0
    leaf_paid_by_legal_buyer: float = 0.0
    leaf_tax: float = 0.0
    leaf_income: float = 0.0
    harvest_cost: float = 0.0
    licit_income: float = 0.0
    logging_income: float = 0.0
    off_farm_income: float = 0.0
    transit_fees: float = 0.0
    transport_cash: float = 0.0
    processing_cost: float = 0.0
    export_revenue: float = 0.0
    drawings: float = 0.0


@dataclass
class World:
    """Everything that a process may read or write.

    `cohorts` holds for each of the 13 decision slots (first row, end of the ordinary rows, end of all rows);
    `households_per_row` is how many households one row stands for; `community_rows` the rows of each
    community, as (order, first) so that order[first[j]:first[j + 1]] are the rows of community j.
    """

    scenario: "Scenario"
    p: "Parameters"
    valley: "Valley"
    seed: int
    streams: Streams
    clock: Clock
    inputs: WeeklyInputs
    growers: Table
    communities: Table
    firms: Table
    shipments: Table
    market: Market
    flows: Flows
    households_per_row: float
    cohorts: tuple[tuple[int, int, int], ...]
    community_rows: tuple[NDArray[np.int64], NDArray[np.int64]]
    ages: AgeClasses
    values: CropValues
    routes: RouteTable
    week: int = 0
    first_under_way: int = 0

    @property
    def tables(self) -> tuple[Table, Table, Table, Table]:
        """Growers, communities, firms, shipments."""
        return self.growers, self.communities, self.firms, self.shipments

    def copy(self) -> "World":
        """An independent copy, to the bit: a checkpoint."""
        return dataclasses.replace(
            self,
            growers=self.growers.copy(),
            communities=self.communities.copy(),
            firms=self.firms.copy(),
            shipments=self.shipments.copy(),
            market=self.market.copy(),
            flows=Flows(),
        )
