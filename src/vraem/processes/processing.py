"""Processing of leaf to paste and of paste to cocaine hydrochloride, and the firms' stocks (C6).

Firms process more than their normal capacity when leaf is cheap (elasticity of their demand), less when their
stores of the product fill. Leaf, paste and product are kept apart and balance exactly.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR

FULL_GROWTH_MARKDOWN = 0.30
"""Markdown from which capacity grows at its full rate (parameter table)."""
MEMORY_WEEKS = 12.0
SHORTEST_SPAN = 0.01
"""Months of stock between full and no purchases, at least; the two parameters may meet."""


def step(world: World) -> None:
    """Turn leaf into paste and paste into hydrochloride, firm by firm."""
    firms, flows, p, market = world.firms, world.flows, world.p, world.market
    growth = p.processing_capacity_growth * min(max(market.markdown, 0.0) / FULL_GROWTH_MARKDOWN, 1.0)
    firms.capacity *= 1.0 + growth / WEEKS_A_YEAR
    stretch = ((1.0 - p.buyer_markdown) / (1.0 - market.markdown)) ** p.leaf_demand_elasticity
    leaf = np.minimum(firms.leaf_stock, firms.capacity * stretch * stock_factor(world))
    firms.leaf_stock -= leaf

    paste = leaf * (p.paste_per_kg_hcl / p.leaf_per_kg_hcl)
    firms.paste_stock += paste
    used = firms.paste_stock * p.paste_conversion
    firms.paste_stock -= used
    hcl = used / p.paste_per_kg_hcl
    firms.hcl_stock += hcl
    firms.hcl_rate += (hcl - firms.hcl_rate) / MEMORY_WEEKS

    paste_cost = p.processing_cost * p.paste_cost_share / p.paste_per_kg_hcl
    cost = paste * paste_cost + hcl * (p.processing_cost * (1.0 - p.paste_cost_share))
    firms.capital -= cost
    flows.processing_cost = float(np.add.reduce(cost))
    flows.leaf_processed = float(np.add.reduce(leaf))
    flows.paste_made = float(np.add.reduce(paste))
    flows.paste_used = float(np.add.reduce(used))
    flows.hcl_made = float(np.add.reduce(hcl))
    market.hcl_rate += (flows.hcl_made - market.hcl_rate) / MEMORY_WEEKS


def stock_factor(world: World) -> NDArray[np.float64]:
    """Willingness to buy and process, by firm (F,): 1 at a normal stock of product, 0 at the limit."""
    p = world.p
    span = max(p.stock_limit - p.normal_stock, SHORTEST_SPAN)
    factor: NDArray[np.float64] = (p.stock_limit - stock_months(world)) / span
    np.maximum(factor, 0.0, out=factor)
    np.minimum(factor, 1.0, out=factor)
    return factor


def stock_months(world: World) -> NDArray[np.float64]:
    """Product in store over a month's output, by firm (F,)."""
    firms = world.firms
    monthly = np.maximum(firms.hcl_rate * WEEKS_A_MONTH, 1e-9)
    months: NDArray[np.float64] = firms.hcl_stock / monthly
    return months
