"""Weekly measures of the armed groups, from the logbook: strength, independence, command, orientation, revenue.

docs/reference/outcomes.md. Every function is of whole arrays, rows by weeks, and looks back only: what it
says of a week is the same to the bit however many weeks follow and wherever the arrays begin, if only the weeks
that it looks back on (`LOOK_BACK`) are there. So sums over rows run in the order of the rows (`row_total`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.observe.logbook import Weekly
from vraem.observe.thresholds import THRESHOLDS, Thresholds
from vraem.world.organisation_tables import NO_ROW

LOOK_BACK = THRESHOLDS.independence_window + THRESHOLDS.income_weeks
"""Weeks before a week on which its measures may hang."""

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class GroupWeeks:
    """What is known of each group in each week, (groups, weeks).

    `living`; `descended` (of the lineage by the mean descent of its members, which is frozen when nobody is left),
    `lineage` both; `independent`; `members`, `armed` persons; `armed_lineage` armed of the lineage in columns
    outside firms' service; `commanded` the same times the command link; `income` USD of 13 weeks; `territory`
    communities; `revenue` USD of the week from all sources but wages.
    """

    living: Mask
    descended: Mask
    lineage: Mask
    independent: Mask
    members: Values
    armed: Values
    armed_lineage: Values
    commanded: Values
    income: Values
    territory: Values
    revenue: Values


@dataclass(frozen=True)
class WeeklyMeasures:
    """Measures of each week, (weeks,), all 0 where nobody is left.

    `armed_lineage` LA; `hired` LF without those who left for a firm as single persons (which the recorder counts);
    `largest_share` s1; `links`, `links_founding` CLI; `effort` persons over whom profit orientation is taken, of
    whose effort `political` and `attacking` go into politics and attacks; groups living, of the lineage, independent;
    effective numbers of the independent lineage groups, `_all` of all independent groups; communities held.
    """

    armed_lineage: Values
    in_service: Values
    largest_share: Values
    links: Values
    links_founding: Values
    effort: Values
    political: Values
    attacking: Values
    groups: Values
    lineage_groups: Values
    independent: Values
    independent_all: Values
    effective_members: Values
    effective_revenue: Values
    effective_territory: Values
    effective_all: Values
    revenue_lineage: Values
    revenue_other: Values
    territory_lineage: Values
    territory_other: Values


def weekly_measures(
    columns: Weekly,
    groups: Weekly,
    founding: NDArray[np.bool_],
    thresholds: Thresholds = THRESHOLDS,
) -> tuple[WeeklyMeasures, GroupWeeks]:
    """Measures of all weeks of the fields of columns and groups, and what is known of the groups behind them.

    `founding` (groups,) says which groups stood at the start.
    """
    known = group_weeks(columns, groups, thresholds)
    return measures_of(columns, known, founding), known


def by_persons(columns: Weekly, groups: Weekly) -> tuple[Weekly, Weekly]:
    """The same fields by persons: of the lineage is who was ever in the founding group, no recruit of a splinter."""
    return (
        {**columns, "lineage_armed": columns["ever_armed"]},
        {**groups, "lineage_share": groups["ever_share"]},
    )


def group_weeks(columns: Weekly, groups: Weekly, thresholds: Thresholds = THRESHOLDS) -> GroupWeeks:
    """Columns added up by group, and which groups are of the lineage and independent."""
    living = groups["living"] > 0.0
    outside = columns["living"] * (1.0 - columns["serving"])
    lineage_outside = columns["lineage_armed"] * outside

    def by_group(values: Values) -> Values:
        return _by_group(values, columns["group"], living.shape)

    own = by_group(columns["income"])
    wages = by_group(columns["wages"])
    income = _trailing(own + wages, thresholds.income_weeks)
    from_firms = _trailing(wages, thresholds.income_weeks)
    alone = _alliance(groups) < thresholds.alliance_max
    armed_outside = by_group(columns["armed"] * outside)
    independent_week = (
        living
        & (armed_outside >= thresholds.strength_min)
        & alone
        & ((from_firms <= 0.0) | (from_firms < thresholds.wage_share_max * income))
    )
    weeks = _weeks_held(independent_week, thresholds.independence_window)
    descended = groups["lineage_share"].astype(np.float32) >= np.float32(thresholds.lineage_share)
    return GroupWeeks(
        living=living,
        descended=descended,
        lineage=living & descended,
        independent=living & (weeks >= thresholds.independent_weeks),
        members=by_group(columns["armed"] + columns["supporters"]),
        armed=by_group(columns["armed"]),
        armed_lineage=by_group(lineage_outside),
        commanded=by_group(lineage_outside * columns["link"]),
        income=income,
        territory=by_group(columns["territory"]),
        revenue=own,
    )


def measures_of(columns: Weekly, groups: GroupWeeks, founding: NDArray[np.bool_]) -> WeeklyMeasures:
    """Weekly measures from columns and groups over the same weeks."""
    armed = row_total(groups.armed_lineage)
    among = groups.independent & groups.lineage
    effort = (columns["armed"] + columns["supporters"]) * columns["living"] * (1.0 - columns["serving"])
    effort = effort * _of_group(groups.lineage, columns["group"])
    return WeeklyMeasures(
        armed_lineage=armed,
        in_service=row_total(columns["lineage_armed"] * columns["serving"]),
        largest_share=over(_largest(groups.armed_lineage * groups.lineage), armed),
        links=over(_largest(groups.commanded), armed),
        links_founding=over(
            row_total(groups.commanded * _first(founding, len(groups.living))[:, None]), armed
        ),
        effort=row_total(effort),
        political=row_total(effort * np.clip(columns["effort"], 0.0, 1.0)),
        attacking=row_total(effort * np.clip(columns["attack_effort"], 0.0, 1.0)),
        groups=row_total(groups.living),
        lineage_groups=row_total(groups.lineage),
        independent=row_total(among),
        independent_all=row_total(groups.independent),
        effective_members=effective_number(groups.members * among),
        effective_revenue=effective_number(groups.income * among),
        effective_territory=effective_number(groups.territory * among),
        effective_all=effective_number(groups.members * groups.independent),
        revenue_lineage=row_total(groups.revenue * groups.descended),
        revenue_other=row_total(groups.revenue * ~groups.descended),
        territory_lineage=row_total(groups.territory * groups.lineage),
        territory_other=row_total(groups.territory * ~groups.lineage),
    )


def effective_number(size: Values) -> Values:
    """1/Σs² over the rows (weeks,), s = a row's share of its week's total; 0 where the total is."""
    shares = over(size, np.broadcast_to(row_total(size), size.shape))
    squares = row_total(shares * shares)
    return np.divide(1.0, squares, out=np.zeros_like(squares), where=squares > 0.0)


def _trailing(values: Values, weeks: int) -> Values:
    """Sum over the last `weeks` weeks, fewer where the array begins; each by itself, so that no rounding is carried."""
    total = values.copy()
    for back in range(1, min(weeks, values.shape[1])):
        total[:, back:] += values[:, :-back]
    return total


def _weeks_held(flag: Mask, weeks: int) -> Values:
    """How many of the last `weeks` weeks a flag was set; before the array begins it is what it is in the first week.

    So the group that a run starts with, which the burn-in has let stand, is not looked for half a year in vain.
    """
    before = np.repeat(flag[:, :1], weeks - 1, axis=1)
    return _trailing(np.hstack([before, flag]).astype(np.float64), weeks)[:, weeks - 1 :]


def _by_group(values: Values, group: Values, shape: tuple[int, ...]) -> Values:
    """Rows of columns added up by their group of the week, `shape` (groups, weeks)."""
    place = group.astype(np.int64) * shape[1] + np.arange(shape[1])
    size = shape[0] * shape[1]
    return (
        np.bincount(place.ravel(), values.ravel(), size).astype(float).reshape(shape)
        if size
        else np.zeros(shape)
    )


def _of_group(flag: Mask, group: Values) -> Mask:
    """The flag (groups, weeks) of each column's group, (columns, weeks)."""
    if not flag.size:
        return np.zeros(group.shape, dtype=bool)
    return flag[group.astype(np.int64), np.arange(flag.shape[1])]


