"""The verdict on Q1 at a glance: P(gangs | dismantled) in all, by definition, horizon, campaign and contested form."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vraem.analysis.intervals import Interval
from vraem.analysis.results import Results
from vraem.analysis.verdict import SHOWN_SWITCHES, ClaimAtHorizon, ClaimVerdict
from vraem.analysis.words import percent
from vraem.figures.looks import STATE_LOOKS
from vraem.figures.shares import ShareRow, draw_rows, name_columns, rows_height
from vraem.figures.style import INK, MUTED, SHADE, SMALL_SIZE, Margins, sheet, style
from vraem.figures.swept import DEFINITION_SHORT, as_swept, swept_caption, when

ROW_INCHES = 0.215
SWITCH_NAMES = {
    "kin_shock": "What the loss of kin does",
    "firms_integrate": "Firms may run protection themselves",
}
HEADLINE_COLOUR = STATE_LOOKS["gangs"].colour


def verdict_at_a_glance(results: Results | Path | str, verdict: ClaimVerdict | None = None) -> Figure:
    """P(gangs | dismantled) with 95 % intervals against the thresholds of the verdict's rules.

    The headline, then by definition of dismantled, by horizon, by definition under the draws that history does not rule
    out if that was asked, by campaign, and by the forms of S1 and S6. ``verdict`` is computed if None. Raises
    ``ValueError`` if the runs have no end states.
    """
    swept = as_swept(results)
    found = verdict or swept.claim
    rules, head = found.rules, found.headline
    rows = _rows(found)
    margins = Margins(left=2.5, right=1.15, top=1.02, bottom=1.05)
    with style():
        figure, ((axes,),) = sheet(
            f"Once dismantled, do the remnants become gangs? {head.judgement.word.capitalize()}",
            f"Share of dismantled runs that end as gangs, {when(head.horizon)} after unless said otherwise",
            swept_caption(
                swept.judged,
                f"Dismantled at all: {_percent(head.dismantled)} of runs.\n"
                f"Supported: above {percent(rules.supported_above)} almost surely; "
                f"refuted: below {percent(rules.refuted_below)} almost surely.",
            ),
            size=(8.2, margins.top + margins.bottom + ROW_INCHES * (rows_height(rows) + 0.15)),
            margins=margins,
        )
        axes.set_xlim(0.0, 1.0)
        draw_rows(axes, rows)
        name_columns(axes)
        _thresholds(axes, rules.refuted_below, rules.supported_above)
    return figure


def _rows(found: ClaimVerdict) -> list[ShareRow]:
    head = found.headline
    rows = [_row("all campaigns", head, strong=True), ShareRow("By what counts as dismantled", None)]
    rows += _by_definition(found.table, head.horizon)
    rows.append(ShareRow("By time since the campaign", None))
    rows += [
        _row(f"{when(claim.horizon)} after", claim)
        for claim in found.table
        if claim.definition == head.definition
    ]
    if found.matched:
        rows.append(ShareRow("Under draws that history does not rule out", None))
        rows += _by_definition(found.matched, head.horizon)
    if len(found.by_arm) > 1:
        rows.append(ShareRow("By campaign", None))
        rows += [_row(arm, claim) for arm, claim in found.by_arm.items()]
    for switch, forms in found.by_switch.items():
        label = SHOWN_SWITCHES.get(switch, "")
        rows.append(ShareRow(f"{SWITCH_NAMES.get(switch, switch)} ({label})", None))
        rows += [_row(form.replace("_", " "), claim) for form, claim in forms.items()]
    return rows


def _by_definition(claims: tuple[ClaimAtHorizon, ...], horizon: int) -> list[ShareRow]:
    return [_row(_definition(claim.definition), claim) for claim in claims if claim.horizon == horizon]


def _row(name: str, claim: ClaimAtHorizon, *, strong: bool = False) -> ShareRow:
    judged = claim.judgement
    marker = "D" if strong else "o"
    return ShareRow(name, judged.p, judged.runs, HEADLINE_COLOUR if strong else INK, marker, strong)


def _definition(name: str) -> str:
    words = {
        "personnel": "persons: leader, half of committee",
        "seats": "seats vacant at once",
        "links": "command links below .6 of before",
        "size": "fewer than half of the armed",
    }
    return words.get(name, DEFINITION_SHORT.get(name, name))


def _thresholds(axes: Axes, low: float, high: float) -> None:
    for at, text, side in ((low, "refuted below", "right"), (high, "supported above", "left")):
        axes.axvline(at, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        axes.annotate(
            text,
            (at, 1.0),
            (-3.0 if side == "right" else 3.0, 4.0),
            axes.get_xaxis_transform(),
            "offset points",
            ha=side,
            size=SMALL_SIZE,
            color=MUTED,
        )
    axes.axvspan(low, high, color=SHADE, alpha=0.35, linewidth=0, zorder=0)


def _percent(share: Interval) -> str:
    return f"{100 * share.estimate:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f} %)"
