"""Charts of the armed groups of one run: what is drawn is what the run says."""

import dataclasses

import numpy as np
import pytest

from tests.figures.gallery import run, runs
from tests.figures.runs import CAMPAIGN, made_up_run
from vraem import figures
from vraem.experiment.organisation_page import _fates, _since
from vraem.figures.command_chart import _weighted_mean
from vraem.figures.looks import (
    FOUNDING_LOOK,
    OTHER_SPLINTERS,
    OUTSIDER_LOOK,
    REVENUE_LOOKS,
    SERVICE_LOOK,
    SPLINTER_LOOKS,
    group_looks,
)
from vraem.figures.run import RUN_CHARTS, charts_of
from vraem.figures.run_groups import looks_of, rolling_mean, rolling_sum
from vraem.figures.territory_maps import SEAT, picked
from vraem.observe.fates import FATES
from vraem.observe.journal import VIOLENT
from vraem.observe.organisation import OrganisationResult
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import REMOVAL, STATE


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_splinters_have_letters_in_the_order_of_time_from_b_on():
    founding = np.array([True, *[False] * 8])
    outsider = np.array([False] * 8 + [True])
    looks = group_looks(founding, outsider, np.zeros_like(founding))
    assert looks[0] == FOUNDING_LOOK
    assert looks[1:6] == list(SPLINTER_LOOKS)
    assert [look.label for look in looks[1:3]] == ["splinter B", "splinter C"]
    assert looks[6] == looks[7] == OTHER_SPLINTERS
    assert looks[8] == OUTSIDER_LOOK


def test_the_maps_are_of_before_the_campaign_and_one_five_and_ten_years_after():
    days = run().snapshots.dates
    start = run().dates[CAMPAIGN[0]]
    pictures = picked(run())
    assert len(pictures) == 4
    assert days[pictures[0]] < start
    for picture, place in zip(pictures[1:], (0, 2, 3), strict=True):
        wanted = run().dates[run().organisation.anchor.horizons[place]]
        assert abs(days[picture] - wanted) <= np.timedelta64(184, "D")


def test_the_maps_say_how_many_are_armed_in_each_group():
    figure = figures.territory(run())
    land = run().organisation.territory
    picture = picked(run())[-1]
    armed = land.column_armed[picture][land.column_group[picture] == 0].sum()
    assert any(f"founding group: {armed:.0f} armed" in text for text in texts(figure.axes[3]))


def test_every_seat_stands_on_the_map():
    figure = figures.territory(run())
    land = run().organisation.territory
    for axes, picture in zip(figure.axes, picked(run()), strict=False):
        seats = [line for line in axes.lines if line.get_gid() == SEAT]
        assert len(seats) == (land.column_group[picture] >= 0).sum()


def test_a_run_that_ends_within_its_first_year_has_no_map():
    with pytest.raises(ValueError, match="no end of a year"):
        picked(made_up_run(weeks=40))


def test_bars_of_fates_are_the_shares_of_the_members_of_the_start():
    _, fates = figures.members_by_fate(run()).axes
    counts = run().organisation.fates.counts()[:4]
    heights = np.array([[bar.get_height() for bar in container] for container in fates.containers])
    assert heights == pytest.approx((counts / counts.sum(axis=1, keepdims=True)).T)
    assert len(heights) == len(FATES)


def test_losses_are_summed_up_from_the_campaigns_start():
    weeks, _ = figures.members_by_fate(run()).axes
    lost = run()["captured"][CAMPAIGN[0] :].sum()
    assert f"captured: {lost:.0f}" in texts(weeks)


def test_there_is_a_line_for_each_column_and_a_mark_for_each_leader_lost():
    links, marks, _ = figures.command_links(run()).axes
    thin = [line for line in links.lines if len(line.get_xdata()) > 1 and line.get_linewidth() < 1.0]
    bold = [line for line in links.lines if len(line.get_xdata()) > 1 and line.get_linewidth() > 2.0]
    weeks = run().organisation.column_weeks
    assert len(thin) == len(weeks["link"])
    living = weeks["living"] > 0.0
    assert len(bold) == len(np.unique(weeks["group"][living]))
    assert [line.get_marker() for line in links.lines if len(line.get_xdata()) == 1] == ["o"]
    journal = run().organisation.journal
    for rank, words in ((LEADER, "leader lost to the state"), (COMMANDER, "commander lost")):
        lost = int(((journal["kind"] == REMOVAL) & (journal["other"] == rank)).sum())
        assert f"{words}: {lost}" in texts(marks)


def test_the_income_stack_is_the_mean_of_the_runs_and_its_shares_add_up():
    stack, _ = figures.group_income(runs()).axes
    shares = [int(text.split(" %")[0]) for text in texts(stack) if " % " in text]
    assert 98 <= sum(shares) <= 102
    total = np.mean([rolling_mean(each["group_income"], 26) for each in runs()], axis=0) * 52.1775 / 12 / 1000
    top = max(y for each in stack.collections for path in each.get_paths() for _, y in path.vertices)
    assert top == pytest.approx(total.max(), rel=0.01)


