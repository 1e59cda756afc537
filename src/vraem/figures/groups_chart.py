"""How many armed groups there are, how strong, and who is taken from them: charts over the weeks of a run."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from vraem.figures.labels import EndLabel, label_ends
from vraem.figures.looks import letters
from vraem.figures.run_groups import day_of, looks_of, require_groups, rolling_sum, shade_campaign
from vraem.figures.style import (
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
from vraem.figures.timeline import Bundle, as_results, draw_bundle, frame_years, panel_title
from vraem.observe import RunResult

COUNT_LOOKS = {
    "groups": Look("all armed groups", MUTED, ":", "o"),
    "independent_lineage_groups": Look("independent, of\nthe lineage (N)", "#8c1c13", "-", "s"),
    "effective_groups": Look("their effective\nnumber (N eff.)", "#0b4f8a", "--", "D"),
}
STRENGTH_LOOKS = {
    "members": Look("members", "#0b3a75", "-"),
    "armed": Look("of these armed", "#c65d21", "--"),
}
REMOVAL_LOOKS = {
    "campaign_removals": Look("taken or killed\nby the campaign", "#8c1c13"),
    "routine_removals": Look("taken or killed\nby routine operations", "#f0b98d"),
}
QUARTER = 13


def number_of_groups(results: RunResult | Sequence[RunResult]) -> Figure:
    """Number and effective number of armed groups over time, and the life of each group of the (first) run.

    Several runs are drawn as a median with a band of 5-95 %. Raises ``ValueError`` if a run holds no groups.
    """
    runs = as_results(results)
    for run in runs:
        require_groups(run)
    first = runs[0]
    rows = len(first.organisation.groups["founding"])
    lives = 0.62 + 0.42 * min(rows, 14)
    with style():
        figure, ((counts,), (lifelines,)) = sheet(
            "Armed groups in the valley",
            "How many there are, and how large each is",
            caption(
                runs,
                "Independent: five armed or more, no close ally, not in firms' pay, for half of the last year.",
                f"Below: seed {first.seed}." if len(runs) > 1 else "",
            ),
            size=(8.0, 1.95 + 2.1 + lives),
            rows=2,
            height_ratios=[2.1, lives],
            margins=Margins(left=0.5, right=1.6, top=0.98, bottom=0.8),
            sharex=True,
            hspace=0.3,
        )
        frame_years(counts, Bundle.of(runs, lambda run: run["groups"]).dates)
        _counts(counts, runs)
        _lives(lifelines, first)
        shade_campaign(counts, runs, named=True)
        shade_campaign(lifelines, runs, named=False)
    return figure


def _counts(axes: Axes, runs: Sequence[RunResult]) -> None:
    labels, top = [], 1.0
    for name, look in COUNT_LOOKS.items():
        bundle = Bundle.of(runs, lambda run, name=name: run[name])  # type: ignore[misc]
        draw_bundle(axes, bundle, look.colour, look.linestyle)
        labels.append(EndLabel(float(bundle.middle[-1]), look.label, look.colour))
        top = max(top, float(np.quantile(bundle.values, 0.95, axis=0).max()))
    axes.set_ylim(0.0, top + 0.6)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    panel_title(axes, "Number of groups")
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)


def _lives(axes: Axes, run: RunResult) -> None:
    """One band a group, as wide as it has members, from when it formed to when it ended."""
    looks = looks_of(run)
    members = np.asarray(run.organisation.group_weeks["members"], dtype=np.float64)
    living = np.asarray(run.organisation.group_weeks["living"], dtype=np.float64) > 0.0
    rows = np.flatnonzero(living.any(axis=1))
    largest = max(float(members.max(initial=0.0)), 1.0)
    days = np.array([day_of(run, week) for week in range(members.shape[1])])
    for place, group in enumerate(rows):
        there = living[group]
        half = 0.46 * np.sqrt(members[group] / largest)
        half = np.where(there, np.maximum(half, 0.02), np.nan)
        axes.fill_between(days, place - half, place + half, color=looks[group].colour, linewidth=0, zorder=3)
        began, ended = np.flatnonzero(there)[[0, -1]]
        parent = int(run.organisation.groups["parent"][group])
        if began > 0 and parent >= 0:
            source = int(np.flatnonzero(rows == parent)[0]) if parent in rows else place
            axes.plot([days[began]] * 2, [source, place], color=looks[group].colour, linewidth=0.8, zorder=2)
        axes.annotate(
            _life_text(run, looks[group].label, int(began), int(ended), members[group]),
            (1.0, place),
            (6.0, 0.0),
            axes.get_yaxis_transform(),
            "offset points",
            va="center",
            size=SMALL_SIZE,
            color=letters(looks[group].colour),
            annotation_clip=False,
        )
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    panel_title(axes, "Life of each group (width: square root of members; line: to the group it split from)")


def _life_text(run: RunResult, label: str, began: int, ended: int, members: NDArray[np.float64]) -> str:
    years = [int(str(run.dates[week])[:4]) for week in (began, ended)]
    last = members.shape[0] - 1
    size = f"{members[ended]:.0f} members" if ended == last else f"at most {members.max():.0f}"
    span = "" if began == 0 and ended == last else f"\n{years[0]}–{'' if ended == last else years[1]}"
    return f"{label}{span}\n{size}"


def strength_and_removals(results: RunResult | Sequence[RunResult]) -> Figure:
    """Members and armed members over time, and who is captured or killed in each quarter, routinely or by the campaign.

    Several runs are drawn as a median with a band, their removals as a mean. Raises ``ValueError`` if a run holds no
    groups.
    """
    runs = as_results(results)
    for run in runs:
        require_groups(run)
    with style():
        figure, ((strength,), (removals,)) = sheet(
            "Strength of the armed groups, and what operations take from it",
            "Persons in all armed groups; captured and killed by the state in 13 weeks",
            caption(runs, "Bars: mean of runs." if len(runs) > 1 else ""),
            size=(8.0, 5.9),
            rows=2,
            height_ratios=[1.5, 1.0],
            margins=Margins(left=0.55, right=1.6, top=0.98),
            sharex=True,
            hspace=0.26,
        )
        frame_years(strength, Bundle.of(runs, lambda run: run["members"]).dates)
        labels, top = [], 1.0
        for name, look in STRENGTH_LOOKS.items():
            bundle = Bundle.of(runs, lambda run, name=name: run[name])  # type: ignore[misc]
            draw_bundle(strength, bundle, look.colour, look.linestyle)
            last = float(bundle.middle[-1])
            labels.append(EndLabel(last, f"{look.label}: {last:.0f}", look.colour))
            top = max(top, float(np.quantile(bundle.values, 0.95, axis=0).max()))
        strength.set_ylim(0.0, nice_top(top))
        panel_title(strength, "Persons")
        label_ends(strength, labels, size=TEXT_SIZE - 0.5)
        _removals(removals, runs)
        shade_campaign(strength, runs, named=True)
        shade_campaign(removals, runs, named=False)
    return figure


def _removals(axes: Axes, runs: Sequence[RunResult]) -> None:
    """Stacked bars a quarter, the campaign's on top."""
    base: NDArray[np.float64] | None = None
    labels = []
    for name, look in reversed(REMOVAL_LOOKS.items()):
        bundle = Bundle.of(runs, lambda run, name=name: run[name])  # type: ignore[misc]
        weekly = bundle.values.mean(axis=0)
        quarters = len(weekly) // QUARTER
        height = rolling_sum(weekly, QUARTER)[QUARTER - 1 :: QUARTER][:quarters]
        at = (
            bundle.dates[: quarters * QUARTER : QUARTER].astype("datetime64[D]").astype(float) + 3.5 * QUARTER
        )
        bottom = np.zeros(quarters) if base is None else base
        axes.bar(at, height, 6.2 * QUARTER, bottom=bottom, color=look.colour, linewidth=0, zorder=2)
        base = bottom + height
        labels.append(look)
    top = float(base.max()) if base is not None and len(base) else 1.0
    axes.set_ylim(0.0, nice_top(max(top, 1.0)))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    panel_title(axes, "Members captured or killed by the state, a quarter")
    ends = [
        EndLabel(top * place, look.label, _dark(look.colour))
        for place, look in zip((0.2, 0.75), labels, strict=True)
    ]
    label_ends(axes, ends, size=TEXT_SIZE - 0.8)


def _dark(colour: str) -> str:
    return "#b0642f" if colour == "#f0b98d" else colour if colour != INK else INK
