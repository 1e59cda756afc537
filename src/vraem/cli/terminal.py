"""What the commands share when they speak to a person: faults, aligned tables, numbers, progress or not."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from vraem.cli.exit_codes import FAULT

if TYPE_CHECKING:
    from rich.console import Console

    from vraem.scenario.faults import Fault


def say_faults(faults: Sequence[Fault]) -> None:
    """Print each fault on a line of its own on stderr, then how many there are if more than one."""
    for fault in faults:
        click.echo(str(fault), err=True)
    if len(faults) > 1:
        click.echo(f"{len(faults)} faults", err=True)


def end_by_system(ctx: click.Context, error: OSError, where: object) -> NoReturn:
    """End a command with one line on what the system refused: at the file that it names, else at `where`.

    That nobody reads the output any more is no fault of ours: it is left to `LazyGroup.invoke`.
    """
    if isinstance(error, BrokenPipeError):
        raise error
    click.echo(f"{error.filename or where}: {error.strerror or error}", err=True)
    ctx.exit(FAULT)


def on_terminal() -> bool:
    """Whether a person is likely to read the output as it comes."""
    return is_terminal(sys.stdout)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; one that was closed before the program began is None."""
    return stream is not None and stream.isatty()


def console() -> Console:
    """A rich console on stdout, with colours only on a terminal. Imported late: rich is slow to start."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not on_terminal())


def number(value: float) -> str:
    """A number for people: up to six digits that matter, thousands apart (40 000, 0.0665, 1 200)."""
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}".replace(",", " ")
    return f"{value:.6g}"


def aligned(rows: Iterable[Sequence[str]], header: Sequence[str] = (), right: Sequence[int] = ()) -> str:
    """Columns of text, two spaces apart, for any terminal or file; ``right`` lists columns to right-align.

    The last column is never padded. On a terminal a row wider than the screen wraps there, not in a cell.
    """
    table = [list(header), *map(list, rows)] if header else [list(row) for row in rows]
    if not table:
        return ""
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    ruled = [table[0], ["-" * width for width in widths], *table[1:]] if header else table
    return "\n".join(line(row) for row in ruled)


def paragraph(text: str, indent: str = "", widest: int = 100) -> str:
    """Text wrapped to the terminal, each line behind ``indent``."""
    width = min(widest, shutil.get_terminal_size((widest, 24)).columns)
    return click.wrap_text(text, width=max(width, 40), initial_indent=indent, subsequent_indent=indent)