def test_a_run_without_income_gets_no_chart_of_it():
    poor = made_up_run(seed=7)
    for name in list(poor.series):
        if name.startswith("group_"):
            poor.series[name][:] = 0.0
    with pytest.raises(ValueError, match="never had an income"):
        figures.group_income(poor)
    assert "group-income" not in charts_of(poor)


def test_violence_bars_hold_every_event_of_the_whole_half_years():
    events, _ = figures.violence(run()).axes
    journal = run().organisation.journal
    whole = len(run().dates) // 26 * 26
    wanted = int((journal.of_kind(*VIOLENT) & (journal["week"] < whole)).sum())
    assert sum(bar.get_height() for bar in events.patches if bar.get_width() < 400) == pytest.approx(wanted)
    state = int((journal.of_kind(*VIOLENT) & (journal["by"] == STATE)).sum())
    assert f"security forces: {state}" in texts(events)


def test_violence_around_the_start_needs_a_campaign():
    calm = made_up_run(seed=8)
    object.__setattr__(calm.organisation, "anchor", None)
    with pytest.raises(ValueError, match="no before and after"):
        figures.violence_around_start(calm)


def test_the_number_of_groups_is_the_series_and_every_group_has_its_life():
    counts, lives = figures.number_of_groups(run()).axes
    assert any(
        len(line.get_ydata()) == len(run().dates) and np.array_equal(line.get_ydata(), run()["groups"])
        for line in counts.lines
    )
    assert len([text for text in texts(lives) if "members" in text or "at most" in text]) == 4


def test_removals_of_the_campaign_stand_on_the_routine_ones():
    _, removals = figures.strength_and_removals(run()).axes
    quarters = len(run().dates) // 13
    routine, campaign = (list(container) for container in removals.containers)
    total = rolling_sum(run()["routine_removals"] + run()["campaign_removals"], 13)[12::13][:quarters]
    tops = [bar.get_y() + bar.get_height() for bar in campaign]
    assert tops == pytest.approx(total.tolist())
    assert len(routine) == quarters


def test_the_campaign_is_shaded_and_named_once():
    counts, lives = figures.number_of_groups(run()).axes
    assert "campaign" in texts(counts)
    assert "campaign" not in texts(lives)


def test_a_run_without_groups_is_refused_and_gets_no_charts_of_them():
    empty = made_up_run(weeks=30)
    object.__setattr__(empty, "organisation", OrganisationResult())
    for chart in (figures.territory, figures.members_by_fate, figures.command_links, figures.violence):
        with pytest.raises(ValueError, match="no armed groups"):
            chart(empty)
    assert not set(charts_of(empty)) & {"territory", "members", "command", "groups"}


def test_every_chart_of_a_run_is_described():
    assert set(charts_of(run())) <= set(RUN_CHARTS)
    assert {
        "territory",
        "members",
        "fates",
        "command",
        "group-income",
        "groups",
        "strength",
        "violence",
    } <= set(charts_of(run()))


def test_the_bold_line_is_the_mean_by_armed_members():
    values = np.array([[0.2, 0.2], [0.6, 0.6], [0.9, np.nan]])
    weights = np.array([[10.0, 10.0], [1.0, 30.0], [10.0, 0.0]])
    assert _weighted_mean(values, weights).tolist() == pytest.approx([(2.0 + 0.6 + 9.0) / 21.0, 0.5])
    assert np.isnan(_weighted_mean(values, 0.0 * weights)).all()


def test_a_group_that_only_ever_served_a_firm_is_no_splinter():
    hired = made_up_run(seed=3)
    weeks = hired.organisation.column_weeks
    own = (weeks["group"] == 1) & (weeks["living"] > 0.0)
    assert looks_of(hired)[1].label == "splinter B"
    weeks["serving"][own] = 1.0
    assert looks_of(hired)[1] == SERVICE_LOOK
    weeks["serving"][:, :800][own[:, :800]] = 0.0
    assert looks_of(hired)[1].label == "splinter B"


def test_names_of_incomes_stand_beside_their_bands_and_are_of_the_last_half_year():
    stack, _ = figures.group_income(runs()).axes
    last = {name: np.mean([rolling_mean(each[name], 26)[-1] for each in runs()]) for name in REVENUE_LOOKS}
    fees = 100.0 * last["group_fees"] / sum(last.values())
    assert f"{fees:.0f} % fees on passing cargo" in texts(stack)


def test_a_run_without_a_campaign_speaks_of_none():
    quiet = made_up_run(seed=5)
    anchor = dataclasses.replace(quiet.organisation.anchor, source="default")
    object.__setattr__(quiet.organisation, "anchor", anchor)
    for chart in (figures.members_by_fate, figures.fates_of_members):
        figure = chart(quiet)
        said = [text.get_text() for text in figure.texts]
        said += [axes.get_title(loc="left") + axes.get_xlabel() for axes in figure.axes]
        assert not any("campaign" in text for text in said), chart


def test_the_page_of_a_run_without_a_campaign_dates_its_members():
    assert _since({"source": "default", "start": "2023-09-04"}) == "on 4\u00a0September\u00a02023"
    assert _since({"source": "campaign", "start": "2023-09-04"}) == "before the campaign"
    assert "are at the end of the run" in _fates({"quit": 2}, "on a day")
