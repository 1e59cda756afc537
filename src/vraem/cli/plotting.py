"""The command that draws one chart of what is in a folder: of a run, or of a sweep."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vraem.cli.exit_codes import FAULT
from vraem.cli.guards import refuse_foreign_pictures, refuse_results_of_others
from vraem.cli.progress import progress
from vraem.cli.running import FOLDER
from vraem.cli.terminal import end_by_system

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from vraem.observe import RunResult

    Draw = Callable[[], Figure]

FIGURES = "figures"
CHARTS = "report/charts"
EVERYTHING = "all"


class PlotError(Exception):
    """A folder or chart that cannot be drawn; its text is one line that says what to do."""


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("charts", metavar="CHART...", nargs=-1)
@click.option(
    "--out", type=FOLDER, metavar="DIR", help="Folder for the charts.  [default: that of DIR's figures]"
)
@click.option("--list", "listed", is_flag=True, help="Say which charts there are and draw none.")
@click.pass_context
def plot(
    ctx: click.Context, directory: Path, charts: tuple[str, ...], out: Path | None, listed: bool
) -> None:
    """Draw CHART of the run or sweep in DIR, as a picture (.png) and a drawing (.svg).

    Without CHART the charts that DIR can have are listed. "all" draws every one. A run is made again from its
    scenario and seed, which takes seconds, because its folder does not keep persons.
    """
    from vraem.experiment.design import MissingLibraryError
    from vraem.experiment.output import make_writable
    from vraem.experiment.output_error import OutputError

    try:
        kind, manifest = _kind(directory)
        known = _run_charts() if kind == "run" else _sweep_charts()
        if listed or not charts:
            _say(known)
            return
        wanted = _wanted(charts, known)
        target = out or directory / (FIGURES if kind == "run" else CHARTS)
        if out is not None:
            refuse_results_of_others(out, "--out", own=directory)
            for name in wanted:
                refuse_foreign_pictures(out / name, "--out")
        make_writable(target)
        drawing = _of_run(directory, manifest) if kind == "run" else _of_sweep(directory)
        missing = _draw(wanted, drawing, target, everything=EVERYTHING in charts)
    except (PlotError, OutputError, MissingLibraryError) as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except OSError as error:
        end_by_system(ctx, error, directory)
    ctx.exit(FAULT if missing else 0)


def _kind(directory: Path) -> tuple[str, dict[str, Any]]:
    """Whether a folder holds a run or a sweep, and its manifest. Raises ``PlotError``."""
    path = directory / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlotError(
            f"{directory}: got no manifest.json, expected the folder of a run (vraem run) or a sweep (vraem sweep)"
        ) from None
    except (OSError, ValueError):
        raise PlotError(f"{path}: cannot be read as the manifest of a run or a sweep") from None
    if isinstance(manifest, dict) and "experiment" in manifest:
        return "sweep", manifest
    if isinstance(manifest, dict) and {"scenario", "seed"} <= set(manifest):
        _check_seed(manifest["seed"], path)
        return "run", manifest
    raise PlotError(f"{path}: got the manifest of something else, expected that of a run or a sweep")


def _check_seed(seed: Any, path: Path) -> None:
    """Raise ``PlotError`` for a seed with which no run can be made again."""
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        from vraem.scenario.faults import in_words

        raise PlotError(f"{path}: seed: got {in_words(seed)}, expected a whole number from 0 on")


def _run_charts() -> Mapping[str, str]:
    """Charts of a run with what they show."""
    from vraem.figures.run import RUN_CHARTS

    return RUN_CHARTS


def _sweep_charts() -> Mapping[str, str]:
    """Charts of a sweep with what they show."""
    from vraem.figures.registry import REPORT_CHARTS

    return {chart.name: chart.caption for chart in REPORT_CHARTS}


def _say(known: Mapping[str, str]) -> None:
    from vraem.cli.terminal import aligned

    click.echo(aligned([(name, words) for name, words in known.items()], ("chart", "what it shows")))


def _wanted(charts: tuple[str, ...], known: Mapping[str, str]) -> list[str]:
    """The charts asked for. Raises ``PlotError`` with every name that is none."""
    from vraem.scenario.faults import did_you_mean

    lines = []
    for name in dict.fromkeys(charts):
        if name not in known and name != EVERYTHING:
            meant = did_you_mean(name, known)
            lines.append(f"no chart is called {name!r}{f'; {meant}' if meant else ''}")
    if lines:
        raise PlotError("\n".join([*lines, f"the charts are {', '.join(known)}"]))
    return list(known) if EVERYTHING in charts else list(dict.fromkeys(charts))


def _of_run(directory: Path, manifest: Mapping[str, Any]) -> Mapping[str, Draw]:
    """What draws each chart of a run, which is made again."""
    from functools import partial

    from vraem.figures.run import charts_of

    result = _again(directory, manifest)
    return {name: partial(draw, result) for name, draw in charts_of(result).items()}


def _again(directory: Path, manifest: Mapping[str, Any]) -> RunResult:
    """The run of a folder once more, from its scenario and seed; a note if it came out otherwise."""
    from vraem.experiment.output import SCENARIO_FILE, content_hash
    from vraem.observe import run
    from vraem.scenario import load
    from vraem.version import __version__

    scenario = load(str(directory / SCENARIO_FILE))
    with progress("weeks", warm_up=True) as report:
        result = run(scenario, seed=manifest["seed"], progress=report)
    if manifest.get("content_sha256") not in (None, content_hash(result)):
        click.echo(
            f"note: the run came out otherwise than the one in {directory}, which is of vraem {manifest.get('vraem')}; "
            f"this is {__version__}",
            err=True,
        )
    return result


def _of_sweep(directory: Path) -> Mapping[str, Draw]:
    """What draws each chart of a sweep. Raises ``PlotError``."""
    from functools import partial

    from vraem.analysis.results import Results
    from vraem.figures.registry import REPORT_CHARTS
    from vraem.scenario.faults import ScenarioError

    try:
        results = Results.open(directory)
    except ScenarioError:
        raise  # told fault by fault, as everywhere
    except ValueError as error:  # matched draws that are not all there, or of another sweep
        raise PlotError(str(error)) from None
    if not len(results.frame):
        raise PlotError(f"{directory}: no run of the sweep is done; go on with vraem sweep")
    return {chart.name: partial(chart.draw, results) for chart in REPORT_CHARTS}


def _draw(wanted: list[str], drawing: Mapping[str, Draw], target: Path, *, everything: bool) -> list[str]:
    """Draw and save the charts; those that the runs are not enough for are told and returned, if asked for by name."""
    from vraem.figures.style import save

    missing = []
    for name in wanted:
        try:
            if name not in drawing:
                raise ValueError("the run is too short for it, or does not hold what it shows")
            figure = drawing[name]()
        except ValueError as error:
            click.echo(f"{name}: {error}", err=True)
            missing += [] if everything else [name]
            continue
        for path in save(figure, target / name):
            click.echo(str(path))
    return missing
