"""Weekly series of a store, read run by run through the part files' footers, and tables written as one file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from vraem.experiment.part_files import StoreError, write_whole
from vraem.experiment.part_reading import cannot_read, faults_of_part, key_schema, open_part
from vraem.experiment.rows import IDENTITY, Key
from vraem.experiment.types import is_kept

if TYPE_CHECKING:
    import pyarrow as pa

OPEN_FILES = 32


def each_run(
    parts: Sequence[Path], wanted: Collection[Key], columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """Tables of the wanted runs in the order of their keys, each run once. Raises ``StoreError``."""
    places = series_places(parts)
    chosen = None if columns is None else [*IDENTITY, "week", *columns]
    opened = lru_cache(OPEN_FILES)(_open)
    for key in sorted(places.keys() & set(wanted)):
        path, group = places[key]
        with faults_of_part(path):
            table = opened(path).read_row_group(group, columns=chosen, use_threads=False)
        yield table


def series_places(parts: Sequence[Path]) -> dict[Key, tuple[Path, int]]:
    """File and row group of each run, from the least value of each key column in the footers. Raises ``StoreError``."""
    places: dict[Key, tuple[Path, int]] = {}
    for path in parts:
        footer = _open(path).metadata
        for group in range(footer.num_row_groups):
            columns = [footer.row_group(group).column(place) for place in range(len(IDENTITY) - 1)]
            if any(column.statistics is None or not column.statistics.has_min_max for column in columns):
                raise StoreError(cannot_read(path, "rows without a run"))
            places.setdefault(tuple(column.statistics.min for column in columns), (path, group))
    return places


def _open(path: Path) -> Any:
    """A part file of series, its key columns first, where their places are looked for."""
    file = open_part(path)
    if file.schema_arrow.names[: len(IDENTITY) - 1] != key_schema().names:
        raise StoreError(cannot_read(path, "columns in another order"))
    return file


def should_be_kept(experiment_file: Path, keys: Collection[Key]) -> set[Key]:
    """Of runs, those whose series the stored experiment keeps; none if its file cannot be read."""
    try:
        said = tomllib.loads(experiment_file.read_text(encoding="utf-8"))
        series, common = said["series"], said["replicates"]["common"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return set()
    return {key for key in keys if is_kept(series, common, key[2], key[3])}


def write_tables(target: Path, tables: Iterator[pa.Table], kind: str) -> bool:
    """Write tables of one schema one after the other to a CSV or Parquet file; whether there were any.

    Raises ``StoreError``.
    """
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    first = next(tables, None)
    if first is None:
        return False
    writer = {"csv": csv.CSVWriter, "parquet": parquet.ParquetWriter}[kind]

    def write(file: IO[bytes]) -> None:
        with writer(file, first.schema) as out:
            out.write_table(first)
            for table in tables:
                out.write_table(table.cast(first.schema))

    write_whole(target, write)
    return True
