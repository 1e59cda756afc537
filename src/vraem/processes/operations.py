"""D3-D5: the week's operations of the security forces, and what their captives tell.

Source: docs/model.md, The state and the people between. Dated removals of the scenario come first, then the operations
of campaigns, then routine ones: a Poisson number at the rate that the burn-in solves for the drawn removals a year,
times the response to leads. Disclosures come last, so that none leads to an operation in the same week.
"""

from math import exp

from vraem.processes.attacks import WRITES as ATTACK_WRITES
from vraem.processes.campaigns import fight_campaigns
from vraem.processes.disclosures import disclose
from vraem.processes.forces import WRITES as FORCE_WRITES
from vraem.processes.groups import together
from vraem.processes.raids import Operation, carry_out, pressure_left
from vraem.processes.removals import remove_dated
from vraem.processes.targets import leads, race, routine_weights, targets_for_routine
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW

WRITES = together(ATTACK_WRITES, FORCE_WRITES)
MOST_A_WEEK = 63
"""Routine operations of one week; campaigns have the addresses beyond."""


def step(world: World) -> None:
    """Pressure fades; then dated removals, campaigns, routine operations and disclosures."""
    pressure = world.columns.pressure[: world.columns.count]
    pressure *= pressure_left(world.p)
    captives = remove_dated(world)
    captives += fight_campaigns(world)
    for number in range(routine_count(world)):
        captives += _routine(world, number)
    disclose(world, captives)


def routine_count(world: World) -> int:
    """Number of this week's routine operations: Poisson, by inversion of one draw."""
    draw = float(world.streams.uniform_double("routine_operation", world.week, 0, 1)[0])
    rate = world.burn_in.operation_rate * response_to_leads(world)
    chance = exp(-rate)
    below, count = chance, 0
    while draw >= below and count < MOST_A_WEEK:
        count += 1
        chance *= rate / count
        below += chance
    return count


def response_to_leads(world: World) -> float:
    """How often forces go out, over the burn-in: by what there is to go by, all targets together.

    A predator's functional response (Holling 1959): in proportion, prey is looked for one by one and a group of a
    tenth of the size loses a tenth as many (removals a head); at 0 a fixed number is spent on who is left.
    """
    usual = world.burn_in.leads
    return float((leads(world) / usual) ** world.p.routine_lead_response) if usual > 0.0 else 1.0


def _routine(world: World, number: int) -> list[tuple[int, bool]]:
    """One routine operation on a member drawn by visibility, knowledge and presence."""
    rows = targets_for_routine(world)
    target = race(world, "routine_target", number, rows, routine_weights(world, rows))
    if target == NO_ROW:
        return []
    p = world.p
    return carry_out(
        world,
        Operation(
            target=target,
            address=number,
            effort=0.0,
            accuracy=p.operation_accuracy,
            lethality=1.0 - p.capture_share,
        ),
    )
