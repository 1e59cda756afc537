"""Charts of a comparison show what it says, in files that are the same each time."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from matplotlib.figure import Figure

from vraem.experiment.words import short_day
from vraem.figures.arm_paths import arm_paths, difference_paths
from vraem.figures.arms import MOST_ARMS_IN_CHART, arm_look
from vraem.figures.differences import forest, forests
from vraem.figures.style import save


def texts(figure: Figure) -> str:
    found = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(found)


def test_the_forest_names_outcomes_windows_pairs_and_seeds(halved):
    said = texts(forest(halved))
    for words in ("price of leaf", "first year", "slump", "closure", "5 runs", "seeds 3–7", "400 households"):
        assert words in said
    assert "coca eradicated" not in said


def test_marks_stand_at_the_differences_and_are_filled_where_clear(halved):
    figure = forest(halved, ["slump"])
    found = next(each for each in halved.of("slump", "first year") if each.measure.name == "hcl_price")
    marks = [line for line in figure.axes[0].lines if line.get_marker() == arm_look(1).marker]
    at = [mark for mark in marks if mark.get_xdata()[0] == pytest.approx(found.relative[0])]
    assert len(at) == 1
    assert at[0].get_markerfacecolor() == arm_look(1).colour


def test_many_arms_get_a_forest_each(halved):
    many = dataclasses.replace(
        halved,
        names=("a", "b", "c", "d", "e", "f"),
        scenarios=halved.scenarios * 2,
        values=halved.values[[0, 1, 2, 1, 2, 1]],
        partings=(None, *[halved.partings[1]] * 5),
    )
    assert list(forests(many)) == [
        "differences-b",
        "differences-c",
        "differences-d",
        "differences-e",
        "differences-f",
    ]
    assert list(forests(halved)) == ["differences"]


def test_paths_name_the_arms_and_the_day_on_which_they_part(halved):
    said = texts(arm_paths(halved))
    for words in ("as it was", "slump", f"they part\n{short_day(date(2012, 10, 1))}", "5–95 % of runs"):
        assert words in said


def test_paths_of_differences_are_zero_until_the_arms_part(halved):
    axes = difference_paths(halved).axes[2]
    line = next(line for line in axes.lines if line.get_color() == arm_look(1).colour)
    before = np.asarray(line.get_xdata()) < np.datetime64("2012-10-01")
    gaps = np.asarray(line.get_ydata())
    assert (gaps[before] == 0.0).all()
    assert (gaps[~before][4:] < 0.0).all()


def test_arms_for_which_there_is_no_room_are_named(halved):
    names = tuple("abcdefghi")
    many = dataclasses.replace(
        halved,
        names=names,
        paths={name: paths[[0, 1, 2, 1, 2, 1, 2, 1, 2]] for name, paths in halved.paths.items()},
        partings=(None, *[halved.partings[1]] * 8),
    )
    assert "Not drawn, for want of room: h, i." in texts(arm_paths(many))
    assert "Not drawn" not in texts(arm_paths(halved))


def test_arms_look_different(halved):
    looks = [arm_look(arm) for arm in range(MOST_ARMS_IN_CHART + 1)]
    assert len({(look.colour, look.linestyle, look.marker) for look in looks}) == len(looks)


def test_files_are_the_same_each_time(halved, tmp_path):
    one, two = (save(forest(halved, ["slump"]), tmp_path / name) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
