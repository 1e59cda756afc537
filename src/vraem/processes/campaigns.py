"""D5: arrest campaigns as operations: how many fall due, on whom, with what knowledge, and when they end.

Source: docs/model.md, The state and the people between. A campaign makes its operations at even distances from a start
drawn within the first, all within the burst share of its time, so that campaigns of equal budgets make equal numbers.
It acts only through them: what is lost and what follows is the same as in any other operation.
"""

from collections.abc import Iterator
from math import floor
from typing import NamedTuple

import numpy as np

from vraem.processes.forces import follow_on
from vraem.processes.groups import Rows
from vraem.processes.journal import actor_of, note
from vraem.processes.raids import DRAWS_AN_OPERATION, INSTEAD, Operation, carry_out
from vraem.processes.targets import (
    adults_of,
    knowledge,
    race,
    routine_weights,
    targets_for_campaign,
)
from vraem.scenario.campaigns import MOST_OPERATIONS_A_WEEK
from vraem.world import World
from vraem.world.orders import CampaignOrder
from vraem.world.organisation_tables import NO_ROW
from vraem.world.security_tables import RAID_FAILED, STATE
from vraem.world.state import CampaignRecord

PHASE_WEEK = 0
"""Week of the address of a campaign's one draw, the phase of its operations."""


class Running(NamedTuple):
    """A campaign this week: the order, and what it has done so far."""

    order: CampaignOrder
    record: CampaignRecord


def running(world: World) -> Iterator[Running]:
    """The campaigns that run this week: begun, not over, and not ended by their budget or their stop rule."""
    for order in world.inputs.campaigns:
        if order.holds(world.week):
            record = world.security.campaigns.setdefault(order.number, CampaignRecord())
            if not _ended(order, record):
                yield Running(order, record)


def collect(world: World) -> None:
    """Intelligence of running campaigns: a lift for the targets at the start, then collection on whoever is one."""
    members = world.members
    for order, _ in running(world):
        rows = targets_for_campaign(world, order.targets)
        share = 1.0 if world.week == max(order.first, 0) else world.p.campaign_collection
        for known in (members.location_known, members.role_known):
            known[rows] += np.float32(share) * np.maximum(np.float32(order.intelligence) - known[rows], 0)


def operations_due(world: World, order: CampaignOrder, record: CampaignRecord) -> int:
    """Operations that the campaign makes this week, within its burst and its budget."""
    weeks = order.last - order.first + 1
    active = max(round(order.burst * weeks), 1)
    since = world.week - order.first
    if since >= active:
        return 0
    rate = order.operations_a_week * weeks / active
    phase = world.streams.uniform_double("campaign_operation", PHASE_WEEK, order.number, order.number + 1)[0]
    due = floor(rate * (since + 1) + phase) - floor(rate * since + phase)
    if order.budget >= 0:
        due = min(due, order.budget - record.operations)
    return min(due, MOST_OPERATIONS_A_WEEK)


def fight_campaigns(world: World) -> list[tuple[int, bool]]:
    """This week's operations of all campaigns; return the captives, each with whether it was of the top."""
    captives: list[tuple[int, bool]] = []
    for order, record in running(world):
        for number in range(operations_due(world, order, record)):
            if _ended(order, record):
                break
            captives += _operate(world, order, record, number)
    return captives


def _ended(order: CampaignOrder, record: CampaignRecord) -> bool:
    """Whether budget or stop rule have ended the campaign."""
    spent = 0 <= order.budget <= record.operations
    return spent or 0 <= order.stop_after <= record.removed


def _operate(
    world: World, order: CampaignOrder, record: CampaignRecord, number: int
) -> list[tuple[int, bool]]:
    """One operation: on a target that is known well enough, else on somebody else, else a search."""
    address = (order.number + 1) * MOST_OPERATIONS_A_WEEK + number
    targets = targets_for_campaign(world, order.targets)
    known = targets[knowledge(world, targets) >= world.p.campaign_least_known]
    record.operations += 1
    target = race(world, "campaign_target", address, known, knowledge(world, known))
    if target == NO_ROW:
        sought, target = _look_for_others(world, order, address, targets)
        if target == NO_ROW:
            _search(world, order, sought)
            return []
    before = world.flows.campaign_removals
    place = int(world.columns.seat[world.members.column[target]])
    captives = carry_out(
        world,
        Operation(
            target=target,
            address=address,
            effort=1.0,
            accuracy=order.accuracy,
            lethality=order.lethality,
            collateral=order.collateral,
            opportunistic=order.opportunistic,
            campaign=order.number,
        ),
    )
    removed = world.flows.campaign_removals - before
    record.removed += removed
    if removed and order.follow_on != "none":
        follow_on(world, place, order.follow_on, world.week + order.follow_on_weeks)
    return captives


def _look_for_others(world: World, order: CampaignOrder, address: int, targets: Rows) -> tuple[int, int]:
    """No target is known: whom the operation searches for, and whom it takes instead by chance (`NO_ROW` if nobody).

    With the chance of its opportunism it takes somebody of the column of the one it searches for, or where no target
    is left, of any column.
    """
    weight = world.p.target_visibility + knowledge(world, targets)
    sought = race(world, "campaign_target", address, targets, weight)
    at = address * DRAWS_AN_OPERATION + INSTEAD
    draw = world.streams.uniform_double("operation_outcome", world.week, at, at + 1)[0]
    if draw >= order.opportunistic:
        return sought, NO_ROW
    if sought == NO_ROW:
        others = targets_for_campaign(world, ("random",))
    else:
        others = adults_of(world, int(world.members.column[sought]))
        others = others[others != sought]
    return sought, race(world, "campaign_instead", address, others, routine_weights(world, others))


def _search(world: World, order: CampaignOrder, sought: int) -> None:
    """An operation that looks for `sought` and takes nobody, but learns; it counts, and finds nothing else."""
    members, columns, flows = world.members, world.columns, world.flows
    flows.operations += 1
    flows.campaign_operations += 1
    if sought == NO_ROW:
        note(world, RAID_FAILED, persons=0.0, by=STATE, campaign=order.number)
        return
    for known in (members.location_known, members.role_known):
        known[sought] += np.float32(world.p.search_gain) * (1 - known[sought])
    column, group = int(members.column[sought]), int(members.group[sought])
    note(
        world,
        RAID_FAILED,
        persons=0.0,
        by=STATE,
        victim=actor_of(world, group),
        community=int(columns.seat[column]),
        member=sought,
        column=column,
        group=group,
        campaign=order.number,
    )
