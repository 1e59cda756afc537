"""What a run leaves of the armed groups: groups, journal, fates, measures, end states, territory.

Everything is computed after the run from the logbook and the tables. Plain arrays, so that results travel between
processes.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.observe.anchor import HORIZONS, Anchor
from vraem.observe.end_states import (
    DEFINITIONS,
    END_STATES,
    Dismantling,
    Top,
    classify,
    dismantled,
    is_fragmented,
)
from vraem.observe.fates import Fates, no_fates
from vraem.observe.journal import PERSONS_A_HOUSEHOLD, Journal, Violence
from vraem.observe.logbook import Logbook, Persons, Weekly
from vraem.observe.measures import Baseline, Counted, HorizonMeasures, baseline_of, horizon_measures, is_weak
from vraem.observe.organisation_series import founding_group
from vraem.observe.territory import Territory, TerritoryBook
from vraem.observe.thresholds import THRESHOLDS, VARIANTS
from vraem.observe.weekly import LOOK_BACK, WeeklyMeasures, by_persons, weekly_measures
from vraem.world.organisation_tables import CAPTURED, DEAD, QUIT, SURRENDERED
from vraem.world.security_tables import REJOINED

if TYPE_CHECKING:
    from vraem.observe.recorder import Recorder
    from vraem.world import World

END = "end of the run"
"""The last moment of fates."""

BY_PERSONS = "by_persons"
READINGS = {**VARIANTS, BY_PERSONS: THRESHOLDS}
"""Ways of reading a run, with their thresholds: those of the headline, moved ones, and once more those of the headline.

