"""D1 D6 D7: the units of the start, patrols, presence that comes and goes, and where controls go."""

import datetime as dt

import numpy as np
import pytest

from vraem.processes import allocation, forces
from vraem.processes.allocation import place_of_seizures
from vraem.valley import ROUTES
from vraem.world import World
from vraem.world.build_security import BASES, OUT, ROTATION
from vraem.world.declarations import EXPORTED, SEIZED
from vraem.world.presence import presence_of, state_presence
from vraem.world.security_tables import (
    ERADICATE,
    ERADICATION_CREW,
    MOVE,
    PATROL,
    PORT_CONTROL,
    POST,
    ROAD_CONTROL,
    SPECIAL_TEAM,
    UNIT_KINDS,
    USUAL_MORALE,
)

from .worlds import SETTLED, advance, control_factor, day, make_world, settled, state, used, with_parameters

ADAPTIVE = ("last_seizures", "bandit")


def of_kind(world: World, kind: int) -> np.ndarray:
    return np.flatnonzero(used(world.units, "kind") == kind)


# the start


def test_about_three_hundred_units_of_every_kind_stand_at_the_start():
    world = make_world()
    count = np.bincount(used(world.units, "kind"), minlength=len(UNIT_KINDS))
    assert 220 <= world.units.count <= 340
    assert (count > 0).all()


def test_every_historic_post_stands_where_it_was_reported():
    world = make_world()
    posts = world.valley.posts
    assert np.array_equal(used(world.units, "cell")[: len(posts.cell)], posts.cell)


@pytest.mark.parametrize("bases", [29, 40, 70])
def test_bases_are_as_many_as_the_table_says(bases: int):
    fewer = make_world(parameters__bases_initial=29)
    world = make_world(parameters__bases_initial=bases)
    known = sum(kind in BASES for kind in world.valley.posts.kind)
    assert len(of_kind(world, POST)) - len(of_kind(fewer, POST)) == bases - 29
    assert known < 29


def test_most_bases_stand_near_the_valley_but_not_all_in_one_place():
    world = make_world()
    posts = of_kind(world, POST)
    places = world.units.cell[posts]
    assert len(np.unique(places)) > 0.6 * len(posts)
    near = world.communities.state_presence
    share = world.valley.communities.household_share
    assert (near * share).sum() > near.mean()  # where households live, presence is above the mean of places


def test_a_scenario_that_describes_its_posts_has_these_alone():
    post = {"place": "Pichari", "kind": "army_base", "force": "army", "strength": 80.0}
    later = post | {"place": "Kimbiri", "start": day(10), "end": day(20)}
    world = make_world(post=[post, later])
    posts = of_kind(world, POST)
    assert len(posts) == 2
    world.units.strength[of_kind(world, PATROL)] = 0.0
    kimbiri = int(world.units.community[posts[1]])
    presence = {}
    for week in (5, 10, 20, 21):
        world.week = week
        presence[week] = state_presence(world)[kimbiri]
    assert presence[5] == presence[21] < presence[10] - 0.5
    assert presence[10] == presence[20]


def test_fewer_than_half_of_the_patrols_are_out_each_in_its_turn():
    world = settled()
    patrols = of_kind(world, PATROL)
    assert len(patrols) == round(world.p.patrols_in_field * ROTATION / OUT)
    out = []
    for _ in range(9):
        advance(world, 4)
        out.append(used(world.units, "task")[patrols] == MOVE)
    by_month = np.sum(out, axis=1)
    assert np.allclose(by_month, world.p.patrols_in_field, atol=2.0)
    assert (np.sum(out, axis=0) == 4).all()


def test_patrols_stay_near_their_base():
    world = settled()
    hours = world.valley.community_hours
    patrols = of_kind(world, PATROL)
    seen = set()
    for _ in range(6):
        advance(world, 4)
        there, home = world.units.community[patrols], world.units.home[patrols]
        seen.update(there.tolist())
        rank = (hours[home] < hours[home, there][:, None]).sum(axis=1)
        assert (rank < forces.PATROL_PLACES).all()
    assert len(seen) > 60


