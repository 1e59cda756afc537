"""The place of every key and value of a TOML document is known to the character."""

import datetime
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vraem.scenario.positions import positions
from vraem.scenario.toml_text import toml_text, toml_value

DOCUMENT = """\
title = "a # b"   # a comment with = and [brackets]
'single key'.inner = 'c:\\path'
"quoted \\"key\\"" = 1

[table.sub]
long = \"\"\"
text = "not a key"
\"\"\"\"   # five quotes close it
list = [ 1,  # first
  [2, 3],
  { a = 1, b.c = "}" },
]
when = 1979-05-27 07:32:00
[[rows]]
x = 1
[[rows]]
x = 2
[rows.inner]
y = 3
[[rows.deep]]
z = 4
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("title",), (1, 1), (1, 9)),
        (("single key",), (2, 1), (2, 22)),
        (("single key", "inner"), (2, 14), (2, 22)),
        (('quoted "key"',), (3, 1), (3, 20)),
        (("table",), (5, 2), (5, 2)),
        (("table", "sub"), (5, 8), (5, 8)),
        (("table", "sub", "long"), (6, 1), (6, 8)),
        (("table", "sub", "list", 0), (9, 10), (9, 10)),
        (("table", "sub", "list", 1, 1), (10, 7), (10, 7)),
        (("table", "sub", "list", 2, "b", "c"), (11, 14), (11, 18)),
        (("table", "sub", "when"), (13, 1), (13, 8)),
        (("rows", 0, "x"), (15, 1), (15, 5)),
        (("rows", 1), (16, 3), (16, 3)),
        (("rows", 1, "x"), (17, 1), (17, 5)),
        (("rows", 1, "inner", "y"), (19, 1), (19, 5)),
        (("rows", 1, "deep", 0, "z"), (21, 1), (21, 5)),
    ],
)
def test_each_way_of_writing_has_its_place(path, key, value):
    assert tomllib.loads(DOCUMENT)
    assert positions(DOCUMENT)[path] == (key, value)


def test_line_ends_of_windows_change_no_place():
    assert positions(DOCUMENT.replace("\n", "\r\n")) == positions(DOCUMENT)


def paths(value, path=()):
    """Every path of a parsed document."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def test_every_path_of_the_parser_has_a_place_and_no_other_has():
    assert set(positions(DOCUMENT)) == set(paths(tomllib.loads(DOCUMENT)))


keys = st.text(min_size=1, max_size=8).filter(lambda text: text.isascii() or text.isprintable())
plain = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.text(max_size=20)
    | st.lists(st.integers(0, 9) | st.text("ab]},#\"'", max_size=4), max_size=3)
)
tables = st.dictionaries(keys, plain, max_size=4)
documents = st.dictionaries(keys, plain | tables | st.lists(tables, min_size=1, max_size=3), max_size=5)


@settings(max_examples=150, deadline=None)
@given(documents)
def test_whatever_is_written_is_read_back_and_each_value_begins_where_it_is_said_to(document):
    text = toml_text(document)
    parsed = tomllib.loads(text)
    assert parsed == {key: value for key, value in document.items() if value != {}}
    lines = text.split("\n")
    spots = positions(text)
    assert set(spots) == set(paths(parsed))
    for path in paths(parsed):
        value = parsed
        for part in path:
            value = value[part]
        if isinstance(value, str | int | float | datetime.date):
            line, col = spots[path].value
            assert lines[line - 1][col - 1 :].startswith(toml_value(value))
