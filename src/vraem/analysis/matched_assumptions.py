"""What history says about the assumptions: how the share of draws that are kept moves over each of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.intervals import is_clear
from vraem.analysis.paired import holm
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import Lever, lever_of, quarters

MOST_NARROWED = 18
"""Assumptions that a page and its chart show at most."""


class Narrowed(NamedTuple):
    """How the share of draws that are kept moves over an assumption, with the ``p_holm`` of it being chance.

    p is that of Pearson's chi-squared test of kept or not by quarter or form, after Holm's correction for the number of
    assumptions.
    """

    lever: Lever
    p_holm: float

    @property
    def clear(self) -> bool:
        """Whether chance does not explain it."""
        return is_clear(self.p_holm)


def draws_asked(results: Results) -> tuple[Results, NDArray[np.bool_]]:
    """Every draw that was asked of history as a row with its assumptions, and whether it is kept (draws,).

    Draws that were ruled out before they were run are among them; of points that differ only in what is done to the
    group, the first. Raises ``ValueError`` if none was asked.
    """
    import pandas as pd

    from vraem.experiment.design import points

    matching, experiment = results.matching, results.experiment
    if matching is None or experiment is None:
        raise ValueError("the draws were not asked of history: run vraem match first")
    assumed = {factor.key: factor.name for factor in experiment.factors if factor.assumed}
    rows = [
        {"point": point, "replicate": 0, **{name: values.get(key) for key, name in assumed.items()}}
        for point, values in enumerate(map(dict, points(experiment.design, experiment.factors)))
    ]
    drawn = pd.DataFrame(rows).iloc[list(matching.points)]
    first = ~drawn.duplicated(list(assumed.values())).to_numpy()
    asked = Results(
        frame=drawn[first].reset_index(drop=True),
        arms=(),
        reference="",
        campaigns=(),
        factors=tuple(assumed.values()),
        experiment=experiment,
    )
    return asked, matching.kept[first]


def kept_by_assumption(results: Results, most: int) -> list[Narrowed]:
    """How the share of draws that are kept moves over each assumption: the `most` that chance explains least, in order.

    Nothing where all draws or none are kept. Raises ``ValueError`` as `draws_asked`.
    """
    asked, kept = draws_asked(results)
    if kept.all() or not kept.any():
        return []
    varied = [factor for factor in asked.factors if asked.frame[factor].nunique() > 1]
    chance = np.array([_chance(asked, kept, factor) for factor in varied])
    corrected = holm(list(chance))
    everything = np.ones(len(kept), dtype=bool)
    return [
        Narrowed(lever_of(asked, kept, everything, varied[place]), float(corrected[place]))
        for place in np.argsort(chance, kind="stable")[:most]
    ]


def _chance(asked: Results, kept: NDArray[np.bool_], factor: str) -> float:
    """p of Pearson's chi-squared test that draws are kept as often in every quarter, or under every form."""
    import pandas as pd
    from scipy.stats import chi2_contingency

    values = asked.frame[factor]
    parts = quarters(values.to_numpy(dtype=np.float64)) if values.dtype.kind in "fiu" else values.astype(str)
    return float(chi2_contingency(pd.crosstab(parts, kept), correction=False).pvalue)
