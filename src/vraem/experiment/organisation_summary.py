"""What a run says of the armed groups, as one JSON-able dictionary: years, income, removals, violence, end states."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vraem.experiment.yearly import Years
from vraem.observe import RunResult
from vraem.observe.anchor import HORIZONS
from vraem.observe.catalogue import CATALOGUE
from vraem.observe.end_states import DEFINITIONS
from vraem.observe.organisation import BY_PERSONS, END, OrganisationResult, moment
from vraem.observe.organisation_series import founding_group
from vraem.observe.splinters import splinters
from vraem.observe.thresholds import THRESHOLDS, VARIANTS
from vraem.processes.revenue import TAKEN
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import ACTORS

SOURCES = tuple(TAKEN)
"""Sources of the groups' income, in the order of the pages."""

STATES = ("members", "armed", "columns", "groups", "territory_lineage", "territory_other")
FLOWS = (
    *("recruits", "exits", "captured", "killed_group", "killed_state", "killed_civilians_state"),
    *(
        "killed_civilians_groups",
        "operations",
        "campaign_operations",
        "attacks",
        "clashes",
        "splits",
        "mergers",
    ),
    *("routine_removals", "campaign_removals"),
)
MEANS = ("charged_share", "command_link", "ideology", "pressure", "fear", "anger", "trust", "member_pay")


def organisation_summary(result: RunResult) -> dict[str, Any]:
    """The armed groups of a run.

    Returns
    -------
    dict
        `years`, a dictionary each: states at its end, flows summed, `income` by source; `leader`, who leads the
        founding group at the end, by role; `anchor` with dates, `baseline`, `dismantled` by definition,
        `horizons` with end state and measures, `labels` under other thresholds and by persons, `fates` by
        moment, `splinters` since the campaign began with what became of each, `violence` by perpetrator and
        victim, `counts` of the whole run, `outcomes` of the catalogue, `thresholds` and their hash. None or
        empty where there is nothing to measure from.

    """
    groups = result.organisation
    return {
        "years": _years(result),
        "leader": leader_role(groups),
        "anchor": _anchor(result),
        "baseline": None if groups.baseline is None else dict(groups.baseline.__dict__),
        "dismantled": _dismantled(result),
        "horizons": _horizons(result),
        "labels": {name: list(verdicts.end_states) for name, verdicts in groups.verdicts.items()},
        "fates": {name: dict(counts) for name, counts in groups.fates.as_counts().items()},
        "splinters": _splinters(result),
        "violence": _violence(groups),
        "counts": groups.journal.counts(0, max(groups.weeks - 1, 0)),
        "outcomes": _outcomes(groups),
        "thresholds": {
            "hash": groups.thresholds_hash,
            "moved_by": {name: table.hash for name, table in VARIANTS.items()},
            "table": [row._asdict() for row in THRESHOLDS.rows()],
        },
    }


def leader_role(groups: OrganisationResult) -> str:
    """Who leads the founding group at the end of the run, by the role that the person had when fates begin.

    That is the beginning of the campaign, or of the run if there is none to measure from.
    """
    if not groups.groups:
        return "nobody"
    founding = founding_group(groups.groups["founding"].astype(bool))
    if founding < 0 or groups.groups["ended"][founding] >= 0:
        return "no such group any more"
    leader, fates = int(groups.groups["leader"][founding]), groups.fates
    if leader < 0:
        return "nobody"
    when = "at the start" if groups.anchor is None else "when the campaign began"
    place = np.flatnonzero(fates.rows == leader)
    if not len(place):
        return f"somebody who was no member {when}"
    was = int(place[0])
    if fates.rank[was] == LEADER:
        return f"whoever led it {when}"
    if fates.heir[was]:
        return f"somebody who was an heir {when}"
    if fates.seat[was]:
        return f"somebody who sat on its committee {when}"
    return f"somebody who was a {'commander' if fates.rank[was] == COMMANDER else 'member'} {when}"


