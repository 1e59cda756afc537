"""Reader of the fact tables that ship with the package (``facts/*.csv``, described in ``facts/SOURCES.md``).

Each table is a UTF-8 CSV with one header line. `facts_table` gives the rows as written; `facts_columns` gives
typed NumPy columns. Both read through `importlib.resources`, so that they also work from a wheel or an
archive.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPATIAL_TABLES = ("cells", "districts", "places", "rivers", "roads", "gateways", "posts")
"""Tables from which the valley is built; a change in one of them makes every cached valley stale."""

OBSERVED_TABLES = ("economy", "events", "organisation", "security")
"""Published series about the coca economy, the armed group and the security forces."""

TABLES = SPATIAL_TABLES + OBSERVED_TABLES
"""Every fact table of the valley package."""


def table_bytes(name: str) -> bytes:
    """Content of the fact table `name` as it lies on disk.

    Raises `KeyError` with the list of known tables if there is none of that name.
    """
    if name not in TABLES:
        raise KeyError(f"no fact table {name!r}; known tables: {', '.join(TABLES)}")
    return (files("vraem.valley") / "facts" / f"{name}.csv").read_bytes()


@cache
def _rows(name: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Header and rows of a table, read once."""
    reader = csv.reader(io.StringIO(table_bytes(name).decode("utf-8")))
    header, *rows = (tuple(row) for row in reader if row)
    return header, tuple(rows)


def facts_table(name: str) -> list[dict[str, str]]:
    """Rows of the fact table `name`, one dictionary a row, every value as the string in the file.

    Raises `KeyError` with the list of known tables if there is none of that name.

    Example: ``[row["value"] for row in facts_table("economy") if row["series"] == "coca_area"]``
    """
    header, rows = _rows(name)
    return [dict(zip(header, row, strict=True)) for row in rows]


def facts_columns(name: str) -> dict[str, NDArray[Any]]:
    """Columns of the fact table `name` as NumPy arrays of one length.

    A column of whole numbers becomes int64, one of numbers float64 with NaN for an empty field, and any other
    stays text. Raises `KeyError` as `facts_table` does.
    """
    header, rows = _rows(name)
    columns = zip(*rows, strict=True)
    return {key: _typed(values) for key, values in zip(header, columns, strict=True)}


def _typed(values: tuple[str, ...]) -> NDArray[Any]:
    """The narrowest of int64, float64 (empty = NaN) and text that holds all `values`."""
    try:
        return np.array([int(value) for value in values], dtype=np.int64)
    except ValueError:
        pass
    try:
        numbers = np.array([float(value) if value else np.nan for value in values])
    except ValueError:
        return np.array(values)
    return np.array(values) if np.isnan(numbers).all() else numbers
