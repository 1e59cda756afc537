"""Weekly series of a store, read run by run through the part files' footers, and tables written as one file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from vraem.experiment.part_files import StoreError, cannot_read, write_whole
from vraem.experiment.rows import IDENTITY, Key

if TYPE_CHECKING:
    import pyarrow as pa

OPEN_FILES = 32


def each_run(
    parts: Sequence[Path], wanted: Collection[Key], columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """Tables of the wanted runs in the order of their keys, each run once. Raises ``StoreError``."""
    places = _places(parts)
    chosen = None if columns is None else [*IDENTITY, "week", *columns]

    @lru_cache(OPEN_FILES)
    def opened(path: Path) -> Any:
        return _open(path)

    for key in sorted(places.keys() & set(wanted)):
        path, group = places[key]
        yield opened(path).read_row_group(group, columns=chosen, use_threads=False)


def _places(parts: Sequence[Path]) -> dict[Key, tuple[Path, int]]:
    """File and row group of each run, from the least value of each key column in the footers."""
    places: dict[Key, tuple[Path, int]] = {}
    for path in parts:
        footer = _open(path).metadata
        for group in range(footer.num_row_groups):
            columns = [footer.row_group(group).column(place) for place in range(4)]
            key = tuple(column.statistics.min for column in columns)
            places.setdefault(key, (path, group))
    return places


def _open(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        return parquet.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(cannot_read(path, str(error).splitlines()[0])) from None


def write_tables(target: Path, tables: Iterator[pa.Table], kind: str) -> None:
    """Write tables of one schema one after the other to a CSV or Parquet file. Raises ``StoreError``."""
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    first = next(tables, None)
    if first is None:
        return
    writer = {"csv": csv.CSVWriter, "parquet": parquet.ParquetWriter}[kind]

    def write(file: IO[bytes]) -> None:
        with writer(file, first.schema) as out:
            out.write_table(first)
            for table in tables:
                out.write_table(table.cast(first.schema))

    write_whole(target, write)
