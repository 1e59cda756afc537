"""Experiment files in small, and the experiments that they make."""

from pathlib import Path

import pytest

from vraem.experiment.loader import load_experiment
from vraem.experiment.types import Experiment

HEAD = """
name = "small"
description = "A small experiment"
scenario = "history"
"""
RUN = """
[run]
start = 2012-01-02
end = 2012-12-31
households = 400
"""
ARMS = """
[[arm]]
name = "control"

[[arm]]
name = "shock"
[[arm.event]]
kind = "price_shock"
start = 2012-07-02
end = 2012-12-31
factor = 0.5
"""
OUTCOME = """
[[outcome]]
name = "area"
series = "coca_area"
"""


class Maker:
    """Writes experiment files into a folder and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, *parts: str, name: str = "small.toml") -> Path:
        path = self.folder / name
        path.write_text("".join(parts), encoding="utf-8")
        return path

    def text(self, more: str = "", *, head: str = "", arms: str = ARMS) -> str:
        return HEAD + head + RUN + arms + more + OUTCOME

    def __call__(self, more: str = "", *overrides: str, head: str = "", arms: str = ARMS) -> Experiment:
        return load_experiment(self.file(self.text(more, head=head, arms=arms)), overrides)


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)
