/* What a run is called where there are two: its number, because letters are for groups, and its orders in a few words. */

import { ARMS } from "vraem/colours";
import { h } from "vraem/dom";
import { orderTitle } from "vraem/sentences";
import { dateOf, dateText, t } from "vraem/speech";

const MOST_ORDERS = 2; // told in a title

export function runNumber(stage, arm) {
  return stage.arms[arm].run ?? arm + 1;
}

export function runText(stage, arm) {
  return t("run", { n: runNumber(stage, arm) });
}

/** A small box with the number; nothing where there is only one run. */
export function runTag(stage, arm) {
  if (stage.arms.length < 2) return null;
  return h("b", { className: "arm-tag", title: runText(stage, arm), style: { background: ARMS[arm].colour } }, String(runNumber(stage, arm)));
}

/** Orders of a run that are its own: live, those that its visitor gave; else those that the other run has not. */
export function ownOrders(stage, arm) {
  const { tape } = stage.arms[arm];
  const others = stage.arms.filter((_, index) => index !== arm).map((other) => other.tape.head.dated);
  const given = new Set((tape.given ?? others.flat()).map(sameness));
  return tape.head.dated.filter((order) => !given.has(sameness(order)));
}

/** An order as text that is the same where the order is, whatever its number in the scenario. */
function sameness({ number, ...order }) {
  return JSON.stringify(order);
}

/** What sets a run apart: its own orders, or the scenario's name where it has none; live, that it has none. Its seed if seeds differ. */
export function runTitle(stage, arm) {
  const { arms, live } = stage;
  const seeds = new Set(arms.map(({ tape }) => tape.head.seed));
  const seed = seeds.size > 1 ? `, ${t("seed", { seed: arms[arm].tape.head.seed })}` : "";
  const own = ownOrders(stage, arm).map(orderTitle);
  if (!own.length) return (live ? t("title.none") : arms[arm].name) + seed;
  const more = own.length > MOST_ORDERS ? [t("title.more", { n: own.length - MOST_ORDERS })] : [];
  return [...own.slice(0, MOST_ORDERS), ...more].join("; ") + seed;
}

/** That a run has no more weeks to show at the time on the stage; nothing while it has. */
export function endedText(stage, arm) {
  const { tape } = stage.arms[arm];
  return stage.week < tape.weeks ? "" : t("run.ended", { date: dateText(dateOf(tape.start, tape.weeks), "short") });
}

/** What a scenario says of itself and in which language: that of the page, or English if it does not speak it. */
export function description({ head }, language) {
  return language === "es" && head.descriptionSpanish ? [head.descriptionSpanish, "es"] : [head.description, "en"];
}

export function described(tape, language) {
  const [text, lang] = description(tape, language);
  return h("span", { className: "described", lang, title: text }, text);
}
