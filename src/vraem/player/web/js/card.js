/* The details of what is chosen: a place, a group, a column, a person, a unit, a load, an event. */

import { letterOn } from "vraem/colours";
import { facts, h } from "vraem/dom";
import { groupColour, letter } from "vraem/groups";
import { capital, currentLanguage, dateOf, dateText, number, onLanguage, percent, t } from "vraem/speech";
import { columnName, groupName, roleOf, sentence } from "vraem/sentences";
import { described, endedText, runTag, runTitle } from "vraem/runs";
import { NONE16, NONE8 } from "vraem/tape";

const WEEKS_A_YEAR = 52.1775;
const EVERY_MS = 200; // at most so often while playing
const MOST_PEOPLE = 40;
const LEAST_HELD = 0.1; // share of control of all groups from which a place is held, as in `vraem.observe.joint`; a test holds the two together
const LEAST_TOLD = 0.02; // and share of one group from which it is named

export class Card {
  constructor(stage, root) {
    this.stage = stage;
    this.root = root;
    this.shown = 0;
    this.stale = true;
    for (const name of ["week", "arms"]) stage.on(name, () => (this.stale = true));
    for (const name of ["selection", "tab"]) stage.on(name, () => this.show());
    onLanguage(() => this.show());
  }

  tick(now) {
    if (this.stale && this.stage.tab === "card" && now - this.shown > EVERY_MS) this.show();
  }

