"""C3, C4, C7: each month every firm chooses what it relies on: a contract with a group, own gunmen, bribes, or nothing.

A logit over the cost of each per kg: tolls and losses that it leaves, fees, pay, bribes. When a group ends its
contracts are void; that month its firms choose anew. Source: docs/model.md, Protection, bought and sold.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.processes import contracts
from vraem.processes.allocation import look_at_controls
from vraem.processes.groups import rows_where
from vraem.processes.tolls import (
    TINY,
    Array,
    Crossing,
    bargained_fee,
    bribe_cost,
    escort_wish,
    gunmen_cost,
    look,
    set_terms,
)
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_MONTH
from vraem.world.declarations import BRIBES, CONTRACT, NO_PROTECTION, OWN_GUNMEN
from vraem.world.organisation_tables import ENDED, NO_ROW
from vraem.world.security_tables import MEAN_CORRUPTION

WRITES: dict[str, tuple[str, ...]] = {
    "firms": (
        *("protection", "protector", "fee", "gunmen", "gunmen_from", "bribe_share", "shield"),
        *("charged_share", "escorted_share", "fee_cost", "full_fee"),
    ),
    "columns": ("tolls", "guards"),
}
NOBODY_MET = 0.01
"""Share of the cargo that meets a column below which a firm has nobody to contract with."""
ROUNDS = 80
"""Rounds of the search for reach, threat and escorts at the start; each closes most of the gap."""
CLOSE_ENOUGH = 1e-6
FIRST_REACH, FIRST_THREAT = 0.1, 2.0
"""Where the search begins: hazard per community of control, and threat over the transit fee."""
HIGHEST_THREAT = 100.0
"""Threat over the transit fee at which the search gives up: draws in which nobody pays such a fee."""


class Options(NamedTuple):
    """The options of the F firms, in the order of the codes (4, F), and what a contract would cost.

    `cost` USD/kg of all cargo; `chance` of choosing; `fee` (F,) USD/kg under contract; `accepted` (5, F) share of the
    controls on each way that take a bribe.
    """

    cost: Array
    chance: Array
    fee: Array
    accepted: Array


def step(world: World) -> None:
    """Contracts with groups that are gone are void; once a month firms look about and choose, and terms follow."""
    if fees_are_exogenous(world):
        return
    if not world.week:
        _set_authority(world)
    void_contracts(world)
    if world.week % REVIEW_WEEKS == 0:
        crossing = look(world)
        choose(world, crossing, options(world, crossing))
        set_terms(world, crossing)


def void_contracts(world: World) -> None:
    """C4: a contract with a group that has ended binds nobody, and nobody escorts; the firm is on its own."""
    firms, groups = world.firms, world.groups
    ended = groups.status == ENDED
    if not np.count_nonzero(ended):
        return
    void = rows_where((firms.protector != NO_ROW) & ended[firms.protector])
    if len(void):
        firms.protection[void], firms.protector[void], firms.fee[void] = NO_PROTECTION, NO_ROW, 0.0
        firms.escorted_share[:, void] = 0.0


def options(world: World, crossing: Crossing) -> Options:
    """What each option would cost the firms, USD/kg of all their cargo, and how likely they take it."""
    p, met = world.p, crossing.crossing
    route, loss = world.firms.route_share, crossing.loss
    gunmen = gunmen_cost(world, crossing)
    met_loss = (route * crossing.met * loss).sum(axis=0) / np.maximum(met, TINY)
    own = gunmen / np.maximum(met, TINY) + crossing.threat * crossing.leave_needed
    fee = crossing.factor * bargained_fee(world, met_loss, crossing.threat * crossing.leave, own)
    tolled = met * crossing.mean_toll * crossing.leave
    contract = met * (contract_price(crossing, fee) - p.contract_effect * crossing.cover * met_loss)
    accepted = bribes_accepted(world)
    spared = (1.0 - p.bribe_detection_factor) * (accepted * route * loss).sum(axis=0)
    cost = np.array(
        [
            tolled,
            np.where(met >= NOBODY_MET, contract, np.inf),
            met * crossing.mean_toll * crossing.leave_needed + gunmen,
            tolled + bribe_cost(world) - spared,
        ]
    )
    # what is at stake moves with the value of the cargo, and so does what is overlooked
    noise = max(p.protection_choice_scale * world.flows.border_price_index, TINY)
    odds = np.exp((cost.min(axis=0) - cost) / noise)
    return Options(cost, odds / odds.sum(axis=0), fee, accepted)


def contract_price(crossing: Crossing, fee: Array) -> Array:
    """What a firm under contract pays for a kg that meets a column, (F,): the fee, and tolls to other collectors."""
    of_others = crossing.mean_toll - crossing.cover * crossing.threat * crossing.factor
    price: Array = crossing.cover * fee + of_others * crossing.leave
    return price


def bribes_accepted(world: World) -> Array:
    """C7: σ(b1 · bribe/wage − b2 · monitoring + b3 · (corruption − usual)/usual), by way (5, F).

    The bribe is what a usual load of the firm offers; corruption is that of the controls on the way.
    """
    p = world.p
    bribe = bribe_cost(world) * (world.firms.route_share * world.routes.load[:, None]).sum(axis=0)
    logit = p.bribe_wage_weight * bribe / p.police_wage - p.bribe_monitoring_weight * p.monitoring
    corruption = world.security.way_corruption
    if corruption is not None:
        logit = logit + p.bribe_corruption_weight * (corruption / MEAN_CORRUPTION - 1.0)
    accepted: Array = np.broadcast_to(1.0 / (1.0 + np.exp(-logit)), world.firms.route_share.shape)
    return accepted


def choose(world: World, crossing: Crossing, found: Options) -> None:
    """Draw each firm's option, by its own draw, and write what follows from it."""
    firms, week = world.firms, world.week
    draws = world.streams.uniform_double("protection_choice", week, 0, len(firms))
    option = np.add.reduce(draws >= found.chance[:-1].cumsum(axis=0))
    contract, own = option == CONTRACT, option == OWN_GUNMEN
    begun = own & (firms.protection != OWN_GUNMEN)
    wait = world.p.own_gunmen_setup * WEEKS_A_MONTH * np.maximum(1.0 - crossing.guards / crossing.needed, 0.0)
    firms.gunmen_from[begun] = week + np.rint(wait[begun]).astype(np.int32)
    firms.protection[:] = option
    firms.protector[:] = np.where(contract, _main_group(world, crossing), NO_ROW)
    firms.fee[:] = np.where(contract, found.fee, 0.0)
    firms.gunmen[:] = crossing.hired + own * np.maximum(crossing.needed - crossing.guards, 0.0)
    firms.bribe_share[:] = 0.0
    bribing = rows_where(option == BRIBES)
    if len(bribing):
        firms.bribe_share[bribing] = _controls_bribed(world, found.accepted).take(bribing)


