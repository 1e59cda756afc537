"""Weekly series of the armed groups, the security forces and the people between them.

Some are read off the world each week (`NOTED`), the others come from the logbook afterwards (`DERIVED`), because they
look back (independent groups) or would cost too much each week.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.observe.logbook import Logbook
from vraem.observe.spec import SeriesSpec
from vraem.observe.weekly import LOOK_BACK, over, row_total, weekly_measures
from vraem.world.clock import WEEKS_A_MONTH
from vraem.world.organisation_tables import ACTIVE, HIRED, NO_ROW
from vraem.world.security_tables import (
    ARMED_ACTORS,
    CIVILIANS,
    CLASH,
    LINEAGE_GROUP,
    MERGER,
    REMOVAL,
    SPLIT,
    STATE,
)

if TYPE_CHECKING:
    from vraem.world import World

NOTED: tuple[SeriesSpec, ...] = (
    SeriesSpec("group_fees", "USD", "fees on passing cargo collected by armed groups this week (B1)"),
    SeriesSpec("group_escorts", "USD", "escort and airstrip fees of armed groups this week (B1)"),
    SeriesSpec("group_leaf_tax", "USD", "tax on leaf of armed groups this week (B1)"),
    SeriesSpec("group_logging", "USD", "quotas on logging of armed groups this week (B1)"),
    SeriesSpec("group_extortion", "USD", "extortion of licit trade by armed groups this week (B1)"),
    SeriesSpec("group_wages", "USD", "wages from firms to columns in their service this week (B8)"),
    SeriesSpec("group_income", "USD", "income of armed groups from all sources this week"),
    SeriesSpec("group_pay", "USD", "pay and upkeep handed to members this week (B2)"),
    SeriesSpec("group_spent", "USD", "spent by the top, on arms and on political work this week (B2)"),
    SeriesSpec("group_lost", "USD", "lost by armed groups with captured leaders and ended columns this week"),
    SeriesSpec("group_founding", "USD", "brought by new groups from outside this week (B12)"),
    SeriesSpec("group_money", "USD", "money in the treasuries of columns and at the top of groups"),
    SeriesSpec(
        "potential_protection",
        "USD",
        "revenue of all sources that the valley would yield to full protectors this week",
    ),
    SeriesSpec("charged_kg", "kg", "cocaine hydrochloride that paid a fee to an armed group this week (C3)"),
    SeriesSpec("charged_share", "share", "share of the cocaine shipped in the week that paid a fee (P12)"),
    SeriesSpec(
        "mean_fee", "USD/kg", "fees on passing cargo over the cocaine that paid them, 0 if none did (P12)"
    ),
    SeriesSpec("security_cost", "USD", "firms' own gunmen and bribes this week (C3, C7)"),
    SeriesSpec("predation_loss", "USD", "growers' losses to theft and abuse this week (A4)"),
    SeriesSpec("recruits", "persons", "persons who joined this week (B6)"),
    SeriesSpec("exits", "persons", "persons who left of their own will this week (B5)"),
    SeriesSpec("captured", "persons", "members captured or brought to surrender by force this week (D3)"),
    SeriesSpec("killed_group", "persons", "members of armed groups killed this week (D4)"),
    SeriesSpec("killed_state", "persons", "soldiers and police killed this week (D4)"),
    SeriesSpec("killed_civilians", "persons", "civilians killed this week (D4)"),
    SeriesSpec("operations", "operations", "operations of the security forces this week (D3)"),
    SeriesSpec("campaign_operations", "operations", "of these, operations of campaigns this week (D5)"),
    SeriesSpec("attacks", "events", "attacks on the state this week (B7)"),
    SeriesSpec("tips", "tips", "tips to the state this week (E2)"),
    SeriesSpec("killed_civilians_state", "persons", "civilians killed by the state this week"),
    SeriesSpec("killed_civilians_groups", "persons", "civilians killed by armed groups this week"),
    SeriesSpec(
        "routine_removals", "persons", "members captured or killed by routine operations this week (D3)"
    ),
    SeriesSpec(
        "campaign_removals", "persons", "members whom campaigns and dated removals took this week (D5)"
    ),
    SeriesSpec("clashes", "events", "clashes between armed groups this week (B11)"),
    SeriesSpec(
        "splits", "events", "columns of the lineage that left their group and stand alone this week (B8)"
    ),
    SeriesSpec("mergers", "events", "mergers with another group this week (B8)"),
    SeriesSpec(
        "hired_ex_members",
        "persons",
        "persons of the lineage by descent who were armed when they left, now paid by a firm",
    ),
    SeriesSpec(
        "hired_ever_members",
        "persons",
        "those of them who were ever in the founding group",
    ),
    SeriesSpec("leader_present", "share", "whether the founding group has a leader (B9)"),
    SeriesSpec(
        "committee_seats", "persons", "filled seats on the founding group's committee beside the leader's"
    ),
    SeriesSpec("authority", "share", "authority of the founding group's leader (B4)"),
    SeriesSpec(
        "reference_pay", "USD/week", "pay of an armed member that is one pay unit, solved in the burn-in"
    ),
    SeriesSpec("fear", "index", "mean fear in the communities (E1)"),
    SeriesSpec("anger", "index", "mean anger at the state in the communities (E1)"),
    SeriesSpec("trust", "share", "communities' mean trust that rewards are paid (E2)"),
    SeriesSpec("state_support", "share", "communities' mean support for the state (E1)"),
    SeriesSpec("gunmen", "persons", "own gunmen of trafficking firms (C3)"),
    SeriesSpec("bribe_share", "share", "firms' mean share of controls on the way that take bribes (C7)"),
    SeriesSpec("territory_free", "communities", "communities less all control shares of armed groups (B11)"),
    SeriesSpec("bond", "share", "members' mean bond to the commander of their column (B5, P27)"),
)
"""Series that are read off the world each week, in the order in which `noted_values` gives them."""

DERIVED: tuple[SeriesSpec, ...] = (
    SeriesSpec("members", "persons", "members of armed groups, all ranks (P11)"),
    SeriesSpec("armed", "persons", "of these, fighters and above (P11)"),
    SeriesSpec("columns", "columns", "columns that stand"),
    SeriesSpec("groups", "groups", "armed groups that stand"),
    SeriesSpec(
        "lineage_groups", "groups", "armed groups of the lineage: their mean descent is three tenths or more"
    ),
    SeriesSpec(
        "independent_groups", "groups", "armed groups that are independent by the thresholds (outcomes.md)"
    ),
    SeriesSpec("independent_lineage_groups", "groups", "independent armed groups of the lineage, N"),
    SeriesSpec("effective_groups", "groups", "effective number of these by members, N_eff"),
    SeriesSpec("effective_groups_revenue", "groups", "effective number of these by income of 13 weeks"),
    SeriesSpec("effective_groups_territory", "groups", "effective number of these by territory"),
    SeriesSpec("effective_groups_all", "groups", "effective number of all independent groups by members"),
    SeriesSpec("armed_lineage", "persons", "armed of the lineage outside firms' service, LA"),
    SeriesSpec("lineage_hired", "persons", "armed of the lineage in the pay of firms, LF"),
    SeriesSpec("absorbed_share", "share", "share of these in all armed of the lineage, ABS"),
    SeriesSpec("largest_share", "share", "largest lineage group's share of the armed lineage, s1"),
    SeriesSpec("command_link", "share", "columns' mean command link, weighted by armed (B3)"),
    SeriesSpec("command_integrity", "share", "armed lineage commanded by the strongest centre, CLI"),
    SeriesSpec("command_integrity_founding", "share", "the same by the founding group's centre"),
    SeriesSpec(
        "effort_persons", "persons", "members of lineage columns outside firms' service, over whom Π is taken"
    ),
    SeriesSpec("political_effort", "persons", "of their effort, political work (B7)"),
    SeriesSpec("attack_effort", "persons", "of their effort, attacks not tied to cargo (B7)"),
    SeriesSpec("revenue_lineage", "USD", "income of lineage groups this week, wages from firms left out"),
    SeriesSpec("revenue_other", "USD", "income of other groups this week, wages from firms left out"),
    SeriesSpec(
        "territory_lineage", "communities", "control shares of lineage groups, summed over communities (B11)"
    ),
    SeriesSpec(
        "territory_other", "communities", "control shares of other groups, summed over communities (B11)"
    ),
    SeriesSpec("community_link", "share", "columns' mean link to the communities of their territory (E1)"),
    SeriesSpec("pressure", "index", "mean state pressure that columns feel (D3)"),
    SeriesSpec("ideology", "share", "members' mean ideology (B7)"),
    SeriesSpec("member_pay", "USD/month", "pay of an armed member, mean of 13 weeks (B2)"),
)
"""Series that come from the logbook, in the order in which `derived_values` gives them."""


def noted_values(world: "World", seen: int) -> list[float]:
    """This week's value of every series of `NOTED`; `seen` is how many incidents the weeks before had."""
    flows, communities, firms = world.flows, world.communities, world.firms
    places = len(communities)
    total = np.add.reduce  # what the `sum` of an array ends in, without two calls on the way
    sources = (
        flows.group_fees,
        flows.group_escorts,
        flows.group_leaf_tax,
        flows.group_logging,
        flows.group_extortion,
        flows.group_wages,
    )
    shipped = sum(flows.hcl_shipped)
    return [
        *sources,
        sum(sources),
        flows.group_pay,
        flows.group_spent,
        flows.group_lost,
        flows.group_founding,
        money_of_groups(world),
        flows.potential_protection,
        flows.charged_kg,
        flows.charged_kg / shipped if shipped > 0.0 else 0.0,
        flows.group_fees / flows.charged_kg if flows.charged_kg > 0.0 else 0.0,
        flows.security_cost,
        flows.predation_loss,
        flows.recruits,
        flows.exits,
        flows.captured,
        flows.killed_group,
        flows.killed_state,
        flows.killed_civilians,
        flows.operations,
        flows.campaign_operations,
        flows.attacks,
        flows.tips,
        *_from_the_journal(world, seen),
        *_of_the_founding_group(world),
        world.burn_in.reference_pay,
        float(total(communities.fear)) / places,
        float(total(communities.anger)) / places,
        float(total(communities.trust)) / places,
        float(total(communities.state_support)) / places,
        float(total(firms.gunmen)),
        float(total(firms.bribe_share)) / max(len(firms), 1),
        places - float(total(communities.control, axis=None)),
        _mean_bond(world),
    ]


