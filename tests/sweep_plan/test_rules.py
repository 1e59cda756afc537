"""Rules of the verdict are part of an experiment, and campaigns and switches can be drawn like anything else."""

from pathlib import Path

from tests.sweep_plan.conftest import ARMS, Maker
from vraem.experiment.loader import load_experiment
from vraem.experiment.plan import plan
from vraem.experiment.rules import VerdictRules, verdict_rules

CAMPAIGN = """
[[arm]]
name = "heirs"
[[arm.campaign]]
targets = ["heirs"]
start = 2012-03-05
end = 2012-09-30
operations_per_month = 2.0
"""


def test_thresholds_that_are_left_out_are_those_of_the_model_description_and_are_hashed(make: Maker):
    experiment = make("[rules.verdict]\nquestions = ['Q1', 'Q2']\n")
    rules = verdict_rules(experiment.rules)
    assert rules.questions == ("Q1", "Q2")
    assert (rules.supported_above, rules.supported_certainty, rules.modal_weight) == (0.5, 0.95, 0.8)
    assert (rules.refuted_below, rules.refuted_certainty, rules.profit_oriented) == (0.2, 0.95, 0.7)
    assert (
        experiment.rules["verdict"]["fragmentation_gap"] == 0.05
    )  # written out, whatever the defaults become
    said = make("[rules.verdict]\nquestions = ['Q1', 'Q2']\nsupported_above = 0.5\n")
    assert said.rules_hash == experiment.rules_hash
    moved = make("[rules.verdict]\nquestions = ['Q1', 'Q2']\nsupported_above = 0.6\n")
    assert moved.rules_hash != experiment.rules_hash
    assert moved.id != experiment.id


def test_rules_of_a_results_folder_are_those_of_its_experiment(make: Maker, tmp_path: Path):
    experiment = make("[rules]\nbetter_by = 0.1\n[rules.verdict]\nhorizon = 36\n")
    path = tmp_path / "frozen.toml"
    path.write_text(experiment.text, encoding="utf-8")
    again = load_experiment(path)
    assert again.rules == experiment.rules
    assert again.rules_hash == experiment.rules_hash
    assert verdict_rules(again.rules).horizon == 36


def test_an_experiment_without_thresholds_is_judged_by_the_model_description(make: Maker):
    assert verdict_rules(make().rules) == VerdictRules()


def test_several_switches_are_drawn_by_one_factor(make: Maker):
    factor = "[[factor]]\nswitches = ['kin_shock', 'firms_integrate']\n[design]\nkind = 'grid'\n"
    experiment = make(factor)
    assert [(each.key, len(each.values)) for each in experiment.factors] == [
        ("switches.kin_shock", 5),
        ("switches.firms_integrate", 2),
    ]
    assert sum(1 for _ in plan(experiment)) == 10


def test_campaigns_are_drawn_by_their_keys(make: Maker):
    factors = """
[[factor]]
key = "campaign.0.operations_per_month"
low = 0.5
high = 5
prior = "loguniform"
[[factor]]
key = "campaign.0.targets"
values = [["heirs"], ["leader", "committee"], ["random"]]
[design]
kind = "prior"
samples = 20
"""
    experiment = make(factors, arms=CAMPAIGN)
    drawn = [experiment.scenario(run).campaigns[0] for task in plan(experiment) for run in task.runs]
    assert {campaign.targets for campaign in drawn} == {("heirs",), ("leader", "committee"), ("random",)}
    assert all(0.5 <= campaign.operations_per_month <= 5 for campaign in drawn)
    assert len({campaign.operations_per_month for campaign in drawn}) == 20


def test_all_parameters_of_the_organisation_are_drawn_by_their_process(make: Maker):
    experiment = make(
        "[[factor]]\nprocess = 'organisation'\n[design]\nkind = 'prior'\nsamples = 3\n", arms=ARMS
    )
    names = {factor.name for factor in experiment.factors}
    assert {"purge_loss", "review_gap", "ideology_initial"} <= names
    scenarios = [experiment.scenario(run) for task in plan(experiment) for run in task.runs]
    assert len({scenario.parameters.purge_loss for scenario in scenarios}) == 3
