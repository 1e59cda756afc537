"""Details in a browser: control by the rule of the maps, numbers with their unit or range."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

WEEK = 150


@pytest.fixture
def one(watched: Watched, replays: dict[str, Path]) -> "Page":
    """The page of one run, open."""
    page = watched.open(replays["one"].as_uri())
    page.evaluate(f"vraem.stage.seek({WEEK}.5)")
    return page


def _fact(page: "Page", term: str) -> str:
    return page.locator(f"#card dt:text-is('{term}') + dd").inner_text()


@pytest.mark.parametrize(
    ("least", "most", "term", "absent"),
    [(0.03, 0.098, "Strongest group", "Held by"), (0.12, 1.0, "Held by", "Strongest group")],
)
def test_a_place_is_held_from_a_tenth_of_control(
    one: "Page", least: float, most: float, term: str, absent: str
) -> None:
    share = one.evaluate(
        f"""(() => {{
              const {{ land }} = vraem.stage.arms[0].tape.keyframes;
              const value = (name, row) => land.value(name, row, {WEEK});
              const shareOf = (row) => value('group', row) === 255 ? 0 : value('share', row);
              const fits = (row) => shareOf(row) > {least} && shareOf(row) < {most} && value('second', row) === 255;
              const row = [...vraem.stage.place.x.keys()].find(fits);
              vraem.stage.select({{ kind: 'place', arm: 0, row }});
              return shareOf(row);
            }})()"""
    )
    assert f"{100 * share:.0f}\u00a0% of control" in _fact(one, term)  # and no line ends before the sign
    assert one.locator(f"#card dt:text-is('{absent}')").count() == 0
    assert "held from 10\u00a0%" in one.inner_text("#card")


def test_numbers_of_a_column_say_what_they_are(one: "Page") -> None:
    pay, pressures = one.evaluate(
        f"""(() => {{
              const columns = vraem.stage.arms[0].tape.list('columns', {WEEK}).filter(({{ ended }}) => !ended);
              vraem.stage.select({{ kind: 'column', arm: 0, row: columns[0].row }});
              return [columns[0].pay, columns.map(({{ pressure }}) => pressure)];
            }})()"""
    )
    assert _fact(one, "Pay") == f"{100 * pay:.0f}\u00a0% of the usual"
    assert _fact(one, "Control, all places together").endswith("communities")
    mean = sum(pressures) / len(pressures)
    assert _fact(one, "State pressure felt") == f"{pressures[0]:.2f} (mean {mean:.2f})"
    assert "the mean of all columns" in one.inner_text("#card")


def test_the_dead_are_not_told_as_killed_by_the_state(one: "Page") -> None:
    one.evaluate("vraem.stage.seek(vraem.stage.weeks - 1)")
    one.wait_for_timeout(250)
    assert "soldiers and police" in one.inner_text(".chart:has(strong:text-is('Killed')) .legend")
