"""S1-S14 and N0-N3: each form changes a run, none before it can act, and the null models do what they say."""

import datetime as dt
import hashlib
from functools import cache
from typing import Any

import numpy as np
import pytest

from vraem import engine
from vraem.processes import column_choice
from vraem.processes.groups import active_members, living_columns, members_of
from vraem.processes.losses import remove_members
from vraem.processes.members import exit_hazard
from vraem.processes.recruitment import joining
from vraem.processes.reviews import call_to_review
from vraem.scenario import SWITCHES
from vraem.world import World
from vraem.world.organisation_tables import CAPTURED, FOUNDING_KIN, NO_ROW
from vraem.world.security_tables import (
    DEMOBILISED,
    ENTRY,
    EXIT,
    HIDING,
    HOSTED,
    JOIN,
    MERGER,
    REMOVAL,
    SERVICE,
    SPLIT,
    SUCCESSION,
    VOTE_FAILED,
)

from .worlds import advance, fresh, make_world, quiet, scenario, state, used

WEEKS = 100
CAMPAIGN = {
    "kind": "arrest",
    "targets": ["leader", "heirs", "commanders"],
    "start": dt.date(2012, 5, 21),
    "end": dt.date(2013, 5, 1),
    "operations_per_month": 8.0,
    "intelligence": 0.95,
    "lethality": 0.3,
}
CREWS = {"kind": "eradication", "start": dt.date(2012, 2, 6), "end": dt.date(2012, 9, 30), "hectares": 3000.0}
BUSY: dict[str, Any] = {
    "campaign": [CAMPAIGN],
    "event": [CREWS],
    "parameters__decision_rate": 2.0,
    "parameters__review_gap": 4,
    "parameters__territory_change_weight": 1.0,
    "parameters__entrant_rate": 0.08,
    "parameters__exit_rate": 0.12,
    "parameters__purge_loss": 1.0,
    "parameters__punishment_cost": 0.3,
    "parameters__column_authority_weight": 0.3,
    "parameters__stay_kin_weight": 0.0,
    "parameters__follower_choice_scale": 0.6,
    "parameters__column_choice_scale": 0.5,
    "parameters__independence_security_cost": 0.1,
    "parameters__independence_brand_loss": 0.0,
    "parameters__control_half_life": 3.0,
}
"""Leaders fall, columns think often and are little bound, so that every mechanism has something to do."""
ORGANISATION_SWITCHES = [
    (name, value)
    for name, switch in SWITCHES.items()
    for value in switch.values[1:]
    if name not in ("null_model", "expectations", "risk_belief", "eradication_response")
]
READ_AT_THE_START = ("allocation", "fees", "recruitment")
"""Forms under which the first controls, contracts and expected recruits are set."""
SEED, SEEDS = 3, {"succession": 1}
"""Luck in which each switch has something to do."""
FIRST_ACTS = {
    "kin_shock": (REMOVAL,),
    "succession": (SUCCESSION,),
    "amnesty": (EXIT, DEMOBILISED),
    "followers": (SPLIT, MERGER, SERVICE, DEMOBILISED, VOTE_FAILED, HOSTED, HIDING),
    "territory_response": (SPLIT, MERGER, SERVICE, DEMOBILISED, VOTE_FAILED, HOSTED, HIDING),
    "firms_integrate": (EXIT, SERVICE),
    "recruitment": (JOIN,),
    "entrants": (ENTRY,),
}
"""Incidents of which one must have happened, in one arm or the other, before the forms of a switch can differ."""


def run(seed: int, **changes: Any) -> tuple[World, list[bytes]]:
    """The world after its weeks, and a hash of its state at the end of each."""
    world = make_world(seed, weeks=WEEKS + 1, **BUSY, **changes)
    world.communities.first_control[:] = 1.0  # what has lost its protectors draws others
    digests = []
    for _ in range(WEEKS):
        engine.advance(world)
        hashed = hashlib.sha256()
        for values in state(world).values():
            hashed.update(values)
        digests.append(hashed.digest())
        engine.close_week(world)
    return world, digests


@cache
def base(seed: int) -> tuple[World, list[bytes]]:
    return run(seed)


def first_week(world: World, kinds: tuple[int, ...]) -> float:
    """The first week with an incident of one of the kinds."""
    weeks = used(world.incidents, "week")[np.isin(used(world.incidents, "kind"), kinds)]
    return float(weeks.min()) if len(weeks) else np.inf


@pytest.mark.parametrize(("name", "value"), ORGANISATION_SWITCHES)
def test_each_form_of_a_switch_changes_the_run_and_nothing_before_it_can_act(name: str, value: str):
    seed = SEEDS.get(name, SEED)
    world, digests = base(seed)
    other, theirs = run(seed, **{f"switches__{name}": value})
    differs = [one != two for one, two in zip(digests, theirs, strict=True)]
    assert any(differs), "the form changed nothing"
    first = differs.index(True)
    if name in FIRST_ACTS:
        kinds = FIRST_ACTS[name]
        assert first >= min(first_week(world, kinds), first_week(other, kinds))
    if name == "heirless_horizon":
        assert first >= first_week(world, (REMOVAL,)), "there were heirs until somebody took them"
    if name == "fees":
        assert first >= first_week(world, (SPLIT, ENTRY)), "one group collects as one"


