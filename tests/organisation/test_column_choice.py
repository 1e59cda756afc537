"""B8: every column has the same options, weighs them by the same values, and needs its followers to carry them out."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vraem.processes import column_choice, column_values, followers
from vraem.processes.column_acts import carry_out
from vraem.processes.column_values import (
    AFFILIATIONS,
    DEMOBILISE,
    HIDE,
    HOST,
    INDEPENDENT,
    MERGE,
    SERVICE,
    STAY,
    Offers,
    affiliation_values,
    conduct_values,
    offers_to,
    softmax,
    standing_of,
)
from vraem.processes.groups import count_strength, living_columns, members_of
from vraem.processes.losses import remove_members
from vraem.world import World
from vraem.world.organisation_tables import CAPTURED, ENDED, NO_ROW, QUIT, SURRENDERED
from vraem.world.security_tables import MERGER, PURGE, SPLIT, VOTE_FAILED

from .worlds import faults, fresh, organisation_week, quiet, scenario, used

NOBODY = np.zeros(0, dtype=np.int64)
FIRM, WAGE = 3, 1.4


def split(world: World, column: int, unwilling: np.ndarray = NOBODY) -> int:
    """Let a column become a group of its own; return the group."""
    carry_out(world, standing_of(world, column), no_offers(), INDEPENDENT, unwilling)
    return int(world.columns.group[column])


def no_offers(**changes: Any) -> Offers:
    return Offers(NO_ROW, 0.0, 0.0, 0.0, False, NO_ROW, 0.0)._replace(**changes)


def two_groups(seed: int = 1) -> World:
    """The founding group, and a splinter of column 5 that column 6 has joined."""
    world = quiet(fresh(seed))
    group = split(world, 5)
    carry_out(world, standing_of(world, 6), no_offers(partner=group), MERGE, NOBODY)
    return world


def every_offer(world: World, column: int) -> Offers:
    """What a column is offered by others, and a firm's offer on top."""
    me = standing_of(world, column)
    return offers_to(world, me)._replace(firm=FIRM, wage=WAGE)


def kinds(world: World) -> set[int]:
    journal = world.incidents
    return set(used(journal, "kind")[used(journal, "week") == world.week].tolist())


def options_at_hand(world: World, column: int) -> set[str]:
    values = affiliation_values(world, standing_of(world, column), every_offer(world, column))
    return {name for name, value in zip(AFFILIATIONS, values, strict=True) if np.isfinite(value)}


# options


def test_every_column_that_follows_a_centre_has_every_option_whatever_its_lineage():
    world = two_groups()
    for column in living_columns(world).tolist():
        me = standing_of(world, column)
        expected = set(AFFILIATIONS) - ({"independent"} if me.leads or me.single else set())
        assert options_at_hand(world, column) == expected, column


def test_values_are_the_same_for_lineage_and_outsiders():
    world = two_groups()
    columns = living_columns(world).tolist()
    values = [affiliation_values(world, standing_of(world, c), every_offer(world, c)) for c in columns]
    world.members.lineage[:] = ~world.members.lineage
    world.groups.lineage_share[:] = 1.0 - world.groups.lineage_share
    world.groups.founding[:] = ~world.groups.founding
    world.groups.outsider[:] = ~world.groups.outsider
    for column, before in zip(columns, values, strict=True):
        after = affiliation_values(world, standing_of(world, column), every_offer(world, column))
        assert np.array_equal(before, after), column


def test_a_column_that_has_left_may_come_back():
    world = quiet(fresh())
    split(world, 5)
    assert offers_to(world, standing_of(world, 5)).partner == 0
    carry_out(world, standing_of(world, 5), no_offers(partner=0), MERGE, NOBODY)
    assert world.columns.group[5] == 0
    assert used(world.groups, "status").tolist() == [0, ENDED]
    assert faults(world) == []


def test_a_column_in_a_firms_service_may_leave_it_again():
    world = quiet(fresh())
    carry_out(world, standing_of(world, 5), no_offers(firm=FIRM, wage=WAGE), SERVICE, NOBODY)
    assert world.columns.service[5] == FIRM
    group = int(world.columns.group[5])
    assert group != 0
    assert "independent" in options_at_hand(world, 5)
    carry_out(world, standing_of(world, 5), no_offers(), INDEPENDENT, NOBODY)
    assert world.columns.service[5] == NO_ROW
    assert int(world.columns.group[5]) == group
    assert faults(world) == []


