"""What runs leave of the armed groups: whole, the same from every face of the model, and nothing where nothing is."""

import pickle
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from observe_worlds import CAMPAIGN

import vraem
from vraem import engine
from vraem.observe import run, run_world
from vraem.observe.anchor import HORIZONS
from vraem.observe.catalogue import CATALOGUE
from vraem.observe.end_states import END_STATES
from vraem.observe.fates import FATES
from vraem.observe.finish import finished
from vraem.observe.organisation import END
from vraem.observe.recorder import Recorder
from vraem.observe.shared import run_together
from vraem.world.organisation_tables import ACTIVE


def assert_same(one, other, path="result"):
    """Equal to the bit, whatever is inside."""
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, path
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), path
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{path}.{field.name}")
    elif isinstance(one, dict):
        assert set(one) == set(other), path
        for key in one:
            assert_same(one[key], other[key], f"{path}[{key}]")
    else:
        assert one == other or (one != one and other != other), path


def test_a_run_with_a_campaign_is_measured_at_the_horizons_that_it_reaches(campaign_run):
    found = campaign_run.organisation
    assert found.anchor.source == "campaign"
    assert str(campaign_run.dates[found.anchor.start]) == "2013-06-03"
    assert found.end_states[0] in END_STATES
    assert found.end_states[1:] == (None, None, None)
    assert found.baseline.armed > 50
    assert np.isfinite(found.measures.la[0])
    assert np.isnan(found.measures.la[1:]).all()
    assert set(found.verdicts) == {"default", "low", "high", "three_armed", "ten_armed", "by_persons"}


def test_fates_sum_to_the_members_of_the_campaigns_start(campaign_run):
    found = campaign_run.organisation
    before = campaign_run["members"][found.anchor.start - 1]
    counts = found.fates.as_counts()
    assert set(counts) == {"12 months", END}
    for by_fate in counts.values():
        assert list(by_fate) == list(FATES)
        assert sum(by_fate.values()) == before


def test_persons_at_the_top_are_those_of_the_week_before_the_campaign(campaign_run):
    top = campaign_run.organisation.top
    seats = campaign_run["committee_seats"][campaign_run.organisation.anchor.start - 1]
    assert top.leader >= 0
    assert len(top.committee) == seats
    assert top.leader not in top.committee


def test_series_agree_with_the_journal_and_with_each_other(campaign_run):
    found, series = campaign_run.organisation, campaign_run.series
    counts = found.journal.counts(0, found.weeks)
    assert counts["splits"] == series["splits"].sum()
    assert counts["mergers"] == series["mergers"].sum()
    assert counts["removals"] == (series["routine_removals"] + series["campaign_removals"]).sum()
    violence = found.violence(0, found.weeks - 1)
    assert violence.civilians_killed() == series["killed_civilians"].sum()
    assert np.array_equal(
        series["killed_civilians"], series["killed_civilians_state"] + series["killed_civilians_groups"]
    )
    assert np.array_equal(series["groups"], found.group_weeks["living"].sum(axis=0))
    assert np.array_equal(series["members"], found.group_weeks["members"].sum(axis=0))
    income = [f"group_{source}" for source in ("fees", "escorts", "leaf_tax", "logging", "extortion")]
    assert series["revenue_lineage"] + series["revenue_other"] == pytest.approx(
        sum(series[name] for name in income), rel=1e-5
    )
    assert campaign_run["campaign_operations"].sum() > 0
    held = series["territory_lineage"] + series["territory_other"] + series["territory_free"]
    assert held == pytest.approx(held[0], rel=1e-5)


def test_every_outcome_of_the_catalogue_is_a_number_a_label_or_missing(campaign_run):
    found = campaign_run.organisation
    names = [quantity.name for quantity in CATALOGUE]
    assert len(set(names)) == len(names)
    for quantity in CATALOGUE:
        for months in HORIZONS if quantity.per_horizon else (None,):
            value = quantity.value(found, months)
            if value is None:
                continue
            if quantity.is_text:
                assert value in quantity.labels or not quantity.labels, quantity.name
            else:
                assert np.isfinite(value), quantity.name
    values = {
        quantity.name: quantity.value(found, 12 if quantity.per_horizon else None) for quantity in CATALOGUE
    }
    assert values["end_state"] == found.end_states[0]
    assert values["dis"] == pytest.approx(1 - values["la"])
    assert sum(values[f"fate_{fate}"] for fate in FATES) == pytest.approx(1.0)
    assert values["deaths"] == (values["deaths_state"] + values["deaths_groups"] + values["deaths_civilians"])
    assert values["removed"] <= values["removals"]
    assert values["weeks_observed"] == found.weeks - found.anchor.start


