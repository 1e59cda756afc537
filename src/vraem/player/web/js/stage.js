/* The stage: what is played, when, how fast, and what is chosen. Everything else listens to it. */

export const SPEEDS = [1, 2, 4, 8, 16, 32];
export const AWAY = 3; // seconds behind from which a viewer of the live valley is looking at its past
const SLACK = 0.6; // seconds of weeks that may wait
const LONGEST_STEP = 0.1; // seconds that one picture may move on, so that a hidden page does not leap

export class Stage {
  constructor(place) {
    this.place = place;
    this.arms = []; // {tape, ways, name}
    this.time = 0; // weeks since the start; the whole part is the week
    this.speed = 8;
    this.playing = false;
    this.layers = { coca: true, territory: true, columns: true, loads: true, units: true, events: true, roads: true, names: true };
    this.selection = null;
    this.tab = "charts";
    this.live = false;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.listeners = {};
    this.frames = 0; // pictures drawn since the start, for tests and benchmarks
    this.last = 0;
    this.parting = Infinity; // first week in which two runs differ
    this.compared = 0; // weeks in which they are known to be alike
  }

  on(name, listener) {
    (this.listeners[name] ??= []).push(listener);
  }

  emit(name, detail) {
    for (const listener of this.listeners[name] ?? []) listener(detail);
  }

  /** Weeks that can be shown; live, those of the run that moves. */
  get weeks() {
    if (this.live && this.arms.length) return Math.max(1, this.arms.at(-1).tape.weeks);
    return Math.max(1, ...this.arms.map(({ tape }) => tape.weeks));
  }

  /** Weeks of the whole run, recorded or still to come. */
  get horizon() {
    return Math.max(1, ...this.arms.map(({ tape }) => tape.head.weeks));
  }

  get week() {
    return Math.min(Math.floor(this.time), this.weeks - 1);
  }

  /** The moment that is drawn: whole weeks where motion is unwelcome. */
  get moment() {
    return this.calm ? Math.floor(this.time) + 0.999 : this.time;
  }

  setArms(arms) {
    this.arms = arms;
    this.parting = Infinity;
    this.compared = 0;
    this.compare();
    this.emit("arms");
    this.seek(Math.min(this.time, this.weeks));
  }

  /** Weeks have come in: runs that were alike so far may part in them. */
  grow() {
    this.emit("weeks");
    if (this.compare()) this.emit("parted");
  }

  /** Look for the parting in what was not compared yet; whether it was found now. */
  compare() {
    if (this.arms.length < 2 || Number.isFinite(this.parting)) return false;
    const [one, other] = this.arms.map(({ tape }) => tape);
    this.parting = parting(one, other, this.compared);
    this.compared = Math.min(one.weeks, other.weeks);
    return Number.isFinite(this.parting);
  }

  play() {
    if (!this.live && this.time >= this.weeks - 1e-6) this.seek(0);
    this.playing = true;
    this.last = 0;
    this.emit("playing");
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.emit("playing");
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  step(weeks) {
    this.pause();
    this.seek(Math.max(0, this.week + weeks) + (this.calm ? 0 : 0.5));
    this.emit("stepped");
  }

  seek(time) {
    const before = this.week;
    this.time = Math.min(Math.max(time, 0), this.weeks - 1e-6);
    if (this.week !== before || !this.playing) this.emit("week");
    this.emit("time");
  }

  setSpeed(speed) {
    this.speed = speed;
    this.emit("speed");
  }

  /** Move on by the time since the last picture. */
  tick(now) {
    const seconds = this.last ? Math.min((now - this.last) / 1000, LONGEST_STEP) : 0;
    this.last = now;
    if (!this.playing) return;
    const end = this.weeks - 1e-6;
    const before = this.week;
    this.time = Math.min(this.time + seconds * this.pace(end), end);
    if (this.week !== before) this.emit("week");
    this.emit("time");
    const over = !this.live || this.weeks >= this.arms.at(-1)?.tape.head.weeks;
    if (over && this.time >= end) {
      this.pause();
      this.emit("stepped");
    }
  }

  /** Weeks a second: as chosen; live a little faster when a little behind what has come in. */
  pace(end) {
    const behind = (end - this.time) / this.speed;
    return this.speed * (this.live && behind > SLACK && behind < AWAY ? 1.3 : 1);
  }

  setLayer(name, shown) {
    this.layers[name] = shown;
    this.emit("layers");
  }

  /** Choose a thing {kind, arm, row ...} or nothing; `open` shows the details. */
  select(selection, open = true) {
    this.selection = selection;
    this.emit("selection");
    if (selection && open) this.openTab("card");
  }

  openTab(tab) {
    this.tab = tab;
    this.emit("tab");
  }
}

/** The first week from `first` on in which two runs differ; infinity if they never do. */
function parting(one, other, first) {
  const weeks = Math.min(one.weeks, other.weeks);
  const names = one.head.schema.series;
  for (let week = first; week < weeks; week += 1) {
    for (const name of names) if (one.seriesByName[name].values[week] !== other.seriesByName[name].values[week]) return week;
  }
  return Infinity;
}
