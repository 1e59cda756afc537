"""Where experiment files are found, and how one is told from a scenario file. Cheap to import."""

from __future__ import annotations

from collections.abc import Container
from importlib import resources
from pathlib import Path

from vraem.scenario.faults import ScenarioError
from vraem.scenario.layers import parse_file
from vraem.scenario.sources import names_in, packaged_names

EXPERIMENT_KEYS = frozenset(
    {
        "arm",
        "arms",
        "outcome",
        "factor",
        "design",
        "replicates",
        "horizon",
        "rules",
        "scenario",
        "series",
        "time_limit",
    }
)
"""Keys that only experiment files have: one of them tells the two sorts of file apart."""
SCENARIO_KEYS = frozenset({"extends", "compare_with", "description_es"})
"""Keys that only scenario files have."""


def library() -> Path:
    """The folder of packaged experiments: in the installed package, or ``experiments/`` of the source tree."""
    packaged = Path(str(resources.files("vraem.experiment"))) / "library"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "experiments"


def packaged_experiments() -> tuple[str, ...]:
    """The names of packaged experiments, sorted."""
    return names_in(library())


def is_both(source: str) -> bool:
    """Whether there is a packaged scenario and a packaged experiment of that name: `run` and `sweep` take their own."""
    return source in packaged_names() and source in packaged_experiments()


def is_experiment(source: str) -> bool:
    """Whether a file or a name is meant as an experiment: it has a key that only experiments have.

    Never raises; a file that cannot be read is no experiment. Of a packaged name that is both, see `is_both`.
    """
    if source in packaged_experiments():
        return True
    if source in packaged_names():
        return False
    return bool(key_among(source, EXPERIMENT_KEYS))


def key_among(source: str, keys: Container[str]) -> str:
    """The first key of a file that is one of some, as the file writes it (``[[arm]]``); nothing if there is none.

    Never raises; a file that cannot be read has none.
    """
    try:
        data = parse_file(Path(source)).data
    except (ScenarioError, OSError, ValueError):
        return ""
    found = [each for each in data if each in keys]
    # a table tells more than a word that stands at the top
    key = next((each for each in found if isinstance(data[each], list | dict)), next(iter(found), ""))
    value = data.get(key)
    return f"[[{key}]]" if isinstance(value, list) else f"[{key}]" if isinstance(value, dict) else key
