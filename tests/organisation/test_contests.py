"""B11: fights over shared ground, truces and pacts, and seats that move."""

from dataclasses import replace

import numpy as np
import pytest

from vraem.processes import contests, territory
from vraem.processes.groups import count_strength, living_columns, members_of, new_group
from vraem.world import Streams, World
from vraem.world.organisation_tables import DEAD, FIGHTER
from vraem.world.security_tables import CLASH, KILLING, REMOVAL, TRUCE
from vraem.world.state import Flows

from .worlds import faults, fresh, serving, used

MONTHS = 240


def neighbours(world: World) -> World:
    """The second column under a group of its own, around the seat of the first, with control at rest."""
    one, other = living_columns(world)[:2].tolist()
    group = new_group(world)
    world.columns.group[other] = group
    world.members.group[members_of(world, other)] = group
    world.groups.centre[group] = other
    world.columns.seat[other] = world.columns.seat[one]
    count_strength(world)
    for _ in range(60):
        territory.move_control(world)
    return world


def border(world: World) -> contests.Border:
    """The border between the first two columns."""
    one, other = living_columns(world)[:2].tolist()
    return next(
        found
        for found in contests.borders(world, living_columns(world))
        if {found.one, found.other} == {one, other}
    )


class NotedStreams(Streams):
    """Streams that remember which draws of contests were asked for."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.asked: list[tuple[int, int, int]] = []

    def uniform_double(self, stream: str, week: int, start: int, stop: int) -> np.ndarray:
        if stream == "contest":
            self.asked.append((week, start, stop))
        return super().uniform_double(stream, week, start, stop)


def incidents(world: World, kind: int) -> int:
    return int((used(world.incidents, "kind") == kind).sum())


def only_the_first_two(world: World) -> World:
    """The other columns hold no ground, so that there is one border."""
    rows = living_columns(world)[2:]
    world.columns.hidden_until[rows] = 10_000
    world.columns.control[:, rows] = 0.0
    return world


def months_of_fights(world: World, months: int, **parameters: float) -> World:
    """Months in which only the first two columns meet."""
    world.p = world.p.replace(**parameters, check=False)
    for month in range(months):
        world.week = 4 * month + contests.FIGHT_PHASE
        world.flows = Flows()
        contests.step(world)
    return world


def test_columns_of_one_group_have_no_borders():
    world = fresh()
    assert contests.borders(world, living_columns(world)) == []
    assert len(contests.borders(neighbours(world), living_columns(world))) >= 1


def test_fights_are_as_frequent_as_the_rate_says():
    total, expected = 0, 0.0
    for seed in range(1, 9):
        world = only_the_first_two(neighbours(fresh(seed)))
        expected += MONTHS * contests.fight_chance(world, border(world))
        for month in range(MONTHS):
            world.week = 4 * month + contests.FIGHT_PHASE
            pair = border(world)
            place = pair.one + pair.other * (pair.other - 1) // 2
            first = contests.DRAWS * place
            draw = world.streams.uniform_double("contest", world.week, first, first + 1)[0]
            total += draw < contests.fight_chance(world, pair)
    assert total == pytest.approx(expected, abs=3.0 * np.sqrt(expected))


def test_rent_draws_fights_and_unequal_arms_kin_and_alliances_hold_them_back():
    world = neighbours(fresh())
    pair = border(world)
    one, other = pair.one, pair.other
    members, columns, groups = world.members, world.columns, world.groups
    members.kin[columns.commander[one]], members.kin[columns.commander[other]] = 7, 8
    columns.armed[[one, other]] = 14.0
    usual = contests.fight_chance(world, pair)
    assert contests.fight_chance(world, pair._replace(rent=pair.rent + 0.5)) > usual
    assert contests.fight_chance(world, pair._replace(shared=0.1)) < usual
    columns.armed[other] = 5.0
    assert contests.fight_chance(world, pair) < usual
    columns.armed[other] = 14.0
    members.kin[columns.commander[other]] = 7
    assert contests.fight_chance(world, pair) == pytest.approx(usual * np.exp(-1.0), rel=0.05)
    members.kin[columns.commander[other]] = 8
    group, partner = columns.group[one], columns.group[other]
    groups.allied[group], groups.allied[partner] = partner, group
    groups.alliance[[group, partner]] = 1.0
    assert contests.fight_chance(world, pair) == 0.0
    groups.alliance[[group, partner]] = 0.0
    columns.hidden_until[other] = 10_000
    assert contests.fight_chance(world, pair) == 0.0


@pytest.mark.parametrize(("rent", "armed", "log"), [(0.0, 14.0, 0.0), (0.5, 14.0, 0.25), (0.0, 6.0, -0.6)])
def test_the_chance_of_a_fight_is_that_of_four_weeks_of_a_rate_a_month(rent: float, armed: float, log: float):
    world = neighbours(fresh())
    world.p = world.p.replace(fight_rate=0.2, check=False)
    pair = border(world)._replace(shared=1.0, rent=rent)
    members, columns = world.members, world.columns
    members.kin[columns.commander[[pair.one, pair.other]]] = 7, 8
    columns.armed[[pair.one, pair.other]] = 14.0, armed  # 14 against 6: a gap of .4
    months = 4.0 * 12.0 / 52.1775
    assert contests.fight_chance(world, pair) == pytest.approx(1.0 - np.exp(-0.2 * months * np.exp(log)))


def test_a_fight_kills_on_both_sides_and_moves_ground_to_the_winner():
    killed = np.zeros(2)
    for week in range(1, 120):
        world = neighbours(fresh())
        world.week = week
        pair = border(world)
        before = world.columns.territory[[pair.one, pair.other]].copy()
        control = used(world.columns, "control").sum(axis=1)
        persons = serving(world)
        contests._fight(world, pair, draw=0.0)
        dead = used(world.members, "status") == DEAD
        fell = [int((dead & (used(world.members, "column") == c)).sum()) for c in (pair.one, pair.other)]
        killed += fell
        assert serving(world) == persons - sum(fell)
        assert world.flows.killed_group == sum(fell)
        assert (used(world.members, "rank")[dead] >= FIGHTER).all()
        after = used(world.columns, "control")[:, [pair.one, pair.other]].sum(axis=0)
        assert after[0] > before[0]
        assert after[1] < before[1]
        np.testing.assert_allclose(used(world.columns, "control").sum(axis=1), control, atol=1e-6)
    armed = fresh().columns.armed[[0, 1]]
    # the winner loses one in twenty-five of its armed, the loser twice as many
    assert killed == pytest.approx(119.0 * armed * [0.04, 0.08], rel=0.25)


def test_a_fight_frightens_the_place_where_it_happens():
    world = neighbours(fresh())
    pair = border(world)
    world.communities.fear[:] = 0.0
    contests._fight(world, pair, draw=0.0)
    assert world.communities.fear[pair.place] == pytest.approx(world.p.fear_gain)


def test_civilians_who_die_between_two_groups_are_killed_by_either():
    by = []
    for week in range(1, 60):
        world = neighbours(fresh())
        world.week, world.communities.fear[:] = week, 0.0
        world.p = world.p.replace(fight_rate=1e6, fight_civilians=1.0, truce_chance=0.0, check=False)
        pair = border(world)
        contests._meet(world, pair, 1)
        killing = np.flatnonzero(used(world.incidents, "kind") == KILLING)
        if len(killing):
            by.append(int(world.incidents.column[killing[0]]) == pair.one)
            assert world.communities.fear[pair.place] > world.p.fear_gain, "by the fight and by the death"
    assert len(by) > 20
    assert 0.25 < np.mean(by) < 0.75


def test_the_stronger_side_wins_more_often():
    world = neighbours(fresh())
    pair = border(world)
    world.columns.armed[[pair.one, pair.other]] = 30.0, 10.0
    wins = 0
    for draw in np.linspace(0.005, 0.995, 100):
        copy = world.copy()
        contests._fight(copy, pair, float(draw))
        wins += copy.columns.control[:, pair.one].sum() > world.columns.control[:, pair.one].sum()
    assert wins == pytest.approx(75, abs=1)


def test_every_fight_is_in_the_journal_with_its_dead():
    world = months_of_fights(neighbours(fresh()), 60, fight_rate=1.0, truce_chance=0.0, fight_civilians=1.0)
    journal = world.incidents
    clash = used(journal, "kind") == CLASH
    assert clash.sum() > 10
    assert incidents(world, KILLING) == clash.sum()
    dead = int((used(world.members, "status") == DEAD).sum())
    # each of the dead is noted once, as a removal; the clash itself adds none
    assert used(journal, "deaths")[clash].sum() == 0
    assert used(journal, "deaths")[used(journal, "kind") == REMOVAL].sum() == dead > 0
    assert (used(journal, "community")[clash] >= 0).all()
    count_strength(world)
    assert [fault for fault in faults(world) if "control" in fault] == []


def test_a_truce_follows_a_fight_keeps_both_apart_and_is_no_alliance():
    world = months_of_fights(only_the_first_two(neighbours(fresh())), 6, fight_rate=12.0, truce_chance=1.0)
    assert incidents(world, TRUCE) >= 1
    pair = border(world)
    group, partner = world.columns.group[[pair.one, pair.other]].tolist()
    assert world.groups.allied[group] == partner
    assert world.groups.allied[partner] == group
    assert 0.0 < world.groups.alliance[group] < territory.ALLIED_FROM
    calm = contests.fight_chance(world, pair)
    world.groups.alliance[[group, partner]] = 0.0
    assert calm < contests.fight_chance(world, pair)


def test_a_pact_keeps_the_peace():
    world = neighbours(fresh())
    contests._ally(world, 0, 1, 0, contests.PACT_STRENGTH)
    assert contests.fight_chance(world, border(world)) == 0.0


def test_a_pact_needs_no_fight():
    world = months_of_fights(neighbours(fresh()), 24, fight_rate=0.0, pact_rate=0.9)
    assert incidents(world, TRUCE) >= 1
    assert incidents(world, CLASH) == 0


class SetStreams(Streams):
    """Streams in which no pair fights, and every pair draws `calm` for its pact."""

    calm = 1.0

    def uniform_double(self, stream: str, week: int, start: int, stop: int) -> np.ndarray:
        if stream == "contest":
            return np.tile([1.0, 0.5, self.calm, 1.0], (stop - start) // 4)
        return super().uniform_double(stream, week, start, stop)


@pytest.mark.parametrize("borders", [1, 2])
@pytest.mark.parametrize("over", [0.99, 1.01])
def test_two_groups_make_a_pact_at_one_rate_however_many_borders_they_share(borders: int, over: float):
    world = fresh()
    rows = living_columns(world)
    others = rows[1 : 1 + borders]
    world.columns.group[others] = new_group(world)
    world.columns.control[:] = 0.0
    world.columns.control[:3, [rows[0], *others]] = 0.4  # 1.2 communities of each border: a whole one
    world.p = world.p.replace(fight_rate=0.0, pact_rate=0.5, check=False)
    world.week, world.streams = contests.FIGHT_PHASE, SetStreams(world.seed)
    assert len(contests.borders(world, rows)) == borders
    world.streams.calm = over * 0.5 * 4.0 * 12.0 / 52.1775 / borders
    contests.step(world)
    assert (incidents(world, TRUCE) > 0) == (over < 1.0)


def test_a_group_holds_to_one_partner_at_a_time():
    world = neighbours(fresh())
    third = new_group(world)
    contests._ally(world, 0, 1, 0, contests.PACT_STRENGTH)
    contests._ally(world, 0, third, 0, contests.PACT_STRENGTH)
    assert world.groups.allied[0] == 1
    assert world.groups.alliance[third] == 0.0
    world.groups.alliance[:2] = territory.ALLIED_FROM / 2.0
    contests._ally(world, 0, third, 0, contests.PACT_STRENGTH)
    assert world.groups.allied[0] == third


def test_another_pair_takes_no_draw_of_this_one():
    world, more = neighbours(fresh()), neighbours(fresh())
    third = int(living_columns(more)[2])
    more.columns.group[third] = new_group(more)
    more.columns.seat[third] = more.columns.seat[0]
    for one in (world, more):
        one.p = one.p.replace(fight_rate=0.2, check=False)
        one.week = contests.FIGHT_PHASE
    asked = []
    for one in (world, more):
        one.streams = NotedStreams(one.seed)
        contests.step(one)
        asked.append(one.streams.asked)
    assert set(asked[0]) < set(asked[1])
    assert len(set(asked[1])) == len(asked[1])


def test_seats_move_as_often_as_the_rate_says_and_stay_on_own_ground():
    moves = 0
    world = fresh()
    rows = living_columns(world)
    for month in range(MONTHS):
        world.week = 4 * month + contests.SEAT_PHASE
        before = world.columns.seat[rows].copy()
        contests.step(world)
        moved = world.columns.seat[rows] != before
        moves += int(moved.sum())
        for column in rows[moved].tolist():
            assert world.columns.control[world.columns.seat[column], column] > 0.0
    expected = MONTHS * len(rows) * world.p.seat_move_rate
    assert 0.6 * expected <= moves <= 1.2 * expected


def test_a_new_seat_is_sought_by_control_squared_nearness_and_the_absence_of_the_state():
    world = fresh()
    column = int(living_columns(world)[0])
    seat = int(world.columns.seat[column])
    hours = world.valley.community_hours[seat]
    there = int(hours.argsort()[5])
    world.columns.control[:, column] = 0.0
    world.columns.control[[seat, there], column] = 0.3, 0.6
    world.communities.state_presence[:] = 0.0
    world.communities.state_presence[there] = 3.0
    stays, moves = 0.09, 0.36 * np.exp(-hours[there] / world.p.column_reach) / 4.0
    draws = (np.arange(1_000) + 0.5) / 1_000
    drawn = np.array([contests._new_seat(world, column, float(draw)) for draw in draws])
    assert set(drawn.tolist()) == {seat, there}
    assert (drawn == there).mean() == pytest.approx(moves / (stays + moves), abs=0.002)


def test_pressure_makes_seats_move():
    def moves(pressure: float) -> int:
        world = fresh()
        world.burn_in = replace(world.burn_in, pressure=0.0)
        rows = living_columns(world)
        total = 0
        for month in range(MONTHS):
            world.columns.pressure[rows] = pressure
            world.week = 4 * month + contests.SEAT_PHASE
            before = world.columns.seat[rows].copy()
            contests.step(world)
            total += int((world.columns.seat[rows] != before).sum())
        return total

    assert moves(4.0) > 2 * moves(0.0)
