"""Designs and numbers of replicates of an experiment file: what they are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vraem.experiment.design import DESIGNS, point_count
from vraem.experiment.file_schema import MOST_POINTS, ExperimentDocument
from vraem.experiment.types import Design, Factor, Outcome
from vraem.scenario.faults import Fault, did_you_mean, in_words, one_of
from vraem.scenario.messages import fault_at

if TYPE_CHECKING:
    from vraem.scenario.layers import Layers


def design_of(document: ExperimentDocument) -> Design:
    """The design that a document says, a grid if it says none."""
    entry = document.design
    if entry is None:
        return Design("grid")
    return Design(entry.kind, entry.samples, entry.levels, entry.seed, entry.matched)


def faults_of_design(
    document: ExperimentDocument, factors: tuple[Factor, ...], written: Layers, *, asked: bool
) -> Iterator[Fault]:
    """What is wrong with the design; `asked`: a sweep was made of it already, so that its levels may stand idle."""
    if document.design is None:
        if document.factor:
            yield fault_at(written.at, ("design", "kind"), "parent", "nothing", one_of(DESIGNS))
        return
    if not document.factor:
        expected = "a [[factor]] to lay it over, or no design"
        yield fault_at(written.at, ("design",), "key", "a design without factors", expected)
        return
    design, spec = design_of(document), DESIGNS[document.design.kind]
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
    takes_levels = spec.levels or design.kind == "morris"
    if not takes_levels and "levels" in document.design.model_fields_set and not asked:
        yield fault_at(
            written.at, ("design", "levels"), "key", "levels", f"none for {design.kind}: {spec.meaning}"
        )
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


def faults_of_replicates(
    document: ExperimentDocument, outcomes: tuple[Outcome, ...], arms: list[str], written: Layers
) -> Iterator[Fault]:
    """What is wrong with the rule by which replicates are added."""
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
