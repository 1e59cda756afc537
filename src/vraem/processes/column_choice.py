"""B8: columns review whom they belong to and how they behave.

A review is triggered by an arrest, a purge, a change of leader, a missed payday, or the background rate, at most once
in `review_gap` weeks and not within `change_lock` weeks of an executed change. Source: docs/model.md, The armed
organisation. In the null model N0 nobody decides; in N1 columns split at random when the top loses somebody.
"""

import numpy as np

from vraem.processes.column_acts import WRITES as ACT_WRITES
from vraem.processes.column_acts import carry_out, split_off, vote_failed
from vraem.processes.column_values import (
    HIDE,
    HOST,
    INDEPENDENT,
    MERGE,
    NO_OFFERS,
    STAY,
    Offers,
    Standing,
    affiliation_values,
    conduct_values,
    offers_to,
    present_pay,
    softmax,
    standing_of,
)
from vraem.processes.followers import Vote, cast, poll, voters_of
from vraem.processes.groups import columns_of, living_columns, rows_where
from vraem.processes.integration import surplus
from vraem.processes.journal import note
from vraem.processes.writes import together
from vraem.world import World
from vraem.world.clock import WEEKS_A_QUARTER, WEEKS_A_YEAR
from vraem.world.organisation_tables import LIVING, NO_ROW
from vraem.world.security_tables import HIDING, HOSTED

WRITES = together(ACT_WRITES, {"columns": ("reviewed", "triggered", "hosted", "hidden_until")})


def step(world: World) -> None:
    """Every column whose turn it is weighs its options, one after the other in the order of rows."""
    null = world.scenario.switches.null_model
    columns, p, count = world.columns, world.p, world.columns.count
    if null == "random_exits" or not count:
        return
    called = columns.triggered[:count]
    if null == "random_split":
        rows = living_columns(world)
        _split_at_random(world, rows[called[rows]])
        columns.triggered[rows] = False
        return
    draws = world.streams.uniform_double("review_clock", world.week, 0, count)
    due = rows_where(called | (draws < p.decision_rate / WEEKS_A_YEAR))
    for column in due.tolist():
        if _may_review(world, column):
            review(world, column)


def _may_review(world: World, column: int) -> bool:
    """Whether a column stands, has a commander, and neither its last review nor its last change is too recent."""
    columns = world.columns
    return bool(
        columns.status[column] == LIVING
        and columns.commander[column] != NO_ROW
        and columns.locked_until[column] <= world.week
        and world.week - columns.reviewed[column] >= round(world.p.review_gap)
    )


def review(world: World, column: int) -> None:
    """One column reviews its affiliation, and if it stays, its conduct."""
    columns = world.columns
    columns.reviewed[column] = world.week
    columns.triggered[column] = False
    me = standing_of(world, column)
    if me.firm != NO_ROW and _let_go(world, me):
        return
    offers = offers_to(world, me)
    votes = {}
    voters = voters_of(world, me)
    values = affiliation_values(world, me, offers)
    for option in range(STAY + 1, len(values)):
        if values[option] > -np.inf:
            votes[option] = poll(world, me, offers, option, voters)
            values[option] -= world.p.purge_loss * (1.0 - votes[option].passing) * (not me.single)
    option = _draw(world, "column_choice", column, values)
    if option == STAY:
        _choose_conduct(world, me)
        return
    if option == MERGE and not _partner_agrees(world, me, offers):
        return
    _put_to_vote(world, me, offers, option, votes[option])


def _let_go(world: World, me: Standing) -> bool:
    """The firm ends the service of a column that it needs no more; whether it did. Service takes the will of both."""
    draw = world.streams.uniform_double("service_end", world.week, me.column, me.column + 1)[0]
    if draw >= surplus(world)[me.firm]:
        return False
    carry_out(world, me, NO_OFFERS, INDEPENDENT, np.zeros(0, dtype=np.int64))
    return True


def _draw(world: World, stream: str, column: int, values: np.ndarray) -> int:
    chances = softmax(values, world.p.column_choice_scale)
    draw = world.streams.uniform_double(stream, world.week, column, column + 1)[0]
    return min(int(chances.cumsum().searchsorted(draw, "right")), len(values) - 1)


def _put_to_vote(world: World, me: Standing, offers: Offers, option: int, vote: Vote) -> None:
    follows = cast(world, vote)
    if follows.mean() < world.p.follower_quorum if len(follows) else False:
        vote_failed(world, me, option)
        return
    carry_out(world, me, offers, option, vote.rows[~follows])


def _partner_agrees(world: World, me: Standing, offers: Offers) -> bool:
    """The other group takes a column in by its own value: what its members are paid with it and without, and strength.

    Both are net of what its top keeps.
    """
    gain = (
        offers.partner_pay
        - present_pay(world, columns_of(world, offers.partner))
        + world.p.merge_partner_gain
    )
    chance = 1.0 / (1.0 + np.exp(-gain / world.p.column_choice_scale))
    draw = world.streams.uniform_double("partner_consent", world.week, me.column, me.column + 1)[0]
    return bool(draw < chance)


def _choose_conduct(world: World, me: Standing) -> None:
    """As usual, host a firm, or hide for a quarter."""
    columns, column = world.columns, me.column
    firm = _nearest_firm(world, column)
    conduct = _draw(world, "column_conduct", column, conduct_values(world, me, firm))
    columns.hosted[column] = firm if conduct == HOST else NO_ROW
    if conduct == HOST:
        note(world, HOSTED, column=column, group=me.group, other=firm, community=int(columns.seat[column]))
    if conduct == HIDE:
        columns.hidden_until[column] = world.week + WEEKS_A_QUARTER
        note(world, HIDING, column=column, group=me.group, community=int(columns.seat[column]))


def _nearest_firm(world: World, column: int) -> int:
    """The firm whose base is nearest to the column's seat."""
    bases = world.firms.base[: len(world.firms)]
    if not len(bases):
        return NO_ROW
    return int(world.valley.community_hours[world.columns.seat[column], bases].argmin())


def _split_at_random(world: World, called: np.ndarray) -> None:
    """N1: a column that has lost somebody of the top splits off with a fixed chance, whatever it is worth."""
    draws = world.streams.uniform_double("null_model", world.week, 0, world.columns.count)[called]
    for column in called[draws < world.p.null_split_chance].tolist():
        me = standing_of(world, column)
        if not (me.single or me.leads) and world.columns.commander[column] != NO_ROW:
            split_off(world, me, INDEPENDENT, np.zeros(0, dtype=np.int64))
