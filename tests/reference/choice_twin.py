"""A column reviews what it belongs to (B8): values, softmax and vote, one commander and one follower at a time."""

import math
from dataclasses import dataclass

from vraem.world.organisation_tables import HIRED

from .command_twin import redistribution
from .organisation_objects import NOBODY, Column, Group, Organisation, Person, equivalents, logistic, pay_at

STAY, INDEPENDENT, MERGE, SERVICE, DEMOBILISE = range(5)
AS_USUAL, HOST, HIDE = range(3)
IMPOSSIBLE = -math.inf


@dataclass(slots=True)
class Partner:
    """A group that would take the column in, and what members would be paid there."""

    group: Group
    pay: float


@dataclass(slots=True)
class Decision:
    """What a review comes to; `margin` is the distance of the nearest draw from what it was held against."""

    option: int
    passed: bool
    against: list[Person]
    conduct: int
    firm: int
    margin: float


def review(organisation: Organisation, column: Column, offer: tuple[int, float]) -> Decision:
    """The decision of one column; `offer` is the firm that offers service (`NOBODY`: none) and its wage."""
    kept = 1.0
    if column.firm != NOBODY:
        over, draw = too_many(organisation, column.firm), organisation.draw("service_end", column.row)
        kept = abs(draw - over)
        if draw < over:
            return Decision(INDEPENDENT, True, [], AS_USUAL, NOBODY, kept)
    decision = own_choice(organisation, column, offer)
    decision.margin = min(decision.margin, kept)
    return decision


def too_many(organisation: Organisation, firm: int) -> float:
    """Share of those whom a firm pays that it needs no more."""
    world = organisation.world
    places = world.communities
    members = world.members
    hired = sum(members.status[row] == HIRED and members.firm[row] == firm for row in range(members.count))
    serving = [column for column in organisation.columns if column.firm == firm]
    paid = hired + sum(column.armed for column in serving)
    wished, protected = 0.0, 0.0
    for place in range(len(places)):
        rent = max(float(places.coca_area[place]), 0.0)
        before = float(places.first_control[place])
        gone = max(before - float(places.control[place]), 0.0)
        own = sum(float(world.columns.control[place, column.row]) for column in serving)
        wished += rent * (float(places.purchase_share[firm, place]) * gone + own)
        protected += rent * before
    wished *= world.p.firm_gunmen_demand * world.burn_in.members * world.burn_in.armed_share / protected
    if world.scenario.switches.firms_integrate == "no":
        wished = 0.0
    return max(1.0 - wished / paid, 0.0) if paid else 0.0


def own_choice(organisation: Organisation, column: Column, offer: tuple[int, float]) -> Decision:
    """What the commander of a column decides, and what comes of it."""
    p = organisation.world.p
    partner = best_partner(organisation, column)
    values = affiliation_values(organisation, column, partner, offer)
    chances = {
        option: vote_chances(organisation, column, prospects(organisation, column, partner, offer, option))
        for option in range(1, 5)
        if values[option] > IMPOSSIBLE
    }
    alone = len(column.group.columns) == 1
    for option, follow in chances.items():
        if not alone:
            values[option] -= p.purge_loss * (1.0 - passing_chance(list(follow.values()), p.follower_quorum))
    option, margin = choose(organisation, "column_choice", column.row, values)
    if option == STAY:
        conduct, other = choose(
            organisation, "column_conduct", column.row, conduct_values(organisation, column)
        )
        return Decision(STAY, True, [], conduct, NOBODY, min(margin, other))
    if option == MERGE:
        assert partner is not None
        agreed, other = partner_agrees(organisation, column, partner)
        margin = min(margin, other)
        if not agreed:
            return Decision(STAY, True, [], AS_USUAL, NOBODY, margin)
    against, closest = [], 1.0
    for person, chance in chances[option].items():
        draw = organisation.draw("follower_vote", person.row)
        closest = min(closest, abs(draw - chance))
        if draw >= chance:
            against.append(person)
    voters = len(chances[option])
    passed = voters == 0 or (voters - len(against)) / voters >= p.follower_quorum
    return Decision(option, passed, against, AS_USUAL, offer[0], min(margin, closest))


# values


