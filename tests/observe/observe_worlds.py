"""Planted logbooks with known weeks, and the text of short scenarios, for tests of what is measured."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vraem.observe.logbook import COLUMN_FIELDS, GROUP_FIELDS, Weekly
from vraem.observe.measures import HorizonMeasures

WEEKS = 120
HEAD = """
extends = "history"
name = "short"
description = "A campaign of half a year in the second year"
[run]
end = 2015-03-30
households = 400
"""
CAMPAIGN = """
[[campaign]]
targets = ["leader", "committee"]
start = 2013-06-03
end = 2013-11-25
operations_per_month = 12
intelligence = 1.0
"""


def columns(rows: int = 1, weeks: int = WEEKS, **fields: Any) -> Weekly:
    """Columns that live, of group 0, without anything else unless `fields` say so (rows, or rows x weeks)."""
    made = {name: np.zeros((rows, weeks)) for name in COLUMN_FIELDS}
    made["living"][:] = 1.0
    return _filled(made, rows, fields)


def groups(rows: int = 1, weeks: int = WEEKS, **fields: Any) -> Weekly:
    """Groups that live, of the lineage, allied to nobody unless `fields` say so."""
    made = {name: np.zeros((rows, weeks)) for name in GROUP_FIELDS}
    made["living"][:] = made["lineage_share"][:] = 1.0
    made["allied"][:] = -1.0
    return _filled(made, rows, fields)


def _filled(made: Weekly, rows: int, fields: dict[str, Any]) -> Weekly:
    for name, values in fields.items():
        given = np.asarray(values, dtype=float)
        made[name][:] = given[:, None] if given.ndim == 1 and len(given) == rows else given
    return made


def founding(rows: int = 1) -> NDArray[np.bool_]:
    """Only the first group stood at the start."""
    return np.arange(rows) == 0


def horizon(**values: float) -> HorizonMeasures:
    """Measures at one horizon: a single group as strong as before, unless `values` say otherwise."""
    ones = ("la", "la_now", "la_low", "s1", "rev", "links", "n", "n_all")
    ones += ("n_eff", "n_eff_revenue", "n_eff_territory", "n_eff_all")
    usual = dict.fromkeys(ones, 1.0) | dict.fromkeys(("lf", "absorbed", "vac", "delta_pi"), 0.0)
    usual |= {"collected": 0.3, "pi": 0.8}
    return HorizonMeasures(**{name: np.array([value]) for name, value in (usual | values).items()})
