"""What history says about the assumptions: how the share of draws that are kept moves over each of them."""

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.results import Results
from vraem.analysis.sensitivity import Lever, levers


def draws_asked(results: Results) -> tuple[Results, NDArray[np.bool_]]:
    """Every draw that was asked of history as a row with its assumptions, and whether it is kept (draws,).

    Draws that were ruled out before they were run are among them. Raises ``ValueError`` if none was asked.
    """
    import pandas as pd

    from vraem.experiment.design import points

    matching, experiment = results.matching, results.experiment
    if matching is None or experiment is None:
        raise ValueError("the draws were not asked of history: run vraem match first")
    assumed = {factor.key: factor.name for factor in experiment.factors if factor.assumed}
    rows = [
        {"point": point, "replicate": 0, **{name: dict(changes).get(key) for key, name in assumed.items()}}
        for point, changes in enumerate(points(experiment.design, experiment.factors))
    ]
    asked = Results(
        frame=pd.DataFrame(rows).iloc[list(matching.points)].reset_index(drop=True),
        arms=(),
        reference="",
        campaigns=(),
        factors=tuple(assumed.values()),
        experiment=experiment,
    )
    return asked, matching.kept


def kept_by_assumption(results: Results) -> list[Lever]:
    """Assumptions by how far the share of draws that are kept moves over them, the farthest first.

    Raises ``ValueError`` as `draws_asked`.
    """
    asked, kept = draws_asked(results)
    return levers(asked, kept, np.ones(len(kept), dtype=bool))
