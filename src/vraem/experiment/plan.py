"""The plan of an experiment: its tasks and runs, made one after the other and always the same."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vraem.experiment.adaptive import gather, wanted
from vraem.experiment.design import Point, point_count, points
from vraem.experiment.types import Experiment, Factor, Run, RunRecord, Task
from vraem.version import __version__

if TYPE_CHECKING:
    import pyarrow as pa

    from vraem.scenario import Scenario

_BATCH = 4096
_SEED_BITS = 53  # exact in every program, also in those that know no whole numbers but floats


def plan(experiment: Experiment) -> Iterator[Task]:
    """The tasks of an experiment in order, one for each point and replicate, without holding them all.

    With an open number of replicates these are the first; ``next_tasks`` gives what follows. Raises ``ValueError``
    as `tasks_of_points`.
    """
    return tasks_of_points(experiment, lambda _: range(experiment.replicates.count))


def next_tasks(experiment: Experiment, records: Iterable[RunRecord | Mapping[str, Any]]) -> Iterator[Task]:
    """What is to be run next, given what has been: nothing when every point has enough.

    Parameters
    ----------
    experiment
        With a fixed or an open number of replicates.
    records
        Of runs that ended, in any order: records, or rows with ``arm``, ``point``, ``replicate`` and the
        outcome. A failed run (a row without the outcome) counts as ended and gives no value.

    Returns
    -------
    iterator of Task
        In the order of the plan; tasks of which a run is missing come whole.

    """
    values = gather(experiment, records)
    arms = {name for name, _ in experiment.arms}

    def missing(point: int) -> Iterator[int]:
        ended = values.get(point, {})
        for replicate in range(wanted(experiment, ended)):
            if not arms <= ended.get(replicate, {}).keys():
                yield replicate

    return tasks_of_points(experiment, missing)


def tasks_of_points(experiment: Experiment, replicates: Callable[[int], Iterable[int]]) -> Iterator[Task]:
    """The tasks of chosen replicates of every point that is kept: ``replicates`` gives their numbers for a point.

    Raises ``ValueError``, at the first task, for a matched design that does not know yet which points it keeps.
    """
    if experiment.design.matched and experiment.kept is None:
        raise ValueError(f"the draws of {experiment.name} are not matched yet")
    for point, changes in enumerate(points(experiment.design, experiment.factors)):
        if experiment.kept is not None and point not in experiment.kept:
            continue
        ids: list[tuple[str, str]] = []
        for replicate in replicates(point):
            ids = ids or [(name, resolved(arm, changes).id) for name, arm in experiment.arms]
            yield _task(experiment, point, replicate, changes, ids)


def run_count(experiment: Experiment) -> int:
    """How many runs the plan has, without making them; the most there can be while it is not known what is kept."""
    drawn = point_count(experiment.design, experiment.factors)
    count = drawn if experiment.kept is None else len(experiment.kept)
    return count * experiment.replicates.count * len(experiment.arms)


def _task(
    experiment: Experiment, point: int, replicate: int, changes: Point, ids: list[tuple[str, str]]
) -> Task:
    rule = experiment.replicates
    seed = seed_of(rule.seed, None if rule.common else point, replicate)
    runs = tuple(
        Run(run_id(scenario_id, seed), name, point, replicate, seed, changes) for name, scenario_id in ids
    )
    return Task(task_key(point, replicate), runs)


def task_key(point: int, replicate: int) -> str:
    """The key of a task, which sorts as the plan does."""
    return f"{point:08d}-{replicate:07d}"


def task_keys(experiment: Experiment) -> Iterator[str]:
    """The keys of the tasks of `plan`, without making them."""
    points_run: Iterable[int] = range(point_count(experiment.design, experiment.factors))
    for point in points_run if experiment.kept is None else sorted(experiment.kept):
        for replicate in range(experiment.replicates.count):
            yield task_key(point, replicate)


def seed_of(root: int, point: int | None, replicate: int) -> int:
    """The seed of a replicate, mixed from its address: neighbouring addresses have unrelated seeds.

    ``point`` is None when all points have the same seeds.
    """
    address = f"vraem seed 1\n{root}\n{'all' if point is None else point}\n{replicate}"
    return int.from_bytes(hashlib.sha256(address.encode()).digest()[:8], "big") >> (64 - _SEED_BITS)


def run_id(scenario_id: str, seed: int, version: str = __version__) -> str:
    """24 hex digits for all that determines a run: the resolved scenario, the seed, the model's version."""
    return hashlib.sha256(f"vraem run 1\n{scenario_id}\n{seed}\n{version}".encode()).hexdigest()[:24]


def resolved(scenario: Scenario, changes: Point) -> Scenario:
    """A scenario with a draw laid over it. Raises ``ScenarioError`` or ``ValueError`` for a value not allowed."""
    if not changes:
        return scenario
    tables: dict[str, dict[str, Any]] = {"parameters": {}, "switches": {}}
    for key, value in changes:
        table, _, name = key.partition(".")
        if table not in tables:  # events and dates are checked as a file is
            return scenario.with_(dict(changes))
        tables[table][name] = value
    parameters = scenario.parameters.replace(**tables["parameters"])
    switches = type(scenario.switches).model_validate(
        {**scenario.switches.model_dump(), **tables["switches"]}
    )
    return dataclasses.replace(scenario, parameters=parameters, switches=switches)


def plan_table(experiment: Experiment, tasks: Iterable[Task] | None = None) -> pa.Table:
    """The plan as a table: one row a run with id, task, arm, point, replicate, seed and the draw.

    ``tasks`` are those of the plan if None. Each factor is a column under its name; where a point does not
    draw it, the value that all arms have stands, or null if they differ. Lists are written as JSON.
    """
    import pyarrow as pa

    schema = pa.schema(
        [
            ("id", pa.string()),
            ("task", pa.string()),
            ("arm", pa.string()),
            ("point", pa.int64()),
            ("replicate", pa.int64()),
            ("seed", pa.int64()),
            *((factor.name, _column_type(factor)) for factor in experiment.factors),
        ]
    )
    rows = (row for task in (plan(experiment) if tasks is None else tasks) for row in _rows(experiment, task))
    batches = []
    while batch := list(itertools.islice(rows, _BATCH)):
        batches.append(pa.RecordBatch.from_pylist(batch, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def _rows(experiment: Experiment, task: Task) -> Iterator[dict[str, Any]]:
    for run in task.runs:
        drawn = dict(run.changes)
        yield {
            "id": run.id,
            "task": task.key,
            "arm": run.arm,
            "point": run.point,
            "replicate": run.replicate,
            "seed": run.seed,
            **{
                factor.name: _cell(factor, drawn.get(factor.key, factor.default))
                for factor in experiment.factors
            },
        }


def _column_type(factor: Factor) -> pa.DataType:
    import pyarrow as pa

    if not factor.values or all(_is_number(value) for value in factor.values):
        return pa.float64()
    return pa.string()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(factor: Factor, value: Any) -> Any:
    if value is None or not factor.values or all(_is_number(level) for level in factor.values):
        return value
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
