"""Whatever a file holds, it loads or is answered with faults: nothing else comes out."""

import datetime
import subprocess
import sys

import pytest
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
[[event]]
kind = 'removal'
date = 2014-01-01
role = 'heir'
[[event]]
kind = 'presence'
start = 2014-01-01
end = 2014-12-31
districts = ['Canayre']
posts = 1
[[campaign]]
targets = ['heirs', 'leader']
start = 2015-01-01
end = 2016-01-01
pace = 0.5
budget = 24
[[group]]
name = 'one'
members = 100
armed = 30
columns = 3
income.coca = 0.5
[[group]]
name = 'two'
lineage = false
income = { logging = 2 }
[[post]]
place = 'Mayapo'
kind = 'army_base'
force = 'army'
[measure]
anchor_start = 2018-01-01
anchor_end = 2019-01-01
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


FLOODS = {
    "campaigns": "[[campaign]]\ntargets = ['hairs']\nstart = 2024-01-01\nend = 2025-01-01\n" * 12_000,
    "targets": f"[[campaign]]\ntargets = [{'1,' * 400_000}]\n",
    "districts": f"[[group]]\nname = 'a'\ndistricts = [{chr(39)}{'Pichary,' * 4}{chr(39)}]\n" * 14_000,
    "posts": "".join(f"[[post]]\nplace = 'P{number}'\n" for number in range(25_000)),
    "income": "[[group]]\nname = 'a'\n" + "".join(f"income.k{number} = 1\n" for number in range(45_000)),
    "unknown": f"unknown = [{'{},' * 300_000}]\n",
}
HEAD = 'extends = "baseline"\nname = "own"\ndescription = "d"\n'
LOAD = """
import sys
from vraem.scenario import ScenarioError, load
try:
    load(sys.argv[1])
except ScenarioError as error:
    # of this process alone: the peak of getrusage begins with that of the parent
    peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))
    print(len(error.faults), int(peak.split()[1]) // 1024)
"""
MOST_MEGABYTES = 200
MOST_SECONDS = 60  # some two on a quiet machine


@pytest.mark.parametrize("flood", FLOODS)
def test_a_large_faulty_file_is_answered_within_200_megabytes(tmp_path, flood):
    path = tmp_path / "own.toml"
    path.write_text(HEAD + FLOODS[flood], encoding="utf-8")
    assert 600_000 < path.stat().st_size < 1_000_000
    told = subprocess.run(
        [sys.executable, "-c", LOAD, path],
        capture_output=True,
        text=True,
        check=True,
        timeout=MOST_SECONDS,
    ).stdout
    faults, megabytes = map(int, told.split())
    assert faults > 0
    assert megabytes < MOST_MEGABYTES


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
NAMES += ["campaign", "targets", "pace", "budget", "lethality", "follow_on", "group", "members", "armed"]
NAMES += [
    "income",
    "coca",
    "lineage",
    "post",
    "place",
    "force",
    "measure",
    "anchor_start",
    "anchor_end",
    "date",
]
NAMES += ["role", "count", "posts", "patrols", "kin_shock", "null_model"]
values = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.dates(datetime.date(1, 1, 1))
    | st.sampled_from(["eradication", "baseline", "history", "x.toml", "../x.toml", "air", "Sivia", ""])
    | st.sampled_from(
        ["removal", "presence", "heirs", "burst", "none", "heir", "Mayapo", "army", "arrest", "a"]
    )
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
