"""B8: what each option is worth to the commander of a column, in pay units.

Source: docs/model.md, The armed organisation; form after its pre-study. Nothing here favours a hypothesis: the same
values hold for loyal and for splintered columns, for the centre's own and for those in a firm's service. Two
choices, each a softmax: *affiliation* (stay, go independent, merge, enter a firm's service, demobilise) and *conduct*
(as usual, take a firm under its wing, hide).
"""

from typing import NamedTuple

import numpy as np

from vraem.processes.groups import Rows, columns_of, living_groups, root_of, strength_equivalents
from vraem.processes.integration import persons_wanted
from vraem.processes.members import amnesty_now
from vraem.processes.remittance import pay_at, share_of_top, usual_wage
from vraem.processes.revenue import ground_share
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW

STAY, INDEPENDENT, MERGE, SERVICE, DEMOBILISE = range(5)
AFFILIATIONS = ("stay", "independent", "merge", "service", "demobilise")
AS_USUAL, HOST, HIDE = range(3)
CONDUCTS = ("as usual", "host a firm", "hide")

HALF = 0.5
SINGLE_RETALIATION = 0.4
"""What is left of retaliation against those who give up when the group had one column (parameter table)."""
REVENUE_LOST_IN_HIDING = 0.5
LINK_TO_PARTNER = 0.5
"""Link that a column expects to a centre that it joins."""
FIRM_PRESSURE = 0.5
"""State pressure felt in a firm's service, over that felt as an armed group (parameter table)."""


class Standing(NamedTuple):
    """What a column is and gets now; pay in pay units, shares in [0, 1].

    `affluence` is what it collects over what normal pay and all else take, `own_pay` what it could pay from it if it
    were the column's own.
    """

    column: int
    group: int
    single: bool
    leads: bool
    equivalents: float
    affluence: float
    own_pay: float
    pay: float
    link: float
    authority: float
    ideology: float
    kin: float
    blame: float
    grievance: float
    pressure: float
    loyal_share: float
    standing_force: float
    contest: float
    territory_change: float
    firm: int


class Offers(NamedTuple):
    """Partners at hand: the group to merge with and the pay there; the firm that offers service and its wage."""

    partner: int
    partner_pay: float
    partner_authority: float
    partner_ideology: float
    partner_of_lineage: bool
    firm: int
    wage: float


NO_OFFERS = Offers(NO_ROW, 0.0, 0.0, 0.0, False, NO_ROW, 0.0)


def standing_of(world: World, column: int) -> Standing:
    """What a column's commander sees of his own position."""
    columns, groups, members, p = world.columns, world.groups, world.members, world.p
    group = int(columns.group[column])
    siblings = columns_of(world, group)
    single = len(siblings) == 1
    equivalents = float(strength_equivalents(world, column))
    upkeep = usual_wage(world) * p.solvency * equivalents
    affluence = float(columns.revenue[column]) / upkeep
    if columns.service[column] != NO_ROW:
        affluence /= ground_share(world)  # by itself it would take tolls and sell escorts again
    commander, leader = int(columns.commander[column]), int(groups.leader[group])
    own = max(float(columns.armed[column]), 1.0)
    loyal = max(float(groups.armed[group]) - own, 0.0)
    reach = (loyal * p.independence_projection) ** p.contest_exponent
    kin = leader not in (NO_ROW, commander) and members.kin[leader] == members.kin[commander]
    return Standing(
        column=column,
        group=group,
        single=single,
        leads=leader != NO_ROW and (commander == leader or int(groups.centre[group]) == column),
        equivalents=equivalents,
        affluence=affluence,
        own_pay=pay_at(affluence, p.solvency),
        pay=float(columns.pay[column]),
        link=float(columns.link[column]),
        authority=float(groups.authority[group]),
        ideology=float(columns.ideology[column]),
        kin=float(kin),
        blame=float(columns.blame[column]),
        grievance=float(columns.grievance[column]),
        pressure=float(columns.pressure[column]) - world.burn_in.pressure,
        loyal_share=loyal / (loyal + own),
        standing_force=min(loyal / max(world.burn_in.members * world.burn_in.armed_share, 1.0), 1.0),
        contest=own**p.contest_exponent / (own**p.contest_exponent + reach) if reach > 0.0 else 1.0,
        territory_change=float(columns.territory_change[column]),
        firm=int(columns.service[column]),
    )


def offers_to(world: World, me: Standing) -> Offers:
    """The best partner for a merger, and the firm that offers its service, if any."""
    partner, pay = _best_partner(world, me)
    firm = _offering_firm(world, me)
    wage = world.p.own_gunman_wage_ratio if firm != NO_ROW else 0.0
    if partner == NO_ROW:
        return NO_OFFERS._replace(firm=firm, wage=wage)
    groups = world.groups
    same = root_of(world, partner) == root_of(world, me.group)
    authority, ideology = float(groups.authority[partner]), float(groups.ideology[partner])
    return Offers(partner, pay, authority, ideology, same, firm, wage)


def _best_partner(world: World, me: Standing) -> tuple[int, float]:
    """Of the other groups the one in which the column would be paid best, and that pay; `NO_ROW` if there is none."""
    best, highest = NO_ROW, -np.inf
    if world.scenario.switches.null_model == "random_exits":
        return best, highest
    for group in living_groups(world).tolist():
        rows = columns_of(world, group)
        if group != me.group and len(rows) and (world.columns.service[rows] == NO_ROW).all():
            pay = merged_pay(world, me, rows)
            if pay > highest:
                best, highest = group, pay
    return best, highest


def merged_pay(world: World, me: Standing, rows: Rows) -> float:
    """Pay in a group of the columns `rows` that has taken `me` in: the revenue of both over the strength of both.

    The top keeps its share; who leaves others behind brings what they leave him of his ground.
    """
    return _pay_in_group(world, rows, me.affluence * uncontested(me) * me.equivalents, me.equivalents)


