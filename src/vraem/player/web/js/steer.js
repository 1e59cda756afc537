/* The form with which a visitor steers the live valley. It only says what is wanted; the other side decides. */

import { facts, h } from "vraem/dom";
import { dateOf, dateText, number, onLanguage, percent, t } from "vraem/speech";
import { orders, sentence } from "vraem/sentences";

const TARGETS = ["heirs", "leader", "committee", "commanders", "fighters", "finance", "central", "random"];
const LATEST_SEED = 999_999;

export class Steering {
  constructor(root, live) {
    this.root = root;
    this.live = live;
    this.values = { targets: ["heirs"], tempo: 2, knowledge: 0.5, accuracy: 0.85, lethality: 0.2, wait: 0, years: 2, price: 0.5, priceYears: 2, hectares: 6000, eradicationYears: 2, seed: 1, keep: true };
    this.list = [];
    this.isClosed = false;
    onLanguage(() => this.build());
    this.build();
  }

  /** The seed that the form offers: the one of the valley that is shown. */
  startWith(seed) {
    this.values.seed = seed;
    this.build();
  }

  get keeps() {
    return this.values.keep;
  }

  build() {
    const { values } = this;
    this.box = h("div", { className: "orders" });
    this.root.replaceChildren(
      this.live.status,
      h("p", { className: "hint" }, t("live.note")),
      this.group("steer.campaign", [
        h("p", {}, t("steer.targets")),
        h("div", { className: "targets" }, TARGETS.map((target) => this.target(target))),
        this.slider("steer.tempo", "tempo", 0.5, 5, 0.5, (v) => number(v, 1)),
        this.slider("steer.knowledge", "knowledge", 0, 1, 0.05, percent),
        this.slider("steer.accuracy", "accuracy", 0.5, 1, 0.05, percent),
        this.slider("steer.lethality", "lethality", 0, 1, 0.05, percent),
        this.slider("steer.when", "wait", 0, 104, 13, (v) => (v ? t("steer.weeks", { n: v }) : t("steer.now"))),
        this.slider("steer.length", "years", 0.5, 6, 0.5, (v) => number(v, 1)),
        this.campaignButton = this.go("steer.campaign.go", () => ({
          kind: "campaign", targets: values.targets, operations_per_month: values.tempo, intelligence: values.knowledge,
          accuracy: values.accuracy, lethality: values.lethality, in_weeks: values.wait, years: values.years,
        })),
        h("button", { type: "button", onclick: () => this.live.send({ kind: "end_campaigns" }) }, t("steer.campaign.stop")),
      ]),
      this.group("steer.prices", [
        this.slider("steer.factor", "price", 0.2, 2, 0.1, (v) => `× ${number(v, 1)}`),
        this.slider("steer.length", "priceYears", 0.5, 6, 0.5, (v) => number(v, 1)),
        this.go("steer.prices.go", () => ({ kind: "price", factor: values.price, years: values.priceYears })),
      ]),
      this.group("steer.eradication", [
        this.slider("steer.hectares", "hectares", 500, 20000, 500, number),
        this.slider("steer.length", "eradicationYears", 0.5, 6, 0.5, (v) => number(v, 1)),
        this.go("steer.eradication.go", () => ({ kind: "eradication", hectares_a_year: values.hectares, years: values.eradicationYears })),
      ]),
      this.group("steer.world", [
        this.seedField(),
        h("label", { className: "check" }, h("input", { type: "checkbox", checked: values.keep, onchange: (event) => (values.keep = event.target.checked) }), h("span", {}, t("steer.compare"))),
        h("p", { className: "quiet" }, t("steer.same")),
        this.go("steer.restart", () => ({ kind: "restart", seed: values.seed })),
      ]),
      h("h3", { className: "small" }, t("steer.orders")),
      this.box,
    );
    this.allow();
    this.tell();
  }

  /** A campaign is against somebody; nothing can be ordered where nobody listens. */
  allow() {
    for (const button of this.root.querySelectorAll(".go")) button.disabled = this.isClosed;
    this.campaignButton.disabled ||= !this.values.targets.length;
  }

  group(title, children) {
    return h("fieldset", {}, h("legend", {}, t(title)), children);
  }

  target(name) {
    const box = h("input", {
      type: "checkbox", checked: this.values.targets.includes(name),
      onchange: () => {
        this.values.targets = TARGETS.filter((one) => (one === name ? box.checked : this.values.targets.includes(one)));
        this.allow();
      },
    });
    return h("label", {}, box, t(`target.${name}`));
  }

  slider(title, name, min, max, step, words) {
    const shown = h("output", {}, words(this.values[name]));
    const input = h("input", { type: "range", min, max, step, value: this.values[name] });
    const label = t(title);
    input.setAttribute("aria-label", label);
    input.setAttribute("aria-valuetext", words(this.values[name]));
    input.addEventListener("input", () => {
      this.values[name] = Number(input.value);
      shown.textContent = words(this.values[name]);
      input.setAttribute("aria-valuetext", shown.textContent);
    });
    return h("div", { className: "row" }, h("span", {}, label, " ", shown), input);
  }

  /** Any whole number in range; what is no such number is put back to the last one. */
  seedField() {
    const input = h("input", { type: "number", min: 0, max: LATEST_SEED, step: 1, value: this.values.seed });
    input.addEventListener("change", () => {
      if (input.value && input.validity.valid) this.values.seed = Number(input.value);
      input.value = this.values.seed;
    });
    return h("label", { className: "row" }, h("span", {}, t("steer.seed")), input);
  }

  go(key, message) {
    return h("button", { type: "button", className: "go", onclick: () => this.live.send(message()) }, t(key));
  }

  /** The connection has ended, or is there again. */
  closed(isClosed) {
    this.isClosed = isClosed;
    this.allow();
  }

  orders(dated, tape) {
    this.list = dated;
    this.tape = tape;
    this.tell();
  }

  tell() {
    if (!this.tape || !this.list.length) {
      this.box.replaceChildren(h("p", { className: "quiet" }, t("steer.orders.none")));
      return;
    }
    const rows = orders(this.tape)
      .filter(({ ends }) => !ends)
      .map((order) => [dateText(dateOf(this.tape.start, order.week), "short"), sentence(this.tape, this.live.stage.place, order)]);
    this.box.replaceChildren(facts(rows));
  }
}
