"""Taking over the part files of other stores: all of them are looked at before the first is copied."""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vraem.experiment.output import EXPERIMENT_FILE, MATCH_FILE, PLAN_FILE
from vraem.experiment.part_files import FOLDERS, RUNS, StoreError, take_over
from vraem.experiment.store_manifest import new_manifest, require_same
from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.experiment.store import Store


def merge(store: Store, others: Sequence[Store], begin: Callable[[], object] | None = None) -> int:
    """Take over the part files, plans and matched draws of other stores, and return how many files of runs were new.

    A file that is there and cannot be read is replaced by one of its name that can. `begin` makes the folder of a
    store that is not there yet; it is called after everything was looked at.

    Raises
    ------
    StoreError
        If one belongs to another experiment or version, ran draws that were matched otherwise, holds a file that cannot
        be read or another one under a name that is taken; nothing is copied then. Or if a copy fails.

    """
    for other in others:
        require_same(store.manifest, other.manifest, store.directory, str(other.directory))
    matched = _matched(store, others)
    copies: dict[Path, Path] = {}
    for other in others:
        for folder in FOLDERS:
            for part in other.parts(folder):
                other.check_part(folder, part)
                target = store.directory / folder / part.name
                if _is_new(part, copies.get(target, target), store, folder):
                    copies[target] = part
    plans = [plan for plan in (other.plan() for other in others) if plan is not None]
    if begin is not None:
        begin()
    if matched is not None:
        take_over(matched, store.directory / MATCH_FILE)
    for target, part in copies.items():
        take_over(part, target)
    for plan in plans:
        store.add_to_plan(plan)
    return sum(target.parent.name == RUNS for target in copies)


def _is_new(part: Path, there: Path, store: Store, folder: str) -> bool:
    """Whether a part file is to be copied: nothing is there, or a file that is damaged."""
    if not there.exists():
        return True
    if filecmp.cmp(part, there, shallow=False):
        return False
    try:
        store.check_part(folder, there)
    except StoreError:
        return True
    raise StoreError(f"{part}: got another file than {there} of the same name; rename one of the two")


def _matched(store: Store, others: Sequence[Store]) -> Path | None:
    """The file of matched draws to take over, if any. Raises ``StoreError`` if two say not the same."""
    ours = store.directory / MATCH_FILE
    known, new = (ours if ours.exists() else None), None
    for other in others:
        theirs = other.directory / MATCH_FILE
        if not theirs.exists():
            continue
        if known is None:
            known = new = theirs
        elif known.read_bytes() != theirs.read_bytes():
            raise StoreError(
                f"{theirs}: got other matched draws than {known}; match them alike, or remove one of the two"
            )
    return new


def merge_into_new(directory: Path, sources: Sequence[Store]) -> Store:
    """A new store with the runs of others; the folder is made once it is clear that all of them can be taken over.

    Raises ``StoreError``, as `merge`; no folder is left then, unless a copy fails.
    """
    from vraem.experiment.store import Store

    first = sources[0]
    experiment = first.experiment()
    for source in sources:
        if (made := source.manifest["vraem"]) != __version__:
            raise StoreError(
                f"{source.directory}: got a sweep of vraem {made}, expected one of {__version__}"
            )
        require_same(first.manifest, source.manifest, first.directory, str(source.directory))
    store = Store(directory, new_manifest(experiment))
    merge(store, sources, begin=lambda: Store.create(directory, experiment))
    return store


def refuse_foreign(folder: Path) -> None:
    """Raise ``StoreError`` if a folder that is no sweep's holds anything: sweeps are not merged into it."""
    try:
        names = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise StoreError(f"{folder}: got a file, expected a folder to merge into") from None
    foreign = sorted(names - {*FOLDERS, EXPERIMENT_FILE, PLAN_FILE})
    if foreign:
        raise StoreError(
            f"{folder}: holds {foreign[0]} and no sweep; choose a folder of a sweep, an empty one or a new one"
        )
