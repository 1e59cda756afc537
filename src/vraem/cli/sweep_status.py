"""The command that says how far a sweep is, status; what it shares with the others that read a sweep's folder."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vraem.cli.exit_codes import FAULT, INTERRUPTED
from vraem.cli.running import FOLDER
from vraem.cli.terminal import aligned, end_by_system, number

if TYPE_CHECKING:
    import pyarrow as pa

    from vraem.experiment.store import Store, StoreStatus
    from vraem.experiment.types import Experiment

_MOST_FAILURES_SHOWN = 10


@contextlib.contextmanager
def faults_in_lines(ctx: click.Context) -> Iterator[None]:
    """Turn what can go wrong with a sweep into one line and an exit code."""
    from vraem.experiment.design import MissingLibraryError
    from vraem.experiment.output_error import OutputError
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


def ended_rows(store: Store, outcome: str | None) -> Iterator[Mapping[str, Any]]:
    """Arm, point, replicate and outcome of every run that ended; failed ones have no outcome."""
    for table in (store.runs(), store.failures()):
        columns = [name for name in ("arm", "point", "replicate", outcome) if name in table.column_names]
        if len(table):
            yield from table.select(columns).to_pylist()


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.pass_context
def status(ctx: click.Context, directory: Path) -> None:
    """Say what of the sweep in DIR is done, failed and left."""
    from vraem.experiment.store import Store

    with faults_in_lines(ctx):
        store = Store.open(directory)
        found, wide = _with_replicates(store, store.status())
        lost = len(store.without_series())
        planned = found.planned if found.planned is not None else found.done + found.failed
        share = f" ({100 * found.done // planned}%)" if planned else ""  # rounded down: 100 % means all
        click.echo(f"{found.name}: {number(found.done)} of {number(planned)} runs done{share}", nl=False)
        click.echo(f", {number(found.failed)} failed, {number(found.left or 0)} left")
        click.echo(f"experiment {store.manifest['experiment']['id']}, vraem {store.manifest['vraem']}")
        for text in (
            wide,
            _matched(store),
            _by_arm(store),
            _times(store),
            _failures(store) if found.failed else "",
            missing_series(lost),
        ):
            if text:
                click.echo(f"\n{text}")
        if found.left or lost:
            command = ["vraem", "sweep", str(directory / "experiment.toml"), "--out", str(directory)]
            command += ["--missing-series"] if lost else []
            click.echo(f"\ngo on with: {shlex.join(command)}")


def missing_series(count: int) -> str:
    """What to do about series that were lost; nothing if none were."""
    if not count:
        return ""
    runs = f"{number(count)} run{'' if count == 1 else 's'}"
    return f"series of {runs} that should be kept are missing; vraem sweep --missing-series makes them again"


def _with_replicates(store: Store, found: StoreStatus) -> tuple[StoreStatus, str]:
    """The status with the runs that an open number of replicates still needs; what intervals stayed too wide."""
    from vraem.experiment.precision import precision_in_words, runs_needed

    experiment = _open_experiment(store)
    if experiment is None:
        return found, ""
    rows = list(ended_rows(store, experiment.replicates.outcome))
    needed = runs_needed(experiment, rows, store.done_keys() | store.failed_keys())
    planned = max(found.planned or 0, found.done + found.failed + needed)
    return replace(found, planned=planned, left=needed), precision_in_words(experiment, rows)


def _open_experiment(store: Store) -> Experiment | None:
    """The experiment of a store if its number of replicates is open and its draws are known."""
    from vraem.analysis.matched_draws import only_kept
    from vraem.scenario.faults import ScenarioError
    from vraem.version import __version__

    if store.manifest["vraem"] != __version__:
        return None
    try:
        experiment = store.experiment()
        if not experiment.replicates.adaptive:
            return None
        return only_kept(experiment, store.directory) if experiment.design.matched else experiment
    except (ScenarioError, ValueError):
        return None


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
