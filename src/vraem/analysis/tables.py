"""The scoreboard and the ablations as Markdown, for the documentation."""

from collections.abc import Mapping, Sequence

from vraem.analysis.ablation import ABLATIONS
from vraem.analysis.scoreboard import CAMPAIGNS, ENSEMBLE, HISTORY, MeasureScore, PatternScore, show
from vraem.scenario.reference import markdown_table

PART_TITLES: Mapping[str, str] = {
    HISTORY: "Patterns of the years 2012 to 2023",
    CAMPAIGNS: "Patterns that need pairs of runs",
    ENSEMBLE: "Patterns over the prior ensemble",
}
"""Headings of the parts of the scoreboard."""


def scoreboard_markdown(scores: Sequence[PatternScore], notes: Mapping[str, str] | None = None) -> str:
    """For each part a row for each pattern, then a row for each measure with its range or interval and the bounds.

    `notes`: a line under the heading of a part. The headings of parts are left out if there is only one.
    """
    passed = sum(score.passed for score in scores)
    parts = [
        (part, [score for score in scores if score.part == part])
        for part in PART_TITLES
        if any(score.part == part for score in scores)
    ]
    text = f"{passed} of {len(scores)} patterns pass.\n"
    for part, own in parts:
        if len(parts) > 1:
            text += f"\n## {PART_TITLES[part]}\n"
        if notes and part in notes:
            text += f"\n{notes[part]}\n"
        text += f"\n{_part_markdown(own)}"
    return text


def _part_markdown(scores: Sequence[PatternScore]) -> str:
    plain = all(score.counted == "seeds" for score in scores)
    overview = [
        (
            score.label,
            score.name,
            score.observed,
            score.tolerance,
            score.simulated,
            f"{100.0 * score.share_of_seeds:.0f} %" + ("" if plain else f" of {score.counted}"),
            "pass" if score.passed else "**miss**",
        )
        for score in scores
    ]
    share, mean, spread, inside = (
        ("Seeds that pass", "Mean of seeds", "Range over seeds", "Seeds inside")
        if plain
        else ("Share that passes", "Estimate", "Range, or interval (95 %) of pooled ones", "Share inside")
    )
    header = ("", "Pattern", "Observed", "Tolerance", "Simulated, tightest measure", share, "")
    details = [
        (
            score.label,
            measure.name,
            measure.observed,
            show(measure.value, measure.unit),
            f"{show(measure.least, measure.unit)} … {show(measure.most, measure.unit)}",
            bounds(measure),
            f"{100.0 * measure.passing:.0f} %",
        )
        for score in scores
        for measure in score.measures
    ]
    detail_header = ("", "Measure", "Observed", mean, spread, "Accepted", inside)
    return (
        markdown_table(header, overview) + "\n### Every measure\n\n" + markdown_table(detail_header, details)
    )


def bounds(measure: MeasureScore) -> str:
    """The accepted interval in words."""
    low, high = show(measure.low, measure.unit), show(measure.high, measure.unit)
    if "none" not in (low, high):
        return f"{low} to {high}"
    return f"at least {low}" if high == "none" else f"at most {high}"


def ablation_markdown(table: Mapping[str, Sequence[PatternScore]]) -> str:
    """What is left out in turn, which patterns are then lost, and which are gained."""
    whole, *others = table.items()
    had = [score.label for score in whole[1] if score.passed]
    removes = {ablation.name: ablation.removes for ablation in ABLATIONS}
    rows = []
    for name, scores in others:
        has = [score.label for score in scores if score.passed]
        lost = ", ".join(label for label in had if label not in has) or "none"
        gained = ", ".join(label for label in has if label not in had) or "none"
        rows.append((name, removes.get(name, ""), str(len(has)), lost, gained))
    header = ("Left out", "Input or rule", "Patterns that pass", "Lost", "Gained")
    carried = [
        (
            label,
            ", ".join(name for name, scores in others if label not in _passing(scores)) or "nothing alone",
        )
        for label in had
    ]
    return (
        f"The whole model passes {len(had)}: {', '.join(had)}.\n\n"
        + markdown_table(header, rows)
        + "\n### What carries each pattern\n\n"
        + markdown_table(("Pattern", "Lost without"), carried)
    )


def _passing(scores: Sequence[PatternScore]) -> set[str]:
    return {score.label for score in scores if score.passed}
