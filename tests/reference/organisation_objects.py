"""The armed groups as plain objects: persons, columns and groups, read from a world for the twins of their rules."""

import math
from dataclasses import dataclass, field

from vraem.world import World
from vraem.world.organisation_tables import ACTIVE, LIVING, NO_ROW

NOBODY = NO_ROW
WEEKS_A_YEAR = 365.25 / 7.0
WEEKS_A_MONTH = WEEKS_A_YEAR / 12.0


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who serves; shares and years as in the declaration of the members."""

    row: int
    rank: int
    seat: bool
    heir: bool
    kin: int
    tie: float
    bond: float
    ideology: float
    skill: float
    joined: int


@dataclass(slots=True, eq=False)
class Column:
    """A column that stands, with the persons who serve in it."""

    row: int
    group: "Group"
    commander: Person | None
    seat: int
    firm: int
    link: float
    contact: float
    treasury: float
    income: float
    revenue: float
    pay: float
    need: float
    shortfall: float
    missed_paydays: float
    ideology: float
    grievance: float
    blame: float
    pressure: float
    territory_change: float
    hidden_until: int
    takings: float = 0.0
    sent: float = 0.0
    received: float = 0.0
    paid: float = 0.0
    effort: float = 0.0
    attack_effort: float = 0.0
    aggression: float = 0.0
    triggered: bool = False
    persons: list[Person] = field(default_factory=list)

    @property
    def armed(self) -> int:
        """How many are of the rank of fighter or above."""
        return sum(person.rank >= 1 for person in self.persons)

    @property
    def supporters(self) -> int:
        """How many are not."""
        return len(self.persons) - self.armed


@dataclass(slots=True, eq=False)
class Group:
    """A group that stands, with its columns."""

    row: int
    leader: Person | None
    centre: int
    authority: float
    success: float
    hoard: float
    hoarding: float
    ideology: float
    vacant_until: int
    columns: list[Column] = field(default_factory=list)

    @property
    def persons(self) -> list[Person]:
        """Everybody in its columns, in the order of rows."""
        return sorted((p for column in self.columns for p in column.persons), key=lambda person: person.row)


@dataclass(slots=True, eq=False)
class Organisation:
    """All groups of a week, and what the rules need to know of the world around them."""

    world: World
    week: int
    groups: list[Group]

    @property
    def columns(self) -> list[Column]:
        """Every column that stands, in the order of rows."""
        return sorted((c for group in self.groups for c in group.columns), key=lambda column: column.row)

    def column(self, row: int) -> Column:
        """The column of that row."""
        return next(column for column in self.columns if column.row == row)

    def draw(self, stream: str, row: int) -> float:
        """The one draw of a decision: (seed, stream, this week, row)."""
        return float(self.world.streams.uniform_double(stream, self.week, row, row + 1)[0])


SOURCES = ("fees", "escorts", "leaf_tax", "logging", "extortion", "wages")


def read(world: World) -> Organisation:
    """The armed groups of `world` as objects."""
    persons = {
        row: Person(
            row,
            *(getattr(world.members, name)[row].item() for name in ("rank", "seat", "heir", "kin", "tie")),
            *(getattr(world.members, name)[row].item() for name in ("bond", "ideology", "skill", "joined")),
        )
        for row in range(world.members.count)
        if world.members.status[row] == ACTIVE
    }
    groups = {row: _group(world, row, persons) for row in _living(world.groups)}
    for row in _living(world.columns):
        column = _column(world, row, groups, persons)
        column.group.columns.append(column)
        column.persons = [person for person in persons.values() if world.members.column[person.row] == row]
    return Organisation(world, world.week, list(groups.values()))


def _living(table) -> list[int]:
    return [row for row in range(table.count) if table.status[row] == LIVING]


def _group(world: World, row: int, persons: dict[int, Person]) -> Group:
    table = world.groups
    return Group(
        row,
        persons.get(int(table.leader[row])),
        *(
            getattr(table, name)[row].item()
            for name in ("centre", "authority", "success", "hoard", "hoarding", "ideology")
        ),
        int(table.vacant_until[row]),
    )


def _column(world: World, row: int, groups: dict[int, Group], persons: dict[int, Person]) -> Column:
    table = world.columns
    values = {
        name: getattr(table, name)[row].item()
        for name in (
            *("seat", "link", "contact", "treasury", "revenue", "pay", "need", "shortfall"),
            *("missed_paydays", "ideology", "grievance", "blame", "pressure", "territory_change"),
            *("hidden_until", "aggression", "takings"),
        )
    }
    return Column(
        row=row,
        group=groups[int(table.group[row])],
        commander=persons.get(int(table.commander[row])),
        firm=int(table.service[row]),
        income=sum(float(getattr(table, name)[row]) for name in SOURCES),
        **values,
    )


def logistic(x: float) -> float:
    """σ(x) = 1/(1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-x))


def equivalents(world: World, column: Column) -> float:
    """Armed members, and supporters at their upkeep; at least one person."""
    return max(column.armed + world.p.supporter_upkeep * column.supporters, 1.0)


def pay_at(affluence: float, solvency: float) -> float:
    """Pay in pay units at this income over the normal one: by its root, as far as the money goes."""
    return min(math.sqrt(affluence), solvency * affluence)


def weekly_left(months: float) -> float:
    """What is left after a week of something with this half-life."""
    return 0.5 ** (1.0 / (months * WEEKS_A_MONTH))