def _mean_bond(world: "World") -> float:
    """Mean bond of the members who serve to their commander; 0 if nobody does."""
    members, count = world.members, world.members.count
    serving = members.status[:count] == ACTIVE
    persons = int(np.count_nonzero(serving))
    return float(members.bond[:count].sum(where=serving, dtype=np.float64)) / max(persons, 1)


def money_of_groups(world: "World") -> float:
    """Money in the treasuries of columns and at the top of groups (USD)."""
    columns, groups = world.columns, world.groups
    return float(columns.treasury[: columns.count].sum()) + float(groups.hoard[: groups.count].sum())


def _from_the_journal(world: "World", seen: int) -> tuple[float, ...]:
    """Counts of this week's incidents."""
    journal, count = world.incidents, world.incidents.count
    by_state = by_groups = 0.0
    routine = campaign = clashes = splits = mergers = 0
    if count > seen:
        new = slice(seen, count)
        names = ("kind", "by", "victim", "deaths", "campaign")
        rows = zip(*(journal.__dict__[name][new].tolist() for name in names), strict=True)
        for kind, by, victim, deaths, number in rows:
            if victim == CIVILIANS:
                by_state += deaths if by == STATE else 0.0
                by_groups += deaths if by in ARMED_ACTORS else 0.0
            if kind == REMOVAL and by == STATE:
                routine += number == NO_ROW
                campaign += number != NO_ROW
            clashes += kind == CLASH
            splits += kind == SPLIT and by == LINEAGE_GROUP
            mergers += kind == MERGER
    return by_state, by_groups, routine, campaign, clashes, splits, mergers


