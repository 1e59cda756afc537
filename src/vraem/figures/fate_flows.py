"""The ways of the members as flows: where those of the campaign's start are after one, five and ten years."""

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from vraem.analysis.clusters import mean_share
from vraem.analysis.intervals import Interval
from vraem.analysis.results import Results
from vraem.figures.labels import EndLabel, halo, label_ends
from vraem.figures.looks import MEMBER_LOOKS, letters
from vraem.figures.run_groups import measured_from
from vraem.figures.style import INK, MUTED, SMALL_SIZE, TEXT_SIZE, Margins, caption, sheet, style, thousands
from vraem.figures.swept import (
    as_swept,
    began,
    ended,
    interval_note,
    not_drawn,
    shown_arms,
    swept_caption,
    when,
)
from vraem.figures.timeline import as_results
from vraem.observe import RunResult
from vraem.observe.anchor import HORIZONS
from vraem.observe.fates import FATES
from vraem.observe.joint import fate_paths, read_fate_paths

SHOWN_MONTHS = (12, 60, 120)
COLUMN = "fate_paths"
NODE_WIDTH = 0.09
GAP = 0.012
"""White space between neighbours in a column, as a share of the height."""
LEAST_FLOW = 0.001
LEAST_NAMED = 0.02
MOST_PANELS = 6


class Ways(NamedTuple):
    """Ways of the members of some runs.

    ``ways`` (ways, horizons) as places in `FATES`; ``shares`` (runs, ways) of each run's members; ``clusters`` (runs,)
    for intervals; ``members``: how many there are in a run, on average.
    """

    ways: NDArray[np.int8]
    shares: NDArray[np.float64]
    clusters: NDArray[np.int64]
    members: float

    @classmethod
    def of(cls, texts: Sequence[str], clusters: NDArray[np.int64]) -> "Ways":
        """Ways from the texts of runs; those that do not reach every horizon shown are left out."""
        places = [HORIZONS.index(months) for months in SHOWN_MONTHS]
        rows: list[dict[tuple[int, ...], float]] = []
        kept = []
        totals = []
        for number, text in enumerate(texts):
            ways, counts = read_fate_paths(text)
            if (ways[:, places] < 0).any():
                continue
            kept.append(number)
            totals.append(float(counts.sum()))
            row: dict[tuple[int, ...], float] = {}
            for way, count in zip(ways[:, places].tolist(), counts.tolist(), strict=True):
                row[tuple(way)] = row.get(tuple(way), 0.0) + count / totals[-1]
            rows.append(row)
        names = sorted({way for row in rows for way in row})
        shares = np.array([[row.get(way, 0.0) for way in names] for row in rows]).reshape(
            len(rows), len(names)
        )
        table = np.array(names, dtype=np.int8).reshape(-1, len(places))
        return cls(table, shares, clusters[kept], float(np.mean(totals)) if totals else 0.0)

    def at(self, place: int, fate: int) -> Interval:
        """Mean share of the members with a fate at a moment, with its interval over outer draws."""
        own = self.shares[:, self.ways[:, place] == fate].sum(axis=1)
        return mean_share(own, self.clusters)


def fates_of_members(
    results: Results | FilePath | str | RunResult | Sequence[RunResult], *, dismantled_only: bool = False
) -> Figure:
    """Flows of the members of the campaign's start to their fates after one, five and ten years, a panel an arm.

    ``dismantled_only`` keeps the runs in which the group is dismantled by the definition of the verdict's rules (of an
    experiment). Raises ``ValueError`` if the runs do not say which way members went, or none is long enough.
    """
    if isinstance(results, Results | FilePath | str):
        swept = as_swept(results)
        panels, said = _of_sweep(swept, dismantled_only)
        start, end = began(swept), ended(swept)
        several = True
    else:
        runs = as_results(results)
        panels, said = _of_runs(runs)
        start, end = measured_from(runs)
        several = len(runs) > 1
    panels = {name: ways for name, ways in panels.items() if len(ways.shares)}
    if not panels:
        raise ValueError(f"no run is long enough to say where its members are ten years after {end}")
    names = list(panels)[:MOST_PANELS]
    left_out = not_drawn(list(panels)[MOST_PANELS:])
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    with style():
        figure, grid = sheet(
            "Where the members go",
            f"Of the persons of the lineage who served at {start}: where they are by time since {end}",
            f"{said}\n{left_out}".rstrip(),
            size=(max(1.0 + 4.3 * columns, 7.4), 1.75 + 2.75 * rows),
            rows=rows,
            columns=columns,
            margins=Margins(left=0.5, right=1.7, top=1.02, bottom=0.9),
            hspace=0.26,
            wspace=0.56,
        )
        flat = [axes for row in grid for axes in row]
        for axes in flat[len(names) :]:
            axes.set_visible(False)
        for axes, name in zip(flat, names, strict=False):
            _flows(axes, panels[name], intervals=several)
            _title(axes, name, len(panels[name].shares))
    return figure


