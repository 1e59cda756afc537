"""Charts in a browser: nothing of what is still to come, numbers that say what they are, years that can be read."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

KILLED = ".chart:has(strong:text-is('Killed'))"
SERIES = "['killedState', 'killedGroup', 'killedCivilians']"
RECORD_YEARS = """
  globalThis.years = new Map();
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
    if (/^20\\d\\d$/.test(text)) {
      if (!years.has(this.canvas)) years.set(this.canvas, new Map());
      years.get(this.canvas).set(text, [x, this.measureText(text).width]);
    }
    return fillText.call(this, text, x, ...rest);
  };
"""


@pytest.fixture
def one(watched: Watched, replays: dict[str, Path]) -> "Page":
    """The page of one run, open."""
    return watched.open(replays["one"].as_uri())


def _killed(page: "Page", first: int, end: int) -> int:
    """Persons killed from week `first` to before week `end`."""
    total = page.evaluate(
        f"{SERIES}.reduce((all, name) => all + vraem.stage.arms[0].tape.series(name)"
        f".slice({max(first, 0)}, {end}).reduce((a, b) => a + b, 0), 0)"
    )
    return int(total)


@pytest.mark.parametrize("week", [5, 100, 130, 207])
def test_bars_are_read_out_over_the_last_quarter(one: "Page", week: int) -> None:
    one.locator(KILLED).scroll_into_view_if_needed()
    one.evaluate(f"vraem.stage.seek({week}.5)")
    one.wait_for_timeout(250)
    assert one.inner_text(f"{KILLED} output") == str(_killed(one, week - 12, week + 1))


def test_a_bar_holds_no_week_that_is_still_to_come(one: "Page") -> None:
    deadly = one.evaluate(
        f"""(() => {{
          const all = {SERIES}.map((name) => vraem.stage.arms[0].tape.series(name));
          const killed = (week) => all.reduce((sum, values) => sum + values[week], 0);
          for (let first = 13; ; first += 13) {{
            const weeks = Array.from({{ length: 13 }}, (_, i) => killed(first + i));
            const before = weeks.findIndex((n) => n > 0);
            if (before > 0) return first + before;
          }}
        }})()"""
    )
    inked = """() => {
        const canvas = document.querySelectorAll('.chart')[INDEX].querySelector('canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height - 19);
        let last = 0;
        for (let i = 0; i < data.length; i += 4) {
          const rgb = data.subarray(i, i + 3);
          if (data[i + 3] > 80 && Math.max(...rgb) - Math.min(...rgb) > 60)
            last = Math.max(last, (i / 4) % canvas.width);
        }
        return last;
      }"""
    index = one.evaluate(
        "[...document.querySelectorAll('.chart')].findIndex((c) => c.querySelector('strong').textContent === 'Killed')"
    )
    inked = inked.replace("INDEX", str(index))
    one.locator(KILLED).scroll_into_view_if_needed()

    def last_ink(week: int) -> int:
        one.evaluate(f"vraem.stage.seek({week}.5)")
        one.wait_for_timeout(250)
        return int(one.evaluate(inked))

    assert last_ink(deadly) > last_ink(deadly - 1)
    now = last_ink(100)
    one.check("#future")
    one.wait_for_timeout(250)
    assert int(one.evaluate(inked)) > now


def test_the_last_bar_is_pale_where_the_run_ends_within_it(one: "Page") -> None:
    drawn = one.evaluate(
        """(async () => {
          const { bars } = await import('vraem/ink');
          const found = [];
          const pen = { fillRect(x, y, width, height) { found.push([x, height, this.globalAlpha]); } };
          const chart = { stage: { horizon: 32 }, spec: {}, x: (_, week) => week, y: (value) => -value };
          bars(pen, chart, {}, [{ values: new Float32Array(32).fill(1), colour: '#000' }], 32);
          return found;
        })()"""
    )
    assert [(x, height) for x, height, _ in drawn] == [(0, 13), (13, 13), (26, 6)]
    assert [alpha for *_, alpha in drawn] == [1, 1, pytest.approx(0.45)]


def test_two_numbers_beside_a_title_are_named(one: "Page") -> None:
    chart = ".chart:has(strong:text-is('Captured, operations'))"
    one.locator(chart).scroll_into_view_if_needed()
    one.evaluate("vraem.stage.seek(200.5)")
    one.wait_for_timeout(250)
    names = one.locator(f"{chart} output i")
    assert [names.nth(i).get_attribute("title") for i in range(2)] == ["operations", "captured"]
    label = one.get_attribute(f"{chart} canvas", "aria-label") or ""
    assert "operations " in label
    assert ", captured " in label


def test_charts_out_of_sight_tell_the_week_too(one: "Page") -> None:
    one.evaluate("vraem.stage.seek(150.5)")
    one.wait_for_timeout(250)
    dates = one.evaluate(
        "[...document.querySelectorAll('.chart:not([hidden]) canvas')]"
        ".map((canvas) => canvas.ariaLabel.match(/\\d{4}-\\d\\d-\\d\\d/)[0])"
    )
    assert len(set(dates)) == 1
    assert dates[0].startswith("2014-11")


@pytest.mark.parametrize("page_name", ["one", "two"])
def test_years_never_run_together(watched: Watched, replays: dict[str, Path], page_name: str) -> None:
    watched.page.set_viewport_size({"width": 1024, "height": 768})
    watched.page.add_init_script(RECORD_YEARS)
    page = watched.open(replays[page_name].as_uri())
    page.keyboard.press("t")
    gaps = page.evaluate(
        """Array.from({ length: 20 }, (_, more) => 8 + more).flatMap((long) => {
             for (const { tape } of vraem.stage.arms) tape.head.weeks = 52 * long;
             years.clear();
             dispatchEvent(new CustomEvent('lettersize'));
             return [...years.values()].flatMap((drawn) => {
               const all = [...drawn.values()].sort((a, b) => a[0] - b[0]);
               return all.slice(1).map(([x, width], i) => x - width / 2 - (all[i][0] + all[i][1] / 2));
             });
           })"""
    )
    assert len(gaps) > 100
    assert min(gaps) >= 4


def test_large_letters_push_no_number_out_of_the_panel(watched: Watched, replays: dict[str, Path]) -> None:
    watched.page.set_viewport_size({"width": 1024, "height": 768})
    page = watched.open(replays["two"].as_uri())
    page.keyboard.press("t")
    page.evaluate("vraem.stage.seek(200.5)")
    page.wait_for_timeout(300)
    cut = page.evaluate(
        """(() => {
             const right = (one) => one.getBoundingClientRect().right;
             const charts = [...document.querySelectorAll('.chart:not([hidden])')];
             return charts.filter((chart) => right(chart.querySelector('output')) > right(chart) + 1).length;
           })()"""
    )
    assert cut == 0
