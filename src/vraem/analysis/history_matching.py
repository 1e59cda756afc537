"""Which draws of a sweep history rules out: those under which the group never was what was observed of it.

Every draw is run again over 2012-23 without any campaign, with seeds of its own. It is kept if its runs meet the
observed patterns of the group's strength and income (P11, P12), all of them in every matching run. One more run,
with which nothing is matched, says how what is kept does under chance by which it was not chosen. Nothing here looks at
an outcome. Source: docs/sweeps.md, Draws that history rules out; filtering by patterns after Grimm & Railsback (2012).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.group_patterns import income, strength
from vraem.analysis.parallel import map_jobs
from vraem.analysis.pattern import Measure
from vraem.analysis.scoreboard import Progress, require_history
from vraem.experiment.output import MATCH_FILE
from vraem.experiment.part_files import write_whole
from vraem.experiment.rules import reference_arm
from vraem.observe import RunResult, run
from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.experiment.design import Point
    from vraem.experiment.types import Experiment
    from vraem.scenario import Scenario

FORMAT = 1
MATCHING_RUNS = 2
"""Runs of a draw that must meet every pattern; one more is for the check."""
LAST_DAY = date(2023, 12, 31)
FIRST_REPLICATE = 1_000_000
"""Replicates of matching begin here, so that no run of a sweep has the seed of one."""
DRAWN_TABLES = ("parameters.", "switches.")
"""Keys of factors that are assumptions about the valley, and no part of what is done to it."""

MATCHED: Mapping[str, Callable[[RunResult], list[Measure]]] = {"P11": strength, "P12": income}
"""The patterns that are matched: observed of this group, and told by a single path."""


@dataclass(frozen=True)
class Matching:
    """What matching found.

    ``experiment`` (its id), ``version`` of the model and ``households`` of the matching runs; ``points`` (draws,) of
    the experiment; ``met`` by pattern, (draws, matching runs + 1), the run for the check last.
    """

    experiment: str
    version: str
    households: int
    points: tuple[int, ...]
    met: Mapping[str, NDArray[np.bool_]]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which draws meet every pattern in every matching run, (draws,)."""
        kept: NDArray[np.bool_] = np.logical_and.reduce(self.all_met[:, :-1], axis=1)
        return kept

    @property
    def all_met(self) -> NDArray[np.bool_]:
        """Whether each run meets every pattern, (draws, runs)."""
        every: NDArray[np.bool_] = np.logical_and.reduce(list(self.met.values()))
        return every

    @property
    def kept_points(self) -> frozenset[int]:
        """The points of the draws that are kept."""
        return frozenset(np.array(self.points)[self.kept].tolist())

    def summary(self) -> "MatchSummary":
        """What to tell of it."""
        kept = self.kept
        met = {**self.met, "all": self.all_met}
        return MatchSummary(
            draws=len(kept),
            kept=int(kept.sum()),
            runs=MATCHING_RUNS,
            households=self.households,
            version=self.version,
            before={name: _share(each[:, -1]) for name, each in met.items()},
            after={name: _share(each[kept, -1]) for name, each in met.items()},
        )

    def write(self, folder: Path) -> Path:
        """Write `match.json` into the folder of the sweep and return its path. Raises ``StoreError``."""
        data = {
            "format": FORMAT,
            "experiment": self.experiment,
            "vraem": self.version,
            "households": self.households,
            "draws": [
                {
                    "point": point,
                    "kept": bool(kept),
                    **{name: met[row].tolist() for name, met in self.met.items()},
                }
                for row, (point, kept) in enumerate(zip(self.points, self.kept, strict=True))
            ],
        }
        path = folder / MATCH_FILE
        text = json.dumps(data, indent=1) + "\n"
        write_whole(path, lambda file: file.write(text.encode()))
        return path

    @classmethod
    def read(cls, folder: Path, experiment: str, version: str) -> "Matching | None":
        """What `write` left in the folder of a sweep of `experiment` (its id) by `version`; None if nothing is there.

        Raises ``ValueError``, in one line, if it is of another experiment or version or cannot be read.
        """
        path = folder / MATCH_FILE
        again = f"run vraem match {folder} again"
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ValueError
            found = cls(
                experiment=str(data["experiment"]),
                version=str(data["vraem"]),
                households=int(data["households"]),
                points=tuple(int(draw["point"]) for draw in data["draws"]),
                met={name: np.array([draw[name] for draw in data["draws"]], dtype=bool) for name in MATCHED},
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            raise ValueError(f"{path}: cannot be read as the matched draws of a sweep; {again}") from None
        if (found.experiment, found.version) != (experiment, version):
            raise ValueError(
                f"{path}: got draws of the experiment {found.experiment} by vraem {found.version}, expected those of "
                f"{experiment} by {version}; {again}"
            )
        return found


@dataclass(frozen=True)
class MatchSummary:
    """How many of the `draws` are `kept`, and the share of check runs that meet each pattern.

    `runs` a draw were matched. Shares are `before` (of all draws) and `after` (of those kept), by pattern and for
    `all`.
    """

    draws: int
    kept: int
    runs: int
    households: int
    version: str
    before: Mapping[str, float]
    after: Mapping[str, float]


def match_history(
    experiment: "Experiment",
    *,
    households: int,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Matching:
    """Run every draw of `experiment` over history and see which patterns of the group it meets.

    Parameters
    ----------
    experiment
        Its reference arm gives the scenario, without what it does to the group.
    households
        Rows of households; members of the group are one to one whatever they are.
    workers, progress
        As of `map_jobs`: processes, and what is called with (runs done, runs in all).

    Raises
    ------
    ValueError
        If the experiment draws no parameter and no switch, or does not cover the years of the patterns.

    """
    from vraem.experiment.design import points
    from vraem.experiment.plan import resolved, seed_of

    drawn = [_assumptions(changes) for changes in points(experiment.design, experiment.factors)]
    if not any(drawn):
        raise ValueError(
            f"the experiment {experiment.name} draws no parameter and no switch: there is nothing to match"
        )
    base = history_of(experiment, households)
    first: dict[Point, int] = {}
    for point, changes in enumerate(drawn):
        first.setdefault(changes, point)
    jobs = [
        (resolved(base, changes), seed_of(experiment.replicates.seed, point, FIRST_REPLICATE + number))
        for changes, point in first.items()
        for number in range(MATCHING_RUNS + 1)
    ]
    ran = map_jobs(patterns_met, jobs, workers=workers, progress=progress)
    met = np.array(ran, dtype=bool).reshape(len(first), MATCHING_RUNS + 1, len(MATCHED))
    row = {changes: place for place, changes in enumerate(first)}
    of_points = met[[row[changes] for changes in drawn]]
    return Matching(
        experiment=experiment.id,
        version=__version__,
        households=households,
        points=tuple(range(len(drawn))),
        met={name: of_points[:, :, place] for place, name in enumerate(MATCHED)},
    )


def history_of(experiment: "Experiment", households: int) -> "Scenario":
    """The reference arm of `experiment` over 2012-23, without campaigns and removals. Raises ``ValueError``."""
    scenario = dict(experiment.arms)[reference_arm(experiment)]
    events = tuple(event for event in scenario.events if event.kind != "removal")
    untouched = replace(scenario, campaigns=(), events=events)
    history = untouched.with_({"run.end": LAST_DAY, "run.households": households})
    require_history(history)
    return history


def patterns_met(job: "tuple[Scenario, int]") -> list[bool]:
    """Whether the run of a scenario with a seed meets each pattern of `MATCHED`."""
    scenario, seed = job
    result = run(scenario, seed=seed)
    return [all(measure.passed for measure in measured(result)) for measured in MATCHED.values()]


def _assumptions(changes: "Point") -> "Point":
    return tuple((key, value) for key, value in changes if key.startswith(DRAWN_TABLES))


def _share(values: Sequence[bool] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
