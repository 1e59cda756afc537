"""B8: when a column thinks its options over, and how often."""

import numpy as np
import pytest

from vraem.processes import column_choice
from vraem.processes.column_values import HIDE, HOST, STAY
from vraem.processes.groups import living_columns, members_of
from vraem.processes.losses import remove_members
from vraem.world import World
from vraem.world.organisation_tables import CAPTURED, NO_ROW

from .choices import held_to, split
from .worlds import fresh, open_week, organisation_week, quiet, run_processes, used

# reviews


def reviewed(world: World) -> list[int]:
    return np.flatnonzero(used(world.columns, "reviewed") == world.week).tolist()


def calm(monkeypatch: pytest.MonkeyPatch) -> World:
    """Nobody is due for a review, and a review changes nothing."""
    held_to(monkeypatch, STAY)
    world = quiet(fresh())
    world.columns.reviewed[:] = -500
    world.week = 100
    return world


def test_an_arrest_calls_the_column_to_a_review(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    column_choice.step(world)
    assert reviewed(world) == []
    fighter = members_of(world, 5)[-1]
    remove_members(world, np.array([fighter]), CAPTURED)
    column_choice.step(world)
    assert reviewed(world) == [5]


def test_the_loss_of_the_leader_calls_every_column(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    remove_members(world, np.array([world.groups.leader[0]]), CAPTURED)
    column_choice.step(world)
    assert reviewed(world) == [1, 2, 3, 4, 5, 6, 7], "column 0 has lost its commander and cannot decide"


def test_four_missed_paydays_in_a_row_call_a_review(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    world.columns.treasury[:] = 0.0
    called = []
    for _ in range(6):
        organisation_week(world, pay=0.05)
        called.append(reviewed(world) != [])
        world.week += 1
    assert called == [False, False, False, True, False, False]


def test_a_fifth_missed_payday_in_a_row_calls_nobody_again():
    world = quiet(fresh())
    world.columns.treasury[:] = 0.0
    called = []
    for _ in range(7):
        world.columns.triggered[:] = False
        open_week(world, pay=0.05)
        run_processes(world, "remittance")
        called.append(bool(used(world.columns, "triggered").any()))
    assert called == [False, False, False, True, False, False, False]


def test_reviews_keep_their_distance_and_a_call_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    gap = round(world.p.review_gap)
    world.columns.triggered[5] = True
    column_choice.step(world)
    assert reviewed(world) == [5]
    first = world.week
    world.columns.triggered[5] = True
    while True:
        world.week += 1
        world.columns.locked_until[:] = NO_ROW
        column_choice.step(world)
        if reviewed(world):
            break
    assert world.week == first + gap


def test_after_a_change_a_column_is_locked():
    world = quiet(fresh())
    split(world, 5)
    lock = round(world.p.change_lock)
    assert world.columns.locked_until[5] == lock
    world.columns.reviewed[:] = -500
    for week in (lock - 1, lock):
        world.week = week
        world.columns.triggered[5] = True
        column_choice.step(world)
        assert (5 in reviewed(world)) == (week == lock)


def test_reviews_come_at_their_background_rate(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    world.p = world.p.replace(decision_rate=2.0, review_gap=0.0, check=False)
    count = 0
    for _ in range(520):
        column_choice.step(world)
        count += len(reviewed(world))
        world.week += 1
    expected = 2.0 * 10.0 * len(living_columns(world))
    assert abs(count - expected) < 4.0 * np.sqrt(expected)


def test_a_column_without_a_commander_does_not_decide(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    remove_members(world, np.array([world.columns.commander[5]]), CAPTURED)
    column_choice.step(world)
    assert 5 not in reviewed(world)


# conduct


def behave(monkeypatch: pytest.MonkeyPatch, world: World, conduct: int) -> None:
    """Column 5 reviews, stays, and behaves by `conduct`."""
    monkeypatch.setattr(
        column_choice, "_draw", lambda _, stream, *__: STAY if stream == "column_choice" else conduct
    )
    column_choice.review(world, 5)


def test_a_column_that_hides_does_so_for_thirteen_weeks(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    behave(monkeypatch, world, HIDE)
    assert world.columns.hidden_until[5] == world.week + 13
    assert world.columns.hosted[5] == NO_ROW


@pytest.mark.parametrize("firm", [0, 3, 17])
def test_the_firm_at_the_place_of_the_column_is_taken_under_its_wing(
    firm: int, monkeypatch: pytest.MonkeyPatch
):
    world = calm(monkeypatch)
    seat = world.columns.seat[5]
    assert seat not in world.firms.base
    world.firms.base[firm] = seat
    behave(monkeypatch, world, HOST)
    assert world.columns.hosted[5] == firm
