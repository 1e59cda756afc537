/* Columns of the armed groups: a disc in the colour and with the letter of the group, as large as the column is strong,
   ringed as far as its command link reaches, and tied to the centre of its group by a line that thins as the link does. */

import { INK, PAPER, letterOn, withAlpha } from "vraem/colours";
import { groupColour, letter } from "vraem/groups";
import { haloed } from "vraem/ground";
import { overlap } from "vraem/view";
import { NONE16, NONE8 } from "vraem/tape";

const NUMBERED = 3.4; // points per km from which armed members are counted below a disc
const NUMBER_BELOW = 11;
const DIGIT = 8; // width of a digit, at the most
const NUMBER_HIGH = 13;
const EDGE = 4.4; // white around a disc
const CROWN = 13;
const MOVE = 0.55; // share of a week in which a column that moves its seat does so

export class ColumnsLayer {
  constructor(tape, place) {
    this.tape = tape;
    this.place = place;
    this.cache = { week: -1, weeks: -1, found: [] };
  }

  /** Columns of a week with the place of their seat, and where they go in the week after. */
  at(week) {
    const { tape, cache } = this;
    if (cache.week === week && cache.weeks === tape.weeks) return cache.found;
    const next = new Map(week + 1 < tape.weeks ? tape.list("columns", week + 1).map((column) => [column.row, column.seat]) : []);
    const centres = new Map(tape.list("groups", week).map((group) => [group.row, group.centre]));
    const found = tape
      .list("columns", week)
      .filter((column) => !column.ended && column.group !== NONE16)
      .map((column) => ({ ...column, next: next.get(column.row) ?? column.seat, centre: centres.get(column.group), colour: groupColour(tape, column.group) }));
    this.cache = { week, weeks: tape.weeks, found };
    return found;
  }

  /** Columns at a moment, with their place on the screen; those at one place stand side by side. */
  placed(view, time, still) {
    const week = Math.min(Math.floor(time), this.tape.weeks - 1);
    const part = still ? 0 : ease(Math.min(Math.max((time - week - (1 - MOVE)) / MOVE, 0), 1));
    const found = this.at(week).map((column) => {
      const x = mix(this.place.x[column.seat], this.place.x[column.next], part);
      const y = mix(this.place.y[column.seat], this.place.y[column.next], part);
      return { ...column, px: view.px(x), py: view.py(y), radius: radiusOf(column.armed, view.scale) };
    });
    spread(found);
    if (view.scale > NUMBERED) number(found);
    return found;
  }

  draw(context, view, time, still, font) {
    const found = this.placed(view, time, still);
    const byRow = new Map(found.map((column) => [column.row, column]));
    for (const column of found) {
      const centre = byRow.get(column.centre);
      if (centre && centre !== column) tie(context, column, centre);
    }
    const seen = found.filter(({ px, py }) => view.sees(px, py, 30));
    for (const column of seen) disc(context, column, font);
    for (const column of seen) if (column.number) armed(context, column, font);
  }

  /** Boxes [left, top, right, bottom] of the discs with what is written at them. */
  boxes(view, time, still) {
    return this.placed(view, time, still).flatMap((column) => (column.number ? [boxOf(column), numberBox(column, column.number)] : [boxOf(column)]));
  }

  hit(view, px, py, time, still) {
    let best = null;
    let least = Infinity;
    for (const column of this.placed(view, time, still)) {
      const away = Math.hypot(column.px - px, column.py - py);
      if (away <= column.radius + 5 && away < least) [best, least] = [column, away];
    }
    return best;
  }
}

function radiusOf(armed, scale) {
  return (4.5 + 1.45 * Math.sqrt(Math.max(armed, 0))) * Math.min(Math.max(scale / 5, 0.75), 1.5);
}

function mix(a, b, part) {
  return a + (b - a) * part;
}

function ease(s) {
  return s * s * (3 - 2 * s);
}

/** Push discs apart that would cover each other. */
function spread(found) {
  for (let round = 0; round < 8; round += 1) {
    for (let i = 0; i < found.length; i += 1) {
      for (let j = i + 1; j < found.length; j += 1) {
        const [a, b] = [found[i], found[j]];
        let [dx, dy] = [b.px - a.px, b.py - a.py];
        let away = Math.hypot(dx, dy);
        const wanted = a.radius + b.radius + 4;
        if (away >= wanted) continue;
        // discs on one spot part in a direction that hangs on their numbers, so that they never flicker
        if (away < 0.01) [dx, dy, away] = [Math.cos(a.row + 2 * b.row), Math.sin(a.row + 2 * b.row), 1];
        const push = (wanted - Math.min(away, wanted)) / 2 / away;
        a.px -= dx * push;
        a.py -= dy * push;
        b.px += dx * push;
        b.py += dy * push;
      }
    }
  }
}

