"""The world: every population, the market's scalars and this week's flows.

State is what `copy` copies: the tables, `Market`, `BurnIn`, `SecurityState` and the week. Everything else follows from
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
from vraem.world.declarations import TABLES
from vraem.world.inputs import WeeklyInputs
from vraem.world.routes import RouteTable
from vraem.world.streams import Streams
from vraem.world.values import CropValues

if TYPE_CHECKING:
    from vraem.scenario import Parameters, Scenario
    from vraem.valley import Valley

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
    leaf_within_reach: float = 0.0  # kg a week picked, and what buyers reckon of the rest, 12-week mean (C6)
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
    leaf_a_week_base: float = 0.0  # kg that ripen
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
class BurnIn:
    """What the burn-in solves and then freezes (`processes/burn_in.py`): intercepts, units and the means of covariates.

    While `running`, the controllers in `processes.burn_in` move the intercepts towards the drawn targets and
    the means follow the covariates; afterwards nothing here changes.
    """

    running: bool = True
    weeks: int = 0
    recruit_intercept: float = 0.0  # b0 of B6, log of the weekly rate over the pool
    recruit_intercept_start: float = 0.0  # its first value, which bounds what the burn-in may solve
    link_gain: float = 0.02  # a1 of B3
    operation_rate: float = 0.5  # routine operations a week (D3)
    leads: float = 0.0  # mean weight of all targets of routine operations (D3)
    reference_pay: float = 0.0  # USD per armed member and week: the pay unit
    pressure: float = 0.0  # means over columns and weeks
    notoriety: float = 0.0
    ideology: float = 0.0
    link: float = 0.0
    kin_share: float = 0.0
    hoarding: float = 0.0
    success: float = 0.0  # mean over living groups and weeks
    armed_share: float = 0.0  # of the members at the start
    members: float = 0.0  # target of recruitment
    exit_scale: float = 1.0  # mean relative hazard of leaving (B5)
    outflow: float = 0.0  # persons a week who leave, mean of a year
    operations: float = 0.0  # routine operations and the removals they made, remembered
    removals: float = 0.0
    averaged: int = 0  # weeks that the frozen values are means over, and their sums
    link_sum: float = 0.0
    ground_sum: float = 0.0
    operation_sum: float = 0.0
    replaced_sum: float = 0.0  # persons who had to be replaced by recruits, and those expected at b0 = 0
    possible_sum: float = 0.0
    drug_share: float = 0.0  # of the groups' revenue
    ground_share: float = 1.0  # of it, what is taken on the ground and not on the way
    threat: float = 0.0  # USD/kg that the fee's solved part carries (C3)
    toll_reach: float = 0.0  # solved so that the charged share of the flow is the drawn one at the start (C3)
    escort_intercept: float = (
        0.0  # solved so that the escorted share of the flow is the drawn one at the start
    )
    protective_effect: float = 1.0  # mean factor of escorts and bribes on detection at the start
    contest_base: float = 0.0  # what holds against a column where nobody is, armed members (B11)
    contest_base_start: float = 0.0  # its first value, which bounds what the burn-in may solve
    command: float = 0.0  # link times authority, mean over columns
    column_armed: float = 1.0  # armed members of a column and authority of a leader at the start
    authority: float = 0.0
    coca_income: float = 0.0  # USD a week and community of control, in the null model N2


@dataclass(slots=True)
class CampaignRecord:
    """What a campaign has done so far: operations made, persons removed."""

    operations: int = 0
    removed: int = 0


@dataclass(slots=True)
class SecurityState:
    """Memory of the security forces that is no column.

    `campaigns` by number, `developed` the last week of follow-on development by community (D7), `settled_loads`
    the first shipment whose fate the controls have not learnt from yet (D6), `control_factor` (5, F) detection
    by controls over that of the start, None while they stand as at the start; `way_corruption` (5, F) the mean
    corruption of the controls there, None before anybody looked; `fixed_presence` (C,) what units that
    stay where they are make, worked out once and never written; `first_units` how many units there were at the start.
    """

    campaigns: dict[int, CampaignRecord] = field(default_factory=dict)
    developed: dict[int, int] = field(default_factory=dict)
    settled_loads: int = 0
    first_units: int = 0
    control_factor: NDArray[np.float64] | None = None
    way_corruption: NDArray[np.float64] | None = None
    fixed_presence: NDArray[np.float64] | None = None

    def copy(self) -> "SecurityState":
        """An independent copy."""
        return SecurityState(
            campaigns={number: dataclasses.replace(record) for number, record in self.campaigns.items()},
            developed=dict(self.developed),
            settled_loads=self.settled_loads,
            first_units=self.first_units,
            control_factor=self.control_factor,
            way_corruption=self.way_corruption,
            fixed_presence=self.fixed_presence,
        )


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
    # the armed groups: what came in by source, what went out, and who came and went
    group_fees: float = 0.0
    group_escorts: float = 0.0
    group_leaf_tax: float = 0.0
    group_logging: float = 0.0
    group_extortion: float = 0.0
    group_wages: float = 0.0  # from firms, to columns in their service
    group_pay: float = 0.0  # to members
    group_spent: float = 0.0  # by the top, arms and political work
    group_lost: float = 0.0  # seized with a captured leader or lost with a column that ends
    group_founding: float = 0.0  # money that new outside groups bring with them
    charged_kg: float = 0.0
    potential_protection: float = 0.0  # USD a week that all places would yield to a full protector
    security_cost: float = 0.0  # of firms: own gunmen and bribes
    predation_loss: float = 0.0
    firm_takings: float = 0.0  # what columns in a firm's service collect for it (B8)
    firm_fees: float = 0.0  # of it, from firms: tolls and escorts
    firm_leaf_tax: float = 0.0  # of it, from growers
    recruits: int = 0
    returned: int = 0  # of the recruits, raised in the camps or members once before
    exits: int = 0
    captured: int = 0
    killed_group: int = 0
    routine_removals: int = 0  # by state forces outside campaigns and dated orders
    campaign_removals: int = 0  # by campaigns and dated orders
    killed_state: int = 0
    killed_civilians: int = 0
    operations: int = 0
    campaign_operations: int = 0
    attacks: int = 0
    tips: float = 0.0

    @property
    def left_groups(self) -> int:
        """Persons who left the armed groups this week, of their own will, captured or dead."""
        return self.exits + self.captured + self.killed_group


@dataclass
class World:
    """Everything that a process may read or write.

    `cohorts` holds for each of the 13 decision slots (first row, end of the ordinary rows, end of all rows);
    `households_per_row` is how many households one row stands for; `community_rows` the rows of each
    community, as (order, first) so that order[first[j]:first[j + 1]] are the rows of community j;
    `cohort_households` (13, C) the rows of each slot and community; `cohort_farms` (13, C) the rows of each that may
    grow coca, over their mean of all slots.
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
    members: Table
    columns: Table
    groups: Table
    units: Table
    incidents: Table
    market: Market
    burn_in: BurnIn
    flows: Flows
    households_per_row: float
    cohorts: tuple[tuple[int, int, int], ...]
    community_rows: tuple[NDArray[np.int64], NDArray[np.int64]]
    cohort_households: NDArray[np.float64]
    cohort_farms: NDArray[np.float64]
    ages: AgeClasses
    values: CropValues
    routes: RouteTable
    security: SecurityState = field(default_factory=SecurityState)
    week: int = 0
    first_under_way: int = 0

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every population, in the order of `declarations.TABLES`."""
        return tuple(getattr(self, spec.name) for spec in TABLES)

    def copy(self) -> "World":
        """An independent copy of everything but the flows of the week, which the next week opens anew: a checkpoint."""
        return dataclasses.replace(
            self,
            growers=self.growers.copy(),
            communities=self.communities.copy(),
            firms=self.firms.copy(),
            shipments=self.shipments.copy(),
            members=self.members.copy(),
            columns=self.columns.copy(),
            groups=self.groups.copy(),
            units=self.units.copy(),
            incidents=self.incidents.copy(),
            market=self.market.copy(),
            burn_in=dataclasses.replace(self.burn_in),
            security=self.security.copy(),
            streams=self.streams.copy(),
            flows=Flows(),
        )