def _of_sweep(results: Results, dismantled_only: bool) -> tuple[dict[str, Ways], str]:
    kept = results.strong
    if not kept.has(COLUMN):
        raise ValueError(f'the runs do not say which way members went: ask for the measure "{COLUMN}"')
    if dismantled_only:
        kept = kept.where(kept.dismantled())
    panels = {}
    for arm in shown_arms(kept):
        own = kept.of_arm(arm)
        texts = own.frame[COLUMN].to_numpy(dtype=object)
        known = np.array([isinstance(text, str) for text in texts], dtype=bool)
        panels[arm] = Ways.of([str(text) for text in texts[known]], own.clusters[known])
    note = "Bands: mean of runs; brackets: interval of the mean." + (
        " Dismantled runs only." if dismantled_only else ""
    )
    return panels, swept_caption(kept, note)


def _of_runs(runs: Sequence[RunResult]) -> tuple[dict[str, Ways], str]:
    texts: dict[str, list[str]] = {}
    seeds: dict[str, list[int]] = {}
    for run in runs:
        text = fate_paths(run.organisation)
        if text is not None:
            texts.setdefault(run.scenario.name, []).append(text)
            seeds.setdefault(run.scenario.name, []).append(run.seed)
    if not texts:
        raise ValueError("nothing is done to the groups in these runs, so members have no before and after")
    panels = {name: Ways.of(own, np.array(seeds[name])) for name, own in texts.items()}
    notes = (
        ("Bands: mean of runs; brackets: interval of the mean.", interval_note("seeds"))
        if len(runs) > 1
        else ()
    )
    return panels, caption(runs, *notes, band=False)


def _flows(axes: Axes, ways: Ways, *, intervals: bool) -> None:
    """Nodes and bands of one panel; everybody is one node at the start."""
    mean = ways.shares.mean(axis=0)
    moments = len(SHOWN_MONTHS)
    nodes = [
        np.array([mean[ways.ways[:, place] == fate].sum() for fate in range(len(FATES))])
        for place in range(moments)
    ]
    bottoms = [_bottoms(node) for node in nodes]
    axes.set_xlim(-NODE_WIDTH, moments + NODE_WIDTH)
    axes.set_ylim(0.0, 1.0 + GAP * (len(FATES) - 1))
    top = axes.get_ylim()[1]
    _node(axes, 0.0, 0.0, top, MUTED)
    start = _Filling(np.zeros(1), top)
    for place in range(moments):
        flow = _between(ways, mean, place)
        out = start if place == 0 else _Filling(bottoms[place - 1].copy(), 1.0)
        into = bottoms[place].copy()
        for source in range(flow.shape[0]):
            for fate in range(len(FATES)):
                share = float(flow[source, fate])
                if share < LEAST_FLOW:
                    continue
                height = share * out.scale
                colour = MEMBER_LOOKS[FATES[fate]].colour
                _band(axes, place, float(out.bottom[source]), height, float(into[fate]), share, colour)
                out.bottom[source] += height
                into[fate] += share
    for place, node in enumerate(nodes):
        for fate, share in enumerate(node):
            if share >= LEAST_FLOW:
                colour = MEMBER_LOOKS[FATES[fate]].colour
                _node(axes, place + 1.0, float(bottoms[place][fate]), float(share), colour)
                if share >= LEAST_NAMED and place < moments - 1:
                    middle = float(bottoms[place][fate] + share / 2.0)
                    # the last column names the fates; one that does not get there is named where it is largest
                    told = nodes[-1][fate] >= LEAST_FLOW or share < max(each[fate] for each in nodes)
                    name = "" if told else MEMBER_LOOKS[FATES[fate]].label
                    _number(axes, place + 1.0, middle, f"{100 * share:.0f} % {name}".rstrip(), colour)
    _names(axes, ways, bottoms[-1], nodes[-1], intervals=intervals)
    everybody = f"start:\n{thousands(ways.members)} members"
    axes.set_xticks(range(moments + 1), [everybody, *(when(months) for months in SHOWN_MONTHS)])
    axes.tick_params(axis="x", length=0.0)
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


