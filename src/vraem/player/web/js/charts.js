/* The charts beside the map. A chart is drawn when data come in or the size changes; the cursor and the curtain over
   what is still to come are plain elements that move. */

import { ARMS, HAIRLINE, MUTED, letterOn } from "vraem/colours";
import { CHARTS } from "vraem/chart_data";
import { h } from "vraem/dom";
import { runTag, runText } from "vraem/runs";
import { capital, dateOf, onLanguage, t } from "vraem/speech";

const PAD = { right: 6, top: 8, bottom: 17 };
const NAMED_TOP = 16; // room above the panels where each is named
const AXIS_GAP = 5; // between the numbers at the axis and the axis
const APART = 11; // points between two numbers at the axis, at the least
const GAP = 14; // between the halves for two arms
const BAR_WEEKS = 13;
const READ_MS = 120; // values beside the titles change at most so often while playing
const REDRAW_MS = 250; // at most so often while weeks come in

export class Charts {
  constructor(stage, root, font) {
    this.stage = stage;
    this.root = root;
    this.font = font;
    this.charts = CHARTS.map((spec) => new Chart(stage, spec, font));
    root.append(...this.charts.map((chart) => chart.figure));
    this.stale = true;
    this.drawn = 0;
    this.readAt = 0;
    stage.on("arms", () => this.refresh());
    stage.on("weeks", () => (this.stale = true));
    stage.on("time", () => this.move());
    stage.on("week", () => (this.unread = true));
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
    this.root.classList.toggle("future", shown);
    this.read();
  }

  refresh() {
    this.stale = false;
    this.drawn = performance.now();
    if (!this.stage.arms.length || this.root.offsetParent === null) return;
    // one left edge for all, so that the same week stands below the same week
    const left = Math.max(...this.charts.map((chart) => chart.measure())) + AXIS_GAP;
    for (const chart of this.charts) chart.draw(left);
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
    this.figure.innerHTML = '<figcaption><strong></strong> <small></small> <output></output></figcaption><p class="legend"></p><div class="plot"><canvas role="img"></canvas></div><p class="note" hidden></p>';
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
    const seek = (event) => {
      if (event.type === "pointermove" && !(event.buttons & 1)) return;
      const box = this.plot.getBoundingClientRect();
      this.stage.seek(this.weekAt(event.clientX - box.left) + 0.5);
      this.stage.emit("stepped");
    };
    this.plot.addEventListener("pointerdown", seek);
    this.plot.addEventListener("pointermove", seek);
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
    this.data = this.stage.arms.map(({ tape }) => spec.series(tape));
    this.top = spec.top ?? niceTop(Math.max(...this.data.map((series) => highest(spec.kind, series))));
    const least = spec.kind === "line" ? lowest(this.data.flat()) : 0;
    this.bottom = least < 0 ? -niceTop(-least) : 0;
    const context = this.canvas.getContext("2d");
    context.font = this.axisFont;
    return Math.max(...[this.top, 0, this.bottom].map((value) => context.measureText(spec.format(value)).width));
  }

  get axisFont() {
    return this.font(10.5, 450);
  }

  draw(left) {
    const { spec, canvas } = this;
    this.left = left;
    this.note.hidden = !spec.note;
    this.note.textContent = spec.note ? t(spec.note) : "";
    this.title.textContent = t(`chart.${spec.id}`);
    this.unit.textContent = t(spec.unit);
    this.width = this.plot.clientWidth;
    this.height = this.plot.clientHeight;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    canvas.width = this.width * ratio;
    canvas.height = this.height * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    for (const panel of this.panels()) this.panel(context, panel);
    this.keyed = null;
    this.describe();
    this.placeWindows();
    this.plot.classList.toggle("split", this.split);
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
      if (this.spec.kind === "area") this.areas(context, panel, series);
      else if (this.spec.kind === "bars") this.bars(context, panel, series);
      else for (const line of series) this.line(context, panel, line, arm);
    }
    context.restore();
    if (this.split) {
      context.font = this.font(11, 700);
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
    for (const value of new Set([this.bottom, 0, this.top / 2, this.top])) {
      context.moveTo(panel.left, Math.round(this.y(value)) + 0.5);
      context.lineTo(panel.left + panel.width, Math.round(this.y(value)) + 0.5);
    }
    context.stroke();
    const start = this.stage.arms[0].tape.start;
    const years = this.stage.horizon / 52.1775;
    const step = [1, 2, 4, 5, 10].find((n) => (panel.width * n) / years > 34) ?? 20;
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
    const [top, nought, bottom] = [this.top, 0, this.bottom].map((value) => this.y(value));
    context.fillText(this.spec.format(this.top), this.left - AXIS_GAP, top + 1);
    context.fillText(this.spec.format(0), this.left - AXIS_GAP, nought);
    if (bottom - nought >= APART) context.fillText(this.spec.format(this.bottom), this.left - AXIS_GAP, bottom);
  }

