"""How soon: cumulative incidence of the first split, of three groups and of each end state (Aalen and Johansen)."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter
from numpy.typing import NDArray

from vraem.analysis import outcome_columns as columns
from vraem.analysis.incidence import Incidence, aalen_johansen, first_of
from vraem.analysis.intervals import Interval
from vraem.analysis.labels import shares
from vraem.analysis.results import Results
from vraem.figures.labels import EndLabel, label_ends
from vraem.figures.looks import STATE_LOOKS, letters
from vraem.figures.style import TEXT_SIZE, Look, Margins, nice_top, sheet, style
from vraem.figures.swept import MONTHS_A_YEAR, as_swept, began, look_of, shown_arms, swept_caption
from vraem.figures.timeline import panel_title
from vraem.world.clock import WEEKS_A_YEAR

MOST_BANDS = 3
"""With more lines than these, bands would hide each other: the interval stands at the end of each line."""
WHISKER_ROOM = 0.05
"""Part of the axis that intervals at the ends of lines take."""
MOST_ASIDE = 0.05
"""Years that an interval is moved from its time at most, so that others at the same time can be seen."""
HORIZON_ASIDE = 0.32
"""The same where intervals stand at horizons, which are years apart."""
SHORTER = 0.5
"""Years by which a line must end before the longest to be told as shorter."""
MOST_YEARS_NAMED = 16
STATE_WEEK = "state_week_{state}"
"""Column with the first week from the campaign's start in which an end state held."""
EVENTS: dict[str, str] = {
    columns.FIRST_SPLIT: "First split",
    columns.THREE_GROUPS: "Three independent groups (those of before count)",
}


def cumulative_incidence(results: Results | Path | str) -> Figure:
    """Share of runs in which the group has split, fallen into three, reached each end state, by time since the start.

    Splits and three groups by arm; end states over all arms with a campaign: the one that comes first, which keeps the
    others from being first, if the runs say when; else the shares of runs in each at the horizons. Without a campaign
    there is no end state to reach, and times count from the day from which the horizons do. Raises ``ValueError`` if
    the runs have neither times nor end states.
    """
    kept = as_swept(results).strong
    events = [name for name in EVENTS if kept.has(name, columns.WATCHED)]
    states = {state: STATE_WEEK.format(state=state) for state in STATE_LOOKS}
    states = {state: column for state, column in states.items() if kept.has(column)}
    tried = kept.judged
    ends_shown = len(tried.frame) > 0 and bool(states or kept.horizons)
    if not events and not ends_shown:
        raise ValueError("the runs have no times to a split or to an end state: ask for them in the outcomes")
    panels_wanted = len(events) + ends_shown
    arms = shown_arms(kept)
    since = f"years since {began(kept)}"
    with style():
        figure, panels = sheet(
            "How soon the group comes apart",
            f"Share of runs in which it has happened, by {since}",
            swept_caption(
                kept,
                f"Aalen and Johansen's estimate; {_drawn(len(arms), tried)}: 95 % interval (log-log; error by "
                f"leaving out {kept.cluster_words} in turn).",
                intervals=False,
            ),
            size=(9.6, 1.92 + 2.4 * panels_wanted),
            rows=panels_wanted,
            margins=Margins(left=0.62, right=2.05, top=0.92, bottom=1.0),
            hspace=0.42,
        )
        for axes, name in zip([row[0] for row in panels], events, strict=False):
            curves = {arm: _one_event(kept.of_arm(arm), name) for arm in arms}
            looks = {arm: look_of(kept, arm) for arm in arms}
            pairs = {arm: (curve, "it") for arm, curve in curves.items()}
            _panel(axes, pairs, looks, bands=len(arms) <= MOST_BANDS)
            panel_title(axes, EVENTS[name])
        if events:
            panels[len(events) - 1][0].set_xlabel(since, size=TEXT_SIZE - 0.5)
        if ends_shown and states:
            _states(panels[-1][0], tried, states)
            panels[-1][0].set_xlabel(since, size=TEXT_SIZE - 0.5)
        elif ends_shown:
            _occupation(panels[-1][0], tried)
            panels[-1][0].set_xlabel("years since the campaign's end", size=TEXT_SIZE - 0.5)
    return figure


def _drawn(arms: int, tried: Results) -> str:
    """What an interval looks like: bands where lines are few, else whiskers; end states have whiskers."""
    few = arms <= MOST_BANDS
    return ("band or whisker" if len(tried.frame) else "band") if few else "whisker"


def _one_event(results: Results, name: str) -> Incidence:
    times, causes = first_of({"it": results.numbers(name)}, results.numbers(columns.WATCHED))
    return aalen_johansen(times, causes, ("it",), results.clusters)


def _states(axes: Axes, results: Results, states: Mapping[str, str]) -> None:
    """What end state comes first, over all campaigns; states that never come are left out."""
    weeks = {state: results.numbers(column) for state, column in states.items()}
    times, causes = first_of(weeks, results.numbers(columns.WATCHED))
    curve = aalen_johansen(times, causes, tuple(weeks), results.clusters)
    came = [state for row, state in enumerate(weeks) if len(curve.times) and curve.incidence[row, -1] > 0.0]
    looks = {state: _state_line(state) for state in came}
    _panel(axes, {state: (curve, state) for state in came}, looks, bands=len(came) <= MOST_BANDS)
    panel_title(axes, "End state that comes first, all campaigns")


