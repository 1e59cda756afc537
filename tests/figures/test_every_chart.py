"""What holds for every chart: nothing leaves the page, nothing warns, and the caption says what it rests on."""

import re
from itertools import combinations

import matplotlib
import pytest
from matplotlib.text import Text

from tests.figures.gallery import GALLERY, chart
from vraem.figures.style import style

INTERVALS = (
    "interval", "band", "bands", "whisker", "whiskers", "brackets", "mean of runs", "1 run", "quasi-p", "share of runs",
    "each run",
)  # fmt: skip


def boxes(figure):
    """Text and its box, of every text that can be seen."""
    unseen = {id(text) for axes in figure.axes for text in outside_ticks(axes)}
    with style():
        texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
        texts = [text for text in texts if id(text) not in unseen]
        found = [(text, Text.get_window_extent(text)) for text in texts]
    return [(text, box) for text, box in found if box.width > 1]


def outside_ticks(axes):
    """Labels of ticks beyond the ends of an axis, which are not drawn."""
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        air = 1e-9 * (high - low)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low - air <= tick.get_loc() <= high + air:
                yield from (tick.label1, tick.label2)


@pytest.mark.parametrize("name", GALLERY)
def test_no_text_leaves_the_page(name):
    figure = chart(name)
    for text, box in boxes(figure):
        if _hidden(text, figure):
            continue
        assert box.x0 >= -1, (name, text.get_text())
        assert box.x1 <= figure.bbox.x1 + 1, (name, text.get_text())
        assert box.y0 >= -1, (name, text.get_text())
        assert box.y1 <= figure.bbox.y1 + 1, (name, text.get_text())


def _hidden(text, figure):
    """Texts of panels that are switched off."""
    return text.axes is not None and not text.axes.get_visible()


@pytest.mark.parametrize("name", GALLERY)
def test_names_beside_a_panel_do_not_cover_each_other(name):
    figure = chart(name)
    found = boxes(figure)
    for axes in figure.axes:
        if not axes.get_visible():
            continue
        beside = [
            (text.get_text(), box)
            for text, box in found
            if text.axes is axes
            and box.x0 >= axes.bbox.x1
            and box.y0 < axes.bbox.y1
            and box.y1 > axes.bbox.y0
        ]
        for (one, a), (other, b) in combinations(beside, 2):
            assert not a.shrunk(0.98, 0.8).overlaps(b.shrunk(0.98, 0.8)), (name, one, other)


@pytest.mark.parametrize("name", GALLERY)
def test_the_page_has_a_title_a_subtitle_and_a_caption(name):
    said = {text.get_gid(): text.get_text() for text in chart(name).texts}
    assert said["title"]
    assert said["subtitle"]
    assert said["caption"]


@pytest.mark.parametrize("name", [name for name in GALLERY if name not in ("morris", "sobol")])
def test_the_caption_says_runs_seeds_interval_and_version(name):
    said = {text.get_gid(): text.get_text() for text in chart(name).texts}
    words = f"{said['subtitle']} {said['caption']}".lower()
    assert re.search(r"\b\d[\d\u2009]* (to \d+ )?runs?\b", words), words
    assert re.search(r"seeds?\b", words), words
    assert "vraem" in words
    assert any(word in words for word in INTERVALS), words


@pytest.mark.parametrize("name", GALLERY)
def test_all_letters_are_of_one_family(name):
    families = {text.get_fontfamily()[0] for text, _ in boxes(chart(name))}
    assert families == {"sans-serif"}


def test_drawing_leaves_the_settings_of_matplotlib_as_they_were():
    before = dict(matplotlib.rcParams)
    GALLERY["sobol"]()
    assert dict(matplotlib.rcParams) == before
