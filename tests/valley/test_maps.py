"""The maps show the valley and nothing finer than the package knows."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from vraem.figures.map_lines import outlines
from vraem.figures.maps import coca_small_multiples, valley_map
from vraem.figures.style import png_bytes
from vraem.valley import Valley, facts_table


@pytest.fixture(scope="module")
def chart(valley: Valley) -> Figure:
    return valley_map(valley)


def written(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text) if text.get_text()}


def test_the_map_names_the_rivers_towns_and_ways_out(chart: Figure):
    texts = written(chart)
    assert {"Río Apurímac", "Río Ene", "Río Mantaro", "Río Tambo"} <= texts
    assert {
        "Pichari",
        "Llochegua",
        "Mayapo",
        "Huanta",
        "Satipo",
        "Palmapampa",
        "San Francisco, Kimbiri",
    } <= texts
    exits = " ".join(texts)
    for exit_name in ("Atalaya", "Quillabamba", "Libertadores road", "La Merced road", "Air to Bolivia"):
        assert exit_name in exits


def test_no_two_names_of_places_cover_each_other(chart: Figure):
    renderer = FigureCanvasAgg(chart).get_renderer()
    names = [item for item in chart.axes[0].findobj(Annotation) if item.get_text() and item.get_zorder() == 9]
    assert len(names) > 30
    boxes = [Text.get_window_extent(name, renderer) for name in names]
    clashes = [
        (one.get_text(), other.get_text())
        for index, (one, box) in enumerate(zip(names, boxes, strict=True))
        for other, second in zip(names[index + 1 :], boxes[index + 1 :], strict=True)
        if box.overlaps(second)
    ]
    assert clashes == []


def test_the_map_is_the_same_to_the_byte_each_time(valley: Valley, chart: Figure):
    assert png_bytes(chart) == png_bytes(valley_map(valley))


def test_each_year_has_its_map_on_one_scale(valley: Valley):
    share = valley.communities.household_share
    areas = np.array([20_000.0, 18_000.0, 35_000.0])[:, None] * share
    figure = coca_small_multiples(valley, areas, ["2012", "2015", "2022"])
    assert {"2012", "2015", "2022"} <= written(figure)
    dots = [item for ax in figure.axes for item in ax.collections if item.get_zorder() == 5]
    assert len(dots) == 3
    assert {item.norm.vmax for item in dots} == {areas.max()}


def test_a_valley_without_coca_can_still_be_drawn(valley: Valley):
    figure = coca_small_multiples(valley, np.zeros((1, len(valley.communities))), ["none"])
    assert png_bytes(figure).startswith(b"\x89PNG")


def test_areas_that_do_not_fit_the_communities_are_refused(valley: Valley):
    with pytest.raises(ValueError, match=r"shape \(2, 5\); expected \(2 titles, \d+ communities\)"):
        coca_small_multiples(valley, np.zeros((2, 5)), ["a", "b"])


def test_roads_are_cut_where_their_class_changes_and_lose_no_segment():
    rows = facts_table("roads")
    segments = sum(
        one["route_id"] == other["route_id"] and one["part"] == other["part"] for one, other in pairwise(rows)
    )
    assert sum(len(line.longitude) - 1 for line in outlines("roads") if len(line.longitude) > 1) == segments
