"""Taking a store away again: its own files and folders, and nothing that somebody else put beside them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from vraem.experiment.output import MANIFEST_FILE, MATCH_FILE, PLAN_FILE
from vraem.experiment.part_files import FOLDERS, parts_in, take_away
from vraem.experiment.store import EXPERIMENT_FILE, Store


def remove_store(store: Store) -> None:
    """Remove the files of a store and its matched draws, the manifest last, and its folders if nothing else is in them.

    Raises ``StoreError`` if a file cannot be removed; the manifest is then still there to try again.
    """
    for folder in FOLDERS:
        inside = store.directory / folder
        for part in [*parts_in(inside), *inside.glob(".part-*.tmp")]:
            take_away(part)
        remove_if_empty(inside)
    for name in (MATCH_FILE, PLAN_FILE, EXPERIMENT_FILE, MANIFEST_FILE):
        take_away(store.directory / name)
    remove_if_empty(store.directory)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder in which nothing is left; any other stays."""
    with contextlib.suppress(OSError):
        folder.rmdir()
