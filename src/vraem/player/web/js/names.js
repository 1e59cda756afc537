/* Names on the map: towns where there is room, most telling first; rivers along their line; exits at the edge. */

import { drawScale, haloed } from "vraem/ground";
import { INK, MUTED, PAPER } from "vraem/colours";
import { has, t } from "vraem/speech";

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
const NEAR = 6; // points between a town and its name
const FAR = [20, 34]; // and for a town under a disc
const SPOTS = SIDES.map(([right, down]) => [right, down, NEAR]);
const FAR_SPOTS = FAR.flatMap((gap) => SIDES.map(([right, down]) => [right, down, gap]));

export class Names {
  constructor(place) {
    const rank = new Map(FIRST.map((name, index) => [name, index]));
    this.towns = place.towns
      .filter(({ name, kind }) => (rank.has(name) || kind === "district_capital") && !TWINS.has(name) && kind !== "mountain")
      .map((town) => ({ ...town, rank: rank.get(town.name) ?? FIRST.length, large: LARGE.has(town.name), text: SHORT[town.name] ?? town.name }))
      .sort((a, b) => a.rank - b.rank);
    this.place = place;
  }

  /** Names around what is `taken` by boxes [left, top, right, bottom]; `spots` keeps where names stood, so that they stay. */
  draw(context, view, font, taken, spots) {
    const boxes = [...taken];
    this.drawExits(context, view, font, boxes);
    drawScale(context, view, font);
    for (const town of this.towns) this.dot(context, view, town);
    this.drawTowns(context, view, font, boxes, taken, spots);
    this.drawRivers(context, view, font, boxes);
    this.drawRegions(context, view, font, boxes);
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

  drawTowns(context, view, font, boxes, taken, spots) {
    const most = view.scale < 3 ? 16 : view.scale < 6 ? 30 : 99;
    for (const town of this.towns.slice(0, most)) {
      const [x, y] = [view.px(town.x), view.py(town.y)];
      if (!view.sees(x, y)) continue;
      context.font = font(town.large ? 13 : 11, town.large ? 650 : 450);
      const width = context.measureText(town.text).width;
      const height = town.large ? 14 : 12;
      const covered = taken.some((box) => overlap(box, [x, y, x, y]));
      const tried = covered ? [...SPOTS, ...FAR_SPOTS] : SPOTS;
      const before = spots.get(town);
      for (const spot of tried.includes(before) ? [before, ...tried] : tried) {
        const [right, down, gap] = spot;
        const left = right > 0 ? x + gap * right : right < 0 ? x + gap * right - width : x - width / 2;
        const top = y - height / 2 + down * (height / 2 + gap * 0.6);
        const box = [left - 1, top, left + width + 1, top + height];
        if (box[0] < 2 || box[2] > view.width - 2 || box[1] < 2 || box[3] > view.height - 2 || boxes.some((other) => overlap(box, other))) continue;
        boxes.push(box);
        spots.set(town, spot);
        context.textAlign = "left";
        context.textBaseline = "middle";
        haloed(context, town.text, left, top + height / 2);
        break;
      }
    }
  }

  drawRivers(context, view, font, boxes) {
    context.font = `italic ${font(12, 500)}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [kind, spots] of Object.entries(RIVERS)) {
      for (const [x, y] of spots) {
        const { angle, px, py } = this.beside(kind, x, y, view);
        const half = context.measureText(RIVER_NAMES[kind]).width / 2;
        const box = [px - half * 0.8, py - half * 0.6, px + half * 0.8, py + half * 0.6];
        if (!view.sees(px, py, -30) || boxes.some((other) => overlap(box, other))) continue;
        boxes.push(box);
        context.save();
        context.translate(px, py);
        context.rotate(angle);
        haloed(context, RIVER_NAMES[kind], 0, 0, "#2b6490");
        context.restore();
      }
    }
  }

  /** Where to write beside a river near a point: direction of the line, and a point a few letters' height away. */
  beside(kind, x, y, view) {
    let best = Infinity;
    let found = { angle: 0, px: view.px(x), py: view.py(y) };
    for (const river of this.place.lines.rivers) {
      if (river.kind !== kind) continue;
      for (let i = 1; i < river.path.length; i += 1) {
        const [a, b] = [river.path[i - 1], river.path[i]];
        const away = Math.hypot(a[0] - x, a[1] - y);
        if (away >= best) continue;
        best = away;
        let angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
        if (angle > Math.PI / 2) angle -= Math.PI;
        if (angle < -Math.PI / 2) angle += Math.PI;
        const off = 13;
        found = { angle, px: view.px(a[0]) + Math.sin(angle) * off, py: view.py(a[1]) - Math.cos(angle) * off };
      }
    }
    return found;
  }

  drawRegions(context, view, font, boxes) {
    context.font = font(12, 500);
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [name, [x, y]] of Object.entries(REGIONS)) {
      const [px, py] = [view.px(x), view.py(y)];
      const text = [...name.toUpperCase()].join("\u2009");
      const half = context.measureText(text).width / 2 + 4;
      const box = [px - half, py - 9, px + half, py + 9];
      if (!view.sees(px, py, -half) || boxes.some((other) => overlap(box, other))) continue;
      haloed(context, text, px, py, "#6b6459", "rgba(255,255,255,0.45)");
    }
  }

  /** An arrow with a name where a way leaves the map, held inside the view. */
  drawExits(context, view, font, boxes) {
    context.font = font(11, 500);
    for (const exit of this.place.exits) {
      const edge = exit.x < 3 || exit.y < 3 || exit.x > this.place.width - 3 || exit.y > this.place.height - 3;
      if (!edge) continue;
      const [x, y] = [view.px(exit.x), view.py(exit.y)];
      if (!view.sees(x, y, 2)) continue;
      const out = outward(exit, this.place);
      const name = exitName(exit);
      const width = context.measureText(name).width;
      const left = Math.min(Math.max(out[0] > 0 ? x - width - 14 : out[0] < 0 ? x + 14 : x - width / 2, 4), view.width - width - 4);
      const top = out[1] > 0 ? y - 26 : out[1] < 0 ? y + 14 : y - 6;
      const box = [left - 2, top, left + width + 2, top + 12];
      arrow(context, x, y, out);
      if (boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      context.textAlign = "left";
      context.textBaseline = "middle";
      haloed(context, name, left, top + 6, MUTED);
    }
  }
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

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
