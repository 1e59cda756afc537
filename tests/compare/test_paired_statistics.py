"""Means, intervals, corrections and gains of paired runs, against computations by hand."""

import math

import numpy as np
import pytest

from vraem.analysis.paired import holm, paired_difference

REFERENCE = [10.0, 12.0, 9.0, 13.0]
ARM = [11.0, 14.0, 10.0, 16.0]
# differences 1, 2, 1, 3: mean 1.75, sd 0.957427, t(.975, 3) = 3.182446


def test_the_interval_is_that_of_a_paired_t_test():
    found = paired_difference(ARM, REFERENCE)
    reach = 3.182446305284263 * 0.9574271077563381 / 2.0
    assert found.mean == pytest.approx(1.75)
    assert (found.low, found.high) == pytest.approx((1.75 - reach, 1.75 + reach))
    assert (found.reference, found.arm, found.pairs) == (11.0, 12.75, 4)


def test_the_p_value_is_that_of_the_t_statistic():
    # t = 1.75 / (0.957427 / 2) = 3.6556 with 3 degrees of freedom; two-sided p from its distribution
    t = 1.75 / (0.9574271077563381 / 2.0)
    angle = math.atan(t / math.sqrt(3.0))
    tail = 1.0 - (2.0 / math.pi) * (angle + math.sin(angle) * math.cos(angle))
    assert paired_difference(ARM, REFERENCE).p == pytest.approx(tail, rel=1e-9)


def test_the_gain_of_pairing_is_unpaired_variance_over_paired():
    expected = (np.var(ARM, ddof=1) + np.var(REFERENCE, ddof=1)) / np.var([1, 2, 1, 3], ddof=1)
    assert paired_difference(ARM, REFERENCE).variance_gain == pytest.approx(expected)


def test_pairs_that_differ_by_a_constant_have_an_interval_without_width():
    found = paired_difference([11.0, 13.0, 10.0], [10.0, 12.0, 9.0])
    assert (found.mean, found.low, found.high, found.p) == (1.0, 1.0, 1.0, 0.0)
    assert math.isinf(found.variance_gain)


def test_equal_pairs_differ_by_nothing_for_certain():
    found = paired_difference(REFERENCE, REFERENCE)
    assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_pairs_without_a_value_in_both_runs_do_not_count():
    found = paired_difference([math.nan, *ARM], [10.0, *REFERENCE])
    assert found == paired_difference(ARM, REFERENCE)
    assert math.isnan(paired_difference([1.0, math.nan], [2.0, 3.0]).mean)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(5)
    common = random.normal(0.0, 5.0, (4000, 6))
    arm, reference = common + 0.7 + random.normal(size=common.shape), common
    found = [paired_difference(a, b) for a, b in zip(arm[:800], reference[:800], strict=True)]
    covered = np.mean([each.low <= 0.7 <= each.high for each in found])
    assert 0.93 < covered < 0.97


def test_holm_multiplies_the_smallest_p_by_all_the_next_by_one_less_and_never_falls():
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]).tolist() == pytest.approx([1.0, 1.0])


def test_holm_leaves_out_what_is_no_number():
    adjusted = holm([0.01, math.nan, 0.04])
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert math.isnan(adjusted[1])
