"""The packaged scenarios as a page of the documentation, made from what their files say about themselves."""

from __future__ import annotations

from pathlib import Path

from vraem.scenario.loader import load
from vraem.scenario.reference import markdown_table
from vraem.scenario.scenario import Scenario
from vraem.scenario.sources import packaged_names

THOUGHT_EXPERIMENT = "A thought experiment: "

LIBRARY_PAGE = "library.md"
_HEAD = """# The library of scenarios

<!-- Written from the files in `scenarios/` by `vraem.scenario.library_page`; change those files, not this page. -->

Each is a file in `scenarios/` that can be run, compared, extended and copied by its name:

```
vraem compare november-2023                         # against the scenario that its file names
vraem compare random-control heirs-first commanders # the first is the one that the others are set against
vraem show leadership-burst --changed               # what it changes, and where it says so
```

"""
_CAMPAIGNS = """
## Campaigns: thought experiments

They ask what follows when the state goes after the same group in another way. All of them make the same number of
operations, 48 from 1 September 2023 to 1 September 2025; a test holds their budgets equal. What they attain is an
outcome. Persons of the model are roles without names, operations have no place in them but the one where the model
moves its columns, and nothing here is a plan, a proposal or a forecast.

"""
_EXPERIMENTS = """
## Other thought experiments

They ask what the model does when one thing is otherwise. Nothing in them is a plan, a proposal or a forecast:
dates from 2024 on lie outside the record, sizes are round numbers chosen to be seen, and what follows rests on the
model's assumptions. All that destroy coca destroy the same 4 000 hectares in all; a test holds their budgets equal.

"""


def library_markdown() -> str:
    """The page: the scenarios of the record, the campaigns, then the other thought experiments, by name."""
    scenarios = [load(name) for name in packaged_names()]
    record = [scenario for scenario in scenarios if not is_thought_experiment(scenario)]
    experiments = [scenario for scenario in scenarios if is_thought_experiment(scenario)]
    campaigns = [scenario for scenario in experiments if scenario.campaigns]
    others = [scenario for scenario in experiments if not scenario.campaigns]
    return f"{_HEAD}{_table(record)}{_CAMPAIGNS}{_table(campaigns)}{_EXPERIMENTS}{_table(others)}"


def is_thought_experiment(scenario: Scenario) -> bool:
    """Whether the description says that it is one."""
    return scenario.description.startswith(THOUGHT_EXPERIMENT)


def write_library(folder: Path) -> Path:
    """Write `library.md` into the existing `folder`; returns its path."""
    path = folder / LIBRARY_PAGE
    path.write_text(library_markdown(), encoding="utf-8")
    return path


def _table(scenarios: list[Scenario]) -> str:
    rows = [
        (
            f"[`{scenario.name}`](../scenarios/{scenario.name}.toml)",
            scenario.question or "",
            _sentence(scenario.description.removeprefix(THOUGHT_EXPERIMENT)),
            f"{scenario.run.start.year}-{scenario.run.end.year}",
            f"`{scenario.compare_with}`" if scenario.compare_with else "",
        )
        for scenario in scenarios
    ]
    return markdown_table(("Scenario", "It asks", "What it is", "Years", "Set it against"), rows)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
