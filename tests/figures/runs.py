"""A made-up run with armed groups: one founding group, two splinters and one from outside, in 24 years of weeks."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vraem.observe import SERIES_NAMES, RunResult, Snapshots
from vraem.observe.anchor import Anchor
from vraem.observe.fates import FATES, Fates
from vraem.observe.journal import Journal
from vraem.observe.organisation import OrganisationResult
from vraem.observe.territory import Territory
from vraem.scenario import Scenario, load
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import (
    ATTACK,
    CIVILIANS,
    CLASH,
    FIRM_GUNMEN,
    INCIDENTS,
    KILLING,
    LINEAGE_GROUP,
    OTHER_GROUP,
    RAID_MADE,
    REMOVAL,
    SPLIT,
    STATE,
    SUCCESSION,
)

WEEKS = 1253
START = np.datetime64("2012-01-02")
COMMUNITIES = 698
CAMPAIGN = (608, 713)
HORIZON_WEEKS = (765, 869, 973, 1234)
LIVES = ((0, WEEKS), (700, WEEKS), (780, 960), (880, WEEKS))
"""First and last week (left out) of the groups: founding, splinter, splinter of it, from outside."""
COLUMN_GROUPS = ((0, 0), (0, 0), (0, 1), (0, 1), (0, 0), (3, 3), (1, 2))
"""Group of each column before and after the split."""


@cache
def scenario(name: str = "heirs-first") -> Scenario:
    """The scenario whose name a made-up run bears."""
    return load(name)


def made_up_run(seed: int = 1, weeks: int = WEEKS, name: str = "heirs-first") -> RunResult:
    """A result of `weeks` weeks from January 2012."""
    random = np.random.default_rng(seed)
    dates = START + np.arange(weeks) * np.timedelta64(7, "D")
    groups = _group_weeks(random, weeks)
    series = _series(random, weeks, groups)
    ends = np.flatnonzero(np.diff(dates.astype("datetime64[Y]").astype(int)) > 0)
    if dates[-1].astype(object).month == 12:
        ends = np.append(ends, weeks - 1)
    snapshots = Snapshots(
        dates[ends],
        np.zeros((len(ends), COMMUNITIES), np.float32),
        np.ones((len(ends), COMMUNITIES), np.float32),
        np.zeros((len(ends), 2, 5)),
        np.zeros((len(ends), 2, 4)),
    )
    organisation = OrganisationResult(
        weeks=weeks,
        groups={
            "founding": np.array([True, False, False, False]),
            "outsider": np.array([False, False, False, True]),
            "parent": np.array([-1, 0, 1, -1]),
            "formed": np.array([-600, 700, 780, 880]),
            "ended": np.array([-1, -1, 960, -1]),
            "leader": np.array([3, 40, -1, 99]),
            "lineage_share": np.array([1.0, 0.7, 0.5, 0.0]),
            "authority": np.array([0.7, 0.5, 0.0, 0.6]),
            "hoard": np.zeros(4),
        },
        group_weeks=groups,
        column_weeks=_column_weeks(random, weeks),
        journal=_journal(random, weeks),
        territory=_territory(random, ends),
        population=160_000.0,
        anchor=Anchor(*CAMPAIGN, HORIZON_WEEKS, "campaign"),
        fates=_fates(random, weeks),
    )
    return RunResult(scenario(name), seed, dates, series, snapshots, 1.0, organisation=organisation)


def _group_weeks(random: np.random.Generator, weeks: int) -> dict[str, NDArray[np.float32]]:
    week = np.arange(weeks)
    living = np.array([(week >= first) & (week < last) for first, last in LIVES])
    size = np.array(
        [
            370.0 - 0.1 * np.maximum(week - 600, 0) - 90.0 * (week >= 700),
            90.0 - 0.04 * np.maximum(week - 700, 0) - 25.0 * (week >= 780),
            np.full(weeks, 25.0),
            20.0 + 0.03 * np.maximum(week - 880, 0),
        ]
    )
    size = np.maximum(size * (1.0 + 0.02 * np.sin(week / (9.0 + random.random()))), 0.0) * living
    lineage = living * np.array([1.0, 1.0, 1.0, 0.0])[:, None]
    independent = living & (np.arange(weeks) - np.array([low for low, _ in LIVES])[:, None] > 26)
    found = {
        "living": living,
        "lineage": lineage,
        "independent": independent,
        "members": size,
        "armed": size * 0.36,
        "armed_lineage": size * 0.36 * lineage,
        "income": size * 900.0,
        "territory": size * 0.7,
        "revenue": size * 70.0,
    }
    return {name: np.asarray(values, dtype=np.float32) for name, values in found.items()}


def _column_weeks(random: np.random.Generator, weeks: int) -> dict[str, NDArray[np.float32]]:
    week = np.arange(weeks)
    group = np.array([np.where(week < 700, before, after) for before, after in COLUMN_GROUPS])
    living = np.ones((len(COLUMN_GROUPS), weeks))
    living[5, :880] = 0.0
    living[6, :780], living[6, 960:] = 0.0, 0.0
    link = 0.8 - 0.02 * np.arange(len(COLUMN_GROUPS))[:, None] + np.zeros(weeks)
    link = link - 0.3 * np.clip((week - 620) / 80.0, 0.0, 1.0) * (1.0 + 0.3 * random.random((len(link), 1)))
    link[0] = 1.0
    link[5] = 1.0
    link = np.clip(link + 0.02 * np.sin(week / 11.0 + np.arange(len(link))[:, None]), 0.0, 1.0)
    found = {
        "group": group,
        "living": living,
        "serving": np.zeros_like(living),
        "armed": living * np.array([24, 18, 16, 14, 12, 9, 8])[:, None],
        "link": link,
    }
    return {name: np.asarray(values, dtype=np.float32) for name, values in found.items()}


def _series(
    random: np.random.Generator, weeks: int, groups: dict[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float64]]:
    week = np.arange(weeks)
    campaign = (week >= CAMPAIGN[0]) & (week <= CAMPAIGN[1])
    independent = (groups["independent"] * groups["lineage"]).astype(np.float64)
    sizes = groups["members"] * independent
    shares = sizes / np.maximum(sizes.sum(axis=0), 1e-9)
    swing = 1.0 + 0.3 * np.sin(week / 40.0)
    routine = (random.random(weeks) < 0.18).astype(float)
    taken = campaign * (random.random(weeks) < 0.4) * 2.0
    series = {name: np.zeros(weeks) for name in SERIES_NAMES}
    series |= {
        "members": groups["members"].sum(axis=0),
        "armed": groups["armed"].sum(axis=0),
        "groups": groups["living"].sum(axis=0),
        "independent_lineage_groups": independent.sum(axis=0),
        "effective_groups": 1.0 / np.maximum((shares**2).sum(axis=0), 1e-9) * (sizes.sum(axis=0) > 0),
        "armed_lineage": groups["armed_lineage"].sum(axis=0),
        "command_integrity": np.clip(0.82 - 0.3 * (week > 640), 0.0, 1.0),
        "command_integrity_founding": np.clip(0.82 - 0.35 * (week > 640), 0.0, 1.0),
        "group_fees": 9000.0 * swing,
        "group_escorts": 5000.0 * swing,
        "group_leaf_tax": 2500.0 * swing,
        "group_extortion": np.full(weeks, 1500.0),
        "group_logging": np.full(weeks, 1200.0),
        "group_wages": 400.0 * (week > 900),
        "captured": 0.6 * (routine + taken),
        "killed_group": 0.4 * (routine + taken),
        "routine_removals": routine,
        "campaign_removals": taken,
        "exits": (random.random(weeks) < 0.3).astype(float),
        "attacks": (random.random(weeks) < 0.15).astype(float),
        "clashes": (random.random(weeks) < 0.03 * (1 + 4 * (week > 700))).astype(float),
        "killed_civilians": (random.random(weeks) < 0.03).astype(float),
        "coca_area_visible": 20_000.0 + 12.0 * week,
        "rest_area": 30_000.0 + 20.0 * week,
        "leaf_price": 3.0 + np.sin(week / 90.0),
        "hcl_price": 1100.0 + 200.0 * np.sin(week / 90.0),
    }
    for route, kg in zip(
        ("air", "foot", "road_callao", "road_puno", "river"), (900, 1100, 1300, 2000, 700), strict=True
    ):
        series[f"hcl_exported_{route}"] = kg * (1.0 + 0.1 * random.random(weeks))
    sources = ("fees", "escorts", "leaf_tax", "extortion", "logging", "wages")
    series["group_income"] = np.sum([series[f"group_{source}"] for source in sources], axis=0)
    return {name: np.asarray(values, dtype=np.float64) for name, values in series.items()}


def _journal(random: np.random.Generator, weeks: int) -> Journal:
    """Incidents: raids, attacks, clashes, killings, removals of all ranks, one split, successions."""
    rows: list[dict[str, float]] = []

    def happened(kind: int, rate: float, by: int, victim: int, deaths: float, since: int = 0) -> None:
        for week in np.flatnonzero(random.random(weeks) < rate):
            if week >= since:
                rows.append({"week": week, "kind": kind, "by": by, "victim": victim, "deaths": deaths})

    happened(RAID_MADE, 0.11, STATE, LINEAGE_GROUP, 0.0)
    happened(ATTACK, 0.13, LINEAGE_GROUP, STATE, 1.0)
    happened(KILLING, 0.03, LINEAGE_GROUP, CIVILIANS, 1.0)
    happened(KILLING, 0.02, STATE, CIVILIANS, 1.0)
    happened(CLASH, 0.05, OTHER_GROUP, LINEAGE_GROUP, 2.0, since=880)
    happened(CLASH, 0.02, FIRM_GUNMEN, LINEAGE_GROUP, 1.0, since=900)
    for week in np.flatnonzero(random.random(weeks) < 0.2):
        rank = COMMANDER if random.random() < 0.12 else 1
        rows.append(
            {
                "week": week,
                "kind": REMOVAL,
                "by": STATE,
                "victim": LINEAGE_GROUP,
                "deaths": 1.0,
                "other": rank,
            }
        )
    rows += [
        {"week": 640, "kind": REMOVAL, "by": STATE, "victim": LINEAGE_GROUP, "deaths": 0.0, "other": LEADER},
        {"week": 652, "kind": SUCCESSION, "by": LINEAGE_GROUP},
        {"week": 700, "kind": SPLIT, "by": LINEAGE_GROUP, "group": 1},
    ]
    rows = sorted((row for row in rows if row["week"] < weeks), key=lambda row: row["week"])
    nobody = {
        "community": -1,
        "member": -1,
        "column": -1,
        "group": 0,
        "other": -1,
        "campaign": -1,
        "persons": 1,
    }
    table = {
        column.name: np.array(
            [row.get(column.name, nobody.get(column.name, 0)) for row in rows], dtype=column.dtype
        )
        for column in INCIDENTS.columns
    }
    return Journal(table)


def _territory(random: np.random.Generator, ends: NDArray[np.int64]) -> Territory:
    place = np.arange(COMMUNITIES)
    core = (place > 150) & (place < 420)
    group = np.full((len(ends), COMMUNITIES), -1, dtype=np.int16)
    group[:, core] = 0
    group[np.ix_(ends >= 700, (place > 330) & (place < 420))] = 1
    group[np.ix_(ends >= 880, (place > 420) & (place < 450))] = 3
    share = np.where(group >= 0, 0.1 + 0.4 * random.random(COMMUNITIES), 0.0)
    columns = len(COLUMN_GROUPS)
    seats = np.array([180, 220, 340, 380, 260, 430, 390])
    before, after = np.array(COLUMN_GROUPS).T
    column_group = np.where((ends >= 700)[:, None], after, before)
    column_group[ends < 880, 5] = -1
    column_group[(ends < 780) | (ends >= 960), 6] = -1
    there = column_group >= 0
    armed = np.array([24, 18, 16, 14, 12, 9, 8]) * np.ones((len(ends), 1))
    units = 60
    return Territory(
        weeks=ends.astype(np.int32),
        group=group,
        share=share.astype(np.float16),
        control=share.astype(np.float16),
        column_group=column_group.astype(np.int16),
        column_seat=np.where(there, seats, -1).astype(np.int16),
        column_armed=np.where(there, armed, 0.0).astype(np.float32)[:, :columns],
        unit_community=np.tile(np.linspace(150, 690, units).astype(np.int16), (len(ends), 1)),
        unit_kind=np.repeat(np.arange(3, dtype=np.int8), units // 3),
        unit_force=np.zeros(units, dtype=np.int8),
    )


def _fates(random: np.random.Generator, weeks: int, persons: int = 300) -> Fates:
    leave = np.array([0.0, 0.10, 0.02, 0.03, 0.14, 0.04, 0.08, 0.06])
    moments = [*HORIZON_WEEKS, weeks - 1]
    codes = np.zeros((len(moments), persons), dtype=np.int8)
    now = np.zeros(persons, dtype=np.int64)
    for row in range(len(HORIZON_WEEKS)):
        odds = leave.copy()
        odds[0] = 1.0 - leave[1:].sum()
        drawn = random.choice(len(FATES), persons, p=odds)
        now = np.where(now == 0, drawn, now)
        codes[row] = now
    codes[-1] = now
    names = (*(f"{months} months" for months in (12, 36, 60, 120)), "end of the run")
    return Fates(
        CAMPAIGN[0] - 1,
        np.arange(persons),
        np.ones(persons, np.int8),
        np.zeros(persons, bool),
        np.zeros(persons, bool),
        names,
        np.array(moments),
        codes,
    )
