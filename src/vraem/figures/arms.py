"""How the arms of a comparison look in every chart of it, and what its captions say."""

from vraem.analysis.compare import Comparison
from vraem.experiment.words import HARD_SPACE, count
from vraem.figures.style import INK, MUTED, Look
from vraem.version import __version__

REFERENCE = Look("reference", INK, "-", "o")

# Okabe and Ito's colours, darkened where they would be faint in print; line and mark tell them apart in grey.
_LOOKS = (
    Look("", "#0067a5", "-", "o"),
    Look("", "#c2410c", "--", "s"),
    Look("", "#00795c", "-.", "D"),
    Look("", "#a2497f", ":", "^"),
    Look("", "#b07900", (0, (5, 1, 1, 1)), "v"),
    Look("", "#3c9bd0", (0, (2, 1)), "P"),
    Look("", "#5b4a9e", (0, (7, 2)), "X"),
    Look("", "#6b3310", (0, (3, 1, 1, 1, 1, 1)), "*"),
)
FAINT = Look("", MUTED, (0, (1, 1)), "x")
"""For arms beyond those that have a look of their own."""

MOST_ARMS_IN_CHART = 6


def arm_look(arm: int) -> Look:
    """The look of arm number `arm`; 0 is the reference."""
    if arm == 0:
        return REFERENCE
    return _LOOKS[arm - 1] if arm <= len(_LOOKS) else FAINT


def compared_caption(comparison: Comparison, *notes: str) -> str:
    """What a chart of a comparison rests on: pairs of runs, seeds, households, version; `notes` follow."""
    households = count(comparison.scenarios[0].run.households).replace(HARD_SPACE, "\u2009")
    seeds = comparison.seeds
    line = (
        f"{len(seeds)} runs of each scenario, seeds {seeds[0]}–{seeds[-1]}, {households} households, "
        f"vraem {__version__}. Intervals cover chance, not doubt about parameters."
    )
    return "\n".join([line, *notes])