def test_firms_take_no_columns_where_they_may_not_integrate(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(column_values, "persons_wanted", lambda world: np.full(len(world.firms), 1e6))
    world = quiet(fresh())
    world.p = world.p.replace(firm_offer_probability=1.0, check=False)
    assert all(offers_to(world, standing_of(world, c)).firm != NO_ROW for c in range(8))
    world.scenario = scenario(switches__firms_integrate="no")
    assert all(offers_to(world, standing_of(world, c)).firm == NO_ROW for c in range(8))


def test_a_firm_that_wants_few_gunmen_makes_a_column_no_offer(monkeypatch: pytest.MonkeyPatch):
    world = quiet(fresh())
    world.p = world.p.replace(firm_offer_probability=1.0, check=False)
    armed = float(world.columns.armed[5])
    wanted = np.zeros(len(world.firms))
    monkeypatch.setattr(column_values, "persons_wanted", lambda _: wanted)
    wanted[FIRM] = 0.49 * armed
    assert offers_to(world, standing_of(world, 5)).firm == NO_ROW
    wanted[FIRM] = 0.51 * armed
    assert offers_to(world, standing_of(world, 5)).firm == FIRM


# values


@pytest.mark.parametrize(
    ("option", "field", "sign"),
    [
        (STAY, "link", 1),
        (STAY, "authority", 1),
        (STAY, "kin", 1),
        (STAY, "pay", 1),
        (STAY, "blame", -1),
        (STAY, "grievance", -1),
        (INDEPENDENT, "affluence", 1),
        (INDEPENDENT, "contest", 1),
        (INDEPENDENT, "loyal_share", -1),
        (INDEPENDENT, "authority", -1),
        (INDEPENDENT, "standing_force", -1),
        (MERGE, "loyal_share", -1),
        (SERVICE, "loyal_share", -1),
    ],
)
def test_values_move_as_the_specification_says(option: int, field: str, sign: int):
    world = quiet(fresh())
    me = standing_of(world, 5)
    offers = no_offers(partner=0, partner_pay=1.0, partner_authority=0.5, firm=FIRM, wage=WAGE)
    more = me._replace(**{field: getattr(me, field) + 0.3})
    change = affiliation_values(world, more, offers) - affiliation_values(world, me, offers)
    assert np.sign(change[option]) == sign


def test_state_pressure_weighs_the_same_everywhere_half_in_service_and_not_in_hiding():
    world = quiet(fresh())
    me = standing_of(world, 5)
    offers = no_offers(partner=0, partner_pay=1.0, firm=FIRM, wage=WAGE)
    pressed = me._replace(pressure=me.pressure + 1.0)
    change = affiliation_values(world, pressed, offers) - affiliation_values(world, me, offers)
    weight = world.p.state_pressure_weight
    assert change[[STAY, INDEPENDENT, MERGE, DEMOBILISE]] == pytest.approx(-weight)
    assert change[SERVICE] == pytest.approx(-weight / 2.0)
    hiding = conduct_values(world, pressed, FIRM) - conduct_values(world, me, FIRM)
    assert hiding[HIDE] == pytest.approx(weight)


def test_gains_and_losses_of_territory_destabilise_alike_in_the_second_form_and_not_in_the_first():
    def gain(form: str, change: float) -> float:
        world = quiet(fresh())
        world.p = world.p.replace(territory_change_weight=0.8, check=False)
        world.scenario = scenario(switches__territory_response=form)
        me = standing_of(world, 5)
        calm, moved = me._replace(territory_change=0.0), me._replace(territory_change=change)
        values = [affiliation_values(world, column, no_offers()) for column in (calm, moved)]
        return float(values[1][INDEPENDENT] - values[0][INDEPENDENT])

    assert gain("monotone", 0.5) == gain("monotone", -0.5) == 0.0
    assert gain("both_destabilise", 0.5) == pytest.approx(0.4)
    assert gain("both_destabilise", -0.5) == pytest.approx(0.4)


def test_an_amnesty_raises_the_value_of_laying_down_arms_by_its_own_value():
    world = quiet(fresh())
    me = standing_of(world, 5)
    before = affiliation_values(world, me, no_offers())
    world.scenario = scenario(switches__amnesty="on")
    after = affiliation_values(world, me, no_offers())
    assert after[DEMOBILISE] - before[DEMOBILISE] == pytest.approx(world.p.demob_amnesty_value)
    assert after[STAY] == before[STAY]
    assert after[INDEPENDENT] == before[INDEPENDENT]


def test_hosting_needs_a_firm_and_is_not_for_columns_in_service():
    world = quiet(fresh())
    me = standing_of(world, 5)
    assert np.isfinite(conduct_values(world, me, FIRM)[HOST])
    assert conduct_values(world, me, NO_ROW)[HOST] == -np.inf
    assert conduct_values(world, me._replace(firm=FIRM), FIRM)[HOST] == -np.inf


@given(
    st.lists(st.floats(-20.0, 20.0), min_size=2, max_size=5),
    st.floats(-50.0, 50.0),
    st.floats(0.15, 0.5),
)
@settings(derandomize=True, database=None)
def test_the_softmax_is_a_logit(values: list[float], shift: float, scale: float):
    utilities = np.array(values)
    chances = softmax(utilities, scale)
    assert chances.sum() == pytest.approx(1.0)
    assert softmax(utilities + shift, scale) == pytest.approx(chances, rel=1e-6, abs=1e-12)
    best, other = utilities.argmax(), utilities.argmin()
    if chances[other] > 1e-200:
        odds = (utilities[best] - utilities[other]) / scale
        assert np.log(chances[best] / chances[other]) == pytest.approx(odds, rel=1e-6, abs=1e-9)
    barred = np.append(utilities, -np.inf)
    assert softmax(barred, scale)[-1] == 0.0


# votes


def held_to(monkeypatch: pytest.MonkeyPatch, option: int) -> None:
    """Every commander wants `option`, whatever it is worth."""
    monkeypatch.setattr(column_choice, "_draw", lambda *_: option)


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
        me, offers = standing_of(world, 5)._replace(own_pay=1.0, pay=1.0), no_offers()
        plain = followers.poll(world, me, offers, INDEPENDENT)
        if form == "commander":
            world.members.bond[others] = followers.NEUTRAL_BOND + 0.2
        elif form == "kin":
            world.members.kin[others] = world.members.kin[commander]
        else:
            me = me._replace(own_pay=1.2)
        bound = followers.poll(world, me, offers, INDEPENDENT)
        return float((logit(bound.chance) - logit(plain.chance)).mean())

    full, lesser = gap(form), gap("pay" if form != "pay" else "kin")
    assert full > 0.0
    assert lesser == pytest.approx(followers.LESSER_WEIGHT * full, rel=1e-4)


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
        passing = followers.poll(world, me, offers_to(world, me), INDEPENDENT).passing
    assert values[1.0][INDEPENDENT] - values[3.0][INDEPENDENT] == pytest.approx(2.0 * (1.0 - passing))
    assert values[1.0][STAY] == values[3.0][STAY]


# reviews


def reviewed(world: World) -> list[int]:
    return np.flatnonzero(used(world.columns, "reviewed") == world.week).tolist()


def calm(monkeypatch: pytest.MonkeyPatch) -> World:
    """Nobody is due for a review, and a review changes nothing."""
    held_to(monkeypatch, STAY)
    world = quiet(fresh())
    world.columns.reviewed[:] = -500
    world.week = 100
    return world


def test_an_arrest_calls_the_column_to_a_review(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    column_choice.step(world)
    assert reviewed(world) == []
    fighter = members_of(world, 5)[-1]
    remove_members(world, np.array([fighter]), CAPTURED)
    column_choice.step(world)
    assert reviewed(world) == [5]


def test_the_loss_of_the_leader_calls_every_column(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    remove_members(world, np.array([world.groups.leader[0]]), CAPTURED)
    column_choice.step(world)
    assert reviewed(world) == [1, 2, 3, 4, 5, 6, 7], "column 0 has lost its commander and cannot decide"


def test_four_missed_paydays_in_a_row_call_a_review(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    world.columns.treasury[:] = 0.0
    called = []
    for _ in range(6):
        organisation_week(world, pay=0.05)
        called.append(reviewed(world) != [])
        world.week += 1
    assert called == [False, False, False, True, False, False]


def test_reviews_keep_their_distance_and_a_call_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    gap = round(world.p.review_gap)
    world.columns.triggered[5] = True
    column_choice.step(world)
    assert reviewed(world) == [5]
    first = world.week
    world.columns.triggered[5] = True
    while True:
        world.week += 1
        world.columns.locked_until[:] = NO_ROW
        column_choice.step(world)
        if reviewed(world):
            break
    assert world.week == first + gap


def test_after_a_change_a_column_is_locked():
    world = quiet(fresh())
    split(world, 5)
    lock = round(world.p.change_lock)
    assert world.columns.locked_until[5] == lock
    world.columns.reviewed[:] = -500
    for week in (lock - 1, lock):
        world.week = week
        world.columns.triggered[5] = True
        column_choice.step(world)
        assert (5 in reviewed(world)) == (week == lock)


def test_reviews_come_at_their_background_rate(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    world.p = world.p.replace(decision_rate=2.0, review_gap=0.0, check=False)
    count = 0
    for _ in range(520):
        column_choice.step(world)
        count += len(reviewed(world))
        world.week += 1
    expected = 2.0 * 10.0 * len(living_columns(world))
    assert abs(count - expected) < 4.0 * np.sqrt(expected)


def test_a_column_without_a_commander_does_not_decide(monkeypatch: pytest.MonkeyPatch):
    world = calm(monkeypatch)
    remove_members(world, np.array([world.columns.commander[5]]), CAPTURED)
    column_choice.step(world)
    assert 5 not in reviewed(world)


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
    event = {"kind": "amnesty", "start": dt.date(2012, 2, 6), "end": dt.date(2012, 3, 4)}
    world = fresh()
    world.inputs = make_inputs(event)
    holds = []
    for week in range(12):
        world.week = week
        holds.append(column_values.amnesty_now(world))
    assert holds == [5 <= week <= 8 for week in range(12)]


def make_inputs(*events: dict[str, Any]) -> Any:
    from .worlds import make_world

    return make_world(event=list(events)).inputs


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
