"""C6: what buyers reckon as the supply of leaf, and what it does to the price."""

import warnings
from datetime import date

import numpy as np
import pytest

import vraem
from vraem.processes import contracts, farming
from vraem.processes.farming import MEMORY_WEEKS
from vraem.valley import ROUTES
from vraem.world.state import Flows

GLUT_END = date(2023, 3, 26)


@pytest.mark.parametrize("weight", [0.4, 0.9])
def test_leaf_left_on_the_bush_counts_in_part_as_supply(weight: float):
    scenario = vraem.load("baseline").with_(
        {"run.households": 400, "parameters.unpicked_leaf_weight": weight}
    )
    world = vraem.new_world(scenario, 1)
    world.market.leaf_price = 0.3 * world.market.leaf_price_base
    world.communities.leaf_price[:] = world.market.leaf_price
    before = world.market.leaf_within_reach
    farming.step(world)
    flows = world.flows
    assert flows.leaf_unpicked > 0.0
    within = flows.leaf_picked + weight * flows.leaf_unpicked
    assert world.market.leaf_within_reach == pytest.approx(before + (within - before) / MEMORY_WEEKS)


def test_nobody_picks_where_hands_cost_far_more_than_leaf_brings_and_nothing_overflows():
    world = vraem.new_world(vraem.load("baseline").with_({"run.households": 400}), 1)
    world.communities.leaf_price[:] = 0.0
    world.market.wage_index = 1000.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        farming.step(world)
    assert world.flows.leaf_grown > 0.0
    assert world.flows.leaf_picked == 0.0


def test_the_price_comes_back_sooner_the_less_unpicked_leaf_weighs():
    def markdown(weight: float) -> float:
        changes = {"run.households": 400, "run.end": GLUT_END, "parameters.unpicked_leaf_weight": weight}
        run = vraem.run(vraem.load("baseline").with_(changes), seed=1)
        return float(run["buyer_markdown"][-13:].mean())

    assert markdown(0.4) < markdown(0.9) - 0.1


def test_firms_with_less_than_a_load_in_store_send_what_they_wish_by_every_route():
    world = vraem.new_world(vraem.load("history", ["run.households=400"]), 1)
    wish = np.full((len(ROUTES), len(world.firms)), 4.0)
    sent = np.zeros(len(ROUTES))
    weeks = 120
    for week in range(weeks):
        world.week, world.flows = week, Flows()
        world.firms.hcl_stock[:] = 40.0  # below a load of every route but that on foot
        world.flows.capacity = [1e6] * len(ROUTES)
        contracts._send_loads(world, wish, wish.sum(axis=1))
        sent += world.flows.hcl_shipped
    assert sent.min() > 0.9 * sent.max()
    assert sent.sum() > 0.8 * weeks * wish.sum()  # two loads in a week may be more than the store holds
