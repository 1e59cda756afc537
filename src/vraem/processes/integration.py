"""S6: firms that take protection into their own house: how many armed persons each would still take on (C3, B8).

An integrated firm guards the places in which it buys and that no armed group protects. Its wish grows when a
protector falls, whatever the reason, and is met by former members and by columns that enter its service.
"""

import numpy as np

from vraem.processes.groups import living_columns
from vraem.processes.tolls import hired_by
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW

PLACES_A_GUNMAN = 6.0
"""Unprotected places that one gunman guards (parameter table: firm_gunmen_demand)."""


def persons_wanted(world: World) -> np.ndarray:
    """Armed persons whom each firm would take on beside those it has (F,); nobody where firms may not (S6)."""
    firms, communities, columns = world.firms, world.communities, world.columns
    if world.scenario.switches.firms_integrate == "no":
        return np.zeros(len(firms))
    unprotected = np.maximum(1.0 - communities.control, 0.0)
    places = communities.purchase_share @ unprotected
    rows = living_columns(world)
    serving = rows[columns.service[rows] != NO_ROW]
    in_service = np.bincount(columns.service[serving], columns.armed[serving], len(firms))
    wish = world.p.firm_gunmen_demand * places / PLACES_A_GUNMAN
    wanted: np.ndarray = np.maximum(wish - hired_by(world) - in_service, 0.0)
    return wanted
