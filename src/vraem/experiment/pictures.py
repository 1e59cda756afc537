"""Which pictures of a folder were drawn here: drawings say so, and a picture goes by the drawing beside it."""

from collections.abc import Iterable
from pathlib import Path

from vraem.experiment.output_error import OutputError

DRAWING, PICTURE = ".svg", ".png"
MARK = b"<dc:title>vraem "
"""Stands near the beginning of every drawing."""
HEAD = 4096
"""Bytes at the beginning of a file that tell what wrote it."""


def is_ours(path: Path) -> bool:
    """Whether a picture or drawing was drawn here, as far as its drawing says."""
    try:
        with path.with_suffix(DRAWING).open("rb") as file:
            return MARK in file.read(HEAD)
    except OSError:
        return False


def own_pictures(folder: Path) -> set[Path]:
    """The pictures and drawings in a folder that were drawn here."""
    return {
        path
        for drawing in folder.glob(f"*{DRAWING}")
        if is_ours(drawing)
        for path in (drawing, drawing.with_suffix(PICTURE))
        if path.exists()
    }


def refuse_foreign(folder: Path, stems: Iterable[str], option: str) -> None:
    """Raise ``OutputError`` if charts of these names (patterns) would replace pictures that were not drawn here."""
    for stem in stems:
        for ending in (DRAWING, PICTURE):
            for path in sorted(folder.glob(f"{stem}{ending}")):
                if not is_ours(path):
                    raise would_be_lost(path, option)


def would_be_lost(path: Path, option: str) -> OutputError:
    """The error for a file that is not ours; `option` is what to choose otherwise."""
    said = "got a file that this command did not write, and it would be lost"
    return OutputError(f"{path}: {said}; move it away or choose another {option}")
