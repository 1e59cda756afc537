"""A1: coca by quarter of planting, as a ring.

Each household holds its coca in `length` age classes of one quarter; one row of the array is one class for all
households. Ageing moves a pointer instead of the hectares: the class that leaves the ring becomes the new,
empty class of age 0. Sums by age change only at the few ages where a factor changes.
"""

from typing import TYPE_CHECKING, NamedTuple

from vraem.world.clock import QUARTERS_A_YEAR, WEEKS_A_QUARTER

if TYPE_CHECKING:
    from vraem.scenario import Parameters

VISIBLE_FROM_QUARTER = 3
"""Satellite monitoring sees coca older than nine months (economy.csv satellite_min_plant_age)."""


class AgeClasses(NamedTuple):
    """Ages in quarters at which the yield factor changes, and the factors (A1).

    `length` classes until full yield ends; `steps` of (age, gain of the yield factor at that age), ascending.
    """

    length: int
    steps: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, p: "Parameters") -> "AgeClasses":
        """The classes under the parameters `p`."""
        first = round(p.coca_years_before_harvest * QUARTERS_A_YEAR)
        second, third = p.coca_yield_factor_year2, p.coca_yield_factor_year3
        steps = (
            (first, second),
            (first + QUARTERS_A_YEAR, third - second),
            (first + 2 * QUARTERS_A_YEAR, 1.0 - third),
        )
        return cls(round(p.coca_full_yield_until_year * QUARTERS_A_YEAR), steps)

    def factor(self, quarters: int) -> float:
        """Yield of a plot of age `quarters` over full yield, within the ring."""
        return sum(gain for age, gain in self.steps if quarters >= age)

    def newest(self, week: int) -> int:
        """Position in the ring of the class of age 0 for the cohort that decides in `week`."""
        quarters_passed = week // WEEKS_A_QUARTER + 1
        return -quarters_passed % self.length

    def at(self, age: int, week: int) -> int:
        """Position in the ring of the class of `age` quarters for the cohort that decides in `week`."""
        return (self.newest(week) + age) % self.length
