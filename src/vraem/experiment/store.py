"""The result store of a sweep: a folder that any number of processes add to and anybody reads.

    DIR/experiment.toml, plan.parquet, manifest.json   what was asked: the resolved file, every run, versions, hashes
    DIR/runs/part-*.parquet       a row for each finished run: identity, draw, outcomes
    DIR/series/part-*.parquet     a row for each week of the runs whose series are kept; a row group for each run
    DIR/failures/part-*.parquet   a row for each failed run: exception, message, traceback, seed
    DIR/timings/part-*.parquet    what each run took, apart from the rest because no two sweeps agree on it

Rows are named by id, arm, point and replicate. Readers sort by them and drop what is there twice (a run done by two
sweeps, or again after a crash), so that tables of the same runs are the same to the byte whoever made them.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vraem.experiment import store_series
from vraem.experiment.output import MANIFEST_FILE, MATCH_FILE, PLAN_FILE
from vraem.experiment.part_files import (
    FAILURES,
    FOLDERS,
    RUNS,
    SERIES,
    TIMINGS,
    StoreError,
    holds_parts,
    make_folder,
    opened_part,
    read_part,
    take_away,
    take_over,
    write_whole,
)
from vraem.experiment.rows import KEY_COLUMNS, Columns, Key
from vraem.observe.thresholds import THRESHOLDS
from vraem.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from vraem.experiment.types import Experiment

EXPERIMENT_FILE = "experiment.toml"
FORMAT = 1
LIBRARIES = ("numpy", "scipy", "pyarrow", "pydantic")


@dataclass(frozen=True)
class StoreStatus:
    """How far a sweep has come; ``planned`` and ``left`` are None for a store without a plan."""

    name: str
    planned: int | None
    done: int
    failed: int

    @property
    def left(self) -> int | None:
        """Runs that are neither done nor failed."""
        return None if self.planned is None else max(self.planned - self.done - self.failed, 0)


class Store:
    """A result store. Made by ``Store.create`` or ``Store.open``."""

    def __init__(self, directory: Path, manifest: dict[str, Any]) -> None:
        self.directory = directory
        self.manifest = manifest
        described = manifest["columns"]
        self.columns = Columns(
            factors={
                key: (name, kind, default) for key, (name, kind, default) in described["factors"].items()
            },
            outcomes=described["outcomes"],
            texts=frozenset(described.get("texts", ())),
        )

    @classmethod
    def create(cls, directory: Path | str, experiment: Experiment) -> Store:
        """The store of `experiment` in `directory`, made if missing, else opened to go on.

        Raises
        ------
        StoreError
            If the folder cannot be made or written to, or holds another experiment, another version's
            results, or something else.

        """
        folder = Path(directory)
        problem = _foreign(
            folder, experiment
        )  # before the manifest is looked for: another shard may just write it
        if (folder / MANIFEST_FILE).exists():
            store = cls.open(folder)
            store._require(_manifest(experiment), "this experiment file")
        elif problem:
            raise StoreError(problem)
        else:
            store = cls(folder, _manifest(experiment))
        for name in FOLDERS:
            make_folder(folder / name)
        write_whole(folder / EXPERIMENT_FILE, lambda file: file.write(experiment.text.encode()))
        if not (folder / MANIFEST_FILE).exists():
            text = json.dumps(store.manifest, indent=2, ensure_ascii=False, default=str) + "\n"
            write_whole(folder / MANIFEST_FILE, lambda file: file.write(text.encode()))
        return store

    @classmethod
    def open(cls, directory: Path | str) -> Store:
        """An existing store. Raises ``StoreError`` if there is none, or one that cannot be read."""
        folder = Path(directory)
        manifest = folder / MANIFEST_FILE
        try:
            found = json.loads(manifest.read_text(encoding="utf-8"))
            if found["format"] != FORMAT or "experiment" not in found:
                raise ValueError
            return cls(folder, found)
        except FileNotFoundError:
            raise StoreError(
                f"{folder}: got no {MANIFEST_FILE}, expected the folder of a sweep (vraem sweep --out DIR)"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise StoreError(f"{manifest}: cannot be read as the manifest of a sweep") from None

    @property
    def name(self) -> str:
        """The experiment's name."""
        return str(self.manifest["experiment"]["name"])

    @property
    def thresholds_hash(self) -> str:
        """Hash of the table of thresholds by which the runs were labelled; empty in stores of before 0.6.0."""
        return str(self.manifest.get("thresholds_hash", ""))

    def done_keys(self) -> set[Key]:
        """Keys of the finished runs."""
        return self._keys(RUNS)

    def failed_keys(self) -> set[Key]:
        """Keys of the runs that failed and were not done later."""
        return self._keys(FAILURES) - self.done_keys()

    def done_ids(self) -> set[str]:
        """Ids of the finished runs."""
        return {key[0] for key in self.done_keys()}

    def runs(self) -> pa.Table:
        """A row for each finished run, sorted by id."""
        table = self._read(RUNS, KEY_COLUMNS, self.columns.runs([]))
        return table.select(self.columns.order(table.column_names))

    def failures(self) -> pa.Table:
        """A row for each run that failed and was not done later, sorted by id."""
        order = (*KEY_COLUMNS, "exception", "message", "traceback")
        table = self._read(FAILURES, order, self.columns.failures([]))
        done = self.done_keys()
        return table.filter([key not in done for key in _keys_of(table)]) if len(table) else table

    def timings(self) -> pa.Table:
        """What each finished or failed run took, the last time if several: no part of what two sweeps agree on."""
        return self._read(TIMINGS, (*KEY_COLUMNS, "finished"), self.columns.timings([], ""), last=True)

    def plan(self) -> pa.Table | None:
        """Every run of the experiment, or None if no plan was stored. Raises ``StoreError``."""
        path = self.directory / PLAN_FILE
        return read_part(path) if path.exists() else None

    def planned(self) -> int | None:
        """How many runs the plan has, or None if no plan was stored. Raises ``StoreError``."""
        path = self.directory / PLAN_FILE
        if not path.exists():
            return None
        with opened_part(path) as file:
            return int(file.metadata.num_rows)

    def add_to_plan(self, table: pa.Table) -> None:
        """Add runs to the plan (``plan_table``); those that it has stay as they are. Raises ``StoreError``."""
        import pyarrow.parquet as parquet

        ours = self.plan()
        if ours is not None:
            known = set(_keys_of(ours))
            new = table.filter([key not in known for key in _keys_of(table)]) if len(table) else table
            if not len(new):
                return
            table = _unified([ours, new])
        path = self.directory / PLAN_FILE
        write_whole(path, lambda file: parquet.write_table(table, file, compression="zstd"))

    def series(self, columns: Sequence[str] | None = None, *, arm: str | None = None) -> pa.Table:
        """The weekly series that were kept, sorted by id and week; some `columns`, one `arm`."""
        import pyarrow as pa

        tables = list(self.each_series(columns, arm=arm))
        if not tables:
            return pa.table({})
        return _unified(tables).combine_chunks()

    def each_series(
        self, columns: Sequence[str] | None = None, *, arm: str | None = None
    ) -> Iterator[pa.Table]:
        """The weekly series of one run after the other, so that any number fits in memory."""
        done = self.done_keys()
        wanted = {key for key in done if arm is None or key[1] == arm}
        return store_series.each_run(self._parts(SERIES), wanted, columns)

    def status(self) -> StoreStatus:
        """How far the sweep has come."""
        done = self.done_keys()
        failed = self._keys(FAILURES) - done
        return StoreStatus(self.name, self.planned(), len(done), len(failed))

    def merge(self, others: Iterable[Path | str]) -> int:
        """Take over the part files of other stores of this experiment and return how many were new.

        Their matched draws come along.

        Raises
        ------
        StoreError
            If one is no store, belongs to another experiment or version, ran draws that were matched otherwise, or
            cannot be read or copied.

        """
        taken = 0
        for other in map(Store.open, others):
            self._require(other.manifest, str(other.directory))
            self._take_matched(other)
            for folder in FOLDERS:
                for part in other._parts(folder):
                    new = take_over(part, self.directory / folder / part.name)
                    taken += new and folder == RUNS
            theirs = other.plan()
            if theirs is not None:
                self.add_to_plan(theirs)
        return taken

    def _take_matched(self, other: Store) -> None:
        """Take over which draws are kept. Raises ``StoreError`` if both say so and not the same."""
        theirs, ours = other.directory / MATCH_FILE, self.directory / MATCH_FILE
        if not theirs.exists() or take_over(theirs, ours):
            return
        if ours.read_bytes() != theirs.read_bytes():
            raise StoreError(
                f"{theirs}: got other matched draws than {ours}; match them alike, or remove one of the two"
            )

    def export(self, directory: Path | str, kind: str = "csv") -> list[Path]:
        """Write each table as one file (`kind`: "csv" or "parquet") and return the files.

        A table without rows has no file; one that an earlier export left is taken away. The same runs give the same
        files to the byte, timings aside. Raises ``StoreError``.
        """
        folder = Path(directory)
        make_folder(folder)
        tables = {RUNS: self.runs, FAILURES: self.failures, TIMINGS: self.timings}
        written = []
        for name, read in tables.items():
            table = read()
            target = folder / f"{name}.{kind}"
            if len(table):
                store_series.write_tables(target, iter([table]), kind)
                written.append(target)
            else:
                take_away(target)
        target = folder / f"{SERIES}.{kind}"
        if self._parts(SERIES):
            store_series.write_tables(target, self.each_series(), kind)
            written.append(target)
        else:
            take_away(target)
        return written

    def _parts(self, folder: str) -> list[Path]:
        return sorted((self.directory / folder).glob("part-*.parquet"))

    def _keys(self, folder: str) -> set[Key]:
        keys: set[Key] = set()
        for part in self._parts(folder):
            keys.update(_keys_of(read_part(part, KEY_COLUMNS)))
        return keys

    def _read(self, folder: str, order: Sequence[str], empty: pa.Table, *, last: bool = False) -> pa.Table:
        """All parts as one table, sorted by the columns of `order`; `empty` if there are none.

        Of rows of one key the first stays, or the `last`.
        """
        tables = [read_part(part) for part in self._parts(folder)]
        if not tables:
            return empty
        table = _unified(tables).sort_by([(name, "ascending") for name in order]).combine_chunks()
        same = np.ones(max(len(table) - 1, 0), dtype=bool)
        for name in KEY_COLUMNS:
            values = table[name].to_numpy()
            same &= values[1:] == values[:-1]
        kept = np.append(~same, True) if last else np.append(True, ~same)
        return table.take(np.flatnonzero(kept)).combine_chunks()

    def _require(self, other: dict[str, Any], where: str) -> None:
        """Refuse to mix experiments, versions or labels of different thresholds in one store.

        `other` is the manifest of what would be added, from `where`.
        """
        own, theirs = self.manifest["experiment"], other["experiment"]
        if own["id"] != theirs["id"]:
            raise StoreError(
                f"{self.directory}: holds another experiment ({own['name']}, id {own['id']}) "
                f"than {where} ({theirs['name']}, id {theirs['id']}); choose another folder"
            )
        if self.manifest["vraem"] != other["vraem"]:
            raise StoreError(
                f"{self.directory}: holds results of vraem {self.manifest['vraem']}, not {other['vraem']}; "
                "choose another folder, or go on with that version"
            )
        if self.thresholds_hash != other.get("thresholds_hash", ""):
            raise StoreError(
                f"{self.directory}: labelled by the thresholds {_thresholds_in_words(self.manifest)}, not "
                f"{_thresholds_in_words(other)}; choose another folder, or go on with that table"
            )


