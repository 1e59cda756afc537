"""How far a share moves over each assumption: gangs among dismantled runs, and draws that history keeps."""

from collections.abc import Collection, Sequence
from pathlib import Path
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from vraem.analysis.labels import GANGS
from vraem.analysis.matched_assumptions import draws_asked
from vraem.analysis.matched_draws import RUNS_A_DRAW
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import Lever, levers
from vraem.figures.sensitivity_bars import MOST_FACTORS, ROW_INCHES, factor_meaning, frame_rows
from vraem.figures.shares import JUDGED_RUNS
from vraem.figures.style import HAIRLINE, INK, MUTED, SMALL_SIZE, Margins, key_on_top, sheet, style, thousands
from vraem.figures.swept import as_swept, condition_words, interval_note, swept_caption, when
from vraem.version import __version__

ROW_USED = 0.66
"""Part of a row that its marks take; the rest sets it apart from the next."""
FORM_HEIGHT = 0.26
"""Rows between two forms of a switch, so that their names stand apart."""
PART_COLOURS = ("#0b3a75", "#a6d0ee")
LEAST_SHOWN, MOST_UNCLEAR = 6, 2
CHANCE_NOTE = "Highest less lowest share: chance alone moves it too."
NAME_WIDTH, NAME_LINES = 40, 2
"""Letters in a line of an assumption's meaning, and lines of it."""


def assumptions_that_matter(
    results: Results | Path | str, *, horizon: int | None = None, found: Sequence[Lever] | None = None
) -> Figure:
    """P(gangs | dismantled) in each quarter of a parameter's range and under each form of a switch, farthest first.

    ``found`` is computed (``analysis.sensitivity.levers``) if None. Raises ``ValueError`` if nothing was varied, or if
    no assumption moves the share.
    """
    kept = as_swept(results).judged
    kept.require_end_states()
    months = kept.headline if horizon is None else horizon
    labels = kept.labels(months)
    among = kept.counted(months)
    everything = list(levers(kept, labels == GANGS, among) if found is None else found)
    shown = everything[:MOST_FACTORS]
    if not shown:
        raise ValueError("nothing was varied in these runs: there are no assumptions to compare")
    if not any(lever.range > 0.0 for lever in shown):
        raise ValueError("no assumption moves the share of gangs in these runs: there is nothing to draw")
    overall = float((labels == GANGS)[among].mean()) if among.any() else np.nan
    few = int(among.sum()) < JUDGED_RUNS
    return _lever_rows(
        shown,
        overall,
        "Gangs under each assumption" + (": too few runs to say" if few else ""),
        f"Share of {thousands(int(among.sum()))} dismantled runs that end as gangs, {when(months)} after the campaign",
        swept_caption(kept, f"{CHANCE_NOTE}{_tied(everything)}\n{condition_words(kept, None).capitalize()}."),
    )


def _tied(found: Sequence[Lever]) -> str:
    """How many assumptions that are not shown move the share as far as the last one shown; nothing if none does."""
    alike = sum(lever.range >= found[MOST_FACTORS - 1].range for lever in found[MOST_FACTORS:])
    return f" Not shown: {alike} that move it as far as the last one here." if alike else ""


def assumptions_that_history_narrows(results: Results | Path | str) -> Figure:
    """Share of draws that history does not rule out, by quarter of each parameter's draws and form of each switch.

    What chance explains least comes first; assumptions that are clear after Holm's correction, and a few more in grey.
    Raises ``ValueError`` if the draws were not matched (``vraem match``), or if all of them or none are kept.
    """
    swept = as_swept(results)
    asked, kept = draws_asked(swept)
    narrowed = swept.narrowed
    if not narrowed:
        raise ValueError("history keeps all of the draws or none: there is nothing to compare")
    clear = sum(each.clear for each in narrowed)
    shown = narrowed[: max(clear + MOST_UNCLEAR, LEAST_SHOWN)]
    name = swept.about.get("name", "without a name")
    return _lever_rows(
        [each.lever for each in shown],
        float(kept.mean()),
        "What history says about the assumptions",
        "Share of draws under which strength and income of the group are as observed in 2012–23",
        f"Experiment {name}, {thousands(RUNS_A_DRAW * len(kept))} runs of {thousands(len(kept))} draws of assumptions "
        f"with {RUNS_A_DRAW} seeds each, {thousands(int(kept.sum()))} draws kept, vraem {__version__}.\n"
        f"{interval_note(asked.cluster_words)} Grey names, and all that is not shown: "
        "chance explains it, too (chi-squared, Holm).",
        unclear=frozenset(each.lever.factor for each in shown if not each.clear),
    )


