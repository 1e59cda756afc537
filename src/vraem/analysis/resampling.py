"""Intervals that respect how a sweep is made: outer draws of assumptions, and seeds within each.

Runs of one draw share their assumptions, so they are not independent: a sweep of 50 draws with 20 seeds each
knows about 50 things, not 1 000. Everything here resamples whole draws (clusters). Weights are drawn anew for
each cluster (Rubin's Bayesian bootstrap, 1981), which is smoother than drawing clusters with replacement and
never leaves all of them out. Where every draw has the same seeds, runs are clustered in two ways, and a run's weight
is the product of that of its draw and that of its seed (Owen & Eckles 2012, Annals of Applied Statistics 6:895).

A share has Jeffreys' prior in it, as one more cluster that says yes and one that says no, each with half the
weight of a cluster. With one run a cluster its posterior is exactly Beta(yes + ½, no + ½).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.analysis.intervals import LEVEL, Interval, wilson
from vraem.world.streams import generator

DRAWS = 4000
"""Draws of a posterior or bootstrap: their own chance moves an end of a 95 % interval by about a tenth of its width."""

SEED = 20231112
"""Seed of all resampling, so that a report made twice is the same to the last digit."""

_JEFFREYS = 0.5
_CELLS = 4_000_000
"""Weights drawn at a time, so that memory stays flat."""


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


class Posterior(NamedTuple):
    """What is known about a share: ``draws`` of it, from ``yes`` of ``total`` runs in ``clusters`` clusters."""

    draws: NDArray[np.float64]
    yes: float
    total: float
    clusters: int

    @property
    def mean(self) -> float:
        """The share itself, without the prior; not a number if nothing was counted."""
        return self.yes / self.total if self.total else float("nan")

    def interval(self, level: float = LEVEL) -> Interval:
        """The central interval of the posterior."""
        low, high = np.quantile(self.draws, (0.5 - level / 2.0, 0.5 + level / 2.0))
        return Interval(self.mean, float(low), float(high))

    def above(self, threshold: float) -> float:
        """Probability that the share lies above a threshold."""
        return float((self.draws > threshold).mean())

    def below(self, threshold: float) -> float:
        """Probability that the share lies below a threshold."""
        return float((self.draws < threshold).mean())


def posterior_share(
    yes: ArrayLike,
    clusters: ArrayLike,
    *,
    among: ArrayLike | None = None,
    draws: int = DRAWS,
    name: str = "share",
) -> Posterior:
    """Posterior of the share of runs that say yes.

    Parameters
    ----------
    yes
        (runs,) whether a run says yes.
    clusters
        (runs,) or (runs, ways) labels of what chance drew for each run.
    among
        (runs,) which runs count (the condition of a conditional share); all if None.
    draws, name
        How many draws, and the name of their random numbers: posteriors of one name share their weights where
        they have the same clusters.

    """
    said = np.asarray(yes, dtype=bool)
    counts = np.ones(len(said), dtype=bool) if among is None else np.asarray(among, dtype=bool)
    grouped = Clusters.of(clusters)
    hits, totals = grouped.total(said & counts), grouped.total(counts)
    sizes = grouped.sizes(totals)
    random = generator(SEED, name)
    prior = jeffreys(random, sizes, draws)
    top, bottom = prior[:, 0].copy(), prior.sum(axis=1)
    for rows in _blocks(draws, grouped.cells):
        w = grouped.weights(random, rows.stop - rows.start)
        top[rows] += w @ hits
        bottom[rows] += w @ totals
    shares = np.divide(top, bottom, out=np.full(draws, 0.5), where=bottom > 0)
    return Posterior(shares, float(hits.sum()), float(totals.sum()), len(sizes))


def jeffreys(
    random: np.random.Generator, sizes: NDArray[np.float64], draws: int = DRAWS
) -> NDArray[np.float64]:
    """Runs that say yes and no a priori (draws, 2): Jeffreys' prior, worth one cluster of mean `sizes` (clusters,)."""
    size = float(sizes.mean()) if len(sizes) else 1.0
    drawn: NDArray[np.float64] = random.standard_gamma(_JEFFREYS, (draws, 2)) * size
    return drawn


