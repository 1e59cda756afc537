"""Priors of parameters as quantile functions: from a share of the probability to a value."""

from __future__ import annotations

import math
import re

from vraem.experiment.types import Factor

DIGITS = 10
"""Digits that are kept of a drawn value, so that machines whose last bits differ draw the same runs."""

PLAIN_PRIORS = ("uniform", "loguniform", "triangular", "lognormal", "gamma", "halfnormal")
PEAKED_PRIORS = ("triangular", "lognormal", "gamma")
"""Priors that need a middle: the peak of a triangular, the median of a lognormal, the mean of a gamma prior."""
_BETA = re.compile(r"beta\(\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*\)")
_NORMAL_95 = 1.959963984540054
"""A range is taken for the central 95 per cent of a lognormal or gamma prior, for the lower 95 of a half-normal one."""


def prior_problem(prior: str, low: float, high: float, mode: float | None) -> str:
    """What is wrong with a prior over a range; an empty text if nothing is."""
    beta = _BETA.fullmatch(prior)
    if prior not in PLAIN_PRIORS and not (beta and float(beta[1]) > 0 and float(beta[2]) > 0):
        return f"one of {', '.join(PLAIN_PRIORS)}, beta(a,b)"
    if prior in ("loguniform", "lognormal") and low <= 0:
        return f"a {prior} prior on a range above 0, not from {low:g}"
    if beta and not 0 <= low < high <= 1:
        return f"a beta prior on a range inside 0 to 1, not {low:g} to {high:g}"
    if prior == "gamma" and low < 0:
        return f"a gamma prior on a range from 0 on, not from {low:g}"
    if prior in PEAKED_PRIORS and (mode is None or not low <= mode <= high):
        return f"a mode from {low:g} to {high:g} for a {prior} prior"
    return ""


def quantile(factor: Factor, share: float) -> float | int:
    """The value below which ``share`` (0 to 1) of the prior of a range lies, kept inside the range.

    All but uniform, loguniform and triangular priors are cut off at the ends of the range. Whole numbers are
    spread evenly under a uniform prior and rounded under the others. Raises ``ValueError`` for a factor
    without a range.
    """
    if factor.low is None or factor.high is None:
        raise ValueError(f"{factor.key} has no range")
    low, high = factor.low, factor.high
    if factor.whole and factor.prior == "uniform":
        return int(min(math.floor(low + share * (high - low + 1)), high))
    value = _plain(factor, low, high, share)
    if factor.whole:
        return int(min(max(round(value), math.ceil(low)), math.floor(high)))
    return min(max(rounded(value), low), high)


def rounded(value: float) -> float:
    """A value with the digits that are kept."""
    return float(f"{value:.{DIGITS}g}")


def evenly(factor: Factor, levels: int) -> tuple[float | int, ...]:
    """``levels`` values from one end of a range to the other, by equal ratios under a loguniform prior."""
    low, high = factor.low, factor.high
    if low is None or high is None:
        raise ValueError(f"{factor.key} has no range")
    shares = [place / (levels - 1) for place in range(levels)] if levels > 1 else [0.5]
    by_ratio = factor.prior in ("loguniform", "lognormal")
    values = [low * (high / low) ** share if by_ratio else low + share * (high - low) for share in shares]
    kept = [round(value) if factor.whole else min(max(rounded(value), low), high) for value in values]
    return tuple(dict.fromkeys(kept))


def _plain(factor: Factor, low: float, high: float, share: float) -> float:
    if factor.prior == "uniform":
        return low + share * (high - low)
    if factor.prior == "loguniform":
        return float(low * (high / low) ** share)
    if factor.prior == "triangular":
        return _triangular(low, _middle(factor), high, share)
    if factor.prior == "lognormal":
        return _lognormal(low, _middle(factor), high, share)
    if factor.prior == "gamma":
        return _gamma(low, _middle(factor), high, share)
    if factor.prior == "halfnormal":
        return _half_normal(low, high, share)
    return _beta(factor.prior, low, high, share)


def _middle(factor: Factor) -> float:
    if factor.mode is None:
        raise ValueError(f"{factor.key} has no mode")
    return factor.mode


def _triangular(low: float, mode: float, high: float, share: float) -> float:
    rising = (mode - low) / (high - low)
    if share <= rising:
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


def _lognormal(low: float, median: float, high: float, share: float) -> float:
    from scipy.special import ndtr, ndtri

    spread = math.log(high / low) / (2 * _NORMAL_95)
    first, last = (float(ndtr(math.log(end / median) / spread)) for end in (low, high))
    return median * math.exp(spread * float(ndtri(first + share * (last - first))))


def _gamma(low: float, mean: float, high: float, share: float) -> float:
    """A gamma prior of that mean whose standard deviation is that of a normal one with the range as its 95 per cent."""
    from scipy.special import gammainc, gammaincinv

    spread = (high - low) / (2 * _NORMAL_95)
    shape, scale = (mean / spread) ** 2, spread**2 / mean
    first, last = float(gammainc(shape, low / scale)), float(gammainc(shape, high / scale))
    return scale * float(gammaincinv(shape, first + share * (last - first)))


def _half_normal(low: float, high: float, share: float) -> float:
    """Upper half of a normal prior that begins at the low end; 5 per cent would lie above the high end."""
    from scipy.special import ndtr, ndtri

    scale = (high - low) / _NORMAL_95
    last = 2 * float(ndtr(_NORMAL_95)) - 1
    return low + scale * float(ndtri((1 + share * last) / 2))


def _beta(prior: str, low: float, high: float, share: float) -> float:
    from scipy.special import betainc, betaincinv

    match = _BETA.fullmatch(prior)
    if match is None:
        raise ValueError(f"no prior is called {prior}")
    a, b = float(match[1]), float(match[2])
    first, last = float(betainc(a, b, low)), float(betainc(a, b, high))
    return float(betaincinv(a, b, first + share * (last - first)))
