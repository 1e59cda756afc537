"""Who controls what over many runs: in which share of them each kind of group holds a community, arm by arm."""

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from vraem.analysis.results import Results
from vraem.figures.base_map import ASPECT, draw_blank_map, frame_around, holding, latitude_of, longitude_of
from vraem.figures.looks import HOLDERS
from vraem.figures.style import MUTED, SMALL_SIZE, TEXT_SIZE, Margins, sheet, style
from vraem.figures.swept import as_swept, not_drawn, shown_arms, swept_caption, when
from vraem.figures.territory_maps import cell_points
from vraem.observe import joint

if TYPE_CHECKING:
    from vraem.valley import Valley

COLUMN = "holders_{h}"
KINDS = ("founding", "splinter", "other", "nobody")
WIDTH_INCHES = 1.46
MOST_ARMS = 6
LEAST_SHARE = 0.02
"""Communities in fewer runs than this bear no colour."""
SHOWN_SHARE, MARGIN = 0.995, 0.06
"""Maps are cropped to the communities that bear this share of what is ever held, and so many degrees around."""
_SCALES = {
    kind: LinearSegmentedColormap.from_list(
        f"vraem {kind}", ["#f5f5f3", HOLDERS[kind].colour if kind != "nobody" else "#3b7a57"]
    )
    for kind in KINDS
}


_SHARES = PowerNorm(0.6, 0.0, 1.0)
"""Small shares are spread out, so that they can be told from none."""


def control_maps(
    results: Results | Path | str,
    valley: "Valley | None" = None,
    *,
    horizon: int | None = None,
    dismantled_only: bool = False,
) -> Figure:
    """Small maps: in which share of the runs the founding group, a splinter, another group or nobody holds a community.

    A column an arm, a row a kind of holder, at one horizon (that of the verdict's rules if None). A community that no
    group holds in any run and arm is left white. ``dismantled_only`` keeps the runs in which the group is dismantled.
    ``valley`` is loaded if None. Raises ``ValueError`` if the runs do not say who holds the communities.
    """
    from vraem.valley import load

    kept = as_swept(results).strong
    months = _horizon(kept, horizon)
    if dismantled_only:
        kept = kept.where(kept.dismantled())
    told = {arm: _shares(kept.of_arm(arm), months) for arm in shown_arms(kept)}
    shares = {arm: found for arm, found in told.items() if found is not None}
    if not shares:
        raise ValueError(f"no run says who holds the communities {when(months)} after the campaign")
    arms = list(shares)[:MOST_ARMS]
    left_out = not_drawn(list(shares)[MOST_ARMS:])
    kinds = [
        kind
        for row, kind in enumerate(KINDS)
        if max(shares[arm][0][row].max() for arm in arms) >= LEAST_SHARE
    ]
    never = [HOLDERS[kind].label for kind in KINDS if kind not in kinds]
    place = valley or load()
    used = np.any([1.0 - found[0][-1] > 0.0 for found in shares.values()], axis=0)
    held = np.mean([1.0 - shares[arm][0][-1] for arm in arms], axis=0)
    frame = frame_around(place, holding(held, SHOWN_SHARE), MARGIN)
    height = WIDTH_INCHES * (frame[3] - frame[2]) / (frame[1] - frame[0]) * ASPECT
    margins = Margins(left=1.05, right=0.78, top=1.12, bottom=0.74 if left_out else 0.62)
    with style():
        figure, panels = sheet(
            "Who controls what, over all runs",
            f"Share of runs in which a community is held, {when(months)} after the campaign",
            swept_caption(
                kept,
                "A community counts as held from a tenth of control; by the group with the largest share.",
                f"Never: {', '.join(never)}." if never else "",
                f"\n{left_out}" if left_out else "",
                intervals=False,
            ),
            size=(
                max(margins.left + margins.right + len(arms) * (WIDTH_INCHES + 0.08), 6.2),
                margins.top + margins.bottom + len(kinds) * (height + 0.1),
            ),
            rows=len(kinds),
            columns=len(arms),
            margins=margins,
            wspace=0.06,
            hspace=0.08,
        )
        for row, kind in enumerate(kinds):
            for axes, arm in zip(panels[row], arms, strict=True):
                found, runs = shares[arm]
                _map(axes, place, np.where(used, found[KINDS.index(kind)], 0.0), kind, frame)
                if row == 0:
                    axes.set_title(f"{arm}\n", size=TEXT_SIZE - 1.0, pad=3.0)
                    _runs(axes, runs)
            _kind_name(panels[row][0], kind)
            _bar(figure, panels[row][-1], kind)
    return figure


