/* Names on the map: towns where there is room, most telling first; rivers along their line; exits at the edge. */

import { drawScale, haloed } from "vraem/ground";
import { INK, MUTED, PAPER } from "vraem/colours";
import { has, t } from "vraem/speech";
import { overlap } from "vraem/view";

const FIRST = [
  "Huamanga (Ayacucho)", "Satipo", "Huanta", "Pichari", "San Francisco", "Llochegua", "Mazamari", "Santa Rosa", "Palmapampa",
  "San Miguel del Ene", "Canayre", "Mayapo", "Sivia", "San Martín de Pangoa", "Puerto Ocopa", "Cutivireni", "Unión Mantaro",
  "Puerto Ene", "Valle Esmeralda", "Anchihuay", "Villa Virgen", "Kiteni", "Kepashiato", "Tambo", "San Miguel", "Quiteni", "Poyeni",
  "Machente", "Chiquintirca", "Chungui", "San Antonio (Anco)", "Quempiri", "Camisea", "Putis",
];
const LARGE = new Set(["Huamanga (Ayacucho)", "Satipo", "Huanta", "Pichari", "San Francisco", "San Martín de Pangoa"]);
const TWINS = new Set(["Kimbiri"]); // a bridge joins it to San Francisco: one name serves both
const SHORT = { "Huamanga (Ayacucho)": "Ayacucho", "San Francisco": "San Francisco · Kimbiri", "San Antonio (Anco)": "San Antonio" };
const RIVERS = { apurimac: [[152.4, 230.1], [105, 172]], ene: [[93.1, 74.1], [88, 118]], tambo: [[90.3, 13.8]], mantaro: [[62.7, 127.7], [44, 112]], urubamba: [[193.7, 116.1]] };
const RIVER_NAMES = { apurimac: "Río Apurímac", ene: "Río Ene", tambo: "Río Tambo", mantaro: "Río Mantaro", urubamba: "Río Urubamba" };
const REGIONS = { Ayacucho: [100.1, 233.4], Cusco: [161.1, 132.7], Junín: [61, 49.8], Huancavelica: [21.8, 160.4] };
const SIDES = [[1, 0], [-1, 0], [0.8, -1], [0.8, 1], [-0.8, -1], [-0.8, 1], [0, -1], [0, 1]];
const NEAR = [6, 11]; // points between a town and its name
const FAR = [20, 34]; // and for a town under a disc
const SPOTS = NEAR.flatMap((gap) => SIDES.map(([right, down]) => [right, down, gap]));
const OFF = 13; // points between a river and its name
const APART_KM = 12; // between places along a river where its name may stand
const LINE = 8; // half of the height that a river's name takes
const EXIT_SHIFTS = [0, -13, 13]; // points up or down by which the name of a way out may give way
const FAR_SPOTS = FAR.flatMap((gap) => SIDES.map(([right, down]) => [right, down, gap]));

export class Names {
  constructor(place) {
    const rank = new Map(FIRST.map((name, index) => [name, index]));
    this.towns = place.towns
      .filter(({ name, kind }) => (rank.has(name) || kind === "district_capital") && !TWINS.has(name) && kind !== "mountain")
      .map((town) => ({ ...town, rank: rank.get(town.name) ?? FIRST.length, large: LARGE.has(town.name), text: SHORT[town.name] ?? town.name }))
      .sort((a, b) => a.rank - b.rank);
    this.rivers = Object.entries(RIVERS).map(([kind, known]) => [RIVER_NAMES[kind], alongRiver(place, kind, known)]);
    this.place = place;
  }

  /** Names clear of what is `taken` by boxes [left, top, right, bottom], and of `signs` where there is a choice; `spots`
      keeps where names stood, so that they stay. */
  draw(context, view, font, { taken, signs }, spots) {
    const room = new Room(view, [...taken, drawScale(context, view, font)], signs);
    this.drawExits(context, view, font, room);
    for (const town of this.towns) this.dot(context, view, town);
    this.drawTowns(context, view, font, room, taken, spots);
    this.drawRivers(context, view, font, room, spots);
    this.drawRegions(context, view, font, room);
  }

