"""Routes, travel times and posts."""

import numpy as np
import pytest

from vraem.valley import COLS, RIVERS, ROUTES, Valley, facts_table
from vraem.valley.network import BOARDING_HOURS, OVERLAND, build_steps, navigable
from vraem.valley.routes import GATEWAYS, WAITING_DAYS, build_tree, straight_line


def test_every_community_reaches_the_end_of_every_route(valley: Valley):
    routes = valley.routes
    count = len(valley.communities)
    for name in ("gateway", "travel_hours", "distance_km", "haul_cost", "controls", "weeks"):
        assert getattr(routes, name).shape == (5, count), name
    assert np.isfinite(routes.travel_hours).all()
    assert (routes.travel_hours > 0).all()
    assert (routes.distance_km > 0).all()
    for index, route in enumerate(ROUTES):
        ends = {valley.gateways.name[gateway] for gateway in routes.gateway[index]}
        assert ends <= set(GATEWAYS[route]), route


@pytest.mark.parametrize("route", ROUTES)
def test_a_path_runs_from_the_community_to_its_gateway_without_a_gap(valley: Valley, route: str):
    for community in range(0, len(valley.communities), 7):
        path = valley.path(community, route)
        gateway = valley.routes.gateway[ROUTES.index(route), community]
        assert path[0] == valley.communities.cell[community]
        assert path[-1] == valley.gateways.cell[gateway]
        row, col = np.divmod(path, COLS)
        assert (np.maximum(abs(np.diff(row)), abs(np.diff(col))) == 1).all()


def test_a_path_takes_a_route_by_number_or_name(valley: Valley):
    np.testing.assert_array_equal(valley.path(3, 4), valley.path(3, "river"))


def test_an_unknown_community_is_refused(valley: Valley):
    with pytest.raises(IndexError, match="no community 9999"):
        valley.path(9999, "air")


def test_haul_costs_are_small_and_never_negative(valley: Valley):
    assert valley.routes.haul_cost.min() >= 0.0
    assert valley.routes.haul_cost.max() <= 40.0


def test_the_way_over_the_highlands_takes_two_weeks_and_a_flight_one(valley: Valley):
    weeks, share = valley.routes.weeks, valley.communities.household_share
    assert weeks.min() >= 1
    assert (weeks[ROUTES.index("air")] == 1).all()
    assert weeks[ROUTES.index("foot")] @ share == pytest.approx(2.0, abs=0.4)
    assert set(np.unique(weeks[ROUTES.index("river")])) <= {1, 2}


def test_walking_to_huanta_from_the_mantaro_takes_about_three_nights(valley: Valley):
    """The trail T01 is described as about three nights."""
    label = [index for index, name in enumerate(valley.communities.label) if "near Union Mantaro" in name]
    hours = valley.routes.travel_hours[ROUTES.index("foot"), label].min()
    assert 18.0 <= hours <= 40.0


def test_loads_by_river_leave_by_boat_past_atalaya(valley: Valley):
    boats = navigable(valley.grid).ravel()
    for community in range(0, len(valley.communities), 29):
        assert boats[valley.path(community, "river")[-10:]].all()


def test_roads_lead_to_callao_over_the_gateways_of_the_west_and_north(valley: Valley):
    gateways = valley.gateways.name
    north = [index for index, name in enumerate(valley.communities.label) if "Mazamari district" in name]
    south = [index for index, name in enumerate(valley.communities.label) if "Santa Rosa district" in name]
    road = valley.routes.gateway[ROUTES.index("road_callao")]
    assert {gateways[gateway] for gateway in road[north]} == {"La Merced road"}
    assert {gateways[gateway] for gateway in road[south]} <= {"Huancayo", "Libertadores road"}


