"""The tape recorder: looks at the world at the end of each week and writes down what the player shows of it.

It reads only. A run that is taped is the same to the bit as one that is not.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.tape.blocks import BlockWriter
from vraem.tape.schema import KEYFRAMES, MINDS_EVERY, NONE8, NONE16
from vraem.world.declarations import SEIZED
from vraem.world.organisation_tables import ACTIVE, LIVING

if TYPE_CHECKING:
    from vraem.world import World
    from vraem.world.columns import Table

Rows = dict[str, NDArray[Any]]

_UNIT_FIELDS = ("kind", "force", "cell", "task", "strength", "until")
_POST_FIELDS = ("column", "rank", "status", "seat", "heir", "firm")
_COUNTED_FIELDS = ("kind", "by", "victim", "persons", "deaths")
_PLACED_FIELDS = ("community", "member", "column", "group", "other")
_PERSON_FIELDS = ("born", "joined", "kin", "origin", "lineage")
_MIND_FIELDS = ("ideology", "grievance", "tie")


class TapeRecorder:
    """Records a world week by week, from the week in which it stands; `take` gives what is new as a block."""

    def __init__(self, world: "World") -> None:
        self._writer = BlockWriter({"places": len(world.communities), "firms": len(world.firms)})
        self._loads = world.shipments.count
        self._first_load = world.first_under_way
        self._incidents = world.incidents.count
        self._persons = 0
        self._units = _Changes(_UNIT_FIELDS)
        self._posts = _Changes(_POST_FIELDS)
        self._stopped: set[int] = set()
        self._base = world.shipments.count
        self._started = False

    @property
    def weeks(self) -> int:
        """Weeks recorded since the last block was taken."""
        return self._writer.weeks

    def record(self, world: "World") -> None:
        """Write the week that `world` has just gone through. Call before the week is closed."""
        week = world.week
        tables = {
            "columns": _columns(world),
            "groups": _groups(world),
            "loads": self._new_loads(world),
            "stopped": self._stopped_loads(world),
            "units": self._units.rows(world.units),
            "persons": self._new_persons(world),
            "posts": self._posts.rows(world.members),
            "incidents": self._new_incidents(world),
        }
        first = not self._started
        if first or week % MINDS_EVERY == 0:
            tables["minds"] = _minds(world)
        due = {name for name, keys in KEYFRAMES.items() if first or week % keys.every == 0}
        keyframes = {name: _KEYFRAMES[name](world) for name in due}
        self._started = True
        self._writer.add_week(week, weekly_values(world), tables, keyframes)

    def take(self) -> bytes:
        """The weeks recorded since the last call, as one block."""
        return self._writer.take()

    def _new_loads(self, world: "World") -> Rows:
        shipments = world.shipments
        rows = slice(self._loads, shipments.count)
        self._loads = shipments.count
        route = shipments.route[rows].astype(np.int64)
        return {
            "lane": route * len(world.firms) + shipments.firm[rows],
            "kg": shipments.load[rows].copy(),
            "weeks": 1.0 / np.maximum(shipments.pace[rows], 1.0 / NONE8),
            "escorted": shipments.escorted[rows].copy(),
            "protector": _pointing(shipments.protector[rows], NONE16),
        }

    def _stopped_loads(self, world: "World") -> Rows:
        """Loads stopped this week: those among the loads under way that were not known as stopped."""
        shipments = world.shipments
        first = max(self._first_load, self._base)
        stopped = first + np.flatnonzero(shipments.status[first : shipments.count] == SEIZED)
        new = np.array([row for row in stopped.tolist() if row not in self._stopped], np.int64)
        self._stopped.update(new.tolist())
        # rows below the first load that is still under way are settled for good
        self._first_load = world.first_under_way
        self._stopped = {row for row in self._stopped if row >= self._first_load}
        return {"load": new - self._base, "progress": shipments.progress[new]}

    def _new_persons(self, world: "World") -> Rows:
        members = world.members
        rows = slice(self._persons, members.count)
        self._persons = members.count
        return {name: members.__dict__[name][rows].copy() for name in _PERSON_FIELDS}

    def _new_incidents(self, world: "World") -> Rows:
        journal = world.incidents
        rows = slice(self._incidents, journal.count)
        self._incidents = journal.count
        found = {name: journal.__dict__[name][rows].copy() for name in _COUNTED_FIELDS}
        for name in _PLACED_FIELDS:
            found[name] = _pointing(journal.__dict__[name][rows], NONE16)
        found["campaign"] = _pointing(journal.campaign[rows], NONE8)
        return found


class _Changes:
    """Rows of a table in which one of the named columns has changed since the last look."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._seen: dict[str, NDArray[Any]] = {}
        self._count = 0

    def rows(self, table: "Table") -> Rows:
        """Changed and new rows with the values they have now."""
        count, before = table.count, self._count
        now = {name: table.__dict__[name][:count] for name in self._names}
        changed = np.ones(count, bool)
        changed[:before] = False
        for name, seen in self._seen.items():
            changed[:before] |= now[name][:before] != seen
        rows = np.flatnonzero(changed)
        if len(rows):
            self._seen = {name: values.copy() for name, values in now.items()}
            self._count = count
        found: Rows = {name: values[rows] for name, values in now.items()}
        for name in ("column", "until"):
            if name in found:
                found[name] = _pointing(found[name], NONE16)
        if "firm" in found:
            found["firm"] = _pointing(found["firm"], NONE8)
        return {"row": rows, **found}


def _pointing(index: NDArray[Any], none: int) -> NDArray[Any]:
    """Indices with what points at nobody as `none`."""
    return np.where(index < 0, none, index)


