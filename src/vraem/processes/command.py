"""B3 the command link, B4 the leader's authority, B7 ideology and political work.

Source: docs/model.md, The armed organisation. The link grows with contact, kinship to the leader and money received,
and falls with grievance, isolation, a vacant top post, and what binds a column to its own commander. Authority relaxes
to what lineage, years, success and ideology carry. Ideology grows with political work and fades without.
"""

from math import exp, log

import numpy as np

from vraem.processes.groups import active_members, living_columns, living_groups
from vraem.world import World
from vraem.world.clock import REVIEW_WEEKS, WEEKS_A_MONTH, WEEKS_A_YEAR, left_after
from vraem.world.organisation_tables import FOUNDING_KIN, NO_ROW

WRITES = {
    "columns": (
        *("link", "grievance", "blame", "demoralised", "aggression", "effort", "attack_effort", "ideology"),
        "shortfall",
    ),
    "groups": ("authority", "success", "alliance"),
    "members": ("ideology", "grievance", "bond"),
}
GRIEVANCE_HALF_LIFE, BLAME_HALF_LIFE, AGGRESSION_HALF_LIFE, SUCCESS_HALF_LIFE = 6.0, 3.0, 9.0, 6.0
"""Months (parameter table: purge_grievance, authority_success_weight)."""
GRIEVANCE_LEFT, BLAME_LEFT, AGGRESSION_LEFT, SUCCESS_LEFT = (
    left_after(1, months)
    for months in (GRIEVANCE_HALF_LIFE, BLAME_HALF_LIFE, AGGRESSION_HALF_LIFE, SUCCESS_HALF_LIFE)
)
"""What a week leaves of each."""
ISOLATION_OF_PRESSURE = 0.3
"""Share of the contact that one operation felt above normal takes (P27: pressure isolates)."""
LEAST_CONTACT = 0.05
HIDDEN_CONTACT = 0.3
"""Share of its contact that a hiding column keeps."""
POLITICAL_CENTRE = 0.3
"""Value of link x authority x ideology at which the centre neither adds to political work nor takes (B7)."""
MIDDLE_BOND = 0.5
"""Where bonds to a commander tend, whoever he is: people get used to him, or to what he is like."""


def step(world: World) -> None:
    """Links and authority move every week; ideology and bonds every four weeks."""
    rows = living_columns(world)
    if not len(rows):
        return
    _fade(world)
    _relax_authority(world)
    _move_links(world, rows)
    if world.week % REVIEW_WEEKS == 0:
        _spend_effort(world, rows)
        _move_beliefs(world)


def _fade(world: World) -> None:
    columns, groups = world.columns, world.groups
    for fading, left in (
        (columns.grievance, GRIEVANCE_LEFT),
        (columns.demoralised, GRIEVANCE_LEFT),
        (columns.blame, BLAME_LEFT),
        (columns.aggression, AGGRESSION_LEFT),
        (groups.success, SUCCESS_LEFT),
        (groups.alliance, SUCCESS_LEFT),
    ):
        fading *= left


def _relax_authority(world: World) -> None:
    """B4: A tends to σ(α0 + αk lineage + αt ln(1 + years) + αv (success − its mean) + αi (mean ideology − .5))."""
    groups, p = world.groups, world.p
    pace = 1.0 - left_after(1, p.authority_half_life)
    for group in living_groups(world).tolist():
        if groups.leader[group] != NO_ROW:
            over_usual = float(groups.success[group]) - world.burn_in.success
            groups.authority[group] += pace * (
                authority_at_rest(world, group, over_usual) - groups.authority[group]
            )


def authority_at_rest(world: World, group: int, success: float = 0.0) -> float:
    """What carries the authority of the leader of `group`, of nobody where there is none, `success` over the usual."""
    groups, members, p = world.groups, world.members, world.p
    leader = int(groups.leader[group])
    held = leader != NO_ROW
    years = (world.week - int(members.joined[leader])) / WEEKS_A_YEAR if held else 0.0
    logit = (
        p.authority_intercept
        + p.authority_lineage_weight * (held and members.kin[leader] == FOUNDING_KIN)
        + p.authority_tenure_weight * log(1.0 + max(years, 0.0))
        + p.authority_success_weight * success
        + p.authority_ideology_weight * (float(groups.ideology[group]) - 0.5)
    )
    return float(1.0 / (1.0 + exp(-logit)))


