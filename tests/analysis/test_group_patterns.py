"""Patterns of the armed group in history are pure functions of runs: made-up ones pass and fail each of them."""

import math

import numpy as np
import pytest

from vraem.analysis.group_patterns import (
    GROUP_PATTERNS,
    desertions,
    income,
    relapse,
    state_removals,
    strength,
)
from vraem.analysis.pattern import Measure
from vraem.analysis.patterns import PATTERNS
from vraem.analysis.scoreboard import score
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import (
    DESERTION,
    LINEAGE_GROUP,
    REMOVAL,
)

from .group_runs import DATES, TO_2023, YEARS, failed, incident, loss, made, passed

# ---------------------------------------------------------------- P11


def test_a_group_that_keeps_its_strength_passes():
    found = strength(made())
    assert passed(found)
    assert {"members 2013", "members 2023", "armed 2013", "armed 2023"} <= {m.name for m in found}


def test_one_year_out_of_range_is_a_miss():
    members = np.full(TO_2023, 380.0)
    members[DATES[:TO_2023].astype("datetime64[Y]").astype(int) + 1970 == 2018] = 290.0
    assert failed(strength(made(series={"members": members}))) == ["members 2018"]


def test_a_trend_inside_the_range_is_a_miss():
    falling = np.linspace(480.0, 305.0, TO_2023)
    assert failed(strength(made(series={"members": falling}))) == ["members, last 3 years over first 3"]


def test_a_group_from_outside_is_none_of_the_strength_that_was_observed():
    assert passed(strength(made(outsiders=400.0)))


# ---------------------------------------------------------------- P12


def test_income_fee_and_share_of_the_flow_near_the_record_pass():
    found = {measure.name: measure for measure in income(made())}
    assert passed(list(found.values()))
    assert found["transit fee 2013"].value == pytest.approx(5.0)
    assert found["share of the flow 2013"].value == pytest.approx(0.3)
    assert found["income from drugs 2012"].value == pytest.approx(17_000 * 4.348, rel=1e-3)


def test_less_than_half_the_income_and_more_than_twice_the_fee_are_misses():
    found = income(made(series={"group_fees": 20_000.0, "group_income": 8_000.0}))
    assert failed(found) == ["income in all 2012", "transit fee 2013"]


def test_a_flow_that_pays_nothing_is_no_number_and_a_miss():
    found = {measure.name: measure for measure in income(made(series={"charged_kg": 0.0}))}
    assert math.isnan(found["transit fee 2013"].value)
    assert not found["share of the flow 2013"].passed


# ---------------------------------------------------------------- P13


def test_a_commander_a_year_and_no_leader_pass():
    losses = [loss(40 * k, COMMANDER) for k in range(12)] + [loss(5 * k) for k in range(110)]
    found = {measure.name: measure for measure in state_removals(made(*losses))}
    assert passed(list(found.values()))
    assert found["commanders lost"].value == pytest.approx(12 / YEARS)
    assert found["removed in all"].value == pytest.approx(122 / YEARS)


def test_too_many_commanders_two_leaders_and_few_removals_are_misses():
    losses = [loss(20 * k, COMMANDER) for k in range(25)] + [loss(7, LEADER), loss(300, LEADER)]
    assert failed(state_removals(made(*losses))) == ["commanders lost", "leader lost", "removed in all"]


def test_the_leader_of_a_splinter_is_not_the_leader_that_history_speaks_of():
    losses = [{**loss(7, LEADER), "group": 1}, {**loss(300, LEADER), "group": 1}]
    assert {m.name: m.value for m in state_removals(made(*losses))}["leader lost"] == 0.0


def test_losses_to_others_than_the_state_do_not_count():
    purge = [incident(REMOVAL, 10, by=LINEAGE_GROUP, victim=LINEAGE_GROUP, other=LEADER)] * 9
    assert {m.name: m.value for m in state_removals(made(*purge))}["leader lost"] == 0.0


def test_rates_of_rare_events_are_scored_over_all_paths():
    losses = [
        [loss(40 * k, COMMANDER) for k in range(12)] + [loss(5 * k) for k in range(110)] for _ in range(8)
    ]
    losses[0] += [loss(9, LEADER), loss(300, LEADER)]
    pattern = next(p for p in GROUP_PATTERNS if p.label == "P13")
    assert pattern.pooled
    paths = [[[Measure("m", 0.5, 0.0, 1.0, "ratio")] for _ in PATTERNS] for _ in losses]
    place = PATTERNS.index(pattern)
    for path, own in zip(paths, losses, strict=True):
        path[place] = state_removals(made(*own))
    assert not passed(paths[0][place])
    found = score(paths)[place]
    assert (found.passed, found.pooled, found.paths) == (True, True, 8)
    leaders = next(m for m in found.measures if m.name == "leader lost")
    assert leaders.value == pytest.approx(2 / 8 / YEARS)
    for path in paths:
        path[place] = [m._replace(value=0.2) if m.name == "leader lost" else m for m in path[place]]
    assert not score(paths)[place].passed


# ---------------------------------------------------------------- P23, P26


@pytest.mark.parametrize(("left", "returned", "holds"), [(200, 30, True), (200, 10, False), (200, 60, False)])
def test_a_tenth_to_a_quarter_of_those_who_left_come_back(left, returned, holds):
    assert passed(relapse(made(ever_left=left, returned=returned))) is holds


def test_relapse_of_nobody_is_no_number():
    assert math.isnan(relapse(made())[0].value)


@pytest.mark.parametrize(("episodes", "holds"), [(0, True), (3, True), (5, False)])
def test_group_desertions_are_at_most_one_in_three_years(episodes, holds):
    bodies = [incident(DESERTION, 50 * k, persons=8) for k in range(episodes)]
    assert passed(desertions(made(*bodies, incident(DESERTION, 3, persons=30)))) is holds
