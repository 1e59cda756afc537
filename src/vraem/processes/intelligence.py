"""D2: what the state knows of each member, and how it fades. Where somebody is, half in weeks; who, half in years.

Source: docs/model.md, The state and the people between. Knowledge is fed by tips and signals (`tips`), by the
collection of running campaigns (`campaigns`) and, after the week's operations, by captives (`disclosures`).
"""

from math import exp, log

from vraem.processes.campaigns import collect
from vraem.processes.communities import FEELING_WRITES
from vraem.processes.journal import WRITES as JOURNAL_WRITES
from vraem.processes.tips import hear
from vraem.processes.writes import together
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR, left_after

WRITES = together(
    JOURNAL_WRITES,
    FEELING_WRITES,
    {"members": ("location_known", "role_known"), "communities": ("trust",)},
)


def step(world: World) -> None:
    """Knowledge fades, then tips, signals and campaigns add to it."""
    members, p = world.members, world.p
    location, role = members.location_known[: members.count], members.role_known[: members.count]
    location *= left_after(1, p.intel_half_life_location)
    role *= exp(-log(2.0) / (p.intel_half_life_structure * WEEKS_A_YEAR))
    hear(world)
    collect(world)
