"""The summary of a run: its numbers against an independent computation, and the page made from it."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from vraem.experiment import observed
from vraem.experiment.page import render
from vraem.experiment.summary import summarise
from vraem.experiment.words import percent
from vraem.valley import ROUTES


@pytest.fixture(scope="module")
def summary(run):
    return summarise(run)


def _by_year(run):
    frame = pd.DataFrame(run.series, index=pd.DatetimeIndex(run.dates))
    return frame, frame.groupby(frame.index.year)


def test_flows_prices_and_stocks_of_a_year_equal_those_of_a_data_frame(run, summary):
    frame, groups = _by_year(run)
    years = {row["year"]: row for row in summary["years"]}
    assert list(years) == sorted(set(frame.index.year))
    for year, group in groups:
        row = years[year]
        assert row["area_ha"] == pytest.approx(group["coca_area_visible"].iloc[-1])
        assert row["leaf_price"] == pytest.approx(group["leaf_price"].mean())
        assert row["hcl_made_t"] == pytest.approx(group["hcl_made"].sum() / 1000)
        assert row["leaf_grown_t"] == pytest.approx(group["leaf_grown"].sum() / 1000)
        assert row["unpicked_share"] == pytest.approx(
            group["leaf_unpicked"].sum() / group["leaf_grown"].sum()
        )
        assert row["leaf_per_ha_t"] == pytest.approx(
            group["leaf_grown"].sum() / 1000 / group["coca_area_visible"].mean()
        )


def test_route_callao_and_seized_shares_equal_those_of_a_data_frame(run, summary):
    _, groups = _by_year(run)
    for row in summary["years"]:
        group = groups.get_group(row["year"])
        exported = {route: group[f"hcl_exported_{route}"].sum() for route in ROUTES}
        seized = sum(group[f"hcl_seized_{route}"].sum() for route in ROUTES)
        total = sum(exported.values())
        assert row["route_shares"] == pytest.approx({route: kg / total for route, kg in exported.items()})
        assert row["callao_share"] == pytest.approx((exported["foot"] + exported["road_callao"]) / total)
        assert row["seized_share"] == pytest.approx(seized / (seized + total))


@pytest.mark.parametrize("factor", [1.3, 0.7])
def test_surveys_are_counted_against_the_fifteen_percent_of_the_pattern(make_run, factor):
    run = make_run()
    run.series["coca_area_visible"][run.between("2015-01-01", "2015-12-31")] *= factor
    surveys = summarise(run)["surveys"]
    assert (surveys["count"], surveys["within"], surveys["worst_year"]) == (11, 10, 2015)
    last = run["coca_area_visible"][run.between("2015-01-01", "2015-12-31")][-1]
    assert surveys["worst"] == pytest.approx(last / observed.coca_area()[2015].value - 1)


def test_a_reported_price_is_set_against_the_model_in_the_same_period(run, summary):
    april = [p for p in summary["prices"] if p["product"] == "leaf" and p["from"] == "2020-04-01"]
    assert len(april) == 1
    assert april[0]["model"] == pytest.approx(run.mean("leaf_price", "2020-04-01", "2020-04-30"))
    assert april[0]["reported"] == 1.24
    assert all(price["from"] >= "2012" for price in summary["prices"])


def test_a_reported_price_is_set_against_the_model_only_where_the_run_holds_its_whole_period(make_run):
    def periods(weeks):
        return [
            (p["from"], p["to"]) for p in summarise(make_run(weeks=weeks))["prices"] if p["product"] == "leaf"
        ]

    april = ("2020-04-01", "2020-04-30")
    # from 2 January 2012 on, 434 weeks end with 26 April 2020 and 435 with 3 May
    assert april not in periods(434)
    assert april in periods(435)
    assert all(end <= "2020-04-26" for _, end in periods(434))


def test_incomes_are_those_of_the_snapshot_of_the_year(run, summary):
    place = 5
    year = int(str(run.snapshots.dates[place])[:4])
    income = next(row["income"] for row in summary["years"] if row["year"] == year)
    assert income["never_grow_coca"]["quantiles"]["0.5"] == run.snapshots.income_quantiles[place, 1, 2]
    assert income["may_grow_coca"]["by_source"]["licit"] == run.snapshots.income_by_source[place, 0, 1]
    assert income["may_grow_coca"]["mean"] == pytest.approx(run.snapshots.income_by_source[place, 0].sum())


def test_a_year_that_the_run_holds_in_part_is_marked_and_set_against_no_survey(make_run):
    summary = summarise(make_run(weeks=80))
    first, second = summary["years"]
    assert (first["complete"], second["complete"]) == (True, False)
    assert first["area_surveyed_ha"] == 19_965
    assert second["area_surveyed_ha"] is None
    assert summary["surveys"]["count"] == 1


def test_the_summary_is_strict_json_even_when_nothing_was_exported(make_run):
    run = make_run(weeks=60)
    for route in ROUTES:
        run.series[f"hcl_exported_{route}"][:] = 0.0
        run.series[f"hcl_seized_{route}"][:] = 0.0
    summary = summarise(run)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert summary["years"][0]["callao_share"] is None
    assert summary["years"][0]["seized_share"] is None


def test_every_series_has_its_final_value_and_unit(run, summary):
    assert summary["final"] == {name: values[-1] for name, values in run.series.items()}
    assert set(summary["units"]) == set(summary["final"])


def _page(summary, width=80):
    out = io.StringIO()
    render(summary, Console(file=out, width=width, highlight=False))
    return out.getvalue()


def test_the_page_is_plain_text_within_its_width_off_a_terminal(summary):
    page = _page(summary)
    assert "\x1b" not in page
    assert max(map(len, page.splitlines())) <= 80
    assert "\u00a0" not in page


def test_the_page_tells_area_surveys_prices_routes_and_incomes_in_words(run, summary):
    page = " ".join(_page(summary).split())
    last = summary["years"][-1]
    assert "11 of 11 years" in page
    assert f"{run['coca_area_visible'][-1]:,.0f}".replace(",", " ") + " hectares of coca" in page
    assert percent(last["route_shares"]["air"]).replace("\u00a0", " ") + " by air to Bolivia" in page
    assert "households that never grow coca earned less than" in page
    assert "625 weeks" not in page
    assert "626 weeks" in page


def test_the_page_shows_one_row_for_each_full_year(summary):
    rows = [line.split() for line in _page(summary).splitlines() if line[:5].strip().isdigit()]
    assert [int(row[0]) for row in rows] == [row["year"] for row in summary["years"] if row["complete"]]


def test_the_page_of_a_run_of_a_few_weeks_keeps_to_what_it_knows(make_run):
    page = _page(summarise(make_run(weeks=9)))
    assert "Households" not in page
    assert "hectares of coca" in page
    assert "nan" not in page.lower()


def test_leaf_income_of_none_is_not_called_a_share(make_run):
    run = make_run()
    run.snapshots.income_by_source[:] = 0.0
    assert "of their income" not in _page(summarise(run))


@pytest.mark.parametrize(
    ("description", "end"),
    [("Closed from 2017 on?", "on?"), ("Closed!", "Closed!"), ("Closed.", "Closed."), ("Closed", "Closed.")],
)
def test_a_description_ends_with_one_sign(summary, description, end):
    told = summary | {"run": summary["run"] | {"description": description, "question": "Who gains"}}
    assert f"{end} It asks: Who gains. 40 000 farm households" in " ".join(_page(told).split())


def test_numbers_never_break_across_lines(summary):
    for width in (44, 53, 61, 80):
        text = _page(summary, width)
        assert f"{summary['years'][-1]['area_ha']:,.0f}".replace(",", " ") in text
    assert np.isfinite(summary["final"]["coca_area"])
