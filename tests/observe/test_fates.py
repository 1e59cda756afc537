"""Fates: everybody who was there has one, and it is where the person is."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vraem.observe.fates import FATE_WORDS, FATES, Fates, no_fates
from vraem.observe.logbook import Persons
from vraem.world.organisation_tables import (
    ACTIVE,
    CAPTURED,
    DEAD,
    FIGHTER,
    HIRED,
    LEADER,
    QUIT,
    SUPPORTER,
    SURRENDERED,
)

FOUNDING = np.array([True, False, False, False, False])
PARENT = np.array([-1, 0, 1, -1, 3])
"""Group 0 stood at the start; 1 split from it, 2 from 1; 3 came from outside, 4 split from 3."""


def persons(status, group, rank=None, lineage=None, serving=None):
    count = len(status)
    return Persons(
        status=np.array(status, dtype=np.int8),
        rank=np.array(rank if rank is not None else [FIGHTER] * count, dtype=np.int8),
        seat=np.zeros(count, dtype=bool),
        heir=np.zeros(count, dtype=bool),
        descended=np.array(lineage if lineage is not None else [True] * count),
        serving=np.array(serving if serving is not None else [False] * count),
        group=np.array(group, dtype=np.int32),
        leaders=np.array([0], dtype=np.int32),
    )


def fates(before, *after):
    moments = [(f"{number}", 10 + number, found) for number, found in enumerate(after)]
    return Fates.of(3, before, moments, FOUNDING, PARENT)


def test_a_person_is_in_the_group_in_a_splinter_however_far_or_in_another_group():
    before = persons([ACTIVE] * 5, [0] * 5)
    found = fates(before, persons([ACTIVE] * 5, [0, 1, 2, 3, 4]))
    assert [FATES[code] for code in found.codes[0]] == [
        "in_group",
        "in_splinter",
        "in_splinter",
        "in_other_group",
        "in_other_group",
    ]


def test_who_has_left_has_the_fate_of_the_status_whatever_the_last_group():
    gone = [HIRED, QUIT, SURRENDERED, CAPTURED, DEAD]
    found = fates(persons([ACTIVE] * 5, [0] * 5), persons(gone, [0, 1, 2, 3, 0]))
    assert [FATES[code] for code in found.codes[0]] == ["hired", "quit", "surrendered", "captured", "dead"]


def test_only_members_of_the_lineage_who_served_at_the_start_count():
    before = persons([ACTIVE, DEAD, ACTIVE, ACTIVE], [0, 0, 3, 1], lineage=[True, True, False, True])
    found = fates(before, persons([ACTIVE] * 5, [0] * 5))
    assert found.rows.tolist() == [0, 3]


def test_a_moment_that_the_run_does_not_reach_has_no_fates():
    found = fates(persons([ACTIVE] * 2, [0, 0]), persons([ACTIVE, QUIT], [0, 0]), None)
    assert (found.reached("0"), found.reached("1")) == (True, False)
    assert found.share("0", "quit") == 0.5
    assert np.isnan(found.share("1", "quit"))
    assert set(found.as_counts()) == {"0"}
    assert found.counts()[1].tolist() == [0] * len(FATES)


def test_ranks_of_the_start_are_kept():
    before = persons([ACTIVE] * 3, [0] * 3, rank=[SUPPORTER, FIGHTER, LEADER])
    assert fates(before, None).armed().tolist() == [False, True, True]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=40))
def test_fates_sum_to_the_members_of_the_start(rows):
    status, group = zip(*rows, strict=True)
    before = persons([ACTIVE] * len(rows), [0] * len(rows))
    found = fates(before, persons(status, group))
    assert found.counts().sum(axis=1).tolist() == [len(rows)]
    assert sum(found.as_counts()["0"].values()) == len(rows)


def test_fates_of_nobody_are_empty():
    assert no_fates().as_counts() == {}
    assert set(FATE_WORDS) == set(FATES)


def test_who_serves_in_a_column_that_a_firm_pays_is_hired_by_it():
    found = fates(
        persons([ACTIVE] * 3, [0] * 3),
        persons([ACTIVE, ACTIVE, DEAD], [0, 1, 1], serving=[False, True, True]),
    )
    assert [FATES[code] for code in found.codes[0]] == ["in_group", "hired", "dead"]
