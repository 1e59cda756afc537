"""The populations of the world and their columns, declared as data.

docs/odd.md, section 2; areas in ha, money in USD of 2023, leaf, paste and cocaine hydrochloride
(HCl) in kg of the thing itself.
"""

from vraem.world.columns import Column, TableSpec
from vraem.world.organisation_tables import BIG, COLUMNS, GROUPS, MEMBERS
from vraem.world.security_tables import INCIDENTS, UNITS

LEAST = 1e-3
"""Least of what is divided by."""

GROWERS = TableSpec(
    "growers",
    "a farm household; rows are sorted by decision slot, then ordinary before never-growing, then community",
    (
        Column("community", "int64", "index", 0, 1e5, "community in which the household lives and farms"),
        Column(
            "slot", "int8", "week", 0, 12, "week of the quarter in which the household harvests and decides"
        ),
        Column("never_grows", "bool", "yes/no", 0, 1, "household that never grows coca"),
        Column("land", "float32", "ha", 0, 1e3, "usable land"),
        Column(
            "harvest_cost", "float32", "USD/kg", 0, 50, "own cost of picking and drying at the base wage (A2)"
        ),
        Column(
            "coca_cohorts", "float32", "ha", 0, 1e6, "coca by quarter of planting, before coca_scale", "age"
        ),
        Column("coca_scale", "float32", "ratio", 0, 1, "factor on all cohorts: what abandonment has left"),
        Column("coca_old", "float32", "ha", 0, 1e3, "coca past full yield (A1)"),
        Column("coca_old_bearing", "float32", "ha", 0, 1e3, "old coca as hectares of full yield"),
        Column("coca_area", "float32", "ha", -1e-3, 1e3, "coca of all ages"),
        Column("coca_young", "float32", "ha", -1e-3, 1e3, "coca younger than nine months"),
        Column("coca_bearing", "float32", "ha", -1e-3, 1e3, "coca as hectares of full yield"),
        Column("coca_peak", "float32", "ha", 0, 1e3, "largest coca area the household has had (A6)"),
        Column("licit_area", "float32", "ha", 0, 1e3, "coffee and cacao"),
        Column("licit_bearing", "float32", "ha", 0, 1e3, "coffee and cacao that bear"),
        Column("cash", "float32", "USD", 0, 1e6, "cash for establishment (A7)"),
        Column("price_expectation", "float32", "USD/kg", 0, 1e3, "expected net leaf price (A3)"),
        Column(
            "risk_events",
            "float32",
            "count",
            0,
            1e4,
            "remembered quarters with eradication, beyond the prior (A4)",
        ),
        Column(
            "risk_quiet", "float32", "count", 0, 1e4, "remembered quarters without, beyond the prior (A4)"
        ),
        Column(
            "eradicated_share",
            "float32",
            "share",
            0,
            1,
            "share of own coca eradicated since the last decision",
        ),
        Column(
            "coca_income", "float32", "USD", -1e6, 1e7, "net income from coca since the start of the year"
        ),
        Column("licit_income", "float32", "USD", -1e6, 1e7, "net income from coffee and cacao since then"),
        Column("logging_income", "float32", "USD", 0, 1e7, "income from illegal logging since then"),
        Column("off_farm_income", "float32", "USD", -1e6, 1e7, "net income from other work since then"),
    ),
)

COMMUNITIES = TableSpec(
    "communities",
    "a settled cell of the coca belt",
    (
        Column("leaf_price", "float64", "USD/kg", 0, 1e3, "price of dry leaf this week (C6)"),
        Column(
            "price_factor", "float64", "ratio", 0, 10, "local over valley price: competition of buyers (C6)"
        ),
        Column(
            "haul_discount",
            "float64",
            "USD/kg",
            -10,
            10,
            "carriage to the buyers, less its mean over the leaf",
        ),
        Column("leaf_tax", "float64", "share", 0, 1, "share of the leaf price taken as tax"),
        Column("leaf_kept", "float64", "kg", 0, BIG, "leaf picked this week, losses off"),
        Column(
            "harvested_share",
            "float64",
            "share",
            0,
            1,
            "remembered share of the leaf that was harvested (A5)",
        ),
        Column("coca_area", "float64", "ha", -1, 1e6, "coca of all ages"),
        Column(
            "growing_share",
            "float64",
            "share",
            0,
            1,
            "households with coca, here and in the neighbourhood (A6)",
        ),
        Column(
            "eradication_news", "float64", "share", 0, 1, "share of the coca near here eradicated lately (A4)"
        ),
        Column("assisted_share", "float64", "share", 0, 1, "households under alternative development"),
        Column("forest", "float64", "share", 0, 1, "forest left around the community"),
        Column("control", "float64", "share", 0, 1.0001, "control by all armed groups together (B11)"),
        Column(
            "first_control", "float64", "share", 0, 1.0001, "control by all armed groups at the start (B12)"
        ),
        Column(
            "state_presence", "float64", "index", 0, 1e3, "weight of posts, patrols and controls near (D1)"
        ),
        Column("predation", "float64", "share", 0, 1, "share of a harvest lost to theft and abuse (A4, A5)"),
        Column("fear", "float64", "index", 0, 10, "fear after violent events; decays (E1)"),
        Column("anger", "float64", "index", 0, 10, "anger at the state after harm; decays (E1)"),
        Column("trust", "float64", "share", 0, 1, "trust that rewards are paid (E2)"),
        Column(
            "tip_rate",
            "float64",
            "per week",
            0,
            10,
            "tips a week on a group that holds the place wholly (E2)",
        ),
        Column("state_support", "float64", "share", 0, 1, "support for the state (E1)"),
        Column("committee", "float64", "share", 0, 1, "strength of the self-defence committee (E3)"),
        Column("past_leaf_price", "float64", "ratio", 0, 1e3, "leaf price over its base, lagged years (E4)"),
        Column("youth", "float64", "persons", 0, 1e7, "pool of young adults who might join (B6, E4)"),
        Column(
            "purchase_share",
            "float64",
            "share",
            0,
            1,
            "share of the community's leaf bought by each firm (C1)",
            "firm",
        ),
    ),
)

