"""Set the columns of the core beside the objects of the twin."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vraem.valley import ROUTES
from vraem.world import World

from .valley_twin import ValleyTwin

TOLERANCE = 1e-4
"""Largest difference, over the larger of the value and the column's typical size; the core is in float32."""

GROWER_COLUMNS = {
    "coca_area": "coca_area",
    "coca_young": "young_area",
    "coca_bearing": "bearing_area",
    "coca_old": "old_area",
    "coca_old_bearing": "old_bearing",
    "coca_peak": "peak_area",
    "licit_area": "licit_area",
    "licit_bearing": "licit_bearing",
    "cash": "cash",
    "price_expectation": "price_expectation",
    "risk_events": "risk_events",
    "risk_quiet": "risk_quiet",
    "eradicated_share": "eradicated_share",
    "coca_income": "coca_income",
    "licit_income": "licit_income",
    "logging_income": "logging_income",
    "off_farm_income": "off_farm_income",
}
COMMUNITY_COLUMNS = (
    "leaf_price",
    "price_factor",
    "haul_discount",
    "leaf_kept",
    "harvested_share",
    "coca_area",
    "growing_share",
    "eradication_news",
    "assisted_share",
    "forest",
)
FIRM_COLUMNS = (
    *("capacity", "capital", "leaf_stock", "paste_stock", "hcl_stock", "hcl_rate"),
    *("protection", "protector", "fee", "gunmen", "gunmen_from", "bribe_share", "shield", "security_cost"),
)
FIRM_ROUTE_COLUMNS = {
    **{name: name for name in ("route_share", "seized_memory", "passed_memory", "risk_belief", "fee_cost")},
    "charged_share": "charged",
    "escorted_share": "escorted",
}
LOAD_COLUMNS = {
    "load": "kg",
    "progress": "progress",
    "cell": "cell",
    "status": "status",
    "seizure_chance": "seizure_chance",
}
ROUTE_SCALARS = ("shadow_price", "capacity", "flow_share")


def differences(world: World, twin: ValleyTwin, tolerance: float = TOLERANCE) -> Iterator[str]:
    """One line for each column in which core and twin differ by more than `tolerance`."""
    for name, core, other in _pairs(world, twin):
        core, other = np.asarray(core, dtype=float), np.asarray(other, dtype=float)
        line = _difference(name, core, other, _typical_size(name, core, world), tolerance)
        if line:
            yield f"week {world.week}: {line}"


def _pairs(world: World, twin: ValleyTwin) -> Iterator[tuple[str, NDArray, list]]:
    for column, attribute in GROWER_COLUMNS.items():
        yield (
            f"growers.{column}",
            getattr(world.growers, column),
            [getattr(h, attribute) for h in twin.growers.households],
        )
    for column in COMMUNITY_COLUMNS:
        yield (
            f"communities.{column}",
            getattr(world.communities, column),
            [getattr(c, column) for c in twin.communities],
        )
    for column in FIRM_COLUMNS:
        yield f"firms.{column}", getattr(world.firms, column), [getattr(f, column) for f in twin.firms]
    for column, attribute in FIRM_ROUTE_COLUMNS.items():
        yield (
            f"firms.{column}",
            getattr(world.firms, column),
            _by_route([getattr(f, attribute) for f in twin.firms]),
        )
    for column, other in twin.protectors.income.items():
        yield f"columns.{column}", world.columns.rows_in_use(column)[: len(other)], other
    yield (
        "communities.purchase_share",
        world.communities.purchase_share,
        [f.purchase_share for f in twin.firms],
    )
    for column, attribute in LOAD_COLUMNS.items():
        yield (
            f"shipments.{column}",
            world.shipments.rows_in_use(column),
            [getattr(x, attribute) for x in twin.loads],
        )
    yield "shipments.firm", world.shipments.rows_in_use("firm"), [x.firm.number for x in twin.loads]
    yield "shipments.route", world.shipments.rows_in_use("route"), [x.route.number for x in twin.loads]
    for name in twin.market.__slots__:
        yield f"market.{name}", [getattr(world.market, name)], [getattr(twin.market, name)]
    for name in ROUTE_SCALARS:
        yield f"market.{name}", getattr(world.market, name), [getattr(r, name) for r in twin.routes]
    for name in ("shipped", "exported", "seized"):
        yield (
            f"flows.hcl_{name}",
            getattr(world.flows, f"hcl_{name}"),
            [getattr(r, name) for r in twin.routes],
        )
    flows, trade, sums = world.flows, twin.trade, twin.growers.flows
    yield (
        "flows of leaf",
        *_columns(
            (flows.leaf_grown, sums.leaf_grown),
            (flows.leaf_picked, sums.leaf_picked),
            (flows.leaf_sold_legal, trade.sold_legal),
            (flows.leaf_sold_firms, trade.sold_firms),
            (flows.leaf_processed, trade.leaf_processed),
        ),
    )
    yield (
        "flows of product",
        *_columns((flows.paste_made, trade.paste_made), (flows.hcl_made, trade.hcl_made)),
    )
    yield (
        "flows of land",
        *_columns(
            (flows.planted, sums.planted),
            (flows.abandoned, sums.abandoned),
            (flows.converted, sums.converted),
            (flows.eradicated, sums.eradicated),
        ),
    )
    yield (
        "flows of money",
        *_columns(
            (flows.leaf_tax, trade.tax),
            (flows.leaf_income, trade.leaf_income),
            (flows.predation_loss, trade.stolen),
            (flows.leaf_paid_by_firms, trade.paid_by_firms),
            (flows.processing_cost, trade.processing_cost),
            (flows.harvest_cost, sums.harvest_cost),
        ),
    )


def _typical_size(name: str, core: NDArray, world: World) -> float:
    """Size against which small values are measured: what is left of large flows errs as the flows do."""
    if name == "firms.leaf_stock":
        return float(world.firms.capacity.mean())
    if name.startswith("flows.hcl_"):  # a week's only load may be the small rest of a stock of many
        core = world.shipments.rows_in_use("load")
    if name == "growers.risk_events":
        return 1.0  # the weight of the prior's one event
    if name == "market.shadow_price":
        return float(world.p.capacity_shadow_price)
    return float(np.abs(core).mean()) if core.size else 0.0


def _columns(*pairs: tuple[float, float]) -> tuple[list[float], list[float]]:
    return [core for core, _ in pairs], [other for _, other in pairs]


def _by_route(rows: list[list[float]]) -> list[list[float]]:
    return [[row[route] for row in rows] for route in range(len(ROUTES))]


def _difference(name: str, core: NDArray, other: NDArray, typical: float, tolerance: float) -> str:
    if core.shape != other.shape:
        return f"{name}: {core.shape} in the core, {other.shape} in the twin"
    if not core.size:
        return ""
    error = np.abs(core - other) / np.maximum(np.maximum(np.abs(core), typical), 1e-6)
    worst = np.unravel_index(int(error.argmax()), error.shape)
    if error[worst] <= tolerance:
        return ""
    place = ", ".join(str(int(index)) for index in worst)
    return f"{name}[{place}]: {core[worst]:.7g} in the core, {other[worst]:.7g} in the twin"
