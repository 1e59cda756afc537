"""Splinters of dismantled runs: only those watched for an age count at it, and the shares of each age are whole."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from vraem.analysis.results import Results
from vraem.analysis.splinters import SplinterLives, splinter_findings
from vraem.experiment.rules import VerdictRules


def results(*texts, dismantled=None, watched=600.0):
    """Runs, one a draw, with these splinters, all dismantled unless said otherwise."""
    frame = pd.DataFrame(
        {
            "arm": "campaign",
            "point": np.arange(len(texts)),
            "replicate": 0,
            "weak_start": 0.0,
            "null_model": "none",
            "dismantled_personnel": 1.0 if dismantled is None else np.asarray(dismantled, dtype=float),
            "weeks_observed": watched,
            "splinter_lives": texts,
        }
    )
    return Results(
        frame=frame,
        arms=("baseline", "campaign"),
        reference="baseline",
        campaigns=("campaign",),
        factors=(),
        rules=VerdictRules(),
    )


def test_shares_at_an_age_are_of_the_splinters_watched_for_that_long():
    # back after 30 weeks, alone for 600, gone after 100, and one that was born 40 weeks before the end
    found = splinter_findings(results("0:30:0:9;0:600:-:11", "100:100:3:7;560:40:-:8"))
    assert (found.runs, found.splinters) == (2, 4)
    assert found.watched == {1: 3, 3: 3, 5: 3, 10: 2}
    one, three = found.at[1], found.at[3]
    assert (one["alone"].estimate, one["back"].estimate) == pytest.approx((2 / 3, 1 / 3))
    assert (three["alone"].estimate, three["gone"].estimate) == pytest.approx((1 / 3, 1 / 3))
    for shares in found.at.values():
        assert sum(share.estimate for share in shares.values()) == pytest.approx(1.0)
        assert all(share.low <= share.estimate <= share.high for share in shares.values() if share.estimate)


def test_runs_that_are_not_dismantled_do_not_count():
    found = splinter_findings(results("0:30:0:9", "", "0:30:0:9;1:30:1:9", dismantled=[1, 1, 0]))
    assert (found.runs, found.splinters) == (2, 1)
    assert found.any.estimate == found.a_run.estimate == 0.5
    assert found.counts == (0.5, 0.5, 0.0, 0.0, 0.0)


def test_runs_without_splinters_say_so():
    found = splinter_findings(results("", ""))
    assert found.splinters == 0
    assert found.at == {}
    assert found.any.estimate == 0.0
    assert found.any.high > 0.0


def test_nothing_is_found_where_nothing_was_asked_or_nobody_dismantled():
    asked = results("0:30:0:9")
    frame = asked.frame.drop(columns="splinter_lives")
    assert splinter_findings(replace(asked, frame=frame)) is None
    assert splinter_findings(results("0:30:0:9", dismantled=[0])) is None
    with pytest.raises(ValueError, match='ask for the measures "splinter_lives"'):
        SplinterLives.of(replace(asked, frame=frame))


def test_many_splinters_are_counted_together():
    text = ";".join(["0:30:0:9"] * 9)
    assert splinter_findings(results(text, "0:30:0:9")).counts == (0.0, 0.5, 0.0, 0.0, 0.5)
