"""Weekly series of many runs by arm: read from the folder of a sweep, or taken from finished runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vraem.analysis.results import Results
from vraem.figures.arms import arm_look
from vraem.figures.style import Look, seed_text, thousands
from vraem.figures.swept import as_swept, look_of, shown_arms, swept_caption
from vraem.observe import RunResult
from vraem.version import __version__

if TYPE_CHECKING:
    from vraem.scenario import Scenario

Source = Results | Path | str | Mapping[str, Sequence[RunResult]]
"""Where weekly series come from: an experiment, the folder of its sweep, or runs by the name of their arm."""

Dated = tuple[NDArray[np.datetime64], dict[str, NDArray[np.float64]]]
"""Weeks of one run and its series by name."""


@dataclass(frozen=True)
class ArmSeries:
    """Weekly series by arm.

    `dates` (weeks,), the weeks that all runs hold; `values` by arm and name of the series (runs, weeks), runs in the
    order of draws and seeds; `looks` by arm; `spans` by arm first and last day of its campaigns, None if it has none;
    `caption` what the runs are.
    """

    dates: NDArray[np.datetime64]
    values: dict[str, dict[str, NDArray[np.float64]]]
    looks: dict[str, Look]
    spans: dict[str, tuple[date, date] | None]
    caption: str

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day of the campaigns of all arms, None if there is none."""
        spans = [span for span in self.spans.values() if span is not None]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    @property
    def arms(self) -> list[str]:
        """Names of the arms, the reference first."""
        return list(self.values)

    def runs(self, arm: str) -> int:
        """How many runs of an arm have series."""
        return len(next(iter(self.values[arm].values())))

    @classmethod
    def of(cls, source: Source, names: Sequence[str]) -> "ArmSeries":
        """The series `names` of `source`. Raises ``ValueError`` if there are none."""
        if isinstance(source, Mapping):
            return cls._of_runs(source, names)
        return cls._of_sweep(as_swept(source), names)

    @classmethod
    def _of_sweep(cls, results: Results, names: Sequence[str]) -> "ArmSeries":
        from vraem.experiment.store import Store

        if results.directory is None:
            raise ValueError(
                "the results were not read from the folder of a sweep, so they have no weekly series"
            )
        kept = results.strong
        wanted = set(zip(kept.frame["arm"], kept.frame["point"], kept.frame["replicate"], strict=True))
        store = Store.open(results.directory)
        found: dict[str, list[Dated]] = {}
        for arm in shown_arms(kept):
            own: dict[tuple[int, int], Dated] = {}
            for table in store.each_series(list(names), arm=arm):
                point, replicate = table["point"][0].as_py(), table["replicate"][0].as_py()
                if (arm, point, replicate) in wanted:
                    dates = table["week"].to_numpy().astype("datetime64[D]")
                    own[point, replicate] = (dates, {name: table[name].to_numpy() for name in names})
            if own:
                found[arm] = [own[key] for key in sorted(own)]  # rows of two arms are pairs
        if not found:
            raise ValueError(
                'the sweep kept no weekly series: ask for them in the experiment (series = 10, or "all")'
            )
        dates, values = _common(found, names)
        counted = sum(len(runs) for runs in found.values())
        note = f"Weekly series of {thousands(counted)} of these runs." if counted < len(kept.frame) else ""
        return cls(
            dates,
            values,
            {arm: look_of(kept, arm) for arm in values},
            {arm: campaign_span([scenario]) for arm, scenario in _scenarios(results) if arm in values},
            swept_caption(kept, note, intervals=False),
        )

    @classmethod
    def _of_runs(cls, runs: Mapping[str, Sequence[RunResult]], names: Sequence[str]) -> "ArmSeries":
        if not runs or not all(runs.values()):
            raise ValueError("every arm needs at least one run")
        found = {
            arm: [(run.dates.astype("datetime64[D]"), {name: run[name] for name in names}) for run in own]
            for arm, own in runs.items()
        }
        dates, values = _common(found, names)
        seeds = sorted({run.seed for own in runs.values() for run in own})
        counts = {len(own) for own in runs.values()}
        said = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
        return cls(
            dates,
            values,
            {arm: arm_look(place) for place, arm in enumerate(runs)},
            {arm: campaign_span(run.scenario for run in own) for arm, own in runs.items()},
            f"{said} runs of each scenario, {seed_text(seeds)}, vraem {__version__}.",
        )


def _common(
    found: Mapping[str, Sequence[Dated]], names: Sequence[str]
) -> tuple[NDArray[np.datetime64], dict[str, dict[str, NDArray[np.float64]]]]:
    """The weeks that all runs hold, and the series cut to them."""
    everyone = [dates for runs in found.values() for dates, _ in runs]
    common = everyone[0]
    for dates in everyone[1:]:
        if len(dates) != len(common) or (dates != common).any():
            common = np.intersect1d(common, dates)
    if not len(common):
        raise ValueError("the runs have no week in common, so they cannot share a chart")
    values = {
        arm: {
            name: np.stack([series[name][np.isin(dates, common)] for dates, series in runs]).astype(
                np.float64
            )
            for name in names
        }
        for arm, runs in found.items()
    }
    return common, values


def campaign_span(scenarios: "Iterable[Scenario]") -> tuple[date, date] | None:
    """First and last day of anything that is done to the groups in any of the scenarios."""
    spans: list[tuple[date, date]] = []
    for scenario in scenarios:
        spans += [(campaign.start, campaign.end) for campaign in scenario.campaigns]
        spans += [(event.date, event.date) for event in scenario.events if event.kind == "removal"]
    if not spans:
        return None
    return min(start for start, _ in spans), max(end for _, end in spans)


def _scenarios(results: Results) -> "Sequence[tuple[str, Scenario]]":
    assert results.experiment is not None
    return results.experiment.arms
