/* Incidents and dated orders in words. */

import { isGroup, letter, originOf } from "vraem/groups";
import { capital, dateText, number, percent, plain, t, has } from "vraem/speech";
import { NONE16, NONE8 } from "vraem/tape";

const CLASSES = {
  removal: "operation", raid: "operation", "failed raid": "operation", "attack on the state": "attack", "clash of groups": "clash",
  "killing of civilians": "killing", split: "change", merger: "change", "entry into a firm's service": "change", "end of a firm's service": "change",
  demobilisation: "change",
  succession: "change", vacancy: "change", "entry of an outside group": "change", "end of a group": "change", purge: "clash",
  "group desertion": "change", "eradication stopped": "attack", "column divided": "change", truce: "change",
  "firefight with the state": "attack", "harm to civilians": "killing",
};
const TURNING = new Set(["split", "merger", "entry into a firm's service", "end of a firm's service", "demobilisation", "succession", "vacancy", "purge", "entry of an outside group",
  "end of a group", "group desertion", "truce", "failed vote of followers"]);
const PEOPLE = new Set(["exit", "join", "removal", "return", "group desertion"]);
const TOP_RANK = 3;
const JOINER = "\u2060"; // no line ends here
const [SURRENDERED, CAPTURED, DEAD] = [3, 4, 5];

export function classOf(kind) {
  return CLASSES[kind] ?? null;
}

/** Whether an incident belongs to a choice of the log: all, big, violent, people. */
export function inChoice(tape, incident, choice) {
  if (choice === "all" || incident.order) return true;
  const kind = tape.head.codes.incidents[incident.kind];
  if (choice === "people") return PEOPLE.has(kind);
  if (choice === "violent") return incident.deaths > 0 || ["operation", "attack", "clash", "killing"].includes(CLASSES[kind]);
  return TURNING.has(kind) || (kind === "removal" && isTop(tape, incident));
}

export function groupName(tape, group) {
  if (!isGroup(group)) return t("group.none");
  const origin = originOf(tape, group);
  const sort = origin.founding ? "founding" : origin.outsider ? "outsider" : "splinter";
  const own = tape.head.groupNames?.[group];
  const name = t(`group.${sort}`, { letter: letter(group) });
  return own ? `${name} (${own})` : name;
}

export function columnName(column) {
  return t("column", { n: column + 1 });
}

/** What a person was at the end of a week: leader, heir, committee member, rank. */
export function roleOf(tape, member, week) {
  const role = roleCode(tape, member, week);
  if (role === null) return t("person", { n: member + 1 });
  return t(Number.isInteger(role) ? `rank.${role}` : `role.${role}`);
}

function roleCode(tape, member, week) {
  const post = tape.posts.row(member, week);
  if (!post) return null;
  if (post.rank > TOP_RANK) return post.rank;
  if (post.heir) return "heir";
  if (post.seat && post.rank < TOP_RANK) return "seat";
  return post.rank;
}

function isTop(tape, incident) {
  const post = incident.member === NONE16 ? null : tape.posts.row(incident.member, incident.week - 1);
  return Boolean(post && (post.rank >= TOP_RANK || post.seat || post.heir));
}

/** An incident {week, kind, community, member ...} as a sentence without a full stop. */
export function sentence(tape, place, incident) {
  if (incident.order) return orderSentence(incident);
  const kind = tape.head.codes.incidents[incident.kind];
  const where = incident.community === NONE16 ? "" : t("say.near", { place: place.short(incident.community) });
  const values = {
    place: where,
    group: groupName(tape, incident.group),
    other: groupName(tape, incident.other),
    column: incident.column === NONE16 ? t("column", { n: "" }) : columnName(incident.column),
    actor: t(`actor.${incident.by}`),
    n: number(incident.persons),
  };
  const role = incident.member === NONE16 ? null : roleCode(tape, incident.member, incident.week - 1);
  values.who = role === null ? t("say.somebody") : t(`one.${role}`);
  const notes = [];
  if (incident.deaths > 0 && kind !== "removal") notes.push(incident.deaths === 1 ? t("say.death") : t("say.deaths", { n: number(incident.deaths) }));
  if (incident.campaign !== NONE8) notes.push(t("say.campaign"));
  const text = capital(t(keyOf(tape, kind, incident), values));
  return notes.length ? `${text} (${notes.join(", ")})` : text;
}

function keyOf(tape, kind, incident) {
  const many = incident.persons > 1.5;
  if ((kind === "removal" || kind === "join") && many) return `say.${kind}.many`;
  if (kind === "removal" || kind === "exit") {
    const status = incident.member === NONE16 ? (incident.deaths ? DEAD : CAPTURED) : tape.posts.row(incident.member, incident.week)?.status ?? SURRENDERED;
    const key = `say.${kind}.${status}`;
    return has(key) ? key : `say.${kind}`;
  }
  return `say.${kind}`;
}

/** A dated order of the scenario: where it begins, or where a campaign ends. */
function orderSentence({ order, ends }) {
  const day = (text) => (text ? dateText(new Date(`${text}T00:00:00Z`), "short") : "");
  if (order.table === "campaign") return t(ends ? "say.arrest.ends" : "say.arrest", amounts(order));
  const key = order.kind === "removal" ? "say.removal.order" : `say.${order.kind}`;
  if (!has(key)) return t("say.order", { kind: order.kind });
  return t(key, {
    ...amounts(order),
    end: day(order.end),
    route: order.route ? t(`route.${order.route}`) : "",
    share: order.share === undefined ? "" : percent(order.share),
  });
}

/** An order in a few words, for the name of a run: "heirs, 2 a month, 2023–25". */
export function orderTitle(order) {
  const key = `title.${order.table === "campaign" ? "campaign" : order.kind}`;
  if (!has(key)) return orderSentence({ order });
  const [first, last] = [order.start ?? order.date, order.end ?? order.start ?? order.date].map((day) => String(day).slice(0, 4));
  return t(key, { ...amounts(order), years: first === last ? first : `${first}–${JOINER}${last.slice(2)}` });
}

/** What an order says how much of, and against whom. */
function amounts(order) {
  const amount = order.operations_per_month ?? order.factor ?? order.count ?? order.hectares ?? (order.districts ?? []).length;
  return {
    n: plain(amount),
    targets: (order.targets ?? []).map((target) => t(`target.${target}`)).join(", "),
    role: order.role ? t(order.count === 1 ? `ordered.${order.role}` : `ordered.${order.role}.many`) : "",
  };
}

/** Orders of the scenario as incidents with a week: {week, order, ends}. */
export function orders(tape) {
  const week = (text) => Math.floor((new Date(`${text}T00:00:00Z`) - tape.start) / (7 * 86_400_000));
  const found = [];
  for (const order of tape.head.dated) {
    const begins = order.start ?? order.date;
    if (!begins) continue;
    found.push({ week: Math.max(week(begins), 0), order, ends: false });
    if (order.table === "campaign" && order.end) found.push({ week: week(order.end), order, ends: true });
  }
  return found.sort((a, b) => a.week - b.week);
}
