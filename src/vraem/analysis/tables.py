"""The scoreboard and the ablations as Markdown, for the documentation."""

from collections.abc import Mapping, Sequence

from vraem.analysis.ablation import ABLATIONS
from vraem.analysis.scoreboard import MeasureScore, PatternScore, show
from vraem.scenario.reference import markdown_table


def scoreboard_markdown(scores: Sequence[PatternScore]) -> str:
    """A row for each pattern, then a row for each of its measures with the range over seeds and the bounds."""
    passed = sum(score.passed for score in scores)
    overview = [
        (
            score.label,
            score.name,
            score.observed,
            score.tolerance,
            score.simulated,
            f"{100.0 * score.share_of_seeds:.0f} %",
            "pass" if score.passed else "**miss**",
        )
        for score in scores
    ]
    header = ("", "Pattern", "Observed", "Tolerance", "Simulated, tightest measure", "Seeds that pass", "")
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
    detail_header = (
        "",
        "Measure",
        "Observed",
        "Mean of seeds",
        "Range over seeds",
        "Accepted",
        "Seeds inside",
    )
    return (
        f"{passed} of {len(scores)} patterns pass.\n\n"
        + markdown_table(header, overview)
        + "\n### Every measure\n\n"
        + markdown_table(detail_header, details)
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
