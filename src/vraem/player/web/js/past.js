/* Tables of which a tape keeps only what has changed: the state in any week, from the nearest year before. */

const YEAR = 52;

export class Past {
  constructor(table) {
    this.table = table;
    this.names = Object.keys(table.columns).filter((name) => name !== "row");
    this.checkpoints = []; // state before week 0, 52, 104 ...
    this.weeks = 0;
    this.now = { week: -1, count: 0, fields: Object.fromEntries(this.names.map((name) => [name, []])) };
    this.newest = this.copy(this.now);
  }

  copy(state) {
    return { week: state.week, count: state.count, fields: Object.fromEntries(this.names.map((name) => [name, state.fields[name].slice()])) };
  }

  /** Take note of weeks that have come in. */
  extend(weeks) {
    while (this.weeks < weeks) {
      if (this.weeks % YEAR === 0) this.checkpoints.push(this.copy(this.newest));
      this.apply(this.newest, this.weeks);
      this.weeks += 1;
    }
  }

  apply(state, week) {
    const [first, end] = this.table.rows(week);
    for (let i = first; i < end; i += 1) {
      const row = this.table.columns.row.values[i];
      for (const name of this.names) state.fields[name][row] = this.table.get(name, i);
      state.count = Math.max(state.count, row + 1);
    }
    state.week = week;
  }

  /** The state at the end of `week`: {count, fields: {name: [values by row]}}. Good until the next call. */
  at(week) {
    const wanted = Math.min(week, this.weeks - 1);
    if (wanted < this.now.week || wanted - this.now.week > YEAR) {
      const checkpoint = this.checkpoints[Math.floor(Math.max(wanted, 0) / YEAR)];
      if (!checkpoint) return this.now;
      this.now = this.copy(checkpoint);
    }
    while (this.now.week < wanted) this.apply(this.now, this.now.week + 1);
    return this.now;
  }

  /** One row at the end of a week, or null if it was not there yet. */
  row(row, week) {
    const state = this.at(week);
    if (row >= state.count) return null;
    return Object.fromEntries(this.names.map((name) => [name, state.fields[name][row]]));
  }
}
