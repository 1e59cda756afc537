"""End states: how often each, with intervals; and how far the answer hangs on where the thresholds stand.

Labels are those that `observe` gave. Under moved thresholds they are given anew, by the same rules, from the
measures in the table of runs: docs/reference/outcomes.md asks for ± 20 per cent in every report.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis import outcome_columns as columns
from vraem.analysis.intervals import Interval, simultaneous_shares
from vraem.analysis.resampling import posterior_share
from vraem.analysis.results import CENSORED_LABEL, Results
from vraem.observe.end_states import END_STATES, classify
from vraem.observe.measures import HorizonMeasures
from vraem.observe.thresholds import MOVED, THRESHOLDS, VARIANTS, Thresholds

GANGS = "gangs"
WHOLE_TABLE = "every threshold"
"""All thresholds of the table at once: of the labels, of *dismantled* and of what counts as a group."""
BY_PERSONS_WORDS = (
    "Recruits count as of the group as far as the splinter that they join comes from it. Counted by persons, only "
    "who was ever in the founding group is of it: its own recruits are, those of a splinter are not, so that with the "
    "turnover of its members a splinter passes for a stranger within years."
)


class Shares(NamedTuple):
    """Shares of end states among ``runs`` runs.

    ``simultaneous``: multinomial intervals that hold together if runs were independent; ``clustered``:
    intervals of one label at a time that respect outer draws.
    """

    runs: int
    simultaneous: dict[str, Interval]
    clustered: dict[str, Interval]


def shares(results: Results, horizon: int, among: NDArray[np.bool_] | None = None) -> Shares:
    """How often each end state comes at a horizon, among some of the runs (runs,)."""
    found = results.labels(horizon)
    counted = results.reached(horizon)
    if among is not None:
        counted &= among
    counts = {label: int((found[counted] == label).sum()) for label in known_labels(found)}
    clustered = {
        label: posterior_share(
            found == label, results.clusters, among=counted, name=f"label {label} {horizon}"
        ).interval()
        for label in counts
    }
    return Shares(int(counted.sum()), simultaneous_shares(counts), clustered)


def known_labels(found: NDArray[np.str_]) -> tuple[str, ...]:
    """All end states, and any others that a table has behind them."""
    others = sorted(set(found.tolist()) - set(END_STATES) - {CENSORED_LABEL})
    return (*END_STATES, *others)


END_STATE_RULES = (
    "gone_armed",
    "gone_hired",
    "gone_revenue",
    "replaced_vacancy",
    "absorbed",
    "rump",
    "intact",
    "splinters",
    "fragments",
    "effective_fragments",
    "profit",
)
"""Thresholds of the end states that a finished run's measures can be judged by anew."""


def relabelled(results: Results, horizon: int, thresholds: Thresholds) -> NDArray[np.str_]:
    """End states (runs,) from the measures at a horizon under other thresholds; empty where one is missing."""
    measures = HorizonMeasures(
        **{name: results.numbers(columns.at(column, horizon)) for name, column in columns.MEASURES.items()}
    )
    codes = classify(measures, thresholds)
    return np.where(codes >= 0, np.array(END_STATES)[codes], CENSORED_LABEL)


class Stability(NamedTuple):
    """What moving one threshold (or all) by a factor does: ``changed`` share of labels, ``share`` of the wanted one."""

    threshold: str
    factor: float
    changed: float
    share: float


def stability(
    results: Results,
    horizon: int,
    among: NDArray[np.bool_],
    *,
    by: float = 0.2,
    wanted: str = GANGS,
    thresholds: Thresholds = THRESHOLDS,
) -> list[Stability]:
    """How labels of some runs (runs,) change when thresholds are moved by ± ``by``: none, each alone, all at once.

    Empty where the table lacks the measures.
    """
    if not results.has(*(columns.at(name, horizon) for name in columns.LABEL_MEASURES)):
        return []
    own = relabelled(results, horizon, thresholds)
    counted = among & (own != CENSORED_LABEL)
    if not counted.any():
        return []

    def row(name: str, factor: float, moved: Thresholds) -> Stability:
        labels = relabelled(results, horizon, moved)
        changed = float((labels[counted] != own[counted]).mean())
        return Stability(name, factor, changed, float((labels[counted] == wanted).mean()))

    factors = (1.0 - by, 1.0 + by)
    return [
        row("none", 1.0, thresholds),
        *(row(name, f, thresholds.scaled(f, name)) for name in END_STATE_RULES for f in factors),
        *(row("all", f, thresholds.scaled(f, *END_STATE_RULES)) for f in factors),
        *_given_under_variants(results, horizon, counted, own, wanted),
    ]


def under_moved_tables(
    results: Results, horizon: int, definition: str, wanted: str = GANGS
) -> list[Stability]:
    """Labels that the observer gave under the whole table moved down and up, among the runs dismantled under it.

    ``changed`` is the share of the runs dismantled under the table as it stands whose label is another.
    """
    own, counted, rows = results.labels(horizon), results.counted(horizon, definition), []
    for reading, (factor, _) in MOVED.items():
        moved = results.read_as(reading)
        if moved is None or horizon not in moved.horizons:
            continue
        labels, among = moved.labels(horizon), moved.counted(horizon, definition)
        if counted.any() and among.any():
            changed = float((labels[counted] != own[counted]).mean())
            rows.append(Stability(WHOLE_TABLE, factor, changed, float((labels[among] == wanted).mean())))
    return rows


def _given_under_variants(
    results: Results, horizon: int, counted: NDArray[np.bool_], own: NDArray[np.str_], wanted: str
) -> list[Stability]:
    """Labels that the observer gave under another least strength of a group, which no finished run can tell anew."""
    found = []
    for variant in ("three_armed", "ten_armed"):
        name = columns.at(columns.END_STATE_VARIANT, horizon).format(variant=variant)
        if name in results.frame:
            labels = results.frame[name].fillna(CENSORED_LABEL).to_numpy(dtype=str)
            changed = float((labels[counted] != own[counted]).mean())
            factor = VARIANTS[variant].strength_min / THRESHOLDS.strength_min
            found.append(
                Stability("strength_min", factor, changed, float((labels[counted] == wanted).mean()))
            )
    return found
