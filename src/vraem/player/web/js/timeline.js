/* The time slider with what happened along it: years, orders of the scenario, and how violent each month was. */

import { ARMS, HAIRLINE, MUTED, PAPER, STATE, withAlpha } from "vraem/colours";
import { h } from "vraem/dom";
import { haloed } from "vraem/ground";
import { ownOrders, runNumber, runTag } from "vraem/runs";
import { orderTitle, orders } from "vraem/sentences";
import { dateOf, dateText, onLanguage, t } from "vraem/speech";

const BAR = 8; // weeks added up for one bar of violence
const BAND = 13; // height of the orders above the curtain: they are known beforehand
const LABEL_GAP = 4; // points between a band and its label
const OTHER = "#7a4a1d";
const YEAR_GAP = 10; // points between two years
const ROW = 12; // height of the band of one run where there are two
const EDGE = 9; // half of the slider's knob: the track ends there

export class Timeline {
  constructor(stage, root, font) {
    this.stage = stage;
    this.font = font;
    this.slider = root.querySelector("input[type=range]");
    this.line = root.querySelector(".line");
    this.canvas = root.querySelector("canvas");
    this.date = root.querySelector(".date");
    this.curtain = root.querySelector(".curtain");
    this.parting = root.querySelector(".parting");
    this.key = root.querySelector(".time-key");
    this.slider.addEventListener("input", () => {
      stage.seek(Number(this.slider.value) + 0.5);
    });
    this.slider.addEventListener("change", () => stage.emit("stepped"));
    for (const name of ["arms", "parted"]) stage.on(name, () => this.refresh());
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
    this.line.classList.toggle("two", this.stage.arms.length > 1); // a row of bands for each run
    this.width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = this.width * ratio;
    this.canvas.height = height * ratio;
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.band = this.stage.arms.length > 1 ? 2 * ROW : BAND;
    this.campaigns(context, height);
    this.violence(context, height);
    this.years(context, height);
    this.partingMark();
    this.tellKey();
  }

  years(context, height) {
    const start = this.stage.arms[0].tape.start;
    const years = this.stage.horizon / 52.1775;
    context.font = this.font(11, 500);
    const wide = context.measureText("2000").width + YEAR_GAP;
    const step = [1, 2, 4, 5].find((n) => ((this.width - 2 * EDGE) * n) / years > wide) ?? 10;
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
        const tall = (sum / most) * (height - 23 - this.band);
        const width = Math.max(this.x(BAR) - this.x(0) - 1, 1) / sums.length;
        context.fillRect(this.x(bar * BAR) + arm * width, height - 20 - tall, width, tall);
      });
    });
  }

  /** Campaigns and other orders of the scenarios as bands above the track; those of one run in its row, with its number. */
  campaigns(context, height) {
    const { arms } = this.stage;
    context.textBaseline = "middle";
    arms.forEach(({ tape }, arm) => {
      const own = new Set(ownOrders(this.stage, arm));
      const bands = [];
      context.font = this.font(9, 700);
      for (const { week, order, ends } of orders(tape)) {
        if (ends || week >= this.stage.horizon) continue;
        const day = new Date(`${order.end ?? order.start ?? order.date}T00:00:00Z`);
        const last = Math.min((day - tape.start) / (7 * 86_400_000), this.stage.horizon - 1);
        if (last < 0) continue;
        const colour = againstGroups(order) ? STATE : OTHER;
        const [x, width] = [this.x(week), Math.max(this.x(last) - this.x(week), 4)];
        context.fillStyle = withAlpha(colour, 0.14);
        context.fillRect(x, this.band, width, height - 20 - this.band);
        context.fillStyle = colour;
        context.fillRect(x, arms.length > 1 ? 1 + ROW * arm : 4, width, arms.length > 1 ? ROW - 2 : 5);
        const numbered = arms.length > 1 && own.has(order);
        const [left, right] = numbered ? this.number(context, arm, x, width, colour) : [x, x + width];
        bands.push({ left, right, colour, text: arm === 0 || numbered ? orderTitle(order) : "" });
      }
      this.labels(context, bands, ROW * arm);
    });
  }

  /** What was ordered, right of its band or left of it; nothing where there is no room. */
  labels(context, bands, top) {
    context.font = this.font(10, 550);
    context.textAlign = "left";
    const taken = bands.map(({ left, right }) => [left, right]);
    for (const { left, right, colour, text } of bands.filter((band) => band.text)) {
      const width = context.measureText(text).width;
      const start = [right + LABEL_GAP, left - LABEL_GAP - width].find((x) => x >= 0 && x + width <= this.width && !taken.some(([from, to]) => x < to + LABEL_GAP - 1 && x + width > from - LABEL_GAP + 1));
      if (start === undefined) continue;
      haloed(context, text, start, top + ROW / 2 + 0.5, colour);
      taken.push([start, start + width]);
    }
  }

  /** The number of the run on its band, or beside a band too short for it; the ends of both together. */
  number(context, arm, x, width, colour) {
    const text = String(runNumber(this.stage, arm));
    const inside = context.measureText(text).width + 6 <= width;
    context.textAlign = inside ? "left" : x > this.width / 2 ? "right" : "left";
    context.fillStyle = inside ? PAPER : colour;
    const left = inside ? x + 3 : x > this.width / 2 ? x - 2 : x + width + 2;
    context.fillText(text, left, ROW * arm + ROW / 2 + 0.5);
    const wide = context.measureText(text).width + 2;
    if (inside) return [x, x + width];
    return x > this.width / 2 ? [x - wide, x + width] : [x, x + width + wide];
  }

  /** Above the curtain: that the runs part is known beforehand. */
  partingMark() {
    const { parting } = this.stage;
    this.parting.hidden = !Number.isFinite(parting);
    if (this.parting.hidden) return;
    this.parting.firstChild.textContent = t("part");
    const x = this.x(parting);
    this.parting.style.left = `${x.toFixed(1)}px`;
    this.parting.classList.remove("mute");
    const wide = this.parting.firstChild.offsetWidth + LABEL_GAP;
    this.parting.classList.toggle("rightwards", wide > x);
    this.parting.classList.toggle("mute", wide > x && x + wide > this.width); // no room on either side
    this.parting.title = t("part");
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
