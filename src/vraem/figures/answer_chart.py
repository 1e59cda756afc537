"""The answer in one picture: what a dismantled group is at the headline's horizon and at the last one, gangs marked."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from vraem.analysis.intervals import Interval
from vraem.analysis.labels import GANGS, shares
from vraem.analysis.results import Results
from vraem.analysis.words import percent
from vraem.figures.labels import halo
from vraem.figures.looks import state_look
from vraem.figures.shares import share_axis
from vraem.figures.style import INK, MUTED, SMALL_SIZE, TEXT_SIZE, Margins, key_on_top, sheet, style
from vraem.figures.swept import DEFINITION_SHORT, as_swept, swept_caption, when
from vraem.observe.end_states import END_STATE_WORDS

BAR, ROW_INCHES = 0.56, 0.4
OTHERS = "#a9b4bf"
"""Colour of the end states that are not asked for."""


def what_is_left(results: Results | Path | str) -> Figure:
    """How often each end state comes of a dismantled group, over all campaigns, with 95 % intervals.

    A bar for the horizon of the verdict's rules, a ring for the last one; gangs in their colour, with the share below
    which the claim is refuted. Raises ``ValueError`` if the runs have no end states or none is dismantled.
    """
    swept = as_swept(results)
    swept.require_end_states()
    kept, months = swept.judged, swept.headline
    last = max(kept.horizons)
    among = kept.dismantled(kept.definition)
    found, later = shares(kept, months, among), shares(kept, last, among)
    if not found.runs:
        raise ValueError("the group is dismantled in no run: there is nothing to draw")
    states = sorted(found.clustered, key=lambda state: -found.clustered[state].estimate)
    rule = kept.rules.refuted_below
    gangs = found.clustered[GANGS].estimate
    margins = Margins(left=3.55, right=0.35, top=1.12, bottom=1.02)
    with style():
        figure, ((axes,),) = sheet(
            f"Of {found.runs} dismantled groups {percent(gangs)} are gangs {when(months)} later",
            "What is left of the group, share of the runs in which a campaign dismantled it",
            swept_caption(
                kept,
                f"Dismantled: {DEFINITION_SHORT[kept.definition]}.\nDashed: the claim is refuted if gangs are "
                f"almost surely below {percent(rule)}.",
            ),
            size=(8.2, margins.top + margins.bottom + ROW_INCHES * len(states)),
            margins=margins,
        )
        for row, state in enumerate(states):
            _row(axes, row, state, found.clustered[state], later.clustered.get(state))
        _rule(axes, states.index(GANGS), rule)
        axes.set_ylim(len(states) - 0.4, -0.6)
        axes.set_xlim(0.0, 1.06 * max(share.high for share in found.clustered.values()))
        axes.set_yticks([])
        share_axis(axes)
        ring = Line2D([], [], marker="o", mfc="white", mec=INK, ls="", ms=6.0, label=f"{when(last)} after")
        bar = Patch(color=OTHERS, label=f"{when(months)} after the campaign")
        whisker = Line2D([], [], color=INK, lw=1.1, label="95 % interval")
        key_on_top(figure, [bar, whisker, ring], 3, down=0.66, fontsize=TEXT_SIZE - 0.5)
    return figure


def _row(axes: Axes, row: int, state: str, now: Interval, later: Interval | None) -> None:
    asked, look = state == GANGS, state_look(state)
    colour = look.colour if asked else INK
    axes.barh(row, now.estimate, BAR, color=colour if asked else OTHERS, zorder=2)
    axes.plot([now.low, now.high], [row] * 2, color=INK, linewidth=1.1, zorder=4, clip_on=False)
    if later is not None:
        axes.plot(
            [later.estimate],
            [row],
            marker="o",
            mfc="white",
            mec=INK,
            ms=6.0,
            mew=1.1,
            zorder=5,
            clip_on=False,
        )
    reach = max(now.high, later.estimate if later is not None else 0.0)
    number = axes.annotate(
        percent(now.estimate),
        (reach, row),
        (9.0, 0.0),
        textcoords="offset points",
        va="center",
        size=TEXT_SIZE,
        weight="bold",
        color=colour,
        zorder=6,
    )
    halo(number)
    beside: dict[str, Any] = {
        "xycoords": axes.get_yaxis_transform(),
        "textcoords": "offset points",
        "ha": "right",
    }
    axes.annotate(
        look.in_one_line,
        (0.0, row),
        (-8.0, 1.0),
        va="bottom",
        size=TEXT_SIZE,
        weight="bold",
        color=colour,
        **beside,
    )
    axes.annotate(
        END_STATE_WORDS.get(state, ""),
        (0.0, row),
        (-8.0, -1.0),
        va="top",
        size=SMALL_SIZE,
        color=MUTED,
        **beside,
    )


def _rule(axes: Axes, row: int, below: float) -> None:
    """The share below which gangs are refuted, at the height of their row."""
    axes.plot(
        [below] * 2, [row - 0.45, row + 0.45], color=MUTED, linewidth=1.0, linestyle=(0, (3, 2)), zorder=3
    )
    axes.annotate(
        "refuted below",
        (below, row - 0.45),
        (3.0, 0.0),
        textcoords="offset points",
        ha="left",
        va="center",
        size=SMALL_SIZE,
        color=MUTED,
        zorder=3,
    )
