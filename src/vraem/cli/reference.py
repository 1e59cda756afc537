"""The reference pages of the documentation, made from the declarations that the code itself uses.

A test compares them with what is in `docs/`, so that text and code cannot drift apart.
"""

from pathlib import Path

import click

from vraem.cli.exit_codes import FAULT
from vraem.cli.guards import refuse_foreign_file
from vraem.cli.odd import write_odd
from vraem.cli.terminal import end_by_system
from vraem.engine import SCHEDULE
from vraem.experiment.outcome_reference import outcomes_markdown
from vraem.experiment.output_error import OutputError
from vraem.observe import SERIES
from vraem.scenario.library_page import LIBRARY_PAGE, write_library
from vraem.scenario.reference import (
    campaign_targets_markdown,
    drivers_markdown,
    events_markdown,
    keys_markdown,
    markdown_table,
    parameters_markdown,
    switches_markdown,
    targets_markdown,
)
from vraem.world import STREAMS, TABLES
from vraem.world.columns import Column

_WRITTEN = b"<!-- Written "
"""Stands near the beginning of every page that is made from the code."""
_NOTE = "<!-- Written by `vraem docs`; change the declarations in the code, not this page. -->\n\n"


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
    metavar="DIR",
    help="The docs folder.",
)
@click.pass_context
def docs(ctx: click.Context, out: Path) -> None:
    """Write the pages of the documentation that are made from the code."""
    try:
        pages = {out / "reference" / name: text for name, text in reference_pages().items()}
        for page in (*pages, out / LIBRARY_PAGE):
            refuse_foreign_file(page, _WRITTEN, "--out", first=False)
        for page, text in pages.items():
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
        paths = [*pages, write_library(out), *write_odd(out)]
    except OutputError as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except OSError as error:
        end_by_system(ctx, error, out)
    for path in paths:
        click.echo(str(path))


def reference_pages() -> dict[str, str]:
    """File name in `docs/reference/` to text, for every generated page."""
    return {
        "parameters.md": _parameters(),
        "state.md": _state(),
        "schedule.md": _schedule(),
        "series.md": _series(),
        "inputs.md": _inputs(),
        "outcomes.md": _outcomes(),
    }


def _parameters() -> str:
    return (
        "# Parameters\n\n"
        + _NOTE
        + "The table `src/vraem/scenario/parameters.csv` is the one source of defaults, ranges and meanings. "
        "*seen* is stated in a source, *derived* is arithmetic on stated values, *judgement* is a modelling prior.\n\n"
        + parameters_markdown()
        + "\n## What the model must produce\n\nThese are outputs to compare, not inputs.\n\n"
        + targets_markdown()
    )


def _state() -> str:
    parts = ["# State: populations and their columns\n\n", _NOTE]
    for spec in TABLES:
        parts.append(f"## {spec.name.capitalize()}\n\nOne row is {spec.row}.\n\n")
        header = ("Column", "Type", "Unit", "Range", "Meaning")
        parts.append(markdown_table(header, [_column_row(column) for column in spec.columns]))
        parts.append("\n")
    parts.append("## Random streams\n\nA draw is addressed by (seed, stream, week, row).\n\n")
    parts.append(markdown_table(("Stream", "Number"), [(f"`{n}`", str(i)) for n, i in STREAMS.items()]))
    return "".join(parts)


def _column_row(column: Column) -> tuple[str, ...]:
    kind = column.dtype if column.axis is None else f"{column.dtype}, by {column.axis}"
    return (f"`{column.name}`", kind, column.unit, f"{column.low:g} to {column.high:g}", column.meaning)


def _schedule() -> str:
    rows = []
    for number, process in enumerate(SCHEDULE, start=1):
        summary = (process.step.__doc__ or "").strip().splitlines()[0]
        writes = "; ".join(f"{table}: {', '.join(columns)}" for table, columns in process.writes.items())
        rows.append(
            (str(number), f"`{process.name}`", process.equations, summary, writes or "market scalars only")
        )
    header = ("", "Process", "Equations", "What it does", "Columns it writes")
    return "# The order of the week\n\n" + _NOTE + markdown_table(header, rows)


def _series() -> str:
    rows = [(f"`{spec.name}`", spec.unit, spec.meaning) for spec in SERIES]
    text = "# Weekly series\n\n" + _NOTE + "The columns of `series.parquet`, one row a week.\n\n"
    return text + markdown_table(("Series", "Unit", "Meaning"), rows)


def _outcomes() -> str:
    return "# Outcomes: what became of the armed groups\n\n" + _NOTE + outcomes_markdown()


def _inputs() -> str:
    return (
        "# Inputs of a scenario: switches, campaigns, events, the start, drivers\n\n"
        + _NOTE
        + "## Switches\n\n"
        + switches_markdown()
        + "\n## Events\n\n"
        + events_markdown()
        + "\n## Campaigns\n\n"
        + keys_markdown("campaign")
        + "\n"
        + campaign_targets_markdown()
        + "\n## Groups of the start\n\n"
        + keys_markdown("group")
        + "\n## Posts of the start\n\n"
        + keys_markdown("post")
        + "\n## Measure\n\n"
        + keys_markdown("measure")
        + "\n## Drivers\n\n"
        + drivers_markdown()
    )
