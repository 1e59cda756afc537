/* The legend is the switch of the layers: a box, a sign and words for each. */

import { CARGO, CARGO_EDGE, COCA, FOUNDING, INK, KILLED, PAPER, SPLINTERS, STATE, WATER, ROAD } from "vraem/colours";
import { h } from "vraem/dom";
import { mark } from "vraem/happenings";
import { crown } from "vraem/columns";
import { radiusOf } from "vraem/coca";
import { arrow } from "vraem/names";
import { CREW, PATROL, POST, ROAD as ROAD_CONTROL, TEAM, sign } from "vraem/units";
import { onLanguage, t } from "vraem/speech";

const SAMPLES = [10, 60, 200]; // hectares
const SIZE = 18;
const PHONE = 760;
const WIDEST = 0.5; // share of the map's width that an open legend may have
const LARGEST = 0.25; // and share of the map

export class Legend {
  constructor(stage, view, root) {
    this.stage = stage;
    this.view = view;
    this.root = root;
    this.list = root.querySelector(".layers");
    this.boxes = new Map();
    this.explained = null; // the layer of which the signs are explained
    onLanguage(() => this.build());
    stage.on("layers", () => this.tick());
    this.build();
    new ResizeObserver(() => this.makeRoom()).observe(root);
    new ResizeObserver(() => this.makeRoom()).observe(root.parentElement);
    stage.on("arms", () => this.makeRoom());
  }

  /** Closed where it would hide too much: on a phone, where there are two maps, where it is a large part of the map. */
  settle() {
    const { offsetWidth, offsetHeight, parentElement } = this.root;
    const { clientWidth, clientHeight } = parentElement;
    const large = offsetWidth > WIDEST * clientWidth || offsetWidth * offsetHeight > LARGEST * clientWidth * clientHeight;
    if (this.isCramped() || large) this.root.open = false;
  }

  /** Maps of the phone's width or two side by side have no room beside the legend. */
  isCramped() {
    return innerWidth <= PHONE || this.stage.arms.length > 1;
  }

  /** The map shows its frame beside the open legend, not below it. */
  makeRoom() {
    const { root, view } = this;
    view.reserve(root.open && !this.isCramped() ? root.offsetLeft + root.offsetWidth : 0);
  }

  build() {
    const detail = {
      coca: [[(pen) => this.samples(pen), t("key.coca", { a: SAMPLES[0], b: SAMPLES[1], c: SAMPLES[2] }), 56]],
      columns: [[(pen) => column(pen), t("key.ring")], [(pen) => crown(pen, 9, 12), t("key.centre")], [(pen) => hidden(pen), t("key.hidden")], [(pen) => square(pen), t("key.service")]],
      loads: [[(pen) => escorted(pen), t("key.escort")], [(pen) => seized(pen), t("key.seized")]],
      units: [[POST, "key.post"], [ROAD_CONTROL, "key.control"], [PATROL, "key.patrol"], [TEAM, "key.team"], [CREW, "key.crew"]].map(([kind, key]) => [(pen) => sign(pen, kind, 9, 9, 5), t(key)]),
      events: [["operation", STATE], ["attack", FOUNDING], ["clash", SPLINTERS[0]], ["killing", KILLED.civilians], ["change", SPLINTERS[1]]]
        .map(([sort, colour]) => [(pen) => mark(pen, sort, 9, 9, 6, colour), t(`key.${sort}`)])
        .concat([[(pen) => ring(pen), t("key.fresh")]]),
      names: [[(pen) => dot(pen, 9, 9, 3.4, PAPER, INK), t("key.town")], [(pen) => arrow(pen, 16, 9, [1, 0]), t("key.exit")]],
    };
    const rows = Object.keys(this.stage.layers).map((name, index) => {
      const box = h("input", { type: "checkbox", checked: this.stage.layers[name], onchange: () => this.stage.setLayer(name, box.checked) });
      box.dataset.layer = name;
      this.boxes.set(name, box);
      const keys = (detail[name] ?? []).map(([draw, text, width]) => h("span", { className: "key" }, picture(draw, width), text));
      const label = h("label", {}, box, picture(SIGNS[name]), h("span", {}, t(`layer.${name}`)), h("kbd", {}, String(index + 1)));
      return h("li", {}, h("div", { className: "row" }, label, keys.length ? this.more(name) : null), keys.length ? h("div", { className: "keys", id: `keys-${name}` }, keys) : null);
    });
    this.list.replaceChildren(...rows);
    this.explain(this.explained);
  }

  /** The button that shows what the signs of a layer mean. */
  more(name) {
    const text = t("layer.signs", { layer: t(`layer.${name}`) });
    const button = h("button", { type: "button", className: "more", title: text, "aria-label": text, "aria-controls": `keys-${name}`, onclick: () => this.explain(this.explained === name ? null : name) }, "▸");
    button.dataset.signs = name;
    return button;
  }