# presence


def test_presence_falls_with_walking_time_from_a_post():
    world = make_world()
    units = world.units
    units.strength[: units.count] = 0.0
    post = int(of_kind(world, POST)[0])
    units.strength[post] = 100.0
    world.security.fixed_presence = None
    presence = state_presence(world)
    hours = world.valley.community_hours[units.community[post]]
    assert presence[units.community[post]] == pytest.approx(1.0)
    assert np.allclose(presence, np.exp(-hours / world.p.presence_reach), rtol=1e-4, atol=1e-6)


def test_an_order_of_presence_adds_units_and_takes_them_away_again():
    event = {
        "kind": "presence",
        "districts": ["Kimbiri"],
        "posts": 3,
        "patrols": 4,
        "strength": 50.0,
        "start": day(6),
        "end": day(40),
    }
    world, plain = make_world(event=[event]), make_world()
    district = world.valley.districts.name.index("Kimbiri") + 1
    inside = world.valley.communities.district_id == district

    def gain() -> float:
        return float((world.communities.state_presence - plain.communities.state_presence)[inside].mean())

    advance(world, 6), advance(plain, 6)
    assert state(world) == state(plain)
    advance(world, 7), advance(plain, 7)
    new = np.arange(plain.units.count, world.units.count)
    assert (world.units.kind[new] == [POST] * 3 + [PATROL] * 4).all()
    assert inside[world.units.home[new]].all()
    assert (world.units.strength[new] == 50.0).all()
    assert gain() > 0.5
    advance(world, 33), advance(plain, 33)
    # what is left is that the two worlds have gone different ways since
    assert abs(gain()) < 0.1


def test_presence_put_together_from_parts_is_that_of_all_units():
    from vraem.world.presence import SEEN_ON_THE_GROUND, presence_of, standing
    from vraem.world.security_tables import REST

    world = settled()
    units = world.units
    count = units.count
    seen = SEEN_ON_THE_GROUND[units.kind[:count]] & (units.task[:count] != REST) & standing(world)
    assert np.allclose(state_presence(world), presence_of(world, np.flatnonzero(seen)), rtol=1e-4)


def test_crews_go_where_eradication_is_ordered_and_come_back():
    event = {
        "kind": "eradication",
        "hectares": 50.0,
        "districts": ["Pichari"],
        "start": day(3),
        "end": day(9),
    }
    world = advance(make_world(event=[event]), 5)
    crews = of_kind(world, ERADICATION_CREW)
    district = world.valley.communities.district_id[world.units.community[crews]]
    assert (used(world.units, "task")[crews] == ERADICATE).all()
    assert (district == world.valley.districts.name.index("Pichari") + 1).all()
    advance(world, 8)
    assert np.array_equal(world.units.community[crews], world.units.home[crews])


def test_teams_come_home_after_their_rest():
    world = settled()
    teams = of_kind(world, SPECIAL_TEAM)
    world.units.community[teams[0]] = 5
    world.units.task[teams[0]] = 2
    world.units.free_from[teams[0]] = world.week + 1
    advance(world, 8)
    assert (used(world.units, "free_from")[teams] <= world.week + 8).all()
    resting = world.units.task[teams] == 5
    assert np.array_equal(world.units.community[teams][resting], world.units.home[teams][resting])


# allocation


def stop_loads(world: World, cell: int, loads: int = 12) -> World:
    """Loads on the road to Callao that were stopped at `cell`, and as many that got through."""
    shipments = world.shipments
    first = shipments.count
    shipments.grow(first + 2 * loads)
    shipments.count = first + 2 * loads
    rows = slice(first, first + 2 * loads)
    shipments.route[rows] = ROUTES.index("road_callao")
    shipments.cell[rows] = cell
    shipments.status[first : first + loads] = SEIZED
    shipments.status[first + loads : first + 2 * loads] = EXPORTED
    world.security.settled_loads = first
    world.first_under_way = shipments.count
    return world


