"""A path in a scenario file is meant from the folder of that file, also when a file elsewhere extends it."""

import pytest

from vraem.scenario import ScenarioError, load

PARENT = """
name = "parent"
description = "x"
[run]
end = 2012-12-31
[drivers]
table = "own.csv"
"""
CHILD = 'name = "child"\ndescription = "x"\nextends = "sub/parent.toml"\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "parent.toml").write_text(PARENT, encoding="utf-8")
    (tmp_path / "sub" / "own.csv").write_text(_table(0.25), encoding="utf-8")
    (tmp_path / "child.toml").write_text(CHILD, encoding="utf-8")
    return tmp_path


def _table(value):
    return f"driver,start,end,value\ncapacity_foot,2012-01-01,2012-12-31,{value}\n"


def foot(scenario):
    return scenario.drivers.segments["capacity_foot"][0].value


def test_the_table_of_a_parent_lies_beside_the_parent(folder):
    assert foot(load(folder / "child.toml")) == 0.25


def test_a_file_of_that_name_beside_the_child_is_not_taken_for_it(folder):
    (folder / "own.csv").write_text(_table(0.75), encoding="utf-8")
    assert foot(load(folder / "child.toml")) == 0.25
    own = CHILD + '[drivers]\ntable = "own.csv"\n'
    (folder / "child.toml").write_text(own, encoding="utf-8")
    assert foot(load(folder / "child.toml")) == 0.75


def test_a_table_named_on_the_command_line_lies_beside_the_child(folder):
    (folder / "own.csv").write_text(_table(0.75), encoding="utf-8")
    assert foot(load(folder / "child.toml", ['drivers.table="own.csv"'])) == 0.75


def test_a_scenario_that_is_changed_keeps_the_table_of_its_parent(folder):
    assert foot(load(folder / "child.toml").with_({"run.seed": 3})) == 0.25


def test_a_folder_that_is_called_like_a_file_is_not_suggested_as_a_parent(tmp_path):
    (tmp_path / "hist.toml").mkdir()
    child = tmp_path / "child.toml"
    child.write_text(CHILD.replace("sub/parent.toml", "hist.toml"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"which is no file here, .*did you mean history\?$"):
        load(child)


def test_a_missing_table_is_told_at_the_parent(folder):
    (folder / "sub" / "own.csv").unlink()
    with pytest.raises(ScenarioError, match=r"parent\.toml:7:9: drivers\.table: got .own\.csv"):
        load(folder / "child.toml")
