"""Commands that judge sweeps: report, neutrality; and demo, which runs a small one first."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vraem.cli.authoring import OVERRIDE
from vraem.cli.exit_codes import FAULT
from vraem.cli.guards import refuse_foreign_file, refuse_results_of_others
from vraem.cli.running import FOLDER, RUNS
from vraem.cli.terminal import end_by_system, paragraph

if TYPE_CHECKING:
    from vraem.analysis.findings import Findings
    from vraem.analysis.results import Results

REPORT_FOLDER = "report"
DEMO_EXPERIMENT = "claim-demo"
DEMO_FOLDER = RUNS / "demo"
REPLAY_PAGE = "replay.html"


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option(
    "--to", "target", type=FOLDER, metavar="DIR", help="Folder for the report.  [default: DIR/report]"
)
@click.option(
    "--nulls", type=FOLDER, metavar="DIR", help="A sweep in which null models were run (vraem sweep nulls)."
)
@click.option("--page-only", is_flag=True, help="No charts as files beside the page that holds them.")
@click.option("--quiet", is_flag=True, help="Print nothing but faults.")
@click.pass_context
def report(
    ctx: click.Context,
    directory: Path,
    target: Path | None,
    nulls: Path | None,
    page_only: bool = False,
    quiet: bool = False,
) -> None:
    """Judge the sweep in DIR: the verdict, why, under which conditions, as one page with charts.

    Writes index.html, which needs no network, verdict.json and the charts; outside the sweep's own folder also what
    they rest on, its experiment.toml and manifest.json. A sweep that is not finished can be judged too; the page says
    how many runs it rests on.
    """
    from vraem.experiment.output import make_writable
    from vraem.figures.report import write_report

    with faults_of_results(ctx):
        results = _opened(directory)
        shown = None if quiet else lambda text: click.echo(text, err=True)
        others = _null_models(nulls, results, directory) if nulls else None
        folder = target or directory / REPORT_FOLDER
        elsewhere = not folder.resolve().is_relative_to(directory.resolve())
        _refuse_what_would_be_lost(folder, directory, elsewhere=elsewhere)
        make_writable(folder, "--to")
        with _workshop(folder) as workshop:
            written = write_report(results, workshop, shown, nulls=others, page_only=page_only)
            if elsewhere:
                _take_along(directory, workshop)
            _move(workshop, folder)
    if not quiet:
        tell(written.found, folder / written.page.name)


@contextlib.contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` to make a report in, removed whatever happens: a stopped report leaves none in part."""
    from vraem.experiment.store_removal import remove_if_empty

    try:
        with tempfile.TemporaryDirectory(prefix=".report-", suffix=".part", dir=folder) as made:
            yield Path(made)
    finally:
        remove_if_empty(folder)


def _refuse_what_would_be_lost(folder: Path, directory: Path, *, elsewhere: bool) -> None:
    """Raise ``OutputError`` if a report of the sweep in `directory` would overwrite what is no report in `folder`.

    `elsewhere`: what the report rests on goes there, too.
    """
    from vraem.experiment.output import EXPERIMENT_FILE, MANIFEST_FILE, sort_of_results
    from vraem.experiment.pictures import refuse_foreign, would_be_lost
    from vraem.figures.registry import REPORT_CHARTS
    from vraem.figures.report import CHARTS, DATA, PAGE

    refuse_results_of_others(folder, "--to", own=directory)
    refuse_foreign_file(folder / PAGE, b"<title>vraem: ", "--to", first=False)
    if not (folder / PAGE).exists() and (folder / DATA).exists():  # beside a page it is that of the report
        raise would_be_lost(folder / DATA, "--to")
    refuse_foreign(folder / CHARTS, [chart.name for chart in REPORT_CHARTS], "--to")
    if not elsewhere or sort_of_results(folder) == "a sweep":  # an earlier report took them along
        return
    for name in (MANIFEST_FILE, EXPERIMENT_FILE):
        path = folder / name
        if path.exists() and path.read_bytes() != (directory / name).read_bytes():
            raise would_be_lost(path, "--to")


def _take_along(directory: Path, workshop: Path) -> None:
    """Copy what says which runs a report rests on, so that it stays so wherever the report goes."""
    from vraem.experiment.output import MANIFEST_FILE
    from vraem.experiment.store import EXPERIMENT_FILE

    for name in (EXPERIMENT_FILE, MANIFEST_FILE):
        shutil.copyfile(directory / name, workshop / name)


