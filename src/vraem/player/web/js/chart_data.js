/* What the charts show, computed from the tape. Each chart is lines (one value a week), steps, bars by quarter, or
   layers that add up. */

import { KILLED, ROUTES, SOURCES } from "vraem/colours";
import { groupColour, letter } from "vraem/groups";
import { groupName } from "vraem/sentences";
import { number, t } from "vraem/speech";

const MONTH = 52.1775 / 12;
const QUARTER = 13;
const SMOOTH = 13; // weeks of the running mean of flows

/** Charts in their order: {id, unit, kind, format, note, series(tape) -> [{name, colour, values}]}. */
export const CHARTS = [
  { id: "area", unit: "unit.ha", kind: "line", format: number, series: (tape) => one(tape.series("cocaArea")) },
  { id: "leaf", unit: "unit.usdkg", kind: "line", format: (v) => number(v, 2), series: (tape) => one(tape.series("leafPrice")) },
  { id: "hcl", unit: "unit.usdkg", kind: "line", format: number, series: (tape) => one(tape.series("hclPrice")) },
  { id: "members", unit: "unit.persons", kind: "area", format: number, series: members },
  { id: "link", unit: "unit.share", note: "note.link", kind: "line", top: 1, format: (v) => number(v, 2), series: (tape) => one(weekly(tape).link) },
  { id: "groups", unit: "unit.groups", kind: "step", format: number, series: (tape) => one(weekly(tape).groups) },
  {
    id: "violence", unit: "unit.quarter", kind: "bars", format: number,
    series: (tape) => [
      { name: t("series.state"), colour: KILLED.state, values: quarterly(tape.series("killedState")) },
      { name: t("series.group"), colour: KILLED.group, values: quarterly(tape.series("killedGroup")) },
      { name: t("series.civilians"), colour: KILLED.civilians, values: quarterly(tape.series("killedCivilians")) },
    ],
  },
  {
    id: "removed", unit: "unit.quarter", kind: "bars", format: number, side: true,
    series: (tape) => [
      { name: t("series.operations"), colour: "#a9a499", values: quarterly(tape.series("operations")) },
      { name: t("series.captured"), colour: KILLED.state, values: quarterly(tape.series("captured")) },
    ],
  },
  {
    id: "income", unit: "unit.usdmonth", kind: "area", format: number,
    series: (tape) => Object.entries(SOURCES).map(([name, colour]) => ({ name: t(`series.${name}`), colour, values: mean(tape.series(name), SMOOTH, MONTH) })),
  },
  {
    id: "routes", unit: "unit.kgweek", kind: "area", format: number,
    series: (tape) => Object.entries(ROUTES).map(([route, colour], index) => ({ name: t(`route.${route}`), colour, values: mean(tape.series(`exported${index}`), SMOOTH, 1) })),
  },
  { id: "growers", unit: "unit.usdmonth", kind: "line", format: number, series: (tape) => one(mean(tape.series("growerIncome"), SMOOTH, MONTH / (tape.head.households * tape.head.householdsPerRow))) },
];

function one(values) {
  return [{ name: "", colour: null, values }];
}

/** Sums over calendar-free quarters of 13 weeks, one value a quarter. */
function quarterly(values) {
  const sums = new Float32Array(Math.ceil(values.length / QUARTER));
  values.forEach((value, week) => (sums[Math.floor(week / QUARTER)] += value));
  return sums;
}

/** Running mean over the weeks before, times a factor. */
function mean(values, length, factor) {
  const out = new Float32Array(values.length);
  let sum = 0;
  for (let week = 0; week < values.length; week += 1) {
    sum += values[week] - (week >= length ? values[week - length] : 0);
    out[week] = (factor * sum) / Math.min(week + 1, length);
  }
  return out;
}

/** What columns and groups add up to in each week; kept, and carried on as weeks come in. */
export function weekly(tape) {
  const known = (tape.weekly ??= { weeks: 0, link: [], groups: [], armed: [], columns: [], members: new Map() });
  const { columns, groups } = tape.tables;
  for (; known.weeks < tape.weeks; known.weeks += 1) {
    const week = known.weeks;
    let [armed, linked, living] = [0, 0, 0];
    const [first, end] = columns.rows(week);
    for (let row = first; row < end; row += 1) {
      if (columns.get("ended", row)) continue;
      living += 1;
      armed += columns.get("armed", row);
      linked += columns.get("armed", row) * columns.get("link", row);
    }
    let alive = 0;
    const [from, to] = groups.rows(week);
    for (let row = from; row < to; row += 1) {
      if (groups.get("ended", row)) continue;
      alive += 1;
      const group = groups.get("row", row);
      if (!known.members.has(group)) known.members.set(group, []);
      known.members.get(group)[week] = groups.get("members", row);
    }
    known.columns[week] = living;
    known.armed[week] = armed;
    known.link[week] = armed > 0 ? linked / armed : 0;
    known.groups[week] = alive;
  }
  return known;
}

function members(tape) {
  const { members: byGroup } = weekly(tape);
  return [...byGroup.entries()]
    .sort((a, b) => a[0] - b[0])
    .map(([group, values]) => ({ name: groupName(tape, group), tag: letter(group), colour: groupColour(tape, group), values: Float32Array.from({ length: tape.weeks }, (_, week) => values[week] ?? 0) }));
}
