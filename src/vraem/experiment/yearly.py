"""Weekly series by calendar year: totals, means, year-end values and shares, for tables and charts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.observe import RunResult
from vraem.valley import CALLAO_ROUTES, ROUTES

KG_PER_TONNE = 1000.0

_WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True)
class Years:
    """The calendar years of a run.

    `numbers` (k,) the years; `group` (weeks,) which of them each week opens in; `complete` (k,) whether the
    run holds every week that opens in the year.
    """

    numbers: NDArray[np.int64]
    group: NDArray[np.int64]
    complete: NDArray[np.bool_]

    @classmethod
    def of(cls, dates: NDArray[np.datetime64]) -> "Years":
        """The years of the weekly `dates` (weeks,) datetime64[D]."""
        calendar = dates.astype("datetime64[Y]").astype(np.int64) + 1970
        numbers = np.arange(calendar[0], calendar[-1] + 1)
        complete = np.ones(len(numbers), dtype=bool)
        complete[0] = (dates[0] - _WEEK).astype("datetime64[Y]") < dates[0].astype("datetime64[Y]")
        complete[-1] &= (dates[-1] + _WEEK).astype("datetime64[Y]") > dates[-1].astype("datetime64[Y]")
        return cls(numbers, calendar - calendar[0], complete)

    def total(self, weekly: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum (k,) of a weekly series over each year."""
        return np.bincount(self.group, weights=weekly, minlength=len(self.numbers)).astype(np.float64)

    def mean(self, weekly: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean (k,) of a weekly series over each year."""
        return self.total(weekly) / np.bincount(self.group, minlength=len(self.numbers))

    def last(self, weekly: NDArray[np.float64]) -> NDArray[np.float64]:
        """Value (k,) of the last week that opens in each year: what a survey of 31 December sees."""
        ends = np.append(np.flatnonzero(np.diff(self.group)), len(self.group) - 1)
        return weekly[ends]


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """`part` over `whole`; not a number where the whole is zero."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0.0)


def by_route(result: RunResult, stem: str) -> NDArray[np.float64]:
    """The weekly series `stem`_<route> of all routes (routes, weeks), in the order of ROUTES."""
    return np.stack([result[f"{stem}_{route}"] for route in ROUTES])


def yearly_seized_share(result: RunResult, years: Years) -> NDArray[np.float64]:
    """Share (k,) seized of the cocaine that was seized or left the valley in each year (P8)."""
    seized = years.total(by_route(result, "hcl_seized").sum(axis=0))
    exported = years.total(by_route(result, "hcl_exported").sum(axis=0))
    return share(seized, seized + exported)


def yearly_route_shares(result: RunResult, years: Years) -> NDArray[np.float64]:
    """Share (routes, k) of each route in what left the valley in each year (P30)."""
    tonnes = np.stack([years.total(weekly) for weekly in by_route(result, "hcl_exported")])
    return share(tonnes, np.broadcast_to(tonnes.sum(axis=0), tonnes.shape))


def callao_share(route_shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share (…) of what goes to Lima and Callao, from shares with the routes on the first axis."""
    rows = [ROUTES.index(route) for route in CALLAO_ROUTES]
    return np.asarray(route_shares[rows].sum(axis=0), dtype=np.float64)


def moving_sum(flow: NDArray[np.float64], weeks: int) -> NDArray[np.float64]:
    """Sum of the last `weeks` weeks (..., weeks); the first `weeks` − 1 are not numbers."""
    running = np.cumsum(flow, axis=-1)
    moved = np.full(flow.shape, np.nan)
    moved[..., weeks - 1 :] = running[..., weeks - 1 :]
    moved[..., weeks:] -= running[..., :-weeks]
    return moved


def moving_route_shares(result: RunResult, weeks: int = 13) -> NDArray[np.float64]:
    """Share (routes, weeks) of each route in what left the valley in the last `weeks` weeks.

    Kilograms are summed before dividing, so that a week with one large load does not count like a busy one.
    The first `weeks` − 1 columns are not numbers.
    """
    moved = moving_sum(by_route(result, "hcl_exported"), weeks)
    return share(moved, np.broadcast_to(moved.sum(axis=0), moved.shape))
