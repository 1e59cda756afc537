"""The journal counts what happened, to whom, by whom, and how often for 100 000 person-months."""

import numpy as np
import pytest

from vraem.observe.journal import Journal
from vraem.world.clock import MONTHS_A_YEAR, WEEKS_A_YEAR
from vraem.world.security_tables import (
    ATTACK,
    CIVILIANS,
    CLASH,
    DESERTION,
    FIREFIGHT,
    INCIDENTS,
    KILLING,
    LINEAGE_GROUP,
    OTHER_GROUP,
    PURGE,
    RAID_FAILED,
    RAID_MADE,
    REMOVAL,
    SPLIT,
    STATE,
)


def journal(*rows):
    """Rows of (week, kind, by, victim, persons, deaths)."""
    names = ("week", "kind", "by", "victim", "persons", "deaths")
    columns = {column.name: np.zeros(len(rows), dtype=column.dtype) for column in INCIDENTS.columns}
    for place, name in enumerate(names):
        columns[name][:] = [row[place] for row in rows]
    return Journal(columns)


SOME = journal(
    (5, RAID_MADE, STATE, LINEAGE_GROUP, 2, 0),
    (5, REMOVAL, STATE, LINEAGE_GROUP, 1, 1),
    (5, REMOVAL, STATE, LINEAGE_GROUP, 1, 0),
    (5, FIREFIGHT, LINEAGE_GROUP, STATE, 12, 3),
    (6, RAID_FAILED, STATE, LINEAGE_GROUP, 0, 0),
    (7, ATTACK, LINEAGE_GROUP, STATE, 10, 2),
    (8, KILLING, LINEAGE_GROUP, CIVILIANS, 2, 2),
    (9, KILLING, STATE, CIVILIANS, 1, 1),
    (19, SPLIT, OTHER_GROUP, 0, 9, 0),
    (20, CLASH, OTHER_GROUP, LINEAGE_GROUP, 4, 0),
    (20, REMOVAL, OTHER_GROUP, LINEAGE_GROUP, 0, 4),
    (21, SPLIT, LINEAGE_GROUP, 0, 30, 0),
    (22, DESERTION, LINEAGE_GROUP, 0, 5, 0),
    (23, DESERTION, LINEAGE_GROUP, 0, 16, 0),
)


def test_violent_events_are_counted_by_perpetrator_and_victim():
    seen = SOME.violence(0, 30, 100_000.0)
    assert seen.events[STATE, LINEAGE_GROUP] == 1  # neither the raid that missed nor the removals
    assert seen.events[LINEAGE_GROUP, STATE] == 1  # the attack; the firefight is part of the state's raid
    assert seen.events[LINEAGE_GROUP, CIVILIANS] == 1
    assert seen.events[STATE, CIVILIANS] == 1
    assert seen.events[OTHER_GROUP, LINEAGE_GROUP] == 1
    assert seen.events.sum() == 5


def test_a_purge_is_violence_of_a_group_against_itself():
    seen = journal((3, PURGE, LINEAGE_GROUP, LINEAGE_GROUP, 1, 1)).violence(0, 30, 100_000.0)
    assert seen.events[LINEAGE_GROUP, LINEAGE_GROUP] == seen.events.sum() == 1


def test_deaths_are_counted_wherever_they_are_noted():
    seen = SOME.violence(0, 30, 100_000.0)
    assert seen.deaths[STATE, LINEAGE_GROUP] == 1
    assert seen.deaths[LINEAGE_GROUP, STATE] == 5
    assert seen.civilians_killed() == 3
    assert seen.deaths.sum() == 13


def test_rates_are_for_100_000_person_months_and_both_ends_of_a_span_count():
    seen = SOME.violence(5, 8, 160_000.0)
    months = 4 * MONTHS_A_YEAR / WEEKS_A_YEAR
    assert seen.events.sum() == 3
    assert seen.rate.sum() == pytest.approx(3 / (1.6 * months))
    assert seen.death_rate.sum() == pytest.approx(8 / (1.6 * months))


def test_splits_desertions_in_a_body_and_removals_are_counted():
    assert SOME.counts(0, 30) == {"splits": 1, "mergers": 0, "desertions": 1, "removals": 2}
    assert SOME.counts(0, 20) == {"splits": 0, "mergers": 0, "desertions": 0, "removals": 2}


def test_the_first_split_is_one_of_the_lineage_and_sought_from_a_week_on():
    assert [SOME.first_split(week) for week in (0, 21, 22)] == [21, 21, -1]


def test_an_empty_journal_counts_nothing():
    empty = Journal.empty()
    assert len(empty) == 0
    assert empty.violence(0, 10, 1e5).events.sum() == 0
    assert empty.counts(0, 10) == {"splits": 0, "mergers": 0, "desertions": 0, "removals": 0}
    assert empty.first_split(0) == -1
