"""Small worlds with security forces, and what operations have done in them."""

import datetime as dt
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vraem
from vraem import engine
from vraem.processes.allocation import look_at_controls
from vraem.scenario import Scenario
from vraem.world import World
from vraem.world.columns import Table
from vraem.world.organisation_tables import ACTIVE
from vraem.world.security_tables import REMOVAL

FIRST_DAY = dt.date(2012, 1, 2)
SETTLED = 30
"""Weeks after which tips, pressure and support have some history."""


def scenario(weeks: int = 104, **changes: Any) -> Scenario:
    """The baseline with few households; `changes` by key with __ for the dot."""
    last = FIRST_DAY + dt.timedelta(days=7 * weeks - 1)
    overrides = {"run.households": 400, "run.end": last}
    return vraem.load("baseline").with_(
        overrides | {key.replace("__", "."): value for key, value in changes.items()}
    )


def make_world(seed: int = 1, weeks: int = 104, **changes: Any) -> World:
    return vraem.new_world(scenario(weeks, **changes), seed)


@cache
def _settled(seed: int) -> World:
    return advance(make_world(seed), SETTLED)


def settled(seed: int = 1) -> World:
    """A copy of the default world after `SETTLED` weeks, made once."""
    return _settled(seed).copy()


def advance(world: World, weeks: int) -> World:
    for _ in range(weeks):
        engine.advance(world)
        engine.close_week(world)
    return world


def day(week: int) -> dt.date:
    """The day that opens a week."""
    return FIRST_DAY + dt.timedelta(days=7 * week)


def with_parameters(world: World, **values: float) -> World:
    """The world itself, with these parameters from now on."""
    world.p = world.p.replace(check=False, **values)
    return world


def control_factor(world: World) -> NDArray[np.float64] | None:
    """Controls near the firms' ways now over those of the start (5, F); None while they stand as at the start."""
    look_at_controls(world)
    return world.security.control_factor


def campaign(first: int, last: int, **attributes: Any) -> dict[str, Any]:
    """The table of a campaign that runs from week `first` to week `last`."""
    return {
        "kind": "arrest",
        "start": day(first),
        "end": day(last + 1) - dt.timedelta(days=1),
        "targets": ["heirs"],
        "operations_per_month": 4.0,
    } | attributes


def used(table: Table, name: str) -> NDArray[Any]:
    return table.rows_in_use(name)


def active(world: World) -> NDArray[np.int64]:
    return np.flatnonzero(used(world.members, "status") == ACTIVE)


def incidents(world: World, kind: int, **where: int) -> NDArray[np.int64]:
    """Rows of the journal of one kind in which the columns `where` have the values given."""
    journal = world.incidents
    found = used(journal, "kind") == kind
    for name, value in where.items():
        found &= used(journal, name) == value
    return np.flatnonzero(found)


def taken_by_campaign(world: World, number: int = 0) -> NDArray[np.int64]:
    """Members whom the campaign has removed."""
    return used(world.incidents, "member")[incidents(world, REMOVAL, campaign=number)]


def state(world: World) -> dict[str, bytes]:
    """Every column of every population, to compare to the bit."""
    return {
        f"{table.spec.name}.{column.name}": table.rows_in_use(column.name).tobytes()
        for table in world.tables
        for column, _ in table.columns()
    }
