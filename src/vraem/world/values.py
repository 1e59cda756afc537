"""A5: what a hectare is worth over the planning horizon, per unit of its yearly margin.

Discounting and the risk of losing the plot compound, so the weights are polynomials of d = δ(1 − risk).
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.world.ages import AgeClasses
from vraem.world.clock import QUARTERS_A_YEAR

if TYPE_CHECKING:
    from vraem.scenario import Parameters


class CropValues(NamedTuple):
    """Coefficients of the values of a hectare.

    `young` are the yields over full yield of the years 0, 1, … of a new plot; `horizon` years; `discount` a
    year; `fixed_cost` and `establishment_cost` USD/ha; `licit` the value of a hectare of coffee or cacao, USD.
    """

    young: tuple[float, ...]
    horizon: int
    discount: float
    fixed_cost: float
    establishment_cost: float
    licit: float

    @classmethod
    def of(cls, p: "Parameters") -> "CropValues":
        """The coefficients under the parameters `p`."""
        ages = AgeClasses.of(p)
        horizon = round(p.grower_horizon)
        quarters = range(QUARTERS_A_YEAR)
        young = tuple(
            sum(ages.factor(year * QUARTERS_A_YEAR + q) for q in quarters) / QUARTERS_A_YEAR
            for year in range(horizon)
        )
        bearing_from = p.licit_years_before_harvest
        licit = sum(
            p.grower_discount**year * p.licit_net_margin * min(max(year + 1 - bearing_from, 0.0), 1.0)
            for year in range(horizon)
        )
        return cls(
            young,
            horizon,
            p.grower_discount,
            p.coca_fixed_cost,
            p.coca_establishment_cost,
            licit - p.licit_establishment_cost,
        )

    def of_coca(
        self, margin: NDArray[np.float32], risk: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Value of a hectare planted now and of one in full yield, USD.

        For a yearly `margin` at full yield (USD/ha) and a yearly `risk`; the upkeep is the same polynomial in both.
        """
        factor: NDArray[np.float32] = np.float32(self.discount) * (np.float32(1.0) - risk)
        bearing = _polynomial(self.young, factor)
        upkeep = _polynomial((1.0,) * self.horizon, factor)
        fixed_cost, establishment_cost = np.float32(self.fixed_cost), np.float32(self.establishment_cost)
        new: NDArray[np.float32] = margin * bearing - fixed_cost * upkeep - establishment_cost
        kept: NDArray[np.float32] = (margin - fixed_cost) * upkeep
        return new, kept


def _polynomial(coefficients: tuple[float, ...], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Σ c_t x^t by Horner's rule, in the precision of `x`."""
    if len(coefficients) == 1:
        return np.full_like(x, coefficients[0])
    total = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        total += coefficient
        total *= x
    total += coefficients[0]
    return total


LONGEST_MEMORY = 0.99
"""Quarterly retention from which a quiet past is taken to be no longer."""


def quiet_at_rest(p: "Parameters") -> float:
    """Remembered quarters without an event (A4) where there has never been one."""
    return 1.0 / (1.0 - min(p.grower_risk_memory, LONGEST_MEMORY))
