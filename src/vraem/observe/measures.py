"""Measures at the horizons after the campaign, against the year before it (docs/reference/outcomes.md).

Baselines are means of the 52 weeks before the campaign, every measure at a horizon is the mean of the 13 weeks that
end there: shares of money and of effort are sums over sums, counts and shares of persons are means of weekly values.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.observe.anchor import Anchor
from vraem.observe.thresholds import THRESHOLDS, Thresholds
from vraem.observe.weekly import WeeklyMeasures, over

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """Means of the year before the campaign.

    `armed` LA0 (persons), `hired` LF0 (persons), `revenue` lineage revenue over the potential, `links` CLI0,
    `profit` Π0, `groups` N0, `members` of all groups; `weeks` of which they are the means. `start_strength`: members
    in the last week before the campaign over those of the first week of the run.
    """

    armed: float
    hired: float
    revenue: float
    links: float
    profit: float
    groups: float
    members: float
    start_strength: float
    weeks: int


def is_weak(
    armed: Values | float,
    hired: Values | float,
    start_strength: Values | float,
    thresholds: Thresholds = THRESHOLDS,
) -> NDArray[np.bool_]:
    """Whether a group was weak before the campaign: what is found later is then no outcome of it. By run, any shape.

    It had lost much of its first strength, or firms paid so large a part of its armed that it would be called
    *absorbed* (all of them, if nobody is left outside). `armed` and `hired` are LA0 and LF0.
    """
    outside, paid = np.asarray(armed, dtype=np.float64), np.asarray(hired, dtype=np.float64)
    absorbed = paid >= thresholds.absorbed * (outside + paid)
    weak: NDArray[np.bool_] = absorbed | (np.asarray(start_strength) < thresholds.weak_start)
    return weak


@dataclass(frozen=True)
class HorizonMeasures:
    """Measures at the horizons, (horizons,) float64; not a number where the run does not reach.

    `la`, `lf`: armed lineage and lineage in the pay of firms over LA0. `la_now`, `la_low`: running mean of LA over
    LA0 at the horizon, and its lowest value since the campaign began. `s1` largest lineage group's share of LA.
    `absorbed` ABS, `rev` REV, `vac` VAC, `collected` revenue of all groups over the potential, `links` CLI over CLI0,
    `pi` Π and `delta_pi`. `n`, `n_all` independent groups of the lineage and of all; `n_eff` and so on their
    effective number by members, revenue, territory, and by members of all independent groups.
    """

    la: Values
    lf: Values
    la_now: Values
    la_low: Values
    s1: Values
    absorbed: Values
    rev: Values
    vac: Values
    collected: Values
    links: Values
    pi: Values
    delta_pi: Values
    n: Values
    n_all: Values
    n_eff: Values
    n_eff_revenue: Values
    n_eff_territory: Values
    n_eff_all: Values


@dataclass(frozen=True)
class Counted:
    """Weekly series (weeks,) beside the measures: `hired` lineage persons armed when they left and now paid by a firm,

    `potential` protection revenue (USD), `members` of all groups.
    """

    hired: Values
    potential: Values
    members: Values


def baseline_of(
    weekly: WeeklyMeasures, counted: Counted, anchor: Anchor, thresholds: Thresholds = THRESHOLDS
) -> Baseline:
    """Means of the weeks before the campaign, as many of 52 as the run has."""
    first = max(anchor.start - thresholds.baseline_weeks, 0)
    year = slice(first, anchor.start)
    began = float(counted.members[0])
    return Baseline(
        armed=float(weekly.armed_lineage[year].mean()),
        hired=float((counted.hired + weekly.in_service)[year].mean()),
        revenue=_ratio(weekly.revenue_lineage[year].sum(), counted.potential[year].sum()),
        links=float(weekly.links[year].mean()),
        profit=profit_orientation(weekly, year),
        groups=float(weekly.independent[year].mean()),
        members=float(counted.members[year].mean()),
        start_strength=float(counted.members[anchor.start - 1]) / began if began > 0.0 else np.nan,
        weeks=anchor.start - first,
    )


def horizon_measures(
    weekly: WeeklyMeasures,
    counted: Counted,
    anchor: Anchor,
    baseline: Baseline,
    thresholds: Thresholds = THRESHOLDS,
) -> HorizonMeasures:
    """Every measure at every horizon."""
    weeks = len(counted.members)
    rows = [
        _at(weekly, counted, anchor, baseline, thresholds, week) if week < weeks else None
        for week in anchor.horizons
    ]
    names = HorizonMeasures.__dataclass_fields__
    return HorizonMeasures(
        **{name: np.array([np.nan if row is None else row[name] for row in rows]) for name in names}
    )


def _at(
    weekly: WeeklyMeasures,
    counted: Counted,
    anchor: Anchor,
    baseline: Baseline,
    thresholds: Thresholds,
    week: int,
) -> dict[str, float]:
    """Measures of the 13 weeks that end with `week`."""
    span = slice(week - thresholds.horizon_weeks + 1, week + 1)

    def mean(values: Values) -> float:
        return float(values[span].mean())

    def total(values: Values) -> float:
        return float(values[span].sum())

    armed = weekly.armed_lineage
    hired = counted.hired + weekly.in_service
    running = running_mean(armed, thresholds.strength_window)[anchor.start : week + 1]
    revenue, others, potential = (
        total(values) for values in (weekly.revenue_lineage, weekly.revenue_other, counted.potential)
    )
    collected = _ratio(revenue + others, potential)
    pi = profit_orientation(weekly, span)
    return {
        "la": _ratio(mean(armed), baseline.armed),
        "lf": _ratio(mean(hired), baseline.armed),
        "la_now": _ratio(running[-1], baseline.armed),
        "la_low": _ratio(running.min(), baseline.armed),
        "s1": mean(weekly.largest_share),
        "absorbed": mean(over(hired, armed + hired)),
        "rev": _ratio(_ratio(revenue, potential), baseline.revenue),
        "vac": _ratio(others, revenue + others) if collected >= thresholds.collected_min else 0.0,
        "collected": collected,
        "links": _ratio(mean(weekly.links), baseline.links),
        "pi": pi,
        "delta_pi": pi - baseline.profit,
        "n": mean(weekly.independent),
        "n_all": mean(weekly.independent_all),
        "n_eff": mean(weekly.effective_members),
        "n_eff_revenue": mean(weekly.effective_revenue),
        "n_eff_territory": mean(weekly.effective_territory),
        "n_eff_all": mean(weekly.effective_all),
    }


def profit_orientation(weekly: WeeklyMeasures, span: slice) -> float:
    """Π over some weeks: 1 − effort on politics and on attacks not tied to cargo; not a number without anybody."""
    persons = float(weekly.effort[span].sum())
    if persons <= 0.0:
        return np.nan
    return 1.0 - float((weekly.political + weekly.attacking)[span].sum()) / persons


def running_mean(values: Values, weeks: int) -> Values:
    """Mean of the last `weeks` values (weeks,), of fewer at the beginning."""
    total = np.cumsum(values, dtype=np.float64)
    total[weeks:] = total[weeks:] - total[:-weeks]
    return total / np.minimum(np.arange(1, len(values) + 1), weeks)


def _ratio(part: float, whole: float) -> float:
    """`part` over `whole`: 0 of nothing is 0, something of nothing is without bound."""
    if whole > 0.0:
        return float(part / whole)
    return 0.0 if part <= 0.0 else np.inf
