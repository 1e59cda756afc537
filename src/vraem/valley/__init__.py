"""The place: the VRAEM valley as 2 km cells, its communities, posts, routes out and travel times. Static.

`load` gives the whole of it as one frozen `Valley`. The names of places, districts and regions can be had
without it, for messages. Sources, accuracy and licences of the data: ``facts/SOURCES.md``.
"""

from vraem.valley.cache import CACHE_VARIABLE, cache_folder, content_hash, load
from vraem.valley.communities import REGIONS, Communities
from vraem.valley.grid import CELL_HA, CELL_KM, COLS, RIVERS, ROADS, ROWS, Grid, cell_of, centre_of
from vraem.valley.place import Districts, Gateways, Neighbours, Places, Posts, Valley
from vraem.valley.routes import CALLAO_ROUTES, ROUTES, Routes
from vraem.valley.tables import TABLES, facts_columns, facts_table

__all__ = [
    "CACHE_VARIABLE",
    "CALLAO_ROUTES",
    "CELL_HA",
    "CELL_KM",
    "COLS",
    "REGIONS",
    "RIVERS",
    "ROADS",
    "ROUTES",
    "ROWS",
    "TABLES",
    "Communities",
    "Districts",
    "Gateways",
    "Grid",
    "Neighbours",
    "Places",
    "Posts",
    "Routes",
    "Valley",
    "cache_folder",
    "cell_of",
    "centre_of",
    "content_hash",
    "district_names",
    "facts_columns",
    "facts_table",
    "load",
    "place_names",
    "region_names",
]


def place_names() -> tuple[str, ...]:
    """Names of towns, hamlets, mountains and passes, for messages; reads one small table."""
    return tuple(row["name"] for row in facts_table("places"))


def district_names() -> tuple[str, ...]:
    """Names of the districts in the grid, for messages; reads one small table."""
    return tuple(row["district"] for row in facts_table("districts"))


def region_names() -> tuple[str, ...]:
    """Names of the regions of the valley."""
    return REGIONS
