"""Violence by perpetrator: events and deaths over time, and before and after the campaign's start."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from vraem.figures.labels import EndLabel, label_ends
from vraem.figures.looks import ACTOR_LOOKS, letters
from vraem.figures.run_groups import day_of, require_groups, shade_campaign
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
from vraem.figures.timeline import as_results, frame_years, panel_title
from vraem.observe import RunResult
from vraem.observe.journal import VIOLENT
from vraem.world.clock import WEEKS_A_YEAR
from vraem.world.security_tables import ACTORS, ARMED_ACTORS, CIVILIANS, STATE

HALF_YEAR = 26
VICTIM_LOOKS: dict[str, Look] = {
    "civilians": Look("civilians", "#8c1c13"),
    "groups": Look("members of\narmed groups", "#f0a35e"),
    "state": Look("soldiers\nand police", "#0b3a75"),
    "others": Look("others", "#b9bdc1"),
}
_VICTIMS = {CIVILIANS: "civilians", STATE: "state", **dict.fromkeys(ARMED_ACTORS, "groups")}
YEARS_BEFORE, YEARS_AFTER = 2, 5
QUARTER = 13
QUARTERS_A_YEAR = 4
HALF_QUARTER = QUARTER / 2.0 / WEEKS_A_YEAR
"""In years."""


def violence(results: RunResult | Sequence[RunResult]) -> Figure:
    """Violent events by perpetrator and deaths by victim, in each half of a year; several runs by their mean.

    Raises ``ValueError`` if a run holds no groups.
    """
    runs = as_results(results)
    for run in runs:
        require_groups(run)
    weeks = min(len(run.dates) for run in runs)
    with style():
        figure, ((events,), (deaths,)) = sheet(
            "Violence: who does it, and who dies",
            "In each half of a year",
            caption(
                runs,
                "Mean of runs." if len(runs) > 1 else "",
                "Events: raids, attacks, clashes, killings, purges, harm done by patrols and crews.",
                band=False,
            ),
            size=(8.0, 6.2),
            rows=2,
            height_ratios=[1.25, 1.0],
            margins=Margins(left=0.6, right=1.6, top=0.98),
            sharex=True,
            hspace=0.26,
        )
        frame_years(events, runs[0].dates[:weeks])
        by_actor = {
            name: np.mean([_events(run, weeks, ACTORS.index(name)) for run in runs], axis=0)
            for name in ACTOR_LOOKS
        }
        _bars(events, runs[0], by_actor, ACTOR_LOOKS)
        panel_title(events, "Violent events, by perpetrator")
        found = [_deaths(run, weeks) for run in runs]
        by_victim = {name: np.mean([each[name] for each in found], axis=0) for name in VICTIM_LOOKS}
        _bars(deaths, runs[0], by_victim, VICTIM_LOOKS)
        panel_title(deaths, "Killed")
        shade_campaign(events, runs, named=True)
        shade_campaign(deaths, runs, named=False)
    return figure


def _events(run: RunResult, weeks: int, actor: int) -> NDArray[np.float64]:
    """Violent events (weeks,) of a perpetrator."""
    journal = run.organisation.journal
    mask = journal.of_kind(*VIOLENT) & (journal["by"] == actor)
    return np.bincount(journal["week"][mask].astype(np.int64), minlength=weeks)[:weeks].astype(np.float64)


def _deaths(run: RunResult, weeks: int) -> dict[str, NDArray[np.float64]]:
    """Deaths (weeks,) by kind of victim."""
    journal = run.organisation.journal
    week, deaths = journal["week"].astype(np.int64), journal["deaths"].astype(np.float64)
    victim = journal["victim"].astype(np.int64)
    kinds = np.array([_VICTIMS.get(code, "others") for code in range(len(ACTORS))])[victim]
    found = {}
    for name in VICTIM_LOOKS:
        own = kinds == name
        found[name] = np.bincount(week[own], deaths[own], weeks)[:weeks].astype(np.float64)
    return found


def _bars(axes: Axes, run: RunResult, weekly: dict[str, NDArray[np.float64]], looks: dict[str, Look]) -> None:
    """Stacked bars of half a year; names beside, by the whole of each."""
    count = len(next(iter(weekly.values()))) // HALF_YEAR
    at = np.array([day_of(run, place * HALF_YEAR + HALF_YEAR // 2) for place in range(count)])
    base = np.zeros(count)
    shown = {name: values for name, values in weekly.items() if values.any()}
    for name, values in shown.items():
        height = values[: count * HALF_YEAR].reshape(count, HALF_YEAR).sum(axis=1)
        axes.bar(
            at,
            height,
            6.1 * HALF_YEAR,
            bottom=base,
            color=looks[name].colour,
            edgecolor="white",
            linewidth=0.5,
            zorder=2,
        )
        base = base + height
    top = nice_top(float(base.max(initial=0.0)))
    axes.set_ylim(0.0, top)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    totals = {name: float(values.sum()) for name, values in shown.items()}
    height = top / max(len(totals), 1)
    labels = [
        EndLabel(
            (place + 0.5) * min(height, 0.3 * top),
            f"{looks[name].label}: {total:.0f}",
            letters(looks[name].colour),
        )
        for place, (name, total) in enumerate(totals.items())
    ]
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)


def violence_around_start(results: RunResult | Sequence[RunResult]) -> Figure:
    """Violence from two years before the campaign's start to five years after, by perpetrator, a quarter at a time.

    Dashed: mean of the two years before. Several runs, which may be of several scenarios, are drawn by their mean with
    the band of 5-95 %. Raises ``ValueError`` if nothing is done to the groups in a run.
    """
    runs = as_results(results)
    for run in runs:
        require_groups(run)
        if run.organisation.anchor is None:
            raise ValueError(
                f"seed {run.seed}: nothing is done to the groups in this run, so it has no before and after"
            )
    before, after = YEARS_BEFORE * 52, YEARS_AFTER * 52
    shown = {
        name: np.stack([_around(run, ACTORS.index(name), before, after) for run in runs])
        for name in ACTOR_LOOKS
    }
    shown = {name: values for name, values in shown.items() if np.nansum(values) > 0.0}
    if not shown:
        raise ValueError("there was no violence around the campaign's start: there is nothing to draw")
    with style():
        figure, panels = sheet(
            "Violence before and after the campaign's start",
            "Violent events a quarter, by perpetrator",
            caption(
                runs,
                "Line = mean, band = 5–95 % of runs." if len(runs) > 1 else "",
                f"Dashed: mean of the {YEARS_BEFORE} years before.",
                band=False,
            ),
            size=(8.0, 1.7 + 1.55 * len(shown)),
            rows=len(shown),
            margins=Margins(left=0.6, right=1.75, top=0.85, bottom=0.95),
            sharex=True,
            hspace=0.3,
        )
        at = np.arange(-before + QUARTER / 2.0, after, QUARTER, dtype=np.float64) / WEEKS_A_YEAR
        for (axes,), (name, values) in zip(panels, shown.items(), strict=True):
            _around_panel(axes, at, values, ACTOR_LOOKS[name])
        panels[-1][0].set_xlabel("years since the campaign's start", size=TEXT_SIZE - 0.5)
    return figure


def _around(run: RunResult, actor: int, before: int, after: int) -> NDArray[np.float64]:
    """Events a quarter around the start, not a number where the run does not reach."""
    anchor = run.organisation.anchor
    weeks = len(run.dates)
    start = anchor.start if anchor is not None else 0
    weekly = np.full(before + after, np.nan)
    events = _events(run, weeks, actor)
    first, last = max(start - before, 0), min(start + after, weeks)
    weekly[first - start + before : last - start + before] = events[first:last]
    return weekly.reshape(-1, QUARTER).sum(axis=1)


def _to_edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of bins as a step needs them, the last one once more for its right edge."""
    return np.append(values, values[-1])


