"""The three definitions of dismantled, and the companion of the first, at their boundaries."""

import numpy as np
import pytest
from observe_worlds import columns, founding, groups

from vraem.observe.anchor import Anchor
from vraem.observe.end_states import Top, dismantled
from vraem.observe.logbook import Persons
from vraem.observe.measures import Baseline
from vraem.observe.thresholds import THRESHOLDS
from vraem.observe.weekly import WeeklyMeasures, weekly_measures

WEEKS, START, END = 260, 60, 100
NEVER = 10_000
ANCHOR = Anchor(START, END, (152, 256, 361, 622), "campaign")
BASELINE = Baseline(100.0, 0.0, 0.2, 0.8, 0.75, 1.0, 300.0, 1.0, 52)
TOP = Top(0, np.arange(1, 9))


def weekly(armed: object = 100.0, link: object = 0.8, weeks: int = WEEKS) -> WeeklyMeasures:
    fields = columns(1, weeks, armed=armed, lineage_armed=armed, link=link)
    return weekly_measures(fields, groups(1, weeks), founding())[0]


def posts(weeks: int = WEEKS, led: object = True, seats: object = 8.0):
    return np.full(weeks, True) & led, np.zeros(weeks) + seats


def found(top=TOP, removed=None, held=None, measures=None, weeks=WEEKS, anchor=ANCHOR, thresholds=THRESHOLDS):
    removed_in = np.full(20, NEVER)
    for person, week in (removed or {}).items():
        removed_in[person] = week
    return dismantled(
        top, removed_in, held or posts(weeks), measures or weekly(weeks=weeks), anchor, BASELINE, thresholds
    )


def removals(count: int, leader: int | None = 70, week: int = 80) -> dict[int, int]:
    taken = dict.fromkeys(range(1, count + 1), week)
    return taken if leader is None else taken | {0: leader}


@pytest.mark.parametrize(
    ("removed", "week"),
    [
        (removals(4), 80),
        (removals(4, leader=99), 99),
        (removals(3), None),
        (removals(8, leader=None), None),
        (removals(4, week=END + 13), END + 13),
        (removals(4, week=END + 14), None),
        (removals(4, leader=END + 14), None),
        ({0: 70, 1: 61, 2: 62, 3: 90, 4: 120, 5: 85}, 90),
    ],
)
def test_personnel_needs_the_leader_and_half_of_the_committee_in_time(removed, week):
    answer = found(removed=removed)
    assert answer.flag("personnel") is (week is not None)
    assert answer.weeks["personnel"] == (-1 if week is None else week)


def test_the_leader_is_no_other_member_of_the_committee():
    """Of group 1: the leader with a seat, two others with one, one with a seat who is gone, and one without."""
    persons = Persons(
        status=np.array([0, 0, 0, 2, 0, 0], dtype=np.int8),
        rank=np.zeros(6, dtype=np.int8),
        seat=np.array([True, True, True, True, False, True]),
        heir=np.zeros(6, dtype=bool),
        descended=np.ones(6, dtype=bool),
        serving=np.zeros(6, dtype=bool),
        group=np.array([1, 1, 1, 1, 1, 0], dtype=np.int32),
        leaders=np.array([5, 0], dtype=np.int32),
    )
    top = Top.of(persons, 1)
    assert (top.leader, top.committee.tolist()) == (0, [1, 2])
    assert Top.of(persons, 0).committee.tolist() == []
    assert Top.of(persons, -1).leader == -1
    # half of the two others is one, and a committee without the leader is half gone with one removal beside his
    assert found(top, {0: 70, 1: 80}).weeks["personnel"] == 80


def test_of_an_odd_committee_the_larger_half_is_needed():
    top = Top(0, np.arange(1, 6))
    assert found(top, removals(2)).flag("personnel") is False
    assert found(top, removals(3)).flag("personnel") is True


