"""C6: weekly prices of hydrochloride, paste and leaf.

Monthly damped clearing cannot make the shock of 2020, so prices adjust weekly. The leaf price is what the
product leaves after processing and carriage, less a markdown that moves slowly with buyers' capacity over the leaf
within their reach: what growers pick, and part of what they leave on the bush. That is why leaf falls more than in
proportion, and more so in slow shocks than in fast ones, and why it comes back when little is picked.
"""

import numpy as np

from vraem.processes.processing import stock_factor
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH

LOWEST_PRICE_SHARE = 0.02
"""Floor of the prices as a share of the base price of hydrochloride; keeps them positive in any draw."""


def prepare(world: World) -> None:
    """First prices: the rules at rest, at the driver of the first week."""
    p, market = world.p, world.market
    market.transport_cost_base = market.transport_cost = transport_cost(world)
    market.hcl_price = p.hcl_price_base * world.flows.border_price_index
    market.markdown = p.buyer_markdown
    market.leaf_price = market.leaf_price_base = _leaf_target(world)
    market.paste_price = _paste_price(world)
    _set_local_prices(world)


def step(world: World) -> None:
    """Move the prices of hydrochloride, leaf and paste, then the leaf price of every community."""
    p, market, flows = world.p, world.market, world.flows
    market.transport_cost = transport_cost(world)
    stock = float(np.add.reduce(world.firms.hcl_stock)) / max(market.hcl_rate * WEEKS_A_MONTH, 1e-9)
    glut = np.exp(-p.stock_discount * max(stock - p.normal_stock, 0.0))
    supply = (max(market.hcl_rate, 1e-9) / market.hcl_rate_base) ** (-1.0 / p.demand_elasticity)
    target = p.hcl_price_base * flows.border_price_index * supply * glut
    target -= market.transport_cost - market.transport_cost_base
    floor = LOWEST_PRICE_SHARE * p.hcl_price_base
    market.hcl_price += p.price_adjust_hcl * (max(float(target), floor) - market.hcl_price)

    wanted = float(world.firms.capacity @ stock_factor(world)) / max(market.leaf_within_reach, 1e-9)
    kept = (1.0 - p.buyer_markdown) * min(wanted, 1.0) ** (1.0 / p.leaf_demand_elasticity)
    gap = (1.0 - kept) - market.markdown
    # buyers bid against each other at once when leaf runs short; they learn to pay less only slowly
    market.markdown += (p.markdown_adjust if gap > 0.0 else p.markdown_recovery) * gap
    market.leaf_price += p.price_adjust_leaf * (_leaf_target(world) - market.leaf_price)
    market.paste_price = _paste_price(world)
    market.wage_index = (market.leaf_price / market.leaf_price_base) ** p.piece_wage_price_elasticity
    _set_local_prices(world)


def transport_cost(world: World) -> float:
    """T: flow-weighted cash cost, fees, expected loss and shadow price of the routes, USD/kg."""
    routes, market, firms = world.routes, world.market, world.firms
    factor = world.inputs.cost_factor[world.week]
    count, index = len(firms), world.flows.border_price_index
    cash, value = routes.cash_cost.tolist(), routes.value.tolist()
    risk = np.add.reduce(firms.risk_belief, axis=1).tolist()
    fees = np.add.reduce(firms.fee_cost, axis=1).tolist()
    other = [loss / count * value[r] * index + fees[r] / count for r, loss in enumerate(risk)]
    return sum(
        share * (cash[r] * factor[r] + other[r] + market.shadow_price[r])
        for r, share in enumerate(market.flow_share)
    )


def _leaf_target(world: World) -> float:
    """Leaf price to which the market tends, USD/kg."""
    p, market = world.p, world.market
    margin = (market.hcl_price - p.processing_cost) / p.leaf_per_kg_hcl
    floor = LOWEST_PRICE_SHARE * p.hcl_price_base / p.leaf_per_kg_hcl
    return max(margin * (1.0 - market.markdown), floor)


def _paste_price(world: World) -> float:
    """Price of paste: what the product leaves after the second half of processing, USD/kg."""
    p = world.p
    rest = p.processing_cost * (1.0 - p.paste_cost_share)
    return max(world.market.hcl_price - rest, 0.0) / p.paste_per_kg_hcl


def _set_local_prices(world: World) -> None:
    communities = world.communities
    local = world.market.leaf_price * communities.price_factor - communities.haul_discount
    np.maximum(local, 0.0, out=communities.leaf_price)