  /** Signs of one layer at a time are explained, so that the legend stays small. */
  explain(name) {
    this.explained = name;
    for (const button of this.list.querySelectorAll(".more")) {
      const open = button.dataset.signs === name;
      button.setAttribute("aria-expanded", String(open));
      document.getElementById(`keys-${button.dataset.signs}`).hidden = !open;
    }
  }

  tick() {
    for (const [name, box] of this.boxes) box.checked = this.stage.layers[name];
  }

  samples(pen) {
    let x = 4;
    SAMPLES.forEach((hectares, index) => {
      const r = radiusOf(hectares, 5);
      x += r + 2;
      dot(pen, x, 9, r, COCA[[1, 2, 4][index]]);
      x += r + 2;
    });
  }
}

/** A small picture of a sign. */
function picture(draw, width = SIZE) {
  const canvas = h("canvas", { width: width * 2, height: SIZE * 2, className: "sign" });
  canvas.style.width = `${width}px`;
  canvas.style.height = `${SIZE}px`;
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  draw(pen);
  return canvas;
}

function dot(pen, x, y, r, fill, edge, width = 1.4) {
  pen.beginPath();
  pen.arc(x, y, r, 0, 7);
  pen.fillStyle = fill;
  pen.fill();
  if (edge) {
    pen.strokeStyle = edge;
    pen.lineWidth = width;
    pen.stroke();
  }
}

function column(pen) {
  dot(pen, 9, 9, 5, FOUNDING);
  pen.beginPath();
  pen.arc(9, 9, 7.4, -Math.PI / 2, Math.PI * 0.9);
  pen.strokeStyle = FOUNDING;
  pen.lineWidth = 2;
  pen.stroke();
}

function hidden(pen) {
  pen.globalAlpha = 0.55;
  dot(pen, 9, 9, 6, FOUNDING);
  pen.setLineDash([3, 3]);
  pen.strokeStyle = INK;
  pen.lineWidth = 1.5;
  pen.stroke();
}

function square(pen) {
  pen.fillStyle = FOUNDING;
  pen.fillRect(4, 4, 10, 10);
}

/** A ring in the colour of whoever acts, half faded. */
function ring(pen) {
  pen.globalAlpha = 0.5;
  pen.beginPath();
  pen.arc(9, 9, 7, 0, 7);
  pen.strokeStyle = STATE;
  pen.lineWidth = 2;
  pen.stroke();
}

function escorted(pen) {
  dot(pen, 9, 9, 3, CARGO, CARGO_EDGE);
  pen.beginPath();
  pen.arc(9, 9, 6, 0, 7);
  pen.strokeStyle = FOUNDING;
  pen.lineWidth = 1.8;
  pen.stroke();
}

function seized(pen) {
  pen.lineCap = "round";
  pen.strokeStyle = STATE;
  pen.lineWidth = 2.4;
  pen.beginPath();
  pen.moveTo(5, 5);
  pen.lineTo(13, 13);
  pen.moveTo(13, 5);
  pen.lineTo(5, 13);
  pen.stroke();
}

const SIGNS = {
  coca: (pen) => {
    dot(pen, 6, 11, 4, COCA[1]);
    dot(pen, 12, 7, 4.6, COCA[3]);
  },
  territory: (pen) => {
    pen.globalAlpha = 0.45;
    pen.fillStyle = FOUNDING;
    pen.fillRect(1, 4, 16, 11);
  },
  columns: (pen) => {
    pen.strokeStyle = FOUNDING;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(4, 13);
    pen.lineTo(12, 6);
    pen.stroke();
    dot(pen, 4, 13, 3, FOUNDING);
    dot(pen, 12, 6, 4.5, FOUNDING, PAPER);
  },
  loads: (pen) => {
    pen.strokeStyle = CARGO_EDGE;
    pen.lineWidth = 1.4;
    pen.beginPath();
    pen.moveTo(2, 14);
    pen.lineTo(11, 7);
    pen.stroke();
    dot(pen, 12, 6.5, 3.4, CARGO, CARGO_EDGE);
  },
  units: (pen) => sign(pen, POST, 9, 9, 5.5),
  events: (pen) => mark(pen, "attack", 9, 9, 6.5, FOUNDING),
  roads: (pen) => {
    pen.strokeStyle = WATER;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.moveTo(3, 2);
    pen.quadraticCurveTo(12, 8, 6, 17);
    pen.stroke();
    pen.strokeStyle = ROAD;
    pen.lineWidth = 1.6;
    pen.beginPath();
    pen.moveTo(16, 2);
    pen.lineTo(11, 17);
    pen.stroke();
  },
  names: (pen) => {
    pen.fillStyle = INK;
    pen.font = "600 13px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText("Aa", 9, 9.5);
  },
};
