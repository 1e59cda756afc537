"""What the commands refuse to write over: results of others, and files that they did not write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from glob import escape
from pathlib import Path

_WITHIN = (Path(), Path("figures"), Path("report"), Path("report/charts"), Path("export"))
"""Where in a folder of results its commands write."""


def refuse_results_of_others(folder: Path, option: str, own: Path | None = None) -> None:
    """Raise ``OutputError`` if a folder is that of a run, a comparison or a sweep, or of its charts, report or export.

    `own` are the results that are written about: theirs may be replaced. `option` is what to choose otherwise.
    """
    from vraem.experiment.output_error import OutputError

    for place, inside in _owners(folder):
        found = _results_in(place)
        if found and (own is None or not _is_same(place, own)):
            said = f"lies in {place}, which holds {found}" if inside else f"holds {found}"
            raise OutputError(f"{folder}: {said}; choose another {option}")


def refuse_foreign_file(path: Path, mark: bytes, option: str, *, first: bool = True) -> None:
    """Raise ``OutputError`` if there is a file that does not begin with the `mark` of those of the command.

    With `first` false the mark may stand anywhere near the beginning.
    """
    from vraem.experiment.pictures import HEAD, would_be_lost

    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:  # none is there, or it is told when it is to be written
        return
    if head and not (head.startswith(mark) if first else mark in head):
        raise would_be_lost(path, option)


def refuse_foreign_pictures(stem: Path, option: str) -> None:
    """Raise ``OutputError`` if a picture or drawing of a name is there that no command here drew; drawings say so."""
    from vraem.experiment.pictures import refuse_foreign

    refuse_foreign(stem.parent, [escape(stem.with_suffix("").name)], option)


def _owners(folder: Path) -> Iterator[tuple[Path, bool]]:
    """The folders whose results a folder may be a part of, itself first, and whether it lies inside."""
    whole = Path(os.path.realpath(folder))
    for within in _WITHIN:
        depth = len(within.parts)
        if not depth:
            yield folder, False
        elif whole.parts[-depth:] == within.parts and len(whole.parents) >= depth:
            yield whole.parents[depth - 1], True


def _results_in(folder: Path) -> str:
    """What a folder holds: a run, a comparison or a sweep; a report that took its manifest along is none of them."""
    from vraem.experiment.output import MATCH_FILE, PLAN_FILE, results_but_a_sweep, sort_of_results
    from vraem.experiment.part_files import holds_parts

    whole = any((folder / name).exists() for name in (PLAN_FILE, MATCH_FILE)) or holds_parts(folder)
    return "a sweep" if whole and sort_of_results(folder) == "a sweep" else results_but_a_sweep(folder)


def _is_same(folder: Path, other: Path) -> bool:
    return os.path.realpath(folder) == os.path.realpath(other)
