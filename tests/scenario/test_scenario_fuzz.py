"""Whatever a file holds, it loads or is answered with faults: nothing else comes out."""

import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vraem.scenario import ScenarioError, load
from vraem.scenario.toml_text import toml_text

VALID = b"""\
extends = "baseline"
name = "own"
description = "d"
[run]
seed = 1
end = 2020-12-31
[parameters]
leaf_per_kg_hcl = 300
[switches]
expectations = "naive"
[[driver]]
name = "capacity_air"
start = 2012-01-01
end = 2012-12-31
value = 0.5
[[event]]
kind = 'eradication'
start = 2013-01-01
end = 2013-12-31
hectares = 5e2
districts = ['Sivia']
"""
PIECES = [*(bytes([sign]) for sign in b"[]{}\"'=.,#\n\\\xff\0"), b"nan", b"9" * 30]

fuzzing = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def loads_or_is_answered(path, data):
    path.write_bytes(data)
    faults = None
    try:
        load(path)
    except ScenarioError as error:
        faults = error.faults
    assert faults is None or (faults and all("\n" not in str(fault) for fault in faults))


edits = st.lists(
    st.tuples(
        st.integers(0, len(VALID)), st.integers(0, 12), st.sampled_from(PIECES) | st.binary(max_size=3)
    ),
    min_size=1,
    max_size=4,
)


@fuzzing
@given(edits)
def test_a_damaged_file_loads_or_is_answered(tmp_path, edits):
    data = VALID
    for at, cut, piece in edits:
        data = data[:at] + piece + data[at + cut :]
    loads_or_is_answered(tmp_path / "own.toml", data)


NAMES = [
    "name",
    "run",
    "end",
    "seed",
    "parameters",
    "leaf_per_kg_hcl",
    "switches",
    "drivers",
    "table",
    "driver",
]
NAMES += ["event", "kind", "start", "districts", "factor", "extends", "compare_with", "value", "expectations"]
values = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.dates(datetime.date(1, 1, 1))
    | st.sampled_from(["eradication", "baseline", "history", "x.toml", "../x.toml", "air", "Sivia", ""])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
tables = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), values, max_size=5)


@fuzzing
@given(
    st.dictionaries(
        st.sampled_from(NAMES), values | tables | st.lists(tables, min_size=1, max_size=2), max_size=6
    )
)
def test_a_document_of_any_shape_loads_or_is_answered(tmp_path, document):
    loads_or_is_answered(tmp_path / "own.toml", toml_text(document).encode("utf-8", "replace"))
