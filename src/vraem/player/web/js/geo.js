/* The place in kilometres and with its names: cells, communities, lines smoothed for the eye, and the ways of loads. */

import { accented } from "vraem/accents";
import { t } from "vraem/speech";

const WAY_STEPS = 6; // points between two known points of a way

export class Place {
  constructor(data) {
    Object.assign(this, data);
    this.width = data.cols * data.cellKm;
    this.height = data.rows * data.cellKm;
    const named = (one) => ({ ...one, name: accented(one.name) });
    this.towns = data.towns.map(named);
    this.districts = data.districts.map(named);
    this.names = data.communities.near.map(accented); // the nearest named place of each community
    const cells = data.communities.cell;
    this.x = Float32Array.from(cells, (cell) => this.cellX(cell));
    this.y = Float32Array.from(cells, (cell) => this.cellY(cell));
    this.lines = {
      rivers: data.rivers.map((line) => ({ ...line, path: smooth(pairs(line.points), 4) })),
      roads: data.roads.map((line) => ({ ...line, path: smooth(pairs(line.points), 4) })),
    };
  }

  cellX(cell) {
    return ((cell % this.cols) + 0.5) * this.cellKm;
  }

  cellY(cell) {
    return (Math.floor(cell / this.cols) + 0.5) * this.cellKm;
  }

  /** The nearest named place and the district. */
  label(community) {
    return t("place.of", { place: this.short(community), district: this.districts[this.communities.district[community] - 1].name });
  }

  /** The nearest named place alone. */
  short(community) {
    return this.names[community];
  }

  /** The community nearest to a point, or -1 beyond `reach` km. */
  nearest(x, y, reach) {
    let best = -1;
    let least = reach * reach;
    for (let i = 0; i < this.x.length; i += 1) {
      const away = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
      if (away <= least) {
        least = away;
        best = i;
      }
    }
    return best;
  }
}

/** Ways of loads, one for each lane (route x firms + firm): flat arrays x0, y0, x1, y1 ... */
export function waysOf(head, place) {
  return head.ways.map((cells) => {
    const points = [];
    for (const cell of cells) {
      const point = [place.cellX(cell), place.cellY(cell)];
      const last = points.at(-1);
      if (!last || last[0] !== point[0] || last[1] !== point[1]) points.push(point);
    }
    return Float32Array.from(smooth(points.length > 1 ? points : [points[0], points[0]], WAY_STEPS).flat());
  });
}

/** The point at `share` of a flat way, written into `out`. Steps between points count as equal. */
export function along(way, share, out) {
  const last = way.length / 2 - 1;
  const at = Math.min(Math.max(share, 0), 1) * last;
  const i = Math.min(Math.floor(at), last - 1);
  const part = at - i;
  out[0] = way[2 * i] + (way[2 * i + 2] - way[2 * i]) * part;
  out[1] = way[2 * i + 1] + (way[2 * i + 3] - way[2 * i + 1]) * part;
  return out;
}

function pairs(flat) {
  const points = [];
  for (let i = 0; i < flat.length; i += 2) points.push([flat[i], flat[i + 1]]);
  return points;
}

/** A Catmull-Rom curve through `points`, with `steps` points for each piece. */
export function smooth(points, steps) {
  if (points.length < 3) return points;
  const out = [];
  for (let i = 0; i < points.length - 1; i += 1) {
    const p0 = points[i - 1] ?? points[i];
    const p1 = points[i];
    const p2 = points[i + 1];
    const p3 = points[i + 2] ?? p2;
    for (let step = 0; step < steps; step += 1) {
      const s = step / steps;
      out.push([0, 1].map((axis) => catmullRom(p0[axis], p1[axis], p2[axis], p3[axis], s)));
    }
  }
  out.push(points.at(-1));
  return out;
}

export function catmullRom(a, b, c, d, s) {
  return b + 0.5 * s * (c - a + s * (2 * a - 5 * b + 4 * c - d + s * (3 * (b - c) + d - a)));
}