def test_a_load_that_is_stopped_counts_for_the_nearest_control_of_its_way_and_is_forgotten_in_a_year():
    world = settled()
    control = int(of_kind(world, ROAD_CONTROL)[7])
    world.units.seizures[: world.units.count] = 0.0
    stop_loads(world, int(world.units.cell[control]))
    allocation.allocate(world, 4)
    memory = used(world.units, "seizures")
    same_cell = np.flatnonzero(used(world.units, "cell") == world.units.cell[control])
    assert memory.sum() == 12.0
    assert memory[same_cell].sum() == 12.0
    allocation.allocate(world, 52)
    assert memory.sum() == pytest.approx(12.0 * np.exp(-52 / 52.1775))


def under_form(form: str) -> World:
    world = make_world(switches__allocation=form, parameters__allocation_turnover=0.3)
    return world


def test_controls_stay_under_the_static_form_and_factors_are_those_of_the_start():
    world = settled()
    controls = of_kind(world, ROAD_CONTROL)
    before = world.units.community[controls].copy()
    stop_loads(world, int(world.units.cell[controls[0]]), 50)
    for _ in range(6):
        allocation.allocate(world, 4)
        world.week += 4
    assert np.array_equal(world.units.community[controls], before)
    assert control_factor(world) is None
    assert world.security.control_factor is None


@pytest.mark.parametrize("form", ADAPTIVE)
def test_controls_gather_where_loads_were_stopped_under_the_adaptive_forms(form: str):
    world = under_form(form)
    controls = of_kind(world, ROAD_CONTROL)
    hours = world.valley.community_hours
    at = int(world.units.community[controls[3]])
    before = hours[at, world.units.community[controls]].mean()
    for _ in range(12):
        stop_loads(world, int(world.units.cell[controls[3]]), 20)
        allocation.allocate(world, 4)
        world.week += 4
    assert hours[at, world.units.community[controls]].mean() < 0.7 * before
    factor = control_factor(world)
    assert factor is not None
    assert factor.shape == world.firms.route_share.shape
    assert (factor >= 0.5).all()
    assert (factor <= 2.0).all()
    road, air = ROUTES.index("road_callao"), ROUTES.index("air")
    assert factor[road].std() > 0.0
    assert factor[air].std() >= 0.0


def test_the_bandit_tries_places_anywhere_now_and_then_and_the_other_form_does_not():
    worlds = {form: under_form(form) for form in ADAPTIVE}
    share = {}
    for form, world in worlds.items():
        rows = of_kind(world, ROAD_CONTROL)
        world.units.seizures[rows[5]] = 30.0
        draws = world.streams.uniform_double("allocation", 1, 0, 4000).reshape(-1, 2)
        rows = np.resize(rows, 2000)
        home = world.units.home[rows].astype(np.int64)
        to = place_of_seizures(world, rows, home, draws)
        best = to == world.units.community[of_kind(world, ROAD_CONTROL)[5]]
        share[form] = (best.mean(), (~best & (to != home)).mean())
    p = worlds["bandit"].p
    assert share["last_seizures"][0] == pytest.approx(p.allocation_learning, abs=0.06)
    assert share["last_seizures"][1] < 0.01
    assert share["bandit"][1] == pytest.approx(p.allocation_exploration, abs=0.04)


def test_a_new_post_raises_detection_on_foot_near_it_only():
    world = settled()
    firm = int(world.firms.base[0])
    forces.follow_on(world, firm, "post", world.week + 50)
    factor = control_factor(world)
    assert factor is not None
    foot = factor[ROUTES.index("foot")]
    assert foot[0] > 1.0
    assert np.allclose(np.delete(factor, ROUTES.index("foot"), axis=0), 1.0)
    world.week += 51
    factor = control_factor(world)
    assert factor is None or np.allclose(factor, 1.0)


