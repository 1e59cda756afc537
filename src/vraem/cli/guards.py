"""What the commands refuse to write over: results of others, and files that they did not write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_WITHIN = (Path(), Path("figures"), Path("report"), Path("report/charts"), Path("export"))
"""Where in a folder of results its commands write."""
_HEAD = 4096
"""Bytes at the beginning of a file that tell what wrote it."""


def refuse_results_of_others(folder: Path, option: str, own: Path | None = None) -> None:
    """Raise ``OutputError`` if a folder is that of a run, a comparison or a sweep, or of its charts, report or export.

    `own` are the results that are written about: theirs may be replaced. `option` is what to choose otherwise.
    """
    from vraem.experiment.output import OutputError

    for place, inside in _owners(folder):
        found = _results_in(place)
        if found and (own is None or not _is_same(place, own)):
            said = f"lies in {place}, which holds {found}" if inside else f"holds {found}"
            raise OutputError(f"{folder}: {said}; choose another {option}")


def refuse_foreign_file(path: Path, mark: bytes, option: str) -> None:
    """Raise ``OutputError`` if there is a file without the `mark` that those of the command begin with."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:  # none is there, or it is told when it is to be written
        return
    if head and mark not in head:
        raise would_be_lost(path, option)


def refuse_foreign_pictures(stem: Path, option: str) -> None:
    """Raise ``OutputError`` if a picture or drawing of a name is there that no command here drew; drawings say so."""
    png, svg = stem.with_suffix(".png"), stem.with_suffix(".svg")
    refuse_foreign_file(svg, b"<dc:title>vraem ", option)
    if png.exists() and not svg.exists():
        raise would_be_lost(png, option)


def would_be_lost(path: Path, option: str) -> Exception:
    """The error for a file that is not ours."""
    from vraem.experiment.output import OutputError

    said = "got a file that this command did not write, and it would be lost"
    return OutputError(f"{path}: {said}; move it away or choose another {option}")


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
