"""What is wrong with the rules of an experiment: values of no one form, and verdict rules that nothing could follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vraem.experiment.rules import VerdictRules
from vraem.observe.anchor import HORIZONS
from vraem.observe.end_states import DEFINITIONS
from vraem.scenario.faults import Fault, did_you_mean, in_words, one_of
from vraem.scenario.messages import At, fault_at

if TYPE_CHECKING:
    from vraem.experiment.types import Outcome
    from vraem.scenario import Scenario

_TABLE = ("rules", "verdict")
_RISING = (("callao_low", "callao_high"), ("valley_low", "valley_high"))
"""Ends of ranges, which must rise."""


def faults_of_values(rules: Mapping[str, Any], at: At) -> Iterator[Fault]:
    """Rules are hashed, so each value must have one form."""
    open_items: list[tuple[tuple[str | int, ...], Any]] = [(("rules",), rules)]
    while open_items:
        path, value = open_items.pop()
        if isinstance(value, dict):
            open_items += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, tuple):
            open_items += [((*path, index), item) for index, item in enumerate(value)]
        elif isinstance(value, float) and value - value != 0:
            yield fault_at(at, path, "value", in_words(value), "a finite number")


def faults_of_verdict(
    rules: VerdictRules, outcomes: Sequence[Outcome], arms: Sequence[tuple[str, Scenario]], at: At
) -> Iterator[Fault]:
    """Rules that contradict each other, or name what the experiment does not have.

    A report would judge by something else in their place. Horizon and definition are looked at if end states are among
    the outcomes.
    """
    yield from _faults_of_questions(rules, at)
    if rules.refuted_below > rules.supported_above:
        expected = f"at most supported_above = {rules.supported_above:g}"
        yield _told(rules, "refuted_below", expected, at)
    for low, high in _RISING:
        if getattr(rules, low) >= getattr(rules, high):
            yield _told(rules, low, f"a number below {high} = {getattr(rules, high):g}", at)
    names = [name for name, _ in arms]
    if rules.reference is not None and rules.reference not in names:
        yield _told(rules, "reference", one_of(names), at, did_you_mean(rules.reference, names))
    acting = [name for name, scenario in arms if scenario.acts]
    if rules.control is not None and rules.control not in acting:
        expected = one_of(acting) if acting else "no control, since no arm has a campaign"
        yield _told(rules, "control", expected, at, did_you_mean(rules.control, acting))
    yield from _faults_of_headline(rules, {outcome.name for outcome in outcomes}, at)


def _told(rules: VerdictRules, key: str, expected: str, at: At, hint: str = "") -> Fault:
    """A fault of one rule; what was left out stands there by its default."""
    said = key in rules.model_fields_set
    got = in_words(getattr(rules, key)) + ("" if said else ", the default")
    return fault_at(at, (*_TABLE, key), "value" if said else "parent", got, expected, hint)


def _faults_of_questions(rules: VerdictRules, at: At) -> Iterator[Fault]:
    if not rules.questions:
        expected = "one question or more, such as Q1"
        yield fault_at(at, (*_TABLE, "questions"), "value", "an empty list", expected)
    for place, question in enumerate(rules.questions):
        if question in rules.questions[:place]:
            yield fault_at(
                at, (*_TABLE, "questions", place), "value", f"{question} twice", "each question once"
            )


def _faults_of_headline(rules: VerdictRules, names: set[str], at: At) -> Iterator[Fault]:
    """The horizon and the definition of dismantled by which the headline is judged must be among the outcomes."""
    horizons = [months for months in HORIZONS if f"end_state_{months}" in names]
    if not horizons:
        return
    if rules.horizon not in horizons:
        what = "months after the campaign with end states among the outcomes"
        yield _told(rules, "horizon", f"{one_of(map(str, horizons))}: {what}", at)
    definitions = [each for each in sorted(DEFINITIONS) if f"dismantled_{each}" in names]
    if definitions and rules.definition not in definitions:
        hint = f"or dismantled_{rules.definition} among the outcomes"
        yield _told(rules, "definition", one_of(definitions), at, hint)
