"""What a pattern is: measures of a seed's runs, each with the bounds inside which it counts as reproduced.

A pattern has one or more measures; a path passes it if every measure lies inside its bounds. Measures are pure
functions of finished runs: nothing in the model knows a pattern.
"""

from collections.abc import Callable
from typing import NamedTuple

from vraem.analysis.arms import Arms

INFINITY = float("inf")


class Measure(NamedTuple):
    """One number of a pattern: `value` between `low` and `high` passes; `observed` is what it stands against."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    observed: str = ""

    @property
    def passed(self) -> bool:
        """Whether the value lies inside its bounds (NaN never does)."""
        return self.low <= self.value <= self.high


class Pattern(NamedTuple):
    """A pattern: `label` (P1…), `name`, `target` and `tolerance` in words, and how to `measure` the arms of a seed.

    `pooled`: a rate of rare events, of which one path says little; it is scored over all paths at once.
    """

    label: str
    name: str
    target: str
    tolerance: str
    measure: Callable[[Arms], list[Measure]]
    pooled: bool = False


def year_span(year: int) -> tuple[str, str]:
    """First and last day of a calendar year (ISO dates)."""
    return f"{year}-01-01", f"{year}-12-31"


class Words(NamedTuple):
    """What is said of a pattern that is measured otherwise than from the arms of `Arms`."""

    label: str
    name: str
    target: str
    tolerance: str
