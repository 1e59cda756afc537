"""B1: what the columns take in a week, by source, and what the whole valley would yield to a full protector.

Tolls and escorts are taken as loads set out (`charges`), the tax on leaf at its sale (`leaf_sale`), quotas and
extortion from other incomes (`incomes`). Here firms pay the columns in their service, who collect for them, and those
that have taken a firm under their wing; then the week is added up. Source: docs/model.md, Protection, bought and sold.
"""

import numpy as np

from vraem.processes.groups import Rows, free_columns, rows_where, serving_columns, strength_equivalents
from vraem.processes.territory import mix_of
from vraem.processes.tolls import gunman_wage
from vraem.world import World
from vraem.world.clock import QUARTERS_A_YEAR, WEEKS_A_QUARTER
from vraem.world.organisation_tables import NO_ROW

WRITES: dict[str, tuple[str, ...]] = {
    "columns": ("fees", "escorts", "leaf_tax", "logging", "extortion", "wages", "takings"),
    "firms": ("capital",),
}
ON_THE_GROUND = ("leaf_tax", "logging", "extortion")
"""Sources that a column takes from those who live where it has control."""
SOURCES = ("fees", "escorts", *ON_THE_GROUND)
COCA_SOURCES = ("fees", "escorts", "leaf_tax")
LEAST_GROUND_SHARE = 0.1
"""No column hopes for more than ten times what it takes on the ground."""
TAKEN = {source: f"group_{source}" for source in (*SOURCES, "wages")}
"""The flow, and the weekly series, that a column's income of each source adds up to."""
COCA_SERIES = tuple(TAKEN[source] for source in COCA_SOURCES)
"""Series of the income that lives on coca and cocaine."""


def step(world: World) -> None:
    """Wages of columns in service, the part of hosted firms, and the sums of the week."""
    columns, flows = world.columns, world.flows
    count = columns.count
    columns.wages[:count] = columns.takings[:count] = 0.0
    if world.scenario.switches.null_model == "exogenous_fees":
        _take_exogenous_income(world)
    _pay_service(world, serving_columns(world))
    _host(world, rows_where(columns.hosted[:count] != NO_ROW))
    taken = np.add.reduce([columns.__dict__[source][:count] for source in TAKEN], axis=1)
    for total, amount in zip(TAKEN.values(), taken.tolist(), strict=True):
        setattr(flows, total, amount)


def _take_exogenous_income(world: World) -> None:
    """N2: coca income is a constant for each unit of control, whatever the economy does."""
    columns, burn, count = world.columns, world.burn_in, world.columns.count
    columns.fees[:count] = burn.coca_income * columns.territory[:count]
    world.flows.potential_protection += burn.coca_income * len(world.communities)


def _pay_service(world: World, rows: Rows) -> None:
    """A firm pays columns in its service as it would gunmen, while it has money; what they collect is the firm's.

    A gunman's wage for each armed member, and supporters' upkeep in proportion, as `columns.pay` counts them.
    """
    columns, firms, flows = world.columns, world.firms, world.flows
    for row in rows.tolist():
        firm = int(columns.service[row])
        wage = gunman_wage(world) * float(strength_equivalents(world, row)) * bool(firms.capital[firm] > 0.0)
        taken = sum(float(columns.__dict__[source][row]) for source in SOURCES)
        flows.firm_fees += float(columns.fees[row] + columns.escorts[row])
        flows.firm_leaf_tax += float(columns.leaf_tax[row])
        for source in SOURCES:
            columns.__dict__[source][row] = 0.0
        columns.wages[row], columns.takings[row] = wage, taken
        firms.capital[firm] += taken - wage
        flows.firm_takings += taken


def _host(world: World, rows: Rows) -> None:
    """A firm under a column's wing pays it a part of what the column takes; it counts among the escorts."""
    columns, firms, flows = world.columns, world.firms, world.flows
    for row in rows.tolist():
        gain = world.p.host_gain * sum(float(columns.__dict__[source][row]) for source in SOURCES)
        columns.escorts[row] += gain
        firms.capital[int(columns.hosted[row])] -= gain
        flows.transit_fees += gain


def coca_share(world: World, rows: Rows) -> float:
    """Share of what the columns `rows` collect this week that comes from coca and cocaine; the usual one of nothing."""
    return _share_of_income(world, rows, COCA_SOURCES, world.burn_in.drug_share)


def ground_share(world: World) -> float:
    """Share of what columns outside firms' service collect this week that they take on the ground, not on the way."""
    share = _share_of_income(world, free_columns(world), ON_THE_GROUND, world.burn_in.ground_share)
    return max(share, LEAST_GROUND_SHARE)


def _share_of_income(world: World, rows: Rows, sources: tuple[str, ...], usual: float) -> float:
    """Share of this week's income of the columns `rows` that comes from `sources`; the `usual` one of nothing."""
    columns = world.columns
    part, income = (
        sum(float(columns.__dict__[name][rows].sum()) for name in names) for names in (sources, SOURCES)
    )
    return part / income if income > 0.0 else usual


def prepare(world: World) -> None:
    """Expected income of a week at the start by source, so that pay and treasuries have a base."""
    columns, firms, p, count = world.columns, world.firms, world.p, world.columns.count
    communities, market = world.communities, world.market
    kg = firms.hcl_rate * firms.route_share
    columns.fees[:count] = (kg * firms.charged_share).ravel() @ columns.tolls[:, :count]
    columns.escorts[:count] = p.fee_escort * (kg * firms.escorted_share).ravel() @ columns.guards[:, :count]
    area = np.maximum(communities.coca_area, 0.0)
    leaf = market.leaf_a_week_base * (1.0 - p.leaf_loss_share) * area / area.sum()
    control = columns.control[:, :count]
    rows = np.arange(count)
    leaf_tax = (p.leaf_tax_share * leaf * communities.leaf_price) @ control
    columns.leaf_tax[:count] = leaf_tax * mix_of(world, "coca", rows)
    households = world.cohort_households.mean(axis=0) * world.households_per_row
    timber = p.logging_quota * p.logging_income * communities.forest * households
    columns.logging[:count] = (timber @ control) * mix_of(world, "logging", rows)
    licit = _licit_income(world)
    extorted = (p.extortion_rate * (licit + p.off_farm_income * households)) @ control
    columns.extortion[:count] = extorted * mix_of(world, "extortion", rows)
    if world.scenario.switches.null_model == "exogenous_fees":
        _fix_exogenous_income(world)


def _licit_income(world: World) -> np.ndarray:
    """Net income from coffee and cacao in a week of the start, by community (C,), USD."""
    growers, p = world.growers, world.p
    bearing = np.bincount(growers.community, growers.licit_bearing, len(world.communities))
    a_week = p.licit_net_margin / (QUARTERS_A_YEAR * WEEKS_A_QUARTER)
    return bearing * (a_week * world.households_per_row)


def _fix_exogenous_income(world: World) -> None:
    """N2: the drawn fees and shares, and the tax of the start, as an income for each unit of control."""
    columns, p, count = world.columns, world.p, world.columns.count
    carried = p.share_of_flow_charged * p.fee_transit + p.share_of_flow_escorted * p.fee_escort
    coca = carried * world.market.hcl_rate_base + float(columns.leaf_tax[:count].sum())
    world.burn_in.coca_income = coca / max(float(columns.territory[:count].sum()), 1e-9)
    columns.leaf_tax[:count] = 0.0
    _take_exogenous_income(world)
