"""Every chart of the armed groups and of experiments, drawn from made-up runs: what the stored images are of.

``python -m tests.figures.gallery`` writes the stored images anew. Look at what changed before you keep them.
"""

import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import matplotlib.image
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from tests.figures.runs import made_up_run
from tests.figures.sweeps import made_up
from vraem import figures
from vraem.analysis.discovery import Box, Discovery, Limit
from vraem.analysis.matched_draws import Matching
from vraem.analysis.results import Results
from vraem.analysis.sensitivity import Effect, Index
from vraem.experiment.design import points
from vraem.experiment.loader import load_experiment
from vraem.figures.style import style
from vraem.observe import RunResult

BASELINE = Path(__file__).parent / "baseline"
DPI = 45
BLOCK = 3
"""Pixels are averaged over squares of this side, so that letters set a hair apart do not count."""
COLOURS = 128
ROUNDING = 0.006
"""A difference that comes of storing so few colours."""
MOST_APART = 0.022
"""Root mean square difference (0 to 1) up to which two images are the same chart."""


@cache
def results() -> Results:
    """The made-up experiment that all charts share; read only."""
    return made_up(points=24, replicates=2)


@cache
def asked_of_history() -> Results:
    """Draws of the claim, of which made-up matching keeps more the more members the group begins with; read only."""
    experiment = load_experiment("claim-matched", ["design.samples=80"])
    drawn = [dict(changes) for changes in points(experiment.design, experiment.factors)]
    members = np.array([changes["parameters.members_initial"] for changes in drawn])
    luck = np.random.default_rng(5).uniform(310.0, 400.0, (len(drawn), 3))
    met = {"P11": luck < members[:, None], "P12": luck > 312.0}
    matching = Matching(experiment.id, "0.0", 400, len(drawn), tuple(range(len(drawn))), met)
    return Results(
        frame=results().frame[:0],
        arms=(),
        reference="",
        campaigns=(),
        factors=(),
        about={"name": "made-up"},
        experiment=experiment,
        matching=matching,
    )


@cache
def run(seed: int = 1) -> RunResult:
    """A made-up run; read only."""
    return made_up_run(seed)


def runs() -> list[RunResult]:
    """Four made-up runs of one scenario."""
    return [run(seed) for seed in range(1, 5)]


def arms() -> dict[str, list[RunResult]]:
    """Made-up runs of three arms."""
    return {"baseline": runs()[:3], "heirs-first": runs()[1:], "commanders": runs()[::2]}


EFFECTS = [
    Effect(f"factor_{i}", 0.4 * 0.75**i, 0.1, 0.05 * (i % 4 + 1), 0.03, 0.07 if i < 4 else 0.2)
    for i in range(9)
]
INDICES = [Index(f"factor_{i}", 0.3 * 0.6**i, 0.04, 0.4 * 0.65**i, 0.06) for i in range(6)]
BOX = Box(
    (
        Limit("purge_loss", 0.08, None, (), 0.0004),
        Limit("review_gap", None, 30.0, (), 0.02),
        Limit("kin_shock", None, None, ("all", "revenge"), 0.003),
    ),
    0.52,
    0.61,
    0.24,
    0.2,
    44,
)

GALLERY: dict[str, Callable[[], Figure]] = {
    "territory": lambda: figures.territory(run()),
    "members": lambda: figures.members_by_fate(run()),
    "members-of-several": lambda: figures.members_by_fate(runs()),
    "command": lambda: figures.command_links(run()),
    "group-income": lambda: figures.group_income(runs()),
    "violence": lambda: figures.violence(run()),
    "violence-around": lambda: figures.violence_around_start(runs()),
    "groups": lambda: figures.number_of_groups(runs()),
    "strength": lambda: figures.strength_and_removals(run()),
    "fates": lambda: figures.fates_of_members(run()),
    "answer": lambda: figures.what_is_left(results()),
    "end-states": lambda: figures.end_states(results()),
    "end-states-of-all": lambda: figures.end_states(results(), among="all"),
    "end-state-shares": lambda: figures.end_state_shares(results()),
    "incidence": lambda: figures.cumulative_incidence(results()),
    "differences": lambda: figures.paired_differences(results()),
    "verdict": lambda: figures.verdict_at_a_glance(results()),
    "phase": lambda: figures.phase_diagram(results()),
    "assumptions": lambda: figures.assumptions_that_matter(results()),
    "history": lambda: figures.assumptions_that_history_narrows(asked_of_history()),
    "conditions": lambda: figures.discovered_box(results(), found=Discovery("gangs", BOX, (), "")),
    "morris": lambda: figures.morris_screening(EFFECTS, caption="Made up."),
    "sobol": lambda: figures.sobol_shares(INDICES, caption="Made up."),
    "fates-by-arm": lambda: figures.fates_of_members(results()),
    "splinters": lambda: figures.splinter_fates(results()),
    "remnants": lambda: figures.remnants_by_persons(results()),
    "control-maps": lambda: figures.control_maps(results()),
    "groups-by-arm": lambda: figures.groups_by_arm(arms()),
    "strength-by-arm": lambda: figures.strength_by_arm(arms()),
    "violence-by-arm": lambda: figures.violence_by_arm(arms()),
    "economy-by-arm": lambda: figures.economy_by_arm(arms()),
    "routes-by-arm": lambda: figures.routes_by_arm(arms()),
    "neutrality": lambda: figures.neutrality_of_labels(results()),
}
"""Charts by the name of their stored image."""


@cache
def chart(name: str) -> Figure:
    """A chart of the gallery, drawn once with warnings as faults; read only."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = GALLERY[name]()
        with style():
            figure.canvas.draw()
    return figure


@cache
def image(name: str) -> NDArray[np.float64]:
    """The small pixels of a chart of the gallery."""
    return pixels(chart(name))


def pixels(figure: Figure) -> NDArray[np.float64]:
    """A figure as small pixels (rows, columns, 3), 0 to 1."""
    usual = figure.dpi
    with style():
        figure.set_dpi(DPI)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        seen = np.asarray(canvas.buffer_rgba())[..., :3] / 255.0
        figure.set_dpi(usual)
        FigureCanvasAgg(figure).draw()
    return seen


def stored(name: str) -> NDArray[np.float64]:
    """The stored image of a chart (rows, columns, 3), 0 to 1."""
    return np.asarray(matplotlib.image.imread(BASELINE / f"{name}.png"), dtype=np.float64)[..., :3]


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """How far apart two images are: root mean square over averaged squares; 1 if they are of different shape."""
    if np.abs(np.array(one.shape) - other.shape).max() > 1:  # inches times dots may round either way
        return 1.0
    rows, columns = (min(one.shape[axis], other.shape[axis]) // BLOCK * BLOCK for axis in (0, 1))
    gap = one[:rows, :columns] - other[:rows, :columns]
    means = gap.reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK, 3).mean(axis=(1, 3))
    return float(np.sqrt((means**2).mean()))


def write_all() -> None:
    """Write every stored image anew and say which changed."""
    BASELINE.mkdir(exist_ok=True)
    for name in GALLERY:
        seen = image(name)
        path = BASELINE / f"{name}.png"
        gap = apart(seen, stored(name)) if path.exists() else 1.0
        if gap > ROUNDING:
            shades = np.round(255.0 * seen).astype(np.uint8)
            Image.fromarray(shades).quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{name}: {'new' if gap == 1.0 else f'{gap:.4f} apart' if gap > ROUNDING else 'same'}")


if __name__ == "__main__":
    write_all()
