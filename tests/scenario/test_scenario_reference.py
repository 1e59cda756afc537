"""Declarations agree with each other, and the documentation with the declarations."""

from pathlib import Path
from typing import get_args

from vraem.scenario import DRIVER_KINDS, SWITCHES, parameter_table
from vraem.scenario.events import EVENT_KINDS, ROUTES, Route
from vraem.scenario.reference import (
    drivers_markdown,
    events_markdown,
    markdown_table,
    parameters_markdown,
    switches_markdown,
    targets_markdown,
)
from vraem.scenario.schema import DriverName, Switches

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
    for table in (switches_markdown(), events_markdown(), drivers_markdown()):
        assert table in guide
