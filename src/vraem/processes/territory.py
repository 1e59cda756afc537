"""Territory: which share of control each column holds in each community (B11).

Control moves slowly towards a contest success function (Skaperdas 1996) of the armed members that a column can bring
to a place, those of other columns, the state's presence, and what holds out where nobody is. Source: docs/model.md,
The armed organisation; the first control follows the area and the settlements reported for the historic core.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import Rows, living_columns
from vraem.processes.rent import control_lost
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.organisation_tables import NO_ROW
from vraem.world.presence import nearness

WRITES: dict[str, tuple[str, ...]] = {
    "communities": ("control", "leaf_tax", "predation"),
    "columns": (
        *("control", "territory", "past_territory", "territory_change", "ground_share"),
        *("exposure", "tolls", "guards"),
    ),
}
ALLIED_FROM = 0.3
"""Strength of an alliance from which its groups do not fight and collect as one."""
SMALLEST_TERRITORY = 0.5
"""Communities to which a change of territory is related at least, so that tiny holdings do not leap."""
LARGEST_CHANGE = 10.0
HALVINGS = 60
"""Steps of the search for the base resistance; each halves its range of logs."""
LOWEST_BASE, HIGHEST_BASE = 1e-4, 1e5
ALONE = 0.03
"""What holds out where there is no self-defence committee, over a place with one at full strength."""


def prepare(world: World) -> None:
    """Solve the base resistance so that the columns of the start hold the drawn territory, and let them hold it."""
    burn, columns = world.burn_in, world.columns
    rows = living_columns(world)
    if not len(rows):
        refresh(world)
        return
    force = presence(world, rows)
    low, high = np.log(LOWEST_BASE), np.log(HIGHEST_BASE)
    for _ in range(HALVINGS):
        burn.contest_base = float(np.exp((low + high) / 2.0))
        held = float(contested_share(world, force).sum())
        low, high = (
            (np.log(burn.contest_base), high)
            if held > world.p.territory_initial
            else (low, np.log(burn.contest_base))
        )
    burn.contest_base_start = burn.contest_base
    columns.control[:, rows] = contested_share(world, force).T
    refresh(world)
    columns.past_territory[rows] = columns.territory[rows]
    communities = world.communities
    communities.first_control[:] = communities.control
    look_along_ways(world)


def move_control(world: World) -> None:
    """Four weeks of control: the way to what strength would give, with the drawn half-life."""
    columns = world.columns
    rows = living_columns(world)
    held = columns.control[:, rows]
    if len(rows):
        pace = np.float32(1.0 - 0.5 ** (REVIEW_WEEKS / (world.p.control_half_life * WEEKS_A_MONTH)))
        held += pace * (contested_share(world, presence(world, rows)).T - held)
        columns.control[:, rows] = held
    _follow_control(world, rows, held)
    _remember_territory(world, rows)
    _look_along_ways(world, rows, held)


def strength(world: World, rows: Rows) -> NDArray[np.float32]:
    """Armed members (n,) that count in a contest: none of a hiding column, fewer of one in a firm's service."""
    columns = world.columns
    hidden = columns.hidden_until[rows] > world.week
    serving = columns.service[rows] != NO_ROW
    weight = np.where(serving, world.p.service_presence, 1.0) * ~hidden
    counted: NDArray[np.float32] = (columns.armed[rows] * weight).astype(np.float32)
    return counted


def presence(world: World, rows: Rows) -> NDArray[np.float32]:
    """What each column brings to each community, (n, C): (armed · exp(−hours from the seat / reach))^m."""
    exponent = world.p.contest_exponent
    near = nearness(world.valley, world.p.column_reach / exponent)[world.columns.seat[rows]]
    force: NDArray[np.float32] = strength(world, rows)[:, None] ** np.float32(exponent) * near
    return force


def resistance(world: World) -> NDArray[np.float32]:
    """What holds against all columns in each community, (C,): the state, self-defence (E3), and the place itself."""
    communities, p = world.communities, world.p
    alone = world.burn_in.contest_base * (ALONE + communities.committee)
    state = p.state_presence_weight * communities.state_presence
    held: NDArray[np.float32] = (alone**p.contest_exponent + state**p.contest_exponent).astype(np.float32)
    return held


def contested_share(world: World, force: NDArray[np.float32]) -> NDArray[np.float32]:
    """The contest success function (n, C): a column's presence over that of all and the resistance."""
    share: NDArray[np.float32] = force / (force.sum(axis=0) + resistance(world))
    return share


def refresh(world: World) -> None:
    """Bring up to date what follows from the columns' control: sums, the growers' tax, predation."""
    rows = living_columns(world)
    _follow_control(world, rows, world.columns.control[:, rows])


