"""B9: who takes over, when, and with how much authority."""

from typing import Any

import numpy as np
import pytest

from vraem.processes import succession
from vraem.processes.groups import active_members, columns_of, members_of
from vraem.processes.losses import remove_members
from vraem.processes.succession import choose_leader
from vraem.world import World
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.organisation_tables import CAPTURED, FIGHTER, FOUNDING_KIN, NO_ROW, SUPPORTER
from vraem.world.security_tables import SUCCESSION, VACANCY

from .worlds import faults, fresh, quiet, run_processes, scenario, used


def leaderless(seed: int = 1, **changes: Any) -> World:
    """The week in which the leader has been taken; `changes` of the parameters."""
    world = quiet(fresh(seed))
    world.p = world.p.replace(**changes, check=False)
    remove_members(world, np.array([world.groups.leader[0]]), CAPTURED)
    return world


def without_heirs(world: World) -> World:
    world.members.heir[:] = False
    return world


def weeks_without_leader(heirs: bool, openings: int = 150) -> np.ndarray:
    """Length of the interregnum, for openings in different weeks."""
    base = leaderless()
    if not heirs:
        without_heirs(base)
    lengths = []
    for week in range(openings):
        world = base.copy()
        world.week = week
        run_processes(world, "succession")
        lengths.append(int(world.groups.vacant_until[0]) - week)
    return np.array(lengths)


def test_an_interregnum_is_short_with_heirs_and_long_without():
    with_heirs, without = weeks_without_leader(True), weeks_without_leader(False)
    p = fresh().p
    assert (with_heirs <= without).all(), "the same draw gives the longer vacancy without heirs"
    assert with_heirs.mean() == pytest.approx(p.vacancy_with_heir * WEEKS_A_MONTH, rel=0.2)
    assert without.mean() == pytest.approx(p.vacancy_without_heir * WEEKS_A_MONTH, rel=0.2)


def run_until_led(world: World) -> World:
    """Weeks of succession alone until somebody leads."""
    for _ in range(400):
        run_processes(world, "succession")
        if world.groups.leader[0] != NO_ROW:
            return world
        world.week += 1
    raise AssertionError("nobody took over within 400 weeks")


def test_a_lost_leader_opens_a_vacancy_that_ends_with_a_succession():
    world = leaderless()
    assert world.groups.leader[0] == NO_ROW
    assert world.groups.vacant_since[0] == world.week
    run_processes(world, "succession")
    until = int(world.groups.vacant_until[0])
    run_until_led(world)
    assert world.week == until
    kinds = used(world.incidents, "kind").tolist()
    assert kinds.count(VACANCY) == kinds.count(SUCCESSION) == 1
    leader = int(world.groups.leader[0])
    assert world.groups.centre[0] == world.members.column[leader]
    assert used(world.columns, "triggered").all()
    world.flows.captured = 0
    assert [fault for fault in faults(world) if "vacant" in fault or "leader" in fault] == []


@pytest.mark.parametrize("form", ["heir", "vote", "attrition"])
def test_somebody_takes_over_in_every_form(form: str):
    world = leaderless()
    world.scenario = scenario(switches__succession=form)
    leader = int(run_until_led(world).groups.leader[0])
    assert world.members.status[leader] == 0
    assert world.members.group[leader] == 0


def test_a_named_heir_takes_over_where_the_heir_comes_first():
    for week in range(40):
        world = leaderless()
        world.week = week
        contest = choose_leader(world, 0)
        assert contest is not None
        assert world.members.heir[contest.winner]


def test_a_single_heir_has_no_rival():
    world = leaderless()
    heirs = np.flatnonzero(used(world.members, "heir"))
    world.members.heir[heirs[1:]] = False
    contest = choose_leader(world, 0)
    assert contest is not None
    assert (contest.winner, contest.way) == (heirs[0], "heir")


