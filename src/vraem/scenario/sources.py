"""Reading the files that make up a scenario: limits, text, and paths that stay inside their folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from vraem.scenario.faults import Fault, ScenarioError, did_you_mean, in_words, one_of

LARGEST_FILE = 1_000_000


def library() -> Path:
    """The folder of packaged scenarios: in the installed package, or ``scenarios/`` of the source tree."""
    packaged = Path(str(resources.files("vraem.scenario"))) / "library"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "scenarios"


def packaged_names() -> tuple[str, ...]:
    """The names of packaged scenarios, sorted."""
    return names_in(library())


def names_in(folder: Path) -> tuple[str, ...]:
    """The names of the TOML files of a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def shown(path: Path) -> str:
    """A path as messages show it: from the working folder if it lies inside, else whole."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (OSError, ValueError, RuntimeError):  # the last for a link that leads to itself
        return str(path)


def find(source: str | os.PathLike[str], folder: Path | None = None, what: str = "a scenario file") -> Path:
    """The file that a person means: a path, or the name of a packaged one.

    ``folder`` holds the packaged files, scenarios if None. Raises ``ScenarioError`` if there is no such file.
    """
    text = os.fspath(source)
    shelf = folder or library()
    names = names_in(shelf)
    named = text in names
    path = shelf / f"{text}.toml" if named else Path(text)
    if not named and not _exists(path):
        hint = did_you_mean(path.stem, names) if not path.suffix or not path.parent.name else ""
        expected = f"{what}, or {one_of(names)}"
        raise ScenarioError([Fault(text, 0, 0, "", "no such file", expected, hint)])
    return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_text(path: Path, what: str, complain: Callable[[str, str], Fault]) -> str:
    """The text of a file, or ``ScenarioError`` with one fault: made by ``complain(got, expected)``."""
    try:
        problem = _unreadable(path)
        data = b"" if problem else path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "a path that cannot be"
        problem, data = reason.lower(), b""
    if not problem and b"\0" in data:
        problem = "a binary file"
    if problem:
        raise ScenarioError([complain(problem, what)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{data[error.start]:02x} in line {line}, which is not UTF-8"
        raise ScenarioError([complain(got, f"{what} saved as UTF-8")]) from None


def _unreadable(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    if not path.exists():
        return "no such file"
    if not path.is_file():
        return "something that is not a file"
    size = path.stat().st_size
    return f"a file of {size / 1e6:.1f} MB, over the limit of 1 MB" if size > LARGEST_FILE else ""


def inside(folder: Path, root: Path, relative: str) -> tuple[Path, str]:
    """The file that ``relative`` names from ``folder``, and what is wrong with it (nothing if all is well).

    Links are followed before the check, so that none leads out of ``root``.
    """
    if not relative.isprintable() or Path(relative).is_absolute() or "\\" in relative:
        return folder, in_words(relative)
    path = folder / relative
    try:
        outside = not path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return folder, in_words(relative)
    return path, f"{in_words(relative)}, which leaves the folder" if outside else ""
