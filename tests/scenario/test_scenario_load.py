"""Scenarios resolve, merge, round-trip and identify themselves as documented."""

import datetime
import pickle
import subprocess
import sys

import pytest

from vraem.scenario import Parameters, Scenario, ScenarioError, load, packaged_names
from vraem.scenario.events import EVENT_KINDS, ROUTES

EVENTS = """
[[event]]
kind = "eradication"
start = 2024-01-01
end = 2024-12-31
hectares = 500
districts = ["Llochegua", "Sivia"]

[[event]]
kind = "announcement"
start = 2024-01-01
end = 2024-06-30
risk = 0.3

[[event]]
kind = "price_shock"
start = 2025-01-01
end = 2025-03-31
factor = 0.5

[[event]]
kind = "route_capacity"
route = "air"
start = 2025-01-01
end = 2025-03-31
factor = 0

[[event]]
kind = "route_risk"
route = "all"
start = 2025-01-01
end = 2025-03-31
factor = 2

[[event]]
kind = "route_cost"
route = "road_puno"
start = 2025-01-01
end = 2025-03-31
factor = 1.5

[[event]]
kind = "alternative_development"
start = 2025-01-01
end = 2026-12-31
districts = ["Pichari"]
share = 0.25

[[event]]
kind = "removal"
date = 2025-02-01
role = "commander"
count = 2
outcome = "killed"

[[event]]
kind = "presence"
start = 2025-01-01
end = 2026-12-31
districts = ["Vizcatan del Ene", "Canayre"]
posts = 2

[[event]]
kind = "amnesty"
start = 2025-01-01
end = 2025-12-31

[[event]]
kind = "rewards"
start = 2025-01-01
end = 2025-12-31
factor = 5
paid = 0.9
districts = ["Canayre"]
"""

ANNOUNCEMENT = {
    "kind": "announcement",
    "start": datetime.date(2024, 1, 1),
    "end": datetime.date(2024, 2, 1),
    "risk": 0.1,
}
CAMPAIGN = {
    "targets": ["heirs"],
    "start": datetime.date(2024, 1, 1),
    "end": datetime.date(2024, 12, 31),
}


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="own.toml", head='extends = "baseline"\nname = "own"\ndescription = "d"\n'):
        path = tmp_path / name
        path.write_text(head + text, encoding="utf-8")
        return path

    return write_file


def test_packaged_scenarios_load_by_name():
    assert {"baseline", "history"} <= set(packaged_names())
    for name in packaged_names():
        assert load(name).name == name


def test_history_is_the_baseline_cut_to_the_observed_years():
    history, baseline = load("history"), load("baseline")
    assert history.run.start == datetime.date(2012, 1, 2)
    assert history.run.start.weekday() == 0
    assert history.run.end == datetime.date(2023, 12, 31)
    assert baseline.run.end == datetime.date(2035, 12, 31)
    assert (history.run.households, baseline.run.households) == (40_000, 40_000)
    assert history.parameters == baseline.parameters == Parameters()
    assert not history.events
    assert history.drivers == baseline.drivers


def test_events_of_every_kind_load_and_are_frozen(write):
    scenario = load(write(EVENTS))
    assert {event.kind for event in scenario.events} == set(EVENT_KINDS)
    eradication, announcement = scenario.events[:2]
    assert eradication.hectares == 500.0
    assert eradication.districts == ("Llochegua", "Sivia")
    assert announcement.districts is None
    with pytest.raises(Exception, match="frozen"):
        eradication.hectares = 1.0
    with pytest.raises(AttributeError):
        scenario.name = "other"


@pytest.mark.parametrize("route", [*ROUTES, "all"])
def test_every_route_can_be_named(write, route):
    scenario = load(write(EVENTS), [f"event.3.route={route}"])
    assert scenario.events[3].route == route


