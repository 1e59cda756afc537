"""Where keys and values of a TOML document stand: the line and column of each.

The standard parser gives values without their places. This scanner walks the same text once, after that
parser has accepted it, so it need not judge what is valid: it only notes where keys and values begin.
"""

from __future__ import annotations

import bisect
import re
from typing import NamedTuple

Path = tuple[str | int, ...]


class Position(NamedTuple):
    """Line and column, both from 1; columns count characters."""

    line: int
    col: int


class Spot(NamedTuple):
    """Where a key stands and where its value does (for a table: its header twice)."""

    key: Position
    value: Position


def positions(text: str) -> dict[Path, Spot]:
    """The place of every key, array item and table of a valid TOML document, by path.

    ``[[event]]`` tables and array items are numbered from 0: ``("event", 0, "hectares")``. For a dotted key
    each part has its own place. The same holds inside inline tables and arrays over several lines.
    Raises ``RecursionError`` for a path of more than ``DEEPEST`` parts, which no scenario has.
    """
    # The parser takes \r\n as \n, so columns and offsets are counted in the same text.
    return _Scanner(text.replace("\r\n", "\n")).document()


DEEPEST = 40
MOST_ITEMS = 20_000
"""Items of one array whose places are kept; those after it have the place of the array."""
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_PLAIN_VALUE = re.compile(r"[^,\]}#\n]+")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, Spot] = {}
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self.array_lengths: dict[Path, int] = {}  # of arrays of tables, so far

    def document(self) -> dict[Path, Spot]:
        table: Path = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.blank()
        return self.found

    def header(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``: the path of the table that it opens."""
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        keys = self.keys()
        self.at += 2 if double else 1
        path: Path = ()
        for number, (name, offset) in enumerate(keys, 1):
            path = (*path, name)
            spot = Spot(self.position(offset), self.position(offset))
            self.found.setdefault(path, spot)
            if double and number == len(keys):
                self.array_lengths[path] = self.array_lengths.get(path, 0) + 1
            elif number == len(keys):
                self.found[path] = spot
            if path in self.array_lengths:  # a name that is an array stands for its newest table
                path = (*path, self.array_lengths[path] - 1)
                self.found.setdefault(path, spot)
        return path

    def pair(self, table: Path) -> None:
        """``key = value``, the key perhaps dotted."""
        path = table
        keys = self.keys()
        self.at += 1  # the sign =
        self.at = self.end_of(_SPACE)
        value = self.position(self.at)
        for name, offset in keys:
            path = (*path, name)
            self.found.setdefault(path, Spot(self.position(offset), value))
        self.value(path)

    def keys(self) -> list[tuple[str, int]]:
        """The parts of a key with the offset of each; stops before ``=`` or ``]``."""
        parts: list[tuple[str, int]] = []
        while True:
            self.at = self.end_of(_SPACE)
            start = self.at
            parts.append((self.key_part(), start))
            _limit(len(parts))
            self.at = self.end_of(_SPACE)
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def key_part(self) -> str:
        start = self.at
        if self.text[start] not in "\"'":
            self.at = self.end_of(_BARE_KEY)
            return self.text[start : self.at]
        self.string()
        return _unquoted(self.text[start : self.at])

    def value(self, path: Path) -> None:
        _limit(len(path))
        sign = self.text[self.at]
        if sign == "[":
            self.array(path)
        elif sign == "{":
            self.inline_table(path)
        elif sign in "\"'":
            self.string()
        else:
            self.at = self.end_of(_PLAIN_VALUE)

    def array(self, path: Path) -> None:
        self.at += 1
        self.blank()
        index = 0
        while self.text[self.at] != "]":
            if index < MOST_ITEMS:
                place = self.position(self.at)
                self.found[(*path, index)] = Spot(place, place)
            self.value((*path, index))
            index += 1
            self.separator()
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.blank()
        while self.text[self.at] != "}":
            self.pair(path)
            self.separator()
        self.at += 1

    def separator(self) -> None:
        self.blank()
        if self.text[self.at] == ",":
            self.at += 1
            self.blank()

    def string(self) -> None:
        for pattern in _STRINGS:
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return
        raise ValueError(f"no text in quotes at {self.position(self.at)}")

    def blank(self) -> None:
        """Over spaces, line ends and comments."""
        self.at = self.end_of(_BLANK)

    def end_of(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        return match.end() if match else self.at

    def position(self, offset: int) -> Position:
        line = bisect.bisect_right(self.lines, offset)
        return Position(line, offset - self.lines[line - 1] + 1)


def _limit(depth: int) -> None:
    if depth > DEEPEST:
        raise RecursionError(f"more than {DEEPEST} levels")


def _unquoted(quoted: str) -> str:
    import tomllib

    return str(tomllib.loads(f"key = {quoted}")["key"])
