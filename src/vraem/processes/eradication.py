"""A8: eradication crews destroy coca where the scenario sends them, to the hectare.

Crews take places with coca in a random order weighted by their area, and there whole plots of households in a
random order. They keep away from places under a protector, and are now and then stopped there. What follows —
replanting, fear, moving — is decided by growers in `planting`. The news fades with a quarter's memory.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.exogenous import in_districts
from vraem.processes.journal import actor_of_column, note
from vraem.processes.neighbourhood import with_neighbours
from vraem.processes.plots import keep_plots
from vraem.world import World
from vraem.world.clock import WEEKS_A_QUARTER
from vraem.world.security_tables import ERADICATION_STOPPED, STATE


def step(world: World) -> None:
    """Carry out this week's dated eradication orders and let the news of past ones fade."""
    communities = world.communities
    communities.eradication_news *= 1.0 - 1.0 / WEEKS_A_QUARTER
    for number, order in enumerate(world.inputs.eradication):
        if order.holds(world.week):
            _eradicate(world, number, order.hectares_a_week, order.districts)


def _eradicate(world: World, number: int, hectares: float, districts: tuple[int, ...]) -> None:
    """Carry out the order `number`: destroy `hectares` ha in the districts, or all there is unless stopped."""
    communities = world.communities
    area = np.where(in_districts(world, districts), np.maximum(communities.coca_area, 0.0), 0.0)
    drawn = area * (1.0 - world.p.eradication_avoidance * np.minimum(communities.control, 1.0))
    block = 2 * len(communities)
    draws, perils = world.streams.uniform_double(
        "eradication_place", world.week, number * block, (number + 1) * block
    ).reshape(2, -1)
    stops = perils < world.p.eradication_stop_chance * communities.control
    # exponential races: sorting by −ln(u)/weight draws without replacement, by weight
    with np.errstate(divide="ignore"):
        order = np.argsort(-np.log1p(-draws) / drawn, kind="stable")
    lost = np.zeros(len(communities))
    left = hectares
    for community in order.tolist():
        if left <= 0.0 or area[community] <= 0.0:
            break
        if stops[community]:
            _note_stop(world, community)
            continue
        done = _clear_plots(world, number, community, left)
        lost[community] = done
        left -= done
    world.flows.eradicated += float(lost.sum())
    spread_news(world, lost)
    communities.coca_area -= lost


def _note_stop(world: World, community: int) -> None:
    """Crews are stopped at `community` by the column that holds most of it."""
    columns = world.columns
    holder = int(columns.control[community, : columns.count].argmax())
    group = int(columns.group[holder])
    by = actor_of_column(world, holder)
    note(
        world,
        ERADICATION_STOPPED,
        persons=0.0,
        by=by,
        victim=STATE,
        community=community,
        column=holder,
        group=group,
    )


def _clear_plots(world: World, number: int, community: int, hectares: float) -> float:
    """By the order `number`: clear whole households at random until `hectares` are reached; return ha destroyed."""
    growers, weight = world.growers, world.households_per_row
    order, first = world.community_rows
    rows = order[first[community] : first[community + 1]]
    held = growers.coca_area[rows].astype(np.float64) * weight
    draws = _household_draws(world, number, rows)
    turn = np.argsort(draws, kind="stable")
    rows, held = rows[turn], held[turn]
    before = np.cumsum(held) - held
    hit = (before < hectares) & (held > 0.0)
    rows, held, before = rows[hit], held[hit], before[hit]
    share = np.minimum((hectares - before) / held, 1.0)
    kept_share = keep_plots(world, rows, (1.0 - share).astype(np.float32))
    share[kept_share == 0.0] = 1.0
    known = growers.eradicated_share[rows]
    growers.eradicated_share[rows] = 1.0 - (1.0 - known) * kept_share
    return float((held * share).sum())


def _household_draws(world: World, number: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """One uniform draw a household, addressed by the order `number` and its row."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    low, first = int(rows.min()), number * len(world.growers)
    draws = world.streams.uniform(
        "eradication_household", world.week, first + low, first + int(rows.max()) + 1
    )
    return draws[rows - low]


def spread_news(world: World, lost: NDArray[np.float64]) -> None:
    """Add the share of the coca near each community that was destroyed this week (A4, neighbours' events)."""
    communities = world.communities
    near_area = with_neighbours(world, np.maximum(communities.coca_area, 0.0))
    near_lost = with_neighbours(world, lost)
    communities.eradication_news += near_lost / np.maximum(near_area, 1e-9)
    np.minimum(communities.eradication_news, 1.0, out=communities.eradication_news)
