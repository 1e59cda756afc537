"""Draws of a sweep that history does not rule out, as matching found them: their file, and what it says of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vraem.experiment.output import MATCH_FILE
from vraem.experiment.part_files import write_whole
from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.experiment.types import Experiment

FORMAT = 2
MATCHING_RUNS = 2
"""Runs of a draw that must meet every pattern; one more is for the check."""
RUNS_A_DRAW = MATCHING_RUNS + 1
MATCHED_PATTERNS = ("P11", "P12")
"""The patterns that are matched: observed of this group, and told by a single path."""


@dataclass(frozen=True)
class Matching:
    """What matching found.

    ``experiment`` (its id), ``version`` of the model and ``households`` of the matching runs; ``points`` (draws,) of
    the experiment, fewer than ``asked`` if matching was stopped; ``met`` by pattern, (draws, matching runs + 1),
    the run for the check last.
    """

    experiment: str
    version: str
    households: int
    asked: int
    points: tuple[int, ...]
    met: Mapping[str, NDArray[np.bool_]]

    @property
    def complete(self) -> bool:
        """Whether all draws were asked."""
        return len(self.points) == self.asked

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

    def summary(self, *, others_run: bool = True) -> "MatchSummary":
        """What to tell of it; `others_run`: whether draws that are not kept were run, too."""
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
            others_run=others_run,
        )

    @staticmethod
    def path(folder: Path) -> Path:
        """Where the matched draws of the sweep in a folder are."""
        return folder / MATCH_FILE

    def write(self, folder: Path) -> Path:
        """Write `match.json` into the folder of the sweep and return its path. Raises ``StoreError``."""
        data = {
            "format": FORMAT,
            "experiment": self.experiment,
            "vraem": self.version,
            "households": self.households,
            "asked": self.asked,
            "draws": [
                {
                    "point": point,
                    "kept": bool(kept),
                    **{name: met[row].tolist() for name, met in self.met.items()},
                }
                for row, (point, kept) in enumerate(zip(self.points, self.kept, strict=True))
            ],
        }
        path = self.path(folder)
        text = json.dumps(data, indent=1) + "\n"
        write_whole(path, lambda file: file.write(text.encode()))
        return path

    @classmethod
    def read(cls, folder: Path, experiment: str, version: str) -> "Matching | None":
        """What `write` left in the folder of a sweep of `experiment` (its id) by `version`; None if nothing is there.

        Raises ``ValueError``, in one line, if it is of another experiment or version or cannot be read.
        """
        path = cls.path(folder)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ValueError
            draws = data["draws"]
            found = cls(
                experiment=str(data["experiment"]),
                version=str(data["vraem"]),
                households=int(data["households"]),
                asked=int(data["asked"]),
                points=tuple(int(draw["point"]) for draw in draws),
                met={name: _runs_met(draws, name) for name in MATCHED_PATTERNS},
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            raise ValueError(
                f"{path}: cannot be read as the matched draws of a sweep; {_again(folder)}"
            ) from None
        if (found.experiment, found.version) != (experiment, version):
            raise ValueError(
                f"{path}: got draws of the experiment {found.experiment} by vraem {found.version}, expected those of "
                f"{experiment} by {version}; {_again(folder)}"
            )
        return found

    @classmethod
    def read_complete(cls, folder: Path, experiment: str, version: str) -> "Matching | None":
        """As `read`; raises ``ValueError`` too if matching was stopped before all draws were asked."""
        found = cls.read(folder, experiment, version)
        if found is not None and not found.complete:
            raise ValueError(
                f"{cls.path(folder)}: got {len(found.points)} draws, expected all {found.asked}; {_again(folder)}"
            )
        return found


def _runs_met(draws: Sequence[Mapping[str, Any]], pattern: str) -> NDArray[np.bool_]:
    return np.array([draw[pattern] for draw in draws], dtype=bool).reshape(len(draws), RUNS_A_DRAW)


def _again(folder: Path) -> str:
    return f"run vraem match {folder} again"


@dataclass(frozen=True)
class MatchSummary:
    """How many of the `draws` are `kept`, and the share of check runs that meet each pattern.

    `runs` a draw were matched; `others_run` if the sweep ran draws that are not kept, too. Shares are `before` (of all
    draws) and `after` (of those kept), by pattern and for `all`.
    """

    draws: int
    kept: int
    runs: int
    households: int
    version: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    others_run: bool


def only_kept(experiment: "Experiment", folder: Path) -> "Experiment":
    """A matched `experiment` that knows the points to run, as `vraem match` left them in the folder of its sweep.

    Any other experiment as it is. Raises ``ValueError``, in one line, if its draws are not all matched.
    """
    if not experiment.design.matched:
        return experiment
    found = Matching.read_complete(folder, experiment.id, __version__)
    if found is None:
        raise ValueError(
            f"{folder}: the draws of {experiment.name} are not matched yet; run vraem match with the same experiment "
            "and --out first"
        )
    return replace(experiment, kept=found.kept_points)


def _share(values: Sequence[bool] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
