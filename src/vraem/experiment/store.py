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
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vraem.experiment import store_export, store_merge, store_series
from vraem.experiment.frozen import frozen_text
from vraem.experiment.output import EXPERIMENT_FILE, MANIFEST_FILE, PLAN_FILE, results_but_a_sweep
from vraem.experiment.part_files import (
    FAILURES,
    FOLDERS,
    RUNS,
    SERIES,
    TIMINGS,
    StoreError,
    holds_parts,
    make_folder,
    parts_in,
    write_whole,
)
from vraem.experiment.part_reading import key_schema, keys_of, read_part, row_count, unified
from vraem.experiment.rows import KEY_COLUMNS, Key
from vraem.experiment.store_manifest import columns_of, new_manifest, read_manifest, require_same
from vraem.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from vraem.experiment.types import Experiment

__all__ = ["EXPERIMENT_FILE", "Store", "StoreError", "StoreStatus"]


@dataclass(frozen=True)
class StoreStatus:
    """How far a sweep has come; ``planned`` and ``left`` are None for a store without a plan.

    ``left``: planned runs that are neither done nor failed.
    """

    name: str
    planned: int | None
    done: int
    failed: int
    left: int | None


class Store:
    """A result store. Made by ``Store.create`` or ``Store.open``."""

    def __init__(self, directory: Path, manifest: dict[str, Any]) -> None:
        self.directory = directory
        self.manifest = manifest
        self.columns = columns_of(manifest)

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
        if held := results_but_a_sweep(folder):
            raise StoreError(f"{folder}: holds {held}, expected a folder for a sweep; choose another --out")
        problem = _foreign(
            folder, experiment
        )  # before the manifest is looked for: another shard may just write it
        if (folder / MANIFEST_FILE).exists():
            store = cls.open(folder)
            require_same(store.manifest, new_manifest(experiment), folder, "this experiment file")
        elif problem:
            raise StoreError(problem)
        else:
            store = cls(folder, new_manifest(experiment))
        for name in FOLDERS:
            make_folder(folder / name)
        asked = store._as_asked(experiment)
        write_whole(folder / EXPERIMENT_FILE, lambda file: file.write(asked.encode()))
        if not (folder / MANIFEST_FILE).exists():
            text = json.dumps(store.manifest, indent=2, ensure_ascii=False, default=str) + "\n"
            write_whole(folder / MANIFEST_FILE, lambda file: file.write(text.encode()))
        return store

    @classmethod
    def open(cls, directory: Path | str) -> Store:
        """An existing store. Raises ``StoreError`` if there is none, or one that cannot be read."""
        folder = Path(directory)
        return cls(folder, read_manifest(folder))

    def _as_asked(self, experiment: Experiment) -> str:
        """The experiment as a file, with as many replicates as it was ever asked with: the plan keeps them all."""
        try:
            said = tomllib.loads((self.directory / EXPERIMENT_FILE).read_text(encoding="utf-8"))["replicates"]
            count, at_most = said["count"], said.get("until", {}).get("at_most", 0)
            rule = experiment.replicates
            more = replace(rule, count=max(rule.count, count), at_most=max(rule.at_most, at_most))
        except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
            return experiment.text
        return experiment.text if more == rule else frozen_text(replace(experiment, replicates=more))

    def experiment(self) -> Experiment:
        """The experiment as it was asked.

        Raises
        ------
        StoreError
            If another version asked it and this one does not understand its file.
        ScenarioError
            If somebody changed the file, and it has faults.

        """
        from vraem.experiment.loader import load_experiment
        from vraem.scenario.faults import ScenarioError

        try:
            return load_experiment(self.directory / EXPERIMENT_FILE)
        except ScenarioError as error:
            if (made := self.manifest["vraem"]) == __version__:
                again = f"the same vraem sweep with --out {self.directory} writes the file again"
                raise ScenarioError(
                    replace(fault, hint=fault.hint or again) for fault in error.faults
                ) from None
            raise StoreError(
                f"{self.directory}: got a sweep of vraem {made}, which {__version__} cannot read "
                f"({error.faults[0].key}: {error.faults[0].got}); read it with {made}, or run it again"
            ) from None

    def require_unchanged(self, experiment: Experiment) -> None:
        """Raise ``StoreError`` if the experiment that the folder names is not the one by which its runs were made.

        Rules that are changed afterwards would give another verdict under the same name. Other versions may give the
        same experiment another id: their folders are not asked.
        """
        asked = self.manifest["experiment"]["id"]
        if self.manifest["vraem"] == __version__ and experiment.id != asked:
            raise StoreError(
                f"{self.directory / EXPERIMENT_FILE}: got an experiment with id {experiment.id}, expected {asked}, by "
                "which the runs were made; somebody changed the file or its rules: put it back, or sweep the changed "
                "one into another folder"
            )

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

    def runs(self) -> pa.Table:
        """A row for each finished run, sorted by id."""
        table = self._read(RUNS, KEY_COLUMNS)
        return table.select(self.columns.order(table.column_names))

    def failures(self) -> pa.Table:
        """A row for each run that failed and was not done later, sorted by id."""
        order = (*KEY_COLUMNS, "exception", "message", "traceback")
        table = self._read(FAILURES, order)
        done = self.done_keys()
        return table.filter([key not in done for key in keys_of(table)]) if len(table) else table

    def timings(self) -> pa.Table:
        """What each finished or failed run took, the last time if several: no part of what two sweeps agree on."""
        return self._read(TIMINGS, (*KEY_COLUMNS, "finished"), last=True)

    def plan(self) -> pa.Table | None:
        """Every run of the experiment, or None if no plan was stored. Raises ``StoreError``."""
        path = self.directory / PLAN_FILE
        return read_part(path, expected=self._plan_schema()) if path.exists() else None

    def planned(self) -> int | None:
        """How many runs the plan has, or None if no plan was stored. Raises ``StoreError``."""
        path = self.directory / PLAN_FILE
        return row_count(path) if path.exists() else None

    def add_to_plan(self, table: pa.Table) -> None:
        """Add runs to the plan (``plan_table``); those that it has stay as they are. Raises ``StoreError``."""
        import pyarrow.parquet as parquet

        path = self.directory / PLAN_FILE
        ours = self.plan()
        if ours is not None:
            known = set(keys_of(ours))
            new = table.filter([key not in known for key in keys_of(table)]) if len(table) else table
            if not len(new):
                return
            table = unified([path, path], [ours, new])
        write_whole(
            path,
            lambda file: parquet.write_table(table, file, compression="zstd", write_page_checksum=True),
        )

    def series(self, columns: Sequence[str] | None = None, *, arm: str | None = None) -> pa.Table:
        """The weekly series that were kept, sorted by id and week; some `columns`, one `arm`."""
        import pyarrow as pa

        tables = list(self.each_series(columns, arm=arm))
        if not tables:
            return pa.table({})
        return pa.concat_tables(tables, promote_options="permissive").combine_chunks()

    def each_series(
        self, columns: Sequence[str] | None = None, *, arm: str | None = None
    ) -> Iterator[pa.Table]:
        """The weekly series of one run after the other, so that any number fits in memory."""
        done = self.done_keys()
        wanted = {key for key in done if arm is None or key[1] == arm}
        return store_series.each_run(self.parts(SERIES), wanted, columns)

    def without_series(self) -> set[Key]:
        """Keys of the finished runs whose series should be kept and are not: their part files were lost.

        None in a store of another version, which may have kept others and cannot be gone on with.
        """
        if self.manifest["vraem"] != __version__:
            return set()
        wanted = store_series.should_be_kept(self.directory / EXPERIMENT_FILE, self.done_keys())
        return wanted - store_series.series_places(self.parts(SERIES)).keys() if wanted else wanted

    def status(self) -> StoreStatus:
        """How far the sweep has come."""
        done = self.done_keys()
        failed = self._keys(FAILURES) - done
        plan = self.plan()
        left = None if plan is None else len(set(keys_of(plan)) - done - failed)
        planned = None if plan is None else len(plan)
        return StoreStatus(self.name, planned, len(done), len(failed), left)

    def merge(self, others: Iterable[Path | str]) -> int:
        """Take over what other stores of this experiment hold; see ``store_merge.merge``. Raises ``StoreError``."""
        return store_merge.merge(self, [Store.open(other) for other in others])

    def export(self, directory: Path | str, kind: str = "csv") -> list[Path]:
        """Write each table as one file; see ``store_export.export``. Raises ``StoreError``."""
        return store_export.export(self, Path(directory), kind)

    def parts(self, folder: str) -> list[Path]:
        """The part files of a kind, sorted. Raises ``StoreError`` if they cannot be listed."""
        return parts_in(self.directory / folder)

    def check_part(self, folder: str, part: Path) -> None:
        """Raise ``StoreError`` if a part file of a kind is damaged or has not the columns of this store."""
        read_part(part, KEY_COLUMNS, self._schema(folder), self._loose)

    def _keys(self, folder: str) -> set[Key]:
        keys: set[Key] = set()
        for part in self.parts(folder):
            keys.update(keys_of(read_part(part, KEY_COLUMNS)))
        return keys

    def _read(self, folder: str, order: Sequence[str], *, last: bool = False) -> pa.Table:
        """All parts as one table, sorted by the columns of `order`.

        Of rows of one key the first stays, or the `last`.
        """
        schema, paths = self._schema(folder), self.parts(folder)
        tables = [read_part(part, expected=schema, loose=self._loose) for part in paths]
        if not tables:
            return schema.empty_table()
        table = unified(paths, tables).sort_by([(name, "ascending") for name in order]).combine_chunks()
        same = np.ones(max(len(table) - 1, 0), dtype=bool)
        for name in KEY_COLUMNS:
            values = table[name].to_numpy()
            same &= values[1:] == values[:-1]
        kept = np.append(~same, True) if last else np.append(True, ~same)
        return table.take(np.flatnonzero(kept)).combine_chunks()

    def _schema(self, folder: str) -> pa.Schema:
        """The columns that each part file of a kind has."""
        import pyarrow as pa

        if folder == SERIES:
            return key_schema().append(pa.field("week", pa.date32()))
        tables = {
            RUNS: self.columns.runs([]),
            FAILURES: self.columns.failures([]),
            TIMINGS: self.columns.timings([], ""),
        }
        return tables[folder].schema

    @property
    def _loose(self) -> frozenset[str]:
        """Columns that may hold numbers or text: outcomes, where an older manifest does not say which are labels."""
        known = "texts" in self.manifest["columns"]
        return frozenset() if known else frozenset(self.columns.outcomes)

    def _plan_schema(self) -> pa.Schema:
        import pyarrow as pa

        return key_schema().append(pa.field("task", pa.string()))


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
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
