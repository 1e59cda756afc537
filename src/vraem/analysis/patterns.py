"""The patterns that one seed's runs of history can be held against: those of the coca economy, and the list of all.

docs/calibration.md, P1-P10, P30 and P31; those of the armed group are in `group_patterns`. Patterns
are scored on paths: means over named windows, each year of a series, shares that must not cross, never a single
point. Observed values: `facts/economy.csv` of the valley.
"""

import numpy as np

from vraem.analysis.arms import ERADICATED_DISTRICTS, ERADICATION, INTERDICTION, Arms
from vraem.analysis.group_patterns import GROUP_PATTERNS
from vraem.analysis.pattern import INFINITY, Measure, Pattern, year_span
from vraem.experiment import observed
from vraem.observe import RunResult
from vraem.valley import ROUTES, Valley


def _mean(run: RunResult, name: str, start: str, end: str) -> float:
    return run.mean(name, start, end)


def _routes(run: RunResult, stem: str, start: str, end: str) -> np.ndarray:
    """Sum by route (5,) of a series per route over the weeks from `start` to `end`."""
    mask = run.between(start, end)
    return np.array([run[f"{stem}_{route}"][mask].sum() for route in ROUTES])


SURVEYED_YEARS = range(2012, 2023)


def observed_area() -> dict[int, float]:
    """Valley coca area at 31 December of the surveyed years, ha (`economy.csv` coca_area VRAEM)."""
    seen = observed.coca_area()
    return {year: seen[year].value for year in SURVEYED_YEARS}


def _hectares(number: str) -> str:
    return f"{number} ha".replace(",", "\u202f")


def _area(arms: Arms) -> list[Measure]:
    """P1: every year within 15 %, and the sign of the change in three spans."""
    run, surveyed = arms.history, observed_area()
    simulated = {
        year: float(run["coca_area_visible"][run.between(*year_span(year))][-1]) for year in surveyed
    }
    measures = [
        Measure(
            f"area {year}",
            simulated[year],
            0.85 * seen,
            1.15 * seen,
            "ha",
            _hectares(f"{seen:,.0f}"),
        )
        for year, seen in surveyed.items()
    ]
    for first, last, sign in ((2013, 2015, -1), (2016, 2019, 1), (2020, 2022, 1)):
        low, high = (-INFINITY, 0.0) if sign < 0 else (0.0, INFINITY)
        change = simulated[last] - simulated[first]
        seen = surveyed[last] - surveyed[first]
        measures.append(
            Measure(f"change {first}-{last}", change, low, high, "ha", _hectares(f"{seen:+,.0f}"))
        )
    return measures


def _yield(arms: Arms) -> list[Measure]:
    """P2: leaf grown, unpicked included, over the area, t/ha/yr, in each full year to 2022."""
    run = arms.history
    measures = []
    for year in SURVEYED_YEARS:
        mask = run.between(*year_span(year))
        per_year = run["leaf_grown"][mask].mean() * 365.25 / 7.0 / 1000.0
        value = float(per_year / run["coca_area_visible"][mask].mean())
        measures.append(Measure(f"yield {year}", value, 0.85 * 3.5, 1.15 * 3.6, "t/ha/yr", "3.5-3.6"))
    return measures


def _elasticity(run: RunResult, before: tuple[str, str], after: tuple[str, str]) -> float:
    leaf = _mean(run, "leaf_price", *after) / _mean(run, "leaf_price", *before)
    hcl = _mean(run, "hcl_price", *after) / _mean(run, "hcl_price", *before)
    return float(np.log(leaf) / np.log(hcl)) if hcl != 1.0 and leaf > 0.0 and hcl > 0.0 else float("nan")


BEFORE_2020 = ("2020-01-01", "2020-02-29")
SHOCK_2020 = ("2020-04-01", "2020-05-31")
BEFORE_2016 = ("2015-01-01", "2015-06-30")
SLUMP_2016 = ("2016-01-01", "2016-06-30")


def _leaf_elasticity(arms: Arms) -> list[Measure]:
    """P3: the leaf price falls more than in proportion, more so in the slow shock of 2015-16."""
    run = arms.history
    fall = _mean(run, "hcl_price", *SLUMP_2016) / _mean(run, "hcl_price", *BEFORE_2016) - 1.0
    return [
        Measure("elasticity 2020", _elasticity(run, BEFORE_2020, SHOCK_2020), 1.0, 1.5, "ratio", "1.1"),
        Measure("elasticity 2015-16", _elasticity(run, BEFORE_2016, SLUMP_2016), 1.5, 2.6, "ratio", "2.3"),
        Measure("HCl price 2015-16", fall, -1.0, 0.0, "change", "-0.25"),
    ]


