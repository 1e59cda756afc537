"""The start of a world: households, communities and firms in January 2012, from (scenario, seed).

Every trait is a draw addressed by the household's or firm's number, so that two scenarios with one seed start
from the same people.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.valley import ROUTES, Valley
from vraem.world.ages import VISIBLE_FROM_QUARTER, AgeClasses
from vraem.world.build_organisation import build_organisation
from vraem.world.build_security import build_security
from vraem.world.clock import QUARTERS_A_YEAR, WEEKS_A_MONTH, WEEKS_A_QUARTER, Clock
from vraem.world.columns import Table
from vraem.world.declarations import COMMUNITIES, FIRMS, GROWERS, SHIPMENTS
from vraem.world.inputs import weekly_inputs
from vraem.world.organisation_tables import COLUMNS, GROUPS, MEMBERS
from vraem.world.routes import RouteTable
from vraem.world.security_tables import INCIDENTS, UNITS
from vraem.world.state import BurnIn, Flows, Market, World
from vraem.world.streams import Streams
from vraem.world.values import CropValues, quiet_at_rest

if TYPE_CHECKING:
    from vraem.scenario import Parameters, Scenario

LARGEST_PLOT_SHARE = 0.8
"""Coca takes at most this share of a household's land at the start."""
LICIT_BEARING_SHARE = 0.8
"""Share of coffee and cacao that bears at the start; the rest is young."""
SHIPMENTS_A_WEEK = 64
"""Rows reserved a week; the table grows if it needs more."""
MEMBERS_KEPT, COLUMNS_KEPT, GROUPS_KEPT, UNITS_KEPT, INCIDENTS_KEPT = 1024, 32, 16, 320, 2048
"""Rows reserved for the armed groups, the units and the journal; these tables grow if they need more."""

START_PARAMETERS = (
    *("farm_households", "share_never_grow", "land_per_household", "land_spread", "grower_cost_spread"),
    *(
        "harvest_cost",
        "initial_coca_area",
        "initial_coca_spread",
        "initial_area_growth",
        "initial_licit_share",
    ),
    *("initial_rest_area", "firms_initial", "firm_size_spread", "processing_capacity_ratio"),
    *("members_initial", "armed_initial", "columns_initial", "founding_kin_share", "clan_share_of_top"),
    *("movement_years", "bases_initial", "patrols_in_field"),
)
"""Parameters from which the people and things of the start are made: a world that is there they change no more."""


def build_world(scenario: "Scenario", seed: int, valley: Valley) -> World:
    """The world at the start of the run of `scenario`, before prices and contracts are set."""
    p = scenario.parameters
    streams = Streams(seed)
    clock = Clock.between(scenario.run.start, scenario.run.end)
    ages = AgeClasses.of(p)
    growers, cohorts = _growers(scenario.run.households, p, ages, streams, valley)
    weight = p.farm_households / scenario.run.households
    firms = _firms(p, streams, valley)
    community_rows = _rows_by_community(growers, len(valley.communities))
    world = World(
        scenario=scenario,
        p=p,
        valley=valley,
        seed=seed,
        streams=streams,
        clock=clock,
        inputs=weekly_inputs(scenario, clock, streams, valley),
        growers=growers,
        communities=Table(COMMUNITIES, len(valley.communities), axes={"firm": len(firms)}),
        firms=firms,
        shipments=Table(SHIPMENTS, 0, capacity=SHIPMENTS_A_WEEK * clock.weeks),
        members=Table(MEMBERS, 0, capacity=MEMBERS_KEPT),
        columns=Table(
            COLUMNS,
            0,
            capacity=COLUMNS_KEPT,
            axes={"community": len(valley.communities), "way": len(ROUTES) * len(firms)},
        ),
        groups=Table(GROUPS, 0, capacity=GROUPS_KEPT, axes={"community": len(valley.communities)}),
        units=Table(UNITS, 0, capacity=UNITS_KEPT),
        incidents=Table(INCIDENTS, 0, capacity=INCIDENTS_KEPT),
        market=Market(),
        burn_in=BurnIn(),
        flows=Flows(),
        households_per_row=weight,
        cohorts=cohorts,
        community_rows=community_rows,
        cohort_households=_cohort_rows(growers, len(valley.communities)),
        cohort_farms=_cohort_farms(growers, len(valley.communities)),
        ages=ages,
        values=CropValues.of(p),
        routes=RouteTable.of(p, valley, firms.base),
    )
    world.flows.border_price_index = world.inputs.border_price[0]
    _start_communities(world)
    _start_market(world)
    build_organisation(world)
    build_security(world)
    return world


