"""The command that draws the place."""

from __future__ import annotations

from pathlib import Path

import click

from vraem.cli.exit_codes import FAULT
from vraem.cli.guards import refuse_foreign_pictures
from vraem.cli.terminal import end_by_system


@click.command(name="map")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("valley"),
    show_default=True,
    metavar="FILE",
    help="Where to, without its ending or with it.",
)
@click.pass_context
def map_command(ctx: click.Context, out: Path) -> None:
    """Draw the valley: heights, rivers, ways, towns, posts, communities and ways out.

    Writes FILE twice, as a picture (.png) and as a drawing (.svg).
    """
    from vraem.experiment.output import make_file_writable
    from vraem.experiment.output_error import OutputError
    from vraem.figures.maps import valley_map
    from vraem.figures.style import save
    from vraem.valley import load

    stem = out if out.suffix in (".png", ".svg") else out.with_name(f"{out.name}.png")
    try:
        refuse_foreign_pictures(stem, "--out")
        for ending in (".png", ".svg"):
            make_file_writable(stem.with_suffix(ending))
        paths = save(valley_map(load()), stem)
    except OutputError as error:
        click.echo(str(error), err=True)
        ctx.exit(FAULT)
    except OSError as error:
        end_by_system(ctx, error, out)
    for path in paths:
        click.echo(str(path))
