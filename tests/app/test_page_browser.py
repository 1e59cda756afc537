"""The page around map and charts in a browser: legend, keyboard, names of places in both languages."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def one(watched: Watched, replays: dict[str, Path]) -> "Page":
    """The page of one run, open."""
    return watched.open(replays["one"].as_uri())


@pytest.mark.parametrize("large", [False, True])
def test_an_open_legend_does_not_cover_the_coca_belt(
    watched: Watched, replays: dict[str, Path], large: bool
) -> None:
    watched.page.set_viewport_size({"width": 1024, "height": 768})
    page = watched.open(replays["one"].as_uri())
    if large:
        page.keyboard.press("t")
    page.wait_for_timeout(200)
    free = """import('vraem/view').then(({ BELT }) => {
        const legend = document.getElementById('legend');
        return vraem.view.px(BELT.x) - (legend.open ? legend.offsetLeft + legend.offsetWidth : 0);
      })"""
    assert page.locator("#legend[open]").count() == 1
    assert page.evaluate(free) >= -1
    page.click("#legend summary")
    page.wait_for_timeout(200)
    middle = "import('vraem/view').then(({ BELT }) => vraem.view.px(BELT.x + BELT.width / 2) - vraem.view.width / 2)"
    assert page.evaluate(middle) == pytest.approx(0, abs=1)


def test_a_legend_that_would_take_most_of_the_map_is_closed(
    watched: Watched, replays: dict[str, Path]
) -> None:
    watched.page.set_viewport_size({"width": 800, "height": 700})
    page = watched.open(replays["one"].as_uri())
    assert page.locator("#legend[open]").count() == 0


def test_the_legend_explains_every_sign(one: "Page") -> None:
    told = ""
    for button in one.locator("#legend .more").all():
        button.click()
        assert button.get_attribute("aria-expanded") == "true"
        assert one.locator("#legend .keys:visible").count() == 1  # one layer at a time
        told += one.inner_text("#legend .keys:visible")
    for sign in ("crown", "faded", "square", "ring that spreads", "circle: town", "arrow at the edge"):
        assert sign in told


@pytest.mark.parametrize(
    ("size", "is_open"),
    [((1366, 768), True), ((1024, 768), True), ((1280, 600), True), ((900, 420), False)],
)
def test_an_open_legend_covers_no_more_than_a_quarter_of_the_map(
    watched: Watched, replays: dict[str, Path], size: tuple[int, int], is_open: bool
) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = watched.open(replays["one"].as_uri())
    share = page.evaluate(
        """(() => { const legend = document.getElementById('legend');
             const [a, b] = [legend, legend.parentElement].map((one) => one.offsetWidth * one.offsetHeight);
             return a / b; })()"""
    )
    assert share <= 0.25
    assert page.locator("#legend[open]").count() == is_open


def test_what_is_last_in_the_legend_can_be_reached(watched: Watched, replays: dict[str, Path]) -> None:
    watched.page.set_viewport_size({"width": 900, "height": 420})
    page = watched.open(replays["one"].as_uri())
    page.click("#legend summary")
    page.click(".more[data-signs=names]")
    page.locator(".key:has-text('arrow at the edge')").scroll_into_view_if_needed()
    assert page.evaluate(
        """(() => { const { bottom } = [...document.querySelectorAll('.key')].at(-1).getBoundingClientRect();
             const legend = document.getElementById('legend').getBoundingClientRect();
             return bottom <= legend.bottom && bottom > legend.top; })()"""
    )
    style = "getComputedStyle(document.getElementById('legend'))"
    assert page.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"  # nothing shines through


def test_the_help_says_how_many_households_a_row_stands_for(one: "Page") -> None:
    one.click("#help-open")
    assert "400 rows, each for 100 farm households, 40\u2009000 in all" in one.inner_text("#about")
    assert "two zoom it" in one.inner_text("#help")  # fingers, too, not only keys


@pytest.mark.parametrize("left_behind", ["#tab-log", "#legend input >> nth=0", "#large", "#speed"])
def test_space_plays_after_the_mouse_was_used(one: "Page", left_behind: str) -> None:
    one.click(left_behind)
    if left_behind == "#speed":
        one.keyboard.press("Escape")  # the list of speeds has opened
    before = one.evaluate("[vraem.stage.tab, vraem.stage.layers.coca, document.documentElement.className]")
    one.keyboard.press("Space")
    assert one.evaluate("vraem.stage.playing")
    one.keyboard.press("Space")
    assert not one.evaluate("vraem.stage.playing")
    assert (
        one.evaluate("[vraem.stage.tab, vraem.stage.layers.coca, document.documentElement.className]")
        == before
    )


def test_space_works_a_control_that_the_keyboard_has_reached(one: "Page") -> None:
    one.click("#tab-log")
    one.locator("#large").focus()
    one.keyboard.press("Tab")
    one.keyboard.press("Space")
    assert one.locator("dialog[open]").count() == 1
    assert not one.evaluate("vraem.stage.playing")


def test_places_are_named_in_the_language_of_the_page(one: "Page") -> None:
    row = one.evaluate("vraem.stage.place.names.indexOf('Unión Mantaro')")
    assert row >= 0
    one.evaluate(f"vraem.stage.select({{ kind: 'place', arm: 0, row: {row} }})")
    assert " district" in one.inner_text("#card h3")
    one.click("button[lang=es]")
    assert "Unión Mantaro, distrito de " in one.inner_text("#card h3")
    assert "district" not in one.inner_text("#card")
    towns = one.evaluate("vraem.stage.place.towns.map(({ name }) => name)")
    assert {"San Martín de Pangoa", "Unión Mantaro"} <= set(towns)
    assert one.evaluate("vraem.stage.place.names.some((name) => name.startsWith('Corazón Pata'))")


def test_every_way_at_the_edge_has_a_name_in_spanish(one: "Page") -> None:
    english = one.evaluate(
        """Promise.all([import('vraem/speech'), import('vraem/words')]).then(([{ t }, { WORDS }]) =>
             vraem.stage.place.exits.map(({ name }) => name)
               .filter((name) => / (road|trail)$|^Air /.test(name) && !(`exit.${name}` in WORDS.es)))"""
    )
    assert english == []


def test_orders_of_several_people_are_in_the_plural(one: "Page") -> None:
    said = one.evaluate(
        """import('vraem/sentences').then(({ orderTitle }) => [1, 25].map((count) =>
             orderTitle({ table: 'event', kind: 'removal', date: '2023-11-12', role: 'supporter', count })))"""
    )
    assert said == ["1 supporter removed, 2023", "25 supporters removed, 2023"]


def test_only_text_in_another_language_leans(one: "Page") -> None:
    one.click("button[lang=es]")
    style = "getComputedStyle(document.querySelector('.described')).fontStyle"
    assert one.get_attribute(".described", "lang") == "es"
    assert one.evaluate(style) == "normal"
    one.evaluate("document.querySelector('.described').lang = 'en'")
    assert one.evaluate(style) == "italic"


def test_events_say_that_a_date_is_a_week(one: "Page") -> None:
    one.keyboard.press("e")
    assert "Monday of the week" in one.inner_text("#log")
