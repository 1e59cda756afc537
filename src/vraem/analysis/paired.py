"""Statistics of paired runs: mean differences, Student intervals, Holm's correction, the gain of pairing.

Arms run on the same seeds share every draw, so the difference of a pair is free of most chance. The interval
is that of a paired t test (scipy.stats.ttest_1samp on the differences). Bootstrap intervals (BCa) are too
narrow with the 5 to 20 pairs of a comparison, so none is offered. The interval covers chance between seeds, the
drawn border price included; it does not cover doubt about parameters or rules.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
FEWEST_PAIRS = 2
FEW_PAIRS = 5
"""Below this many pairs an interval rests on the normal shape of the differences more than on data."""

ROUNDING = 1e-9
"""Differences below this share of the values are those of rounding, not of the model."""


class PairedDifference(NamedTuple):
    """The difference of an arm to the reference over pairs of runs with equal seeds.

    `mean` with its interval `low` to `high` (95 %); `p` of the paired t test; `variance_gain`: variance of
    the difference between unpaired runs over that of pairs, infinite if pairs differ by a constant. `pairs`
    counts seeds in which both runs have a value. Not a number where there are fewer than two.
    """

    reference: float
    arm: float
    mean: float
    low: float
    high: float
    p: float
    variance_gain: float
    pairs: int


def paired_difference(arm: ArrayLike, reference: ArrayLike) -> PairedDifference:
    """Compare the values (seeds,) of an arm with those of the reference, seed by seed."""
    a, b = np.asarray(arm, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    pairs = len(a)
    if pairs < FEWEST_PAIRS:
        nan = math.nan
        return PairedDifference(nan, nan, nan, nan, nan, nan, nan, pairs)
    gaps = a - b
    mean, spread = float(gaps.mean()), float(gaps.std(ddof=1))
    scale = max(float(np.abs(a).max()), float(np.abs(b).max()))
    if spread <= ROUNDING * scale:
        constant = abs(mean) > ROUNDING * scale
        mean = mean if constant else 0.0
        gain = math.inf if max(a.var(), b.var()) > 0.0 else math.nan
        return PairedDifference(
            float(b.mean()), float(a.mean()), mean, mean, mean, 0.0 if constant else 1.0, gain, pairs
        )
    from scipy import stats

    test = stats.ttest_1samp(gaps, 0.0)
    low, high = test.confidence_interval(LEVEL)
    gain = float((a.var(ddof=1) + b.var(ddof=1)) / spread**2)
    return PairedDifference(
        float(b.mean()), float(a.mean()), mean, float(low), float(high), float(test.pvalue), gain, pairs
    )


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Holm's (1979) adjusted p values (n,) of a family of tests; valid however the tests depend on each other.

    Values that are no number stay so and do not count.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted
