"""The look of every chart: own matplotlib style, fixed colours, page layout, saving to the byte.

Figures are made without pyplot, so that charts can be drawn in threads, servers and notebooks. matplotlib
keeps its settings in one global table; `style` therefore holds a lock while it is open.
"""

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.style import context as style_context
from PIL import Image

from vraem.observe import RunResult
from vraem.version import __version__

INK = "#1a1a1a"
MUTED = "#5f6368"
HAIRLINE = "#c8ccd0"
SHADE = "#eceae4"

PNG_DPI = 180
COLOURS_IN_PAGE = 256
TITLE_SIZE = 12.0
TEXT_SIZE = 9.0
SMALL_SIZE = 7.5
LEFT_EDGE = 0.15
"""Inches from the left edge of a sheet at which title, subtitle, key and caption begin."""

MAX_SEEDS_NAMED = 4


class Look(NamedTuple):
    """How one thing is drawn everywhere: colour, and the signs that replace it in grey print."""

    label: str
    colour: str
    linestyle: str | tuple[int, tuple[float, ...]] = "-"
    marker: str = "o"
    hatch: str = ""

    @property
    def in_one_line(self) -> str:
        """The label where there is room for it in one line."""
        return self.label.replace("\n", " ")


# Okabe and Ito's colour-blind-safe set; neighbours in a stack differ in lightness, for print in grey.
ROUTE_LOOKS: dict[str, Look] = {
    "air": Look("by air to Bolivia", "#7cc0ec", "-", "o"),
    "foot": Look("on foot, then by\nroad to Lima–Callao", "#8f3b00", "--", "s"),
    "road_callao": Look("by road to\nLima–Callao", "#e69f00", "-.", "D"),
    "road_puno": Look("by road to Puno\nand Bolivia", "#00614b", ":", "^"),
    "river": Look("by river to Brazil", "#9a7fb5", (0, (5, 1, 1, 1, 1, 1)), "v"),
}
PRODUCT_LOOKS: dict[str, Look] = {
    "leaf": Look("dry leaf", "#00795c", "-", "o"),
    "paste": Look("coca paste", "#b35900", "-", "s"),
    "hcl": Look("cocaine hydrochloride", "#0b4f8a", "-", "D"),
}
SOURCE_LOOKS: dict[str, Look] = {
    "coca": Look("coca leaf", "#00795c"),
    "licit": Look("coffee and cacao", "#e6b35c"),
    "logging": Look("logging", "#7a3b10"),
    "off_farm": Look("other work", "#b8bec4"),
}
FATE_LOOKS: dict[str, Look] = {
    "firms": Look("sold to trafficking firms", "#752f00"),
    "legal": Look("sold to the legal buyer", "#00795c"),
    "lost": Look("lost after picking", "#9aa1a8"),
    "unpicked": Look("left on the field", "#f0d58c", hatch="////"),
}
PASSED = Look("inside the tolerance", "#0b4f8a", marker="o")
MISSED = Look("outside", "#c2410c", marker="X")

_SETTINGS: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # ships with matplotlib: the same letters on every machine
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT_SIZE,
    "axes.titlesize": TEXT_SIZE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": HAIRLINE,
    "grid.linewidth": 0.5,
    "grid.alpha": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": TEXT_SIZE - 0.5,
    "xtick.minor.pad": 5.0,
    "ytick.labelsize": TEXT_SIZE - 0.5,
    "xtick.major.width": 0.7,
    "ytick.major.size": 0.0,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "vraem",
    "svg.fonttype": "path",
}

_SETTINGS_LOCK = threading.RLock()


@contextmanager
def style() -> Iterator[None]:
    """Draw and save in the style of the project, whatever the user's matplotlib settings are.

    One thread at a time holds it; the settings from before come back on leaving.
    """
    with _SETTINGS_LOCK, style_context(["default", _SETTINGS]):
        yield


class Chart(Figure):
    """A matplotlib figure that shows itself in notebooks although pyplot does not know it."""

    def _repr_png_(self) -> bytes:
        return png_bytes(self)


class Margins(NamedTuple):
    """White space around the panels, in inches."""

    left: float = 0.75
    right: float = 0.35
    top: float = 0.72
    bottom: float = 0.75


def key_on_top(
    figure: Figure, handles: Sequence[Artist], columns: int, *, down: float = 0.6, **looks: Any
) -> None:
    """The key of a sheet, beneath its title and subtitle, `down` inches from the top; `looks` go to `Figure.legend`."""
    width, height = figure.get_size_inches()
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(LEFT_EDGE / width, 1.0 - down / height),
        ncols=columns,
        borderaxespad=0.0,
        borderpad=0.0,
        **looks,
    )


