/* Loads of cocaine on their ways. A tape knows the week in which a load sets out; the moment within the week is chosen
   for the eye, so that loads of one week do not all move as one. By air a load shows only once it is well off the
   ground: no airstrip has a position. */

import { CARGO, CARGO_EDGE, PAPER, STATE } from "vraem/colours";
import { along } from "vraem/geo";
import { groupColour } from "vraem/groups";
import { NONE16 } from "vraem/tape";

const LONGEST = 12; // weeks on the way
const AIRBORNE = 0.35; // share of the way by air from which a load shows
const STOPPED_SHOWN = 1.6; // weeks that the cross of a stopped load stays
const DOT = 5; // half of the width of a load on the map, at the most
const TRAIL_POINTS = 7;

export class LoadsLayer {
  constructor(tape, ways) {
    this.tape = tape;
    this.ways = ways;
    this.firms = tape.sizes.firms;
    this.stoppedAt = new Map(); // load -> share of the way at which it was stopped
    this.seen = 0;
  }

  /** Take note of loads that were stopped in weeks that have come in. */
  extend() {
    const { stopped } = this.tape.tables;
    const count = stopped.start[this.tape.weeks];
    for (; this.seen < count; this.seen += 1) this.stoppedAt.set(stopped.get("load", this.seen), stopped.get("progress", this.seen));
  }

  /** Each load on its way at `time`: {load, lane, share, stopped (weeks since), kg, escorted, protector}. */
  *under(time) {
    this.extend();
    const { loads } = this.tape.tables;
    const week = Math.floor(time);
    const [first] = loads.rows(Math.max(week - LONGEST, 0));
    const [, end] = loads.rows(Math.min(week, this.tape.weeks - 1));
    let start = Math.max(week - LONGEST, 0);
    for (let load = first; load < end; load += 1) {
      while (loads.start[start + 1] <= load) start += 1;
      const began = start + moment(load);
      const weeks = loads.get("weeks", load);
      const share = (time - began) / Math.max(weeks, 1);
      if (share < 0) continue;
      const stop = this.stoppedAt.get(load);
      const since = stop === undefined ? -1 : time - (began + stop * weeks);
      if (since >= 0 ? since > STOPPED_SHOWN : share > 1) continue;
      yield { load, lane: loads.get("lane", load), share: since >= 0 ? stop : share, stopped: since, weeks };
    }
  }

  draw(context, view, time, speed, still) {
    const { loads } = this.tape.tables;
    const head = [0, 0];
    const size = Math.min(Math.max(view.scale * 0.55, 2.2), 4);
    for (const one of this.under(time)) {
      const way = this.ways[one.lane];
      const air = Math.floor(one.lane / this.firms) === 0;
      along(way, one.share, head);
      const [x, y] = [view.px(head[0]), view.py(head[1])];
      if (one.stopped >= 0) {
        if (view.sees(x, y, 10)) cross(context, x, y, 1 - one.stopped / STOPPED_SHOWN);
        continue;
      }
      const alpha = air ? Math.min(1, Math.max(0, (one.share - AIRBORNE) / 0.15)) : Math.min(1, one.share / 0.06 + 0.15);
      if (alpha <= 0) continue;
      if (!still) trail(context, view, way, one, air, alpha, speed);
      if (!view.sees(x, y, 10)) continue;
      context.globalAlpha = alpha;
      context.beginPath();
      context.arc(x, y, size, 0, 7);
      context.fillStyle = CARGO;
      context.fill();
      context.lineWidth = 1.2;
      context.strokeStyle = CARGO_EDGE;
      context.stroke();
      if (loads.get("escorted", one.load)) {
        const column = loads.get("protector", one.load);
        context.beginPath();
        context.arc(x, y, size + 2.4, 0, 7);
        context.lineWidth = 1.8;
        context.strokeStyle = column === NONE16 ? CARGO_EDGE : groupColour(this.tape, this.groupOf(column, Math.floor(time)));
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  /** Boxes of the loads that show. */
  boxes(view, time) {
    const head = [0, 0];
    return [...this.under(time)].filter((one) => one.stopped >= 0 || !this.isBelow(one)).map((one) => {
      along(this.ways[one.lane], one.share, head);
      const [x, y] = [view.px(head[0]), view.py(head[1])];
      return [x - DOT, y - DOT, x + DOT, y + DOT];
    });
  }

  /** Whether a load by air is not yet well off the ground. */
  isBelow({ lane, share }) {
    return Math.floor(lane / this.firms) === 0 && share < AIRBORNE;
  }

  groupOf(column, week) {
    const found = this.tape.list("columns", week).find(({ row }) => row === column);
    return found ? found.group : -1;
  }

  /** The load nearest to a point of the screen within `reach`, or null. */
  hit(view, px, py, time, reach) {
    const head = [0, 0];
    let best = null;
    let least = reach;
    for (const one of this.under(time)) {
      if (one.stopped < 0 && this.isBelow(one)) continue;
      along(this.ways[one.lane], one.share, head);
      const away = Math.hypot(view.px(head[0]) - px, view.py(head[1]) - py);
      if (away < least) [best, least] = [one, away];
    }
    return best;
  }

  place(load, time) {
    for (const one of this.under(time)) if (one.load === load) return along(this.ways[one.lane], one.share, [0, 0]);
    return null;
  }
}

/** A moment within the week, the same for a load each time: the golden ratio spreads neighbours widely. */
function moment(load) {
  return ((load * 0.618034) % 1) * 0.92;
}

function trail(context, view, way, one, air, alpha, speed) {
  const length = Math.min(0.25 + 0.05 * speed, 0.9) / Math.max(one.weeks, 1);
  const from = Math.max(one.share - length, air ? AIRBORNE : 0);
  if (from >= one.share) return;
  const a = [0, 0];
  const b = [0, 0];
  context.lineCap = "butt";
  context.strokeStyle = CARGO_EDGE;
  for (let i = 0; i < TRAIL_POINTS; i += 1) {
    const step = (one.share - from) / TRAIL_POINTS;
    along(way, from + i * step, a);
    along(way, from + (i + 1) * step, b);
    context.globalAlpha = (alpha * 0.6 * (i + 1)) / TRAIL_POINTS;
    context.lineWidth = 0.8 + (1.6 * (i + 1)) / TRAIL_POINTS;
    context.beginPath();
    context.moveTo(view.px(a[0]), view.py(a[1]));
    context.lineTo(view.px(b[0]), view.py(b[1]));
    context.stroke();
  }
}

function cross(context, x, y, strength) {
  const r = 5;
  context.globalAlpha = Math.min(1, strength * 2);
  for (const [colour, width] of [[PAPER, 5], [STATE, 2.6]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y + r);
    context.moveTo(x + r, y - r);
    context.lineTo(x - r, y + r);
    context.stroke();
  }
  context.globalAlpha = 1;
}
