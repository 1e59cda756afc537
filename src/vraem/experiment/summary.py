"""The summary of a run: one JSON-able dictionary that tables, pages and patterns read."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vraem.experiment import observed
from vraem.experiment.organisation_summary import organisation_summary
from vraem.experiment.yearly import (
    KG_PER_TONNE,
    Years,
    callao_share,
    share,
    yearly_route_shares,
    yearly_seized_share,
)
from vraem.observe import INCOME_QUANTILES, INCOME_SOURCES, SERIES, RunResult
from vraem.valley import ROUTES

INCOME_GROUPS = ("may_grow_coca", "never_grow_coca")
"""Keys of the two groups of households, in the order of the group axis of a snapshot."""

PRODUCTS = ("leaf", "paste", "hcl")


def summarise(result: RunResult) -> dict[str, Any]:
    """What happened in `result`, by year and at the end, beside what was observed.

    Returns
    -------
    dict
        `run` (scenario, seed, dates, weeks, households); `years`, one dictionary a year, with `complete`
        false where the run holds only a part of it; `surveys`, how the area meets the surveys (P1); `prices`,
        one dictionary a reported price with the model's mean over the same period; `organisation`, the armed groups
        (`organisation_summary`); `final`, the last value of every series; `units` of the series. A value that does
        not exist is None.

    """
    years = Years.of(result.dates)
    rows = _yearly_rows(result, years)
    return _plain(
        {
            "run": _run(result),
            "years": rows,
            "surveys": _surveys(rows),
            "prices": _reported_prices(result),
            "organisation": organisation_summary(result),
            "final": {name: float(values[-1]) for name, values in result.series.items()},
            "units": {spec.name: spec.unit for spec in SERIES},
            "balance": dict(result.balance),
        }
    )


def _run(result: RunResult) -> dict[str, Any]:
    scenario = result.scenario
    return {
        "scenario": scenario.name,
        "description": scenario.description,
        "question": scenario.question,
        "scenario_id": scenario.id,
        "seed": result.seed,
        "start": str(result.dates[0]),
        "end": str(result.dates[-1]),
        "weeks": len(result.dates),
        "households": scenario.run.households,
    }


def _yearly_rows(result: RunResult, years: Years) -> list[dict[str, Any]]:
    surveys, national = observed.coca_area(), observed.valley_share()
    columns = _yearly_columns(result, years)
    routes = yearly_route_shares(result, years)
    callao = callao_share(routes)
    incomes = _incomes(result)
    rows = []
    for place, year in enumerate(years.numbers):
        row: dict[str, Any] = {"year": int(year), "complete": bool(years.complete[place])}
        row |= {name: float(column[place]) for name, column in columns.items()}
        row["area_surveyed_ha"] = surveys[year].value if year in surveys and row["complete"] else None
        row["area_over_survey"] = (
            row["area_ha"] / row["area_surveyed_ha"] - 1.0 if row["area_surveyed_ha"] else None
        )
        row["valley_share_surveyed"] = national.get(year) if row["complete"] else None
        row["route_shares"] = {route: float(routes[index, place]) for index, route in enumerate(ROUTES)}
        row["callao_share"] = float(callao[place])
        row["income"] = incomes.get(int(year))
        rows.append(row)
    return rows


def _yearly_columns(result: RunResult, years: Years) -> dict[str, NDArray[np.float64]]:
    """Columns (k,) of plain yearly numbers: stocks at the end of the year, flows summed, prices averaged."""
    grown = years.total(result["leaf_grown"])
    made = years.total(result["hcl_made"])
    exported = sum(years.total(result[f"hcl_exported_{route}"]) for route in ROUTES)
    return {
        "area_ha": years.last(result["coca_area_visible"]),
        "growers": years.last(result["growers"]),
        "valley_share": years.last(result["valley_share"]),
        "planted_ha": years.total(result["planted"]),
        "abandoned_ha": years.total(result["abandoned"]),
        "eradicated_ha": years.total(result["eradicated"]),
        **{f"{product}_price": years.mean(result[f"{product}_price"]) for product in PRODUCTS},
        "leaf_grown_t": grown / KG_PER_TONNE,
        "leaf_per_ha_t": grown / KG_PER_TONNE / years.mean(result["coca_area_visible"]),
        "unpicked_share": share(years.total(result["leaf_unpicked"]), grown),
        "hcl_made_t": made / KG_PER_TONNE,
        "hcl_exported_t": np.asarray(exported) / KG_PER_TONNE,
        "seized_share": yearly_seized_share(result, years),
    }


def _incomes(result: RunResult) -> dict[int, dict[str, Any]]:
    """Household incomes (USD a year) by year and group, from the snapshots of full years."""
    snapshots = result.snapshots
    calendar = snapshots.dates.astype("datetime64[Y]").astype(int) + 1970
    incomes: dict[int, dict[str, Any]] = {}
    for place, year in enumerate(calendar):
        groups = {}
        for index, group in enumerate(INCOME_GROUPS):
            quantiles = snapshots.income_quantiles[place, index]
            sources = snapshots.income_by_source[place, index]
            groups[group] = {
                "quantiles": {
                    f"{quantile:g}": float(value)
                    for quantile, value in zip(INCOME_QUANTILES, quantiles, strict=True)
                },
                "mean": float(sources.sum()),
                "by_source": {
                    source: float(value) for source, value in zip(INCOME_SOURCES, sources, strict=True)
                },
            }
        incomes[int(year)] = groups
    return incomes


def _surveys(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many surveys the area meets within the tolerance of P1, and the year in which it is furthest."""
    met = [row for row in rows if row["area_over_survey"] is not None]
    if not met:
        return {
            "count": 0,
            "within": 0,
            "tolerance": observed.AREA_TOLERANCE,
            "worst_year": None,
            "worst": None,
        }
    worst = max(met, key=lambda row: abs(row["area_over_survey"]))
    return {
        "count": len(met),
        "within": sum(abs(row["area_over_survey"]) <= observed.AREA_TOLERANCE for row in met),
        "tolerance": observed.AREA_TOLERANCE,
        "worst_year": worst["year"],
        "worst": worst["area_over_survey"],
    }


def _reported_prices(result: RunResult) -> list[dict[str, Any]]:
    """Each reported price whose whole period the run holds, with the model's mean over that period."""
    rows = []
    first, end = result.dates[0], result.dates[-1] + np.timedelta64(7, "D")
    for product in PRODUCTS:
        for seen in observed.prices(product):
            # A year counts as held if the run opens with its first Monday.
            inside = result.between(str(seen.start), str(seen.end))
            covered = (
                first - np.timedelta64(6, "D") <= np.datetime64(seen.start) and np.datetime64(seen.end) <= end
            )
            if covered and inside.any():
                rows.append(
                    {
                        "product": product,
                        "place": seen.place,
                        "from": seen.start.isoformat(),
                        "to": seen.end.isoformat(),
                        "reported": seen.value,
                        "low": seen.low,
                        "high": seen.high,
                        "model": float(result[f"{product}_price"][inside].mean()),
                    }
                )
    return rows


def _plain(value: Any) -> Any:
    """The same with None for every number that JSON does not know."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
