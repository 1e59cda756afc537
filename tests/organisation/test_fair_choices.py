"""What every column, group and member is due whatever becomes of it: no option reckons with more than it will bring."""

import numpy as np
import pytest

import vraem
from vraem.processes import contests, planting, recruitment
from vraem.processes.column_values import (
    AFFILIATIONS,
    INDEPENDENT,
    affiliation_values,
    merged_pay,
    offers_to,
    standing_of,
    uncontested,
)
from vraem.processes.groups import (
    close_if_empty,
    columns_of,
    members_of,
    nearest_column,
    new_group,
    vacate_top,
)
from vraem.processes.members import _join_nearest
from vraem.processes.remittance import share_of_top
from vraem.processes.tolls import look, set_terms
from vraem.world import World
from vraem.world.organisation_tables import ACTIVE, COMMANDER, NO_ROW, QUIT
from vraem.world.values import quiet_at_rest

from .choices import FIRM, every_offer, split, two_groups
from .worlds import fresh, open_week, quiet, run_processes, used


def test_a_group_of_one_column_sends_nothing_and_is_paid_what_it_takes():
    world = quiet(fresh())
    split(world, 5)
    world.columns.pay[:] = 1.0
    for week in range(1, 80):
        world.week = week
        open_week(world)
        run_processes(world, "remittance")
        assert world.columns.sent[5] == world.columns.received[5] == 0.0
    others = columns_of(world, 0)
    assert (world.columns.sent[others] > 0.0).all()
    me = standing_of(world, 5)
    assert me.pay == pytest.approx(me.own_pay, rel=0.05)


def test_who_joins_others_reckons_with_what_their_top_keeps_and_what_he_leaves_behind():
    world = two_groups()
    rows = columns_of(world, 0)
    me = standing_of(world, 6)
    assert uncontested(me) < 1.0
    world.columns.sent[rows], world.columns.received[rows] = 0.0, 0.0
    assert share_of_top(world, rows) == 0.0
    whole = merged_pay(world, me, rows)
    world.columns.sent[rows] = 0.2 * world.columns.revenue[rows]
    assert share_of_top(world, rows) == pytest.approx(0.2)
    assert merged_pay(world, me, rows) < whole
    assert merged_pay(world, me._replace(single=True), rows) > merged_pay(world, me, rows)


def test_a_group_in_a_firms_service_takes_nobody_in():
    world = two_groups()
    assert offers_to(world, standing_of(world, 1)).partner != NO_ROW
    world.columns.service[columns_of(world, int(world.columns.group[5]))] = FIRM
    assert offers_to(world, standing_of(world, 1)).partner == NO_ROW


def test_while_there_is_no_leader_the_column_of_the_committee_is_one_like_others():
    world = quiet(fresh())
    centre = int(world.groups.centre[0])

    def at_hand() -> bool:
        values = affiliation_values(world, standing_of(world, centre), every_offer(world, centre))
        return bool(np.isfinite(values[AFFILIATIONS.index("independent")]))

    assert not at_hand()
    vacate_top(world, 0)
    assert int(world.groups.centre[0]) == centre
    assert at_hand()
    assert AFFILIATIONS.index("independent") == INDEPENDENT


def test_authority_of_who_leaves_is_not_cut_for_the_vacant_post_that_he_leaves():
    held, vacant = quiet(fresh()), quiet(fresh())
    vacate_top(vacant, 0)
    born = [world.groups.authority[split(world, 5)] for world in (held, vacant)]
    assert born[0] == pytest.approx(born[1])


def test_a_group_that_ends_frees_those_who_were_bound_to_it():
    world = two_groups()
    third = new_group(world)
    contests._ally(world, 0, third, 0, contests.PACT_STRENGTH)
    close_if_empty(world, third)
    assert world.groups.allied[0] == NO_ROW
    assert world.groups.alliance[0] == 0.0


def test_those_who_return_join_no_column_in_a_firms_service():
    world = quiet(fresh())
    members = world.members
    gone = members_of(world, 3)[-8:]
    members.status[gone] = QUIT
    world.columns.service[:8] = FIRM
    world.p = world.p.replace(relapse_rate=0.999999, check=False)
    for month in range(12):
        world.week = 4 * month
        recruitment._return(world)
    assert (members.status[gone] == QUIT).all()
    world.columns.service[3] = NO_ROW
    for month in range(12, 60):
        world.week = 4 * month
        recruitment._return(world)
    back = gone[members.status[gone] == ACTIVE]
    assert len(back)
    assert (members.column[back] == 3).all()


def test_what_the_valley_would_yield_to_a_full_protector_does_not_hang_on_who_is_there():
    world = fresh()
    set_terms(world, look(world))
    strong = world.firms.full_fee.copy()
    world.columns.armed[:] = 1.0
    set_terms(world, look(world))
    assert np.allclose(world.firms.full_fee, strong, rtol=0.02)


def test_without_an_event_both_forms_of_the_response_to_eradication_are_the_same():
    base = vraem.load("baseline", ["run.households=400"])
    worlds = [
        vraem.new_world(base.with_({"switches.eradication_response": form}), 1)
        for form in ("negative", "positive")
    ]
    risk = np.full(3, 0.2, dtype=np.float32)
    p = worlds[0].p
    at_rest = np.full(3, 1.0 / (quiet_at_rest(p) + 1.0 + p.grower_risk_prior_beta), dtype=np.float32)
    fears = [planting._fear(world, risk, at_rest) for world in worlds]
    assert np.allclose(*fears, rtol=1e-6)
    taught = [planting._fear(world, risk, at_rest + np.float32(0.05)) for world in worlds]
    assert (taught[1] < fears[1]).all()
    assert np.allclose(taught[0], fears[0])


def test_a_commander_who_joins_a_column_without_one_takes_its_command():
    world = quiet(fresh())
    small = 2
    other = nearest_column(world, small)
    commander = int(world.columns.commander[small])
    world.members.rank[world.columns.commander[other]] = COMMANDER - 1
    world.columns.commander[other] = NO_ROW
    _join_nearest(world, small)
    assert world.columns.commander[other] == commander
    assert _commanders_without(world) == 0


def _commanders_without(world: World) -> int:
    """Persons with the rank of commander who command nothing."""
    rank, status = used(world.members, "rank"), used(world.members, "status")
    posts = set(used(world.columns, "commander").tolist())
    rows = np.flatnonzero((rank == COMMANDER) & (status == ACTIVE)).tolist()
    return sum(row not in posts for row in rows)