def affiliation_values(
    organisation: Organisation, column: Column, partner: Partner | None, offer: tuple[int, float]
) -> list[float]:
    """Value to the commander of staying, leaving, merging, serving a firm and laying down arms, in pay units."""
    world, p, group = organisation.world, organisation.world.p, column.group
    alone = len(group.columns) == 1
    leads = group.leader is not None and (column.commander is group.leader or group.centre == column.row)
    cause = p.column_ideology_weight * column.ideology
    pressure = p.state_pressure_weight * (column.pressure - world.burn_in.pressure)
    own = max(float(column.armed), 1.0)
    loyal = max(sum(sibling.armed for sibling in group.columns) - own, 0.0)
    punishment = p.punishment_cost * group.authority * loyal / (loyal + own)

    values = [_stay(organisation, column, alone, leads, cause, pressure)]
    if (not alone and not leads) or column.firm != NOBODY:
        # the name that is lost is worth what stands behind it
        name = min(loyal / max(world.burn_in.members * world.burn_in.armed_share, 1.0), 1.0)
        unrest = 0.0
        if world.scenario.switches.territory_response == "both_destabilise":
            unrest = p.territory_change_weight * min(abs(column.territory_change), 1.0)
        values.append(
            pay_alone(organisation, column)
            + cause
            - p.independence_security_cost
            - p.independence_brand_loss * name
            - punishment
            - pressure
            + unrest
        )
    else:
        values.append(IMPOSSIBLE)
    if partner is not None:
        known = origin(organisation, partner.group.row) == origin(organisation, group.row)
        distrust = p.merge_distrust * (p.merge_lineage_distrust if known else 1.0)
        near = 1.0 - abs(column.ideology - partner.group.ideology)
        bound = p.column_authority_weight * 0.5 * partner.group.authority
        values.append(partner.pay + bound + cause * near - distrust - p.rank_loss - punishment - pressure)
    else:
        values.append(IMPOSSIBLE)
    firm, wage = offer
    served = wage - p.firm_autonomy_loss - 0.5 * p.rank_loss - punishment - 0.5 * pressure
    values.append(served if firm != NOBODY else IMPOSSIBLE)
    amnesty = p.demob_amnesty_value if world.scenario.switches.amnesty == "on" else 0.0
    retaliation = p.demob_retaliation * (0.4 if alone else 1.0)
    hunted = (1.0 - p.demob_relief) * pressure
    values.append(p.outside_income + amnesty - p.rank_loss - retaliation - hunted)
    return values


def origin(organisation: Organisation, group: int) -> int:
    """The group at the beginning of the line of parents."""
    parents = organisation.world.groups.parent
    while parents[group] != NOBODY:
        group = int(parents[group])
    return group


def _stay(
    organisation: Organisation, column: Column, alone: bool, leads: bool, cause: float, pressure: float
) -> float:
    p, group = organisation.world.p, column.group
    if column.firm != NOBODY:
        return column.pay - p.firm_autonomy_loss - 0.5 * p.rank_loss - 0.5 * pressure
    if alone:
        return own_pay(organisation, column) + cause - p.independence_security_cost - pressure
    if leads:
        bound = p.column_authority_weight * group.authority + p.rank_loss
    else:
        leader, commander = group.leader, column.commander
        kin = leader is not None and commander is not None and leader.kin == commander.kin
        bound = p.column_authority_weight * column.link * group.authority + p.stay_kin_weight * kin
    purge = p.purge_expected * p.purge_loss * column.blame
    return column.pay + bound + cause - purge - column.grievance - pressure


def own_pay(organisation: Organisation, column: Column) -> float:
    """Pay that a column's own revenue would carry, in pay units."""
    return pay_of(organisation, [column])


def pay_of(organisation: Organisation, columns: list[Column], kept: float = 1.0) -> float:
    """Pay that the share `kept` of the revenue of all `columns` would carry for all of them, in pay units."""
    world = organisation.world
    normal = world.burn_in.reference_pay * world.p.solvency
    strength = sum(equivalents(world, column) for column in columns)
    revenue = kept * sum(by_itself(organisation, column) for column in columns)
    return pay_at(revenue / (normal * strength), world.p.solvency)


def by_itself(organisation: Organisation, column: Column) -> float:
    """Revenue of a column outside firms' service: one that is in it would take tolls and sell escorts again."""
    if column.firm == NOBODY:
        return column.revenue
    table = organisation.world.columns
    free = [each.row for each in organisation.columns if each.firm == NOBODY]
    ground = sum(
        float(getattr(table, name)[row]) for name in ("leaf_tax", "logging", "extortion") for row in free
    )
    way = sum(float(getattr(table, name)[row]) for name in ("fees", "escorts") for row in free)
    share = ground / (ground + way) if ground + way > 0.0 else organisation.world.burn_in.ground_share
    return column.revenue / max(share, 0.1)


def best_partner(organisation: Organisation, column: Column) -> Partner | None:
    """Of the other groups the one in which the column would be paid best."""
    others = [group for group in organisation.groups if group is not column.group and group.columns]
    free = [group for group in others if all(theirs.firm == NOBODY for theirs in group.columns)]
    partners = [Partner(group, pay_with(organisation, column, group)) for group in free]
    return max(partners, key=lambda partner: partner.pay) if partners else None


def pay_with(organisation: Organisation, column: Column, group: Group) -> float:
    """Pay in `group` with the column in it: of what both take, less what the column leaves and what the top keeps."""
    world, p = organisation.world, organisation.world.p
    normal = world.burn_in.reference_pay * p.solvency
    mine = share_kept(organisation, column) * by_itself(organisation, column)
    revenue = mine + sum(each.revenue for each in group.columns)
    strength = sum(equivalents(world, each) for each in [column, *group.columns])
    return pay_at((1.0 - top_share(organisation, group)) * revenue / (normal * strength), p.solvency)


