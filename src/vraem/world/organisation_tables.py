"""The armed organisation as tables: members, their columns, and the groups that columns belong to.

docs/odd.md, section 2. Persons are synthetic roles, all of them adults; rows are never used twice,
so a person's draws stay the person's. Money is USD of 2023; *pay units* are money per armed member and week over
its mean in the burn-in.
"""

from math import ceil

from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.columns import Column, TableSpec

BIG = 1e12
NO_ROW = -1
"""What an index holds that points at nobody: a vacant post, no firm, no column."""

SUPPORTER, FIGHTER, SQUAD_LEADER, COMMANDER, LEADER = range(5)
"""Ranks. A seat in the committee is apart from the rank. *Armed* is fighter or above."""
RANKS = ("supporter", "fighter", "squad leader", "column commander", "leader")

ACTIVE, HIRED, QUIT, SURRENDERED, CAPTURED, DEAD = range(6)
"""Status of a person who is or was a member."""
STATUSES = ("active", "hired by a firm", "quit", "surrendered", "captured", "dead")

LIVING, ENDED = range(2)
"""Status of a column or of a group."""

ADULT_YEARS = 18.0
"""Nobody who is younger is in any table."""
ADULT_WEEKS = ceil(ADULT_YEARS * WEEKS_A_YEAR)
"""Weeks of life after which a person is an adult."""
HEIR_TIE = 0.85
"""Least tie to the leader of whom he names heir."""
FOUNDING_KIN = 0
"""The kin line that spans leader, committee and heirs of the first group; other lines are numbered from 1."""

NOWHERE = {
    "columns": ("commander", "ended", "service", "hosted", "hidden_until", "vacant_until", "locked_until"),
    "groups": ("leader", "centre", "ended", "vacant_since", "vacant_until", "allied", "parent"),
}
"""Columns of tables that hold `NO_ROW` in a new row, which points at nobody and at no week."""

MEMBERS = TableSpec(
    "members",
    "a person who is or was a member of an armed group",
    (
        Column("column", "int32", "index", -1, 1e6, "column the person serves in, or served in last"),
        Column("group", "int32", "index", -1, 1e6, "group of that column, or the last one"),
        Column("rank", "int8", "code", 0, 4, "supporter, fighter, squad leader, column commander, leader"),
        Column("seat", "bool", "yes/no", 0, 1, "sits on the group's committee"),
        Column("heir", "bool", "yes/no", 0, 1, "adult named to take over (18 or older)"),
        Column("born", "int32", "week", -6000, 6000, "week of birth; weeks before the start are negative"),
        Column(
            "joined", "int32", "week", -6000, 6000, "week of joining; weeks before the start are negative"
        ),
        Column("left", "int32", "week", -1, 6000, "week in which the status last changed; −1 never"),
        Column("status", "int8", "code", 0, 5, "active, hired by a firm, quit, surrendered, captured, dead"),
        Column("firm", "int32", "index", -1, 1e5, "firm that pays the person; −1 none"),
        Column("kin", "int32", "line", 0, 1e8, "kin line; 0 is the founding clan"),
        Column("tie", "float32", "share", 0, 1, "tie to the leader of the own group"),
        Column("bond", "float32", "share", 0, 1, "bond to the commander of the own column"),
        Column("ideology", "float32", "share", 0, 1, "ideology θ (B7)"),
        Column("skill", "float32", "share", 0, 1, "military and political skill (B9)"),
        Column("grievance", "float32", "share", 0, 5, "own grievance: kin lost, blame, hunger (B5, B10)"),
        Column("origin", "int32", "index", 0, 1e5, "community of origin"),
        Column(
            "exit_chance", "float32", "share", 0, 1, "chance to leave in a week, set every four weeks (B5)"
        ),
        Column("lineage", "bool", "yes/no", 0, 1, "was ever a member of the founding group"),
        Column(
            "descent",
            "float32",
            "share",
            0,
            1,
            "1 if ever of the founding group, else that of the group first joined",
        ),
        Column("armed_when_left", "bool", "yes/no", 0, 1, "was armed when the person left"),
        Column(
            "location_known", "float32", "share", 0, 1, "what the state knows of where the person is (D2)"
        ),
        Column("role_known", "float32", "share", 0, 1, "what the state knows of who the person is (D2)"),
    ),
)