def _transport_shock(arms: Arms) -> list[Measure]:
    """P4: the transport shock of 2020 as a path: depth, recovery of HCl, leaf below its start all year."""
    run = arms.history
    base_hcl, base_leaf = _mean(run, "hcl_price", *BEFORE_2020), _mean(run, "leaf_price", *BEFORE_2020)
    april, may = ("2020-04-01", "2020-04-30"), ("2020-05-01", "2020-05-31")
    december = ("2020-12-01", "2020-12-31")
    measures = []
    for name, base, seen in (("hcl_price", base_hcl, (0.42, 0.50)), ("leaf_price", base_leaf, (0.38, 0.38))):
        label = name.replace("_price", "").replace("hcl", "HCl")
        for month, window, target in (("April", april, seen[0]), ("May", may, seen[1])):
            value = _mean(run, name, *window) / base
            measures.append(
                Measure(f"{label} {month} 2020", value, target - 0.15, target + 0.15, "ratio", f"{target}")
            )
    recovery = _mean(run, "hcl_price", "2020-07-01", "2020-09-30") / _mean(run, "hcl_price", *april) - 1.0
    measures.append(Measure("HCl recovers by the third quarter", recovery, 0.0, INFINITY, "change", "> 0"))
    year_end = _mean(run, "leaf_price", *december) / base_leaf - 1.0
    measures.append(Measure("leaf December 2020", year_end, -0.38, -0.08, "change", "-0.23"))
    highest = float(run["leaf_price"][run.between("2020-04-01", "2020-12-31")].max()) / base_leaf
    measures.append(Measure("leaf stays below its start", highest, 0.0, 1.0, "ratio", "< 1"))
    return measures


def _glut(arms: Arms) -> list[Measure]:
    """P5: the glut of 2021-22: leaf falls by four fifths, area still grows, leaf stays unpicked."""
    run = arms.history
    leaf = run["leaf_price"][run.between(*year_span(2022))]
    lowest = float(np.sort(leaf)[:12].mean()) / _mean(run, "leaf_price", "2021-01-01", "2021-03-31") - 1.0
    area = run["coca_area_visible"]
    growth = area[run.between(*year_span(2022))][-1] / area[run.between(*year_span(2021))][-1] - 1.0

    def unpicked(year: int) -> float:
        mask = run.between(*year_span(year))
        return float(run["leaf_unpicked"][mask].sum() / run["leaf_grown"][mask].sum())

    return [
        Measure("leaf, lowest 12 weeks of 2022", lowest, -0.85, -0.80, "change", "-0.85"),
        Measure("area 2022 over 2021", float(growth), 0.0, INFINITY, "change", "+0.11"),
        Measure(
            "unpicked 2022 less 2019", unpicked(2022) - unpicked(2019), 0.05, 1.0, "share", "fields left"
        ),
    ]


def _eradication_effect(arms: Arms) -> list[Measure]:
    """P6: net change of area per hectare eradicated, two years after the end, against the same seed without."""
    removed = float(arms.eradication["eradicated"].sum())
    when = arms.eradication.dates.searchsorted(np.datetime64(ERADICATION.end) + np.timedelta64(2 * 365, "D"))
    with_it, without = arms.eradication["coca_area"][when], arms.history["coca_area"][when]
    value = float(with_it - without) / removed if removed else float("nan")
    return [Measure("ha per ha eradicated", value, -0.25, -0.02, "ha/ha", "-0.25 to 0")]


NEAR_KM = 8.0
"""Distance over which growers hear of what happens to others."""
FAR_KM = 40.0


def _deterrence(arms: Arms) -> list[Measure]:
    """P7: coca near an eradication, but not in it, shrinks; far away, the rest of Peru included, it grows."""
    with_it, without = arms.eradication.snapshots, arms.history.snapshots
    year = ERADICATION.end.year + 1  # what is planted in the year itself is not yet seen from above
    when = [int(str(day)[:4]) for day in with_it.dates].index(year)
    change = with_it.coca_area[when].astype(float) - without.coca_area[when]
    kilometres = distance_to_districts(arms.valley, ERADICATED_DISTRICTS)
    near = (kilometres > 0.0) & (kilometres <= NEAR_KM)
    far = kilometres >= FAR_KM
    base = without.coca_area[when].astype(float)
    week = int(np.searchsorted(arms.history.dates, with_it.dates[when]))
    elsewhere = float(arms.eradication["rest_area"][week] - arms.history["rest_area"][week])
    return [
        Measure("near", float(change[near].sum() / base[near].sum()), -1.0, 0.0, "change", "< 0"),
        Measure(
            "far, rest of Peru included", float(change[far].sum()) + elsewhere, 0.0, INFINITY, "ha", "> 0"
        ),
    ]


def distance_to_districts(valley: Valley, names: tuple[str, ...]) -> np.ndarray:
    """Kilometres (C,) from each community to the nearest one of the districts `names`; 0 inside them."""
    communities = valley.communities
    numbers = [valley.districts.name.index(name) + 1 for name in names]
    inside = np.isin(communities.district_id, numbers)
    rows = communities.row[:, None].astype(float) - communities.row[inside]
    cols = communities.col[:, None].astype(float) - communities.col[inside]
    return 2.0 * np.sqrt(rows**2 + cols**2).min(axis=1)


