/* One run as the player sees it: series, tables and keyframes by week. Weeks come in as blocks, in order. */

import { Growing, readBlock } from "vraem/bytes";
import { Past } from "vraem/past";

export const NONE8 = 255;
export const NONE16 = 65_535;

class TapeTable {
  constructor(fields) {
    this.start = [0]; // rows of week w are start[w] to start[w + 1]
    this.columns = {};
    this.scale = {};
    for (const [name, kind, scale] of fields) {
      this.columns[name] = new Growing(kind);
      this.scale[name] = scale;
    }
  }

  append({ counts, fields }) {
    for (const count of counts) this.start.push(this.start.at(-1) + count);
    for (const [name, values] of Object.entries(fields)) this.columns[name].append(values);
  }

  /** Value of a field in a row, in its own unit. */
  get(name, row) {
    return this.columns[name].values[row] * this.scale[name];
  }

  /** First row and end of the rows of a week. */
  rows(week) {
    return [this.start[week] ?? 0, this.start[week + 1] ?? 0];
  }

  /** All fields of a row as an object. */
  row(index) {
    const found = { index };
    for (const name of Object.keys(this.columns)) found[name] = this.get(name, index);
    return found;
  }
}

class Frames {
  constructor(declared) {
    this.fields = declared.fields;
    this.weeks = [];
    this.frames = [];
  }

  append({ weeks, fields }, size) {
    weeks.forEach((week, index) => {
      const frame = {};
      const before = this.frames.at(-1);
      for (const [name] of this.fields) {
        const change = fields[name].subarray(index * size, (index + 1) * size);
        const now = new change.constructor(size);
        // differences wrap around, as unsigned numbers do
        for (let i = 0; i < size; i += 1) now[i] = (before ? before[name][i] : 0) + change[i];
        frame[name] = now;
      }
      this.weeks.push(week);
      this.frames.push(frame);
    });
  }

  /** Number of the last keyframe at or before `week`; -1 if there is none. */
  at(week) {
    let low = 0;
    let high = this.weeks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.weeks[middle] <= week) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  scale(name) {
    return this.fields.find(([field]) => field === name)[2];
  }

  /** Value of a field of one row at a time, the nearest keyframe before it. */
  value(name, row, week) {
    const at = this.at(week);
    return at < 0 ? 0 : this.frames[at][name][row] * this.scale(name);
  }

  /** Values of a field at a moment between keyframes, for all rows, written into `out`. */
  between(name, time, out) {
    const at = this.at(time);
    if (at < 0) return out.fill(0);
    const here = this.frames[at][name];
    const next = this.frames[at + 1]?.[name] ?? here;
    const span = (this.weeks[at + 1] ?? this.weeks[at] + 1) - this.weeks[at];
    const part = next === here ? 0 : (time - this.weeks[at]) / span;
    const scale = this.scale(name);
    for (let i = 0; i < out.length; i += 1) out[i] = (here[i] + (next[i] - here[i]) * part) * scale;
    return out;
  }
}

export class Tape {
  constructor(head, place) {
    this.head = head;
    this.weeks = 0;
    this.start = new Date(`${head.start}T00:00:00Z`);
    this.sizes = { places: place.communities.cell.length, firms: head.firmBases.length };
    const { schema } = head;
    this.seriesByName = Object.fromEntries(schema.series.map((name) => [name, new Growing("f4")]));
    this.tables = Object.fromEntries(Object.entries(schema.tables).map(([name, fields]) => [name, new TapeTable(fields)]));
    this.keyframes = Object.fromEntries(Object.entries(schema.keyframes).map(([name, keys]) => [name, new Frames(keys)]));
    this.units = new Past(this.tables.units);
    this.posts = new Past(this.tables.posts);
  }

  /** Add the weeks of a block. Throws if it does not follow on the last one. */
  append(buffer) {
    const block = readBlock(buffer, this.head.schema, this.sizes);
    if (block.first !== this.weeks) throw new Error(`got weeks from ${block.first} on, expected ${this.weeks}`);
    this.head.schema.series.forEach((name, index) => this.seriesByName[name].append(block.series[index]));
    for (const [name, table] of Object.entries(block.tables)) this.tables[name].append(table);
    for (const [name, frames] of Object.entries(block.keyframes)) {
      this.keyframes[name].append(frames, this.sizes[this.head.schema.keyframes[name].of]);
    }
    this.weeks += block.weeks;
    this.units.extend(this.weeks);
    this.posts.extend(this.weeks);
  }

  series(name) {
    return this.seriesByName[name].values.subarray(0, this.weeks);
  }

  at(name, week) {
    return this.seriesByName[name].values[Math.min(week, this.weeks - 1)] ?? 0;
  }

  /** Rows of a weekly table in a week, as objects. */
  list(name, week) {
    const table = this.tables[name];
    const [first, end] = table.rows(Math.min(week, this.weeks - 1));
    const found = [];
    for (let row = first; row < end; row += 1) found.push(table.row(row));
    return found;
  }
}
