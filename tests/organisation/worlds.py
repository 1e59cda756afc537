"""Small worlds with an armed group, weeks of the organisation alone, and what must hold of it in every week."""

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vraem
from vraem import engine
from vraem.processes.groups import living_columns, strength_equivalents
from vraem.scenario import Scenario
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.columns import Table
from vraem.world.organisation_tables import (
    ACTIVE,
    COMMANDER,
    ENDED,
    FIGHTER,
    LEADER,
    LIVING,
    NO_ROW,
    STATUSES,
)
from vraem.world.state import Flows

HOUSEHOLDS = 400
FIRST_DAY = dt.date(2012, 1, 2)
ORGANISATION = ("remittance", "command", "succession", "column_choice", "members", "recruitment", "burn_in")
"""Processes of the organisation itself; with an income set by hand they run without the rest of the valley."""
SOURCES = ("fees", "escorts", "leaf_tax", "logging", "extortion", "wages")
ROUNDING = 1e-4
"""Sums of shares kept in single precision."""


def scenario(weeks: int = 260, **changes: Any) -> Scenario:
    """The baseline with few households; `changes` by key with __ for the dot."""
    last = FIRST_DAY + dt.timedelta(days=7 * weeks - 1)
    overrides = {"run.households": HOUSEHOLDS, "run.end": last}
    return vraem.load("baseline").with_(
        overrides | {key.replace("__", "."): value for key, value in changes.items()}
    )


def make_world(seed: int = 1, weeks: int = 260, **changes: Any) -> World:
    """The start of `scenario`."""
    return vraem.new_world(scenario(weeks, **changes), seed)


@cache
def _start(seed: int) -> World:
    return make_world(seed)


def fresh(seed: int = 1) -> World:
    """A copy of the start of the default scenario, built once."""
    return _start(seed).copy()


def advance(world: World, weeks: int) -> World:
    """Whole weeks of the whole model."""
    for _ in range(weeks):
        engine.advance(world)
        engine.close_week(world)
    return world


def open_week(world: World, pay: float = 1.0) -> None:
    """A week without a valley: empty flows, and an income of `pay` pay units for each column that stands."""
    world.flows = Flows()
    columns, rows = world.columns, living_columns(world)
    for source in SOURCES:
        getattr(columns, source)[: columns.count] = 0.0
    if len(rows):
        wage = world.burn_in.reference_pay * world.p.solvency
        income = pay * wage * strength_equivalents(world, rows)
        columns.wages[rows] = np.where(columns.service[rows] != NO_ROW, income, 0.0)
        columns.fees[rows] = income - columns.wages[rows]
    world.flows.group_fees = float(columns.fees[: columns.count].sum())
    world.flows.group_wages = float(columns.wages[: columns.count].sum())


def run_processes(world: World, *names: str) -> None:
    """This week's processes of the given names, in the order of the schedule."""
    for process in engine.SCHEDULE:
        if process.name in names:
            process.step(world)


def organisation_week(world: World, pay: float = 1.0) -> None:
    """One week of the organisation alone, open at its end."""
    open_week(world, pay)
    run_processes(world, *ORGANISATION)


def quiet(world: World) -> World:
    """The same world with the background rate of reviews and of exits at zero: nothing happens of its own."""
    world.p = world.p.replace(decision_rate=0.0, exit_rate=0.0, exit_contagion=0.0, check=False)
    world.columns.triggered[:] = False
    return world


def used(table: Table, name: str) -> NDArray[Any]:
    """The rows in use of a column."""
    return table.rows_in_use(name)


def state(world: World) -> dict[str, bytes]:
    """Every column of every population, to compare to the bit."""
    return {
        f"{table.spec.name}.{column.name}": table.rows_in_use(column.name).tobytes()
        for table in world.tables
        for column, _ in table.columns()
    }


def money(world: World) -> float:
    """Money of columns and of the tops of groups, USD."""
    return float(used(world.columns, "treasury").sum() + used(world.groups, "hoard").sum())


def money_that_came(world: World) -> float:
    """What the flows of the week say that columns and tops have more than before, USD."""
    flows = world.flows
    came = sum(getattr(flows, f"group_{source}") for source in (*SOURCES, "founding"))
    return float(came - flows.group_pay - flows.group_spent - flows.group_lost)


def serving(world: World) -> int:
    """How many persons serve in a column."""
    return int((used(world.members, "status") == ACTIVE).sum())


def faults(world: World) -> list[str]:
    """One line for everything that must hold of the organisation at the end of a week and does not."""
    return [*_persons(world), *_posts(world), *_ended(world), *_places(world)]


