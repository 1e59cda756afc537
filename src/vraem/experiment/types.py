"""What a sweep is made of: the experiment, its tasks and runs, the outcomes asked for, and what a run leaves.

These types are small, frozen and picklable: they travel to workers.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vraem.scenario import Scenario

Statistic = Literal["mean", "min", "max", "last", "sum", "change"]
Scalar = float | int | str | None
"""A value of a run's row; None where the run cannot tell (it does not reach the horizon)."""


@dataclass(frozen=True)
class Run:
    """One run of the plan.

    ``id``: 24 hex digits that stand for all that determines the run (resolved scenario, seed, version).
    ``point``: index of the draw of the factors. ``replicate``: index of the seed within the point.
    ``seed``: the seed used, equal across arms for the same point and replicate. ``changes``: the draw as
    dotted keys with their values, ``(("parameters.demand_elasticity", 5.1),)``.
    """

    id: str
    arm: str
    point: int
    replicate: int
    seed: int
    changes: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Task:
    """The unit of work: the arms of one point and replicate, which may share their past.

    ``key`` sorts as the plan does.
    """

    key: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Outcome:
    """What is kept of each run: a number from one weekly series over a period, or a ``measure`` of the catalogue.

    ``start``, ``end``: both days included; None is the run's own end. ``measure``: name in
    ``vraem.observe.catalogue``, in place of a series; ``months`` after the campaign's end, None if it has no
    horizons; ``text``: its values are labels.
    """

    name: str
    series: str = ""
    statistic: Statistic = "mean"
    start: datetime.date | None = None
    end: datetime.date | None = None
    unit: str = ""
    measure: str | None = None
    months: int | None = None
    text: bool = False


def is_assumption(key: str) -> bool:
    """Whether a dotted key of a scenario is that of a parameter or a switch."""
    return key.startswith(("parameters.", "switches."))


@dataclass(frozen=True)
class Factor:
    """What varies between points. ``key`` is a dotted key of a scenario.

    ``values`` for a list of levels; else a range from ``low`` to ``high`` with the distribution ``prior``
    (see ``priors``; ``mode`` is the middle of those that have one). ``whole``: only whole numbers count.
    ``default``: the value of an arm that says nothing.
    """

    key: str
    values: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    prior: str = "uniform"
    mode: float | None = None
    whole: bool = False
    default: Any = None

    @property
    def name(self) -> str:
        """The key without its table: ``demand_elasticity``."""
        return self.key.partition(".")[2] if self.assumed else self.key

    @property
    def assumed(self) -> bool:
        """Whether it is an assumption about the valley (a parameter, a switch) and no part of what is done to it."""
        return is_assumption(self.key)


@dataclass(frozen=True)
class Design:
    """How points are laid over the factors.

    ``seed`` is that of designs that draw. ``matched``: only the points that history does not rule out are run.
    """

    kind: str
    samples: int = 0
    levels: int = 0
    seed: int = 1
    matched: bool = False


@dataclass(frozen=True)
class Replicates:
    """How many seeds each point has, and which.

    ``count`` seeds; or, with an ``outcome``, from ``count`` up in steps of ``step`` until the interval of
    its mean (against the arm ``against``: of its mean difference) has a half width of at most
    ``half_width`` (in its unit) or ``half_width_share`` (of the mean), or ``at_most`` are done.
    ``common``: every point has the same seeds, so that points differ by their draws alone.
    """

    count: int
    seed: int = 1
    common: bool = True
    outcome: str | None = None
    against: str | None = None
    half_width: float | None = None
    half_width_share: float | None = None
    level: float = 0.9
    step: int = 0
    at_most: int = 0

    @property
    def adaptive(self) -> bool:
        """Whether the number depends on what the runs give."""
        return self.outcome is not None


@dataclass(frozen=True)
class Experiment:
    """A resolved experiment file.

    ``arms``: names with resolved scenarios, in the order of the file; the first is the one that others are
    set against. ``horizons``: named periods. ``series``: "all", "none", or n to keep the weekly series of
    every n-th seed (see ``is_kept``). ``rules``: the rules of the verdict, frozen by ``rules_hash``.
    ``time_limit``: seconds per run, None without. ``text``: the resolved experiment as a file that needs no
    other. ``id``: 16 hex digits that stand for arms, factors, design, seeds, outcomes, horizons and rules;
    the number of replicates, the series kept and the time limit do not count, since they may grow later.
    ``kept``: the points that history does not rule out, once a matched design knows them; None runs all points.
    """

    name: str
    description: str
    question: str | None
    arms: tuple[tuple[str, Scenario], ...]
    factors: tuple[Factor, ...]
    design: Design
    replicates: Replicates
    outcomes: tuple[Outcome, ...]
    horizons: tuple[tuple[str, datetime.date, datetime.date], ...]
    series: Literal["all", "none"] | int
    rules: Mapping[str, Any]
    rules_hash: str
    time_limit: float | None
    id: str
    text: str = field(repr=False, compare=False, default="")
    kept: frozenset[int] | None = field(repr=False, compare=False, default=None)

    def scenario(self, run: Run) -> Scenario:
        """The scenario of the run's arm with the draw laid over it."""
        from vraem.experiment.plan import resolved

        return resolved(self.arm(run.arm), run.changes)

    def arm(self, name: str) -> Scenario:
        """The scenario of an arm. Raises ``KeyError`` if there is none of that name."""
        return dict(self.arms)[name]

    def keeps_series(self, run: Run) -> bool:
        """Whether the weekly series of a run are kept; arms of one point and replicate are kept together."""
        return is_kept(self.series, self.replicates.common, run.point, run.replicate)


def is_kept(series: str | int, common: bool, point: int, replicate: int) -> bool:
    """Whether the series of a point and replicate are kept: of every n-th seed where all points share their seeds.

    The same seeds then at all points, so that these can be compared. Where points have seeds of their own the one that
    is kept moves on from point to point, so that each n-th run is.
    """
    if series in ("all", "none"):
        return series == "all"
    return (replicate if common else point + replicate) % int(series) == 0


@dataclass(frozen=True)
class RunRecord:
    """What one run leaves: the row of the store.

    ``scalars``: outcomes by name, numbers or labels. ``series``: weekly values (weeks,) by name, or None.
    ``dates``: (weeks,) datetime64[D]. ``seconds``: wall-clock time. ``weeks_run``: weeks simulated for this
    run alone, fewer than all when its past was shared. ``error`` and ``traceback``: of a failed run.
    """

    run: Run
    status: Literal["done", "failed"]
    scalars: Mapping[str, Scalar]
    series: Mapping[str, NDArray[np.float64]] | None
    dates: NDArray[np.datetime64] | None
    seconds: float
    weeks_run: int
    error: str | None = None
    traceback: str | None = None