def _of_the_founding_group(world: "World") -> tuple[float, ...]:
    """Lineage persons hired by firms; leader, committee and authority of the founding group."""
    members, groups = world.members, world.groups
    count = members.count
    status = members.status[:count]
    paid = ((status == HIRED) & members.armed_when_left[:count]).nonzero()[0]
    hired = (
        float(members.descent[paid].sum(dtype=np.float64)),
        float(np.count_nonzero(members.lineage[paid])),
    )
    group = founding_group(groups.founding[: groups.count])
    if group == NO_ROW:
        return *hired, 0.0, 0.0, 0.0
    leader = int(groups.leader[group])
    seated = members.seat[:count].nonzero()[0]
    serving = (members.group[seated] == group) & (status[seated] == ACTIVE) & (seated != leader)
    seats = float(np.count_nonzero(serving))
    return *hired, float(leader != NO_ROW), seats, float(groups.authority[group])


def founding_group(founding: NDArray[np.bool_]) -> int:
    """The row of the founding group, the first if the run starts with several, −1 without one."""
    rows = founding.nonzero()[0]
    return int(rows[0]) if len(rows) else NO_ROW


def derived_values(
    logbook: Logbook,
    founding: NDArray[np.bool_],
    first: int,
    last: int,
    hired: NDArray[np.float64],
    reference_pay: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Every series of `DERIVED` in the weeks `first` to `last` (left out), (weeks, series).

    `hired`, `reference_pay` (weeks,) are the noted series of those weeks.
    """
    begin = max(first - LOOK_BACK, 0)
    columns = logbook.columns(begin, last)
    weekly, _ = weekly_measures(columns, logbook.groups(begin, last), founding)
    hired, reference_pay = (np.pad(values, (first - begin, 0)) for values in (hired, reference_pay))
    living, armed = columns["living"], columns["armed"]
    members = armed + columns["supporters"]
    lineage_hired = hired + weekly.in_service
    whole = np.column_stack(
        [
            row_total(members),
            row_total(armed),
            row_total(living),
            weekly.groups,
            weekly.lineage_groups,
            weekly.independent_all,
            weekly.independent,
            weekly.effective_members,
            weekly.effective_revenue,
            weekly.effective_territory,
            weekly.effective_all,
            weekly.armed_lineage,
            lineage_hired,
            over(lineage_hired, lineage_hired + weekly.armed_lineage),
            weekly.largest_share,
            _mean(columns["link"], armed),
            weekly.links,
            weekly.links_founding,
            weekly.effort,
            weekly.political,
            weekly.attacking,
            weekly.revenue_lineage,
            weekly.revenue_other,
            weekly.territory_lineage,
            weekly.territory_other,
            _mean(columns["community_link"], living),
            _mean(columns["pressure"], living),
            _mean(columns["ideology"], members),
            _mean(columns["pay"], armed) * reference_pay * WEEKS_A_MONTH,
        ]
    )
    return whole[first - begin :]


def _mean(values: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over columns; 0 where nothing has weight."""
    return over(row_total(values * weight), row_total(weight))