def test_a_resolved_scenario_loads_to_an_equal_one(write, tmp_path):
    text = (
        EVENTS
        + """
[[driver]]
name = "capacity_air"
start = 2024-01-01
end = 2024-12-31
value = 1
[parameters]
leaf_per_kg_hcl = 300
firms_initial = 40
[switches]
expectations = "naive"
"""
    )
    head = 'extends = "history"\nname = "own"\nquestion = "why?"\n'
    head += 'description = "quotes \\" and \\\\, ñ, \\u00a0"\n'
    scenario = load(write(text, head=head), ["run.seed=7"])
    resolved = tmp_path / "resolved.toml"
    resolved.write_text(scenario.to_toml(), encoding="utf-8")
    again = load(resolved)
    assert again == scenario
    assert again.id == scenario.id
    assert again.to_toml() == scenario.to_toml()
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_tables_merge_and_arrays_replace(write):
    write(EVENTS + "[parameters]\nleaf_per_kg_hcl = 300\nfirms_initial = 40\n", "parent.toml")
    head = 'extends = "parent.toml"\nname = "child"\ndescription = "c"\n'
    child = load(
        write(
            "[parameters]\nleaf_per_kg_hcl = 310\n[[event]]\nkind = 'price_shock'\nstart = 2024-01-01\n"
            "end = 2024-01-31\nfactor = 2\n",
            head=head,
        )
    )
    assert (child.parameters.leaf_per_kg_hcl, child.parameters.firms_initial) == (310.0, 40)
    assert [event.kind for event in child.events] == ["price_shock"]


def test_what_a_file_says_about_itself_is_not_inherited(write):
    write('question = "of the parent"\n', "parent.toml")
    child = load(write("", head='extends = "parent.toml"\nname = "child"\ndescription = "c"\n'))
    assert child.question is None
    with pytest.raises(ScenarioError, match="name: got nothing"):
        load(write("", head='extends = "parent.toml"\ndescription = "c"\n'))


def test_each_value_knows_where_it_comes_from(write):
    path = write("[run]\nseed = 4\n" + EVENTS)
    scenario = load(path, ["parameters.firms_initial=40", "event.0.hectares=700"])
    origins = scenario.origins
    assert origins["run.seed"] == f"{path}:5"
    assert origins["run.end"].endswith("baseline.toml:13")
    assert origins["parameters.firms_initial"] == "--set"
    assert origins["parameters.leaf_per_kg_hcl"] == "default"
    assert origins["switches.expectations"] == "default"
    assert origins["event.0.kind"] == f"{path}:8"
    assert origins["event.0.hectares"] == "--set"
    assert scenario.with_({"run.seed": 9}).origins == {**origins, "run.seed": "with_"}
    assert all(origin.partition(":")[0] for origin in origins.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "[run]\nseed = 99\n",
        "[run]\nhouseholds = 40000\nstart = 2012-01-02\n",
        f"[parameters]\nleaf_per_kg_hcl = {Parameters().leaf_per_kg_hcl:g}\n",
        "[switches]\nexpectations = 'adaptive'\n",
        "question = 'another'\ncompare_with = 'history'\n",
    ],
)
def test_what_determines_no_run_leaves_the_id_alone(write, text):
    assert load(write(text)).id == load("baseline").id


def test_the_id_is_the_same_wherever_the_file_lies_and_however_it_is_ordered(write):
    one = "[switches]\nexpectations = 'naive'\n[parameters]\nfirms_initial = 40\nleaf_per_kg_hcl = 300\n"
    two = "[parameters]\nleaf_per_kg_hcl = 300.0\nfirms_initial = 40\n[switches]\nexpectations = 'naive'\n"
    assert load(write(one)).id == load(write(two, "other.toml")).id


def test_cutting_a_driver_row_in_two_leaves_the_id_alone(write):
    whole = "[[driver]]\nname='capacity_foot'\nstart=2015-01-01\nend=2015-12-31\nvalue=0.5\n"
    first = "[[driver]]\nname='capacity_foot'\nstart=2015-01-01\nend=2015-06-30\nvalue=0.5\n"
    second = "[[driver]]\nname='capacity_foot'\nstart=2015-07-01\nend=2015-12-31\nvalue=0.5\n"
    assert load(write(whole)).id == load(write(second + first)).id != load("baseline").id


