"""Small models for the tests of the Mesa face: few households, two years."""

from typing import Any

import pytest

from vraem.model import Model
from vraem.scenario import Scenario, load


@pytest.fixture(scope="session")
def short() -> Scenario:
    """Two years of history with 4 000 rows, each for ten households."""
    return load("history", ["run.households=4000", "run.end=2013-12-31"])


@pytest.fixture
def make(short: Scenario) -> Any:
    """Make a model of the short scenario, checked every week."""

    def new(kind: type[Model] = Model, weeks: int = 0, **options: Any) -> Model:
        model = kind(short, **{"seed": 3, "check": True, **options})
        for _ in range(weeks):
            model.step()
        return model

    return new
