"""Progress of long work on stderr: a bar on a terminal, a plain line at each tenth elsewhere, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from time import perf_counter

import click

from vraem.cli.terminal import is_terminal

Report = Callable[..., None]
"""Called with (done, in all) and, for a run, the date reached."""

TENTHS = 10
SECONDS_A_MINUTE = 60


@contextmanager
def progress(what: str, *, quiet: bool = False, warm_up: bool = False) -> Iterator[Report | None]:
    """A reporter for the work named `what`, counted in its plural (weeks, seeds); None when `quiet`.

    With `warm_up` the pace is taken from the first report on: what came before it, such as loading, does not
    count.
    """
    if quiet:
        yield None
    elif is_terminal(sys.stderr):
        with _bar(what, _Pace(warm_up)) as report:
            yield report
    else:
        yield _Lines(what, _Pace(warm_up))


class _Pace:
    """Units of work a second, since the start or since the first report."""

    def __init__(self, warm_up: bool) -> None:
        self._since = perf_counter()
        self._skipped: int | None = None if warm_up else 0

    def after(self, done: int) -> float:
        """The pace when `done` units are done."""
        now = perf_counter()
        pace = (done - (self._skipped or 0)) / max(now - self._since, 1e-9)
        if self._skipped is None:
            self._skipped, self._since = done, now
        return pace


class _Lines:
    """Writes a line whenever another tenth is done."""

    def __init__(self, what: str, pace: _Pace) -> None:
        self._what = what
        self._pace = pace
        self._tenths = 0

    def __call__(self, done: int, total: int, day: date | None = None) -> None:
        rate = self._pace.after(done)
        tenths = TENTHS * done // total
        if tenths == self._tenths:
            return
        self._tenths = tenths
        left = (total - done) / rate if rate else 0.0
        reached = f", {day}" if day else ""
        click.echo(
            f"{100 * done // total:3d} %  {done} of {total} {self._what}{reached}, "
            f"{speed(rate)} {self._what}/s, {clock(left)} left",
            err=True,
        )


@contextmanager
def _bar(what: str, pace: _Pace) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn(f"{what} {{task.fields[day]}} {{task.fields[rate]}}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None, day="", rate="")

        def report(done: int, total: int, day: date | None = None) -> None:
            rate = speed(pace.after(done))
            shown.update(task, completed=done, total=total, day=str(day or ""), rate=rate)

        yield report


def clock(seconds: float) -> str:
    """A span of time as minutes and seconds: 1:05."""
    whole = round(seconds)
    return f"{whole // SECONDS_A_MINUTE}:{whole % SECONDS_A_MINUTE:02d}"


def speed(rate: float) -> str:
    """A rate with two digits that matter below ten, whole above: 0.53, 4.2, 998."""
    return f"{rate:.2g}" if rate < TENTHS else f"{rate:.0f}"
