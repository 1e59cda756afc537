"""Neutrality: can every end state be reached, and does none win whatever is assumed?

docs/reference/outcomes.md: in prior-predictive runs, with parameters, switches and campaigns drawn,
each label has at least 1 per cent at one horizon or more and none more than 60 per cent at any, under each
definition of dismantled (*intact* and *resilient* excepted under *size*, which rules them out by itself).
Beside it stand the null models, and the parameters that can put an answer in by hand: four that the model's
design names, and the quorum of followers, which was found to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis import outcome_columns as columns
from vraem.analysis.intervals import Interval
from vraem.analysis.labels import GANGS
from vraem.analysis.nulls import NullComparison, compare_nulls
from vraem.analysis.resampling import posterior_share, wilson_of_labels
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import (
    Band,
    Effect,
    Lever,
    by_quarter,
    levers,
    morris_effects,
    point_means,
)
from vraem.analysis.words import percent
from vraem.experiment.design import point_count
from vraem.observe.end_states import END_STATES
from vraem.observe.thresholds import MOVED

LEAST, MOST = 0.01, 0.60
EXCEPTED: Mapping[str, tuple[str, ...]] = {"size": ("intact", "resilient")}
"""Labels that a definition rules out: a group below half its size for half a year has not been intact."""

COMPANIONS = ("seats",)
"""Definitions that stand beside one of the three and are shown, not judged."""
ANY_LABEL = "any end state"

SCREENED = ("purge_loss", "firm_offer_probability", "ideology_initial", "review_gap", "follower_quorum")
"""Parameters that can put an answer in by hand, screened first."""
SCREEN_MEASURES = ("n_eff", "fragmented", "pi", "abs", "dis")
"""What a screening of these parameters is told of: groups, whether they are many, profit, hired, lost."""
WITH_SWITCH: Mapping[str, tuple[str, str]] = {"firm_offer_probability": ("firms_integrate", "yes")}
"""Screened only under a form of a switch, without which the parameter does nothing."""


def left_out(definition: str, label: str) -> bool:
    """Whether the rule says nothing of a label under a definition."""
    return definition in COMPANIONS or label in EXCEPTED.get(definition, ())


class Cell(NamedTuple):
    """One label under one definition at one horizon: its share of ``runs`` dismantled runs, with an interval."""

    definition: str
    label: str
    horizon: int
    share: Interval
    runs: int


class Fault(NamedTuple):
    """Where the rule is broken: a label never reached, or one that wins; ``sure`` if the interval says so too."""

    definition: str
    label: str
    horizon: int | None
    share: float
    expected: str
    sure: bool


@dataclass(frozen=True)
class Neutrality:
    """The whole finding.

    ``cells``: shares by definition, label and horizon. ``faults``: where the rule is broken. ``persons_cells`` and
    ``persons_faults``: the same with those counted who were ever in the founding group, and no recruits of
    splinters; empty if the runs do not say.
    ``moved_faults``: the same under the whole table of thresholds moved down and up, by reading; empty without.
    ``screening_labels``: how P(label | dismantled) moves with the screened parameters, by label;
    ``screening_fragmented`` the same of P(fragmented | dismantled), empty if the runs do not say whether they are.
    ``levers``: factors by how far P(gangs | dismantled) moves over them. ``runs`` judged, ``weak`` left out.
    """

    cells: tuple[Cell, ...]
    faults: tuple[Fault, ...]
    persons_cells: tuple[Cell, ...]
    persons_faults: tuple[Fault, ...]
    moved_faults: dict[str, tuple[Fault, ...]]
    nulls: tuple[NullComparison, ...]
    screening_labels: dict[str, dict[str, tuple[Band, ...]]]
    screening_fragmented: dict[str, tuple[Band, ...]]
    levers: tuple[Lever, ...]
    runs: int
    weak: int
    horizon: int

    @property
    def screening(self) -> dict[str, tuple[Band, ...]]:
        """How P(gangs | dismantled) moves with the screened parameters."""
        return self.screening_labels[GANGS]

    @property
    def broken(self) -> set[tuple[str, str]]:
        """Definitions and labels where the rule is broken, each once."""
        return {(fault.definition, fault.label) for fault in self.faults}

    @property
    def holds(self) -> bool:
        """Whether the rule holds."""
        return not self.faults

    def share(self, definition: str, label: str, horizon: int) -> Interval:
        """The share of a label; not numbers where nothing was counted."""
        for cell in self.cells:
            if (cell.definition, cell.label, cell.horizon) == (definition, label, horizon):
                return cell.share
        return Interval(float("nan"), float("nan"), float("nan"))


def neutrality(results: Results, nulls: Results | None = None) -> Neutrality:
    """Judge the neutrality of finished prior-predictive runs.

    ``nulls``: runs of another experiment in which null models stand beside the model. Raises ``ValueError`` if the
    runs have no end states, or none that says whether the group was dismantled.
    """
    results.require_end_states()
    kept = results.judged
    cells = _all_cells(kept)
    again = _all_cells(kept.by_persons) if kept.by_persons is not None else ()
    horizon = results.headline
    found = kept.labels(horizon)
    among = kept.counted(horizon)

    def screened(holds: NDArray[np.bool_]) -> dict[str, tuple[Band, ...]]:
        return {name: tuple(_screen(kept, holds, among, name)) for name in SCREENED}

    fragmented = columns.at(columns.FRAGMENTED, horizon)
    return Neutrality(
        cells=cells,
        faults=tuple(faults(cells)),
        persons_cells=again,
        persons_faults=tuple(faults(again)),
        moved_faults={
            reading: tuple(faults(_all_cells(moved)))
            for reading in MOVED
            if (moved := kept.read_as(reading)) is not None
        },
        nulls=tuple(compare_nulls(nulls or results, horizon)),
        screening_labels={label: screened(found == label) for label in END_STATES},
        screening_fragmented=screened(kept.yes(fragmented)) if kept.has(fragmented) else {},
        levers=tuple(levers(kept, found == GANGS, among)),
        runs=len(kept.frame),
        weak=len(results.tried.frame) - len(kept.frame),
        horizon=horizon,
    )


def screening_effects(results: Results) -> dict[str, tuple[Effect, ...]]:
    """Morris' elementary effects on `SCREEN_MEASURES` at each horizon, by column of the runs.

    Raises ``ValueError`` if the sweep's design is not ``morris`` or a point has no run.
    """
    experiment = results.experiment
    if experiment is None or experiment.design.kind != "morris":
        raise ValueError("got a sweep of another design, expected morris; run vraem sweep screen first")
    points = point_count(experiment.design, experiment.factors)
    names = (f"{measure}_{months}" for measure in SCREEN_MEASURES for months in results.horizons)
    return {
        name: tuple(morris_effects(experiment, point_means(results, name, points)))
        for name in names
        if name in results.frame
    }


def _all_cells(kept: Results) -> tuple[Cell, ...]:
    return tuple(
        cell
        for definition in kept.definitions
        for horizon in kept.horizons
        for cell in _cells(kept, definition, horizon)
    )


def _cells(kept: Results, definition: str, horizon: int) -> list[Cell]:
    found = kept.labels(horizon)
    among = kept.counted(horizon, definition)
    shares = wilson_of_labels(found[among], END_STATES, kept.clusters[among])
    return [Cell(definition, label, horizon, share, int(among.sum())) for label, share in shares.items()]


def faults(cells: tuple[Cell, ...]) -> list[Fault]:
    """Where the rule is broken, by definition and label."""
    broken: list[Fault] = []
    for definition in dict.fromkeys(cell.definition for cell in cells):
        if all(left_out(definition, label) for label in END_STATES):
            continue
        own = [cell for cell in cells if cell.definition == definition and cell.runs]
        if not own:
            broken.append(Fault(definition, ANY_LABEL, None, float("nan"), "a dismantled run", False))
            continue
        for label in END_STATES:
            if not left_out(definition, label):
                broken += _faults_of_label([cell for cell in own if cell.label == label])
    return broken


def _faults_of_label(cells: list[Cell]) -> list[Fault]:
    """Where one label breaks the rule under one definition."""
    best = max(cells, key=lambda cell: cell.share.estimate)
    definition, label = best.definition, best.label
    found = [
        Fault(
            definition,
            label,
            cell.horizon,
            cell.share.estimate,
            f"at most {percent(MOST)}",
            cell.share.low > MOST,
        )
        for cell in cells
        if cell.share.estimate > MOST
    ]
    if best.share.estimate < LEAST:
        sure = all(cell.share.high < LEAST for cell in cells)
        expected = f"at least {percent(LEAST)} at one horizon"
        found.append(Fault(definition, label, None, best.share.estimate, expected, sure))
    return found


def _screen(kept: Results, holds: NDArray[np.bool_], among: NDArray[np.bool_], name: str) -> list[Band]:
    """Bands of one screened parameter, under the form of the switch without which it does nothing."""
    if name in WITH_SWITCH:
        switch, form = WITH_SWITCH[name]
        if switch in kept.frame:
            among = among & (kept.frame[switch] == form).to_numpy()
    return by_quarter(kept, holds, among, name)


def moved(bands: tuple[Band, ...]) -> float:
    """How far a share moves from the lowest to the highest quarter; not a number if there are none."""
    shares = [band.share.estimate for band in bands if band.runs]
    return shares[-1] - shares[0] if len(shares) > 1 else float("nan")


def overall(kept: Results, horizon: int, definition: str | None = None) -> Interval:
    """P(gangs | dismantled) of all judged runs, with an interval over outer draws."""
    holds, among = kept.labels(horizon) == GANGS, kept.counted(horizon, definition)
    return posterior_share(holds, kept.clusters, among=among, name="neutrality").interval()
