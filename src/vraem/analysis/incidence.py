"""Cumulative incidence with competing risks (Aalen & Johansen 1978): what happens first, how often, by when.

A run is followed from the start of its campaign until the first of several things happens or the run ends.
What happens first keeps the others from being first, so one less Kaplan and Meier would count too much; the
shares here add up, with those to which nothing happened, to one. Variances are Aalen's, as in Marubini &
Valsecchi 1995.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.analysis.intervals import LEVEL, Interval

CENSORED = -1
"""The cause of a run to which nothing happened as long as it was watched."""


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of several causes.

    ``times`` (k,) at which something happened, rising; ``at_risk`` (k,) runs still watched; ``survival`` (k,)
    share to which nothing has happened; ``incidence`` (causes, k) and ``variance`` (causes, k) after each
    time.
    """

    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    survival: NDArray[np.float64]
    incidence: NDArray[np.float64]
    variance: NDArray[np.float64]
    causes: tuple[str, ...]

    def at(self, cause: str, time: float, level: float = LEVEL) -> Interval:
        """Incidence of a cause by a time, with an interval on the log-log scale that stays inside 0 to 1."""
        row = self.causes.index(cause)
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return Interval(0.0, 0.0, 0.0)
        return _interval(float(self.incidence[row, place]), float(self.variance[row, place]), level)

    def steps(self, cause: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times and incidence as the corners of a step line that begins at nought."""
        row = self.causes.index(cause)
        return np.append(0.0, self.times), np.append(0.0, self.incidence[row])


def _interval(share: float, variance: float, level: float) -> Interval:
    if not 0.0 < share < 1.0 or variance <= 0.0:
        return Interval(share, share, share)
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    reach = z * math.sqrt(variance) / (share * math.log(share))
    return Interval(share, share ** math.exp(-reach), share ** math.exp(reach))


def aalen_johansen(times: ArrayLike, causes: ArrayLike, names: Sequence[str]) -> Incidence:
    """Cumulative incidence of competing causes.

    Parameters
    ----------
    times
        (runs,) when the first thing happened, or how long the run was watched.
    causes
        (runs,) index into ``names`` of what happened; ``CENSORED`` if nothing did.
    names
        What may happen.

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
    at_risk = len(t) - np.searchsorted(np.sort(t), moments, side="left")
    happened = np.stack([_counted(t[cause == k], moments) for k in range(len(names))])
    hazard = happened / np.maximum(at_risk, 1)
    survival = np.cumprod(1.0 - hazard.sum(axis=0))
    before = np.concatenate([[1.0], survival[:-1]]) if len(moments) else survival
    incidence = np.cumsum(before * hazard, axis=1)
    variance = np.stack(
        [
            _variance(incidence[k], happened[k], happened.sum(axis=0), at_risk, before)
            for k in range(len(names))
        ]
    )
    return Incidence(moments, at_risk, survival, incidence, variance, tuple(names))


def _counted(times: NDArray[np.float64], moments: NDArray[np.float64]) -> NDArray[np.int64]:
    """How often something happened at each moment (k,)."""
    return np.bincount(np.searchsorted(moments, times), minlength=len(moments))


def _variance(
    incidence: NDArray[np.float64],
    own: NDArray[np.int64],
    all_causes: NDArray[np.int64],
    at_risk: NDArray[np.int64],
    before: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Variance (k,) of one cause after each time.

    The sum over times up to t of (I(t) − I(s))² d/(n(n − d)) + S(s−)² d_k (n − d_k)/n³ − 2 (I(t) − I(s))
    S(s−) d_k/n², opened into running sums so that no table of times by times is made.
    """
    n = at_risk.astype(np.float64)
    d = all_causes.astype(np.float64)
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
