/* Buttons, tabs, speed, language and text size. */

import { h } from "vraem/dom";
import { SPEEDS } from "vraem/stage";
import { currentLanguage, fillWords, languages, number, onLanguage, speak, t } from "vraem/speech";

const find = (id) => document.getElementById(id);

export function controls(stage, view) {
  find("play").addEventListener("click", () => stage.toggle());
  find("start").addEventListener("click", () => stage.step(-stage.horizon));
  find("end").addEventListener("click", () => stage.step(stage.horizon));
  find("back").addEventListener("click", () => stage.step(-1));
  find("on").addEventListener("click", () => stage.step(1));
  find("near").addEventListener("click", () => view.zoom(1.5));
  find("far").addEventListener("click", () => view.zoom(1 / 1.5));
  find("belt").addEventListener("click", () => view.belt());
  find("whole").addEventListener("click", () => view.whole());
  stage.on("playing", () => playing(stage));
  speeds(stage);
  tabs(stage);
  languageButtons();
  find("help-open").addEventListener("click", help);
  find("large").addEventListener("click", large);
  onLanguage(() => {
    fillWords();
    playing(stage);
  });
}

function playing(stage) {
  const button = find("play");
  const text = t(stage.playing ? "pause" : "play");
  button.setAttribute("aria-label", text);
  button.title = text;
  document.body.classList.toggle("playing", stage.playing);
}

function speeds(stage) {
  const select = find("speed");
  const fill = () => {
    select.replaceChildren(...SPEEDS.map((n) => h("option", { value: n, selected: n === stage.speed }, n === 1 ? t("speed.one") : t("speed.value", { n: number(n) }))));
  };
  select.addEventListener("change", () => stage.setSpeed(Number(select.value)));
  stage.on("speed", () => (select.value = stage.speed));
  onLanguage(fill);
  fill();
}

function tabs(stage) {
  const buttons = [...document.querySelectorAll("[role=tab]")];
  const show = () => {
    for (const button of buttons) {
      const chosen = button.dataset.tab === stage.tab;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      find(button.dataset.tab).hidden = !chosen;
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => stage.openTab(button.dataset.tab));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.stopPropagation();
      event.preventDefault();
      const open = buttons.filter((one) => !one.hidden);
      const next = open[(open.indexOf(button) + step + open.length) % open.length];
      next.focus();
      stage.openTab(next.dataset.tab);
    });
  }
  // panels show themselves before anybody draws into them
  (stage.listeners.tab ??= []).unshift(show);
  show();
}

function languageButtons() {
  const root = document.querySelector(".languages");
  const buttons = languages().map((name) => h("button", { type: "button", lang: name, onclick: () => speak(name) }, name.toUpperCase()));
  root.append(...buttons);
  onLanguage((chosen) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.lang === chosen))));
}

export function nextLanguage() {
  const names = languages();
  speak(names[(names.indexOf(currentLanguage()) + 1) % names.length]);
}

/** Letters a quarter larger, everywhere. */
export function large() {
  const on = document.documentElement.classList.toggle("large");
  find("large").setAttribute("aria-pressed", String(on));
  dispatchEvent(new CustomEvent("lettersize"));
}

export function help() {
  const dialog = find("help");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}
