"""What charts of an experiment share: its arms in order with their looks, its captions, words for definitions."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from vraem.analysis.results import Results
from vraem.experiment.words import day
from vraem.figures.arms import arm_look
from vraem.figures.style import Look, seed_text, thousands
from vraem.version import __version__

DEFINITION_SHORT = {
    "personnel": "leader and half of the committee captured or dead",
    "seats": "the leader's post and half of the committee's seats vacant",
    "links": "command links below .6 of before for half a year",
    "size": "fewer than half of the armed for half a year",
}
MONTHS_A_YEAR = 12
LONG_SEED = 1_000_000


def as_swept(results: Results | Path | str) -> Results:
    """The results themselves, or those of the sweep in a folder."""
    return results if isinstance(results, Results) else Results.open(results)


def shown_arms(results: Results) -> list[str]:
    """Arms that have runs, the reference first, then in the order of the file."""
    held = set(results.frame["arm"])
    others = [arm for arm in results.arms if arm != results.reference]
    return [arm for arm in (results.reference, *others) if arm in held]


def look_of(results: Results, arm: str) -> Look:
    """The look of an arm, the same in every chart of the experiment."""
    others = [name for name in results.arms if name != results.reference]
    return arm_look(0 if arm == results.reference else 1 + others.index(arm))


def swept_caption(results: Results, *notes: str, intervals: bool = True) -> str:
    """What a chart of an experiment rests on: runs, draws, seeds, households, version, intervals; notes follow."""
    about: dict[str, Any] = dict(results.about)
    frame = results.frame
    draws = int(frame["point"].nunique())
    drawn = f" of {thousands(draws)} draws of assumptions" if draws > 1 else ""
    seeds = _seeds(results)
    households = about.get("households") or []
    size = f"{thousands(households[0])} households" if len(households) == 1 else ""
    first = ", ".join(
        part
        for part in (
            f"Experiment {about.get('name', 'without a name')}",
            f"{thousands(len(frame))} runs{drawn}",
            seeds,
            size,
            f"vraem {about.get('vraem', __version__)}",
        )
        if part
    )
    said = " ".join([interval_note(results.cluster_words)] * intervals + [note for note in notes if note])
    return f"{first}.\n{said}" if said else f"{first}."


def interval_note(clusters: str) -> str:
    """What the intervals of a chart are, over `clusters` (draws of assumptions, seeds)."""
    return f"Intervals: 95 %, whole {clusters} resampled."


def _seeds(results: Results) -> str:
    """The seeds in words; those that were derived from one (they are long) by their number and that one."""
    if "seed" not in results.frame:
        return ""
    seeds = sorted({int(seed) for seed in results.frame["seed"]})
    if seeds and seeds[-1] < LONG_SEED:
        return seed_text(seeds)
    first = results.about.get("seed")
    return f"{thousands(len(seeds))} seeds" + (f" derived from {first}" if first is not None else "")


def when(months: int) -> str:
    """A horizon in words: 1 year after, 10 years after."""
    years, rest = divmod(months, MONTHS_A_YEAR)
    if rest:
        return f"{months} months"
    return "1 year" if years == 1 else f"{years} years"


def began(results: Results) -> str:
    """From when times count, in words: the campaign's start, or the one day from which every arm is measured."""
    starts = {start for start, _ in results.days.values()}
    return "the campaign's start" if results.campaigns or len(starts) != 1 else day(*starts)


def ended(results: Results) -> str:
    """From when horizons count, in words: the campaign, or the one day after which every arm is measured."""
    ends = {end for _, end in results.days.values()}
    return "the campaign" if results.campaigns or len(ends) != 1 else day(*ends)


def not_drawn(names: Sequence[str]) -> str:
    """What a chart has no room for, as a sentence; nothing if everything is drawn."""
    return f"Not drawn, for want of room: {', '.join(names)}." if names else ""


def definition_lines(definition: str) -> str:
    """What a definition of dismantled is, in two lines for the head of a narrow panel."""
    return "\n".join(wrap(DEFINITION_SHORT.get(definition, definition), 32)[:2])


def condition_words(results: Results, definition: str | None) -> str:
    """The condition of a share in words."""
    name = definition or results.definition
    return f"dismantled ({DEFINITION_SHORT.get(name, name)})"
