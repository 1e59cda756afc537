"""Charts of experiments: what is drawn is what the analysis says of the runs."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from tests.figures.gallery import arms, results, run, runs
from tests.figures.sweeps import ARMS, lines, texts
from vraem import figures
from vraem.analysis.contrasts import contrasts
from vraem.analysis.incidence import aalen_johansen, first_of
from vraem.analysis.labels import GANGS, shares
from vraem.analysis.neutrality import COMPANIONS, Fault, neutrality
from vraem.analysis.splinters import splinter_findings
from vraem.analysis.verdict import claim_verdict
from vraem.figures.arm_series import ArmSeries
from vraem.figures.fate_flows import Ways
from vraem.figures.looks import ACTOR_LOOKS, MEMBER_LOOKS, REVENUE_LOOKS, SPLINTER_END_LOOKS, STATE_LOOKS
from vraem.observe.anchor import HORIZONS
from vraem.observe.fates import FATES
from vraem.observe.joint import HOLDERS, fate_paths, holders, read_fate_paths


def lightness(colour):
    linear = [int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in linear]
    luminance = float(np.dot((0.2126, 0.7152, 0.0722), linear))
    return 116.0 * luminance ** (1 / 3) - 16.0 if luminance > 0.009 else 903.3 * luminance


@pytest.mark.parametrize("looks", [STATE_LOOKS, MEMBER_LOOKS, SPLINTER_END_LOOKS, REVENUE_LOOKS, ACTOR_LOOKS])
def test_neighbours_in_a_stack_differ_in_lightness_for_print_in_grey(looks):
    light = [lightness(look.colour) for look in looks.values()]
    assert min(abs(one - other) for one, other in pairwise(light)) >= 12.0
    assert len({look.colour for look in looks.values()}) == len(looks)


def test_the_bars_of_end_states_are_the_shares_among_dismantled_runs():
    kept = results().strong
    figure = figures.end_states(results())
    panel = figure.axes[HORIZONS.index(60)]
    for row, arm in enumerate(ARMS):
        own = kept.of_arm(arm)
        among = own.dismantled() if arm in kept.campaigns else None
        wanted = shares(own, 60, among)
        bars = [bar for bar in panel.patches if round(bar.get_y() + bar.get_height() / 2) == row]
        expected = [wanted.clustered[state].estimate for state in STATE_LOOKS]
        assert sorted(bar.get_width() for bar in bars) == pytest.approx(sorted(s for s in expected if s > 0))
        assert sum(bar.get_width() for bar in bars) == pytest.approx(1.0)
        assert str(wanted.runs) in texts(panel)


def test_the_whisker_is_the_interval_of_gangs():
    kept = results().strong
    panel = figures.end_states(results()).axes[HORIZONS.index(60)]
    own = kept.of_arm("leader-first")
    wanted = shares(own, 60, own.dismantled()).clustered[GANGS]
    ends = [tuple(line.get_xdata()) for line in panel.lines]
    assert any(end == pytest.approx((wanted.low, wanted.high)) for end in ends if end[0] != end[1])


def test_an_arm_without_campaign_is_shown_with_all_its_runs():
    panel = figures.end_states(results()).axes[0]
    labels = [label.get_text() for label in panel.get_yticklabels()]
    assert labels[0] == "no-campaign\n(no campaign, all runs)"
    assert str(len(results().strong.of_arm(ARMS[0]).frame)) in texts(panel)


def test_end_states_of_all_runs_say_so_in_the_title():
    everybody = figures.end_states(results(), among="all")
    assert everybody.texts[0].get_text() == "What becomes of the group"
    assert figures.end_states(results()).texts[0].get_text().endswith("once it is dismantled")


def test_incidence_lines_are_aalen_and_johansens_and_name_their_last_share():
    kept = results().strong
    panel = figures.cumulative_incidence(results()).axes[0]
    own = kept.of_arm("heirs-first")
    times, causes = first_of({"it": own.numbers("first_split_week")}, own.numbers("weeks_observed"))
    curve = aalen_johansen(times, causes, ("it",))
    finals = [line.get_ydata()[-1] for line in lines(panel)]
    assert any(final == pytest.approx(curve.incidence[0, -1]) for final in finals)
    assert any(text.endswith("heirs-first") for text in texts(panel))


def test_end_states_stand_at_the_horizons_where_the_runs_do_not_say_when_they_came():
    known = [name for name in results().frame if not name.startswith("state_week_")]
    without = replace(results(), frame=results().frame[known])
    panel = figures.cumulative_incidence(without).axes[2]
    wanted = shares(without.judged, 120).clustered[GANGS].estimate
    assert any(
        abs(line.get_xdata()[-1] - 10.0) < 0.5 and line.get_ydata()[-1] == pytest.approx(wanted)
        for line in lines(panel)
    )
    assert "years since the campaign's end" in panel.get_xlabel()


def test_without_a_campaign_there_is_no_panel_of_end_states_and_time_counts_from_the_day_measured():
    day = (date(2024, 1, 1), date(2025, 1, 1))
    without = replace(results(), campaigns=(), days=dict.fromkeys(results().arms, day))
    figure = figures.cumulative_incidence(without)
    assert len(figure.axes) == 2
    assert figure.axes[1].get_xlabel() == "years since 1\u00a0January\u00a02024"


def test_differences_are_the_contrasts_in_the_unit_of_the_axis():
    figure = figures.paired_differences(results(), ["la_{h}", "n_groups_{h}"], horizons=[60])
    found = {each.arm: each for each in contrasts(results().strong, ["la_60"], arms=["commanders"])}
    points, groups = figure.axes
    marks = [line for line in points.lines if len(line.get_xdata()) == 1]
    wanted = 100.0 * found["commanders"].difference.estimate
    assert any(mark.get_xdata()[0] == pytest.approx(wanted) for mark in marks)
    assert points.get_xlabel() == "percentage points"
    assert groups.get_xlabel() == "groups"


def test_differences_that_are_not_clear_are_open():
    figure = figures.paired_differences(results(), ["la_{h}", "lf_{h}"], horizons=[60])
    arms_ = list(ARMS[1:])
    found = {(c.arm, c.outcome): c for c in contrasts(results().strong, ["la_60", "lf_60"], arms=arms_)}
    marks = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    open_marks = sum(mark.get_markerfacecolor() == "white" for mark in marks)
    assert open_marks == sum(each.p_holm > 0.05 for each in found.values())


def test_the_verdict_chart_bears_the_word_and_every_share():
    verdict = claim_verdict(results())
    figure = figures.verdict_at_a_glance(results(), verdict)
    assert figure.texts[0].get_text().endswith(verdict.headline.judgement.word.capitalize())
    (axes,) = figure.axes
    marks = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
    shown = [*verdict.table, *verdict.by_arm.values()]
    for claim in shown:
        if claim.horizon == 60 or claim.definition == "personnel":
            assert any(mark == pytest.approx(claim.judgement.p.estimate, nan_ok=True) for mark in marks)


def test_the_phase_diagram_has_a_cell_for_every_pair_of_levels():
    figure = figures.phase_diagram(results())
    fallen, gangs, *_ = figure.axes
    assert len(fallen.patches) == len(gangs.patches) == 16
    kept = results().judged
    cell = (kept.frame["tempo"] == 4.0) & (kept.frame["intelligence"] == 0.8)
    share = float(kept.dismantled()[cell.to_numpy()].mean())
    assert f"{100 * share:.0f} %" in texts(fallen)


def test_a_factor_that_was_not_varied_is_refused_by_name():
    with pytest.raises(ValueError, match="they vary kin_shock"):
        figures.phase_diagram(results(), x="nothing")
    frame = results().frame.drop(columns=["tempo"])
    with pytest.raises(ValueError, match="do not vary tempo or operations_per_month"):
        figures.phase_diagram(replace(results(), frame=frame, factors=("kin_shock",)))


def test_a_factor_with_many_values_is_cut_into_parts_and_what_is_missing_is_in_none():
    random = np.random.default_rng(2)
    frame = results().frame.assign(tempo=random.uniform(0.5, 4.0, len(results().frame)))
    frame.loc[::3, "tempo"] = np.nan
    fallen = figures.phase_diagram(replace(results(), frame=frame)).axes[0]
    assert len(fallen.patches) == 16
    assert len(fallen.get_xticklabels()) == 4
    assert all("–" in label.get_text() for label in fallen.get_xticklabels())


def test_flows_hold_all_members_at_every_moment():
    texts_ = results().frame["fate_paths"].tolist()
    ways = Ways.of(texts_, np.arange(len(texts_)))
    assert ways.shares.sum(axis=1) == pytest.approx(1.0)
    figure = figures.fates_of_members(run())
    (axes,) = figure.axes
    nodes = [bar for bar in axes.patches if hasattr(bar, "get_width")]
    for place in (1.0, 2.0, 3.0):
        column = [bar.get_height() for bar in nodes if abs(bar.get_x() + bar.get_width() / 2 - place) < 0.01]
        assert sum(column) == pytest.approx(1.0, abs=0.01)


def test_flows_name_the_shares_of_the_last_moment_with_their_interval():
    figure = figures.fates_of_members(results())
    said = " ".join(texts(figure.axes[1]))
    own = results().strong.of_arm(ARMS[1])
    ways = Ways.of(own.frame["fate_paths"].tolist(), own.clusters)
    captured = ways.at(2, FATES.index("captured"))
    assert (
        f"{100 * captured.estimate:.0f} % captured [{100 * captured.low:.0f}–{100 * captured.high:.0f}]"
        in said
    )


def test_flows_name_a_fate_that_nobody_has_in_the_end_where_it_is_largest(monkeypatch):
    splinter, dead = FATES.index("in_splinter"), FATES.index("dead")
    ways = Ways(
        np.array([[splinter, splinter, dead], [splinter, dead, dead]], dtype=np.int8),
        np.array([[0.3, 0.7]]),
        np.zeros(1, dtype=np.int64),
        20.0,
    )
    monkeypatch.setattr(Ways, "of", classmethod(lambda cls, texts, clusters: ways))
    said = texts(figures.fates_of_members(run()).axes[0])
    assert [text for text in said if "splinter" in text] == ["100 % in a splinter"]
    assert "30 %" in said


def test_the_text_of_ways_is_read_as_it_was_written():
    written = fate_paths(run().organisation)
    ways, counts = read_fate_paths(written)
    assert counts.sum() == len(run().organisation.fates.rows)
    first = run().organisation.fates.codes[:4].T
    for way, count in zip(ways, counts, strict=True):
        assert (first == way).all(axis=1).sum() == count
    with pytest.raises(ValueError, match="expected a way"):
        read_fate_paths("0066")


def test_holders_are_the_kind_of_the_group_with_the_largest_share():
    signs = holders(run().organisation, HORIZONS.index(60))
    land = run().organisation.territory
    picture = int(np.abs(land.weeks - run().organisation.anchor.horizons[2]).argmin())
    kinds = {-1: "nobody", 0: "founding", 1: "splinter", 3: "other"}
    held = land.control[picture].astype(float) >= 0.1
    for community in (10, 200, 350, 440):
        wanted = kinds[int(land.group[picture, community])] if held[community] else "nobody"
        assert HOLDERS[int(signs[community])] == wanted


def test_runs_without_flows_or_holders_are_refused_with_what_to_ask_for():
    frame = results().frame.drop(columns=["fate_paths", *(f"holders_{months}" for months in HORIZONS)])
    with pytest.raises(ValueError, match='ask for the measure "fate_paths"'):
        figures.fates_of_members(replace(results(), frame=frame))
    with pytest.raises(ValueError, match='ask for the measure "holders"'):
        figures.control_maps(replace(results(), frame=frame))


def test_the_maps_colour_each_community_by_its_share_of_runs():
    figure = figures.control_maps(results(), horizon=120)
    own = results().strong.of_arm(ARMS[1])
    signs = np.array([list(text) for text in own.frame["holders_120"]])
    share = (signs == "1").mean(axis=0)
    panel = figure.axes[1]
    drawn = max(
        (each for each in panel.collections if each.get_array() is not None),
        key=lambda each: len(each.get_array()),
    )
    assert np.sort(np.asarray(drawn.get_array())) == pytest.approx(np.sort(share[share >= 0.02]))


def test_fans_are_the_quantiles_of_the_runs_and_the_reference_goes_along(monkeypatch):
    monkeypatch.setattr("vraem.figures.arm_fans.BAND_RUNS", 2)
    figure = figures.strength_by_arm(arms())
    series = ArmSeries.of(arms(), ["armed_lineage"])
    panel = figure.axes[1]
    own = np.median(series.values["heirs-first"]["armed_lineage"], axis=0)
    reference = np.median(series.values["baseline"]["armed_lineage"], axis=0)
    ends = sorted(line.get_ydata()[-1] for line in lines(panel, 100))
    assert ends == pytest.approx(sorted([own[-1], reference[-1]]))
    bands = [each for each in panel.collections if isinstance(each, PolyCollection)]
    assert len(bands) == 2


def test_few_runs_are_drawn_one_by_one():
    panel = figures.strength_by_arm(arms()).axes[1]
    runs = ArmSeries.of(arms(), ["armed_lineage"]).values["heirs-first"]["armed_lineage"]
    thin = [line for line in lines(panel, 100) if line.get_linewidth() < 0.8]
    assert sorted(line.get_ydata()[-1] for line in thin) == pytest.approx(sorted(runs[:, -1]))
    assert not [each for each in panel.collections if isinstance(each, PolyCollection)]


def test_results_that_are_in_no_folder_have_no_weekly_series():
    with pytest.raises(ValueError, match="not read from the folder of a sweep"):
        figures.groups_by_arm(results())
    with pytest.raises(ValueError, match="at least one run"):
        figures.groups_by_arm({"baseline": []})


def test_route_bars_fill_the_axis_before_and_after():
    figure = figures.routes_by_arm(arms())
    for panel in figure.axes:
        for row in range(3):
            widths = [
                bar.get_width() for bar in panel.patches if round(bar.get_y() + bar.get_height() / 2) == row
            ]
            assert sum(widths) == pytest.approx(1.0)


def test_a_broken_rule_of_neutrality_is_told_in_the_title_and_marked():
    found = replace(neutrality(results()), faults=())
    assert figures.neutrality_of_labels(results(), found).texts[0].get_text().endswith("holds")
    fault = Fault("personnel", "gangs", 60, 0.7, "at most 60 %", True)
    broken = figures.neutrality_of_labels(
        results(), replace(found, faults=(fault, fault._replace(horizon=120)))
    )
    assert broken.texts[0].get_text() == "The rule of neutrality is broken in 1 place"
    assert [text for axes in broken.axes for text in texts(axes) if text == "✕"] == ["✕"]


def test_a_companion_of_a_definition_is_drawn_as_left_out_of_the_rule():
    drawn = {
        axes.get_title(loc="left").strip(): axes for axes in figures.neutrality_of_labels(results()).axes
    }
    for definition, axes in drawn.items():
        open_marks = {
            line.get_markerfacecolor() == "white" for line in lines(axes, 1) if len(line.get_xdata()) == 1
        }
        assert (open_marks == {True}) == (definition in COMPANIONS), definition


def test_runs_that_do_not_say_who_is_dismantled_are_told_what_to_ask_for():
    names = [name for name in results().frame if not name.startswith("dismantled")]
    bare = replace(results(), frame=results().frame[names])
    for chart in (
        figures.end_states,
        figures.end_state_shares,
        figures.phase_diagram,
        figures.verdict_at_a_glance,
    ):
        with pytest.raises(ValueError, match="do not say whether the group was dismantled: ask for it"):
            chart(bare)
    assert figures.end_states(bare, among="all").axes


def test_end_states_of_no_run_are_refused():
    frame = results().frame.copy()
    frame[[name for name in frame if name.startswith("dismantled")]] = 0.0
    with pytest.raises(ValueError, match="no run in which the group is dismantled"):
        figures.end_state_shares(replace(results(), frame=frame))


def test_a_campaign_that_dismantled_nothing_has_no_line_of_shares():
    frame = results().frame.copy()
    frame.loc[frame.arm == "heirs-first", "dismantled_personnel"] = 0.0
    with_all, without = results(), replace(results(), frame=frame)
    drawn = [figures.end_state_shares(found) for found in (with_all, without)]
    rows = [len(figure.axes[0].lines) / len(figure.axes[0].get_yticks()) for figure in drawn]
    assert rows[0] - rows[1] == 2  # the interval and the mark of one arm
    assert "heirs-first\n(no run)" in [text.get_text() for text in drawn[1].axes[0].get_legend().get_texts()]


def test_a_missing_factor_names_others_only_where_there_are_some():
    frame = results().frame.drop(columns=["tempo"])
    with pytest.raises(ValueError, match=r"name another factor: purge_loss$"):
        figures.phase_diagram(replace(results(), frame=frame, factors=("purge_loss",)))
    with pytest.raises(ValueError, match=r"they vary no factor at all$"):
        figures.phase_diagram(replace(results(), frame=frame, factors=()))


def test_results_without_end_states_are_refused():
    frame = results().frame[["arm", "point", "replicate", "seed"]]
    bare = replace(results(), frame=frame)
    for chart in (
        figures.end_states,
        figures.phase_diagram,
        figures.verdict_at_a_glance,
        figures.cumulative_incidence,
    ):
        with pytest.raises(ValueError, match="ask for them"):
            chart(bare)
    assert len(runs()) == 4


def test_splinters_are_told_by_their_age_and_each_bar_is_whole():
    figure = figures.splinter_fates(results())
    found = splinter_findings(results())
    fates, counts = figure.axes
    for row in range(len(found.at)):
        bars = [bar for bar in fates.patches if abs(bar.get_y() + bar.get_height() / 2 - row) < 0.01]
        assert sum(bar.get_width() for bar in bars) == pytest.approx(1.0)
    assert {str(number) for number in found.watched.values()} <= set(texts(fates))
    assert [bar.get_height() for bar in counts.patches] == pytest.approx(found.counts)


def test_what_is_by_persons_is_drawn_beside_what_is_by_descent():
    figure = figures.remnants_by_persons(results())
    verdict = claim_verdict(results())
    for axes in figure.axes:
        marks = [line for line in axes.lines if line.get_marker() == "o"]
        hollow = [float(line.get_xdata()[0]) for line in marks if line.get_markerfacecolor() == "white"]
        filled = [float(line.get_xdata()[0]) for line in marks if line.get_markerfacecolor() != "white"]
        assert len(hollow) == len(filled) == 2 * len(results().horizons)
        assert all(persons <= descent for persons, descent in zip(hollow, filled, strict=True))
        assert hollow != filled
    shown = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"]
    own, again = verdict.table[0], verdict.by_persons[0]
    assert shown[:2] == [own.fragmentation.fragmented.estimate, again.fragmentation.fragmented.estimate]


def test_runs_that_do_not_count_by_persons_are_refused():
    frame = results().frame
    without = frame.drop(columns=[name for name in frame if "by_persons" in name])
    with pytest.raises(ValueError, match="ask for end_state_by_persons"):
        figures.remnants_by_persons(replace(results(), frame=without))


def test_runs_that_say_nothing_of_splinters_or_had_none_are_refused():
    frame = results().frame
    with pytest.raises(ValueError, match='ask for the measure "splinter_lives"'):
        figures.splinter_fates(replace(results(), frame=frame.drop(columns="splinter_lives")))
    with pytest.raises(ValueError, match="no column broke away"):
        figures.splinter_fates(replace(results(), frame=frame.assign(splinter_lives="")))


@pytest.mark.parametrize("chart", [figures.end_states, figures.end_state_shares])
def test_a_condition_that_is_none_is_refused(chart):
    with pytest.raises(ValueError, match="among: got 'foo', expected one of all, personnel"):
        chart(results(), among="foo")
