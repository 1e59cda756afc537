"""B8: followers vote. An option that a commander wants fails without a quorum of those who serve under him.

Switch S5: whom followers follow (commander, kin, pay): the chosen bond has the full weight, the other two a fixed
lesser one.
"""

from math import erf, sqrt
from typing import NamedTuple

import numpy as np

from vraem.processes.column_values import (
    DEMOBILISE,
    INDEPENDENT,
    MERGE,
    SERVICE,
    Offers,
    Standing,
    independent_pay,
)
from vraem.processes.groups import Rows, members_of
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW

LESSER_WEIGHT = 0.4
"""Weight of the two bonds that S5 does not choose."""
NEUTRAL_BOND = 0.35
"""Bond at which a member neither leans to the commander nor away (parameter table: follower_bond_weight)."""
TIE_WEIGHT = 0.5
"""Weight of a member's own tie to the leader, per unit of link x authority."""


class Voters(NamedTuple):
    """Those who vote in a column, and what binds each to its commander, to kin, and to the leader, (n,) each."""

    rows: Rows
    to_commander: np.ndarray
    to_kin: np.ndarray
    to_leader: np.ndarray


class Vote(NamedTuple):
    """Those who serve in a column, the chance (n,) that each follows, and the chance that the quorum is met."""

    rows: Rows
    chance: np.ndarray
    passing: float


def prospects(world: World, me: Standing, offers: Offers, option: int) -> float:
    """Pay of a member under `option` less the pay now, in pay units; followers expect what the commander does."""
    p = world.p
    after = {
        INDEPENDENT: independent_pay(me, p.solvency),
        MERGE: offers.partner_pay,
        SERVICE: offers.wage,
        DEMOBILISE: p.outside_income,
    }[option]
    return after - me.pay


def voters_of(world: World, me: Standing) -> Voters:
    """Those who vote in a column, and the bonds that bind them whatever the option."""
    members, p = world.members, world.p
    rows = members_of(world, me.column)
    commander = int(world.columns.commander[me.column])
    leader = int(world.groups.leader[me.group])
    followers = rows[rows != commander]
    kin = members.kin[followers]
    with_commander = (kin == members.kin[commander]).astype(float)
    with_leader = (kin == members.kin[leader]).astype(float) if leader not in (NO_ROW, commander) else 0.0
    return Voters(
        followers,
        _weight(world, "commander") * p.follower_bond_weight * (members.bond[followers] - NEUTRAL_BOND),
        _weight(world, "kin") * p.follower_bond_weight * (with_commander - with_leader),
        TIE_WEIGHT * me.link * me.authority * members.tie[followers] * (not me.single),
    )


def poll(world: World, me: Standing, offers: Offers, option: int, voters: Voters) -> Vote:
    """How the members of a column, its `voters`, stand to an option of their commander."""
    p = world.p
    rows, to_commander, to_kin, to_leader = voters
    pay = _weight(world, "pay") * prospects(world, me, offers, option)
    utility = pay + to_commander + to_kin - to_leader
    chance = 1.0 / (1.0 + np.exp(-utility / p.follower_choice_scale))
    return Vote(rows, chance, passing_chance(chance, p.follower_quorum))


def _weight(world: World, bond: str) -> float:
    """Weight of a bond (commander, kin, pay) under the switch S5."""
    return 1.0 if bond == world.scenario.switches.followers else LESSER_WEIGHT


def passing_chance(chance: np.ndarray, quorum: float) -> float:
    """Chance that at least `quorum` of the voters, who follow with `chance` (n,) each, do so (normal approximation)."""
    count = len(chance)
    if not count:
        return 1.0
    mean = float(np.add.reduce(chance) / count)
    spread = sqrt(max(float(np.add.reduce(chance * (1.0 - chance))), 1e-12)) / count
    return 0.5 * (1.0 + erf((mean - quorum) / (spread * sqrt(2.0))))


def cast(world: World, vote: Vote) -> np.ndarray:
    """Who follows (n,), a draw addressed by the member."""
    draws = world.streams.uniform_double("follower_vote", world.week, 0, world.members.count)[vote.rows]
    follows: np.ndarray = draws < vote.chance
    return follows
