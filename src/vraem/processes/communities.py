"""E1 support, fear and anger; E2 readiness to tell; E3 self-defence committees; E4 the pool of young people.

Source: docs/model.md, The state and the people between; forms after Kalyvas (2006), Bennett (2008) and Sviatschi
(2022). Feelings move slowly, so each part of this process has its own week of the month or of two months. Events raise
fear and anger at once, through `frighten` and `anger`, wherever they happen.
"""

from math import log

import numpy as np
from numpy.typing import NDArray

from vraem.processes.exogenous import in_districts
from vraem.processes.groups import living_columns, living_groups
from vraem.world import World
from vraem.world.build_security import committee_history, roots_of_lineage
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_QUARTER, WEEKS_A_YEAR, left_after
from vraem.world.presence import state_presence

WRITES: dict[str, tuple[str, ...]] = {
    "communities": (
        *("fear", "anger", "trust", "tip_rate", "state_support", "committee", "past_leaf_price", "youth"),
        "state_presence",
    ),
    "columns": ("community_link", "tip_rate"),
    "groups": ("support",),
}
FEELING_WRITES: dict[str, tuple[str, ...]] = {"communities": ("fear", "anger")}
"""What `frighten` and `anger` write."""
MONTH, TWO_MONTHS = REVIEW_WEEKS, 2 * REVIEW_WEEKS
"""Weeks between two looks at what moves in months, and at what moves in years."""
LEAST_TERRITORY = 1e-6
COMMITTEE_STATE_WEIGHT = 2.0
"""A committee at rest is its history times this times the support for the state, less what armed groups hold."""
LEAST_YOUTH = 0.2
"""The pool never falls below this share of its size at the base price of leaf."""


def step(world: World) -> None:
    """Feelings, presence, and who tells are looked at once a month; support, committees, youth every other month."""
    month, turn = world.week % MONTH, world.week % TWO_MONTHS
    if month == 0:
        _fade(world)
        world.communities.state_presence[:] = state_presence(world)
    elif month == 2:
        _meet(world)
    elif turn == 1:
        _support_groups(world)
    elif turn == 3:
        _support_state(world)
    elif turn == 5:
        _arm_committees(world)
    else:
        _raise_youth(world)


def frighten(world: World, community: int, events: float = 1.0) -> None:
    """Fear after `events` violent events in `community` and, by `feeling_nearby`, in its neighbours (E1)."""
    _stir(world, world.communities.fear, community, world.p.fear_gain * events)


def anger(world: World, community: int, events: float = 1.0) -> None:
    """Anger at the state after it harmed people in `community`, `events` times (E1)."""
    _stir(world, world.communities.anger, community, world.p.anger_gain * events)