def _follow_control(world: World, rows: Rows, held: NDArray[np.float32]) -> None:
    """What `refresh` brings up to date, from the control `held` (C, n) of the living columns `rows`."""
    columns, communities, p = world.columns, world.communities, world.p
    communities.control[:] = held.sum(axis=1, dtype=np.float64)
    columns.territory[rows] = held.sum(axis=0)
    ground = np.einsum("c,cn->n", np.maximum(communities.coca_area, 0.0), held)
    columns.ground_share[: columns.count] = 0.0
    columns.ground_share[rows] = ground / max(float(ground.sum()), 1e-9)
    if world.scenario.switches.null_model != "exogenous_fees" or world.week == 0:
        communities.leaf_tax[:] = np.minimum(p.leaf_tax_share * taking_control(world, "coca"), 1.0)
    _suffer_predation(world, rows, held)


def mix_of(world: World, source: str, rows: Rows) -> NDArray[np.float32]:
    """What the groups of the columns `rows` take of a `source` (coca, logging, extortion) over the parameters, (n,)."""
    mix: NDArray[np.float32] = world.groups.__dict__[f"{source}_mix"][world.columns.group[rows]]
    return mix


def taking_control(world: World, source: str) -> NDArray[np.float64]:
    """Control of all columns in each community, (C,), each weighted by what its group takes of a `source` (B1)."""
    if not world.scenario.groups:  # the group of the record and all that split from it take alike
        return world.communities.control
    rows = living_columns(world)
    weighted = world.columns.control[:, rows] @ mix_of(world, source, rows)
    return np.asarray(weighted, dtype=np.float64)


def taking_share(world: World, source: str) -> NDArray[np.float64]:
    """Share of each column, (n,), of what all take on their ground of a `source` (B1)."""
    columns, count = world.columns, world.columns.count
    share = columns.ground_share[:count]
    if not world.scenario.groups:
        return share
    weighted: NDArray[np.float64] = share * mix_of(world, source, np.arange(count))
    return weighted / max(float(weighted.sum()), 1e-9)


def _suffer_predation(world: World, rows: Rows, held: NDArray[np.float32]) -> None:
    """Share of a harvest lost to theft where a place has lost its protectors or groups contest it (A4, A5).

    Places that never had a protector are as the calibrated yields and costs have them: the rule is about change.
    """
    communities, p = world.communities, world.p
    unprotected = control_lost(world)
    group = world.columns.group[rows]
    names = sorted(set(group.tolist()))
    if len(names) > 1:
        of_groups = [held[:, group == one].sum(axis=1) for one in names]
        # chance that two shares of control drawn at random belong to two groups
        unprotected += communities.control**2 - sum(share.astype(np.float64) ** 2 for share in of_groups)
    chance = np.minimum(np.maximum(p.predation_chance * unprotected, 0.0), 1.0)
    communities.predation[:] = p.predation_loss * chance


def _remember_territory(world: World, rows: Rows) -> None:
    columns = world.columns
    past, now = columns.past_territory[rows], columns.territory[rows]
    past = np.where(past > 0.0, past, now)  # a new column has no past
    change = (now - past) / np.maximum(past, SMALLEST_TERRITORY)
    columns.territory_change[rows] = np.minimum(change, LARGEST_CHANGE)
    columns.past_territory[rows] = past + (now - past) * (REVIEW_WEEKS / WEEKS_A_YEAR)


def look_along_ways(world: World) -> None:
    """Control of each column met on each firm's way by each route; a hiding or serving column meets nobody."""
    rows = living_columns(world)
    _look_along_ways(world, rows, world.columns.control[:, rows])


def _look_along_ways(world: World, rows: Rows, control: NDArray[np.float32]) -> None:
    """`look_along_ways` by the control (C, n) of the living columns `rows`."""
    columns = world.columns
    columns.exposure[:, : columns.count] = 0.0
    meets = (columns.hidden_until[rows] <= world.week) & (columns.service[rows] == NO_ROW)
    # one contiguous row a column, or the sums along the ways would leap through memory
    held = np.ascontiguousarray(control.T).take(world.routes.passed, axis=1)
    met = np.add.reduceat(held, world.routes.first_passed, axis=1)
    columns.exposure[:, rows] = met.T * meets


def collectors(world: World, rows: Rows) -> NDArray[np.int64]:
    """Who collects for each column of `rows`, (n,): its group; groups of one pact count as the first of them."""
    groups = world.groups
    group = world.columns.group[rows].astype(np.int64)
    partner = groups.allied[group].astype(np.int64)
    allied = (groups.alliance[group] >= ALLIED_FROM) & (partner != NO_ROW)
    return np.where(allied, np.minimum(group, partner), group)


def hand_over(world: World, column: int, other: int, share: float) -> None:
    """`column` leaves `share` of its ground, and what it collects there, to `other`: a merger or a division."""
    columns = world.columns
    for name in ("control", "exposure", "tolls", "guards", "ground_share", "past_territory", "territory"):
        values = columns.__dict__[name]
        moved = share * values[..., column]
        values[..., column] -= moved
        values[..., other] += moved
