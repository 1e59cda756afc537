"""Every scenario of the library checks, shows and runs; those that are compared have equal budgets."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.observe import run
from vraem.observe.shared import run_together
from vraem.scenario import load, packaged_names
from vraem.scenario.library_page import is_thought_experiment, library_markdown
from vraem.valley import load as load_valley
from vraem.world import Clock, Streams
from vraem.world.inputs import weekly_inputs

DOCS = Path(__file__).parents[2] / "docs"
THE_RECORD = ("baseline", "history", "november-2023")
BY_TARGET = {
    "heirs-first": ("heirs",),
    "leader-first": ("leader",),
    "commanders": ("commanders",),
    "fighters-en-masse": ("fighters",),
    "finance": ("finance",),
    "central-by-ties": ("central",),
    "random-control": ("random",),
}
BY_MEANS = {
    "leadership-burst": {"pace": "burst"},
    "leadership-capture": {"lethality": 0.0},
    "leadership-kill": {"lethality": 1.0},
    "leadership-high-intelligence": {"intelligence": 0.9},
    "leadership-low-intelligence": {"intelligence": 0.1},
    "leadership-with-presence": {"follow_on": "post", "follow_on_years": 3.0},
}
"""What each of these changes in the campaign of `leadership-spread`: one thing."""
CAMPAIGNS = (
    *BY_TARGET,
    *BY_MEANS,
    "leadership-spread",
    "arrests-eradication-development",
    "everything",
)
WITHOUT_CAMPAIGN = (
    "air-bridge-closure",
    "alternative-development",
    "amnesty",
    "callao-port-control",
    "eradication",
    "eradication-announced",
    "eradication-burst",
    "eradication-spread",
    "eradication-with-development",
    "national-frontier",
    "no-announcements",
    "no-coca-income",
    "no-logging-or-extortion",
    "price-boom",
    "price-slump",
    "rewards",
    "river-opening",
)
LIBRARY = (*CAMPAIGNS, *WITHOUT_CAMPAIGN)
PARTING = {
    "no-announcements": "2013-01-07",
    "no-logging-or-extortion": "2012-01-02",  # parameters hold from the start
    "november-2023": "2023-11-06",
    **dict.fromkeys(CAMPAIGNS, "2023-08-28"),
    "arrests-eradication-development": "2024-01-01",  # the same campaign as what it is set against
    "everything": "2024-01-01",
}
"""First day of the week in which a scenario parts from what it is compared with, where it is not 2024-01-01."""
SAME_HECTARES = (
    "eradication",
    "eradication-burst",
    "eradication-spread",
    "eradication-with-development",
    "arrests-eradication-development",
    "everything",
)


def call(*words):
    return CliRunner().invoke(cli, list(words), prog_name="vraem")


def inputs_of(scenario):
    clock = Clock.between(scenario.run.start, scenario.run.end)
    return weekly_inputs(scenario, clock, Streams(1), load_valley())


def hectares(scenario):
    return sum(event.hectares for event in scenario.events if event.kind == "eradication")


def test_the_library_is_there():
    assert set(packaged_names()) == {*LIBRARY, *THE_RECORD}


@pytest.mark.parametrize("name", packaged_names())
def test_every_scenario_checks_and_shows_and_comes_back_from_what_is_shown(name, tmp_path):
    checked = call("check", name)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "note" not in checked.stdout
    shown = call("show", name, "--toml")
    assert shown.exit_code == 0
    file = tmp_path / "again.toml"
    file.write_text(shown.stdout, encoding="utf-8")
    assert load(file).id == load(name).id
    assert load(name).name == name


@pytest.mark.parametrize("name", packaged_names())
def test_every_scenario_runs_for_its_first_weeks_and_keeps_its_balances(name):
    scenario = load(name, ["run.households=400"])
    short = scenario.with_({"run.end": scenario.run.start + timedelta(weeks=8)})
    assert len(run(short, check=True).dates) == 9


@pytest.mark.parametrize("name", LIBRARY)
def test_a_thought_experiment_says_so_asks_and_names_what_to_compare_it_with(name):
    scenario = load(name)
    assert is_thought_experiment(scenario)
    assert scenario.question.endswith("?")
    assert scenario.comparison() is not None
    assert scenario.comparison().id != scenario.id
    first_line = (
        (Path(__file__).parents[2] / "scenarios" / f"{name}.toml").read_text(encoding="utf-8").split("\n")[0]
    )
    assert first_line.startswith("# A thought experiment")


@pytest.mark.parametrize("name", [name for name in LIBRARY if name != "no-announcements"])
def test_what_if_scenarios_leave_the_record_alone(name):
    scenario = load(name)
    assert scenario.run.end.year in (2030, 2035)
    assert all(event.start.year >= 2024 for event in scenario.events)


def test_november_2023_is_the_arrest_of_four_adult_heirs_on_one_day():
    scenario = load("november-2023")
    (removal,) = scenario.events
    assert (removal.date, removal.role, removal.count) == (date(2023, 11, 12), "heir", 4)
    assert removal.outcome == "captured"
    assert not is_thought_experiment(scenario)
    assert scenario.comparison().name == "baseline"


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_campaigns_have_one_budget_and_one_period_and_ten_years_to_look_at(name):
    scenario = load(name)
    (campaign,) = scenario.campaigns
    assert (campaign.start, campaign.end) == (date(2023, 9, 1), date(2025, 9, 1))
    assert (campaign.budget, campaign.operations_per_month, campaign.stop_after) == (48, 2.0, None)
    assert scenario.run.end >= date(campaign.end.year + 10, campaign.end.month, campaign.end.day)
    assert scenario.parameters == load("baseline").parameters
    assert scenario.switches == load("baseline").switches


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_tempo_of_a_campaign_is_enough_for_its_budget(name):
    (campaign,) = load(name).campaigns
    (order,) = inputs_of(load(name)).campaigns
    assert order.operations_a_week * (order.last - order.first + 1) >= campaign.budget


@pytest.mark.parametrize("name", BY_TARGET)
def test_campaigns_by_target_differ_in_the_target_only(name):
    (campaign,), (control,) = load(name).campaigns, load("random-control").campaigns
    assert campaign.targets == BY_TARGET[name]
    assert campaign.model_copy(update={"targets": control.targets}) == control
    assert load(name).events == ()


@pytest.mark.parametrize("name", BY_MEANS)
def test_campaigns_by_means_differ_from_their_reference_in_one_thing(name):
    (campaign,), (reference,) = load(name).campaigns, load("leadership-spread").campaigns
    assert campaign == reference.model_copy(update=BY_MEANS[name]) != reference
    assert load(name).events == ()


def test_combined_campaigns_add_what_their_names_say():
    combined, everything = load("arrests-eradication-development"), load("everything")
    assert combined.campaigns == load("leadership-spread").campaigns == everything.campaigns
    assert combined.events == load("eradication-with-development").events
    assert everything.events[: len(combined.events)] == combined.events
    assert {event.kind for event in everything.events} >= {"presence", "amnesty", "route_risk"}


def test_eradications_that_are_compared_destroy_the_same_hectares():
    assert {name: hectares(load(name)) for name in SAME_HECTARES} == dict.fromkeys(SAME_HECTARES, 4000.0)


def test_eradications_that_are_compared_do_destroy_them_in_the_model():
    overrides = ["run.households=400", "run.start=2023-06-05", "run.end=2028-01-30"]
    names = SAME_HECTARES[:4]
    runs = run_together([load(name, overrides) for name in names], seed=1)
    destroyed = {name: one.result["eradicated"].sum() for name, one in zip(names, runs, strict=True)}
    # crews that an armed group stops for a week destroy nothing in it
    assert destroyed == pytest.approx(dict.fromkeys(names, 4000.0), rel=0.1)
    assert max(destroyed.values()) <= 4000.0 + 1e-3


def test_development_is_all_that_the_combined_scenario_adds():
    alone, support = load("eradication").events, load("alternative-development").events
    assert load("eradication-with-development").events == (*alone, *support)


@pytest.mark.parametrize("name", packaged_names())
def test_every_scenario_describes_itself_in_spanish_too(name):
    scenario = load(name)
    assert scenario.description_es
    assert scenario.description_es != scenario.description
    assert scenario.description_es.startswith("Un experimento mental: ") == is_thought_experiment(scenario)


@pytest.mark.parametrize("name", [*LIBRARY, "november-2023"])
def test_every_thought_experiment_parts_from_what_it_is_compared_with(name):
    from vraem.analysis.windows import parting_weeks

    scenario = load(name, ["run.households=400"])
    other = load(scenario.compare_with, ["run.households=400", f"run.end={scenario.run.end}"])
    (_, week) = parting_weeks([other, scenario], 1, load_valley())
    assert week is not None
    day = scenario.run.start + timedelta(weeks=week)
    assert day.isoformat() == PARTING.get(name, "2024-01-01")


def test_the_page_of_the_library_is_up_to_date():
    told = "run vraem.scenario.library_page.write_library(Path('docs')) again"
    assert (DOCS / "library.md").read_text(encoding="utf-8") == library_markdown(), told