def present_pay(world: World, rows: Rows) -> float:
    """Pay in a group of the columns `rows` as it is: its revenue over its strength, less what its top keeps."""
    return _pay_in_group(world, rows, 0.0, 0.0)


def _pay_in_group(world: World, rows: Rows, brought: float, persons: float) -> float:
    """Pay of the columns `rows` with `persons` equivalents more, who bring income for so many (`brought`)."""
    columns, p = world.columns, world.p
    theirs = float(np.add.reduce(strength_equivalents(world, rows)))
    income = float(np.add.reduce(columns.revenue[rows])) / (usual_wage(world) * p.solvency)
    affluence = (income + brought) / (theirs + persons)
    return pay_at(affluence * (1.0 - share_of_top(world, rows)), p.solvency)


def uncontested(me: Standing) -> float:
    """Share of its revenue that a column can keep when it leaves: half is contested by those who stay loyal."""
    return 1.0 if me.single else HALF + HALF * me.contest


def _offering_firm(world: World, me: Standing) -> int:
    """The firm that offers service at this review (C3, S6): it must want a good part of the column's armed."""
    if world.scenario.switches.firms_integrate == "no" or me.firm != NO_ROW:
        return NO_ROW
    draws = world.streams.uniform_double("firm_offer", world.week, 2 * me.column, 2 * me.column + 2)
    if draws[0] >= world.p.firm_offer_probability:
        return NO_ROW
    wanted = persons_wanted(world)
    able = np.where(wanted >= HALF * float(world.columns.armed[me.column]), wanted, 0.0)
    total = float(np.add.reduce(able))
    if total <= 0.0:
        return NO_ROW
    place = int(able.cumsum().searchsorted(draws[1] * total, "right"))
    return min(place, len(able) - 1)


def affiliation_values(world: World, me: Standing, offers: Offers) -> np.ndarray:
    """Value of the five affiliations (5,) in pay units, −inf where an option is not at hand (B8)."""
    p = world.p
    cause = p.column_ideology_weight * me.ideology
    pressure = p.state_pressure_weight * me.pressure
    punishment = p.punishment_cost * me.authority * me.loyal_share
    values = np.full(len(AFFILIATIONS), -np.inf)
    values[STAY] = _stay(world, me, cause, pressure)
    if not (me.single or me.leads) or me.firm != NO_ROW:
        values[INDEPENDENT] = (
            independent_pay(me, p.solvency)
            + cause
            - p.independence_security_cost
            - p.independence_brand_loss * me.standing_force
            - punishment
            - pressure
            + _unrest(world, me)
        )
    if offers.partner != NO_ROW:
        distrust = p.merge_distrust * (p.merge_lineage_distrust if offers.partner_of_lineage else 1.0)
        values[MERGE] = (
            offers.partner_pay
            + p.column_authority_weight * LINK_TO_PARTNER * offers.partner_authority
            + cause * (1.0 - abs(me.ideology - offers.partner_ideology))
            - distrust
            - p.rank_loss
            - punishment
            - pressure
        )
    if offers.firm != NO_ROW:
        values[SERVICE] = (
            offers.wage - p.firm_autonomy_loss - HALF * p.rank_loss - punishment - FIRM_PRESSURE * pressure
        )
    retaliation = p.demob_retaliation * (SINGLE_RETALIATION if me.single else 1.0)
    amnesty = p.demob_amnesty_value if amnesty_now(world) else 0.0
    hunted = pressure * (1.0 - p.demob_relief)
    values[DEMOBILISE] = p.outside_income + amnesty - p.rank_loss - retaliation - hunted
    return values


def independent_pay(me: Standing, solvency: float) -> float:
    """Pay that a column can expect on its own."""
    return pay_at(me.affluence * uncontested(me), solvency)


def _stay(world: World, me: Standing, cause: float, pressure: float) -> float:
    """To go on as one is: under a centre, as a group of its own, or in a firm's service."""
    p = world.p
    if me.firm != NO_ROW:
        return me.pay - p.firm_autonomy_loss - HALF * p.rank_loss - FIRM_PRESSURE * pressure
    if me.single:
        return me.own_pay + cause - p.independence_security_cost - pressure
    bound = p.column_authority_weight * me.link * me.authority + p.stay_kin_weight * me.kin
    if me.leads:  # the leader's own column commands what others are bound by
        bound = p.column_authority_weight * me.authority + p.rank_loss
    purge = p.purge_expected * p.purge_loss * me.blame
    return me.pay + bound + cause - purge - me.grievance - pressure


def _unrest(world: World, me: Standing) -> float:
    """S4: in the second form gains and losses of territory both destabilise (Woldemariam 2018)."""
    if world.scenario.switches.territory_response == "monotone":
        return 0.0
    return float(world.p.territory_change_weight * min(abs(me.territory_change), 1.0))


def conduct_values(world: World, me: Standing, firm: int) -> np.ndarray:
    """Value of the three conducts (3,) in pay units over going on as usual."""
    p = world.p
    values = np.zeros(len(CONDUCTS))
    values[HOST] = p.host_gain * me.own_pay if firm != NO_ROW and me.firm == NO_ROW else -np.inf
    values[HIDE] = p.state_pressure_weight * me.pressure - REVENUE_LOST_IN_HIDING * me.own_pay
    return values


def softmax(values: np.ndarray, scale: float) -> np.ndarray:
    """Chances of a multinomial logit; options of value −inf have none."""
    odds = np.exp((values - np.maximum.reduce(values)) / scale)
    chances: np.ndarray = odds / np.add.reduce(odds)
    return chances
