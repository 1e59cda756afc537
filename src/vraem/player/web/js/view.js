/* What part of the valley a map shows: kilometres to points of the screen and back. Both maps share one. */

export const BELT = { x: 56, y: 78, width: 92, height: 152 }; // km: from Cutivireni to Villa Virgen

const CLOSEST = 40; // points per km

export class View extends EventTarget {
  constructor(place) {
    super();
    this.place = place;
    this.width = 100;
    this.height = 100;
    this.frame = BELT;
    this.scale = 1;
    this.x = 0; // km at the left edge
    this.y = 0; // km at the top edge
    this.taken = 0; // points at the left edge that something else covers
  }

  get smallest() {
    return Math.min(this.width / this.place.width, this.height / this.place.height) * 0.92;
  }

  /** The size of the map has changed: show the same middle, or the same frame if nobody has moved the map. */
  resize(width, height) {
    if (width === this.width && height === this.height) return;
    const middle = [this.x + this.width / 2 / this.scale, this.y + this.height / 2 / this.scale];
    this.width = width;
    this.height = height;
    if (this.frame) this.show(this.frame);
    else this.put(middle[0] - width / 2 / this.scale, middle[1] - height / 2 / this.scale, this.scale);
  }

  /** Keep frames clear of `taken` points at the left edge; a map that somebody has moved stays where it is. */
  reserve(taken) {
    if (taken === this.taken) return;
    this.taken = taken;
    if (this.frame) this.show(this.frame);
  }

  /** Show a frame {x, y, width, height} as large as it fits. */
  show(frame) {
    const scale = Math.min((this.width - this.taken) / frame.width, this.height / frame.height);
    this.put(frame.x + frame.width / 2 - (this.width + this.taken) / 2 / scale, frame.y + frame.height / 2 - this.height / 2 / scale, scale);
    this.frame = frame;
  }

  whole() {
    this.show({ x: -4, y: -4, width: this.place.width + 8, height: this.place.height + 8 });
  }

  belt() {
    this.show(BELT);
  }

  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const scale = Math.min(Math.max(this.scale * factor, this.smallest), CLOSEST);
    const [x, y] = this.at(px, py);
    this.put(x - px / scale, y - py / scale, scale);
  }

  pan(dx, dy) {
    this.put(this.x - dx / this.scale, this.y - dy / this.scale, this.scale);
  }

  put(x, y, scale) {
    const [w, h] = [this.width / scale, this.height / scale];
    const slack = 0.4; // the map may leave the screen by this much of it
    this.x = Math.min(Math.max(x, -slack * w), this.place.width - (1 - slack) * w);
    this.y = Math.min(Math.max(y, -slack * h), this.place.height - (1 - slack) * h);
    if (w > this.place.width * (1 + slack)) this.x = (this.place.width - w) / 2;
    if (h > this.place.height * (1 + slack)) this.y = (this.place.height - h) / 2;
    this.scale = scale;
    this.frame = null;
    this.dispatchEvent(new Event("change"));
  }

  px(x) {
    return (x - this.x) * this.scale;
  }

  py(y) {
    return (y - this.y) * this.scale;
  }

  /** Kilometres at a point of the screen. */
  at(px, py) {
    return [this.x + px / this.scale, this.y + py / this.scale];
  }

  sees(px, py, margin = 0) {
    return px >= -margin && py >= -margin && px <= this.width + margin && py <= this.height + margin;
  }
}

/** Whether two boxes [left, top, right, bottom] share ground. */
export function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
