"""Cumulative incidence with competing risks against a published table, a library, and what must hold."""

import numpy as np
import pytest

from vraem.analysis.incidence import CENSORED, aalen_johansen, first_of
from vraem.analysis.intervals import wilson

# 24 patients: weeks to death of cancer, to death of other causes, to the end of watching
CANCER = [0.7, 3, 4.9, 6, 6, 6.9, 10, 10.8, 17.1, 20.3]
OTHER = [1.5, 2.8, 3.8, 4.7, 7, 10, 10, 11.2]
WATCHED = [3.2, 7.6, 10, 11, 15, 24.4]


def patients():
    times = CANCER + OTHER + WATCHED
    causes = [0] * len(CANCER) + [1] * len(OTHER) + [CENSORED] * len(WATCHED)
    return aalen_johansen(times, causes, ("cancer", "other"))


def test_the_table_of_satagopan_2004():
    # Satagopan et al. 2004, British Journal of Cancer 91:1229-1235, Table 2: nine of 305 patients are listed,
    # the rest are watched for longer; E is death of breast cancer, CR of another cause, C the end of watching
    times = [7, 10, 14, 16, 18, 23, 24, 26, 27] + [1000] * 296
    causes = [CENSORED, 0, CENSORED, 0, 1, 0, CENSORED, 1, 0] + [CENSORED] * 296
    found = aalen_johansen(times, causes, ("breast cancer", "other"))
    assert found.times.tolist() == [10, 16, 18, 23, 26, 27]
    assert found.at_risk.tolist() == [304, 302, 301, 300, 298, 297]
    assert (100 * found.survival).round(1).tolist() == [99.7, 99.3, 99.0, 98.7, 98.3, 98.0]
    steps = 100 * np.diff(np.append(0.0, found.incidence[0]))[[0, 1, 3, 5]]
    assert steps.round(1).tolist() == [0.3, 0.3, 0.3, 0.3]


def test_incidence_and_errors_are_those_of_statsmodels():
    # statsmodels 0.15, duration.survfunc.CumIncidenceRight: cinc and cinc_se of the first cause
    expected = {
        0.7: (0.0417, 0.0408),
        3.0: (0.0833, 0.0564),
        4.9: (0.1272, 0.0687),
        6.0: (0.2149, 0.0853),
        10.0: (0.3066, 0.0969),
        10.8: (0.3613, 0.1033),
        17.1: (0.4488, 0.1176),
        20.3: (0.5363, 0.1189),
    }
    found = patients()
    for time, (share, error) in expected.items():
        place = found.times.tolist().index(time)
        assert found.incidence[0, place] == pytest.approx(share, abs=5e-5)
        assert np.sqrt(found.variance[0, place]) == pytest.approx(error, abs=5e-5)


def test_shares_of_all_causes_and_of_none_add_up_to_one():
    found = patients()
    assert found.incidence.sum(axis=0) + found.survival == pytest.approx(np.ones(len(found.times)))


def test_with_one_cause_it_is_one_less_kaplan_and_meier_with_greenwood():
    times, causes = [1, 2, 2, 3, 4, 5, 6], [0, 0, 0, CENSORED, 0, CENSORED, 0]
    found = aalen_johansen(times, causes, ("split",))
    survival = np.cumprod([6 / 7, 4 / 6, 2 / 3])
    greenwood = survival**2 * np.cumsum([1 / (7 * 6), 2 / (6 * 4), 1 / (3 * 2)])
    assert found.incidence[0, :3] == pytest.approx(1 - survival)
    assert found.variance[0, :3] == pytest.approx(greenwood)


def test_without_censoring_it_is_the_share_of_runs_and_its_binomial_variance():
    random = np.random.default_rng(2)
    times, causes = random.uniform(0, 10, 300), random.integers(0, 2, 300)
    found = aalen_johansen(times, causes, ("a", "b"))
    by_five = ((times <= 5) & (causes == 0)).mean()
    place = np.searchsorted(found.times, 5.0, side="right") - 1
    assert found.incidence[0, place] == pytest.approx(by_five)
    assert found.variance[0, place] == pytest.approx(by_five * (1 - by_five) / 300, rel=1e-6)


def test_intervals_stay_inside_and_hold_the_estimate():
    found = patients()
    share, low, high = found.at("cancer", 15)
    assert 0 < low < share < high < 1
    assert found.at("cancer", 0.5) == wilson(0, 24)


def test_what_never_or_always_came_has_wilsons_interval_of_the_runs_watched():
    never = aalen_johansen([50.0] * 12 + [90.0] * 8, [CENSORED] * 20, ("split",))
    assert never.at("split", 50) == pytest.approx(wilson(0, 20))
    assert never.at("split", 60) == pytest.approx(wilson(0, 8))
    always = aalen_johansen(np.arange(1.0, 21.0), [0] * 20, ("split",))
    assert always.at("split", 30) == pytest.approx(wilson(20, 20))


def test_nothing_is_said_of_times_that_nobody_watched():
    found = aalen_johansen([10.0, 20.0, 208.0], [0, CENSORED, CENSORED], ("split",))
    assert found.at("split", 208).estimate == pytest.approx(1 / 3)
    assert np.isnan(found.at("split", 209)).all()


def test_leaving_out_one_run_at_a_time_gives_nearly_aalens_variance():
    random = np.random.default_rng(4)
    times, causes = random.uniform(0, 10, 300), random.integers(-1, 2, 300)
    alone = aalen_johansen(times, causes, ("a", "b"))
    jackknife = aalen_johansen(times, causes, ("a", "b"), np.arange(300))
    many = (alone.at_risk < 280) & (alone.at_risk > 60)
    assert jackknife.variance[:, many] == pytest.approx(alone.variance[:, many], rel=0.03)


def test_runs_of_one_draw_are_not_taken_for_independent():
    random = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        chance = np.repeat(random.uniform(0.1, 0.9, 30), 12)  # a chance of its own for each of 30 draws
        came = random.random(360) < chance
        times, causes = np.where(came, random.uniform(1, 9, 360), 10.0), np.where(came, 0, CENSORED)
        known = aalen_johansen(times, causes, ("split",), np.repeat(np.arange(30), 12)).at("split", 10)
        held += known.low < 0.5 < known.high
    assert 88 <= held <= 100


def test_what_comes_first_keeps_the_rest_from_being_first():
    times, causes = first_of({"split": [5, np.nan, 30, 9], "end": [3, np.nan, np.nan, 9]}, [20, 20, 20, 20])
    assert times.tolist() == [3, 20, 20, 9]
    assert causes.tolist() == [1, CENSORED, CENSORED, 0]


def test_times_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="numbers from 0 on"):
        aalen_johansen([1, np.nan], [0, 0], ("a",))
    with pytest.raises(ValueError, match="place of a name"):
        aalen_johansen([1, 2], [0, 1], ("a",))


def test_nobody_to_watch_gives_nothing():
    found = aalen_johansen([], [], ("a",))
    assert found.times.tolist() == []
    assert np.isnan(found.at("a", 3)).all()
