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
from vraem.experiment.design import DESIGNS, point_count
from vraem.experiment.factors import FactorReader
from vraem.experiment.file_schema import MOST_POINTS, ExperimentDocument
from vraem.experiment.frozen import frozen_text
from vraem.experiment.library import library
from vraem.experiment.outcomes import OutcomeReader
from vraem.experiment.types import Design, Experiment, Factor, Outcome, Replicates
from vraem.scenario.faults import Fault, ScenarioError, did_you_mean, in_words, one_of
from vraem.scenario.layers import Layers, as_tuples, parse_file, parse_override
from vraem.scenario.messages import dotted, fault_at, faults_of_shape
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
    path = find(source, library(), "an experiment file")
    written = parse_file(path, "an experiment file")
    faults: list[Fault] = []
    for text in overrides:
        try:
            written.put(*parse_override(text), "--set")
        except ScenarioError as error:
            faults += error.faults
    return _build(written, path, faults)


def _build(written: Layers, path: File, faults: list[Fault]) -> Experiment:
    try:
        data = as_tuples(written.data)
    except RecursionError:
        raise ScenarioError([Fault(written.file, 0, 0, "", TOO_DEEP, "a few levels")]) from None
    reader = ArmReader(written, path)
    arms = reader.read()
    faults += reader.faults
    try:
        document = ExperimentDocument.model_validate(data)
    except ValidationError as error:
        faults += faults_of_shape(error, written.at, ExperimentDocument)
        raise ScenarioError([*faults, *_faults_beside(error, written, arms)]) from None
    experiment = _checked(document, written, arms, faults)
    if faults:
        raise ScenarioError(faults)
    experiment = replace(experiment, id=_id(experiment))
    return replace(experiment, text=frozen_text(experiment))


_HANGS_ON = {"factor": "design", "outcome": "replicates", "arm": "replicates", "horizon": "outcome"}
"""Tables with one that can only be judged once they are sound."""


def _faults_beside(
    error: ValidationError, written: Layers, arms: list[tuple[str, Scenario]]
) -> Iterator[Fault]:
    """Faults of entries that are sound in shape, to be told with those that are not.

    None if too little of the document is left without what is not.
    """
    rest = copy.deepcopy(written.data)
    unsound: set[Path] = set()
    for found in error.errors(include_url=False):
        place = found["loc"]
        unsound |= {place[:2] if isinstance(place[-1], int) or len(place) > 2 else place[:1]}
        unsound |= {(_HANGS_ON[place[0]],)} if place[0] in _HANGS_ON else set()
        _drop(rest, place)
    try:
        document = ExperimentDocument.model_validate(as_tuples(rest))
    except ValidationError:
        return
    beside: list[Fault] = []
    _checked(document, written, arms, beside)
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
    document: ExperimentDocument, written: Layers, arms: list[tuple[str, Scenario]], faults: list[Fault]
) -> Experiment:
    """The experiment without its id; what is wrong with it is added to ``faults``."""
    rules = document.rules.model_dump(exclude_none=True)
    factor_reader = FactorReader(written.at, arms)
    factors = factor_reader.read(document.factor)
    outcome_reader = OutcomeReader(written.at, arms, [factor.name for factor in factors])
    outcomes = outcome_reader.read(document)
    faults += [*factor_reader.faults, *outcome_reader.faults, *_faults_of_rules(rules, written)]
    if not factor_reader.faults:
        faults += _faults_of_design(document, factors, written)
    if not outcome_reader.faults:
        faults += _faults_of_replicates(document, outcomes, [name for name, _ in arms], written)
    design = _design(document)
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


def _design(document: ExperimentDocument) -> Design:
    entry = document.design
    if entry is None:
        return Design("grid")
    return Design(entry.kind, entry.samples, entry.levels, entry.seed, entry.matched)


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


