"""Commands that read a finished sweep: report, neutrality."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vraem.cli.running import FAULT, FOLDER
from vraem.cli.terminal import paragraph

if TYPE_CHECKING:
    from vraem.analysis.findings import Findings
    from vraem.analysis.results import Results

REPORT_FOLDER = "report"


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option(
    "--to", "target", type=FOLDER, metavar="DIR", help="Folder for the report.  [default: DIR/report]"
)
@click.option(
    "--nulls", type=FOLDER, metavar="DIR", help="A sweep in which null models were run (vraem sweep nulls)."
)
@click.option("--quiet", is_flag=True, help="Print nothing but faults.")
@click.pass_context
def report(ctx: click.Context, directory: Path, target: Path | None, nulls: Path | None, quiet: bool) -> None:
    """Judge the sweep in DIR: the verdict, why, under which conditions, as one page with charts.

    Writes index.html, which needs no network, verdict.json and the charts. A sweep that is not finished can
    be judged too; the page says how many runs it rests on.
    """
    from vraem.figures.report import write_report

    with _faults_in_lines(ctx):
        results = _opened(directory)
        shown = None if quiet else lambda text: click.echo(text, err=True)
        others = _opened(nulls) if nulls else None
        written = write_report(results, target or directory / REPORT_FOLDER, shown, nulls=others)
        if not quiet:
            tell(written.found, written.page)


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.md",
    help="Where to write the page.  [default: DIR/neutrality.md]",
)
@click.pass_context
def neutrality(ctx: click.Context, directory: Path, output: Path | None) -> None:
    """Ask of the sweep in DIR whether every end state can be reached and none wins whatever is assumed.

    The sweep should draw parameters, switches and campaigns (vraem sweep neutrality). Exit code 1 if the rule
    is broken.
    """
    from vraem.analysis.neutrality import neutrality as judge_neutrality
    from vraem.analysis.neutrality_page import page

    with _faults_in_lines(ctx):
        results = _opened(directory)
        found = judge_neutrality(results)
        target = output or directory / "neutrality.md"
        name = results.about["name"]
        command = f"vraem sweep {name} --out {directory}\nvraem neutrality {directory}"
        target.write_text(page(found, results, command), encoding="utf-8")
    where = f"{len(found.faults)} places" if len(found.faults) != 1 else "one place"
    said = "the rule holds for every definition" if found.holds else f"the rule is broken in {where}"
    click.echo(f"{found.runs} runs: {said}")
    click.echo(str(target))
    ctx.exit(0 if found.holds else 1)


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


@contextlib.contextmanager
def _faults_in_lines(ctx: click.Context) -> Iterator[None]:
    """Turn what can go wrong with a folder of results into one line and an exit code."""
    from vraem.experiment.output import OutputError
    from vraem.scenario.faults import ScenarioError

    try:
        yield
    except ScenarioError:
        raise  # told fault by fault, as everywhere
    except (OutputError, ValueError) as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except OSError as error:
        click.echo(f"{error.filename or 'the system'}: {error.strerror or error}", err=True)
        ctx.exit(FAULT)
