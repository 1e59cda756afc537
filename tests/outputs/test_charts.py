"""Charts: what is drawn is what the runs and the reports say, and every label can be read."""

import warnings
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.dates import date2num
from matplotlib.text import Text

from vraem.experiment import observed
from vraem.experiment.yearly import moving_route_shares
from vraem.figures.ablations import ablation_chart
from vraem.figures.charts import area_against_observed, prices
from vraem.figures.flows import STACK_ORDER, leaf_fate, route_shares
from vraem.figures.households import coca_map_years, growers_incomes
from vraem.figures.run import charts_of, draw_run
from vraem.figures.scoreboard import position, scoreboard_chart
from vraem.figures.style import MISSED, PASSED, style
from vraem.figures.timeline import EPISODES, Bundle
from vraem.observe import INCOME_SOURCES
from vraem.scenario import load
from vraem.valley import ROUTES
from vraem.valley import load as load_valley

CHARTS = (area_against_observed, prices, route_shares, leaf_fate, growers_incomes)


class Score(NamedTuple):
    label: str
    name: str
    observed: str
    simulated: str
    passed: bool
    share_of_seeds: float
    value: float
    low: float
    high: float
    counted: str = "seeds"


SCORES = [
    Score(
        "P1",
        "Coca area of each year",
        "19 965 to 35 709 ha",
        "area 2022: 34,100 ha",
        True,
        1.0,
        34_100,
        30_000,
        41_000,
    ),
    Score("P6", "Net effect of eradication", "-.25 to -.02 ha/ha", "-0.71", False, 0.25, -0.71, -0.25, -0.02),
    Score("P10", "Interdiction", "more seized", "+0.98", True, 1.0, 0.98, 0.0, float("inf")),
]


def texts(figure):
    figure.canvas.draw()
    return [text for text in figure.findobj(Text) if text.get_text()]


def shown_boxes(figure):
    """Text and its box, of every text that can be seen."""
    with style():
        found = [text for text in texts(figure) if text.get_visible() and text.get_window_extent().width > 1]
        return [(text.get_text(), text.get_window_extent()) for text in found]


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("several", [False, True])
def test_charts_draw_without_a_warning_and_no_text_leaves_the_page(chart, several, run, runs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = chart(runs if several else run)
        boxes = shown_boxes(figure)
    for text, box in boxes:
        assert box.x0 >= -1, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= figure.bbox.y1 + 1, text


@pytest.mark.parametrize("chart", CHARTS)
def test_names_beside_a_panel_do_not_overlap(chart, run):
    figure = chart(run)
    for axes in figure.axes:
        right = axes.bbox.x1
        beside = [(text, box) for text, box in shown_boxes(figure) if box.x0 >= right]
        for (one, a), (other, b) in combinations(beside, 2):
            assert not a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9)), (one, other)


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_says_what_it_shows_in_which_unit_and_from_which_runs(chart, runs):
    said = {text.get_gid(): text.get_text() for text in chart(runs).texts}
    assert said["title"]
    assert said["subtitle"]
    assert "5 runs, seeds 1–5" in said["caption"]


def lines(axes, label=None):
    return [line for line in axes.lines if len(line.get_xdata()) > 50 and label in (None, line.get_label())]


def test_the_area_chart_shows_the_run_and_every_survey_with_fifteen_percent_around(run):
    (axes,) = area_against_observed(run).axes
    (model,) = lines(axes, "model")
    assert model.get_ydata() == pytest.approx(run["coca_area_visible"] / 1000)
    bars = {bar.lines[0].get_xdata()[0]: bar for bar in axes.containers}
    for year in range(2012, 2023):
        seen = observed.coca_area()[year]
        bar = bars[date2num(seen.end)]
        assert bar.lines[0].get_ydata()[0] == pytest.approx(seen.value / 1000)
        ((low, high),) = (segment[:, 1] for segment in bar.lines[2][0].get_segments())
        assert (low, high) == pytest.approx((0.85 * seen.value / 1000, 1.15 * seen.value / 1000))
    assert len(bars) == 11


