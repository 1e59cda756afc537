"""Patterns that need pairs of runs which part in what is done to the group, or to the price of its good.

docs/calibration.md: P14, P15, P17 and P27. All arms of a seed share their past and their draws, so a
pair differs by the act alone; still, violence is rare events, so P14, P15 and P27 are scored over all pairs at once:
the change of a sum over pairs, its interval from resampling whole seeds. Everything is a pure function of the runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.group_patterns import taken_by_state
from vraem.analysis.parallel import map_jobs
from vraem.analysis.pattern import INFINITY, Measure, Words
from vraem.analysis.resampling import mean_draws
from vraem.analysis.scoreboard import CAMPAIGNS, PatternScore, Pooled, Progress, score_paths, score_pooled
from vraem.observe import RunResult
from vraem.observe.journal import VIOLENT, Journal
from vraem.observe.shared import run_together
from vraem.valley import Valley
from vraem.valley import load as load_valley
from vraem.valley.grid import CELL_KM
from vraem.world.clock import WEEKS_A_MONTH, WEEKS_A_QUARTER
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import ARMED_ACTORS, CIVILIANS, STATE

if TYPE_CHECKING:
    from vraem.scenario import Scenario

ACT = date(2023, 9, 4)
"""The Monday on which arms part: the first of a week, after the ten years to which the group is held."""
LAST_DAY = date(2026, 8, 30)
MIDDLE_REMOVED = 3
"""Commanders taken at once for P15: a third of the columns."""
CAMPAIGN_END = ACT + timedelta(days=2 * 364 - 1)
OPERATIONS_A_MONTH = 4.0
CAREFUL, CARELESS = 0.0, 1.0
"""Collateral of the two campaigns of P27, equal in all else: none or each of the operations that take somebody harms a
civilian too, so that both take the same until what they do tells."""
SLUMP = 0.5
"""Factor on the border price in the collapse of P17, from the act to the end of the run."""

NEAR_KM = 40.0
"""What is near an arrest: where P7 says far begins."""
HALF_YEAR, YEAR, TWO_YEARS = 26, 52, 104
SUSTAINED_MONTHS = 12.0


class CampaignArms(NamedTuple):
    """The runs of one seed: without any act, and with each; and the place."""

    baseline: RunResult
    leader: RunResult
    middle: RunResult
    careful: RunResult
    careless: RunResult
    slump: RunResult
    valley: Valley


def act_scenarios(scenario: "Scenario") -> list["Scenario"]:
    """The arms of a baseline, in the order of `CampaignArms`; all end three years after the act."""
    from vraem.scenario.campaigns import Campaign
    from vraem.scenario.events import PriceShock, Removal

    base = scenario.with_({"run.end": LAST_DAY})

    def campaign(collateral: float) -> "Scenario":
        made = Campaign(
            targets=("fighters",),
            start=ACT,
            end=CAMPAIGN_END,
            operations_per_month=OPERATIONS_A_MONTH,
            collateral=collateral,
        )
        return replace(base, campaigns=(*base.campaigns, made))

    leader = Removal(kind="removal", date=ACT, role="leader")
    middle = Removal(kind="removal", date=ACT, role="commander", count=MIDDLE_REMOVED)
    slump = PriceShock(kind="price_shock", start=ACT, end=LAST_DAY, factor=SLUMP)
    return [
        base,
        replace(base, events=(*base.events, leader)),
        replace(base, events=(*base.events, middle)),
        campaign(CAREFUL),
        campaign(CARELESS),
        replace(base, events=(*base.events, slump)),
    ]


def run_campaign_arms(scenario: "Scenario", seed: int) -> CampaignArms:
    """Run the arms of `act_scenarios` with one seed, the past they share once."""
    valley = load_valley()
    together = run_together(act_scenarios(scenario), seed=seed, valley=valley)
    baseline, leader, middle, careful, careless, slump = (shared.result for shared in together)
    return CampaignArms(baseline, leader, middle, careful, careless, slump, valley)


@dataclass(frozen=True)
class Pair:
    """A number in the arm with the act and in the one without."""

    arm: float
    reference: float


Pairs = dict[str, Pair]
"""By name of a measure; what cannot be seen in a seed is left out."""


class Seen(NamedTuple):
    """What one seed leaves: the pairs of the pooled measures, and the measures of P17."""

    pairs: Pairs
    taxation: list[Measure]


def measure_campaigns(arms: CampaignArms) -> Seen:
    """Every measure of one seed; none if the group had lost much of its strength before the act."""
    if arms.leader.organisation.weak_start:
        return Seen({}, [])
    return Seen(after_leader(arms) | after_commanders(arms) | after_harm(arms), taxation(arms))


def week_of_act(run: RunResult) -> int:
    """The week of `ACT` in a run."""
    return int(run.dates.searchsorted(np.datetime64(ACT), "right")) - 1


def after_leader(arms: CampaignArms) -> Pairs:
    """P14: violence of groups near the place where the leader was taken; empty if there was none to take."""
    start = week_of_act(arms.baseline)
    places = removed_at(arms.leader.organisation.journal, start, LEADER)
    if not len(places):
        return {}
    near = near_places(arms.valley, places)
    return {
        name: _violence_pair(arms.leader, arms.baseline, start + 1, start + weeks, near)
        for name, weeks in (("first 6 months", HALF_YEAR), ("first 12 months", YEAR))
    }


def after_commanders(arms: CampaignArms) -> Pairs:
    """P15: violence of groups after arrests in the middle, at first and later; empty if there was none to take."""
    start = week_of_act(arms.baseline)
    if not len(removed_at(arms.middle.organisation.journal, start, COMMANDER)):
        return {}
    return {
        "first 6 months after": _violence_pair(arms.middle, arms.baseline, start + 1, start + HALF_YEAR),
        "months 7 to 24 after": _violence_pair(
            arms.middle, arms.baseline, start + HALF_YEAR + 1, start + TWO_YEARS
        ),
    }


def after_harm(arms: CampaignArms) -> Pairs:
    """P27: recruits, bonds and command link over a careless campaign, against a careful one of equal operations."""
    start = week_of_act(arms.baseline)
    weeks = slice(start + 1, start + TWO_YEARS + 1)

    def pair(name: str, scale: float = 1.0) -> Pair:
        careless, careful = (float(run[name][weeks].mean()) for run in (arms.careless, arms.careful))
        return Pair(scale * careless, scale * careful)

    return {
        "civilians harmed": Pair(
            *(float(harmed(run.organisation.journal, weeks)) for run in (arms.careless, arms.careful))
        ),
        "recruits": pair("recruits", TWO_YEARS),
        "bonds in columns": pair("bond"),
        "link to the centre": pair("command_link"),
    }


def removed_at(journal: Journal, week: int, rank: int) -> NDArray[np.int64]:
    """Communities where the state took members of the lineage of `rank` in a week, one an arrest."""
    mask = taken_by_state(journal, rank) & journal.within(week, week)
    return np.asarray(journal["community"][mask], dtype=np.int64)


def near_places(valley: Valley, places: NDArray[np.int64], kilometres: float = NEAR_KM) -> NDArray[np.bool_]:
    """Which communities (C,) lie within some kilometres of one of `places`."""
    communities = valley.communities
    rows = communities.row[:, None].astype(float) - communities.row[places]
    cols = communities.col[:, None].astype(float) - communities.col[places]
    near: NDArray[np.bool_] = CELL_KM * np.hypot(rows, cols).min(axis=1) <= kilometres
    return near


def group_violence(journal: Journal, first: int, last: int, near: NDArray[np.bool_] | None = None) -> int:
    """Violent events made by armed groups in the weeks `first` to `last`, at the places `near` (C,) if given.

    Raids of the state and its harm to civilians do not count: they belong to the act, not to its answer.
    """
    mask = journal.within(first, last) & journal.of_kind(*VIOLENT)
    mask &= np.isin(journal["by"], ARMED_ACTORS)
    if near is not None:
        places = journal["community"]
        mask &= (places >= 0) & near[np.maximum(places, 0)]
    return int(mask.sum())


def harmed(journal: Journal, weeks: slice) -> int:
    """Events in which the state harmed civilians."""
    mask = journal.within(weeks.start, weeks.stop - 1) & (journal["by"] == STATE)
    return int((mask & (journal["victim"] == CIVILIANS)).sum())


def _violence_pair(
    arm: RunResult, reference: RunResult, first: int, last: int, near: NDArray[np.bool_] | None = None
) -> Pair:
    counted = (float(group_violence(run.organisation.journal, first, last, near)) for run in (arm, reference))
    return Pair(*counted)


def taxation(arms: CampaignArms) -> list[Measure]:
    """P17: how long the tax on leaf, a bulky good, outlives a collapse of its price.

    The tax is measured by its rate on the value of the leaf sold, against the same seed without the collapse: its
    yield falls with the price whatever the group does.
    """
    start = week_of_act(arms.baseline)
    second = slice(start + YEAR, start + TWO_YEARS)
    fall = float(arms.slump["leaf_price"][second].mean() / arms.baseline["leaf_price"][second].mean()) - 1.0
    months = half_life(tax_rate(arms.slump, start), tax_rate(arms.baseline, start))
    return [
        Measure("leaf price, second year", fall, -1.0, -0.3, "change", "collapse"),
        Measure("half-life of the tax rate", months, SUSTAINED_MONTHS, INFINITY, "months", "> 12"),
    ]


def tax_rate(run: RunResult, start: int) -> NDArray[np.float64]:
    """Tax on leaf over the value of the leaf sold, mean of 13 weeks from `start` on (weeks after it less 12,)."""
    window = np.ones(WEEKS_A_QUARTER)
    tax = np.convolve(run["group_leaf_tax"][start:], window, "valid")
    sold = run["leaf_sold_firms"][start:] + run["leaf_sold_legal"][start:]
    value = np.convolve(sold * run["leaf_price"][start:], window, "valid")
    rate: NDArray[np.float64] = np.divide(tax, value, out=np.zeros_like(tax), where=value > 0.0)
    return rate


def half_life(rate: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Months until a rate is first below half of the reference; those that were seen if it never is.

    Not a number where the reference is nought at once: nothing was taxed that could outlive anything.
    """
    if not reference[0] > 0.0:
        return float("nan")
    below = np.flatnonzero(rate < 0.5 * reference)
    weeks = (int(below[0]) if len(below) else len(rate)) + WEEKS_A_QUARTER - 1
    return weeks / WEEKS_A_MONTH


