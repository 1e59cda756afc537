"""S6: firms that take protection into their own house: how many armed persons each would still take on (C3, B8).

An integrated firm guards the places in which it buys and that no armed group protects. Its wish grows when a
protector falls, whatever the reason, and is met by former members, by columns that enter its service, and by recruits
of these columns.
"""

import numpy as np

from vraem.processes.groups import Rows, living_columns
from vraem.processes.ranks import eagerness
from vraem.processes.tolls import armed_in_service, hired_by
from vraem.world import World
from vraem.world.organisation_tables import NO_ROW

PLACES_A_GUNMAN = 6.0
"""Unprotected places that one gunman guards (parameter table: firm_gunmen_demand)."""
LEAST_WISH = 1e-6
"""A wish for fewer persons than this is a wish for none."""


def persons_wanted(world: World) -> np.ndarray:
    """Armed persons whom each firm would take on beside those it has (F,); nobody where firms may not (S6)."""
    wanted: np.ndarray = np.maximum(persons_wished(world) - persons_kept(world), 0.0)
    return wanted


def persons_wished(world: World) -> np.ndarray:
    """Armed persons with whom each firm would guard the places where it buys (F,), nobody where firms may not (S6).

    What a column in its own service holds is not protected by others: it is what the firm guards.
    """
    firms, communities, columns = world.firms, world.communities, world.columns
    if world.scenario.switches.firms_integrate == "no":
        return np.zeros(len(firms))
    places = communities.purchase_share @ np.maximum(1.0 - communities.control, 0.0)
    rows = living_columns(world)
    for column in rows[columns.service[rows] != NO_ROW].tolist():
        firm = columns.service[column]
        places[firm] += communities.purchase_share[firm] @ columns.control[:, column]
    wished: np.ndarray = world.p.firm_gunmen_demand * places / PLACES_A_GUNMAN
    return wished


def persons_kept(world: World) -> np.ndarray:
    """Armed persons whom each firm pays (F,): former members, and the columns in its service."""
    kept: np.ndarray = hired_by(world) + armed_in_service(world)
    return kept


def refilled(world: World, rows: Rows) -> np.ndarray:
    """How eagerly the columns `rows`, all in firms' service, are filled up (n,): as B6 for groups, by the firm's wish.

    1 where the firm has as many as it wishes, so that it replaces whom it loses; 0 where it wishes for none.
    """
    firm = world.columns.service[rows]
    return eagerness(world, persons_kept(world)[firm], np.maximum(persons_wished(world)[firm], LEAST_WISH))
