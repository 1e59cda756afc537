"""Inputs of the week: drivers of history, dated events, and the announced risk by district.

Source: the driver table and the scenario's events. Reads the weekly inputs; writes this week's flows and the
assisted share of the communities.
"""

import numpy as np

from vraem.world import Flows, World
from vraem.world.clock import DAYS_A_WEEK

YEARLY_INCOMES = ("coca_income", "licit_income", "logging_income", "off_farm_income")
"""Columns of the growers that add up over a calendar year."""


def step(world: World) -> None:
    """Open the week: empty flows, drivers, assistance; with the year the households' books begin anew."""
    week = world.week
    inputs = world.inputs
    world.flows = flows = Flows()
    flows.border_price_index = inputs.border_price[week]
    flows.announced_risk = inputs.announced_risk[week]
    flows.capacity = [
        capacity * factor
        for capacity, factor in zip(world.market.capacity, inputs.capacity_factor[week], strict=True)
    ]
    if any(week in (max(order.first, 0), order.last + 1) for order in inputs.assistance):
        assist(world)
    opening = world.clock.date(week)
    if week and opening.month == 1 and opening.day <= DAYS_A_WEEK:
        for name in YEARLY_INCOMES:
            world.growers.__dict__[name][:] = 0.0


def assist(world: World) -> None:
    """Share of assisted households by community: the orders that hold this week, added, at most all.

    Where development follows a removal (D7), it is at least the share of the table.
    """
    assisted = world.communities.assisted_share
    assisted[:] = 0.0
    for order in world.inputs.assistance:
        if order.holds(world.week):
            assisted += in_districts(world, order.districts) * order.value
    np.minimum(assisted, 1.0, out=assisted)
    for community in world.security.developed:
        assisted[community] = max(float(assisted[community]), world.p.follow_on_assisted)


def in_districts(world: World, districts: tuple[int, ...]) -> np.ndarray:
    """Mask (communities,) of those in `districts` (identity numbers); all if none are named."""
    where = world.valley.communities.district_id
    return np.isin(where, districts) if districts else np.ones(len(where), dtype=bool)
