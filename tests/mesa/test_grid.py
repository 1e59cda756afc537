"""The grid: Mesa's, with the valley's layers as they are now."""

from typing import Any

import numpy as np
import pytest
from mesa.discrete_space import OrthogonalMooreGrid

from vraem.mesa_grid import LAYERS
from vraem.valley import COLS, ROWS


def test_the_grid_lies_as_the_valley_with_y_from_the_south(make: Any) -> None:
    model = make()
    grid, valley = model.grid, model.world.valley
    assert isinstance(grid, OrthogonalMooreGrid)
    assert (grid.width, grid.height) == (COLS, ROWS) == (101, 133)
    for col, row in ((0, 0), (50, 20), (100, 132)):
        assert grid[col, ROWS - 1 - row].elevation == valley.grid.elevation_m[row, col]
        assert grid.elevation.data[col, ROWS - 1 - row] == valley.grid.elevation_m[row, col]


def test_moving_layers_show_the_world_as_it_is_now(make: Any) -> None:
    model = make()
    grower = model.growers.sort("coca_area")[0]
    cell, layer = grower.cell, model.grid.coca_area
    before, community = cell.coca_area, model.world.communities.coca_area
    assert before == community[grower.community]
    ha = grower.eradicate() * model.world.households_per_row
    assert cell.coca_area == pytest.approx(before - ha)
    assert layer.data[cell.coordinate] == pytest.approx(before - ha)
    assert layer.aggregate(np.sum) == pytest.approx(community.sum())
    model.step()
    assert layer.data.sum() == pytest.approx(model.world.communities.coca_area.sum())
    assert len(layer.select_cells(lambda data: data > 0)) <= len(community)


def test_layers_are_read_only(make: Any) -> None:
    grid = make().grid
    with pytest.raises(AttributeError, match="read-only"):
        grid.coca_area.data = 0
    with pytest.raises(AttributeError, match="read-only"):
        grid.coca_area.set_cells(0)
    with pytest.raises(AttributeError, match="read-only"):
        grid[3, 3].elevation = 5
    with pytest.raises(ValueError, match="read-only"):
        grid.coca_area.data[0, 0] = 1


def test_every_layer_has_unit_and_meaning_and_the_shape_of_the_grid(make: Any) -> None:
    grid = make().grid
    for declared in LAYERS:
        layer = getattr(grid, declared.name)
        assert layer.data.shape == (COLS, ROWS)
        assert layer.unit
        assert layer.meaning
    assert grid.households.data.sum() == pytest.approx(40_000, rel=0.01)


def test_agents_are_in_their_cells(make: Any) -> None:
    model = make()
    grid = model.grid
    counted = sum(len(cell.agents) for cell in grid.all_cells)
    assert counted == len(model.agents)
    assert all(agent in agent.cell.agents for agent in (*model.growers[::500], *model.traffickers))
    assert not model.growers[0].cell.empty
    assert grid.select_cells(conditions={"households": lambda h: h > 0}, only_empty=False)


def test_neighbourhoods_are_those_of_mesa(make: Any) -> None:
    grid = make().grid
    for radius in (1, 2, 3):
        assert len(grid[50, 50].get_neighborhood(radius)) == (2 * radius + 1) ** 2 - 1
    assert len(grid[0, 0].neighborhood) == 3
    assert len(grid[50, 50].get_neighborhood(1, include_center=True)) == 9
    mask = grid.get_neighborhood_mask((50, 50), radius=2)
    assert mask.sum() == 25