def sheet(
    title: str,
    subtitle: str,
    caption: str,
    *,
    size: tuple[float, float] = (7.6, 4.6),
    rows: int = 1,
    columns: int = 1,
    margins: Margins | None = None,
    height_ratios: Sequence[float] | None = None,
    **grid: Any,
) -> tuple[Chart, list[list[Axes]]]:
    """A figure of `size` inches with title, subtitle, caption and a grid of panels at fixed places.

    The layout is fixed in inches, not fitted while drawing: labels that avoid each other need to know where
    the panels are. Further keywords go to `Figure.subplots` (sharex, sharey) or its grid (hspace, wspace).
    """
    width, height = size
    edge = margins or Margins()
    figure = Chart(figsize=size, dpi=100)
    FigureCanvasAgg(figure)
    spacing: dict[str, Any] = {name: grid.pop(name) for name in ("hspace", "wspace") if name in grid}
    place: dict[str, Any] = {
        "left": edge.left / width,
        "right": 1.0 - edge.right / width,
        "top": 1.0 - edge.top / height,
        "bottom": edge.bottom / height,
        "height_ratios": height_ratios,
    }
    panels = figure.subplots(
        rows,
        columns,
        squeeze=False,
        gridspec_kw=place | spacing,
        **grid,
    )
    left = LEFT_EDGE / width
    figure.text(left, 1.0 - 0.12 / height, title, size=TITLE_SIZE, weight="bold", va="top", gid="title")
    figure.text(left, 1.0 - 0.36 / height, subtitle, size=TEXT_SIZE, color=MUTED, va="top", gid="subtitle")
    figure.text(
        left, 0.10 / height, caption, size=SMALL_SIZE, color=MUTED, va="bottom", gid="caption", wrap=True
    )
    return figure, [list(row) for row in panels]


def caption(results: Sequence[RunResult], *notes: str, band: bool = True) -> str:
    """What a chart rests on: scenario, runs, seeds, households, interval and version; `notes` follow on a second line.

    `band` says that several runs are drawn as a median with a band.
    """
    names = list(dict.fromkeys(str(result.scenario.name) for result in results))
    seeds = sorted({result.seed for result in results})
    scenario = f"Scenario {names[0]}" if len(names) == 1 else f"Scenarios {', '.join(names)}"
    rows = sorted({result.scenario.run.households for result in results})
    size = f"{thousands(rows[0])} households, " if len(rows) == 1 else ""
    if len(results) == 1:
        line = f"{scenario}, 1 run, seed {seeds[0]}, {size}vraem {__version__}."
    else:
        interval = "line = median, band = 5–95 % of runs, " if band else ""
        line = f"{scenario}, {len(results)} runs, {seed_text(seeds)}, {size}{interval}vraem {__version__}."
    said = " ".join(note for note in notes if note)
    return f"{line}\n{said}" if said else line


def seed_text(seeds: Sequence[int]) -> str:
    """Seeds in words, those that follow each other as a range."""
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    consecutive = seeds[-1] - seeds[0] == len(seeds) - 1
    if consecutive:
        return f"seeds {seeds[0]}–{seeds[-1]}"
    if len(seeds) <= MAX_SEEDS_NAMED:
        return "seeds " + ", ".join(str(seed) for seed in seeds)
    return f"{len(seeds)} seeds from {seeds[0]} to {seeds[-1]}"


def thousands(value: float) -> str:
    """A whole number with its thousands apart, by a thin space: 35 709."""
    return f"{value:,.0f}".replace(",", "\u2009")


def nice_top(value: float) -> float:
    """A round upper end of an axis, a little above `value` (1 when there is nothing to show)."""
    if not math.isfinite(value) or value <= 0.0:
        return 1.0
    step = 10.0 ** math.floor(math.log10(value)) / 2.0
    return math.ceil(value * 1.04 / step) * step


def png_bytes(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes each time."""
    buffer = BytesIO()
    with style():
        figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return buffer.getvalue()


def in_few_colours(png: bytes) -> bytes:
    """The same picture in a palette of 256 colours: charts have few, and it takes a third of the room in a page."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    buffer = BytesIO()
    picture.quantize(COLOURS_IN_PAGE, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        buffer, format="png", optimize=True
    )
    return buffer.getvalue()


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write `stem`.png and `stem`.svg, the same bytes each time, and return the two paths."""
    png, svg = stem.with_suffix(".png"), stem.with_suffix(".svg")
    png.write_bytes(png_bytes(figure))
    with style():
        # Without a date, and with names of clip paths hashed from a fixed salt, the file is reproducible.
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": f"vraem {__version__}"})
    return [png, svg]
