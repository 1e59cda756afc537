"""The scoreboard: how far seeds spread, how many are inside, in parts."""

from dataclasses import replace

import pytest
from matplotlib.collections import PolyCollection

from vraem.analysis.scoreboard import CAMPAIGNS, HISTORY, MeasureScore, PatternScore
from vraem.cli.scoring import _accepted
from vraem.figures.scoreboard import PART_WORDS, position, scoreboard_chart

MEASURE = MeasureScore("elasticity", 1.8, 1.1, 2.9, 1.5, 2.6, "ratio", "2.3", 0.78)
MISSED = PatternScore(
    label="P3",
    name="Elasticity",
    observed="2.3",
    simulated="elasticity: 1.8",
    tolerance="1.5 to 2.6",
    passed=False,
    share_of_seeds=0.78,
    value=1.8,
    low=1.5,
    high=2.6,
    unit="ratio",
    measures=(MEASURE,),
)


def test_a_miss_whose_mean_is_inside_shows_how_far_the_seeds_spread_and_how_many_are_inside():
    (axes,) = scoreboard_chart([MISSED]).axes
    whiskers = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]
    assert whiskers == [pytest.approx((position(1.1, 1.5, 2.6), position(2.9, 1.5, 2.6)))]
    bars = [
        each.get_paths()[0].vertices[:, 0] for each in axes.collections if isinstance(each, PolyCollection)
    ]
    whole, inside = sorted((float(bar.max() - bar.min()) for bar in bars), reverse=True)
    assert inside / whole == pytest.approx(0.78)
    assert "missed:\n78 % of seeds" in [text.get_text() for text in axes.texts]


def test_parts_stand_under_their_names_if_there_are_several():
    pair = replace(MISSED, part=CAMPAIGNS)
    said = [text.get_text() for text in scoreboard_chart([MISSED, pair]).axes[0].texts]
    assert {PART_WORDS[HISTORY], PART_WORDS[CAMPAIGNS]} <= set(said)
    alone = [text.get_text() for text in scoreboard_chart([MISSED]).axes[0].texts]
    assert not set(PART_WORDS.values()) & set(alone)


def test_the_value_and_its_whisker_have_one_scale_where_one_side_is_open():
    ends = [position(value, 0.0, float("inf"), (-0.5, 2.0)) for value in (-0.5, 0.5, 2.0)]
    assert ends == pytest.approx([-0.25, 0.25, 1.0])


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (1.5, 2.6, "ratio", "1.5 to 2.6 (ratio)"),
        (12.0, float("inf"), "months", "at least 12 months"),
        (float("-inf"), 0.0, "change", "at most 0 (change)"),
    ],
)
def test_what_a_pattern_accepts_is_told_with_its_unit(low, high, unit, said):
    assert _accepted(replace(MISSED, low=low, high=high, unit=unit)) == said