class _Filling(NamedTuple):
    """How far each node has been left by bands: its next free height, and heights a share."""

    bottom: NDArray[np.float64]
    scale: float


def _bottoms(node: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lower end of each fate's node, from the group at the bottom upwards."""
    return np.concatenate([[0.0], np.cumsum(node + np.where(node >= LEAST_FLOW, GAP, 0.0))[:-1]])


def _between(ways: Ways, mean: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    """Shares that go from each fate of the moment before (one row at the start) to each fate of this one."""
    flow = np.zeros((1 if place == 0 else len(FATES), len(FATES)))
    sources = (
        np.zeros(len(ways.ways), dtype=np.int64) if place == 0 else ways.ways[:, place - 1].astype(np.int64)
    )
    np.add.at(flow, (sources, ways.ways[:, place].astype(np.int64)), mean)
    return flow


def _node(axes: Axes, x: float, bottom: float, height: float, colour: str) -> None:
    axes.bar(x, height, NODE_WIDTH, bottom=bottom, color=colour, edgecolor="white", linewidth=0.4, zorder=4)


def _band(axes: Axes, place: int, low: float, height: float, into: float, share: float, colour: str) -> None:
    """A ribbon from the node before to the one of this moment, curved like an S."""
    left, right = place + NODE_WIDTH / 2.0, place + 1.0 - NODE_WIDTH / 2.0
    middle = (left + right) / 2.0
    points = [
        (left, low),
        (middle, low),
        (middle, into),
        (right, into),
        (right, into + share),
        (middle, into + share),
        (middle, low + height),
        (left, low + height),
        (left, low),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, edgecolor="none", alpha=0.42, zorder=2))


def _number(axes: Axes, x: float, y: float, said: str, colour: str) -> None:
    halo(
        axes.annotate(
            said,
            (x + NODE_WIDTH / 2.0, y),
            (2.5, 0.0),
            textcoords="offset points",
            va="center",
            size=SMALL_SIZE - 0.5,
            color=letters(colour),
            zorder=5,
        )
    )


def _names(
    axes: Axes, ways: Ways, bottoms: NDArray[np.float64], node: NDArray[np.float64], *, intervals: bool
) -> None:
    """Fates at the last moment beside the panel, with their shares and intervals."""
    labels = []
    for fate, share in enumerate(node):
        if share < LEAST_FLOW:
            continue
        look = MEMBER_LOOKS[FATES[fate]]
        said = f"{100 * share:.0f} % {look.label}"
        if intervals:
            held = ways.at(len(SHOWN_MONTHS) - 1, fate)
            said = f"{said} [{100 * held.low:.0f}–{100 * held.high:.0f}]"
        labels.append(EndLabel(float(bottoms[fate] + share / 2.0), said, letters(look.colour)))
    label_ends(axes, labels, gap=2.0, size=SMALL_SIZE)


def _title(axes: Axes, name: str, runs: int) -> None:
    axes.set_title(name, color=INK, pad=4.0, size=TEXT_SIZE)
    axes.annotate(
        f"{thousands(runs)} runs" if runs > 1 else "1 run",
        (1.0, 1.0),
        (-12.0, 5.0),
        "axes fraction",
        "offset points",
        ha="right",
        size=SMALL_SIZE,
        color=MUTED,
    )
