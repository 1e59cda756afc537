"""Campaigns, groups, posts and the measuring rod: what files may say of them, and what comes of it."""

import datetime
import pickle
from typing import get_args

import pytest

from vraem.scenario import ScenarioError, load
from vraem.scenario.campaigns import BURST_SHARE, TARGETS, Campaign, Target, burst_share
from vraem.scenario.starting import PARAMETER_OF, Group, Measure, Post

TABLES = """
[[campaign]]
kind = "arrest"
targets = ["heirs", "leader"]
start = 2023-09-01
end = 2025-09-01
operations_per_month = 3
pace = "burst"
budget = 40
stop_after = 9
intelligence = 0.7
accuracy = 0.9
lethality = 0
opportunistic = 0.25
follow_on = "road"
follow_on_years = 4

[[campaign]]
targets = ["random"]
start = 2024-01-01
end = 2024-12-31
pace = 0.1

[[group]]
name = "old"
members = 200
armed = 60
columns = 4
committee = 5
heirs = 2
ideology = 0.7
kin_share = 0.2
years = 30
districts = ["Vizcatan del Ene", "Canayre"]
income.coca = 0.5
income.logging = 2

[[group]]
name = "new"
lineage = false
income = { extortion = 0 }

[[post]]
place = "Mayapo"
kind = "army_base"
force = "army"
strength = 60
start = 2015-01-01

[[post]]
place = "Kumpirushiato"
kind = "control_post"
force = "police"
end = 2020-12-31
"""


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="own.toml"):
        path = tmp_path / name
        path.write_text(f'extends = "baseline"\nname = "own"\ndescription = "d"\n{text}', encoding="utf-8")
        return path

    return write_file


def test_every_key_of_the_new_tables_can_be_said_and_what_is_not_said_has_its_default(write):
    scenario = load(write(TABLES))
    full, short = scenario.campaigns
    assert full.targets == ("heirs", "leader")
    assert (full.pace, full.budget, full.stop_after, full.follow_on) == ("burst", 40, 9, "road")
    assert (short.kind, short.operations_per_month, short.budget) == ("arrest", 2.0, None)
    assert (short.intelligence, short.accuracy, short.lethality) == (0.5, 0.85, 0.2)
    old, new = scenario.groups
    assert old.districts == ("Vizcatan del Ene", "Canayre")
    assert (old.income.coca, old.income.logging, old.income.extortion) == (0.5, 2.0, 1.0)
    assert (new.members, new.lineage, new.income.extortion) == (None, False, 0.0)
    assert [post.place for post in scenario.posts] == ["Mayapo", "Kumpirushiato"]
    assert scenario.measure == Measure()


def test_what_is_loaded_never_changes(write):
    scenario = load(write(TABLES))
    for row in (*scenario.campaigns, *scenario.groups, *scenario.posts, scenario.measure):
        with pytest.raises(Exception, match="frozen"):
            setattr(row, next(iter(type(row).model_fields)), None)


def test_a_scenario_without_these_tables_has_none():
    scenario = load("baseline")
    assert (scenario.campaigns, scenario.groups, scenario.posts) == ((), (), ())
    assert (scenario.measure.anchor_start, scenario.measure.anchor_end) == (None, None)


def test_the_resolved_text_loads_to_an_equal_scenario(write, tmp_path):
    scenario = load(write(TABLES))
    again = tmp_path / "elsewhere.toml"
    again.write_text(scenario.to_toml(), encoding="utf-8")
    assert load(again) == scenario
    assert load(again).id == scenario.id
    assert load(again).to_toml() == scenario.to_toml()
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_the_id_does_not_depend_on_how_the_same_is_written(write):
    one = "[[group]]\nname = 'a'\nincome.coca = 1\nheirs = 2\n"
    one += "[measure]\nanchor_start = 2020-01-01\nanchor_end = 2020-01-01\n"
    two = "measure = {anchor_end = 2020-01-01, anchor_start = 2020-01-01}\n"
    two += "group = [{heirs = 2, income = {coca = 1.0, logging = 1}, name = 'a', lineage = true}]\n"
    assert load(write(one)).id == load(write(two, "other.toml")).id != load("baseline").id


