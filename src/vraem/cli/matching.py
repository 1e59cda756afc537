"""The command that asks which draws of a sweep history rules out, match, and what sweeps of matched draws do first."""

from __future__ import annotations

import contextlib
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vraem.cli import loading
from vraem.cli.authoring import OVERRIDE
from vraem.cli.exit_codes import INTERRUPTED
from vraem.cli.progress import progress
from vraem.cli.reporting import faults_of_results
from vraem.cli.running import FOLDER, RUNS
from vraem.cli.scoring import GROUP_HOUSEHOLDS
from vraem.cli.terminal import aligned, paragraph
from vraem.experiment.words import percent

if TYPE_CHECKING:
    from vraem.analysis.matched_draws import Matching, MatchSummary
    from vraem.experiment.types import Experiment

FEWEST_ROWS, MOST_ROWS = 400, 1_000_000
"""Rows of households that a scenario may have."""
FEWEST_KEPT = 20
"""Draws that are kept below which the command says that they are few."""


@click.command()
@click.argument("source", metavar="DIR|EXPERIMENT")
@click.option(
    "--out", type=FOLDER, metavar="DIR", help="Folder of the sweep of EXPERIMENT.  [default: runs/NAME]"
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@click.option(
    "--households",
    type=click.IntRange(FEWEST_ROWS, MOST_ROWS),
    default=GROUP_HOUSEHOLDS,
    show_default=True,
    metavar="N",
    help="Rows of farm households in the matching runs; members of the group are one to one.",
)
@OVERRIDE
@click.option("--quiet", is_flag=True, help="Print nothing but faults.")
@click.pass_context
def match(
    ctx: click.Context,
    source: str,
    out: Path | None,
    workers: int | None,
    households: int,
    overrides: tuple[str, ...],
    quiet: bool,
) -> None:
    """Ask which draws of a sweep history rules out, before anything is made of the others.

    Of the sweep in DIR, or of an EXPERIMENT (a packaged name or a file) before it is swept. Each draw of assumptions is
    run over 2012-23 without a campaign. It is kept if strength and income of the group (patterns P11 and P12) are as
    observed in two runs; a third one checks. Writes match.json into the folder; vraem report then judges the
    claim among the draws that are kept, too, and vraem sweep of a matched design runs no others. Run the same command
    again to go on after a stop.
    """
    from vraem.analysis.history_matching import assumptions_drawn
    from vraem.experiment.store import Store

    with faults_of_results(ctx):
        folder = Path(source)
        if folder.is_dir():
            if out is not None or overrides:
                raise click.UsageError("--out and --set are for an EXPERIMENT; a DIR holds its own")
            experiment = _swept(folder)
        else:
            experiment = loading.experiment(source, overrides)
            folder = out or RUNS / experiment.name
            assumptions_drawn(experiment)  # before a folder is made for nothing
            Store.create(folder, experiment)
        found = matched_in(ctx, folder, experiment, workers=workers, households=households, quiet=quiet)
        if not quiet:
            tell(found.summary())
            click.echo(str(found.path(folder)))


def _swept(folder: Path) -> Experiment:
    """The experiment of the sweep in a folder, if this version made it. Raises ``ValueError``."""
    from vraem.experiment.store import Store
    from vraem.version import __version__

    store = Store.open(folder)
    if store.manifest["vraem"] != __version__:
        raise ValueError(
            f"{folder}: got a sweep of vraem {store.manifest['vraem']}, expected one of {__version__}: history "
            "must be run by the model that is judged"
        )
    return store.experiment()


def _has_runs(folder: Path) -> bool:
    from vraem.experiment.store import Store

    return bool(Store.open(folder).done_keys())


def matched_in(
    ctx: click.Context,
    folder: Path,
    experiment: Experiment,
    *,
    workers: int | None,
    households: int,
    quiet: bool,
) -> Matching:
    """Match the draws of the experiment whose sweep is in a folder, or those that are left; writes match.json.

    Ctrl-C and SIGTERM end the program with a line on how far it came. Raises ``ValueError``, ``OutputError``.
    """
    from vraem.analysis.history_matching import match_history
    from vraem.analysis.matched_draws import Matching
    from vraem.experiment.interrupts import stop_on_signals
    from vraem.experiment.output import make_writable
    from vraem.version import __version__

    make_writable(folder)
    before = None
    with contextlib.suppress(ValueError):  # of another experiment or version, or unreadable: begin anew
        before = Matching.read(folder, experiment.id, __version__)
    if (
        before is not None
        and before.households != households
        and experiment.design.matched
        and _has_runs(folder)
    ):
        raise ValueError(
            f"{folder}: holds runs of the draws that were kept with {before.households} households, not with "
            f"{households}; choose another --out"
        )
    try:
        with stop_on_signals() as stop, progress("runs", quiet=quiet) as report:
            return match_history(
                experiment,
                households=households,
                before=before,
                workers=workers,
                progress=report,
                save=lambda found: found.write(folder),
                stop=stop,
            )
    except KeyboardInterrupt:
        found = Matching.read(folder, experiment.id, __version__)
        told = f"{len(found.points)} of {found.asked}" if found is not None else "no"
        click.echo(f"stopped: {told} draws are matched; run the same command again to go on", err=True)
        ctx.exit(INTERRUPTED)


def keep_matched(
    ctx: click.Context,
    folder: Path,
    experiment: Experiment,
    *,
    workers: int | None,
    alone: bool,
    quiet: bool,
) -> Experiment:
    """An experiment that knows which of its draws to run: one of a matched design is matched first if it is not yet.

    Not if others run parts of it beside this process (not `alone`): then it must have been. Raises ``ValueError``.
    """
    from vraem.analysis.matched_draws import Matching, only_kept
    from vraem.experiment.store import Store
    from vraem.version import __version__

    if not experiment.design.matched:
        return experiment
    found = Matching.read(folder, experiment.id, __version__)
    if alone and (found is None or not found.complete):
        Store.create(folder, experiment)  # refuses a folder of something else
        households = found.households if found is not None else GROUP_HOUSEHOLDS
        found = matched_in(ctx, folder, experiment, workers=workers, households=households, quiet=quiet)
        if not quiet:
            tell(found.summary(), err=True)
    known = only_kept(experiment, folder)
    if not known.kept:
        raise ValueError(
            f"{experiment.name}: history rules out all of its draws; run more of them, or narrow their ranges"
        )
    return known


def tell(found: MatchSummary, *, err: bool = False) -> None:
    """Print how many draws are kept, and how all of them and those that are kept do in the check run."""
    patterns = [name for name in found.before if name != "all"]
    words = {**{name: name for name in patterns}, "all": "all of them"}
    rows = [(said, _share(found.before[name]), _share(found.after[name])) for name, said in words.items()]
    click.echo(
        f"{found.kept} of {found.draws} draws kept: {found.runs} runs of each meet {' and '.join(patterns)}",
        err=err,
    )
    click.echo(aligned(rows, ("check run meets", "all draws", "kept draws"), right=(1, 2)), err=err)
    if found.kept < FEWEST_KEPT:
        few = "So few draws can say little: run more of them, or narrow their ranges."
        click.echo(paragraph(few), err=err)


def _share(share: float) -> str:
    return percent(None if isnan(share) else share)