def test_controls_are_posts_near_the_path_without_airfields(valley: Valley):
    stops = valley.posts.cell[valley.posts.controls]
    assert "airfield" not in np.array(valley.posts.kind)[valley.posts.controls]
    post_row, post_col = np.divmod(stops, COLS)
    for community in (0, 150, 400, 650):
        row, col = np.divmod(valley.path(community, "road_puno"), COLS)
        apart = np.maximum(abs(row[:, None] - post_row), abs(col[:, None] - post_col))
        passed = (apart.min(axis=0) <= 1).sum()
        assert valley.routes.controls[ROUTES.index("road_puno"), community] == passed


def test_travel_between_communities_is_the_same_there_and_back(valley: Valley):
    hours = valley.community_hours
    count = len(valley.communities)
    assert hours.shape == (count, count)
    assert hours.dtype == np.float32
    np.testing.assert_array_equal(hours, hours.T)
    assert (np.diag(hours) == 0).all()
    off = ~np.eye(count, dtype=bool)
    assert (hours[off] > 0).all()
    assert np.isfinite(hours).all()


def test_no_detour_is_faster_than_the_direct_way(valley: Valley):
    hours = valley.community_hours[::23, ::23]
    best_detour = (hours[:, :, None] + hours[None, :, :]).min(axis=1)
    assert (hours <= best_detour + 1e-3).all()


def test_posts_reach_their_own_town_at_once(valley: Valley):
    assert valley.post_hours.shape == (len(valley.posts.town), len(valley.communities))
    row = {int(cell): index for index, cell in enumerate(valley.communities.cell)}
    at_home = [(post, row[int(cell)]) for post, cell in enumerate(valley.posts.cell) if int(cell) in row]
    assert at_home
    assert all(valley.post_hours[post, community] == 0 for post, community in at_home)


def test_posts_stand_at_towns_and_nowhere_finer(valley: Valley):
    towns = {
        (int(p["row"]), int(p["col"]))
        for p in facts_table("places")
        if p["kind"] in ("district_capital", "town")
    }
    assert all(divmod(int(cell), COLS) in towns for cell in valley.posts.cell)


def test_one_cell_stands_for_each_airstrip_district_and_holds_no_report(valley: Valley):
    reported = np.flatnonzero(valley.districts.airstrip_reports > 0) + 1
    held = valley.grid.district_id.ravel()[valley.airstrip_centres]
    np.testing.assert_array_equal(np.sort(held), reported)


def test_boats_are_faster_downstream_than_upstream(valley: Valley):
    steps = build_steps(valley.grid, OVERLAND)
    height, river = valley.grid.elevation_m.ravel(), valley.grid.river.ravel()
    boats = np.isin(river, [RIVERS.index("tambo")])
    boats &= valley.grid.road.ravel() == 0
    on_water = boats[steps.source] & boats[steps.target]
    down = on_water & (height[steps.target] < height[steps.source])
    up = on_water & (height[steps.target] > height[steps.source])
    assert down.any()
    assert (steps.km[down] / steps.hours[down]).min() > (steps.km[up] / steps.hours[up]).max()


def test_every_step_takes_time_and_covers_ground(valley: Valley):
    steps = build_steps(valley.grid, OVERLAND)
    assert (steps.hours > 0).all()
    assert (steps.km >= 2.0).all()
    assert BOARDING_HOURS > 0


def test_a_gateway_far_from_the_destination_is_avoided(valley: Valley):
    steps = build_steps(valley.grid, OVERLAND)
    near, far = 50 * COLS, 50 * COLS + COLS - 1
    tree = build_tree(steps, np.array([near, far], dtype=np.int32), np.array([0.0, 500.0]))
    assert (tree.end == 0).all()


def test_straight_lines_join_their_ends_step_by_step():
    line = straight_line(5 * COLS + 5, 9 * COLS + 20)
    row, col = np.divmod(line, COLS)
    assert (row[0], col[0], row[-1], col[-1]) == (5, 5, 9, 20)
    assert (np.maximum(abs(np.diff(row)), abs(np.diff(col))) == 1).all()


def test_every_route_has_its_waiting_time():
    assert set(WAITING_DAYS) == set(ROUTES) == set(GATEWAYS)
