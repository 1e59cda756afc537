/* Territory: the ground around communities, tinted by the group that holds most of it and hatched by all but the first.
   Control is known by community; between communities it is spread by distance, a picture and no survey. */

import { groupColour, rgb } from "vraem/colours";
import { NONE8 } from "vraem/tape";

const FINER = 3; // points along one cell
const REACH_KM = 4.6;
const NEAREST = 5;
const LEAST_SHARE = 0.1;
const HATCH = [0, 45, -45, 90, 0, 45, -45, 90]; // degrees, by group
const HATCH_GAP = 7;

export class TerritoryLayer {
  constructor(place) {
    this.place = place;
    this.width = place.cols * FINER;
    this.height = place.rows * FINER;
    this.spread = weights(place, this.width, this.height);
    this.masks = new Map();
    this.frame = -1;
    this.tape = null;
    this.scratch = document.createElement("canvas");
  }

  draw(context, view, tape, week) {
    const frames = tape.keyframes.land;
    const at = frames.at(week);
    if (at < 0) return;
    if (at !== this.frame || tape !== this.tape) {
      this.frame = at;
      this.tape = tape;
      this.masks = this.masksOf(frames.frames[at], frames.scale("share"));
    }
    const [x, y] = [view.px(0), view.py(0)];
    const [w, h] = [this.place.width * view.scale, this.place.height * view.scale];
    for (const [group, mask] of this.masks) {
      context.imageSmoothingEnabled = true;
      context.globalAlpha = 0.36;
      context.drawImage(mask, x, y, w, h);
      context.globalAlpha = 1;
      if (group > 0) this.hatch(context, view, group, mask, [x, y, w, h]);
    }
  }

  hatch(context, view, group, mask, place) {
    const { scratch } = this;
    scratch.width = view.width;
    scratch.height = view.height;
    const pen = scratch.getContext("2d");
    const angle = (HATCH[group % HATCH.length] * Math.PI) / 180;
    const reach = view.width + view.height;
    pen.translate(view.width / 2, view.height / 2);
    pen.rotate(angle);
    pen.beginPath();
    for (let d = -reach; d < reach; d += HATCH_GAP) {
      pen.moveTo(-reach, d);
      pen.lineTo(reach, d);
    }
    pen.strokeStyle = groupColour(group);
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
  masksOf(frame, scale) {
    const held = new Map();
    const { points, first, community, weight } = this.spread;
    for (let p = 0; p < points.length; p += 1) {
      const shares = new Map();
      for (let i = first[p]; i < first[p + 1]; i += 1) {
        const c = community[i];
        add(shares, frame.group[c], frame.share[c] * scale * weight[i]);
        add(shares, frame.second[c], frame.secondShare[c] * scale * weight[i]);
      }
      let best = -1;
      let most = LEAST_SHARE;
      for (const [group, share] of shares) if (share > most) [best, most] = [group, share];
      if (best < 0) continue;
      if (!held.has(best)) held.set(best, new Uint8ClampedArray(4 * this.width * this.height));
      const pixels = held.get(best);
      const [r, g, b] = rgb(groupColour(best));
      const at = 4 * points[p];
      pixels[at] = r;
      pixels[at + 1] = g;
      pixels[at + 2] = b;
      pixels[at + 3] = 255 * Math.min(1, (most - LEAST_SHARE) / 0.45);
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

function add(shares, group, share) {
  if (group !== NONE8 && share > 0) shares.set(group, (shares.get(group) ?? 0) + share);
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
      const fade = Math.min(1, (REACH_KM - near[0][0]) / 1.6);
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
  return { points, first, community, weight };
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