def _faults_of_design(
    document: ExperimentDocument, factors: tuple[Factor, ...], written: Layers
) -> Iterator[Fault]:
    if document.design is None:
        if document.factor:
            yield fault_at(written.at, ("design", "kind"), "parent", "nothing", one_of(DESIGNS))
        return
    if not document.factor:
        expected = "a [[factor]] to lay it over, or no design"
        yield fault_at(written.at, ("design",), "key", "a design without factors", expected)
        return
    design, spec = _design(document), DESIGNS[document.design.kind]
    ranged = any(not factor.values for factor in factors)
    place = ("design", "samples")
    if design.samples < spec.samples:
        got = in_words(design.samples) if "samples" in document.design.model_fields_set else "nothing"
        expected = f"samples, a whole number from {spec.samples} on: {spec.meaning}"
        yield fault_at(written.at, place, "value", got, expected)
        return
    if spec.power_of_two and design.samples.bit_count() != 1:
        power = 2 ** max(design.samples.bit_length() - 1, 1)
        expected = f"a power of two, such as {power} or {2 * power}"
        yield fault_at(written.at, place, "value", in_words(design.samples), expected)
        return
    if not spec.samples and "samples" in document.design.model_fields_set:
        yield fault_at(written.at, place, "key", "samples", f"none for {design.kind}: {spec.meaning}")
    if spec.levels and ranged and design.levels < spec.levels:
        got = in_words(design.levels) if "levels" in document.design.model_fields_set else "nothing"
        expected = f"levels, a whole number from {spec.levels} on, since a factor is a range without values"
        yield fault_at(written.at, ("design", "levels"), "value", got, expected)
        return
    if design.kind == "morris" and (design.levels % 2 or design.levels < 0):
        expected = "an even whole number from 2 on"
        yield fault_at(written.at, ("design", "levels"), "value", in_words(design.levels), expected)
        return
    if design.matched:
        yield from _faults_of_matched(design, factors, written)
    count = point_count(design, factors)
    if count > MOST_POINTS:
        got, expected = (f"{points:,} points".replace(",", " ") for points in (count, MOST_POINTS))
        yield fault_at(written.at, ("design", "kind"), "value", got, f"at most {expected}")


def _faults_of_matched(design: Design, factors: tuple[Factor, ...], written: Layers) -> Iterator[Fault]:
    """What keeps a design from leaving points out: they are compared with each other, or nothing is drawn."""
    place = ("design", "matched")
    independent = [kind for kind, spec in DESIGNS.items() if spec.drawn and not spec.common]
    if design.kind not in independent:
        got, expected = (
            f"true with {design.kind}",
            f"a design whose points stand alone: {one_of(independent)}",
        )
        yield fault_at(written.at, place, "value", got, expected)
    elif not any(factor.assumed for factor in factors):
        expected = "a [[factor]] that is a parameter or a switch: history says nothing of others"
        yield fault_at(written.at, place, "value", "true", expected)


def _faults_of_replicates(
    document: ExperimentDocument, outcomes: tuple[Outcome, ...], arms: list[str], written: Layers
) -> Iterator[Fault]:
    until = document.replicates.until
    if until is None:
        return

    def told(key: str, got: str, expected: str, hint: str = "", word: str = "value") -> Fault:
        return fault_at(written.at, ("replicates", "until", key), word, got, expected, hint)

    names = [outcome.name for outcome in outcomes if not outcome.text]
    if until.outcome not in names:
        yield told("outcome", in_words(until.outcome), one_of(names), did_you_mean(until.outcome, names))
    if until.against is not None and until.against not in arms:
        yield told("against", in_words(until.against), one_of(arms), did_you_mean(until.against, arms))
    elif until.against is not None and len(arms) < 2:
        yield told("against", in_words(until.against), "a second arm to set against it")
    limits = [key for key in ("half_width", "half_width_share") if getattr(until, key) is not None]
    if len(limits) != 1:
        got = "both half_width and half_width_share" if limits else "nothing"
        yield told("half_width", got, "one of half_width, half_width_share", word="key")
    count = document.replicates.count
    if count < 2:
        got, expected = in_words(count), "a whole number from 2 on, since an interval needs two values"
        yield fault_at(written.at, ("replicates", "count"), "value", got, expected)
    if until.at_most < count:
        yield told("at_most", in_words(until.at_most), f"a whole number from count = {count} on")


def _faults_of_rules(rules: Mapping[str, Any], written: Layers) -> Iterator[Fault]:
    """Rules are hashed, so each value must have one form."""
    open_items: list[tuple[tuple[str | int, ...], Any]] = [(("rules",), rules)]
    while open_items:
        path, value = open_items.pop()
        if isinstance(value, dict):
            open_items += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, tuple):
            open_items += [((*path, index), item) for index, item in enumerate(value)]
        elif isinstance(value, float) and value - value != 0:
            yield fault_at(written.at, path, "value", in_words(value), "a finite number")


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
