"""Arms with one seed share their past to the bit, and a fork goes on as a straight run does, organisation included."""

import datetime as dt
import pickle
from typing import Any

import numpy as np
import pytest

from vraem import engine
from vraem.world import World

from .worlds import advance, make_world, scenario, state, used

SEED = 4
FIRST = 30
START = dt.date(2012, 1, 2) + dt.timedelta(weeks=FIRST)
CAMPAIGN = {
    "kind": "arrest",
    "targets": ["heirs", "commanders", "fighters"],
    "start": START,
    "end": START + dt.timedelta(weeks=60),
    "operations_per_month": 6.0,
    "intelligence": 0.9,
}
REMOVAL = {
    "kind": "removal",
    "date": START + dt.timedelta(days=2),
    "role": "heir",
    "count": 4,
    "outcome": "captured",
}
PRESENCE = {
    "kind": "presence",
    "start": START,
    "end": START + dt.timedelta(weeks=52),
    "districts": ["Pichari"],
    "posts": 3,
    "patrols": 2,
    "strength": 40.0,
}
AMNESTY = {"kind": "amnesty", "start": START, "end": START + dt.timedelta(weeks=40)}
ARMS: dict[str, dict[str, Any]] = {
    "campaign": {"campaign": [CAMPAIGN]},
    "removal": {"event": [REMOVAL]},
    "presence": {"event": [PRESENCE]},
    "amnesty": {"event": [AMNESTY]},
}
AT_ONCE = {"campaign", "removal", "presence"}


def world_of(**changes: Any) -> World:
    return make_world(SEED, weeks=120, **changes)


@pytest.mark.parametrize("arm", ARMS)
def test_arms_are_the_same_to_the_bit_until_the_first_difference(arm: str):
    plain, other = world_of(), world_of(**ARMS[arm])
    assert state(plain) == state(other)
    for week in range(FIRST):
        advance(plain, 1)
        advance(other, 1)
        assert state(plain) == state(other), week
    parted = []
    for _ in range(20):
        advance(plain, 1)
        advance(other, 1)
        parted.append(state(plain) != state(other))
    assert parted[0] or arm not in AT_ONCE
    assert parted[-1]


def test_the_removal_of_heirs_changes_nobody_elses_luck():
    """Of those who are in both arms, the ones whom nothing ties to the lost heirs go on leaving and joining alike."""
    plain, other = world_of(switches__kin_shock="none"), world_of(event=[REMOVAL], switches__kin_shock="none")
    for world in (plain, other):
        advance(world, FIRST + 8)
    count = min(plain.members.count, other.members.count)
    same = used(plain.members, "status")[:count] == used(other.members, "status")[:count]
    assert (~same).sum() <= 4 + 4, "the heirs, and a few on whom their absence bears"


@pytest.mark.parametrize("week", [0, 13, FIRST - 1, FIRST])
def test_a_fork_goes_on_as_a_straight_run_with_every_table(week: int):
    later = {"campaign": [CAMPAIGN], "event": [AMNESTY, PRESENCE]}
    straight = advance(world_of(**later), FIRST + 40)
    checkpoint = advance(world_of(), week)
    forked = engine.fork(checkpoint.copy(), scenario(120, **later))
    advance(forked, FIRST + 40 - week)
    assert state(forked) == state(straight)
    assert forked.burn_in == straight.burn_in
    assert forked.market == straight.market


def test_a_fork_in_the_middle_of_a_campaign_goes_on_as_a_straight_run():
    straight = advance(world_of(campaign=[CAMPAIGN]), FIRST + 40)
    checkpoint = advance(world_of(campaign=[CAMPAIGN]), FIRST + 17)
    stored = pickle.dumps(checkpoint.copy())
    advance(checkpoint, 30)  # what the original does next is of no concern to the copy
    forked = engine.fork(pickle.loads(stored), scenario(120, campaign=[CAMPAIGN]))
    advance(forked, 23)
    assert state(forked) == state(straight)
    assert forked.security.campaigns == straight.security.campaigns


def test_a_fork_into_other_groups_at_the_start_is_refused():
    group = {"name": "another", "members": 200, "armed": 80, "columns": 5}
    with pytest.raises(ValueError, match="groups"):
        engine.fork(world_of(), scenario(120, group=[group]))


def test_rows_that_follow_shift_no_draw_of_those_before():
    """More recruits in one arm than in the other leave the luck of older members as it was."""
    plain, other = world_of(), world_of()
    other.members.grow(2 * other.members.allocated)
    for world in (plain, other):
        advance(world, 12)
    for name in ("status", "column", "rank"):
        assert np.array_equal(used(plain.members, name), used(other.members, name)), name
