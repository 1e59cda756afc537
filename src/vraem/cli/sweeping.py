"""Commands for many runs: sweep, export, merge."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vraem.cli import loading
from vraem.cli.authoring import OVERRIDE, in_numbers
from vraem.cli.exit_codes import BROKEN, INTERRUPTED
from vraem.cli.guards import refuse_results_of_others
from vraem.cli.matching import keep_matched
from vraem.cli.reporting import faults_of_results
from vraem.cli.running import FOLDER, RUNS
from vraem.cli.sweep_status import ended_rows, faults_in_lines, missing_series
from vraem.cli.terminal import is_terminal, number

if TYPE_CHECKING:
    from vraem.experiment.store import Store
    from vraem.experiment.sweep_report import SweepProgress
    from vraem.experiment.types import Experiment, Task

TENTHS = 10
_SHARD = re.compile(r"(\d{1,6})/(\d{1,6})")


class ShardType(click.ParamType):
    """I/N with I from 1 to N."""

    name = "I/N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The two numbers."""
        match = _SHARD.fullmatch(str(value))
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            self.fail(f"got {value}, expected I/N with I from 1 to N, such as 3/16", param, ctx)
        return int(match[1]), int(match[2])


@click.command()
@click.argument("experiment", metavar="EXPERIMENT")
@click.option("--out", type=FOLDER, metavar="DIR", help="Folder for the results.  [default: runs/NAME]")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@click.option("--dask", metavar="ADDRESS", help="Address of a Dask scheduler, in place of processes here.")
@click.option("--shard", type=ShardType(), help="Run only the I-th of N parts, for job arrays.")
@click.option("--replicates", type=click.IntRange(1), metavar="N", help="Seeds of each point.")
@OVERRIDE
@click.option("--fail-fast", is_flag=True, help="Stop once a run has failed; those under way are ended.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed in an earlier sweep.")
@click.option(
    "--missing-series", "lost", is_flag=True, help="Run again what has lost the series it should keep."
)
@click.option("--quiet", is_flag=True, help="Print nothing but faults.")
@click.pass_context
def sweep(
    ctx: click.Context,
    experiment: str,
    out: Path | None,
    workers: int | None,
    dask: str | None,
    shard: tuple[int, int] | None,
    replicates: int | None,
    overrides: tuple[str, ...],
    fail_fast: bool,
    retry_failed: bool,
    lost: bool,
    quiet: bool,
) -> None:
    """Run all of EXPERIMENT; run the same command again to go on after a stop.

    EXPERIMENT is the name of a packaged one (claim, classroom, routes, ...) or a file. Draws of a matched design are
    asked of history first, as by vraem match, and only those that are kept are run.
    Exit code 1 if runs failed, 130 if it was stopped.
    """
    from vraem.experiment.plan import plan
    from vraem.experiment.runner import sweep as run_sweep

    if dask is not None and workers is not None:
        raise click.UsageError("--dask and --workers exclude each other: the scheduler has its own workers")
    own = loading.with_option(overrides, "--replicates", "replicates.count", replicates)
    loaded = loading.experiment(experiment, own)
    folder = out or RUNS / loaded.name
    adds = loaded.replicates.adaptive and shard is None
    with faults_of_results(ctx):
        loaded = keep_matched(ctx, folder, loaded, workers=workers, alone=shard is None, quiet=quiet)
    if not quiet:
        click.echo(f"{loaded.name}: {in_numbers(loaded)}", err=True)
    if loaded.replicates.adaptive and shard is not None and not quiet:
        click.echo(f"note: {_why_no_more(loaded)}", err=True)
    with faults_in_lines(ctx), _shown(quiet) as show:
        report = run_sweep(
            loaded,
            plan(loaded),
            folder,
            workers=workers,
            dask=dask,
            shard=shard,
            fail_fast=fail_fast,
            progress=show,
            retry_failed=retry_failed,
            missing_series=lost,
            more=(lambda store: more_tasks(loaded, store)) if adds else None,
        )
        wide = _too_wide(loaded, folder) if adds and not report.interrupted else ""
    if wide and not quiet:
        click.echo(f"note: {wide}", err=True)
    if not quiet:
        for line in report.lines():
            click.echo(line)
    broken = bool(report.failed or report.failed_before)
    if report.interrupted and not (fail_fast and report.failed):
        ctx.exit(INTERRUPTED)
    ctx.exit(BROKEN if broken else 0)


