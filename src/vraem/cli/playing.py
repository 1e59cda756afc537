"""Commands that show runs: a replay as one page, the live classroom."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vraem.cli import loading
from vraem.cli.authoring import OVERRIDE
from vraem.cli.exit_codes import FAULT, INTERRUPTED
from vraem.cli.guards import refuse_foreign_file
from vraem.cli.progress import progress
from vraem.cli.running import RUNS
from vraem.cli.terminal import end_by_system

if TYPE_CHECKING:
    from vraem.scenario import Scenario

LIVE_SCENARIO = "baseline"
LIVE_HOUSEHOLDS = 2_000
MEGABYTE = 1_000_000
PAGE_MARK = b'<meta name="generator" content="vraem">'
"""Stands near the beginning of every page of the player."""
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@click.option(
    "--against", metavar="SCENARIO", help="A second scenario, shown beside the first on the same seed."
)
@click.option("-o", "--out", type=FILE, metavar="FILE.html", help="Where to.  [default: runs/NAME-SEED.html]")
@click.option("--seed", type=click.IntRange(0), help="Seed of the random numbers, instead of the scenario's.")
@click.option("--households", type=int, metavar="N", help="Rows of farm households; fewer run faster.")
@click.option(
    "--language", type=click.Choice(["en", "es"]), help="Language of the page.  [default: the viewer's]"
)
@OVERRIDE
@click.option("--quiet", is_flag=True, help="Print nothing but faults.")
@click.pass_context
def replay(
    ctx: click.Context,
    scenario: str,
    against: str | None,
    out: Path | None,
    seed: int | None,
    households: int | None,
    language: str | None,
    overrides: tuple[str, ...],
    quiet: bool,
) -> None:
    """Run SCENARIO and write one page that plays the valley week by week.

    The page opens from disk in any current browser, needs no network and asks for nothing. With --against, two runs
    play side by side: the same valley, the same luck, other orders.
    """
    own = loading.with_option(overrides, "--seed", "run.seed", seed)
    own = loading.with_option(own, "--households", "run.households", households)
    scenarios = loading.scenarios([scenario, *([against] if against is not None else [])], own)
    first = scenarios[0]
    stem = "-against-".join(each.name for each in scenarios)
    path = out or RUNS / f"{stem}-{first.run.seed}.html"
    from vraem.experiment.output import make_file_writable
    from vraem.experiment.output_error import OutputError

    try:
        refuse_foreign_file(path, PAGE_MARK, "--out", first=False)
        make_file_writable(path)
        # paired: both arms on the luck of the first
        page = replay_of(scenarios, seed=first.run.seed, language=language, quiet=quiet)
        path.write_text(page, encoding="utf-8")
    except OutputError as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except OSError as error:
        end_by_system(ctx, error, path)
    except KeyboardInterrupt:
        click.echo("stopped; no page was written", err=True)
        ctx.exit(INTERRUPTED)
    if not quiet:
        click.echo(f"{path} ({path.stat().st_size / MEGABYTE:.1f} MB): open it in a browser")


def replay_of(
    scenarios: Sequence[Scenario], *, seed: int, language: str | None = None, quiet: bool = False
) -> str:
    """Run scenarios on one seed and give the page that plays them side by side; progress unless `quiet`."""
    from vraem.player import replay_page
    from vraem.tape import place_data, tape_run
    from vraem.valley import load as load_valley

    valley = load_valley()
    tapes = []
    for scenario in scenarios:
        if not quiet and len(scenarios) > 1:
            click.echo(scenario.name, err=True)
        with progress("weeks", quiet=quiet, warm_up=True) as report:
            tapes.append(tape_run(scenario, seed=seed, valley=valley, progress=report))
    return replay_page(place_data(valley), tapes, language=language)


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True, metavar="N")
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on."
)
@click.option(
    "--scenario", default=LIVE_SCENARIO, show_default=True, help="What every visitor's valley starts from."
)
@click.option(
    "--seed", type=click.IntRange(0), help="Seed that visitors start with, instead of the scenario's."
)
@click.option(
    "--households",
    type=int,
    default=LIVE_HOUSEHOLDS,
    show_default=True,
    metavar="N",
    help="Rows of farm households in each world.",
)
@click.option(
    "--worlds", type=click.IntRange(1, 1_000), default=40, show_default=True, help="Visitors at once."
)
@click.pass_context
def serve(
    ctx: click.Context, port: int, host: str, scenario: str, seed: int | None, households: int, worlds: int
) -> None:
    """Run the live classroom: a valley for each visitor, to watch and to steer in the browser.

    It listens on this machine alone unless --host says otherwise. Stop it with Ctrl-C.
    """
    try:
        from vraem.serve.limits import Limits
        from vraem.serve.run import addresses, is_loopback, listening_problem
        from vraem.serve.run import serve as run_server
    except ModuleNotFoundError as error:
        from vraem.experiment.extras import install

        click.echo(f"the live classroom needs {error.name}: {install('serve')}", err=True)
        ctx.exit(FAULT)
    own = loading.with_option([], "--households", "run.households", households)
    own = loading.with_option(own, "--seed", "run.seed", seed)
    loaded = loading.scenario(scenario, own)
    from vraem.valley import load as load_valley

    if problem := listening_problem(host, port):
        click.echo(problem, err=True)
        ctx.exit(FAULT)
    if not is_loopback(host):
        click.echo(
            f"warning: {host} can be reached from other machines. Whoever reaches it gets a valley, without a password "
            "and unencrypted. Use it on a network that you trust, such as a classroom's, and stop it afterwards.",
            err=True,
        )

    def ready() -> None:
        for address in addresses(host):
            shown = f"[{address}]" if ":" in address else address
            click.echo(f"the live valley: http://{shown}:{port}/", err=True)
        click.echo("stop with Ctrl-C", err=True)

    click.echo("preparing the past ...", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        run_server(loaded, load_valley(), host=host, port=port, limits=Limits(worlds=worlds), ready=ready)
