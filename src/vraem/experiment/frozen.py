"""An experiment as a file that needs no other: what a folder of results keeps of its input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vraem.experiment.file_schema import ADDED_TABLES, SHARED_TABLES
from vraem.scenario.toml_text import toml_text

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment, Factor, Outcome, Replicates
    from vraem.scenario import Scenario

_MERGED = tuple(table for table in SHARED_TABLES if table not in ADDED_TABLES)


def frozen_text(experiment: Experiment) -> str:
    """TOML text that loads to an equal experiment, whatever the defaults and the scenarios become.

    Every value is written out: what all arms share once, then what each arm has beside it.
    """
    bodies = [_body(scenario) for _, scenario in experiment.arms]
    shared = _shared(bodies)
    document: dict[str, Any] = {
        "name": experiment.name,
        "description": experiment.description,
        "question": experiment.question,
        "series": experiment.series,
        "time_limit": experiment.time_limit,
        **shared,
        "arm": [
            {"name": name, "description": scenario.description, **_beside(shared, body)}
            for (name, scenario), body in zip(experiment.arms, bodies, strict=True)
        ],
        "factor": [_factor(factor) for factor in experiment.factors],
        "design": _design(experiment),
        "replicates": _replicates(experiment.replicates),
        "horizon": {name: {"start": start, "end": end} for name, start, end in experiment.horizons},
        "outcome": [_outcome(outcome) for outcome in experiment.outcomes],
        "rules": dict(experiment.rules),
    }
    return toml_text(_said(document))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    if outcome.measure is None:
        keys = ("name", "series", "statistic", "start", "end")
        return _said({key: getattr(outcome, key) for key in keys})
    months = [] if outcome.months is None else [outcome.months]
    name = outcome.name if outcome.months is None else outcome.name.removesuffix(f"_{outcome.months}")
    return _said({"name": name, "measure": outcome.measure, "horizon_months": months})


def _body(scenario: Scenario) -> dict[str, Any]:
    document = scenario.as_document(portable=True)
    body = {table: document[table] for table in (*_MERGED, *ADDED_TABLES)}
    body["run"] = {key: value for key, value in body["run"].items() if key != "seed"}
    return body


def _shared(bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """Values that are the same in all arms; rows of drivers only if all are, since rows are added."""
    first = bodies[0]
    shared: dict[str, Any] = {
        table: {
            key: value
            for key, value in first[table].items()
            if all(body[table].get(key) == value for body in bodies)
        }
        for table in _MERGED
    }
    for table in ADDED_TABLES:
        shared[table] = first[table] if all(body[table] == first[table] for body in bodies) else []
    return shared


def _beside(shared: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {
        table: {key: value for key, value in body[table].items() if key not in shared[table]}
        for table in _MERGED
    }
    own |= {table: [] if shared[table] else body[table] for table in ADDED_TABLES}
    return _said(own)


def _factor(factor: Factor) -> dict[str, Any]:
    table, _, name = factor.key.partition(".")
    kind = {"parameters": "parameter", "switches": "switch"}.get(table)
    said: dict[str, Any] = {kind or "key": name if kind else factor.key}
    if factor.values:
        return {**said, "values": list(factor.values)}
    said |= {"low": factor.low, "high": factor.high, "prior": factor.prior, "mode": factor.mode}
    return _said(said)


def _design(experiment: Experiment) -> dict[str, Any]:
    design = experiment.design
    if not experiment.factors:
        return {}
    numbers = {"samples": design.samples or None, "levels": design.levels or None}
    return _said({"kind": design.kind, **numbers, "seed": design.seed, "matched": design.matched or None})


def _replicates(rule: Replicates) -> dict[str, Any]:
    said: dict[str, Any] = {"count": rule.count, "seed": rule.seed, "common": rule.common}
    if rule.adaptive:
        keys = ("outcome", "against", "half_width", "half_width_share", "level", "step", "at_most")
        said["until"] = _said({key: getattr(rule, key) for key in keys})
    return said


def _said(table: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is None or empty: TOML has no null, and an empty table says nothing."""
    return {key: value for key, value in table.items() if value is not None and value not in ({}, [], ())}
