"""The lessons in docs/classroom.md ask about what is on the pages that `make classroom` builds."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.app.lucky_seeds import PAIR
from vraem.player import modules
from vraem.scenario import load

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/classroom.md").read_text("utf-8")
LESSONS = TEXT[TEXT.index("## 1.") : TEXT.index("## A replay of your own")]
PAGES = re.findall(
    r"vraem replay (\S+)(?: --against (\S+))?.* --out (\S+)", (ROOT / "Makefile").read_text("utf-8")
)


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """All that the player says in English."""
    english = modules()["vraem/words"].split("const es = {")[0]
    return set(re.findall(r'": "((?:[^"\\]|\\.)*)"', english))


def test_what_the_lessons_point_to_is_on_the_page(shown: set[str]) -> None:
    pointed = {" ".join(name.split()) for name in re.findall(r"(?<![*\w])\*([^*]+)\*(?!\*)", TEXT)}
    assert len(pointed) > 15
    assert not pointed - shown


def test_the_pages_of_the_lessons_are_built() -> None:
    built = {out for _, _, out in PAGES}
    assert {f"runs/classroom/{name}" for name in re.findall(r"[\w-]+\.html", LESSONS)} == {
        name for name in built if name.startswith("runs/classroom/")
    }


def test_the_second_lesson_is_about_the_pair_that_is_built() -> None:
    pairs = {pair for *pair_, out in PAGES if "/2-" in out for pair in [tuple(pair_)]}
    assert pairs == {PAIR}
    random, heirs = map(load, PAIR)
    assert [campaign.targets for campaign in random.campaigns] == [("random",)]
    assert [campaign.targets for campaign in heirs.campaigns] == [("heirs",)]
    for campaign in (*random.campaigns, *heirs.campaigns):
        assert campaign.start == date(2023, 9, 1)  # "Pause in September 2023"
        assert f"{campaign.budget} operations" in " ".join(LESSONS.split())


def test_the_price_of_the_third_lesson_is_that_at_the_border() -> None:
    [shock] = load("no-coca-income").events
    assert (shock.kind, shock.factor, shock.start) == ("price_shock", 0.01, date(2024, 1, 1))
    assert "a hundredth of its price at the border" in " ".join(LESSONS.split())
