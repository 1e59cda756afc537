/* Heights as a shaded picture: the 2 km grid is made finer by a smooth curve and lit from the north-west. */

import { catmullRom } from "vraem/geo";
import { rgb } from "vraem/colours";

const FINER = 7; // picture points along one cell
const LIGHT = norm([-0.55, -0.6, 0.75]);
const EXAGGERATION = 2.6;
const DEPTH = 0.62; // how dark the shaded slopes get
const TINTS = [
  [200, "#d3e2c6"],
  [700, "#e3ead0"],
  [1400, "#f1eeda"],
  [2300, "#f0e6d2"],
  [3300, "#e6dacb"],
  [4100, "#dfd8d0"],
  [5000, "#f6f4f1"],
].map(([metres, colour]) => [metres, rgb(colour)]);

function norm(v) {
  const size = Math.hypot(...v);
  return v.map((x) => x / size);
}

/** A canvas of cols x FINER by rows x FINER points. */
export function reliefPicture(place) {
  const { rows, cols } = place;
  const width = cols * FINER;
  const height = rows * FINER;
  const fine = finer(place.heights, rows, cols, place.heightUnit);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  const run = (2 * place.cellKm * 1000) / FINER;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const here = y * width + x;
      const west = fine[here - (x > 0 ? 1 : 0)];
      const east = fine[here + (x < width - 1 ? 1 : 0)];
      const north = fine[here - (y > 0 ? width : 0)];
      const south = fine[here + (y < height - 1 ? width : 0)];
      const slopeX = (EXAGGERATION * (west - east)) / run;
      const slopeY = (EXAGGERATION * (north - south)) / run;
      const lit = (slopeX * LIGHT[0] + slopeY * LIGHT[1] + LIGHT[2]) / Math.hypot(slopeX, slopeY, 1);
      const shade = 1 - DEPTH * (LIGHT[2] - Math.max(lit, 0.05));
      const tint = tintOf(fine[here]);
      for (let c = 0; c < 3; c += 1) picture.data[4 * here + c] = Math.min(255, tint[c] * shade);
      picture.data[4 * here + 3] = 255;
    }
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

/** Bicubic upsampling, first along rows, then along columns; metres. */
function finer(heights, rows, cols, unit) {
  const width = cols * FINER;
  const wide = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const at = (col) => heights[row * cols + Math.min(Math.max(col, 0), cols - 1)] * unit;
    for (let x = 0; x < width; x += 1) wide[row * width + x] = interpolated(at, (x + 0.5) / FINER - 0.5);
  }
  const fine = new Float32Array(rows * FINER * width);
  for (let x = 0; x < width; x += 1) {
    const at = (row) => wide[Math.min(Math.max(row, 0), rows - 1) * width + x];
    for (let y = 0; y < rows * FINER; y += 1) fine[y * width + x] = interpolated(at, (y + 0.5) / FINER - 0.5);
  }
  return fine;
}

function interpolated(at, where) {
  const i = Math.floor(where);
  return catmullRom(at(i - 1), at(i), at(i + 1), at(i + 2), where - i);
}

function tintOf(metres) {
  let upper = 1;
  while (upper < TINTS.length - 1 && TINTS[upper][0] < metres) upper += 1;
  const [low, from] = TINTS[upper - 1];
  const [high, to] = TINTS[upper];
  const part = Math.min(Math.max((metres - low) / (high - low), 0), 1);
  return from.map((value, c) => value + (to[c] - value) * part);
}
