"""Patterns of the armed group that a run of history without any campaign can be held against.

docs/calibration.md: P11, P12, P13, P23 and P26. Observed values: `facts/organisation.csv`. What is
rare is counted over the whole path: a count of a few events says little of a rate, so a rate passes if it lies within
the interval that chance leaves around the observed one.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.pattern import Measure, Pattern, year_span
from vraem.observe import RunResult
from vraem.observe.journal import Journal
from vraem.observe.organisation_series import founding_group
from vraem.processes.revenue import COCA_SERIES
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_YEAR
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import LINEAGE_GROUP, REMOVAL, STATE

STRENGTH_YEARS = range(2013, 2024)
"""Years over which strength must stay in its range: the ten before the campaign and the one in which it begins."""
MEMBERS, ARMED = (300.0, 500.0), (80.0, 150.0)
DRIFT = 0.25
"""Change from the first to the last three years that still counts as none: half the width of the range of members."""
DRIFT_YEARS = 3
FACTOR = 2.0
"""P12 holds from half to twice the observed value."""
INCOME, FEE, CHARGED = 75_000.0, 5.0, 0.30
"""`income_drugs_per_month` (2006-12), `fee_transit` (2013), `share_of_flow_charged` (2013)."""
INCOME_YEAR, FEE_YEAR = 2012, 2013
COMMANDERS_A_YEAR = (0.6, 1.2)
"""About one a year among twelve: `commander_loss_hazard` of .05 to .10 in the table of targets."""
LEADERS_A_YEAR = 0.12
"""Upper end of the interval (95 %) of none from 1999 to 2023."""
REMOVED_A_YEAR = (8.0, 14.0)
"""`removed_total_per_year`, 2020-23: 44 persons in four years."""
RELAPSE = (0.10, 0.25)
DESERTIONS_A_YEAR = 1.0 / 3.0


def strength(run: RunResult, years: Iterable[int] = STRENGTH_YEARS) -> list[Measure]:
    """P11: members and armed of the lineage, mean of each year; and no trend (stationary without a campaign).

    What was observed is the one group and those who left it: groups that came in from outside are not counted.
    """
    counted = tuple(years)
    found: list[Measure] = []
    for name, (low, high), seen in (("members", MEMBERS, "250-450"), ("armed", ARMED, "60-150")):
        persons = of_lineage(run, name)
        by_year = [float(persons[run.between(*year_span(year))].mean()) for year in counted]
        found += [
            Measure(f"{name} {year}", value, low, high, "persons", seen)
            for year, value in zip(counted, by_year, strict=True)
        ]
        first, last = np.mean(by_year[:DRIFT_YEARS]), np.mean(by_year[-DRIFT_YEARS:])
        drift = float(last / first) - 1.0 if first > 0.0 else float("nan")
        found.append(Measure(f"{name}, last 3 years over first 3", drift, -DRIFT, DRIFT, "change", "stable"))
    return found


def of_lineage(run: RunResult, name: str) -> NDArray[np.float64]:
    """Persons (`members` or `armed`) of all groups of the lineage in each week (weeks,)."""
    weekly = run.organisation.group_weeks
    persons: NDArray[np.float64] = (weekly[name] * weekly["lineage"]).sum(axis=0, dtype=np.float64)
    return persons


def income(run: RunResult) -> list[Measure]:
    """P12: income a month about 2012, transit fee and share of the flow that pays it in 2013."""
    year, later = year_span(INCOME_YEAR), year_span(FEE_YEAR)
    drugs = sum(run.mean(name, *year) for name in COCA_SERIES)
    whole = run.mean("group_income", *year)
    charged = run["charged_kg"][run.between(*later)].sum()
    shipped = sum(series[run.between(*later)].sum() for series in _shipped(run))
    fees = run["group_fees"][run.between(*later)].sum()
    return [
        _within_factor(f"income from drugs {INCOME_YEAR}", drugs * WEEKS_A_MONTH, INCOME, "USD/month"),
        _within_factor(f"income in all {INCOME_YEAR}", whole * WEEKS_A_MONTH, INCOME, "USD/month"),
        _within_factor(f"transit fee {FEE_YEAR}", _over(fees, charged), FEE, "USD/kg"),
        _within_factor(f"share of the flow {FEE_YEAR}", _over(charged, shipped), CHARGED, "share"),
    ]


def _shipped(run: RunResult) -> list[np.ndarray]:
    return [values for name, values in run.series.items() if name.startswith("hcl_shipped_")]


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0.0 else float("nan")


def _within_factor(name: str, value: float, seen: float, unit: str) -> Measure:
    return Measure(name, value, seen / FACTOR, seen * FACTOR, unit, f"{seen:,.6g}".replace(",", "\u202f"))


def state_removals(run: RunResult) -> list[Measure]:
    """P13: commanders, the leader and members in all whom the state captured or killed, a year, over the whole path.

    The leader is that of the founding group, as the observed one is: what splits off brings leaders of its own.
    """
    years, journal = years_of(run), run.organisation.journal
    commanders = removed_by_state(journal, COMMANDER)
    founding = founding_group(run.organisation.groups["founding"])
    leaders = int((taken_by_state(journal, LEADER) & (journal["group"] == founding)).sum())
    everybody = removed_by_state(journal)
    return [
        Measure("commanders lost", commanders / years, *COMMANDERS_A_YEAR, "a year", "about 1"),
        Measure("leader lost", leaders / years, 0.0, LEADERS_A_YEAR, "a year", "none 1999-2023"),
        Measure("removed in all", everybody / years, *REMOVED_A_YEAR, "a year", "11 (2020-23)"),
    ]


def removed_by_state(journal: Journal, rank: int | None = None) -> int:
    """Members of the lineage captured or killed by the state, of one rank if given."""
    return int(taken_by_state(journal, rank).sum())


def taken_by_state(journal: Journal, rank: int | None = None) -> NDArray[np.bool_]:
    """Which incidents (n,) are the capture or death of a member of the lineage by the state, of one rank if given."""
    mask: NDArray[np.bool_] = journal.of_kind(REMOVAL) & (journal["by"] == STATE)
    mask &= journal["victim"] == LINEAGE_GROUP
    if rank is not None:
        mask &= journal["other"] == rank
    return mask


def years_of(run: RunResult) -> float:
    """Length of a run in years."""
    return len(run.dates) / WEEKS_A_YEAR


def relapse(run: RunResult) -> list[Measure]:
    """P23: share of those who quit or surrendered who came back, over the whole path."""
    result = run.organisation
    share = _over(result.returned, result.ever_left)
    return [Measure("came back", share, *RELAPSE, "share", "0.10-0.25 elsewhere")]


def desertions(run: RunResult) -> list[Measure]:
    """P26: desertions of five to fifteen members of one column at once, a year, over the whole path."""
    counted = run.organisation.journal.counts(0, len(run.dates))["desertions"]
    rate = counted / years_of(run)
    return [Measure("group desertions", rate, 0.0, DESERTIONS_A_YEAR, "a year", "1 in 2012-23")]


GROUP_PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "P11",
        "Strength without a campaign",
        "300-500 members, 80-150 armed",
        "each year 2013-23, no trend",
        lambda arms: strength(arms.history),
    ),
    Pattern(
        "P12",
        "The group's income and fees",
        "75 000 USD a month, 5 USD/kg, 30 % of the flow",
        "x ½ to x 2",
        lambda arms: income(arms.history),
    ),
    Pattern(
        "P13",
        "Losses to the state",
        "1 commander a year, leader at most .12",
        ".6-1.2, .12, 8-14 in all",
        lambda arms: state_removals(arms.history),
        pooled=True,
    ),
    Pattern("P23", "Demobilised who relapse", "10-25 %", "inside", lambda arms: relapse(arms.history)),
    Pattern(
        "P26",
        "Group desertions are rare",
        "at most 1 in 3 years",
        "inside",
        lambda arms: desertions(arms.history),
        pooled=True,
    ),
)
"""Every pattern of the group that needs one run of history alone, in order."""
