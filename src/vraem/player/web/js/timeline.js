/* The time slider with what happened along it: years, orders of the scenario, and how violent each month was. */

import { ARMS, HAIRLINE, MUTED, STATE, withAlpha } from "vraem/colours";
import { h } from "vraem/dom";
import { runTag } from "vraem/runs";
import { orders } from "vraem/sentences";
import { dateOf, dateText, onLanguage, t } from "vraem/speech";

const BAR = 8; // weeks added up for one bar of violence
const BAND = 11; // height of what is known beforehand, above the curtain
const OTHER = "#7a4a1d";
const EDGE = 9; // half of the slider's knob: the track ends there

export class Timeline {
  constructor(stage, root, font) {
    this.stage = stage;
    this.font = font;
    this.slider = root.querySelector("input[type=range]");
    this.canvas = root.querySelector("canvas");
    this.date = root.querySelector(".date");
    this.curtain = root.querySelector(".curtain");
    this.parting = root.querySelector(".parting");
    this.key = root.querySelector(".time-key");
    this.slider.addEventListener("input", () => {
      stage.seek(Number(this.slider.value) + 0.5);
    });
    this.slider.addEventListener("change", () => stage.emit("stepped"));
    stage.on("arms", () => this.refresh());
    stage.on("weeks", () => (this.stale = true));
    stage.on("week", () => {
      this.move();
      this.tell();
    });
    onLanguage(() => {
      this.refresh();
      this.tell();
    });
    new ResizeObserver(() => this.refresh()).observe(this.canvas);
  }

  tick(now) {
    if (this.stale && now - (this.drawn ?? 0) > 500) this.refresh();
  }

  refresh() {
    this.stale = false;
    this.drawn = performance.now();
    const { stage } = this;
    if (!stage.arms.length) return;
    this.slider.max = stage.horizon - 1;
    this.draw();
    this.move();
    this.tell();
  }

  move() {
    this.slider.value = this.stage.week;
    this.curtain.style.transform = `translateX(${this.x(this.stage.week).toFixed(1)}px)`;
  }

  tell() {
    const { tape } = this.stage.arms[0] ?? {};
    if (!tape) return;
    const date = dateOf(tape.start, this.stage.week);
    this.date.textContent = dateText(date, "short");
    this.slider.setAttribute("aria-valuetext", t("week", { date: dateText(date) }));
  }

  x(week) {
    return EDGE + ((this.width - 2 * EDGE) * week) / (this.stage.horizon - 1);
  }

  draw() {
    this.width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = this.width * ratio;
    this.canvas.height = height * ratio;
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.campaigns(context, height);
    this.violence(context, height);
    this.years(context, height);
    this.partingMark();
    this.tellKey();
  }

  years(context, height) {
    const start = this.stage.arms[0].tape.start;
    const years = this.stage.horizon / 52.1775;
    const step = [1, 2, 4, 5].find((n) => ((this.width - 2 * EDGE) * n) / years > 38) ?? 10;
    context.font = this.font(11, 500);
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (let year = start.getUTCFullYear() + 1; year < start.getUTCFullYear() + years; year += 1) {
      const x = this.x((Date.UTC(year, 0, 1) - start) / (7 * 86_400_000));
      context.fillStyle = HAIRLINE;
      context.fillRect(x, height - 19, 1, 5);
      if (year % step || x > this.width - 18) continue;
      context.fillStyle = MUTED;
      context.fillText(String(year), x, height - 3);
    }
  }

  /** Bars of the dead, state, groups and civilians together, arm by arm. */
  violence(context, height) {
    const sums = this.stage.arms.map(({ tape }) => {
      const bars = new Float32Array(Math.ceil(tape.weeks / BAR));
      for (const name of ["killedState", "killedGroup", "killedCivilians"]) tape.series(name).forEach((value, week) => (bars[Math.floor(week / BAR)] += value));
      return bars;
    });
    const most = Math.max(4, ...sums.map((bars) => Math.max(0, ...bars)));
    sums.forEach((bars, arm) => {
      context.fillStyle = withAlpha(ARMS[arm].colour, 0.55);
      bars.forEach((sum, bar) => {
        const tall = (sum / most) * (height - 34);
        const width = Math.max(this.x(BAR) - this.x(0) - 1, 1) / sums.length;
        context.fillRect(this.x(bar * BAR) + arm * width, height - 20 - tall, width, tall);
      });
    });
  }

  /** Campaigns and other orders of the scenarios as bands above the track. */
  campaigns(context, height) {
    this.stage.arms.forEach(({ tape }, arm) => {
      for (const { week, order, ends } of orders(tape)) {
        if (ends || week >= this.stage.horizon) continue;
        const day = new Date(`${order.end ?? order.start ?? order.date}T00:00:00Z`);
        const last = Math.min((day - tape.start) / (7 * 86_400_000), this.stage.horizon - 1);
        if (last < 0) continue;
        const colour = againstGroups(order) ? STATE : OTHER;
        const [x, width] = [this.x(week), Math.max(this.x(last) - this.x(week), 4)];
        context.fillStyle = withAlpha(colour, 0.14);
        context.fillRect(x, BAND, width, height - 20 - BAND);
        context.fillStyle = colour;
        context.fillRect(x, 1 + 5 * arm, width, 4);
      }
    });
  }

  /** Above the curtain: that the runs part is known beforehand. */
  partingMark() {
    const { parting } = this.stage;
    this.parting.hidden = !Number.isFinite(parting);
    if (this.parting.hidden) return;
    this.parting.firstChild.textContent = t("part");
    const x = this.x(parting);
    this.parting.style.left = `${x.toFixed(1)}px`;
    this.parting.classList.toggle("rightwards", this.parting.firstChild.offsetWidth > x);
  }

  /** What bars and bands mean, as far as there are any. */
  tellKey() {
    const { stage } = this;
    const all = stage.arms.flatMap(({ tape }) => orders(tape)).filter(({ ends, week }) => !ends && week < stage.horizon);
    const bands = [["key.campaigns", STATE, true], ["key.orders", OTHER, false]].filter(([, , against]) => all.some(({ order }) => againstGroups(order) === against));
    const bars = stage.arms.map((_, arm) => h("span", {}, h("i", { style: { background: withAlpha(ARMS[arm].colour, 0.55) } }), runTag(stage, arm)));
    this.key.replaceChildren(
      h("span", {}, bars, t("key.bars", { n: BAR })),
      ...bands.map(([key, colour]) => h("span", {}, h("i", { className: "band", style: { background: colour } }), t(key))),
    );
  }
}

/** Orders against members of groups; all others are about prices, coca, roads, offers. */
function againstGroups(order) {
  return order.table === "campaign" || order.kind === "removal";
}
