"""What a sweep says while it runs and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SECONDS_A_MINUTE = 60
MINUTES_AN_HOUR = 60


def saved_in_words(saved: int, weeks: int) -> str:
    """What shared pasts saved of all `weeks`."""
    return f"shared pasts saved {100.0 * saved / weeks:.0f} % of the weeks"


@dataclass(frozen=True)
class SweepProgress:
    """How far a sweep is.

    ``done`` and ``failed`` runs of this sweep, ``skipped`` ones that were there before; ``total`` runs in all and
    ``left_seconds``, None if not known; ``rate`` runs a second.
    """

    done: int
    failed: int
    skipped: int
    total: int | None
    seconds: float
    rate: float
    left_seconds: float | None

    def line(self) -> str:
        """One plain line: ``120 of 400 runs, 3 failed, 4.2 runs/s, 1:07 left``."""
        ended = self.done + self.failed + self.skipped
        parts = [f"{ended} of {self.total} runs" if self.total is not None else f"{ended} runs"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.rate > 0:
            parts.append(f"{self.rate:.2g} runs/s" if self.rate < 10 else f"{self.rate:.0f} runs/s")
        if self.left_seconds is not None:
            parts.append(f"{span(self.left_seconds)} left")
        return ", ".join(parts)


@dataclass(frozen=True)
class SweepReport:
    """What a sweep did.

    ``done`` and ``failed`` runs of this sweep; ``skipped`` runs that were done before; ``failed_before`` runs
    that failed before and were not tried again; ``left`` runs not ended because the sweep was stopped (None if the
    number is not known); ``weeks`` of the finished runs and ``weeks_run``, those really simulated.
    """

    directory: Path
    done: int
    failed: int
    skipped: int
    failed_before: int
    left: int | None
    seconds: float
    weeks: int
    weeks_run: int
    interrupted: bool

    @property
    def weeks_saved(self) -> int:
        """Weeks that needed no simulation, since runs shared their past."""
        return self.weeks - self.weeks_run

    def lines(self) -> list[str]:
        """The report in plain sentences, how to go on included."""
        said = [f"{_runs(self.done)} done in {span(self.seconds)}"]
        if self.skipped:
            said.append(f"{self.skipped} done before")
        text = [f"{', '.join(said)}: {self.directory}"]
        if self.weeks_saved:
            saved = saved_in_words(self.weeks_saved, self.weeks)
            text.append(f"{saved} ({self.weeks_saved} of {self.weeks})")
        if self.failed or self.failed_before:
            before = f" and {self.failed_before} before" if self.failed_before else ""
            text.append(f"{_runs(self.failed)} failed{before}: see {self.directory / 'failures'}")
        if self.left or self.interrupted:
            many = (
                "some runs are"
                if self.left is None
                else f"{_runs(self.left)} {'is' if self.left == 1 else 'are'}"
            )
            text.append(f"stopped: {many} left; run the same command again to go on")
        return text


def _runs(count: int) -> str:
    return f"{count} run" if count == 1 else f"{count} runs"


def span(seconds: float) -> str:
    """A span of time: 1:05, or 2:01:05."""
    minutes, rest = divmod(round(seconds), SECONDS_A_MINUTE)
    hours, minutes = divmod(minutes, MINUTES_AN_HOUR)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
