"""Sale of leaf at last week's price, to the legal buyer up to its quota and to the firms' collectors.

Source: docs/model.md, Growers; the legal market takes about a tenth of Peru's leaf, little of it
from this valley. Columns take their tax at the sale, by their share of control (B1). Reads leaf picked, prices, control
and the buyers' shares; writes the firms' leaf and capital and the columns' tax.
"""

import numpy as np

from vraem.processes.territory import taking_share
from vraem.world import World


def step(world: World) -> None:
    """Sell all leaf kept this week; what one pays is what the other receives."""
    communities, firms, flows, columns = world.communities, world.firms, world.flows, world.columns
    leaf = communities.leaf_kept
    total = float(np.add.reduce(leaf))
    columns.leaf_tax[: columns.count] = 0.0
    if total <= 0.0:
        return
    quota = world.p.legal_leaf_share * world.market.leaf_a_week_base
    legal_share = min(quota / total, 1.0)

    value = leaf * communities.leaf_price
    gross = float(np.add.reduce(value))
    flows.leaf_tax = float(value @ communities.leaf_tax)
    flows.predation_loss = float(value @ communities.predation)
    flows.leaf_income = gross - flows.leaf_tax - flows.predation_loss
    flows.potential_protection += world.p.leaf_tax_share * gross
    if world.scenario.switches.null_model != "exogenous_fees":  # there the tax feeds nobody
        columns.leaf_tax[: columns.count] = flows.leaf_tax * taking_share(world, "coca")
    flows.leaf_price_paid = gross / total
    flows.leaf_sold_legal = total * legal_share
    flows.leaf_sold_firms = total - flows.leaf_sold_legal
    flows.leaf_paid_by_legal_buyer = gross * legal_share

    bought = communities.purchase_share @ leaf
    paid = communities.purchase_share @ value
    firms.leaf_stock += bought * (flows.leaf_sold_firms / float(np.add.reduce(bought)))
    if gross <= 0.0:
        return  # leaf that is worth nothing where it grows is given away
    payment = paid * ((gross - flows.leaf_paid_by_legal_buyer) / float(np.add.reduce(paid)))
    firms.capital -= payment
    flows.leaf_paid_by_firms = float(np.add.reduce(payment))