COLUMNS = TableSpec(
    "columns",
    "a column: a commander with fighters and supporters around a seat",
    (
        Column("group", "int32", "index", -1, 1e6, "group the column belongs to"),
        Column("commander", "int32", "index", -1, 1e6, "member who commands; −1 while the post is vacant"),
        Column("seat", "int32", "index", 0, 1e5, "community around which the column moves"),
        Column("status", "int8", "code", 0, 1, "living or ended"),
        Column("formed", "int32", "week", -6000, 6000, "week of forming"),
        Column("ended", "int32", "week", -1, 6000, "week of ending; −1 living"),
        Column("service", "int32", "index", -1, 1e5, "firm in whose service the column stands; −1 none (B8)"),
        Column("hosted", "int32", "index", -1, 1e5, "firm the column has taken under its wing; −1 none (B8)"),
        Column("armed", "float32", "persons", 0, 1e5, "members of rank fighter or above"),
        Column("supporters", "float32", "persons", 0, 1e5, "members of rank supporter"),
        Column("link", "float32", "share", 0, 1, "command link κ to the centre of the own group (B3)"),
        Column("contact", "float32", "share", 0, 1, "contact x with the centre; 1 − x is isolation (B3)"),
        Column("community_link", "float32", "share", 0, 1, "link λ to the communities of the territory (E1)"),
        Column("treasury", "float64", "USD", -1, BIG, "money of the column"),
        Column("fees", "float64", "USD", 0, BIG, "transit fees collected this week (B1)"),
        Column("escorts", "float64", "USD", 0, BIG, "escort and airstrip fees this week (B1)"),
        Column("leaf_tax", "float64", "USD", 0, BIG, "tax on leaf this week (B1)"),
        Column("logging", "float64", "USD", 0, BIG, "quotas on logging this week (B1)"),
        Column("extortion", "float64", "USD", 0, BIG, "extortion of licit trade this week (B1)"),
        Column(
            "wages", "float64", "USD", 0, BIG, "wages from a firm this week, for a column in service (B8)"
        ),
        Column(
            "takings",
            "float64",
            "USD",
            0,
            BIG,
            "what a column in service collected this week for its firm (B8)",
        ),
        Column("revenue", "float64", "USD/week", 0, BIG, "what it collects, whoever gets it, 13-week mean"),
        Column("sent", "float64", "USD", 0, BIG, "remittance to the centre this week (B2)"),
        Column("received", "float64", "USD", 0, BIG, "paid back by the centre this week (B2)"),
        Column("paid", "float64", "USD", 0, BIG, "pay and upkeep handed to members this week (B2)"),
        Column("pay", "float32", "pay units", 0, 1e3, "pay of an armed member, 13-week mean (B2)"),
        Column("need", "float32", "share", 0, 1, "share of upkeep not covered by own revenue (B2)"),
        Column(
            "shortfall", "float32", "share", 0, 1, "share of the reference pay that this week's pay misses"
        ),
        Column("missed_paydays", "float32", "weeks", 0, 1e4, "weeks in a row with less than half the pay"),
        Column("ideology", "float32", "share", 0, 1, "mean ideology of the members (B7)"),
        Column("effort", "float32", "share", 0, 1, "effort spent on political work (B7)"),
        Column("attack_effort", "float32", "share", 0, 1, "effort for attacks not tied to cargo (B7)"),
        Column("aggression", "float32", "index", 0, 10, "wish for revenge; decays (B10)"),
        Column(
            "grievance", "float32", "index", 0, 10, "grievance against the centre; half-life 6 months (B10)"
        ),
        Column("blame", "float32", "share", 0, 1, "blamed by the leader; half-life 3 months (B10)"),
        Column("demoralised", "float32", "index", 0, 10, "demoralisation after losses of kin; decays (B10)"),
        Column(
            "pressure", "float32", "index", 0, 1e3, "state pressure felt: recent operations near; decays (D3)"
        ),
        Column(
            "notoriety",
            "float32",
            "attacks",
            0,
            1e4,
            "attacks on the state that it is hunted for; decays (D3)",
        ),
        Column(
            "tip_rate", "float32", "per week", 0, 100, "expected tips on the column from its territory (E2)"
        ),
        Column("territory", "float32", "communities", 0, 1e4, "sum of control shares"),
        Column(
            "joining",
            "float64",
            "persons",
            0,
            1e7,
            "recruits a week at zero intercept, set every four weeks (B6)",
        ),
        Column("pool", "float64", "persons", 0, 1e7, "young adults within reach of the column (B6)"),
        Column("territory_change", "float32", "share", -10, 10, "change of territory over a year (B8, S4)"),
        Column("reviewed", "int32", "week", -6000, 6000, "week of the last review of options (B8)"),
        Column("locked_until", "int32", "week", -1, 7000, "no review before this week (B8)"),
        Column("hidden_until", "int32", "week", -1, 7000, "the column hides until this week (B8)"),
        Column("vacant_until", "int32", "week", -1, 7000, "week in which a new commander takes over (B9)"),
        Column(
            "triggered",
            "bool",
            "yes/no",
            0,
            1,
            "an arrest, purge, new leader or missed payday calls for a review",
        ),
        Column(
            "ground_share",
            "float64",
            "share",
            0,
            1.0001,
            "share of what all columns take on their ground (B1)",
        ),
        Column("past_territory", "float32", "communities", 0, 1e4, "territory, mean of about a year"),
        Column("control", "float32", "share", 0, 1, "share of control of each community (B11)", "community"),
        Column(
            "exposure",
            "float64",
            "communities",
            0,
            1e4,
            "control met on each firm's way by each route",
            "way",
        ),
        Column(
            "tolls", "float64", "USD/kg", 0, 1e4, "what a charged kg on each way pays the column (C3)", "way"
        ),
        Column("guards", "float64", "share", 0, 10.001, "share of the escort fee on each way (C3)", "way"),
    ),
)

