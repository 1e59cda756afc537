"""Firms and their trade as plain objects: leaf sale, processing and prices (C6), one function a rule."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR

if TYPE_CHECKING:
    from vraem.scenario import Parameters

    from .growers import Community
    from .growers_model import MarketScalars

MEMORY_WEEKS = 12.0
FULL_GROWTH_MARKDOWN = 0.30
LOWEST_PRICE_SHARE = 0.02
SHORTEST_SPAN = 0.01
ROUTES = 5


@dataclass(slots=True, eq=False)
class Firm:
    """A trafficking firm; stocks in kg, capital in USD, lists by route; `tolls` and `guards` by route and column."""

    number: int
    base: int
    capacity: float
    capital: float
    leaf_stock: float
    paste_stock: float
    hcl_stock: float
    hcl_rate: float
    purchase_share: list[float]
    route_share: list[float]
    seized_memory: list[float]
    passed_memory: list[float]
    risk_belief: list[float]
    protection: int
    protector: int
    fee: float
    gunmen: float
    gunmen_from: int
    bribe_share: float
    shield: float
    charged: list[float]
    escorted: list[float]
    fee_cost: list[float]
    tolls: list[dict[int, float]] = field(default_factory=lambda: [{} for _ in range(ROUTES)])
    guards: list[dict[int, float]] = field(default_factory=lambda: [{} for _ in range(ROUTES)])
    security_cost: float = 0.0


@dataclass(slots=True)
class Trade:
    """What was bought, made and paid this week, in the whole valley."""

    sold_legal: float = 0.0
    sold_firms: float = 0.0
    tax: float = 0.0
    stolen: float = 0.0
    leaf_income: float = 0.0
    paid_by_firms: float = 0.0
    leaf_processed: float = 0.0
    paste_made: float = 0.0
    hcl_made: float = 0.0
    processing_cost: float = 0.0


def willingness(firm: Firm, p: "Parameters") -> float:
    """C6: 1 at a normal stock of product, 0 at the limit."""
    months = firm.hcl_stock / max(firm.hcl_rate * WEEKS_A_MONTH, 1e-9)
    span = max(p.stock_limit - p.normal_stock, SHORTEST_SPAN)
    return min(max((p.stock_limit - months) / span, 0.0), 1.0)


def sell_leaf(
    communities: list["Community"], firms: list[Firm], trade: Trade, market: "MarketScalars", p: "Parameters"
) -> None:
    """All leaf kept is sold at last week's price: to the legal buyer up to its quota, else to the firms."""
    total = sum(community.leaf_kept for community in communities)
    if total <= 0.0:
        return
    legal_share = min(p.legal_leaf_share * market.leaf_a_week_base / total, 1.0)
    for community in communities:
        if community.leaf_kept <= 0.0:
            continue
        value = community.leaf_kept * community.leaf_price
        trade.tax += value * community.leaf_tax
        trade.stolen += value * community.predation
        trade.leaf_income += value * (1.0 - community.leaf_tax - community.predation)
        trade.sold_legal += community.leaf_kept * legal_share
        trade.sold_firms += community.leaf_kept * (1.0 - legal_share)
        for firm in firms:
            share = firm.purchase_share[community.number] * (1.0 - legal_share)
            firm.leaf_stock += share * community.leaf_kept
            firm.capital -= share * value
            trade.paid_by_firms += share * value


