"""Campaigns, groups, posts and the measuring rod in experiment files: laid over, varied, frozen, and told of."""

import datetime

import pytest

from vraem.experiment.file_schema import ADDED_TABLES, SHARED_TABLES, experiment_schema
from vraem.experiment.frozen import frozen_text
from vraem.experiment.loader import load_experiment
from vraem.scenario import ScenarioError
from vraem.scenario.layers import OWN_KEYS
from vraem.scenario.schema import Document

EXPERIMENT = """
name = "campaigns"
description = "Two ways of going after the leadership"
scenario = "baseline"

[measure]
anchor_start = 2023-09-01
anchor_end = 2025-09-01

[[group]]
name = "old"
income.coca = 0.5

[[arm]]
name = "none"

[[arm]]
name = "lethality"
each.campaign.0.lethality = [0.0, 1.0]

[[arm.campaign]]
targets = ["leader", "committee"]
start = 2023-09-01
end = 2025-09-01
budget = 48

[[arm]]
name = "posts"

[[arm.post]]
place = "Mayapo"
kind = "army_base"
force = "army"

[[arm.event]]
kind = "removal"
date = 2023-11-12
role = "heir"

[[outcome]]
name = "area"
series = "coca_area"
"""


@pytest.fixture
def experiment(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return load_experiment(path)


def test_every_table_that_changes_a_run_may_stand_in_an_experiment():
    of_a_scenario = set(Document.model_fields) - (set(OWN_KEYS) - {"extends"})
    assert set(SHARED_TABLES) == of_a_scenario
    assert set(ADDED_TABLES) == {
        name for name, field in Document.model_fields.items() if str(field.annotation).startswith("tuple")
    }


def test_arms_add_their_rows_to_those_of_the_experiment(experiment):
    arms = dict(experiment.arms)
    assert list(arms) == ["none", "lethality-0.0", "lethality-1.0", "posts"]
    assert [len(scenario.campaigns) for scenario in arms.values()] == [0, 1, 1, 0]
    assert [arm.campaigns[0].lethality for arm in (arms["lethality-0.0"], arms["lethality-1.0"])] == [0, 1]
    assert all(scenario.groups[0].income.coca == 0.5 for scenario in arms.values())
    assert all(scenario.measure.anchor_start == datetime.date(2023, 9, 1) for scenario in arms.values())
    assert [post.place for post in arms["posts"].posts] == ["Mayapo"]
    assert arms["posts"].events[0].date == datetime.date(2023, 11, 12)


def test_a_frozen_experiment_keeps_all_of_it(experiment, tmp_path):
    path = tmp_path / "frozen.toml"
    path.write_text(frozen_text(experiment), encoding="utf-8")
    again = load_experiment(path)
    assert again.id == experiment.id
    assert [scenario.id for _, scenario in again.arms] == [scenario.id for _, scenario in experiment.arms]


def test_a_fault_of_a_campaign_names_the_line_and_key_of_the_experiment(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(EXPERIMENT.replace('"committee"', '"comitee"'), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_experiment(path)
    (fault,) = caught.value.faults
    assert (fault.line, fault.col, fault.key) == (22, 22, "arm.1.campaign.0.targets.1")
    assert fault.hint == "did you mean committee?"


def test_the_schema_of_experiments_has_the_tables_of_scenarios():
    schema = experiment_schema()
    for body in (schema, schema["$defs"]["Arm"]):
        assert body["properties"]["campaign"]["items"]["$ref"].endswith("/Campaign")
        assert body["properties"]["group"]["items"]["$ref"].endswith("/Group")
    assert {"Campaign", "Group", "IncomeMix", "Post", "Measure", "Removal"} <= set(schema["$defs"])
