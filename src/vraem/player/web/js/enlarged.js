/* One chart in most of the window: a dialog that borrows the chart's figure and gives it back. The play goes on behind it. */

import { h } from "vraem/dom";
import { dateOf, dateText, onLanguage, t } from "vraem/speech";

export class Enlarged {
  constructor({ stage, charts }, refresh) {
    this.stage = stage;
    this.charts = charts;
    this.refresh = refresh;
    this.chart = null;
    this.gap = h("div", {}); // keeps the chart's place in the list
    this.date = h("p", { className: "quiet" });
    this.dialog = h("dialog", { id: "enlarged", onclose: () => this.back(), onclick: ({ target }) => target === this.dialog && this.dialog.close() }, this.date);
    document.body.append(this.dialog);
    for (const chart of charts) {
      chart.figure.querySelector(".enlarge").addEventListener("click", () => (this.chart ? this.dialog.close() : this.open(chart)));
      chart.title.addEventListener("click", () => this.chart || this.open(chart)); // a larger target for mouse and finger
    }
    stage.on("week", () => this.tell());
    stage.on("tab", () => this.dialog.close());
    stage.on("arms", () => this.dialog.close());
    onLanguage(() => {
      this.label();
      this.tell();
    });
    this.label();
    new ResizeObserver(() => this.chart && refresh()).observe(this.dialog);
  }

  open(chart) {
    this.chart = chart;
    chart.large = true;
    this.gap.style.height = `${chart.figure.offsetHeight}px`;
    chart.figure.replaceWith(this.gap);
    this.date.before(chart.figure);
    this.dialog.showModal();
    this.tell();
    this.changed(chart);
  }

  back() {
    const { chart } = this;
    if (!chart) return;
    this.chart = null;
    chart.large = false;
    this.gap.replaceWith(chart.figure);
    this.changed(chart);
  }

  changed(chart) {
    this.label();
    this.refresh();
    chart.figure.querySelector(".enlarge").focus();
  }

  /** The date below the chart, which covers that of the page. */
  tell() {
    const { arms, week } = this.stage;
    if (this.chart && arms.length) this.date.textContent = dateText(dateOf(arms[0].tape.start, week));
  }

  /** What the button of each chart does now. */
  label() {
    for (const { figure, spec, large } of this.charts) {
      const button = figure.querySelector(".enlarge");
      const text = large ? t("close") : t("chart.enlarge", { chart: t(`chart.${spec.id}`) });
      button.setAttribute("aria-label", text);
      button.title = text;
      button.textContent = large ? "×" : "⤢";
    }
  }
}
