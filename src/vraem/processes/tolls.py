"""What firms meet on their ways through the columns' ground: chances, threats and prices (C3, C5).

A load meets a column with a hazard that grows with the control on its way. Who has no contract pays what the column's
threat is worth; several collectors on a firm's ways compete, or each adds its own (S3). Source: docs/model.md,
Protection, bought and sold; fees of 3-8 USD/kg on about 30 % of the flow are reported, and pacts raise them by 15-20 %
(Brown et al.).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import Rows, living_columns, rows_where, serving_columns
from vraem.processes.territory import collectors, mix_of
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.declarations import CONTRACT, OWN_GUNMEN
from vraem.world.organisation_tables import HIRED, NO_ROW

TINY = 1e-9

Array = NDArray[np.float64]


class Crossing(NamedTuple):
    """What the F firms meet; n living columns, K collectors (groups, or groups in a pact).

    `rows` (n,) the columns, `collector` (n,) who collects for each; `share` (5, F, n) of what is met on a way that is
    each column's; `met` (5, F) chance of meeting any; `weight` (F, n) hazard over all cargo; `crossing` (F,) share of
    the cargo that meets a column; `toll` (F, n) USD/kg that each column takes from who has no contract, `mean_toll`
    (F,); `armed` (F,) members of the columns that are met, on average; `hired` (F,) former members whom the firm pays,
    `guards` (F,) persons whom it has anyway and `leave` the share of the tolls that they leave; `needed` (F,) gunmen
    with whom it would guard its cargo and `leave_needed` the share that they leave; `main` (F,) the collector met
    most, `cover` (F,) its share of what is met, `threat` (F,) its toll before competition; `factor` (F,) what the
    number of collectors does to prices; `loss` (5, F) USD/kg expected without protection.
    """

    rows: Rows
    collector: NDArray[np.int64]
    share: Array
    met: Array
    weight: Array
    crossing: Array
    toll: Array
    mean_toll: Array
    armed: Array
    hired: Array
    guards: Array
    leave: Array
    needed: Array
    leave_needed: Array
    main: NDArray[np.int64]
    cover: Array
    threat: Array
    factor: Array
    loss: Array


def look(world: World) -> Crossing:
    """What firms meet this month, by the control on their ways, arms, authority and the value of the cargo."""
    firms, columns = world.firms, world.columns
    rows = living_columns(world)
    collector = collectors(world, rows)
    count, route = len(firms), firms.route_share
    hazard = world.burn_in.toll_reach * columns.exposure[:, rows].reshape(len(ROUTES), count, len(rows))
    on_way = hazard.sum(axis=2)
    met = -np.expm1(-on_way)
    weight = np.einsum("rf,rfn->fn", route, hazard)
    total = np.maximum(weight.sum(axis=1), TINY)
    crossing = (route * met).sum(axis=0)

    names = np.array(sorted(set(collector.tolist())) or [NO_ROW])
    member = (collector[:, None] == names).astype(np.float64)
    by_collector = weight @ member
    main, every = by_collector.argmax(axis=1), np.arange(count)
    of_main = by_collector[every, main]
    factor = _factor(world, hazard @ member, crossing, by_collector / total[:, None])
    threat = threats(world, rows)
    toll = threat * factor[:, None]
    hired, needed = hired_by(world), gunmen_needed(world)
    guards, armed = guards_of(world, hired), (weight @ columns.armed[rows]) / total
    gunmen = np.stack([guards, np.maximum(guards, needed)])
    left = _left_by(world, armed, gunmen)
    value = world.routes.value * world.flows.border_price_index
    return Crossing(
        rows=rows,
        collector=collector,
        share=hazard / np.maximum(on_way, TINY)[:, :, None],
        met=met,
        weight=weight,
        crossing=crossing,
        toll=toll,
        mean_toll=(weight * toll).sum(axis=1) / total,
        armed=armed,
        hired=hired,
        guards=guards,
        leave=left[0],
        needed=needed,
        leave_needed=left[1],
        main=names[main],
        cover=of_main / total,
        threat=((weight * threat) @ member)[every, main] / np.maximum(of_main, TINY),
        factor=factor,
        loss=firms.risk_belief / firms.shield * value[:, None],
    )


def threats(world: World, rows: Rows) -> Array:
    """Toll that each column can take from an unguarded load, USD/kg (n,): the solved part, by arms and authority.

    It moves with the value of the cargo, with what the column's arms do against carriers, and with the authority of
    its leader, each over the start.
    """
    columns, groups, p, burn = world.columns, world.groups, world.p, world.burn_in
    arms = _prevails(world, columns.armed[rows].astype(np.float64), p.load_guards)
    usual = _prevails(world, burn.column_armed, p.load_guards)
    word = np.exp(p.fee_authority_weight * (groups.authority[columns.group[rows]] - burn.authority))
    toll: Array = burn.threat * world.flows.border_price_index * word * arms / usual
    return toll


def _prevails(world: World, armed: Array | float, guards: Array | float) -> Array:
    """Chance that `armed` members prevail over the guards of a load: the contest success function of B11."""
    exponent = world.p.contest_exponent
    force = np.asarray(armed) ** exponent
    return force / (force + np.asarray(guards) ** exponent)


def _left_by(world: World, armed: Array | float, gunmen: Array) -> Array:
    """Share of the tolls that columns of `armed` members still take from cargo with that many `gunmen`."""
    present, carriers = np.maximum(armed, TINY), world.p.load_guards
    return _prevails(world, present, carriers + gunmen) / _prevails(world, present, carriers)


def _factor(world: World, hazard: Array, crossing: Array, share: Array) -> Array:
    """C5: what several collectors on a firm's ways do to the price of passage, (F,); 1 with one collector.

    Under competition the price falls with their effective number, n_eff^(−elasticity); in series who meets several
    pays each of them. `hazard` (5, F, K) by collector, `share` (F, K) of what is met.
    """
    if share.shape[1] <= 1:
        return np.ones(len(crossing))
    if world.scenario.switches.fees == "series":
        each = (world.firms.route_share[:, :, None] * -np.expm1(-hazard)).sum(axis=(0, 2))
        return np.where(crossing > 0.0, each / np.maximum(crossing, TINY), 1.0)
    effective = 1.0 / np.maximum((share * share).sum(axis=1), TINY)
    return np.where(crossing > 0.0, effective**-world.p.fee_competition_elasticity, 1.0)


def gunmen_needed(world: World) -> Array:
    """Gunmen with which each firm guards its cargo, (F,): more with the root of the volume."""
    volume = world.firms.hcl_rate
    needed: Array = world.p.gunmen_needed * np.sqrt(volume / max(float(volume.mean()), TINY))
    return needed


def guards_of(world: World, hired: Array) -> Array:
    """Guards whom the firms have whatever they choose, (F,): ex-members with their skill, columns in their service.

    `hired` (F,) persons are the ex-members.
    """
    return world.p.ex_member_premium * hired + armed_in_service(world)


def armed_in_service(world: World) -> Array:
    """Armed members of the columns in the service of each firm, (F,)."""
    columns = world.columns
    serving = serving_columns(world)
    armed = np.bincount(columns.service.take(serving), columns.armed.take(serving), len(world.firms))
    return armed.astype(np.float64)


def hired_by(world: World) -> Array:
    """Former members whom each firm pays, (F,)."""
    members = world.members
    firm = members.firm.take(rows_where(members.status[: members.count] == HIRED))
    return np.bincount(firm[firm != NO_ROW], minlength=len(world.firms)).astype(np.float64)


def gunman_wage(world: World) -> float:
    """Pay of a gunman, USD a week: a multiple of a fighter's."""
    return world.p.own_gunman_wage_ratio * world.burn_in.reference_pay


