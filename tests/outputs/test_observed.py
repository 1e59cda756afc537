"""Observed values: read from the fact table, converted, and without the rows that a better one contradicts."""

from datetime import date

import pytest

from vraem.experiment import observed
from vraem.valley import facts_table


def test_area_is_the_surveyed_series_of_every_year_of_the_pattern():
    area = observed.coca_area()
    assert [area[year].value for year in (2012, 2016, 2022)] == [19_965, 20_304, 35_709]
    assert set(range(2012, 2023)) <= set(area)
    assert area[2014].end == date(2014, 12, 31)


def test_a_price_in_soles_is_converted_at_the_rate_of_its_own_year():
    paste = {seen.start: seen for seen in observed.prices("paste")}
    april = paste[date(2020, 4, 1)]
    assert april.place == observed.COUNTRY
    assert april.value == pytest.approx(2056 / 3.385)


def test_no_period_of_a_place_is_counted_twice_in_soles_and_dollars():
    for product in ("leaf", "paste", "hcl"):
        seen = [(price.place, price.start, price.end) for price in observed.prices(product)]
        assert len(seen) == len(set(seen))
    leaf = {seen.start: seen.value for seen in observed.prices("leaf")}
    assert leaf[date(2020, 4, 1)] == 1.24


def test_a_price_of_all_peru_stands_in_only_where_the_valley_has_none():
    for product in ("leaf", "paste", "hcl"):
        prices = observed.prices(product)
        valley = [seen for seen in prices if seen.place == observed.VALLEY]
        for seen in prices:
            if seen.place == observed.COUNTRY:
                assert not any(seen.overlaps(other) for other in valley)
        assert valley


def test_prices_are_in_order_of_time_and_their_ranges_hold_them():
    for product in ("leaf", "paste", "hcl"):
        prices = observed.prices(product)
        assert [seen.middle for seen in prices] == sorted(seen.middle for seen in prices)
        assert all(seen.low <= seen.value <= seen.high for seen in prices)


def test_rows_set_aside_exist_and_are_left_out():
    rows = {(row["series"], row["place"], row["period_start"]) for row in facts_table("economy")}
    assert set(observed.SET_ASIDE) <= rows
    assert date(2020, 2, 1) not in [seen.start for seen in observed.prices("leaf")]
    assert date(2012, 11, 1) not in [seen.start for seen in observed.prices("hcl")]


def test_the_exchange_rate_is_that_of_the_shortest_period_that_holds_the_day_or_of_the_nearest():
    assert observed.soles_per_dollar(date(2021, 1, 15)) == 3.63
    assert observed.soles_per_dollar(date(2020, 6, 1)) == 3.385
    assert observed.soles_per_dollar(date(2017, 1, 1)) == 2.99


def test_the_middle_of_a_month_and_of_a_year_is_where_a_chart_puts_it():
    leaf = {seen.start: seen for seen in observed.prices("leaf")}
    assert leaf[date(2020, 4, 1)].middle == date(2020, 4, 16)
    assert leaf[date(2022, 1, 1)].middle == date(2022, 7, 2)


def test_the_valley_held_37_to_38_percent_of_the_surveyed_area_in_2022():
    assert observed.valley_share()[2022] == pytest.approx(35_709 / 95_008)


def test_shares_reported_for_seizures_and_callao_are_shares():
    assert [seen.value for seen in observed.callao_share()] == [0.4]
    assert {seen.start.year: seen.value for seen in observed.seized_share()} == {
        2014: 0.02,
        2018: 0.07,
        2021: 0.1,
    }
