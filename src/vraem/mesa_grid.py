"""The valley as a grid of Mesa: cells of 2 km with property layers, x from the west, y from the south."""

import copyreg
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from mesa.discrete_space import Cell, CellCollection, OrthogonalMooreGrid, PropertyLayer
from numpy.typing import NDArray

from vraem.mesa_rows import Population, RowAgent, Rows, coordinate
from vraem.valley import COLS, ROWS
from vraem.world import World

if TYPE_CHECKING:
    from vraem.model import Model


class Layer(NamedTuple):
    """A property of the cells: `read(world)` gives the map [row, col]; `moves` if it changes in a run."""

    name: str
    unit: str
    meaning: str
    moves: bool
    read: Callable[[World], NDArray[Any]]


def _place(name: str) -> Callable[[World], NDArray[Any]]:
    return lambda world: getattr(world.valley.grid, name)


def _local(name: str) -> Callable[[World], NDArray[Any]]:
    return lambda world: _on_map(world, getattr(world.communities, name), 0.0)


def _on_map(world: World, values: NDArray[Any], elsewhere: float) -> NDArray[Any]:
    """Values by community as a map; `elsewhere` where nobody lives."""
    places = world.valley.communities
    board = np.full((ROWS, COLS), elsewhere, dtype=values.dtype)
    board[places.row, places.col] = values
    return board


def _communities(world: World) -> NDArray[Any]:
    return _on_map(world, np.arange(len(world.communities)), -1)


def _households(world: World) -> NDArray[Any]:
    counted = np.bincount(world.growers.community, minlength=len(world.communities))
    return _on_map(world, counted * world.households_per_row, 0.0)


LAYERS: tuple[Layer, ...] = (
    Layer("elevation", "m", "mean height of the cell", False, _place("elevation_m")),
    Layer("relief", "m", "highest less lowest height over 6 km", False, _place("relief_m")),
    Layer("suitability", "share", "share of the best coca land that the cell offers", False,
          _place("suitability")),
    Layer("forest_at_start", "share", "forest at the start of a run", False, _place("forest_share")),
    Layer("district", "number", "row of the districts table plus one; 0 outside", False,
          _place("district_id")),
    Layer("river", "code", "0 none, then apurimac, ene, tambo, mantaro, …", False, _place("river")),
    Layer("road", "code", "0 none, 1 trail, 2 unpaved, 3 paved", False, _place("road")),
    Layer("community", "number", "community of the cell; -1 where there is none", False, _communities),
    Layer("households", "households", "farm households", False, _households),
    Layer("coca_area", "ha", "coca of all ages", True, _local("coca_area")),
    Layer("leaf_price", "USD/kg", "price of dry leaf; 0 where nobody lives", True, _local("leaf_price")),
    Layer("growing_share", "share", "households with coca, here and nearby", True, _local("growing_share")),
    Layer("eradication_news", "share", "coca near here eradicated lately", True, _local("eradication_news")),
    Layer("assisted_share", "share", "households under alternative development", True,
          _local("assisted_share")),
)  # fmt: skip
"""The property layers of `Model.grid`."""


class ValleyLayer(PropertyLayer):
    """A layer that reads the world whenever it is looked at. Read-only: the world is changed through agents."""

    def __init__(self, layer: Layer, model: "Model") -> None:
        self.name, self.dimensions = layer.name, (COLS, ROWS)
        self.unit, self.meaning, self.moves = layer.unit, layer.meaning, layer.moves
        self._read = layer.read
        # a strong reference would keep every model alive: Mesa files the cells' class in a table for good
        self._model = weakref.ref(model)
        self._board = np.array(self._now(model))

    @property
    def data(self) -> NDArray[Any]:
        """Values by [x, y], (101, 133), as they are now; read-only, the same array each time."""
        model = self._model()
        if self.moves and model is not None:
            self._board[:] = self._now(model)
        view = self._board.view()
        view.flags.writeable = False
        return view

    @data.setter
    def data(self, value: Any) -> None:
        raise AttributeError(f"the layer {self.name!r} shows the world and is read-only; change it by agents")

    _data = _mesa_data = data  # the names under which versions of Mesa reach for the array

    def _now(self, model: "Model") -> NDArray[Any]:
        return self._read(model.world)[::-1].T

    def set_cells(self, value: Any, condition: Any = None) -> None:
        """Refuse, as an assignment to `data` does."""
        self.data = value

    def modify_cells(self, operation: Any, value: Any = None, condition: Any = None) -> None:
        """Refuse, as an assignment to `data` does."""
        self.data = value


class ValleyCell(Cell):
    """A cell whose neighbourhoods are found afresh: Mesa's shared cache would keep dropped models alive."""

    def get_neighborhood(self, radius: int = 1, include_center: bool = False) -> CellCollection:
        """The cells within `radius` steps, diagonals included."""
        return CellCollection(self._neighborhood(radius, include_center), random=self.random)

    def _neighborhood(self, radius: int = 1, include_center: bool = False) -> dict[Any, list[Any]]:
        if radius < 1:
            raise ValueError(f"radius: got {radius}, expected 1 or more")
        found = {self: self._agents}
        rim = [self]
        for _ in range(radius):
            around = (other for cell in rim for other in cell.connections.values())
            rim = [other for other in dict.fromkeys(around) if other not in found]
            found |= {other: other._agents for other in rim}
        if not include_center:
            del found[self]
        return found

    def _clear_cache(self) -> None:
        """Nothing is cached."""


def build_grid(model: "Model") -> OrthogonalMooreGrid:
    """The grid of `model` with all `LAYERS`, nobody on it yet."""
    grid = OrthogonalMooreGrid((COLS, ROWS), random=model.random, cell_klass=ValleyCell)
    for declared in LAYERS:
        layer = ValleyLayer(declared, model)
        grid.add_property_layer(layer)
        setattr(grid.cell_klass, layer.name, _cell_property(layer))
    weakref.finalize(grid, copyreg.dispatch_table.pop, grid.cell_klass, None)
    return grid


def _cell_property(layer: ValleyLayer) -> property:
    def refuse(cell: Any, value: Any) -> None:
        layer.data = value

    return property(lambda cell: layer.data[cell.coordinate].item(), refuse, doc=layer.meaning)


def settle(grid: Any, populations: list[Population], placed: dict[type, tuple[Rows, Rows]]) -> None:
    """Put the agents in their cells, if any came, went or moved since `placed` was written."""
    now = {}
    for population in populations:
        rows = population.rows()
        now[population.kind] = (rows, population.kind.cells(population.model.world, rows))
    if placed.keys() == now.keys() and all(
        np.array_equal(old, new) for kind in now for old, new in zip(placed[kind], now[kind], strict=True)
    ):
        return
    for cell in grid.all_cells:
        cell._agents[:] = [agent for agent in cell._agents if not isinstance(agent, RowAgent)]
    for population in populations:
        agents = population.agents()
        rows, cells = now[population.kind]
        if not len(rows):
            continue
        order = np.argsort(cells, kind="stable")
        where, first = np.unique(cells[order], return_index=True)
        for flat, group in zip(where.tolist(), np.split(rows[order], first[1:]), strict=True):
            x, y = coordinate(flat)
            # the list itself is filled: neighbourhoods hold on to it
            grid[x, y]._agents.extend([agents[row] for row in group.tolist()])
    empty = np.array([not cell._agents for cell in grid.all_cells])
    grid.set_property("empty", empty.reshape(COLS, ROWS))
    placed.clear()
    placed.update(now)
