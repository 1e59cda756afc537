"""Rounding never leaves less than nothing, what is too small to keep leaves every book, and ties are settled."""

import ast
from pathlib import Path

import numpy as np
import pytest

import vraem
from vraem import engine
from vraem.world import World
from vraem.world.presence import nearest_communities


def world_of(households: int = 3000) -> World:
    return vraem.new_world(vraem.load("history", [f"run.households={households}"]), 5)


def step(world: World, name: str) -> None:
    next(process for process in engine.SCHEDULE if process.name == name).step(world)


@pytest.mark.parametrize("cost", [1950.0, 1733.3, 877.7])
def test_nobody_pays_more_for_new_plots_than_it_has(cost: float):
    world = world_of()
    world.p = world.p.replace(coca_establishment_cost=cost, licit_establishment_cost=cost)
    growers = world.growers
    growers.land[:] = 400.0  # so much free land that cash is what limits planting
    for week in range(39):
        world.week = week
        growers.cash[:] = np.linspace(1.0, 6000.0, len(growers))
        step(world, "planting")
        poorest = float(growers.cash.min())
        assert poorest >= 0.0


def test_no_firm_sends_more_than_it_has():
    world = world_of()
    world.p = world.p.replace(stock_release=0.5)
    world.routes = world.routes._replace(load=np.array([33.625, 17.172, 21.3, 29.7, 41.9]))
    share = np.linspace(0.7, 2.1, len(world.firms))
    for week in range(400):
        world.week = week
        world.firms.hcl_stock[:] = share * (19.3 + 0.37 * (week % 100))
        step(world, "contracts")
        least = float(world.firms.hcl_stock.min())
        assert least >= 0.0


@pytest.mark.parametrize("left_over", [5e-4, 9e-4])
def test_plots_too_small_to_keep_leave_the_books_of_the_community_as_well(left_over: float):
    world = world_of()
    growers, communities = world.growers, world.communities
    growers.land[:] = growers.coca_area * (1.0 - left_over) / world.p.land_adjust_share
    for week in range(39):
        world.week = week
        step(world, "planting")
    standing = np.bincount(growers.community, growers.coca_area, len(communities)) * world.households_per_row
    assert (growers.coca_area == 0.0).sum() > growers.never_grows.sum()
    assert standing == pytest.approx(communities.coca_area, abs=1e-5 * standing.max())


def test_ties_fall_alike_on_every_processor():
    """NumPy's default sort leaves the order of equal values to the processor; a partition has no other form."""
    unstable = []
    for file in sorted(Path(vraem.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "attr", "")
            stable = name == "argsort" and any(word.arg == "kind" for word in node.keywords)
            if name in ("argsort", "argpartition") and not stable:
                unstable.append(f"{file.name}:{node.lineno}")
    assert unstable == []


def test_of_places_equally_near_the_first_is_taken():
    class Square:
        community_hours = np.array([[0, 2, 1, 1], [2, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]], dtype=np.float32)

    assert nearest_communities(Square(), 2).tolist() == [[0, 2], [1, 2], [2, 0], [3, 0]]
