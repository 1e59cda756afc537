"""The replay in a browser: opened from disk, no host, no complaint; it plays, and everything on it works."""

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.conftest import Watched
from tests.app.reader import ReadTape
from vraem.player import replay_page
from vraem.tape import Tape, place_data
from vraem.valley import Valley

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def one(watched: Watched, replays: dict[str, Path]) -> Iterator["Page"]:
    """The page of one run, open."""
    yield watched.open(replays["one"].as_uri())
    assert not [url for url in watched.requests if not url.startswith(("file:", "data:", "blob:"))]


@pytest.fixture
def two(watched: Watched, replays: dict[str, Path]) -> "Page":
    """The page of two runs, open."""
    return watched.open(replays["two"].as_uri())


def _time(page: "Page") -> float:
    return float(page.evaluate("vraem.stage.time"))


def _picture(page: "Page") -> Any:
    """Numbers that change with what the two canvases of the first map show."""
    return page.evaluate(
        """[...document.querySelectorAll('.map')[0].querySelectorAll('canvas')].map((canvas) => {
             const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
             let sum = 0;
             for (let i = 0; i < data.length; i += 97) sum = (sum * 31 + data[i]) % 1000003;
             return sum;
           })"""
    )


def test_it_opens_from_disk_and_asks_no_host(one: "Page", watched: Watched) -> None:
    assert one.inner_text("h1") == "The valley, week by week"
    assert one.locator(".chart").count() >= 9
    assert one.url.startswith("file:")
    watched.keep("one")


def test_it_plays_and_pictures_move_on(one: "Page") -> None:
    before = _picture(one)
    one.click("#play")
    frames = one.evaluate("vraem.stage.frames")
    one.wait_for_timeout(1_500)
    assert one.evaluate("vraem.stage.frames") > frames + 5
    assert _time(one) > 2
    assert _picture(one) != before
    one.keyboard.press("Space")
    stopped = _time(one)
    one.wait_for_timeout(300)
    assert _time(one) == stopped


def test_it_plays_to_the_last_week_and_stops(one: "Page") -> None:
    one.evaluate("vraem.stage.setSpeed(32); vraem.stage.seek(vraem.stage.weeks - 8); vraem.stage.play()")
    one.wait_for_selector("body:not(.playing)", timeout=15_000)
    assert one.evaluate("vraem.stage.week === vraem.stage.weeks - 1")


def test_the_slider_moves_the_time(one: "Page") -> None:
    one.locator("#time").focus()
    for _ in range(3):
        one.keyboard.press("ArrowRight")
    assert one.evaluate("vraem.stage.week") == 3
    box = one.locator("#time").bounding_box()
    assert box is not None
    one.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = one.evaluate("vraem.stage.weeks") / 2
    assert one.evaluate("vraem.stage.week") == pytest.approx(middle, abs=3)
    assert one.get_attribute("#time", "aria-valuetext") is not None
    assert "2013" in one.inner_text(".date") or "2014" in one.inner_text(".date")


@pytest.mark.parametrize("layer", ["coca", "territory", "columns", "units", "roads", "names"])
def test_each_layer_goes_and_comes_back(one: "Page", layer: str) -> None:
    one.evaluate("vraem.stage.seek(100.5)")
    one.wait_for_timeout(150)
    _picture(one)  # from now on canvases are drawn without the graphics card: edges differ a little
    one.evaluate("vraem.stage.emit('layers')")
    one.wait_for_timeout(150)
    whole = _picture(one)
    one.click(f"input[data-layer={layer}]")
    one.wait_for_timeout(150)
    assert _picture(one) != whole
    one.click(f"input[data-layer={layer}]")
    one.wait_for_timeout(150)
    assert _picture(one) == whole


def test_the_page_tells_what_the_tape_holds(one: "Page", tape: Tape) -> None:
    sizes = {"places": one.evaluate("vraem.stage.place.x.length"), "firms": len(tape.header["firmBases"])}
    read = ReadTape([tape.block], sizes)
    shown = one.evaluate("[...vraem.stage.arms[0].tape.series('cocaArea')]")
    assert shown == pytest.approx(read.series["cocaArea"].tolist())
    columns = one.evaluate(
        "vraem.stage.arms[0].tape.list('columns', 150).map(({ row, seat, link }) => [row, seat, link])"
    )
    week = read.tables["columns"][150]
    assert [row[:2] for row in columns] == [
        list(pair) for pair in zip(week["row"], week["seat"], strict=True)
    ]
    assert [row[2] for row in columns] == pytest.approx(week["link"].tolist())
    frame, fields = read.keyframes["land"][-1]
    coca = one.evaluate(
        f"[...vraem.stage.arms[0].tape.keyframes.land.between('coca', {frame}, new Float32Array({sizes['places']}))]"
    )
    assert coca == pytest.approx((fields["coca"] * 0.1).tolist(), abs=0.01)