/** The box of a disc with its crown. */
function boxOf({ px, py, radius, row, centre }) {
  const above = row === centre ? CROWN : EDGE;
  return [px - radius - EDGE, py - radius - above, px + radius + EDGE, py + radius + EDGE];
}

/** The box of the number of armed members around a point. */
function numberBox({ armed: n }, [x, y]) {
  const half = (DIGIT * String(n).length) / 2;
  return [x - half, y - NUMBER_HIGH / 2, x + half, y + NUMBER_HIGH / 2];
}

/** Where each number stands: below its disc, or where it covers fewest of the other discs and numbers. */
function number(found) {
  const boxes = found.map(boxOf);
  for (const [place, column] of found.entries()) {
    const { px, py, radius, row, centre } = column;
    const beside = radius + EDGE + 1 + (DIGIT * String(column.armed).length) / 2;
    const spots = [[0, radius + NUMBER_BELOW], [beside, 0], [-beside, 0], [0, -radius - NUMBER_BELOW - (row === centre ? CROWN - EDGE : 0)], [beside, radius], [-beside, radius]];
    let least = Infinity;
    for (const [dx, dy] of spots) {
      const box = numberBox(column, [px + dx, py + dy]);
      const covered = boxes.filter((other, index) => index !== place && overlap(box, other)).length;
      if (covered < least) [column.number, least] = [[px + dx, py + dy], covered];
    }
    boxes.push(numberBox(column, column.number));
  }
}

function tie(context, column, centre) {
  context.beginPath();
  context.moveTo(column.px, column.py);
  context.lineTo(centre.px, centre.py);
  context.lineCap = "round";
  context.setLineDash(column.link < 0.35 ? [3, 5] : []);
  context.strokeStyle = withAlpha(PAPER, 0.75);
  context.lineWidth = 2.4 + 3.4 * column.link;
  context.stroke();
  context.strokeStyle = withAlpha(column.colour, 0.25 + 0.7 * column.link);
  context.lineWidth = 0.8 + 3 * column.link;
  context.stroke();
  context.setLineDash([]);
}

function disc(context, column, font) {
  const { px, py, radius, colour } = column;
  context.globalAlpha = column.hidden ? 0.55 : 1;
  context.beginPath();
  shape(context, column, radius + EDGE);
  context.fillStyle = withAlpha(PAPER, 0.92);
  context.fill();
  context.beginPath();
  shape(context, column, radius);
  context.fillStyle = colour;
  context.fill();
  if (column.hidden) {
    context.setLineDash([3, 3]);
    context.strokeStyle = INK;
    context.lineWidth = 1.5;
    context.stroke();
    context.setLineDash([]);
  }
  context.beginPath();
  context.arc(px, py, radius + 2.3, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * Math.min(column.link, 0.9999));
  context.strokeStyle = colour;
  context.lineWidth = 2.4;
  context.lineCap = "butt";
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = letterOn(colour);
  context.font = font(Math.max(radius * 1.05, 9), 750);
  context.fillText(letter(column.group), px, py + 0.5);
  if (column.row === column.centre) crown(context, px, py - radius - 5.5);
  context.globalAlpha = 1;
}

/** How many are armed. */
function armed(context, column, font) {
  context.globalAlpha = column.hidden ? 0.55 : 1;
  context.font = font(11, 650);
  haloed(context, String(column.armed), ...column.number);
  context.globalAlpha = 1;
}

/** A column in the service of a firm is square. */
function shape(context, column, r) {
  if (column.service === NONE8) context.arc(column.px, column.py, r, 0, 7);
  else context.rect(column.px - r * 0.88, column.py - r * 0.88, 1.76 * r, 1.76 * r);
}

/** The sign of the centre. */
export function crown(context, x, y) {
  context.beginPath();
  context.moveTo(x - 5, y);
  context.lineTo(x - 5, y - 5);
  context.lineTo(x - 2, y - 2.5);
  context.lineTo(x, y - 6);
  context.lineTo(x + 2, y - 2.5);
  context.lineTo(x + 5, y - 5);
  context.lineTo(x + 5, y);
  context.closePath();
  context.strokeStyle = PAPER;
  context.lineWidth = 2.5;
  context.stroke();
  context.fillStyle = INK;
  context.fill();
}
