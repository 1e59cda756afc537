"""Names on the map: clear of the scale bar, of posts and attacks, of each other's numbers, and not beyond its edge."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

TOOLS = """
  const [{ Names }, { ColumnsLayer }, { UnitsLayer }, { drawScale }, { overlap }] = await Promise.all(
    ['names', 'columns', 'units', 'ground', 'view'].map((name) => import(`vraem/${name}`)));
  const { stage, view } = vraem;
  const { tape } = stage.arms[0];
  const font = (size) => `${size}px sans-serif`;
  const pen = document.createElement('canvas').getContext('2d');
  const columns = new ColumnsLayer(tape, stage.place);
  const units = new UnitsLayer(tape, stage.place);
  const names = new Names(stage.place);
  /* Boxes of the names of towns and ways as they are written at a moment. */
  const written = (time, spots, signs = []) => {
    const found = new Map();
    pen.fillText = (text, x, y) => pen.textAlign === 'left'
      && found.set(text, [x, y - 4, x + pen.measureText(text).width, y + 4]);
    names.draw(pen, view, font, { taken: columns.boxes(view, time, true), signs }, spots);
    return found;
  };
"""


@pytest.fixture
def one(watched: Watched, replays: dict[str, Path]) -> "Page":
    """The page of one run, open."""
    return watched.open(replays["one"].as_uri())


def test_no_name_stands_at_the_scale_bar(one: "Page") -> None:
    clashes = one.evaluate(
        f"""(async () => {{ {TOOLS}
              let clashes = 0;
              for (const [dx, dy] of [[0, 0], [30, 20], [60, 40], [-40, 60], [90, -20], [10, 90], [150, 70]]) {{
                view.pan(dx, dy);
                const scale = drawScale(pen, view, font);
                clashes += [...written(100.5, new Map()).values()].filter((box) => overlap(box, scale)).length;
              }}
              return clashes;
            }})()"""
    )
    assert clashes == 0


def test_few_names_are_covered_by_posts_and_none_jumps_every_week(one: "Page") -> None:
    before, after, moves, draws = one.evaluate(
        f"""(async () => {{ {TOOLS}
              const covered = (found, signs) =>
                [...found.values()].filter((box) => signs.some((sign) => overlap(box, sign))).length;
              const signs = units.boxes(view, 100.5, false);
              const [before, after] = [[], signs].map((known) => covered(written(100.5, new Map(), known), signs));
              const spots = new Map();
              let [moves, last] = [0, null];
              for (let week = 100; week < 130; week += 1) {{
                const found = written(week + 0.5, spots, units.boxes(view, week + 0.5, false));
                for (const [name, box] of last ?? []) moves += String(found.get(name)) !== String(box);
                last = found;
              }}
              return [before, after, moves, 29 * last.size];
            }})()"""
    )
    assert after < before / 2
    assert moves < draws / 50


def test_signs_of_attacks_and_loads_have_boxes(one: "Page") -> None:
    boxes = one.evaluate(
        f"""(async () => {{ {TOOLS}
              const {{ LoadsLayer }} = await import('vraem/loads');
              const {{ HappeningsLayer }} = await import('vraem/happenings');
              const loads = new LoadsLayer(tape, stage.arms[0].ways);
              const happenings = new HappeningsLayer(tape, stage.place);
              return [100, 110, 120].flatMap((week) =>
                [...loads.boxes(view, week + 0.5), ...happenings.boxes(view, week + 0.5, false)]);
            }})()"""
    )
    assert len(boxes) > 20
    assert all(left < right and top < bottom for left, top, right, bottom in boxes)


@pytest.mark.parametrize("key", ["0", "9"])
def test_every_river_is_named_within_the_map(one: "Page", key: str) -> None:
    one.keyboard.press(key)
    ends = one.evaluate(
        f"""(async () => {{ {TOOLS}
              const ends = [];
              pen.fillText = (text) => {{
                if (!text.startsWith('Río')) return;
                const half = pen.measureText(text).width / 2;
                const {{ a, b, e, f }} = pen.getTransform();
                for (const side of [-half, half]) ends.push([e + side * a, f + side * b]);
              }};
              names.draw(pen, view, font, {{ taken: [], signs: [] }}, new Map());
              const edge = [view.px(0), view.py(0), view.px(stage.place.width), view.py(stage.place.height)];
              return ends.map(([x, y]) => [x - Math.max(edge[0], 0), y - Math.max(edge[1], 0),
                Math.min(edge[2], view.width) - x, Math.min(edge[3], view.height) - y]);
            }})()"""
    )
    assert len(ends) >= (10 if key == "9" else 4)
    assert min(min(end) for end in ends) >= 0


def test_numbers_of_columns_do_not_overprint_each_other(one: "Page") -> None:
    clashes, numbers = one.evaluate(
        f"""(async () => {{ {TOOLS}
              let [clashes, numbers] = [0, 0];
              for (let week = 10; week < 200; week += 5) {{
                const found = columns.placed(view, week + 0.5, true).filter(({{ number }}) => number);
                const half = (armed) => 3 * String(armed).length;
                const box = ({{ armed, number: [x, y] }}) => [x - half(armed), y - 5, x + half(armed), y + 5];
                numbers += found.length;
                found.forEach((a, i) => found.forEach((b, j) => {{
                  if (i < j && overlap(box(a), box(b))) clashes += 1;
                  if (i !== j && Math.hypot(a.number[0] - b.px, a.number[1] - b.py) < b.radius) clashes += 1;
                }}));
              }}
              return [clashes, numbers];
            }})()"""
    )
    assert numbers > 100
    assert clashes < numbers / 50