def _years(result: RunResult) -> list[dict[str, Any]]:
    years = Years.of(result.dates)
    columns: dict[str, NDArray[np.float64]] = {name: years.last(result[name]) for name in STATES}
    columns |= {name: years.total(result[name]) for name in FLOWS}
    columns |= {name: years.mean(result[name]) for name in MEANS}
    columns["leader_present"] = years.mean(result["leader_present"])
    income = {source: years.total(result[name]) for source, name in TAKEN.items()}
    return [
        {
            "year": int(year),
            "complete": bool(years.complete[place]),
            **{name: float(values[place]) for name, values in columns.items()},
            "income": {source: float(values[place]) for source, values in income.items()},
        }
        for place, year in enumerate(years.numbers)
    ]


def _anchor(result: RunResult) -> dict[str, Any] | None:
    anchor = result.organisation.anchor
    if anchor is None:
        return None
    return {
        "start": _day(result, anchor.start),
        "end": _day(result, anchor.end),
        "source": anchor.source,
        "weak_start": result.organisation.weak_start,
    }


def _dismantled(result: RunResult) -> dict[str, Any]:
    groups = result.organisation
    if "default" not in groups.verdicts:
        return {}
    weeks = groups.verdicts["default"].dismantling.weeks
    return {
        name: {
            "dismantled": groups.dismantled(name),
            "since": _day(result, weeks[name]) if weeks[name] >= 0 else None,
        }
        for name in DEFINITIONS
    }


def _horizons(result: RunResult) -> list[dict[str, Any]]:
    groups = result.organisation
    if groups.anchor is None or groups.measures is None:
        return []
    by_persons = groups.verdicts.get(BY_PERSONS)
    return [
        {
            "months": months,
            "date": _day(result, week),
            "end_state": groups.end_states[place],
            "end_state_by_persons": by_persons.end_states[place] if by_persons else None,
            "fragmented": bool(groups.verdicts["default"].fragmented[place]),
            **{name: float(values[place]) for name, values in groups.measures.__dict__.items()},
            "fates": groups.fates.as_counts().get(moment(months)),
        }
        for place, (months, week) in enumerate(zip(HORIZONS, groups.anchor.horizons, strict=True))
        if groups.end_states[place] is not None
    ]


def _splinters(result: RunResult) -> list[dict[str, Any]]:
    """Each splinter since the campaign began: when it formed, how large, how long it stood alone, what it became."""
    groups = result.organisation
    found = splinters(groups)
    if found is None or groups.anchor is None:
        return []
    return [
        {
            "formed": _day(result, groups.anchor.start + each.formed),
            "armed": each.armed,
            "years_alone": each.lived / WEEKS_A_YEAR,
            "became": each.became,
        }
        for each in found
    ]


def _violence(groups: OrganisationResult) -> list[dict[str, Any]]:
    """Events and deaths of the whole run, one row a pair of perpetrator and victim that occurs."""
    if not groups.weeks:
        return []
    seen = groups.violence(0, groups.weeks - 1)
    return [
        {
            "by": by,
            "victim": victim,
            "events": float(seen.events[row, column]),
            "deaths": float(seen.deaths[row, column]),
            "events_per_100000_person_months": float(seen.rate[row, column]),
        }
        for row, by in enumerate(ACTORS)
        for column, victim in enumerate(ACTORS)
        if seen.events[row, column] or seen.deaths[row, column]
    ]


def _outcomes(groups: OrganisationResult) -> dict[str, Any]:
    """Every outcome of the catalogue that the run can tell, by the name of its column."""
    found: dict[str, Any] = {}
    for quantity in CATALOGUE:
        for months in HORIZONS if quantity.per_horizon else (None,):
            value = quantity.value(groups, months)
            if value is not None:
                found[quantity.column(months)] = value
    return found


def _day(result: RunResult, week: int) -> str:
    """The Monday of a week, also beyond the run."""
    return str(result.dates[0] + np.timedelta64(7 * week, "D"))


__all__ = ["END", "SOURCES", "leader_role", "organisation_summary"]
