"""The logbook of the armed groups: each week a small array by column and one by group, and where persons were.

Everything that needs a look back (independent groups, end states, fates) is computed from the logbook after the
run, so that recording costs little. Weekly arrays are never changed, so a copy for another arm shares them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.processes.groups import Rows, active_members
from vraem.world.organisation_tables import FIGHTER, LIVING, NO_ROW

if TYPE_CHECKING:
    from vraem.world import World

Weekly = dict[str, NDArray[np.float64]]
"""Fields by name, each (rows, weeks), 0 where a row did not exist yet."""

COLUMN_FIELDS = (
    "group",
    "living",
    "serving",
    "armed",
    "supporters",
    "lineage_armed",
    "ever_armed",
    "link",
    "effort",
    "attack_effort",
    "community_link",
    "pressure",
    "ideology",
    "pay",
    "income",
    "wages",
    "territory",
)
"""Of a column: its group, whether it lives, whether it stands in a firm's service, and what it is and has.

`lineage_armed` counts everybody as far as he descends from the founding group; `ever_armed` were ever in it.
`income` of the week (USD) from fees, escorts, leaf tax, logging and extortion; `wages` from a firm.
"""

GROUP_FIELDS = ("living", "lineage_share", "ever_share", "allied", "alliance")
"""Of a group: whether it lives, how far it comes from the founding group, and with whom it is allied.

`lineage_share` is how far its members descend from the founding group on average; `ever_share` of them were ever in
it. `allied` is the group with which an alliance of the strength `alliance` holds, −1 none.
"""


@dataclass(frozen=True)
class Persons:
    """Where everybody who ever was a member is at the end of a week; arrays (members so far,).

    `descended`: whether one comes of the founding group, by having been in it or by who was; `serving`: whether the
    column of one who is a member is in a firm's service.
    `leaders` (groups so far,) are the rows of the groups' leaders, −1 where the post is vacant.
    """

    status: NDArray[np.int8]
    rank: NDArray[np.int8]
    seat: NDArray[np.bool_]
    heir: NDArray[np.bool_]
    descended: NDArray[np.bool_]
    serving: NDArray[np.bool_]
    group: NDArray[np.int32]
    leaders: NDArray[np.int32]

    @classmethod
    def of(cls, world: "World") -> "Persons":
        """Now."""
        members, count = world.members, world.members.count
        return cls(
            status=members.status[:count].copy(),
            rank=members.rank[:count].copy(),
            seat=members.seat[:count].copy(),
            heir=members.heir[:count].copy(),
            descended=members.descent[:count] > 0.0,
            serving=world.columns.service[members.column[:count]] != NO_ROW,
            group=members.group[:count].copy(),
            leaders=world.groups.leader[: world.groups.count].copy(),
        )


class Logbook:
    """What was noted of every week so far, and of the persons at the end of the weeks that were asked for."""

    def __init__(self) -> None:
        self._columns: list[NDArray[np.float32]] = []
        self._groups: list[NDArray[np.float32]] = []
        self.persons: dict[int, Persons] = {}

    def __len__(self) -> int:
        return len(self._columns)

    def copy(self, weeks: int) -> "Logbook":
        """A logbook with the same past, of at most `weeks` weeks."""
        twin = Logbook()
        twin._columns, twin._groups = self._columns[:weeks], self._groups[:weeks]
        twin.persons = {week: persons for week, persons in self.persons.items() if week < weeks}
        return twin

    def note(self, world: "World") -> None:
        """Write the week that `world` has just gone through."""
        while len(self._columns) < world.week:  # a run that is taken up in the middle has no past here
            self._columns.append(np.zeros((len(COLUMN_FIELDS), 0), np.float32))
            self._groups.append(np.zeros((len(GROUP_FIELDS), 0), np.float32))
        serving = active_members(world)
        self._columns.append(_of_columns(world, serving))
        self._groups.append(_of_groups(world, serving))

    def note_persons(self, world: "World") -> None:
        """Write where everybody is at the end of the week that `world` has just gone through."""
        self.persons[world.week] = Persons.of(world)

    def columns(self, first: int, last: int) -> Weekly:
        """Fields of columns in the weeks `first` to `last` (left out), each (columns, weeks)."""
        return _padded(self._columns[first:last], COLUMN_FIELDS)

    def groups(self, first: int, last: int) -> Weekly:
        """Fields of groups in the weeks `first` to `last` (left out), each (groups, weeks)."""
        return _padded(self._groups[first:last], GROUP_FIELDS)


def _of_columns(world: "World", serving: Rows) -> NDArray[np.float32]:
    """The week of the columns, (fields, columns) in the order of `COLUMN_FIELDS`; `serving` are the members' rows."""
    columns, members, n = world.columns, world.members, world.columns.count
    living = columns.status[:n] == LIVING
    fighting = serving[members.rank[serving] >= FIGHTER]
    of = members.column[fighting]
    income = columns.fees[:n] + columns.escorts[:n]
    for source in (columns.leaf_tax, columns.logging, columns.extortion):
        income += source[:n]
    fields = (
        columns.group[:n],
        living,
        living & (columns.service[:n] != NO_ROW),
        columns.armed[:n],
        columns.supporters[:n],
        np.bincount(of, members.descent[fighting], n),
        np.bincount(of, members.lineage[fighting], n),
        columns.link[:n],
        columns.effort[:n],
        columns.attack_effort[:n],
        columns.community_link[:n],
        columns.pressure[:n],
        columns.ideology[:n],
        columns.pay[:n],
        income,
        columns.wages[:n],
        columns.territory[:n],
    )
    return np.concatenate(fields, dtype=np.float32).reshape(len(COLUMN_FIELDS), n)


def _of_groups(world: "World", serving: Rows) -> NDArray[np.float32]:
    """The week of the groups, (fields, groups) in the order of `GROUP_FIELDS`; `serving` are the members' rows."""
    groups, members, n = world.groups, world.members, world.groups.count
    ever = np.bincount(members.group[serving], members.lineage[serving], n)
    fields = (
        groups.status[:n] == LIVING,
        groups.lineage_share[:n],
        ever / np.maximum(groups.members[:n], 1.0),
        groups.allied[:n],
        groups.alliance[:n],
    )
    return np.concatenate(fields, dtype=np.float32).reshape(len(GROUP_FIELDS), n)


def _padded(noted: list[NDArray[np.float32]], names: tuple[str, ...]) -> Weekly:
    """Weekly arrays (fields, rows so far) as one array (rows, weeks) a field."""
    rows = max((week.shape[1] for week in noted), default=0)
    whole = np.zeros((len(names), rows, len(noted)))
    for place, week in enumerate(noted):
        whole[:, : week.shape[1], place] = week
    return dict(zip(names, whole, strict=True))
