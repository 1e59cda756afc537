/* Posts and units of the state, each kind with its own sign. Those at rest do not show; from afar one sign stands for
   all units of a cell, close by they stand side by side. */

import { PAPER, STATE } from "vraem/colours";
import { NONE16 } from "vraem/tape";

export const [POST, PATROL, TEAM, CREW, ROAD, RIVER, AIR, PORT] = [0, 1, 2, 3, 4, 5, 6, 7];
const MOVING = [PATROL, TEAM, CREW];
const REST = 5;
const CREW_COLOUR = "#7a4a1d";
const MOST_IN_A_ROW = 4;
const CLOSE = 7; // points per km from which every unit of a cell shows, not only the most telling one
const TELLING = [TEAM, CREW, PATROL, POST, ROAD, RIVER, AIR, PORT];

export class UnitsLayer {
  constructor(tape, place) {
    this.tape = tape;
    this.place = place;
    this.cache = { week: -1, weeks: -1, found: [] };
  }

  at(week) {
    if (this.cache.week === week && this.cache.weeks === this.tape.weeks) return this.cache.found;
    const state = this.tape.units.at(week);
    const { kind, cell, strength, until, task } = state.fields;
    const found = [];
    for (let row = 0; row < state.count; row += 1) {
      const gone = until[row] !== NONE16 && until[row] < week;
      if (strength[row] > 0 && !gone && task[row] !== REST) found.push({ row, kind: kind[row], cell: cell[row] });
    }
    found.sort((a, b) => TELLING.indexOf(a.kind) - TELLING.indexOf(b.kind) || a.row - b.row);
    const taken = new Map();
    for (const unit of found) {
      unit.slot = taken.get(unit.cell) ?? 0;
      taken.set(unit.cell, unit.slot + 1);
    }
    this.cache = { week, weeks: this.tape.weeks, found };
    return found;
  }

  /** Boxes of the signs: of what has a fixed place, or of all. */
  boxes(view, time, all) {
    return [...this.placed(view, time)].filter(({ kind }) => all || !MOVING.includes(kind)).map(({ px, py, size }) => [px - size * 0.9, py - size * 0.9, px + size * 0.9, py + size * 0.9]);
  }

  *placed(view, time) {
    const size = Math.min(Math.max(view.scale * 0.52, 2.4), 5);
    const close = view.scale >= CLOSE;
    for (const unit of this.at(Math.min(Math.floor(time), this.tape.weeks - 1))) {
      if (unit.slot && !close) continue;
      const px = view.px(this.place.cellX(unit.cell)) + (unit.slot % MOST_IN_A_ROW) * size * 2.3;
      const py = view.py(this.place.cellY(unit.cell)) + Math.floor(unit.slot / MOST_IN_A_ROW) * size * 2.3 + (close ? size * 1.6 : 0);
      if (view.sees(px, py, 10)) yield { ...unit, px, py, size };
    }
  }

  draw(context, view, time) {
    context.lineJoin = "round";
    for (const unit of this.placed(view, time)) sign(context, unit.kind, unit.px, unit.py, unit.size);
  }

  hit(view, px, py, time) {
    for (const unit of [...this.placed(view, time)].reverse()) {
      if (Math.hypot(unit.px - px, unit.py - py) <= unit.size + 4) return unit;
    }
    return null;
  }
}

/** The sign of a kind of unit, `r` from its middle to its edge. */
export function sign(context, kind, x, y, r) {
  context.beginPath();
  if (kind === POST || kind === PORT) context.rect(x - r * 0.85, y - r * 0.85, 1.7 * r, 1.7 * r);
  else if (kind === PATROL) triangle(context, x, y, r * 1.15, -1);
  else if (kind === TEAM) star(context, x, y, r * 1.45);
  else if (kind === CREW) triangle(context, x, y, r * 1.15, 1);
  else diamond(context, x, y, r * 1.15);
  context.strokeStyle = PAPER;
  context.lineWidth = 1.8;
  context.stroke();
  context.fillStyle = kind === CREW ? CREW_COLOUR : STATE;
  context.fill();
}

function triangle(context, x, y, r, up) {
  context.moveTo(x, y + up * r);
  context.lineTo(x + r, y - up * r * 0.8);
  context.lineTo(x - r, y - up * r * 0.8);
  context.closePath();
}

function diamond(context, x, y, r) {
  context.moveTo(x, y - r);
  context.lineTo(x + r, y);
  context.lineTo(x, y + r);
  context.lineTo(x - r, y);
  context.closePath();
}

export function star(context, x, y, r, points = 5, inner = 0.45) {
  for (let i = 0; i < 2 * points; i += 1) {
    const angle = (Math.PI * i) / points - Math.PI / 2;
    const away = i % 2 ? r * inner : r;
    context.lineTo(x + Math.cos(angle) * away, y + Math.sin(angle) * away);
  }
  context.closePath();
}
