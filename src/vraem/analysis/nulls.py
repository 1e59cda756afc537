"""Null models beside the model: does the mechanism do anything that chance would not?

N0 lets members leave at random and nobody decide; N1 splits the group at random at the same attrition; N2
lets fees fall from the sky; N3 takes kin away. If N1 gives the same P(gangs | dismantled), the mechanism adds
nothing, and this says so.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from vraem.analysis.contrasts import equal_shares, share_difference
from vraem.analysis.intervals import Equivalence, Interval
from vraem.analysis.labels import GANGS, Shares, shares
from vraem.analysis.resampling import posterior_share
from vraem.analysis.results import NO_NULL, Results
from vraem.experiment.outcomes import NULL_COLUMN

NULL_NAMES: Mapping[str, str] = {
    "random_exits": "N0",
    "random_split": "N1",
    "exogenous_fees": "N2",
    "no_kin": "N3",
}
NULL_WORDS: Mapping[str, str] = {
    "random_exits": "members leave at random and nobody decides",
    "random_split": "the group splits at random at the same attrition",
    "exogenous_fees": "fees come from no economy",
    "no_kin": "nobody has kin",
}


class NullComparison(NamedTuple):
    """One null model beside the model, among dismantled runs of the same campaigns at one horizon.

    ``gangs`` under the null model, ``model`` in the model, ``difference`` model less null; ``equal`` at the
    margin of the rules; ``sentence`` says what follows.
    """

    null: str
    gangs: Interval
    model: Interval
    difference: Interval
    equal: Equivalence
    states: Shares
    runs: int
    sentence: str


def compare_nulls(results: Results, horizon: int | None = None) -> list[NullComparison]:
    """Every null model that the runs have, beside the model; empty if there is none."""
    if NULL_COLUMN not in results.frame:
        return []
    months = results.headline if horizon is None else horizon
    kept = results.strong
    kind = kept.frame[NULL_COLUMN].fillna(NO_NULL).to_numpy(dtype=str)
    campaign = kept.frame["arm"].map(_campaigns(kept)).to_numpy(dtype=str)
    found = kept.labels(months)
    among = kept.counted(months) & (campaign != "")
    comparisons = []
    for null in [name for name in NULL_NAMES if (kind == name).any()]:
        side = kind == null
        model = (kind == NO_NULL) & np.isin(campaign, campaign[side])
        gap, _ = share_difference(kept, found == GANGS, among, model, side, name=f"null {null} {months}")
        equal = equal_shares(kept, found == GANGS, among, model, side)
        comparisons.append(
            NullComparison(
                null=null,
                gangs=posterior_share(found == GANGS, kept.clusters, among=among & side).interval(),
                model=posterior_share(found == GANGS, kept.clusters, among=among & model).interval(),
                difference=gap,
                equal=equal,
                states=shares(kept, months, among & side),
                runs=int((among & side).sum()),
                sentence=_sentence(null, gap, equal),
            )
        )
    return comparisons


def _campaigns(results: Results) -> dict[str, str]:
    """What each arm does to the group, the same text for the same acts; empty if nothing."""
    scenarios = dict(results.experiment.arms) if results.experiment else {}
    acts = {arm: repr((scenario.campaigns, scenario.events)) for arm, scenario in scenarios.items()}
    return {arm: acts.get(arm, arm) if arm in results.campaigns else "" for arm in results.arms}


def _sentence(null: str, gap: Interval, equal: Equivalence) -> str:
    name, words = NULL_NAMES[null], NULL_WORDS[null]
    if not np.isfinite(gap.estimate):
        return f"{name} ({words}): no run was dismantled, so nothing can be compared."
    if equal.equivalent:
        return f"{name} ({words}) gives the same share of gangs: as far as this claim goes, the mechanism adds nothing."
    if gap.low > 0 or gap.high < 0:
        way, points = "more" if gap.estimate > 0 else "less", f"{100.0 * abs(gap.estimate):.0f}"
        return f"{name} ({words}): gangs are {way} frequent in the model, by {points} points."
    return f"{name} ({words}): whether the mechanism changes the share of gangs is not settled by these runs."
