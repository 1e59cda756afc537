/* Territory: the ground around communities, tinted by the group that holds most of it and hatched by all but the first.
   Control is known by community; between communities it is spread by distance, a picture and no survey. */

import { rgb } from "vraem/colours";
import { groupColour } from "vraem/groups";
import { NONE8 } from "vraem/tape";

const FINER = 2; // points along one cell
const REACH_KM = 6;
const FADE_KM = 3.4; // over which it fades at the edge
const NEAREST = 5;
const HOLD_MS = 220; // while playing, the territory is worked out at most so often
const LEAST_SHARE = 0.04;
const FIRM_SHARE = 0.4; // from which the tint is full
const HATCH = [0, 45, -45, 90, 0, 45, -45, 90]; // degrees, by group
const HATCH_GAP = 7;

export class TerritoryLayer {
  constructor(place) {
    this.place = place;
    this.width = place.cols * FINER;
    this.height = place.rows * FINER;
    this.spread = weights(place, this.width, this.height);
    this.masks = new Map();
    this.scratch = document.createElement("canvas");
    this.sheet = document.createElement("canvas");
    this.drawn = {}; // what the sheet shows: tape, keyframe, view
  }

  /** The territory of a week on a sheet of the size of the view, kept until month or view change. */
  draw(context, view, tape, week, playing) {
    const frames = tape.keyframes.land;
    const { drawn } = this;
    const now = performance.now();
    const at = playing && tape === drawn.tape && now - drawn.when < HOLD_MS ? drawn.at : frames.at(week);
    if (at < 0) return;
    const looks = `${view.x}/${view.y}/${view.scale}/${view.width}/${view.height}`;
    if (at !== drawn.at || tape !== drawn.tape || looks !== drawn.looks) {
      if (at !== drawn.at || tape !== drawn.tape) this.masks = this.masksOf(tape, frames.frames[at], frames.scale("share"));
      this.drawn = { at, tape, looks, when: now };
      this.sheet.width = view.width;
      this.sheet.height = view.height;
      this.compose(this.sheet.getContext("2d"), view, tape);
    }
    context.drawImage(this.sheet, 0, 0, view.width, view.height);
  }

  compose(context, view, tape) {
    const [x, y] = [view.px(0), view.py(0)];
    const [w, h] = [this.place.width * view.scale, this.place.height * view.scale];
    for (const [group, mask] of this.masks) {
      context.imageSmoothingEnabled = true;
      context.globalAlpha = 0.42;
      context.drawImage(mask, x, y, w, h);
      context.globalAlpha = 1;
      if (group > 0) this.hatch(context, view, [HATCH[group % HATCH.length], groupColour(tape, group)], mask, [x, y, w, h]);
    }
  }

  hatch(context, view, [degrees, colour], mask, place) {
    const { scratch } = this;
    scratch.width = view.width;
    scratch.height = view.height;
    const pen = scratch.getContext("2d");
    const angle = (degrees * Math.PI) / 180;
    const reach = view.width + view.height;
    pen.translate(view.width / 2, view.height / 2);
    pen.rotate(angle);
    pen.beginPath();
    for (let d = -reach; d < reach; d += HATCH_GAP) {
      pen.moveTo(-reach, d);
      pen.lineTo(reach, d);
    }
    pen.strokeStyle = colour;
    pen.lineWidth = 1.3;
    pen.stroke();
    pen.resetTransform();
    pen.globalCompositeOperation = "destination-in";
    pen.drawImage(mask, ...place);
    context.globalAlpha = 0.55;
    context.drawImage(scratch, 0, 0, view.width, view.height);
    context.globalAlpha = 1;
  }

  /** For each group that holds ground, a small picture of where: its colour, opaque by how firmly it holds. */
  masksOf(tape, frame, scale) {
    const held = new Map();
    const { points, first, community, weight } = this.spread;
    const shares = new Float32Array(NONE8 + 1); // by group; what nobody holds gathers at the end
    const groups = [...new Set([...frame.group, ...frame.second])].filter((group) => group !== NONE8);
    const colours = new Map(groups.map((group) => [group, rgb(groupColour(tape, group))]));
    for (let p = 0; p < points.length; p += 1) {
      for (const group of groups) shares[group] = 0;
      for (let i = first[p]; i < first[p + 1]; i += 1) {
        const c = community[i];
        shares[frame.group[c]] += frame.share[c] * weight[i];
        shares[frame.second[c]] += frame.secondShare[c] * weight[i];
      }
      let best = -1;
      let most = LEAST_SHARE;
      for (const group of groups) {
        if (shares[group] * scale > most) {
          best = group;
          most = shares[group] * scale;
        }
      }
      if (best < 0) continue;
      if (!held.has(best)) held.set(best, new Uint8ClampedArray(4 * this.width * this.height));
      const pixels = held.get(best);
      const [r, g, b] = colours.get(best);
      const at = 4 * points[p];
      pixels[at] = r;
      pixels[at + 1] = g;
      pixels[at + 2] = b;
      pixels[at + 3] = 255 * Math.min(1, (most - LEAST_SHARE) / (FIRM_SHARE - LEAST_SHARE));
    }
    return new Map([...held].map(([group, pixels]) => [group, this.picture(pixels)]));
  }

  picture(pixels) {
    const canvas = document.createElement("canvas");
    canvas.width = this.width;
    canvas.height = this.height;
    canvas.getContext("2d").putImageData(new ImageData(pixels, this.width, this.height), 0, 0);
    return canvas;
  }
}

/** For each point of the picture near a community: the nearest communities and their weights, which fade with distance. */
function weights(place, width, height) {
  const step = place.cellKm / FINER;
  const points = [];
  const first = [0];
  const community = [];
  const weight = [];
  for (let row = 0; row < height; row += 1) {
    for (let col = 0; col < width; col += 1) {
      const near = nearby(place, (col + 0.5) * step, (row + 0.5) * step);
      if (!near.length) continue;
      const fade = Math.min(1, (REACH_KM - near[0][0]) / FADE_KM);
      const parts = near.map(([km]) => 1 / (0.6 + km * km));
      const sum = parts.reduce((a, b) => a + b, 0);
      points.push(row * width + col);
      near.forEach(([, index], i) => {
        community.push(index);
        weight.push((fade * parts[i]) / sum);
      });
      first.push(community.length);
    }
  }
  return { points: Int32Array.from(points), first: Int32Array.from(first), community: Int16Array.from(community), weight: Float32Array.from(weight) };
}

function nearby(place, x, y) {
  const cells = place.byCell ?? (place.byCell = new Map(place.communities.cell.map((cell, index) => [cell, index])));
  const reach = Math.ceil(REACH_KM / place.cellKm);
  const [col, row] = [Math.floor(x / place.cellKm), Math.floor(y / place.cellKm)];
  const found = [];
  for (let r = row - reach; r <= row + reach; r += 1) {
    for (let c = col - reach; c <= col + reach; c += 1) {
      const index = c < 0 || c >= place.cols ? undefined : cells.get(r * place.cols + c);
      if (index === undefined) continue;
      const km = Math.hypot(place.x[index] - x, place.y[index] - y);
      if (km < REACH_KM) found.push([km, index]);
    }
  }
  return found.sort((a, b) => a[0] - b[0]).slice(0, NEAREST);
}
