"""The live valley in a browser: it comes in, plays, follows orders, starts again beside the run before."""

from typing import Any

from tests.app.conftest import Classroom, Watched


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
