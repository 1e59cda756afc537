"""The stretches of time over which arms are compared, counted from the week in which they part."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from vraem import engine
from vraem.observe.shared import first_difference
from vraem.world.clock import DAYS_A_WEEK, Clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vraem.scenario import Scenario
    from vraem.valley import Valley

WEEKS = 52
"""Weeks of a year of comparison: whole weeks, so that each has the same number."""


@dataclass(frozen=True)
class Window:
    """The weeks `first` to `last`, both included, under a `name` ("first year") with their opening days."""

    name: str
    first: int
    last: int
    start: date
    end: date

    @property
    def weeks(self) -> slice:
        """The weeks as a slice of a weekly series."""
        return slice(self.first, self.last + 1)


def windows_after(parting: int, clock: Clock) -> tuple[Window, ...]:
    """The first year after week number `parting`, years 2 and 3, and the last year of `clock`.

    A stretch that the run does not hold whole is cut, and named by its weeks; one of which it holds less than
    half is left out, as is an end that begins before the first year is over.
    """
    left = clock.weeks - parting
    if left < WEEKS:
        return (_window(f"first {left} weeks", parting, clock.weeks - 1, clock),)
    found = [_window("first year", parting, parting + WEEKS - 1, clock)]
    rest = min(left - WEEKS, 2 * WEEKS)
    if rest >= WEEKS:
        name = "years 2 and 3" if rest == 2 * WEEKS else f"the {rest} weeks after"
        found.append(_window(name, parting + WEEKS, parting + WEEKS + rest - 1, clock))
    last_year = clock.weeks - WEEKS
    if last_year >= parting + 2 * WEEKS:
        found.append(_window("last year", last_year, clock.weeks - 1, clock))
    return tuple(found)


def _window(name: str, first: int, last: int, clock: Clock) -> Window:
    return Window(name, first, last, clock.date(first), clock.date(last) + timedelta(days=DAYS_A_WEEK - 1))


def parting_weeks(scenarios: "Sequence[Scenario]", seed: int, valley: "Valley") -> list[int | None]:
    """The first week in which each scenario's inputs or rules differ from the first scenario's.

    None where they never differ in the weeks of the run; always for the first. All scenarios must have the
    same start, end and households.
    """
    reference = scenarios[0]
    world = engine.new_world(reference, seed, valley)
    found: list[int | None] = [None]
    for scenario in scenarios[1:]:
        if scenario.rules != reference.rules:
            found.append(0)
            continue
        week = first_difference(world, engine.fork(world, scenario))
        found.append(week if week < world.clock.weeks else None)
    return found