def _growers(
    rows: int, p: "Parameters", ages: AgeClasses, streams: Streams, valley: Valley
) -> tuple[Table, tuple[tuple[int, int, int], ...]]:
    """Households in their communities, sorted by decision slot, ordinary before never-growing, community."""
    share = np.cumsum(valley.communities.household_share)
    # systematic sampling: every community gets its share of the households to the nearest one
    community = np.searchsorted(share / share[-1], (np.arange(rows) + 0.5) / rows).astype(np.int64)
    traits = streams.uniform_double("household_traits", 0, 0, 3 * rows).reshape(rows, 3)
    slot = np.minimum((traits[:, 0] * WEEKS_A_QUARTER).astype(np.int8), WEEKS_A_QUARTER - 1)
    never = traits[:, 1] < p.share_never_grow
    order = np.lexsort((community, never, slot))
    community, slot, never, cash = community[order], slot[order], never[order], traits[order, 2]

    growers = Table(GROWERS, rows, axes={"age": ages.length})
    growers.community[:], growers.slot[:], growers.never_grows[:] = community, slot, never
    land_noise, cost_noise = streams.normal("household_land", 0, 0, 2 * rows).reshape(2, rows)
    growers.land[:] = p.land_per_household * np.exp(p.land_spread * land_noise - p.land_spread**2 / 2.0)
    growers.harvest_cost[:] = p.harvest_cost * np.exp(p.grower_cost_spread * cost_noise)
    growers.cash[:] = cash * p.household_cash_buffer / 2.0
    growers.licit_area[:] = p.initial_licit_share * growers.land
    growers.licit_bearing[:] = LICIT_BEARING_SHARE * growers.licit_area
    _plant_initial_coca(growers, p, ages, streams)
    first = np.searchsorted(slot, np.arange(WEEKS_A_QUARTER + 1))
    ordinary = [int((~never[first[s] : first[s + 1]]).sum()) for s in range(WEEKS_A_QUARTER)]
    cohorts = tuple(
        (int(first[s]), int(first[s]) + ordinary[s], int(first[s + 1])) for s in range(WEEKS_A_QUARTER)
    )
    return growers, cohorts


def _plant_initial_coca(growers: Table, p: "Parameters", ages: AgeClasses, streams: Streams) -> None:
    """Coca of the start by age; visible area as observed, plot sizes lognormal, ages from past planting."""
    rows = len(growers)
    noise = streams.normal("household_coca", 0, 0, rows)
    wish = np.where(growers.never_grows, 0.0, np.exp(p.initial_coca_spread * noise))
    age_share, old_share = _initial_ages(p, ages)
    visible = 1.0 - age_share[:VISIBLE_FROM_QUARTER].sum()
    weight = p.farm_households / rows
    total = p.initial_coca_area / visible / weight
    free = np.maximum(LARGEST_PLOT_SHARE * (growers.land - growers.licit_area), 0.0)
    area = np.minimum(wish * (total / wish.sum()), free)
    for _ in range(20):  # what does not fit on small farms stands on others
        area = np.minimum(area * (total / area.sum()), free)
    short = total / area.sum()  # above 1 where farms as drawn are too small for the coca that was seen
    growers.land[:] *= short
    area *= short
    growers.coca_cohorts[:] = age_share[:, None] * area
    growers.coca_scale[:] = 1.0
    growers.coca_area[:] = area
    growers.coca_peak[:] = area
    growers.coca_young[:] = area * age_share[:VISIBLE_FROM_QUARTER].sum()
    growers.coca_old[:] = area * old_share
    old_factor = _old_yield_factor(p)
    growers.coca_old_bearing[:] = area * (old_share * old_factor)
    factors = np.array([ages.factor(quarter) for quarter in range(ages.length)])
    growers.coca_bearing[:] = area * (float(factors @ age_share) + old_share * old_factor)


def _initial_ages(p: "Parameters", ages: AgeClasses) -> tuple[NDArray[np.float64], float]:
    """Share of the area in each age class of the ring, and past it, after steady growth and renewal of old coca."""
    rate = p.initial_area_growth / QUARTERS_A_YEAR
    share = np.exp(-rate * np.arange(ages.length))
    old = float(np.exp(-rate * ages.length)) / (rate + p.old_plot_renewal)
    whole = share.sum() + old
    return share / whole, old / whole


