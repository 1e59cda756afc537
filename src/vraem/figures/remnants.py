"""Who counts as a remnant: what is said of dismantled runs with and without the recruits of splinters."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from vraem.analysis.intervals import Interval
from vraem.analysis.results import Results
from vraem.analysis.verdict import ClaimAtHorizon
from vraem.figures.looks import STATE_LOOKS
from vraem.figures.style import HAIRLINE, INK, MUTED, SMALL_SIZE, Margins, key_on_top, sheet, style
from vraem.figures.swept import as_swept, definition_lines, swept_caption, when

ROW_INCHES = 0.27
APART = 0.17
"""Distance of the two marks of a row from its middle, in rows."""
FRAGMENTED_COLOUR, GANGS_COLOUR = INK, STATE_LOOKS["gangs"].colour
EVER_IN_IT, DESCENDING = "persons who were ever in the group", "by descent, recruits of splinters too"
LEAST_AXIS = 0.1


def remnants_by_persons(results: Results | Path | str) -> Figure:
    """P(fragmented | dismantled) and P(gangs | dismantled), with members counted in two ways.

    A panel a definition, a row a horizon. Filled: everybody by descent; hollow: who was ever in the group. Raises
    ``ValueError`` if the runs have no end states, or none by persons.
    """
    swept = as_swept(results)
    judged = swept.judged
    judged.require_end_states()
    if judged.by_persons is None:
        raise ValueError(
            "the runs do not count by persons: ask for end_state_by_persons and fragmented_by_persons in the outcomes "
            "of the experiment"
        )
    claims, again = swept.claim.table, swept.claim.by_persons
    pairs = list(zip(claims, again, strict=True))
    definitions, horizons = judged.definitions, len(judged.horizons)
    margins = Margins(left=1.35, right=0.35, top=1.3, bottom=0.95)
    with style():
        figure, panels = sheet(
            "Who counts as a remnant",
            "Share of dismantled runs, by time since the campaign and by what counts as dismantled",
            swept_caption(
                judged,
                "By descent recruits count as far as the group that they join comes from the founding one;\n"
                "by persons those of a splinter do not, and it passes for a stranger within years.",
            ),
            size=(
                2.2 * len(definitions) + 1.7,
                margins.top + margins.bottom + ROW_INCHES * (2 * horizons + 2.4),
            ),
            columns=len(definitions),
            margins=margins,
            sharex=True,
            sharey=True,
            wspace=0.18,
        )
        for axes, definition in zip(panels[0], definitions, strict=True):
            _panel(axes, definition, [pair for pair in pairs if pair[0].definition == definition])
        panels[0][0].set_xlim(0.0, max(_furthest((*claims, *again)), LEAST_AXIS))
        _key(figure)
    return figure


def _furthest(claims: Sequence[ClaimAtHorizon]) -> float:
    """The end of the axis: beyond every interval that has runs."""
    ends = [share.high for claim in claims if claim.judgement.runs for share in _shares(claim)]
    return 1.04 * float(np.nanmax([0.0, *ends]))


def _shares(claim: ClaimAtHorizon) -> tuple[Interval, Interval]:
    return claim.fragmentation.fragmented, claim.judgement.p


def _panel(axes: Axes, definition: str, pairs: Sequence[tuple[ClaimAtHorizon, ClaimAtHorizon]]) -> None:
    names: list[tuple[float, str]] = []
    for block, (title, colour) in enumerate(
        (("three groups or more", FRAGMENTED_COLOUR), ("gangs: they live for profit", GANGS_COLOUR))
    ):
        top = block * (len(pairs) + 1.2)
        axes.annotate(
            title, (0.0, top), (2.0, 0.0), axes.get_yaxis_transform(), "offset points", va="center", size=SMALL_SIZE,
            color=colour, weight="bold",
        )  # fmt: skip
        for number, (own, again) in enumerate(pairs):
            height = top + 1.0 + number
            names.append((height, f"{when(own.horizon)} after"))
            _mark(axes, height - APART, _shares(own)[block], own.judgement.runs, colour, filled=True)
            _mark(axes, height + APART, _shares(again)[block], again.judgement.runs, colour, filled=False)
    axes.set_ylim(2 * len(pairs) + 1.9, -0.6)
    axes.set_yticks([height for height, _ in names], [name for _, name in names])
    axes.tick_params(axis="both", labelsize=SMALL_SIZE, length=0.0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.grid(visible=True, axis="x", color=HAIRLINE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.set_title(definition_lines(definition), size=SMALL_SIZE, color=MUTED)


def _mark(axes: Axes, height: float, share: Interval, runs: int, colour: str, *, filled: bool) -> None:
    """One share with its interval; nothing without runs."""
    if not runs:
        return
    axes.plot([share.low, share.high], [height] * 2, color=colour, linewidth=1.0, zorder=3, clip_on=False)
    face = colour if filled else "white"
    axes.plot(
        [share.estimate],
        [height],
        "o",
        color=colour,
        markerfacecolor=face,
        markersize=4.2,
        zorder=4,
        clip_on=False,
    )


def _key(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=INK, marker="o", markerfacecolor=face, ms=4.2, lw=1.0, label=label)
        for face, label in ((INK, DESCENDING), ("white", EVER_IN_IT))
    ]
    key_on_top(figure, handles, 2, down=0.62, fontsize=SMALL_SIZE + 0.3, columnspacing=1.6, handlelength=1.6)
