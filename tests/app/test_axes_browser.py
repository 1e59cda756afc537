"""Axes of the charts: every number true, the half, too; and one chart in most of the window."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

GROUPS = ".chart:has(strong:text-is('Armed groups'))"
RECORD_AXES = """
  globalThis.axes = new Map();
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    if (this.canvas.matches('.plot canvas') && this.textAlign === 'right' && this.textBaseline === 'middle') {
      if (!axes.has(this.canvas)) axes.set(this.canvas, new Map());
      axes.get(this.canvas).set(text.replace(/\\u2009/g, ''), y);
    }
    return fillText.call(this, text, x, y);
  };
"""


@pytest.fixture
def one(watched: Watched, replays: dict[str, Path]) -> "Page":
    """The page of one run, open."""
    watched.page.add_init_script(RECORD_AXES)
    return watched.open(replays["one"].as_uri())


def test_a_top_and_what_lies_below_it_can_be_written(one: "Page") -> None:
    wrong = one.evaluate(
        """import('vraem/ink').then(({ niceTop, ticks }) => {
             const values = [0, 0.004, 0.03, 0.7, 1, 1.2, 2, 3, 4.4, 5.33, 7, 9.5, 10, 12, 17, 99, 101, 396, 4321];
             return [0, 2].flatMap((digits) => values.flatMap((value) => {
               const top = niceTop(value, digits);
               const all = [false, true].flatMap((roomy) => ticks(top, digits, roomy));
               const untrue = all.filter((tick) => Math.abs(Number(tick.toFixed(digits)) - tick) > 1e-9);
               const wide = top > 2.1 * Math.max(value, 10 ** -digits);
               return untrue.length || top < value || wide ? [[digits, value, top]] : [];
             }));
           })"""
    )
    assert wrong == []


def test_every_number_at_an_axis_stands_at_its_height(one: "Page") -> None:
    axes = one.evaluate("[...axes.values()].map((drawn) => [...drawn].map(([text, y]) => [Number(text), y]))")
    assert len(axes) >= 9
    for drawn in axes:
        ((low, low_y), *_, (top, top_y)) = sorted(drawn)
        assert len(drawn) >= 3
        for value, y in drawn:
            share = (value - low) / (top - low)
            assert y == pytest.approx(low_y + share * (top_y - low_y), abs=1.1)


def test_groups_are_counted_in_whole_numbers(one: "Page") -> None:
    one.locator(GROUPS).scroll_into_view_if_needed()
    numbers = one.evaluate(
        "[...axes.get([...document.querySelectorAll('.chart')]"
        ".find((one) => one.querySelector('strong').textContent === 'Armed groups').querySelector('canvas')).keys()]"
    )
    assert [float(text) for text in numbers] == [0, 1, 2]


@pytest.mark.parametrize("way", ["button", "title", "keyboard"])
def test_a_chart_is_enlarged_and_given_back(one: "Page", way: str) -> None:
    chart = one.locator(GROUPS)
    order = "[...document.querySelectorAll('#charts .chart strong')].map((one) => one.textContent)"
    before = one.evaluate(order)
    small = chart.locator(".plot").bounding_box()
    assert small is not None
    if way == "keyboard":
        chart.locator(".enlarge").focus()
        one.keyboard.press("Enter")
    else:
        chart.locator(".enlarge" if way == "button" else "strong").click()
    one.wait_for_timeout(200)
    large = one.locator("dialog[open] .plot").bounding_box()
    assert large is not None
    assert large["height"] > 4 * small["height"]
    assert large["width"] > 2 * small["width"]
    one.keyboard.press("k")  # the play goes on in it
    one.wait_for_timeout(600)
    assert one.evaluate("vraem.stage.time") > 1
    assert one.inner_text("#enlarged > p") != ""
    one.keyboard.press("k")
    one.keyboard.press("Escape")
    one.wait_for_timeout(200)
    assert one.locator("dialog[open]").count() == 0
    assert one.evaluate(order) == before
    assert one.evaluate("document.activeElement.className") == "enlarge"
    again = chart.locator(".plot").bounding_box()
    assert again is not None
    assert again["height"] == small["height"]


def test_another_tab_gives_an_enlarged_chart_back(one: "Page") -> None:
    one.locator(GROUPS).locator(".enlarge").click()
    one.keyboard.press("d")
    one.wait_for_timeout(100)
    assert one.locator("dialog[open]").count() == 0
    one.keyboard.press("c")
    assert one.locator(f"#charts {GROUPS}").count() == 1
