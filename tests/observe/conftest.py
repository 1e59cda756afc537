"""Short runs with a campaign, shared by the tests that need the model itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from observe_worlds import CAMPAIGN, HEAD

import vraem
from vraem.observe import RunResult
from vraem.scenario import Scenario


@pytest.fixture(scope="session")
def make_scenario(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Scenario]:
    """A maker of short scenarios: `make_scenario(text)` adds tables to the shared head."""
    folder: Path = tmp_path_factory.mktemp("scenarios")

    def make(text: str = "", head: str = HEAD) -> Scenario:
        path = folder / f"s{len(list(folder.iterdir()))}.toml"
        path.write_text(head + text, encoding="utf-8")
        return vraem.load(path)

    return make


@pytest.fixture(scope="session")
def campaign(make_scenario: Callable[..., Scenario]) -> Scenario:
    """The scenario with the campaign."""
    return make_scenario(CAMPAIGN)


@pytest.fixture(scope="session")
def campaign_run(campaign: Scenario) -> RunResult:
    """Its run, checked every week; tests read it only."""
    return vraem.run(campaign, seed=3, check=True)