def _manifest(experiment: Experiment) -> dict[str, Any]:
    from importlib.metadata import version

    columns = Columns.of(experiment)
    return {
        "format": FORMAT,
        "experiment": {
            "name": experiment.name,
            "id": experiment.id,
            "rules_sha256": experiment.rules_hash,
            "arms": {name: scenario.id for name, scenario in experiment.arms},
        },
        "columns": {
            "factors": columns.factors,
            "outcomes": columns.outcomes,
            "texts": sorted(columns.texts),
        },
        "thresholds_hash": THRESHOLDS.hash,
        "vraem": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "platform": platform.platform(),
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _thresholds_in_words(manifest: dict[str, Any]) -> str:
    return str(manifest.get("thresholds_hash") or "of an older version")


def _foreign(folder: Path, experiment: Experiment) -> str:
    """Why a folder without a manifest cannot become a store: it holds what is not ours. Nothing if it can."""
    if folder.exists() and not folder.is_dir():
        return f"{folder}: got a file, expected a folder for the results; choose another --out"
    if holds_parts(folder):
        return f"{folder}: holds results but no {MANIFEST_FILE} that says whose; choose another --out"
    if (folder / PLAN_FILE).exists():
        return f"{folder}: holds a {PLAN_FILE} but no {MANIFEST_FILE} that says whose; choose another --out"
    if not _is_missing_or_says(folder / EXPERIMENT_FILE, experiment.text):
        return f"{folder}: holds an {EXPERIMENT_FILE} that is not of a sweep and would be lost; choose another --out"
    return ""


def _is_missing_or_says(path: Path, text: str) -> bool:
    """Whether a file may be written with a text: a sweep that was killed at its start may have done so."""
    try:
        return path.read_bytes() == text.encode()
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _unified(tables: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(tables, promote_options="permissive")


def _keys_of(table: pa.Table) -> list[Key]:
    return list(zip(*(table[name].to_pylist() for name in KEY_COLUMNS), strict=True))
