"""Whether an open number of replicates was enough: which runs are still needed, which intervals stayed too wide."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vraem.experiment.adaptive import complete, gather, half_width, narrow_enough, samples, wanted
from vraem.experiment.plan import next_tasks
from vraem.experiment.rows import Key, key_of
from vraem.experiment.types import Experiment, Replicates
from vraem.experiment.words import percent

Row = Mapping[str, Any]


def runs_needed(experiment: Experiment, rows: Sequence[Row], ended: Collection[Key]) -> int:
    """How many runs the points need beside those that ended, as far as is known now."""
    return sum(key_of(run) not in ended for task in next_tasks(experiment, rows) for run in task.runs)


@dataclass(frozen=True)
class _Wide:
    """An interval that is wider than asked: its half width and the mean."""

    half: float
    mean: float


def precision_in_words(experiment: Experiment, rows: Iterable[Row]) -> str:
    """In how many points the interval is wider than asked after all replicates that there may be; nothing if in none.

    The widest of them is named.
    """
    rule = experiment.replicates
    if not rule.adaptive:
        return ""
    values = gather(experiment, rows)
    widest = [wide for ended in values.values() if (wide := _widest(experiment, ended)) is not None]
    if not widest:
        return ""
    points = f"in {len(widest)} of {len(values)} point{'' if len(values) == 1 else 's'}"
    after = f"after {rule.at_most} replicates"
    interval = f"the interval of {rule.outcome} is still"
    wide = max(widest, key=lambda each: _measured(rule, each))
    measured, limit = (
        _measured(rule, wide),
        rule.half_width if rule.half_width is not None else rule.half_width_share,
    )
    assert limit is not None
    # yes and no that were all the same have no width of their own, yet the rule does not trust them
    if not limit < measured < math.inf:
        return f"{points} {interval} wider than asked ({_asked(rule)}) {after}"
    said = f"{wide.half:.4g}" if rule.half_width is not None else f"{percent(measured)} of the mean"
    return f"{points} {interval} ±{said} (asked {_asked(rule)}) {after}"


def _asked(rule: Replicates) -> str:
    if rule.half_width is not None:
        return f"{rule.half_width:g}"
    return f"{100 * (rule.half_width_share or 0.0):g} % of the mean"


def _measured(rule: Replicates, wide: _Wide) -> float:
    """The width as the rule asks for it: in the outcome's unit, or as a share of the mean."""
    if rule.half_width is not None:
        return wide.half
    return wide.half / abs(wide.mean) if wide.mean else math.inf


def _widest(experiment: Experiment, ended: Mapping[int, Mapping[str, float]]) -> _Wide | None:
    """The widest interval of a point's arms, once no more replicates may be added; None if all are narrow enough."""
    rule, arms = experiment.replicates, [name for name, _ in experiment.arms]
    if not complete(ended, rule.at_most, arms) or wanted(experiment, ended) < rule.at_most:
        return None
    found = []
    for sample in samples(rule, ended, rule.at_most, arms):
        if not narrow_enough(rule, sample):
            mean = math.fsum(sample) / len(sample) if sample else 0.0
            found.append(_Wide(half_width(sample, rule.level), mean))
    return max(found, key=lambda each: _measured(rule, each), default=None)