def top_share(organisation: Organisation, group: Group) -> float:
    """What the top of a group keeps of its income; what it would, if it is one column."""
    p = organisation.world.p
    if len(group.columns) == 1:
        back = redistribution(organisation, group)
        return p.remittance_cap * logistic(p.remittance_intercept) * (1.0 - back)
    given = sum(each.sent - each.received for each in group.columns)
    return min(max(given / max(sum(each.revenue for each in group.columns), 1e-9), 0.0), 1.0)


def conduct_values(organisation: Organisation, column: Column) -> list[float]:
    """As usual, taking the nearest firm under its wing, hiding."""
    world, p = organisation.world, organisation.world.p
    pressure = column.pressure - world.burn_in.pressure
    host = p.host_gain * own_pay(organisation, column) if column.firm == NOBODY else IMPOSSIBLE
    return [0.0, host, p.state_pressure_weight * pressure - 0.5 * own_pay(organisation, column)]


def choose(organisation: Organisation, stream: str, row: int, values: list[float]) -> tuple[int, float]:
    """A draw from the softmax of `values`: the option, and how near the draw came to another."""
    best = max(values)
    odds = [math.exp((value - best) / organisation.world.p.column_choice_scale) for value in values]
    draw, below, margin = organisation.draw(stream, row), 0.0, 1.0
    chosen = None
    for option, one in enumerate(odds):
        below += one / sum(odds)
        margin = min(margin, abs(draw - below))
        if chosen is None and draw < below:
            chosen = option
    return (len(values) - 1 if chosen is None else chosen), margin


def partner_agrees(organisation: Organisation, column: Column, partner: Partner) -> tuple[bool, float]:
    """The other group takes the column in by what its members are paid with it and without it, and for its strength."""
    p = organisation.world.p
    before = pay_of(organisation, partner.group.columns, 1.0 - top_share(organisation, partner.group))
    chance = logistic((partner.pay - before + p.merge_partner_gain) / p.column_choice_scale)
    draw = organisation.draw("partner_consent", column.row)
    return draw < chance, abs(draw - chance)


# the vote


def pay_alone(organisation: Organisation, column: Column) -> float:
    """Pay of a column that leaves."""
    return pay_of(organisation, [column], share_kept(organisation, column))


def share_kept(organisation: Organisation, column: Column) -> float:
    """What a column that leaves keeps of its revenue: half is safe, of the rest what its force holds."""
    if len(column.group.columns) == 1:
        return 1.0
    p = organisation.world.p
    own = max(float(column.armed), 1.0)
    loyal = max(sum(sibling.armed for sibling in column.group.columns) - own, 0.0)
    force = own**p.contest_exponent
    against = (loyal * p.independence_projection) ** p.contest_exponent if loyal > 0.0 else 0.0
    return 0.5 + 0.5 * force / (force + against)


def prospects(
    organisation: Organisation,
    column: Column,
    partner: Partner | None,
    offer: tuple[int, float],
    option: int,
) -> float:
    """Pay of a member after the change less the pay now, in pay units."""
    p, now = organisation.world.p, column.pay
    if option == INDEPENDENT:
        return pay_alone(organisation, column) - now
    if option == MERGE:
        return (partner.pay if partner is not None else 0.0) - now
    return (offer[1] if option == SERVICE else p.outside_income) - now


def vote_chances(organisation: Organisation, column: Column, gain: float) -> dict[Person, float]:
    """The chance of each follower to go with the commander: pay, bonds and kin by S5, and the tie to the leader."""
    p, group = organisation.world.p, column.group
    form = organisation.world.scenario.switches.followers
    weight = {name: 1.0 if name == form else 0.4 for name in ("commander", "kin", "pay")}
    alone = len(group.columns) == 1
    commander, leader = column.commander, group.leader
    assert commander is not None
    chances = {}
    for person in column.persons:
        if person is commander:
            continue
        kin = float(person.kin == commander.kin)
        if leader is not None and leader is not commander:
            kin -= float(person.kin == leader.kin)
        utility = (
            weight["pay"] * gain
            + weight["commander"] * p.follower_bond_weight * (person.bond - 0.35)
            + weight["kin"] * p.follower_bond_weight * kin
        )
        if not alone:
            utility -= 0.5 * column.link * group.authority * person.tie
        chances[person] = logistic(utility / p.follower_choice_scale)
    return chances


def passing_chance(chances: list[float], quorum: float) -> float:
    """Chance that the share of those who follow reaches the quorum, by the normal approximation."""
    if not chances:
        return 1.0
    mean = sum(chances) / len(chances)
    variance = sum(chance * (1.0 - chance) for chance in chances)
    spread = math.sqrt(max(variance, 1e-12)) / len(chances)
    return 0.5 * math.erfc((quorum - mean) / (spread * math.sqrt(2.0)))
