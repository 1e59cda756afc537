"""The fact tables are complete, readable and say where they come from."""

import numpy as np
import pytest

from vraem.valley import (
    TABLES,
    district_names,
    facts_columns,
    facts_table,
    place_names,
    region_names,
)
from vraem.valley.tables import table_bytes


def test_every_table_has_the_rows_that_its_description_promises():
    rows = {name: len(facts_table(name)) for name in TABLES}
    assert rows == {
        "cells": 13_433,
        "districts": 47,
        "places": 95,
        "rivers": 149,
        "roads": 205,
        "gateways": 16,
        "posts": 28,
        "economy": 478,
        "events": 54,
        "organisation": 125,
        "security": 36,
    }


def test_an_unknown_table_is_answered_with_the_known_ones():
    with pytest.raises(KeyError, match=r"no fact table 'econmy'; known tables: cells, .*economy"):
        facts_table("econmy")


def test_columns_are_typed_and_empty_numbers_are_not_zero():
    posts = facts_columns("posts")
    assert posts["row"].dtype == np.int64
    undated = [row["first_year"] == "" for row in facts_table("posts")]
    assert posts["first_year"].dtype == np.float64
    np.testing.assert_array_equal(np.isnan(posts["first_year"]), undated)
    assert posts["town"].dtype.kind == "U"


def test_valley_area_and_prices_after_the_cut_are_kept_back():
    late_area = [
        r for r in facts_table("economy") if r["series"] == "coca_area" and r["period_end"] > "2022-12-31"
    ]
    assert [row for row in late_area if row["place"] == "VRAEM"] == []
    prices = [r for r in facts_table("economy") if r["series"] in ("leaf_price", "hcl_price", "paste_price")]
    assert max(row["period_end"] for row in prices if row["place"].startswith("VRAEM")) <= "2023-03-31"


def test_the_sources_file_carries_the_licences_in_full():
    from importlib.resources import files

    text = " ".join((files("vraem.valley") / "facts" / "SOURCES.md").read_text(encoding="utf-8").split())
    for notice in (
        "Copyright (c) 2021 Jesus M. Castagnetto",
        "Copyright (c) 2023, Carlos León",
        "Copyright (c) 2023 pvlib python Contributors",
        'THE SOFTWARE IS PROVIDED "AS IS"',
        "Redistributions in binary form must reproduce the above copyright notice",
        "courtesy of the U.S. Geological Survey",
        "kept back on purpose",
    ):
        assert notice.replace("> ", "") in text.replace("> ", ""), notice


def test_no_table_names_a_person_holding_the_place_of_a_role():
    roles = {row["role"] for row in facts_table("events")}
    assert roles <= {"leader", "committee", "commander", "fighter", "supporter", "heir", "none"}


def test_names_for_messages_need_no_travel_times(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vraem.valley.cache.build", lambda: pytest.fail("the valley was built"))
    assert {"Mayapo", "Pichari"} <= set(place_names())
    assert "Vizcatan del Ene" in district_names()
    assert region_names()[:3] == ("Ayacucho", "Cusco", "Junin")


def test_tables_are_utf_8_with_one_header_line():
    for name in TABLES:
        text = table_bytes(name).decode("utf-8")
        assert not text.startswith("\ufeff")
        assert "," in text.splitlines()[0]
