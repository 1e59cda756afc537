"""The tables of the ODD description, made from the declarations that the code itself uses.

`docs/odd.md` is written by hand but for its blocks: between `<!-- table: NAME -->` and `<!-- end -->` stands what
`blocks()` holds under that name. `vraem docs` fills them; a test compares, so that text and code cannot drift apart.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

from vraem.engine import SCHEDULE
from vraem.observe.thresholds import Thresholds
from vraem.scenario import ParameterSpec, parameter_table
from vraem.scenario.reference import drivers_markdown, markdown_table, switches_markdown
from vraem.world import STREAMS, TABLES
from vraem.world.columns import TableSpec

LINE = 120
"""Length of a line of running text."""
START, LOSSES = "start", "losses"
"""Sections of submodels that are no process of their own: how a run begins, and what a loss does (B10)."""
HOME = {
    **dict.fromkeys(("A1", "A2", "A9"), "farming"),
    **dict.fromkeys(("A3", "A4", "A5", "A6", "A7"), "planting"),
    "A8": "eradication",
    **dict.fromkeys(("C3", "C4", "C5", "C7"), "protection"),
    "C1": "contracts",
    "C2": "shipping",
    "C6": "prices",
    "B1": "revenue",
    "B2": "remittance",
    **dict.fromkeys(("B3", "B4", "B7"), "command"),
    "B5": "members",
    "B6": "recruitment",
    "B8": "column_choice",
    "B9": "succession",
    "B10": LOSSES,
    "B11": "contests",
    "B12": "entrants",
    **dict.fromkeys(("B7 D4", "B7 E1"), "attacks"),
    **dict.fromkeys(("E1", "E2", "E3", "E4"), "communities"),
    **dict.fromkeys(("D1", "D6", "D7"), "forces"),
    "D2": "intelligence",
    **dict.fromkeys(("D3", "D4", "D5"), "operations"),
}
"""Section in which the parameters of equations stand: by the whole text, else by its first label."""
_LABEL = re.compile(r"([A-E])(\d+)(?:-[A-E](\d+))?")
_BLOCK = re.compile(r"(<!-- table: ([a-z_ ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def labels(equations: str) -> Iterator[str]:
    """The labels of equations in a text, ranges spelt out: `C3-C5 C7` gives C3, C4, C5, C7."""
    for letter, first, last in _LABEL.findall(equations):
        for number in range(int(first), int(last or first) + 1):
            yield f"{letter}{number}"


def home_of(spec: ParameterSpec) -> str:
    """The section in which a parameter stands; without an equation it is a matter of the start."""
    first = next(labels(spec.equation), None)
    return START if first is None else HOME.get(spec.equation, HOME[first])


def blocks() -> dict[str, str]:
    """Name of a block to its table, for every block of the page."""
    parts = {
        "schedule": _schedule(),
        "entities": _entities(),
        "switches": switches_markdown(),
        "drivers": drivers_markdown(),
        "streams": fill(", ".join(f"`{name}`" for name in STREAMS) + ".", LINE) + "\n",
        "thresholds": _thresholds(),
    }
    parts |= {f"columns {spec.name}": _columns(spec) for spec in TABLES}
    homes: dict[str, list[ParameterSpec]] = {}
    for spec in parameter_table():
        homes.setdefault(home_of(spec), []).append(spec)
    return parts | {f"parameters {home}": _parameters(specs) for home, specs in homes.items()}


def filled(text: str) -> str:
    """`text` with the content of every block made anew.

    Raises `KeyError` if it has a block that there is no table for.
    """
    tables = blocks()
    return _BLOCK.sub(lambda block: f"{block[1]}\n{tables[block[2]]}\n{block[3]}", text)


def block_names(text: str) -> list[str]:
    """Names of the blocks of a page, in their order."""
    return [name for _, name, _ in _BLOCK.findall(text)]


def write_odd(folder: Path) -> list[Path]:
    """Fill the blocks of `odd.md` in `folder`, if the page is there; return the paths written."""
    page = folder / "odd.md"
    if not page.exists():
        return []  # its text is written by hand, so there is nothing to write elsewhere
    page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
    return [page]


def _schedule() -> str:
    rows = []
    for number, process in enumerate(SCHEDULE, start=1):
        summary = (process.step.__doc__ or "").strip().splitlines()[0]
        anchor = f"#{process.name}-{'-'.join(process.equations.lower().split())}"
        rows.append((str(number), f"[`{process.name}`]({anchor})", process.equations, summary))
    return markdown_table(("", "Process", "Equations", "What it does"), rows)


def _entities() -> str:
    rows = [(f"`{spec.name}`", spec.row, str(len(spec.columns))) for spec in TABLES]
    return markdown_table(("Population", "One row is", "State variables"), rows)


def _columns(spec: TableSpec) -> str:
    rows = [
        (
            f"`{column.name}`",
            column.unit if column.axis is None else f"{column.unit}, by {column.axis}",
            column.meaning,
        )
        for column in spec.columns
    ]
    return markdown_table(("Variable", "Unit", "Meaning"), rows)


def _parameters(specs: list[ParameterSpec]) -> str:
    rows = [
        (f"`{s.name}`", s.equation, f"{s.default:.6g}", f"{s.low:.6g} to {s.high:.6g}", s.unit, s.meaning)
        for s in specs
    ]
    return markdown_table(("Parameter", "Equation", "Default", "Range", "Unit", "Meaning"), rows)


def _thresholds() -> str:
    rows = [(f"`{row.name}`", f"{row.value:g}", row.unit, row.meaning) for row in Thresholds().rows()]
    return markdown_table(("Threshold", "Value", "Unit", "Meaning"), rows)
