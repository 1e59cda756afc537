"""From an experiment file to an ``Experiment``: read, override, check, build."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from vraem.experiment.arms import ArmReader
from vraem.experiment.design import DESIGNS
from vraem.experiment.design_faults import design_of, faults_of_design, faults_of_replicates
from vraem.experiment.factors import FactorReader
from vraem.experiment.file_schema import ExperimentDocument
from vraem.experiment.frozen import frozen_text
from vraem.experiment.library import library
from vraem.experiment.outcomes import OutcomeReader
from vraem.experiment.output import EXPERIMENT_FILE, sort_of_results
from vraem.experiment.rule_faults import faults_of_values, faults_of_verdict
from vraem.experiment.types import Design, Experiment, Replicates
from vraem.scenario.faults import Fault, ScenarioError
from vraem.scenario.layers import Layers, as_tuples, given_by, parse_file, parse_override
from vraem.scenario.messages import dotted, faults_of_shape
from vraem.scenario.positions import Path
from vraem.scenario.sources import find
from vraem.scenario.syntax import TOO_DEEP

if TYPE_CHECKING:
    from vraem.scenario import Scenario

_SCHEME = "vraem experiment 1"


def load_experiment(source: str | os.PathLike[str], overrides: Iterable[str] = ()) -> Experiment:
    """Load an experiment file, or a packaged experiment by its name, and check it.

    ``overrides`` are texts such as ``"run.households=4000"`` or ``"replicates.count=3"``, laid over the file.
    Raises ``ScenarioError`` whose ``faults`` hold everything that is wrong, sorted by place.
    """
    overrides = tuple(overrides)
    path = find(source, library(), "an experiment file")
    written = parse_file(path, "an experiment file")
    faults: list[Fault] = []
    for text in overrides:
        try:
            written.put(*parse_override(text), given_by(text))
        except ScenarioError as error:
            faults += error.faults
    return _build(written, path, faults, asked=_is_asked(path, overrides))


_EFFORT = ("replicates.", "series", "time_limit")
"""Beginnings of keys that make no other experiment."""


def _is_asked(path: File, overrides: Iterable[str]) -> bool:
    """Whether a file is that of a sweep, as it was asked.

    It cannot be asked otherwise any more: what earlier versions let pass may stand, so that its results can be read.
    """
    stored = path.name == EXPERIMENT_FILE and sort_of_results(path.parent) == "a sweep"
    return stored and all(text.startswith(_EFFORT) for text in overrides)


def _build(written: Layers, path: File, faults: list[Fault], *, asked: bool) -> Experiment:
    try:
        data = as_tuples(written.data)
    except RecursionError:
        raise ScenarioError([Fault(written.file, 0, 0, "", TOO_DEEP, "a few levels")]) from None
    reader = ArmReader(written, path)
    arms = reader.read()
    faults += reader.faults
    sound = not reader.faults
    try:
        document = ExperimentDocument.model_validate(data)
    except ValidationError as error:
        faults += [_of_horizons(fault) for fault in faults_of_shape(error, written.at, ExperimentDocument)]
        beside = _faults_beside(error, written, arms, sound=sound, asked=asked)
        raise ScenarioError([*faults, *beside]) from None
    experiment = _checked(document, written, arms, faults, sound=sound, asked=asked)
    if faults:
        raise ScenarioError(faults)
    experiment = replace(experiment, id=_id(experiment))
    return replace(experiment, text=frozen_text(experiment))


def _of_horizons(fault: Fault) -> Fault:
    """A fault of the shape; what stands under [horizon] has names of its own, of which the schema says nothing."""
    if not fault.key.startswith("horizon."):
        return fault
    if fault.key.endswith(".[key]"):
        name = fault.key.removesuffix(".[key]")
        return replace(
            fault, key=name, expected="a name of small letters, digits, - and _, a letter or digit first"
        )
    if fault.key.count(".") == 1:
        return replace(fault, expected=f"a table [{fault.key}] with start and end")
    if fault.key.endswith((".start", ".end")):
        return replace(fault, expected="a day, such as 2014-01-06 without quotes")
    return replace(fault, expected="start and end")


_HANGS_ON = {
    "factor": ("design",),
    "outcome": ("replicates", "rules"),
    "arm": ("replicates", "rules"),
    "horizon": ("outcome",),
}
"""Tables with those that can only be judged once they are sound."""


def _faults_beside(
    error: ValidationError, written: Layers, arms: list[tuple[str, Scenario]], *, sound: bool, asked: bool
) -> Iterator[Fault]:
    """Faults of entries that are sound in shape, to be told with those that are not.

    None if too little of the document is left without what is not.
    """
    rest = copy.deepcopy(written.data)
    unsound: set[Path] = set()
    for found in error.errors(include_url=False):
        place = found["loc"]
        unsound |= {place[:2] if isinstance(place[-1], int) or len(place) > 2 else place[:1]}
        unsound |= {(table,) for table in _HANGS_ON.get(str(place[0]), ())}
        _drop(rest, place)
    try:
        document = ExperimentDocument.model_validate(as_tuples(rest))
    except ValidationError:
        return
    beside: list[Fault] = []
    _checked(document, written, arms, beside, sound=sound, asked=asked)
    keys = [dotted(place) for place in unsound]
    yield from (fault for fault in beside if not any(f"{fault.key}.".startswith(f"{key}.") for key in keys))


def _drop(value: Any, place: Path) -> None:
    """Remove what stands at a place, or the list that holds it; nothing if it is missing."""
    keys = [number for number, part in enumerate(place) if isinstance(part, str)]
    for part in place[: keys[-1]] if keys else ():
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return
    if keys and isinstance(value, dict):
        value.pop(place[keys[-1]], None)


def _checked(
    document: ExperimentDocument,
    written: Layers,
    arms: list[tuple[str, Scenario]],
    faults: list[Fault],
    *,
    sound: bool,
    asked: bool,
) -> Experiment:
    """The experiment without its id; what is wrong with it is added to ``faults``.

    ``sound``: whether all arms are; ``asked``: whether a sweep was made of the file already (`_is_asked`).
    """
    rules = document.rules.model_dump(exclude_none=True)
    factor_reader = FactorReader(written.at, arms, asked=asked)
    factors = factor_reader.read(document.factor)
    outcome_reader = OutcomeReader(written.at, arms, [factor.name for factor in factors], asked=asked)
    outcomes = outcome_reader.read(document)
    faults += [*factor_reader.faults, *outcome_reader.faults, *faults_of_values(rules, written.at)]
    if not factor_reader.faults:
        faults += faults_of_design(document, factors, written, asked=asked)
    if not outcome_reader.faults:
        faults += faults_of_replicates(document, outcomes, [name for name, _ in arms], written)
    judged = sound and not asked and not outcome_reader.faults
    if judged and document.rules.verdict is not None:
        faults += faults_of_verdict(document.rules.verdict, outcomes, arms, written.at)
    design = design_of(document)
    return Experiment(
        name=document.name,
        description=document.description,
        question=document.question,
        arms=tuple(arms),
        factors=factors,
        design=design,
        replicates=_replicates(document, design),
        outcomes=outcomes,
        horizons=tuple((name, period.start, period.end) for name, period in document.horizon.items()),
        series=document.series,
        rules=_as_lists(rules),
        rules_hash=_hash(_as_lists(rules)),
        time_limit=document.time_limit,
        id="",
    )


def _replicates(document: ExperimentDocument, design: Design) -> Replicates:
    entry, until = document.replicates, document.replicates.until
    common = DESIGNS[design.kind].common if entry.common is None else entry.common
    if until is None:
        return Replicates(entry.count, entry.seed, common)
    return Replicates(
        count=entry.count,
        seed=entry.seed,
        common=common,
        outcome=until.outcome,
        against=until.against,
        half_width=until.half_width,
        half_width_share=until.half_width_share,
        level=until.level,
        step=until.step,
        at_most=until.at_most,
    )


def _id(experiment: Experiment) -> str:
    """16 hex digits for what the experiment asks; how much of it is run and kept does not count."""
    effort = ("count", "at_most")
    seeds = {key: value for key, value in asdict(experiment.replicates).items() if key not in effort}
    design = asdict(experiment.design)
    if not experiment.design.matched:
        del design["matched"]  # ids of experiments from before there was such a thing
    content = {
        "scheme": _SCHEME,
        "arms": [(name, scenario.id) for name, scenario in experiment.arms],
        "factors": [{**asdict(factor), "default": None} for factor in experiment.factors],
        "design": design,
        "replicates": seeds,
        "outcomes": [asdict(outcome) for outcome in experiment.outcomes],
        "horizons": experiment.horizons,
        "rules": experiment.rules_hash,
    }
    return _hash(content)


def _hash(content: Any) -> str:
    canonical = json.dumps(content, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _as_lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_lists(item) for key, item in value.items()}
    return [_as_lists(item) for item in value] if isinstance(value, tuple) else value
