"""Arms against the reference on the same draws and seeds: paired differences with their intervals."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from vraem.analysis import outcome_columns as columns
from vraem.analysis.contrasts import Contrast, contrasts
from vraem.analysis.intervals import is_clear
from vraem.analysis.results import Results
from vraem.figures.outcome_words import EVENTS, GROUPS, OTHER, PERSONS, POINTS, RATES, named_outcome, words_of
from vraem.figures.style import (
    HAIRLINE,
    INK,
    MUTED,
    SHADE,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    key_on_top,
    sheet,
    style,
    thousands,
)
from vraem.figures.swept import as_swept, ended, look_of, not_drawn, shown_arms, swept_caption, when

AT_HORIZON = (
    *("fragmented_{h}", "la_{h}", "lf_{h}", "rev_{h}", "vac_{h}", "cli_{h}", "pi_{h}"),
    *("n_groups_{h}", "n_eff_{h}", "violence_{h}", "deaths_civilians_{h}"),
)
"""What is compared unless the caller says otherwise, in the order of the chart.

The share of gangs is not: it is told among dismantled runs only, and those of two arms are not the same."""
ONCE = ("dismantled_personnel",)
ROW_INCHES, ARM_INCHES, GAP_INCHES = 0.2, 0.09, 0.5
MOST_DECLARED = 24
MILLION = 1e6
FAMILIES = (POINTS, GROUPS, RATES, PERSONS, EVENTS, OTHER)


class _Block(NamedTuple):
    """Rows of one family of units: (name without horizon, label)."""

    family: str
    rows: list[tuple[str, str]]


def paired_differences(
    results: Results | Path | str,
    outcomes: Sequence[str] | None = None,
    *,
    horizons: Sequence[int] | None = None,
) -> Figure:
    """Each arm less the reference, pair by pair of the same draw and seed: means with 95 % intervals.

    Parameters
    ----------
    results
        The runs of an experiment, or the folder of its sweep.
    outcomes
        Columns of the runs; ``{h}`` in a name stands for the months of a horizon. Those of ``AT_HORIZON`` if None.
    horizons
        Months after the campaign, a column of panels each; that of the verdict's rules and the last if None.

    Raises
    ------
    ValueError
        If there is no arm beside the reference, or no outcome that the runs have.

    """
    kept = as_swept(results).strong
    months = _horizons(kept, horizons)
    wanted = outcomes or (*ONCE, *AT_HORIZON)
    names = [name for name in wanted if any(kept.has(_at(name, each)) for each in months)]
    return _forest(kept, _blocks(names), months, [f"{when(each)} after {ended(kept)}" for each in months])


def declared_differences(results: Results | Path | str) -> Figure:
    """Each arm less the reference in every outcome that the experiment takes from the weekly series, pair by pair.

    A panel for what has the same unit and is drawn from the same series; means with 95 % intervals. Raises
    ``ValueError`` if there is no arm beside the reference, or no such outcome.
    """
    kept = as_swept(results).strong
    asked = kept.experiment.outcomes if kept.experiment is not None else ()
    held = [each for each in asked if each.measure is None and kept.has(each.name)]
    alike: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for each in held[:MOST_DECLARED]:
        row = (each.name, named_outcome(kept, each.name).label)
        alike.setdefault((each.series, each.unit), []).append(row)
    blocks = [_Block(unit, rows) for (_, unit), rows in alike.items()]
    left_out = not_drawn([each.name for each in held[MOST_DECLARED:]])
    return _forest(kept, blocks, [0], [""], left_out)


def _forest(
    kept: Results, blocks: Sequence[_Block], months: Sequence[int], heads: Sequence[str], note: str = ""
) -> Figure:
    """A row of panels for each block, a column for each horizon with its head."""
    arms = [arm for arm in shown_arms(kept) if arm != kept.reference]
    if not arms or not blocks:
        raise ValueError("there is nothing to compare: the runs need two arms and an outcome")
    names = [name for block in blocks for name, _ in block.rows]
    found = {each: _contrasts(kept, names, each, arms) for each in months}
    known = {arm for contrasts_of in found.values() for arm, _ in contrasts_of}
    arms, apart = [arm for arm in arms if arm in known], [arm for arm in arms if arm not in known]
    if not arms:
        raise ValueError("there is nothing to compare: every arm counts its horizons from other days")
    per_row = ROW_INCHES + ARM_INCHES * (len(arms) - 1)
    lengths = [len(block.rows) + 0.25 for block in blocks]
    margins = Margins(left=2.45, right=0.3, top=1.22 if any(heads) else 0.98, bottom=0.98)
    inside = per_row * sum(lengths) + GAP_INCHES * (len(blocks) - 1)
    if apart:
        note = f"Not compared, since horizons count from other days there: {', '.join(apart)}. {note}".strip()
    with style():
        figure, panels = sheet(
            f"What each {'campaign' if kept.campaigns else 'arm'} changes, against {kept.reference}",
            "Difference between runs of the same draw and seed, mean and 95 % interval",
            swept_caption(
                kept,
                f"Intervals: Student's over {kept.cluster_words}. Filled: clear after Holm's correction over all "
                "differences of its column.",
                f"\n{note}" if note else "",
                intervals=False,
            ),
            size=(8.8, margins.top + margins.bottom + inside),
            rows=len(blocks),
            columns=len(months),
            margins=margins,
            height_ratios=lengths,
            hspace=GAP_INCHES / (per_row * sum(lengths) / len(blocks)),
            wspace=0.1,
        )
        for row, block in zip(panels, blocks, strict=True):
            limits = _limits(block, found, months)
            for axes, each, head in zip(row, months, heads, strict=True):
                _frame(axes, block, limits, named=axes is row[0])
                for number, arm in enumerate(arms):
                    step = (number - (len(arms) - 1) / 2.0) * 0.8 / len(arms)
                    _marks(axes, block, found[each], kept, arm, each, step)
                if row is panels[0]:
                    axes.set_title(head, color=INK, pad=5.0)
        _key(figure, kept, arms)
    return figure


def _horizons(results: Results, wanted: Sequence[int] | None) -> list[int]:
    if wanted:
        return list(wanted)
    if not results.horizons:
        return [0]
    return sorted({results.headline, results.horizons[-1]})


def _at(name: str, months: int) -> str:
    return columns.at(name, months)


def _contrasts(
    results: Results, names: Sequence[str], months: int, arms: Sequence[str]
) -> dict[tuple[str, str], Contrast]:
    """Contrasts by arm and column, corrected for all of them together."""
    held = [_at(name, months) for name in names if results.has(_at(name, months))]
    return {(each.arm, each.outcome): each for each in contrasts(results, held, arms=arms)}


def _blocks(names: Sequence[str]) -> list[_Block]:
    blocks = []
    for family in FAMILIES:
        rows = [
            (name, words_of(_at(name, 0)).label) for name in names if words_of(_at(name, 0)).family == family
        ]
        if rows:
            blocks.append(_Block(family, rows))
    return blocks


def _limits(
    block: _Block, found: dict[int, dict[tuple[str, str], Contrast]], months: Sequence[int]
) -> tuple[float, float]:
    ends = [0.0]
    for each in months:
        held = {_at(name, each) for name, _ in block.rows}
        for (_, column), contrast in found[each].items():
            if column in held:
                factor = words_of(column).factor
                ends += [factor * value for value in contrast.difference if np.isfinite(value)]
    air = 0.06 * max(max(ends) - min(ends), 1e-3)
    return min(ends) - air, max(ends) + air


def _frame(axes: Axes, block: _Block, limits: tuple[float, float], *, named: bool) -> None:
    axes.set_xlim(*limits)
    axes.set_ylim(len(block.rows) - 0.4, -0.6)
    axes.axvline(0.0, color=INK, linewidth=0.9, zorder=2)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(_signed))
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(block.family, size=SMALL_SIZE, color=MUTED, labelpad=2.0)
    axes.set_yticks(range(len(block.rows)), [label for _, label in block.rows] if named else [])
    for place in range(0, len(block.rows), 2):
        axes.axhspan(place - 0.5, place + 0.5, color=SHADE, linewidth=0, zorder=0)


def _signed(value: float, _: int) -> str:
    if abs(value) < 1e-9:
        return "0"
    size = abs(value)
    whole = f"{size / MILLION:g} million" if size >= MILLION else thousands(size)
    text = whole if size >= 1000.0 else f"{size:g}"
    return f"{'−' if value < 0.0 else '+'}{text}"


def _marks(
    axes: Axes,
    block: _Block,
    found: dict[tuple[str, str], Contrast],
    results: Results,
    arm: str,
    months: int,
    step: float,
) -> None:
    look = look_of(results, arm)
    for place, (name, _) in enumerate(block.rows):
        contrast = found.get((arm, _at(name, months)))
        if contrast is None or not np.isfinite(contrast.difference.estimate):
            continue
        factor = words_of(_at(name, months)).factor
        middle, low, high = (factor * value for value in contrast.difference)
        clear = is_clear(contrast.p_holm)
        axes.plot([low, high], [place + step] * 2, color=look.colour, linewidth=1.2, zorder=3)
        axes.plot(
            [middle],
            [place + step],
            marker=look.marker,
            markersize=4.4,
            color=look.colour,
            markerfacecolor=look.colour if clear else "white",
            markeredgewidth=1.0,
            zorder=4,
        )


def _key(figure: Figure, results: Results, arms: Sequence[str]) -> None:
    looks = [look_of(results, arm) for arm in arms]
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, ms=4.6, lw=1.2, label=arm)
        for look, arm in zip(looks, arms, strict=True)
    ]
    key_on_top(
        figure, handles, min(len(handles), 5), fontsize=TEXT_SIZE - 0.5, columnspacing=1.4, handlelength=1.6
    )
