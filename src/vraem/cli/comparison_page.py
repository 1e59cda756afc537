"""A comparison on the screen: what was compared, a table for each scenario, and in words what is clear."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from vraem.cli.terminal import aligned, number, paragraph
from vraem.experiment.words import sentence

if TYPE_CHECKING:
    from vraem.analysis.compare import Comparison, Difference, Verdict
    from vraem.analysis.measures import Measure

MOST_NAMED = 6
"""Differences named in a sentence; the table has the rest."""

SMALL = 0.01
"""Clear differences below this share of the reference (or of the whole, for shares) are called small."""

SMALLEST_TENTH = 0.095
"""Differences from here on, in per cent or points, are told with one decimal; smaller ones with two."""

SIGNS = {"clear": "*", "perhaps": "?", "unclear": "", "none": ""}
MANY_TIMES = 10.0
NOTHING = "="
UNKNOWN = "-"
PERCENT = 100.0


def tell(comparison: Comparison) -> None:
    """Print the comparison on stdout, as plain text on a terminal and in a file."""
    click.echo(paragraph(opening(comparison)))
    for note in comparison.notes:
        click.echo(paragraph(f"Note: {note}."))
    for arm in comparison.names[1:]:
        click.echo(f"\n{arm} against {comparison.reference}\n")
        click.echo(table(comparison, arm))
        click.echo()
        for said in words(comparison, arm):
            click.echo(paragraph(said))
    click.echo()
    click.echo(paragraph(closing(comparison)))


def opening(comparison: Comparison) -> str:
    """Who was compared with whom, on how many seeds, from when."""
    seeds = comparison.seeds
    described = " ".join(
        f"{name}: {sentence(scenario.description)}"
        for name, scenario in zip(comparison.names, comparison.scenarios, strict=True)
    )
    return (
        f"{len(seeds)} pairs of runs of each scenario with {comparison.reference} (seeds {seeds[0]} to "
        f"{seeds[-1]}, {number(comparison.scenarios[0].run.households)} households). Runs of a pair share every "
        f"draw and are the same until {comparison.parting}, when the scenarios part. {described}"
    )


def table(comparison: Comparison, arm: str) -> str:
    """One row an outcome: the reference, then the difference with its interval in each window."""
    windows = comparison.windows
    header = ["", comparison.reference, *(f"{window.name}, from {window.start}" for window in windows)]
    rows: list[list[str]] = []
    group = ""
    for column in zip(*(comparison.of(arm, window.name) for window in windows), strict=True):
        measure = column[0].measure
        if all(each.verdict == "none" for each in column):
            continue
        if measure.group != group:
            group = measure.group
            rows.append([group.upper(), *[""] * (len(header) - 1)])
        rows.append([f"  {_named(measure)}", _level(measure, column), *map(_cell, column)])
    first = windows[0].name
    legend = (
        f"{comparison.reference}: its mean in the {first}. Differences in % of its mean in the same stretch or, for "
        "shares, in points, with 95 % intervals. * clear, ? perhaps (see below), = the same in every run."
    )
    return f"{aligned(rows, header, right=(1,))}\n{paragraph(legend)}"


def _named(measure: Measure) -> str:
    if measure.unit == "households":
        return measure.label
    return f"{measure.label}, {'%' if measure.share else measure.unit}"


def _level(measure: Measure, column: Sequence[Difference]) -> str:
    value = column[0].paired.reference
    if not math.isfinite(value):
        return UNKNOWN
    scale = PERCENT if measure.share else 1.0
    return f"{scale * value:,.{measure.digits}f}".replace(",", " ")


def _cell(each: Difference) -> str:
    """A difference with its interval: `-12.3 % [-14.1, -10.5] *`."""
    if not math.isfinite(each.paired.mean):
        return UNKNOWN
    if each.verdict == "none":
        return NOTHING
    mean, low, high, unit = _reading(each)
    interval = f" [{low}, {high}]" if low != mean or high != mean else ""
    return f"{mean}{unit}{interval} {SIGNS[each.verdict]}".rstrip()


def _reading(each: Difference) -> tuple[str, str, str, str]:
    """Mean, low, high and unit as text: points for shares, per cent otherwise, its own unit without a base."""
    if each.measure.share:
        values, unit = (each.paired.mean, each.paired.low, each.paired.high), ""
    elif math.isfinite(each.relative[0]):
        values, unit = each.relative, " %"
    else:
        mean, low, high = (
            f"{value:+,.{each.measure.digits}f}".replace(",", " ")
            for value in (each.paired.mean, each.paired.low, each.paired.high)
        )
        return mean, low, high, ""
    digits = 1 if PERCENT * abs(values[0]) >= SMALLEST_TENTH else 2
    mean, low, high = (f"{PERCENT * value:+.{digits}f}" for value in values)
    return mean, low, high, unit


def words(comparison: Comparison, arm: str) -> Iterator[str]:
    """A sentence or two for each window: what is clear, by size, what may be, and what is not clear."""
    for window in comparison.windows:
        found = comparison.of(arm, window.name)
        parts = [f"{window.name.capitalize()}. Clear: {_told(_by_size(found, 'clear')) or 'nothing'}."]
        perhaps = _told(_by_size(found, "perhaps"))
        if perhaps:
            parts.append(f"Perhaps: {perhaps}.")
        unclear = [each.measure.words for each in found if each.verdict == "unclear"]
        if unclear:
            parts.append(f"Not clear: {_listed(unclear)}.")
        yield " ".join(parts)


def _told(found: Sequence[Difference]) -> str:
    """Differences of one per cent or more by name, the largest first, and how many are smaller."""
    text = _listed([_phrase(each) for each in found if _size(each) >= SMALL])
    small = sum(_size(each) < SMALL for each in found)
    return "; ".join(part for part in (text, f"{small} below 1 %" if small else "") if part)


def _by_size(found: Sequence[Difference], verdict: Verdict) -> list[Difference]:
    """Differences with a verdict, the largest first."""
    return sorted((each for each in found if each.verdict == verdict), key=_size, reverse=True)


def _size(each: Difference) -> float:
    relative = each.relative[0]
    if each.measure.share or not math.isfinite(relative):
        return abs(each.paired.mean)
    return abs(relative)


def _phrase(each: Difference) -> str:
    mean, _, _, unit = _reading(each)
    unit = " points" if each.measure.share else unit or f" {each.measure.unit}"
    return f"{each.measure.words} {mean}{unit}"


def _listed(items: Sequence[str]) -> str:
    more = len(items) - MOST_NAMED
    return ", ".join(items[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def closing(comparison: Comparison) -> str:
    """How sure this is: what clear means, what pairing gained, and what intervals leave out."""
    gain = comparison.variance_gain
    times = f"{gain:.0f}" if gain >= MANY_TIMES else f"{gain:.1f}"
    gained = (
        f" Pairing: without equal seeds the same precision would take about {times} times as many runs (median "
        "over outcomes)."
        if math.isfinite(gain)
        else ""
    )
    return (
        "Clear: the interval leaves out zero, also after Holm's correction for all comparisons of a scenario. "
        "Perhaps: it does so only before that correction, as one in twenty would by chance alone."
        f"{gained} Intervals cover chance and the forecast of the border price; they do not cover doubt about "
        "parameters and rules. No forecast."
    )
