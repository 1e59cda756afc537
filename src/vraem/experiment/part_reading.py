"""Reading the files of a store: what is damaged, or is no table of this store, is told by its name.

Pages of the files carry checksums, so that a lost bit is found and not read as a number.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vraem.experiment.output import PLAN_FILE
from vraem.experiment.part_files import SERIES, TIMINGS, StoreError
from vraem.experiment.rows import KEY_COLUMNS, Key

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

AGAIN = "move it away and run the sweep again"
ADVICE = {
    SERIES: f"{AGAIN} with --missing-series",
    TIMINGS: "move it away; only what these runs took is lost",
    PLAN_FILE: AGAIN,
}
"""What to do about a damaged file, by its name or that of its folder."""
Expected = Callable[["pa.Field"], str]
"""What is wrong with a column of a name that is expected; nothing if it is sound."""


def cannot_read(path: Path, reason: str) -> str:
    """The line for a file of a store that is damaged."""
    advice = ADVICE.get(path.name, ADVICE.get(path.parent.name, AGAIN))
    return f"{path}: cannot be read ({reason}); {advice}"


def open_part(
    path: Path, expected: pa.Schema | None = None, loose: frozenset[str] = frozenset()
) -> parquet.ParquetFile:
    """A Parquet file of a store, open, with the columns that name its runs.

    Parameters
    ----------
    path
        The file.
    expected
        Columns that it must have, of these types; those that name runs if None.
    loose
        Columns that may hold numbers or text.

    Raises
    ------
    StoreError
        If it is damaged, or lacks a column, or holds another type in one.

    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    with faults_of_part(path):
        file = parquet.ParquetFile(path, page_checksum_verification=True)
        found = file.schema_arrow
        for field in expected if expected is not None else key_schema():
            if field.name not in found.names:
                file.close()
                raise StoreError(cannot_read(path, f"no column {field.name}"))
            kind = found.field(field.name).type
            if kind != field.type and not (field.name in loose and kind in (pa.string(), pa.float64())):
                file.close()
                raise StoreError(
                    cannot_read(path, f"column {field.name} holds {kind}, expected {field.type}")
                )
        return file


@contextlib.contextmanager
def faults_of_part(path: Path) -> Iterator[None]:
    """Turn what can go wrong while a file of a store is read into a ``StoreError`` with its name."""
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise StoreError(cannot_read(path, str(error).splitlines()[0])) from None


def key_schema() -> pa.Schema:
    """The columns that name a run, with their types."""
    import pyarrow as pa

    return pa.schema([(name, pa.string() if name in ("id", "arm") else pa.int64()) for name in KEY_COLUMNS])


def read_part(
    path: Path,
    columns: Sequence[str] | None = None,
    expected: pa.Schema | None = None,
    loose: frozenset[str] = frozenset(),
) -> pa.Table:
    """The table of a Parquet file of a store, or some of its columns; see `open_part`. Raises ``StoreError``."""
    with faults_of_part(path), open_part(path, expected, loose) as file:
        table = file.read(columns=columns, use_threads=False)
    for name in KEY_COLUMNS:
        if table[name].null_count:
            raise StoreError(cannot_read(path, f"a row without {name}"))
    return table


def row_count(path: Path) -> int:
    """How many rows a Parquet file of a store has. Raises ``StoreError``."""
    with faults_of_part(path), open_part(path) as file:
        return int(file.metadata.num_rows)


def unified(paths: Sequence[Path], tables: Sequence[pa.Table]) -> pa.Table:
    """Tables of files of one kind as one. Raises ``StoreError`` that names one that does not fit."""
    import pyarrow as pa

    schema = tables[0].schema
    for path, table in zip(paths, tables, strict=True):
        try:
            schema = pa.unify_schemas([schema, table.schema], promote_options="permissive")
        except pa.ArrowException as error:
            raise StoreError(cannot_read(path, str(error).splitlines()[0])) from None
    return pa.concat_tables(tables, promote_options="permissive")


def keys_of(table: pa.Table) -> list[Key]:
    """The keys of the rows of a table."""
    return list(zip(*(table[name].to_pylist() for name in KEY_COLUMNS), strict=True))