def _main_group(world: World, crossing: Crossing) -> NDArray[np.int64]:
    """The group of the column that each firm meets most among those of its main collector, (F,)."""
    if not len(crossing.rows):
        return np.full(len(crossing.main), NO_ROW)
    of_main = crossing.weight * (crossing.collector == crossing.main[:, None])
    group: NDArray[np.int64] = world.columns.group[crossing.rows[of_main.argmax(axis=1)]].astype(np.int64)
    return group


def _controls_bribed(world: World, accepted: Array) -> Array:
    """Share of its cargo for which each firm's bribes of the month are taken, (F,); one draw a firm and route."""
    draws = world.streams.uniform_double("bribe", world.week, 0, accepted.size)
    taken = accepted > draws.reshape(-1, len(ROUTES)).T
    # shares of the routes may sum to a hair above 1
    share: Array = np.minimum(np.add.reduce(world.firms.route_share * taken), 1.0)
    return share


def fees_are_exogenous(world: World) -> bool:
    """Whether fees stay as drawn and no economy carries them (null model N2)."""
    return world.scenario.switches.null_model == "exogenous_fees"


def prepare(world: World) -> None:
    """Solve reach, threat and escorts of the start for the drawn shares and fee, then let the firms choose.

    The search holds the firms' chances of each option and not one draw of their choices, so that the targets are the
    mean over the burn-in and not of its first month.
    """
    firms, burn, p = world.firms, world.burn_in, world.p
    look_at_controls(world)
    firms.shield[:], firms.fee_cost[:], firms.protector[:] = 1.0, 0.0, NO_ROW
    firms.risk_belief[:] = world.routes.detection[:, None]
    contracts.prepare(world)  # shares of the routes as they are without tolls
    if fees_are_exogenous(world):
        firms.fee[:] = p.fee_transit
        firms.charged_share[:] = p.share_of_flow_charged
        firms.fee_cost[:] = p.share_of_flow_charged * p.fee_transit
        return
    if world.columns.count:
        _first_strength(world)
        burn.toll_reach, burn.threat = FIRST_REACH, FIRST_THREAT * p.fee_transit
        for _ in range(ROUNDS):
            if _close_gaps(world, look(world)) < CLOSE_ENOUGH:
                break
    crossing = look(world)
    choose(world, crossing, options(world, crossing))
    firms.gunmen_from[:] = world.week  # who has gunmen at the start has had them
    set_terms(world, look(world))
    firms.risk_belief[:] = world.routes.detection[:, None] * firms.shield


