"""What becomes of the group: end states by arm and horizon as stacked bars, and state by state with intervals."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vraem.analysis.labels import GANGS, Shares, shares
from vraem.analysis.results import ALL_RUNS, Results
from vraem.figures.looks import STATE_LOOKS, state_look
from vraem.figures.shares import PALE_RUNS, share_axis
from vraem.figures.stacked_bars import frame, key_patches, stack
from vraem.figures.style import (
    INK,
    SHADE,
    SMALL_SIZE,
    TEXT_SIZE,
    Margins,
    key_on_top,
    sheet,
    style,
)
from vraem.figures.swept import as_swept, condition_words, look_of, shown_arms, swept_caption, when

BAR_INCHES = 0.42


def end_states(results: Results | Path | str, *, among: str | None = None) -> Figure:
    """End states by arm and horizon, as stacked bars with the 95 % interval of each share.

    Parameters
    ----------
    results
        The runs of an experiment, or the folder of its sweep.
    among
        ``"all"`` runs, or those that are dismantled by this definition (personnel, seats, links, size); that of the
        verdict's rules if None. Arms without a campaign are always shown with all their runs.

    Raises
    ------
    ValueError
        If the runs have no end states, or no such definition.

    """
    kept, everybody = _asked(results, among)
    arms, horizons = shown_arms(kept), kept.horizons
    condition = (
        "All runs" if everybody else f"Of the runs in which the group is {condition_words(kept, among)}"
    )
    tables = [
        [_shares_of(kept, arm, months, None if everybody else among, everybody) for arm in arms]
        for months in horizons
    ]
    gangs = any(found.clustered[GANGS].estimate > 0.0 for table in tables for found in table)
    whisker = ", and the whisker for gangs" if gangs else ""
    few = any(0 < found.runs < PALE_RUNS for table in tables for found in table)
    pale = f"\nPale: fewer than {PALE_RUNS} runs." if few else ""
    note = f"Small numbers{whisker}: interval of the share, %. n: runs.{pale}"
    columns = 2 if len(horizons) > 1 else 1
    rows = -(-len(horizons) // columns)
    height = BAR_INCHES * len(arms)
    margins = Margins(left=1.72, right=0.5, top=1.3, bottom=0.78)
    with style():
        figure, panels = sheet(
            "What becomes of the group" if everybody else "What becomes of the group once it is dismantled",
            f"{condition}; time since the campaign's end",
            swept_caption(kept, note),
            size=(9.4, margins.top + margins.bottom + rows * height + 0.55 * (rows - 1)),
            rows=rows,
            columns=columns,
            margins=margins,
            hspace=0.55 / height,
            wspace=0.16,
            sharex=True,
            sharey=True,
        )
        flat = [axes for line in panels for axes in line]
        for axes in flat[len(horizons) :]:
            axes.set_visible(False)
        seen: set[str] = set()
        for axes, months, table in zip(flat, horizons, tables, strict=False):
            for row, found in enumerate(table):
                seen |= _bar(axes, row, found)
            names = [_arm_text(kept, arm) for arm in arms]
            frame(axes, names, [str(found.runs or "no run") for found in table], when(months))
        _key(figure, seen)
    return figure


def _asked(results: Results | Path | str, among: str | None) -> tuple[Results, bool]:
    """The runs that count, and whether all of them are asked for. Raises ``ValueError`` if they cannot say."""
    swept = as_swept(results)
    everybody = among == ALL_RUNS
    swept.require_end_states(dismantled=not everybody)
    swept.require_condition(among)
    return swept.strong, everybody


def end_state_shares(
    results: Results | Path | str, *, among: str | None = None, horizon: int | None = None
) -> Figure:
    """How often each end state comes at one horizon, one row a state and one mark an arm, with 95 % intervals.

    ``among`` as in ``end_states``; ``horizon`` in months, that of the verdict's rules if None. Raises ``ValueError`` if
    the runs have no end states or no such definition, or none of them counts.
    """
    kept, everybody = _asked(results, among)
    months = kept.headline if horizon is None else horizon
    arms = [arm for arm in shown_arms(kept) if everybody or arm in kept.campaigns]
    table = {arm: _shares_of(kept, arm, months, None if everybody else among, everybody) for arm in arms}
    if not any(found.runs for found in table.values()):
        condition = "" if everybody else " in which the group is dismantled"
        raise ValueError(
            f"there is no run{condition}, {when(months)} after the campaign: there is nothing to draw"
        )
    states = [
        name for name in STATE_LOOKS if any(found.clustered[name].estimate > 0 for found in table.values())
    ]
    unseen = [state_look(name).in_one_line for name in STATE_LOOKS if name not in states]
    never = f"Not seen in any of these runs: {', '.join(unseen)}." if unseen else ""
    per_state = 0.17 + 0.105 * len(arms)
    margins = Margins(left=1.4, right=1.75, top=0.72, bottom=0.85 + 0.15 * bool(unseen))
    condition = "all runs" if everybody else f"runs in which it is {condition_words(kept, among)}"
    with style():
        figure, ((axes,),) = sheet(
            f"How the group ends up, {when(months)} after the campaign",
            f"Share of {condition}",
            "\n".join(filter(None, (swept_caption(kept), never))),
            size=(8.2, margins.top + margins.bottom + per_state * len(states)),
            margins=margins,
        )
        step = 0.8 / max(len(arms), 1)
        for place, state in enumerate(states):
            if place % 2 == 0:
                axes.axhspan(place - 0.5, place + 0.5, color=SHADE, linewidth=0, zorder=0)
            for number, arm in enumerate(arms):
                if not table[arm].runs:  # an interval from nought to all would say nothing
                    continue
                look = look_of(kept, arm)
                share = table[arm].clustered[state]
                height = place + (number - (len(arms) - 1) / 2.0) * step
                axes.plot([share.low, share.high], [height] * 2, color=look.colour, linewidth=1.2, zorder=3)
                axes.plot(
                    [share.estimate],
                    [height],
                    color=look.colour,
                    marker=look.marker,
                    markersize=4.4,
                    zorder=4,
                    clip_on=False,
                )
        axes.set_ylim(len(states) - 0.5, -0.5)
        axes.set_xlim(0.0, None)
        axes.set_yticks(range(len(states)), [state_look(state).label for state in states])
        share_axis(axes)
        handles = [
            Line2D(
                [],
                [],
                color=look_of(kept, arm).colour,
                marker=look_of(kept, arm).marker,
                ms=4.4,
                lw=1.2,
                label=f"{arm}\n({f'n = {table[arm].runs}' if table[arm].runs else 'no run'})",
            )
            for arm in arms
        ]
        axes.legend(
            handles=handles,
            loc="center left",
            bbox_to_anchor=(1.0, 0.5),
            fontsize=SMALL_SIZE,
            labelspacing=0.9,
        )
    return figure


def _shares_of(results: Results, arm: str, months: int, definition: str | None, everybody: bool) -> Shares:
    """Shares of the end states of one arm, of all its runs if it has no campaign."""
    own = results.of_arm(arm)
    if everybody or arm not in results.campaigns:
        return shares(own, months)
    return shares(own, months, own.dismantled(definition))


def _bar(axes: Axes, row: int, found: Shares) -> set[str]:
    """One bar; returns the states that it shows."""
    if found.clustered[GANGS].estimate > 0.0:
        _whisker(axes, row, found.clustered[GANGS].low, found.clustered[GANGS].high)
    order = [*STATE_LOOKS, *(name for name in found.clustered if name not in STATE_LOOKS)]
    drawn = [state for state in order if found.clustered[state].estimate > 0.0]
    parts = [(found.clustered[state], state_look(state)) for state in drawn]
    stack(axes, row, parts, pale=found.runs < PALE_RUNS)
    return set(drawn)


def _whisker(axes: Axes, row: int, low: float, high: float) -> None:
    """The interval of gangs, in ink with a white rim so that it shows on any colour."""
    height = row + 0.29
    axes.plot([low, high], [height] * 2, color="white", linewidth=3.0, zorder=3, solid_capstyle="butt")
    axes.plot([low, high], [height] * 2, color=INK, linewidth=1.0, zorder=4, solid_capstyle="butt")
    for end in (low, high):
        axes.plot([end] * 2, [height - 0.07, height + 0.07], color=INK, linewidth=1.0, zorder=4)


def _arm_text(results: Results, arm: str) -> str:
    return arm if arm in results.campaigns else f"{arm}\n(no campaign, all runs)"


def _key(figure: Figure, seen: set[str]) -> None:
    looks = [STATE_LOOKS[state] for state in STATE_LOOKS if state in seen]
    looks += [state_look(state) for state in sorted(seen - set(STATE_LOOKS))]
    key_on_top(figure, key_patches(looks), 5, fontsize=TEXT_SIZE - 0.7, columnspacing=1.3, handlelength=1.3)