def test_the_state_of_persons_is_the_same_forwards_and_backwards(one: "Page") -> None:
    state = "JSON.stringify(vraem.stage.arms[0].tape.posts.at({}).fields)"
    forward = one.evaluate(state.format(60))
    one.evaluate(state.format(200))
    assert one.evaluate(state.format(60)) == forward


def test_both_languages(one: "Page", watched: Watched) -> None:
    one.click("button[lang=es]")
    assert one.get_attribute("html", "lang") == "es"
    assert one.inner_text("h1") == "El valle, semana a semana"
    assert "Coca en el valle" in one.inner_text("#charts")
    assert "Columnas" in one.inner_text("#legend")
    assert one.get_attribute("#play", "aria-label") == "Reproducir"
    watched.keep("spanish")
    one.keyboard.press("l")
    assert one.inner_text("h1") == "The valley, week by week"


def test_a_click_on_the_map_shows_what_is_there(one: "Page", watched: Watched) -> None:
    one.evaluate("vraem.stage.seek(100.5)")
    x, y = one.evaluate("[vraem.view.px(vraem.stage.place.x[400]), vraem.view.py(vraem.stage.place.y[400])]")
    for layer in ("columns", "loads", "units", "events"):
        one.click(f"input[data-layer={layer}]")
    box = one.locator(".map").bounding_box()
    assert box is not None
    one.mouse.click(box["x"] + x, box["y"] + y)
    assert one.evaluate("vraem.stage.selection") == {"kind": "place", "arm": 0, "row": 400}
    assert "ha" in one.inner_text("#card")
    watched.keep("place")


def test_columns_and_persons_can_be_chosen_without_a_mouse(one: "Page", watched: Watched) -> None:
    one.evaluate("vraem.stage.seek(100.5)")
    one.keyboard.press("d")
    one.locator("#card .chip").first.focus()
    one.keyboard.press("Enter")
    assert one.evaluate("vraem.stage.selection.kind") == "column"
    text = one.inner_text("#card")
    assert "Armed members" in text
    watched.keep("column")
    one.locator("#card .chips .chip").first.click()
    assert one.evaluate("vraem.stage.selection.kind") == "person"
    assert "adults" in one.inner_text("#card")
    one.keyboard.press("Escape")
    assert one.evaluate("vraem.stage.selection") is None


def test_the_log_tells_events_in_words_and_goes_there(one: "Page", watched: Watched) -> None:
    one.evaluate("vraem.stage.seek(vraem.stage.weeks - 1)")
    one.keyboard.press("e")
    one.select_option("#log select", "all")
    lines = one.locator(".log-list button")
    assert lines.count() > 20
    texts = lines.all_inner_texts()
    assert not [text for text in texts if "say." in text or "undefined" in text or "{" in text]
    watched.keep("log")
    week = int(lines.nth(10).get_attribute("data-week") or -1)
    lines.nth(10).click()
    assert one.evaluate("vraem.stage.week") == week


def test_what_is_still_to_come_is_hidden_until_asked_for(one: "Page") -> None:
    one.evaluate("vraem.stage.seek(50)")
    assert one.locator("#charts").get_attribute("class") in (None, "")
    one.check("#future")
    assert one.locator("body.foresight").count() == 1


def test_numbers_at_the_axis_stand_where_no_curtain_comes(one: "Page") -> None:
    lefts = one.evaluate(
        "[...document.querySelectorAll('.chart:not([hidden]) .plot')]"
        ".map((plot) => plot.querySelector('.window').offsetLeft)"
    )
    assert len(set(lefts)) == 1
    assert lefts[0] > 20


