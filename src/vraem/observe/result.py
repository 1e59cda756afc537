"""What a run leaves behind: labelled weekly series, yearly snapshots and its identity."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.observe.organisation import OrganisationResult

if TYPE_CHECKING:
    from vraem.scenario import Scenario

INCOME_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles of household income kept in every yearly snapshot."""

INCOME_SOURCES = ("coca", "licit", "logging", "off_farm")
"""Sources of household income, in the order of the source axis."""


@dataclass(frozen=True)
class Snapshots:
    """The state by community and the spread of incomes, once a year at the end of December.

    `dates` (k,) datetime64[D]; `coca_area` (k, C) ha of visible coca by community; `leaf_price` (k, C) USD/kg;
    `income_quantiles` (k, 2, 5) USD a year per household, first axis of two: households that may grow coca,
    households that never do; `income_by_source` (k, 2, 4) mean USD a year per household.
    """

    dates: NDArray[np.datetime64]
    coca_area: NDArray[np.float32]
    leaf_price: NDArray[np.float32]
    income_quantiles: NDArray[np.float64]
    income_by_source: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RunResult:
    """One finished run.

    `dates` (weeks,) datetime64[D], the Monday that opens each week; `series` maps every name of
    `vraem.observe.series.SERIES` to (weeks,) float64; `profile` maps process names to seconds when asked for;
    `balance` maps checked balances to their largest relative error when asked for; `organisation` is what became of
    the armed groups.
    """

    scenario: "Scenario"
    seed: int
    dates: NDArray[np.datetime64]
    series: dict[str, NDArray[np.float64]]
    snapshots: Snapshots
    seconds: float
    profile: dict[str, float] = field(default_factory=dict)
    balance: dict[str, float] = field(default_factory=dict)
    organisation: OrganisationResult = field(default_factory=OrganisationResult)

    def __repr__(self) -> str:
        """In a line: the series are long."""
        return (
            f"RunResult({self.scenario.name}, seed {self.seed}, {len(self.dates)} weeks, "
            f"{len(self.series)} series, {len(self.snapshots.dates)} snapshots)"
        )

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Weekly values (weeks,) of the series `name`."""
        return self.series[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is a series called `name`."""
        return name in self.series

    def __iter__(self) -> Iterator[str]:
        """The names of the series."""
        return iter(self.series)

    def same_series(self, other: "RunResult") -> bool:
        """Whether every series of two runs is the same to the bit, over the same weeks (what `==` does not ask)."""
        return np.array_equal(self.dates, other.dates) and all(
            np.array_equal(values, other.series[name], equal_nan=True) for name, values in self.series.items()
        )

    def between(self, start: str, end: str) -> NDArray[np.bool_]:
        """Mask (weeks,) of the weeks that open on or after `start` and before or on `end` (ISO dates)."""
        return (self.dates >= np.datetime64(start)) & (self.dates <= np.datetime64(end))

    def mean(self, name: str, start: str, end: str) -> float:
        """Mean of a series over the weeks from `start` to `end` (ISO dates)."""
        return float(self.series[name][self.between(start, end)].mean())