def test_arms_decide_where_the_committee_votes():
    def winners(strong: int) -> list[int]:
        world = without_heirs(leaderless(succession_noise=0.01))
        world.scenario = scenario(switches__succession="vote")
        world.members.seat[:] = False
        world.members.tie[:] = 0.2
        world.members.kin[:] = 5_000 + np.arange(len(world.members.kin))
        world.columns.armed[: world.columns.count] = 3.0
        world.columns.armed[strong] = 200.0
        chosen = []
        for week in range(20):
            world.week = week
            contest = choose_leader(world, 0)
            assert contest is not None
            chosen.append(contest.winner)
        return chosen

    for strong in (2, 6):
        world = leaderless()
        assert set(winners(strong)) == {int(world.columns.commander[strong])}


def test_more_successions_are_contested_under_attrition():
    def contested(form: str) -> float:
        world = without_heirs(leaderless())
        world.scenario = scenario(switches__succession=form)
        ways = []
        for week in range(120):
            world.week = week
            contest = choose_leader(world, 0)
            assert contest is not None
            ways.append(contest.way == "contested")
        return float(np.mean(ways))

    assert contested("attrition") > contested("heir") + 0.1


def test_the_stronger_of_two_wins_a_war_of_attrition_with_the_odds_of_the_contest_function():
    world = without_heirs(leaderless(succession_contest_margin=1e6))
    world.scenario = scenario(switches__succession="attrition")
    candidates = np.array([world.columns.commander[2], world.columns.commander[6]])
    world.columns.armed[[2, 6]] = 30.0, 10.0
    won = []
    for week in range(400):
        world.week = week
        order = succession._war_of_attrition(world, 0, candidates, np.array([0, 1]))
        won.append(order[0] == 0)
        assert sorted(order.tolist()) == [0, 1]
    exponent = world.p.contest_exponent
    assert np.mean(won) == pytest.approx(30**exponent / (30**exponent + 10**exponent), abs=0.07)


def test_authority_after_a_succession_is_what_the_way_to_it_leaves():
    for way in ("heir", "elected", "contested"):
        world = leaderless()
        before = float(fresh().groups.authority[0])
        assert world.groups.authority[0] == pytest.approx(before * world.p.authority_vacant_factor)
        winner = int(active_members(world)[40])
        second = int(members_of(world, 6)[0])
        succession._crown(world, 0, succession.Contest(winner, way, second))
        share = getattr(world.p, f"authority_start_{way}")
        assert world.groups.authority[0] == pytest.approx(before * share, rel=1e-6)
        assert (world.columns.grievance[6] > 0.0) == (way == "contested")
        assert world.members.tie[winner] == 1.0


def test_a_contested_succession_divides_the_columns_into_camps():
    shares = []
    for week in range(60):
        world = leaderless()
        world.week = week
        world.members.kin[world.columns.commander[1:8]] = 5_000 + np.arange(7)
        winner, second = int(members_of(world, 2)[0]), int(members_of(world, 6)[0])
        world.members.kin[world.columns.commander[4]] = world.members.kin[second]
        world.members.kin[world.columns.commander[5]] = world.members.kin[winner]
        contest = succession.Contest(winner, "contested", second)
        losers = succession._camp_of_loser(world, columns_of(world, 0), contest).tolist()
        assert {4, 6} <= set(losers)
        assert not {2, 5} & set(losers)
        shares.append(len(set(losers) - {4, 6}) / 4.0)
    assert np.mean(shares) == pytest.approx(0.5, abs=0.12)


def test_ties_to_the_leader_pass_on_as_authority_does():
    world = leaderless()
    rows = active_members(world)
    before = world.members.tie[rows].copy()
    winner = int(rows[40])
    succession._crown(world, 0, succession.Contest(winner, "elected", NO_ROW))
    others = rows != winner
    expected = before[others] * np.float32(world.p.authority_start_elected)
    assert world.members.tie[rows[others]] == pytest.approx(expected, rel=1e-5)
    assert world.members.tie[winner] == 1.0


