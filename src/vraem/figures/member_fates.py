"""What becomes of the members of a run: who serves and who is lost week by week, and fates at the horizons."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter
from numpy.typing import NDArray

from vraem.figures.labels import EndLabel, label_ends
from vraem.figures.looks import FOUNDING_LOOK, MEMBER_LOOKS, letters
from vraem.figures.run_groups import day_of, looks_of, measured_from, require_groups, shade_campaign
from vraem.figures.style import (
    HAIRLINE,
    INK,
    MUTED,
    SMALL_SIZE,
    TEXT_SIZE,
    Look,
    Margins,
    caption,
    nice_top,
    sheet,
    style,
)
from vraem.figures.timeline import as_results, frame_years, panel_title
from vraem.observe import RunResult
from vraem.observe.fates import FATES

LOSSES: dict[str, tuple[str, Look]] = {
    "exits": ("quit or\nsurrendered", MEMBER_LOOKS["quit"]),
    "captured": ("captured", MEMBER_LOOKS["captured"]),
    "killed_group": ("dead", MEMBER_LOOKS["dead"]),
}
"""Losses by their weekly series, nearest to zero first."""
LEAST_NAMED = 0.03
"""Least share of a bar that has its number, and of the axis that a group took that ended before."""
BEFORE_YEARS = 2


def members_by_fate(results: RunResult | Sequence[RunResult]) -> Figure:
    """Members by where they serve and, below zero, all who were lost since the start; and fates at the horizons.

    Left: everybody who serves, recruits too, and the losses summed up since the campaign's start (the run's, without
    one). Right: only those who were members when the campaign began. Several runs are drawn by their means. Raises
    ``ValueError`` if a run holds no groups.
    """
    runs = as_results(results)
    for run in runs:
        require_groups(run)
    start, end = measured_from(runs)
    with style():
        figure, ((weeks, fates),) = sheet(
            "What becomes of the members",
            "Persons of all ranks",
            caption(
                runs,
                "Mean of runs." if len(runs) > 1 else "",
                f"Left: recruits included; below zero, losses summed up since {start}. Right: those of {start} only.",
                band=False,
            ),
            size=(10.4, 4.9),
            columns=2,
            margins=Margins(left=0.6, right=1.25, top=1.0, bottom=0.8),
            width_ratios=[1.45, 1.0],
            wspace=0.62,
        )
        first = _start_of(runs[0])
        frame_years(weeks, runs[0].dates[max(first - BEFORE_YEARS * 52, 0) :])
        _serving_and_lost(weeks, runs, first)
        shade_campaign(weeks, runs, named=True, inside=True)
        _at_moments(fates, runs, start, end)
    return figure


def _start_of(run: RunResult) -> int:
    """The week from which losses are summed up."""
    anchor = run.organisation.anchor
    return anchor.start if anchor is not None else 0


def _serving_and_lost(axes: Axes, runs: Sequence[RunResult], first: int) -> None:
    """Areas above zero: members by group; below: losses since the start, one on the other."""
    weeks = min(len(run.dates) for run in runs)
    shown = slice(max(first - BEFORE_YEARS * 52, 0), weeks)
    days = np.array([day_of(runs[0], week) for week in range(shown.start, shown.stop)])
    stacks = _by_look(runs, weeks)
    labels: list[EndLabel] = []
    base = np.zeros(shown.stop - shown.start)
    most = max(float(np.max([values[shown] for values in stacks.values()])), 1.0)
    for look, values in stacks.items():
        top = base + values[shown]
        axes.fill_between(days, base, top, color=look.colour, linewidth=0.4, edgecolor="white", zorder=2)
        if top[-1] > base[-1]:
            said = f"{look.label}: {top[-1] - base[-1]:.0f}"
            labels.append(EndLabel(float((top[-1] + base[-1]) / 2.0), said, letters(look.colour)))
        elif values[shown].max() >= LEAST_NAMED * most:
            year = runs[0].dates[shown.start + int(np.flatnonzero(values[shown])[-1])].astype("datetime64[Y]")
            labels.append(EndLabel(float(top[-1]), f"{look.label}: until {year}", letters(look.colour)))
        base = top
    highest, floor = float(base.max()), np.zeros(shown.stop - shown.start)
    for name, (words, look) in LOSSES.items():
        weekly = np.mean([run[name][:weeks] for run in runs], axis=0)
        weekly = np.where(np.arange(weeks) < first, 0.0, weekly)
        lost = np.cumsum(weekly)[shown]
        axes.fill_between(
            days, floor, floor - lost, color=look.colour, linewidth=0.4, edgecolor="white", zorder=2
        )
        labels.append(
            EndLabel(float(floor[-1] - lost[-1] / 2.0), f"{words}: {lost[-1]:.0f}", letters(look.colour))
        )
        floor = floor - lost
    axes.axhline(0.0, color=INK, linewidth=0.9, zorder=4)
    axes.set_ylim(-nice_top(-float(floor.min())), nice_top(highest))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    axes.set_ylabel("persons: serving above zero, lost below", size=SMALL_SIZE, color=MUTED)
    panel_title(axes, "In the groups and lost")
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)


def _by_look(runs: Sequence[RunResult], weeks: int) -> dict[Look, NDArray[np.float64]]:
    """Mean members (weeks,) of groups that look alike, the founding group first; of several runs by kind only."""
    stacks: dict[Look, NDArray[np.float64]] = {FOUNDING_LOOK: np.zeros(weeks)}
    splinters = MEMBER_LOOKS["in_splinter"]._replace(label="in splinters")
    others = MEMBER_LOOKS["in_other_group"]._replace(label="in other groups")
    for run in runs:
        members = np.asarray(run.organisation.group_weeks["members"][:, :weeks], dtype=np.float64)
        groups = run.organisation.groups
        for group, look in enumerate(looks_of(run)):
            kind = look
            if len(runs) > 1 and not groups["founding"][group]:
                kind = others if groups["outsider"][group] else splinters
            stacks[kind] = stacks.get(kind, np.zeros(weeks)) + members[group] / len(runs)
    return stacks


def _at_moments(axes: Axes, runs: Sequence[RunResult], start: str, end: str) -> None:
    """One bar a moment: shares of the members of the `start` by fate, months after `end`; several runs are pooled."""
    moments = [
        name for name in runs[0].organisation.fates.moments if all(_reaches(run, name) for run in runs)
    ]
    moments = (
        moments[:-1] if len(moments) > 1 else moments
    )  # the end of the run is the last horizon or near it
    counts = np.sum([_counts(run, moments) for run in runs], axis=0)
    persons = float(counts[0].sum()) if len(moments) else 0.0
    if not persons:
        axes.set_visible(False)
        return
    shares = counts / persons
    base = np.zeros(len(moments))
    labels = []
    for code, fate in enumerate(FATES):
        look = MEMBER_LOOKS[fate]
        share = shares[:, code]
        axes.bar(
            range(len(moments)), share, 0.74, bottom=base, color=look.colour, edgecolor="white", linewidth=0.6
        )
        for place in np.flatnonzero(share >= LEAST_NAMED).tolist():
            axes.text(
                place,
                base[place] + share[place] / 2.0,
                f"{100 * share[place]:.0f} %",
                ha="center",
                va="center",
                size=SMALL_SIZE - 1.0,
                color=_on(look.colour),
            )
        if share.any():
            labels.append(EndLabel(float(base[-1] + share[-1] / 2.0), look.label, letters(look.colour)))
        base = base + share
    axes.set_xlim(-0.5, len(moments) - 0.5)
    axes.set_ylim(0.0, 1.0)
    axes.set_xticks(range(len(moments)), [_short(name) for name in moments])
    axes.tick_params(axis="x", length=0.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.grid(visible=False)
    axes.set_title(f"The {persons / len(runs):.0f} members of {start}", color=INK, pad=4.0)
    axes.set_xlabel(f"months after {end}", size=SMALL_SIZE, color=MUTED, labelpad=2.0)
    axes.set_ylabel("share of these members", size=SMALL_SIZE, color=MUTED)
    axes.spines["left"].set_color(HAIRLINE)
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)


def _reaches(run: RunResult, moment: str) -> bool:
    return moment in run.organisation.fates.moments and run.organisation.fates.reached(moment)


def _counts(run: RunResult, moments: Sequence[str]) -> NDArray[np.int64]:
    fates = run.organisation.fates
    rows = [fates.moments.index(name) for name in moments]
    return fates.counts()[rows] if rows else np.zeros((0, len(FATES)), dtype=np.int64)


def _short(moment: str) -> str:
    return moment.replace(" months", "") if moment.endswith(" months") else moment.replace(" of the run", "")


def _on(colour: str) -> str:
    """Ink for letters on a colour: white on dark ones."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 115 else INK