@pytest.mark.parametrize(
    ("name", "value"), [form for form in ORGANISATION_SWITCHES if form[0] not in READ_AT_THE_START]
)
def test_the_start_is_the_same_in_every_form(name: str, value: str):
    plain, other = make_world(2, weeks=10), make_world(2, weeks=10, **{f"switches__{name}": value})
    assert state(plain) == state(other)


# N0: exits at random, no decisions


def kinds_of(world: World) -> set[int]:
    return set(used(world.incidents, "kind").tolist())


def test_without_decisions_nobody_splits_merges_or_hides_and_everybody_is_as_likely_to_leave():
    world = make_world(2, weeks=WEEKS, **BUSY, switches__null_model="random_exits")
    advance(world, WEEKS)
    assert not kinds_of(world) & {SPLIT, MERGER, SERVICE, DEMOBILISED, VOTE_FAILED, HOSTED, HIDING}
    rows = active_members(world)
    assert len(set(exit_hazard(world, rows).tolist())) == 1
    columns = living_columns(world)
    world.columns.pay[columns] = np.linspace(0.1, 3.0, len(columns))
    pool = world.columns.pool[columns]
    assert np.allclose(joining(world, columns) / pool, joining(world, columns)[0] / pool[0])


# N1: splits at random at the same attrition


def splitting(**changes: float) -> float:
    """Share of the weeks in which column 5 splits off when it has lost its deputy of the top."""
    splits, at_random = 0, scenario(switches__null_model="random_split")
    for week in range(100):
        world = quiet(fresh())
        world.scenario = at_random
        world.p = world.p.replace(null_split_chance=0.3, check=False)
        world.week = week
        for name, value in changes.items():
            getattr(world.columns, name)[5] = value
        top = int(members_of(world, 5)[1])
        world.members.seat[top] = True
        remove_members(world, np.array([top]), CAPTURED)
        column_choice.step(world)
        splits += int(world.columns.group[5] != 0)
    return splits / 100


def test_random_splits_have_their_chance_whatever_they_are_worth():
    plain = splitting()
    assert plain == pytest.approx(0.3, abs=0.12)
    assert splitting(revenue=1e6, link=0.01) == splitting(revenue=0.0, link=0.99) == plain


def test_random_splits_follow_losses_of_the_top_only():
    world = quiet(fresh())
    world.scenario = scenario(switches__null_model="random_split")
    world.p = world.p.replace(null_split_chance=1.0, check=False)
    call_to_review(world, living_columns(world))  # a payday missed, a new leader
    column_choice.step(world)
    assert not used(world.columns, "group").any()
    remove_members(world, members_of(world, 5)[-3:], CAPTURED)
    column_choice.step(world)
    assert world.columns.group[5] == 0


def test_the_leaders_own_column_never_splits_off_at_random():
    for column, splits in ((0, False), (5, True)):
        world = quiet(fresh())
        world.scenario = scenario(switches__null_model="random_split")
        world.p = world.p.replace(null_split_chance=1.0, check=False)
        top = int(members_of(world, column)[1])
        world.members.seat[top] = True
        remove_members(world, np.array([top]), CAPTURED)
        column_choice.step(world)
        assert (world.columns.group[column] != 0) == splits


def test_under_random_splits_nobody_chooses_anything_else():
    world = make_world(2, weeks=WEEKS, **BUSY, switches__null_model="random_split")
    advance(world, WEEKS)
    assert not kinds_of(world) & {MERGER, SERVICE, DEMOBILISED, VOTE_FAILED, HOSTED, HIDING}


# N2: no economy carries the fees


def income_of_coca(**changes: Any) -> np.ndarray:
    """What a unit of control yields from coca in each week."""
    world = make_world(2, weeks=80, **changes)
    income = []
    for _ in range(80):
        for process in engine.SCHEDULE:
            process.step(world)
            if process.name == "revenue":
                columns = world.columns
                coca = used(columns, "fees").sum() + used(columns, "leaf_tax").sum()
                income.append(float(coca / used(columns, "territory").sum()))
        engine.close_week(world)
    return np.array(income)


def test_exogenous_fees_are_constant_for_what_is_held_whatever_the_price_of_coca():
    crash = {
        "kind": "price_shock",
        "start": dt.date(2012, 3, 5),
        "end": dt.date(2013, 12, 31),
        "factor": 0.1,
    }
    fixed = income_of_coca(switches__null_model="exogenous_fees", event=[crash])
    assert fixed == pytest.approx(fixed[0], rel=1e-4)
    market = income_of_coca(event=[crash])
    assert market[60:].mean() < 0.6 * market[:8].mean()


# N3: nobody has kin


def test_without_kin_every_member_is_a_line_of_its_own():
    world = make_world(2, weeks=WEEKS, **BUSY, switches__null_model="no_kin")
    advance(world, WEEKS)
    kin = used(world.members, "kin")
    assert len(set(kin.tolist())) == len(kin)
    assert FOUNDING_KIN not in kin


def test_without_kin_a_loss_shakes_nobody_but_the_column_itself():
    world = quiet(make_world(1, weeks=10, switches__null_model="no_kin"))
    remove_members(world, members_of(world, 5)[3:6], CAPTURED)
    for name in ("aggression", "demoralised"):
        assert not used(world.columns, name).any()
    assert not used(world.members, "grievance").any()
    assert (used(world.columns, "commander") != NO_ROW).all()
