"""Arrests and operations by order do what dated removals and campaigns do, by the same rules."""

from typing import Any

import numpy as np
import pytest

from vraem.processes import ordered, removals
from vraem.processes.groups import active_members, count_strength
from vraem.processes.losses import remove_members
from vraem.processes.raids import Operation, carry_out
from vraem.world import World
from vraem.world.orders import RemovalOrder
from vraem.world.organisation_tables import ACTIVE, CAPTURED
from vraem.world.security_tables import REMOVAL

from .worlds import active, advance, incidents, settled


def differences(one: World, other: World) -> list[str]:
    """Columns in which two worlds differ, but for the number of the campaign in the journal."""
    return [
        f"{mine.spec.name}.{column.name}"
        for mine, theirs in zip(one.tables, other.tables, strict=True)
        for column, values in mine.columns()
        if column.name != "campaign"
        and not np.array_equal(values[..., : len(mine)], theirs.__dict__[column.name][..., : len(theirs)])
    ]


@pytest.mark.parametrize("role", ["leader", "heir", "commander", "committee", "fighter"])
@pytest.mark.parametrize("seed", [1, 2])
def test_an_arrest_is_a_dated_removal_of_that_person(role: str, seed: int):
    dated, by_order = settled(seed), settled(seed)
    serving = set(active(dated).tolist())
    captives = removals._remove(dated, 0, RemovalOrder(dated.week, role, 1, "captured", talk=False))
    assert captives == []
    count_strength(dated)
    member = int(dated.incidents.member[incidents(dated, REMOVAL, week=dated.week)[0]])
    assert member in serving
    assert ordered.arrest(by_order, np.array([member]), talk=False).tolist() == [True]
    assert differences(dated, by_order) == []
    assert dated.flows == by_order.flows
    for world in (dated, by_order):
        advance(world, 20)
    assert differences(dated, by_order) == []


def test_an_operation_by_order_is_one_of_a_campaign():
    campaign, by_order = settled(), settled()
    for member in active_members(campaign)[::15].tolist():
        if campaign.members.status[member] != ACTIVE:
            continue
        operation = Operation(
            target=member,
            address=ordered.FIRST_ADDRESS + member,
            effort=1.0,
            accuracy=campaign.p.operation_accuracy,
            lethality=1.0 - campaign.p.capture_share,
            campaign=0,
        )
        captives = carry_out(campaign, operation)
        count_strength(campaign)
        ordered.disclose(campaign, captives)
        ordered.operate(by_order, np.array([member]), np.ones(1))
    assert differences(campaign, by_order) == []
    assert campaign.flows.campaign_operations == by_order.flows.campaign_operations > 10
    assert by_order.flows.routine_removals == campaign.flows.routine_removals


def test_the_order_in_which_a_script_arrests_shifts_no_draw():
    one, other = settled(), settled()
    plain = active_members(one)
    plain = plain[~one.members.seat[plain] & ~one.members.heir[plain] & (one.members.rank[plain] < 2)]
    kin = one.members.kin[plain]
    _, first, others = np.unique(kin, return_index=True, return_counts=True)
    alone = np.sort(plain[first[others == 1]])  # no kin of one another, who would grieve or not by the order
    chosen = alone[[3, len(alone) // 2, len(alone) - 1]]
    ordered.arrest(one, chosen)
    ordered.arrest(other, chosen[::-1])
    apart = ("incidents.", "columns.ideology", "groups.")
    assert [name for name in differences(one, other) if not name.startswith(apart)] == []
    assert (one.members.status[chosen] == CAPTURED).all()


def test_what_captives_tell_is_known_afterwards():
    told, silent = settled(), settled()
    rows = active(told)[:40]
    assert ordered.arrest(told, rows, talk=True).sum() > 30
    ordered.arrest(silent, rows, talk=False)
    serving = active(told)
    assert (told.members.role_known[serving] >= silent.members.role_known[serving]).all()
    assert told.members.role_known[serving].sum() > silent.members.role_known[serving].sum()


def test_what_a_script_takes_is_no_routine():
    world: Any = settled()
    before = world.flows.routine_removals
    ordered.arrest(world, active(world)[5:8])
    assert world.flows.routine_removals == before
    remove_members(world, active(world)[5:6], CAPTURED)
    assert world.flows.routine_removals == before + 1


def test_a_removal_leaves_the_pressure_that_an_operation_leaves():
    world = settled()
    before = world.columns.pressure.copy()
    removals._remove(world, 0, RemovalOrder(world.week, "commander", 1, "captured", talk=False))
    column = int(world.incidents.column[incidents(world, REMOVAL, week=world.week)[0]])
    assert world.columns.pressure[column] == pytest.approx(before[column] + world.p.pressure_gain, rel=1e-3)
    rest = np.delete(world.columns.pressure - before, column)
    assert (rest >= 0.0).all()