def process_leaf(firm: Firm, trade: Trade, market: "MarketScalars", p: "Parameters") -> None:
    """Leaf to paste and paste to hydrochloride, more than the normal capacity when leaf is cheap."""
    growth = p.processing_capacity_growth * min(max(market.markdown, 0.0) / FULL_GROWTH_MARKDOWN, 1.0)
    firm.capacity *= 1.0 + growth / WEEKS_A_YEAR
    stretch = ((1.0 - p.buyer_markdown) / (1.0 - market.markdown)) ** p.leaf_demand_elasticity
    leaf = min(firm.leaf_stock, firm.capacity * stretch * willingness(firm, p))
    firm.leaf_stock -= leaf
    paste = leaf * p.paste_per_kg_hcl / p.leaf_per_kg_hcl
    firm.paste_stock += paste
    used = firm.paste_stock * p.paste_conversion
    firm.paste_stock -= used
    hcl = used / p.paste_per_kg_hcl
    firm.hcl_stock += hcl
    firm.hcl_rate += (hcl - firm.hcl_rate) / MEMORY_WEEKS
    cost_of_paste = paste / p.paste_per_kg_hcl * p.processing_cost * p.paste_cost_share
    cost_of_hcl = hcl * p.processing_cost * (1.0 - p.paste_cost_share)
    firm.capital -= cost_of_paste + cost_of_hcl
    trade.leaf_processed += leaf
    trade.paste_made += paste
    trade.hcl_made += hcl
    trade.processing_cost += cost_of_paste + cost_of_hcl


def set_prices(
    firms: list[Firm],
    communities: list["Community"],
    market: "MarketScalars",
    border_price: float,
    transport_cost: float,
    p: "Parameters",
) -> None:
    """C6: the price of the product, the buyers' markdown, the price of leaf, then the local prices."""
    market.transport_cost = transport_cost
    market.hcl_price += p.price_adjust_hcl * (hcl_target(firms, market, border_price, p) - market.hcl_price)
    gap = markdown_target(firms, market, p) - market.markdown
    market.markdown += gap * (p.markdown_adjust if gap > 0.0 else p.markdown_recovery)
    market.leaf_price += p.price_adjust_leaf * (leaf_target(market, p) - market.leaf_price)
    rest_of_processing = p.processing_cost * (1.0 - p.paste_cost_share)
    market.paste_price = max(market.hcl_price - rest_of_processing, 0.0) / p.paste_per_kg_hcl
    market.wage_index = (market.leaf_price / market.leaf_price_base) ** p.piece_wage_price_elasticity
    for community in communities:
        local = market.leaf_price * community.price_factor - community.haul_discount
        community.leaf_price = max(local, 0.0)


def hcl_target(firms: list[Firm], market: "MarketScalars", border_price: float, p: "Parameters") -> float:
    """P_HCl = P0·X·(Q/Q0)^(−1/ε)·exp(−θ·excess stock) − (T − T0)."""
    months = sum(firm.hcl_stock for firm in firms) / max(market.hcl_rate * WEEKS_A_MONTH, 1e-9)
    glut = math.exp(-p.stock_discount * max(months - p.normal_stock, 0.0))
    supply = (max(market.hcl_rate, 1e-9) / market.hcl_rate_base) ** (-1.0 / p.demand_elasticity)
    target = p.hcl_price_base * border_price * supply * glut
    target -= market.transport_cost - market.transport_cost_base
    return max(target, LOWEST_PRICE_SHARE * p.hcl_price_base)


def markdown_target(firms: list[Firm], market: "MarketScalars", p: "Parameters") -> float:
    """1 − m = (1 − m0)·min(D/S, 1)^(1/η), D the capacity of willing firms, S the leaf within reach."""
    demand = sum(firm.capacity * willingness(firm, p) for firm in firms)
    ratio = min(demand / max(market.leaf_within_reach, 1e-9), 1.0)
    return 1.0 - (1.0 - p.buyer_markdown) * ratio ** (1.0 / p.leaf_demand_elasticity)


def leaf_target(market: "MarketScalars", p: "Parameters") -> float:
    """P_leaf = (P_HCl − processing)/k · (1 − m)."""
    margin = (market.hcl_price - p.processing_cost) / p.leaf_per_kg_hcl
    return max(margin * (1.0 - market.markdown), LOWEST_PRICE_SHARE * p.hcl_price_base / p.leaf_per_kg_hcl)
