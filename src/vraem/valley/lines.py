"""Rivers, roads and trails of the fact tables as lines, cut where their class changes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.valley.tables import facts_table


class Outline(NamedTuple):
    """A line of the fact tables in degrees, cut where its class changes."""

    name: str
    kind: str
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]


def outlines(table: str) -> list[Outline]:
    """Lines of the table of rivers or roads; a road is cut where its class changes."""
    rows = facts_table(table)
    name_key, kind_key = ("river", "river") if table == "rivers" else ("route_id", "class")
    lines: list[Outline] = []
    start = 0
    for index in range(1, len(rows) + 1):
        ended = index == len(rows) or any(rows[index][key] != rows[start][key] for key in (name_key, "part"))
        if not ended and rows[index][kind_key] == rows[start][kind_key]:
            continue
        # A class holds from its vertex on: a piece runs to the first vertex of the next one.
        stop = index if ended else index + 1
        piece = rows[start:stop]
        lines.append(
            Outline(
                name=piece[0][name_key],
                kind=piece[0][kind_key],
                longitude=np.array([float(row["lon"]) for row in piece]),
                latitude=np.array([float(row["lat"]) for row in piece]),
            )
        )
        start = index
    return lines
