"""Grid and communities: known facts hold, shares sum, land suffices."""

import numpy as np
import pytest

from vraem.valley import CELL_HA, COLS, REGIONS, RIVERS, ROWS, Valley, cell_of, centre_of, facts_table
from vraem.valley.communities import DISTRICT_SHARE, HOUSEHOLDS, LAND_PER_HOUSEHOLD_HA, _filled

LEADING = (
    "Llochegua",
    "Santa Rosa",
    "Pichari",
    "Vizcatan del Ene",
    "Kimbiri",
    "Samugari",
    "Sivia",
    "Canayre",
    "Rio Tambo",
)


def place_cell(name: str) -> tuple[int, int]:
    row = next(row for row in facts_table("places") if row["name"] == name)
    return int(row["row"]), int(row["col"])


def test_every_layer_of_the_grid_covers_133_by_101_cells(valley: Valley):
    for name in valley.grid.__dataclass_fields__:
        assert getattr(valley.grid, name).shape == (ROWS, COLS) == (133, 101), name


@pytest.mark.parametrize("name", ["Pichari", "Mayapo", "Satipo", "Villa Virgen", "Kiteni"])
def test_towns_lie_in_the_cell_of_their_coordinates(name: str):
    row = next(row for row in facts_table("places") if row["name"] == name)
    assert cell_of(float(row["lat"]), float(row["lon"])) == place_cell(name)


def test_cell_centres_lie_in_their_own_cells():
    for row, col in ((0, 0), (81, 52), (132, 100)):
        assert cell_of(*map(float, centre_of(row, col))) == (row, col)


def test_a_point_outside_the_grid_is_refused():
    with pytest.raises(ValueError, match="outside the grid"):
        cell_of(-12.05, -77.15)


def test_pichari_lies_on_the_valley_floor_in_cusco(valley: Valley):
    row, col = place_cell("Pichari")
    assert 500 < valley.grid.elevation_m[row, col] < 700
    district = valley.grid.district_id[row, col] - 1
    assert valley.districts.name[district] == "Pichari"
    assert REGIONS[valley.districts.region[district]] == "Cusco"


@pytest.mark.parametrize("river", [name for name in RIVERS if name])
def test_a_river_is_a_chain_of_cells_broken_only_by_the_edge_of_the_grid(valley: Valley, river: str):
    from scipy.ndimage import label

    parts = {row["part"] for row in facts_table("rivers") if row["river"] == river}
    cells = valley.grid.river == RIVERS.index(river)
    assert 1 <= label(cells, np.ones((3, 3)))[1] <= len(parts)


def test_apurimac_mantaro_perene_ene_and_tambo_join_into_one_water(valley: Valley):
    from scipy.ndimage import label

    pieces, _ = label(valley.grid.river > 0, np.ones((3, 3)))
    joined = valley.grid.river[pieces == pieces[place_cell("Puerto Ene")]]
    names = {RIVERS[code] for code in joined}
    assert {"apurimac", "mantaro", "perene", "ene", "tambo"} <= names


def test_coca_stands_only_in_the_belt_and_in_its_districts(valley: Valley):
    suitability, elevation = valley.grid.suitability, valley.grid.elevation_m
    assert suitability.min() == 0.0
    assert suitability.max() <= 1.0
    assert suitability[(elevation < 350) | (elevation > 2050)].max() == 0.0
    role = np.array(("none", *valley.districts.coca_role))[valley.grid.district_id]
    assert suitability[role == "none"].max() == 0.0


def test_forest_ends_at_the_puna(valley: Valley):
    forest, elevation = valley.grid.forest_share, valley.grid.elevation_m
    assert 0.0 <= forest.min() <= forest.max() <= 1.0
    assert forest[elevation > 4000].max() < 0.05
    assert forest[(elevation > 600) & (elevation < 2000)].mean() > 0.7


def test_communities_are_settled_cells_in_row_major_order(valley: Valley):
    place = valley.communities
    assert 500 <= len(place) <= 700
    assert (np.diff(place.cell) > 0).all()
    np.testing.assert_array_equal(place.cell, place.row.astype(int) * COLS + place.col)
    assert (place.settlements > 0).all()
    assert (valley.grid.settlements.ravel()[place.cell] == place.settlements).all()


