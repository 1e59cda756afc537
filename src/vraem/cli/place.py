"""The command that draws the place."""

from __future__ import annotations

from pathlib import Path

import click

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
    from vraem.figures.maps import valley_map
    from vraem.figures.style import save
    from vraem.valley import load

    try:
        paths = save(valley_map(load()), out)
    except OSError as error:
        end_by_system(ctx, error, out)
    for path in paths:
        click.echo(str(path))