Everybody counts as far as he descends from the founding group; in the last, `BY_PERSONS`, who was ever in it does.
"""

GROUP_COLUMNS = (
    "founding",
    "outsider",
    "parent",
    "formed",
    "ended",
    "leader",
    "lineage_share",
    "authority",
    "hoard",
)
GROUP_WEEKLY = (
    *("living", "lineage", "independent", "members", "armed", "armed_lineage", "income", "territory"),
    "revenue",
)
"""Fields of `GroupWeeks` that a result keeps."""

COLUMN_WEEKLY = ("group", "living", "serving", "armed", "link")
"""Fields of columns in the logbook that a result keeps."""


@dataclass(frozen=True)
class Verdicts:
    """What was said under one table of thresholds: end state and fragmentation by horizon, and dismantling.

    `codes` (horizons,) of `END_STATES`, −1 where the run does not reach; `fragmented` (horizons,).
    """

    codes: NDArray[np.int8]
    fragmented: NDArray[np.bool_]
    dismantling: Dismantling

    @property
    def end_states(self) -> tuple[str | None, ...]:
        """The labels at the horizons; None where the run does not reach."""
        return tuple(END_STATES[code] if code >= 0 else None for code in self.codes.tolist())


@dataclass(frozen=True)
class OrganisationResult:
    """The armed groups of one run.

    `weeks` of the run. `groups`: table of all groups that ever were, arrays (groups,) by name (`GROUP_COLUMNS`);
    `group_weeks`: arrays (groups, weeks) float32 by name (`GROUP_WEEKLY`); `column_weeks`: the same of columns
    (`COLUMN_WEEKLY`). `journal`: every incident. `territory`: who
    held what at the end of each year. `population` of the valley. `ever_left`, `returned`: persons who quit or
    surrendered, and who came back of them.

    Against the anchor, which is None if nothing is done to the group and the days to measure from lie outside the run:
    `baseline`, `measures` and `verdicts` (by name of the reading, see `READINGS`); without them if the weeks before
    were not recorded, as of a fork that `run_world` takes up. `top` had the posts when the campaign began. `fates` of
    everybody since then, or since the start of the run without an anchor.
    """

    weeks: int = 0
    groups: dict[str, NDArray[Any]] = field(default_factory=dict)
    group_weeks: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    column_weeks: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal.empty)
    territory: Territory = field(default_factory=lambda: TerritoryBook().result())
    population: float = 0.0
    ever_left: int = 0
    returned: int = 0
    anchor: Anchor | None = None
    top: Top | None = None
    baseline: Baseline | None = None
    measures: HorizonMeasures | None = None
    variants: dict[str, HorizonMeasures] = field(default_factory=dict)
    verdicts: dict[str, Verdicts] = field(default_factory=dict)
    fates: Fates = field(default_factory=no_fates)
    thresholds_hash: str = THRESHOLDS.hash

    def __repr__(self) -> str:
        """In a line: the tables are large."""
        groups, columns = (len(next(iter(t.values()), ())) for t in (self.group_weeks, self.column_weeks))
        said = f"{self.weeks} weeks, {groups} groups, {columns} columns, {len(self.journal)} incidents"
        return f"OrganisationResult({said})"

    @property
    def end_states(self) -> tuple[str | None, ...]:
        """The labels of the headline at the horizons; None where there is none."""
        if "default" not in self.verdicts:
            return (None,) * len(HORIZONS)
        return self.verdicts["default"].end_states

    def dismantled(self, definition: str, variant: str = "default") -> bool | None:
        """Whether the group was dismantled; None if the run cannot say. Raises `KeyError` for no definition."""
        if definition not in DEFINITIONS:
            raise KeyError(
                f"no definition of dismantled is called {definition!r}; known: {', '.join(DEFINITIONS)}"
            )
        return self.verdicts[variant].dismantling.flag(definition) if variant in self.verdicts else None

    @property
    def weak_start(self) -> bool | None:
        """Whether the group was weak when the campaign began (`is_weak`); None if the run cannot say."""
        before = self.baseline
        if before is None or np.isnan(before.start_strength):
            return None
        return bool(is_weak(before.armed, before.hired, before.start_strength))

    def violence(self, first: int, last: int) -> Violence:
        """Violence in the weeks `first` to `last`, both included."""
        return self.journal.violence(first, last, self.population)

    def since(self, week: int) -> int:
        """Weeks from the campaign's start to `week`; −1 for none."""
        return week - self.anchor.start if self.anchor is not None and week >= 0 else -1

    @property
    def first_split(self) -> int:
        """Weeks from the campaign's start to the first split of the lineage; −1 if there was none."""
        if self.anchor is None:
            return -1
        return self.since(self.journal.first_split(self.anchor.start))

    @property
    def three_groups(self) -> int:
        """Weeks from the campaign's start to the first week with enough independent lineage groups; −1 if none."""
        if self.anchor is None or "independent" not in self.group_weeks:
            return -1
        count = (self.group_weeks["independent"] * self.group_weeks["lineage"]).sum(axis=0)
        many = np.flatnonzero(count[self.anchor.start :] >= THRESHOLDS.fragments)
        return int(many[0]) if len(many) else -1


def organisation_of(
    world: "World", recorder: "Recorder", series: dict[str, NDArray[np.float64]], anchor: Anchor | None
) -> OrganisationResult:
    """What `recorder` and the tables of `world` say of the armed groups; `series` are those of the weeks done."""
    logbook, done = recorder.logbook, len(series["members"])
    groups, members = world.groups, world.members
    count = groups.count
    founding = groups.founding[:count].copy()
    columns = logbook.columns(0, done)
    weeks = (columns, logbook.groups(0, done))
    weekly, known = weekly_measures(*weeks, founding)
    measured = (
        _measured(world, logbook, recorder.first, weeks, weekly, series, anchor) if anchor is not None else {}
    )
    left = np.isin(members.status[: members.count], (QUIT, SURRENDERED)).sum()
    journal = Journal.of(world, done)
    returned = int(journal["persons"][journal.of_kind(REJOINED)].astype(np.float64).sum())
    return OrganisationResult(
        weeks=done,
        groups={name: groups.__dict__[name][:count].copy() for name in GROUP_COLUMNS},
        group_weeks={name: getattr(known, name).astype(np.float32) for name in GROUP_WEEKLY},
        column_weeks={name: columns[name].astype(np.float32) for name in COLUMN_WEEKLY},
        journal=journal,
        territory=recorder.territory.result(),
        population=world.p.farm_households * PERSONS_A_HOUSEHOLD,
        ever_left=int(left) + returned,
        returned=returned,
        anchor=anchor,
        fates=_fates(world, logbook, anchor, founding, done),
        **measured,
    )