def test_the_area_chart_counts_the_surveys_that_the_run_meets_and_opens_the_others(make_run):
    run = make_run()
    run.series["coca_area_visible"][run.between("2014-01-01", "2015-12-31")] *= 1.4
    (axes,) = area_against_observed(run).axes
    assert axes.get_legend().get_title().get_text() == "9 of 11 surveys matched within ±15 %"
    opened = [bar for bar in axes.containers if bar.lines[0].get_markerfacecolor() == "white"]
    assert {bar.lines[0].get_xdata()[0] for bar in opened} == {
        date2num(observed.coca_area()[year].end) for year in (2014, 2015)
    }


def bands(axes):
    return [band for band in axes.collections if isinstance(band, PolyCollection)]


def test_several_runs_are_drawn_as_their_median_with_a_band_and_one_run_without(run, runs):
    (single,) = area_against_observed(run).axes
    (several,) = area_against_observed(runs).axes
    assert not bands(single)
    (band,) = bands(several)
    values = np.stack([result["coca_area_visible"] for result in runs]) / 1000
    (model,) = lines(several, "model")
    assert model.get_ydata() == pytest.approx(np.median(values, axis=0))
    at_week = date2num(runs[0].dates[300])
    edge = [y for x, y in band.get_paths()[0].vertices if x == at_week]
    assert (min(edge), max(edge)) == pytest.approx(tuple(np.quantile(values[:, 300], (0.05, 0.95))))


def test_surveys_and_episodes_outside_the_run_are_not_drawn(make_run):
    (axes,) = area_against_observed(make_run(weeks=120)).axes
    assert len(axes.containers) == 2
    assert not [text for text in axes.texts if text.get_text() in {episode.label for episode in EPISODES}]


def test_the_shaded_episodes_are_those_of_the_dated_drivers():
    drivers = load("history").drivers
    days = np.arange(np.datetime64("2012-01-02"), np.datetime64("2023-12-31"), np.timedelta64(7, "D"))
    air, shock, glut = EPISODES

    def weekly(name, episode):
        inside = (days >= np.datetime64(episode.start)) & (days <= np.datetime64(episode.end))
        return np.asarray(drivers.weekly(name, days)), inside

    capacity, inside = weekly("capacity_air", air)
    before = days < np.datetime64(air.start)
    assert capacity[inside].max() < capacity[before].min()
    capacity, inside = weekly("capacity_road", shock)
    assert capacity[inside].max() < 1.0
    assert (capacity[~inside] == 1.0).all()
    price, inside = weekly("border_price_index", glut)
    assert price[inside].max() <= 1.0
    assert price[days < np.datetime64(glut.start)][-52:].min() > 1.0


def test_the_price_panels_show_each_reported_price_hollow_if_it_is_of_all_peru(run):
    for axes, product in zip(prices(run).axes, ("leaf", "paste", "hcl"), strict=True):
        drawn = {}
        for bar in axes.containers:
            point = bar.lines[0]
            drawn[point.get_xdata()[0], point.get_ydata()[0]] = point.get_markerfacecolor()
        left, right = axes.get_xlim()
        wanted = {
            (date2num(seen.middle), seen.value): "white" if seen.place == observed.COUNTRY else "#1a1a1a"
            for seen in observed.prices(product)
            if left <= date2num(seen.middle) <= right
        }
        assert drawn == wanted
        (model,) = lines(axes)
        assert model.get_ydata() == pytest.approx(run[f"{product}_price"])


def test_the_stack_of_routes_is_the_moving_share_and_fills_the_panel(run):
    stack, _ = route_shares(run).axes
    shares = moving_route_shares(run, 13)[:, 12:]
    assert shares.sum(axis=0) == pytest.approx(1.0)
    base = np.zeros(shares.shape[1])
    areas = bands(stack)
    assert len(areas) == len(ROUTES)
    for area, route in zip(areas, STACK_ORDER, strict=True):
        base = base + shares[ROUTES.index(route)]
        last_day = date2num(run.dates[-1])
        top = max(y for x, y in area.get_paths()[0].vertices if x == last_day)
        assert top == pytest.approx(base[-1])


def test_routes_are_named_with_their_last_share(run):
    stack, _ = route_shares(run).axes
    last = moving_route_shares(run, 13)[:, -1]
    said = " ".join(text.get_text() for text in stack.texts)
    for share in last:
        assert f"{100 * share:.0f} % " in said


