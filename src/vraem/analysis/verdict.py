"""The verdict on a statement: supported, refuted, plural or contingent, by rules that were written down before.

p is the probability that the statement holds among the runs in which its condition does. What is known of p
is a posterior over outer draws (``resampling``). For Q1 the statement is the end state *gangs* and the
condition that the group is dismantled; P(dismantled | campaign) is told apart from it, and P(gangs |
campaign) never alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis import outcome_columns as columns
from vraem.analysis.clusters import clustered_gap, mean_interval, student_interval
from vraem.analysis.intervals import Interval, equivalent_mean
from vraem.analysis.labels import GANGS, Shares, Stability, shares, stability, under_moved_tables
from vraem.analysis.resampling import JUDGED_DRAWS, modal_weight, posterior_share
from vraem.analysis.results import Results
from vraem.analysis.words import percent
from vraem.experiment.rules import VerdictRules

Word = Literal["supported", "refuted", "plural", "contingent", "unanswered"]
WORDS: Mapping[Word, str] = {
    "supported": "it holds in most runs, almost surely, and is what comes most often under most assumptions",
    "refuted": "it holds in few runs, almost surely",
    "plural": "it is what comes most often, yet in no more than half of the runs",
    "contingent": "neither supported nor refuted: too few runs, or it hangs on assumptions that are not known",
    "unanswered": "no run meets the condition",
}
KIN_SHOCK, FIRMS_INTEGRATE = "kin_shock", "firms_integrate"
SHOWN_SWITCHES: Mapping[str, str] = {KIN_SHOCK: "S1", FIRMS_INTEGRATE: "S6"}
"""Switches by whose forms the verdict on Q1 is always shown."""

SAME_WORD_SENTENCE = (
    "The model has evidence on fragmentation, none on the word gangs: fragmented remnants are as bent on profit as "
    "the same groups were before the campaign"
)


class Judgement(NamedTuple):
    """The verdict on one statement among some runs.

    ``p`` with its 95 % interval; ``certainty_above`` and ``certainty_below`` the thresholds of the rules;
    ``modal_weight`` the share of draws in which the statement is what comes most often; ``runs`` that count,
    in ``clusters`` outer draws.
    """

    word: Word
    p: Interval
    certainty_above: float
    certainty_below: float
    modal_weight: float
    runs: int
    clusters: int


def judge(
    results: Results,
    holds: NDArray[np.bool_],
    among: NDArray[np.bool_],
    rules: VerdictRules,
    *,
    labels: NDArray[np.str_] | None = None,
    wanted: str = "yes",
    name: str = "verdict",
) -> Judgement:
    """Judge a statement that ``holds`` or not (runs,), ``among`` the runs (runs,) that meet its condition.

    ``labels`` (runs,): what else may come in place of ``wanted``; yes and no if None. ``name`` is that of the random
    numbers: what is judged under one name has the same verdict wherever it has the same runs.
    """
    said = np.where(holds, "yes", "no") if labels is None else labels
    weight, _ = modal_weight(said.tolist(), wanted, results.draws, among)
    known = posterior_share(holds, results.clusters, among=among, draws=JUDGED_DRAWS, name=name)
    above, below = known.above(rules.supported_above), known.below(rules.refuted_below)
    word = _word(known.mean, above, below, weight, rules) if known.total else "unanswered"
    return Judgement(word, known.interval(), above, below, weight, int(known.total), known.clusters)


def _word(p: float, above: float, below: float, weight: float, rules: VerdictRules) -> Word:
    modal = weight >= rules.modal_weight
    if above >= rules.supported_certainty and modal:
        return "supported"
    if below >= rules.refuted_certainty:
        return "refuted"
    if modal and p <= rules.supported_above:
        return "plural"
    return "contingent"


class Fragmentation(NamedTuple):
    """Fragmentation and criminalisation, told apart, among dismantled runs at one horizon.

    ``fragmented``: P(fragmented | dismantled). ``profit``: P(Π ≥ threshold | fragmented); ``profit_before``: the same
    of Π0 in the same runs; ``profit_gap`` the first less the other, run by run; ``profit_change``: mean Π − Π0 there.
    ``speaks_of_gangs``: False if the two differ by less than the gap of the rules, True if they differ by more and
    chance does not explain it, None if it may or nothing is known; ``sentence`` says so in words. Profit is told of the
    ``fragmented_runs`` that say it.
    """

    fragmented: Interval
    profit: Interval
    profit_before: Interval
    profit_gap: Interval
    profit_change: Interval
    runs: int
    fragmented_runs: int
    speaks_of_gangs: bool | None
    sentence: str


def fragmentation(
    results: Results, horizon: int, among: NDArray[np.bool_], rules: VerdictRules
) -> Fragmentation:
    """Both findings among some runs (runs,)."""
    counted = among & results.reached(horizon)
    split = results.numbers(columns.at(columns.FRAGMENTED, horizon))
    after = results.numbers(columns.at(columns.PROFIT, horizon))
    before = results.numbers(columns.PROFIT_BEFORE)
    told = counted & (split > 0.5) & np.isfinite(after) & np.isfinite(before)
    bent, was_bent = after >= rules.profit_oriented, before >= rules.profit_oriented
    clusters = results.clusters

    def share(yes: NDArray[np.bool_], of: NDArray[np.bool_], name: str) -> Interval:
        return posterior_share(yes, clusters, among=of, name=name).interval()

    gaps = (bent.astype(float) - was_bent.astype(float))[told]
    known = clustered_gap(gaps, clusters[told])
    gap = student_interval(known, float(gaps.mean()) if len(gaps) else float("nan")).within(-1.0, 1.0)
    equal = equivalent_mean(*known, margin=rules.fragmentation_gap).equivalent
    # one name for both, so that their difference is that of runs and not of resampling
    profit, profit_before = share(bent, told, "profit"), share(was_bent, told, "profit")
    speaks, sentence = _said_of_gangs(profit.estimate, profit_before.estimate, gap, equal, len(gaps), rules)
    return Fragmentation(
        fragmented=share(split > 0.5, counted & np.isfinite(split), "fragmented"),
        profit=profit,
        profit_before=profit_before,
        profit_gap=gap,
        profit_change=mean_interval(np.where(told, after - before, np.nan), clusters),
        runs=int(counted.sum()),
        fragmented_runs=len(gaps),
        speaks_of_gangs=speaks,
        sentence=sentence,
    )


def _said_of_gangs(
    after: float, before: float, gap: Interval, equal: bool, runs: int, rules: VerdictRules
) -> tuple[bool | None, str]:
    if not runs:
        return None, "No dismantled run is fragmented at this horizon, so nothing can be said of profit."
    counted = f"{runs:,} fragmented run{'s' * (runs != 1)}"
    if np.isfinite(gap.low):
        counted += f"; difference {100 * gap.low:+.0f} to {100 * gap.high:+.0f} points"
    if equal:
        return False, f"{SAME_WORD_SENTENCE} ({counted})."
    shares = f"{percent(after)} against {percent(before)}"
    if gap.low <= 0.0 <= gap.high or not np.isfinite(gap.low):
        return None, (
            "Whether fragmented remnants are as often bent on profit as the same groups were before the campaign is "
            f"not settled ({shares} in {counted})."
        )
    direction = "more" if gap.estimate > 0 else "less"
    return True, (
        f"Fragmented remnants are {direction} often bent on profit than the same groups were before the campaign "
        f"({shares} in {counted})."
    )


@dataclass(frozen=True)
class ClaimAtHorizon:
    """Q1 at one horizon under one definition: how often dismantled, what comes then, both findings apart."""

    definition: str
    horizon: int
    dismantled: Interval
    judgement: Judgement
    states: Shares
    fragmentation: Fragmentation


class SwitchCell(NamedTuple):
    """Q1 among the runs with one form of a switch, under one definition at one horizon."""

    switch: str
    form: str
    definition: str
    horizon: int
    dismantled: Interval
    judgement: Judgement


@dataclass(frozen=True)
class ClaimVerdict:
    """The verdict on Q1.

    ``headline``: definition and horizon of the rules. ``table``: every definition by horizon. ``by_switch``:
    the headline for each form of S1 and S6, ``switch_table`` the same by definition and horizon. ``by_arm``:
    the headline for each campaign. ``stability``: thresholds moved. ``weak``: share of the runs with a campaign
    left out because the group was weak before; ``censored``: share too short for the horizon. ``by_persons``: the
    table again without recruits of splinters, empty if the runs do not say. ``matched``: the table among the draws
    that history does not rule out, empty if that was not asked.
    """

    rules: VerdictRules
    headline: ClaimAtHorizon
    table: tuple[ClaimAtHorizon, ...]
    by_switch: dict[str, dict[str, ClaimAtHorizon]]
    by_arm: dict[str, ClaimAtHorizon]
    switch_table: tuple[SwitchCell, ...]
    stability: tuple[Stability, ...]
    weak: float
    censored: float
    by_persons: tuple[ClaimAtHorizon, ...] = ()
    matched: tuple[ClaimAtHorizon, ...] = ()


def claim_at(results: Results, definition: str, horizon: int) -> ClaimAtHorizon:
    """Q1 among ``results``, which should be those that are ``judged``."""
    among = results.counted(horizon, definition)
    return ClaimAtHorizon(
        definition=definition,
        horizon=horizon,
        dismantled=_dismantled(results, definition, horizon),
        judgement=_judged_gangs(results, definition, horizon),
        states=shares(results, horizon, among),
        fragmentation=fragmentation(results, horizon, among, results.rules),
    )


def claim_verdict(results: Results) -> ClaimVerdict:
    """The verdict on Q1 from all runs of an experiment. Raises ``ValueError`` without end states or *dismantled*."""
    results.require_end_states()
    kept, rules = results.judged, results.rules
    definition = results.definition
    horizon = results.headline
    reached = kept.reached(horizon)
    return ClaimVerdict(
        rules=rules,
        headline=claim_at(kept, definition, horizon),
        table=claims_by_definition(kept),
        by_switch={
            switch: {
                form: claim_at(kept.where(kept.frame[switch] == form), definition, horizon)
                for form in kept.forms(switch)
            }
            for switch in SHOWN_SWITCHES
            if kept.forms(switch)
        },
        by_arm={
            arm: claim_at(kept.of_arm(arm), definition, horizon)
            for arm in kept.campaigns
            if (kept.frame["arm"] == arm).any()
        },
        switch_table=tuple(_switch_cells(kept)),
        stability=(
            *stability(kept, horizon, kept.counted(horizon, definition), by=rules.label_variation),
            *under_moved_tables(kept, horizon, definition),
        ),
        weak=1.0 - len(kept.frame) / len(results.tried.frame) if len(results.tried.frame) else float("nan"),
        censored=float((~reached).mean()) if len(reached) else float("nan"),
        by_persons=claims_by_definition(kept.by_persons) if kept.by_persons is not None else (),
        matched=claims_by_definition(kept.matched) if kept.matched is not None else (),
    )


def claims_by_definition(kept: Results) -> tuple[ClaimAtHorizon, ...]:
    """Q1 by every definition at every horizon."""
    return tuple(claim_at(kept, each, months) for each in kept.definitions for months in kept.horizons)


def _switch_cells(kept: Results) -> Iterator[SwitchCell]:
    """Every form of S1 and S6 by definition and horizon."""
    for switch in SHOWN_SWITCHES:
        for form in kept.forms(switch):
            own = kept.where(kept.frame[switch] == form)
            for definition in kept.definitions:
                for horizon in kept.horizons:
                    yield _switch_cell(own, switch, form, definition, horizon)


def _switch_cell(own: Results, switch: str, form: str, definition: str, horizon: int) -> SwitchCell:
    return SwitchCell(
        switch,
        form,
        definition,
        horizon,
        _dismantled(own, definition, horizon),
        _judged_gangs(own, definition, horizon),
    )


def _dismantled(results: Results, definition: str, horizon: int) -> Interval:
    fallen, among = results.dismantled(definition), results.reached(horizon)
    return posterior_share(fallen, results.clusters, among=among, name="dismantled").interval()


def _judged_gangs(results: Results, definition: str, horizon: int) -> Judgement:
    found, among = results.labels(horizon), results.counted(horizon, definition)
    return judge(results, found == GANGS, among, results.rules, labels=found, wanted=GANGS, name="Q1")
