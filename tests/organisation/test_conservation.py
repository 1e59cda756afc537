"""Persons, posts and money are conserved, whatever befalls the groups."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from vraem import engine
from vraem.observe.group_audit import GroupStocks, balances
from vraem.scenario import SWITCHES
from vraem.world import World
from vraem.world.organisation_tables import ACTIVE, NO_ROW
from vraem.world.security_tables import ENTRY

from .acts import Act, acts, perform
from .worlds import (
    ORGANISATION,
    faults,
    fresh,
    make_world,
    money,
    money_that_came,
    open_week,
    organisation_week,
    run_processes,
    scenario,
    serving,
    used,
)

CAREFUL = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
WEEKS = 40
SMALLEST_SHARE = 1e-9


def entered(world: World) -> float:
    """Persons who came with new outside groups this week."""
    journal = world.incidents
    now = (used(journal, "week") == world.week) & (used(journal, "kind") == ENTRY)
    return float(used(journal, "persons")[now].sum())


def assert_conserved(world: World, persons: int, held: float, stocks: GroupStocks) -> None:
    """Nothing is wrong, and the flows of the week tell who came and went and how, and what money."""
    flows = world.flows
    for name, (error, _) in balances(world, stocks, GroupStocks.of(world)).items():
        if "counted" in name:
            assert error == 0.0, name
    came = flows.recruits + entered(world)
    went = flows.exits + flows.captured + flows.killed_group
    assert serving(world) == persons + came - went
    assert money(world) - held == pytest.approx(money_that_came(world), abs=SMALLEST_SHARE * max(held, 1.0))
    assert faults(world) == []


@CAREFUL
@given(acts(WEEKS), st.sampled_from(SWITCHES["kin_shock"].values))
def test_persons_posts_and_money_are_conserved_by_everything_that_can_befall_a_group(
    plan: list[Act], shock: str
):
    world = fresh()
    world.scenario = scenario(switches__kin_shock=shock)
    for _ in range(WEEKS):
        persons, held, stocks = serving(world), money(world), GroupStocks.of(world)
        _week_with(world, [act for act in plan if act.week == world.week])
        assert_conserved(world, persons, held, stocks)
        world.week += 1


def _week_with(world: World, plan: list[Act]) -> None:
    open_week(world)
    run_processes(world, "remittance", "command")
    in_service = used(world.columns, "service") != NO_ROW
    assert not used(world.columns, "sent")[in_service].any(), "a column in a firm's service remits"
    for act in plan:
        perform(world, act)
    run_processes(world, *ORGANISATION[2:])


CAMPAIGN: dict[str, Any] = {
    "kind": "arrest",
    "targets": ["leader", "committee", "commanders", "heirs", "fighters"],
    "start": dt.date(2012, 6, 4),
    "end": dt.date(2013, 6, 1),
    "operations_per_month": 8.0,
    "intelligence": 0.9,
    "accuracy": 0.6,
    "lethality": 0.4,
    "opportunistic": 0.5,
}


@pytest.mark.parametrize("seed", [1, 2])
def test_persons_posts_and_money_are_conserved_in_the_whole_model_under_a_campaign(seed: int):
    world = make_world(
        seed,
        campaign=[CAMPAIGN],
        parameters__entrant_rate=0.08,
        parameters__decision_rate=2.0,
        parameters__review_gap=4,
        switches__amnesty="on",
    )
    for _ in range(110):
        persons, held, stocks = serving(world), money(world), GroupStocks.of(world)
        engine.advance(world)
        assert_conserved(world, persons, held, stocks)
        engine.close_week(world)
    assert (used(world.members, "status") != ACTIVE).sum() > 50, "the campaign took too few to test anything"


def test_a_group_without_anybody_left_ends_within_a_month_and_its_money_is_lost():
    world = fresh()
    world.p = world.p.replace(recruitment_voluntary=0.0, check=False)
    world.columns.control[:] = 0.0
    everybody = Act(0, "remove anybody", 0.0, 0.0)
    _week_with(world, [everybody])
    assert serving(world) <= 1
    for _ in range(6):
        world.week += 1
        held = money(world)
        perform(world, everybody)
        organisation_week(world, pay=0.0)
        assert money(world) - held == pytest.approx(money_that_came(world), abs=1e-6 * max(held, 1.0))
    assert faults(world) == []
    assert (used(world.groups, "status") == 1).all()
    assert money(world) == 0.0


def test_a_week_without_members_leaves_everything_else_as_it_is():
    world = fresh()
    before = used(world.members, "born").copy()
    organisation_week(world)
    assert np.array_equal(used(world.members, "born")[: len(before)], before)
    assert (used(world.members, "firm")[used(world.members, "status") == ACTIVE] == NO_ROW).all()
