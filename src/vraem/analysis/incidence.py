"""Cumulative incidence with competing risks (Aalen & Johansen 1978): what happens first, how often, by when.

A run is followed from the start of its campaign until the first of several things happens or the run ends.
What happens first keeps the others from being first, so one less Kaplan and Meier would count too much; the
shares here add up, with those to which nothing happened, to one. Variances are Aalen's, as in Marubini &
Valsecchi 1995, or, where runs share draws of assumptions or seeds, the jackknife's that leaves out a cluster at a time
(Lipsitz & Parzen 1996, Biometrics 52:291).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.analysis.clusters import Clusters
from vraem.analysis.intervals import LEVEL, Interval, wilson

CENSORED = -1
"""The cause of a run to which nothing happened as long as it was watched."""


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of several causes.

    ``times`` (k,) at which something happened, rising; ``at_risk`` (k,) runs still watched; ``survival`` (k,)
    share to which nothing has happened; ``incidence`` (causes, k) and ``variance`` (causes, k) after each
    time. ``watched``: times until which the runs were, rising, (runs,); ``clusters`` of the runs.
    """

    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    survival: NDArray[np.float64]
    incidence: NDArray[np.float64]
    variance: NDArray[np.float64]
    causes: tuple[str, ...]
    watched: NDArray[np.float64]
    clusters: int

    def at(self, cause: str, time: float, level: float = LEVEL) -> Interval:
        """Incidence of a cause by a time, with an interval that stays inside 0 to 1.

        On the log-log scale; Wilson's where all or none did, which has no variance. Not numbers beyond the last time
        that was watched.
        """
        row = self.causes.index(cause)
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        share = float(self.incidence[row, place]) if place >= 0 else 0.0
        runs = len(self.watched)
        seen = runs - int(np.searchsorted(self.watched, time, side="left"))
        all_over = place >= 0 and place == len(self.times) - 1 and self.survival[place] <= 0.0
        if not runs or not (seen or all_over):
            return Interval(math.nan, math.nan, math.nan)
        if not 0.0 < share < 1.0:
            counted = self.clusters * (seen / runs if share <= 0.0 and seen else 1.0)
            return wilson(share * counted, counted, level)
        return _interval(share, float(self.variance[row, place]), level)

    def steps(self, cause: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times and incidence as the corners of a step line that begins at nought."""
        row = self.causes.index(cause)
        return np.append(0.0, self.times), np.append(0.0, self.incidence[row])


def _interval(share: float, variance: float, level: float) -> Interval:
    if variance <= 0.0:
        return Interval(share, math.nan, math.nan)
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    reach = z * math.sqrt(variance) / (share * math.log(share))
    return Interval(share, share ** math.exp(-reach), share ** math.exp(reach))


def aalen_johansen(
    times: ArrayLike, causes: ArrayLike, names: Sequence[str], clusters: ArrayLike | None = None
) -> Incidence:
    """Cumulative incidence of competing causes.

    Parameters
    ----------
    times
        (runs,) when the first thing happened, or how long the run was watched.
    causes
        (runs,) index into ``names`` of what happened; ``CENSORED`` if nothing did.
    names
        What may happen.
    clusters
        (runs,) or (runs, ways) what chance drew for each run; every run by itself if None.

    Raises
    ------
    ValueError
        If a time is negative or no number, or a cause is not one of the names.

    """
    t, cause = np.asarray(times, dtype=np.float64), np.asarray(causes, dtype=np.int64)
    if not (np.isfinite(t).all() and (t >= 0).all()):
        raise ValueError("times must be numbers from 0 on")
    if len(cause) and (cause.min() < CENSORED or cause.max() >= len(names)):
        raise ValueError(
            f"causes must be {CENSORED} (censored) or the place of a name, 0 to {len(names) - 1}"
        )
    moments = np.unique(t[cause != CENSORED])
    everybody = np.zeros(len(t), dtype=np.int64)
    at_risk, happened = _tables(t, cause, len(names), moments, everybody, 1)
    survival, before, incidence = _estimate(at_risk, happened)
    one = (at_risk[0].astype(np.int64), survival[0], incidence[0])
    grouped = None if clusters is None or not len(t) else Clusters.of(clusters)
    if grouped is None:
        n, own = at_risk[0], happened[0]
        variance = np.stack(
            [_variance(incidence[0, k], own[k], own.sum(axis=0), n, before[0]) for k in range(len(names))]
        )
    else:
        variance = _jackknife(t, cause, moments, grouped, (at_risk, happened))
    return Incidence(
        moments, *one, variance, tuple(names), np.sort(t), len(t) if grouped is None else grouped.count
    )


def _tables(
    times: NDArray[np.float64],
    causes: NDArray[np.int64],
    names: int,
    moments: NDArray[np.float64],
    group: NDArray[np.int64],
    groups: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Runs at risk (groups, k) and what happened (groups, causes, k) at each moment, by group of runs."""
    places = len(moments)
    leaves = np.searchsorted(moments, times, side="right")  # at risk at the moments before this place
    left = np.bincount(group * (places + 1) + leaves, minlength=groups * (places + 1)).reshape(groups, -1)
    at_risk = left[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    event = causes != CENSORED
    cell = (group[event] * names + causes[event]) * places + np.searchsorted(moments, times[event])
    happened = np.bincount(cell, minlength=groups * names * places).reshape(groups, names, places)
    return at_risk.astype(np.float64), happened.astype(np.float64)


def _estimate(
    at_risk: NDArray[np.float64], happened: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Survival after and before each moment (groups, k), and incidence (groups, causes, k)."""
    hazard = happened / np.maximum(at_risk, 1.0)[:, None]
    survival = np.cumprod(1.0 - hazard.sum(axis=1), axis=1)
    before = np.concatenate([np.ones_like(survival[:, :1]), survival[:, :-1]], axis=1)
    return survival, before, np.cumsum(before[:, None] * hazard, axis=2)


def _jackknife(
    times: NDArray[np.float64],
    causes: NDArray[np.int64],
    moments: NDArray[np.float64],
    grouped: Clusters,
    whole: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Variance (causes, k) from leaving out each cluster in turn; in two ways one plus the other less their cells."""

    def spread(group: NDArray[np.int64]) -> NDArray[np.float64]:
        count = int(group.max()) + 1
        at_risk, happened = _tables(times, causes, whole[1].shape[1], moments, group, count)
        _, _, without = _estimate(whole[0] - at_risk, whole[1] - happened)
        far: NDArray[np.float64] = ((without - without.mean(axis=0)) ** 2).sum(axis=0)
        return far * (count - 1) / count

    by_way = [spread(way[grouped.cell]) for way in grouped.ways]
    if len(by_way) == 1:
        return by_way[0]
    return np.maximum(sum(by_way) - spread(grouped.cell), np.max(by_way, axis=0))


def _variance(
    incidence: NDArray[np.float64],
    own: NDArray[np.float64],
    d: NDArray[np.float64],
    n: NDArray[np.float64],
    before: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Variance (k,) of one cause after each time.

    The sum over times up to t of (I(t) − I(s))² d/(n(n − d)) + S(s−)² d_k (n − d_k)/n³ − 2 (I(t) − I(s))
    S(s−) d_k/n², opened into running sums so that no table of times by times is made.
    """
    # where everybody left at once the first term is nought over nought: nobody is left whose risk it could
    # change
    spread = np.divide(d, n * (n - d), out=np.zeros_like(n), where=n > d)
    first = incidence**2 * np.cumsum(spread)
    first += np.cumsum(incidence**2 * spread) - 2.0 * incidence * np.cumsum(incidence * spread)
    second = np.cumsum(before**2 * own * (n - own) / n**3)
    cross = before * own / n**2
    third = incidence * np.cumsum(cross) - np.cumsum(incidence * cross)
    return np.maximum(first + second - 2.0 * third, 0.0)


def first_of(
    weeks: Mapping[str, ArrayLike], watched: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What happened first in each run, in the form that ``aalen_johansen`` takes.

    ``weeks``: for each thing the week in which it happened (runs,), not a number if it never did.
    ``watched``: weeks for which each run was watched. Of things in the same week the one that is named first
    counts.
    """
    ends = np.asarray(watched, dtype=np.float64)
    table = np.stack([np.asarray(each, dtype=np.float64) for each in weeks.values()])
    table = np.where(np.isfinite(table) & (table <= ends), table, np.inf)
    cause = table.argmin(axis=0)
    time = table.min(axis=0)
    nothing = ~np.isfinite(time)
    return np.where(nothing, ends, time), np.where(nothing, CENSORED, cause)
