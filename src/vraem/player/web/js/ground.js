/* The ground of the map: relief, limits, rivers, roads and trails, exits, scale bar. Drawn anew when the view changes. */

import { borders } from "vraem/borders";
import { INK, MUTED, PAPER, ROAD, TRAIL, WATER } from "vraem/colours";
import { reliefPicture } from "vraem/relief";
import { t } from "vraem/speech";

const RIVER_WIDTH = { apurimac: 1.0, ene: 1.15, tambo: 1.2, mantaro: 0.9, urubamba: 1.1, perene: 0.8, pampas: 0.7 };
const BARS = [5, 10, 20, 40, 80];
const WIDEST_BAR = 130;

export class Ground {
  constructor(place) {
    this.place = place;
    this.picture = reliefPicture(place);
    this.limits = borders(place);
  }

  draw(context, view, { lines }) {
    context.fillStyle = "#e9e5dc";
    context.fillRect(0, 0, view.width, view.height);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    const [w, h] = [this.place.width * view.scale, this.place.height * view.scale];
    context.drawImage(this.picture, view.px(0), view.py(0), w, h);
    this.drawLimits(context, view);
    if (lines) {
      this.drawRoads(context, view);
      this.drawRivers(context, view);
    }
    context.strokeStyle = MUTED;
    context.lineWidth = 1;
    context.setLineDash([]);
    context.strokeRect(view.px(0), view.py(0), w, h);
  }

  drawLimits(context, view) {
    for (const region of [false, true]) {
      context.beginPath();
      for (const line of this.limits) if (line.region === region) trace(context, view, line.path);
      context.strokeStyle = region ? "rgba(70,60,45,0.6)" : "rgba(70,60,45,0.16)";
      context.lineWidth = region ? 1.1 : 0.8;
      context.setLineDash(region ? [7, 3, 1.5, 3] : []);
      context.stroke();
    }
    context.setLineDash([]);
  }

  drawRivers(context, view) {
    const width = Math.min(Math.max(view.scale * 0.75, 1.6), 5.5);
    context.lineJoin = context.lineCap = "round";
    for (const [colour, extra] of [["rgba(255,255,255,0.75)", 2.2], [WATER, 0]]) {
      for (const river of this.place.lines.rivers) {
        context.beginPath();
        trace(context, view, river.path);
        context.strokeStyle = colour;
        context.lineWidth = width * (RIVER_WIDTH[river.kind] ?? 0.8) + extra;
        context.stroke();
      }
    }
  }

  drawRoads(context, view) {
    const width = Math.min(Math.max(view.scale * 0.3, 1), 2.4);
    const looks = { trail: [TRAIL, 0.9, [4, 3]], unpaved: [ROAD, 0.8, []], paved: [ROAD, 1.9, []] };
    context.lineJoin = "round";
    context.lineCap = "butt";
    for (const [kind, [colour, factor, dash]] of Object.entries(looks)) {
      context.beginPath();
      for (const road of this.place.lines.roads) if (road.kind === kind) trace(context, view, road.path);
      if (kind === "paved") {
        context.strokeStyle = "rgba(255,255,255,0.8)";
        context.lineWidth = width * factor + 2;
        context.stroke();
      }
      context.strokeStyle = colour;
      context.lineWidth = width * factor;
      context.setLineDash(dash);
      context.stroke();
    }
    context.setLineDash([]);
  }
}

export function trace(context, view, path) {
  path.forEach(([x, y], i) => (i ? context.lineTo(view.px(x), view.py(y)) : context.moveTo(view.px(x), view.py(y))));
}

/** A bar of a round number of kilometres in the lower right; the box that it takes. */
export function drawScale(context, view, font) {
  const km = BARS.filter((bar) => bar * view.scale <= WIDEST_BAR).at(-1) ?? BARS[0];
  const width = km * view.scale;
  const x = view.width - width - 14;
  const y = view.height - 14;
  context.lineWidth = 4.5;
  context.strokeStyle = PAPER;
  context.strokeRect(x, y - 4, width, 4);
  context.lineWidth = 1;
  context.strokeStyle = context.fillStyle = INK;
  context.strokeRect(x, y - 4, width, 4);
  context.fillRect(x, y - 4, width / 2, 4);
  context.font = `${font(11)}`;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  const text = t("km", { n: km });
  haloed(context, text, x + width, y - 8);
  const wide = Math.max(width, context.measureText(text).width);
  return [x + width - wide - 6, y - 24, view.width, view.height];
}

/** Text with a light edge, so that it can be read on any ground. */
export function haloed(context, text, x, y, colour = INK, halo = "rgba(255,255,255,0.88)", width = 3) {
  context.lineJoin = "round";
  context.lineWidth = width;
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