def _measured(
    world: "World",
    logbook: Logbook,
    first: int,
    weeks: tuple[Weekly, Weekly],
    headline: WeeklyMeasures,
    series: dict[str, NDArray[np.float64]],
    anchor: Anchor,
) -> dict[str, Any]:
    """Baselines, measures and verdicts, if the run has got past the campaign's start and anybody was there.

    `first` is the first week that was recorded. `weeks` are the logbook's fields of columns and groups, `headline` the
    measures under the table as it stands.
    """
    done, count = len(series["members"]), world.groups.count
    founding = world.groups.founding[:count]
    if anchor.start - 1 not in logbook.persons or done <= anchor.start:
        return {}
    if 0 < first > anchor.start - THRESHOLDS.baseline_weeks - LOOK_BACK:
        return {}  # the year before the campaign, or what its groups did before it, was not recorded
    counted = Counted(series["hired_ex_members"], series["potential_protection"], series["members"])
    of_persons = replace(counted, hired=series["hired_ever_members"])
    top = Top.of(logbook.persons[anchor.start - 1], founding_group(founding))
    posts = (series["leader_present"] > 0.0, series["committee_seats"])
    removed_in = _removed_in(world)
    found: dict[str, tuple[Baseline, HorizonMeasures]] = {}
    verdicts: dict[str, Verdicts] = {}
    for name, thresholds in READINGS.items():
        own, hired = (by_persons(*weeks), of_persons) if name == BY_PERSONS else (weeks, counted)
        weekly = headline if name == "default" else weekly_measures(*own, founding, thresholds)[0]
        baseline = baseline_of(weekly, hired, anchor, thresholds)
        if baseline.armed <= 0.0:
            if name == "default":
                return {"top": top, "baseline": baseline}
            continue  # another reading finds nobody to measure against: it says nothing, the headline stands
        measures = horizon_measures(weekly, hired, anchor, baseline, thresholds)
        found[name] = (baseline, measures)
        verdicts[name] = Verdicts(
            codes=classify(measures, thresholds),
            fragmented=is_fragmented(measures, thresholds),
            dismantling=dismantled(top, removed_in, posts, weekly, anchor, baseline, thresholds),
        )
    return {
        "top": top,
        "baseline": found["default"][0],
        "measures": found["default"][1],
        "variants": {name: measures for name, (_, measures) in found.items()},
        "verdicts": verdicts,
    }


def _removed_in(world: "World") -> NDArray[np.int64]:
    """The week in which each person was captured or died, beyond every run for those who were not."""
    members, count = world.members, world.members.count
    gone = np.isin(members.status[:count], (CAPTURED, DEAD))
    return np.where(gone, members.left[:count].astype(np.int64), np.int64(1 << 30))


def _fates(
    world: "World", logbook: Logbook, anchor: Anchor | None, founding: NDArray[np.bool_], done: int
) -> Fates:
    """Fates since the campaign's start at the horizons and at the end of the run."""
    start = anchor.start - 1 if anchor is not None and anchor.start - 1 in logbook.persons else 0
    if start not in logbook.persons:
        return no_fates()
    moments: list[tuple[str, int, Persons | None]] = []
    if anchor is not None and start == anchor.start - 1:
        moments = [
            (moment(months), week, logbook.persons.get(week))
            for months, week in zip(HORIZONS, anchor.horizons, strict=True)
        ]
    moments.append((END, done - 1, Persons.of(world)))
    parent = world.groups.parent[: world.groups.count].astype(np.int64)
    return Fates.of(start, logbook.persons[start], moments, founding, parent)


def moment(months: int) -> str:
    """The name of a horizon as a moment of fates."""
    return f"{months} months"
