"""Made-up runs with known series and journals, for tests of the patterns of the armed group."""

from types import SimpleNamespace

import numpy as np

from vraem.analysis.campaign_patterns import (
    ACT,
)
from vraem.analysis.pattern import Measure
from vraem.observe import SERIES_NAMES, RunResult, Snapshots
from vraem.observe.journal import Journal
from vraem.observe.organisation import OrganisationResult
from vraem.valley import ROUTES
from vraem.world.organisation_tables import FIGHTER
from vraem.world.security_tables import (
    LINEAGE_GROUP,
    REMOVAL,
    STATE,
)

DATES = np.arange(np.datetime64("2012-01-02"), np.datetime64("2026-08-31"), np.timedelta64(7, "D"))
TO_2023 = int(DATES.searchsorted(np.datetime64("2024-01-01")))
PLACE = 20
YEARS = TO_2023 / 52.1775
START = int(DATES.searchsorted(np.datetime64(ACT)))


def made(
    *incidents: dict[str, int],
    weeks: int = TO_2023,
    series: dict[str, float | np.ndarray] | None = None,
    outsiders: float = 0.0,
    **of_group,
) -> RunResult:
    """A run of some weeks with usual values of the series, and a journal of `incidents`.

    `outsiders` are the members, all armed, of a second group that came in from outside.
    """
    usual = {"members": 380.0, "armed": 120.0, "group_fees": 9_000.0, "group_escorts": 5_000.0}
    usual |= {"group_leaf_tax": 3_000.0, "group_income": 18_000.0, "charged_kg": 1_800.0}
    usual |= {f"hcl_shipped_{route}": 1_200.0 for route in ROUTES}
    usual |= {"leaf_price": 4.0, "leaf_sold_firms": 1e6, "leaf_sold_legal": 0.0}
    usual |= {"recruits": 0.7, "bond": 0.5, "command_link": 0.6}
    values = {name: np.zeros(weeks) for name in SERIES_NAMES}
    for name, value in (usual | (series or {})).items():
        values[name] = np.broadcast_to(np.asarray(value, dtype=float), weeks).copy()
    empty = Journal.empty()
    columns = {
        name: np.array([incident.get(name, -1) for incident in incidents]) if incidents else empty[name]
        for name in empty.columns
    }
    groups = {"founding": np.array([True, False])}
    persons = {name: np.stack([values[name], np.full(weeks, outsiders)]) for name in ("members", "armed")}
    lineage = np.stack([np.ones(weeks, dtype=bool), np.zeros(weeks, dtype=bool)])
    organisation = OrganisationResult(
        weeks=weeks,
        groups=groups,
        journal=Journal(columns),
        group_weeks={**persons, "lineage": lineage},
        **of_group,
    )
    none = np.zeros(0)
    return RunResult(
        scenario=SimpleNamespace(),
        seed=1,
        dates=DATES[:weeks],
        series=values,
        snapshots=Snapshots(none, none, none, none, none),
        seconds=0.0,
        organisation=organisation,
    )


def incident(kind: int, week: int, *, by: int = LINEAGE_GROUP, **others: int) -> dict[str, int]:
    return {"kind": kind, "week": week, "by": by, "victim": STATE, "persons": 1, "community": PLACE, **others}


def loss(week: int, rank: int = FIGHTER) -> dict[str, int]:
    return incident(REMOVAL, week, by=STATE, victim=LINEAGE_GROUP, other=rank, group=0)


def passed(measures: list[Measure]) -> bool:
    return all(measure.passed for measure in measures)


def failed(measures: list[Measure]) -> list[str]:
    return [measure.name for measure in measures if not measure.passed]
