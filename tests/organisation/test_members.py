"""B5: who leaves of his own will; promotions; how columns keep their size."""

from collections.abc import Callable

import numpy as np
import pytest

from vraem.processes import members as process
from vraem.processes.arms import free_arms
from vraem.processes.groups import active_members, count_strength, living_columns, members_of
from vraem.processes.members import exit_hazard
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import (
    ACTIVE,
    COMMANDER,
    FIGHTER,
    HIRED,
    NO_ROW,
    QUIT,
    SUPPORTER,
    SURRENDERED,
)
from vraem.world.security_tables import COLUMN_DIVIDED, COLUMN_JOINED, DESERTION, EXIT

from .choices import AMNESTY, AMNESTY_WEEKS, make_inputs
from .worlds import faults, fresh, organisation_week, run_processes, scenario, used

COLUMN = 5


def at_rest(**switches: str) -> World:
    """Covariates at their means, the burn-in over: the drawn rate of leaving holds."""
    world = fresh()
    burn, columns = world.burn_in, world.columns
    burn.running = False
    burn.exit_scale = 1.0
    columns.pressure[:8], columns.link[:8], columns.pay[:8] = burn.pressure, burn.link, 1.0
    world.members.ideology[:], world.members.bond[:] = burn.ideology, process.MIDDLE_BOND
    if switches:
        world.scenario = scenario(**{f"switches__{name}": value for name, value in switches.items()})
    return world


def hazard_of(change: Callable[[World], None]) -> float:
    world = at_rest()
    change(world)
    return float(exit_hazard(world, np.array([fighter()]))[0])


def fighter() -> int:
    rows = members_of(at_rest(), COLUMN)
    ordinary = ~(at_rest().members.seat[rows] | at_rest().members.heir[rows])
    return int(rows[ordinary & (at_rest().members.rank[rows] == FIGHTER)][0])


def setting(table: str, name: str, change: float) -> Callable[[World], None]:
    def act(world: World) -> None:
        column = getattr(getattr(world, table), name)
        column[fighter() if table == "members" else COLUMN] += change

    return act


@pytest.mark.parametrize(
    ("table", "name", "sign"),
    [
        ("columns", "pay", -1),
        ("members", "ideology", -1),
        ("columns", "link", -1),
        ("members", "bond", -1),
        ("columns", "pressure", 1),
        ("members", "grievance", 1),
        ("columns", "demoralised", 1),
    ],
)
def test_leaving_grows_and_falls_by_what_the_specification_says(table: str, name: str, sign: int):
    assert np.sign(hazard_of(setting(table, name, 0.2)) - hazard_of(lambda _: None)) == sign


def test_hoarding_at_the_top_makes_people_leave():
    def hoards(world: World) -> None:
        world.groups.hoarding[0] = 0.95

    assert hazard_of(hoards) > hazard_of(lambda _: None)


def test_an_amnesty_that_held_through_the_burn_in_makes_nobody_leave_after_it():
    def amnesty(world: World) -> None:
        world.scenario = scenario(switches__amnesty="on")

    assert hazard_of(amnesty) == hazard_of(lambda _: None)


def test_at_rest_an_ordinary_member_leaves_at_the_drawn_rate_and_the_top_more_rarely():
    world = at_rest()
    world.groups.hoarding[0] = world.burn_in.hoarding
    world.columns.link[0] = world.burn_in.link
    hazard = exit_hazard(world, np.array([fighter(), world.groups.leader[0]]))
    weekly = world.p.exit_rate / WEEKS_A_YEAR
    assert hazard[0] == pytest.approx(weekly, rel=0.35)
    assert hazard[1] < 0.3 * hazard[0]


def test_supporters_feel_pay_half_as_much():
    def effect(rank: int) -> float:
        def poor(world: World) -> None:
            world.columns.pay[COLUMN] = 0.5

        worlds = at_rest(), at_rest()
        for world in worlds:
            world.members.rank[fighter()] = rank
        poor(worlds[1])
        hazards = [exit_hazard(world, np.array([fighter()]))[0] for world in worlds]
        return float(np.log(hazards[1] / hazards[0]))

    assert effect(SUPPORTER) == pytest.approx(0.5 * effect(FIGHTER), rel=0.01)


def leave_for_years(world: World, years: int) -> np.ndarray:
    """Status of everybody who has left after so many years of exits alone."""
    for _ in range(round(years * WEEKS_A_YEAR)):
        rows = active_members(world)
        leaving = rows[
            world.streams.uniform_double("member_exit", world.week, 0, world.members.count)[rows]
            < exit_hazard(world, rows)
        ]
        if len(leaving):
            process._leave(world, leaving)
        world.week += 1
    status = used(world.members, "status")
    return status[status != ACTIVE]


