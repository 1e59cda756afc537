"""Enough replicates: go on until the interval of an outcome is narrow enough in every arm.

Replicates are added in whole steps, and whether to go on is asked only when all runs of a step are there. So the
number depends on what the runs give, never on the order in which they end or on how many work on them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vraem.experiment.types import Experiment, Replicates, RunRecord

Values = dict[int, dict[int, dict[str, float]]]
"""The outcome by point, replicate and arm; NaN for a run that failed."""


def gather(experiment: Experiment, records: Iterable[RunRecord | Mapping[str, Any]]) -> Values:
    """The outcome on which the number of replicates hangs, by point, replicate and arm."""
    name = experiment.replicates.outcome
    found: Values = {}
    for record in records:
        if isinstance(record, RunRecord):
            run, scalars = record.run, record.scalars
            where = run.arm, run.point, run.replicate
        else:
            scalars = record
            where = record["arm"], record["point"], record["replicate"]
        value = scalars.get(name) if name is not None else None
        arm, point, replicate = where
        by_replicate = found.setdefault(int(point), {}).setdefault(int(replicate), {})
        by_replicate[str(arm)] = math.nan if value is None else float(value)
    return found


def wanted(experiment: Experiment, ended: Mapping[int, Mapping[str, float]]) -> int:
    """How many replicates a point should have, as far as is known now.

    ``ended`` has the outcome by replicate and arm. If a step is not complete yet, the answer is its end.
    """
    rule = experiment.replicates
    if not rule.adaptive:
        return rule.count
    arms = [name for name, _ in experiment.arms]
    count = rule.count
    while (
        count < rule.at_most
        and complete(ended, count, arms)
        and not all(narrow_enough(rule, sample) for sample in samples(rule, ended, count, arms))
    ):
        count = min(count + rule.step, rule.at_most)
    return count


def complete(ended: Mapping[int, Mapping[str, float]], count: int, arms: Sequence[str]) -> bool:
    """Whether every arm of the first ``count`` replicates has ended."""
    return all(arm in ended.get(replicate, {}) for replicate in range(count) for arm in arms)


def samples(
    rule: Replicates, ended: Mapping[int, Mapping[str, float]], count: int, arms: Sequence[str]
) -> Iterator[list[float]]:
    """What is known of each arm in the first ``count`` replicates: its outcome, or what it has more than the other."""
    for arm in arms:
        if arm != rule.against:
            values = (_value(ended[replicate], arm, rule.against) for replicate in range(count))
            yield [value for value in values if math.isfinite(value)]


def _value(of_arms: Mapping[str, float], arm: str, against: str | None) -> float:
    return of_arms[arm] - of_arms[against] if against is not None else of_arms[arm]


def narrow_enough(rule: Replicates, sample: Sequence[float]) -> bool:
    """Whether the interval of the mean of a sample satisfies the rule; never with fewer than two values.

    Yes and no (0 and 1, or differences of them) count as if each had come once more, either way: values that were all
    the same so far do not say that they will always be.
    """
    if len(sample) < 2:
        return False
    if set(sample) <= {-1.0, 0.0, 1.0}:
        ends = (-1.0, 1.0) if rule.against is not None else (0.0, 1.0)
        half = half_width([*sample, *ends], rule.level)
    else:
        half = half_width(sample, rule.level)
    mean = math.fsum(sample) / len(sample)
    limit = rule.half_width if rule.half_width is not None else (rule.half_width_share or 0.0) * abs(mean)
    return half <= limit


def half_width(sample: Sequence[float], level: float) -> float:
    """Half the width of Student's interval of the mean at a level; infinite with fewer than two values."""
    from scipy.special import stdtrit

    count = len(sample)
    if count < 2:
        return math.inf
    mean = math.fsum(sample) / count
    variance = math.fsum((value - mean) ** 2 for value in sample) / (count - 1)
    return float(stdtrit(count - 1, (1 + level) / 2)) * math.sqrt(variance / count)