class PairedPattern(NamedTuple):
    """A pattern over pairs: `measures` by name with bounds and unit, a relative change or a difference."""

    label: str
    name: str
    target: str
    tolerance: str
    measures: tuple[tuple[str, float, float, str], ...]


PAIRED_PATTERNS: tuple[PairedPattern, ...] = (
    PairedPattern(
        "P14",
        "Violence near the arrest of the leader",
        "0 to +150 %, 6-12 months",
        "sign and range",
        (("first 6 months", 0.0, 1.5, "change"), ("first 12 months", 0.0, 1.5, "change")),
    ),
    PairedPattern(
        "P15",
        "Violence after arrests in the middle",
        "short dip, later rise",
        "signs over time",
        (
            ("first 6 months after", -1.0, 0.0, "change"),
            ("months 7 to 24 after", 0.0, INFINITY, "change"),
        ),
    ),
    PairedPattern(
        "P27",
        "Harm to civilians feeds columns",
        "recruits and bonds up, link down",
        "signs",
        (
            ("civilians harmed", 0.0, INFINITY, "change"),
            ("recruits", 0.0, INFINITY, "change"),
            ("bonds in columns", 0.0, INFINITY, "difference"),
            ("link to the centre", -INFINITY, 0.0, "difference"),
        ),
    ),
)
"""Patterns that are scored over all pairs at once."""


