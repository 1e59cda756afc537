/* Opens the page: unpacks the tape or connects to the live valley, builds the parts, and draws a picture at a time. */

import { asJson, fromBase64, inflate, parts } from "vraem/bytes";
import { Card } from "vraem/card";
import { Charts } from "vraem/charts";
import { controls, help, large, nextLanguage } from "vraem/controls";
import { h } from "vraem/dom";
import { Place, waysOf } from "vraem/geo";
import { Ground } from "vraem/ground";
import { keys } from "vraem/keys";
import { Legend } from "vraem/legend";
import { Live } from "vraem/live";
import { Log } from "vraem/log";
import { ValleyMap } from "vraem/map";
import { Names } from "vraem/names";
import { currentLanguage, number, onLanguage, plain, speak, t } from "vraem/speech";
import { described, description, runNumber, runTag, runText, runTitle } from "vraem/runs";
import { Spoken } from "vraem/spoken";
import { Stage } from "vraem/stage";
import { Tape } from "vraem/tape";
import { Timeline } from "vraem/timeline";
import { View } from "vraem/view";

const LARGER = 1.25;

const find = (id) => document.getElementById(id);

/** Letters of the canvases: size in points, weight. */
function font(size, weight = 450) {
  const factor = document.documentElement.classList.contains("large") ? LARGER : 1;
  const family = getComputedStyle(document.documentElement).getPropertyValue("--family");
  return `${weight} ${(size * factor).toFixed(1)}px ${family}`;
}

const cachedFont = (() => {
  const known = new Map();
  addEventListener("lettersize", () => known.clear());
  return (size, weight) => {
    const key = `${size}/${weight}`;
    if (!known.has(key)) known.set(key, font(size, weight));
    return known.get(key);
  };
})();

/** How many farm households there are, and how many of them a row stands for. */
function households({ households: rows, householdsPerRow: each }) {
  if (each === 1) return t("households.each", { n: number(rows) });
  return t("households", { n: number(rows), each: plain(each), all: number(rows * each) });
}

export function armOf(tape, place) {
  return { tape, ways: waysOf(tape.head, place), name: tape.head.name };
}

async function open() {
  const boot = JSON.parse(find("boot").textContent);
  const [placeBytes, ...rest] = parts(await inflate(fromBase64(find("tape").textContent)));
  find("tape").remove();
  const place = new Place(asJson(placeBytes));
  const stage = new Stage(place);
  const view = new View(place);
  speak(boot.language ?? (navigator.language.startsWith("es") ? "es" : "en"));
  controls(stage, view);
  keys(stage, view, { language: nextLanguage, large, help });

  const shown = new Shown(stage, view);
  if (boot.mode === "live") {
    const live = new Live(stage, (tape) => armOf(tape, place));
    speak(document.documentElement.lang); // the page has its words while it waits, and if there is no room
    await live.ready;
  } else {
    const arms = [];
    for (let i = 0; i < rest.length; i += 2) {
      const tape = new Tape(asJson(rest[i]), place);
      tape.append(rest[i + 1]);
      arms.push(armOf(tape, place));
    }
    stage.setArms(arms);
  }
  speak(document.documentElement.lang);
  shown.legend.settle();
  globalThis.vraem = { stage, view }; // for tests and for the curious
  document.body.dataset.ready = boot.mode;
  requestAnimationFrame(function picture(now) {
    stage.tick(now);
    shown.draw(now);
    stage.frames += 1;
    requestAnimationFrame(picture);
  });
}

/** Everything that is drawn once a picture. */
class Shown {
  constructor(stage, view) {
    this.stage = stage;
    this.view = view;
    this.shared = { ground: new Ground(stage.place), names: new Names(stage.place) };
    this.maps = [];
    this.charts = new Charts(stage, find("charts"), cachedFont);
    this.timeline = new Timeline(stage, document.querySelector("footer"), cachedFont);
    this.log = new Log(stage, find("log"));
    this.card = new Card(stage, find("card"));
    this.legend = new Legend(stage, view, find("legend"));
    this.spoken = new Spoken(stage, find("spoken"));
    find("future").addEventListener("change", (event) => {
      this.charts.showFuture(event.target.checked);
      document.body.classList.toggle("foresight", event.target.checked);
    });
    stage.on("arms", () => this.arms());
    stage.on("orders", () => this.title());
    onLanguage(() => this.title());
    addEventListener("lettersize", () => {
      this.charts.refresh();
      this.timeline.refresh();
      for (const map of this.maps) map.spoil("names");
    });
  }

  arms() {
    const { stage, view, maps } = this;
    const root = find("maps");
    while (maps.length > stage.arms.length) maps.pop().root.remove();
    for (const map of maps) map.renew();
    while (maps.length < stage.arms.length) {
      const map = new ValleyMap(stage, view, this.shared, maps.length, cachedFont);
      maps.push(map);
      root.append(map.root);
    }
    root.classList.toggle("two", maps.length > 1);
    if (maps.length > 1) find("legend").open = false;
    this.armSwitch();
    this.title();
  }

  /** On a phone one map shows at a time. */
  armSwitch() {
    const root = document.querySelector(".arm-switch");
    const show = (arm) => {
      this.maps.forEach((map, index) => map.root.classList.toggle("shown", index === arm));
      [...root.children].forEach((button, index) => button.setAttribute("aria-pressed", String(index === arm)));
    };
    root.replaceChildren(...this.maps.map((_, arm) => h("button", { type: "button", onclick: () => show(arm) }, String(runNumber(this.stage, arm)))));
    root.hidden = this.maps.length < 2;
    show(this.maps.length - 1);
  }

  title() {
    const { arms } = this.stage;
    if (!arms.length) return;
    const { head } = arms[0].tape;
    const language = currentLanguage();
    const runs = arms.map(({ name, tape }, arm) =>
      h("span", { className: "run" }, runTag(this.stage, arm), h("b", { title: description(tape, language)[0] }, arms.length > 1 ? runTitle(this.stage, arm) : name), arms.length > 1 ? null : described(tape, language)),
    );
    find("run").replaceChildren(...runs);
    [...document.querySelector(".arm-switch").children].forEach((button, arm) => button.setAttribute("aria-label", runText(this.stage, arm)));
    find("about").textContent = `vraem ${head.version} · ${t("seed", { seed: head.seed })} · ${households(head)}`;
    document.title = `${arms.map(({ name }, arm) => (arms.length > 1 ? runTitle(this.stage, arm) : name)).join(" · ")} – ${t("title")}`;
  }

  draw(now) {
    for (const map of this.maps) map.draw(now);
    this.charts.tick(now);
    this.timeline.tick(now);
    this.card.tick(now);
  }
}

open().catch((error) => {
  console.error(error);
  document.body.append(h("p", { className: "status closed", role: "alert" }, String(error.message ?? error)));
});
