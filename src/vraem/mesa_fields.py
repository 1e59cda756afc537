"""What the declarations of agent classes are made of: attributes of the place, words for codes, checked numbers."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.mesa_rows import SPECS, Derived, Rows
from vraem.world import World

Where = Callable[[World, Rows], Rows]
"""Gives the community (n,) of the agents of `rows` (n,)."""


def numbers(name: str, value: ArrayLike, rows: Rows, low: float, high: float) -> NDArray[np.float64]:
    """`value` as one number a row, checked to be finite and to lie from `low` to `high`. Raises `ValueError`."""
    found = np.asarray(value, dtype=np.float64)
    if not ((found >= low) & (found <= high)).all() or np.isinf(found).any():
        upper = "or more" if high == np.inf else f"to {high:g}"
        raise ValueError(f"{name}: got {found}, expected {low:g} {upper}")
    return np.broadcast_to(found, rows.shape)


def through(table: str, *columns: str) -> Where:
    """The row of another table to which `columns`, one after the other, lead from the rows of `table`.

    ``through("members", "column", "seat")`` gives the seat of a member's column: each column but the last names the
    index of a table of that name in the plural.
    """

    def follow(world: World, rows: Rows) -> Rows:
        place, found = table, rows
        for column in columns:
            found = getattr(world, place).__dict__[column][found]
            place = f"{column}s"
        return found

    return follow


def of_other(table: str, column: str, row_of: Where, whose: str) -> Derived:
    """A column of the row of `table` to which the agents belong; `whose` says which row that is."""
    declared = next(c for c in SPECS[table].columns if c.name == column)

    def read(world: World, rows: Rows) -> NDArray[np.generic]:
        values: NDArray[np.generic] = getattr(world, table).__dict__[column]
        return values[row_of(world, rows)]

    return Derived(read, declared.unit, f"{declared.meaning}, {whose}")


def here(column: str, community: Where, whose: str = "where it lives") -> Derived:
    """A column of the community in which the agents live or are."""
    return of_other("communities", column, community, whose)


def place_names(community: Where) -> Mapping[str, Derived]:
    """Names of the place and the district in which the agents live."""

    def districts(world: World, rows: Rows) -> list[str]:
        names = world.valley.districts.name
        return [names[i - 1] for i in world.valley.communities.district_id[community(world, rows)].tolist()]

    return {
        "district": Derived(districts, "name", "district in which it lives"),
        "place_name": label_of(community, "nearest named place: coarse by design"),
    }


def label_of(community: Where, meaning: str) -> Derived:
    """The name of a community."""

    def labels(world: World, rows: Rows) -> list[str]:
        names = world.valley.communities.label
        return [names[i] for i in community(world, rows).tolist()]

    return Derived(labels, "name", meaning)


def in_words(table: str, column: str, words: Sequence[str]) -> Derived:
    """A column of codes as the words that they stand for."""

    def read(world: World, rows: Rows) -> list[str]:
        return [words[code] for code in getattr(world, table).__dict__[column][rows].tolist()]

    return Derived(read, "name", f"{column} in words: {', '.join(words)}")
