"""The place as plain data for the player: heights, lines, towns, exits and communities, in kilometres.

x grows to the east from the west edge of the grid, y to the south from its north edge. What lies here is what the
fact tables hold: towns, 2 km cells, posts of press reports at town seats. No airstrip has a position.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.valley import CELL_KM, COLS, REGIONS, ROUTES, ROWS
from vraem.valley.grid import KM_PER_DEGREE_LAT, KM_PER_DEGREE_LON, NORTH, WEST
from vraem.valley.lines import outlines

if TYPE_CHECKING:
    from vraem.valley import Valley

METRES = 10
"""Heights are rounded to this."""
HALF = CELL_KM / 2.0


def place_data(valley: "Valley") -> dict[str, Any]:
    """Everything about the place that the player draws or names."""
    communities, places, posts = valley.communities, valley.places, valley.posts
    return {
        "rows": ROWS,
        "cols": COLS,
        "cellKm": CELL_KM,
        "routes": list(ROUTES),
        "heights": (valley.grid.elevation_m / METRES).round().astype(int).ravel().tolist(),
        "heightUnit": METRES,
        "district": valley.grid.district_id.ravel().tolist(),
        "districts": [
            {"name": name, "region": REGIONS[region]}
            for name, region in zip(valley.districts.name, valley.districts.region.tolist(), strict=True)
        ],
        "rivers": _lines("rivers"),
        "roads": _lines("roads"),
        "towns": [
            {"name": name, "kind": kind, "x": x, "y": y}
            for name, kind, x, y in zip(
                places.name, places.kind, *_km(places.latitude, places.longitude), strict=True
            )
        ],
        "exits": _exits(valley),
        "reportedPosts": [
            {"town": town, "kind": kind, "force": force, "cell": cell}
            for town, kind, force, cell in zip(
                posts.town, posts.kind, posts.force, posts.cell.tolist(), strict=True
            )
        ],
        "communities": {
            "cell": communities.cell.tolist(),
            "near": [_nearest(label) for label in communities.label],
            "district": communities.district_id.tolist(),
            "share": [float(f"{share:.3g}") for share in communities.household_share.tolist()],
            "suitable": communities.suitable_ha.round().astype(int).tolist(),
        },
    }


def _nearest(label: str) -> str:
    """The place of a label; the page says the district in its own language."""
    return label.removeprefix("near ").split(", ")[0]


def _exits(valley: "Valley") -> list[dict[str, Any]]:
    gateways = valley.gateways
    row, col = np.divmod(gateways.cell, COLS)
    return [
        {"name": name, "mode": mode, "to": to, "x": x * CELL_KM + HALF, "y": y * CELL_KM + HALF}
        for name, mode, to, x, y in zip(
            gateways.name, gateways.mode, gateways.leads_to, col.tolist(), row.tolist(), strict=True
        )
    ]


def _lines(table: str) -> list[dict[str, Any]]:
    """Lines of a fact table: kind, and x and y one after the other."""
    found = []
    for line in outlines(table):
        points = np.column_stack(_km(line.latitude, line.longitude)).ravel()
        found.append({"name": line.name, "kind": line.kind, "points": points.round(2).tolist()})
    return found


def _km(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    x = (longitude - WEST) * KM_PER_DEGREE_LON
    y = (NORTH - latitude) * KM_PER_DEGREE_LAT
    return x.round(2).tolist(), y.round(2).tolist()