def _lever_rows(
    shown: Sequence[Lever],
    overall: float,
    title: str,
    subtitle: str,
    caption: str,
    *,
    unclear: Collection[str] = (),
) -> Figure:
    """A row for each assumption with the share in each part of its range, and a line at the share `overall`.

    Names of assumptions that are `unclear` are grey.
    """
    heights = [_row_height(lever) for lever in shown]
    margins = Margins(left=2.75, right=0.45, top=1.2, bottom=1.1)
    with style():
        figure, ((axes,),) = sheet(
            title,
            subtitle,
            caption,
            size=(9.4, margins.top + margins.bottom + 1.55 * ROW_INCHES * sum(heights)),
            margins=margins,
        )
        places = frame_rows(axes, [_name(lever.factor) for lever in shown], heights)
        axes.tick_params(axis="y", labelsize=SMALL_SIZE)
        for name, lever in zip(axes.get_yticklabels(), shown, strict=True):
            name.set_color(MUTED if lever.factor in unclear else INK)
        for place, height, lever in zip(places, heights, shown, strict=True):
            _lever(axes, place, height, lever)
        axes.set_xlim(0.0, None)
        axes.axvline(overall, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        axes.annotate(
            f"all: {100 * overall:.0f} %",
            (overall, 1.0),
            (3.0, 3.0),
            axes.get_xaxis_transform(),
            "offset points",
            size=SMALL_SIZE,
        )
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        _key_of_parts(figure, shown)
    return figure


def _name(factor: str) -> str:
    """What an assumption is, in two lines."""
    return "\n".join(wrap(factor_meaning(factor), NAME_WIDTH, max_lines=NAME_LINES, placeholder=" …"))


def _row_height(lever: Lever) -> float:
    """Room for an assumption, in rows of one with quarters; each form of a switch has a line for its name."""
    forms = sum(band.runs > 0 and band.low is None for band in lever.bands)
    return max(1.0, forms * FORM_HEIGHT / ROW_USED)


def _lever(axes: Axes, place: float, height: float, lever: Lever) -> None:
    """One assumption: a mark a part of its range, pale to dark; forms of a switch bear their names."""
    bands = [band for band in lever.bands if band.runs]
    shares = [band.share.estimate for band in bands]
    axes.plot(
        [min(shares), max(shares)],
        [place] * 2,
        color=HAIRLINE,
        linewidth=5.0,
        zorder=1,
        solid_capstyle="butt",
    )
    step = ROW_USED * height / max(len(bands), 1)
    for number, band in enumerate(bands):
        level = place + (number - (len(bands) - 1) / 2.0) * step
        is_form = band.low is None
        shade = number / max(len(bands) - 1, 1)
        colour = INK if is_form else _between(PART_COLOURS[1], PART_COLOURS[0], shade)
        axes.plot(
            [band.share.low, band.share.high], [level] * 2, color=colour, linewidth=0.8, alpha=0.8, zorder=2
        )
        axes.plot(
            [band.share.estimate],
            [level],
            marker="s" if is_form else "o",
            color=colour,
            markeredgecolor=INK,
            markeredgewidth=0.4,
            markersize=4.2,
            zorder=3,
            clip_on=False,
        )
        if is_form:
            axes.annotate(
                band.part.replace("_", " "),
                (band.share.high, level),
                (3.0, 0.0),
                textcoords="offset points",
                va="center",
                size=SMALL_SIZE - 1.6,
                color=MUTED,
                zorder=4,
            )


def _key_of_parts(figure: Figure, shown: Sequence[Lever]) -> None:
    """What the marks are, those only that are drawn."""
    is_form = {band.low is None for lever in shown for band in lever.bands if band.runs}
    quarters = [
        Line2D(
            [],
            [],
            marker="o",
            color=_between(PART_COLOURS[1], PART_COLOURS[0], shade),
            mec=INK,
            mew=0.4,
            ms=4.6,
            lw=0.8,
            label=label,
        )
        for shade, label in (
            (0.0, "lowest quarter of the draws"),
            (1 / 3, "second"),
            (2 / 3, "third"),
            (1.0, "highest"),
        )
    ]
    form = Line2D([], [], marker="s", color=INK, ms=4.2, lw=0.8, label="form of a switch")
    handles = quarters * (False in is_form) + [form] * (True in is_form)
    handles.append(Line2D([], [], color=HAIRLINE, lw=5.0, solid_capstyle="butt", label="lowest to highest"))
    key_on_top(figure, handles, len(handles), fontsize=SMALL_SIZE + 0.1, columnspacing=1.1, handlelength=1.5)


def _between(first: str, last: str, share: float) -> tuple[float, float, float]:
    """A colour on the way from one to another."""
    ends = [np.array([int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)]) for colour in (first, last)]
    red, green, blue = (1.0 - share) * ends[0] + share * ends[1]
    return float(red), float(green), float(blue)
