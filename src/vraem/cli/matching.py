"""The command that asks which draws of a sweep history rules out: match."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vraem.cli.progress import progress
from vraem.cli.reporting import faults_of_results
from vraem.cli.running import FOLDER
from vraem.cli.scoring import GROUP_HOUSEHOLDS
from vraem.cli.terminal import aligned, paragraph
from vraem.experiment.words import percent

if TYPE_CHECKING:
    from vraem.analysis.history_matching import MatchSummary

FEWEST_KEPT = 20
"""Draws that are kept below which the command says that they are few."""


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@click.option(
    "--households",
    type=click.IntRange(1),
    default=GROUP_HOUSEHOLDS,
    show_default=True,
    metavar="N",
    help="Rows of farm households in the matching runs; members of the group are one to one.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but faults.")
@click.pass_context
def match(ctx: click.Context, directory: Path, workers: int | None, households: int, quiet: bool) -> None:
    """Ask which draws of the sweep in DIR history rules out, before anything is made of the others.

    Each draw of assumptions is run over 2012-23 without a campaign. It is kept if strength and income of the group
    (patterns P11 and P12) are as observed in two runs; a third one checks. Writes match.json into DIR; vraem report
    then judges the claim among the draws that are kept, too.
    """
    from vraem.analysis.history_matching import match_history
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.output import make_writable
    from vraem.experiment.store import EXPERIMENT_FILE, Store
    from vraem.version import __version__

    with faults_of_results(ctx):
        store = Store.open(directory)
        experiment = load_experiment(directory / EXPERIMENT_FILE)
        make_writable(directory)
        if store.manifest["vraem"] != __version__:
            raise ValueError(
                f"{directory}: got a sweep of vraem {store.manifest['vraem']}, expected one of {__version__}: history "
                "must be run by the model that is judged"
            )
        with progress("runs", quiet=quiet) as report:
            found = match_history(experiment, households=households, workers=workers, progress=report)
        path = found.write(directory)
        if not quiet:
            tell(found.summary())
            click.echo(str(path))


def tell(found: MatchSummary) -> None:
    """Print how many draws are kept, and how all of them and those that are kept do in the check run."""
    patterns = [name for name in found.before if name != "all"]
    words = {**{name: name for name in patterns}, "all": "all of them"}
    rows = [(said, _share(found.before[name]), _share(found.after[name])) for name, said in words.items()]
    click.echo(
        f"{found.kept} of {found.draws} draws kept: {found.runs} runs of each meet {' and '.join(patterns)}"
    )
    click.echo(aligned(rows, ("check run meets", "all draws", "kept draws"), right=(1, 2)))
    if found.kept < FEWEST_KEPT:
        click.echo(paragraph("So few draws can say little: run more of them, or narrow their ranges."))


def _share(share: float) -> str:
    return percent(None if isnan(share) else share)
