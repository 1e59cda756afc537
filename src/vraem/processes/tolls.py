"""What a firm meets on its ways through the columns' ground: chances, threats and prices (C3, C5).

A load meets a column with a hazard that grows with the control on its way. Who has no contract pays what the column's
threat is worth; several collectors on a firm's ways compete, or each adds its own (S3). Source: section 6 of the model
description; fees of 3-8 USD/kg on about 30 % of the flow are reported, and pacts raise them by 15-20 % (Brown et al.).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import Rows, living_columns
from vraem.processes.territory import collectors
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.declarations import CONTRACT, OWN_GUNMEN
from vraem.world.organisation_tables import HIRED, NO_ROW

TINY = 1e-9
NOBODY_MET = 0.01
"""Share of the cargo that meets a column below which a firm has nobody to contract with (C4)."""

Firms = NDArray[np.int64]
Array = NDArray[np.float64]


class Crossing(NamedTuple):
    """What m firms meet; n columns, K collectors (groups, or groups in a pact).

    `firms` (m,), `rows` (n,) and `collector` (n,) numbers; `hazard` (5, m, n) of meeting a column on a way; `met`
    (5, m) chance of meeting any; `route` (5, m) shares of the cargo; `weight` (m, n) hazard over the cargo;
    `crossing` (m,) share of the cargo that meets a column; `toll` (m, n) USD/kg that each column takes from who has
    no contract; `leave` (m,) share of the tolls that stays with the firm's gunmen, `leave_with` with the gunmen it
    would need, `needed` persons; `main` (m,) the collector met most, `cover` (m,) its share of what is met, `threat`
    (m,) its toll before competition; `factor` (m,) what the number of collectors does to prices; `loss` (5, m) USD/kg
    expected without protection, `crossing_loss` (m,) the same of the cargo that meets a column.
    """

    firms: Firms
    rows: Rows
    collector: NDArray[np.int64]
    hazard: Array
    met: Array
    route: Array
    weight: Array
    crossing: Array
    toll: Array
    leave: Array
    leave_with: Array
    needed: Array
    main: NDArray[np.int64]
    cover: Array
    threat: Array
    factor: Array
    loss: Array
    crossing_loss: Array


def look(world: World, firms: Firms) -> Crossing:
    """What the firms meet this week, by the control on their ways, arms, authority and the price of the cargo."""
    table, columns = world.firms, world.columns
    rows = living_columns(world)
    collector = collectors(world, rows)
    hazard = world.burn_in.toll_reach * columns.exposure[ways_of(world, firms)[:, :, None], rows]
    met = -np.expm1(-hazard.sum(axis=2))
    route = table.route_share[:, firms]
    weight = np.einsum("rm,rmn->mn", route, hazard)
    crossing = (route * met).sum(axis=0)

    names = np.unique(collector)
    member = (collector[:, None] == names).astype(np.float64)
    by_collector = weight @ member
    total = np.maximum(by_collector.sum(axis=1), TINY)
    main = by_collector.argmax(axis=1) if len(names) else np.zeros(len(firms), dtype=np.int64)
    factor = _factor(world, hazard @ member, route, crossing, by_collector / total[:, None])
    threat = threats(world, rows)
    of_main = np.take_along_axis(by_collector, main[:, None], axis=1)[:, 0] if len(names) else 0.0 * total
    threat_of = (weight * threat) @ member
    main_threat = np.take_along_axis(threat_of, main[:, None], axis=1)[:, 0] if len(names) else 0.0 * total

    armed = (weight @ columns.armed[rows]) / total
    guards, needed = guards_of(world, firms), gunmen_needed(world)[firms]
    loss = expected_loss(world, firms)
    return Crossing(
        firms=firms,
        rows=rows,
        collector=collector,
        hazard=hazard,
        met=met,
        route=route,
        weight=weight,
        crossing=crossing,
        toll=threat * factor[:, None],
        leave=_left_by(world, armed, guards),
        leave_with=_left_by(world, armed, np.maximum(guards, needed)),
        needed=needed,
        main=names[main] if len(names) else np.full(len(firms), NO_ROW),
        cover=of_main / total,
        threat=main_threat / np.maximum(of_main, TINY),
        factor=factor,
        loss=loss,
        crossing_loss=(route * met * loss).sum(axis=0) / np.maximum(crossing, TINY),
    )


def ways_of(world: World, firms: Firms) -> NDArray[np.int64]:
    """Numbers of the ways of `firms` by route, (5, m)."""
    return np.arange(len(ROUTES))[:, None] * len(world.firms) + firms


def threats(world: World, rows: Rows) -> Array:
    """Toll that each column can take from an unguarded load, USD/kg (n,): the solved part, by arms and authority.

    It moves with the value of the cargo, with what the column's arms do against carriers, and with the authority of
    its leader, each over the start.
    """
    columns, groups, p, burn = world.columns, world.groups, world.p, world.burn_in
    arms = _prevails(world, columns.armed[rows].astype(np.float64), p.load_guards)
    usual = _prevails(world, np.float64(burn.column_armed), p.load_guards)
    word = np.exp(p.fee_authority_weight * (groups.authority[columns.group[rows]] - burn.authority))
    toll: Array = burn.threat * world.flows.border_price_index * word * arms / usual
    return toll


def _prevails(world: World, armed: Array, guards: Array | float) -> Array:
    """Chance that `armed` members prevail over the guards of a load: the contest success function of B11."""
    exponent = world.p.contest_exponent
    force = armed**exponent
    return force / (force + np.asarray(guards) ** exponent)


def _left_by(world: World, armed: Array, guards: Array) -> Array:
    """Share of the tolls that columns of `armed` members still take from cargo with `guards` gunmen."""
    alone = _prevails(world, np.maximum(armed, TINY), world.p.load_guards)
    return _prevails(world, np.maximum(armed, TINY), world.p.load_guards + guards) / alone


def _factor(world: World, hazard: Array, route: Array, crossing: Array, share: Array) -> Array:
    """C5: what several collectors on a firm's ways do to the price of passage, (m,); 1 with one collector.

    Under competition the price falls with their effective number, n_eff^(−elasticity); in series who meets several
    pays each of them. `hazard` (5, m, K) by collector, `share` (m, K) of what is met.
    """
    if share.shape[1] <= 1:
        return np.ones(len(crossing))
    if world.scenario.switches.fees == "series":
        each = (route[:, :, None] * -np.expm1(-hazard)).sum(axis=(0, 2))
        return np.where(crossing > 0.0, each / np.maximum(crossing, TINY), 1.0)
    effective = 1.0 / np.maximum((share * share).sum(axis=1), TINY)
    return np.where(crossing > 0.0, effective**-world.p.fee_competition_elasticity, 1.0)


def expected_loss(world: World, firms: Firms) -> Array:
    """Loss a kg that the firms expect without protection by route (5, m), USD: belief over their shield, x value."""
    value = world.routes.value * world.flows.border_price_index
    bare = world.firms.risk_belief[:, firms] / world.firms.shield[firms]
    loss: Array = bare * value[:, None]
    return loss


def gunmen_needed(world: World) -> Array:
    """Gunmen with which each firm guards its cargo, (F,): more with the root of the volume."""
    volume = world.firms.hcl_rate
    needed: Array = world.p.gunmen_needed * np.sqrt(volume / max(float(volume.mean()), TINY))
    return needed


def guards_of(world: World, firms: Firms) -> Array:
    """Guards of the firms' cargo, (m,): ready gunmen, the skill of ex-members, columns in their service."""
    table, columns = world.firms, world.columns
    ready = (table.gunmen_from[firms] <= world.week) & (table.protection[firms] == OWN_GUNMEN)
    guards = ready * table.gunmen[firms] + (world.p.ex_member_premium - 1.0) * hired_by(world)[firms]
    serving = columns.service[: columns.count]
    if (serving != NO_ROW).any():
        armed = np.where(serving != NO_ROW, columns.armed[: columns.count], 0.0)
        guards += np.bincount(np.maximum(serving, 0), armed, len(table))[firms]
    return guards


