"""What chance drew: runs in clusters, and means over them with errors that take the cluster as what was drawn.

Runs of one draw of assumptions are not independent, nor are those of one seed. A mean has the sandwich error and
Student's t with one degree less than there are clusters: with five draws an interval is as wide as five things allow.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.analysis.intervals import LEVEL, Interval
from vraem.analysis.paired import ROUNDING

EITHER_WAY = (1.0, -1.0)
"""Differences of the two clusters that a yes-or-no outcome has beside those seen."""


@dataclass(frozen=True)
class Clusters:
    """Runs grouped into cells of those that share every label.

    ``cell`` (runs,) from 0 on; ``ways``: for each way of clustering the cluster of each cell (cells,), from 0 on. With
    one way, cells are clusters.
    """

    cell: NDArray[np.int64]
    ways: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, labels: ArrayLike) -> "Clusters":
        """Clusters of runs with the same label (runs,), or with labels of several ways (runs, ways)."""
        table = np.asarray(labels, dtype=np.int64)
        table = table[:, None] if table.ndim == 1 else table
        cells, cell = np.unique(table, axis=0, return_inverse=True)
        ways = tuple(np.unique(own, return_inverse=True)[1].astype(np.int64) for own in cells.T)
        return cls(cell.ravel().astype(np.int64), ways)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.ways[0])

    @property
    def count(self) -> int:
        """How many clusters there are: of the way that has fewest, on which an interval rests."""
        return min(int(way.max(initial=-1)) + 1 for way in self.ways)

    def total(self, values: ArrayLike) -> NDArray[np.float64]:
        """Sum of values (runs,) in each cell (cells,)."""
        numbers = np.asarray(values, dtype=np.float64)
        totals: NDArray[np.float64] = np.bincount(self.cell, numbers, self.cells).astype(np.float64)
        return totals

    def sizes(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Totals (cells,) added up by cluster, those of nothing left out, of the way that has fewest."""
        by_way = [np.bincount(way, totals).astype(np.float64) for way in self.ways]
        return min((sums[sums > 0] for sums in by_way), key=len)

    def weights(self, random: np.random.Generator, draws: int) -> NDArray[np.float64]:
        """Weights (draws, cells) of a resample each."""
        drawn = [random.standard_exponential((draws, int(way.max(initial=-1)) + 1)) for way in self.ways]
        if len(drawn) == 1:
            return drawn[0]
        product: NDArray[np.float64] = np.prod(
            [own[:, way] for own, way in zip(drawn, self.ways, strict=True)], axis=0
        )
        return product


class ClusteredMean(NamedTuple):
    """A mean over runs with its standard ``error`` and the degrees of ``freedom`` of Student's t that it has."""

    mean: float
    error: float
    freedom: int


def clustered_mean(values: ArrayLike, clusters: ArrayLike) -> ClusteredMean:
    """Mean of values (runs,), all known, with an error that takes clusters (runs,) or (runs, ways) as what was drawn.

    The sandwich of Liang & Zeger 1986 with G/(G − 1); in two ways that of Cameron, Gelbach & Miller 2011 (one way plus
    the other less their cells). With one run a cluster it is that of a t test. Not numbers with fewer than two
    clusters.
    """
    numbers = np.asarray(values, dtype=np.float64)
    grouped = Clusters.of(clusters)
    freedom = grouped.count - 1
    if freedom < 1:
        return ClusteredMean(float(numbers.mean()) if len(numbers) else np.nan, np.nan, 0)
    mean = float(numbers.mean())
    left_over = grouped.total(numbers - mean)
    by_way = [_sandwich(np.bincount(way, left_over).astype(np.float64)) for way in grouped.ways]
    variance = sum(by_way) - (_sandwich(left_over) if len(by_way) > 1 else 0.0)
    return ClusteredMean(mean, max(variance, *by_way, 0.0) ** 0.5 / len(numbers), freedom)


def _sandwich(sums: NDArray[np.float64]) -> float:
    """Sum of squares of what the clusters have above the mean (clusters,), for the variance of the total."""
    count = len(sums)
    return float(sums @ sums) * count / (count - 1)


def clustered_gap(gaps: NDArray[np.float64], clusters: NDArray[np.int64]) -> ClusteredMean:
    """Mean of paired differences of yes and no (pairs,), as `clustered_mean`, with one cluster more that went each way.

    So differences that were never seen are not known never to come.
    """
    count = Clusters.of(clusters).count
    if not len(gaps) or count < 1:
        return clustered_mean(gaps, clusters)
    size = max(round(len(gaps) / count), 1)
    labels = np.repeat(clusters.max() + 1 + np.arange(len(EITHER_WAY)), size)
    more = labels if clusters.ndim == 1 else np.stack([labels, labels], axis=1)
    return clustered_mean(np.append(gaps, np.repeat(EITHER_WAY, size)), np.concatenate([clusters, more]))


def student_interval(known: ClusteredMean, estimate: float, level: float = LEVEL) -> Interval:
    """The central interval of Student's t around a mean, told with the `estimate` itself."""
    if not known.freedom:
        return Interval(estimate, np.nan, np.nan)
    from scipy import stats

    reach = float(stats.t.ppf(0.5 + level / 2.0, known.freedom)) * known.error
    return Interval(estimate, known.mean - reach, known.mean + reach)


def mean_share(shares: ArrayLike, clusters: ArrayLike) -> Interval:
    """Mean of shares (runs,) with its 95 % interval, which keeps from 0 to 1."""
    return mean_interval(shares, clusters).within(0.0, 1.0)


def mean_interval(values: ArrayLike, clusters: ArrayLike) -> Interval:
    """Mean of values (runs,) with its 95 % interval; what is no number does not count."""
    found = np.asarray(values, dtype=np.float64)
    known = np.isfinite(found)
    if not known.any():
        return Interval(np.nan, np.nan, np.nan)
    mean = clustered_mean(found[known], np.asarray(clusters)[known])
    return student_interval(mean, mean.mean)


def two_sided(known: ClusteredMean) -> float:
    """Two-sided p of a mean against nought; where all differ by the same there is no chance in it."""
    if not known.freedom:
        return float("nan")
    if known.error <= ROUNDING * abs(known.mean):
        return 0.0 if known.mean else 1.0
    from scipy import stats

    return float(2.0 * stats.t.sf(abs(known.mean) / known.error, known.freedom))
