/* What stands inside the axes of a chart: lines, layers, bars. A chart gives places: x(panel, week), y(value), top. */

import { ARMS } from "vraem/colours";
import { QUARTER, sum } from "vraem/chart_data";

const UNFINISHED = 0.45; // how strong a bar is of which weeks are still to come

export function line(context, chart, panel, { values }, arm) {
  const look = ARMS[arm];
  context.beginPath();
  const step = chart.spec.kind === "step";
  values.forEach?.((value, week) => {
    const [x, y] = [chart.x(panel, week), chart.y(Math.min(value, chart.top))];
    if (step && week) context.lineTo(x, chart.y(Math.min(values[week - 1], chart.top)));
    if (week) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
  context.strokeStyle = look.colour;
  context.lineWidth = (arm ? 1.7 : 1.9) * (chart.large ? 1.5 : 1);
  context.lineJoin = "round";
  context.setLineDash(look.dash);
  context.stroke();
  context.setLineDash([]);
}

export function areas(context, chart, panel, series) {
  if (!series.length) return;
  const weeks = series[0].values.length;
  const base = new Float32Array(weeks);
  const every = Math.max(1, Math.floor(weeks / (panel.width * 2)));
  for (const { values, colour } of series) {
    context.beginPath();
    for (let week = 0; week < weeks; week += every) context.lineTo(chart.x(panel, week), chart.y(Math.min(base[week] + values[week], chart.top)));
    for (let week = weeks - 1 - ((weeks - 1) % every); week >= 0; week -= every) context.lineTo(chart.x(panel, week), chart.y(Math.min(base[week], chart.top)));
    context.closePath();
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = "rgba(255,255,255,0.7)";
    context.lineWidth = 0.6;
    context.stroke();
    for (let week = 0; week < weeks; week += 1) base[week] += values[week];
  }
}

/** A bar for each quarter, of the weeks before `end`; pale where it is not yet full or the run ends within it. */
export function bars(context, chart, panel, series, end) {
  const { horizon } = chart.stage;
  for (let first = 0; first < end; first += QUARTER) {
    const last = Math.min(first + QUARTER, end);
    const [left, right] = [chart.x(panel, first), chart.x(panel, Math.min(first + QUARTER, horizon))];
    context.globalAlpha = last - first < QUARTER ? UNFINISHED : 1;
    let base = 0;
    for (const { values, colour } of series) {
      const value = sum(values, first, last);
      const [low, high] = chart.spec.side ? [0, value] : [base, base + value];
      if (value > 0) {
        context.fillStyle = colour;
        context.fillRect(left, chart.y(high), Math.max(right - left - 0.7, 0.8), chart.y(low) - chart.y(high));
      }
      base += value;
    }
  }
  context.globalAlpha = 1;
}

/** The highest value of series that lie one upon the other (bars, layers) or side by side. */
export function highest({ kind, side }, series) {
  if (!series.length) return 0;
  const width = kind === "bars" ? QUARTER : 1;
  let most = 0;
  for (let week = 0; week < series[0].values.length; week += width) {
    const values = series.map((one) => (width > 1 ? sum(one.values, week, week + width) : one.values[week]));
    const stacked = kind === "area" || (kind === "bars" && !side);
    most = Math.max(most, stacked ? values.reduce((a, b) => a + b, 0) : Math.max(...values));
  }
  return most;
}

export function lowest(lines) {
  return lines.reduce((least, { values }) => values.reduce((a, b) => Math.min(a, b), least), 0);
}

/** The smallest round number from `value` on of which the half, too, can be written with `digits` after the point. */
export function niceTop(value, digits = 0) {
  const least = 2 * 10 ** -digits;
  if (!(value > least)) return least;
  const power = 10 ** Math.floor(Math.log10(value));
  const tops = [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10, 20].map((step) => step * power);
  return tops.find((top) => top >= value && isMultiple(top, least));
}

/** What stands at the axis from 0 to `top`: in quarters where there is room for them and they can be written, else in halves. */
export function ticks(top, digits, roomy) {
  const parts = roomy && isMultiple(top, 4 * 10 ** -digits) ? 4 : 2;
  return Array.from({ length: parts + 1 }, (_, part) => (top * part) / parts);
}

function isMultiple(value, unit) {
  return Math.abs(value / unit - Math.round(value / unit)) < 1e-6;
}
