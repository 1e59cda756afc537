"""The look of charts: same bytes each time, no global state left behind, labels that do not collide."""

import subprocess
import sys
import threading
import warnings
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from vraem.figures.charts import area_against_observed
from vraem.figures.flows import STACK_ORDER
from vraem.figures.labels import spread
from vraem.figures.style import (
    FATE_LOOKS,
    MISSED,
    PASSED,
    PRODUCT_LOOKS,
    ROUTE_LOOKS,
    SOURCE_LOOKS,
    caption,
    nice_top,
    png_bytes,
    save,
    style,
    thousands,
)
from vraem.observe import INCOME_SOURCES
from vraem.valley import ROUTES
from vraem.version import __version__


def test_a_chart_is_saved_as_the_same_bytes_each_time(run, tmp_path):
    first = save(area_against_observed(run), tmp_path / "first")
    second = save(area_against_observed(run), tmp_path / "second")
    assert [path.suffix for path in first] == [".png", ".svg"]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_saved_chart_bears_no_date(run, tmp_path):
    _, svg = save(area_against_observed(run), tmp_path / "chart")
    assert "<dc:date>" not in svg.read_text(encoding="utf-8")


def test_the_users_settings_neither_change_a_chart_nor_are_changed(run):
    plain = png_bytes(area_against_observed(run))
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "red", "savefig.dpi": 33}):
        before = dict(matplotlib.rcParams)
        assert png_bytes(area_against_observed(run)) == plain
        assert dict(matplotlib.rcParams) == before


def test_charts_drawn_in_threads_equal_those_drawn_one_by_one(run):
    plain = png_bytes(area_against_observed(run))
    drawn: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: drawn.append(png_bytes(area_against_observed(run)))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [plain] * 3


def test_drawing_does_not_import_pyplot():
    code = (
        "import sys, vraem.figures.run, vraem.figures.scoreboard; "
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_chart_shows_itself_in_a_notebook(run):
    assert area_against_observed(run)._repr_png_().startswith(b"\x89PNG")


def test_the_style_comes_off_after_a_fault():
    before = dict(matplotlib.rcParams)
    with pytest.raises(RuntimeError), style():
        raise RuntimeError("stop")
    assert dict(matplotlib.rcParams) == before


def test_every_route_product_source_and_fate_has_its_own_fixed_colour():
    assert tuple(ROUTE_LOOKS) == ROUTES
    assert tuple(SOURCE_LOOKS) == INCOME_SOURCES
    for looks in (ROUTE_LOOKS, PRODUCT_LOOKS, SOURCE_LOOKS, FATE_LOOKS):
        assert len({look.colour for look in looks.values()}) == len(looks)


def _lightness(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = float(np.dot((0.2126, 0.7152, 0.0722), linear))
    return 116.0 * luminance ** (1 / 3) - 16.0 if luminance > 0.009 else 903.3 * luminance


def test_neighbours_in_a_stack_differ_in_lightness_for_print_in_grey():
    stacks = (
        [ROUTE_LOOKS[route] for route in STACK_ORDER],
        [SOURCE_LOOKS[source] for source in INCOME_SOURCES],
        list(FATE_LOOKS.values()),
    )
    for stack in stacks:
        lightness = [_lightness(look.colour) for look in stack]
        assert min(abs(one - other) for one, other in pairwise(lightness)) >= 12.0


def test_passed_and_missed_differ_by_shape_too():
    assert PASSED.marker != MISSED.marker


def test_the_caption_says_runs_seeds_interval_and_version(run, runs):
    assert caption([run]) == f"Scenario history, 1 run, seed 1, 40\u2009000 households, vraem {__version__}."
    several = caption(runs, "Bars: ±15 %.")
    assert several.startswith(
        "Scenario history, 5 runs, seeds 1–5, 40\u2009000 households, line = median, band = 5–95 % of runs"
    )
    assert several.endswith("\nBars: ±15 %.")


def test_the_caption_counts_seeds_that_do_not_follow_each_other(make_run):
    few = [make_run(seed, weeks=20) for seed in (3, 9)]
    assert "2 runs, seeds 3, 9," in caption(few)
    many = [make_run(seed, weeks=20) for seed in (1, 3, 5, 7, 11)]
    assert "5 seeds from 1 to 11" in caption(many)


def test_axes_end_at_a_round_number_a_little_above_the_data():
    assert nice_top(41.0) == 45.0
    assert nice_top(0.0) == nice_top(float("nan")) == 1.0
    for value in (0.013, 0.7, 3.0, 96.0, 1740.0, 36_000.0):
        assert value < nice_top(value) <= 2.0 * value


def test_thousands_stand_apart():
    assert thousands(35_709.4) == "35\u2009709"


boxes = st.lists(st.tuples(st.floats(0, 500), st.floats(1, 40)), min_size=1, max_size=8)


@given(boxes)
def test_labels_never_overlap_and_keep_their_order(wanted_and_heights):
    wanted, heights = (np.array(column) for column in zip(*wanted_and_heights, strict=True))
    placed = spread(wanted, heights, 0.0, 500.0)
    order = np.argsort(wanted, kind="stable")
    gaps = np.diff(placed[order]) - (heights[order][1:] + heights[order][:-1]) / 2.0
    assert (gaps >= -1e-6).all()
    if heights.sum() <= 500.0:
        assert (placed - heights / 2.0 >= -1e-6).all()
        assert (placed + heights / 2.0 <= 500.0 + 1e-6).all()


def test_labels_with_room_stay_where_they_were_wanted():
    assert spread([10.0, 60.0, 200.0], [20.0, 20.0, 20.0], 0.0, 300.0).tolist() == [10.0, 60.0, 200.0]


def test_two_labels_at_one_place_move_apart_by_the_same_distance():
    assert spread([50.0, 50.0], [10.0, 10.0], 0.0, 100.0).tolist() == [45.0, 55.0]


def test_saving_warns_of_nothing(run, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save(area_against_observed(run), tmp_path / "chart")