def _blocks(draws: int, cells: int) -> list[slice]:
    rows = max(_CELLS // max(cells, 1), 1)
    return [slice(start, min(start + rows, draws)) for start in range(0, draws, rows)]


def mean_draws(
    values: ArrayLike, clusters: ArrayLike, *, draws: int = DRAWS, name: str = "mean"
) -> NDArray[np.float64]:
    """Draws (draws,) of the mean of values (runs,), whole clusters resampled; what is no number does not count."""
    found = np.asarray(values, dtype=np.float64)
    known = np.isfinite(found)
    if not known.any():
        return np.full(draws, np.nan)
    grouped = Clusters.of(np.asarray(clusters)[known])
    sums, counts = grouped.total(found[known]), grouped.total(np.ones(known.sum()))
    out = np.empty(draws)
    random = generator(SEED, name)
    for rows in _blocks(draws, grouped.cells):
        w = grouped.weights(random, rows.stop - rows.start)
        out[rows] = (w @ sums) / (w @ counts)
    return out


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


def wilson_of_labels(
    found: NDArray[np.str_], labels: Sequence[str], clusters: ArrayLike, level: float = LEVEL
) -> dict[str, Interval]:
    """Wilson's interval of the share of each label among runs that are not independent, by their effective number.

    ``found``: (runs,) labels. ``clusters``: (runs,) or (runs, ways). The effective number is that of runs over one
    design effect of all labels together (Rao and Scott 1981, Journal of the American Statistical Association 76, their
    first correction), which is at least 1; so a label that never came has an interval too. If all runs have one label,
    those of a cluster count as one.
    """
    runs = len(found)
    told = runs / _design_effect(found, clusters) if runs else 0.0
    return {
        label: wilson(told * float((found == label).sum()) / max(runs, 1), told, level) for label in labels
    }


def _design_effect(found: NDArray[np.str_], clusters: ArrayLike) -> float:
    """How many times the variance of labels' shares is that of as many independent runs, at least 1."""
    runs, grouped = len(found), Clusters.of(clusters)
    present = np.unique(found)
    if len(present) == 1 or grouped.count == 1:
        sizes = grouped.sizes(grouped.total(np.ones(runs)))
        return float(sizes @ sizes) / runs
    means = [clustered_mean(found == label, clusters) for label in present]
    return max(sum(each.error**2 / each.mean for each in means) * (runs - 1) / (len(present) - 1), 1.0)


def interval_of(draws: NDArray[np.float64], estimate: float, level: float = LEVEL) -> Interval:
    """The central interval of draws around an estimate."""
    if not np.isfinite(draws).all():
        return Interval(estimate, float("nan"), float("nan"))
    low, high = np.quantile(draws, (0.5 - level / 2.0, 0.5 + level / 2.0))
    return Interval(estimate, float(low), float(high))


def modal_weight(
    labels: Sequence[str], wanted: str, clusters: ArrayLike, among: ArrayLike
) -> tuple[float, int]:
    """Share of clusters in which ``wanted`` is the most frequent label of the runs that count, and their number.

    Clusters without such runs do not count. Where several labels are most frequent, each has its part.
    """
    counts = np.asarray(among, dtype=bool)
    names, codes = np.unique(np.asarray(labels, dtype=str)[counts], return_inverse=True)
    if not len(names):
        return float("nan"), 0
    grouped = Clusters.of(np.asarray(clusters)[counts])
    table = np.zeros((grouped.cells, len(names)))
    np.add.at(table, (grouped.cell, codes.ravel()), 1.0)
    modal = table == table.max(axis=1, keepdims=True)
    place = np.flatnonzero(names == wanted)
    if not len(place):
        return 0.0, grouped.count
    share = modal[:, place[0]] / modal.sum(axis=1)
    return float(share.mean()), grouped.count