def test_no_line_sticks_out_below_the_axis(one: "Page") -> None:
    inked = one.evaluate(
        """[...document.querySelectorAll('.plot canvas')].map((canvas) => {
             const below = canvas.parentElement.querySelector('.window').offsetHeight + 1;
             const { data } = canvas.getContext('2d').getImageData(0, below, canvas.width, canvas.height - below);
             return Array.from({ length: data.length / 4 }, (_, i) => i)
               .some((i) => data[4 * i + 3] === 255 && data[4 * i] < 40);
           })"""
    )
    assert not any(inked)


def test_the_chart_of_the_command_link_says_what_is_one_by_definition(one: "Page") -> None:
    assert "1 by definition" in one.inner_text("#charts")
    assert one.locator(".chart .note:visible:has-text('by definition')").count() == 1


def test_a_chart_takes_the_time_to_where_it_is_clicked(one: "Page") -> None:
    box = one.locator(".plot .window").first.bounding_box()
    assert box is not None
    one.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert one.evaluate("vraem.stage.week") == pytest.approx(one.evaluate("vraem.stage.weeks") / 2, abs=4)


def test_a_reader_of_the_screen_is_told_the_state_in_words(one: "Page") -> None:
    one.evaluate("vraem.stage.seek(99)")
    one.keyboard.press("ArrowRight")
    said = one.inner_text("#spoken")
    assert "hectares" in said
    assert "armed members" in said
    assert one.get_attribute("#spoken", "aria-live") == "polite"
    unnamed = one.evaluate(
        """[...document.querySelectorAll('button, input, select, [role=img], [role=application]')]
             .filter((one) => one.offsetParent && !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
             .map((one) => one.outerHTML)"""
    )
    assert unnamed == []


def test_two_runs_play_in_step_and_part_where_their_orders_do(two: "Page", watched: Watched) -> None:
    assert two.locator(".map").count() == 2
    parting = two.evaluate("vraem.stage.parting")
    assert 130 <= parting <= 140  # the orders of July 2014
    two.evaluate("vraem.stage.seek(200.5)")
    two.wait_for_timeout(200)
    assert two.locator(".chart >> nth=0 >> .arm-tag").all_inner_texts() == ["1", "2"]
    assert two.locator(".arm-name .arm-tag").all_inner_texts() == ["1", "2"]
    assert "run 1 " in (two.get_attribute(".chart canvas >> nth=0", "aria-label") or "")
    watched.keep("two")
    two.keyboard.press("e")
    two.wait_for_timeout(100)
    assert "Campaign begins against the leader, heirs" in two.inner_text(".log-list")


def test_where_runs_part_is_told_before_they_do(two: "Page") -> None:
    two.evaluate("vraem.stage.seek(20.5)")
    assert two.inner_text(".parting") == "The runs part here"
    within = """(() => {
        const note = document.querySelector('.parting span').getBoundingClientRect();
        const line = document.querySelector('.line').getBoundingClientRect();
        return note.x >= line.x && note.right <= line.right && note.y >= line.y && note.bottom <= line.bottom;
      })()"""
    assert two.evaluate(within)
    order = "[...document.querySelector('.line').children].map((one) => one.className)"
    assert two.evaluate(f"{order}.indexOf('parting') > {order}.indexOf('window')")  # above the curtain
    assert "killed in 8 weeks" in two.inner_text(".time-key")
    assert two.locator(".time-key .arm-tag").all_inner_texts() == ["1", "2"]


def test_no_name_stands_below_a_disc(one: "Page") -> None:
    one.evaluate("vraem.stage.seek(100.5)")
    one.wait_for_timeout(300)
    covered = one.evaluate(
        """(async () => {
             const { Names } = await import('vraem/names');
             const { ColumnsLayer } = await import('vraem/columns');
             const { stage, view } = vraem;
             const boxes = new ColumnsLayer(stage.arms[0].tape, stage.place).boxes(view, 100.5, true);
             const pen = document.createElement('canvas').getContext('2d');
             const written = [];
             pen.fillText = (text, x, y) =>
               pen.textAlign === 'left' && written.push([x, y, pen.measureText(text).width]);
             const names = new Names(stage.place);
             names.draw(pen, view, (size) => `${size}px sans-serif`, { taken: boxes, signs: [] }, new Map());
             const below = ([x, y, width]) => boxes.some(
               ([left, top, right, bottom]) => x < right && x + width > left && y > top && y < bottom
             );
             return [boxes.length, written.length, written.filter(below).length];
           })()"""
    )
    assert covered[0] > 0
    assert covered[1] > 10
    assert covered[2] == 0