def test_the_yearly_share_that_leaves_is_the_drawn_one():
    world = at_rest()
    world.columns.link[:8] = world.burn_in.link
    world.groups.hoarding[0] = world.burn_in.hoarding
    gone = len(leave_for_years(world, 4))
    members = at_rest().members
    top = used(members, "seat") | used(members, "heir") | (used(members, "rank") >= COMMANDER)
    expected = (~top).sum() * (1.0 - np.exp(-4.0 * world.p.exit_rate))
    assert gone == pytest.approx(expected, rel=0.3)


def test_surrender_is_the_drawn_share_of_exits_and_more_under_an_amnesty():
    shares = {}
    for switch in ("off", "on"):
        world = at_rest(amnesty=switch, firms_integrate="no")
        world.p = world.p.replace(exit_rate=2.0, exit_amnesty_weight=0.0, check=False)
        status = leave_for_years(world, 2)
        shares[switch] = (status == SURRENDERED).mean()
        assert set(status.tolist()) == {QUIT, SURRENDERED}
    p = fresh().p
    assert shares["off"] == pytest.approx(p.exit_surrender_share, abs=0.06)
    assert shares["on"] == pytest.approx(p.exit_surrender_share + process.AMNESTY_SURRENDER, abs=0.06)


@pytest.mark.parametrize(("switch", "hired"), [("yes", True), ("no", False)])
def test_firms_hire_armed_leavers_only_where_they_may(
    switch: str, hired: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process, "persons_wanted", lambda world: np.full(len(world.firms), 5.0))
    world = at_rest(firms_integrate=switch)
    world.p = world.p.replace(exit_rate=2.0, firm_offer_probability=0.6, check=False)
    status = leave_for_years(world, 2)
    assert (status == HIRED).any() == hired
    members = world.members
    employed = np.flatnonzero(used(members, "status") == HIRED)
    assert (members.firm[employed] != NO_ROW).all()
    assert members.armed_when_left[employed].all()


def test_those_whom_firms_hire_leave_them_at_the_drawn_rate_and_not_in_the_week_of_hiring():
    world = at_rest()
    world.communities.control[:] = 0.0  # so that firms want them all
    world.p = world.p.replace(firm_gunmen_demand=100.0, check=False)
    rows = active_members(world)[:200]
    world.week = 10
    process.leave_members(world, rows, HIRED, 3)
    process._leave_firms(world)
    assert (world.members.status[rows] == HIRED).all()
    for _ in range(13):
        world.week += 4
        process._leave_firms(world)
    stayed = (world.members.status[rows] == HIRED).mean()
    assert stayed == pytest.approx(1.0 - world.p.hired_leave_rate, abs=0.1)
    gone = rows[world.members.status[rows] != HIRED]
    assert (world.members.status[gone] == QUIT).all()
    assert (world.members.firm[gone] == NO_ROW).all()


def test_several_who_leave_a_column_in_one_week_are_a_desertion():
    for number, kind in ((4, EXIT), (5, DESERTION)):
        world = at_rest(firms_integrate="no")
        process._leave(world, members_of(world, COLUMN)[-number:])
        noted = used(world.incidents, "kind")
        assert noted.tolist() == [kind]
        assert used(world.incidents, "persons").tolist() == [number]


def test_who_leaves_may_take_comrades_along_but_no_commander():
    world = at_rest()
    world.p = world.p.replace(exit_contagion=1.0, check=False)
    rows = active_members(world)
    leaving = process._with_companions(world, rows, np.array([fighter()]))
    assert set(world.members.column[leaving].tolist()) == {COLUMN}
    assert set(leaving.tolist()) == set(members_of(world, COLUMN).tolist()) - {
        int(world.columns.commander[COLUMN])
    }


# promotions and size


def test_supporters_take_up_arms_where_they_are_short_and_paid():
    def armed_after(pay: float, share: float) -> int:
        world = at_rest()
        world.burn_in.armed_share = share
        world.columns.pay[:8] = pay
        for _ in range(20):
            process._promote(world)
            count_strength(world)
            world.week += 4
        return int(used(world.columns, "armed").sum())

    start = int(used(fresh().columns, "armed").sum())
    assert armed_after(1.0, 0.6) > start
    assert armed_after(0.3, 0.6) == start, "unpaid"
    assert armed_after(1.0, 0.1) == start, "arms are not short"


def test_where_few_supporters_are_left_arms_wait_for_somebody_who_takes_them():
    def armed_after(rate: float) -> int:
        world = at_rest()
        world.burn_in.armed_share = 0.9
        world.columns.pay[:8] = 1.0
        world.p = world.p.replace(promotion_rate=rate, check=False)
        process._promote(world)
        count_strength(world)
        return int(used(world.columns, "armed").sum())

    start = int(used(fresh().columns, "armed").sum())
    assert start == armed_after(0.0) < armed_after(0.01) < armed_after(0.05) < armed_after(1.0)


