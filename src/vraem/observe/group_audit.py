"""The auditor of the armed groups: their money, persons by status, counts, ages, and shares of control.

Everything is recounted from members and columns. What firms and growers pay must be what columns receive.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.observe.organisation_series import money_of_groups
from vraem.world.organisation_tables import (
    ACTIVE,
    ADULT_WEEKS,
    CAPTURED,
    DEAD,
    FIGHTER,
    HIRED,
    LIVING,
    QUIT,
    STATUSES,
    SURRENDERED,
)
from vraem.world.security_tables import ENTRY, REJOINED, REMOVAL

if TYPE_CHECKING:
    from vraem.world import World

CONTROL_TOLERANCE = 1e-4
"""Largest error of shares of control, which are kept in single precision."""

Balance = tuple[float, float]
"""An error and the scale on which it counts."""


@dataclass(frozen=True)
class GroupStocks:
    """At the end of a week: `money` of groups (USD), `status` of everybody (members,), number of `incidents`."""

    money: float
    status: NDArray[np.int8]
    incidents: int

    @classmethod
    def of(cls, world: "World") -> "GroupStocks":
        """Now."""
        status = world.members.status[: world.members.count].copy()
        return cls(money_of_groups(world), status, world.incidents.count)


def balances(world: "World", before: GroupStocks, after: GroupStocks) -> dict[str, Balance]:
    """Balances of the week in money and persons, by what they say."""
    flows = world.flows
    taken = flows.group_fees + flows.group_escorts + flows.group_leaf_tax + flows.group_logging
    taken += flows.group_extortion + flows.group_wages + flows.group_founding
    given = flows.group_pay + flows.group_spent + flows.group_lost
    found = {
        "money of armed groups": (
            taken - given - after.money + before.money,
            abs(after.money) + abs(before.money) + taken + given,
        ),
        "active members = joined - left": _persons(world, before, after),
        **_by_status(world, before, after),
    }
    if world.scenario.switches.null_model != "exogenous_fees":
        received = flows.group_fees + flows.group_escorts + flows.firm_fees
        found["fees paid by firms = received"] = (flows.transit_fees - received, flows.transit_fees)
        taxed = flows.group_leaf_tax + flows.firm_leaf_tax
        found["tax on leaf paid = received"] = (flows.leaf_tax - taxed, flows.leaf_tax)
    return found


def _persons(world: "World", before: GroupStocks, after: GroupStocks) -> Balance:
    """Change of the number of active members against who came and went in the week's flows and journal."""
    flows, journal = world.flows, world.incidents
    new = slice(before.incidents, after.incidents)
    kind = journal.kind[new]
    entered = float(journal.persons[new][kind == ENTRY].sum())
    active, active_before = ((stocks.status == ACTIVE).sum() for stocks in (after, before))
    change = int(active) - int(active_before)
    return change - flows.recruits - entered + flows.left_groups, float(active)


def _by_status(world: "World", before: GroupStocks, after: GroupStocks) -> dict[str, Balance]:
    """Changes of the numbers of captured, of dead and of those who went of their own will against the week's flows."""
    flows, journal, kinds = world.flows, world.incidents, len(STATUSES)
    change = np.bincount(after.status, minlength=kinds) - np.bincount(before.status, minlength=kinds)
    new = slice(before.incidents, after.incidents)
    taken, again = (np.unique(journal.member[new][journal.kind[new] == kind]) for kind in (REMOVAL, REJOINED))
    # flows count with the captured whom force made surrender; some of them join again within the week
    forced = float((after.status[taken] == SURRENDERED).sum()) + float(np.isin(taken, again).sum())
    willing = float(change[[HIRED, QUIT, SURRENDERED]].sum())
    scale = float(len(after.status))
    return {
        "captured = counted": (change[CAPTURED] + forced - flows.captured, scale),
        "dead = counted": (float(change[DEAD]) - flows.killed_group, scale),
        "gone of their own will = counted": (willing - forced + len(again) - flows.exits, scale),
    }


def errors(world: "World", before: GroupStocks, after: GroupStocks) -> dict[str, tuple[float, float]]:
    """What must hold at the end of every week: the largest error of each rule, and what is allowed."""
    return {
        "captured and dead stay so": (_risen(before, after), 0.0),
        "counts of columns = members": (_miscounted(world), 0.0),
        "nobody under 18": (_minors(world), 0.0),
        "control shares sum to at most 1": (_over_controlled(world), CONTROL_TOLERANCE),
        "control of communities = of columns": (_control_error(world), CONTROL_TOLERANCE),
    }


def _risen(before: GroupStocks, after: GroupStocks) -> float:
    """Persons who were captured or dead and are something else now, or whose rows are gone."""
    known = len(before.status)
    gone = np.isin(before.status, (CAPTURED, DEAD))
    if len(after.status) < known:
        return float(known - len(after.status))
    return float((gone & (after.status[:known] != before.status)).sum())


def _miscounted(world: "World") -> float:
    """Largest difference between the counts that columns and groups keep and the members who serve in them."""
    members, columns, groups = world.members, world.columns, world.groups
    n, g = columns.count, groups.count
    active = members.status[: members.count] == ACTIVE
    column = members.column[: members.count][active]
    armed = members.rank[: members.count][active] >= FIGHTER
    if not n:
        return float(active.sum())
    everybody = np.bincount(column, minlength=n)
    with_arms = np.bincount(column, armed, n)
    group = columns.group[:n]
    of_member = members.group[: members.count][active]
    pairs = (
        (columns.armed[:n], with_arms),
        (columns.supporters[:n], everybody - with_arms),
        (groups.armed[:g], np.bincount(group, with_arms, g)),
        (groups.members[:g], np.bincount(group, everybody, g)),
        (of_member, group[column]),
        (everybody[columns.status[:n] != LIVING], 0),
    )
    return max(float(np.abs(kept - counted).max(initial=0.0)) for kept, counted in pairs)


def _minors(world: "World") -> float:
    """Persons who entered a table or serve under the age of 18, in the table of members."""
    members, count = world.members, world.members.count
    youngest = ADULT_WEEKS - 1  # joining is rounded to a week
    active = members.status[:count] == ACTIVE
    young = world.week - members.born[:count][active] < youngest
    return float(young.sum() + (members.joined[:count] - members.born[:count] < youngest).sum())


def _over_controlled(world: "World") -> float:
    columns, n = world.columns, world.columns.count
    total = columns.control[:, :n].sum(axis=1, dtype=np.float64)
    return max(float(total.max(initial=0.0)) - 1.0, 0.0)


def _control_error(world: "World") -> float:
    """Difference between what communities and columns say of control, and control of columns that have ended."""
    columns, n = world.columns, world.columns.count
    control = columns.control[:, :n]
    total = control.sum(axis=1, dtype=np.float64)
    ended = control[:, columns.status[:n] != LIVING]
    return max(float(np.abs(total - world.communities.control).max()), float(ended.max(initial=0.0)))