def _move_links(world: World, rows: np.ndarray) -> None:
    """B3: one week of the link κ of every column to the centre of its own group."""
    columns, groups, members, p = world.columns, world.groups, world.members, world.p
    link, group = columns.link[rows], columns.group[rows].astype(np.intp)
    contact = contact_now(world, rows)
    leader, commander = groups.leader[group], columns.commander[rows]
    vacant = leader == NO_ROW
    kin = (members.kin[leader] == members.kin[commander]) & ~vacant & (commander != NO_ROW)
    money = (columns.received[rows] - columns.sent[rows]) / np.maximum(columns.revenue[rows], 1.0)
    gain = (world.burn_in.link_gain * contact + p.link_kin_weight * kin) * (1.0 - link)
    isolation = log(2.0) / (p.link_half_life * WEEKS_A_MONTH) * (1.0 - contact)
    loss = isolation + p.link_grievance_loss * columns.grievance[rows] + p.link_vacancy_loss * vacant
    loss += p.link_bond_loss * (mean_bond(world)[rows] - MIDDLE_BOND)
    money = np.minimum(np.maximum(money, -1.0), 1.0)
    moved = link + gain + p.link_money_weight * money - loss * link
    alone = (np.bincount(group) == 1)[group]
    whole = alone | ((groups.centre[group] == rows) & ~vacant)
    moved = np.minimum(np.maximum(moved, 0.0), 1.0)
    moved[whole] = 1.0
    columns.link[rows] = moved


def mean_bond(world: World) -> np.ndarray:
    """Mean bond to the commander by column (columns in use,), the middle where nobody serves.

    The cohesion of units and the integrity of the whole are two things, and one can cost the other (Kenny 2010).
    """
    members, rows, count = world.members, active_members(world), world.columns.count
    column = members.column[rows]
    persons = np.bincount(column, minlength=count)
    bonds = np.bincount(column, members.bond[rows], count)
    mean: np.ndarray = bonds / np.maximum(persons, 1)
    mean[persons == 0] = MIDDLE_BOND
    return mean


def contact_now(world: World, rows: np.ndarray) -> np.ndarray:
    """Contact of each column with its centre: its own, less what pressure and hiding take."""
    columns = world.columns
    felt = np.maximum(columns.pressure[rows] - world.burn_in.pressure, 0.0)
    contact: np.ndarray = columns.contact[rows] * np.exp(-ISOLATION_OF_PRESSURE * felt)
    contact[columns.hidden_until[rows] > world.week] *= HIDDEN_CONTACT
    return np.maximum(contact, LEAST_CONTACT)


def _spend_effort(world: World, rows: np.ndarray) -> None:
    """B7: effort for political work and for attacks not tied to cargo."""
    columns, groups, p = world.columns, world.groups, world.p
    link, group, own = columns.link[rows], columns.group[rows], columns.ideology[rows]
    whole = groups.ideology[group]
    mixed = (1.0 - link) * own + link * whole
    logit = (
        p.political_effort_slope * (mixed - 0.5)
        + p.political_effort_centre * (link * groups.authority[group] * whole - POLITICAL_CENTRE)
        - p.political_effort_need * columns.shortfall[rows]
    )
    free = columns.service[rows] == NO_ROW
    columns.effort[rows] = free * p.political_effort_max / (1.0 + np.exp(-logit))
    columns.attack_effort[rows] = free * np.minimum(
        p.attack_effort_max * own * (1.0 + columns.aggression[rows]), 1.0
    )


def _move_beliefs(world: World) -> None:
    """Four weeks of ideology (B7), and of grievances and bonds of members."""
    members, columns, p = world.members, world.columns, world.p
    rows = active_members(world)
    belief = members.ideology[rows]
    effort = columns.effort[members.column[rows]]
    fading = log(2.0) / (p.ideology_half_life * WEEKS_A_YEAR)
    belief += REVIEW_WEEKS * (p.ideology_work_gain * effort * (1.0 - belief) - fading * belief)
    members.ideology[rows] = np.minimum(np.maximum(belief, 0.0), 1.0)
    members.grievance[rows] *= GRIEVANCE_LEFT**REVIEW_WEEKS
    bond = members.bond[rows]
    members.bond[rows] = MIDDLE_BOND + left_after(REVIEW_WEEKS, p.bond_half_life) * (bond - MIDDLE_BOND)
