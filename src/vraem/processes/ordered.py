"""D3 D5 by order: arrests, operations and surrenders that a script names person by person.

They go the way of every other removal: `take_out` takes the person out and leaves what a raid leaves, so posts fall
vacant (B9), kin and columns are shaken (B10) and columns review (B8) as after an operation of a campaign. In journal
and series they count as one more campaign, numbered after those of the scenario, so that no routine rate is solved
from them. Nobody under 18 is taken. All draws are addressed by week and person: the order in which a script acts shifts
none.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.processes.disclosures import disclose
from vraem.processes.groups import Rows, count_strength
from vraem.processes.losses import is_top, leave_members
from vraem.processes.members import note_exits
from vraem.processes.raids import Operation, carry_out, take_out
from vraem.processes.targets import of_age
from vraem.world import World
from vraem.world.organisation_tables import ACTIVE, CAPTURED, DEAD, SURRENDERED

FIRST_ADDRESS = 1 << 20
"""Draws of ordered operations begin here, one address a person; those of campaigns and routine end far before."""


def arrest(world: World, rows: Rows, *, talk: bool = True) -> NDArray[np.bool_]:
    """Take the members `rows` (n,) alive, without fail and without anybody else being hit; who was taken, (n,).

    Those who do not serve any more are passed over. Captives tell what they know if `talk` (D5). Raises `ValueError`,
    before anything is done, if one of `rows` is under 18.
    """
    _refuse_minors(world, rows)
    members = world.members
    serving = rows[members.status[rows] == ACTIVE]
    tops = [is_top(world, member) for member in serving.tolist()]
    take_out(world, serving, CAPTURED, campaign_number(world))
    count_strength(world)
    # the loss of one may have cost another its life, by the leader's purge
    taken = np.isin(rows, serving) & (members.status[rows] == CAPTURED)
    if talk:
        captives = zip(serving.tolist(), tops, strict=True)
        disclose(world, [(member, top) for member, top in captives if members.status[member] == CAPTURED])
    return taken


def operate(world: World, rows: Rows, effort: NDArray[np.float64]) -> NDArray[np.int64]:
    """One operation (D3 D4) on each of the members `rows` (n,), one after the other; persons lost in each, (n,).

    `effort` (n,) is 1 for what goes into an operation of a campaign, 0 for a routine one. Whether it finds its target,
    whom else it hits and who dies are the model's own outcomes, at the accuracy and the share of captures of the table.
    A second operation on one person in one week has the luck of the first. Raises `ValueError` as `arrest` does.
    """
    _refuse_minors(world, rows)
    p, status = world.p, world.members.status
    lost = np.zeros(len(rows), dtype=np.int64)
    captives: list[tuple[int, bool]] = []
    for place, member in enumerate(rows.tolist()):
        if status[member] != ACTIVE:
            continue
        before = _gone_by_force(world)
        captives += carry_out(
            world,
            Operation(
                target=member,
                address=FIRST_ADDRESS + member,
                effort=float(effort[place]),
                accuracy=p.operation_accuracy,
                lethality=1.0 - p.capture_share,
                campaign=campaign_number(world),
            ),
        )
        lost[place] = _gone_by_force(world) - before
    count_strength(world)
    disclose(world, captives)
    return lost


def give_up(world: World, rows: Rows) -> NDArray[np.bool_]:
    """Let the members `rows` (n,) surrender of their own will, as those who leave under B5 do; who did, (n,)."""
    serving = world.members.status[rows] == ACTIVE
    leaving = rows[serving]
    if len(leaving):
        leave_members(world, leaving, SURRENDERED)
        note_exits(world, leaving)
        count_strength(world)
    return serving


def campaign_number(world: World) -> int:
    """The number under which ordered arrests and operations stand in the journal."""
    return len(world.inputs.campaigns)


def _gone_by_force(world: World) -> int:
    members = world.members
    return int(np.isin(members.status[: members.count], (CAPTURED, DEAD)).sum())


def _refuse_minors(world: World, rows: Rows) -> None:
    """Raise `ValueError` if one of `rows` is under 18."""
    young = rows[~of_age(world.members.born[rows], world.week)]
    if len(young):
        raise ValueError(f"member {young[0]}: got a person under 18, who is never a target")