def test_household_shares_sum_to_one_and_none_is_negative(valley: Valley):
    share = valley.communities.household_share
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert share.min() >= 0.0


def test_households_by_region_follow_the_published_shares_of_coca(valley: Valley):
    place = valley.communities
    held = np.bincount(place.region, weights=place.household_share, minlength=len(REGIONS))
    assert held[:3] == pytest.approx([0.62, 0.22, 0.16], abs=0.01)


def test_nine_districts_hold_about_eighty_percent_of_the_households(valley: Valley):
    numbers = [valley.districts.name.index(name) + 1 for name in LEADING]
    held = valley.communities.household_share[np.isin(valley.communities.district_id, numbers)].sum()
    assert 0.78 <= held <= 0.90


def test_marginal_districts_hold_few_households(valley: Valley):
    place = valley.communities
    marginal = np.array(valley.districts.coca_role)[place.district_id - 1] == "marginal"
    assert marginal.any()
    assert place.household_share[marginal].sum() < 0.03


def test_no_community_is_larger_than_three_hundred_households(valley: Valley):
    assert (valley.communities.household_share * HOUSEHOLDS).max() <= 300.5


def test_the_farms_fit_the_land_of_every_community(valley: Valley):
    place = valley.communities
    farmed = place.household_share * HOUSEHOLDS * LAND_PER_HOUSEHOLD_HA
    assert (farmed <= place.suitable_ha * 1.001 + 1e-3).all()
    assert 150_000 <= place.suitable_ha.sum() <= 300_000


def test_land_is_not_counted_twice(valley: Valley):
    usable = (valley.grid.suitability * CELL_HA).sum()
    assert valley.communities.suitable_ha.sum() < usable
    assert valley.communities.forest_ha.sum() <= (valley.grid.forest_share * CELL_HA).sum()


def test_every_district_share_names_a_district_with_communities(valley: Valley):
    assert sum(DISTRICT_SHARE.values()) == pytest.approx(1.0)
    settled = {valley.districts.name[number - 1] for number in valley.communities.district_id}
    assert set(DISTRICT_SHARE) == settled


def test_what_a_cap_cuts_off_goes_to_the_others():
    share = _filled(np.array([8.0, 1.0, 1.0]), np.array([0.4, 1.0, 1.0]), 1.0)
    assert share == pytest.approx([0.4, 0.3, 0.3])


def test_caps_that_hold_too_little_are_reported():
    with pytest.raises(ValueError, match=r"hold 0\.5000 of the households, not 1\.0000"):
        _filled(np.ones(2), np.full(2, 0.25), 1.0)


def test_labels_are_no_finer_than_a_named_place_and_its_district(valley: Valley):
    for label, district in zip(valley.communities.label, valley.communities.district_id, strict=True):
        assert label.startswith("near ")
        assert label.endswith(f", {valley.districts.name[district - 1]} district")


def test_the_core_lies_around_the_mouth_of_the_mantaro(valley: Valley):
    place = valley.communities
    names = {valley.districts.name[number - 1] for number in place.district_id[place.core]}
    assert {"Canayre", "Vizcatan del Ene", "Llochegua"} <= names
    assert not names & {"Santa Rosa", "Kimbiri", "Samugari", "Mazamari"}
    np.testing.assert_array_equal(place.core, place.core_km <= 25.0)


def test_neighbours_see_each_other_within_eight_kilometres(valley: Valley):
    place, near = valley.communities, valley.neighbours
    assert near.indptr[-1] == len(near.indices)
    assert (np.diff(near.indptr) >= 1).all()
    pairs = set()
    for community in range(len(place)):
        pairs |= {(community, int(other)) for other in valley.neighbours_of(community)}
    assert all((other, one) in pairs and one != other for one, other in pairs)
    one, other = np.array(sorted(pairs)).T
    away = 2.0 * np.hypot(
        place.row[one].astype(int) - place.row[other], place.col[one].astype(int) - place.col[other]
    )
    distance = np.full(len(place), np.inf)
    np.minimum.at(distance, one, away)
    lonely = distance > 8.0
    assert (away[~lonely[one] & ~lonely[other]] <= 8.0).all()
    assert lonely.mean() < 0.02
