"""Low windows (a phone on its side, a page at 200 %): everything can be scrolled to, and fingers still work the map."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.browser import browser_page
from tests.app.conftest import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ZOOMED = (683, 384)
SIDEWAYS = (667, 375)


@pytest.fixture
def sideways(started: "Browser") -> Iterator[Watched]:
    """A phone on its side."""
    with browser_page(started, SIDEWAYS, has_touch=True, is_mobile=True) as page:
        seen = Watched(page)
        yield seen
        assert not seen.complaints


def _scrolled(page: "Page") -> float:
    page.wait_for_timeout(300)
    return float(page.evaluate("scrollY"))


@pytest.mark.parametrize("name", ["one", "two"])
def test_the_map_leaves_room_and_the_wheel_goes_past_it(
    watched: Watched, replays: dict[str, Path], name: str
) -> None:
    width, height = ZOOMED
    watched.page.set_viewport_size({"width": width, "height": height})
    page = watched.open(replays[name].as_uri())
    box = page.locator("#maps").bounding_box()
    assert box is not None
    assert box["height"] <= 0.6 * height
    for key in ("l", "t"):  # in Spanish, in large letters
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press(key)
    scale = page.evaluate("vraem.view.scale")
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.mouse.wheel(0, 300)
    assert _scrolled(page) > 200
    assert page.evaluate("vraem.view.scale") == scale
    page.locator(".chart:visible").last.scroll_into_view_if_needed()
    covered = page.evaluate(
        """(() => { const { left, bottom } = [...document.querySelectorAll('.chart')].at(-1).getBoundingClientRect();
             return !document.elementFromPoint(left + 40, Math.min(bottom, innerHeight) - 10).closest('.chart'); })()"""
    )
    assert not covered


def test_with_ctrl_the_wheel_zooms_the_map(watched: Watched, replays: dict[str, Path]) -> None:
    watched.page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
    page = watched.open(replays["one"].as_uri())
    scale = page.evaluate("vraem.view.scale")
    page.evaluate(
        """document.querySelector('.map').dispatchEvent(
             new WheelEvent('wheel', { deltaY: -300, ctrlKey: true, clientX: 300, clientY: 100, cancelable: true }))"""
    )
    assert page.evaluate("vraem.view.scale") > scale


def test_fingers_scroll_beside_the_map_and_zoom_on_it(sideways: Watched, replays: dict[str, Path]) -> None:
    page = sideways.open(replays["one"].as_uri())
    touch = page.context.new_cdp_session(page)

    def move(*paths: list[tuple[float, float]]) -> None:
        for step, kind in enumerate(["touchStart", *["touchMove"] * (len(paths[0]) - 1)]):
            points = [{"x": path[step][0], "y": path[step][1], "id": i} for i, path in enumerate(paths)]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    scale = page.evaluate("vraem.view.scale")
    move([(300 - 10 * i, 150) for i in range(6)], [(340 + 10 * i, 150) for i in range(6)])
    assert page.evaluate("vraem.view.scale") > 1.5 * scale
    assert _scrolled(page) == 0
    tabs = page.locator(".tabs").bounding_box()
    assert tabs is not None
    assert tabs["y"] + tabs["height"] / 2 < SIDEWAYS[1]  # a strip of the page shows below the map
    move([(30, tabs["y"] + 10 - 15 * i) for i in range(12)])
    assert _scrolled(page) > 50
