"""What stands at the head of a tape: which run it is, which firms send loads on which ways, what was ordered when."""

import json
from typing import TYPE_CHECKING, Any

from vraem.tape.schema import as_data
from vraem.version import __version__
from vraem.world.declarations import NO_PROTECTION
from vraem.world.organisation_tables import RANKS, STATUSES
from vraem.world.security_tables import ACTORS, FORCES, INCIDENT_KINDS, TASKS, UNIT_KINDS

if TYPE_CHECKING:
    from vraem.scenario import Scenario
    from vraem.world import World

ORDERED = ("event", "campaign")
"""Tables of a scenario that hold dated orders."""
PROTECTIONS = ("none", "contract", "gunmen", "bribes")
assert PROTECTIONS[NO_PROTECTION] == "none"


def header(world: "World") -> dict[str, Any]:
    """The head of the tape of `world`, as plain data."""
    scenario = world.scenario
    return {
        "version": __version__,
        "name": scenario.name,
        "description": scenario.description,
        "descriptionSpanish": scenario.description_es,
        "question": scenario.question,
        "id": scenario.id,
        "seed": world.seed,
        "start": world.clock.start.isoformat(),
        "weeks": world.clock.weeks,
        "households": len(world.growers),
        "householdsPerRow": world.households_per_row,
        "groupNames": [group.get("name") for group in scenario.as_document().get("group", ())],
        "firmBases": world.firms.base.tolist(),
        "ways": world.routes.waypoints.reshape(-1, world.routes.waypoints.shape[-1]).tolist(),
        "dated": dated_orders(scenario),
        "schema": as_data(),
        "codes": {
            "incidents": list(INCIDENT_KINDS),
            "actors": list(ACTORS),
            "ranks": list(RANKS),
            "statuses": list(STATUSES),
            "units": list(UNIT_KINDS),
            "forces": list(FORCES),
            "tasks": list(TASKS),
            "protections": list(PROTECTIONS),
        },
    }


def dated_orders(scenario: "Scenario") -> list[dict[str, Any]]:
    """Events and campaigns of `scenario` as plain data, each with its table and its number there; days are text."""
    document = scenario.as_document()
    rows = [
        {"table": table, "number": number, **entry}
        for table in ORDERED
        for number, entry in enumerate(document.get(table, ()))
    ]
    found: list[dict[str, Any]] = json.loads(json.dumps(rows, default=str))
    return found
