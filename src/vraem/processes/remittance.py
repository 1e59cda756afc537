"""B2: what columns send to the centre, what it pays back, and what members are paid.

Source: docs/model.md, The armed organisation; the leaders' keeping of the tolls is a reported motive of desertion. A
column spreads its income over some weeks; of what it spends, pay and upkeep take the part that solvency leaves, the
rest goes into arms and food. In a firm's service wages are pay, and the column keeps its chest. All pay is measured in
*pay units*: over its mean in the burn-in.
"""

from typing import TypeVar

import numpy as np

from vraem.processes.groups import centre_of, living_columns, rows_where, strength_equivalents
from vraem.processes.revenue import TAKEN
from vraem.processes.reviews import call_to_review
from vraem.world import World
from vraem.world.organisation_tables import ACTIVE, NO_ROW

WRITES = {
    "columns": (
        *("treasury", "revenue", "sent", "received", "paid", "pay", "need", "shortfall", "missed_paydays"),
        "triggered",
    ),
    "groups": ("hoard", "hoarding"),
}
REVENUE_MEMORY, PAY_MEMORY = 13.0, 13.0
AUDIT_IF_VACANT = 0.2
PAY_ELASTICITY = 0.5
"""Response of pay to a column's income while it covers more than pay."""
MISSED_PAY = 0.5
"""Below this share of the reference pay a payday counts as missed."""
MISSED_IN_A_ROW = 4.0
"""Missed paydays in a row that call for a review of the column's options (B8)."""
FloatOrArray = TypeVar("FloatOrArray", float, np.ndarray)
"""Columns of revenue by source (B1)."""


def usual_wage(world: World) -> float:
    """Pay of an armed member in the burn-in, USD a week, never nought."""
    return max(world.burn_in.reference_pay, 1e-9)


def step(world: World) -> None:
    """Money comes in, a share goes to the centre, part of that comes back, members are paid."""
    rows = living_columns(world)
    if not len(rows):
        return
    columns, flows, p = world.columns, world.flows, world.p
    sources = [columns.__dict__[name] for name in TAKEN]
    income = sum(sources[1:], sources[0])[rows]
    free = columns.service[rows] == NO_ROW
    revenue = columns.revenue[rows]
    revenue += (np.where(free, income, columns.takings[rows]) - revenue) / REVENUE_MEMORY
    columns.revenue[rows] = revenue
    equivalents = strength_equivalents(world, rows)
    wage = usual_wage(world)
    upkeep = wage * p.solvency * equivalents
    columns.need[rows] = np.minimum(np.maximum(1.0 - revenue / upkeep, 0.0), 1.0)

    sent, received = _remit(world, rows, free * income, equivalents)
    columns.sent[rows], columns.received[rows] = sent, received
    treasury = columns.treasury[rows] + income - sent + received
    spent = np.where(free, treasury / p.pay_smoothing, income)
    paid = np.where(free, wage * equivalents * pay_at(spent / upkeep, p.solvency), income)
    columns.treasury[rows] = treasury - spent
    columns.paid[rows] = paid
    flows.group_pay += float(np.add.reduce(paid))
    flows.group_spent += float(np.add.reduce(spent - paid))
    _settle_pay(world, rows, paid / equivalents / wage)


def pay_at(affluence: FloatOrArray, solvency: float) -> FloatOrArray:
    """Pay in pay units for spending of `affluence` times what normal pay and all else take.

    Hunger is fought first, arms and comforts can wait: pay moves less than in proportion with income, as far as the
    money goes; at normal income the part solvency − 1 of pay is left for other things.
    """
    return np.minimum(affluence**PAY_ELASTICITY, solvency * affluence)


def _remit(
    world: World, rows: np.ndarray, income: np.ndarray, equivalents: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """φ of each column's `income` (none in service), the centre's ψ paid back by strength; the top keeps the rest."""
    columns, groups, p = world.columns, world.groups, world.p
    group, wholes = columns.group[rows].astype(np.intp), groups.count
    audit = groups.authority[:wholes].copy()
    audit[groups.leader[:wholes] == NO_ROW] = AUDIT_IF_VACANT
    logit = (
        p.remittance_intercept
        + p.remittance_link_weight * (columns.link[rows] - 0.5)
        + p.remittance_audit_weight * (audit[group] - 0.5)
        - p.remittance_need_weight * columns.need[rows]
    )
    alone = np.bincount(group)[group] == 1  # a group of one column has no centre to send to
    sent = p.remittance_cap / (1.0 + np.exp(-logit)) * income * ~alone
    pool = np.bincount(group, sent, wholes)
    back = centre_redistribution(world)
    strength = np.bincount(group, equivalents, wholes)
    received = (pool * back)[group] * equivalents / strength[group]
    kept = 1.0 - back
    hoard, hoarding = groups.hoard[:wholes], groups.hoarding[:wholes]
    used = hoard * p.top_spending
    hoard += pool * kept
    hoard -= used
    world.flows.group_spent += float(np.add.reduce(used))
    hoarding += (kept - hoarding) / REVENUE_MEMORY
    return sent, received


def centre_redistribution(world: World) -> np.ndarray:
    """ψ by group (G,): the share of remittances that the centre pays back.

    S14: a leader without a living heir has a shorter horizon and keeps more for the top.
    """
    members, p, count = world.members, world.p, world.groups.count
    if world.scenario.switches.heirless_horizon != "on":
        return np.full(count, p.centre_redistribution)
    named = rows_where(members.heir[: members.count])
    with_heir = set(members.group[named[members.status[named] == ACTIVE]].tolist())
    shorter = p.centre_redistribution * (1.0 - p.horizon_drop)
    return np.array([p.centre_redistribution if group in with_heir else shorter for group in range(count)])


def _settle_pay(world: World, rows: np.ndarray, pay: np.ndarray) -> None:
    """Mean pay, what it lacks, and paydays missed."""
    columns = world.columns
    columns.pay[rows] += (pay - columns.pay[rows]) / PAY_MEMORY
    columns.shortfall[rows] = np.minimum(np.maximum(1.0 - pay, 0.0), 1.0)
    missed = (columns.missed_paydays[rows] + 1.0) * (pay < MISSED_PAY)
    columns.missed_paydays[rows] = missed
    call_to_review(world, rows[missed == MISSED_IN_A_ROW])


def share_of_top(world: World, rows: np.ndarray) -> float:
    """Share of the income of a group of the columns `rows` that does not come back from its centre (B2).

    What a group of one column would send if it had others is told by a middling link and authority.
    """
    columns, p = world.columns, world.p
    if len(rows) == 1:
        group = int(columns.group[rows[0]])
        usual = p.remittance_cap / (1.0 + np.exp(-p.remittance_intercept))
        return float(usual * (1.0 - centre_redistribution(world)[group]))
    kept = float(np.add.reduce(columns.sent[rows] - columns.received[rows]))
    return min(max(kept / max(float(np.add.reduce(columns.revenue[rows])), 1e-9), 0.0), 1.0)


def hoarding_of(world: World, rows: np.ndarray) -> np.ndarray:
    """Share that the top keeps, as each column of `rows` sees it; nothing in a group of one column."""
    columns, groups = world.columns, world.groups
    group = columns.group[rows]
    several = np.bincount(columns.group[living_columns(world)], minlength=groups.count)[group] > 1
    kept: np.ndarray = groups.hoarding[group] * several * ~centre_of(world)[rows]
    return kept