def test_a_group_without_anybody_armed_stays_without_a_leader():
    world = leaderless()
    members = world.members
    members.seat[:] = members.heir[:] = False
    members.rank[:] = SUPPORTER
    world.columns.commander[:] = NO_ROW
    assert choose_leader(world, 0) is None


@pytest.mark.parametrize(
    ("weight", "trait"),
    [
        ("succession_kin_weight", "tie"),
        ("succession_merit_weight", "skill"),
        ("succession_tenure_weight", "joined"),
    ],
)
def test_kin_merit_and_tenure_raise_the_score_of_a_candidate(weight: str, trait: str):
    world = leaderless(**{weight: 1.0})
    candidates = np.flatnonzero(used(world.members, "seat"))
    world.members.kin[candidates] = 7_000 + candidates
    world.members.joined[candidates] = -300
    world.members.skill[candidates] = world.members.tie[candidates] = 0.3
    before = succession.succession_scores(world, 0, candidates)
    better = -480 if trait == "joined" else 0.9
    getattr(world.members, trait)[candidates[0]] = better
    after = succession.succession_scores(world, 0, candidates)
    assert after[0] > before[0] + 0.1
    assert np.array_equal(after[1:], before[1:])


def test_arms_and_cash_that_a_commander_holds_raise_his_score_alike():
    world = leaderless(succession_cash_weight=1.0)
    candidates = np.sort(world.columns.commander[columns_of(world, 0)])
    column = world.members.column[candidates]
    world.columns.treasury[column] = 1_000.0
    before = succession.succession_scores(world, 0, candidates)
    world.columns.treasury[column[0]] = 1_000.0 * (len(column) + 1)
    after = succession.succession_scores(world, 0, candidates)
    share = 1.0 / len(column)
    assert after[0] - before[0] == pytest.approx(((len(column) + 1) / (2 * len(column)) - share) / 2.0)
    world.columns.treasury[column] = -50.0
    broke = succession.succession_scores(world, 0, candidates)
    assert before - broke == pytest.approx(np.full(len(column), share / 2.0))


def test_the_founding_clan_counts_as_the_closest_kin():
    world = leaderless(succession_kin_weight=1.5)
    candidates = np.flatnonzero(used(world.members, "seat"))
    world.members.kin[candidates] = 7_000 + candidates
    world.members.tie[candidates] = 0.4
    before = succession.succession_scores(world, 0, candidates)
    world.members.kin[candidates[0]] = FOUNDING_KIN
    after = succession.succession_scores(world, 0, candidates)
    assert after[0] - before[0] == pytest.approx(1.5 * 0.6, rel=1e-5)


# commands


def test_a_lost_commander_is_followed_by_an_armed_member_of_the_same_column():
    world = quiet(fresh())
    lost = int(world.columns.commander[5])
    remove_members(world, np.array([lost]), CAPTURED)
    for _ in range(60):
        run_processes(world, "succession")
        world.week += 1
        if world.columns.commander[5] != NO_ROW:
            break
    after = int(world.columns.commander[5])
    assert after != lost
    assert world.members.column[after] == 5
    assert fresh().members.rank[after] >= FIGHTER


def test_commands_stand_vacant_for_the_drawn_time():
    lengths = []
    base = quiet(fresh())
    remove_members(base, np.array([base.columns.commander[5]]), CAPTURED)
    for week in range(150):
        world = base.copy()
        world.week = week
        run_processes(world, "succession")
        lengths.append(int(world.columns.vacant_until[5]) - week)
    assert min(lengths) >= 1
    assert np.mean(lengths) == pytest.approx(base.p.commander_vacancy, rel=0.25)


def test_bonds_pass_on_to_a_new_commander_only_in_part():
    world = quiet(fresh())
    remove_members(world, np.array([world.columns.commander[5]]), CAPTURED)
    rows = members_of(world, 5)
    before = world.members.bond[rows].copy()
    while world.columns.commander[5] == NO_ROW:
        run_processes(world, "succession")
        world.week += 1
    others = rows != world.columns.commander[5]
    np.testing.assert_allclose(
        world.members.bond[rows[others]], world.p.bond_passed_on * before[others], rtol=1e-6
    )


