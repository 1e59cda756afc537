"""Those who bear arms as Mesa agents: `Protector` (member of an armed group), `SecurityUnit` (unit of the state).

Views of rows like `vraem.agents`. What a script orders (`arrest`, `raid`, `surrender`, `send_to`, `reinforce`) is done
by the functions of the processes: a person who is taken leaves as after an operation of a campaign, by the one rule for
removals, and posts, kin, journal and fates follow from it. Nobody under 18 is ever taken.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vraem.mesa_fields import here, in_words, label_of, numbers, of_other, place_names, through
from vraem.mesa_rows import Derived, RowAgent, Rows, act
from vraem.processes import forces, losses, ordered, targets
from vraem.processes.groups import active_members
from vraem.world import World
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import ACTIVE, FIGHTER, RANKS, STATUSES
from vraem.world.presence import lacking, met_by_people, standing, weight_of
from vraem.world.security_tables import FORCES, TASKS, UNIT_KINDS

if TYPE_CHECKING:
    from vraem.model import Model


def arrest(model: "Model", rows: Rows, talk: bool = True) -> NDArray[np.bool_]:
    """Have the person arrested, alive and without fail; returns whether that was done (B9, B10, D5).

    What follows is what follows the operations of a campaign: posts fall vacant, kin are shaken, columns think again,
    and the captive may tell what it knows (`talk`). It is an assumption of yours that the arrest succeeds and hits
    nobody else; `raid` leaves that to the model. Nothing happens to who does not serve any more. Raises `ValueError`
    for a person under 18.
    """
    with model.counting():
        return ordered.arrest(model.world, rows, talk=talk)


def raid(model: "Model", rows: Rows, effort: ArrayLike = 1.0) -> NDArray[np.int64]:
    """Send an operation after the person (D3, D4); returns how many persons were captured or killed in it.

    `effort` from 0, a routine operation, to 1, one of a campaign. It may fail, take others of the column along, kill,
    or hit civilians, all by the model's own chances. One person has one luck a week. Raises `ValueError` for a
    person under 18.
    """
    with model.counting():
        return ordered.operate(model.world, rows, numbers("effort", effort, rows, 0.0, 1.0))


def surrender(model: "Model", rows: Rows) -> NDArray[np.bool_]:
    """Let the person give up of its own will, as under an amnesty; returns whether it did (B5)."""
    with model.counting():
        return ordered.give_up(model.world, rows)


def send_to(model: "Model", rows: Rows, community: ArrayLike) -> NDArray[np.bool_]:
    """Station the unit in a community (its number); returns whether that is another than before (D1).

    Posts stay there; a patrol until its month is over, a control until it is allocated anew (D6), a special team until
    it has been on a raid, a crew until eradication is ordered or ends. Presence is felt from the month's next look.
    """
    units, places = model.world.units, len(model.world.communities)
    wanted = np.asarray(numbers("community", community, rows, 0.0, places - 1.0))
    if (wanted % 1 != 0).any():
        raise ValueError(f"community: got {wanted}, expected a whole number 0 to {places - 1}")
    to = wanted.astype(np.int64)
    moved: NDArray[np.bool_] = units.community[rows] != to
    forces.send_units(model.world, rows, to)
    return moved


def reinforce(model: "Model", rows: Rows, persons: ArrayLike) -> NDArray[np.float64]:
    """Add `persons` to the unit, or take them away (less than 0); returns by how many it changed (D1)."""
    return forces.reinforce(model.world, rows, numbers("persons", persons, rows, -1e4, 1e4))


_COLUMN, _GROUP = through("members", "column"), through("members", "group")
_SEAT = through("members", "column", "seat")
_PLACE, _HOME = through("units", "community"), through("units", "home")


def _years_since(column: str, meaning: str) -> Derived:
    def years(world: World, rows: Rows) -> NDArray[np.float64]:
        passed: NDArray[np.float64] = (world.week - world.members.__dict__[column][rows]) / WEEKS_A_YEAR
        return passed

    return Derived(years, "years", meaning)


def _commands(world: World, rows: Rows) -> NDArray[np.bool_]:
    commands: NDArray[np.bool_] = world.columns.commander[world.members.column[rows]] == rows
    return commands


def _leads(world: World, rows: Rows) -> NDArray[np.bool_]:
    leads: NDArray[np.bool_] = world.groups.leader[world.members.group[rows]] == rows
    return leads


def _armed(world: World, rows: Rows) -> NDArray[np.bool_]:
    armed: NDArray[np.bool_] = world.members.rank[rows] >= FIGHTER
    return armed


_COUNTED = "columns and groups are counted by it; use arrest(), raid() or surrender()"
_POST = "posts are filled by succession; use arrest(), raid() or surrender() to make one vacant"
_BIRTH = "a person keeps it for life"


class Protector(RowAgent, table="members", place="column"):
    """A member of an armed group, as a view of one row of `world.members`: a synthetic adult.

    Who acts for it: `remittance` pays its column (B2), `command` moves ideology, bonds and grievance (B3, B4, B7),
    `intelligence` and `operations` are the state that looks for it (D2 to D5), `losses` is what arrest and death leave
    (B10), `succession` fills posts (B9), `column_choice` reviews with whom its column stands (B8), `members` lets it
    leave, rise and change column (B5), `recruitment` and `entrants` bring in persons and some back (B6, B12),
    `attacks` and `contests` make it fight (B7, B11). `step` does nothing.

    The agents of a model are those who serve *now*. Who is recruited is an agent from then on; who is gone leaves the
    sets and the grid, but the agent can still be read: `status_name` says what became of it, `left` when. A person
    who comes back (B6) is the same agent again. `Model.former_protectors` holds all who are gone.
    """

    __slots__ = ()

    fixed = {  # noqa: RUF012
        **dict.fromkeys(("column", "group", "rank", "status", "left", "firm", "armed_when_left"), _COUNTED),
        **dict.fromkeys(("seat", "heir"), _POST),
        **dict.fromkeys(("born", "joined", "kin", "origin", "lineage"), _BIRTH),
    }
    derived = {  # noqa: RUF012
        "rank_name": in_words("members", "rank", RANKS),
        "status_name": in_words("members", "status", STATUSES),
        "serves": Derived(
            lambda world, rows: world.members.status[rows] == ACTIVE, "yes/no", "is a member now"
        ),
        "age": _years_since("born", "age"),
        "years_served": _years_since("joined", "time since joining"),
        "armed": Derived(_armed, "yes/no", "fighter or above"),
        "leads": Derived(_leads, "yes/no", "leads the own group (B9)"),
        "commands": Derived(_commands, "yes/no", "commands the own column (B9)"),
        "top": Derived(
            losses.of_the_top, "yes/no", "leads, commands, sits on the committee or is named heir"
        ),
        "known": Derived(targets.knowledge, "share", "what the state knows of who and where it is (D2)"),
        **{
            name: of_other("columns", name, _COLUMN, "of its column")
            for name in ("commander", "pay", "link", "pressure", "community_link", "service")
        },
        **{
            name: of_other("groups", name, _GROUP, "of its group")
            for name in ("leader", "authority", "lineage_share")
        },
        "community": Derived(_SEAT, "index", "community around which its column moves: where it lives"),
        "origin_name": label_of(through("members", "origin"), "named place nearest to where it comes from"),
        **{name: here(name, _SEAT) for name in ("fear", "state_support", "state_presence")},
        **place_names(_SEAT),
    }

    arrest = act(arrest, bool)
    raid = act(raid, int)
    surrender = act(surrender, bool)

    @classmethod
    def present(cls, world: World) -> Rows:
        """The rows of those who serve."""
        return active_members(world)

    @classmethod
    def communities(cls, world: World, rows: Rows) -> Rows:
        """Seats of the columns of `rows`; for those who are gone, of the last one."""
        return _SEAT(world, rows)

    def __repr__(self) -> str:
        status = "" if self.serves else f", {self.status_name}"
        return f"<Protector {self.unique_id}, {self.rank_name} {self.place_name}, {self.age:.0f}{status}>"


def _presence(world: World, rows: Rows) -> NDArray[np.float64]:
    return np.where(met_by_people(world)[rows], weight_of(world, rows) * (1.0 - lacking(world, rows)), 0.0)


_ESTABLISHED = "a unit is what it was set up as, for the time ordered"
_STATIONED = "presence and controls are summed by place; use send_to(community)"


class SecurityUnit(RowAgent, table="units", place="community"):
    """A unit of the security forces, as a view of one row of `world.units`: a post, patrol, team, crew or control.

    Who acts for it: `forces` carries out orders of presence, moves patrols every month and crews when eradication is
    ordered, restores morale (D1, D7) and moves controls to where loads are stopped (`allocation`, D6); `communities`
    sums presence (D1, E1); `operations` sends the nearest free special team on a raid, after which it rests (D3, D4);
    `attacks` costs morale (B7), and presence with it; `protection` lets firms bribe controls, the corrupt ones more
    (C7). `step` does nothing.

    The agents of a model are the units that stand in the week of `world.week`; units of a campaign's follow-on (D7)
    and of orders come and go, and an agent whose unit has been withdrawn can still be read (`stands`).
    """

    __slots__ = ()

    fixed = {  # noqa: RUF012
        **dict.fromkeys(("kind", "force", "arrived", "until", "home"), _ESTABLISHED),
        "community": _STATIONED,
        "task": "tasks follow from orders; use send_to(community), or free_from to keep a team from raids",
        "strength": "presence is summed from it; use reinforce(persons)",
        "establishment": "what the unit was set up with; use reinforce(persons)",
        "corruption": "drawn when the unit is set up, and averaged by way",
    }
    derived = {  # noqa: RUF012
        "kind_name": in_words("units", "kind", UNIT_KINDS),
        "force_name": in_words("units", "force", FORCES),
        "task_name": in_words("units", "task", TASKS),
        "stands": Derived(
            lambda world, rows: standing(world)[rows], "yes/no", "has begun and is not withdrawn"
        ),
        "free": Derived(
            lambda world, rows: world.units.free_from[rows] <= world.week, "yes/no", "can take a new task"
        ),
        "presence": Derived(
            _presence, "index", "presence it makes where it is; 1 is a hundred persons that people meet (D1)"
        ),
        "post": label_of(_HOME, "named place nearest to its base"),
        **{
            name: here(name, _PLACE, "where it is")
            for name in ("state_presence", "state_support", "fear", "anger")
        },
        **place_names(_PLACE),
    }

    send_to = act(send_to, bool)
    reinforce = act(reinforce, float)

    @classmethod
    def present(cls, world: World) -> Rows:
        """The rows of the units that stand."""
        return np.flatnonzero(standing(world))

    @classmethod
    def cells(cls, world: World, rows: Rows) -> Rows:
        """Flat cells in which the units are: a control on a road may stand away from all communities."""
        return world.units.cell[rows].astype(np.int64)

    def __repr__(self) -> str:
        return f"<SecurityUnit {self.unique_id}, {self.kind_name} of {self.strength:.0f} persons {self.place_name}>"
