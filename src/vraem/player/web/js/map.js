/* One map on two canvases: below, the ground with what changes weekly, put together from sheets that are kept; above,
   what moves. So a picture costs little, even without a graphics card. */

import { CocaLayer } from "vraem/coca";
import { ColumnsLayer } from "vraem/columns";
import { PAPER, INK } from "vraem/colours";
import { HappeningsLayer } from "vraem/happenings";
import { LoadsLayer } from "vraem/loads";
import { TerritoryLayer } from "vraem/territory";
import { endedText, runTag, runText, runTitle } from "vraem/runs";
import { UnitsLayer } from "vraem/units";
import { NONE16 } from "vraem/tape";
import { h } from "vraem/dom";
import { onLanguage, t } from "vraem/speech";
import { pointers } from "vraem/pointers";

const SHEETS = ["ground", "names"]; // kept, not seen
const CANVASES = ["below", "quick"];
const NAMES_MS = 700; // names make way for columns at most so often while playing
const SLOW_MS = 80; // the lower canvas is drawn at most so often while playing
const CLICK_REACH = 12; // points of the screen
const FINEST = 2; // points of a canvas for one of the screen

export class ValleyMap {
  constructor(stage, view, shared, arm, font) {
    this.stage = stage;
    this.view = view;
    this.arm = arm;
    this.font = font;
    this.shared = shared; // {ground, names}: the same for every map
    this.root = document.createElement("section");
    this.root.className = "map";
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "application");
    this.canvases = {};
    for (const name of [...SHEETS, ...CANVASES]) this.canvases[name] = document.createElement("canvas");
    for (const name of CANVASES) {
      this.canvases[name].setAttribute("aria-hidden", "true");
      this.root.append(this.canvases[name]);
    }
    this.slowDrawn = 0;
    this.namesDrawn = 0;
    this.spots = new Map(); // where names stand
    this.atRest = true; // play or view has just come to rest: names make way for loads, too
    this.caption = Object.assign(document.createElement("h2"), { className: "arm-name" });
    this.root.append(this.caption);
    this.coca = new CocaLayer(stage.place);
    this.territory = new TerritoryLayer(stage.place);
    this.renew();
    this.stale = { ground: true, slow: true, names: true };
    view.addEventListener("change", () => {
      this.spots.clear();
      this.atRest = true;
      this.spoil("ground", "slow", "names");
    });
    stage.on("layers", () => this.spoil("ground", "slow", "names"));
    stage.on("week", () => {
      this.spoil("slow", "inTheWay");
      this.atRest = false;
      this.tellEnd();
    });
    stage.on("orders", () => this.label());
    stage.on("playing", () => {
      this.spoil("inTheWay");
      this.atRest = true;
    });
    onLanguage(() => {
      this.spoil("names");
      this.label();
    });
    new ResizeObserver(() => this.resize()).observe(this.root);
    new ResizeObserver(() => this.spoil("names")).observe(document.getElementById("legend"));
    pointers(this.root, view, (x, y) => this.click(x, y));
  }

  /** Layers of the tape that is now on the stage. */
  renew() {
    const { tape, ways } = this.stage.arms[this.arm];
    this.tape = tape;
    this.columns = new ColumnsLayer(tape, this.stage.place);
    this.loads = new LoadsLayer(tape, ways);
    this.units = new UnitsLayer(tape, this.stage.place);
    this.happenings = new HappeningsLayer(tape, this.stage.place);
    if (this.stale) this.spoil("slow", "inTheWay");
    this.label();
  }

  label() {
    const { stage, arm } = this;
    if (!stage.arms[arm]) return; // this map is about to go
    const { name, tape } = stage.arms[arm];
    const two = stage.arms.length > 1;
    const title = two ? runTitle(stage, arm) : name;
    this.caption.hidden = !two;
    this.end = h("span", { className: "ended" });
    this.caption.replaceChildren(...(two ? [runTag(stage, arm), h("span", { title: tape.head.name }, title), this.end] : []));
    this.tellEnd();
    this.root.setAttribute("aria-label", `${t("map", { arm: two ? `${runText(stage, arm)}: ${title}` : name })}. ${t("map.keys")}`);
  }

  /** Where this run is shorter than the other: since when it stands still. */
  tellEnd() {
    const text = this.stage.arms[this.arm] ? endedText(this.stage, this.arm) : "";
    if (this.end.textContent !== text) this.end.textContent = text;
  }

  spoil(...names) {
    for (const name of names) this.stale[name] = true;
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height) return;
    this.ratio = Math.min(devicePixelRatio || 1, FINEST);
    for (const canvas of Object.values(this.canvases)) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.view.resize(width, height);
    this.spoil("ground", "slow", "names");
  }

  pen(name) {
    const opaque = name === "below" || name === "ground";
    const context = this.canvases[name].getContext("2d", { alpha: !opaque });
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (!opaque) context.clearRect(0, 0, this.view.width, this.view.height);
    return context;
  }

  draw(now) {
    if (!this.ratio || !this.root.clientWidth) return;
    const { stage, view, stale } = this;
    const { layers } = stage;
    if (stale.inTheWay && layers.names && (!stage.playing || now - this.namesDrawn > NAMES_MS)) stale.names = true;
    const moved = stale.ground || stale.names;
    if (stale.ground) this.shared.ground.draw(this.pen("ground"), view, { lines: layers.roads });
    if (stale.names && layers.names) this.drawNames(now);
    if (moved || (stale.slow && (!stage.playing || now - this.slowDrawn > SLOW_MS))) {
      this.drawBelow(this.pen("below"));
      this.slowDrawn = now;
      stale.slow = false;
    }
    stale.ground = stale.names = false;
    this.drawQuick(this.pen("quick"));
  }

  /** Names, out of the way of columns and of what stands over the map, and of signs: while playing only of those that
      have a fixed place, and from week to week not of loads, so that names do not jump. */
  drawNames(now) {
    const { stage, view, moment } = this;
    const { layers, calm, playing } = stage;
    const taken = this.furniture().concat(layers.columns ? this.columns.boxes(view, moment, calm) : []);
    const signs = layers.units ? this.units.boxes(view, moment, !playing) : [];
    if (!playing && layers.events) signs.push(...this.happenings.boxes(view, moment, calm));
    if (!playing && this.atRest && layers.loads) signs.push(...this.loads.boxes(view, moment));
    this.shared.names.draw(this.pen("names"), view, this.font, { taken, signs }, this.spots);
    this.namesDrawn = now;
    this.stale.inTheWay = false;
  }

  /** Boxes of the buttons, the legend and the caption over this map. */
  furniture() {
    const { left, top } = this.root.getBoundingClientRect();
    return [...this.root.parentElement.querySelectorAll("#legend, .zoom, .arm-switch"), this.caption]
      .map((one) => one.getBoundingClientRect())
      .filter(({ width }) => width)
      .map((box) => [box.left - left, box.top - top, box.right - left, box.bottom - top]);
  }

  drawBelow(pen) {
    const { layers } = this.stage;
    const { width, height } = this.view;
    pen.drawImage(this.canvases.ground, 0, 0, width, height);
    if (layers.territory) this.territory.draw(pen, this.view, this.tape, this.week, this.stage.playing);
    if (layers.coca) this.coca.draw(pen, this.view, this.tape, this.week);
    if (layers.names) pen.drawImage(this.canvases.names, 0, 0, width, height);
  }

  get week() {
    return Math.min(this.stage.week, this.tape.weeks - 1);
  }

  /** The moment shown on this map: its run may be shorter than the other's. */
  get moment() {
    return Math.min(this.stage.moment, this.tape.weeks - 1e-6);
  }

  drawQuick(pen) {
    const { stage, view, moment } = this;
    const { layers, calm } = stage;
    const speed = stage.playing ? stage.speed : 0;
    if (layers.units) this.units.draw(pen, view, moment);
    if (layers.loads) this.loads.draw(pen, view, moment, speed, calm);
    const below = ["column", "person"].includes(stage.selection?.kind); // the ring of a column does not cover its number
    if (below) this.drawSelection(pen);
    if (layers.columns) this.columns.draw(pen, view, moment, calm, this.font);
    if (layers.events) this.happenings.draw(pen, view, moment, speed, calm);
    if (!below) this.drawSelection(pen);
  }

  drawSelection(pen) {
    const spot = this.spotOf(this.stage.selection);
    if (!spot) return;
    const [x, y, radius] = spot;
    for (const [colour, width] of [[PAPER, 5], [INK, 2.2]]) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.stroke();
    }
  }

  /** Where the chosen thing is on this map: [x, y, radius], or null. Places show on both maps. */
  spotOf(chosen) {
    if (!chosen || (chosen.arm !== this.arm && chosen.kind !== "place")) return null;
    const { view, moment } = this;
    const { place, calm } = this.stage;
    const at = (community, radius) => (community === NONE16 ? null : [view.px(place.x[community]), view.py(place.y[community]), radius]);
    if (chosen.kind === "place") return at(chosen.row, Math.max(view.scale * 1.2, 8));
    if (chosen.kind === "incident") return at(this.tape.tables.incidents.get("community", chosen.row), 16);
    if (chosen.kind === "person") {
      const post = this.tape.posts.row(chosen.row, this.week);
      return post && post.status === 0 ? this.spotOf({ kind: "column", arm: this.arm, row: post.column }) : null;
    }
    if (chosen.kind === "column") {
      const found = this.columns.placed(view, moment, calm).find(({ row }) => row === chosen.row);
      return found ? [found.px, found.py, found.radius + 8] : null;
    }
    if (chosen.kind === "unit") {
      for (const unit of this.units.placed(view, moment)) if (unit.row === chosen.row) return [unit.px, unit.py, unit.size + 6];
    }
    if (chosen.kind === "load") {
      const spot = this.loads.place(chosen.row, moment);
      return spot ? [view.px(spot[0]), view.py(spot[1]), 10] : null;
    }
    return null;
  }

  click(x, y) {
    const { stage, view, moment, arm } = this;
    const { layers, calm, place } = stage;
    const speed = stage.playing ? stage.speed : 0;
    const happening = layers.events && this.happenings.hit(view, x, y, moment, speed, calm);
    if (happening) return stage.select({ kind: "incident", arm, row: happening.index });
    const column = layers.columns && this.columns.hit(view, x, y, moment, calm);
    if (column) return stage.select({ kind: "column", arm, row: column.row });
    const load = layers.loads && this.loads.hit(view, x, y, moment, CLICK_REACH);
    if (load) return stage.select({ kind: "load", arm, row: load.load });
    const unit = layers.units && this.units.hit(view, x, y, moment);
    if (unit) return stage.select({ kind: "unit", arm, row: unit.row });
    const community = place.nearest(...view.at(x, y), Math.max(1.6, CLICK_REACH / view.scale));
    return stage.select(community < 0 ? null : { kind: "place", arm, row: community });
  }
}

