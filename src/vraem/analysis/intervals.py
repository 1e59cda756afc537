"""Intervals and tests for shares: Wilson, Newcombe, McNemar, simultaneous intervals of labels, equivalence.

Counts are of runs. Every interval keeps inside the range that a share or a difference of shares can have, and
holds for small counts, where the textbook's normal interval does not.

References: Wilson 1927; Newcombe 1998, Statistics in Medicine 17, method 10 for independent shares (p. 873)
and method 10 for paired ones (p. 2635); McNemar 1947; Goodman 1965; Schuirmann 1987 (two one-sided tests).
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
EQUIVALENCE_MARGIN = 0.05
"""Two shares that differ by less than this are taken as equal (docs/sweeps.md, The verdict)."""
CLEAR_P = 0.05
"""The largest p of what is called clear."""


def is_clear(p: float, tests: int = 1) -> bool:
    """Whether chance does not explain a ``p``, one of so many `tests` (Bonferroni); no if it is not a number."""
    return bool(p <= CLEAR_P / tests)


class Interval(NamedTuple):
    """An estimate with its interval ``low`` to ``high``; not numbers where nothing was counted."""

    estimate: float
    low: float
    high: float

    def within(self, least: float, most: float) -> "Interval":
        """The part of it that a quantity from `least` to `most` can have; ends that are no numbers stay so."""
        ends = (end if math.isnan(end) else min(max(end, least), most) for end in (self.low, self.high))
        return Interval(self.estimate, *ends)


_UNKNOWN = Interval(math.nan, math.nan, math.nan)
_LEAST_ERROR, _WIDEST_ERROR = 1e-9, 0.499
"""Errors of an interval between which the one is sought at which it fits a margin."""


def wilson(count: float, total: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval of the share ``count / total``."""
    if total <= 0:
        return _UNKNOWN
    z = _normal_quantile(0.5 + level / 2.0)
    share = count / total
    centre = (share + z * z / (2.0 * total)) / (1.0 + z * z / total)
    reach = z * math.sqrt(share * (1.0 - share) / total + z * z / (4.0 * total * total))
    reach /= 1.0 + z * z / total
    return Interval(share, max(centre - reach, 0.0), min(centre + reach, 1.0))


def newcombe(
    count: float, total: float, count_other: float, total_other: float, level: float = LEVEL
) -> Interval:
    """Newcombe's interval of the difference of two independent shares, first less other."""
    first, other = wilson(count, total, level), wilson(count_other, total_other, level)
    gap = first.estimate - other.estimate
    below = math.hypot(first.estimate - first.low, other.high - other.estimate)
    above = math.hypot(first.high - first.estimate, other.estimate - other.low)
    return Interval(gap, gap - below, gap + above)


class PairTable(NamedTuple):
    """Pairs of yes and no: both yes, only the first, only the other, neither."""

    both: int
    first_only: int
    other_only: int
    neither: int

    @classmethod
    def of(cls, first: NDArray[np.bool_], other: NDArray[np.bool_]) -> "PairTable":
        """Count the pairs of two arrays (pairs,)."""
        return cls(
            int((first & other).sum()),
            int((first & ~other).sum()),
            int((~first & other).sum()),
            int((~first & ~other).sum()),
        )

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return sum(self)


def newcombe_paired(table: PairTable, level: float = LEVEL) -> Interval:
    """Newcombe's interval of the difference of two paired shares, first less other."""
    pairs = table.pairs
    if pairs == 0:
        return _UNKNOWN
    first = wilson(table.both + table.first_only, pairs, level)
    other = wilson(table.both + table.other_only, pairs, level)
    phi = _paired_correlation(table)
    gap = first.estimate - other.estimate
    below = _paired_reach(first.estimate - first.low, other.high - other.estimate, phi)
    above = _paired_reach(first.high - first.estimate, other.estimate - other.low, phi)
    return Interval(gap, gap - below, gap + above)


def _paired_reach(first: float, other: float, phi: float) -> float:
    return math.sqrt(max(first * first - 2.0 * phi * first * other + other * other, 0.0))


