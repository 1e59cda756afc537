"""The live valley in a browser: it comes in, plays, follows orders, starts again beside the run before."""

import math
import time
from typing import TYPE_CHECKING, Any

from tests.app.conftest import Classroom, Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

WAIT_SECONDS = 40


def _wait(page: "Page", what: str) -> None:
    """Until `what` holds; Playwright's own way breaks the policy of the page."""
    until = time.monotonic() + WAIT_SECONDS
    while not page.evaluate(what):
        assert time.monotonic() < until, what
        page.wait_for_timeout(200)


def test_a_visitor_steers_a_valley(watched: Watched, classroom: Any) -> None:
    room: Classroom = classroom()
    page = watched.open(room.address)
    past = page.evaluate("vraem.stage.weeks")
    assert past == 52
    page.click("#play")
    page.wait_for_timeout(2_500)
    assert page.evaluate("vraem.stage.weeks") > past + 3
    assert page.evaluate("vraem.stage.time") > past + 1
    page.check("label:has-text('the leader') input")
    page.click("text=Begin the campaign")
    page.wait_for_selector(".orders dl", timeout=10_000)
    assert "heirs, the leader" in page.inner_text(".orders")
    watched.keep("live")
    page.click("#play")
    page.wait_for_timeout(600)
    held = page.evaluate("vraem.stage.weeks")
    page.wait_for_timeout(800)
    assert page.evaluate("vraem.stage.weeks") == held
    page.click("text=Start again")
    page.wait_for_selector(".map >> nth=1", timeout=20_000)
    assert page.evaluate("vraem.stage.arms.length") == 2
    assert page.locator(".arm-name .arm-tag").all_inner_texts() == ["1", "2"]
    assert page.evaluate("vraem.stage.weeks") == past
    assert page.evaluate("vraem.stage.playing") is False
    watched.keep("live-again")
    page.click("text=Start again")
    page.wait_for_selector(".arm-name .arm-tag:text-is('3')", timeout=20_000)
    assert page.locator(".arm-name .arm-tag").all_inner_texts() == ["2", "3"]


def test_the_end_of_the_connection_is_told_and_can_be_mended(watched: Watched, classroom: Any) -> None:
    room: Classroom = classroom(idle_seconds=1.5)
    page = watched.open(room.address)
    page.wait_for_selector(".status.closed", timeout=15_000)
    assert "nothing was asked" in page.inner_text(".status")
    page.click("text=Connect again")
    page.wait_for_selector(".status.open", timeout=15_000)
    assert page.evaluate("vraem.stage.weeks") == 52


def test_a_full_house_is_told_on_the_page(watched: Watched, classroom: Any) -> None:
    room: Classroom = classroom(worlds=0)
    watched.page.goto(room.address)
    watched.page.wait_for_selector(".status.closed", state="attached", timeout=15_000)
    assert "all valleys are taken" in (watched.page.text_content(".status") or "")


def test_a_second_run_parts_from_the_first_where_its_order_takes_hold(
    watched: Watched, classroom: Any
) -> None:
    """What the first run lacks is told of the second: events, the parting, its name; the shorter run ends."""
    room: Classroom = classroom()
    page = watched.open(room.address)
    page.evaluate("vraem.stage.setSpeed(32); vraem.stage.play()")
    _wait(page, "vraem.stage.weeks > 70")
    page.evaluate("vraem.stage.pause()")
    page.wait_for_timeout(1_000)
    ends = page.evaluate("vraem.stage.weeks")
    page.click("text=Start again")
    page.wait_for_selector(".map >> nth=1", timeout=20_000)
    assert page.evaluate("vraem.stage.parting") == math.inf  # alike so far
    assert page.locator(".parting").is_hidden()
    page.click("text=Begin the campaign")
    page.wait_for_selector(".orders dl", timeout=10_000)
    captions = [text.replace("\u2060", "") for text in page.locator(".arm-name").all_inner_texts()]
    assert captions == ["1\nno order", "2\nheirs, 2 a month, 2023–25"]
    page.evaluate("vraem.stage.play()")
    _wait(page, f"vraem.stage.week > {ends} + 3")
    page.evaluate("vraem.stage.pause()")
    parting = page.evaluate("vraem.stage.parting")
    assert 52 <= parting <= ends
    assert page.locator(".parting").is_visible()
    page.wait_for_timeout(400)
    assert page.locator(".arm-name .ended").nth(0).inner_text().startswith("ended ")
    assert page.locator(".arm-name .ended").nth(1).inner_text() == ""
    page.keyboard.press("c")
    values = page.locator(".chart >> nth=0 >> output > span")
    assert values.nth(0).inner_text() == "1\n–"
    assert values.nth(1).inner_text() != "2\n–"
    page.keyboard.press("e")
    page.select_option("#log select", "all")
    tags = page.locator(".log-list .arm-tag").all_inner_texts()
    assert "2" in tags
    page.select_option("#log select", "big")
    assert "Campaign begins against heirs" in page.inner_text(".log-list")
    watched.keep("live-two")


def test_a_campaign_against_nobody_cannot_be_ordered(watched: Watched, classroom: Any) -> None:
    room: Classroom = classroom()
    page = watched.open(room.address)
    begin = page.locator("text=Begin the campaign")
    assert begin.is_enabled()
    page.uncheck("label:has-text('heirs') input")
    assert begin.is_disabled()
    page.check("label:has-text('the leader') input")
    assert begin.is_enabled()


def test_a_refusal_is_told_in_the_language_of_the_page_and_goes_with_the_next_success(
    watched: Watched, classroom: Any
) -> None:
    room: Classroom = classroom()
    page = watched.open(room.address)
    page.evaluate("import('vraem/speech').then(({ speak }) => speak('es'))")
    page.evaluate(
        """() => {
             const { send } = WebSocket.prototype;
             WebSocket.prototype.send = function (text) { send.call(this, text.replace('["heirs"]', '[]')); };
           }"""
    )
    page.click("text=Empezar la campaña")
    page.wait_for_selector(".status.refused", timeout=10_000)
    assert page.inner_text(".status") == "No se hizo: algo de la orden falta o está fuera de rango"
    page.click("text=Cambiar el precio")
    page.wait_for_selector(".status.open", timeout=10_000)


def test_a_seed_is_typed(watched: Watched, classroom: Any) -> None:
    room: Classroom = classroom()
    page = watched.open(room.address)
    field = page.locator("#steer input[type=number]")
    assert field.input_value() == "1"
    field.fill("-4")
    field.blur()
    assert field.input_value() == "1"
    field.fill("7")
    page.click("text=Start again")
    page.wait_for_selector(".map >> nth=1", timeout=20_000)
    assert page.locator(".arm-name").all_inner_texts() == ["1\nno order, seed 1", "2\nno order, seed 7"]


def test_the_loss_of_the_connection_is_told_over_the_page(watched: Watched, classroom: Any) -> None:
    room: Classroom = classroom(idle_seconds=1.5)
    page = watched.open(room.address)
    page.evaluate("vraem.stage.openTab('charts')")
    page.wait_for_selector("#lost:visible", timeout=15_000)
    assert "nothing was asked" in page.inner_text("#lost")
    page.click("#lost button")
    page.wait_for_selector("#lost", state="hidden")
    page.wait_for_selector(".status.open", state="attached", timeout=15_000)