def test_no_more_take_up_arms_than_there_are_arms_without_a_bearer():
    world = at_rest()
    world.p = world.p.replace(promotion_rate=1.0, check=False)
    columns, groups = world.columns, world.groups
    world.columns.pay[:8] = 1.0
    armed, members = float(groups.armed[0]), float(groups.members[0])
    world.burn_in.armed_share = (armed + 12.0) / members
    free, _ = free_arms(world)
    assert free.max() > 1.0, "a column is short of several"
    before = used(columns, "armed").copy()
    process._promote(world)
    count_strength(world)
    assert groups.armed[0] == armed + 12.0, "the group has twelve"
    assert (used(columns, "armed") - before <= np.maximum(free, 0.0)).all(), (
        "and no column gets more than it lacks"
    )


def large_column(territory: float) -> World:
    world = at_rest()
    rows = members_of(world, COLUMN)
    world.members.rank[rows[world.members.rank[rows] == SUPPORTER]] = FIGHTER
    world.columns.territory[:8] = territory
    count_strength(world)
    assert world.columns.armed[COLUMN] > process.LARGEST_COLUMN
    return world


def test_a_large_column_with_room_divides_and_nothing_is_lost():
    world = large_column(6.0)
    held, control = used(world.columns, "treasury").sum(), used(world.columns, "control").sum()
    persons = set(members_of(world, COLUMN).tolist())
    process._keep_size(world)
    assert COLUMN_DIVIDED in used(world.incidents, "kind")
    new = world.columns.count - 1
    assert set(members_of(world, COLUMN).tolist()) | set(members_of(world, new).tolist()) == persons
    assert used(world.columns, "treasury").sum() == pytest.approx(held)
    assert used(world.columns, "control").sum() == pytest.approx(control, rel=1e-5)
    assert world.columns.group[new] == world.columns.group[COLUMN]
    assert world.columns.link[new] == world.columns.link[COLUMN]
    assert faults(world) == []


def test_half_of_a_column_in_service_is_in_service_too():
    world = large_column(6.0)
    world.columns.service[COLUMN] = 3
    process._keep_size(world)
    assert world.columns.service[world.columns.count - 1] == 3


def test_a_large_column_without_room_stays_whole():
    world = large_column(1.0)
    process._keep_size(world)
    assert world.columns.count == 8


def shrink(world: World, column: int, armed: int) -> None:
    rows = members_of(world, column)
    commander = world.columns.commander[column]
    rows = rows[np.argsort(rows != commander, kind="stable")]
    world.members.rank[rows[armed:]] = SUPPORTER
    count_strength(world)


def test_a_small_column_joins_the_nearest_of_its_group_with_its_money():
    world = at_rest()
    shrink(world, COLUMN, 2)
    persons, held = set(members_of(world, COLUMN).tolist()), used(world.columns, "treasury").sum()
    hours = world.valley.community_hours[world.columns.seat[COLUMN], used(world.columns, "seat")]
    hours = np.where(np.arange(8) == COLUMN, np.inf, hours)
    process._keep_size(world)
    assert COLUMN_JOINED in used(world.incidents, "kind")
    assert set(world.members.column[list(persons)].tolist()) == {int(hours.argmin())}
    assert used(world.columns, "treasury").sum() == pytest.approx(held)
    assert faults(world) == []


def test_small_and_empty_columns_together_lose_nobody():
    world = at_rest()
    persons = len(active_members(world))
    for column in range(1, 8):
        shrink(world, column, 2 if column % 2 else 0)
    world.columns.commander[2:8:2] = NO_ROW
    empty = members_of(world, 4)
    world.members.column[empty] = 2
    process._keep_size(world)
    assert len(active_members(world)) == persons
    assert [fault for fault in faults(world) if "ended" in fault or "counted" in fault] == []


def test_the_last_small_column_of_a_group_stands():
    world = at_rest()
    for column in range(8):
        shrink(world, column, 2)
    process._keep_size(world)
    assert len(living_columns(world)) >= 1
    assert faults(world) == []


def test_columns_that_lose_everybody_end_within_a_month_even_if_nobody_is_left():
    world = at_rest()
    everybody = active_members(world)
    process.leave_members(world, everybody, QUIT)
    world.columns.control[:] = 0.0
    for _ in range(4):
        organisation_week(world, pay=0.0)
        world.week += 1
    assert not len(living_columns(world))


def test_a_dated_amnesty_raises_leaving_only_while_it_holds():
    world = at_rest()
    world.inputs = make_inputs(AMNESTY)
    hazards = []
    for week in range(12):
        world.week = week
        hazards.append(float(exit_hazard(world, np.array([fighter()]))[0]))
    low, high = min(hazards), max(hazards)
    assert low < high
    assert [value > low for value in hazards] == [week in AMNESTY_WEEKS for week in range(12)]


def test_the_week_of_members_changes_nothing_when_nobody_leaves():
    world = at_rest()
    world.p = world.p.replace(exit_rate=0.0, exit_contagion=0.0, check=False)
    before = used(world.members, "status").copy()
    world.week = 1
    run_processes(world, "members")
    assert np.array_equal(used(world.members, "status"), before)
