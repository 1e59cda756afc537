"""C3, C4, C7: each month every firm chooses what it relies on: a contract with a group, own gunmen, bribes, or nothing.

A logit over the cost of each per kg: tolls and losses that it leaves, fees, pay, bribes. When a group ends or loses
the ways, its contracts are void and the firms choose anew that month. Source: section 6 of the model description.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes import contracts
from vraem.processes.tolls import (
    NOBODY_MET,
    TINY,
    Array,
    Crossing,
    Firms,
    bargained_fee,
    bribe_cost,
    escort_wish,
    gunmen_cost,
    gunmen_needed,
    hired_by,
    look,
    set_terms,
)
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH
from vraem.world.declarations import BRIBES, CONTRACT, OWN_GUNMEN
from vraem.world.organisation_tables import ENDED, NO_ROW

WRITES: dict[str, tuple[str, ...]] = {
    "firms": (
        *("protection", "protector", "fee", "gunmen", "gunmen_from", "bribe_share", "shield"),
        *("charged_share", "escorted_share", "fee_cost", "full_fee"),
    ),
    "columns": ("tolls", "guards"),
}
REVIEW_WEEKS = 4
ROUNDS = 80
"""Rounds of the search for reach, threat and escorts at the start; each closes most of the gap."""
CLOSE_ENOUGH = 1e-7
FIRST_REACH, FIRST_THREAT = 0.1, 2.0
"""Where the search begins: hazard per community of control, and threat over the transit fee."""
HIGHEST_THREAT = 100.0
"""Threat over the transit fee at which the search gives up: draws in which nobody pays such a fee."""


class Options(NamedTuple):
    """The options of m firms, in the order of the codes (4, m), and what a contract would cost.

    `cost` USD/kg of all cargo; `chance` of choosing; `fee` (m,) USD/kg under contract; `accepted` (m,) share of the
    controls that take a bribe.
    """

    cost: Array
    chance: Array
    fee: Array
    accepted: Array


def step(world: World) -> None:
    """Firms whose protector is gone, and a quarter of the others, look about and choose; terms follow."""
    if fees_are_exogenous(world):
        return
    firms = world.firms
    if not world.week:
        _set_authority(world)
    turn = np.arange(len(firms)) % REVIEW_WEEKS == world.week % REVIEW_WEEKS
    void_contracts(world)
    left_alone = (firms.protector == NO_ROW) & (firms.protection == CONTRACT)
    reviewing = np.flatnonzero(turn | left_alone)
    if len(reviewing):
        crossing = look(world, reviewing)
        choose(world, crossing, options(world, crossing))
        set_terms(world, crossing)


def void_contracts(world: World) -> None:
    """C4: contracts with a group that has ended bind nobody; the firm is on its own until it has chosen."""
    firms, groups = world.firms, world.groups
    bound = firms.protector != NO_ROW
    if bound.any():
        firms.protector[bound & (groups.status[firms.protector] == ENDED)] = NO_ROW


def options(world: World, crossing: Crossing) -> Options:
    """What each option would cost the firms, USD/kg of all their cargo, and how likely they take it."""
    p, met = world.p, crossing.crossing
    total = np.maximum(crossing.weight.sum(axis=1), TINY)
    toll = (crossing.weight * crossing.toll).sum(axis=1) / total
    gunmen = gunmen_cost(world, crossing)
    per_met = gunmen / np.maximum(met, TINY) + crossing.threat * crossing.leave_with
    fee = crossing.factor * bargained_fee(world, crossing.crossing_loss, crossing.threat, per_met)
    own_part = crossing.cover * (fee - p.contract_effect * crossing.crossing_loss)
    of_others = toll - crossing.cover * crossing.threat * crossing.factor
    accepted = bribes_accepted(world, crossing)
    spared = accepted * (1.0 - p.bribe_detection_factor) * (crossing.route * crossing.loss).sum(axis=0)
    cost = np.stack(
        [
            met * toll,
            np.where(met >= NOBODY_MET, met * (own_part + of_others), np.inf),
            met * toll * crossing.leave_with + gunmen,
            met * toll + bribe_cost(world) - spared,
        ]
    )
    # what is at stake moves with the value of the cargo, and so does what is overlooked
    noise = p.protection_choice_scale * world.flows.border_price_index
    odds = np.exp((cost.min(axis=0) - cost) / noise)
    return Options(cost, odds / odds.sum(axis=0), fee, accepted)


def bribes_accepted(world: World, crossing: Crossing) -> Array:
    """C7: σ(b1 · bribe/wage − b2 · monitoring), the bribe being what a usual load of the firm offers."""
    p = world.p
    bribe = bribe_cost(world) * (crossing.route * world.routes.load[:, None]).sum(axis=0)
    logit = p.bribe_wage_weight * bribe / p.police_wage - p.bribe_monitoring_weight * p.monitoring
    accepted: Array = 1.0 / (1.0 + np.exp(-logit))
    return accepted


def choose(world: World, crossing: Crossing, found: Options) -> None:
    """Draw each firm's option and write what follows from it; a draw is the firm's, whoever else reviews."""
    table, firms, week = world.firms, crossing.firms, world.week
    draws = world.streams.uniform_double("protection_choice", week, 0, len(table))[firms]
    option = (draws >= np.cumsum(found.chance[:-1], axis=0)).sum(axis=0)
    contract, own, bribes = (option == code for code in (CONTRACT, OWN_GUNMEN, BRIBES))
    begun = own & (table.protection[firms] != OWN_GUNMEN)
    hired = hired_by(world)[firms]
    ready = world.p.own_gunmen_setup * WEEKS_A_MONTH * np.maximum(1.0 - hired / crossing.needed, 0.0)
    table.gunmen_from[firms[begun]] = week + np.rint(ready[begun]).astype(np.int32)
    table.protection[firms] = option
    table.protector[firms] = np.where(contract, _main_group(world, crossing), NO_ROW)
    table.fee[firms] = np.where(contract, found.fee, 0.0)
    table.gunmen[firms] = np.maximum(own * crossing.needed, hired)
    table.bribe_share[firms] = np.where(bribes, _controls_bribed(world, firms, found.accepted), 0.0)


def _main_group(world: World, crossing: Crossing) -> NDArray[np.int64]:
    """The group of the column that each firm meets most among those of its main collector, (m,)."""
    if not len(crossing.rows):
        return np.full(len(crossing.firms), NO_ROW)
    of_main = crossing.weight * (crossing.collector == crossing.main[:, None])
    group: NDArray[np.int64] = world.columns.group[crossing.rows[of_main.argmax(axis=1)]].astype(np.int64)
    return group


def _controls_bribed(world: World, firms: Firms, accepted: Array) -> Array:
    """Share of the ways on which the bribes of the month are taken, (m,); one draw a firm and route."""
    routes = len(ROUTES)
    draws = world.streams.uniform_double("bribe", world.week, 0, routes * len(world.firms))
    taken: Array = (draws.reshape(-1, routes)[firms] < accepted[:, None]).mean(axis=1)
    return taken


def gunmen_wanted(world: World) -> Array:
    """Gunmen that firms would hire from among former members, (F,): for those with own gunmen, under S6."""
    firms = world.firms
    if world.scenario.switches.firms_integrate == "no":
        return np.zeros(len(firms))
    wish = world.p.firm_gunmen_demand * gunmen_needed(world) * (firms.protection == OWN_GUNMEN)
    return np.maximum(wish - hired_by(world), 0.0)


def prepare(world: World) -> None:
    """Solve reach, threat and escorts of the start for the drawn shares and fee, then let the firms choose.

    The search holds the firms' chances of each option and not one draw of their choices, so that the targets are the
    mean over the burn-in and not of its first month.
    """
    firms, burn, p = world.firms, world.burn_in, world.p
    firms.shield[:] = 1.0
    firms.protector[:] = NO_ROW
    contracts.prepare(world)  # shares of the routes as they are without tolls
    if fees_are_exogenous(world):
        firms.fee[:] = p.fee_transit
        firms.charged_share[:] = p.share_of_flow_charged
        firms.fee_cost[:] = p.share_of_flow_charged * p.fee_transit
        return
    _first_strength(world)
    burn.toll_reach, burn.threat = FIRST_REACH, FIRST_THREAT * p.fee_transit
    every = np.arange(len(firms))
    for _ in range(ROUNDS):
        if _close_gaps(world, look(world, every)) < CLOSE_ENOUGH:
            break
    crossing = look(world, every)
    choose(world, crossing, options(world, crossing))
    firms.gunmen_from[:] = np.minimum(
        firms.gunmen_from, world.week
    )  # who has gunmen at the start has had them
    crossing = look(world, every)
    set_terms(world, crossing)
    firms.risk_belief[:] = world.routes.detection[:, None] * firms.shield


def fees_are_exogenous(world: World) -> bool:
    """Whether fees stay as drawn and no economy carries them (null model N2)."""
    return world.scenario.switches.null_model == "exogenous_fees"


def _first_strength(world: World) -> None:
    """What arms and authority are measured against, and a first pay unit for the price of gunmen."""
    burn, columns, p = world.burn_in, world.columns, world.p
    armed = columns.armed[: columns.count]
    if not columns.count:
        return
    burn.column_armed = float(armed.mean())
    _set_authority(world)
    carried = p.share_of_flow_charged * p.fee_transit + p.share_of_flow_escorted * p.fee_escort
    persons = float(armed.sum() + p.supporter_upkeep * columns.supporters[: columns.count].sum())
    if not burn.reference_pay:
        burn.reference_pay = carried * world.market.hcl_rate_base / p.solvency / max(persons, 1.0)


def _set_authority(world: World) -> None:
    """What authority is measured against; leaders have theirs once the burn-in has set out."""
    groups = world.groups
    if groups.count:
        world.burn_in.authority = float(groups.authority[: groups.count].mean())


def _close_gaps(world: World, crossing: Crossing) -> float:
    """Move reach, threat, escorts and the mean effect of protection towards the targets; the largest gap, in logs."""
    burn, p = world.burn_in, world.p
    found = options(world, crossing)
    size = world.firms.hcl_rate / world.firms.hcl_rate.sum()
    total = np.maximum(crossing.weight.sum(axis=1), TINY)
    toll = (crossing.weight * crossing.toll).sum(axis=1) / total
    met = crossing.crossing
    wish = escort_wish(world, crossing)
    escorted = crossing.cover * (crossing.route * crossing.met * wish).sum(axis=0)
    under_contract = crossing.cover * found.fee + toll - crossing.cover * crossing.threat * crossing.factor
    charged = np.stack([met, met - escorted, met * crossing.leave_with, met])
    price = np.stack([toll, under_contract, toll, toll])
    unseen = np.stack(
        [
            np.ones_like(met),
            1.0 - p.contract_effect * charged[CONTRACT] - p.escort_effect * escorted,
            np.ones_like(met),
            1.0 - found.accepted * (1.0 - p.bribe_detection_factor),
        ]
    )
    burn.protective_effect = float((found.chance * unseen) @ size @ np.ones(len(unseen)))
    share = float(((found.chance * charged) @ size).sum())
    fee = float(((found.chance * charged * price) @ size).sum()) / max(share, TINY)
    guarded = float(found.chance[CONTRACT] * escorted @ size)
    gaps = [
        np.log(p.share_of_flow_charged / max(share, TINY)),
        np.log(p.fee_transit / max(fee, TINY)),
        np.log(p.share_of_flow_escorted / max(guarded, TINY)),
    ]
    burn.toll_reach *= float(np.exp(gaps[0]))
    burn.threat = min(burn.threat * float(np.exp(gaps[1])), HIGHEST_THREAT * p.fee_transit)
    burn.escort_intercept += float(gaps[2])
    return float(np.abs(gaps).max())
