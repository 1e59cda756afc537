"""Command links over time: columns, the median of each group, changes of leader, leaders and commanders lost."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from vraem.experiment.words import plural
from vraem.figures.labels import EndLabel, label_ends
from vraem.figures.looks import letters
from vraem.figures.run_groups import day_of, looks_of, require_groups, shade_campaign
from vraem.figures.style import INK, MUTED, SMALL_SIZE, TEXT_SIZE, Look, Margins, caption, sheet, style
from vraem.figures.timeline import Bundle, draw_bundle, frame_years, panel_title
from vraem.observe import RunResult
from vraem.world.organisation_tables import COMMANDER, LEADER
from vraem.world.security_tables import REMOVAL, SPLIT, SUCCESSION

COLUMN_LINE = Look("a column", "#b8bec4")
SMOOTHED = 4
"""Weeks over which a link is averaged, so that visits do not hide where it goes."""
REMOVED = Look("leader lost to the state", "#8c1c13", marker="X")
COMMANDER_REMOVED = Look("commander lost", "#8c1c13", marker="x")
NEW_LEADER = Look("new leader", INK, marker="^")
SPLIT_OFF = Look("column splits off", "#c65d21", marker="D")


def command_links(result: RunResult) -> Figure:
    """The command link of each column to the centre of its own group, and what became of those at the top.

    A thin line is a column, a bold one the mean of a group's columns, weighted by their armed members. Below: command
    integrity, the share of the armed lineage that one centre commands. Raises ``ValueError`` if the run holds no
    columns.
    """
    require_groups(result)
    weeks = result.organisation.column_weeks
    if "link" not in weeks or not weeks["link"].size:
        raise ValueError("the run holds no columns: there are no command links to draw")
    with style():
        figure, ((links,), (marks,), (integrity,)) = sheet(
            "Who still obeys the centre",
            "Command link of each column to the centre of its own group, 0 to 1 (four-week mean)",
            caption(
                [result],
                "Thin: a column; ○: it ends. Bold: mean of a group's columns, weighted by their armed members.\n"
                "The leader's own column and groups of one column have 1 by definition.",
            ),
            size=(9.0, 7.6),
            rows=3,
            height_ratios=[3.0, 0.55, 1.25],
            margins=Margins(left=0.6, right=1.75, top=0.98, bottom=0.95),
            sharex=True,
            hspace=0.16,
        )
        frame_years(links, result.dates)
        _lines(links, result)
        _marks(marks, result)
        _integrity(integrity, result)
        for axes in (links, marks, integrity):
            shade_campaign(axes, [result], named=axes is links)
    return figure


def _lines(axes: Axes, result: RunResult) -> None:
    """Columns thin and grey, the mean of each group's bold in its colour."""
    weeks, looks = result.organisation.column_weeks, looks_of(result)
    days = np.array([day_of(result, week) for week in range(weeks["link"].shape[1])])
    living = weeks["living"] > 0.0
    links = np.array([_smooth(*each) for each in zip(weeks["link"], living, strict=True)])
    for link, alive in zip(links, living, strict=True):
        axes.plot(days, link, color=COLUMN_LINE.colour, linewidth=0.7, zorder=2)
        if alive.any() and not alive[-1]:
            last = int(np.flatnonzero(alive)[-1])
            axes.plot(
                days[last], link[last], marker="o", color=MUTED, mfc="white", ms=3.4, mew=0.8, zorder=2.5
            )
    labels: list[EndLabel] = []
    shown: dict[str, Look] = {}
    for group, look in enumerate(looks):
        own = living & (weeks["group"] == group)
        if not own.any():
            continue
        shown.setdefault(look.in_one_line, look)
        middle = _weighted_mean(links, np.where(own, np.maximum(weeks["armed"], 1.0), 0.0))
        axes.plot(days, middle, color=look.colour, linewidth=2.2, zorder=3, solid_capstyle="butt")
        if own[:, -1].any():
            columns, armed = int(own[:, -1].sum()), float(weeks["armed"][own[:, -1], -1].sum())
            said = f"{look.label}:\n{plural(columns, 'column')}, {armed:.0f} armed"
            labels.append(EndLabel(float(middle[-1]), said, letters(look.colour)))
    axes.set_ylim(0.0, 1.02)
    panel_title(axes, "Command link κ")
    label_ends(axes, labels, size=SMALL_SIZE)
    axes.legend(
        handles=[
            Line2D([], [], color=COLUMN_LINE.colour, lw=0.9, label=COLUMN_LINE.label),
            *(Line2D([], [], color=look.colour, lw=2.2, label=label) for label, look in shown.items()),
        ],
        loc="lower left",
        ncols=len(shown) + 1,
        fontsize=TEXT_SIZE - 0.8,
        handlelength=1.4,
        borderaxespad=0.3,
    )


