"""S6: firms that take protection into their own house: how many armed persons each would still take on (C3, B8).

An integrated firm guards places in which it buys and that have lost their protectors. Its wish rises as protection
breaks down, whatever the reason, and is met by former members, by columns that enter its service, and by recruits of
these columns; it falls when others protect again, and then the firm lets people go. Ordinary guards of its cargo are
another matter (C3). Source: docs/model.md, Protection, bought and sold; that illegal firms buy protection and arm
themselves where it is missing: Reuter 1983, Gambetta 1993; when it breaks down: Trejo & Ley 2018.
"""

import numpy as np

from vraem.processes.groups import Rows, serving_columns
from vraem.processes.ranks import eagerness
from vraem.processes.rent import coca_rent, control_lost, rent_at_start
from vraem.processes.tolls import armed_in_service, hired_by
from vraem.world import World

LEAST_WISH = 1e-6
"""A wish for fewer persons than this is a wish for none."""


def persons_wanted(world: World) -> np.ndarray:
    """Armed persons whom each firm would take on beside those it has (F,); nobody where firms may not (S6)."""
    wanted: np.ndarray = np.maximum(persons_wished(world) - persons_kept(world), 0.0)
    return wanted


def persons_wished(world: World) -> np.ndarray:
    """Armed persons with whom each firm would make good the protection lost where it buys (F,), nobody without S6.

    As many for each armed member of the start as `firm_gunmen_demand`, by the share of the coca rent protected then
    that nobody protects any more, and by how much of it the firm buys. What a column in its own service holds is the
    firm's to guard and to collect from, whatever it buys there.
    """
    firms, communities, columns = world.firms, world.communities, world.columns
    if world.scenario.switches.firms_integrate == "no":
        return np.zeros(len(firms))
    rent = coca_rent(world)
    wished: np.ndarray = communities.purchase_share @ (rent * control_lost(world))
    for column in serving_columns(world).tolist():
        wished[columns.service[column]] += rent @ columns.control[:, column]
    armed = world.burn_in.members * world.burn_in.armed_share
    wished *= world.p.firm_gunmen_demand * armed / rent_at_start(world)
    return wished


def surplus(world: World) -> np.ndarray:
    """Share of those whom each firm pays that it has no use for any more (F,), 0 where it has none too many."""
    kept = persons_kept(world)
    over: np.ndarray = np.maximum(1.0 - persons_wished(world) / np.maximum(kept, 1.0), 0.0) * (kept > 0.0)
    return over


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