def gunmen_cost(world: World, crossing: Crossing) -> Array:
    """Cost of the gunmen whom a firm has yet to take on, over all of its cargo, USD/kg (F,)."""
    persons = np.maximum(crossing.needed - crossing.guards, 0.0)
    cost: Array = gunman_wage(world) * persons / np.maximum(world.firms.hcl_rate, TINY)
    return cost


def bribe_cost(world: World) -> float:
    """Bribes along the way, USD/kg: those who take them know what the cargo is worth."""
    return world.p.bribe_cost * world.flows.border_price_index


def bargained_fee(world: World, loss: Array, threat: Array | float, gunmen: Array) -> Array:
    """C3, Nash bargaining: f = β · min(loss avoided + threat, own gunmen + what they leave) + (1 − β) · cost.

    A firm pays at most what it would lose without the contract, or what its next best protection costs; the protector
    takes at least what the service costs it. Own gunmen are the firm's outside option: the dearer they are, the more
    the protector can ask.
    """
    p = world.p
    worth = np.minimum(p.contract_effect * loss + threat, gunmen)
    fee: Array = p.protection_bargaining * worth + (1.0 - p.protection_bargaining) * p.protection_service_cost
    return fee


def set_terms(world: World, crossing: Crossing) -> None:
    """Write what loads will meet and pay until the next look: chances, prices, escorts and the shield of each firm."""
    firms, columns, p = world.firms, world.columns, world.p
    contract = firms.protection == CONTRACT
    covered = contract[:, None] & (crossing.collector == crossing.main[:, None])
    price = np.where(covered, firms.fee[:, None], crossing.toll)
    own = (firms.protection == OWN_GUNMEN) & (firms.gunmen_from <= world.week)
    leave = np.where(own, crossing.leave_needed, crossing.leave)
    # gunmen keep off who has no contract with the firm
    paid = crossing.share * np.where(covered, 1.0, leave[:, None])
    paid_on_way = paid.sum(axis=2)
    guarded = crossing.share * covered
    by_protector = guarded.sum(axis=2)
    escort_fee: float | Array = p.fee_escort
    if world.scenario.groups:  # which may take more or less of coca than the parameters say (B1)
        mix = mix_of(world, "coca", crossing.rows)
        price, guarded = price * mix, guarded * mix
        escort_fee = p.fee_escort * guarded.sum(axis=2) / np.maximum(by_protector, TINY)
    wish = escort_wish(world, crossing)
    escorted = crossing.met * by_protector * wish
    charged = np.maximum(crossing.met * paid_on_way - escorted, 0.0)
    tolls = paid / np.maximum(paid_on_way, TINY)[:, :, None] * price

    ways, rows = columns.exposure.shape[0], crossing.rows
    columns.tolls[:, rows] = tolls.reshape(ways, len(rows))
    columns.guards[:, rows] = (guarded / np.maximum(by_protector, TINY)[:, :, None]).reshape(ways, len(rows))
    firms.charged_share[:] = charged
    firms.escorted_share[:] = escorted
    firms.fee_cost[:] = charged * tolls.sum(axis=2) + escorted * escort_fee
    wanted = escort_wish(world, crossing, limited=False)
    firms.full_fee[:] = (1.0 - wanted) * _full_price(world, crossing) + wanted * p.fee_escort
    seen = p.contract_effect * charged * contract + p.escort_effect * escorted
    unbribed = 1.0 - firms.bribe_share * (1.0 - p.bribe_detection_factor)
    unseen = unbribed * (1.0 - (firms.route_share * seen).sum(axis=0))
    firms.shield[:] = unseen / world.burn_in.protective_effect


def escort_wish(world: World, crossing: Crossing, *, limited: bool = True) -> Array:
    """Share of the cargo that a firm under contract wants escorted where its protector stands, (5, F).

    A logit of the loss that an escort avoids less its fee; columns with fewer arms than at the start escort less,
    unless what they can do is not `limited`.
    """
    p, burn = world.p, world.burn_in
    gain = (p.escort_effect * crossing.loss - p.fee_escort) / p.escort_choice_scale
    able = np.minimum(crossing.armed / max(burn.column_armed, TINY), 1.0) if limited else 1.0
    wish: Array = able / (1.0 + np.exp(-(burn.escort_intercept + gain)))
    return wish


def _full_price(world: World, crossing: Crossing) -> Array:
    """Fee that one protector of every way, as strong as a column of the start, would agree with each firm, (F,)."""
    burn = world.burn_in
    threat = burn.threat * world.flows.border_price_index
    loss = (world.firms.route_share * crossing.loss).sum(axis=0)
    left = _left_by(world, burn.column_armed, crossing.needed)
    return bargained_fee(world, loss, threat, gunmen_cost(world, crossing) + threat * left)
