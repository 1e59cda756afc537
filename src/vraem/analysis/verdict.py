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
from vraem.analysis.intervals import Interval
from vraem.analysis.labels import CENSORED_LABEL, GANGS, Shares, Stability, shares, stability
from vraem.analysis.resampling import interval_of, mean_draws, modal_weight, posterior_share
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

    ``labels`` (runs,): what else may come in place of ``wanted``; yes and no if None.
    """
    said = np.where(holds, "yes", "no") if labels is None else labels
    weight, _ = modal_weight(said.tolist(), wanted, results.draws, among)
    known = posterior_share(holds, results.clusters, among=among, name=name)
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

    ``fragmented``: P(fragmented | dismantled). ``profit``: P(Π ≥ threshold | fragmented); ``profit_before``:
    the same of Π0 in the same runs; ``profit_change``: mean Π − Π0 there. ``speaks_of_gangs`` is whether the
    two differ by at least the gap of the rules; ``sentence`` says so in words.
    """

    fragmented: Interval
    profit: Interval
    profit_before: Interval
    profit_change: Interval
    runs: int
    fragmented_runs: int
    speaks_of_gangs: bool | None
    sentence: str


def fragmentation(
    results: Results, horizon: int, among: NDArray[np.bool_], rules: VerdictRules
) -> Fragmentation:
    """Both findings among some runs (runs,)."""
    counted = among & (results.labels(horizon) != CENSORED_LABEL)
    split = counted & results.yes(columns.at(columns.FRAGMENTED, horizon))
    after = results.numbers(columns.at(columns.PROFIT, horizon))
    before = results.numbers(columns.PROFIT_BEFORE)
    split &= np.isfinite(after) & np.isfinite(before)
    clusters = results.clusters

    def share(yes: NDArray[np.bool_], of: NDArray[np.bool_], name: str) -> Interval:
        return posterior_share(yes, clusters, among=of, name=f"{name} {horizon}").interval()

    # one name for both, so that their difference is that of runs and not of resampling
    profit = share(after >= rules.profit_oriented, split, "profit")
    profit_before = share(before >= rules.profit_oriented, split, "profit")
    change = np.where(split, after - before, np.nan)
    mean = float(np.nanmean(change)) if split.any() else float("nan")
    drawn = interval_of(mean_draws(change, clusters, name=f"profit change {horizon}"), mean)
    speaks, sentence = _said_of_gangs(profit.estimate, profit_before.estimate, int(split.sum()), rules)
    return Fragmentation(
        fragmented=share(split, counted, "fragmented"),
        profit=profit,
        profit_before=profit_before,
        profit_change=drawn,
        runs=int(counted.sum()),
        fragmented_runs=int(split.sum()),
        speaks_of_gangs=speaks,
        sentence=sentence,
    )


def _said_of_gangs(after: float, before: float, runs: int, rules: VerdictRules) -> tuple[bool | None, str]:
    if not runs:
        return None, "No dismantled run is fragmented at this horizon, so nothing can be said of profit."
    counted = f"{runs:,} fragmented run{'s' * (runs != 1)}"
    if abs(after - before) < rules.fragmentation_gap:
        return False, f"{SAME_WORD_SENTENCE} ({counted})."
    direction = "more" if after > before else "less"
    return True, (
        f"Fragmented remnants are {direction} often bent on profit ({percent(after)}) than the same groups were before "
        f"the campaign ({percent(before)}; {counted})."
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
    rules = results.rules
    found = results.labels(horizon)
    whole = found != CENSORED_LABEL
    fallen = results.dismantled(definition)
    among = fallen & whole
    name = f"Q1 {definition} {horizon}"
    return ClaimAtHorizon(
        definition=definition,
        horizon=horizon,
        dismantled=posterior_share(
            fallen, results.clusters, among=whole, name=f"{name} dismantled"
        ).interval(),
        judgement=judge(results, found == GANGS, among, rules, labels=found, wanted=GANGS, name=name),
        states=shares(results, horizon, among),
        fragmentation=fragmentation(results, horizon, among, rules),
    )


def claim_verdict(results: Results) -> ClaimVerdict:
    """The verdict on Q1 from all runs of an experiment. Raises ``ValueError`` without end states or *dismantled*."""
    results.require_end_states()
    kept, rules = results.judged, results.rules
    definition = results.definition
    horizon = results.headline
    whole = kept.labels(horizon) != CENSORED_LABEL
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
        stability=tuple(
            stability(kept, horizon, kept.dismantled(definition) & whole, by=rules.label_variation)
        ),
        weak=1.0 - len(kept.frame) / len(results.tried.frame) if len(results.tried.frame) else float("nan"),
        censored=float((~whole).mean()) if len(whole) else float("nan"),
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
    found = own.labels(horizon)
    whole = found != CENSORED_LABEL
    fallen = own.dismantled(definition)
    name = f"Q1 {definition} {horizon}"
    known = posterior_share(fallen, own.clusters, among=whole, name=f"{name} dismantled")
    judged = judge(own, found == GANGS, fallen & whole, own.rules, labels=found, wanted=GANGS, name=name)
    return SwitchCell(switch, form, definition, horizon, known.interval(), judged)