GROUPS = TableSpec(
    "groups",
    "an armed group: one or more columns under a leader",
    (
        Column("leader", "int32", "index", -1, 1e6, "member who leads; −1 while the post is vacant"),
        Column("centre", "int32", "index", -1, 1e6, "column of the leader, or where the committee sits"),
        Column("status", "int8", "code", 0, 1, "living or ended"),
        Column("founding", "bool", "yes/no", 0, 1, "the group that stood at the start"),
        Column("outsider", "bool", "yes/no", 0, 1, "entered from outside the lineage (B12)"),
        Column("parent", "int32", "index", -1, 1e6, "group it split from; −1 none"),
        Column("formed", "int32", "week", -6000, 6000, "week of forming"),
        Column("ended", "int32", "week", -1, 6000, "week of ending; −1 living"),
        Column("authority", "float32", "share", 0, 1, "authority of the leader A (B4)"),
        Column(
            "vacant_since", "int32", "week", -1, 6000, "week in which the top post fell vacant; −1 filled"
        ),
        Column("vacant_until", "int32", "week", -1, 7000, "week in which the interregnum ends (B9)"),
        Column("success", "float32", "index", -10, 10, "success index; half-life 6 months (B4)"),
        Column("hoard", "float64", "USD", -1, BIG, "money of the centre: kept at the top (B2)"),
        Column(
            "hoarding", "float32", "share", 0, 1, "share of remittances kept at the top, last 13 weeks (B5)"
        ),
        Column("ideology", "float32", "share", 0, 1, "mean ideology of the members (B7)"),
        Column("armed", "float32", "persons", 0, 1e5, "armed members of all columns"),
        Column("members", "float32", "persons", 0, 1e5, "members of all columns"),
        Column(
            "arms", "float32", "arms", 0, 1e4, "arms left of those that a group from outside came with (B6)"
        ),
        Column("ranks", "float32", "persons", 0, 1e5, "members that it is used to have and wants again (B6)"),
        Column("lineage_share", "float32", "share", 0, 1, "mean descent of the members; frozen at the end"),
        Column(
            "allied", "int32", "index", -1, 1e6, "group with which a truce or alliance holds; −1 none (B11)"
        ),
        Column("alliance", "float32", "share", 0, 1, "strength of that alliance; decays (B11)"),
        Column("coca_mix", "float32", "ratio", 0, 10, "what it takes of coca, over the parameters (B1)"),
        Column("logging_mix", "float32", "ratio", 0, 10, "the same of illegal logging (B1)"),
        Column("extortion_mix", "float32", "ratio", 0, 10, "the same of licit trade (B1)"),
        Column(
            "support", "float32", "share", 0, 1, "support of each community for the group (E1)", "community"
        ),
    ),
)
