"""Syntax errors of TOML in plain words, with line and column."""

from __future__ import annotations

import re

from vraem.scenario.faults import Fault

# What the standard parser says, and what we say: what stands there and what was expected.
_PHRASES = (
    ("Expected '=' after a key", "a key without =", "key = value"),
    ("Expected newline or end of document", "more text after a complete value", "the end of the line"),
    ("Expected ']]' at the end", "a header of an array of tables that is not closed", "]]"),
    ("Expected ']' at the end", "a header of a table that is not closed", "]"),
    ("Invalid initial character for a key part", "no key", "a key of letters, digits, - and _, or in quotes"),
    ("Invalid statement", "no key and no header", "key = value, [table] or [[table]]"),
    ("Invalid value", "no value", 'a number, a date, true, false, "text in quotes" or [a list]'),
    ("Unclosed array", "a list that is not closed", ", or ]"),
    ("Unclosed inline table", "a table in braces that is not closed", ", or }"),
    ("Unterminated string", "text that is not closed", "a closing quote"),
    ('Expected "\'"', "text that is not closed", "a closing quote"),
    ("Expected '\"", "text that is not closed", "a closing quote"),
    ("Illegal character", "a character that may not stand there", "text in quotes on one line"),
    ("Unescaped '\\' in a string", "a backslash with no meaning", "\\\\, or the text in single quotes"),
    ("Escaped character is not a Unicode", "an escape that is no character", "such as \\u00e9"),
    ("Invalid hex value", "an escape that is no character", "such as \\u00e9"),
    ("Invalid date or datetime", "a day that does not exist", "a date such as 2012-01-02"),
    ("Cannot overwrite a value", "a key that is already set", "each key once"),
    ("Duplicate inline table key", "a key that is already set", "each key once"),
    ("Cannot declare", "a table that is already there", "each table once"),
    ("Cannot redefine namespace", "a table that is already there", "each table once"),
    ("Cannot mutate immutable namespace", "a table that is already complete", "each table once"),
)
_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")
_LONG_NUMBER = re.compile(r"\d[\d_]{4000,}")


def fault_of_syntax(file: str, text: str, error: ValueError | RecursionError) -> Fault:
    """The fault that a parser's error amounts to."""
    if isinstance(error, RecursionError):
        return Fault(file, 0, 0, "", "tables or lists nested too deeply", "a few levels")
    message = str(error)
    if number := _LONG_NUMBER.search(text):
        if "digits" in message:
            return Fault(
                file,
                *_line_and_column(text, number.start()),
                "",
                "a number of thousands of digits",
                "a number",
            )
    place = _PLACE.search(message)
    line, col = map(int, place.groups()) if place and place[1] else _line_and_column(text, len(text.rstrip()))
    for start, got, expected in _PHRASES:
        if message.startswith(start):
            return Fault(file, line, col, "", got, expected, _hint(start, text, line))
    return Fault(file, line, col, "", _PLACE.sub("", message).strip(), "valid TOML")


def _hint(start: str, text: str, line: int) -> str:
    """What the line looks like, where a common slip explains the error."""
    lines = text.splitlines()
    written = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    if start.startswith("Expected '='") and re.match(r"[\w.-]+\s*:", written):
        return "did you mean = in place of : ?"
    if start == "Invalid value" and (
        word := re.match(r"[\w.-]+\s*=\s*(True|False|None|null|nan%|[A-Za-z]\w*)", written)
    ):
        return f"did you mean {word[1].lower()}?" if word[1] in ("True", "False") else "text stands in quotes"
    return ""


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
