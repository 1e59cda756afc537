"""Dated orders of the scenario as the processes read them: weeks instead of dates, numbers instead of names."""

from dataclasses import dataclass


class Lasting:
    """An order that holds from week `first` to week `last`, both included."""

    first: int
    last: int

    def holds(self, week: int) -> bool:
        """Whether it holds in `week`."""
        return self.first <= week <= self.last


@dataclass(frozen=True)
class EradicationOrder(Lasting):
    """A dated eradication: `hectares_a_week` in the weeks `first` to `last`, in `districts` (all if empty)."""

    first: int
    last: int
    hectares_a_week: float
    districts: tuple[int, ...]


@dataclass(frozen=True)
class DistrictOrder(Lasting):
    """A value that holds in `districts` (all if empty) from week `first` to `last`: announced risk, assistance."""

    first: int
    last: int
    value: float
    districts: tuple[int, ...]


@dataclass(frozen=True)
class RewardOrder(Lasting):
    """Other rewards for tips (E2) from week `first` to `last` in `districts` (all if empty).

    `factor` over the usual reward; `paid` the share of them that is paid in time, None for the usual one.
    """

    first: int
    last: int
    factor: float
    paid: float | None
    districts: tuple[int, ...]


@dataclass(frozen=True)
class CampaignOrder(Lasting):
    """An arrest campaign (D5), weeks `first` to `last`; `number` is its place in the scenario file, from 0.

    `targets` are classes of role: heirs, leader, committee, commanders, fighters, finance, central, random.
    `operations_a_week` over the whole time; `burst` is the share of the campaign's length within which all of
    them are made (1 = evenly spread). `budget` is the number of operations after which it ends, `stop_after` the
    number of persons removed after which it ends; −1 without such an end. `intelligence` is what is known of its
    targets when it begins, `accuracy` the share of force that hits the right people, `lethality` the chance that a
    target who is hit is killed rather than captured, `collateral` the chance that an operation that takes its target
    harms a civilian too. `opportunistic` is the chance that an operation that finds no
    target takes whoever is there. `follow_on` is none, post, road or development (D7), for `follow_on_weeks`.
    """

    number: int
    first: int
    last: int
    targets: tuple[str, ...]
    operations_a_week: float
    burst: float = 1.0
    budget: int = -1
    stop_after: int = -1
    intelligence: float = 0.5
    accuracy: float = 0.85
    lethality: float = 0.2
    collateral: float = 0.0
    opportunistic: float = 0.0
    follow_on: str = "none"
    follow_on_weeks: int = 104


@dataclass(frozen=True)
class RemovalOrder:
    """A dated removal of `count` persons of a `role` in `week`.

    `role` is leader, committee, commander, squad_leader, fighter, supporter, heir or finance; `outcome` captured,
    killed or surrendered; `talk` whether captives may disclose what they know (D2).
    """

    week: int
    role: str
    count: int
    outcome: str
    talk: bool = True

    @property
    def first(self) -> int:
        """The week of the removal: the first of its time, and the last."""
        return self.week


@dataclass(frozen=True)
class PresenceOrder(Lasting):
    """State presence added in `districts` from week `first` to `last` (D7).

    `posts` new posts, `patrols` more patrols, in all districts together, each of `strength` persons.
    """

    first: int
    last: int
    districts: tuple[int, ...]
    posts: int
    patrols: int
    strength: float


@dataclass(frozen=True)
class StartGroup:
    """An armed group of the start, where a scenario describes its own (empty: one group from the parameters).

    `seats` are districts (numbers) around which the columns stand; empty: the historic core. `years` is the age
    of the movement, `kin_share` the share of members in the founding clan; `coca`, `logging` and `extortion`
    multiply what it takes of each.
    """

    name: str
    members: int
    armed: int
    columns: int
    committee: int
    heirs: int
    lineage: bool
    ideology: float
    kin_share: float
    years: float
    seats: tuple[int, ...] = ()
    coca: float = 1.0
    logging: float = 1.0
    extortion: float = 1.0


@dataclass(frozen=True)
class StartPost:
    """A state post of the start, where a scenario describes its own (empty: those of the record).

    `cell` is the flat cell where it stands, `community` the nearest one; `kind` and `force` as in the scenario
    file; it stands from week `first` (0 or less: from the start) to week `last` (−1: to the end of the run).
    """

    place: str
    cell: int
    community: int
    kind: str
    force: str
    strength: float
    first: int = 0
    last: int = -1
