/* Operations, attacks and turning points on the map: a sign with a ring that spreads and fades. */

import { KILLED, PAPER, STATE } from "vraem/colours";
import { groupColour } from "vraem/groups";
import { classOf } from "vraem/sentences";
import { NONE16 } from "vraem/tape";
import { star } from "vraem/units";

const SHOWN = 2; // weeks that a sign stays, at the least
const BESIDE = 11; // points up and to the right, so that a sign does not hide the column it is about
const SIGN = 9; // half of the width of a sign with its edge
const SECONDS = 0.9; // of the viewer's time that it stays, at the least

export class HappeningsLayer {
  constructor(tape, place) {
    this.tape = tape;
    this.place = place;
  }

  /** Incidents that show at a moment: {index, kind, px, py, age from 0 to 1}. */
  *placed(view, time, speed, still) {
    const table = this.tape.tables.incidents;
    const length = still ? 1 : Math.max(SHOWN, SECONDS * speed);
    const week = Math.min(Math.floor(time), this.tape.weeks - 1);
    const [first] = table.rows(Math.max(Math.floor(time - length), 0));
    const [, end] = table.rows(week);
    let at = Math.max(Math.floor(time - length), 0);
    for (let index = first; index < end; index += 1) {
      while (table.start[at + 1] <= index) at += 1;
      const community = table.get("community", index);
      const sort = classOf(this.tape.head.codes.incidents[table.get("kind", index)]);
      if (community === NONE16 || !sort) continue;
      const age = still ? 0 : (time - at - ((index * 0.618) % 1) * 0.8) / length;
      if (age < 0 || age > 1) continue;
      const [px, py] = [view.px(this.place.x[community]), view.py(this.place.y[community])];
      if (view.sees(px, py, 30)) yield { index, sort, px, py, age, group: table.get("group", index) };
    }
  }

  draw(context, view, time, speed, still) {
    for (const one of this.placed(view, time, speed, still)) {
      const fade = one.age > 0.6 ? (1 - one.age) / 0.4 : 1;
      const colour = one.sort === "operation" ? STATE : one.sort === "killing" ? KILLED.civilians : groupColour(this.tape, one.group);
      if (!still) {
        context.globalAlpha = 0.8 * (1 - one.age);
        context.beginPath();
        context.arc(one.px, one.py, 6 + 26 * Math.sqrt(one.age), 0, 7);
        context.strokeStyle = colour;
        context.lineWidth = 3.2 * (1 - one.age) + 0.6;
        context.stroke();
      }
      context.globalAlpha = fade;
      mark(context, one.sort, one.px + BESIDE, one.py - BESIDE, 7.5, colour);
    }
    context.globalAlpha = 1;
  }

  /** Boxes of the signs. */
  boxes(view, time, still) {
    return [...this.placed(view, time, 0, still)].map(({ px, py }) => [px + BESIDE - SIGN, py - BESIDE - SIGN, px + BESIDE + SIGN, py - BESIDE + SIGN]);
  }

  hit(view, px, py, time, speed, still) {
    let best = null;
    for (const one of this.placed(view, time, speed, still)) if (Math.hypot(one.px + BESIDE - px, one.py - BESIDE - py) < 11) best = one;
    return best;
  }
}

/** The sign of a class of happening: operation (target), attack (burst), clash (crossed lines), killing (ringed dot), change (fork). */
export function mark(context, sort, x, y, r, colour) {
  context.lineJoin = context.lineCap = "round";
  context.beginPath();
  if (sort === "attack") star(context, x, y, r * 1.15, 8, 0.5);
  else if (sort === "operation") {
    context.arc(x, y, r * 0.72, 0, 7);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * r * 0.35, y + dy * r * 0.35);
      context.lineTo(x + dx * r * 1.15, y + dy * r * 1.15);
    }
  } else if (sort === "clash") {
    context.moveTo(x - r * 0.8, y - r * 0.8);
    context.lineTo(x + r * 0.8, y + r * 0.8);
    context.moveTo(x + r * 0.8, y - r * 0.8);
    context.lineTo(x - r * 0.8, y + r * 0.8);
  } else if (sort === "killing") context.arc(x, y, r * 0.75, 0, 7);
  else {
    context.moveTo(x, y + r);
    context.lineTo(x, y);
    context.lineTo(x - r * 0.8, y - r * 0.9);
    context.moveTo(x, y);
    context.lineTo(x + r * 0.8, y - r * 0.9);
  }
  const filled = sort === "attack" || sort === "killing";
  context.strokeStyle = PAPER;
  context.lineWidth = filled ? 4 : 5;
  context.stroke();
  if (filled) {
    context.fillStyle = colour;
    context.fill();
    if (sort === "killing") {
      context.beginPath();
      context.arc(x, y, r * 0.28, 0, 7);
      context.fillStyle = PAPER;
      context.fill();
    }
  } else {
    context.strokeStyle = colour;
    context.lineWidth = 2.4;
    context.stroke();
  }
}
