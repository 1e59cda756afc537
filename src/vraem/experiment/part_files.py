"""Part files of a result store: each process writes its own, whole or not at all.

A file is written under a temporary name, flushed to disk, renamed, and its folder flushed, so that whoever reads the
folder sees whole files only, whatever dies when. A run's series come before its row: with the row, all of it is there.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from vraem.experiment.output import refuse_odd_name
from vraem.experiment.output_error import OutputError
from vraem.experiment.rows import Columns

if TYPE_CHECKING:
    import pyarrow as pa

    from vraem.experiment.types import RunRecord

RUNS = "runs"
SERIES = "series"
FAILURES = "failures"
TIMINGS = "timings"
FOLDERS = (SERIES, TIMINGS, FAILURES, RUNS)
"""Folders of a store in the order in which a batch is written."""

FLUSH_RUNS = 1000
FLUSH_SERIES = 200
"""Each run with series is a row group, whose description a writer holds in memory until its file is finished."""
FLUSH_BYTES = 32 * 2**20
FLUSH_SECONDS = 10.0
LONGEST_WAIT = 120.0
WAIT_SHARE = 0.02
"""Records wait for at most this share of the time that the process has worked (bounds: the two above)."""


class StoreError(OutputError):
    """A store that cannot be read or written; its text is one line that says what happened and what to do."""


class PartWriter:
    """Collects the records of one process and writes them as part files of its own.

    Parameters
    ----------
    directory
        The store.
    columns
        Of the tables.

    """

    def __init__(self, directory: Path, columns: Columns) -> None:
        self.token = uuid.uuid4().hex[:12]
        self._directory = directory
        self._columns = columns
        self._records: list[RunRecord] = []
        self._bytes = self._with_series = 0
        self._number = 0
        self._began = self._flushed = time.monotonic()

    def add(self, record: RunRecord) -> None:
        """Keep a record until the next flush."""
        if not self._records:
            self._flushed = time.monotonic()
        self._records.append(record)
        if record.series is not None:
            self._with_series += 1
            self._bytes += sum(values.nbytes for values in record.series.values())

    @property
    def is_due(self) -> bool:
        """Whether what waits is much enough, or old enough, to be written."""
        now = time.monotonic()
        wait = min(max(FLUSH_SECONDS, WAIT_SHARE * (now - self._began)), LONGEST_WAIT)
        many = len(self._records) >= FLUSH_RUNS or self._with_series >= FLUSH_SERIES
        many = many or self._bytes >= FLUSH_BYTES
        return bool(self._records) and (many or now - self._flushed >= wait)

    def flush(self) -> None:
        """Write all that waits. What could not be written waits on.

        Raises
        ------
        StoreError
            If the disk is full, the folder read-only, and so on.

        """
        if not self._records:
            return
        name = f"part-{self.token}-{self._number:05d}.parquet"
        done = [record for record in self._records if record.status == "done"]
        failed = [record for record in self._records if record.status == "failed"]
        with_series = [record for record in done if record.series is not None]
        columns = self._columns
        if with_series:
            tables = (columns.series(record) for record in with_series)
            write_part(self._directory / SERIES / name, columns.series_schema(with_series[0]), tables)
        for folder, table in (
            (TIMINGS, columns.timings(self._records, self.token)),
            (FAILURES, columns.failures(failed) if failed else None),
            (RUNS, columns.runs(done) if done else None),
        ):
            if table is not None:
                write_part(self._directory / folder / name, table.schema, [table])
        self._number += 1
        self._records, self._bytes, self._with_series = [], 0, 0
        self._flushed = time.monotonic()


def write_part(target: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Write tables of one schema to a new Parquet file, each as a row group. Raises ``StoreError``."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    numbers = [field.name for field in schema if field.type == pa.float64()]
    others = [field.name for field in schema if field.type != pa.float64()]

    def write(file: IO[bytes]) -> None:
        # Dictionaries and least values of measured numbers help nobody; those of who a row is do.
        with parquet.ParquetWriter(
            file,
            schema,
            compression="zstd",
            use_dictionary=others,
            write_statistics=others,
            use_byte_stream_split=numbers,
            write_page_checksum=True,
        ) as writer:
            for table in tables:
                writer.write_table(table, row_group_size=max(len(table), 1))

    write_whole(target, write)


def holds_parts(folder: Path) -> bool:
    """Whether there are results in `folder`: part files of any kind. Raises ``StoreError`` as `parts_in`."""
    return any(parts_in(folder / name) for name in FOLDERS)


def parts_in(folder: Path) -> list[Path]:
    """The part files in a folder, sorted; none if it is missing. Raises ``StoreError`` if it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        if not folder.exists():  # it is what is around it that is a file
            return []
        raise StoreError(f"{folder}: got a file, expected a folder of part files; move it away") from None
    except OSError as error:
        raise StoreError(f"{folder}: cannot be listed ({error.strerror or error})") from None
    return sorted(folder / name for name in names if fnmatch.fnmatchcase(name, "part-*.parquet"))


def write_whole(target: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Make `target` with what `write` puts into a file: the whole file on disk, or none. Raises ``StoreError``."""
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:6]}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        _flush_folder(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreError(cannot_write(target.parent, error)) from None
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def take_over(source: Path, target: Path) -> None:
    """Copy a file, whole. Raises ``StoreError``."""
    with source.open("rb") as file:
        write_whole(target, partial(shutil.copyfileobj, file))


def _flush_folder(folder: Path) -> None:
    """Make a rename last; not every system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder if need be and try to write there. Raises ``OutputError``, ``StoreError`` if the system refuses."""
    refuse_odd_name(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be made ({error.strerror or error}); choose another folder"
        ) from None
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StoreError(cannot_write(folder, error)) from None


def take_away(path: Path) -> None:
    """Remove a file if it is there. Raises ``StoreError``."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: cannot be removed ({error.strerror or error})") from None


def cannot_write(folder: Path, error: OSError) -> str:
    """The line for a folder that takes no more files."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return f"{folder}: cannot be written to ({reason}); what is on disk stays, run again to go on"
