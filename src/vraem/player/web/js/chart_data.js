/* What the charts show, computed from the tape: one value a week. Each chart is lines, steps, bars that add up the weeks
   of a quarter, or layers that add up. */

import { KILLED, ROUTES, SOURCES } from "vraem/colours";
import { groupColour, letter } from "vraem/groups";
import { groupName } from "vraem/sentences";
import { t } from "vraem/speech";
import { NONE8 } from "vraem/tape";

const MONTH = 52.1775 / 12;
export const QUARTER = 13; // weeks of a bar
const SMOOTH = 13; // weeks of the running mean of flows

/** Charts in their order: {id, unit, kind, digits after the point, note, when(tape), series(tape) -> [{name, colour, values}]}. */
export const CHARTS = [
  { id: "area", unit: "unit.ha", kind: "line", series: (tape) => one(tape.series("cocaArea")) },
  { id: "leaf", unit: "unit.usdkg", kind: "line", digits: 2, series: (tape) => one(tape.series("leafPrice")) },
  { id: "hcl", unit: "unit.usdkg", kind: "line", series: (tape) => one(tape.series("hclPrice")) },
  { id: "members", unit: "unit.persons", kind: "area", series: members },
  { id: "link", unit: "unit.share", note: "note.link", kind: "line", top: 1, digits: 2, series: (tape) => one(weekly(tape).link) },
  { id: "groups", unit: "unit.groups", kind: "step", series: (tape) => one(weekly(tape).groups) },
  {
    id: "violence", unit: "unit.quarter", note: "note.quarter", kind: "bars",
    series: (tape) => [
      { name: t("series.state"), colour: KILLED.state, values: tape.series("killedState") },
      { name: t("series.group"), colour: KILLED.group, values: tape.series("killedGroup") },
      { name: t("series.civilians"), colour: KILLED.civilians, values: tape.series("killedCivilians") },
    ],
  },
  {
    id: "removed", unit: "unit.quarter", note: "note.quarter", kind: "bars", side: true,
    series: (tape) => [
      { name: t("series.operations"), colour: "#a9a499", values: tape.series("operations") },
      { name: t("series.captured"), colour: KILLED.state, values: tape.series("captured") },
    ],
  },
  {
    id: "found", unit: "unit.total", kind: "step", when: (tape) => tape.head.dated.some(({ table }) => table === "campaign"),
    series: (tape) => one(weekly(tape).found),
  },
  {
    id: "income", unit: "unit.usdmonth", kind: "area",
    series: (tape) => Object.entries(SOURCES).map(([name, colour]) => ({ name: t(`series.${name}`), colour, values: mean(tape.series(name), SMOOTH, MONTH) })),
  },
  {
    id: "routes", unit: "unit.kgweek", kind: "area",
    series: (tape) => Object.entries(ROUTES).map(([route, colour], index) => ({ name: t(`route.${route}`), colour, values: mean(tape.series(`exported${index}`), SMOOTH, 1) })),
  },
  { id: "growers", unit: "unit.usdmonth", kind: "line", series: (tape) => one(mean(tape.series("growerIncome"), SMOOTH, MONTH / (tape.head.households * tape.head.householdsPerRow))) },
];

function one(values) {
  return [{ name: "", colour: null, values }];
}

/** Sum of the values of the weeks from `first` to before `end`. */
export function sum(values, first, end) {
  let total = 0;
  for (let week = Math.max(first, 0); week < Math.min(end, values.length); week += 1) total += values[week];
  return total;
}

/** Running mean over the weeks before, times a factor. */
function mean(values, length, factor) {
  const out = new Float32Array(values.length);
  let total = 0;
  for (let week = 0; week < values.length; week += 1) {
    total += values[week] - (week >= length ? values[week - length] : 0);
    out[week] = (factor * total) / Math.min(week + 1, length);
  }
  return out;
}

/** What columns and groups add up to in each week; kept, and carried on as weeks come in. */
export function weekly(tape) {
  const known = (tape.weekly ??= { weeks: 0, link: [], groups: [], armed: [], columns: [], found: [], members: new Map() });
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
    known.found[week] = (known.found[week - 1] ?? 0) + foundSomebody(tape, week);
  }
  return known;
}

/** Operations of campaigns in a week that found somebody. */
function foundSomebody(tape, week) {
  const { incidents } = tape.tables;
  const raid = tape.head.codes.incidents.indexOf("raid");
  const [first, end] = incidents.rows(week);
  let count = 0;
  for (let row = first; row < end; row += 1) count += incidents.get("kind", row) === raid && incidents.get("campaign", row) !== NONE8;
  return count;
}

function members(tape) {
  const { members: byGroup } = weekly(tape);
  return [...byGroup.entries()]
    .sort((a, b) => a[0] - b[0])
    .map(([group, values]) => ({ name: groupName(tape, group), tag: letter(group), colour: groupColour(tape, group), values: Float32Array.from({ length: tape.weeks }, (_, week) => values[week] ?? 0) }));
}
