"""A week of money, links and authority (B2-B4, B7), column by column, as the ODD description says it."""

import math

from .organisation_objects import (
    NOBODY,
    WEEKS_A_MONTH,
    WEEKS_A_YEAR,
    Column,
    Group,
    Organisation,
    equivalents,
    logistic,
    pay_at,
    weekly_left,
)

MEMORY_WEEKS = 13.0
AUDIT_OF_NOBODY = 0.2
CLAN = 0


def pay_everybody(organisation: Organisation) -> None:
    """B2: each column remits φ of its income, the centre pays back ψ by strength, then members are paid."""
    world, p = organisation.world, organisation.world.p
    wage = world.burn_in.reference_pay
    for column in organisation.columns:
        collected = column.income if column.firm == NOBODY else column.takings
        column.revenue += (collected - column.revenue) / MEMORY_WEEKS
        upkeep = wage * p.solvency * equivalents(world, column)
        column.need = min(max(1.0 - column.revenue / upkeep, 0.0), 1.0)
        column.sent = remittance_share(organisation, column) * column.income
    for group in organisation.groups:
        _share_out(organisation, group)
    for column in organisation.columns:
        _pay(organisation, column, wage)


def remittance_share(organisation: Organisation, column: Column) -> float:
    """φ = φmax σ(z0 + z1(κ − .5) + z2(audit − .5) − z3 need); nothing from one in service or alone in its group."""
    if column.firm != NOBODY or len(column.group.columns) == 1:
        return 0.0
    p = organisation.world.p
    audit = AUDIT_OF_NOBODY if column.group.leader is None else column.group.authority
    return p.remittance_cap * logistic(
        p.remittance_intercept
        + p.remittance_link_weight * (column.link - 0.5)
        + p.remittance_audit_weight * (audit - 0.5)
        - p.remittance_need_weight * column.need
    )


def redistribution(organisation: Organisation, group: Group) -> float:
    """ψ: less where the leader has no heir (S14)."""
    world, p = organisation.world, organisation.world.p
    heirless = not any(person.heir for person in group.persons)
    shorter = world.scenario.switches.heirless_horizon == "on" and heirless
    return p.centre_redistribution * (1.0 - p.horizon_drop if shorter else 1.0)


def _share_out(organisation: Organisation, group: Group) -> None:
    """ψ of what came goes back by strength; the rest is kept at the top, which spends a part of what it has."""
    world, p = organisation.world, organisation.world.p
    back = redistribution(organisation, group)
    came = sum(column.sent for column in group.columns)
    strength = sum(equivalents(world, column) for column in group.columns)
    for column in group.columns:
        column.received = came * back * equivalents(world, column) / strength
    group.hoard += came * (1.0 - back) - group.hoard * p.top_spending
    group.hoarding += (1.0 - back - group.hoarding) / MEMORY_WEEKS


def _pay(organisation: Organisation, column: Column, wage: float) -> None:
    """A column spends a part of its treasury; pay moves less than in proportion, as far as the money goes.

    In a firm's service it hands out its wages and keeps the treasury.
    """
    world, p = organisation.world, organisation.world.p
    column.treasury += column.income - column.sent + column.received
    normal = wage * equivalents(world, column)
    if column.firm == NOBODY:
        spent = column.treasury / p.pay_smoothing
        column.paid = normal * pay_at(spent / (p.solvency * normal), p.solvency)
    else:
        spent = column.paid = column.income
    column.treasury -= spent
    pay = column.paid / normal
    column.pay += (pay - column.pay) / MEMORY_WEEKS
    column.shortfall = min(max(1.0 - pay, 0.0), 1.0)
    column.missed_paydays = column.missed_paydays + 1.0 if pay < 0.5 else 0.0
    column.triggered = column.missed_paydays == 4.0


def command_everybody(organisation: Organisation) -> None:
    """B3 and B4: moods fade, authority relaxes, links move."""
    for column in organisation.columns:
        column.grievance *= weekly_left(6.0)
        column.blame *= weekly_left(3.0)
        column.aggression *= weekly_left(9.0)
    for group in organisation.groups:
        group.success *= weekly_left(6.0)
        if group.leader is not None:
            group.authority += (1.0 - weekly_left(organisation.world.p.authority_half_life)) * (
                resting_authority(organisation, group) - group.authority
            )
    for column in organisation.columns:
        column.link = next_link(organisation, column)
    for column in organisation.columns:
        _spend_effort(organisation, column)


def resting_authority(organisation: Organisation, group: Group) -> float:
    """σ(α0 + αk·lineage + αt·ln(1 + years in the movement) + αv·(success − its mean) + αi·(mean ideology − .5))."""
    p, leader = organisation.world.p, group.leader
    assert leader is not None
    years = (organisation.week - leader.joined) / WEEKS_A_YEAR
    return logistic(
        p.authority_intercept
        + p.authority_lineage_weight * (1.0 if leader.kin == CLAN else 0.0)
        + p.authority_tenure_weight * math.log(1.0 + max(years, 0.0))
        + p.authority_success_weight * (group.success - organisation.world.burn_in.success)
        + p.authority_ideology_weight * (group.ideology - 0.5)
    )


def next_link(organisation: Organisation, column: Column) -> float:
    """κ grows with contact, kin and money, and falls with isolation, grievance, a vacant post and own bonds."""
    world, p, group = organisation.world, organisation.world.p, column.group
    if len(group.columns) == 1 or (group.leader is not None and group.centre == column.row):
        return 1.0
    contact = contact_of(organisation, column)
    leader, commander = group.leader, column.commander
    kin = leader is not None and commander is not None and leader.kin == commander.kin
    gain = (world.burn_in.link_gain * contact + p.link_kin_weight * kin) * (1.0 - column.link)
    money = (column.received - column.sent) / max(column.revenue, 1.0)
    isolation = math.log(2.0) / (p.link_half_life * WEEKS_A_MONTH) * (1.0 - contact)
    loss = isolation + p.link_grievance_loss * column.grievance + p.link_vacancy_loss * (leader is None)
    bonds = [person.bond for person in column.persons]
    loss += p.link_bond_loss * (sum(bonds) / len(bonds) - 0.5 if bonds else 0.0)
    moved = column.link + gain + p.link_money_weight * min(max(money, -1.0), 1.0) - loss * column.link
    return min(max(moved, 0.0), 1.0)


def contact_of(organisation: Organisation, column: Column) -> float:
    """Contact with the centre, less what pressure above the usual takes; hiding leaves three tenths of it."""
    felt = max(column.pressure - organisation.world.burn_in.pressure, 0.0)
    contact = column.contact * math.exp(-0.3 * felt)
    if column.hidden_until > organisation.week:
        contact *= 0.3
    return max(contact, 0.05)


def _spend_effort(organisation: Organisation, column: Column) -> None:
    """B7: e = emax σ(slope (mean θ − .5) + centre (κ A θ − .3) − need · shortfall); attacks by belief and revenge."""
    p, group = organisation.world.p, column.group
    if column.firm != NOBODY:
        column.effort = column.attack_effort = 0.0
        return
    mixed = (1.0 - column.link) * column.ideology + column.link * group.ideology
    column.effort = p.political_effort_max * logistic(
        p.political_effort_slope * (mixed - 0.5)
        + p.political_effort_centre * (column.link * group.authority * group.ideology - 0.3)
        - p.political_effort_need * column.shortfall
    )
    column.attack_effort = min(p.attack_effort_max * column.ideology * (1.0 + column.aggression), 1.0)