def _columns(world: "World") -> Rows:
    table, count = world.columns, world.columns.count
    alive = table.status[:count] == LIVING
    rows = np.flatnonzero(alive | (table.ended[:count] == world.week))
    return {
        "row": rows,
        "group": _pointing(table.group[rows], NONE16),
        "ended": ~alive[rows],
        "hidden": table.hidden_until[rows] > world.week,
        "seat": table.seat[rows],
        "commander": _pointing(table.commander[rows], NONE16),
        "armed": table.armed[rows],
        "supporters": table.supporters[rows],
        "link": table.link[rows],
        "communityLink": table.community_link[rows],
        "ideology": table.ideology[rows],
        "effort": table.effort[rows],
        "grievance": table.grievance[rows],
        "pressure": table.pressure[rows],
        "pay": table.pay[rows],
        "territory": table.territory[rows],
        "service": _pointing(table.service[rows], NONE8),
        "treasury": table.treasury[rows],
        "revenue": table.revenue[rows],
    }


def _groups(world: "World") -> Rows:
    table, count = world.groups, world.groups.count
    alive = table.status[:count] == LIVING
    rows = np.flatnonzero(alive | (table.ended[:count] == world.week))
    return {
        "row": rows,
        "ended": ~alive[rows],
        "founding": table.founding[rows],
        "outsider": table.outsider[rows],
        "parent": _pointing(table.parent[rows], NONE16),
        "leader": _pointing(table.leader[rows], NONE16),
        "centre": _pointing(table.centre[rows], NONE16),
        "armed": table.armed[rows],
        "members": table.members[rows],
        "authority": table.authority[rows],
        "ideology": table.ideology[rows],
        "lineage": table.lineage_share[rows],
        "allied": _pointing(table.allied[rows], NONE16),
        "hoard": table.hoard[rows],
    }


def _minds(world: "World") -> Rows:
    members = world.members
    rows = np.flatnonzero(members.status[: members.count] == ACTIVE)
    found: Rows = {name: members.__dict__[name][rows] for name in _MIND_FIELDS}
    return {"row": rows, **found, "known": members.role_known[rows]}


def _land(world: "World") -> Rows:
    communities = world.communities
    group, share, second, second_share = _holders(world)
    return {
        "coca": np.maximum(communities.coca_area, 0.0),
        "leafPrice": communities.leaf_price.copy(),
        "group": group,
        "share": share,
        "second": second,
        "secondShare": second_share,
    }


def _holders(world: "World") -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The two groups with most control of each community (NONE8 for nobody) and their shares."""
    places = len(world.communities)
    held = _control_by_group(world)
    nobody, nothing = np.full(places, NONE8), np.zeros(places)
    if not held.shape[1]:
        return nobody, nothing, nobody, nothing
    found: list[NDArray[Any]] = []
    every = np.arange(places)
    for _ in range(2):
        group = held.argmax(axis=1)
        share = held[every, group].copy()
        held[every, group] = 0.0
        found += [np.where(share > 0.0, np.minimum(group, NONE8 - 1), NONE8), share]
    return found[0], found[1], found[2], found[3]


def _control_by_group(world: "World") -> NDArray[np.float64]:
    """Control shares (communities, groups): the sum over each group's living columns."""
    columns = world.columns
    held = np.zeros((len(world.communities), world.groups.count))
    for row in np.flatnonzero(columns.status[: columns.count] == LIVING).tolist():
        if columns.group[row] >= 0:
            held[:, columns.group[row]] += columns.control[:, row]
    return held


def _people(world: "World") -> Rows:
    communities, groups = world.communities, world.groups
    support = np.zeros(len(communities))
    if groups.count:
        support = groups.support[:, : groups.count].max(axis=1)
    return {
        "fear": communities.fear.copy(),
        "anger": communities.anger.copy(),
        "trust": communities.trust.copy(),
        "stateSupport": communities.state_support.copy(),
        "groupSupport": support,
        "committee": communities.committee.copy(),
        "youth": communities.youth.copy(),
    }


def _firms(world: "World") -> Rows:
    firms = world.firms
    return {
        "protection": firms.protection.copy(),
        "protector": _pointing(firms.protector, NONE8),
        "gunmen": firms.gunmen.copy(),
    }


_KEYFRAMES = {"land": _land, "people": _people, "firms": _firms}


def weekly_values(world: "World") -> list[float]:
    """This week's value of every series, in the order of `schema.SERIES`."""
    flows, market, growers, firms = world.flows, world.market, world.growers, world.firms
    weight = world.households_per_row
    visible = (float(growers.coca_area.sum()) - float(growers.coca_young.sum())) * weight
    return [
        visible,
        visible / max(visible + market.rest_area, 1e-9),
        flows.eradicated,
        market.rest_area,
        flows.leaf_price_paid or market.leaf_price,
        market.paste_price,
        market.hcl_price,
        flows.border_price_index,
        flows.leaf_picked,
        flows.leaf_unpicked,
        flows.hcl_made,
        float(firms.hcl_stock.sum()),
        *flows.hcl_shipped,
        *flows.hcl_exported,
        *flows.hcl_seized,
        flows.leaf_income - flows.harvest_cost,
        flows.licit_income,
        flows.group_fees,
        flows.group_escorts,
        flows.group_leaf_tax,
        flows.group_logging,
        flows.group_extortion,
        flows.group_wages,
        flows.group_pay,
        flows.charged_kg,
        flows.recruits,
        flows.exits,
        flows.captured,
        flows.killed_group,
        flows.killed_state,
        flows.killed_civilians,
        flows.operations,
        flows.campaign_operations,
        flows.attacks,
        flows.perceived_risk,
    ]
