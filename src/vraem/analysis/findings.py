"""Everything that a report says of an experiment, computed once from its runs: what `verdict.json` holds.

Nothing is drawn or worded here but the short answers; the page and the charts read from this.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vraem.analysis import outcome_columns as columns
from vraem.analysis.clusters import Clusters
from vraem.analysis.contrasts import Contrast, contrasts, equal_shares, share_difference
from vraem.analysis.discovery import Discovery, as_rows, discover
from vraem.analysis.incidence import Incidence, aalen_johansen, first_of
from vraem.analysis.intervals import (
    Equivalence,
    Interval,
    PairTable,
    mcnemar,
    newcombe_paired,
)
from vraem.analysis.labels import GANGS
from vraem.analysis.matched_assumptions import Narrowed
from vraem.analysis.matched_draws import MatchSummary
from vraem.analysis.nulls import NullComparison, compare_nulls
from vraem.analysis.paired import holm
from vraem.analysis.questions import Answer, answers
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import (
    Effect,
    Index,
    Lever,
    levers,
    morris_effects,
    point_means,
    sobol_indices,
)
from vraem.analysis.splinters import SplinterFindings, splinter_findings
from vraem.analysis.verdict import ClaimVerdict
from vraem.analysis.words import percent
from vraem.experiment.design import point_count
from vraem.observe.thresholds import THRESHOLDS
from vraem.world.clock import WEEKS_A_YEAR

YEARS = (1, 2, 5, 10)
"""Years after the campaign's start at which incidence is told."""

MOST_LEVERS = 12
_INDICES: dict[str, Callable[[Any, Any], Sequence[Effect | Index]]] = {
    "morris": morris_effects,
    "saltelli": sobol_indices,
}
MOST_CONTRASTS = 60
"""Columns beyond which a table of all contrasts would be unreadable; experiments that ask for more choose."""


@dataclass(frozen=True)
class CampaignContrast:
    """P(gangs | dismantled) under one campaign less under the control.

    ``difference`` over all dismantled runs of both, with an interval over outer draws, ``p`` of it corrected
    by Holm; ``equal`` at the margin. ``both``: pairs dismantled under both, with ``newcombe`` and exact
    ``p_mcnemar`` where there is one pair a cluster.
    """

    arm: str
    control: str
    difference: Interval
    p_holm: float
    equal: Equivalence
    both: int
    newcombe: Interval | None
    p_mcnemar: float | None


@dataclass(frozen=True)
class FirstEvents:
    """Cumulative incidence of something in the runs of one arm: ``at`` some years after the campaign's start."""

    arm: str
    event: str
    at: dict[int, Interval]
    curve: Incidence = field(repr=False)