  dot(context, view, town) {
    const [x, y] = [view.px(town.x), view.py(town.y)];
    if (!view.sees(x, y)) return;
    if (town.rank === FIRST.length && view.scale < 4) return;
    context.beginPath();
    context.arc(x, y, town.large ? 3.4 : 2.2, 0, 7);
    context.fillStyle = PAPER;
    context.fill();
    context.lineWidth = town.large ? 1.4 : 1.1;
    context.strokeStyle = INK;
    context.stroke();
  }

  drawTowns(context, view, font, room, taken, spots) {
    const most = view.scale < 3 ? 16 : view.scale < 6 ? 30 : 99;
    for (const town of this.towns.slice(0, most)) {
      const [x, y] = [view.px(town.x), view.py(town.y)];
      if (!view.sees(x, y)) continue;
      context.font = font(town.large ? 13 : 11, town.large ? 650 : 450);
      const width = context.measureText(town.text).width;
      const height = town.large ? 14 : 12;
      const covered = taken.some((box) => overlap(box, [x, y, x, y]));
      const tried = covered ? [...SPOTS, ...FAR_SPOTS] : SPOTS;
      const boxOf = ([right, down, gap]) => {
        const left = right > 0 ? x + gap * right : right < 0 ? x + gap * right - width : x - width / 2;
        const top = y - height / 2 + down * (height / 2 + gap * 0.6);
        return [[left - 1, top, left + width + 1, top + height]];
      };
      const before = spots.get(town);
      const found = room.take(tried.includes(before) ? [before, ...tried] : tried, boxOf);
      if (!found) continue;
      const [[left, top]] = found.boxes;
      spots.set(town, found.spot);
      context.textAlign = "left";
      context.textBaseline = "middle";
      haloed(context, town.text, left + 1, top + height / 2);
    }
  }

