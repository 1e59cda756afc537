"""Words and numbers of charts: signs, per cent, accents."""

from datetime import date

import pytest

from tests.figures.gallery import run
from vraem.analysis.words import counted, form_words, percent
from vraem.experiment import words
from vraem.figures.differences import _tenths
from vraem.figures.outcome_words import PERSONS, RATES, words_of
from vraem.figures.place_names import accented
from vraem.figures.report_html import cell, p_text, point_text, quantity, table


def test_shares_have_a_space_before_the_sign():
    assert percent(0.1) == "10 %"


@pytest.mark.parametrize(("number", "said"), [(1, "1 seed"), (4, "4 seeds"), (1200, "1\u2009200 seeds")])
def test_one_of_a_thing_is_singular(number, said):
    assert counted(number, "seed") == said


@pytest.mark.parametrize(("value", "said"), [(-0.01, "0.0"), (0.02, "0.0"), (-0.06, "−0.1"), (2.0, "+2.0")])
def test_nought_has_no_sign(value, said):
    assert _tenths(value) == said


def test_places_bear_their_accents():
    assert accented("Rio Apurimac, Junin") == "Río Apurímac, Junín"
    assert accented("Puerto Ocopa") == "Puerto Ocopa"


def test_rates_and_persons_do_not_share_an_axis():
    assert words_of("violence_60").family == RATES
    assert words_of("deaths_civilians_60").family == PERSONS


def test_the_head_of_a_column_of_text_stands_on_its_left():
    page = table(["rule", "meaning", "value"], [[cell("a"), cell("words", "text"), cell(1)]])
    assert '<th scope="col" class="text">meaning</th><th scope="col">value</th>' in page


@pytest.mark.parametrize(
    ("form", "said"),
    [('["leader", "committee"]', "leader, committee"), ("[2, 3]", "2, 3"), ("heir", "heir"), (4, "4")],
)
def test_values_that_were_drawn_are_written_as_people_do(form, said):
    assert form_words(form) == said


def test_days_have_hard_spaces_long_and_short():
    day = date(2023, 9, 3)
    assert words.day(day) == words.day("2023-09-03") == "3 September 2023".replace(" ", words.HARD_SPACE)
    assert words.short_day(day) == "3 Sep 2023".replace(" ", words.HARD_SPACE)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (21250.0, "21\u2009250"),
        (576_312_000.0, "576\u2009300\u2009000"),
        (3.14159, "3.142"),
        (-0.0, "0"),
        (-2.5, "−2.500"),
        (float("nan"), "–"),
    ],
)
def test_amounts_are_written_out_with_their_thousands_apart(value, said):
    assert quantity(value) == said


def test_an_amount_has_no_more_decimals_than_the_largest_beside_it():
    assert quantity(0.004, beside=[5000.0], sign=True) == "0"
    assert quantity(12.0, beside=[50_000.0], sign=True) == "+12"


def test_small_p_values_are_not_nought_and_nought_has_no_sign_in_points():
    assert [p_text(value) for value in (0.0002, 0.0234, 1.0)] == ["< .001", ".023", "1.000"]
    assert [point_text(share) for share in (-0.004, 0.031, -0.2)] == ["0", "+3", "−20"]


def test_results_of_a_run_are_told_in_a_line():
    for found in (run(), run().organisation):
        assert "\n" not in repr(found)
        assert len(repr(found)) < 120