def _move(workshop: Path, folder: Path) -> None:
    """Move all files of a report into its folder, those of the top last: with the page, all of it is there."""
    files = [path.relative_to(workshop) for path in workshop.rglob("*") if path.is_file()]
    for name in sorted(files, key=lambda name: (-len(name.parts), name.suffix == ".html", name)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(workshop / name, folder / name)


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option(
    "--nulls", type=FOLDER, metavar="DIR", help="A sweep in which null models were run (vraem sweep nulls)."
)
@click.option(
    "--screen",
    type=FOLDER,
    metavar="DIR",
    help="A sweep by Morris' design of the screened parameters (vraem sweep screen).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.md",
    help="Where to write the page.  [default: DIR/neutrality.md]",
)
@click.pass_context
def neutrality(
    ctx: click.Context, directory: Path, nulls: Path | None, screen: Path | None, output: Path | None
) -> None:
    """Ask of the sweep in DIR whether every end state can be reached and none wins whatever is assumed.

    The sweep should draw parameters, switches and campaigns (vraem sweep neutrality). Exit code 1 if the rule
    is broken.
    """
    from vraem.analysis.neutrality import neutrality as judge_neutrality
    from vraem.analysis.neutrality import screening_effects
    from vraem.analysis.neutrality_page import page
    from vraem.experiment.output import make_file_writable

    with faults_of_results(ctx):
        target = output or directory / "neutrality.md"
        results = _opened(directory)
        refuse_foreign_file(target, b"# Neutrality", "--output")
        make_file_writable(target)
        with _said_of(directory):
            results.require_end_states()
        others = _null_models(nulls, results, directory) if nulls else None
        screened = _opened(screen) if screen else None
        with _said_of(screen or directory):
            effects = screening_effects(screened) if screened else None
            if effects is not None and not effects:
                raise ValueError(
                    "got a sweep without end states, expected one such as vraem sweep screen makes"
                )
        found = judge_neutrality(results, others)
        beside = {"--nulls": (nulls, others), "--screen": (screen, screened)}
        given = {option: (where, found) for option, (where, found) in beside.items() if where and found}
        lines = [_sweep_command(results, directory)]
        lines += [_sweep_command(each, where) for where, each in given.values()]
        options = [word for option, (where, _) in given.items() for word in (option, str(where))]
        lines.append(shlex.join(["vraem", "neutrality", str(directory), *options]))
        read = [each for _, each in given.values()]
        target.write_text(page(found, results, "\n".join(lines), effects, read), encoding="utf-8")
    where = f"{len(found.faults)} places" if len(found.faults) != 1 else "one place"
    said = "the rule holds for every definition" if found.holds else f"the rule is broken in {where}"
    click.echo(f"{found.runs} runs: {said}")
    click.echo(str(target))
    ctx.exit(0 if found.holds else 1)


def _sweep_command(results: Results, folder: Path) -> str:
    """The command that makes a sweep again: of the packaged experiment, if it is that, else of its own file.

    An id says nothing of the number of seeds, which may grow; it is named where it is not that of the package.
    """
    from vraem.experiment.library import packaged_experiments
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.store import EXPERIMENT_FILE

    name, own = str(results.about["name"]), results.experiment
    packaged = load_experiment(name) if name in packaged_experiments() else None
    if own is None or packaged is None or packaged.id != own.id:
        return shlex.join(["vraem", "sweep", str(folder / EXPERIMENT_FILE), "--out", str(folder)])
    count = own.replicates.count
    seeds = ["--replicates", str(count)] if count != packaged.replicates.count else []
    return shlex.join(["vraem", "sweep", name, *seeds, "--out", str(folder)])


@click.command()
@click.option(
    "--out",
    type=FOLDER,
    default=DEMO_FOLDER,
    show_default=True,
    metavar="DIR",
    help="Folder for it; what an older demo left in the default one is replaced.",
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@OVERRIDE
@click.pass_context
def demo(ctx: click.Context, out: Path, workers: int | None, overrides: tuple[str, ...]) -> None:
    """Run the claim in small, play one of its runs, judge it, and say where the report is.

    Three campaigns against the leader, the heirs and anybody, and none, under 14 draws of assumptions: enough to see
    everything work, far too few to settle anything. Run it again to go on after a stop.
    """
    from vraem.cli.sweeping import sweep

    if out == DEMO_FOLDER:
        with faults_of_results(ctx):
            _make_room(out, overrides)
    try:
        ctx.invoke(sweep, experiment=DEMO_EXPERIMENT, out=out, workers=workers, overrides=overrides)
    except click.exceptions.Exit as ended:
        if ended.exit_code:
            raise
    with faults_of_results(ctx):
        page = out / REPLAY_PAGE
        if not page.exists():  # a demo that goes on has played it
            page.write_text(_first_campaign_played(overrides), encoding="utf-8")
        click.echo(f"{page}: the first draw under the first campaign, week by week")
    ctx.invoke(report, directory=out)


def _first_campaign_played(overrides: tuple[str, ...]) -> str:
    """A page that plays the run of the demo's first draw under its first campaign."""
    from vraem.cli.playing import replay_of
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.plan import plan

    experiment = load_experiment(DEMO_EXPERIMENT, overrides)
    first = next(plan(experiment)).runs[1]  # the arm after the one that others are set against
    return replay_of([experiment.scenario(first)], seed=first.seed)


def _make_room(folder: Path, overrides: tuple[str, ...]) -> None:
    """Remove the demo of another version or with other settings; anything else in the folder is left alone.

    Raises ``StoreError`` if a file cannot be removed.
    """
    from vraem.experiment.loader import load_experiment
    from vraem.experiment.part_files import StoreError, take_away
    from vraem.experiment.store import Store
    from vraem.experiment.store_removal import remove_store
    from vraem.version import __version__

    try:
        store = Store.open(folder)
    except StoreError:
        return
    found, wanted = store.manifest, load_experiment(DEMO_EXPERIMENT, overrides).id
    same = found["experiment"]["id"] == wanted and found["vraem"] == __version__
    if found["experiment"]["name"] == DEMO_EXPERIMENT and not same:
        _remove_report(folder / REPORT_FOLDER)
        take_away(folder / REPLAY_PAGE)
        remove_store(store)


def _remove_report(folder: Path) -> None:
    """Remove the files of a report, and its folders if nothing else is in them. Raises ``StoreError``."""
    from vraem.experiment.part_files import take_away
    from vraem.experiment.store_removal import remove_if_empty
    from vraem.figures.registry import REPORT_CHARTS
    from vraem.figures.report import CHARTS, DATA, PAGE

    charts = [f"{CHARTS}/{chart.name}{ending}" for chart in REPORT_CHARTS for ending in (".png", ".svg")]
    for name in (PAGE, DATA, *charts):
        take_away(folder / name)
    remove_if_empty(folder / CHARTS)
    remove_if_empty(folder)


def tell(found: Findings, page: Path) -> None:
    """Print the short answer and where the report is."""
    from vraem.analysis.findings import answer_in_two_sentences

    for text in answer_in_two_sentences(found):
        click.echo(paragraph(text))
    if found.claim is not None and found.claim.headline.judgement.runs:
        click.echo(paragraph(found.claim.headline.fragmentation.sentence))
    click.echo(str(page))


def _opened(directory: Path) -> Results:
    from vraem.analysis.results import Results

    results = Results.open(directory)
    if not len(results.frame):
        raise ValueError(
            f"{directory}: got a sweep without finished runs, expected some; run vraem sweep first"
        )
    return results


def _null_models(directory: Path, results: Results, beside: Path) -> Results:
    """The runs of a sweep in which null models were run, to stand beside the `results` of another.

    Raises ``ValueError`` if they are not enough for it.
    """
    from vraem.analysis.nulls import NULL_NAMES
    from vraem.experiment.outcomes import NULL_COLUMN

    if not results.horizons:
        raise ValueError(
            f"{beside}: got a sweep without end states, expected one to set null models beside; leave --nulls out"
        )
    others, months = _opened(directory), results.headline
    lacking = {
        "end states": bool(others.horizons),
        f"end states {months} months after the campaign": months in others.horizons,
        "word of who is dismantled": bool(others.definitions),
        "null models": others.has(NULL_COLUMN) and bool(others.frame[NULL_COLUMN].isin(NULL_NAMES).any()),
    }
    for what, there in lacking.items():
        if not there:
            expected = "one with null models, such as vraem sweep nulls makes"
            raise ValueError(f"{directory}: got a sweep without {what}, expected {expected}")
    return others


@contextlib.contextmanager
def _said_of(directory: Path) -> Iterator[None]:
    """Put the folder before what is wrong with its results."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{directory}: {error}") from None


@contextlib.contextmanager
def faults_of_results(ctx: click.Context) -> Iterator[None]:
    """Turn what can go wrong with a folder of results into one line and an exit code."""
    from vraem.experiment.design import MissingLibraryError
    from vraem.experiment.output_error import OutputError
    from vraem.scenario.faults import ScenarioError

    try:
        yield
    except ScenarioError:
        raise  # told fault by fault, as everywhere
    except (OutputError, MissingLibraryError, ValueError) as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except OSError as error:
        end_by_system(ctx, error, "the system")
