"""Commands for many runs: sweep, status, export, merge."""

from __future__ import annotations

import contextlib
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vraem.cli.authoring import OVERRIDE, in_numbers
from vraem.cli.exit_codes import BROKEN, FAULT, INTERRUPTED
from vraem.cli.matching import keep_matched
from vraem.cli.reporting import faults_of_results
from vraem.cli.running import FOLDER, RUNS
from vraem.cli.terminal import aligned, end_by_system, is_terminal, number

if TYPE_CHECKING:
    import pyarrow as pa

    from vraem.experiment.store import Store
    from vraem.experiment.sweep_report import SweepProgress
    from vraem.experiment.types import Experiment, Task

TENTHS = 10
_SHARD = re.compile(r"(\d{1,6})/(\d{1,6})")
_MOST_FAILURES_SHOWN = 10


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
@click.option("--fail-fast", is_flag=True, help="Stop at the first run that fails.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed in an earlier sweep.")
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
    quiet: bool,
) -> None:
    """Run all of EXPERIMENT; run the same command again to go on after a stop.

    EXPERIMENT is the name of a packaged one (claim, classroom, routes, ...) or a file. Draws of a matched design are
    asked of history first, as by vraem match, and only those that are kept are run.
    Exit code 1 if runs failed, 130 if it was stopped.
    """
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.plan import plan
    from vraem.experiment.runner import sweep as run_sweep

    if dask is not None and workers is not None:
        raise click.UsageError("--dask and --workers exclude each other: the scheduler has its own workers")
    own = [*overrides, *([f"replicates.count={replicates}"] if replicates is not None else [])]
    loaded = load_experiment(experiment, own)
    folder = out or RUNS / loaded.name
    adds = loaded.replicates.adaptive and shard is None
    with faults_of_results(ctx):
        loaded = keep_matched(ctx, folder, loaded, workers=workers, alone=shard is None, quiet=quiet)
    if not quiet:
        click.echo(f"{loaded.name}: {in_numbers(loaded)}", err=True)
    if loaded.replicates.adaptive and shard is not None and not quiet:
        click.echo(f"note: {_why_no_more(loaded)}", err=True)
    with _faults_in_lines(ctx), _shown(quiet) as show:
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
            more=(lambda store: more_tasks(loaded, store)) if adds else None,
        )
    if not quiet:
        for line in report.lines():
            click.echo(line)
    if report.interrupted:
        ctx.exit(INTERRUPTED)
    ctx.exit(BROKEN if report.failed or report.failed_before else 0)


def _why_no_more(experiment: Experiment) -> str:
    rule = experiment.replicates
    return (
        f"shards run the first {rule.count} replicates; merge them and sweep the merged folder without --shard to "
        f"add those that the interval of {rule.outcome} needs"
    )


def more_tasks(experiment: Experiment, store: Store) -> Iterable[Task]:
    """What an experiment with an open number of replicates needs beside what its store has."""
    from vraem.experiment.plan import next_tasks

    return next_tasks(experiment, _rows(store, experiment.replicates.outcome))


def _rows(store: Store, outcome: str | None) -> Iterator[Mapping[str, Any]]:
    """Arm, point, replicate and outcome of every run that ended; failed ones have no outcome."""
    for table in (store.runs(), store.failures()):
        columns = [name for name in ("arm", "point", "replicate", outcome) if name in table.column_names]
        if len(table):
            yield from table.select(columns).to_pylist()


@contextlib.contextmanager
def _faults_in_lines(ctx: click.Context) -> Iterator[None]:
    """Turn what can go wrong with a sweep into one line and an exit code."""
    from vraem.experiment.design import MissingLibraryError
    from vraem.experiment.output import OutputError
    from vraem.experiment.runner import SweepError

    try:
        yield
    except (OutputError, SweepError, MissingLibraryError) as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except OSError as error:
        end_by_system(ctx, error, "the system")
    except KeyboardInterrupt:
        click.echo("stopped at once; what is on disk stays, run the same command again to go on", err=True)
        ctx.exit(INTERRUPTED)


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
@click.pass_context
def status(ctx: click.Context, directory: Path) -> None:
    """Say what of the sweep in DIR is done, failed and left."""
    from vraem.experiment.store import Store

    with _faults_in_lines(ctx):
        store = Store.open(directory)
        found = store.status()
        planned = found.planned or found.done + found.failed
        share = f" ({100 * found.done // planned}%)" if planned else ""  # rounded down: 100 % means all
        click.echo(f"{found.name}: {number(found.done)} of {number(planned)} runs done{share}", nl=False)
        click.echo(f", {number(found.failed)} failed, {number(found.left or 0)} left")
        click.echo(f"experiment {store.manifest['experiment']['id']}, vraem {store.manifest['vraem']}")
        for text in (
            _matched(store),
            _by_arm(store),
            _times(store),
            _failures(store) if found.failed else "",
        ):
            if text:
                click.echo(f"\n{text}")
        if found.left:
            command = ["vraem", "sweep", str(directory / "experiment.toml"), "--out", str(directory)]
            click.echo(f"\ngo on with: {shlex.join(command)}")


