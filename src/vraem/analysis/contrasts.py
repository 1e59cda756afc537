"""Arms set against the reference, seed by seed and draw by draw: by how much do outcomes differ, and how sure is that?

Runs of two arms with the same draw and seed are a pair. Intervals and tests are Student's, with errors that take what
chance drew as clusters (`clustered_mean`): a bootstrap of five draws would be far too sure. A yes-or-no outcome has two
more clusters, one that went each way (Bonett & Price 2012, Statistics in Medicine 31:1515, for pairs), or nothing seen
would be nothing possible; it also has McNemar's exact test and Newcombe's interval, which take pairs as independent:
they are told where there is one pair a cluster. Holm's correction holds over the family of all contrasts of a table.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.clusters import Clusters, clustered_gap, clustered_mean, student_interval, two_sided
from vraem.analysis.intervals import (
    Equivalence,
    Interval,
    PairTable,
    equivalent_mean,
    equivalent_shares,
    mcnemar,
    newcombe_paired,
)
from vraem.analysis.paired import holm
from vraem.analysis.resampling import DRAWS, SEED, effective_number, interval_of, jeffreys
from vraem.analysis.results import Results
from vraem.world.streams import generator

if TYPE_CHECKING:
    import pandas as pd

PAIR = ["point", "replicate"]


class Contrast(NamedTuple):
    """One outcome of one arm less that of the reference.

    ``difference`` with its 95 % interval, ``p`` of it (two-sided), ``p_holm`` corrected
    for the family; ``equal``: two one-sided tests at the margin of the rules, for shares; ``newcombe`` and
    ``p_mcnemar`` for yes-or-no outcomes with one pair a cluster; ``variance_gain`` of pairing; ``pairs`` in
    ``clusters`` (draws of assumptions, or seeds where those were chosen).
    """

    arm: str
    reference: str
    outcome: str
    arm_mean: float
    reference_mean: float
    difference: Interval
    p: float
    p_holm: float
    equal: Equivalence | None
    newcombe: Interval | None
    p_mcnemar: float | None
    variance_gain: float
    pairs: int
    clusters: int


def contrasts(
    results: Results,
    outcomes: Sequence[str],
    *,
    arms: Sequence[str] | None = None,
    reference: str | None = None,
    shares: Sequence[str] = (),
) -> list[Contrast]:
    """Contrasts of arms (all but the reference if None) with the reference, for columns of the runs.

    ``shares``: those outcomes that are shares or yes and no, for which equivalence at the margin of the rules
    is asked. Measures that count from the campaign are left out for arms whose campaign has other days than what
    the reference is measured from: they would compare different years.
    """
    against = reference or results.reference
    others = [arm for arm in arms or results.arms if arm != against]
    found = [
        _contrast(results, arm, against, outcome, outcome in shares)
        for arm in others
        for outcome in outcomes
        if results.comparable(arm, against, outcome)
    ]
    adjusted = holm([each.p for each in found])
    return [each._replace(p_holm=float(p)) for each, p in zip(found, adjusted, strict=True)]


def _contrast(results: Results, arm: str, reference: str, outcome: str, share: bool) -> Contrast:
    pairs = pairs_of(results, arm, reference, outcome)
    first, other = pairs["first"].to_numpy(), pairs["other"].to_numpy()
    gaps = first - other
    clusters = results.clusters_of(pairs)
    count = Clusters.of(clusters).count
    binary = len(gaps) > 0 and bool(np.isin(np.append(first, other), (0.0, 1.0)).all())
    table = PairTable.of(first > 0.5, other > 0.5) if binary and count == len(gaps) else None
    known = clustered_gap(gaps, clusters) if binary else clustered_mean(gaps, clusters)
    return Contrast(
        arm=arm,
        reference=reference,
        outcome=outcome,
        arm_mean=float(first.mean()) if len(gaps) else math.nan,
        reference_mean=float(other.mean()) if len(gaps) else math.nan,
        difference=student_interval(known, float(gaps.mean()) if len(gaps) else math.nan),
        p=two_sided(known),
        p_holm=math.nan,
        equal=equivalent_mean(*known, margin=results.rules.equivalence) if share and count > 1 else None,
        newcombe=newcombe_paired(table) if table else None,
        p_mcnemar=mcnemar(table) if table else None,
        variance_gain=_gain(first, other),
        pairs=len(gaps),
        clusters=count,
    )


def pairs_of(results: Results, arm: str, reference: str, outcome: str) -> "pd.DataFrame":
    """Pairs of runs with a value in both: ``point``, ``replicate``, ``first`` (of the arm), ``other``."""
    import pandas as pd

    frame = results.frame

    def side(name: str, column: str) -> "pd.DataFrame":
        rows = (frame["arm"] == name).to_numpy()
        return frame.loc[rows, PAIR].assign(**{column: results.numbers(outcome)[rows]})

    both = pd.merge(side(arm, "first"), side(reference, "other"), on=PAIR)
    return both[np.isfinite(both["first"]) & np.isfinite(both["other"])].sort_values(PAIR)


def _gain(first: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if len(first) < 2:
        return math.nan
    paired = float((first - other).var(ddof=1))
    unpaired = float(first.var(ddof=1) + other.var(ddof=1))
    return unpaired / paired if paired > 0 else (math.inf if unpaired > 0 else math.nan)


def share_difference(
    results: Results,
    yes: NDArray[np.bool_],
    among: NDArray[np.bool_],
    first: NDArray[np.bool_],
    other: NDArray[np.bool_],
    *,
    draws: int = DRAWS,
    name: str = "share difference",
) -> tuple[Interval, NDArray[np.float64]]:
    """Difference of a conditional share between two sets of runs, with draws that weigh both sets' outer draws alike.

    Each side has Jeffreys' prior, worth one draw of assumptions, as in ``posterior_share``. ``yes``, ``among``,
    ``first``, ``other``: (runs,). For shares such as P(gangs | dismantled), whose
    condition is not met by the same seeds in both arms, so that runs cannot be paired.
    """
    grouped = Clusters.of(results.clusters)
    sides = [(grouped.total(yes & among & side), grouped.total(among & side)) for side in (first, other)]
    if any(totals.sum() == 0 for _, totals in sides):
        unknown = Interval(math.nan, math.nan, math.nan)
        return unknown, np.full(draws, np.nan)
    random = generator(SEED, name)
    w = grouped.weights(random, draws)
    shares = []
    for hits, totals in sides:
        # as for one share: a side on which it never came is not known to be nought
        prior = jeffreys(random, grouped.sizes(totals), draws)
        shares.append((w @ hits + prior[:, 0]) / (w @ totals + prior.sum(axis=1)))
    gap = sides[0][0].sum() / sides[0][1].sum() - sides[1][0].sum() / sides[1][1].sum()
    drawn = shares[0] - shares[1]
    return interval_of(drawn, float(gap)), drawn


def equal_shares(
    results: Results,
    yes: NDArray[np.bool_],
    among: NDArray[np.bool_],
    first: NDArray[np.bool_],
    other: NDArray[np.bool_],
) -> Equivalence:
    """Whether a conditional share is the same in two sets of runs, within the margin of the rules.

    Arguments as for `share_difference`. By Newcombe's interval of the effective numbers of runs, taken as independent:
    where the share is near nought, the prior of a posterior would make a few runs look equal.
    """
    clusters = results.clusters
    counts = []
    for rows in (among & first, among & other):
        told = effective_number(yes[rows], clusters[rows])
        counts.append((told * float(yes[rows].mean()) if rows.any() else 0.0, told))
    return equivalent_shares(*counts[0], *counts[1], margin=results.rules.equivalence)