def _alliance(groups: Weekly) -> Values:
    """The strongest alliance of each group with one that lives, whichever side holds it, (groups, weeks)."""
    allied = groups["allied"].astype(np.int64)
    weeks = np.arange(allied.shape[1])
    with_living = (allied != NO_ROW) & (groups["living"] > 0.0)
    if len(allied):
        with_living &= groups["living"][allied, weeks] > 0.0
    link = np.where(with_living, groups["alliance"], 0.0)
    strongest = link.copy()
    for row in range(len(allied)):
        held = link[row] > 0.0
        partner = (allied[row, held], weeks[held])
        strongest[partner] = np.maximum(strongest[partner], link[row, held])
    return strongest


def row_total(values: NDArray[np.float64] | Mask) -> Values:
    """Sum over the rows (weeks,), in their order: rows of nobody in between or behind change no bit of it."""
    if not len(values):
        return np.zeros(values.shape[1])
    return np.cumsum(values, axis=0, dtype=np.float64)[-1]


def _largest(values: Values) -> Values:
    return values.max(axis=0, initial=0.0)


def over(part: Values, whole: Values) -> Values:
    """`part` over `whole`; 0 where the whole is not above 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)


def _first(flags: NDArray[np.bool_], rows: int) -> Mask:
    """Only the first row that is set, among `rows` rows."""
    chosen = np.zeros(rows, dtype=bool)
    set_rows = np.flatnonzero(flags[:rows])
    chosen[set_rows[:1]] = True
    return chosen