  line(context, panel, { values }, arm) {
    const look = ARMS[arm];
    context.beginPath();
    const step = this.spec.kind === "step";
    values.forEach?.((value, week) => {
      const [x, y] = [this.x(panel, week), this.y(Math.min(value, this.top))];
      if (step && week) context.lineTo(x, this.y(Math.min(values[week - 1], this.top)));
      if (week) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
    context.strokeStyle = look.colour;
    context.lineWidth = arm ? 1.7 : 1.9;
    context.lineJoin = "round";
    context.setLineDash(look.dash);
    context.stroke();
    context.setLineDash([]);
  }

  areas(context, panel, series) {
    if (!series.length) return;
    const weeks = series[0].values.length;
    const base = new Float32Array(weeks);
    const every = Math.max(1, Math.floor(weeks / (panel.width * 2)));
    for (const { values, colour } of series) {
      context.beginPath();
      for (let week = 0; week < weeks; week += every) context.lineTo(this.x(panel, week), this.y(Math.min(base[week] + values[week], this.top)));
      for (let week = weeks - 1 - ((weeks - 1) % every); week >= 0; week -= every) context.lineTo(this.x(panel, week), this.y(Math.min(base[week], this.top)));
      context.closePath();
      context.fillStyle = colour;
      context.fill();
      context.strokeStyle = "rgba(255,255,255,0.7)";
      context.lineWidth = 0.6;
      context.stroke();
      for (let week = 0; week < weeks; week += 1) base[week] += values[week];
    }
  }

  bars(context, panel, series) {
    const count = series[0].values.length;
    const width = Math.max((panel.width * BAR_WEEKS) / this.stage.horizon - 0.7, 0.8);
    for (let quarter = 0; quarter < count; quarter += 1) {
      let base = 0;
      for (const { values, colour } of series) {
        const value = values[quarter];
        if (value > 0) {
          context.fillStyle = colour;
          const [low, high] = this.spec.side ? [0, value] : [base, base + value];
          context.fillRect(this.x(panel, quarter * BAR_WEEKS), this.y(high), width, this.y(low) - this.y(high));
        }
        base += value;
      }
    }
  }

  /** Names of what is drawn, once it has appeared: a group that is still to form is not told. */
  describe() {
    const keyed = this.spec.kind === "area" || this.spec.kind === "bars";
    const names = new Map();
    for (const series of keyed ? this.data : []) {
      for (const line of series) {
        line.first ??= line.values.findIndex((value) => value > 0);
        if (line.first >= 0 && (this.future || line.first <= this.at())) names.set(line.name, line);
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

  /** Place of the current week in the values. */
  at() {
    return this.spec.kind === "bars" ? Math.floor(this.stage.week / BAR_WEEKS) : this.stage.week;
  }

  /** The value at the cursor, beside the title and for screen readers. */
  read() {
    if (!this.seen || !this.data) return;
    const { week, arms } = this.stage;
    this.describe();
    const at = this.at();
    const parts = arms.map((_, arm) => {
      const values = (this.data?.[arm] ?? []).map((series) => series.values[at] ?? 0);
      const sum = this.spec.side ? values.at(-1) ?? 0 : values.reduce((a, b) => a + b, 0);
      return this.spec.format(sum);
    });
    this.value.replaceChildren(...parts.map((text, arm) => h("span", {}, runTag(this.stage, arm), text)));
    if (!this.stage.playing && arms.length) {
      const said = parts.map((text, arm) => (arms.length > 1 ? `${runText(this.stage, arm)} ${text}` : text));
      const date = dateOf(arms[0].tape.start, week).toISOString().slice(0, 10);
      this.canvas.setAttribute("aria-label", `${capital(this.title.textContent)}, ${this.unit.textContent}, ${date}: ${said.join("; ")}`);
    }
  }
}

function highest(kind, series) {
  if (!series.length) return 0;
  const length = series[0].values.length;
  let most = 0;
  for (let i = 0; i < length; i += 1) {
    let sum = 0;
    for (const { values } of series) sum = kind === "area" || kind === "bars" ? sum + values[i] : Math.max(sum, values[i]);
    most = Math.max(most, sum);
  }
  return most;
}

function lowest(lines) {
  return lines.reduce((least, { values }) => values.reduce((a, b) => Math.min(a, b), least), 0);
}

/** A round number a little above `value`; 1 where there is nothing. */
export function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return power * (steps.find((step) => step * power >= value * 1.02) ?? 10);
}