@dataclass(frozen=True)
class Findings:
    """What was found. ``claim`` is None where the runs have no end states or Q1 was not asked.

    ``thresholds_hash`` of the table by which the runs were labelled; ``clusters``: what intervals take as drawn.
    ``matching``: which draws history rules out, None if that was not asked; ``history_levers``: the assumptions over
    which the share of draws that are kept moves most clearly.
    """

    about: dict[str, Any]
    rules: dict[str, Any]
    thresholds_hash: str
    clusters: str
    runs: dict[str, int]
    matching: MatchSummary | None
    history_levers: tuple[Narrowed, ...]
    claim: ClaimVerdict | None
    answers: tuple[Answer, ...]
    campaigns: tuple[CampaignContrast, ...]
    incidence: tuple[FirstEvents, ...]
    splinters: SplinterFindings | None
    nulls: tuple[NullComparison, ...]
    discovery: Discovery | None
    levers: tuple[Lever, ...]
    effects: dict[str, tuple[Effect | Index, ...]]
    contrasts: tuple[Contrast, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain data for ``verdict.json``; curves are left out, since the runs have them."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["discovery"] = as_rows(self.discovery) if self.discovery else None
        data["incidence"] = [{"arm": e.arm, "event": e.event, "at": e.at} for e in self.incidence]
        return data


def findings(results: Results, nulls: Results | None = None) -> Findings:
    """Everything from the runs of an experiment; ``nulls``: those of another in which null models were run."""
    asked = set(results.rules.questions)
    judgeable = bool(results.horizons and results.definitions and results.campaigns)
    claim = results.claim if judgeable and "Q1" in asked else None
    return Findings(
        about=dict(results.about),
        rules=results.rules.model_dump(),
        thresholds_hash=str(results.about.get("thresholds_hash", THRESHOLDS.hash)),
        clusters=results.cluster_words,
        runs=_counts(results),
        matching=results.matching.summary(others_run=results.matched is not None)
        if results.matching is not None
        else None,
        history_levers=results.narrowed[:MOST_LEVERS],
        claim=claim,
        answers=tuple(answers(results)),
        campaigns=tuple(campaign_contrasts(results)) if claim else (),
        incidence=tuple(first_events(results)),
        splinters=splinter_findings(results) if claim else None,
        nulls=tuple(compare_nulls(nulls or results, results.headline)) if claim else (),
        discovery=_discovered(results, claim) if claim else None,
        levers=_levers(results, claim) if claim else (),
        effects=effects_of(results),
        contrasts=tuple(contrasts(results.strong, kept_outcomes(results))) if len(results.arms) > 1 else (),
    )


def _counts(results: Results) -> dict[str, int]:
    frame = results.frame
    return {
        "all": len(frame),
        "judged": len(results.judged.frame),
        "tried": len(results.tried.frame),
        "weak": len(results.tried.frame) - len(results.judged.frame),
        "draws": int(frame["point"].nunique()),
        "seeds": int(frame["replicate"].nunique()),
        "arms": int(frame["arm"].nunique()),
    }


def campaign_contrasts(results: Results) -> list[CampaignContrast]:
    """Each campaign against the control, if there is one."""
    kept, control = results.judged, results.control
    if control is None:
        return []
    months = results.headline
    holds = kept.labels(months) == GANGS
    among = kept.counted(months)
    arms = kept.frame["arm"].to_numpy(dtype=str)
    rows = []
    for arm in [name for name in kept.campaigns if name != control and (arms == name).any()]:
        gap, draws = share_difference(
            kept, holds, among, arms == arm, arms == control, name=f"campaign {arm}"
        )
        table, alone = _both_dismantled(kept, holds, among, arm, control)
        known = np.isfinite(draws).all()
        p = 2 * min(float((draws <= 0).mean()), float((draws >= 0).mean())) if known else float("nan")
        p = min(max(p, 1.0 / len(draws)), 1.0) if known else p
        equal = equal_shares(kept, holds, among, arms == arm, arms == control)
        rows.append(
            CampaignContrast(
                arm=arm,
                control=control,
                difference=gap,
                p_holm=p,
                equal=equal,
                both=table.pairs,
                newcombe=newcombe_paired(table) if alone and table.pairs else None,
                p_mcnemar=mcnemar(table) if alone and table.pairs else None,
            )
        )
    adjusted = holm([row.p_holm for row in rows])
    return [
        CampaignContrast(**{**row.__dict__, "p_holm": float(p)})
        for row, p in zip(rows, adjusted, strict=True)
    ]


def _both_dismantled(
    kept: Results, holds: "np.ndarray[Any, Any]", among: "np.ndarray[Any, Any]", arm: str, control: str
) -> tuple[PairTable, bool]:
    """Pairs of runs that are dismantled under both campaigns: gangs or not; whether no two share a cluster."""
    frame = kept.frame[["arm", "point", "replicate"]].assign(holds=holds)[among]
    wide = frame.pivot(index=["point", "replicate"], columns="arm", values="holds")
    if arm not in wide or control not in wide:
        return PairTable(0, 0, 0, 0), True
    both = wide[[arm, control]].dropna()
    table = PairTable.of(both[arm].to_numpy(dtype=bool), both[control].to_numpy(dtype=bool))
    return table, Clusters.of(kept.clusters_of(both.index.to_frame())).count == len(both)


EVENTS = {
    columns.FIRST_SPLIT: "a column secedes",
    columns.THREE_GROUPS: "three independent groups, those of before among them",
}


def first_events(results: Results) -> list[FirstEvents]:
    """Cumulative incidence of a first split and of three groups, by arm."""
    kept = results.strong
    found = []
    for column, words in EVENTS.items():
        if not kept.has(column, columns.WATCHED):
            continue
        for arm in kept.arms:
            own = kept.of_arm(arm)
            watched = own.numbers(columns.WATCHED)
            own = own.where(np.isfinite(watched))
            if not len(own.frame):
                continue
            times, causes = first_of({words: own.numbers(column)}, own.numbers(columns.WATCHED))
            curve = aalen_johansen(times, causes, (words,), own.clusters)
            at = {years: curve.at(words, years * WEEKS_A_YEAR) for years in YEARS}
            found.append(FirstEvents(arm, words, at, curve))
    return found


def _discovered(results: Results, claim: ClaimVerdict) -> Discovery:
    """Conditions under which gangs come: told whatever the verdict, asked for where it is contingent."""
    kept, head = results.judged, claim.headline
    return discover(kept, kept.labels(head.horizon) == GANGS, kept.counted(head.horizon, head.definition))


def _levers(results: Results, claim: ClaimVerdict) -> tuple[Lever, ...]:
    kept, head = results.judged, claim.headline
    among = kept.counted(head.horizon, head.definition)
    return tuple(levers(kept, kept.labels(head.horizon) == GANGS, among)[:MOST_LEVERS])


def effects_of(results: Results) -> dict[str, tuple[Effect | Index, ...]]:
    """Morris' effects or Sobol' indices of each outcome, where the design is one for them and all points have run."""
    experiment = results.experiment
    if experiment is None or experiment.design.kind not in _INDICES:
        return {}
    points = point_count(experiment.design, experiment.factors)
    found: dict[str, tuple[Effect | Index, ...]] = {}
    for name in kept_outcomes(results):
        with contextlib.suppress(ValueError):  # a point is missing: indices need them all
            means = point_means(results, name, points, results.reference)
            found[name] = tuple(_INDICES[experiment.design.kind](experiment, means)[:MOST_LEVERS])
    return found


def kept_outcomes(results: Results) -> list[str]:
    """Outcomes that are numbers and no measure of the verdict: what an experiment asks for beside its labels."""
    known = set(results.about.get("outcomes", ()))
    names = [name for name in results.frame.columns if name in known]
    numeric = [name for name in names if results.frame[name].dtype.kind in "fiub"]
    return numeric if len(numeric) <= MOST_CONTRASTS else []


def answer_in_two_sentences(found: Findings) -> list[str]:
    """The short answer to each question asked, with its interval: what a reader takes away."""
    said = []
    if found.claim is not None:
        said.append(_claim_words(found.claim))
    said += [_answer_words(answer) for answer in found.answers]
    return said


def _claim_words(claim: ClaimVerdict) -> str:
    head = claim.headline
    if head.judgement.word == "unanswered":
        return (
            "No campaign dismantled the group in any run, so nothing can be said of what would be left "
            "of it. "
            "The statement stands unanswered."
        )
    p, fallen = head.judgement.p, head.dismantled
    years = head.horizon / 12
    when = f"{years:.0f} years" if years != 1 else "a year"
    return (
        f"Where a campaign dismantled the group ({percent(fallen.estimate)} of the runs), what was left of "
        "it were gangs "
        f"{when} later in {percent(p.estimate)} of the runs [{percent(p.low)} to {percent(p.high)}]. "
        f"By the rules written down before, the article's statement is {head.judgement.word}."
    )


def _answer_words(answer: Answer) -> str:
    judged = answer.parts.get(answer.headline)
    if judged is not None and judged.word == "unanswered":
        return f"{answer.question} ({answer.headline}): no run meets the condition. The statement stands unanswered."
    if judged is None:
        settled = [
            f"{each.outcome.replace('_', ' ')} {way}" for each, way in answer.effects if way in ("up", "down")
        ]
        moved = "; ".join(settled) or "no effect is settled"
        return f"{answer.question}: {moved}. By the rules, the statement is {answer.word}."
    p = judged.p
    return (
        f"{answer.question} ({answer.headline}): in {percent(p.estimate)} of the runs "
        f"[{percent(p.low)} to {percent(p.high)}] {answer.asked}. By the rules, the statement is {answer.word}."
    )
