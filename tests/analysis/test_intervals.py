"""Intervals and tests of shares against published values."""

import math

import numpy as np
import pytest

from vraem.analysis.clusters import clustered_mean, mean_interval
from vraem.analysis.intervals import (
    PairTable,
    equivalent_mean,
    equivalent_shares,
    goodman,
    is_clear,
    mcnemar,
    newcombe,
    newcombe_paired,
    simultaneous_shares,
    wilson,
)
from vraem.analysis.resampling import wilson_of_labels


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_values_of_newcombe_1998(count, total, low, high):
    # Newcombe 1998, Statistics in Medicine 17:857-872, Table I, method 3
    assert wilson(count, total)[1:] == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
    ],
)
def test_newcombe_gives_the_published_values_for_independent_shares(a, m, b, n, low, high):
    # Newcombe 1998, Statistics in Medicine 17:873-890, Table II, method 10
    assert newcombe(a, m, b, n)[1:] == pytest.approx((low, high), abs=5e-5)


def test_newcombe_gives_the_published_value_for_paired_shares():
    # Newcombe 1998, Statistics in Medicine 17:2635-2650, 36, 12, 2, 0 pairs, method 10
    assert newcombe_paired(PairTable(36, 12, 2, 0)) == pytest.approx((0.2, 0.0569, 0.3404), abs=5e-5)


def test_newcombe_corrects_a_positive_correlation_of_pairs():
    # Cavo et al. 2012 (complete response before and after consolidation), in Fagerland, Lydersen & Laake 2017,
    # Statistical Analysis of Contingency Tables, chapter 8: -.0621 (-.1186 to -.0046), square and add
    assert newcombe_paired(PairTable(59, 6, 16, 80)) == pytest.approx((-0.0621, -0.1186, -0.0046), abs=5e-5)
    # 24 pairs, both margins 12 of 24, so Wilson's intervals are .3143 to .6857 and reach .1857 either way;
    # phi = (8 x 8 - 4 x 4 - 12) / (12 x 12) = .25, and the reach of the difference .1857 x sqrt(2 - 2 x .25)
    found = newcombe_paired(PairTable(8, 4, 4, 8))
    assert found == pytest.approx((0.0, -0.2275, 0.2275), abs=5e-5)
    # a product of 5 is below half of the 21 pairs and counts as no correlation at all
    assert newcombe_paired(PairTable(1, 1, 7, 12)) == pytest.approx(newcombe(2, 21, 8, 21))


@pytest.mark.parametrize(
    ("p", "tests", "clear"),
    [
        (0.05, 1, True),
        (0.051, 1, False),
        (0.03, 2, False),
        (0.02, 2, True),
        (0.006, 10, False),
        (math.nan, 1, False),
    ],
)
def test_one_p_of_many_must_be_as_many_times_smaller_to_be_clear(p: float, tests: int, clear: bool):
    assert is_clear(p, tests) is clear


def test_paired_intervals_are_narrower_than_independent_ones_when_pairs_agree():
    paired = newcombe_paired(PairTable(40, 10, 2, 48))
    independent = newcombe(50, 100, 42, 100)
    assert paired.estimate == pytest.approx(independent.estimate)
    assert paired.high - paired.low < 0.6 * (independent.high - independent.low)


def test_nothing_counted_is_no_number():
    assert math.isnan(wilson(0, 0).low)
    assert math.isnan(newcombe_paired(PairTable(0, 0, 0, 0)).low)


def test_mcnemar_is_the_exact_test_of_the_pairs_that_differ():
    # 12 one way, 2 the other: twice the sum of C(14, 0..2) over 2**14
    assert mcnemar(PairTable(30, 12, 2, 9)) == pytest.approx(2 * (1 + 14 + 91) / 2**14)
    assert mcnemar(PairTable(30, 0, 0, 9)) == 1.0
    # Agresti, Categorical Data Analysis, Table 10.1 (approval of the prime minister): 150 against 86
    assert mcnemar(PairTable(794, 150, 86, 570)) == pytest.approx(3.7e-5, rel=0.02)


def test_tables_of_pairs_count_each_kind():
    first = np.array([True, True, False, False, True])
    other = np.array([True, False, True, False, False])
    assert PairTable.of(first, other) == (1, 2, 1, 1)


def test_goodman_gives_the_values_of_statsmodels():
    # statsmodels 0.15 multinomial_proportions_confint([56, 72, 73, 59, 62, 87, 58], method="goodman"); the
    # counts are the example of Sison & Glaz 1995
    expected = [
        (0.08516724, 0.16626141),
        (0.11453292, 0.20437258),
        (0.11639529, 0.20672752),
        (0.09060567, 0.17347489),
        (0.09607738, 0.18065509),
        (0.14274911, 0.23941594),
        (0.08878906, 0.1710742),
    ]
    found = goodman([56, 72, 73, 59, 62, 87, 58])
    for interval, ends in zip(found, expected, strict=True):
        assert interval[1:] == pytest.approx(ends, abs=1e-7)


def test_simultaneous_intervals_are_wider_than_single_ones_and_sum_to_one_in_the_middle():
    found = simultaneous_shares({"gangs": 30, "mixed": 50, "absorbed": 20})
    assert sum(each.estimate for each in found.values()) == pytest.approx(1.0)
    single = wilson(30, 100)
    assert found["gangs"].low < single.low
    assert found["gangs"].high > single.high