def _why_no_more(experiment: Experiment) -> str:
    rule = experiment.replicates
    return (
        f"shards run the first {rule.count} replicates; merge them and sweep the merged folder without --shard to "
        f"add those that the interval of {rule.outcome} needs"
    )


def more_tasks(experiment: Experiment, store: Store) -> Iterable[Task]:
    """What an experiment with an open number of replicates needs beside what its store has."""
    from vraem.experiment.plan import next_tasks

    return next_tasks(experiment, ended_rows(store, experiment.replicates.outcome))


def _too_wide(experiment: Experiment, folder: Path) -> str:
    """Where the interval is wider than asked although no more replicates may be added."""
    from vraem.experiment.precision import precision_in_words
    from vraem.experiment.store import Store

    return precision_in_words(experiment, ended_rows(Store.open(folder), experiment.replicates.outcome))


@contextlib.contextmanager
def _shown(quiet: bool) -> Iterator[Callable[[SweepProgress], None] | None]:
    """Shows progress on stderr: a bar on a terminal, a plain line at each tenth elsewhere, or nothing."""
    if quiet:
        yield None
    elif is_terminal(sys.stderr):
        with _bar() as report:
            yield report
    else:
        yield _Lines()


class _Lines:
    """Writes a line whenever another tenth of the runs has ended, and when a first run has failed."""

    def __init__(self) -> None:
        self._tenths = 0
        self._failed = False

    def __call__(self, now: SweepProgress) -> None:
        ended = now.done + now.failed + now.skipped
        tenths = TENTHS * ended // now.total if now.total else self._tenths
        if tenths == self._tenths and (now.failed > 0) == self._failed:
            return
        self._tenths, self._failed = tenths, now.failed > 0
        click.echo(now.line(), err=True)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[SweepProgress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=None), TextColumn("{task.fields[line]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None, line="starting workers")

        def report(now: SweepProgress) -> None:
            ended = now.done + now.failed + now.skipped
            shown.update(task, completed=ended, total=now.total, line=now.line())

        yield report


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option(
    "--to", "target", type=FOLDER, metavar="DIR", help="Folder for the files.  [default: DIR/export]"
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="csv opens everywhere, parquet is smaller.",
)
@click.pass_context
def export(ctx: click.Context, directory: Path, target: Path | None, form: str) -> None:
    """Write each table of the sweep in DIR as one file: runs, series, failures, timings."""
    from vraem.experiment.store import Store

    with faults_in_lines(ctx):
        store, folder = Store.open(directory), target or directory / "export"
        refuse_results_of_others(folder, "--to", own=directory)
        for path in store.export(folder, form):
            click.echo(str(path))
        if lost := missing_series(len(store.without_series())):
            click.echo(f"note: {lost}", err=True)


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("sources", metavar="FROM...", type=FOLDER, nargs=-1, required=True)
@click.pass_context
def merge(ctx: click.Context, directory: Path, sources: Sequence[Path]) -> None:
    """Take the runs of the sweeps in FROM... over into DIR, which is made if missing.

    For shards that wrote to folders of their own. Nothing is taken twice; FROM stays as it is.
    """
    from vraem.experiment.output import MANIFEST_FILE
    from vraem.experiment.store import Store
    from vraem.experiment.store_merge import merge_into_new, refuse_foreign

    with faults_in_lines(ctx):
        others = [Store.open(source) for source in sources]
        if (directory / MANIFEST_FILE).exists():
            store = Store.open(directory)
            store.merge(sources)
        else:
            refuse_foreign(directory)
            store = merge_into_new(directory, others)
        found = store.status()
        click.echo(
            f"{directory}: {number(found.done)} runs done, {number(found.failed)} failed, "
            f"{number(found.left or 0)} left"
        )
