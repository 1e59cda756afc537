"""All charts of a comparison, drawn into a folder."""

from pathlib import Path

from matplotlib.figure import Figure

from vraem.analysis.compare import Comparison
from vraem.figures.arm_paths import arm_paths, difference_paths
from vraem.figures.differences import forests
from vraem.figures.style import save


def comparison_charts(comparison: Comparison) -> dict[str, Figure]:
    """The charts by the name of their files, in the order of reading."""
    alive = any(each.verdict != "none" for each in comparison.differences)
    charts = forests(comparison) if alive else {}
    return {**charts, "paths": arm_paths(comparison), "difference-paths": difference_paths(comparison)}


def draw_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw every chart as PNG and SVG into the existing `folder`; returns the files."""
    return [
        path for name, figure in comparison_charts(comparison).items() for path in save(figure, folder / name)
    ]
