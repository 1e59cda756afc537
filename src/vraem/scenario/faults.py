"""Faults of an input file, as one line each, and the error that carries them."""

from __future__ import annotations

import datetime
import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_LONGEST_VALUE = 60
_LONGEST_LIST = 16


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong in an input, where it stands, and what was expected there.

    ``line`` and ``col`` count from 1; 0 means that the fault has no place (a missing file, say).
    """

    file: str
    line: int
    col: int
    key: str
    got: str
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """``file:line:col: key: got X, expected Y; did you mean Z?`` without the parts that are empty."""
        place = ":".join([escaped(self.file), *(str(n) for n in (self.line, self.col) if n)])
        text = f"got {self.got}" + (f", expected {self.expected}" if self.expected else "")
        parts = [place, self.key, text] if self.key else [place, text]
        return ": ".join(parts) + (f"; {self.hint}" if self.hint else "")


class ScenarioError(ValueError):
    """An input that cannot be used. ``faults`` holds every fault found, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults sorted by file, line and column, each once."""
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        """Travel between processes whole: the faults, not only their text."""
        return type(self), (self.faults,)


def near(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Known names that look like ``word`` or begin with it, best first; case and - or _ do not matter."""
    names = {_plain(name): name for name in known}
    plain = _plain(word[:_LONGEST_VALUE])
    close = difflib.get_close_matches(plain, names, n=count, cutoff=0.6)
    longer = [name for name in names if len(plain) > 2 and name.startswith(plain) and name not in close]
    return [names[name] for name in (close + longer)[:count]]


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint such as ``did you mean foot?``, or nothing when no known name is near."""
    return ask(near(word, known))


def ask(names: Iterable[str]) -> str:
    """``did you mean this or that?``, or nothing without names."""
    listed = " or ".join(names)
    return f"did you mean {listed}?" if listed else ""


def one_of(names: Iterable[str]) -> str:
    """``one of a, b, c``, shortened when the list would not fit on a line; the name itself if there is but one."""
    listed = list(names)
    if len(listed) == 1:
        return listed[0]
    shown = ", ".join(listed[:_LONGEST_LIST])
    return f"one of {shown}" + (
        f" and {len(listed) - _LONGEST_LIST} more" if len(listed) > _LONGEST_LIST else ""
    )


def in_words(value: Any) -> str:
    """How a message shows a value found in a file: as it would be written there, with its kind if unclear."""
    if isinstance(value, bool):
        return "true (yes or no)" if value else "false (yes or no)"
    if isinstance(value, str):
        return f"{_shorten(_quoted(value))} (text)"
    if isinstance(value, int):
        return _whole_in_words(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"{value} (not a finite number)"
    if isinstance(value, datetime.datetime):
        return f"{value.isoformat()} (a date with a time)"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return "nothing" if value is None else _shorten(repr(value))


def safe(text: str) -> str:
    """Text from a file as one short line without control characters, so that it can be printed."""
    return _shorten(text if text.isprintable() else _quoted(text))


def _whole_in_words(value: int) -> str:
    """A whole number; one with thousands of digits is described, since printing it is refused by Python."""
    if value.bit_length() <= 200:
        return str(value)
    return f"a number of about {int(value.bit_length() * math.log10(2)) + 1} digits"


def escaped(text: str) -> str:
    """Text whose control characters and line ends are written out, so that it stays on its line."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text.replace("\n", "\\n"))


def _quoted(text: str) -> str:
    return f'"{escaped(text)}"'


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
