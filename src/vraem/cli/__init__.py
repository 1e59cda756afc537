"""The command line of vraem. Each command is imported when it is called, so that help is immediate."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any, NamedTuple, NoReturn

import click

from vraem.cli.exit_codes import FAULT, INTERRUPTED, READER_LEFT
from vraem.version import __version__


class LazyCommand(NamedTuple):
    """Where a command lives, and the line that describes it in the overview."""

    module: str
    attribute: str
    summary: str


COMMANDS: dict[str, LazyCommand] = {
    "demo": LazyCommand(
        "vraem.cli.reporting", "demo", "The main job in small: the claim, judged in some minutes."
    ),
    "run": LazyCommand("vraem.cli.running", "run", "Run a scenario and write its results."),
    "compare": LazyCommand(
        "vraem.cli.comparing", "compare", "Set scenarios against each other on the same seeds."
    ),
    "patterns": LazyCommand("vraem.cli.scoring", "patterns", "Compare the model with what was observed."),
    "replay": LazyCommand("vraem.cli.playing", "replay", "Write a page that plays a run week by week."),
    "serve": LazyCommand("vraem.cli.playing", "serve", "Run the live classroom."),
    "plot": LazyCommand("vraem.cli.plotting", "plot", "Draw one chart of a run or a sweep."),
    "map": LazyCommand("vraem.cli.place", "map_command", "Draw the valley."),
    "sweep": LazyCommand("vraem.cli.sweeping", "sweep", "Run all of an experiment, or go on with it."),
    "status": LazyCommand(
        "vraem.cli.sweep_status", "status", "Say what of a sweep is done, failed and left."
    ),
    "export": LazyCommand("vraem.cli.sweeping", "export", "Write the tables of a sweep as one file each."),
    "report": LazyCommand(
        "vraem.cli.reporting", "report", "Judge a sweep: the verdict as a page with charts."
    ),
    "match": LazyCommand("vraem.cli.matching", "match", "Ask which draws of a sweep history rules out."),
    "neutrality": LazyCommand(
        "vraem.cli.reporting", "neutrality", "Ask of a sweep whether its answer is in its assumptions."
    ),
    "merge": LazyCommand("vraem.cli.sweeping", "merge", "Bring sweeps of one experiment together."),
    "check": LazyCommand(
        "vraem.cli.authoring", "check", "Check scenario and experiment files and name every fault."
    ),
    "show": LazyCommand("vraem.cli.authoring", "show", "Show each value of a scenario and where it is from."),
    "parameters": LazyCommand(
        "vraem.cli.authoring", "parameters", "List parameters with ranges and sources."
    ),
    "schema": LazyCommand("vraem.cli.authoring", "schema", "Print a JSON Schema, for editors."),
    "docs": LazyCommand("vraem.cli.reference", "docs", "Write the reference tables of the documentation."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), entry.attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelt one is answered with what may have been meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from vraem.scenario.faults import did_you_mean

            hint = did_you_mean(args[0], COMMANDS) or f"the commands are {', '.join(COMMANDS)}"
            ctx.fail(f"no command is called {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table alone: nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; faults of an input file become lines on stderr and exit code 2.

        Whoever reads the output may leave early (``| head``): the command then ends without a word. What stops it
        otherwise, or cannot be printed, takes one line.
        """
        from vraem.scenario.faults import ScenarioError

        try:
            return super().invoke(ctx)
        except ScenarioError as error:
            from vraem.cli.terminal import say_faults

            say_faults(error.faults)
            ctx.exit(FAULT)
        except BrokenPipeError:
            _print_no_more()
            ctx.exit(READER_LEFT)
        except OSError as error:
            click.echo(f"{error.filename or 'the output'}: {error.strerror or error}", err=True)
            _print_no_more()
            ctx.exit(FAULT)
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
            ctx.exit(INTERRUPTED)


def _print_no_more() -> None:
    """Send what is still to be printed nowhere, so that the end of the program does not try it again."""
    if sys.stdout is None:
        return
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="vraem")
def cli() -> None:
    """Simulate the coca economy of Peru's VRAEM valley, week by week.

    A SCENARIO is the name of a packaged one (baseline, history) or a TOML file of your own; so is an
    EXPERIMENT (claim, claim-demo, classroom, heirs, routes, ...).
    """


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    cli(prog_name="vraem")
    raise SystemExit(0)
