/* What stands on the stage in one or two sentences, for those who do not see the map. Told when the play stops, at each
   step, and once a year while it runs. */

import { weekly } from "vraem/chart_data";
import { runText, runTitle } from "vraem/runs";
import { orders, inChoice, sentence } from "vraem/sentences";
import { dateOf, dateText, number, onLanguage, t } from "vraem/speech";

const YEAR = 52;
const MOST_EVENTS = 3;

export class Spoken {
  constructor(stage, root) {
    this.stage = stage;
    this.root = root;
    this.told = 0;
    stage.on("stepped", () => this.tell());
    stage.on("playing", () => !stage.playing && this.tell());
    stage.on("arms", () => this.tell());
    stage.on("week", () => stage.playing && Math.abs(stage.week - this.told) >= YEAR && this.tell());
    onLanguage(() => this.tell());
  }

  tell() {
    const { stage } = this;
    if (!stage.arms.length) return;
    const texts = stage.arms.map(({ tape }, arm) => this.state(tape, stage.arms.length > 1 ? t("spoken.arm", { run: runText(stage, arm), name: runTitle(stage, arm) }) : ""));
    const events = this.events(stage.arms.at(-1).tape);
    if (events.length) texts.push(t("spoken.events", { events: events.join("; ") }));
    this.told = stage.week;
    this.root.textContent = texts.join(" ");
  }

  state(tape, arm) {
    const week = Math.min(this.stage.week, tape.weeks - 1);
    const known = weekly(tape);
    const groups = known.groups[week] ?? 0;
    return t("spoken", {
      date: dateText(dateOf(tape.start, week)),
      arm,
      area: number(tape.at("cocaArea", week)),
      leaf: number(tape.at("leafPrice", week), 2),
      groups: groups === 1 ? t("spoken.group") : groups ? t("spoken.groups", { n: number(groups) }) : t("spoken.nogroup"),
      armed: number(known.armed[week] ?? 0),
      columns: number(known.columns[week] ?? 0),
      link: number(known.link[week] ?? 0, 2),
    });
  }

  /** Turning points since the last report, the newest first. */
  events(tape) {
    const { stage } = this;
    const week = Math.min(stage.week, tape.weeks - 1);
    if (week <= this.told) return [];
    const table = tape.tables.incidents;
    const [first] = table.rows(this.told + 1);
    const [, end] = table.rows(week);
    const found = [];
    let at = week;
    for (let row = end - 1; row >= first && found.length < MOST_EVENTS; row -= 1) {
      while (table.start[at] > row) at -= 1;
      const incident = { ...table.row(row), week: at };
      if (inChoice(tape, incident, "big")) found.push(sentence(tape, stage.place, incident));
    }
    for (const order of orders(tape)) if (order.week > this.told && order.week <= week) found.push(sentence(tape, stage.place, order));
    return found.slice(0, MOST_EVENTS);
  }
}
