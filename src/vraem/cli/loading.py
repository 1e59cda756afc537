"""Scenarios and experiments as the commands are given them: of the right kind, and each value by one option alone."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment
    from vraem.scenario import Scenario

_BOTH_SAY = {
    "run.seed": "which seed",
    "run.households": "how many",
    "run.end": "when the run ends",
    "replicates.count": "how many",
}


def scenario(source: str, overrides: Iterable[str] = (), *, instead: str = "sweep") -> Scenario:
    """The scenario of a name or a file.

    `instead` is the command to try with an experiment. Raises ``ScenarioError``.
    """
    from vraem.scenario import load

    _refuse_experiment(source, instead)
    return load(source, overrides)


def scenarios(sources: Sequence[str], overrides: Sequence[str]) -> list[Scenario]:
    """Several scenarios under the same overrides. Raises ``ScenarioError`` with the faults of all of them."""
    from vraem.scenario import ScenarioError
    from vraem.scenario.faults import Fault

    loaded: list[Scenario] = []
    faults: list[Fault] = []
    for source in sources:
        try:
            loaded.append(scenario(source, overrides))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return loaded


def experiment(source: str, overrides: Iterable[str] = ()) -> Experiment:
    """The experiment of a name or a file. Raises ``ScenarioError``."""
    from vraem.experiment.loader import load_experiment

    _refuse_scenario(source)
    return load_experiment(source, overrides)


def with_option(overrides: Sequence[str], option: str, key: str, value: object) -> list[str]:
    """The overrides with that of an option, if it is given. Raises a usage error if --set gives the same key."""
    if value is None:
        return [*overrides]
    from vraem.scenario.layers import OptionText

    refuse_both(overrides, option, key)
    return [*overrides, OptionText.of(option, key, value)]


def refuse_both(overrides: Iterable[str], option: str, key: str) -> None:
    """Raise a usage error if --set gives the key that an option stands for."""
    if sets(overrides, key):
        raise click.UsageError(f"{option} and --set {key} exclude each other: both say {_BOTH_SAY[key]}")


def sets(overrides: Iterable[str], key: str) -> bool:
    """Whether one of the overrides gives the value of a key."""
    given = (text.partition("=")[0].split(".") for text in overrides)
    return any([part.strip() for part in parts] == key.split(".") for parts in given)


def _refuse_experiment(source: str, instead: str) -> None:
    from vraem.experiment.library import EXPERIMENT_KEYS, key_among, packaged_experiments
    from vraem.scenario.sources import packaged_names

    if source not in packaged_names():
        named = source in packaged_experiments() and not Path(source).is_file()
        _refuse("experiment", "scenario", source, named, key_among(source, EXPERIMENT_KEYS), instead)


def _refuse_scenario(source: str) -> None:
    from vraem.experiment.library import EXPERIMENT_KEYS, SCENARIO_KEYS, key_among, packaged_experiments
    from vraem.scenario.sources import packaged_names

    if source not in packaged_experiments():
        named = source in packaged_names() and not Path(source).is_file()
        key = "" if key_among(source, EXPERIMENT_KEYS) else key_among(source, SCENARIO_KEYS)
        _refuse("scenario", "experiment", source, named, key, "run")


def _refuse(kind: str, wanted: str, source: str, named: bool, key: str, command: str) -> None:
    """Raise ``ScenarioError`` if a source is `named` like another kind than is wanted, or its file has a key of it."""
    from vraem.scenario.faults import Fault, ScenarioError

    if named or key:
        articles = {"experiment": "an experiment", "scenario": "a scenario"}
        got = articles[kind] + (f" (it has {key})" if not named else "")
        hint = f"try vraem {command} {shlex.quote(source)}"
        raise ScenarioError([Fault(source, 0, 0, "", got, articles[wanted], hint)])
