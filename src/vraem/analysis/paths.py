"""The weekly series that comparisons draw, declared as data: area, prices, what leaves and how, strength and income."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.experiment.yearly import KG_PER_TONNE, by_route, callao_share, moving_route_shares, moving_sum
from vraem.observe import RunResult
from vraem.world.clock import WEEKS_A_QUARTER, WEEKS_A_YEAR

THOUSAND, MILLION = 1e3, 1e6


class Path(NamedTuple):
    """One series over time: `name`, `title`, `unit` on its axis, and what makes it (weeks,) of a run."""

    name: str
    title: str
    unit: str
    weekly: Callable[[RunResult], NDArray[np.float64]]


def _rate(flow: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """A weekly flow as a rate a year over `scale`, mean of 13 weeks; not a number in the first 12."""
    return moving_sum(flow, WEEKS_A_QUARTER) / WEEKS_A_QUARTER * WEEKS_A_YEAR / scale


def _exported(result: RunResult) -> NDArray[np.float64]:
    return _rate(by_route(result, "hcl_exported").sum(axis=0), KG_PER_TONNE)


def _group_income(result: RunResult) -> NDArray[np.float64]:
    return _rate(result["group_income"], MILLION)


PATHS: tuple[Path, ...] = (
    Path("coca_area", "Coca in the valley", "thousand ha", lambda r: r["coca_area_visible"] / THOUSAND),
    Path("rest_area", "Coca in the rest of Peru", "thousand ha", lambda r: r["rest_area"] / THOUSAND),
    Path("leaf_price", "Price of dry leaf", "USD/kg", lambda r: r["leaf_price"]),
    Path("hcl_price", "Price of cocaine in the valley", "USD/kg", lambda r: r["hcl_price"]),
    Path("hcl_exported", "Cocaine that left", "t/year (13 weeks)", _exported),
    Path(
        "callao_share",
        "Share by way of Callao",
        "% (13 weeks)",
        lambda r: 100.0 * callao_share(moving_route_shares(r)),
    ),
    Path("armed", "Armed members of groups", "persons", lambda r: r["armed"]),
    Path("group_income", "Groups' income", "million USD/year (13 weeks)", _group_income),
)


def weekly_paths(result: RunResult) -> NDArray[np.float64]:
    """Every path of a run, (paths, weeks), in the order of `PATHS`."""
    return np.stack([path.weekly(result) for path in PATHS])