def _paired_correlation(table: PairTable) -> float:
    """Newcombe's phi: the correlation of a two by two table, with his correction where it is positive."""
    a, b, c, d = table
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    product = float(a * d - b * c)
    if product > 0:
        product = max(product - table.pairs / 2.0, 0.0)
    return product / math.sqrt(margins)


def mcnemar(table: PairTable) -> float:
    """Exact two-sided p of McNemar's test: are pairs that differ as often one way as the other?"""
    from scipy import stats

    differing = table.first_only + table.other_only
    return float(stats.binomtest(table.first_only, differing, 0.5).pvalue) if differing else 1.0


def goodman(counts: Sequence[float], level: float = LEVEL) -> list[Interval]:
    """Goodman's simultaneous intervals of the shares of several labels: all hold at once with ``level``."""
    total = float(sum(counts))
    if total <= 0:
        return [_UNKNOWN] * len(counts)
    from scipy import stats

    found = []
    spread = float(stats.chi2.ppf(1.0 - (1.0 - level) / len(counts), 1))
    for count in counts:
        reach = math.sqrt(spread * (spread + 4.0 * count * (total - count) / total))
        low = (spread + 2.0 * count - reach) / (2.0 * (total + spread))
        high = (spread + 2.0 * count + reach) / (2.0 * (total + spread))
        found.append(Interval(count / total, max(low, 0.0), min(high, 1.0)))
    return found


def simultaneous_shares(counts: Mapping[str, float], level: float = LEVEL) -> dict[str, Interval]:
    """Shares of labels by name with simultaneous intervals (``goodman``)."""
    return dict(zip(counts, goodman(list(counts.values()), level), strict=True))


class Equivalence(NamedTuple):
    """Two one-sided tests: ``p`` of the larger, ``equivalent`` if it is below one less the level.

    ``low`` and ``high``: the interval (90 % at level .95) that must lie inside the margins.
    """

    p: float
    low: float
    high: float
    equivalent: bool


def equivalent_mean(
    mean: float, error: float, freedom: int, margin: float = EQUIVALENCE_MARGIN, level: float = LEVEL
) -> Equivalence:
    """Whether a mean difference lies inside ±``margin`` (two one-sided t tests), from its standard ``error``."""
    from scipy import stats

    if freedom < 1:
        return Equivalence(math.nan, math.nan, math.nan, False)
    if error == 0.0:
        inside = abs(mean) < margin
        return Equivalence(0.0 if inside else 1.0, mean, mean, inside)
    student = stats.t(freedom)
    p = max(float(student.sf((mean + margin) / error)), float(student.cdf((mean - margin) / error)))
    reach = float(student.ppf(level)) * error
    return Equivalence(p, mean - reach, mean + reach, p < 1.0 - level)


def equivalent_shares(
    count: float,
    total: float,
    count_other: float,
    total_other: float,
    margin: float = EQUIVALENCE_MARGIN,
    level: float = LEVEL,
) -> Equivalence:
    """Whether two independent shares are within ``margin``, by Newcombe's interval at twice one less ``level``.

    ``p`` is the least error at which the interval still lies inside the margin; 1 if it never does.
    """
    if total <= 0 or total_other <= 0:
        return Equivalence(math.nan, math.nan, math.nan, False)

    def interval(error: float) -> Interval:
        return newcombe(count, total, count_other, total_other, 1.0 - 2.0 * error)

    def beyond(error: float) -> float:
        found = interval(error)
        return max(found.high - margin, -margin - found.low)

    _, low, high = interval(1.0 - level)
    if beyond(_WIDEST_ERROR) > 0.0:
        return Equivalence(1.0, low, high, False)
    p = _LEAST_ERROR
    if beyond(_LEAST_ERROR) > 0.0:
        from scipy.optimize import brentq

        p = float(brentq(beyond, _LEAST_ERROR, _WIDEST_ERROR))
    return Equivalence(p, low, high, p < 1.0 - level)


def _normal_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)
