"""The auditor sees a dollar, a person or a share of control that comes from nowhere."""

from collections.abc import Callable

import numpy as np
import pytest

from vraem import engine
from vraem.observe.balance import Auditor, BalanceError
from vraem.world import World
from vraem.world.organisation_tables import ACTIVE, DEAD, QUIT


@pytest.fixture
def world(campaign) -> World:
    made = engine.new_world(campaign, 2)
    for _ in range(12):
        engine.advance(made)
        engine.close_week(made)
    return made


def an_active(world: World) -> int:
    return int(np.flatnonzero(world.members.status[: world.members.count] == ACTIVE)[-1])


def treasury(world: World) -> None:
    world.columns.treasury[1] += 5.0


def hoard(world: World) -> None:
    world.groups.hoard[0] -= 5.0


def pay(world: World) -> None:
    world.flows.group_pay += 5.0


def lost_person(world: World) -> None:
    world.members.status[an_active(world)] = QUIT


def misfiled(world: World) -> None:
    """Somebody who quit is counted among the captured."""
    world.members.status[an_active(world)] = QUIT
    world.flows.captured += 1


def died_unseen(world: World) -> None:
    world.members.status[an_active(world)] = DEAD
    world.flows.exits += 1


def uncounted(world: World) -> None:
    world.columns.armed[0] += 1.0


def wrong_group(world: World) -> None:
    world.groups.members[0] -= 1.0


def minor(world: World) -> None:
    world.members.born[an_active(world)] = world.week - 17 * 52


def control(world: World) -> None:
    place = int(world.columns.control[:, 0].argmax())
    world.columns.control[place, 0] = 0.9
    world.columns.control[place, 1] = 0.9


def communities(world: World) -> None:
    world.communities.control[3] += 0.01


def fee(world: World) -> None:
    world.flows.group_fees += 1.0
    world.flows.group_pay += 1.0


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (treasury, "money of armed groups"),
        (hoard, "money of armed groups"),
        (pay, "money of armed groups"),
        (lost_person, "active members"),
        (misfiled, "captured = counted"),
        (died_unseen, "dead = counted"),
        (uncounted, "counts of columns"),
        (wrong_group, "counts of columns"),
        (minor, "nobody under 18"),
        (control, "control"),
        (communities, "control of communities"),
        (fee, "fees paid by firms"),
    ],
)
def test_each_fault_is_seen_and_named(fault: Callable[[World], None], name: str, world: World) -> None:
    auditor = Auditor(world)
    engine.advance(world)
    fault(world)
    with pytest.raises(BalanceError, match=name):
        auditor.check(world)


def test_what_a_column_in_service_collects_is_in_the_books_too(world: World) -> None:
    world.columns.service[1:3] = 0, 3
    auditor = Auditor(world)
    for _ in range(4):
        engine.advance(world)
        auditor.check(world)
        engine.close_week(world)
    assert world.flows.firm_fees > 0.0
    assert world.flows.firm_leaf_tax > 0.0
    engine.advance(world)
    world.flows.firm_leaf_tax += 1.0
    with pytest.raises(BalanceError, match="tax on leaf paid"):
        auditor.check(world)


def test_the_dead_do_not_rise(world: World) -> None:
    member = an_active(world)
    world.members.status[member] = DEAD
    auditor = Auditor(world)
    engine.advance(world)
    world.members.status[member] = ACTIVE
    world.flows.recruits += 1
    with pytest.raises(BalanceError, match=r"dead = counted"):
        auditor.check(world)


def test_a_sound_week_passes_with_every_balance_noted(world: World) -> None:
    auditor = Auditor(world)
    engine.advance(world)
    auditor.check(world)
    assert {"money of armed groups", "active members = joined - left", "nobody under 18"} <= set(
        auditor.largest
    )