def _matched(store: Store) -> str:
    """How many draws were asked of history and are kept; nothing where none was."""
    from vraem.analysis.matched_draws import Matching

    try:
        found = Matching.read(store.directory, store.manifest["experiment"]["id"], store.manifest["vraem"])
    except ValueError as error:
        return str(error)
    if found is None:
        return ""
    asked = f"{number(len(found.points))} of {number(found.asked)} draws asked of history"
    left = "" if found.complete else "; vraem match goes on with the others"
    return f"{asked}, {number(len(found.kept_points))} kept{left}"


def _by_arm(store: Store) -> str:
    """Runs of each arm: planned, done, failed."""
    plan = store.plan()
    counted = {
        "planned": _counts(plan) if plan is not None else {},
        "done": _counts(store.runs()),
        "failed": _counts(store.failures()),
    }
    arms = dict.fromkeys(arm for counts in counted.values() for arm in counts)
    rows = [(arm, *(number(counts.get(arm, 0)) for counts in counted.values())) for arm in arms]
    return aligned(rows, ("arm", *counted), right=(1, 2, 3)) if rows else ""


def _counts(table: pa.Table) -> dict[str, int]:
    counts: dict[str, int] = {}
    for arm in table["arm"].to_pylist() if "arm" in table.column_names else ():
        counts[arm] = counts.get(arm, 0) + 1
    return counts


def _times(store: Store) -> str:
    """What the runs took and what shared pasts saved."""
    from vraem.experiment.sweep_report import saved_in_words

    timings = store.timings()
    if not len(timings) or "seconds" not in timings.column_names:
        return ""
    seconds = [value for value in timings["seconds"].to_pylist() if value is not None]
    pairs = zip(timings["weeks"].to_pylist(), timings["weeks_run"].to_pylist(), strict=True)
    finished = [(weeks, run) for weeks, run in pairs if weeks]
    weeks, simulated = (sum(column) for column in zip(*finished, strict=True)) if finished else (0, 0)
    saved = f"; {saved_in_words(weeks - simulated, weeks)}" if weeks > simulated else ""
    return (
        f"{number(round(sum(seconds)))} seconds of computing, {sum(seconds) / len(seconds):.2f} a run{saved}"
    )


def _failures(store: Store) -> str:
    """Kinds of failure with how often each came and one seed to try it with."""
    table = store.failures()
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        kinds.setdefault((row["exception"], row["message"]), []).append(row)
    ordered = sorted(kinds.items(), key=lambda item: -len(item[1]))
    rows = [
        (number(len(found)), name, message, f"arm {found[0]['arm']}, seed {found[0]['seed']}")
        for (name, message), found in ordered[:_MOST_FAILURES_SHOWN]
    ]
    more = len(ordered) - len(rows)
    text = aligned(rows, ("times", "what went wrong", "it said", "for example"), right=(0,))
    return text + (f"\nand {more} other kinds" if more else "")


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

    with _faults_in_lines(ctx):
        for path in Store.open(directory).export(target or directory / "export", form):
            click.echo(str(path))


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("sources", metavar="FROM...", type=FOLDER, nargs=-1, required=True)
@click.pass_context
def merge(ctx: click.Context, directory: Path, sources: Sequence[Path]) -> None:
    """Take the runs of the sweeps in FROM... over into DIR, which is made if missing.

    For shards that wrote to folders of their own. Nothing is taken twice; FROM stays as it is.
    """
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.output import MANIFEST_FILE
    from vraem.experiment.store import EXPERIMENT_FILE, Store

    with _faults_in_lines(ctx):
        others = [Store.open(source) for source in sources]
        if (directory / MANIFEST_FILE).exists():
            store = Store.open(directory)
        else:
            store = Store.create(directory, load_experiment(others[0].directory / EXPERIMENT_FILE))
        store.merge(sources)
        found = store.status()
        click.echo(
            f"{directory}: {number(found.done)} runs done, {number(found.failed)} failed, "
            f"{number(found.left or 0)} left"
        )
