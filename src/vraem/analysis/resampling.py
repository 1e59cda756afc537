"""Intervals that respect how a sweep is made: outer draws of assumptions, and seeds within each.

Runs of one draw share their assumptions, so they are not independent: a sweep of 50 draws with 20 seeds each
knows about 50 things, not 1 000. Everything here resamples whole draws (clusters). Weights are drawn anew for
each cluster (Rubin's Bayesian bootstrap, 1981), which is smoother than drawing clusters with replacement and
never leaves all of them out.

A share has Jeffreys' prior in it, as one more cluster that says yes and one that says no, each with half the
weight of a cluster. With one run a cluster its posterior is exactly Beta(yes + ½, no + ½).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.analysis.intervals import LEVEL, Interval
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
    """Runs grouped by cluster: ``index`` (runs,) from 0 on, ``count`` of clusters."""

    index: NDArray[np.int64]
    count: int

    @classmethod
    def of(cls, labels: ArrayLike) -> "Clusters":
        """Clusters of runs with the same label (runs,)."""
        names, index = np.unique(np.asarray(labels), return_inverse=True)
        return cls(index.ravel().astype(np.int64), len(names))

    def total(self, values: ArrayLike) -> NDArray[np.float64]:
        """Sum of values (runs,) in each cluster (clusters,)."""
        totals: NDArray[np.float64] = np.bincount(
            self.index, np.asarray(values, dtype=np.float64), self.count
        ).astype(np.float64)
        return totals


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
        (runs,) label of the outer draw of each run.
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
    used = totals > 0
    random = generator(SEED, name)
    prior = jeffreys(random, totals, draws)
    top, bottom = prior[:, 0].copy(), prior.sum(axis=1)
    for rows in _blocks(draws, len(used)):
        w = random.standard_exponential((rows.stop - rows.start, len(used)))
        top[rows] += w @ hits
        bottom[rows] += w @ totals
    shares = np.divide(top, bottom, out=np.full(draws, 0.5), where=bottom > 0)
    return Posterior(shares, float(hits.sum()), float(totals.sum()), int(used.sum()))


def jeffreys(
    random: np.random.Generator, totals: NDArray[np.float64], draws: int = DRAWS
) -> NDArray[np.float64]:
    """Runs that say yes and no a priori (draws, 2): Jeffreys' prior, worth one cluster of `totals` (clusters,)."""
    counted = totals[totals > 0]
    size = float(counted.mean()) if len(counted) else 1.0
    drawn: NDArray[np.float64] = random.standard_gamma(_JEFFREYS, (draws, 2)) * size
    return drawn


def _blocks(draws: int, clusters: int) -> list[slice]:
    rows = max(_CELLS // max(clusters, 1), 1)
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
    for rows in _blocks(draws, grouped.count):
        w = random.standard_exponential((rows.stop - rows.start, grouped.count))
        out[rows] = (w @ sums) / (w @ counts)
    return out


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
    table = np.zeros((grouped.count, len(names)))
    np.add.at(table, (grouped.index, codes.ravel()), 1.0)
    modal = table == table.max(axis=1, keepdims=True)
    place = np.flatnonzero(names == wanted)
    if not len(place):
        return 0.0, grouped.count
    share = modal[:, place[0]] / modal.sum(axis=1)
    return float(share.mean()), grouped.count
