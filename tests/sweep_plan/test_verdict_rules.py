"""Rules of the verdict that nothing could follow are faults of the file; older folders say what was done instead."""

import json
from dataclasses import replace
from typing import get_args

import pandas as pd
import pytest

from tests.analysis.planted import always, planted
from tests.sweep_plan.test_rules import CAMPAIGN
from vraem.analysis.results import _households
from vraem.experiment.loader import load_experiment
from vraem.experiment.rules import Definition, VerdictRules
from vraem.observe.end_states import DEFINITIONS
from vraem.scenario import ScenarioError

END_STATES = """
[[outcome]]
measures = ["end_state", "dismantled_size"]
horizon_months = [12, 36]
"""
SOUND = "definition = 'size'\nhorizon = 36\n"


def document(make, rules):
    base = '[[arm]]\nname = "control"\n' + CAMPAIGN
    return make.file(make.text(f"[rules.verdict]\n{rules}\n", arms=base), END_STATES)


def faults(make, rules):
    with pytest.raises(ScenarioError) as caught:
        load_experiment(document(make, rules))
    return [str(fault).partition(": ")[2] for fault in caught.value.faults]


def test_the_rules_know_the_definitions_of_dismantled_that_are_observed():
    assert get_args(Definition) == DEFINITIONS


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        (
            "definition = 'size'\nhorizon = 24",
            "rules.verdict.horizon: got 24, expected one of 12, 36: months after the campaign with end states "
            "among the outcomes",
        ),
        (
            "definition = 'size'",
            "rules.verdict.horizon: got 60, the default, expected one of 12, 36: months after the campaign with "
            "end states among the outcomes",
        ),
        (
            "horizon = 36\ndefinition = 'personnel'",
            'rules.verdict.definition: got "personnel" (text), expected size; or dismantled_personnel among the '
            "outcomes",
        ),
        (
            SOUND + "reference = 'contol'",
            'rules.verdict.reference: got "contol" (text), expected one of control, heirs; did you mean control?',
        ),
        (SOUND + "control = 'control'", 'rules.verdict.control: got "control" (text), expected heirs'),
        (
            SOUND + "questions = []",
            "rules.verdict.questions: got an empty list, expected one question or more, such as Q1",
        ),
        (
            SOUND + "questions = ['Q1', 'Q1']",
            "rules.verdict.questions.1: got Q1 twice, expected each question once",
        ),
        (
            SOUND + "refuted_below = 0.5\nsupported_above = 0.1",
            "rules.verdict.refuted_below: got 0.5, expected at most supported_above = 0.1",
        ),
        (
            SOUND + "callao_low = 0.9",
            "rules.verdict.callao_low: got 0.9, expected a number below callao_high = 0.5",
        ),
    ],
)
def test_a_rule_that_nothing_could_follow_is_a_fault_with_its_place(make, rules, line):
    assert faults(make, rules) == [line]


def test_rules_that_can_be_followed_are_sound(make):
    rules = load_experiment(document(make, SOUND + "reference = 'control'\ncontrol = 'heirs'\n")).rules[
        "verdict"
    ]
    assert (rules["reference"], rules["control"]) == ("control", "heirs")


def test_a_folder_of_before_can_still_be_read(make):
    made = document(make, "horizon = 24\nreference = 'nix'")
    (make.folder / "experiment.toml").write_bytes(made.read_bytes())
    with pytest.raises(ScenarioError):
        load_experiment(make.folder / "experiment.toml")
    (make.folder / "manifest.json").write_text(json.dumps({"experiment": {}}), encoding="utf-8")
    assert load_experiment(make.folder / "experiment.toml").rules["verdict"]["horizon"] == 24
    with pytest.raises(ScenarioError):
        load_experiment(make.folder / "experiment.toml", ["rules.verdict.horizon=48"])


def test_results_say_what_is_judged_in_place_of_what_the_rules_ask_for():
    results = planted(always("gangs"), points=4, rules=VerdictRules(horizon=24, control="nox"))
    del results.frame["dismantled_personnel"]
    assert replace(results, reference="nix").replaced == (
        "The rules ask for 24 months after the campaign; 12 months are judged. "
        "The rules ask for the definition personnel; seats is judged. "
        "The rules ask for the reference nix; there is no such arm. "
        "The rules ask for the control nox; there is no such campaign."
    )
    assert planted(always("gangs"), points=4).replaced == ""


def test_the_report_names_the_households_that_were_drawn(make):
    factor = '[[factor]]\nkey = "run.households"\nvalues = [400, 500]\n[design]\nkind = "grid"\n'
    experiment = make(factor)
    assert _households(experiment, pd.DataFrame({"run.households": [500.0, 400.0, 500.0]})) == [400, 500]
    assert _households(make(), pd.DataFrame({"arm": ["control"]})) == [400]