def test_an_outcome_asked_for_at_a_horizon_that_it_has_not_is_an_error(campaign_run):
    by_name = {quantity.name: quantity for quantity in CATALOGUE}
    with pytest.raises(ValueError, match="horizon 13"):
        by_name["end_state"].value(campaign_run.organisation, 13)
    with pytest.raises(ValueError, match="no horizons"):
        by_name["weak_start"].value(campaign_run.organisation, 12)


def test_a_result_travels_between_processes_whole(campaign_run):
    assert_same(campaign_run.organisation, pickle.loads(pickle.dumps(campaign_run.organisation)))


def test_the_mesa_face_leaves_the_same(campaign, campaign_run):
    model = vraem.Model(campaign, seed=3)
    while model.running:
        model.step()
        if model.weeks_done in (30, 31, 90):  # looking in between changes no bit
            model.newest()
    assert_same(campaign_run.organisation, model.result().organisation)
    assert_same(campaign_run.series, model.result().series)


def test_arms_that_share_their_past_leave_what_they_leave_alone(make_scenario, campaign, campaign_run):
    later = make_scenario(CAMPAIGN.replace("2013-06-03", "2013-08-05"))
    measured = make_scenario("[measure]\nanchor_start = 2013-06-03\nanchor_end = 2013-11-25\n")
    measured_later = make_scenario("[measure]\nanchor_start = 2013-09-02\nanchor_end = 2013-11-25\n")
    arms = [measured, campaign, later, measured_later]
    shared = [answer.result for answer in run_together(arms, seed=3)]
    assert_same(campaign_run.organisation, shared[1].organisation)
    for arm, result in zip(arms, shared, strict=True):
        alone = run(arm, seed=3)
        assert_same(alone.organisation, result.organisation)
        assert_same(alone.series, result.series)
    starts = [result.organisation.anchor.start for result in shared]
    assert starts == [74, 74, 83, 87]


def test_a_run_without_anything_to_measure_from_still_tells_fates_since_its_start(make_scenario):
    result = run(make_scenario(), seed=3)
    found = result.organisation
    assert found.anchor is None
    assert found.end_states == (None,) * 4
    assert found.dismantled("personnel") is None
    assert found.weak_start is None
    assert sum(found.fates.as_counts()[END].values()) == result["members"][0]


def test_a_run_taken_up_in_the_middle_is_measured_from_there(campaign):
    world = engine.new_world(campaign, 3)
    for _ in range(80):
        engine.advance(world)
        engine.close_week(world)
    result = run_world(world)
    assert np.isnan(result["members"][:80]).all()
    assert (result["members"][80:] > 0).all()
    assert result.organisation.measures is None


def test_a_world_without_any_group_leaves_zeros(make_scenario):
    world = engine.new_world(make_scenario(CAMPAIGN), 1)
    for table in (world.members, world.columns, world.groups):
        table.count = 0
    recorder = Recorder.of(world)
    for _ in range(150):
        recorder.record(world)
        engine.close_week(world)
    result = finished(world, recorder, seconds=0.0)
    assert result["members"].sum() == 0
    assert result.organisation.end_states == (None,) * 4
    assert result.organisation.fates.as_counts().get(END, {}) == {}
    assert all(
        quantity.value(result.organisation, 12 if quantity.per_horizon else None) in (None, 0.0)
        for quantity in CATALOGUE
        if not quantity.name.startswith(("weeks_observed",))
    )


def test_control_columns_and_units_are_pictured_at_the_end_of_each_year(campaign_run):
    found = campaign_run.organisation.territory
    years = len(campaign_run.snapshots.dates)
    assert (
        found.group.shape
        == found.share.shape
        == found.control.shape
        == campaign_run.snapshots.coca_area.shape
    )
    assert found.column_seat.shape[0] == found.unit_community.shape[0] == years == 3
    held = found.group >= 0
    assert (found.share[held] > 0).all()
    assert (found.share[~held] < 0.011).all()
    assert (found.share <= found.control + 1e-3).all()
    standing = found.column_group >= 0
    assert (found.column_seat[standing] >= 0).all()
    assert (found.column_armed[~standing] == 0).all()
    assert len(found.unit_kind) == len(found.unit_force) == found.unit_community.shape[1] > 100


def test_members_who_serve_are_those_of_the_last_week(campaign):
    world = engine.new_world(campaign, 3)
    recorder = Recorder.of(world)
    for _ in range(60):
        engine.advance(world)
        recorder.record(world)
        engine.close_week(world)
    active = (world.members.status[: world.members.count] == ACTIVE).sum()
    assert recorder.series()["members"][59] == active


def test_a_result_knows_its_series_and_whether_another_is_the_same_to_the_bit():
    case = vraem.load("history", ["run.households=400", "run.end=2012-12-31"])
    one, again, other = (vraem.run(case, seed=seed) for seed in (1, 1, 2))
    assert "members" in one
    assert "boats" not in one
    assert list(one) == list(one.series)
    assert one.same_series(again)
    assert not one.same_series(other)
    assert one == one
    assert one != again