def test_bonds_pass_on_in_part_to_a_leader_who_takes_a_command_with_the_crown():
    world = quiet(fresh())
    leader = int(world.groups.leader[0])
    column = int(world.members.column[leader])
    world.columns.commander[column] = leader
    remove_members(world, np.array([leader]), CAPTURED)
    rows = members_of(world, column)
    before = world.members.bond[rows].copy()
    successor = int(rows[world.members.rank[rows] >= FIGHTER][0])
    world.groups.vacant_until[0] = world.week
    succession._crown(world, 0, succession.Contest(successor, "heir", NO_ROW))
    assert world.columns.commander[column] == successor
    others = rows != successor
    np.testing.assert_allclose(
        world.members.bond[rows[others]], world.p.bond_passed_on * before[others], rtol=1e-6
    )


# seats and heirs


def months_of_posts(world: World, months: int) -> World:
    for _ in range(4 * months):
        run_processes(world, "succession")
        world.week += 1
    return world


def seats(world: World) -> int:
    return int(used(world.members, "seat").sum())


def test_seats_are_refilled_while_there_is_a_leader_and_not_without():
    world = quiet(fresh())
    full = seats(world)
    sitting = np.flatnonzero(used(world.members, "seat"))
    lost = sitting[sitting != world.groups.leader[0]][:4]
    remove_members(world, lost, CAPTURED)
    assert seats(world) == full - 4
    led = months_of_posts(world.copy(), 36)
    assert seats(led) == min(full, len(columns_of(led, 0)))
    remove_members(world, np.array([world.groups.leader[0]]), CAPTURED)
    world.p = world.p.replace(vacancy_with_heir=1e4, vacancy_without_heir=1e4, check=False)
    assert seats(months_of_posts(world, 36)) == full - 5


def test_new_heirs_are_adults_of_eighteen_to_thirty_and_no_more_than_at_the_start():
    world = without_heirs(quiet(fresh()))
    world.p = world.p.replace(heir_designation=0.5, check=False)
    months_of_posts(world, 60)
    heirs = np.flatnonzero(used(world.members, "heir"))
    assert len(heirs) == round(world.p.heirs_initial)
    ages = (world.week - world.members.born[heirs]) / WEEKS_A_YEAR
    # some were named years ago
    assert (ages >= 18.0).all()
    assert (ages <= 30.0 + 60.0 / 12.0).all()


def test_kin_of_the_leader_are_named_first():
    world = without_heirs(quiet(fresh()))
    world.p = world.p.replace(heir_designation=0.05, check=False)
    young = np.flatnonzero((used(world.members, "born") > -28 * WEEKS_A_YEAR) & ~used(world.members, "seat"))
    kin = world.members.kin[world.groups.leader[0]]
    world.members.kin[young] = 6_000 + young
    world.members.kin[young[-1]] = kin
    months_of_posts(world, 3)
    assert world.members.heir[young[-1]]


def test_a_young_leader_is_not_named_as_his_own_heir():
    world = without_heirs(quiet(fresh()))
    world.p = world.p.replace(heir_designation=0.05, check=False)
    leader = int(world.groups.leader[0])
    world.members.seat[leader] = False
    world.members.born[leader] = world.week - round(25 * WEEKS_A_YEAR)
    months_of_posts(world, 24)
    assert world.groups.leader[0] == leader
    assert used(world.members, "heir").sum() == round(world.p.heirs_initial)
    assert not world.members.heir[leader]


def test_a_leader_names_nobody_while_the_post_is_vacant():
    world = without_heirs(leaderless(vacancy_without_heir=1e4, heir_designation=0.5))
    months_of_posts(world, 24)
    assert not used(world.members, "heir").any()
