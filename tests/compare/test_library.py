"""Every scenario of the library checks, shows and runs; those that are compared have equal budgets."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from vraem.cli import cli
from vraem.observe import run
from vraem.observe.shared import run_together
from vraem.scenario import load, packaged_names
from vraem.scenario.library_page import is_thought_experiment, library_markdown

DOCS = Path(__file__).parents[2] / "docs"
BUILT_ON = ("baseline", "history")
LIBRARY = (
    "air-bridge-closure",
    "alternative-development",
    "callao-road-control",
    "eradication",
    "eradication-announced",
    "eradication-burst",
    "eradication-spread",
    "eradication-with-development",
    "national-frontier",
    "no-announcements",
    "price-boom",
    "price-slump",
    "river-opening",
)
SAME_HECTARES = ("eradication", "eradication-burst", "eradication-spread", "eradication-with-development")


def call(*words):
    return CliRunner().invoke(cli, list(words), prog_name="vraem")


def hectares(scenario):
    return sum(event.hectares for event in scenario.events if event.kind == "eradication")


def test_the_library_is_there():
    assert set(packaged_names()) >= {*LIBRARY, *BUILT_ON}


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
    assert scenario.run.end.year == 2030
    assert all(event.start.year >= 2024 for event in scenario.events)


def test_eradications_that_are_compared_destroy_the_same_hectares():
    assert {name: hectares(load(name)) for name in SAME_HECTARES} == dict.fromkeys(SAME_HECTARES, 4000.0)


def test_eradications_that_are_compared_do_destroy_them_in_the_model():
    overrides = ["run.households=400", "run.start=2023-06-05", "run.end=2028-01-30"]
    runs = run_together([load(name, overrides) for name in SAME_HECTARES], seed=1)
    destroyed = {name: one.result["eradicated"].sum() for name, one in zip(SAME_HECTARES, runs, strict=True)}
    assert destroyed == pytest.approx(dict.fromkeys(SAME_HECTARES, 4000.0), rel=1e-3)


def test_development_is_all_that_the_combined_scenario_adds():
    alone, support = load("eradication").events, load("alternative-development").events
    assert load("eradication-with-development").events == (*alone, *support)


@pytest.mark.parametrize("name", LIBRARY)
def test_every_thought_experiment_parts_from_what_it_is_compared_with(name):
    from vraem.analysis.windows import parting_weeks
    from vraem.valley import load as load_valley

    scenario = load(name, ["run.households=400"])
    other = load(scenario.compare_with, ["run.households=400", f"run.end={scenario.run.end}"])
    (_, week) = parting_weeks([other, scenario], 1, load_valley())
    assert week is not None
    day = scenario.run.start + timedelta(weeks=week)
    assert day.isoformat() == ("2013-01-07" if name == "no-announcements" else "2024-01-01")


def test_the_page_of_the_library_is_up_to_date():
    told = "run vraem.scenario.library_page.write_library(Path('docs')) again"
    assert (DOCS / "library.md").read_text(encoding="utf-8") == library_markdown(), told