def test_runs_that_share_chance_count_by_what_they_tell():
    alone = np.arange(200)
    pairs = alone // 2

    def share(yes, clusters, label="yes"):
        return wilson_of_labels(np.where(yes, "yes", "no"), ("yes", "no", "never"), clusters)[label]

    rare = alone < 6  # three pairs, both runs of each
    assert share(rare, alone) == pytest.approx(tuple(wilson(6, 200)))
    told = 200 / ((100 / 99) * (3 * (2 - 0.06) ** 2 + 97 * 0.06**2) / (200 * 0.03 * 0.97 * 200 / 199))
    assert share(rare, pairs) == pytest.approx(tuple(wilson(0.03 * told, told)))
    assert told == pytest.approx(100, rel=0.02)
    assert share(rare, pairs, "never") == pytest.approx(tuple(wilson(0, told)))
    assert share(rare, np.column_stack((alone, pairs))) == share(rare, pairs)
    assert share(alone < 0, pairs) == wilson(0, 100)
    assert share(alone % 2 == 0, pairs) == wilson(
        100, 200
    )  # unlike by design, they tell no more than as many
    assert math.isnan(share(rare[:0], pairs[:0]).low)


def test_the_design_effect_of_labels_is_that_of_runs_drawn_in_clusters():
    random = np.random.default_rng(4)
    cluster = np.repeat(np.arange(400), 5)
    own, shared = (random.choice(["a", "b", "c"], size=size, p=[0.1, 0.3, 0.6]) for size in (2000, 400))
    labels = np.where(
        random.random(2000) < 0.6, shared.repeat(5), own
    )  # of two runs both follow the shared one in .36
    found = wilson_of_labels(labels, ("a", "b", "c"), cluster)
    for label in ("a", "b", "c"):
        share, low, high = found[label]
        told = share * (1.0 - share) / ((high - low) / 2.0 / 1.96) ** 2
        assert 2000 / told == pytest.approx(1.0 + 4.0 * 0.36, rel=0.2)


def equivalent_of(values):
    """Equivalence of the mean of differences, each a cluster of its own."""
    return equivalent_mean(*clustered_mean(values, np.arange(len(values))))


def test_two_one_sided_tests_by_hand():
    # n = 25, mean .01, sd .05: t = (.01 - .05) / .01 = -4 and (.01 + .05) / .01 = 6, 24 degrees of freedom;
    # P(t < -4) = 2.6e-4; the 90 % interval is .01 -+ 1.7109 x .01
    values = np.linspace(-1, 1, 25)
    values = 0.01 + 0.05 * (values - values.mean()) / values.std(ddof=1)
    found = equivalent_of(values)
    assert found.p == pytest.approx(2.63e-4, rel=0.01)
    assert (found.low, found.high) == pytest.approx((0.01 - 0.0171088, 0.01 + 0.0171088), abs=1e-6)
    assert found.equivalent


def test_no_difference_found_is_not_the_same_as_equal():
    noisy = np.array([0.4, -0.4, 0.3, -0.3, 0.5, -0.5])
    assert not equivalent_of(noisy).equivalent
    assert equivalent_of(np.zeros(6)).equivalent
    assert not equivalent_of(np.zeros(1)).equivalent


def test_two_shares_are_equal_where_newcombes_interval_lies_inside_the_margin():
    # Newcombe 1998, Table II, method 10, case (g): 0/10 against 0/20 is -.1611 to .2775 at 95 %, so at error .025
    found = equivalent_shares(0, 10, 0, 20, margin=0.2775, level=0.975)
    assert (found.low, found.high) == pytest.approx((-0.1611, 0.2775), abs=5e-5)
    assert found.p == pytest.approx(0.025, abs=5e-5)
    wide = equivalent_shares(50, 1000, 50, 1000)
    assert wide.equivalent
    assert wide.p < 1e-5
    apart = equivalent_shares(10, 100, 20, 100)
    assert (apart.p, apart.equivalent) == (1.0, False)
    assert not equivalent_shares(0, 0, 3, 10).equivalent


def test_shares_that_differ_by_the_margin_are_seldom_called_equal():
    # all outcomes of 40 runs of which none says yes, beside 38 that say yes with the chance of the margin
    from scipy import stats

    for runs, other in ((40, 38), (110, 110)):
        weight = stats.binom.pmf(np.arange(other + 1), other, 0.05)
        called = [equivalent_shares(0, runs, yes, other).equivalent for yes in range(other + 1)]
        assert float(weight @ called) < 0.05


def test_a_label_that_comes_in_few_draws_is_no_surer_than_those():
    cluster = np.repeat(np.arange(50), 4)
    labels = np.tile(["a", "b", "a", "b"], 50).astype("<U4")
    labels[:8] = "rare"  # all runs of two draws, while the others vary within each
    found = wilson_of_labels(labels, ("a", "rare"), cluster)["rare"]
    assert found.low == pytest.approx(wilson(2, 50).low, abs=0.003)
    assert found.high == pytest.approx(wilson(2, 50).high, abs=0.01)


def test_the_interval_of_a_mean_of_few_clusters_is_students():
    from scipy import stats

    random = np.random.default_rng(8)
    values = random.normal(3.0, 2.0, 6)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    found = mean_interval(np.append(values, np.nan), np.arange(7))
    assert found == pytest.approx((values.mean(), *expected))
    repeated = mean_interval(values.repeat(3), np.arange(6).repeat(3))
    assert repeated == pytest.approx(tuple(found))
    assert math.isnan(mean_interval([np.nan], [0]).estimate)
