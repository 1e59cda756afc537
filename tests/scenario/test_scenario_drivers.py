"""Drivers follow their rows, and the declared rule of their kind where no row stands."""

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vraem.scenario import DRIVER_KINDS, DriverRow, Drivers, ScenarioError, load
from vraem.scenario.driver_series import history_rows


def day(text):
    return datetime.date.fromisoformat(text)


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def row(name, start, end, value):
    return DriverRow(name, day(start), day(end), value)


HISTORY = Drivers.from_rows(history_rows(), table="history")


def test_the_history_names_only_known_drivers_and_covers_all_of_them():
    assert {r.name for r in history_rows()} == set(DRIVER_KINDS) == set(HISTORY.segments)
    assert all(0 <= r.value <= DRIVER_KINDS[r.name].high and r.start <= r.end for r in history_rows())


def test_the_border_price_runs_straight_across_a_gap_and_is_held_at_both_ends():
    dates = days("2005-01-01", "2018-12-31", "2019-04-01", "2019-07-01", "2023-03-31", "2035-01-01")
    values = HISTORY.weekly("border_price_index", dates)
    middle = 1.38 + (1.55 - 1.38) * 91 / 182
    assert values == pytest.approx([0.83, 1.38, middle, 1.55, 0.75, 0.75])


def test_a_later_start_wins_where_rows_overlap():
    dates = days("2020-03-15", "2020-03-16", "2020-05-01", "2020-10-01", "2022-12-31")
    assert HISTORY.weekly("capacity_air", dates) == pytest.approx([0.45, 0.10, 0.28, 0.45, 0.45])


def test_the_shorter_row_leaves_the_longer_one_standing_after_it():
    drivers = Drivers.from_rows(
        [
            row("capacity_foot", "2012-01-01", "2012-12-31", 0.5),
            row("capacity_foot", "2012-03-01", "2012-03-31", 0.1),
        ]
    )
    dates = days("2012-02-29", "2012-03-01", "2012-03-31", "2012-04-01", "2013-01-01")
    assert drivers.weekly("capacity_foot", dates) == pytest.approx([0.5, 0.1, 0.1, 0.5, 1.0])


def test_closures_end_with_their_rows_but_the_regime_of_the_air_bridge_goes_on():
    before, after = days("2012-01-02"), days("2030-01-01")
    for name in ("capacity_foot", "capacity_road", "capacity_river"):
        assert HISTORY.weekly(name, before) == HISTORY.weekly(name, after) == 1.0
    assert HISTORY.weekly("capacity_air", before) == HISTORY.weekly("air_cost_multiplier", before) == 1.0
    assert HISTORY.weekly("capacity_air", after) == 0.45
    assert HISTORY.weekly("air_cost_multiplier", after) == 1.6
    assert HISTORY.weekly("announced_eradication_risk", after) == 0.0


def test_national_series_are_held_at_their_ends():
    dates = days("2000-01-01", "2015-06-01", "2035-01-01")
    assert HISTORY.weekly("national_eradication", dates) == pytest.approx([12033, 35868, 21628])
    assert HISTORY.weekly("rest_frontier_area", dates) == pytest.approx([37000, 37000, 79000])


def test_a_driver_without_rows_is_its_default_and_has_no_last_date():
    empty = Drivers.from_rows([])
    for name, kind in DRIVER_KINDS.items():
        assert np.array_equal(empty.weekly(name, days("2012-01-02", "2030-01-01")), [kind.default] * 2)
        assert empty.last_date(name) is None


def test_the_last_date_is_where_the_data_end():
    assert HISTORY.last_date("border_price_index") == day("2023-03-31")
    with pytest.raises(KeyError):
        HISTORY.last_date("border_price")


def test_rows_of_the_scenario_win_over_the_table_even_if_they_start_earlier():
    drivers = Drivers.from_rows(
        history_rows(), [row("capacity_air", "2012-01-01", "2025-12-31", 0.9)], "history"
    )
    assert drivers.weekly("capacity_air", days("2020-04-01", "2030-01-01")) == pytest.approx([0.9, 0.9])


def test_answers_keep_the_shape_of_the_dates():
    dates = np.arange("2012-01-02", "2012-03-26", 7, dtype="datetime64[D]").reshape(3, 4)
    values = HISTORY.weekly("border_price_index", dates)
    assert values.shape == (3, 4)
    assert values.dtype == np.float64


rows_of_one_driver = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(0, 3), st.booleans()), max_size=12
)


@settings(max_examples=200, deadline=None)
@given(rows_of_one_driver)
def test_on_every_day_the_row_of_highest_rank_decides(drawn):
    first = day("2015-01-01").toordinal()
    made = [
        (own, DriverRow("capacity_foot", _day(first + start), _day(first + start + length), value / 2))
        for start, length, value, own in drawn
    ]
    drivers = Drivers.from_rows([r for own, r in made if not own], [r for own, r in made if own])
    ranked = sorted(enumerate(made), key=lambda item: (item[1][0], item[1][1].start, item[0]))
    for offset in range(-1, 95):
        date = _day(first + offset)
        holding = [r.value for _, (_, r) in ranked if r.start <= date <= r.end]
        expected = holding[-1] if holding else 1.0
        assert drivers.weekly("capacity_foot", days(str(date)))[0] == expected
    assert Drivers.from_rows(drivers.as_rows()) == drivers


def _day(ordinal):
    return datetime.date.fromordinal(ordinal)


def test_a_scenario_may_bring_its_own_table(tmp_path):
    (tmp_path / "own.csv").write_text(
        "driver,start,end,value,note\nborder_price_index,2012-01-01,2012-12-31,0.5,\n", encoding="utf-8"
    )
    file = tmp_path / "own.toml"
    file.write_text(
        'extends = "baseline"\nname = "own"\ndescription = "d"\n[drivers]\ntable = "own.csv"\n',
        encoding="utf-8",
    )
    scenario = load(file)
    assert scenario.drivers.weekly("border_price_index", days("2020-01-01")) == 0.5
    assert scenario.drivers.weekly("capacity_air", days("2020-04-01")) == 1.0
    again = tmp_path / "elsewhere" / "resolved.toml"
    again.parent.mkdir()
    again.write_text(scenario.to_toml(), encoding="utf-8")
    assert load(again) == scenario
    assert load(again).id == scenario.id


def test_a_table_that_is_not_csv_is_answered_with_its_line(tmp_path):
    (tmp_path / "own.csv").write_text('driver,start,end,value\n"open,2012-01-01\n', encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(
        'extends = "baseline"\nname = "own"\ndescription = "d"\ndrivers.table = "own.csv"\n', encoding="utf-8"
    )
    with pytest.raises(ScenarioError, match=r"own\.csv:2: got a row that is not CSV"):
        load(file)
