"""What becomes of the columns that break away from a dismantled group: one, three, five and ten years on."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from vraem.analysis import outcome_columns as columns
from vraem.analysis.results import Results
from vraem.analysis.splinters import MOST_COUNTED, SplinterFindings, splinter_findings
from vraem.figures.looks import SPLINTER_END_LOOKS
from vraem.figures.stacked_bars import THICKNESS, frame, key_patches, stack
from vraem.figures.style import INK, SMALL_SIZE, TEXT_SIZE, Margins, key_on_top, sheet, style
from vraem.figures.swept import MONTHS_A_YEAR, as_swept, condition_words, swept_caption, when

BAR_INCHES = 0.46
HEADROOM = 1.12
"""Height of the panel of counts over its highest bar, for the number on top of it."""
COUNTS_SHARE = 0.52
"""Width of the panel of counts over that of the panel of fates."""


def splinter_fates(results: Results | Path | str) -> Figure:
    """What splinters became by their age, as stacked bars, beside how many there are in a run.

    Of the runs that are dismantled by the definition of the verdict's rules, under all campaigns together. Raises
    ``ValueError`` if the runs do not say what became of splinters, or no column broke away.
    """
    swept = as_swept(results)
    if not swept.has(columns.SPLINTER_LIVES, columns.WATCHED):
        raise ValueError(
            "the runs do not say what became of splinters: "
            f'ask for the measure "{columns.SPLINTER_LIVES}" in the outcomes'
        )
    found = splinter_findings(swept)
    if found is None or not found.at:
        raise ValueError(
            "no column broke away from a dismantled group, or none early enough to be watched for a year"
        )
    margins = Margins(left=0.95, right=0.4, top=1.22, bottom=0.95)
    with style():
        figure, ((fates, counts),) = sheet(
            "What becomes of splinters",
            f"Columns that broke away since the campaign; group {condition_words(swept.strong, None)}",
            swept_caption(
                swept.strong,
                "Small numbers: interval of the share, %. n: splinters watched for so long after they broke away.",
            ),
            size=(9.4, margins.top + margins.bottom + BAR_INCHES * max(len(found.at), 4)),
            columns=2,
            margins=margins,
            wspace=0.3,
            width_ratios=(1.0, COUNTS_SHARE),
        )
        _fates(fates, found)
        _counts(counts, found)
        key_on_top(
            figure,
            key_patches(SPLINTER_END_LOOKS.values()),
            len(SPLINTER_END_LOOKS),
            down=0.62,
            fontsize=TEXT_SIZE - 0.7,
            columnspacing=1.3,
            handlelength=1.3,
        )
    return figure


def _fates(axes: Axes, found: SplinterFindings) -> None:
    for row, shares in enumerate(found.at.values()):
        stack(axes, row, [(shares[fate], look) for fate, look in SPLINTER_END_LOOKS.items()])
    frame(
        axes,
        [when(MONTHS_A_YEAR * years) for years in found.at],
        [str(number) for number in found.watched.values()],
        "What it first became, so long after it broke away",
    )


def _counts(axes: Axes, found: SplinterFindings) -> None:
    axes.bar(
        range(len(found.counts)), found.counts, THICKNESS, color=SPLINTER_END_LOOKS["alone"].colour, zorder=2
    )
    for number, share in enumerate(found.counts):
        axes.annotate(
            f"{100 * share:.0f}",
            (number, share),
            (0.0, 2.0),
            textcoords="offset points",
            ha="center",
            va="bottom",
            size=SMALL_SIZE,
            color=INK,
        )
    axes.set_ylim(0.0, HEADROOM * max(found.counts))
    axes.set_xticks(range(len(found.counts)), [*map(str, range(MOST_COUNTED)), f"{MOST_COUNTED} or more"])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.grid(visible=True, axis="y")
    axes.set_title(f"Splinters in a run ({found.runs} runs)", color=INK, pad=4.0)
