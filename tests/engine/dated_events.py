"""An event of every kind that a scenario may hold, without its dates."""

from typing import Any

from vraem.valley import facts_columns

DISTRICTS = facts_columns("districts")
COCA_DISTRICTS = [str(name) for name in DISTRICTS["district"][DISTRICTS["coca_role"] == "main"]]
ECONOMIC: dict[str, dict[str, Any]] = {
    "eradication": {"hectares": 800.0},
    "announcement": {"risk": 0.6},
    "price_shock": {"factor": 0.5},
    "route_capacity": {"route": "all", "factor": 0.3},
    "route_risk": {"route": "all", "factor": 20.0},
    "route_cost": {"route": "foot", "factor": 3.0},
    "alternative_development": {"districts": COCA_DISTRICTS, "share": 1.0},
}
"""Those of the economy, strong enough to show in the series."""
EVENTS: dict[str, dict[str, Any]] = {
    **ECONOMIC,
    "removal": {"role": "leader"},
    "presence": {"districts": COCA_DISTRICTS[:1], "patrols": 1},
    "amnesty": {},
    "rewards": {"factor": 10.0, "paid": 0.9},
}
