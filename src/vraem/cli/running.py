"""Commands that run the model: run, patterns."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vraem.cli.authoring import OVERRIDE
from vraem.cli.progress import progress
from vraem.cli.terminal import aligned, console, number

if TYPE_CHECKING:
    from vraem.analysis.scoreboard import PatternScore
    from vraem.observe import RunResult
    from vraem.scenario import Scenario

FAULT, BROKEN, INTERRUPTED = 2, 1, 130
"""Exit codes: bad input; a check that failed; stopped by the user."""

RUNS = Path("runs")
SCORED_SCENARIO = "history"
PATTERN_SEEDS = 10
ABLATION_SEEDS = 3
MILLISECONDS = 1000.0

FOLDER = click.Path(path_type=Path)


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
    loaded = _loaded(scenario, overrides, seed, years, households)
    if not quiet:
        for note in loaded.notes():
            click.echo(f"note: {note}", err=True)
    folder = out or RUNS / f"{loaded.name}-{loaded.run.seed}"
    with _faults_in_lines(ctx, folder):
        _run_and_write(
            loaded, folder, figures=not no_figures, checked=checked, profile=profile, force=force, quiet=quiet
        )


def _loaded(
    scenario: str,
    overrides: Sequence[str],
    seed: int | None,
    years: int | None,
    households: int | None,
) -> Scenario:
    """The scenario with the options laid over it; options win over --set. Raises `ScenarioError`."""
    from vraem.scenario import load

    own = [*overrides]
    if seed is not None:
        own.append(f"run.seed={seed}")
    if households is not None:
        own.append(f"run.households={households}")
    if years is not None:
        start = load(scenario, own).run.start
        own.append(f"run.end={_years_later(start, years) - timedelta(days=1)}")
    return load(scenario, own)


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
) -> RunResult:
    """Run, write and tell; the folder is tried before the run, so that no run is lost to a bad path."""
    from vraem.experiment.output import check_folder, write_run
    from vraem.observe import run as run_scenario

    check_folder(folder, scenario.id, scenario.run.seed, force=force)
    started = datetime.now(UTC)
    with progress("weeks", quiet=quiet, warm_up=True) as report:
        result = run_scenario(scenario, check=checked, profile=profile, progress=report)
    draw = None
    if figures:
        from vraem.figures.run import draw_run

        draw = draw_run
        if not quiet:
            click.echo("drawing charts", err=True)
    files = write_run(result, folder, draw=draw, force=force, command=_command_line(), started=started)
    if not quiet:
        _tell(result, folder, files)
    return result


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
def _faults_in_lines(ctx: click.Context, folder: Path) -> Iterator[None]:
    """Turn what can go wrong in a run into one line and an exit code."""
    from vraem.experiment.output import OutputError
    from vraem.observe.balance import BalanceError

    existed = folder.exists()
    try:
        yield
    except OutputError as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except BalanceError as error:
        click.echo(f"check failed: {error}", err=True)
        ctx.exit(BROKEN)
    except OSError as error:
        click.echo(f"{error.filename or folder}: {error.strerror or error}", err=True)
        ctx.exit(FAULT)
    except KeyboardInterrupt:
        if not existed:
            with contextlib.suppress(OSError):
                folder.rmdir()
        click.echo("stopped; no result was written", err=True)
        ctx.exit(INTERRUPTED)


def _command_line() -> list[str]:
    return ["vraem", *sys.argv[1:]]


@click.command()
@click.option(
    "--seeds", type=click.IntRange(1), metavar="N", help="Seeds, from 1 on.  [default: 10, ablations 3]"
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@click.option("--ablations", is_flag=True, help="Leave out one input or rule after the other, too.")
@click.option("--out", type=FOLDER, metavar="DIR", help="Write the scores and a chart there.")
@click.pass_context
def patterns(
    ctx: click.Context, seeds: int | None, workers: int | None, ablations: bool, out: Path | None
) -> None:
    """Score the model against what was observed, pattern by pattern.

    A pattern counts as reproduced if four in five seeds pass every measure of it.
    """
    count = seeds or (ABLATION_SEEDS if ablations else PATTERN_SEEDS)
    span = range(1, count + 1)
    scenario = _loaded(SCORED_SCENARIO, (), None, None, None)
    folder = out or RUNS / "patterns"
    with _faults_in_lines(ctx, folder):
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        table = _ablated(scenario, span, workers) if ablations else {}
        scores = next(iter(table.values())) if table else _scored(scenario, span, workers)
        _tell_scores(scores, span)
        if table:
            click.echo(f"\n{_ablation_lines(table)}")
        for path in _save_scores(scores, span, scenario, out, table) if out is not None else ():
            click.echo(str(path))


def _scored(scenario: Scenario, seeds: range, workers: int | None) -> list[PatternScore]:
    from vraem.analysis.scoreboard import scoreboard

    with progress("seeds") as report:
        return scoreboard(scenario, seeds=tuple(seeds), workers=workers, progress=report)


def _ablated(scenario: Scenario, seeds: range, workers: int | None) -> dict[str, list[PatternScore]]:
    from vraem.analysis.ablation import ablation_table

    with progress("paths") as report:
        return ablation_table(scenario, seeds=tuple(seeds), workers=workers, progress=report)


def _tell_scores(scores: Sequence[PatternScore], seeds: range) -> None:
    passed = sum(score.passed for score in scores)
    click.echo(
        f"{passed} of {len(scores)} patterns reproduced ({len(seeds)} seeds, {seeds[0]} to {seeds[-1]})\n"
    )
    rows = [
        (
            score.label,
            "yes" if score.passed else "NO",
            f"{100.0 * score.share_of_seeds:.0f} %",
            score.name,
            score.observed,
            score.simulated,
        )
        for score in scores
    ]
    click.echo(
        aligned(rows, ("", "met", "seeds", "pattern", "observed", "simulated, tightest measure"), right=(2,))
    )


def _ablation_lines(table: Mapping[str, Sequence[PatternScore]]) -> str:
    """For each thing left out: how many patterns remain, and which are lost or gained."""
    whole, *others = table.items()
    had = {score.label for score in whole[1] if score.passed}
    rows = []
    for name, scores in others:
        has = {score.label for score in scores if score.passed}
        order = [score.label for score in scores]
        lost = ", ".join(label for label in order if label in had - has)
        gained = ", ".join(label for label in order if label in has - had)
        rows.append((name, str(len(has)), lost or "none", gained or "none"))
    return aligned(rows, ("left out", "met", "lost", "gained"), right=(1,))


def _save_scores(
    scores: Sequence[PatternScore],
    seeds: range,
    scenario: Scenario,
    folder: Path,
    table: Mapping[str, Sequence[PatternScore]] | None = None,
) -> list[Path]:
    """Write `patterns.json` and the charts; returns the files, charts last."""
    import json

    from vraem.figures.scoreboard import ablation_chart, scoreboard_chart
    from vraem.figures.style import save
    from vraem.version import __version__

    said: dict[str, Any] = {
        "scenario": scenario.name,
        "scenario_id": scenario.id,
        "vraem": __version__,
        "seeds": list(seeds),
        "patterns": [score.as_dict() for score in scores],
        "ablations": {name: [score.as_dict() for score in rows] for name, rows in (table or {}).items()},
    }
    path = folder / "patterns.json"
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    caption = (
        f"Scenario {scenario.name}, {number(scenario.run.households)} households, {len(seeds)} seeds from {seeds[0]} "
        f"to {seeds[-1]}, vraem {__version__}."
    )
    note = f"{caption}\nEach row shows the measure nearest to its bounds, mean of seeds."
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    text = folder / "patterns.md"
    text.write_text(_patterns_page(said, scores, table or {}), encoding="utf-8")
    paths = [path, text, *save(scoreboard_chart(scores, note), figures / "patterns")]
    if table:
        paths += save(ablation_chart(table, caption), figures / "ablations")
    return paths


def _patterns_page(
    said: Mapping[str, Any], scores: Sequence[PatternScore], table: Mapping[str, Sequence[PatternScore]]
) -> str:
    """The scores and ablations as a Markdown page that names the command it comes from."""
    from vraem.analysis.tables import ablation_markdown, scoreboard_markdown

    seeds = said["seeds"]
    head = (
        f"# Patterns\n\nScenario `{said['scenario']}` ({said['scenario_id']}), seeds {seeds[0]} to {seeds[-1]}, "
        f"vraem {said['vraem']}. Made by `{' '.join(_command_line())}`.\n\n"
    )
    ablations = f"\n## Ablations\n\n{ablation_markdown(table)}" if table else ""
    return f"{head}{scoreboard_markdown(scores)}{ablations}"
