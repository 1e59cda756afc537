"""Every end state is reached where docs/reference/outcomes.md says, at its boundaries too; one and only one holds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observe_worlds import horizon

from vraem.observe.end_states import END_STATE_WORDS, END_STATES, classify, is_fragmented
from vraem.observe.measures import HorizonMeasures
from vraem.observe.thresholds import THRESHOLDS, Thresholds


def label(**values: float) -> str:
    return END_STATES[classify(horizon(**values))[0]]


def by_the_book(m: dict[str, float], t: Thresholds = THRESHOLDS) -> str | None:
    """The table of end states once more, in plain ifs: the second implementation."""
    if math.isnan(m["la"]):
        return None
    if m["la"] < t.gone_armed and m["lf"] < t.gone_hired and m["rev"] < t.gone_revenue:
        return "replaced" if m["vac"] >= t.replaced_vacancy else "dissolved"
    if m["absorbed"] >= t.absorbed:
        return "absorbed"
    if m["s1"] >= t.rump:
        if m["la_low"] >= t.intact:
            return "intact"
        return "resilient" if m["la_now"] >= t.intact else "diminished_rump"
    if m["s1"] >= t.splinters:
        return "rump_and_splinters"
    if m["n"] >= t.fragments and m["n_eff"] >= t.effective_fragments:
        return "gangs" if m["pi"] >= t.profit else "factionalised_insurgency"
    return "mixed"


GONE = {"la": 0.09, "lf": 0.09, "rev": 0.09, "s1": 0.0, "la_now": 0.09, "la_low": 0.09}
PIECES = {"s1": 0.49, "n": 3.0, "n_eff": 2.5, "la": 0.8}
CASES = [
    ("intact", {}),
    ("intact", {"la_low": 0.7}),
    ("resilient", {"la_low": 0.6999, "la_now": 0.7}),
    ("diminished_rump", {"la_low": 0.6999, "la_now": 0.6999}),
    ("diminished_rump", {"s1": 0.8, "la_low": 0.2, "la_now": 0.2}),
    ("rump_and_splinters", {"s1": 0.7999}),
    ("rump_and_splinters", {"s1": 0.5}),
    ("gangs", PIECES | {"pi": 0.7}),
    ("factionalised_insurgency", PIECES | {"pi": 0.6999}),
    ("mixed", PIECES | {"n": 2.99}),
    ("mixed", PIECES | {"n_eff": 2.499}),
    ("mixed", {"s1": 0.0, "la": 0.2, "n": 0.0}),
    ("absorbed", {"absorbed": 0.5}),
    ("absorbed", PIECES | {"absorbed": 0.6, "pi": 0.9}),
    ("dissolved", GONE),
    ("dissolved", GONE | {"vac": 0.4999}),
    ("replaced", GONE | {"vac": 0.5}),
    ("dissolved", GONE | {"absorbed": 0.9}),
    ("absorbed", GONE | {"lf": 0.1, "absorbed": 0.5}),
    ("mixed", GONE | {"la": 0.1}),
    ("mixed", GONE | {"rev": 0.1}),
    ("diminished_rump", GONE | {"rev": 0.1, "s1": 0.8}),
]


@pytest.mark.parametrize(("expected", "values"), CASES)
def test_a_label_holds_on_its_side_of_the_boundary(expected, values):
    assert label(**values) == expected


def test_every_label_has_a_case_and_words():
    assert {expected for expected, _ in CASES} == set(END_STATES) == set(END_STATE_WORDS)


def test_a_horizon_that_the_run_does_not_reach_has_no_label():
    assert classify(horizon(la=np.nan)).tolist() == [-1]


def test_without_anybody_whose_profit_counts_fragments_are_not_called_gangs():
    assert label(**PIECES, pi=np.nan) == "factionalised_insurgency"


def test_fragmentation_is_told_apart_from_the_label():
    split = horizon(s1=0.6, n=3.0, n_eff=2.6)
    assert END_STATES[classify(split)[0]] == "rump_and_splinters"
    assert is_fragmented(split).tolist() == [True]


unit = st.floats(0.0, 1.2) | st.sampled_from([0.05, 0.1, 0.3, 0.5, 0.7, 0.8])
several = st.floats(0.0, 8.0) | st.sampled_from([2.5, 3.0])
drawn = st.fixed_dictionaries(
    dict.fromkeys(("la", "lf", "la_now", "la_low", "s1", "absorbed", "rev", "vac", "pi"), unit)
    | dict.fromkeys(("n", "n_eff"), several)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(drawn, min_size=1, max_size=6), st.sampled_from([0.8, 1.0, 1.2]))
def test_one_label_holds_whatever_the_measures_and_it_is_that_of_the_second_implementation(rows, factor):
    thresholds = THRESHOLDS.scaled(factor)
    usual = horizon().__dict__
    measures = HorizonMeasures(
        **{name: np.array([row.get(name, usual[name][0]) for row in rows]) for name in usual}
    )
    codes = classify(measures, thresholds)
    assert ((codes >= 0) & (codes < len(END_STATES))).all()
    assert [END_STATES[code] for code in codes] == [by_the_book(row, thresholds) for row in rows]
