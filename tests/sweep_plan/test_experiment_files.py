"""An experiment file says what it says: arms, factors, outcomes, and an id that stands for it."""

import datetime
import pickle
import sys

import pytest

from vraem.experiment.file_schema import ExperimentDocument, experiment_schema
from vraem.experiment.library import is_experiment, library, packaged_experiments
from vraem.experiment.loader import load_experiment
from vraem.experiment.plan import plan
from vraem.scenario import load

FACTORS = """
[[factor]]
process = "market"
[[factor]]
parameter = "harvest_cost"
low = 0.8
high = 0.9
[[factor]]
switch = "expectations"
[[factor]]
parameter = "off_farm_income"
values = [100, 200]
[design]
kind = "prior"
samples = 2
[replicates]
count = 3
[replicates.until]
outcome = "area"
against = "control"
half_width = 50
[horizon.autumn]
start = 2012-09-03
end = 2012-11-30
[rules]
better_by = 0.1
arms = ["shock", "control"]
nested = {level = 0.9}
"""


def test_an_arm_is_its_scenario_with_the_tables_of_the_experiment_and_its_own(make):
    experiment = make("[arm.parameters]\nharvest_cost = 0.85\n", head="[parameters]\ndemand_elasticity = 5\n")
    control, shock = (scenario for _, scenario in experiment.arms)
    assert control.run.households == shock.run.households == 400
    assert control.parameters.demand_elasticity == shock.parameters.demand_elasticity == 5
    assert (control.parameters.harvest_cost, shock.parameters.harvest_cost) == (
        load("history").parameters.harvest_cost,
        0.85,
    )
    assert (
        control.id
        == load("history", ["run.households=400", "run.end=2012-12-31", "parameters.demand_elasticity=5"]).id
    )


def test_events_of_an_arm_are_added_to_those_of_the_scenario_and_the_experiment(make):
    make.file(
        'extends = "history"\nname = "start"\ndescription = "x"\n[[event]]\nkind = "announcement"\n'
        "start = 2012-02-06\nend = 2012-03-05\nrisk = 0.1\n",
        name="start.toml",
    )
    event = (
        '[[event]]\nkind = "route_risk"\nroute = "air"\nstart = 2012-02-06\nend = 2012-03-05\nfactor = 2\n'
    )
    text = make.text().replace('"history"', '"start.toml"')
    experiment = load_experiment(make.file(text.replace("[[arm]]", event + "[[arm]]", 1)))
    kinds = {name: [each.kind for each in scenario.events] for name, scenario in experiment.arms}
    assert kinds == {
        "control": ["announcement", "route_risk"],
        "shock": ["announcement", "route_risk", "price_shock"],
    }


def test_each_makes_an_arm_of_every_combination(make):
    experiment = make("[arm.each]\nevent.0.factor = [0.5, 2]\nparameters.harvest_cost = [0.8, 0.9]\n")
    found = {
        name: (scenario.events[0].factor, scenario.parameters.harvest_cost)
        for name, scenario in experiment.arms
        if name != "control"
    }
    assert found == {
        "shock-0.5-0.8": (0.5, 0.8),
        "shock-0.5-0.9": (0.5, 0.9),
        "shock-2-0.8": (2, 0.8),
        "shock-2-0.9": (2, 0.9),
    }


def test_each_counts_the_events_of_the_arm_though_the_scenario_has_some_before(make):
    event = (
        '[[event]]\nkind = "route_risk"\nroute = "air"\nstart = 2012-02-06\nend = 2012-03-05\nfactor = 2\n'
    )
    experiment = make("[arm.each]\nevent.0.factor = [0.25]\n", head=event)
    _, scenario = experiment.arms[1]
    assert [(each.kind, each.factor) for each in scenario.events] == [
        ("route_risk", 2),
        ("price_shock", 0.25),
    ]


def test_a_process_stands_for_all_its_parameters_over_the_ranges_of_the_table(make):
    from vraem.scenario import parameter_table

    experiment = make('[[factor]]\nprocess = "market"\n[design]\nkind = "prior"\nsamples = 1\n')
    table = {f"parameters.{spec.name}": spec for spec in parameter_table() if spec.process == "market"}
    assert [factor.key for factor in experiment.factors] == list(table)
    assert all(
        (f.low, f.high, f.prior) == (table[f.key].low, table[f.key].high, table[f.key].distribution)
        for f in experiment.factors
    )


@pytest.mark.parametrize(
    ("low", "high", "peak"), [(1.0, 1.2, 1.0), (0.7, 0.8, 0.8), (0.9, 1.0, 0.936)]
)  # the table has .936
def test_a_range_without_the_peak_of_the_table_has_its_peak_at_the_nearest_end(make, low, high, peak):
    factor = f'[[factor]]\nparameter = "harvest_cost"\nprior = "triangular"\nlow = {low}\nhigh = {high}\n'
    experiment = make(factor + '[design]\nkind = "prior"\nsamples = 1\n')
    (made,) = experiment.factors
    assert (made.low, made.high, made.mode) == (low, high, peak)


def test_an_outcome_with_horizons_becomes_one_for_each(make):
    experiment = make(FACTORS + '[[outcome]]\nname = "price"\nseries = "leaf_price"\nhorizons = ["autumn"]\n')
    assert [outcome.name for outcome in experiment.outcomes] == ["price_autumn", "area"]
    assert experiment.outcomes[0].start == datetime.date(2012, 9, 3)
    assert [outcome.unit for outcome in experiment.outcomes] == ["USD/kg", "ha"]


