"""The plan: the same every time, paired across arms, with ids that stand for what determines a run."""

import itertools
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pyarrow as pa
import pytest

from vraem.experiment.loader import load_experiment
from vraem.experiment.plan import next_tasks, plan, plan_table, resolved, run_count, run_id, seed_of
from vraem.scenario import ScenarioError, load
from vraem.version import __version__

FACTORS = """
[[factor]]
parameter = "demand_elasticity"
[[factor]]
switch = "expectations"
[design]
kind = "latin_hypercube"
samples = 5
[replicates]
count = 3
"""


def tasks_of(file: str) -> list:
    return list(plan(load_experiment(file)))


def test_the_plan_is_the_same_in_another_process_with_other_hashing(make):
    make(FACTORS)
    file = str(make.folder / "small.toml")
    code = (
        "from vraem.experiment.loader import load_experiment; from vraem.experiment.plan import plan;"
        f"print(list(plan(load_experiment({file!r}))))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert texts == {str(tasks_of(file))}


def test_the_plan_has_every_arm_point_and_replicate_once(make):
    experiment = make(FACTORS)
    runs = [run for task in plan(experiment) for run in task.runs]
    assert Counter((run.arm, run.point, run.replicate) for run in runs) == Counter(
        itertools.product(["control", "shock"], range(5), range(3))
    )
    assert len(runs) == run_count(experiment) == 30
    assert len({run.id for run in runs}) == 30


def test_a_task_holds_all_arms_of_one_point_and_replicate_and_keys_sort_as_the_plan(make):
    tasks = list(plan(make(FACTORS)))
    assert all([run.arm for run in task.runs] == ["control", "shock"] for task in tasks)
    assert all(len({(run.point, run.replicate, run.seed) for run in task.runs}) == 1 for task in tasks)
    assert [task.key for task in tasks] == sorted({task.key for task in tasks})


def test_arms_of_a_point_and_replicate_have_the_same_seed_and_draw(make):
    for task in plan(make(FACTORS)):
        one, other = task.runs
        assert (one.seed, one.changes) == (other.seed, other.changes)
        assert one.id != other.id


@pytest.mark.parametrize(("common", "seeds"), [("true", 3), ("false", 15)])
def test_points_have_the_same_seeds_only_if_the_file_says_so(common, seeds, make):
    runs = [run for task in plan(make(FACTORS, f"replicates.common={common}")) for run in task.runs]
    assert len({run.seed for run in runs}) == seeds


@pytest.mark.parametrize(
    ("kind", "common"), [("grid", True), ("morris", True), ("prior", False), ("sobol", False)]
)
def test_points_that_are_compared_share_their_seeds_and_points_that_are_sampled_do_not(kind, common, make):
    factor = '[[factor]]\nparameter = "demand_elasticity"\n'
    sizes = {"grid": "levels = 2\n", "morris": "samples = 2\nlevels = 2\n"}
    size = sizes.get(kind, "samples = 2\n")
    assert make(f'{factor}[design]\nkind = "{kind}"\n{size}').replicates.common is common


def test_seeds_are_mixed_not_added():
    addresses = list(itertools.product(range(8), [None, *range(8)], range(8)))
    seeds = [seed_of(*address) for address in addresses]
    assert len(set(seeds)) == len(addresses)
    assert all(0 <= seed < 2**53 for seed in seeds)
    # sums of the parts of an address say nothing about the seed
    differences = {seed_of(1, point, 1) - seed_of(1, point, 0) for point in range(50)}
    assert len(differences) == 50
    ones = sum(seed.bit_count() for seed in seeds) / (53 * len(seeds))
    assert abs(ones - 0.5) < 0.01


def test_more_replicates_leave_those_that_were_there_as_they_were(make):
    few = [task for task in plan(make(FACTORS)) if task.runs[0].replicate < 2]
    many = [task for task in plan(make(FACTORS, "replicates.count=7")) if task.runs[0].replicate < 2]
    assert few == many


def test_a_run_id_stands_for_the_resolved_scenario_the_seed_and_the_version(make):
    experiment = make(FACTORS)
    task = next(iter(plan(experiment)))
    for run in task.runs:
        scenario = experiment.scenario(run)
        assert run.id == run_id(scenario.id, run.seed, __version__)
        changes = [f"{key}={value}" for key, value in run.changes]
        if run.arm == "control":
            assert scenario.id == load("history", ["run.households=400", "run.end=2012-12-31", *changes]).id
    assert len({run_id("a", 1), run_id("b", 1), run_id("a", 2), run_id("a", 1, "9.9")}) == 4


def test_the_same_run_said_in_another_way_has_the_same_id(make):
    in_arm = make("[arm.parameters]\nharvest_cost = 0.85\n")
    by_factor = make('[[factor]]\nparameter = "harvest_cost"\nvalues = [0.85]\n[design]\nkind = "grid"\n')
    ids = [
        {run.arm: run.id for task in plan(experiment) for run in task.runs}
        for experiment in (in_arm, by_factor)
    ]
    assert ids[0]["shock"] == ids[1]["shock"]
    assert ids[0]["control"] != ids[1]["control"]


def test_a_draw_may_reach_into_an_event_that_all_arms_have(make):
    event = (
        '[[event]]\nkind = "route_risk"\nroute = "air"\nstart = 2012-02-06\nend = 2012-03-05\nfactor = 2\n'
    )
    more = '[[factor]]\nkey = "event.0.factor"\nvalues = [1, 3]\n[design]\nkind = "grid"\n'
    experiment = make(more, head=event)
    factors = [experiment.scenario(task.runs[0]).events[0].factor for task in plan(experiment)]
    assert factors == [1, 3]


def test_a_draw_outside_the_table_is_refused(make):
    _, scenario = make().arms[0]
    with pytest.raises(ValueError, match="demand_elasticity: got 99"):
        resolved(scenario, (("parameters.demand_elasticity", 99.0),))
    with pytest.raises(ScenarioError):
        resolved(scenario, (("event.7.factor", 2.0),))


def test_the_plan_is_made_as_it_is_read(make):
    experiment = make('[[factor]]\nprocess = "market"\n[design]\nkind = "prior"\nsamples = 10000000\n')
    first = list(itertools.islice(plan(experiment), 3))
    assert [task.runs[0].point for task in first] == [0, 1, 2]
    assert run_count(experiment) == 20_000_000


def test_the_table_of_the_plan_has_every_run_and_its_draw(make):
    experiment = make(FACTORS)
    table = plan_table(experiment)
    runs = [run for task in plan(experiment) for run in task.runs]
    assert table.column_names == [
        "id",
        "task",
        "arm",
        "point",
        "replicate",
        "seed",
        "demand_elasticity",
        "expectations",
    ]
    rows = table.to_pylist()
    assert [(row["id"], row["arm"], row["point"], row["replicate"], row["seed"]) for row in rows] == [
        (run.id, run.arm, run.point, run.replicate, run.seed) for run in runs
    ]
    assert [row["demand_elasticity"] for row in rows] == [
        dict(run.changes)["parameters.demand_elasticity"] for run in runs
    ]
    assert table.schema.field("expectations").type == pa.string()


def test_what_a_point_does_not_draw_stands_in_the_table_as_the_arms_have_it(make):
    factors = (
        '[[factor]]\nparameter = "harvest_cost"\nvalues = [0.8, 0.9]\n[[factor]]\nswitch = "expectations"\n'
    )
    usual = load("history").parameters.harvest_cost
    table = plan_table(make(factors + '[design]\nkind = "one_at_a_time"\n', arms='[[arm]]\nname = "a"\n'))
    assert table.select(["harvest_cost", "expectations"]).to_pylist() == [
        {"harvest_cost": usual, "expectations": "adaptive"},
        {"harvest_cost": 0.8, "expectations": "adaptive"},
        {"harvest_cost": 0.9, "expectations": "adaptive"},
        {"harvest_cost": usual, "expectations": "naive"},
        {"harvest_cost": usual, "expectations": "two_year_mean"},
    ]


def test_a_fixed_number_of_replicates_needs_nothing_more_once_all_are_there(make):
    experiment = make(FACTORS)
    rows = [
        {"arm": r.arm, "point": r.point, "replicate": r.replicate, "area": 1.0}
        for t in plan(experiment)
        for r in t.runs
    ]
    assert list(next_tasks(experiment, rows)) == []
    assert [task.key for task in next_tasks(experiment, rows[1:])] == ["00000000-0000000"]


def test_workers_resolve_the_same_scenarios_as_the_parent(make):
    experiment = make(FACTORS)
    runs = [run for task in plan(experiment) for run in task.runs][:4]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = list(pool.map(experiment.scenario, runs))
    assert [scenario.id for scenario in there] == [experiment.scenario(run).id for run in runs]