  /** The name of each river once, along its line, on the map as a whole. */
  drawRivers(context, view, font, room, spots) {
    context.font = `italic ${font(12, 500)}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [name, known] of this.rivers) {
      const half = context.measureText(name).width / 2;
      const edges = [view.px(0), view.py(0), view.px(this.place.width), view.py(this.place.height)];
      const at = ({ x, y, angle, side }) => [view.px(x) + side * Math.sin(angle) * OFF, view.py(y) - side * Math.cos(angle) * OFF];
      const boxesOf = (spot) => {
        const [px, py] = at(spot);
        return [-1, -0.5, 0, 0.5, 1].map((part) => {
          const [x, y] = [px + part * half * Math.cos(spot.angle), py + part * half * Math.sin(spot.angle)];
          return [x - LINE, y - LINE, x + LINE, y + LINE];
        });
      };
      const before = spots.get(name);
      const found = room.take(before ? [before, ...known] : known, boxesOf, edges);
      if (!found) continue;
      spots.set(name, found.spot);
      context.save();
      context.translate(...at(found.spot));
      context.rotate(found.spot.angle);
      haloed(context, name, 0, 0, "#2b6490");
      context.restore();
    }
  }

  drawRegions(context, view, font, room) {
    context.font = font(12, 500);
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [name, [x, y]] of Object.entries(REGIONS)) {
      const [px, py] = [view.px(x), view.py(y)];
      const text = [...name.toUpperCase()].join("\u2009");
      const half = context.measureText(text).width / 2 + 4;
      const box = [px - half, py - 9, px + half, py + 9];
      if (!view.sees(px, py, -half) || room.isTaken(box)) continue;
      haloed(context, text, px, py, "#6b6459", "rgba(255,255,255,0.45)");
    }
  }

  /** An arrow with a name where a way leaves the map, held inside the view. */
  drawExits(context, view, font, room) {
    context.font = font(11, 500);
    for (const exit of this.place.exits) {
      const edge = exit.x < 3 || exit.y < 3 || exit.x > this.place.width - 3 || exit.y > this.place.height - 3;
      if (!edge) continue;
      const [x, y] = [view.px(exit.x), view.py(exit.y)];
      if (!view.sees(x, y, 2) || room.isTaken([x - 4, y - 4, x + 4, y + 4])) continue;
      const out = outward(exit, this.place);
      const name = exitName(exit);
      const width = context.measureText(name).width;
      const left = Math.min(Math.max(out[0] > 0 ? x - width - 14 : out[0] < 0 ? x + 14 : x - width / 2, 4), view.width - width - 4);
      const top = out[1] > 0 ? y - 26 : out[1] < 0 ? y + 14 : y - 6;
      arrow(context, x, y, out);
      const shifts = out[1] ? EXIT_SHIFTS.slice(0, 1) : EXIT_SHIFTS;
      const found = room.take(shifts, (shift) => [[left - 2, top + shift, left + width + 2, top + shift + 12]]);
      if (!found) continue;
      context.textAlign = "left";
      context.textBaseline = "middle";
      haloed(context, name, left, top + found.spot + 6, MUTED);
    }
  }
}

/** What is left of the map for names. */
class Room {
  constructor(view, taken, signs) {
    this.view = view;
    this.taken = taken;
    this.signs = signs;
  }

  isTaken(box) {
    return this.taken.some((other) => overlap(box, other));
  }

  /** The first of `spots` of which all boxes are free and cover no sign, or else the one that covers fewest; it is taken
      from now on. Null if none is free within the view and `edges`. */
  take(spots, boxesOf, [left, top, right, bottom] = [0, 0, Infinity, Infinity]) {
    const { width, height } = this.view;
    const inside = (box) => box[0] >= Math.max(left, 2) && box[1] >= Math.max(top, 2) && box[2] <= Math.min(right, width - 2) && box[3] <= Math.min(bottom, height - 2);
    let best = null;
    for (const spot of spots) {
      const boxes = boxesOf(spot);
      if (!boxes.every((box) => inside(box) && !this.isTaken(box))) continue;
      const covered = this.signs.filter((sign) => boxes.some((box) => overlap(box, sign))).length;
      if (best && covered >= best.covered) continue;
      best = { spot, boxes, covered };
      if (!covered) break;
    }
    if (best) this.taken.push(...best.boxes);
    return best;
  }
}

/** Where the name of a river may stand, as {x, y, angle, side}: near the points that are `known` to be good, then all along it. */
function alongRiver(place, kind, known) {
  const steps = place.lines.rivers.filter((river) => river.kind === kind).flatMap(({ path }) => path.slice(1).map((b, i) => [path[i], b]));
  const nearest = ([x, y]) => steps.reduce((best, step) => (Math.hypot(step[0][0] - x, step[0][1] - y) < Math.hypot(best[0][0] - x, best[0][1] - y) ? step : best));
  const chosen = known.map(nearest);
  for (const step of steps) if (chosen.every(([[x, y]]) => Math.hypot(step[0][0] - x, step[0][1] - y) > APART_KM)) chosen.push(step);
  return chosen.flatMap(([a, b]) => {
    let angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle < -Math.PI / 2) angle += Math.PI;
    return [1, -1].map((side) => ({ x: a[0], y: a[1], angle, side }));
  });
}

/** The sign of a way out of the valley, its point at (x, y). */
export function arrow(context, x, y, [right, down]) {
  context.save();
  context.translate(x - right * 3, y - down * 3);
  context.rotate(Math.atan2(down, right));
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(-9, -5);
  context.lineTo(-9, 5);
  context.closePath();
  context.fillStyle = INK;
  context.strokeStyle = PAPER;
  context.lineWidth = 1.5;
  context.stroke();
  context.fill();
  context.restore();
}

/** A way in the language of the page; a town has one name. */
function exitName({ name }) {
  return has(`exit.${name}`) ? t(`exit.${name}`) : name;
}

function outward(exit, place) {
  const sides = [[exit.x, [-1, 0]], [place.width - exit.x, [1, 0]], [exit.y, [0, -1]], [place.height - exit.y, [0, 1]]];
  return sides.sort((a, b) => a[0] - b[0])[0][1];
}

