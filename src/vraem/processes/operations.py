"""D3-D5: the week's operations of the security forces, and what their captives tell.

Source: docs/model.md, The state and the people between. Dated removals of the scenario come first, then the operations
of campaigns, then routine ones: a Poisson number at the rate that the burn-in solves for the drawn removals a year,
times the response to leads. Disclosures come last, so that none leads to an operation in the same week.
"""

from vraem.processes.campaigns import fight_campaigns
from vraem.processes.communities import FEELING_WRITES
from vraem.processes.disclosures import disclose
from vraem.processes.forces import WRITES as FORCE_WRITES
from vraem.processes.losses import WRITES as LOSS_WRITES
from vraem.processes.raids import Operation, carry_out
from vraem.processes.removals import remove_dated
from vraem.processes.targets import Leads, leads, race, sight
from vraem.processes.writes import together
from vraem.scenario.campaigns import MOST_OPERATIONS_A_WEEK
from vraem.world import World
from vraem.world.chance import poisson
from vraem.world.clock import left_after
from vraem.world.organisation_tables import NO_ROW

WRITES = together(
    LOSS_WRITES,
    FEELING_WRITES,
    FORCE_WRITES,
    {"columns": ("pressure", "notoriety"), "members": ("location_known", "role_known")},
)
MOST_A_WEEK = MOST_OPERATIONS_A_WEEK - 1
"""Routine operations of one week; campaigns have the addresses beyond."""


def step(world: World) -> None:
    """Pressure and notoriety fade; then dated removals, campaigns, routine operations and disclosures."""
    world.columns.pressure *= left_after(1, world.p.pressure_half_life)
    world.columns.notoriety *= left_after(1, world.p.notoriety_half_life)
    captives = remove_dated(world)
    captives += fight_campaigns(world)
    captives += _go_out(world)
    disclose(world, captives)


def _go_out(world: World) -> list[tuple[int, bool]]:
    """The week's routine operations; each looks at what there is to go by after the one before."""
    captives = []
    seen_now = sight(world)
    found = leads(world, seen_now)
    for number in range(routine_count(world, found.total)):
        captives += _routine(world, number, found if number == 0 else leads(world, seen_now))
    return captives


def routine_count(world: World, leads_now: float) -> int:
    """Number of this week's routine operations: Poisson, by inversion of one draw."""
    draw = float(world.streams.uniform_double("routine_operation", world.week, 0, 1)[0])
    rate = world.burn_in.operation_rate * response_to_leads(world, leads_now)
    return poisson(rate, draw, MOST_A_WEEK)


def response_to_leads(world: World, leads_now: float) -> float:
    """How often forces go out, over the burn-in: by what there is to go by, all targets together.

    A predator's functional response (Holling 1959): in proportion, prey is looked for one by one and a group of a
    tenth of the size loses a tenth as many (removals a head); at 0 a fixed number is spent on who is left.
    """
    usual = world.burn_in.leads
    return float((leads_now / usual) ** world.p.routine_lead_response) if usual > 0.0 else 1.0


def _routine(world: World, number: int, found: Leads) -> list[tuple[int, bool]]:
    """One routine operation on a member drawn by visibility, knowledge and presence."""
    target = race(world, "routine_target", number, found.rows, found.weights)
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
