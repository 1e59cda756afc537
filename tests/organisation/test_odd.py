"""docs/odd.md and the code are in step: processes, equation labels, tables."""

import re
from pathlib import Path

import pytest

from vraem.cli import odd
from vraem.engine import SCHEDULE
from vraem.scenario import SWITCHES, parameter_table

PAGE = Path(__file__).parents[2] / "docs" / "odd.md"
TEXT = PAGE.read_text(encoding="utf-8")
BY_HAND = re.sub(r"<!-- table: .*?<!-- end -->", "", TEXT, flags=re.DOTALL)
"""What is written by hand: the page without its tables."""
SECTIONS = re.findall(r"^### `(\w+)` \((.+)\)$", BY_HAND, flags=re.MULTILINE)


def section_of(name: str) -> str:
    """The text under the heading of a process."""
    _, _, after = BY_HAND.partition(f"### `{name}` ")
    return after.partition("\n### ")[0]


def test_the_tables_of_the_page_are_those_of_the_code():
    assert odd.filled(TEXT) == TEXT, "run `vraem docs`"


def test_every_table_stands_once_in_the_page():
    assert sorted(odd.block_names(TEXT)) == sorted(odd.blocks())


def test_every_process_has_its_section_in_the_order_of_the_week():
    assert [(process.name, process.equations) for process in SCHEDULE] == SECTIONS


@pytest.mark.parametrize("process", SCHEDULE, ids=lambda process: process.name)
def test_every_section_says_something_about_its_process(process):
    assert len(section_of(process.name).split()) > 12


def test_every_equation_of_the_schedule_and_of_the_parameters_is_named_in_the_text():
    wanted = {label for process in SCHEDULE for label in odd.labels(process.equations)}
    wanted |= {label for spec in parameter_table() for label in odd.labels(spec.equation)}
    assert wanted - set(odd.labels(BY_HAND)) == set()
    assert len(wanted) > 35


def test_every_parameter_stands_in_one_table():
    tables = re.findall(r"<!-- table: parameters .*?<!-- end -->", TEXT, flags=re.DOTALL)
    stands = re.findall(r"^\| `(\w+)` \|", "\n".join(tables), flags=re.MULTILINE)
    assert sorted(stands) == sorted(spec.name for spec in parameter_table())


def test_parameters_stand_with_a_process_that_holds_their_equation():
    holds = {process.name: set(odd.labels(process.equations)) for process in SCHEDULE}
    holds |= {odd.LOSSES: {"B10"}, odd.START: set()}
    for spec in parameter_table():
        home = odd.home_of(spec)
        assert next(odd.labels(spec.equation), None) in holds[home] | {None}, spec.name


def test_every_switch_is_spoken_of_in_the_text():
    for switch in SWITCHES.values():
        for label in re.findall(r"S\d+", switch.label):
            assert re.search(rf"\b{label}\b", BY_HAND), label


def test_the_elements_of_the_protocol_are_all_there():
    headings = re.findall(r"^## (\d)\. (.+)$", TEXT, flags=re.MULTILINE)
    assert [number for number, _ in headings] == list("12345678")
    for element in (
        "Purpose and patterns",
        "Entities",
        "overview",
        "concepts",
        "Initialisation",
        "Input",
        "Submodels",
    ):
        assert any(element in title for _, title in headings), element


def test_a_block_without_a_table_is_an_error():
    with pytest.raises(KeyError):
        odd.filled("<!-- table: no such thing -->\n<!-- end -->")


def test_ranges_of_labels_are_spelt_out():
    assert list(odd.labels("C3-C5 C7 B11")) == ["C3", "C4", "C5", "C7", "B11"]
