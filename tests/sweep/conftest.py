"""One small sweep on one worker, which the others are compared with."""

from pathlib import Path

import pytest
from sweep_worlds import digests, small

from vraem.experiment.plan import plan
from vraem.experiment.runner import SweepReport, sweep
from vraem.experiment.types import Experiment


@pytest.fixture(scope="session")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """36 runs of four months."""
    return small(tmp_path_factory.mktemp("experiment"))


@pytest.fixture(scope="session")
def one_worker(
    experiment: Experiment, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, SweepReport, dict[str, str]]:
    """The store of that experiment made by one worker, its report and its digests."""
    directory = tmp_path_factory.mktemp("one-worker") / "store"
    report = sweep(experiment, plan(experiment), directory, workers=1)
    return directory, report, digests(directory)