def _old_yield_factor(p: "Parameters") -> float:
    """Mean yield factor of old coca that is renewed and loses yield at steady rates."""
    loss = p.coca_yield_decline / QUARTERS_A_YEAR
    return p.old_plot_renewal / (p.old_plot_renewal + loss)


def _firms(p: "Parameters", streams: Streams, valley: Valley) -> Table:
    """Firms of lognormal size, based in communities drawn by their number of households."""
    count = round(p.firms_initial)
    firms = Table(FIRMS, count, axes={"route": len(ROUTES)})
    share = np.cumsum(valley.communities.household_share)
    draws = streams.uniform_double("firm_traits", 0, 0, count)
    firms.base[:] = np.searchsorted(share / share[-1], draws)
    firms.capacity[:] = np.exp(p.firm_size_spread * streams.normal("firm_traits", 1, 0, count))
    return firms


def _rows_by_community(growers: Table, places: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(growers.community, kind="stable")
    first = np.searchsorted(growers.community[order], np.arange(places + 1))
    return order, first


def _cohort_rows(growers: Table, places: int, among: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Rows (13, places) of each slot and community, of all or of those `among` them (rows,)."""
    position = growers.slot.astype(np.int64) * places + growers.community
    count = np.bincount(position, among, minlength=WEEKS_A_QUARTER * places)
    return count.reshape(WEEKS_A_QUARTER, places).astype(np.float64)


def _cohort_farms(growers: Table, places: int) -> NDArray[np.float64]:
    """Rows (13, places) that may grow coca over the mean of their community's slots; 0 where there are none."""
    farms = _cohort_rows(growers, places, ~growers.never_grows)
    return farms / np.maximum(farms.mean(axis=0), 1.0 / WEEKS_A_QUARTER)


def _start_communities(world: World) -> None:
    communities, growers, place = world.communities, world.growers, world.valley.communities
    communities.coca_area[:] = (
        np.bincount(growers.community, growers.coca_area, len(communities)) * world.households_per_row
    )
    communities.harvested_share[:] = 1.0
    communities.forest[:] = np.clip(place.forest_ha / np.maximum(place.suitable_ha, 1.0), 0.0, 1.0)


def _start_market(world: World) -> None:
    """Stocks and rates at which the market of the first week is at rest."""
    p, market, firms = world.p, world.market, world.firms
    bearing = float(world.growers.coca_bearing.sum(dtype=np.float64)) * world.households_per_row
    leaf_a_week = bearing * p.coca_yield_mature / (QUARTERS_A_YEAR * WEEKS_A_QUARTER)
    market.leaf_within_reach = market.leaf_a_week_base = leaf_a_week
    market.labour_need = market.labour_need_base = leaf_a_week * p.picker_days_per_kg
    market.pickers = p.pickers_initial
    size = firms.capacity / firms.capacity.sum()
    firms.capacity[:] = size * leaf_a_week * p.processing_capacity_ratio
    for_firms = 1.0 - p.legal_leaf_share
    hcl_a_week = leaf_a_week * (1.0 - p.leaf_loss_share) * for_firms / p.leaf_per_kg_hcl
    market.hcl_rate = market.hcl_rate_base = hcl_a_week
    firms.hcl_rate[:] = size * hcl_a_week
    firms.hcl_stock[:] = firms.hcl_rate / p.stock_release
    firms.paste_stock[:] = (
        firms.hcl_rate * p.paste_per_kg_hcl * (1.0 - p.paste_conversion) / p.paste_conversion
    )
    firms.risk_belief[:] = world.routes.detection[:, None]
    market.capacity = [getattr(p, f"capacity_initial_{route}") for route in ROUTES]
    market.rest_area = p.initial_rest_area


def start_growers_prices(world: World) -> None:
    """Expectations of the start: the first local price, tax off, and a long quiet past (A3, A4)."""
    growers, communities, p = world.growers, world.communities, world.p
    price = communities.leaf_price * (1.0 - communities.leaf_tax)
    growers.price_expectation[:] = price.take(growers.community)
    growers.risk_quiet[:] = quiet_at_rest(p)
    world.firms.capital[:] = (
        p.firm_working_capital * WEEKS_A_MONTH * world.firms.capacity * world.market.leaf_price
    )
