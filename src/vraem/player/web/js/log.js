/* The event log: what has happened up to now in words, newest first; a click goes there. */

import { dateOf, dateText, onLanguage, t } from "vraem/speech";
import { ownOrders, runTag } from "vraem/runs";
import { inChoice, orders, sentence } from "vraem/sentences";

const MOST = 120; // lines shown; turning points are few, and told from the first on
const CHOICES = ["big", "violent", "people", "all"];

/** A line of the list that is no incident. */
function note(word) {
  return Object.assign(document.createElement("li"), { className: "log-none", textContent: t(word) });
}

export class Log {
  constructor(stage, root) {
    this.stage = stage;
    this.list = root.querySelector(".log-list");
    this.choice = root.querySelector("select");
    this.choice.append(...CHOICES.map((choice) => Object.assign(document.createElement("option"), { value: choice })));
    this.choice.addEventListener("change", () => this.show(true));
    this.list.addEventListener("click", (event) => this.go(event.target.closest("button")));
    this.own = [];
    this.shown = "";
    onLanguage(() => this.words());
    stage.on("week", () => this.show());
    for (const name of ["arms", "parted", "orders"]) stage.on(name, () => this.renew());
    stage.on("tab", () => this.show(true));
    this.words();
  }

  words() {
    [...this.choice.options].forEach((option) => (option.textContent = t(`log.${option.value}`)));
    this.show(true);
  }

  /** The orders of each run that the others do not have, which change seldom; and the list anew. */
  renew() {
    this.own = this.stage.arms.map((_, arm) => new Set(ownOrders(this.stage, arm)));
    this.show(true);
  }

  /** Incidents of all arms up to a week, newest first, and whether older ones are left out; what is shared is told once. */
  found(week) {
    const { arms, parting } = this.stage;
    const most = this.choice.value === "big" ? Infinity : MOST;
    const found = [];
    arms.forEach((arm, index) => {
      const { tape } = arm;
      const table = tape.tables.incidents;
      const last = Math.min(week, tape.weeks - 1);
      const since = index > 0 ? parting : 0;
      let taken = 0;
      for (let at = last; at >= since && taken <= most; at -= 1) {
        const [first, end] = table.rows(at);
        for (let row = end - 1; row >= first && taken <= most; row -= 1) {
          const incident = { ...table.row(row), week: at };
          if (!inChoice(tape, incident, this.choice.value)) continue;
          found.push({ arm: index, ...incident });
          taken += 1;
        }
      }
      for (const order of orders(tape)) if (order.week <= last && (index === 0 || this.own[index].has(order.order))) found.push({ arm: index, ...order });
    });
    found.sort((a, b) => b.week - a.week);
    return { found: found.slice(0, most), more: found.length > most };
  }

  show(force = false) {
    if (this.stage.tab !== "log") return;
    const { stage } = this;
    const { found, more } = this.found(stage.week);
    const mark = `${more}:${found.length}:${found[0]?.week}:${found[0]?.index ?? ""}:${found[0]?.arm}`;
    if (!force && mark === this.shown) return;
    this.shown = mark;
    const items = [];
    for (const incident of found) {
      const apart = stage.arms.length > 1 && (incident.order ? this.own[incident.arm].has(incident.order) : incident.week >= stage.parting);
      items.push(this.line(incident, apart));
    }
    if (!items.length) items.push(note("log.none"));
    if (more) items.push(note("log.more"));
    this.list.replaceChildren(...items);
  }

  line(incident, tagged) {
    const { tape } = this.stage.arms[incident.arm];
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const date = dateOf(tape.start, incident.week);
    const when = document.createElement("time");
    when.dateTime = date.toISOString().slice(0, 10);
    when.textContent = dateText(date, "short");
    const what = document.createElement("span");
    what.textContent = sentence(tape, this.stage.place, incident);
    if (incident.order) what.className = "log-order";
    button.append(when, what);
    if (tagged) button.prepend(runTag(this.stage, incident.arm));
    Object.assign(button.dataset, { week: incident.week, arm: incident.arm, incident: incident.index ?? "" });
    item.append(button);
    return item;
  }

  go(button) {
    if (!button) return;
    const arm = Number(button.dataset.arm);
    this.stage.seek(Number(button.dataset.week) + 0.9);
    this.stage.pause();
    if (button.dataset.incident !== "") this.stage.select({ kind: "incident", arm, row: Number(button.dataset.incident), week: Number(button.dataset.week) }, false);
  }
}