def _horizon(results: Results, wanted: int | None) -> int:
    held = [months for months in results.horizons if results.has(COLUMN.format(h=months))]
    if not held:
        raise ValueError('the runs do not say who holds the communities: ask for the measure "holders"')
    if wanted is None:
        return min(held, key=lambda months: abs(months - results.rules.horizon))
    if wanted not in held:
        raise ValueError(f"got the horizon {wanted}, expected one of {', '.join(map(str, held))}")
    return wanted


def _shares(results: Results, months: int) -> tuple[NDArray[np.float64], int] | None:
    """Share of runs (kinds, communities) in which each kind holds each community, and how many runs say so."""
    texts = [
        text for text in results.frame[COLUMN.format(h=months)].tolist() if isinstance(text, str) and text
    ]
    if not texts:
        return None
    signs = np.array([list(text) for text in texts])
    found = [(signs == str(joint.HOLDERS.index(kind))).mean(axis=0) for kind in KINDS]
    return np.stack(found), len(texts)


def _map(
    axes: Axes,
    valley: "Valley",
    share: NDArray[np.float64],
    kind: str,
    frame: tuple[float, float, float, float],
) -> None:
    draw_blank_map(axes, valley)
    axes.set(xlim=frame[:2], ylim=frame[2:], xticks=[], yticks=[])
    shown = np.flatnonzero(share >= LEAST_SHARE)
    cells = valley.communities.cell[shown]
    axes.scatter(
        longitude_of(cells),
        latitude_of(cells),
        s=cell_points(frame[1] - frame[0], WIDTH_INCHES) ** 2,
        c=share[shown],
        cmap=_SCALES[kind],
        norm=_SHARES,
        marker="s",
        linewidths=0.0,
        zorder=2.5,
    )


def _runs(axes: Axes, runs: int) -> None:
    axes.annotate(
        f"{runs} runs",
        (0.0, 1.0),
        (0.0, 3.0),
        "axes fraction",
        "offset points",
        size=SMALL_SIZE - 0.5,
        color=MUTED,
    )


def _kind_name(axes: Axes, kind: str) -> None:
    axes.annotate(
        "\n".join(wrap(HOLDERS[kind].label, 12)),
        (0.0, 0.5),
        (-6.0, 0.0),
        "axes fraction",
        "offset points",
        ha="right",
        va="center",
        size=TEXT_SIZE - 0.5,
        weight="bold",
    )


def _bar(figure: Figure, axes: Axes, kind: str) -> None:
    """The key of the colours of one kind, beside its maps."""
    box = axes.get_position()
    width, _ = figure.get_size_inches()
    bar_axes = figure.add_axes(
        (box.x1 + 0.1 / width, box.y0 + 0.1 * box.height, 0.08 / width, 0.8 * box.height)
    )
    bar = figure.colorbar(ScalarMappable(_SHARES, _SCALES[kind]), cax=bar_axes)
    bar.outline.set_linewidth(0.4)
    bar.set_ticks([0.0, 0.1, 0.25, 0.5, 1.0])
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    bar.ax.tick_params(labelsize=SMALL_SIZE - 1.0, length=2, color=MUTED, pad=1.5)