def _seized(run: RunResult, start: str, end: str) -> float:
    seized, exported = (
        _routes(run, "hcl_seized", start, end).sum(),
        _routes(run, "hcl_exported", start, end).sum(),
    )
    return float(seized / (seized + exported))


def _seizures(arms: Arms) -> list[Measure]:
    """P8: share of the output seized in the valley, each year 2014-2021."""
    seen = {2014: "0.02", 2016: "0.02", 2018: "0.07 (Peru)", 2021: "0.10 (Peru)"}
    return [
        Measure(
            f"seized {year}",
            _seized(arms.history, *year_span(year)),
            0.005,
            0.12,
            "share",
            seen.get(year, "0.02-0.10"),
        )
        for year in range(2014, 2022)
    ]


def _airstrip_shock(arms: Arms) -> list[Measure]:
    """P9: the air shock of August 2015 to 2016: foot gains, the flow falls by less than a third."""
    run = arms.history
    before, after = ("2015-02-01", "2015-07-31"), ("2016-05-01", "2016-11-30")
    shipped_before, shipped_after = _routes(run, "hcl_shipped", *before), _routes(run, "hcl_shipped", *after)
    gain = (shipped_after / shipped_after.sum() - shipped_before / shipped_before.sum())[ROUTES.index("foot")]
    total = np.sum([run[f"hcl_shipped_{route}"] for route in ROUTES], axis=0)
    base = total[run.between(*before)].mean()
    quarters = np.convolve(total[run.between("2015-08-01", "2016-11-30")], np.full(13, 1.0 / 13.0), "valid")
    return [
        Measure("foot share after 12 months", float(gain), 0.15, 0.45, "points", "+0.30"),
        Measure(
            "flow, lowest quarter", float(quarters.min() / base - 1.0), -0.30, 0.05, "change", ">= -0.30"
        ),
    ]


def _interdiction(arms: Arms) -> list[Measure]:
    """P10: more interdiction, more seizures and no fewer active routes."""
    span = (INTERDICTION.start.isoformat(), INTERDICTION.end.isoformat())
    gain = (
        _routes(arms.interdiction, "hcl_seized", *span).sum()
        / _routes(arms.history, "hcl_seized", *span).sum()
    )

    def active(run: RunResult) -> int:
        shipped = _routes(run, "hcl_shipped", *span)
        return int((shipped / shipped.sum() >= 0.02).sum())

    change = active(arms.interdiction) - active(arms.history)
    return [
        Measure("seizures", float(gain) - 1.0, 0.0, INFINITY, "change", "> 0"),
        Measure("active routes", float(change), 0.0, INFINITY, "routes", ">= 0"),
    ]


def _callao(arms: Arms) -> list[Measure]:
    """P30: share of the output that leaves towards Callao, on foot and by road, each year 2017-2022."""
    measures = []
    for year in range(2017, 2023):
        exported = _routes(arms.history, "hcl_exported", *year_span(year))
        share = exported[[ROUTES.index("foot"), ROUTES.index("road_callao")]].sum() / exported.sum()
        measures.append(Measure(f"through Callao {year}", float(share), 0.30, 0.50, "share", "about 0.40"))
    return measures


def _national_share(arms: Arms) -> list[Measure]:
    """P31: the valley's share of Peru's coca area at the end of 2022."""
    share = float(arms.history["valley_share"][arms.history.between(*year_span(2022))][-1])
    return [Measure("share 2022", share, 0.33, 0.41, "share", "0.37")]


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "P1",
        "Coca area of each year",
        "19 965 (2012) to 35 709 ha (2022)",
        "±15 % each year, three signs",
        _area,
    ),
    Pattern("P2", "Leaf grown per hectare", "3.5-3.6 t/ha/yr", "±15 % each year", _yield),
    Pattern("P3", "Leaf price elasticity to HCl", "fast 1.0-1.5, slow 1.5-2.6", "inside", _leaf_elasticity),
    Pattern(
        "P4",
        "Transport shock of 2020",
        "HCl .42/.50, leaf .38/.38, -.23",
        "±15 points, path",
        _transport_shock,
    ),
    Pattern("P5", "Glut of 2021-22", "leaf -80 to -85 %", "range and signs", _glut),
    Pattern("P6", "Net effect of eradication", "-.25 to -.02 ha/ha", "inside", _eradication_effect),
    Pattern("P7", "Deterred near, displaced far", "near < 0, far > 0", "signs", _deterrence),
    Pattern("P8", "Share of output seized", "2 % to 10 %", ".5-12 % each year", _seizures),
    Pattern("P9", "Airstrip shock", "foot +30 points, flow > -30 %", "sign and range", _airstrip_shock),
    Pattern("P10", "Interdiction", "more seized, no fewer routes", "signs", _interdiction),
    *GROUP_PATTERNS,
    Pattern("P30", "Share through Callao", "about 40 %", "30-50 % each year", _callao),
    Pattern("P31", "Share of national area", "37 % in 2022", "±4 points", _national_share),
)
"""Every pattern that needs no other runs than history and its two trials, in order."""
