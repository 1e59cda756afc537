"""The pictures that the documentation shows, in docs/images: ``python -m tests.figures.pictures [--runs FOLDER]``.

Each bears the version of the model that drew it, so that a test can say which have to be drawn again. Those of sweeps
are drawn if the sweep is there and of this version; else they stay and the command says so. Look at what it wrote.
"""

import argparse
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin

import vraem
from vraem import figures
from vraem.analysis.results import Results
from vraem.experiment.output_error import OutputError
from vraem.experiment.store import Store
from vraem.figures.style import png_bytes
from vraem.valley import load as load_valley

FOLDER = Path(__file__).parents[2] / "docs" / "images"
ECONOMY_SEED = 1
GROUP_SEED = 11
"""A run in which columns split off: nothing is to be seen of groups in most others."""
OF_GROUPS: dict[str, Callable[[vraem.RunResult], Figure]] = {
    "territory": figures.territory,
    "command": figures.command_links,
    "members": figures.members_by_fate,
    "fates": figures.fates_of_members,
    "group-income": figures.group_income,
    "groups": figures.number_of_groups,
    "violence": figures.violence,
}
OF_SWEEPS: dict[str, tuple[str, Callable[[Results], Figure]]] = {
    "answer": ("neutrality", figures.what_is_left),
    "remnants": ("claim", figures.remnants_by_persons),
    "what-history-says": ("claim", figures.assumptions_that_history_narrows),
}
VERSION_KEY = "Software"


def keep(figure: Figure, name: str, version: str = vraem.__version__) -> None:
    """Write a picture with the version in it of the model whose runs it shows."""
    path = FOLDER / f"{name}.png"
    said = PngImagePlugin.PngInfo()
    said.add_text(VERSION_KEY, f"vraem {version}")
    with Image.open(BytesIO(png_bytes(figure))) as picture:
        picture.save(path, pnginfo=said, optimize=True)
    print(path.relative_to(FOLDER.parents[1]))


def version_of(path: Path) -> str:
    """Version of the model that drew a picture; empty if it does not say."""
    with Image.open(path) as picture:
        return str(picture.info.get(VERSION_KEY, "")).removeprefix("vraem ")


def main() -> None:
    """Draw every picture that can be drawn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder of the sweeps [default: runs]"
    )
    runs = parser.parse_args().runs
    keep(figures.valley_map(load_valley()), "valley")
    keep(figures.area_against_observed([vraem.run(vraem.load("history"), seed=ECONOMY_SEED)]), "area")
    arrests = vraem.run(vraem.load("november-2023"), seed=GROUP_SEED)
    for name, draw in OF_GROUPS.items():
        keep(draw(arrests), name)
    for name, (sweep, draw_sweep) in OF_SWEEPS.items():
        try:
            if left := Store.open(runs / sweep).status().left:
                raise ValueError(f"{runs / sweep}: {left} runs are still to come")
            results = Results.open(runs / sweep)
            keep(draw_sweep(results), name, str(results.about["vraem"]))
        except (OutputError, ValueError) as error:
            print(
                f"{name}.png stays as it is, of version {version_of(FOLDER / f'{name}.png') or '?'}: {error}"
            )


if __name__ == "__main__":
    main()
