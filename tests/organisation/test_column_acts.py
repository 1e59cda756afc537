"""B8: what is done when a choice is carried out."""

import numpy as np
import pytest

from vraem.processes import column_choice, column_values
from vraem.processes.column_acts import carry_out
from vraem.processes.column_values import (
    DEMOBILISE,
    MERGE,
    SERVICE,
    merged_pay,
    offers_to,
    present_pay,
    standing_of,
)
from vraem.processes.groups import columns_of, count_strength, living_columns, members_of, vacate_top
from vraem.processes.remittance import pay_at
from vraem.world.organisation_tables import ACTIVE, ENDED, NO_ROW, QUIT, SURRENDERED
from vraem.world.security_tables import MERGER

from .choices import (
    AMNESTY,
    AMNESTY_WEEKS,
    FIRM,
    NOBODY,
    WAGE,
    kinds,
    make_inputs,
    no_offers,
    split,
    two_groups,
)
from .worlds import faults, fresh, quiet, scenario

# what is done


def test_demobilised_members_surrender_under_an_amnesty_and_go_home_without():
    for switch, status in (("off", QUIT), ("on", SURRENDERED)):
        world = quiet(fresh())
        world.scenario = scenario(switches__amnesty=switch)
        rows = members_of(world, 5)
        carry_out(world, standing_of(world, 5), no_offers(), DEMOBILISE, NOBODY)
        assert (world.members.status[rows] == status).all()
        assert world.columns.status[5] == ENDED
        assert faults(world) == []


def test_a_dated_amnesty_holds_between_its_days():
    world = fresh()
    world.inputs = make_inputs(AMNESTY)
    holds = []
    for week in range(12):
        world.week = week
        holds.append(column_values.amnesty_now(world))
    assert holds == [week in AMNESTY_WEEKS for week in range(12)]


def test_a_rich_group_takes_no_poor_column_and_a_poor_one_a_rich_column():
    agreed = {}
    for name, mine, theirs in (("rich asks poor", 6.0, 0.5), ("poor asks rich", 0.1, 8.0)):
        world = two_groups()
        wage = world.burn_in.reference_pay * world.p.solvency
        for column in living_columns(world).tolist():
            equivalents = standing_of(world, column).equivalents
            world.columns.revenue[column] = (mine if column == 4 else theirs) * wage * equivalents
        me = standing_of(world, 4)
        offers = offers_to(world, me)
        answers = []
        for week in range(40):
            world.week = week
            answers.append(column_choice._partner_agrees(world, me, offers))
        agreed[name] = np.mean(answers)
    assert agreed["rich asks poor"] > 0.9
    assert agreed["poor asks rich"] < 0.5


def test_a_group_that_is_as_rich_as_the_column_weighs_only_its_strength():
    # both sides net of what its top keeps: the weight of strength alone decides, whatever the top keeps
    world = two_groups()
    wage = world.burn_in.reference_pay * world.p.solvency
    rows = columns_of(world, 0)
    for column in living_columns(world).tolist():
        world.columns.revenue[column] = wage * standing_of(world, column).equivalents
    world.columns.sent[rows] = 0.3 * world.columns.revenue[rows]
    world.columns.received[rows] = 0.0
    me = standing_of(world, 6)._replace(single=True)  # whom nobody's force can keep from its ground
    assert merged_pay(world, me, rows) == pytest.approx(present_pay(world, rows))
    assert present_pay(world, rows) == pytest.approx(pay_at(0.7, world.p.solvency))


def test_a_merger_takes_everybody_along_and_keeps_the_command():
    world = quiet(fresh())
    group = split(world, 5)
    commander, persons = int(world.columns.commander[6]), set(members_of(world, 6).tolist())
    carry_out(world, standing_of(world, 6), no_offers(partner=group), MERGE, NOBODY)
    assert MERGER in kinds(world)
    assert world.columns.commander[6] == commander
    assert set(members_of(world, 6).tolist()) == persons
    assert (world.members.group[list(persons)] == group).all()
    assert faults(world) == []


def test_a_merger_halves_the_ties_to_the_leader():
    world = quiet(fresh())
    group = split(world, 5)
    rows = members_of(world, 6)
    before = world.members.tie[rows].copy()
    assert before.any()
    carry_out(world, standing_of(world, 6), no_offers(partner=group), MERGE, NOBODY)
    assert world.members.tie[rows] == pytest.approx(before / 2.0)


@pytest.mark.parametrize("outsider", [False, True])
def test_a_splinter_is_an_outsider_if_its_group_was(outsider: bool):
    world = quiet(fresh())
    world.groups.outsider[0] = outsider
    assert world.groups.outsider[split(world, 5)] == outsider


@pytest.mark.parametrize("vacant", [False, True])
def test_the_chief_of_a_splinter_starts_from_the_authority_of_the_post_filled_or_vacant(vacant: bool):
    world = quiet(fresh())
    world.p = world.p.replace(authority_vacant_factor=0.6, authority_start_elected=0.7, check=False)
    world.groups.authority[0] = 0.5
    if vacant:
        vacate_top(world, 0)
    assert world.groups.authority[split(world, 5)] == pytest.approx(0.7 * 0.5)


def test_the_chief_of_a_splinter_has_the_only_seat_of_its_committee():
    world = quiet(fresh())
    group = split(world, 5)
    rows = members_of(world, 5)
    assert rows[world.members.seat[rows]].tolist() == [world.groups.leader[group]]


def test_of_those_who_do_not_follow_seven_in_ten_stay_with_the_group_and_the_others_go_home():
    stayed = []
    for week in range(12):
        world = quiet(fresh())
        world.week = week
        unwilling = members_of(world, 5)
        unwilling = unwilling[unwilling != world.columns.commander[5]]
        split(world, 5, unwilling)
        assert not (world.members.column[unwilling][world.members.status[unwilling] == ACTIVE] == 5).any()
        stayed.append((world.members.status[unwilling] == ACTIVE).mean())
        assert world.flows.exits == (world.members.status[unwilling] != ACTIVE).sum()
    assert np.mean(stayed) == pytest.approx(0.7, abs=0.08)


def test_the_leader_who_does_not_command_goes_where_his_column_goes():
    world = quiet(fresh())
    leader = int(world.groups.leader[0])
    other = members_of(world, 0)
    heir = int(other[other != leader][0])
    world.columns.commander[0] = heir  # the leader sits in a column that somebody else commands
    world.members.rank[heir] = 3
    count_strength(world)
    carry_out(world, standing_of(world, 0), no_offers(firm=FIRM, wage=WAGE), SERVICE, NOBODY)
    assert world.groups.leader[0] == NO_ROW
    assert world.groups.leader[world.columns.group[0]] == leader
    assert faults(world) == []


def test_a_leader_left_behind_by_his_column_stays_with_his_group():
    world = quiet(fresh())
    leader = int(world.groups.leader[0])
    rows = members_of(world, 0)
    heir = int(rows[rows != leader][0])
    world.columns.commander[0] = heir
    world.members.rank[heir] = 3
    for week in range(30):  # whichever way those who do not follow go
        twin = world.copy()
        twin.week = week
        carry_out(twin, standing_of(twin, 0), no_offers(firm=FIRM, wage=WAGE), SERVICE, np.array([leader]))
        assert faults(twin) == []
        assert twin.columns.commander[0] == heir
        assert twin.members.status[leader] == QUIT or twin.groups.leader[0] == leader
