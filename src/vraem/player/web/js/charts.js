/* The charts beside the map. A chart is drawn when data come in or the size changes; the cursor and the curtain over
   what is still to come are plain elements that move. */

import { ARMS, HAIRLINE, MUTED, letterOn } from "vraem/colours";
import { CHARTS, QUARTER, sum } from "vraem/chart_data";
import { h } from "vraem/dom";
import { Enlarged } from "vraem/enlarged";
import { areas, bars, highest, line, lowest, niceTop, ticks } from "vraem/ink";
import { runTag, runText } from "vraem/runs";
import { capital, dateOf, number, onLanguage, t } from "vraem/speech";

const PAD = { right: 6, top: 8, bottom: 17 };
const NAMED_TOP = 16; // room above the panels where each is named
const AXIS_GAP = 5; // between the numbers at the axis and the axis
const APART = 11; // points between two numbers at the axis, at the least
const YEAR_GAP = 8; // and between two years
const ROOMY = 120; // points of an axis from which it is marked in quarters
const NOTHING = "–";
const GAP = 14; // between the halves for two arms
const READ_MS = 120; // values beside the titles change at most so often while playing
const REDRAW_MS = 250; // at most so often while weeks come in

export class Charts {
  constructor(stage, root, font) {
    this.stage = stage;
    this.root = root;
    this.font = font;
    this.charts = CHARTS.map((spec) => new Chart(stage, spec, font));
    root.append(...this.charts.map((chart) => chart.figure));
    this.enlarged = new Enlarged(this, () => this.refresh());
    this.stale = true;
    this.drawn = 0;
    this.readAt = 0;
    stage.on("arms", () => this.refresh());
    stage.on("weeks", () => (this.stale = true));
    stage.on("time", () => this.move());
    for (const name of ["week", "playing"]) stage.on(name, () => (this.unread = true));
    stage.on("tab", () => this.refresh());
    onLanguage(() => this.refresh());
    new ResizeObserver(() => this.refresh()).observe(root);
    this.watch();
  }

  /** Charts scrolled out of sight need not follow the time. */
  watch() {
    const watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const chart = this.charts.find(({ figure }) => figure === target);
        chart.seen = isIntersecting;
        chart.move();
        if (isIntersecting) chart.read();
      }
    });
    for (const { figure } of this.charts) watcher.observe(figure);
  }

  showFuture(shown) {
    for (const chart of this.charts) chart.future = shown;
    this.read();
  }

  refresh() {
    this.stale = false;
    this.drawn = performance.now();
    if (!this.stage.arms.length || this.root.offsetParent === null) return;
    // one left edge for all, so that the same week stands below the same week
    const wanted = this.charts.filter((chart) => chart.isWanted());
    const widths = new Map(wanted.map((chart) => [chart, chart.measure()]));
    const left = Math.max(0, ...wanted.filter((chart) => !chart.large).map((chart) => widths.get(chart)));
    for (const chart of wanted) chart.draw((chart.large ? widths.get(chart) : left) + AXIS_GAP);
    this.move();
    this.read();
  }

  /** Called once a picture: draw what has come in, but not too often. */
  tick(now) {
    if (this.stale && now - this.drawn > REDRAW_MS) this.refresh();
    if (this.unread && (!this.stage.playing || now - this.readAt > READ_MS)) this.read();
  }

  move() {
    if (this.root.offsetParent === null) return;
    for (const chart of this.charts) chart.move();
  }

  read() {
    this.unread = false;
    this.readAt = performance.now();
    if (this.root.offsetParent === null) return;
    for (const chart of this.charts) chart.read();
  }
}

class Chart {
  constructor(stage, spec, font) {
    this.stage = stage;
    this.spec = spec;
    this.font = font;
    this.figure = document.createElement("figure");
    this.figure.className = "chart";
    this.figure.innerHTML = '<figcaption><strong></strong> <small></small> <output></output><button type="button" class="enlarge"></button></figcaption><p class="legend"></p><div class="plot"><canvas role="img"></canvas></div><p class="note" hidden></p>';
    [this.title, this.unit, this.value] = this.figure.querySelectorAll("strong, small, output");
    this.legend = this.figure.querySelector(".legend");
    this.plot = this.figure.querySelector(".plot");
    this.note = this.figure.querySelector(".note");
    this.canvas = this.figure.querySelector("canvas");
    this.windows = [0, 1].map(() => {
      const window = Object.assign(document.createElement("div"), { className: "window" });
      window.append(Object.assign(document.createElement("div"), { className: "curtain" }));
      this.plot.append(window);
      return window;
    });
    this.seen = true;
    this.future = false;
    this.large = false; // whether it fills the window
    const seek = (event) => {
      if (event.type === "pointermove" && !(event.buttons & 1)) return;
      const box = this.plot.getBoundingClientRect();
      this.stage.seek(this.weekAt(event.clientX - box.left) + 0.5);
      this.stage.emit("stepped");
    };
    this.plot.addEventListener("pointerdown", seek);
    this.plot.addEventListener("pointermove", seek);
  }

