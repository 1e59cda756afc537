"""B8: a column needs its followers to carry out what its commander chose."""

import numpy as np
import pytest

from vraem.processes import column_choice, followers
from vraem.processes.column_values import (
    DEMOBILISE,
    INDEPENDENT,
    STAY,
    offers_to,
    standing_of,
)
from vraem.processes.groups import members_of
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW, QUIT
from vraem.world.security_tables import PURGE, SPLIT, VOTE_FAILED

from .choices import held_to, kinds, no_offers, split
from .worlds import faults, fresh, quiet, scenario

# votes


def poll_to_leave(world: World, me: followers.Standing, offers: followers.Offers) -> followers.Vote:
    return followers.poll(world, me, offers, INDEPENDENT, followers.voters_of(world, me))


def with_bonds(world: World, column: int, bond: float, weight: float = 60.0) -> None:
    world.p = world.p.replace(follower_bond_weight=weight, check=False)
    world.members.bond[members_of(world, column)] = bond


def test_a_column_whose_followers_are_bound_to_the_commander_goes_with_him(monkeypatch: pytest.MonkeyPatch):
    held_to(monkeypatch, INDEPENDENT)
    world = quiet(fresh())
    with_bonds(world, 5, 1.0)
    before, commander = set(members_of(world, 5).tolist()), int(world.columns.commander[5])
    column_choice.review(world, 5)
    group = int(world.columns.group[5])
    assert SPLIT in kinds(world)
    assert world.groups.leader[group] == commander
    assert world.groups.parent[group] == 0
    assert set(members_of(world, 5).tolist()) == before
    assert world.columns.link[5] == 1.0
    assert world.columns.grievance[5] == world.columns.blame[5] == 0.0
    assert faults(world) == []


def test_without_a_quorum_the_column_stays_and_the_commander_is_purged(monkeypatch: pytest.MonkeyPatch):
    held_to(monkeypatch, INDEPENDENT)
    world = quiet(fresh())
    with_bonds(world, 5, 0.0)
    commander = int(world.columns.commander[5])
    column_choice.review(world, 5)
    assert {VOTE_FAILED, PURGE} <= kinds(world)
    assert world.columns.group[5] == 0
    assert world.columns.commander[5] == NO_ROW
    assert world.members.status[commander] != 0
    assert faults(world) == []


def test_a_failed_vote_in_a_group_of_one_column_purges_nobody(monkeypatch: pytest.MonkeyPatch):
    world = quiet(fresh())
    split(world, 5)
    held_to(monkeypatch, DEMOBILISE)
    with_bonds(world, 5, 0.0)
    column_choice.review(world, 5)
    assert VOTE_FAILED in kinds(world)
    assert PURGE not in kinds(world)
    assert world.columns.commander[5] != NO_ROW


@pytest.mark.parametrize(("quorum", "passes"), [(0.4, True), (0.6, False)])
def test_the_quorum_is_the_share_that_must_follow(
    quorum: float, passes: bool, monkeypatch: pytest.MonkeyPatch
):
    held_to(monkeypatch, INDEPENDENT)
    world = quiet(fresh())
    world.p = world.p.replace(follower_quorum=quorum, check=False)
    followers_of = members_of(world, 5)
    followers_of = followers_of[followers_of != world.columns.commander[5]]
    half = len(followers_of) // 2
    chance = np.concatenate([np.ones(half), np.zeros(len(followers_of) - half)])
    vote = followers.Vote(followers_of, chance, 1.0)
    monkeypatch.setattr(column_choice, "poll", lambda *_: vote)
    column_choice.review(world, 5)
    assert (SPLIT in kinds(world)) == passes


def test_those_who_do_not_follow_stay_with_the_group_or_go_home():
    world = quiet(fresh())
    unwilling = members_of(world, 5)
    unwilling = unwilling[unwilling != world.columns.commander[5]][::2]
    split(world, 5, unwilling)
    members = world.members
    stayed = members.status[unwilling] == 0
    assert 0 < stayed.sum() < len(unwilling)
    assert (members.group[unwilling[stayed]] == 0).all()
    assert (members.status[unwilling[~stayed]] == QUIT).all()
    assert world.flows.exits == (~stayed).sum()


@pytest.mark.parametrize("form", ["commander", "kin", "pay"])
def test_the_bond_that_the_switch_names_has_the_most_weight(form: str):
    def gap(switch: str) -> float:
        """How much more one follows under `form`'s bond than without it."""
        world = quiet(fresh())
        world.scenario = scenario(switches__followers=switch)
        commander = int(world.columns.commander[5])
        rows = members_of(world, 5)
        others = rows[rows != commander]
        world.members.kin[others] = 9_000 + np.arange(len(others))
        world.members.bond[others] = followers.NEUTRAL_BOND
        me, offers = standing_of(world, 5)._replace(affluence=1.0, pay=1.0), no_offers()
        plain = poll_to_leave(world, me, offers)
        if form == "commander":
            world.members.bond[others] = followers.NEUTRAL_BOND + 0.2
        elif form == "kin":
            world.members.kin[others] = world.members.kin[commander]
        else:
            me = me._replace(affluence=1.4)
        bound = poll_to_leave(world, me, offers)
        return float((logit(bound.chance) - logit(plain.chance)).mean())

    full, lesser = gap(form), gap("pay" if form != "pay" else "kin")
    assert full > 0.0
    assert lesser == pytest.approx(followers.LESSER_WEIGHT * full, rel=1e-4)


def test_followers_expect_to_be_paid_from_what_their_column_would_hold():
    world = quiet(fresh())
    me, offers = standing_of(world, 5)._replace(affluence=1.0, pay=1.0), no_offers()
    safe, contested = (poll_to_leave(world, me._replace(contest=held), offers) for held in (1.0, 0.2))
    assert (contested.chance < safe.chance).all()
    half_lost = poll_to_leave(world, me._replace(contest=1.0, affluence=0.6), offers)
    assert contested.chance == pytest.approx(half_lost.chance, rel=1e-6)


def logit(chance: np.ndarray) -> np.ndarray:
    return np.log(chance / (1.0 - chance))


@pytest.mark.parametrize("mean", [0.3, 0.48, 0.55, 0.8])
def test_the_expected_chance_of_a_vote_is_the_share_of_votes_that_pass(mean: float):
    chance = np.full(41, mean)
    votes = np.random.default_rng(1).random((20_000, 41)) < chance
    passed = (votes.mean(axis=1) >= 0.5).mean()
    assert followers.passing_chance(chance, 0.5) == pytest.approx(passed, abs=0.03)


def test_the_loss_of_a_purge_enters_with_its_expected_chance(monkeypatch: pytest.MonkeyPatch):
    seen: list[np.ndarray] = []

    def record(world: World, stream: str, column: int, values: np.ndarray) -> int:
        seen.append(values.copy())
        return STAY

    monkeypatch.setattr(column_choice, "_draw", record)
    monkeypatch.setattr(column_choice, "_choose_conduct", lambda *_: None)
    values = {}
    for loss in (1.0, 3.0):
        world = quiet(fresh())
        world.p = world.p.replace(purge_loss=loss, check=False)
        column_choice.review(world, 5)
        values[loss] = seen.pop()
        me = standing_of(world, 5)
        passing = poll_to_leave(world, me, offers_to(world, me)).passing
    assert values[1.0][INDEPENDENT] - values[3.0][INDEPENDENT] == pytest.approx(2.0 * (1.0 - passing))
    assert values[1.0][STAY] == values[3.0][STAY]