def presence_effect(presence: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    """Effect of presence x, 0 to 1: x/(x + half), of the shape of `presence`."""
    return presence / (presence + half)


def paid_share(world: World) -> NDArray[np.float64]:
    """Share of the rewards for tips that is paid in time this week (E2), by community (C,); the last order counts."""
    share = np.full(len(world.communities), world.p.reward_paid_share)
    for order in world.inputs.rewards:
        if order.paid is not None and order.holds(world.week):
            share[in_districts(world, order.districts)] = order.paid
    return share


def _stir(world: World, feeling: NDArray[np.float64], community: int, gain: float) -> None:
    """A feeling rises by a share of what is left to 1."""
    gain = min(gain, 1.0)
    near = world.valley.neighbours_of(community)
    feeling[near] += world.p.feeling_nearby * gain * (1.0 - feeling[near])
    feeling[community] += gain * (1.0 - feeling[community])


def _fade(world: World) -> None:
    """Four weeks of fading fear, anger and trust, and the anger that this month's eradication leaves."""
    communities, p = world.communities, world.p
    communities.fear *= left_after(MONTH, p.fear_half_life)
    communities.anger *= left_after(MONTH, p.anger_half_life)
    if communities.eradication_news.any():
        # the news lasts a quarter: its share of a month adds up to one step for all the coca of a place
        step_of_month = p.anger_eradication * MONTH / WEEKS_A_QUARTER
        communities.anger += step_of_month * communities.eradication_news * (1.0 - communities.anger)
    pace = MONTH / (p.trust_return * WEEKS_A_YEAR)
    communities.trust += pace * (paid_share(world) - communities.trust)


def _support_state(world: World) -> None:
    """E1: support for the state tends to σ(a + presence + services − anger)."""
    communities, p = world.communities, world.p
    near = presence_effect(communities.state_presence, p.presence_half)
    logit = (
        p.state_support_intercept
        + p.state_support_presence * near
        + p.state_support_services * communities.assisted_share
        - p.state_support_anger * communities.anger
    )
    resting = 1.0 / (1.0 + np.exp(-logit))
    communities.state_support += _pace(p.support_half_life) * (resting - communities.state_support)


def _support_groups(world: World) -> None:
    """E1: support for a group tends to σ(a + roots + order + anger at the state − violence) less unfair tax."""
    communities, columns, groups, p = world.communities, world.columns, world.groups, world.p
    rows = living_columns(world)
    felt = p.support_intercept + p.support_anger_weight * communities.anger
    order = p.support_service_weight - p.support_violence_weight * communities.fear
    roots = p.support_roots_weight * roots_of_lineage(world.valley)
    unfair = _unfair_tax(world)
    pace = _pace(p.support_half_life)
    for group in living_groups(world).tolist():
        control = columns.control[:, rows[columns.group[rows] == group]].sum(axis=1)
        logit = felt + float(groups.lineage_share[group]) * roots + order * control
        resting = 1.0 / (1.0 + np.exp(-logit))
        if unfair is not None:
            resting = np.maximum(resting - unfair * control, 0.0)
        support = groups.support[:, group]
        support += pace * (resting - support)


def _unfair_tax(world: World) -> NDArray[np.float64] | None:
    """Support lost where a group holds a place wholly, by how far its tax on leaf is above the fair one, (C,).

    None where no tax is unfair. `leaf_tax` is a mean over the place: armed groups tax the share that they control.
    """
    communities, p = world.communities, world.p
    rate = communities.leaf_tax / np.maximum(communities.control, LEAST_TERRITORY)
    if rate.max() <= p.fair_leaf_tax:
        return None
    over = np.minimum(np.maximum(rate / p.fair_leaf_tax - 1.0, 0.0), 1.0)
    loss: NDArray[np.float64] = p.support_overtax_loss * over
    return loss


def _meet(world: World) -> None:
    """E1 E2: λ of every column, the mean support over its territory; and how readily its communities tell of it.

    Tips a week on a group that holds a place wholly are σ(a + reward − fear x its control − support for it + presence
    + trust), the reward being the log of what is offered over the usual;
    `tip_base` is for the full effect of presence. A place as a whole tells by the mean over those who hold it.
    """
    communities, columns, groups, p = world.communities, world.columns, world.groups, world.p
    rows = living_columns(world)
    ground = columns.control[:, rows]
    near = presence_effect(communities.state_presence, p.presence_half)
    felt = p.tip_base + p.tip_presence_weight * (near - 1.0) + p.tip_trust_weight * communities.trust
    for order in world.inputs.rewards:
        if order.holds(world.week):
            felt += p.tip_reward_weight * log(order.factor) * in_districts(world, order.districts)
    held, told = np.zeros(len(communities)), np.zeros(len(communities))
    columns.tip_rate[: columns.count] = 0.0
    for group in living_groups(world).tolist():
        of = columns.group[rows] == group
        own, control, support = rows[of], ground[:, of], groups.support[:, group]
        of_group = control.sum(axis=1)
        territory = control.sum(axis=0)
        mean = np.einsum("cn,c->n", control, support) / np.maximum(territory, LEAST_TERRITORY)
        # where it holds nothing, what counts is the support at its seat
        link = np.where(territory > LEAST_TERRITORY, mean, support[columns.seat[own]])
        columns.community_link[own] = np.minimum(link, 1.0)
        logit = felt - p.tip_fear_weight * communities.fear * of_group - p.tip_support_weight * support
        rate = 1.0 / (1.0 + np.exp(-logit))
        columns.tip_rate[own] = np.einsum("cn,c->n", control, rate)
        held += of_group
        told += of_group * rate
    free = 1.0 / (1.0 + np.exp(-felt))
    communities.tip_rate[:] = np.where(held > LEAST_TERRITORY, told / np.maximum(held, LEAST_TERRITORY), free)


def _arm_committees(world: World) -> None:
    """E3: a committee tends to what history left, carried by support for the state, where no group holds the place."""
    communities, p = world.communities, world.p
    carried = np.minimum(COMMITTEE_STATE_WEIGHT * communities.state_support, 1.5)
    resting = committee_history(world.valley) * carried * (1.0 - communities.control)
    communities.committee += _pace(p.committee_half_life) * (
        np.clip(resting, 0.0, 1.0) - communities.committee
    )


def _raise_youth(world: World) -> None:
    """E4: the pool of young adults follows the leaf price of past years, a lag of mean `youth_pool_lag`."""
    communities, p = world.communities, world.p
    pace = TWO_MONTHS / (p.youth_pool_lag * WEEKS_A_YEAR)
    over_base = communities.leaf_price / world.market.leaf_price_base
    communities.past_leaf_price += pace * (over_base - communities.past_leaf_price)
    households = p.farm_households * world.valley.communities.household_share
    factor = 1.0 + p.youth_pool_effect * (communities.past_leaf_price - 1.0)
    communities.youth[:] = p.youth_per_household * households * np.maximum(factor, LEAST_YOUTH)


def _pace(half_life_months: float) -> float:
    """Share of a gap that closes in two months."""
    return 1.0 - left_after(TWO_MONTHS, half_life_months)
