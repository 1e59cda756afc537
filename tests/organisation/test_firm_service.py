"""S6 and B8: service in a firm takes the will of both, and who lays down arms may find a firm that wants gunmen."""

import numpy as np
import pytest

from vraem.processes import column_choice, members, recruitment
from vraem.processes.column_acts import carry_out
from vraem.processes.column_values import DEMOBILISE, SERVICE, standing_of
from vraem.processes.groups import members_of
from vraem.processes.integration import surplus
from vraem.processes.revenue import ground_share
from vraem.world import World
from vraem.world.organisation_tables import FIGHTER, HIRED, NO_ROW, QUIT
from vraem.world.security_tables import SERVICE_END

from .choices import FIRM, NOBODY, WAGE, kinds, no_offers
from .worlds import faults, fresh, quiet, used

COLUMN = 5


def serving(demand: float) -> World:
    """Column 5 serves a firm that wants `demand` for each armed member whose protection it has lost."""
    world = quiet(fresh())
    carry_out(world, standing_of(world, COLUMN), no_offers(firm=FIRM, wage=WAGE), SERVICE, NOBODY)
    world.p = world.p.replace(firm_gunmen_demand=demand, check=False)
    return world


def test_a_firm_lets_a_column_go_that_it_needs_no_more():
    world = serving(demand=0.0)
    assert surplus(world)[FIRM] == 1.0
    group = int(world.columns.group[COLUMN])
    column_choice.review(world, COLUMN)
    assert world.columns.service[COLUMN] == NO_ROW
    assert int(world.columns.group[COLUMN]) == group
    assert SERVICE_END in kinds(world)
    assert world.columns.locked_until[COLUMN] == world.week + round(world.p.change_lock)
    assert faults(world) == []


def test_a_firm_keeps_a_column_that_it_needs(monkeypatch: pytest.MonkeyPatch):
    world = serving(demand=1e4)
    assert surplus(world)[FIRM] == 0.0
    monkeypatch.setattr(column_choice, "_draw", lambda *_: 0)
    column_choice.review(world, COLUMN)
    assert world.columns.service[COLUMN] == FIRM


def test_a_firm_lets_former_members_go_whom_it_needs_no_more():
    gone = {}
    for demand in (0.0, 1e4):
        world = quiet(fresh())
        world.communities.control[:] = 0.0
        world.p = world.p.replace(
            firm_gunmen_demand=demand, hired_leave_rate=0.0, review_gap=8.0, check=False
        )
        rows = members_of(world, COLUMN)
        members.leave_members(world, rows, HIRED, FIRM)
        world.week += 1
        members._leave_firms(world)
        gone[demand] = (world.members.status[rows] == QUIT).mean()
    assert gone[1e4] == 0.0
    assert 0.25 < gone[0.0] < 0.75  # half of those too many in four weeks of eight


def test_a_column_in_service_weighs_independence_with_the_tolls_that_it_would_take_again():
    """By what free columns take on the ground and on the way."""
    world = serving(demand=1.0)
    columns = world.columns
    columns.revenue[COLUMN] = 100.0
    free = [row for row in range(columns.count) if row != COLUMN]
    for name, amount in (
        ("fees", 60.0),
        ("escorts", 15.0),
        ("leaf_tax", 20.0),
        ("logging", 5.0),
        ("extortion", 0.0),
    ):
        getattr(columns, name)[free] = amount
    assert ground_share(world) == pytest.approx(0.25)
    inside = standing_of(world, COLUMN).affluence
    columns.service[COLUMN] = NO_ROW
    assert inside == pytest.approx(4.0 * standing_of(world, COLUMN).affluence, rel=1e-6)


def test_no_column_hopes_for_more_than_ten_times_what_it_takes_on_the_ground():
    world = serving(demand=1.0)
    for name, amount in (
        ("fees", 99.5),
        ("escorts", 0.0),
        ("leaf_tax", 0.5),
        ("logging", 0.0),
        ("extortion", 0.0),
    ):
        used(world.columns, name)[:] = amount
    assert ground_share(world) == 0.1


def test_the_share_of_the_ground_is_the_usual_one_where_nobody_is_free():
    world = quiet(fresh())
    world.columns.service[: world.columns.count] = FIRM
    assert ground_share(world) == max(world.burn_in.ground_share, 0.1)
    assert 0.1 < world.burn_in.ground_share < 0.6


def test_armed_members_who_lay_down_arms_or_stay_behind_may_find_a_firm(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(members, "persons_wanted", lambda world: np.full(len(world.firms), 50.0))
    world = quiet(fresh())
    world.p = world.p.replace(firm_offer_probability=1.0, check=False)
    rows = members_of(world, COLUMN)
    armed = world.members.rank[rows] >= FIGHTER
    carry_out(world, standing_of(world, COLUMN), no_offers(), DEMOBILISE, NOBODY)
    assert (world.members.status[rows[armed]] == HIRED).all()
    assert (world.members.status[rows[~armed]] == QUIT).all()
    assert faults(world) == []


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_recruits_are_like_the_column_that_they_join_by_the_drawn_share(share: float):
    mean = {}
    for ideology in (0.1, 0.9):
        world = quiet(fresh())
        world.p = world.p.replace(recruit_column_ideology=share)
        world.columns.ideology[COLUMN] = ideology
        before = world.members.count
        recruitment._enter(world, COLUMN, 20)
        mean[ideology] = float(used(world.members, "ideology")[before:].mean())
    assert mean[0.9] - mean[0.1] == pytest.approx(0.8 * share, abs=0.05)