  /** Whether a run has something of the kind that the chart shows; else it makes way. */
  isWanted() {
    const { when } = this.spec;
    this.figure.hidden = Boolean(when) && !this.stage.arms.some(({ tape }) => when(tape));
    if (this.figure.hidden) this.data = null;
    return !this.figure.hidden;
  }

  /** Whether two arms stand side by side rather than one upon the other. */
  get split() {
    return this.stage.arms.length > 1 && (this.spec.kind === "area" || this.spec.kind === "bars");
  }

  panels() {
    const inner = this.width - this.left - PAD.right;
    if (!this.split) return [{ left: this.left, width: inner, arms: this.stage.arms.map((_, index) => index) }];
    const half = (inner - GAP) / 2;
    return [0, 1].map((index) => ({ left: this.left + index * (half + GAP), width: half, arms: [index] }));
  }

  x(panel, week) {
    return panel.left + (panel.width * week) / this.stage.horizon;
  }

  weekAt(px) {
    const panel = this.panels().find(({ left, width }) => px <= left + width + GAP / 2) ?? this.panels().at(-1);
    return Math.round(((px - panel.left) / panel.width) * this.stage.horizon);
  }

  get above() {
    return this.split ? NAMED_TOP : PAD.top;
  }

  /** Take in the values and the scale; the width of the widest number at the axis. */
  measure() {
    const { spec } = this;
    this.width = this.plot.clientWidth;
    this.height = this.plot.clientHeight;
    this.data = this.stage.arms.map(({ tape }) => spec.series(tape));
    this.top = spec.top ?? niceTop(Math.max(...this.data.map((series) => highest(spec, series))), spec.digits);
    const least = spec.kind === "line" ? lowest(this.data.flat()) : 0;
    this.bottom = least < 0 ? -niceTop(-least, spec.digits) : 0;
    this.ticks = ticks(this.top, spec.digits ?? 0, this.height > ROOMY);
    const context = this.canvas.getContext("2d");
    context.font = this.axisFont;
    return Math.max(...[...this.ticks, this.bottom].map((value) => context.measureText(this.text(value)).width));
  }

  get axisFont() {
    return this.font(this.large ? 13 : 10.5, 450);
  }

  /** A value as it is written, at the axis as beside the title. */
  text(value) {
    return number(value, this.spec.digits ?? 0);
  }

  draw(left) {
    const { spec } = this;
    this.left = left;
    this.note.hidden = !spec.note;
    this.note.textContent = spec.note ? t(spec.note) : "";
    this.title.textContent = t(`chart.${spec.id}`);
    this.unit.textContent = t(spec.unit);
    this.paint();
    this.keyed = null;
    this.describe();
    this.placeWindows();
    this.plot.classList.toggle("split", this.split);
  }

  /** Weeks that bars tell of: up to now, or all where what is still to come is shown. */
  get end() {
    return this.future ? this.stage.horizon : this.stage.week + 1;
  }

  paint() {
    const { canvas } = this;
    this.painted = this.end;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    canvas.width = this.width * ratio;
    canvas.height = this.height * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    for (const panel of this.panels()) this.panel(context, panel);
  }

  y(value) {
    return this.height - PAD.bottom - ((this.height - PAD.bottom - this.above) * (value - this.bottom)) / (this.top - this.bottom);
  }

  panel(context, panel) {
    this.axes(context, panel);
    context.save();
    context.beginPath();
    context.rect(panel.left, 0, panel.width + PAD.right, this.height - PAD.bottom); // nothing shows where no curtain comes
    context.clip();
    for (const arm of panel.arms) {
      const series = this.data[arm];
      if (this.spec.kind === "area") areas(context, this, panel, series);
      else if (this.spec.kind === "bars") bars(context, this, panel, series, Math.min(this.end, this.stage.arms[arm].tape.weeks));
      else for (const one of series) line(context, this, panel, one, arm);
    }
    context.restore();
    if (this.split) {
      context.font = this.font(this.large ? 13 : 11, 700);
      context.textAlign = "right";
      context.textBaseline = "top";
      context.fillStyle = ARMS[panel.arms[0]].colour;
      context.fillText(runText(this.stage, panel.arms[0]), panel.left + panel.width, 0);
    }
  }

  axes(context, panel) {
    context.strokeStyle = HAIRLINE;
    context.lineWidth = 1;
    context.font = this.axisFont;
    context.fillStyle = MUTED;
    context.beginPath();
    for (const value of new Set([this.bottom, ...this.ticks])) {
      context.moveTo(panel.left, Math.round(this.y(value)) + 0.5);
      context.lineTo(panel.left + panel.width, Math.round(this.y(value)) + 0.5);
    }
    context.stroke();
    const start = this.stage.arms[0].tape.start;
    const years = this.stage.horizon / 52.1775;
    const step = [1, 2, 4, 5, 10].find((n) => (panel.width * n) / years > context.measureText("2000").width + YEAR_GAP) ?? 20;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (let year = start.getUTCFullYear(); year <= start.getUTCFullYear() + years + 1; year += 1) {
      const week = (Date.UTC(year, 0, 1) - start) / (7 * 86_400_000);
      const x = this.x(panel, Math.max(week, 0));
      if (x > panel.left + panel.width + 1) break;
      context.fillRect(Math.round(x), this.height - PAD.bottom, 1, year % step ? 2 : 4);
      if (year % step === 0 && x > panel.left + 12 && x < panel.left + panel.width - 10) context.fillText(String(year), x, this.height - 3);
    }
    if (panel.left === this.left) this.axisNumbers(context);
  }