def test_a_second_removal_prolongs_a_post_and_never_shortens_it():
    world = settled()
    count, week = world.units.count, world.week
    for until, stands in ((50, 50), (10, 50), (80, 80)):
        forces.follow_on(world, 5, "post", week + until)
        assert world.units.count == count + 1
        assert world.units.until[count] == week + stands


def test_the_port_control_stands_on_the_way_to_callao():
    world = make_world()
    port = of_kind(world, PORT_CONTROL)
    gateways = world.valley.gateways
    leads = [gateways.leads_to[i] for i in np.flatnonzero(np.isin(gateways.cell, world.units.cell[port]))]
    assert any("Callao" in text for text in leads)


def test_more_persons_in_the_port_stop_more_of_what_goes_to_callao_and_nothing_else():
    world = settled()
    forces.reinforce(world, of_kind(world, PORT_CONTROL), np.full(10, 20.0))
    factor = world.security.control_factor
    assert factor is not None
    to_callao = [ROUTES.index(route) for route in ("foot", "road_callao")]
    assert (factor[to_callao] > 1.0).all()
    assert np.allclose(np.delete(factor, to_callao, axis=0), 1.0)
    forces.reinforce(world, of_kind(world, PORT_CONTROL), np.full(10, -20.0))
    assert np.allclose(
        world.security.control_factor if world.security.control_factor is not None else 1.0, 1.0
    )


def test_a_load_to_callao_passes_one_of_the_controls_of_the_port_and_none_that_was_sent_away():
    world = settled()
    port = of_kind(world, PORT_CONTROL)
    plain = world.security.way_corruption
    forces.send_units(world, port, np.full(len(port), 100))
    factor = world.security.control_factor
    assert factor is not None
    to_callao = [ROUTES.index(route) for route in ("foot", "road_callao")]
    assert (factor[to_callao] < 1.0).all()
    assert np.allclose(np.delete(factor, to_callao, axis=0), 1.0)
    one = world.units.strength[port].mean() / allocation.PERSONS_PER_CONTROL
    watch = np.einsum(
        "rfu,ru->rf",
        world.routes.near[:, :, used(world.units, "cell")],
        (allocation.BY_ROUTE[:, used(world.units, "kind")] & allocation.CONTROLS[used(world.units, "kind")])
        * used(world.units, "strength")
        / allocation.PERSONS_PER_CONTROL,
    )
    expected = ((1.0 + watch) / (1.0 + watch + one)) ** world.p.control_effect
    np.testing.assert_allclose(factor[to_callao], expected[to_callao], rtol=1e-5)
    assert plain is not None


def test_a_fork_under_another_effect_of_controls_has_it_from_its_first_week():
    from vraem import engine

    from .worlds import scenario

    world = settled()
    controls = of_kind(world, ROAD_CONTROL)
    forces.reinforce(world, controls, world.units.strength[controls].astype(float))
    fork = engine.fork(world, scenario(104, parameters__control_effect=0.2))
    found = fork.security.control_factor
    assert found is not None
    expected = control_factor(with_parameters(world.copy(), control_effect=0.2))
    np.testing.assert_array_equal(found, expected)


def test_a_fork_between_two_looks_sees_the_controls_of_the_last_look_as_a_lone_run_does():
    from vraem import engine

    from .worlds import scenario

    post = {
        "place": "Pichari",
        "kind": "control_post",
        "force": "police",
        "strength": 80.0,
        "end": day(SETTLED + 2),
    }
    alone = advance(make_world(post=[post]), SETTLED + 4)  # given up since the last look, in week 31
    fork = engine.fork(alone, scenario(104, post=[post]))
    assert control_factor(alone.copy()) is not None
    assert fork.security.control_factor is alone.security.control_factor
    assert state(advance(fork, 6)) == state(advance(alone, 6))