TAXATION = Words("P17", "Taxation outlives a price collapse", "half-life > 12 months", "inside")


def pooled_change(
    name: str, pairs: Sequence[Pair], low: float, high: float, unit: str, observed: str
) -> Pooled:
    """Change from reference to arm over all pairs, relative to the reference unless the unit is a difference."""
    arm = np.array([pair.arm for pair in pairs])
    reference = np.array([pair.reference for pair in pairs])
    seeds = np.arange(len(pairs))
    # one name, so that both sides and all measures of a pattern resample the same seeds with the same weights
    with_it, without = (mean_draws(values, seeds, name="pairs") for values in (arm, reference))
    if unit == "difference":
        return Pooled(
            Measure(name, float(arm.mean() - reference.mean()), low, high, unit, observed), with_it - without
        )
    draws = np.divide(with_it, without, out=np.full(len(with_it), np.nan), where=without > 0.0) - 1.0
    value = float(arm.sum() / reference.sum()) - 1.0 if reference.sum() > 0.0 else float("nan")
    return Pooled(Measure(name, value, low, high, unit, observed), draws)


def score_campaigns(seen: Sequence[Seen]) -> list[PatternScore]:
    """Scores of P14, P15, P17 and P27 from what the seeds leave, in order."""
    scores = [_score_pairs(pattern, [each.pairs for each in seen]) for pattern in PAIRED_PATTERNS]
    scores.append(score_paths(TAXATION, [each.taxation for each in seen if each.taxation], CAMPAIGNS))
    return sorted(scores, key=lambda score: int(score.label[1:]))


def _score_pairs(pattern: PairedPattern, seen: Sequence[Pairs]) -> PatternScore:
    known = [pairs for pairs in seen if all(name in pairs for name, *_ in pattern.measures)]
    if not known:
        return score_paths(pattern, [], CAMPAIGNS)
    pooled = [
        pooled_change(name, [pairs[name] for pairs in known], low, high, unit, sign_words(low))
        for name, low, high, unit in pattern.measures
    ]
    return score_pooled(pattern, pooled, len(known), CAMPAIGNS)


def sign_words(low: float) -> str:
    """What bounds from `low` on ask of a sign."""
    return "> 0" if low == 0.0 else "< 0"


def campaign_scoreboard(
    scenario: "Scenario",
    *,
    seeds: Sequence[int],
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[PatternScore]:
    """Run the arms of every seed from `scenario`, usually ``load("baseline")``, and score P14, P15, P17 and P27."""
    jobs = [(scenario, seed) for seed in seeds]
    return score_campaigns(map_jobs(_measure_seed, jobs, workers=workers, progress=progress))


def _measure_seed(job: "tuple[Scenario, int]") -> Seen:
    return measure_campaigns(run_campaign_arms(*job))
