"""E1 support, fear and anger; E2 readiness to tell; E3 self-defence committees; E4 the pool of young people.

Source: section 8 of the model description; forms after Kalyvas (2006), Bennett (2008) and Sviatschi (2022). Feelings
move slowly, so each quarter of this process has its own week of the month. Events raise fear and anger at once,
through `frighten` and `anger`, wherever they happen.
"""

from math import exp, log

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import living_columns, living_groups
from vraem.world import World
from vraem.world.build_security import committee_history, roots_of_lineage
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_QUARTER, WEEKS_A_YEAR
from vraem.world.presence import state_presence

WRITES: dict[str, tuple[str, ...]] = {
    "communities": (
        *("fear", "anger", "trust", "tip_rate", "state_support", "committee", "past_leaf_price", "youth"),
        "state_presence",
    ),
    "columns": ("community_link", "tip_rate"),
    "groups": ("support",),
}
REVIEW_WEEKS = 4
NEIGHBOURS_FEEL = 0.5
"""Fear and anger in the communities within sight, over those where it happened."""
TRUST_RETURN_YEARS = 3.0
"""Trust tends to the paid share of rewards over so many years where nobody has own experience of one."""
COMMITTEE_STATE_WEIGHT = 2.0
"""A committee at rest is its history times this times the support for the state, less what armed groups hold."""
LEAST_YOUTH = 0.2
"""The pool never falls below this share of its size at the base price of leaf."""


def step(world: World) -> None:
    """One quarter of the month's work: feelings, support, readiness to tell, or what moves over years."""
    turn = world.week % REVIEW_WEEKS
    if turn == 0:
        _fade(world)
        world.communities.state_presence[:] = state_presence(world)
        _support_state(world)
    elif turn == 1:
        _support_groups(world)
    elif turn == 2:
        _tell(world)
    else:
        _arm_committees(world)
        _raise_youth(world)


def frighten(world: World, community: int, events: float = 1.0) -> None:
    """Fear after `events` violent events in `community` and, half as much, in its neighbours (E1)."""
    _stir(world, world.communities.fear, community, world.p.fear_gain * events)


def anger(world: World, community: int, events: float = 1.0) -> None:
    """Anger at the state after it harmed people in `community`, `events` times (E1)."""
    _stir(world, world.communities.anger, community, world.p.anger_gain * events)


def presence_effect(presence: NDArray[np.float64] | float, half: float) -> NDArray[np.float64] | float:
    """Effect of presence x, 0 to 1: x/(x + half)."""
    return presence / (presence + half)


def _stir(world: World, feeling: NDArray[np.float64], community: int, gain: float) -> None:
    """A feeling rises by a share of what is left to 1."""
    gain = min(gain, 1.0)
    near = world.valley.neighbours_of(community)
    feeling[near] += NEIGHBOURS_FEEL * gain * (1.0 - feeling[near])
    feeling[community] += gain * (1.0 - feeling[community])


def _fade(world: World) -> None:
    """Four weeks of fading fear, anger and trust, and the anger that this month's eradication leaves."""
    communities, p = world.communities, world.p
    communities.fear *= _monthly(p.fear_half_life * WEEKS_A_MONTH)
    communities.anger *= _monthly(p.anger_half_life * WEEKS_A_MONTH)
    if communities.eradication_news.any():
        # the news lasts a quarter: its share of a month adds up to one step for all the coca of a place
        step_of_month = p.anger_eradication * REVIEW_WEEKS / WEEKS_A_QUARTER
        communities.anger += step_of_month * communities.eradication_news * (1.0 - communities.anger)
    pace = REVIEW_WEEKS / (TRUST_RETURN_YEARS * WEEKS_A_YEAR)
    communities.trust += pace * (p.reward_paid_share - communities.trust)


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
    """E1: support for each group tends to σ(a + roots + order + anger at the state − violence) less what unfair tax costs.

    λ of a column is the mean of the support for its group over its territory.
    """
    communities, columns, groups, p = world.communities, world.columns, world.groups, world.p
    rows = living_columns(world)
    over = p.support_overtax_loss * np.clip(communities.leaf_tax / p.fair_leaf_tax - 1.0, 0.0, 1.0)
    felt = p.support_intercept + p.support_anger_weight * communities.anger
    order = p.support_service_weight - p.support_violence_weight * communities.fear
    roots = p.support_roots_weight * roots_of_lineage(world.valley)
    pace = _pace(p.support_half_life)
    for group in living_groups(world).tolist():
        own = rows[columns.group[rows] == group]
        control = columns.control[:, own]
        held = control.sum(axis=1)
        logit = felt + float(groups.lineage_share[group]) * roots + order * held
        resting = 1.0 / (1.0 + np.exp(-logit)) - over * held
        support = groups.support[:, group]
        support += pace * (np.maximum(resting, 0.0) - support)
        _link_columns(world, own, control, support)


def _link_columns(
    world: World, rows: NDArray[np.int64], control: NDArray[np.float32], support: NDArray[np.float32]
) -> None:
    """λ of the columns `rows` (n,) of one group from their `control` (C, n); without territory, support at the seat."""
    columns = world.columns
    territory = control.sum(axis=0)
    mean = np.einsum("cn,c->n", control, support) / np.maximum(territory, np.float32(1e-6))
    link = np.where(territory > 0.0, mean, support[columns.seat[rows]])
    columns.community_link[rows] = np.clip(link, 0.0, 1.0)


def _tell(world: World) -> None:
    """E2: weekly tips of each community on a group that holds it wholly, and by column from its territory.

    σ(a − fear x control − support for the group + presence + trust); `tip_base` is for the full effect of presence.
    """
    communities, columns, groups, p = world.communities, world.columns, world.groups, world.p
    rows = living_columns(world)
    columns.tip_rate[: columns.count] = 0.0
    held, backing = np.zeros(len(communities)), np.zeros(len(communities))
    for group in living_groups(world).tolist():
        control = columns.control[:, rows[columns.group[rows] == group]].sum(axis=1)
        held += control
        backing += control * groups.support[:, group]
    near = presence_effect(communities.state_presence, p.presence_half)
    logit = (
        p.tip_base
        - p.tip_fear_weight * communities.fear * held
        - p.tip_support_weight * (backing / np.maximum(held, 1e-6))
        + p.tip_presence_weight * (near - 1.0)
        + p.tip_trust_weight * communities.trust
    )
    communities.tip_rate[:] = 1.0 / (1.0 + np.exp(-logit))
    if len(rows):
        columns.tip_rate[rows] = np.einsum("cn,c->n", columns.control[:, rows], communities.tip_rate)


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
    pace = REVIEW_WEEKS / (p.youth_pool_lag * WEEKS_A_YEAR)
    over_base = communities.leaf_price / world.market.leaf_price_base
    communities.past_leaf_price += pace * (over_base - communities.past_leaf_price)
    households = p.farm_households * world.valley.communities.household_share
    factor = 1.0 + p.youth_pool_effect * (communities.past_leaf_price - 1.0)
    communities.youth[:] = p.youth_per_household * households * np.maximum(factor, LEAST_YOUTH)


def _monthly(half_life_weeks: float) -> float:
    """What is left after four weeks of something with this half-life."""
    return exp(-log(2.0) * REVIEW_WEEKS / half_life_weeks)


def _pace(half_life_months: float) -> float:
    """Share of a gap that closes in four weeks."""
    return 1.0 - _monthly(half_life_months * WEEKS_A_MONTH)