  /** Left of the axis, where no curtain covers them. */
  axisNumbers(context) {
    context.textAlign = "right";
    context.textBaseline = "middle";
    const apart = this.large ? 1.25 * APART : APART;
    const room = this.y(0) - this.y(this.ticks[1]) >= apart; // for those between nought and the top
    for (const value of this.ticks) if (room || value === 0 || value === this.top) context.fillText(this.text(value), this.left - AXIS_GAP, this.y(value) + (value === this.top ? 1 : 0));
    if (this.y(this.bottom) - this.y(0) >= apart) context.fillText(this.text(this.bottom), this.left - AXIS_GAP, this.y(this.bottom));
  }

  /** Names of what is drawn, once it has appeared: a group that is still to form is not told. */
  describe() {
    const keyed = this.spec.kind === "area" || this.spec.kind === "bars";
    const names = new Map();
    for (const series of keyed ? this.data : []) {
      for (const one of series) {
        one.first ??= one.values.findIndex((value) => value > 0);
        if (one.first >= 0 && (this.future || one.first <= this.stage.week)) names.set(one.name, one);
      }
    }
    const key = [...names.keys()].join();
    if (key === this.keyed) return;
    this.keyed = key;
    this.legend.replaceChildren(
      ...[...names].map(([name, { colour, tag }]) => {
        const key = document.createElement("span");
        const swatch = Object.assign(document.createElement("i"), { textContent: tag ?? "" });
        Object.assign(swatch.style, { background: colour, color: letterOn(colour) });
        key.append(swatch, name);
        return key;
      }),
    );
    this.legend.hidden = !names.size;
  }

  /** A window over each panel, behind which the curtain slides. */
  placeWindows() {
    const panels = this.panels();
    this.windows.forEach((window, index) => {
      const panel = panels[index];
      window.hidden = !panel;
      if (panel) Object.assign(window.style, { left: `${panel.left - 1}px`, width: `${panel.width + PAD.right}px`, top: this.split ? `${NAMED_TOP - 2}px` : 0 });
    });
  }

  /** Put the curtain where the time stands. */
  move() {
    if (!this.seen) return;
    const [{ left, width }] = this.panels();
    const x = this.x({ left, width }, Math.min(this.stage.time, this.stage.horizon)) - left;
    for (const window of this.windows) if (!window.hidden) window.firstChild.style.transform = `translateX(${x.toFixed(1)}px)`;
  }

  /** What an arm has at the cursor, as [{name, colour, text}]: one value, or one for each series that stands beside others.
      Bars tell of the last quarter; a run that has ended has no value. */
  valuesOf(arm) {
    const { spec, stage, data } = this;
    const { week } = stage;
    if (week >= stage.arms[arm].tape.weeks) return [{ text: NOTHING }];
    const found = data[arm].map(({ name, colour, values }) => ({ name, colour, value: spec.kind === "bars" ? sum(values, week + 1 - QUARTER, week + 1) : values[week] ?? 0 }));
    const shown = spec.side ? found : [{ value: found.reduce((total, { value }) => total + value, 0) }];
    return shown.map(({ value, ...rest }) => ({ ...rest, text: this.text(value) }));
  }

  /** The value at the cursor, beside the title and for screen readers; a chart out of sight waits until the play stops. */
  read() {
    if (!this.data || (!this.seen && this.stage.playing)) return;
    const { week, arms } = this.stage;
    if (this.spec.kind === "bars" && this.painted !== this.end) this.paint();
    this.describe();
    const parts = arms.map((_, arm) => this.valuesOf(arm));
    const marked = ({ name, colour, text }) => [colour ? h("i", { title: name, style: { background: colour } }) : null, text];
    this.value.replaceChildren(...parts.map((values, arm) => h("span", {}, runTag(this.stage, arm), values.flatMap(marked))));
    if (!this.stage.playing && arms.length) {
      const texts = parts.map((values) => values.map(({ name, text }) => (name ? `${name} ${text}` : text)).join(", "));
      const said = texts.map((text, arm) => (arms.length > 1 ? `${runText(this.stage, arm)} ${text}` : text));
      const date = dateOf(arms[0].tape.start, week).toISOString().slice(0, 10);
      this.canvas.setAttribute("aria-label", `${capital(this.title.textContent)}, ${this.unit.textContent}, ${date}: ${said.join("; ")}`);
    }
  }
}