def _occupation(axes: Axes, results: Results) -> None:
    """Share of runs in each end state at the horizons, the estimator of state occupation; whiskers over outer draws."""
    found = {months: shares(results, months).clustered for months in results.horizons}
    years = np.array(list(found)) / MONTHS_A_YEAR
    came = [state for state in STATE_LOOKS if any(found[months][state].estimate > 0.0 for months in found)]
    labels, tops = [], [0.05]
    for place, state in enumerate(came):
        look = _state_line(state)
        held = [found[months][state] for months in found]
        middle = np.array([share.estimate for share in held])
        at = years + HORIZON_ASIDE * _spread(place, len(came))
        axes.plot(at, middle, color=look.colour, linestyle=look.linestyle, linewidth=1.4, zorder=3)
        for where, share in zip(at, held, strict=True):
            _whisker(axes, float(where), share, look)
        said = f"{100 * middle[-1]:.0f} % {look.label.replace(chr(10), ' ')}"
        labels.append(EndLabel(float(middle[-1]), said, look.colour))
        tops.append(max(share.high for share in held))
    axes.set_xlim(0.0, float(years[-1]) * (1.0 + WHISKER_ROOM))
    axes.set_ylim(0.0, min(nice_top(max(tops)), 1.0))
    axes.set_xticks([0.0, *years])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    panel_title(axes, "In each end state, all campaigns (whisker: 95 % interval)")
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)


def _state_line(state: str) -> Look:
    """The look of a state as a line: in a shade to be read, dashed where the line beside it has the same lightness."""
    look = STATE_LOOKS[state]
    dashes = ("-", "--", "-.", ":")
    return look._replace(
        colour=letters(look.colour), linestyle=dashes[list(STATE_LOOKS).index(state) % len(dashes)]
    )


def _spread(place: int, count: int) -> float:
    """Where one of `count` intervals at the same time stands, from -1 to 1."""
    return 2.0 * place / (count - 1) - 1.0 if count > 1 else 0.0


def _panel(
    axes: Axes,
    curves: Mapping[str, tuple[Incidence, str]],
    looks: Mapping[str, Look],
    *,
    bands: bool,
) -> None:
    """A line for each curve, as far as its own runs were watched."""
    until = {name: _watched_years(curve) for name, (curve, _) in curves.items()}
    reach = max([0.0, *until.values()])
    ends = {name: curve.at(cause, until[name] * WEEKS_A_YEAR) for name, (curve, cause) in curves.items()}
    labels = []
    for name, (curve, cause) in curves.items():
        look = looks[name]
        years, share = curve.steps(cause)
        axes.step(
            np.append(years / WEEKS_A_YEAR, until[name]),
            np.append(share, share[-1]),
            where="post",
            color=look.colour,
            linestyle=look.linestyle,
            linewidth=1.5,
            zorder=3,
        )
        if bands:
            when, low, high = _band(curve, cause, until[name])
            axes.fill_between(
                when, low, high, step="post", color=look.colour, alpha=0.2, linewidth=0, zorder=2
            )
        label = look.in_one_line if name in STATE_LOOKS else name
        short = f" ({until[name]:.0f} years)" if _shorter(until[name], reach) else ""
        said = f"{100 * ends[name].estimate:.0f} % {label}{short}"
        labels.append(EndLabel(ends[name].estimate, said, letters(look.colour)))
    if not bands:
        order = sorted(curves, key=lambda name: -ends[name].estimate)
        for place, name in enumerate(order):
            beside = reach * WHISKER_ROOM * (place + 1.0) / (len(order) + 1.0)
            aside = MOST_ASIDE * _spread(place, len(order)) if _shorter(until[name], reach) else beside
            _whisker(axes, until[name] + aside, ends[name], looks[name])
    axes.set_xlim(0.0, reach * (1.0 + WHISKER_ROOM))
    axes.set_ylim(0.0, min(nice_top(max([0.05, *(end.high for end in ends.values())])), 1.0))
    axes.xaxis.set_major_locator(MultipleLocator(1.0 if reach < MOST_YEARS_NAMED else 2.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    label_ends(axes, labels, size=TEXT_SIZE - 0.8)


def _watched_years(curve: Incidence) -> float:
    """Years until which any run of a curve was watched."""
    return float(curve.watched[-1]) / WEEKS_A_YEAR if len(curve.watched) else 0.0


def _shorter(until: float, reach: float) -> bool:
    """Whether a line ends well before the longest one."""
    return until < reach - SHORTER


def _whisker(axes: Axes, at: float, end: Interval, look: Look) -> None:
    """The interval at the end of a line, right of it."""
    axes.plot([at, at], [end.low, end.high], color=look.colour, linewidth=1.1, zorder=4)
    for edge in (end.low, end.high):
        axes.plot([at], [edge], marker="_", color=look.colour, markersize=4.0, zorder=4)
    axes.plot([at], [end.estimate], marker=look.marker, color=look.colour, markersize=3.6, zorder=4)


def _band(
    curve: Incidence, cause: str, until: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Years at which the interval steps, and its lower and upper ends; no band before it first happened."""
    weeks, _ = curve.steps(cause)
    years = np.append(weeks / WEEKS_A_YEAR, until)
    found = np.array([curve.at(cause, time * WEEKS_A_YEAR) for time in years])
    found[found[:, 0] <= 0.0] = np.nan
    return years, found[:, 1], found[:, 2]