def test_the_resolved_text_loads_to_an_equal_experiment(make):
    experiment = make(FACTORS, head='question = "Why?"\ntime_limit = 30\nseries = 4\n')
    again = load_experiment(make.file(experiment.text, name="again.toml"))
    assert again == experiment
    assert again.text == experiment.text
    assert [task.runs for task in plan(again)] == [task.runs for task in plan(experiment)]


@pytest.mark.parametrize("name", ["classroom", "eradication", "routes", "sensitivity"])
def test_packaged_experiments_are_sound_and_their_resolved_text_needs_no_other_file(name, make):
    assert name in packaged_experiments()
    experiment = load_experiment(name)
    text = make.file(experiment.text)
    assert "scenario" not in text.read_text(encoding="utf-8")
    assert load_experiment(text) == experiment
    assert (library() / f"{name}.toml").read_text(encoding="utf-8").startswith("# ")


def test_the_id_does_not_hang_on_comments_order_of_keys_or_place(make, tmp_path):
    experiment = make(FACTORS)
    swapped = make.text(FACTORS).replace("low = 0.8\nhigh = 0.9", "high = 0.9   # above\n\nlow = 0.8")
    swapped = swapped.replace(
        'name = "small"\ndescription = "A small experiment"', 'description = "Other words"\nname = "other"'
    )
    (tmp_path / "below").mkdir()
    other = load_experiment(make.file("# a comment\n", swapped, name="below/other.toml"))
    assert other.id == experiment.id
    assert other.rules_hash == experiment.rules_hash
    assert [task.runs for task in plan(other)] == [task.runs for task in plan(experiment)]


@pytest.mark.parametrize(
    "override",
    [
        "run.households=401",
        "arm.1.event.0.factor=0.6",
        "factor.1.high=0.89",
        "design.samples=3",
        "design.seed=2",
        "replicates.seed=2",
        "replicates.common=true",
        "replicates.until.half_width=51",
        "horizon.autumn.end=2012-11-29",
        "outcome.0.statistic=max",
        "rules.better_by=0.2",
        "parameters.demand_elasticity=5",
        "switches.risk_belief=salience",
    ],
)
def test_the_id_hangs_on_all_that_the_experiment_asks(override, make):
    assert make(FACTORS, override).id != make(FACTORS).id


@pytest.mark.parametrize(
    "override", ["replicates.count=4", "series=none", "time_limit=9", "replicates.until.at_most=90"]
)
def test_the_id_stays_when_only_the_effort_grows(override, make):
    assert make(FACTORS, override).id == make(FACTORS).id


def test_the_rules_are_hashed_whatever_their_order(make):
    experiment = make(FACTORS)
    other = make(
        FACTORS.replace(
            'better_by = 0.1\narms = ["shock", "control"]', 'arms = ["shock", "control"]\nbetter_by = 0.1'
        )
    )
    assert other.rules_hash == experiment.rules_hash
    assert make(FACTORS, "rules.better_by=0.11").rules_hash != experiment.rules_hash
    assert experiment.rules == {"better_by": 0.1, "arms": ["shock", "control"], "nested": {"level": 0.9}}


def test_an_experiment_travels_between_processes_whole(make):
    experiment = make(FACTORS)
    assert pickle.loads(pickle.dumps(experiment)) == experiment


def test_files_are_told_apart_by_what_they_hold(make):
    assert is_experiment(str(make.file(make.text())))
    assert is_experiment("classroom")
    assert not is_experiment("history")
    assert not is_experiment(
        str(make.file('extends = "history"\nname = "x"\ndescription = "y"\n', name="s.toml"))
    )
    assert not is_experiment("no-such-file.toml")


def test_series_are_kept_of_every_nth_run_with_all_its_arms(make):
    experiment = make("[replicates]\ncount = 6\n", head="series = 3\n")
    kept = {
        (run.replicate, run.arm)
        for task in plan(experiment)
        for run in task.runs
        if experiment.keeps_series(run)
    }
    assert kept == {(0, "control"), (0, "shock"), (3, "control"), (3, "shock")}


def test_points_that_share_their_seeds_keep_the_series_of_the_same_seeds(make):
    more = '[[factor]]\nparameter = "harvest_cost"\n[design]\nkind = "grid"\nlevels = 3\n[replicates]\ncount = 6\n'
    for common, kept_by_point in (("true", [{0, 3}, {0, 3}, {0, 3}]), ("false", [{0, 3}, {2, 5}, {1, 4}])):
        experiment = make(more + f"common = {common}\n", head="series = 3\n")
        kept = [run for task in plan(experiment) for run in task.runs if experiment.keeps_series(run)]
        assert [{run.replicate for run in kept if run.point == point} for point in range(3)] == kept_by_point


def test_the_schema_knows_every_key_and_resolves_every_reference():
    schema = experiment_schema()
    assert set(schema["properties"]) == set(ExperimentDocument.model_fields)
    assert "seed" not in schema["$defs"]["Run"]["properties"]

    def references(node):
        if isinstance(node, dict):
            yield from [node["$ref"]] if "$ref" in node else []
            for item in node.values():
                yield from references(item)
        elif isinstance(node, list):
            for item in node:
                yield from references(item)

    assert all(name.rpartition("/")[2] in schema["$defs"] for name in references(schema))


def test_loading_an_experiment_does_not_import_the_libraries_of_designs():
    import subprocess

    code = (
        "import sys; from vraem.experiment.loader import load_experiment; load_experiment('sensitivity');"
        "print([name for name in ('scipy.stats', 'SALib', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
