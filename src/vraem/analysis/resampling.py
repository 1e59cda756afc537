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
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.analysis.clusters import Clusters, clustered_mean
from vraem.analysis.intervals import LEVEL, Interval, wilson
from vraem.world.streams import generator

DRAWS = 4000
"""Draws of a posterior or bootstrap: their own chance moves an end of a 95 % interval by about a tenth of its width."""

JUDGED_DRAWS = 40_000
"""Draws where a word hangs on a certainty: their own chance moves one of .95 by .001."""

SEED = 20231112
"""Seed of all resampling, so that a report made twice is the same to the last digit."""

_JEFFREYS = 0.5
_CELLS = 4_000_000
"""Weights drawn at a time, so that memory stays flat."""


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


def wilson_of_labels(
    found: NDArray[np.str_], labels: Sequence[str], clusters: ArrayLike, level: float = LEVEL
) -> dict[str, Interval]:
    """Wilson's interval of the share of each label among runs that are not independent, by their effective number.

    ``found``: (runs,) labels. ``clusters``: (runs,) or (runs, ways). The effective number is that of runs over a design
    effect, which is at least 1: that of the label itself, or the one of all labels together if that is larger (Rao and
    Scott 1981, Journal of the American Statistical Association 76, their first correction); so a label that never came
    has an interval too, and one that comes in a few draws only is no surer than those. If all runs have one label,
    those of a cluster count as one.
    """
    runs = len(found)
    together = _design_effect(found, clusters) if runs else 1.0
    intervals = {}
    for label in labels:
        share = float((found == label).sum()) / max(runs, 1)
        told = runs / max(together, _design_effect(found == label, clusters) if 0.0 < share < 1.0 else 1.0)
        intervals[label] = wilson(told * share, told, level)
    return intervals


def effective_number(found: NDArray[np.bool_], clusters: ArrayLike) -> float:
    """How many independent runs would tell as much of the share of yes among runs (runs,) as these do, at most all."""
    return len(found) / _design_effect(found, clusters) if len(found) else 0.0


def _design_effect(found: NDArray[np.str_] | NDArray[np.bool_], clusters: ArrayLike) -> float:
    """How many times the variance of the shares of all that came is that of as many independent runs, at least 1."""
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
