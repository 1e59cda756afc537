"""A store as one file for each table, in a folder that remembers which files are its own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vraem.experiment.part_files import (
    FAILURES,
    FOLDERS,
    RUNS,
    SERIES,
    TIMINGS,
    StoreError,
    make_folder,
    take_away,
    write_whole,
)
from vraem.experiment.store_series import write_tables

if TYPE_CHECKING:
    from vraem.experiment.store import Store

EXPORT_FILE = "export.json"
"""Which files of a folder an export wrote, with their hashes."""


def export(store: Store, folder: Path, kind: str) -> list[Path]:
    """Write each table as one file (`kind`: "csv" or "parquet") and return the files.

    A table without rows has no file; one that an earlier export left is taken away. The same runs give the same
    files to the byte, timings aside. Only files that an export of this experiment wrote, and that are as it wrote them,
    are replaced or taken away.

    Raises
    ------
    StoreError
        If the folder is one of part files, holds files of others by the names of the tables, or cannot be written to.

    """
    _refuse_parts(store, folder)
    make_folder(folder)
    targets = {name: folder / f"{name}.{kind}" for name in (RUNS, FAILURES, TIMINGS, SERIES)}
    known = _known(store, folder)
    for target in targets.values():
        _refuse_foreign(target, known)
    tables = {RUNS: store.runs, FAILURES: store.failures, TIMINGS: store.timings}
    # Written down before they are made, without a hash: an export that is cut off leaves nothing that looks foreign.
    _remember(store, folder, known | {target.name: "" for target in targets.values()})
    written = []
    for name, target in targets.items():
        rows = (
            iter([table] if len(table := tables[name]()) else []) if name in tables else store.each_series()
        )
        if write_tables(target, rows, kind):
            written.append(target)
        else:
            take_away(target)
    known = {name: digest for name, digest in known.items() if folder / name not in targets.values()}
    _remember(store, folder, known | {path.name: _digest(path) for path in written})
    return written


def _refuse_parts(store: Store, folder: Path) -> None:
    inside = folder.resolve()
    for name in FOLDERS:
        own = (store.directory / name).resolve()
        if own == inside or own in inside.parents:
            raise StoreError(f"{folder}: holds part files of the sweep; choose another --to")


def _known(store: Store, folder: Path) -> dict[str, str]:
    """Names of files that an export of this experiment wrote, with their hashes; nothing if none did."""
    path = folder / EXPORT_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in found["files"].items()}
        experiment = found["experiment"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise StoreError(f"{path}: cannot be read as the list of an export; choose another --to") from None
    if experiment != store.manifest["experiment"]["id"]:
        raise StoreError(f"{folder}: holds an export of another experiment; choose another --to")
    return files


def _refuse_foreign(target: Path, known: dict[str, str]) -> None:
    """Raise ``StoreError`` for a file that no export wrote, or that was changed since."""
    if not (target.exists() or target.is_symlink()):
        return
    if not target.is_file() or target.name not in known:
        said = "that no export of this sweep wrote"
    elif known[target.name] and known[target.name] != _digest(target):
        said = "that was changed since its export"
    else:
        return
    raise StoreError(
        f"{target}: got a file {said}, and it would be lost; move it away or choose another --to"
    )


def _remember(store: Store, folder: Path, files: dict[str, str]) -> None:
    said: dict[str, Any] = {
        "experiment": store.manifest["experiment"]["id"],
        "files": dict(sorted(files.items())),
    }
    text = json.dumps(said, indent=2) + "\n"
    write_whole(folder / EXPORT_FILE, lambda file: file.write(text.encode()))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