def hired_by(world: World) -> Array:
    """Former members whom each firm pays, (F,)."""
    members = world.members
    firm = members.firm[: members.count][members.status[: members.count] == HIRED]
    return np.bincount(firm[firm != NO_ROW], minlength=len(world.firms)).astype(np.float64)


def gunman_wage(world: World) -> float:
    """Pay of a gunman, USD a week: a multiple of a fighter's."""
    return world.p.own_gunman_wage_ratio * world.burn_in.reference_pay


def bribe_cost(world: World) -> float:
    """Bribes along the way, USD/kg: those who take them know what the cargo is worth."""
    return world.p.bribe_cost * world.flows.border_price_index


def set_terms(world: World, crossing: Crossing) -> None:
    """Write what the loads of these firms will meet and pay until the next look: chances, prices, escorts, shield."""
    table, columns, p = world.firms, world.columns, world.p
    firms, rows, hazard = crossing.firms, crossing.rows, crossing.hazard
    contract = table.protection[firms] == CONTRACT
    covered = contract[:, None] & (crossing.collector == crossing.main[:, None])
    price = np.where(covered, table.fee[firms, None], crossing.toll)
    share = hazard / np.maximum(hazard.sum(axis=2, keepdims=True), TINY)
    guards = hazard * covered
    on_its_ground = guards.sum(axis=2, keepdims=True)
    guards = guards / np.maximum(on_its_ground, TINY)
    wish = escort_wish(world, crossing)
    guarded = share * covered
    escorted = crossing.met * guarded.sum(axis=2) * wish
    charged = (crossing.met - escorted) * crossing.leave
    tolls = share * price

    ways = ways_of(world, firms)[:, :, None]
    columns.tolls[ways, rows] = tolls
    columns.guards[ways, rows] = guards
    table.charged_share[:, firms] = charged
    table.escorted_share[:, firms] = escorted
    table.fee_cost[:, firms] = charged * tolls.sum(axis=2) + escorted * p.fee_escort
    table.full_fee[:, firms] = (1.0 - wish) * full_price(world, crossing) + wish * p.fee_escort
    seen = p.contract_effect * charged * contract + p.escort_effect * escorted
    unbribed = 1.0 - table.bribe_share[firms] * (1.0 - p.bribe_detection_factor)
    kept = unbribed * (1.0 - (crossing.route * seen).sum(axis=0))
    table.shield[firms] = kept / world.burn_in.protective_effect