@pytest.mark.parametrize(
    "change",
    [
        {"run.end": datetime.date(2030, 12, 30)},
        {"run.start": datetime.date(2012, 1, 9)},
        {"run.households": 4000},
        {"parameters.demand_elasticity": 5},
        {"switches.risk_belief": "salience"},
        {"drivers.table": "none"},
        {"event": [ANNOUNCEMENT]},
        {"campaign": [CAMPAIGN]},
        {"group": [{"name": "one"}]},
        {"group": [{"name": "one", "income": {"coca": 0.5}}]},
        {"post": [{"place": "Pichari", "kind": "army_base", "force": "army"}]},
        {"measure": {"anchor_start": datetime.date(2020, 1, 1), "anchor_end": datetime.date(2021, 1, 1)}},
        {"switches.null_model": "no_kin"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_determines_a_run_changes_the_id(change):
    baseline = load("baseline")
    assert baseline.with_(change).id != baseline.id


def test_the_id_does_not_depend_on_the_process():
    code = "from vraem.scenario import load; print(load('baseline').id)"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert told == load("baseline").id
    assert len(told) == 16
    int(told, 16)


def test_changed_copies_are_checked_like_files_and_leave_the_original_alone():
    baseline = load("baseline")
    changed = baseline.with_(
        {"parameters.demand_elasticity": 5, "run.seed": 3, "parameters": {"firms_initial": 20}}
    )
    assert (changed.parameters.demand_elasticity, changed.run.seed, changed.parameters.firms_initial) == (
        5.0,
        3,
        20,
    )
    assert baseline.run.seed == 1
    with pytest.raises(ScenarioError) as caught:
        baseline.with_({"parameters.demand_elasticty": 5, "run.seed": -1, "switches.expectations": True})
    assert len(caught.value.faults) == 3
    assert all(fault.file == "with_" and fault.line == 0 for fault in caught.value.faults)


def test_numbers_of_numpy_are_numbers():
    import numpy as np

    changed = load("baseline").with_({"parameters.firms_initial": np.int64(20), "run.seed": np.int32(4)})
    assert (changed.parameters.firms_initial, changed.run.seed) == (20, 4)


def test_overrides_speak_toml_and_bare_words():
    scenario = load(
        "baseline",
        [
            "switches.expectations=naive",
            'switches.risk_belief = "salience"',
            "run.end=2030-01-06",
            "run.seed=5",
        ],
    )
    changed = {"expectations": "naive", "risk_belief": "salience"}
    assert scenario.switches == load("baseline").switches.model_copy(update=changed)
    assert scenario.run.end == datetime.date(2030, 1, 6)


def test_an_event_outside_the_run_is_noted(write):
    scenario = load(write(EVENTS), ["run.end=2024-12-29"])
    assert len(scenario.notes()) == 9
    assert scenario.notes()[0].startswith("event.2 (price_shock, 2025-01-01 to 2025-03-31)")
    assert scenario.notes()[5].startswith("event.7 (removal, 2025-02-01) lies outside the run")
    assert load("baseline").notes() == ()


def test_the_comparison_is_found_beside_the_file_or_by_name(write):
    write("", "other.toml", 'extends = "baseline"\nname = "other"\ndescription = "o"\n')
    assert load(write('compare_with = "other.toml"\n')).comparison().name == "other"
    assert load(write('compare_with = "history"\n')).comparison().name == "history"
    assert load("baseline").comparison() is None
    with pytest.raises(ScenarioError, match="no such file"):
        load(write('compare_with = "none.toml"\n')).comparison()


def test_faults_travel_between_processes():
    with pytest.raises(ScenarioError) as caught:
        load("baseline", ["run.seed=-1"])
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


def test_importing_the_package_imports_no_heavy_library():
    code = (
        "import sys, vraem.scenario; vraem.scenario.Parameters(); vraem.scenario.Drivers; "
        "print([m for m in ('pydantic', 'numpy', 'scipy', 'rich') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"


def test_a_scenario_is_also_loaded_by_its_class():
    overrides = ["run.households=400", "run.seed=3"]
    assert Scenario.load("history", overrides) == load("history", overrides)
    assert Scenario.load("history") == load("history")
    with pytest.raises(ScenarioError, match=r"run\.household"):
        Scenario.load("history", ["run.household=400"])
