"""Syntax errors of TOML in plain words, with line and column."""

from __future__ import annotations

import re
from typing import NamedTuple

from vraem.scenario.faults import Fault, safe


class Phrase(NamedTuple):
    """How one error of the parser is told. Without ``got``, what is written at the place is shown."""

    start: str
    got: str
    expected: str


TOO_DEEP = "tables or lists nested too deeply"
_VALUE = 'a number, a date, true, false, "text in quotes" or [a list]'
_PHRASES = (
    Phrase("Expected '=' after a key", "a key without =", "key = value"),
    Phrase("Expected newline or end of document", "", "the end of the line"),
    Phrase("Expected ']]' at the end", "a header that is not closed", "]]"),
    Phrase("Expected ']' at the end", "a header that is not closed", "]"),
    Phrase("Invalid initial character for a key part", "", "a key of letters, digits, - and _, or in quotes"),
    Phrase("Invalid statement", "", "key = value, [table] or [[table]]"),
    Phrase("Invalid value", "", _VALUE),
    Phrase("Unclosed array", "a list that is not closed", ", or ]"),
    Phrase("Unclosed inline table", "a table in braces that is not closed", ", or }"),
    Phrase("Unterminated string", "text that is not closed", "a closing quote"),
    Phrase('Expected "\'"', "text that is not closed", "a closing quote"),
    Phrase("Expected '\"", "text that is not closed", "a closing quote"),
    Phrase("Illegal character '\\n'", "text that is not closed", "a closing quote on the same line"),
    Phrase("Illegal character", "a character that may not stand there", "plain text"),
    Phrase("Unescaped '\\' in a string", "a backslash with no meaning", "\\\\, or the text in single quotes"),
    Phrase("Escaped character is not a Unicode", "an escape that is no character", "such as \\u00e9"),
    Phrase("Invalid hex value", "an escape that is no character", "such as \\u00e9"),
    Phrase("Invalid date or datetime", "", "a day that exists, such as 2012-01-02"),
    Phrase("Cannot overwrite a value", "a key that is already set", "each key once"),
    Phrase("Duplicate inline table key", "a key that is already set", "each key once"),
    Phrase("Cannot declare", "a table that is already there", "each table once"),
    Phrase("Cannot redefine namespace", "a table that is already there", "each table once"),
    Phrase("Cannot mutate immutable namespace", "a table that is already complete", "each table once"),
)
_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")
_LONG_NUMBER = re.compile(r"\d[\d_]{4000,}")
_WORD = re.compile(r"[^\s,\]}#]*")
_BARE_WORD_AS_VALUE = re.compile(r"[\w.-]+\s*=\s*([A-Za-z]\w*)")
_ONCE = ("each key once", "each table once")


def fault_of_syntax(file: str, text: str, error: ValueError | RecursionError) -> Fault:
    """The fault that a parser's error amounts to."""
    if isinstance(error, RecursionError):
        return Fault(file, 0, 0, "", TOO_DEEP, "a few levels")
    text = text.replace("\r\n", "\n")
    message = str(error)
    number = _LONG_NUMBER.search(text) if "digits" in message else None
    if number:
        got = "a number of thousands of digits"
        return Fault(file, *_line_and_column(text, number.start()), "", got, "a number")
    place = _PLACE.search(message)
    line, col = map(int, place.groups()) if place and place[1] else _line_and_column(text, len(text.rstrip()))
    phrase = next((phrase for phrase in _PHRASES if message.startswith(phrase.start)), None)
    if phrase is None:
        return Fault(file, line, col, "", safe(_PLACE.sub("", message).strip()), "valid TOML")
    written = (text.split("\n")[line - 1 : line] or [""])[0]
    if phrase.expected in _ONCE:  # the parser has read on to the end of the line: point to its start
        col = len(written) - len(written.lstrip()) + 1
    hint = _hint(phrase.start, written.strip())
    return Fault(file, line, col, "", phrase.got or _word_at(written, col), phrase.expected, hint)


def _word_at(written: str, col: int) -> str:
    rest = written[col - 1 :]
    match = _WORD.match(rest)
    word = (match[0] if match else "") or rest[:1]
    return safe(word) if word else "the end of the line"


def _hint(start: str, written: str) -> str:
    """Where a common slip explains the error, what to do."""
    if start.startswith("Expected '='") and re.match(r"[\w.-]+\s*:", written):
        return "did you mean = in place of : ?"
    word = _BARE_WORD_AS_VALUE.match(written) if start == "Invalid value" else None
    if word:
        return f"did you mean {word[1].lower()}?" if word[1] in ("True", "False") else "text stands in quotes"
    return ""


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
