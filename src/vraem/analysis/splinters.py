"""What becomes of the splinters of dismantled groups: how many there are, how large, and where they end.

Shares at an age are of the splinters that were watched for that long, whatever became of them: runs end on one date, so
that nothing but the day of birth decides who is watched. Intervals resample whole draws of assumptions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vraem.analysis import outcome_columns as columns
from vraem.analysis.clusters import mean_interval
from vraem.analysis.intervals import Interval
from vraem.analysis.resampling import posterior_share
from vraem.analysis.results import Results
from vraem.observe.splinters import ALONE, SPLINTER_ENDS, SPLINTER_WORDS, read_splinter_lives
from vraem.world.clock import WEEKS_A_YEAR

AGES = (1, 3, 5, 10)
"""Years since the split at which it is told what a splinter has become."""

MOST_COUNTED = 4
"""Runs with so many splinters or more are counted together."""


@dataclass(frozen=True)
class SplinterLives:
    """Splinters of some runs, arrays (splinters,): `run` each belongs to, `lived`, `armed`, `end`, `watched`.

    Times in weeks from the birth on, `watched` to the end of the run; `end` of `SPLINTER_ENDS`, −1 if it stood as long
    as it was watched. ``clusters`` (runs,) outer draws.
    """

    run: NDArray[np.int64]
    lived: NDArray[np.float64]
    end: NDArray[np.int64]
    armed: NDArray[np.float64]
    watched: NDArray[np.float64]
    clusters: NDArray[np.int64]

    @classmethod
    def of(cls, results: Results) -> "SplinterLives":
        """Of all runs of a table. Raises ``ValueError`` if the runs do not say what became of splinters."""
        if not results.has(columns.SPLINTER_LIVES, columns.WATCHED):
            raise ValueError(
                f'the runs do not say what became of splinters: ask for the measures "{columns.SPLINTER_LIVES}" and '
                f'"{columns.WATCHED}" in the outcomes of the experiment'
            )
        texts = results.frame[columns.SPLINTER_LIVES].fillna("").tolist()
        watched = results.numbers(columns.WATCHED)
        rows = [(run, *each) for run, text in enumerate(texts) for each in read_splinter_lives(text)]
        table = np.array(rows, dtype=np.float64).reshape(-1, 5)
        run = table[:, 0].astype(np.int64)
        return cls(
            run=run,
            lived=table[:, 2],
            end=table[:, 3].astype(np.int64),
            armed=table[:, 4],
            watched=watched[run] - table[:, 1],
            clusters=results.clusters,
        )

    def fate_at(self, years: float, fate: str) -> NDArray[np.float64]:
        """Whether each splinter has a fate at an age, 1 or 0 (splinters,); not a number if it was not watched."""
        weeks = years * WEEKS_A_YEAR
        over = self.lived <= weeks
        code = SPLINTER_ENDS.index(fate) if fate != ALONE else -1
        have = np.where(over, self.end, -1) == code
        return np.where(self.watched >= weeks, have.astype(np.float64), np.nan)


@dataclass(frozen=True)
class SplinterFindings:
    """Splinters of the dismantled runs: `runs`, splinters in all, their size in armed members (quartiles).

    `any`: share of runs with at least one; `a_run`: mean number; `counts`: share of runs with 0, 1, … and
    `MOST_COUNTED` or more; `at`: shares of the fates at each age, of the `watched` splinters.
    """

    runs: int
    splinters: int
    any: Interval
    a_run: Interval
    counts: tuple[float, ...]
    armed: tuple[float, float, float]
    watched: dict[int, int]
    at: dict[int, dict[str, Interval]]


def splinter_findings(results: Results) -> SplinterFindings | None:
    """What became of the splinters of the runs dismantled by the definition of the rules; None without such runs."""
    judged = results.judged
    if not judged.has(columns.SPLINTER_LIVES, columns.WATCHED) or not results.definitions:
        return None
    kept = judged.where(judged.dismantled())
    if not len(kept.frame):
        return None
    lives = SplinterLives.of(kept)
    counts = np.bincount(lives.run, minlength=len(kept.frame))
    some = posterior_share(counts > 0, lives.clusters, name="splinters in a run")
    ages = {years: lives.watched >= years * WEEKS_A_YEAR for years in AGES}
    low, middle, high = np.quantile(lives.armed, (0.25, 0.5, 0.75)) if len(lives.armed) else (np.nan,) * 3
    return SplinterFindings(
        runs=len(kept.frame),
        splinters=len(lives.run),
        any=some.interval(),
        a_run=mean_interval(counts, lives.clusters),
        counts=tuple(
            float((np.minimum(counts, MOST_COUNTED) == number).mean()) for number in range(MOST_COUNTED + 1)
        ),
        armed=(float(low), float(middle), float(high)),
        watched={years: int(seen.sum()) for years, seen in ages.items() if seen.any()},
        at={
            years: {fate: _share(lives, years, fate) for fate in SPLINTER_WORDS}
            for years, seen in ages.items()
            if seen.any()
        },
    )


def _share(lives: SplinterLives, years: int, fate: str) -> Interval:
    have = lives.fate_at(years, fate)
    seen = np.isfinite(have)
    posterior = posterior_share(
        have == 1.0, lives.clusters[lives.run], among=seen, name=f"splinters {fate} {years}"
    )
    return posterior.interval()