def _persons(world: World) -> Iterator[str]:
    members, columns, groups = world.members, world.columns, world.groups
    status, column = used(members, "status"), used(members, "column")
    if status.min() < ACTIVE or status.max() >= len(STATUSES):
        yield f"a status that does not exist: {status.min()} to {status.max()}"
    active = status == ACTIVE
    armed = active & (used(members, "rank") >= FIGHTER)
    for name, mask in (("armed", armed), ("supporters", active & ~armed)):
        counted = np.bincount(column[mask], minlength=columns.count)
        if not np.array_equal(counted, used(columns, name)):
            yield f"columns.{name}: {used(columns, name)}, counted {counted}"
    of_group = used(columns, "group")[column]
    if not np.array_equal(of_group[active], used(members, "group")[active]):
        yield "members.group is not the group of their column"
    for name, mask in (("armed", armed), ("members", active)):
        counted = np.bincount(of_group[mask], minlength=groups.count)
        if not np.array_equal(counted, used(groups, name)):
            yield f"groups.{name}: {used(groups, name)}, counted {counted}"
    weeks_old = used(members, "joined") - used(members, "born")
    if (weeks_old < 18 * WEEKS_A_YEAR).any():
        yield f"somebody joined at {weeks_old.min() / WEEKS_A_YEAR:.2f}"
    for name in ("joined", "left"):
        if (used(members, name) > world.week).any():
            yield f"somebody {name} in the future"


def _posts(world: World) -> Iterator[str]:
    members, columns, groups = world.members, world.columns, world.groups
    active = used(members, "status") == ACTIVE
    for flag in ("seat", "heir"):
        if (used(members, flag) & ~active).any():
            yield f"somebody who is gone has {flag}"
    rows = living_columns(world)
    commanders = columns.commander[rows]
    for column, commander in zip(rows.tolist(), commanders.tolist(), strict=True):
        if commander == NO_ROW:
            continue
        if not active[commander] or members.column[commander] != column:
            yield f"the commander of column {column} does not serve in it"
        if members.rank[commander] < COMMANDER:
            yield f"the commander of column {column} has rank {members.rank[commander]}"
    living = np.flatnonzero(used(groups, "status") == LIVING)
    leaders = set(groups.leader[living].tolist()) - {NO_ROW}
    ranked = set(np.flatnonzero(active & (used(members, "rank") == LEADER)).tolist())
    if ranked != leaders:
        yield f"leaders by post {sorted(leaders)}, by rank {sorted(ranked)}"
    for group in living.tolist():
        leader, centre = int(groups.leader[group]), int(groups.centre[group])
        if (leader == NO_ROW) != (groups.vacant_since[group] != NO_ROW):
            yield f"group {group} has leader {leader} and is vacant since {groups.vacant_since[group]}"
        if leader != NO_ROW and (not active[leader] or members.group[leader] != group):
            yield f"the leader of group {group} does not serve in it"
        if leader != NO_ROW and members.column[leader] != centre:
            yield f"the leader of group {group} is in column {members.column[leader]}, not in the centre {centre}"
        if columns.status[centre] != LIVING or columns.group[centre] != group:
            yield f"the centre of group {group} is no living column of it"


def _ended(world: World) -> Iterator[str]:
    columns, groups = world.columns, world.groups
    over = used(columns, "status") == ENDED
    for name in ("armed", "supporters", "treasury", "territory", "revenue"):
        if used(columns, name)[over].any():
            yield f"an ended column has {name}"
    for name in ("commander", "service", "hosted"):
        if (used(columns, name)[over] != NO_ROW).any():
            yield f"an ended column has a {name}"
    if used(columns, "control")[:, over].any():
        yield "an ended column has control"
    closed = used(groups, "status") == ENDED
    if closed[used(columns, "group")[~over]].any():
        yield "a living column belongs to an ended group"
    if not np.isin(np.flatnonzero(~closed), used(columns, "group")[~over]).all():
        yield "a living group has no column"
    if used(groups, "hoard")[closed].any() or (used(groups, "leader")[closed] != NO_ROW).any():
        yield "an ended group has money or a leader"


def _places(world: World) -> Iterator[str]:
    columns = world.columns
    control = used(columns, "control")[:, used(columns, "status") == LIVING]
    if (control < 0.0).any() or (control.sum(axis=1) > 1.0 + ROUNDING).any():
        yield f"control shares sum to {control.sum(axis=1).max():.6f}"
    for name in ("link", "contact", "effort", "need", "shortfall", "community_link"):
        values = used(columns, name)
        if ((values < 0.0) | (values > 1.0)).any():
            yield f"columns.{name} from {values.min()} to {values.max()}"
