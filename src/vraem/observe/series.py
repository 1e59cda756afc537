"""The weekly series a run writes: name, unit and meaning, declared once, as data.

The recorder fills them in this order; tables, files, charts and documentation read their units and
meanings from here.
"""

from vraem.observe.organisation_series import DERIVED, NOTED
from vraem.observe.spec import SeriesSpec
from vraem.valley import ROUTES

__all__ = ["SERIES", "SERIES_NAMES", "SeriesSpec"]


def _per_route(stem: str, unit: str, meaning: str) -> list[SeriesSpec]:
    return [SeriesSpec(f"{stem}_{route}", unit, f"{meaning}, route {route}") for route in ROUTES]


SERIES: tuple[SeriesSpec, ...] = (
    SeriesSpec("coca_area", "ha", "coca in the valley, all ages"),
    SeriesSpec("coca_area_visible", "ha", "coca older than nine months, as satellites see it (P1)"),
    SeriesSpec("licit_area", "ha", "coffee and cacao of the households"),
    SeriesSpec("growers", "households", "households with coca"),
    SeriesSpec("planted", "ha", "coca planted this week, renewal of old plots included"),
    SeriesSpec("abandoned", "ha", "coca abandoned this week"),
    SeriesSpec("converted", "ha", "coca turned into licit crops this week"),
    SeriesSpec("eradicated", "ha", "coca destroyed by eradication this week"),
    SeriesSpec("leaf_grown", "kg", "dry leaf that ripened this week"),
    SeriesSpec("leaf_picked", "kg", "dry leaf picked this week"),
    SeriesSpec("leaf_unpicked", "kg", "dry leaf left on the field this week"),
    SeriesSpec("leaf_lost", "kg", "dry leaf lost after picking this week"),
    SeriesSpec("leaf_sold_legal", "kg", "dry leaf sold to the legal buyer this week"),
    SeriesSpec("leaf_sold_firms", "kg", "dry leaf sold to trafficking firms this week"),
    SeriesSpec("leaf_stock", "kg", "dry leaf in the firms' stores"),
    SeriesSpec("paste_made", "kg", "coca paste made this week"),
    SeriesSpec("paste_stock", "kg", "coca paste in the firms' stores"),
    SeriesSpec("hcl_made", "kg", "cocaine hydrochloride made this week"),
    SeriesSpec("hcl_stock", "kg", "cocaine hydrochloride in the firms' stores"),
    SeriesSpec("hcl_under_way", "kg", "cocaine hydrochloride in shipments under way"),
    *_per_route("hcl_shipped", "kg", "cocaine hydrochloride that set out this week"),
    *_per_route("hcl_exported", "kg", "cocaine hydrochloride that left the valley this week"),
    *_per_route("hcl_seized", "kg", "cocaine hydrochloride seized this week"),
    *_per_route("shadow_price", "USD/kg", "shadow price of capacity (C1)"),
    *_per_route("capacity", "kg/week", "capacity after drivers and events (C1)"),
    *_per_route("risk_belief", "share", "firms' mean perceived chance of losing a load (C2)"),
    SeriesSpec("leaf_price", "USD/kg", "price of dry leaf, mean over the leaf sold"),
    SeriesSpec("paste_price", "USD/kg", "price of coca paste"),
    SeriesSpec("hcl_price", "USD/kg", "price of cocaine hydrochloride in the valley (C6)"),
    SeriesSpec("border_price_index", "ratio", "external driver of the price X (C6)"),
    SeriesSpec("buyer_markdown", "share", "markdown of the leaf buyers m (C6)"),
    SeriesSpec("harvest_wage_index", "ratio", "piece wage of pickers over its base (A2, A9)"),
    SeriesSpec("pickers", "persons", "seasonal pickers in the valley (A9)"),
    SeriesSpec("price_expectation", "USD/kg", "growers' mean expected leaf price (A3)"),
    SeriesSpec("perceived_risk", "share/year", "growers' mean perceived yearly risk to a plot (A4)"),
    SeriesSpec("leaf_tax", "USD", "tax on leaf collected this week"),
    SeriesSpec("transit_fees", "USD", "fees on passing cargo collected this week"),
    SeriesSpec("leaf_income", "USD", "households' receipts from leaf this week, net of tax"),
    SeriesSpec("harvest_cost", "USD", "picking and drying costs of households this week"),
    SeriesSpec("licit_income", "USD", "households' net income from coffee and cacao this week"),
    SeriesSpec("logging_income", "USD", "households' income from illegal logging this week"),
    SeriesSpec("off_farm_income", "USD", "households' net income from other work this week"),
    SeriesSpec("export_revenue", "USD", "firms' revenue from loads that arrived this week"),
    SeriesSpec("firm_capital", "USD", "capital of all firms"),
    SeriesSpec("rest_area", "ha", "coca in the rest of Peru"),
    SeriesSpec("national_area", "ha", "visible coca in Peru, valley included"),
    SeriesSpec("valley_share", "share", "valley's share of the national area (P31)"),
    *NOTED,
    *DERIVED,
)
"""Every weekly series, in the order of the columns of `series.parquet`."""

SERIES_NAMES: tuple[str, ...] = tuple(spec.name for spec in SERIES)