def test_the_callao_panel_adds_foot_and_road_and_shows_the_reported_forty_percent(run):
    _, callao = route_shares(run).axes
    (model,) = lines(callao)
    shares = moving_route_shares(run, 13)[:, 12:]
    assert model.get_ydata() == pytest.approx(
        shares[ROUTES.index("foot")] + shares[ROUTES.index("road_callao")]
    )
    reported = [line for line in callao.lines if len(line.get_xdata()) == 2]
    assert [tuple(line.get_ydata()) for line in reported] == [(0.4, 0.4)]
    assert "reported: 40 % or more" in [text.get_text() for text in callao.texts]


def test_the_leaf_bars_add_up_to_the_leaf_grown_of_each_full_year(make_run):
    run = make_run(weeks=600)
    fate, _ = leaf_fate(run).axes
    tops = {}
    for container in fate.containers:
        for bar in container:
            year = round(bar.get_x() + bar.get_width() / 2)
            tops[year] = max(tops.get(year, 0.0), bar.get_y() + bar.get_height())
    assert sorted(tops) == list(range(2012, 2023))
    for year, top in tops.items():
        grown = run["leaf_grown"][run.between(f"{year}-01-01", f"{year}-12-31")].sum() / 1e6
        assert top == pytest.approx(grown)


def test_the_seizure_panel_sets_the_run_against_each_report(run):
    _, panel = leaf_fate(run).axes
    reports = [tuple(line.get_ydata()) for line in panel.lines if len(line.get_xdata()) == 2]
    assert sorted(reports) == [(0.02, 0.02), (0.07, 0.07), (0.1, 0.1)]
    assert "reported, all Peru: 7 %" in [text.get_text() for text in panel.texts]


def test_income_bars_stack_the_sources_and_hang_losses_below_zero(make_run):
    run = make_run()
    run.snapshots.income_by_source[3, 0, INCOME_SOURCES.index("coca")] = -500.0
    axes = growers_incomes(run).axes[2]
    heights = [[bar.get_height() for bar in container] for container in axes.containers]
    assert pytest.approx(run.snapshots.income_by_source[:, 0] / 1000) == np.array(heights).T
    loss = axes.containers[0][3]
    assert (loss.get_y(), loss.get_height()) == pytest.approx((0.0, -0.5))
    others = [container[3].get_y() for container in axes.containers[1:]]
    assert min(others) == 0.0
    assert axes.get_ylim()[0] <= -0.5


def test_income_lines_are_the_medians_of_the_two_groups(run):
    axes = growers_incomes(run).axes
    for group in (0, 1):
        (line,) = axes[group].lines
        assert line.get_ydata() == pytest.approx(run.snapshots.income_quantiles[:, group, 2] / 1000)


def test_the_maps_are_of_the_first_and_the_last_year_and_name_their_hectares(run):
    figure = coca_map_years(run, load_valley(), years=3)
    said = " ".join(text.get_text() for text in texts(figure))
    for place in (0, -1):
        year = str(run.snapshots.dates[place])[:4]
        hectares = f"{run.snapshots.coca_area[place].sum():,.0f}".replace(",", "\u2009")
        assert f"{year}: {hectares} ha" in said
    assert "Scenario history, 1 run, seed 1" in said


def test_a_run_of_a_few_weeks_gets_the_charts_it_is_long_enough_for(make_run, tmp_path):
    run = make_run(weeks=9)
    assert list(charts_of(run)) == ["area", "prices"]
    files = draw_run(run, tmp_path)
    assert sorted(path.name for path in files) == ["area.png", "area.svg", "prices.png", "prices.svg"]


def test_a_run_without_cargo_gets_no_chart_of_routes(make_run):
    run = make_run()
    for route in ROUTES:
        run.series[f"hcl_exported_{route}"][:] = 0.0
    assert "routes" not in charts_of(run)
    with pytest.raises(ValueError, match="no cargo left the valley"):
        route_shares(run)


def test_charts_of_no_run_or_of_runs_without_a_common_week_are_refused(make_run):
    with pytest.raises(ValueError, match="at least one run"):
        area_against_observed([])
    early, late = make_run(weeks=20), make_run(weeks=60)
    later = type(late)(
        late.scenario, 2, late.dates + np.timedelta64(7 * 100, "D"), late.series, late.snapshots, 1.0
    )
    with pytest.raises(ValueError, match="no week in common"):
        area_against_observed([early, later])


