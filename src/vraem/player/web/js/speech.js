/* The language of the page: words, numbers and dates. */

import { WORDS } from "vraem/words";

const LOCALES = { en: "en-GB", es: "es-PE" };
const DAY = 86_400_000;

let language = "en";
const listeners = [];

export function languages() {
  return Object.keys(WORDS);
}

export function currentLanguage() {
  return language;
}

/** Choose the language; everybody who asked to know is told. */
export function speak(name) {
  language = name in WORDS ? name : "en";
  document.documentElement.lang = language;
  for (const listener of listeners) listener(language);
}

export function onLanguage(listener) {
  listeners.push(listener);
}

/** The words of `key`, with {names} filled in from `values`; {Name} begins with a capital letter. */
export function t(key, values = {}) {
  const text = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return text
    .replace(/\{(\w+)\}/g, (whole, name) => {
      if (name in values) return String(values[name]);
      const small = name[0].toLowerCase() + name.slice(1);
      return small in values ? capital(String(values[small])) : "";
    })
    .replace(/[ \n]+/g, " ") // spaces that hold a number and its sign together stay
    .trim();
}

export function has(key) {
  return key in WORDS.en;
}

export function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : text;
}

/** A number for people: `digits` after the point, thousands apart by a thin space. */
export function number(value, digits = 0) {
  if (!Number.isFinite(value)) return "–";
  const text = value.toLocaleString(LOCALES[language], { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true });
  return text.replace(/(\d)[,.\u00a0\u202f](?=\d{3}(?:\D|$))/g, "$1\u2009");
}

/** A number as somebody ordered it: 2, 0.5, 6 000. */
export function plain(value) {
  return number(value, Number.isInteger(value) ? 0 : Number.isInteger(10 * value) ? 1 : 2);
}

export function percent(share) {
  return `${number(100 * share)}\u00a0%`;
}

export function dateOf(start, week) {
  return new Date(start.getTime() + week * 7 * DAY);
}

export function dateText(date, style = "long") {
  const month = style === "long" ? "long" : "short";
  return date.toLocaleDateString(LOCALES[language], { day: "numeric", month, year: "numeric", timeZone: "UTC" });
}

export function monthText(date) {
  return date.toLocaleDateString(LOCALES[language], { month: "short", year: "numeric", timeZone: "UTC" });
}

/** Put words into every element that asks for them: data-t for text, data-t-label for its label and title. */
export function fillWords(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) {
    const text = t(element.dataset.tLabel);
    element.setAttribute("aria-label", text);
    element.title = text;
  }
}
