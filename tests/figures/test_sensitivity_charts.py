"""Charts of what assumptions matter: effects, indices, levers and boxes are those of the analysis."""

from itertools import pairwise

import pytest

from tests.figures.gallery import EFFECTS, INDICES, results
from tests.figures.sweeps import made_up
from vraem import figures
from vraem.analysis.intervals import Interval
from vraem.analysis.sensitivity import Band, Lever


def test_morris_bars_are_the_effects_and_the_clear_ones_are_dark():
    bars, plane = figures.morris_screening(EFFECTS).axes
    assert [bar.get_width() for bar in bars.patches] == pytest.approx([each.importance for each in EFFECTS])
    hollow = sum(line.get_markerfacecolor() == "white" for line in plane.lines if line.get_marker() == "o")
    assert hollow == sum(not each.clear for each in EFFECTS)
    with pytest.raises(ValueError, match="at least one factor"):
        figures.morris_screening([])


def test_sobol_marks_are_both_indices():
    (axes,) = figures.sobol_shares(INDICES).axes
    marks = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
    assert sorted(marks) == pytest.approx(
        sorted([value for each in INDICES for value in (each.first, each.total)])
    )


def test_sensitivity_needs_a_design_for_it():
    with pytest.raises(ValueError, match="design is not known"):
        figures.sensitivity(results())


def test_no_box_to_draw_is_said():
    small = made_up(points=3, replicates=1)
    with pytest.raises(ValueError, match="no box to draw"):
        figures.discovered_box(small)


def test_assumptions_that_move_nothing_are_not_drawn():
    share = Interval(0.0, 0.0, 0.1)
    bands = tuple(Band("purge_loss", part, 0.0, 1.0, share, 9) for part in ("low", "high"))
    with pytest.raises(ValueError, match="no assumption moves the share"):
        figures.assumptions_that_matter(results(), found=[Lever("purge_loss", 0.0, bands)])


def test_names_of_many_forms_stand_apart():
    share = Interval(0.1, 0.0, 0.2)
    forms = [Band("targets", f"form-{number}", None, None, share, 9) for number in range(8)]
    forms.append(Band("targets", "last", None, None, Interval(0.3, 0.1, 0.5), 9))
    figure = figures.assumptions_that_matter(results(), found=[Lever("targets", 0.2, tuple(forms))])
    figure.canvas.draw()
    (axes,) = figure.axes
    names = [text for text in axes.texts if text.get_text().startswith("form-")]
    boxes = sorted((text.get_window_extent() for text in names), key=lambda box: box.y0)
    assert len(boxes) == 8
    assert all(upper.y0 >= lower.y0 + 0.8 * lower.height for lower, upper in pairwise(boxes))