def test_a_vacant_top_post_asks_for_the_committee_alone_and_no_committee_for_the_leader_alone():
    assert found(Top(-1, np.arange(1, 5)), removals(2, leader=None)).flag("personnel") is True
    assert found(Top(0, np.arange(0)), {0: 75}).weeks["personnel"] == 75
    assert found(Top(-1, np.arange(0)), {}).flag("personnel") is False


def test_replacement_does_not_undo_personnel_but_fills_the_seats():
    answer = found(removed=removals(4), held=posts(led=True, seats=8.0))
    assert (answer.flag("personnel"), answer.flag("seats")) == (True, False)


def test_seats_must_stand_vacant_at_once():
    led = np.arange(WEEKS) != 90
    assert found(held=posts(led=led, seats=4.0)).weeks["seats"] == 90
    assert found(held=posts(led=led, seats=5.0)).flag("seats") is False
    seats = np.where(np.arange(WEEKS) == 91, 0.0, 8.0)
    assert found(held=posts(led=led, seats=seats)).flag("seats") is False


def test_seats_vacant_after_the_time_of_grace_do_not_count():
    late = np.arange(WEEKS) < END + 14
    assert found(held=posts(led=late, seats=np.where(late, 8.0, 0.0))).flag("seats") is False


def low(first: int, weeks: int, value: float, usual: float) -> np.ndarray:
    path = np.full(WEEKS, usual)
    path[first : first + weeks] = value
    return path


@pytest.mark.parametrize(
    ("first", "weeks", "value", "week"),
    [
        (70, 26, 0.479, 95),
        (70, 25, 0.479, None),
        (70, 40, 0.4801, None),
        (END + 13, 26, 0.1, END + 13 + 25),
        (END + 14, 100, 0.1, None),
        (START - 30, 26, 0.1, None),
        (START - 10, 36, 0.1, START + 25),
        (START - 10, 35, 0.1, None),
    ],
)
def test_links_must_be_weak_for_half_a_year_that_begins_in_the_campaign_or_soon_after(
    first, weeks, value, week
):
    answer = found(measures=weekly(link=low(first, weeks, value, 0.8)))
    assert answer.flag("links") is (week is not None)
    if week is not None:
        assert answer.weeks["links"] == week


def test_size_counts_the_armed_against_half_of_the_baseline():
    assert found(measures=weekly(armed=low(70, 26, 49.0, 100.0))).weeks["size"] == 95
    assert found(measures=weekly(armed=low(70, 26, 50.0, 100.0))).flag("size") is False


def test_thresholds_that_are_moved_move_the_answer():
    measures = weekly(armed=low(70, 26, 45.0, 100.0))
    assert found(measures=measures, thresholds=THRESHOLDS.scaled(0.8)).flag("size") is False
    assert found(removed=removals(4), thresholds=THRESHOLDS.scaled(1.2)).flag("personnel") is False
    assert found(removed=removals(5), thresholds=THRESHOLDS.scaled(1.2)).flag("personnel") is True


def test_a_run_that_is_too_short_cannot_deny():
    short = END + 10
    answer = found(held=posts(short), measures=weekly(weeks=short), weeks=short)
    assert [answer.flag(name) for name in ("personnel", "seats", "links", "size")] == [None] * 4
    assert (
        found(removed=removals(4), held=posts(short), measures=weekly(weeks=short)).flag("personnel") is True
    )
    later = END + 13 + 26
    answer = found(held=posts(later), measures=weekly(weeks=later), weeks=later)
    assert [answer.flag(name) for name in ("personnel", "seats", "links", "size")] == [False] * 4
    # a week less, and half a year that begins in the last week of grace may still go on
    later -= 1
    answer = found(held=posts(later), measures=weekly(weeks=later), weeks=later)
    flags = [answer.flag(name) for name in ("personnel", "seats", "links", "size")]
    assert flags == [False, False, None, None]


def test_a_removal_of_one_day_leaves_time_for_half_a_year_of_weak_links():
    anchor = Anchor(START, START, (112, 216, 321, 582), "campaign")
    path = low(START + 2, 30, 0.1, 0.8)
    assert found(anchor=anchor, measures=weekly(link=path)).flag("links") is True