FIRMS = TableSpec(
    "firms",
    "a trafficking firm (clan)",
    (
        Column("base", "int64", "index", 0, 1e5, "community of the firm's laboratory and store"),
        Column(
            "capacity", "float64", "kg/week", LEAST, BIG, "leaf the firm can process at the normal markdown"
        ),
        Column("capital", "float64", "USD", -BIG, BIG, "working capital"),
        Column("leaf_stock", "float64", "kg", 0, BIG, "dry leaf in store"),
        Column("paste_stock", "float64", "kg", 0, BIG, "coca paste in store"),
        Column("hcl_stock", "float64", "kg", 0, BIG, "cocaine hydrochloride in store"),
        Column("hcl_rate", "float64", "kg/week", 0, BIG, "hydrochloride made a week, 12-week mean"),
        Column(
            "seized_memory",
            "float64",
            "loads",
            0,
            BIG,
            "remembered loads lost, beyond the prior (C2)",
            "route",
        ),
        Column(
            "passed_memory",
            "float64",
            "loads",
            0,
            BIG,
            "remembered loads that passed, beyond the prior (C2)",
            "route",
        ),
        Column("risk_belief", "float64", "share", 0, 1, "perceived chance of losing a load (C2)", "route"),
        Column("route_share", "float64", "share", 0, 1, "share of the wish to ship by route (C1)", "route"),
        Column("protection", "int8", "code", 0, 3, "none, contract with a group, own gunmen, bribes (C3)"),
        Column("protector", "int32", "index", -1, 1e6, "group of the contract; −1 none (C3, C4)"),
        Column("fee", "float64", "USD/kg", 0, 1e4, "fee agreed with the protector (C3)"),
        Column("gunmen", "float64", "persons", 0, 1e4, "own gunmen, hired ex-members included (C3)"),
        Column("gunmen_from", "int32", "week", -1, 7000, "week from which own gunmen are ready (C3)"),
        Column(
            "bribe_share", "float64", "share", 0, 1, "controls on the way that take the firm's bribe (C7)"
        ),
        Column("security_cost", "float64", "USD", 0, BIG, "gunmen's pay and bribes this week (C3, C7)"),
        Column(
            "shield",
            "float64",
            "ratio",
            LEAST,
            10,
            "risk of seizure under the firm's protection over the usual",
        ),
        Column("charged_share", "float64", "share", 0, 1, "chance that a load pays a toll (C3)", "route"),
        Column(
            "escorted_share", "float64", "share", 0, 1, "chance that a load goes under escort (C3)", "route"
        ),
        Column("fee_cost", "float64", "USD/kg", 0, 1e4, "tolls and escorts over all cargo (C1)", "route"),
        Column("full_fee", "float64", "USD/kg", 0, 1e4, "what a protector of every way would take", "route"),
    ),
)

SHIPMENTS = TableSpec(
    "shipments",
    "one load of cocaine hydrochloride under way; rows are never used twice",
    (
        Column("firm", "int32", "index", 0, 1e5, "owner"),
        Column("route", "int8", "index", 0, 4, "air, foot, road_callao, road_puno, river"),
        Column("load", "float32", "kg", 0, 1e5, "cocaine hydrochloride carried"),
        Column("progress", "float32", "share", 0, 1, "share of the way behind it"),
        Column("cell", "int32", "index", 0, 13432, "flat cell of the grid where it is, or was stopped"),
        Column("pace", "float32", "share/week", 0, 1, "share of the way covered in a week"),
        Column("seizure_chance", "float32", "share", 0, 1, "chance of being stopped in one week"),
        Column(
            "luck",
            "float32",
            "share",
            0,
            1,
            "draw that decides when it is stopped; what is left of it each week",
        ),
        Column("status", "int8", "code", 0, 2, "0 under way, 1 exported, 2 seized"),
        Column("protector", "int32", "index", -1, 1e6, "column whose toll or escort was paid; −1 none (C3)"),
        Column("escorted", "bool", "yes/no", 0, 1, "goes under escort or from a guarded strip (C3)"),
    ),
)

NO_PROTECTION, CONTRACT, OWN_GUNMEN, BRIBES = range(4)
"""What a firm relies on (C3)."""

TABLES = (GROWERS, COMMUNITIES, FIRMS, SHIPMENTS, MEMBERS, COLUMNS, GROUPS, UNITS, INCIDENTS)
"""Every population, in the order of the documentation."""

UNDER_WAY, EXPORTED, SEIZED = 0, 1, 2
"""Status of a shipment."""
