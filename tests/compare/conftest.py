"""Small, short comparisons: 400 rows of households, months instead of years."""

from collections.abc import Callable

import pytest

from vraem.analysis.compare import Comparison, compare
from vraem.scenario import Scenario, load

SMALL = ("run.households=400", "run.end=2013-12-31")
"""105 weeks: two whole years."""


def scenario(*events: dict[str, object], **changes: object) -> Scenario:
    """Two years of history on 400 rows, with events and other changes."""
    own = [{"start": load("history").run.start, "end": load("history").run.end, **event} for event in events]
    return load("history", SMALL).with_({"event": own, **changes})


@pytest.fixture(scope="session")
def short() -> Callable[..., Scenario]:
    """A maker of short scenarios: `short({"kind": "price_shock", "factor": 0.5, "start": …})`."""
    return scenario


@pytest.fixture(scope="session")
def halved() -> Comparison:
    """Two years of history against the same with half the border price from October 2012; 5 seeds."""
    from datetime import date

    slump = {"kind": "price_shock", "factor": 0.5, "start": date(2012, 10, 3)}
    closure = {"kind": "route_capacity", "route": "air", "factor": 0.1, "start": date(2012, 12, 31)}
    arms = {"as it was": scenario(), "slump": scenario(slump), "closure": scenario(closure)}
    return compare(arms, replicates=5, seed=3, workers=1)
