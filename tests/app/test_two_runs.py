"""Two runs in a browser: named by their orders, told apart everywhere, each with its own end."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import Watched
from tests.app.reader import ReadTape
from vraem.player import replay_page
from vraem.scenario import Scenario
from vraem.tape import Tape, place_data, tape_run
from vraem.valley import Valley

if TYPE_CHECKING:
    from playwright.sync_api import Page

TITLE = "4 000 ha eradicated, 2014–15; the leader, heirs, 4 a month, 2014–15"


@pytest.fixture
def two(watched: Watched, replays: dict[str, Path]) -> "Page":
    """The page of two runs, open near the end."""
    page = watched.open(replays["two"].as_uri())
    page.evaluate("vraem.stage.seek(vraem.stage.weeks - 0.5)")
    page.wait_for_timeout(200)
    return page


def _plain(text: str) -> str:
    return text.replace("\u2060", "").replace("\u2009", " ")


def test_runs_are_named_by_their_orders(two: "Page") -> None:
    captions = two.locator(".arm-name > span:not(.ended)")
    assert [_plain(text) for text in captions.all_inner_texts()] == ["history", TITLE]
    assert [_plain(text) for text in two.locator("#run .run > b:not(.arm-tag)").all_inner_texts()] == [
        "history",
        TITLE,
    ]
    two.click("button[lang=es]")
    assert [_plain(text) for text in captions.all_inner_texts()] == [
        "history",
        "4 000 ha erradicadas, 2014–15; el líder, herederos, 4 al mes, 2014–15",
    ]


def test_details_say_what_the_scenarios_are(two: "Page", tape: Tape, other_tape: Tape) -> None:
    two.keyboard.press("d")
    told = two.inner_text("#card")
    for one in (tape, other_tape):
        assert f"{one.header['name']}: {one.header['description']}" in told


def test_the_live_region_parts_words(two: "Page") -> None:
    two.keyboard.press("ArrowLeft")
    assert "run 1, history: Coca" in two.inner_text("#spoken")


def test_bands_of_the_timeline_carry_the_number_of_their_run(
    watched: Watched, replays: dict[str, Path]
) -> None:
    watched.page.add_init_script(
        """globalThis.written = [];
           const { fillText } = CanvasRenderingContext2D.prototype;
           CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
             if (this.canvas.parentElement?.className.startsWith('line')) written.push([text, ...rest]);
             return fillText.call(this, text, ...rest);
           };"""
    )
    page = watched.open(replays["two"].as_uri())
    numbers = page.evaluate("written.filter(([text]) => text.length === 1).map(([text]) => text)")
    labels = {_plain(text) for text in page.evaluate("written.map(([text]) => text)")}
    assert numbers
    assert set(numbers) == {"2"}  # run 1 has no order of its own
    assert labels & set(TITLE.split("; "))  # what was ordered, where there is room


def test_a_campaigns_operations_that_found_somebody_are_counted(two: "Page", other_tape: Tape) -> None:
    sizes = {
        "places": two.evaluate("vraem.stage.place.x.length"),
        "firms": len(other_tape.header["firmBases"]),
    }
    kind = other_tape.header["codes"]["incidents"].index("raid")
    weeks = ReadTape([other_tape.block], sizes).tables["incidents"]
    found = sum(int(((rows["kind"] == kind) & (rows["campaign"] != 255)).sum()) for rows in weeks)
    assert found
    chart = two.locator(".chart:has-text('Campaign operations that found somebody')")
    chart.scroll_into_view_if_needed()
    two.wait_for_timeout(200)
    assert chart.locator("output span").all_inner_texts() == ["1\n0", f"2\n{found}"]


def test_a_chart_of_campaigns_makes_way_where_there_is_none(
    watched: Watched, replays: dict[str, Path]
) -> None:
    page = watched.open(replays["one"].as_uri())
    assert page.locator(".chart:visible:has-text('Campaign operations')").count() == 0


def test_a_run_that_has_ended_shows_no_numbers(
    watched: Watched, short: Scenario, other_tape: Tape, valley: Valley, tmp_path: Path
) -> None:
    early = tape_run(short.with_({"run": {"end": date(2014, 12, 28)}}), seed=1, valley=valley)
    path = tmp_path / "ended.html"
    path.write_text(replay_page(place_data(valley), [early, other_tape], language="en"), encoding="utf-8")
    page = watched.open(path.as_uri())
    values = page.locator(".chart >> nth=0 >> output > span")
    page.evaluate("vraem.stage.seek(100.5)")
    page.wait_for_timeout(200)
    assert "–" not in values.nth(0).inner_text()
    assert page.locator(".arm-name .ended").nth(0).inner_text() == ""
    page.evaluate("vraem.stage.seek(200.5)")
    page.wait_for_timeout(200)
    assert values.nth(0).inner_text().endswith("–")
    assert "–" not in values.nth(1).inner_text()
    assert page.locator(".arm-name .ended").nth(0).inner_text().startswith("ended 2")
    assert page.locator(".arm-name .ended").nth(1).inner_text() == ""


def test_on_a_phone_the_name_of_a_run_stands_clear_of_the_switch(
    phone: Watched, replays: dict[str, Path]
) -> None:
    page = phone.open(replays["two"].as_uri())
    below = """document.querySelector('.map.shown .arm-name').getBoundingClientRect().top
               - document.querySelector('.arm-switch').getBoundingClientRect().bottom"""
    assert page.evaluate(below) >= 0
