"""Tables of the measurements against their budgets, as text and as a marked block of a Markdown file."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .measures import Growth, Memory, Pairing, RunCost, StepCost
from .views import ViewCost

BEGIN, END = "<!-- benchmark:begin -->", "<!-- benchmark:end -->"
RUN_BUDGET = 1.5
MEMORY_BUDGET = 200.0
STEP_BUDGET = 100.0
FIRST_USE_BUDGET, READ_BUDGET = 0.2, 20.0
IMPORT_BUDGET, HELP_BUDGET = 0.25, 0.3
LINEAR = 1.0


@dataclass
class Report:
    """Budget lines (what, measured, budget, kept) and the tables below them (title, head, rows)."""

    yardstick: float
    lines: list[tuple[str, str, str, bool]] = field(default_factory=list)
    tables: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = field(default_factory=list)

    def add_run(self, cost: RunCost) -> None:
        """One run and its processes."""
        what = (
            f"one run with a campaign, {cost.weeks:,} weeks, one row a household (median of {cost.repeats})"
        )
        self._line(
            what,
            f"{cost.run:.2f} s of one core (best {cost.best:.2f})",
            f"{RUN_BUDGET:.1f} s",
            cost.run <= RUN_BUDGET,
        )
        total = sum(cost.processes.values())
        rows = [(name, f"{ms:.3f}", f"{ms / total:.0%}") for name, ms in cost.processes.items()]
        rows.append(("all", f"{total:.3f}", "100%"))
        self.tables.append(("Where the time of a run goes", ("process", "ms a week", "share"), rows))
        rows = [
            ("load the valley from the cache", f"{cost.valley:.2f} s"),
            ("build the world", f"{cost.build:.3f} s"),
        ]
        self.tables.append(("Before the first week", ("step", "CPU time"), rows))

    def add_step(self, cost: StepCost) -> None:
        """The growers' step against its Mesa twin."""
        what = "growers' step against the same rules as Mesa agents, per household"
        self._line(
            what, f"{cost.ratio:.0f} times faster", f"{STEP_BUDGET:.0f} times", cost.ratio >= STEP_BUDGET
        )
        rows = [
            ("arrays", f"{cost.core_rows:,}", f"{cost.core:.3f} µs"),
            ("Mesa agents", f"{cost.twin_rows:,}", f"{cost.twin:.1f} µs"),
        ]
        title = f"The growers' step, per household that decides (median of {cost.weeks} weeks)"
        self.tables.append((title, ("form", "households", "time"), rows))

    def add_views(self, cost: ViewCost) -> None:
        """The agents of Mesa as views of rows."""
        what = f"Mesa agents of a model one to one exist ({cost.agents:,} agents, first use)"
        kept = cost.first_use <= FIRST_USE_BUDGET
        self._line(what, f"{cost.first_use:.2f} s", f"{FIRST_USE_BUDGET} s", kept)
        kept = cost.read_all <= READ_BUDGET
        self._line(
            "one attribute of every agent read", f"{cost.read_all:.1f} ms", f"{READ_BUDGET:.0f} ms", kept
        )
        rows = [(f"`{name}`", f"{count:,}", f"{ms:.2f} ms") for name, (count, ms) in cost.read.items()]
        rows.append(("`grower.cash`, one by one", rows[0][1], f"{cost.one_by_one:.2f} ms"))
        self.tables.append(
            ("Reading an attribute of all agents of a class", ("attribute", "agents", "time"), rows)
        )

    def add_growth(self, growth: Growth) -> None:
        """Growth with the number of households."""
        sizes = sorted(growth.cost)
        what = f"growth with households, {sizes[-2]:,} to {sizes[-1]:,} (exponent)"
        self._line(what, f"{growth.exponent:.2f}", f"{LINEAR:.0f}: linear", growth.exponent <= LINEAR + 0.05)
        rows = [
            (f"{size:,}", f"{ms:.2f} ms", f"{1e6 * ms / size:.0f} ns")
            for size, ms in sorted(growth.cost.items())
        ]
        title = f"Growth over {growth.weeks} weeks (exponent {growth.whole_exponent:.2f} over the whole span)"
        self.tables.append((title, ("households", "a week", "a household and week"), rows))

    def add_memory(self, memory: Memory | None) -> None:
        """Peak memory of one run."""
        if memory is None:
            self._line("peak memory of one run", "not told by this platform", f"{MEMORY_BUDGET:.0f} MB", True)
            return
        measured = f"{memory.run:.0f} MB ({memory.loaded:.0f} MB of it before the run)"
        self._line("peak memory of one run", measured, f"{MEMORY_BUDGET:.0f} MB", memory.run <= MEMORY_BUDGET)

    def add_start_up(self, seconds: dict[str, float]) -> None:
        """Start of Python, the import and the help text."""
        alone = f" ({seconds['python']:.2f} s of it Python itself)"
        found = f"{seconds['import']:.2f} s{alone}"
        self._line("`import vraem`", found, f"{IMPORT_BUDGET} s", seconds["import"] <= IMPORT_BUDGET)
        self._line(
            "`vraem --help`", f"{seconds['help']:.2f} s", f"{HELP_BUDGET} s", seconds["help"] <= HELP_BUDGET
        )

    def add_pairing(self, pairing: Pairing) -> None:
        """What common random numbers save."""
        rows = [
            (label, f"{gain:.1f} times" if gain == gain else "no effect")
            for label, gain in pairing.gain.items()
        ]
        runs = f"{pairing.seeds} seeds, {pairing.households:,} households"
        title = f"Variance of an effect without pairing over with it ({runs})"
        self.tables.append((title, (pairing.effect, "gain"), rows))

    def _line(self, what: str, measured: str, budget: str, kept: bool) -> None:
        self.lines.append((what, measured, budget, kept))

    @property
    def kept(self) -> bool:
        """Whether every budget is kept."""
        return all(line[3] for line in self.lines)

    def markdown(self) -> str:
        """Everything as Markdown."""
        rows = [
            (what, measured, budget, "yes" if kept else "**no**")
            for what, measured, budget, kept in self.lines
        ]
        parts = [machine(self.yardstick), _table(("what", "measured", "budget", "kept"), rows)]
        for title, head, body in self.tables:
            parts += [f"**{title}**", _table(head, body)]
        return "\n\n".join(parts)


def machine(yardstick: float) -> str:
    """What it was measured on, in a line."""
    python, system = platform.python_version(), platform.system()
    return (
        f"Measured on {os.cpu_count()} cores ({platform.machine()}, {system}), Python {python}, "
        f"NumPy {np.__version__}; yardstick (exp of 4 million float32): {yardstick:.1f} ms."
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = [head, *rows]
    widths = [max(len(row[column]) for row in body) for column in range(len(head))]

    def line(row: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([line(head), rule, *(line(row) for row in body[1:])])


def write_block(path: Path, text: str) -> None:
    """Put `text` between the marks of the file at `path`; a new file gets the marks only.

    Raises
    ------
    ValueError
        If the file is there but does not hold both marks, in order, once.

    """
    block = f"{BEGIN}\n\n{text}\n\n{END}"
    if not path.exists():
        path.write_text(block + "\n", encoding="utf-8")
        return
    old = path.read_text(encoding="utf-8")
    if old.count(BEGIN) != 1 or old.count(END) != 1 or old.index(BEGIN) > old.index(END):
        raise ValueError(f"{path}: expected one line {BEGIN} and, after it, one line {END}")
    before, rest = old.split(BEGIN)
    path.write_text(before + block + rest.split(END)[1], encoding="utf-8")
