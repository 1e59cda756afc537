"""Declarations agree with each other, and the documentation with the declarations."""

from pathlib import Path
from typing import get_args

import pytest

from vraem.scenario import DRIVER_KINDS, SWITCHES, ScenarioError, load, parameter_table
from vraem.scenario.campaigns import Campaign
from vraem.scenario.events import EVENT_KINDS, ROUTES, Route
from vraem.scenario.reference import (
    campaign_targets_markdown,
    drivers_markdown,
    events_markdown,
    keys_markdown,
    markdown_table,
    parameters_markdown,
    switches_markdown,
    targets_markdown,
)
from vraem.scenario.schema import DriverName, Switches
from vraem.scenario.starting import Group, Measure, Post

HEAD = 'extends = "baseline"\nname = "own"\ndescription = "d"\n'
FAULTY = """\
extends = "baseline"
name = "cheap-leaf"
description = "The baseline, with processors who get more cocaine from a kilogram of leaf"

[parameters]
leaf_per_kg_hcl = 200

[switches]
expectations = "nave"

[[campaign]]
kind = "arrest"
targets = ["leader", "comanders"]
start = 2023-09-01
end = 2022-09-01

[[group]]
name = "old"
armed = 60
members = 50
"""
NEW_TABLES = {"campaign": Campaign, "group": Group, "post": Post, "measure": Measure}
GUIDE = Path(__file__).parents[2] / "docs" / "scenarios.md"


def test_the_schema_knows_the_switches_of_the_table_with_the_first_value_as_default():
    assert {name: field.default for name, field in Switches.model_fields.items()} == {
        name: switch.values[0] for name, switch in SWITCHES.items()
    }
    for name, field in Switches.model_fields.items():
        assert get_args(field.annotation) == SWITCHES[name].values


def test_the_schema_knows_the_drivers_and_routes_of_their_tables():
    assert get_args(DriverName) == tuple(DRIVER_KINDS)
    assert get_args(Route) == (*ROUTES, "all")


def test_tables_hold_one_line_for_each_thing_declared():
    for text, names in (
        (parameters_markdown(), [spec.name for spec in parameter_table()]),
        (switches_markdown(), SWITCHES),
        (events_markdown(), EVENT_KINDS),
        (drivers_markdown(), DRIVER_KINDS),
    ):
        lines = text.splitlines()
        assert [line.split("`")[1] for line in lines[2:]] == list(names)
        assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert "eradication_net_effect" in targets_markdown()


def test_bars_in_cells_do_not_break_a_table():
    assert markdown_table(("a",), [("x|y",)]).splitlines()[2] == "| x\\|y |"


def test_the_guide_holds_the_tables_as_they_are_declared():
    guide = GUIDE.read_text(encoding="utf-8")
    tables = [switches_markdown(), events_markdown(), drivers_markdown(), campaign_targets_markdown()]
    tables += [keys_markdown(name) for name in NEW_TABLES]
    for table in tables:
        assert table in guide


@pytest.mark.parametrize("name", NEW_TABLES)
def test_a_table_of_keys_has_a_line_for_each_key_and_says_what_holds_without_it(name):
    model = NEW_TABLES[name]
    lines = keys_markdown(name).splitlines()[2:]
    keys = [line.split("`")[1] for line in lines]
    assert list(dict.fromkeys(key.partition(".")[0] for key in keys)) == list(model.model_fields)
    for line, key in zip(lines, keys, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert len(cells) == 5
        assert "" not in (cells[1], cells[3], cells[4])
        if "." not in key:
            assert (cells[4] == "a fault") == model.model_fields[key].is_required()


def test_every_kind_of_event_is_explained_with_all_its_keys():
    lines = dict(zip(EVENT_KINDS, events_markdown().splitlines()[2:], strict=True))
    for kind, model in EVENT_KINDS.items():
        for name in set(model.model_fields) - {"kind", "start", "end"}:
            assert f"`{name}`" in lines[kind]
    assert "`squad_leader`" in lines["removal"]
    assert "0 if left out" in lines["presence"]


@pytest.mark.parametrize("number", range(GUIDE.read_text(encoding="utf-8").count("```toml")))
def test_every_example_of_the_guide_loads(number, tmp_path):
    example = GUIDE.read_text(encoding="utf-8").split("```toml\n")[number + 1].partition("```")[0]
    head = "" if "name = " in example.partition("[")[0] else HEAD
    file = tmp_path / "example.toml"
    file.write_text(head + example, encoding="utf-8")
    assert load(file).notes() == ()


def test_the_faults_that_the_guide_shows_are_those_that_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("cheap-leaf.toml").write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load("cheap-leaf.toml")
    told = "".join(f"{fault}\n" for fault in caught.value.faults)
    assert f"```\n{told}```" in GUIDE.read_text(encoding="utf-8")
