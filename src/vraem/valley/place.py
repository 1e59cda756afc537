"""The valley as one object, and how it is built: grid, districts, places, posts, gateways, communities,
routes."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from vraem.valley.communities import REGIONS, Communities, build_communities, neighbours_within
from vraem.valley.grid import CELLS, COLS, Grid, build_grid
from vraem.valley.network import OVERLAND, build_steps
from vraem.valley.routes import ROUTES, Routes, airstrip_centres, build_routes, straight_line, walk
from vraem.valley.tables import facts_columns

PASSIVE_POSTS = ("airfield",)
"""Kinds of post that do not stop people on the road."""


@dataclass(frozen=True, eq=False, repr=False)
class Districts:
    """Districts in the grid, row i has number i + 1; arrays of length 47, read-only."""

    name: tuple[str, ...]
    province: tuple[str, ...]
    region: NDArray[np.int8]
    """Index into `REGIONS`."""
    coca_role: tuple[str, ...]
    """main, marginal or none: a judgement, not an official list."""
    population_2018: NDArray[np.float64]
    """Projection; NaN for districts created in 2021, whose people are counted with the parent."""
    airstrip_reports: NDArray[np.int16]
    """Named places with a press report of clandestine strips, 2013-2015, per district."""


@dataclass(frozen=True, eq=False, repr=False)
class Places:
    """Named towns, hamlets, mountains and passes; arrays of length 95, read-only."""

    name: tuple[str, ...]
    kind: tuple[str, ...]
    district: tuple[str, ...]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    cell: NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class Posts:
    """State posts known from press reports of 2009-2020, each at a town or district seat; arrays of length
    P."""

    town: tuple[str, ...]
    kind: tuple[str, ...]
    force: tuple[str, ...]
    cell: NDArray[np.int32]
    first_year: NDArray[np.float64]
    """Years of the first and last dated report, not of opening and closing; NaN = undated."""
    last_year: NDArray[np.float64]
    controls: NDArray[np.bool_]
    """Whether the post stops passers-by (all but airfields)."""


@dataclass(frozen=True, eq=False, repr=False)
class Gateways:
    """Exits of the valley; arrays of length 16, read-only."""

    name: tuple[str, ...]
    mode: tuple[str, ...]
    cell: NDArray[np.int32]
    clipped: NDArray[np.bool_]
    """Whether the place named lies beyond the grid; then the cell is where its way leaves."""
    km_beyond_edge: NDArray[np.float64]
    leads_to: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Neighbours:
    """Communities within 8 km of each other: those of c are ``indices[indptr[c]:indptr[c + 1]]``."""

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class Valley:
    """The VRAEM on a grid of 2 km cells: everything that does not change during a run. All arrays are
    read-only."""

    grid: Grid
    districts: Districts
    places: Places
    posts: Posts
    gateways: Gateways
    communities: Communities
    routes: Routes
    neighbours: Neighbours
    airstrip_centres: NDArray[np.int32]
    """Flat cells that stand for the airstrip districts, one each: never the position of a strip."""
    community_hours: NDArray[np.float32]
    """Overland travel between communities, hours, the mean of there and back, [C, C]."""
    post_hours: NDArray[np.float32]
    """Overland travel from each post to each community, hours, [P, C]."""

    def __repr__(self) -> str:
        """What it is, not its arrays."""
        return f"<Valley: {CELLS:,} cells of 2 km, {len(self.communities)} communities>"

    def path(self, community: int, route: int | str) -> NDArray[np.int32]:
        """Flat cells from a community to its gateway by a route (name or position in `ROUTES`), both ends
        included.

        By air: overland to the airstrip district's centre, then straight to the exit. Raises `IndexError` on
        a community or route out of range and `ValueError` on an unknown route name.
        """
        index = ROUTES.index(route) if isinstance(route, str) else route
        if not 0 <= community < len(self.communities):
            raise IndexError(f"no community {community}; there are {len(self.communities)}")
        way = walk(self.routes.next_cell[index], int(self.communities.cell[community]))
        if ROUTES[index] != "air":
            return way
        exit_cell = int(self.gateways.cell[self.routes.gateway[index, community]])
        return np.concatenate([way, straight_line(int(way[-1]), exit_cell)[1:]])

    def neighbours_of(self, community: int) -> NDArray[np.int32]:
        """Communities that see the fields and prices of `community`."""
        start, stop = self.neighbours.indptr[community : community + 2]
        return self.neighbours.indices[start:stop]


def build() -> Valley:
    """Build the valley from the fact tables. Takes some seconds; `vraem.valley.load` keeps the result."""
    grid = build_grid()
    communities = build_communities(grid)
    posts = _posts()
    hours = _hours_from(grid, np.concatenate([communities.cell, posts.cell]), communities.cell)
    indptr, indices = neighbours_within(communities.row, communities.col)
    return Valley(
        grid=grid,
        districts=_districts(),
        places=_places(),
        posts=posts,
        gateways=_gateways(),
        communities=communities,
        routes=build_routes(grid, communities.cell, posts.cell[posts.controls]),
        neighbours=Neighbours(indptr=indptr, indices=indices),
        airstrip_centres=airstrip_centres(grid),
        community_hours=_symmetric(hours[: len(communities)]),
        post_hours=hours[len(communities) :].astype(np.float32),
    )


def _hours_from(grid: Grid, sources: NDArray[np.int32], targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Overland hours from each source to each target cell, the mean of both directions of each step."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    steps = build_steps(grid, OVERLAND)
    one_way = coo_array((steps.hours, (steps.source, steps.target)), shape=(CELLS, CELLS)).tocsr()
    both_ways = ((one_way + one_way.T) / 2.0).tocsr()
    cells, position = np.unique(sources, return_inverse=True)
    return dijkstra(both_ways, indices=cells)[:, targets][position]


def _symmetric(hours: NDArray[np.float64]) -> NDArray[np.float32]:
    """The same hours there and back to the last bit: both ways round differ only in the order of sums."""
    return np.minimum(hours, hours.T).astype(np.float32)


def _flat(table: dict[str, NDArray]) -> NDArray[np.int32]:
    """Flat cells of a table with `row` and `col`."""
    return (table["row"] * COLS + table["col"]).astype(np.int32)


def _text(column: NDArray) -> tuple[str, ...]:
    """A column of text as Python strings."""
    return tuple(str(value) for value in column)


def _districts() -> Districts:
    table = facts_columns("districts")
    return Districts(
        name=_text(table["district"]),
        province=_text(table["province"]),
        region=np.array([REGIONS.index(name) for name in _text(table["region"])], dtype=np.int8),
        coca_role=_text(table["coca_role"]),
        population_2018=table["population_2018"].astype(float),
        airstrip_reports=table["airstrip_reports"].astype(np.int16),
    )


def _places() -> Places:
    table = facts_columns("places")
    return Places(
        name=_text(table["name"]),
        kind=_text(table["kind"]),
        district=_text(table["district"]),
        latitude=table["lat"].astype(float),
        longitude=table["lon"].astype(float),
        cell=_flat(table),
    )


def _posts() -> Posts:
    table = facts_columns("posts")
    return Posts(
        town=_text(table["town"]),
        kind=_text(table["kind"]),
        force=_text(table["force"]),
        cell=_flat(table),
        first_year=table["first_year"].astype(float),
        last_year=table["last_year"].astype(float),
        controls=~np.isin(table["kind"], PASSIVE_POSTS),
    )


def _gateways() -> Gateways:
    table = facts_columns("gateways")
    return Gateways(
        name=_text(table["gateway"]),
        mode=_text(table["mode"]),
        cell=_flat(table),
        clipped=table["clipped"].astype(bool),
        km_beyond_edge=table["km_beyond_edge"].astype(float),
        leads_to=_text(table["leads_to"]),
    )


Record = TypeVar("Record")


def to_arrays(record: object, prefix: str = "") -> dict[str, NDArray]:
    """Every field of a dataclass, nested ones as ``outer.inner``, as arrays that need no pickling."""
    arrays: dict[str, NDArray] = {}
    for field in fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        key = prefix + field.name
        if is_dataclass(value):
            arrays |= to_arrays(value, key + ".")
        else:
            arrays[key] = np.asarray(value)
    return arrays


def from_arrays(kind: type[Record], arrays: dict[str, NDArray], prefix: str = "") -> Record:
    """The dataclass that `to_arrays` took apart, its arrays read-only. Raises `KeyError` if a field is
    missing."""
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        key = prefix + field.name
        if is_dataclass(hints[field.name]):
            values[field.name] = from_arrays(hints[field.name], arrays, key + ".")
            continue
        array = arrays[key]
        if array.dtype.kind == "U":
            values[field.name] = tuple(array.tolist())
            continue
        array.setflags(write=False)
        values[field.name] = array
    return kind(**values)
