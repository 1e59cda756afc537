"""The rest of Peru: one aggregate producer, so that displacement and the national share exist (C6).

Logistic growth towards the land of the known zones (a dated driver), less a share of national eradication.
When the valley supplies less, the price it leaves draws more land into use elsewhere, and the reverse.
"""

from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR


def step(world: World) -> None:
    """One week of growth and eradication of coca outside the valley."""
    p, market, week = world.p, world.market, world.week
    valley_supply = max(market.hcl_rate, 1e-9) / market.hcl_rate_base
    pull = valley_supply ** (-p.rest_price_elasticity / p.demand_elasticity)
    limit = max(world.inputs.rest_frontier[week] * pull, 1.0)
    growth = p.rest_area_growth * market.rest_area * (1.0 - market.rest_area / limit)
    removed = p.rest_eradication_effect * world.inputs.national_eradication[week]
    market.rest_area = max(market.rest_area + (growth - removed) / WEEKS_A_YEAR, 0.0)