def _around_panel(axes: Axes, at: NDArray[np.float64], values: NDArray[np.float64], look: Look) -> None:
    known = np.isfinite(values).any(axis=0)
    at, values = at[known], values[:, known]
    edges = np.append(at - HALF_QUARTER, at[-1] + HALF_QUARTER)
    mean = np.nanmean(values, axis=0)
    colour = letters(look.colour)
    if len(values) > 1:
        low, high = np.nanquantile(values, (0.05, 0.95), axis=0)
        band = (_to_edges(low), _to_edges(high))
        axes.fill_between(edges, *band, color=colour, alpha=0.2, linewidth=0, zorder=2, step="post")
    axes.step(edges, _to_edges(mean), where="post", color=colour, linewidth=1.5, zorder=3)
    earlier = float(mean[at < 0.0].mean()) if (at < 0.0).any() else np.nan
    axes.axhline(earlier, color=colour, linewidth=0.9, linestyle=(0, (4, 2)), zorder=2)
    axes.axvline(0.0, color=INK, linewidth=0.9, zorder=1)
    year = (at > 0.0) & (at < 1.0)
    if earlier > 0.0 and year.any():
        first, usual = (quarter * QUARTERS_A_YEAR for quarter in (float(mean[year].mean()), earlier))
        axes.annotate(
            f"first year: {first:.3g}; before: {usual:.3g} a year",
            (0.0, 1.0),
            (4.0, -3.0),
            axes.get_xaxis_transform(),
            "offset points",
            va="top",
            size=SMALL_SIZE,
            color=MUTED,
        )
    top = float(np.nanquantile(values, 0.95, axis=0).max()) if len(values) > 1 else float(mean.max())
    axes.set_ylim(0.0, nice_top(1.15 * max(top, earlier if np.isfinite(earlier) else 0.0)))
    axes.set_xlim(edges[0], edges[-1])
    label_ends(axes, [EndLabel(float(mean[-1]), look.label, colour)], size=TEXT_SIZE - 0.8)