def _first_strength(world: World) -> None:
    """What arms and authority are measured against."""
    world.burn_in.column_armed = float(world.columns.armed[: world.columns.count].mean())
    _set_authority(world)


def _set_authority(world: World) -> None:
    """What authority is measured against; leaders have theirs once the burn-in has set out."""
    groups = world.groups
    if groups.count:
        world.burn_in.authority = float(groups.authority[: groups.count].mean())


def _close_gaps(world: World, crossing: Crossing) -> float:
    """Move reach, threat, escorts and the mean effect of protection to their targets; the largest gap, in logs."""
    burn, p, route = world.burn_in, world.p, world.firms.route_share
    found, met = options(world, crossing), crossing.crossing
    size = world.firms.hcl_rate / world.firms.hcl_rate.sum()
    escorted = crossing.cover * (route * crossing.met * escort_wish(world, crossing)).sum(axis=0)
    toll, fee = crossing.mean_toll, contract_price(crossing, found.fee)
    charged = np.stack([met, met - escorted, met * crossing.leave_needed, met])
    price = np.stack([toll, fee, toll, toll])
    warned = 1.0 - p.contract_effect * charged[CONTRACT] - p.escort_effect * escorted
    bribed = 1.0 - (route * found.accepted).sum(axis=0) * (1.0 - p.bribe_detection_factor)
    unseen = np.stack([np.ones_like(met), warned, np.ones_like(met), bribed])
    burn.protective_effect = float(((found.chance * unseen) @ size).sum())
    share = float(((found.chance * charged) @ size).sum())
    mean_fee = float(((found.chance * charged * price) @ size).sum()) / max(share, TINY)
    gaps = np.log(
        [
            p.share_of_flow_charged / max(share, TINY),
            p.fee_transit / max(mean_fee, TINY),
            p.share_of_flow_escorted / max(float(found.chance[CONTRACT] * escorted @ size), TINY),
        ]
    )
    burn.toll_reach *= float(np.exp(gaps[0]))
    burn.threat = min(burn.threat * float(np.exp(gaps[1])), HIGHEST_THREAT * p.fee_transit)
    burn.escort_intercept += float(gaps[2])
    return float(np.abs(gaps).max())
