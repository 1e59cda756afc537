"""The command that runs the model once; what other commands that run it share."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category

import click

from vraem.cli import loading
from vraem.cli.authoring import OVERRIDE
from vraem.cli.exit_codes import BROKEN, FAULT, INTERRUPTED
from vraem.cli.progress import progress
from vraem.cli.terminal import aligned, console, end_by_system
from vraem.scenario.faults import in_words

if TYPE_CHECKING:
    from vraem.observe import RunResult
    from vraem.scenario import Scenario

"""Exit codes: bad input; a check that failed; stopped by the user."""

RUNS = Path("runs")
MILLISECONDS = 1000.0


class FolderType(click.Path):
    """A folder with a name that can be printed and typed."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        text = os.fsdecode(value)
        if not text:
            self.fail("got an empty name, expected a folder (. is this one)", param, ctx)
        if any(category(sign) == "Cc" for sign in text):
            self.fail(f"got {in_words(text)}, expected a name without control characters", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = FolderType(path_type=Path)


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@click.option("--seed", type=click.IntRange(0), help="Seed of the random numbers, instead of the scenario's.")
@click.option("--years", type=click.IntRange(1, 200), help="Run this many years from the scenario's start.")
@click.option("--households", type=int, metavar="N", help="Rows of farm households; fewer run faster.")
@OVERRIDE
@click.option("--out", type=FOLDER, metavar="DIR", help="Folder for the results.  [default: runs/NAME-SEED]")
@click.option("--no-figures", is_flag=True, help="Draw no charts.")
@click.option("--check", "checked", is_flag=True, help="Check balances, ranges and writes in every week.")
@click.option("--profile", is_flag=True, help="Time every process of the week.")
@click.option("--force", is_flag=True, help="Replace another run in DIR.")
@click.option("--quiet", is_flag=True, help="Print nothing but faults.")
@click.pass_context
def run(
    ctx: click.Context,
    scenario: str,
    seed: int | None,
    years: int | None,
    households: int | None,
    overrides: tuple[str, ...],
    out: Path | None,
    no_figures: bool,
    checked: bool,
    profile: bool,
    force: bool,
    quiet: bool,
) -> None:
    """Run SCENARIO once and write its series, summary and charts.

    SCENARIO is the name of a packaged one (history, baseline, …) or a file. Charts come as PNG and SVG.
    """
    if checked and profile:
        raise click.UsageError(
            "--check and --profile exclude each other: checks would be timed with the rest"
        )
    if profile and quiet:
        raise click.UsageError("--profile and --quiet exclude each other: the times are printed")
    loaded = loaded_with(scenario, overrides, seed, years, households)
    if not quiet:
        for note in loaded.notes():
            click.echo(f"note: {note}", err=True)
    folder = out or RUNS / f"{loaded.name}-{loaded.run.seed}"
    with faults_in_lines(ctx, folder):
        result, files = _run_and_write(
            loaded, folder, figures=not no_figures, checked=checked, profile=profile, force=force, quiet=quiet
        )
    if not quiet:
        _tell(result, folder, files)


def loaded_with(
    scenario: str,
    overrides: Sequence[str],
    seed: int | None,
    years: int | None,
    households: int | None,
) -> Scenario:
    """The scenario with the options laid over it.

    Raises `ScenarioError`, and a usage error if --set gives what an option does.
    """
    own = loading.with_option(overrides, "--seed", "run.seed", seed)
    own = loading.with_option(own, "--households", "run.households", households)
    if years is not None:
        loading.refuse_both(overrides, "--years", "run.end")
    loaded = loading.scenario(scenario, own)
    if years is None:
        return loaded
    end = _years_later(loaded.run.start, years) - timedelta(days=1)
    return loading.scenario(scenario, loading.with_option(own, "--years", "run.end", end))


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February has no counterpart in most years
        return day.replace(year=day.year + years, day=28)


def _run_and_write(
    scenario: Scenario,
    folder: Path,
    *,
    figures: bool,
    checked: bool = False,
    profile: bool = False,
    force: bool = False,
    quiet: bool = False,
) -> tuple[RunResult, list[Path]]:
    """Run and write; the folder is tried before the run, so that no run is lost to a bad path."""
    from vraem.experiment.output import check_folder, write_run
    from vraem.figures.run import RUN_CHARTS
    from vraem.observe import run as run_scenario

    charts = [*RUN_CHARTS] if figures else []
    check_folder(folder, scenario.id, scenario.run.seed, force=force, charts=charts)
    started = datetime.now(UTC)
    with progress("weeks", quiet=quiet, warm_up=True) as report:
        result = run_scenario(scenario, check=checked, profile=profile, progress=report)
    draw = None
    if figures:
        from vraem.figures.run import draw_run

        draw = draw_run
        if not quiet:
            click.echo("drawing charts", err=True)
    files = write_run(result, folder, draw=draw, force=force, command=command_line(), started=started)
    return result, files


def _tell(result: RunResult, folder: Path, files: Sequence[Path]) -> None:
    """Print the summary, the times if they were taken, and the files."""
    from vraem.experiment.page import render
    from vraem.experiment.summary import summarise

    render(summarise(result), console())
    if result.profile:
        click.echo(f"\n{_profile_table(result)}")
    click.echo(f"\nThe run took {result.seconds:.1f} seconds. Files in {folder}:")
    for group in _grouped(folder, files):
        click.echo(f"  {group}")


def _grouped(folder: Path, files: Sequence[Path]) -> list[str]:
    """File names for people: a chart that comes in two formats takes one line."""
    endings: dict[str, list[str]] = {}
    for path in files:
        inside = path.relative_to(folder)
        endings.setdefault(inside.with_suffix("").as_posix(), []).append(inside.suffix)
    return [f"{stem}{' and '.join(found)}" for stem, found in endings.items()]


def _profile_table(result: RunResult) -> str:
    """Seconds by process, the dearest first."""
    from vraem.engine import SCHEDULE

    labels = {process.name: process.equations for process in SCHEDULE}
    weeks, total = len(result.dates), sum(result.profile.values())
    rows = [
        (
            name,
            labels.get(name, ""),
            str(weeks),
            f"{MILLISECONDS * seconds / weeks:.3f}",
            f"{100.0 * seconds / total:.1f} %",
        )
        for name, seconds in sorted(result.profile.items(), key=lambda item: -item[1])
    ]
    rows.append(("all", "", str(weeks), f"{MILLISECONDS * total / weeks:.3f}", "100.0 %"))
    return aligned(rows, ("process", "equations", "calls", "ms a week", "share"), right=(2, 3, 4))


@contextlib.contextmanager
def faults_in_lines(ctx: click.Context, folder: Path) -> Iterator[None]:
    """Turn what can go wrong into one line and an exit code; a folder made for nothing goes again."""
    from vraem.experiment.output_error import OutputError
    from vraem.observe.balance import BalanceError

    existed = True
    try:
        existed = folder.exists()
        yield
    except OutputError as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except BalanceError as error:
        click.echo(f"check failed: {error}", err=True)
        ctx.exit(BROKEN)
    except OSError as error:
        end_by_system(ctx, error, folder)
    except KeyboardInterrupt:
        click.echo("stopped; no result was written", err=True)
        ctx.exit(INTERRUPTED)
    finally:
        # succeeds only for an empty folder, so what was finished stays
        if not existed:
            with contextlib.suppress(OSError):
                folder.rmdir()


def command_line() -> list[str]:
    """The command as it was typed."""
    return ["vraem", *sys.argv[1:]]
