"""The command that sets scenarios against each other: compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vraem.cli import loading
from vraem.cli.authoring import OVERRIDE
from vraem.cli.progress import progress
from vraem.cli.running import FOLDER, RUNS, faults_in_lines

if TYPE_CHECKING:
    from vraem.analysis.compare import Comparison
    from vraem.scenario import Scenario

LONGEST_FOLDER_NAME = 80
HIGHEST_SEED = 2**62
"""The first seed may be no higher: those after it must be whole numbers of 64 bits too."""


@click.command()
@click.argument("scenarios", nargs=-1, metavar="SCENARIO SCENARIO...")
@click.option(
    "--replicates",
    type=click.IntRange(2),
    metavar="N",
    help="Seeds that every scenario runs on, at least 2.  [default: 7]",
)
@click.option(
    "--seed", type=click.IntRange(0, HIGHEST_SEED), default=1, show_default=True, help="The first seed."
)
@click.option("--households", type=int, metavar="N", help="Rows of farm households; fewer run faster.")
@OVERRIDE
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@click.option("--out", type=FOLDER, metavar="DIR", help="Folder for it.  [default: runs/compare-NAMES]")
@click.option("--no-figures", is_flag=True, help="Draw no charts.")
@click.option("--force", is_flag=True, help="Replace other results in DIR.")
@click.pass_context
def compare(
    ctx: click.Context,
    scenarios: tuple[str, ...],
    replicates: int | None,
    seed: int,
    households: int | None,
    overrides: tuple[str, ...],
    workers: int | None,
    out: Path | None,
    no_figures: bool,
    force: bool,
) -> None:
    """Set scenarios against the first: paired runs, differences with intervals, charts.

    Each SCENARIO is a packaged one or a file. Every scenario runs on the same seeds; the past they share runs
    once. With one SCENARIO whose file says compare_with, that one is the reference. --set and --households
    hold for all.
    """
    if loading.sets(overrides, "run.seed"):
        raise click.UsageError("--set run.seed does nothing here: --seed is the first of the seeds")
    loaded = load_all(scenarios, loading.with_option(overrides, "--households", "run.households", households))
    from vraem.analysis.compare import DEFAULT_REPLICATES
    from vraem.analysis.compare import compare as run_all
    from vraem.analysis.compare_output import check_folder, write_comparison
    from vraem.experiment.output import refuse_other_results

    folder = out or RUNS / _folder_name(loaded)
    with faults_in_lines(ctx, folder):
        refuse_other_results(folder, "a comparison")
        check_folder(folder, [scenario.id for scenario in loaded], force=force)
        with progress("seeds") as report:
            comparison = run_all(
                loaded,
                replicates=replicates or DEFAULT_REPLICATES,
                seed=seed,
                workers=workers,
                progress=report,
            )
        files = write_comparison(comparison, folder, force=force)
        drawn = [] if no_figures else _drawn(comparison, folder)
    _tell(comparison, folder, [*files, *drawn])


def load_all(sources: Sequence[str], overrides: Sequence[str]) -> list[Scenario]:
    """The scenarios to compare, the reference first. Raises `ScenarioError` with the faults of all of them."""
    from vraem.scenario import ScenarioError
    from vraem.scenario.faults import Fault

    loaded = loading.scenarios(sources, overrides)
    if len(loaded) == 1 and loaded[0].compare_with:
        return [_reference_of(loaded[0], overrides), *loaded]
    if len(loaded) < 2:
        got = f"one scenario ({sources[0]})" if sources else "no scenario"
        expected = "two or more, the first to compare with"
        hint = "its file has no compare_with to go by" if sources else ""
        raise ScenarioError([Fault("compare", 0, 0, "", got, expected, hint)])
    return loaded


def _reference_of(scenario: Scenario, overrides: Sequence[str]) -> Scenario:
    """The scenario that `compare_with` names, under the same overrides."""
    from vraem.scenario import load
    from vraem.scenario.sources import library

    named = scenario.compare_with or ""
    return load((scenario.folder or library()) / named if named.endswith(".toml") else named, overrides)


def _folder_name(scenarios: Sequence[Scenario]) -> str:
    names = [scenario.name for scenario in scenarios]
    whole = f"compare-{'-'.join(names)}"
    if len(whole) <= LONGEST_FOLDER_NAME:
        return whole
    return f"compare-{names[0][:40]}-and-{len(names) - 1}-more"


def _drawn(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw the charts and return their pictures; each has a drawing (.svg) beside it."""
    from vraem.analysis.compare_output import FIGURES_FOLDER
    from vraem.figures.comparison import draw_comparison

    click.echo("drawing charts", err=True)
    (folder / FIGURES_FOLDER).mkdir(exist_ok=True)
    return [path for path in draw_comparison(comparison, folder / FIGURES_FOLDER) if path.suffix == ".png"]


def _tell(comparison: Comparison, folder: Path, files: Sequence[Path]) -> None:
    from vraem.cli.comparison_page import tell

    tell(comparison)
    click.echo(f"\nIt took {comparison.seconds:.0f} seconds. Files in {folder}:")
    for path in files:
        inside = path.relative_to(folder)
        click.echo(f"  {inside}" + (" and .svg" if path.suffix == ".png" else ""))