def test_a_scenario_describes_itself_in_the_language_of_the_page(one: "Page", tape: Tape) -> None:
    said = tape.header
    assert one.inner_text("#run .described") == said["description"]
    one.keyboard.press("l")
    assert one.get_attribute("html", "lang") == "es"
    assert one.inner_text("#run .described") == said["descriptionSpanish"]
    assert one.get_attribute("#run .described", "lang") == "es"
    assert one.get_attribute("#run b", "title") == said["descriptionSpanish"]


def test_a_scenario_that_speaks_no_spanish_is_marked_as_english(
    watched: Watched, tape: Tape, valley: Valley, tmp_path: Path
) -> None:
    silent = dataclasses.replace(tape, header={**tape.header, "descriptionSpanish": None})
    path = tmp_path / "silent.html"
    path.write_text(replay_page(place_data(valley), [silent], language="es"), encoding="utf-8")
    page = watched.open(path.as_uri())
    assert page.inner_text("#run .described") == tape.header["description"]
    assert page.get_attribute("#run .described", "lang") == "en"


def test_a_phone_cuts_no_text(phone: Watched, replays: dict[str, Path]) -> None:
    page = phone.open(replays["one"].as_uri())
    for language, size in itertools.product(("en", "es"), ("small", "large")):
        page.tap(f"button[lang={language}]")
        page.evaluate(f"document.documentElement.classList.toggle('large', '{size}' === 'large')")
        cut = page.evaluate(
            """['.described', '.date', '#run'].filter((name) => {
                 const one = document.querySelector(name);
                 const { right } = one.getBoundingClientRect();
                 const flows = getComputedStyle(one).display === 'inline';
                 return (!flows && one.scrollWidth > one.clientWidth + 1) || right > innerWidth;
               })"""
        )
        assert cut == []
        wanted = """(() => { const select = document.querySelector('#speed');
          const pen = document.createElement('canvas').getContext('2d');
          pen.font = getComputedStyle(select).font;
          return pen.measureText(select.selectedOptions[0].text).width + 20 <= select.clientWidth; })()"""
        assert page.evaluate(wanted)


def test_a_phone_shows_one_map_at_a_time(phone: Watched, replays: dict[str, Path]) -> None:
    page = phone.open(replays["two"].as_uri())
    assert page.locator(".map:visible").count() == 1
    page.tap(".arm-switch button >> nth=0")
    assert page.locator(".map:visible").get_attribute("aria-label") is not None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.tap("#play")
    page.wait_for_timeout(600)
    assert _time(page) > 0.5
    phone.keep("phone")


def test_fingers_and_wheel_move_the_map(one: "Page") -> None:
    before = one.evaluate("vraem.view.scale")
    box = one.locator(".map").bounding_box()
    assert box is not None
    one.mouse.move(box["x"] + 600, box["y"] + 200)
    one.mouse.wheel(0, -400)
    assert one.evaluate("vraem.view.scale") > before
    left = one.evaluate("vraem.view.x")
    one.mouse.down()
    one.mouse.move(box["x"] + 500, box["y"] + 200, steps=4)
    one.mouse.up()
    assert one.evaluate("vraem.view.x") > left
    assert one.evaluate("vraem.stage.selection") is None
    one.keyboard.press("0")
    assert one.evaluate("vraem.view.scale") == pytest.approx(before)


def test_without_motion_weeks_follow_in_steps(calm: Watched, replays: dict[str, Path]) -> None:
    page = calm.open(replays["one"].as_uri())
    page.click("#play")
    page.wait_for_timeout(700)
    moments = {page.evaluate("vraem.stage.moment % 1") for _ in range(8)}
    assert {round(moment, 3) for moment in moments} == {0.999}
    assert not page.evaluate("matchMedia('(prefers-reduced-motion: no-preference)').matches")


def test_large_letters(one: "Page", watched: Watched) -> None:
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    before = one.evaluate(size)
    one.keyboard.press("t")
    assert one.evaluate(size) > before
    assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
    watched.keep("large")


def test_help_opens_and_closes(one: "Page") -> None:
    one.click("#help-open")
    assert "Space plays" in one.inner_text("dialog")
    one.keyboard.press("Escape")
    assert not one.locator("dialog[open]").count()
