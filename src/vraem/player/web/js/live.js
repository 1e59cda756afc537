/* The live valley: weeks come in over a socket while the world is moved on the other side; orders go out. */

import { inflate } from "vraem/bytes";
import { h } from "vraem/dom";
import { dateOf, dateText, has, onLanguage, t } from "vraem/speech";
import { AWAY } from "vraem/stage";
import { Steering } from "vraem/steer";
import { Tape } from "vraem/tape";

const PACKED = 1; // what a frame with a packed block begins with
const REFUSAL_MS = 6_000; // so long at least a refusal stands
const CLOSING = [1001, 1012]; // codes with which a server goes away

export class Live {
  constructor(stage, armOf) {
    this.stage = stage;
    this.armOf = armOf;
    this.kept = null; // an earlier run that stands beside the new one
    this.tape = null;
    this.runs = 0;
    stage.live = true;
    document.getElementById("tab-steer").hidden = false;
    this.status = h("p", { className: "status", role: "status" });
    this.banner = h("div", { id: "lost", role: "alert", hidden: true });
    document.body.append(this.banner);
    this.steering = new Steering(document.getElementById("steer"), this);
    this.say("", "live.connecting");
    stage.on("playing", () => this.pace());
    stage.on("speed", () => this.pace());
    stage.on("week", () => this.pace());
    onLanguage(() => {
      this.say(...this.said);
      if (!this.banner.hidden) this.lost();
    });
    this.ready = new Promise((resolve) => (this.opened = resolve));
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/valley`);
    this.socket.binaryType = "arraybuffer";
    // one after the other: a packed block takes a moment
    this.queue = Promise.resolve();
    this.socket.addEventListener("message", ({ data }) => {
      this.queue = this.queue.then(() => (typeof data === "string" ? this.told(JSON.parse(data)) : this.frame(data)));
    });
    this.socket.addEventListener("close", ({ reason, code }) => {
      this.say("closed", "live.closed", { reason: this.reason ?? (reason || t(CLOSING.includes(code) ? "refused.closing" : "refused.silent")) });
      this.stage.pause();
      this.steering.closed(true);
      this.lost();
    });
  }

  /** Over the page, whatever is open on it: that nothing more comes in. */
  lost() {
    this.banner.replaceChildren(h("span", {}, t(...this.said.slice(1))), h("button", { type: "button", onclick: () => this.again() }, t("live.again")));
    this.banner.hidden = false;
  }

  again() {
    this.banner.hidden = true;
    this.reason = undefined;
    this.say("", "live.connecting");
    this.connect();
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Ask for as many weeks a second as are played; none while paused or when the viewer looks at the past. */
  pace() {
    const { stage } = this;
    const behind = (stage.weeks - stage.time) / stage.speed;
    const wanted = stage.playing && behind < AWAY ? stage.speed : 0;
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.send({ kind: "pace", weeks_per_second: wanted });
  }

  told(message) {
    if (message.kind === "head") this.begin(message.head);
    else if (message.kind === "orders") this.orders(message.dated);
    else if (message.kind === "refused") this.say("refused", "live.refused", { reason: reasonOf(message) });
    else if (message.kind === "over") {
      this.reason = reasonOf(message);
      this.say("closed", "live.closed", { reason: this.reason });
    } else if (message.kind === "end") this.say("open", "live.done");
  }

  begin(head) {
    this.stage.pause();
    this.kept = this.steering.keeps && this.tape ? this.named(this.tape) : null;
    this.runs += 1;
    this.steering.startWith(head.seed);
    this.tape = new Tape(head, this.stage.place);
    this.tape.given = head.dated; // what the scenario orders by itself
    this.asked = 0;
    this.fresh = true;
    this.steering.closed(false);
    this.steering.orders(head.dated, this.tape);
  }

  /** An arm that keeps the number under which it was run. */
  named(tape) {
    tape.run ??= this.runs;
    return { ...this.armOf(tape), run: tape.run };
  }

  orders(dated) {
    this.tape.head.dated = dated;
    this.steering.orders(dated, this.tape);
    this.say("open", "live.open");
    this.stage.emit("orders");
    this.stage.emit("weeks");
  }

  async frame(data) {
    const block = data.slice(4);
    this.weeks(new DataView(data).getUint32(0, true) === PACKED ? await inflate(block) : block);
  }

  weeks(buffer) {
    const { stage } = this;
    this.tape.append(buffer);
    if (!this.fresh) {
      this.forgive();
      return stage.grow();
    }
    this.fresh = false;
    const now = this.named(this.tape);
    stage.setArms(this.kept ? [this.kept, now] : [now]);
    stage.time = this.tape.weeks - 1e-6;
    stage.seek(stage.time);
    stage.openTab("steer");
    this.say("open", "live.history", { date: dateText(dateOf(this.tape.start, this.tape.weeks)) });
    this.opened();
    return undefined;
  }

  /** A refusal that has stood for a while makes way as soon as weeks come in. */
  forgive() {
    if (this.said[0] === "refused" && performance.now() - this.saidAt > REFUSAL_MS) this.say("open", "live.open");
  }

  say(look, key, values = {}) {
    this.said = [look, key, values];
    this.saidAt = performance.now();
    this.status.className = `status ${look}`;
    this.status.textContent = t(key, values);
  }
}

/** Why something was not done, in the language of the page where there are words for it. */
function reasonOf({ code, reason }) {
  const key = `refused.${code}`;
  return has(key) ? t(key) : reason;
}