def test_runs_of_different_length_are_drawn_over_their_common_weeks(make_run):
    bundle = Bundle.of([make_run(1, weeks=100), make_run(2, weeks=60)], lambda run: run["leaf_price"])
    assert bundle.values.shape == (2, 60)


def test_the_scoreboard_marks_each_pattern_where_its_value_lies_in_its_tolerance():
    (axes,) = scoreboard_chart(SCORES).axes
    marks = [line for line in axes.lines if line.get_marker() != "None"]
    assert [line.get_marker() for line in marks] == [PASSED.marker, "<", PASSED.marker]
    assert marks[0].get_xdata()[0] == pytest.approx((34_100 - 30_000) / 11_000)
    assert [line.get_color() for line in marks] == [PASSED.colour, MISSED.colour, PASSED.colour]
    said = [text.get_text() for text in axes.texts]
    assert "missed:\n25 % of seeds" in said
    assert said.count("100 % of seeds") == 2


def test_the_scoreboard_counts_the_patterns_in_its_title_and_fits_the_page():
    figure = scoreboard_chart(SCORES, "8 seeds")
    assert figure.texts[0].get_text() == "2 of 3 patterns reproduced"
    for text, box in shown_boxes(figure):
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text


def test_a_value_stands_inside_the_tolerance_exactly_if_it_lies_between_its_bounds():
    inf = float("inf")
    for low, high in ((-0.25, -0.02), (0.0, inf), (-inf, 0.0), (-0.3, inf), (-inf, 5.0), (2.0, 2.0)):
        for value in (-10.0, -0.3, -0.25, -0.1, 0.0, 0.5, 2.0, 4.9, 5.0, 80.0):
            at = position(value, low, high)
            inside = (at >= 0.0 or low == -inf) and (at <= 1.0 or high == inf)
            assert inside == (low <= value <= high), (value, low, high)


def test_the_ablation_chart_shades_what_is_lost_and_counts_each_row():
    without = [SCORES[0]._replace(passed=False), *SCORES[1:]]
    (axes,) = ablation_chart({"whole model": SCORES, "no markdown": without}).axes
    shaded = [(bar.get_x(), round(bar.get_y() + 0.5)) for container in axes.containers for bar in container]
    assert shaded == [(-0.5, 1)]
    said = [text.get_text() for text in axes.texts]
    assert {"2", "1"} <= set(said)


def test_a_large_ablation_chart_keeps_its_headings_on_the_page():
    scores = [SCORES[0]._replace(name="A pattern with a name of some length")] * 20
    figure = ablation_chart({f"left out, number {number} of many": scores for number in range(30)})
    for text, box in shown_boxes(figure):
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text


def test_ablations_of_other_patterns_and_empty_tables_are_refused():
    with pytest.raises(ValueError, match="same patterns"):
        ablation_chart({"whole model": SCORES, "other": SCORES[1:]})
    with pytest.raises(ValueError, match="got no row"):
        ablation_chart({})
    with pytest.raises(ValueError, match="at least one pattern"):
        scoreboard_chart([])


def test_years_on_the_axis_stand_between_their_ends(run):
    (axes,) = area_against_observed(run).axes
    ticks = axes.xaxis.get_minorticklocs()
    assert all(str(np.datetime64(int(tick), "D")).endswith("-07-01") for tick in ticks)
    assert all(later - earlier > 300 for earlier, later in pairwise(ticks))


def test_episodes_are_shaded_only_where_history_drives_the_run(make_run):
    without = make_run(scenario=load("history", ['drivers.table="none"']))
    (axes,) = area_against_observed(without).axes
    assert not {text.get_text() for text in axes.texts} & {episode.label for episode in EPISODES}


def test_the_drawn_price_is_marked_where_the_dated_border_price_ends(make_run):
    run = make_run(weeks=900)
    (axes,) = area_against_observed(run).axes
    (name,) = [text for text in axes.texts if text.get_text() == "border price\ndrawn"]
    assert name.xy[0] == date2num(run.scenario.drivers.last_date("border_price_index")) + 1
    (axes,) = area_against_observed(make_run()).axes
    assert "forecast" not in [text.get_text() for text in axes.texts]