def _weighted_mean(values: NDArray[np.float64], weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean (weeks,) over rows by their weights (rows, weeks); not a number where nothing weighs."""
    total = weights.sum(axis=0)
    weighed = np.where(weights > 0.0, values, 0.0) * weights
    return np.where(total > 0.0, weighed.sum(axis=0) / np.maximum(total, 1e-9), np.nan)


def _smooth(link: NDArray[np.float32], living: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of the last weeks of life (weeks,), not a number where the column does not stand."""
    total = np.cumsum(np.where(living, link, 0.0))
    count = np.cumsum(living)
    total[SMOOTHED:], count[SMOOTHED:] = (
        total[SMOOTHED:] - total[:-SMOOTHED],
        count[SMOOTHED:] - count[:-SMOOTHED],
    )
    return np.where(living, total / np.maximum(count, 1), np.nan)


def _marks(axes: Axes, result: RunResult) -> None:
    """Removals of leaders and commanders, new leaders and splits on a strip of their own, in the groups' colours."""
    journal, looks = result.organisation.journal, looks_of(result)
    kind, week = journal["kind"].astype(np.int64), journal["week"].astype(np.int64)
    rank, group = journal["other"].astype(np.int64), journal["group"].astype(np.int64)
    removal = kind == REMOVAL
    rows = (
        (removal & (rank == LEADER), REMOVED, 0.0),
        (removal & (rank == COMMANDER), COMMANDER_REMOVED, 1.0),
        (kind == SUCCESSION, NEW_LEADER, 2.0),
        (kind == SPLIT, SPLIT_OFF, 3.0),
    )
    for mask, look, place in rows:
        for row in np.flatnonzero(mask):
            colour = looks[int(group[row])].colour if 0 <= group[row] < len(looks) else INK
            axes.plot(
                [day_of(result, int(week[row]))],
                [place],
                marker=look.marker,
                color=colour,
                markersize=4.6,
                linestyle="none",
                zorder=4,
                clip_on=False,
            )
    axes.set_ylim(3.6, -0.6)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    for mask, look, place in rows:
        axes.annotate(
            f"{look.label}: {int(mask.sum())}",
            (1.0, place),
            (6.0, 0.0),
            axes.get_yaxis_transform(),
            "offset points",
            va="center",
            size=SMALL_SIZE - 0.5,
            color=INK if mask.any() else MUTED,
            annotation_clip=False,
        )


def _integrity(axes: Axes, result: RunResult) -> None:
    series = (
        ("command_integrity", Look("strongest\ncentre", "#0b3a75", "-")),
        ("command_integrity_founding", Look("founding\ncentre", "#5b8fd6", "--")),
    )
    labels = []
    for name, look in series:
        bundle = Bundle.of([result], lambda run, name=name: run[name])  # type: ignore[misc]
        draw_bundle(axes, bundle, look.colour, look.linestyle)
        labels.append(EndLabel(float(bundle.middle[-1]), look.label, look.colour))
    axes.set_ylim(0.0, 1.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    panel_title(axes, "Armed lineage that one centre commands (CLI)")
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)