def test_a_control_with_more_persons_stops_more_and_one_with_none_as_if_it_were_gone():
    world = settled()
    controls = of_kind(world, ROAD_CONTROL)
    forces.reinforce(world, controls, world.units.strength[controls].astype(float))
    more = world.security.control_factor
    assert more is not None
    road = ROUTES.index("road_callao")
    assert (more[road] >= 1.0).all()
    assert more[road].max() > 1.0
    forces.reinforce(world, controls, np.full(len(controls), -1e4))
    none = world.security.control_factor
    assert none is not None
    gone = settled()
    gone.units.until[controls] = gone.week - 1
    expected = control_factor(gone)
    assert expected is not None
    np.testing.assert_allclose(none, expected)


# D1: morale


def test_a_unit_that_has_lost_its_own_is_less_seen_until_its_morale_is_back():
    world = settled()
    post = of_kind(world, POST)[0]
    world.units.morale[: world.units.count] = USUAL_MORALE
    usual = state_presence(world)
    world.units.morale[post] = USUAL_MORALE / 2.0
    shaken = state_presence(world)
    place = int(world.units.community[post])
    own = presence_of(world, np.array([post]))
    np.testing.assert_allclose(usual - shaken, own / 2.0, atol=1e-6)
    assert shaken[place] < usual[place]
    for _ in range(40):
        forces._recover(world)
    np.testing.assert_allclose(state_presence(world), usual, rtol=0.02)


def test_a_unit_that_is_not_out_has_no_presence_to_lose():
    world = settled()
    world.units.morale[: world.units.count] = USUAL_MORALE
    usual = state_presence(world)
    crew = of_kind(world, ERADICATION_CREW)
    world.units.morale[crew] = 0.0
    assert np.array_equal(state_presence(world), usual)


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_morale_comes_back_by_the_share_of_the_table_a_month(share: float):
    world = with_parameters(settled(), unit_morale_return=share)
    world.units.morale[: world.units.count] = 0.3
    forces._recover(world)
    assert used(world.units, "morale") == pytest.approx(0.3 + share * (USUAL_MORALE - 0.3), rel=1e-5)


def test_a_fork_and_a_run_of_its_own_end_in_the_same_state():
    from vraem import engine

    from .worlds import campaign, scenario

    plan = {"campaign": [campaign(SETTLED + 2, SETTLED + 20, follow_on="post", operations_per_month=8.0)]}
    fork = engine.fork(settled(), scenario(104, **plan))
    alone = make_world(weeks=104, **plan)
    advance(alone, SETTLED)
    assert state(advance(fork, 25)) == state(advance(alone, 25))
    assert fork.security.campaigns == alone.security.campaigns


def test_what_was_given_up_before_the_run_is_not_there():
    past = {"start": dt.date(2010, 3, 1), "end": dt.date(2011, 6, 30)}
    event = {"kind": "presence", "districts": ["Kimbiri"], "posts": 3, "patrols": 4, "strength": 50.0, **past}
    post = {"place": "Pichari", "kind": "army_base", "force": "army", "strength": 80.0}
    plain, more = make_world(), make_world(event=[event])
    advance(plain, 2), advance(more, 2)
    assert state(plain) == state(more)
    world = make_world(post=[post, post | {"place": "Kimbiri", **past}])
    assert len(of_kind(world, POST)) == 1


def test_a_post_that_a_scenario_describes_has_the_strength_given():
    post = {"place": "Pichari", "kind": "army_base", "force": "army", "strength": 500.0}
    world = make_world(post=[post])
    assert world.units.strength[of_kind(world, POST)].tolist() == [500.0]


def test_a_control_of_the_start_counts_as_one_until_it_ends():
    # one on the way of most loads by road: detection falls when it is given up, and is none the higher before
    post = {"place": "Pichari", "kind": "control_post", "force": "police", "strength": 80.0, "end": day(10)}
    world = make_world(post=[post])
    assert control_factor(world) is None
    world.week = 11
    after = control_factor(world)
    assert after is not None
    assert after.max() <= 1.0
    assert after.min() < 1.0