  show() {
    const { stage } = this;
    if (stage.tab !== "card" || !stage.arms.length) return;
    this.shown = performance.now();
    this.stale = false;
    const focused = document.activeElement?.dataset?.key;
    const chosen = stage.selection;
    const arm = stage.arms[chosen?.arm ?? 0] ?? stage.arms[0];
    const content = chosen ? [this.backButton(), ...this[chosen.kind](arm.tape, chosen)] : this.overview();
    this.root.replaceChildren(...content.filter(Boolean));
    if (focused) this.root.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  get week() {
    return this.stage.week;
  }

  choose(selection) {
    return () => this.stage.select(selection);
  }

  link(text, selection, className = "link") {
    const button = h("button", { type: "button", className, onclick: this.choose(selection) }, text);
    button.dataset.key = selection ? `${selection.kind}-${selection.arm}-${selection.row}` : "back";
    return button;
  }

  backButton() {
    return this.link(`‹ ${t("card.back")}`, null, "link back");
  }

  badge(tape, group) {
    const background = groupColour(tape, group);
    return h("span", { className: "badge", style: { background, color: letterOn(background) } }, letter(group));
  }

  heading(text, badge, note) {
    const { selection } = this.stage;
    const run = selection && selection.kind !== "place" ? [runTag(this.stage, selection.arm), this.ended(selection.arm)] : []; // a place is of all runs
    return h("div", { className: "card-head" }, badge, h("h3", {}, capital(text)), ...run, note ? h("p", {}, note) : null);
  }

  armLine(arm) {
    return h("p", { className: "arm-line" }, runTag(this.stage, arm), ` ${runTitle(this.stage, arm)} `, this.ended(arm));
  }

  /** That what is told of a run is of its last week, which lies before the time on the stage; nothing while it has weeks. */
  ended(arm) {
    const text = endedText(this.stage, arm);
    return text ? h("span", { className: "ended" }, text) : null;
  }

  /** Nothing chosen: the groups with their columns, and a way to choose a place without a mouse. */
  overview() {
    const { stage } = this;
    const found = [h("p", { className: "hint" }, t("card.hint")), this.placeChooser(), h("h3", { className: "small" }, t("card.groups"))];
    stage.arms.forEach(({ tape }, arm) => {
      if (stage.arms.length > 1) found.push(this.armLine(arm), h("p", { className: "quiet" }, h("b", {}, tape.head.name), ": ", described(tape, currentLanguage())));
      const columns = tape.list("columns", this.week).filter((column) => !column.ended);
      for (const group of tape.list("groups", this.week).filter((one) => !one.ended)) {
        found.push(
          h("div", { className: "group-row" },
            this.badge(tape, group.row),
            this.link(capital(groupName(tape, group.row)), { kind: "group", arm, row: group.row }),
            h("span", { className: "quiet" }, t("card.count", { n: number(group.members), armed: number(group.armed) }))),
          h("ul", { className: "chips" }, columns.filter((column) => column.group === group.row).map((column) => h("li", {}, this.link(columnName(column.row), { kind: "column", arm, row: column.row }, "chip")))),
        );
      }
    });
    return found;
  }

  placeChooser() {
    const { place } = this.stage;
    const select = h("select", { onchange: () => select.value && this.stage.select({ kind: "place", arm: 0, row: Number(select.value) }) }, h("option", { value: "" }, t("card.choose")));
    select.dataset.key = "places";
    const byDistrict = new Map();
    place.communities.district.forEach((district, row) => {
      const name = place.districts[district - 1]?.name ?? "";
      if (!byDistrict.has(name)) byDistrict.set(name, []);
      byDistrict.get(name).push(row);
    });
    const share = place.communities.share;
    for (const [name, rows] of [...byDistrict].sort()) {
      const group = h("optgroup", { label: name });
      // the largest of each district: all cells would be a list nobody reads
      const largest = rows.sort((a, b) => share[b] - share[a]).slice(0, 12);
      const seen = new Map();
      for (const row of largest) {
        const label = place.short(row);
        seen.set(label, (seen.get(label) ?? 0) + 1);
        group.append(h("option", { value: row }, seen.get(label) > 1 ? `${label} (${seen.get(label)})` : label));
      }
      select.append(group);
    }
    return h("label", { className: "field" }, h("span", {}, t("card.place")), select);
  }

  place(_, { row }) {
    const { place, arms } = this.stage;
    const found = [this.headingOfPlace(row)];
    for (const [arm, { tape }] of arms.entries()) {
      const { land, people, firms } = tape.keyframes;
      if (arms.length > 1) found.push(this.armLine(arm));
      const share = (name) => this.share(people.value(name, row, this.week));
      const based = tape.head.firmBases.flatMap((base, firm) => (base === row ? [t("card.firm", { n: firm + 1, protection: t(`protection.${firms.value("protection", firm, this.week)}`) })] : []));
      found.push(
        facts([
          [t("card.coca"), `${number(land.value("coca", row, this.week))} ha`],
          [t("card.leafPrice"), `${number(land.value("leafPrice", row, this.week), 2)} USD/kg`],
          [t("card.households"), number(place.communities.share[row] * tape.head.households * tape.head.householdsPerRow)],
          ...this.holders(tape, arm, row),
          [t("card.support.group"), share("groupSupport")],
          [t("card.support.state"), share("stateSupport")],
          [t("card.fear"), share("fear")],
          [t("card.anger"), share("anger")],
          [t("card.trust"), share("trust")],
          [t("card.committee"), share("committee")],
          [t("card.youth"), number(people.value("youth", row, this.week))],
          based.length ? [t("card.firms"), based.join("; ")] : null,
        ]),
      );
    }
    found.push(h("p", { className: "quiet" }, t("card.note.place", { least: percent(LEAST_HELD) })));
    return found;
  }

  /** Who holds a place, or who is strongest where nobody does; then the next. */
  holders(tape, arm, row) {
    const { land } = tape.keyframes;
    const found = [["group", "share"], ["second", "secondShare"]]
      .map(([group, share]) => [land.value(group, row, this.week), land.value(share, row, this.week)])
      .filter(([group]) => group !== NONE8);
    const held = found.reduce((sum, [, share]) => sum + share, 0) >= LEAST_HELD;
    const told = found.filter(([, share]) => share > LEAST_TOLD);
    if (!told.length) return [[t("card.held"), t("group.none")]];
    return told.map(([group, share], place) => [
      t(place ? "card.next" : held ? "card.held" : "card.strongest"),
      this.link(t("card.share", { group: groupName(tape, group), share: percent(share) }), { kind: "group", arm, row: group }),
    ]);
  }

  headingOfPlace(row) {
    return this.heading(t("say.near", { place: this.stage.place.label(row) }));
  }

  share(value, colour) {
    return { share: value, text: percent(value), colour };
  }

  /** A number of a column without a largest value, beside the mean of all columns of the week. */
  index(tape, column, name) {
    const values = tape.list("columns", this.week).filter((one) => !one.ended).map((one) => one[name]);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return t("card.index", { n: number(column[name], 2), mean: number(mean, 2) });
  }

  group(tape, { arm, row }) {
    const group = tape.list("groups", this.week).find((one) => one.row === row);
    const name = groupName(tape, row);
    if (!group || group.ended) return [this.heading(name, this.badge(tape, row), t("say.end of a group", { group: name }))];
    const columns = tape.list("columns", this.week).filter((column) => !column.ended && column.group === row);
    const colour = groupColour(tape, row);
    return [
      this.heading(name, this.badge(tape, row)),
      facts([
        [t("card.members"), number(group.members)],
        [t("card.armed"), number(group.armed)],
        [t("card.leader"), this.person_(tape, arm, group.leader)],
        [t("card.authority"), this.share(group.authority, colour)],
        [t("card.ideology"), this.share(group.ideology, colour)],
        [t("card.hoard"), `${number(group.hoard)} USD`],
        [t("card.lineage"), this.share(group.lineage, colour)],
        group.allied === NONE16 ? null : [t("card.allied"), this.link(groupName(tape, group.allied), { kind: "group", arm, row: group.allied })],
      ]),
      h("h3", { className: "small" }, t("card.columns")),
      h("ul", { className: "chips" }, columns.map((column) => h("li", {}, this.link(`${columnName(column.row)}${column.row === group.centre ? ` · ${t("card.centre")}` : ""}`, { kind: "column", arm, row: column.row }, "chip")))),
    ];
  }

  person_(tape, arm, member) {
    if (member === NONE16) return t("card.vacant");
    return this.link(t("person", { n: member + 1 }), { kind: "person", arm, row: member });
  }

  column(tape, { arm, row }) {
    const column = tape.list("columns", this.week).find((one) => one.row === row);
    const { place } = this.stage;
    if (!column || column.ended) return [this.heading(columnName(row), undefined, t("card.ended"))];
    const colour = groupColour(tape, column.group);
    return [
      this.heading(t("column.of", { n: row + 1, group: groupName(tape, column.group) }), this.badge(tape, column.group), column.hidden ? t("card.hidden") : ""),
      facts([
        [t("card.armed"), number(column.armed)],
        [t("card.supporters"), number(column.supporters)],
        [t("card.commander"), this.person_(tape, arm, column.commander)],
        [t("card.link"), this.share(column.link, colour)],
        [t("card.community.link"), this.share(column.communityLink, colour)],
        [t("card.seat"), this.link(place.label(column.seat), { kind: "place", arm, row: column.seat })],
        [t("card.territory"), t("card.territory.value", { n: number(column.territory, 1) })],
        [t("card.revenue"), `${number(column.revenue)} USD`],
        [t("card.treasury"), `${number(column.treasury)} USD`],
        [t("card.pay"), t("card.pay.value", { share: percent(column.pay) })],
        [t("card.ideology"), this.share(column.ideology, colour)],
        [t("card.effort"), this.share(column.effort, colour)],
        [t("card.grievance"), this.index(tape, column, "grievance")],
        [t("card.pressure"), this.index(tape, column, "pressure")],
        column.service === NONE8 ? null : [t("card.service"), t("card.firm.n", { n: column.service + 1 })],
      ]),
      h("p", { className: "quiet" }, t("card.note.column")),
      h("h3", { className: "small" }, t("card.people")),
      this.people(tape, arm, row),
    ];
  }

  /** People of a column by rank; supporters and fighters without a post as a number. */
  people(tape, arm, row) {
    const { fields, count } = tape.posts.at(this.week);
    const named = [];
    const plain = [0, 0];
    for (let member = 0; member < count; member += 1) {
      if (fields.status[member] !== 0 || fields.column[member] !== row) continue;
      const rank = fields.rank[member];
      if (rank > 1 || fields.seat[member] || fields.heir[member]) named.push([rank, member]);
      else plain[rank] += 1;
    }
    named.sort((a, b) => b[0] - a[0]);
    return h("ul", { className: "chips" },
      named.slice(0, MOST_PEOPLE).map(([, member]) => h("li", {}, this.link(roleOf(tape, member, this.week), { kind: "person", arm, row: member }, "chip"))),
      plain.map((n, rank) => (n ? h("li", { className: "quiet" }, `${number(n)} × ${t(`rank.${rank}`)}`) : null)));
  }

  person(tape, { arm, row }) {
    const post = tape.posts.row(row, this.week);
    if (!post) return [this.heading(t("person", { n: row + 1 }))];
    const { persons } = tape.tables;
    const mind = this.mind(tape, row);
    const kin = persons.get("kin", row);
    const joined = persons.get("joined", row);
    const titles = [t(`rank.${post.rank}`), post.heir ? t("role.heir") : "", post.seat ? t("role.seat") : ""].filter(Boolean);
    return [
      this.heading(t("person", { n: row + 1 }), undefined, t("card.synthetic")),
      facts([
        [t("card.rank"), titles.join(", ")],
        [t("card.status"), t(`status.${post.status}`) + (post.firm !== NONE8 ? ` (${t("card.firm.n", { n: post.firm + 1 })})` : "")],
        [capital(t("column", { n: "" })), this.link(columnName(post.column), { kind: "column", arm, row: post.column })],
        [t("card.age"), t("card.years", { n: number(Math.floor((this.week - persons.get("born", row)) / WEEKS_A_YEAR)) })],
        [t("card.since"), String(dateOf(tape.start, joined).getUTCFullYear())],
        [t("card.kin"), kin === 0 ? t("card.founding.kin") : t("card.kin.n", { n: kin })],
        [t("card.origin"), this.link(this.stage.place.label(persons.get("origin", row)), { kind: "place", arm, row: persons.get("origin", row) })],
        mind ? [t("card.ideology"), this.share(mind.ideology)] : null,
        mind ? [t("card.tie"), this.share(mind.tie)] : null,
        mind ? [t("card.grievance"), t("card.index.alone", { n: number(mind.grievance, 2) })] : null,
        mind ? [t("card.known"), this.share(mind.known)] : null,
      ]),
    ];
  }

  /** The last look into a person's mind, or null. */
  mind(tape, member) {
    const { minds } = tape.tables;
    for (let row = minds.rows(Math.min(this.week, tape.weeks - 1))[1] - 1; row >= 0; row -= 1) {
      if (minds.columns.row.values[row] === member) return minds.row(row);
    }
    return null;
  }

  unit(tape, { row }) {
    const unit = tape.units.row(row, this.week);
    if (!unit) return [this.heading(t("card.unit"))];
    const date = unit.until === NONE16 ? "" : t("card.until", { date: dateText(dateOf(tape.start, unit.until), "short") });
    return [
      this.heading(t(`unit.${unit.kind}`), undefined, date),
      facts([
        [t("card.force"), t(`force.${unit.force}`)],
        [t("card.task"), t(`task.${unit.task}`)],
        [t("card.strength"), number(unit.strength)],
      ]),
    ];
  }

  load(tape, { row, arm }) {
    const { loads } = tape.tables;
    const lane = loads.get("lane", row);
    const firm = lane % tape.sizes.firms;
    const route = this.stage.place.routes[Math.floor(lane / tape.sizes.firms)];
    const protector = loads.get("protector", row);
    return [
      this.heading(t("card.load")),
      facts([
        [t("card.route"), t(`route.${route}`)],
        [t("card.kg"), `${number(loads.get("kg", row))} kg`],
        [t("card.owner"), t("card.firm.n", { n: firm + 1 })],
        [t("card.escort"), loads.get("escorted", row) ? t("yes") : t("no")],
        [t("card.toll"), protector === NONE16 ? t("card.none") : this.link(columnName(protector), { kind: "column", arm, row: protector })],
      ]),
    ];
  }

  incident(tape, { arm, row, week }) {
    const table = tape.tables.incidents;
    const when = week ?? this.weekOf(table, row);
    const incident = { ...table.row(row), week: when };
    return [
      this.heading(sentence(tape, this.stage.place, incident)),
      facts([
        [t("time"), dateText(dateOf(tape.start, when), "short")],
        incident.deaths ? [t("card.killed"), number(incident.deaths)] : null,
        incident.group === NONE16 ? null : [capital(groupName(tape, incident.group)), this.link(t("tab.card"), { kind: "group", arm, row: incident.group })],
        incident.column === NONE16 ? null : [capital(columnName(incident.column)), this.link(t("tab.card"), { kind: "column", arm, row: incident.column })],
        incident.member === NONE16 ? null : [capital(roleOf(tape, incident.member, when - 1)), this.person_(tape, arm, incident.member)],
        incident.community === NONE16 ? null : [capital(this.stage.place.label(incident.community)), this.link(t("tab.card"), { kind: "place", arm, row: incident.community })],
      ]),
    ];
  }

  weekOf(table, row) {
    let week = Math.min(this.week, table.start.length - 2);
    while (week > 0 && table.start[week] > row) week -= 1;
    return week;
  }
}