@pytest.mark.parametrize(
    "change",
    [
        {"campaign.0.targets": ["heirs"]},
        {"campaign.0.end": datetime.date(2025, 9, 2)},
        {"campaign.0.operations_per_month": 2.5},
        {"campaign.0.pace": 0.3},
        {"campaign.0.budget": 41},
        {"campaign.0.stop_after": 10},
        {"campaign.0.intelligence": 0.6},
        {"campaign.0.accuracy": 0.8},
        {"campaign.0.lethality": 0.1},
        {"campaign.0.opportunistic": 0},
        {"campaign.0.follow_on": "none"},
        {"campaign.0.follow_on_years": 5},
        {"group.0.members": 201},
        {"group.0.income.logging": 1},
        {"group.1.name": "newer"},
        {"post.0.strength": 61},
        {"post.1.force": "navy"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_value_of_these_tables_counts_in_the_id(write, change):
    scenario = load(write(TABLES))
    changed = scenario.with_(change)
    assert changed.id != scenario.id
    assert changed.with_({key: _value(scenario, key) for key in change}).id == scenario.id


def _value(scenario, key):
    value = scenario.as_document()
    for part in key.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def test_values_of_these_tables_know_where_they_come_from(write):
    path = write(TABLES)
    origins = load(path, ["campaign.1.lethality=1"]).origins
    assert origins["campaign.0.targets"] == f"{path}:7"
    assert origins["campaign.1.lethality"] == "--set"
    assert origins["campaign.1.accuracy"] == "default"
    assert origins["group.0.income.coca"] == f"{path}:38"
    assert origins["group.0.income.extortion"] == "default"
    assert origins["post.1.place"] == f"{path}:54"


def test_an_array_replaces_that_of_the_parent_and_a_table_merges(write):
    write(TABLES + "[measure]\nanchor_start = 2020-01-01\nanchor_end = 2020-06-01\n", "parent.toml")
    child = write("[[group]]\nname = 'only'\n[measure]\nanchor_end = 2021-01-01\n", "child.toml")
    child.write_text(child.read_text().replace('"baseline"', '"parent.toml"'), encoding="utf-8")
    scenario = load(child)
    assert [group.name for group in scenario.groups] == ["only"]
    assert len(scenario.campaigns) == len(scenario.posts) == 2
    assert scenario.measure.anchor_start == datetime.date(2020, 1, 1)
    assert scenario.measure.anchor_end == datetime.date(2021, 1, 1)


@pytest.mark.parametrize(
    ("said", "faulty"),
    [
        ({"armed": 60, "members": 50}, "group.0.armed: got 60 armed, expected at most members = 50"),
        ({"members": 100}, "group.0.members: got 120 armed, expected at most members = 100"),
        ({"armed": 12}, "group.0.armed: got 8 columns, expected at most 4"),
        ({"armed": 12, "columns": 5}, "group.0.columns: got 5 columns, expected at most 4"),
        (
            {"members": 30, "armed": 30, "columns": 2, "heirs": 31},
            "group.0.heirs: got 31 heirs, expected at most",
        ),
    ],
)
def test_sizes_that_contradict_each_other_are_told_also_where_parameters_hold(said, faulty):
    with pytest.raises(ScenarioError) as caught:
        load("baseline").with_({"group": [{"name": "a", **said}]})
    (fault,) = caught.value.faults
    assert faulty in str(fault)


def test_sizes_are_checked_against_the_parameters_of_the_scenario():
    group = {"group": [{"name": "a", "members": 100, "columns": 8}]}
    assert load("baseline").with_({**group, "parameters.armed_initial": 90}).groups[0].members == 100
    with pytest.raises(ScenarioError, match="120 armed"):
        load("baseline").with_(group)


def test_the_parameters_that_stand_for_missing_keys_exist():
    from vraem.scenario.parameters import parameter_specs

    assert set(PARAMETER_OF) < set(Group.model_fields)
    assert set(PARAMETER_OF.values()) <= set(parameter_specs())
    assert all(Group.model_fields[key].default is None for key in PARAMETER_OF)


def test_targets_are_told_in_words_and_paces_have_a_share():
    assert tuple(TARGETS) == get_args(Target)
    assert [burst_share(pace) for pace in ("spread", "burst", 0.4, 1)] == [1.0, BURST_SHARE, 0.4, 1.0]


def test_every_number_of_the_new_tables_has_a_unit_and_limits():
    for model in (Campaign, Group, Post):
        assert all(
            type(field.default) is float
            for field in model.model_fields.values()
            if field.annotation is float and not field.is_required()
        )
        for name, field in model.model_json_schema()["properties"].items():
            forms = [
                form for form in field.get("anyOf", [field]) if form.get("type") in ("number", "integer")
            ]
            for form in forms if name != "pace" else ():
                assert field["unit"], name
                assert "maximum" in form, name
                assert {"minimum", "exclusiveMinimum"} & set(form), name


def test_dates_without_effect_are_noted(write):
    outside = write(
        "[[campaign]]\ntargets = ['heirs']\nstart = 2040-01-01\nend = 2040-12-31\n"
        "[[post]]\nplace = 'Sivia'\nkind = 'police_station'\nforce = 'police'\nend = 2011-12-31\n"
    )
    assert load(outside).notes() == (
        "campaign.0 (arrest, 2040-01-01 to 2040-12-31) lies outside the run: no effect",
        "post.0 (police_station, 2012-01-02 to 2011-12-31) lies outside the run: no effect",
    )


def test_dates_from_which_nothing_can_be_measured_are_noted(write):
    anchor = "[measure]\nanchor_start = 2011-01-01\nanchor_end = 2013-01-01\n"
    assert load(write(anchor)).notes() == (
        "measure (2011-01-01 to 2013-01-01) begins outside the run: nothing is measured from there",
    )
    removal = "[[event]]\nkind = 'removal'\ndate = 2023-11-12\nrole = 'heir'\n"
    assert load(write(anchor + removal)).notes() == (
        "measure has no effect: campaigns and removals say from when baselines and horizons are taken",
    )
    (note,) = load(write(removal), ["run.end=2024-06-30"]).notes()
    assert note.startswith("the run ends within a year of the last campaign or removal (2023-11-12)")


def mean_income(mix):
    """Weekly income of one group by source in its first year, USD, with a mix of its own."""
    from vraem.observe import run

    changes = {"group": [{"name": "one", "income": mix}], "run.households": 400, "switches.entrants": "off"}
    result = run(load("history").with_({**changes, "run.end": datetime.date(2012, 12, 30)}), check=True)
    sources = ("fees", "escorts", "leaf_tax", "logging", "extortion")
    return {source: result.series[f"group_{source}"].mean() for source in sources}


def test_a_mix_of_income_changes_what_a_group_takes_of_each_source():
    usual = mean_income({})
    assert mean_income({"coca": 1, "logging": 1.0, "extortion": 1}) == usual
    without_coca = mean_income({"coca": 0})
    assert without_coca["fees"] == without_coca["leaf_tax"] == 0
    # what is left are the parts that firms under a column's wing pay of its other takings
    assert without_coca["escorts"] < 0.1 * usual["escorts"]
    assert without_coca["logging"] > 0
    other = mean_income({"logging": 0, "extortion": 2})
    assert other["logging"] == 0
    assert other["extortion"] == pytest.approx(2 * usual["extortion"], rel=0.15)
    assert other["fees"] > 0