def escort_wish(world: World, crossing: Crossing) -> Array:
    """Share of the cargo that a firm under contract wants escorted where its protector stands, (5, m).

    A logit of the loss that an escort avoids less its fee; columns with fewer arms than at the start escort less.
    """
    columns, p, burn = world.columns, world.p, world.burn_in
    gain = (p.escort_effect * crossing.loss - p.fee_escort) / p.escort_choice_scale
    armed = (crossing.weight @ columns.armed[crossing.rows]) / np.maximum(crossing.weight.sum(axis=1), TINY)
    able = np.minimum(armed / max(burn.column_armed, TINY), 1.0)
    wish: Array = able / (1.0 + np.exp(-(burn.escort_intercept + gain)))
    return wish


def full_price(world: World, crossing: Crossing) -> Array:
    """Fee that one protector of every way, as strong as a column of the start, would agree with each firm, (m,)."""
    threat = world.burn_in.threat * world.flows.border_price_index
    loss = (crossing.route * crossing.loss).sum(axis=0)
    left = _left_by(world, np.full(len(loss), world.burn_in.column_armed), crossing.needed)
    gunmen = gunmen_cost(world, crossing) + threat * left
    return bargained_fee(world, loss, threat, gunmen)


def gunmen_cost(world: World, crossing: Crossing) -> Array:
    """Cost of own gunmen over all of a firm's cargo, USD/kg (m,); skilled ex-members do with fewer."""
    p = world.p
    spared = (p.ex_member_premium - 1.0) * hired_by(world)[crossing.firms]
    volume = np.maximum(world.firms.hcl_rate[crossing.firms], TINY)
    cost: Array = gunman_wage(world) * np.maximum(crossing.needed - spared, 0.0) / volume
    return cost


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
