/* Coca by 2 km cell as circles that grow and darken with the hectares. */

import { COCA, COCA_STEPS } from "vraem/colours";

const LEAST = 0.8; // hectares below which a cell stays empty
const KM_PER_ROOT_HA = 0.095; // radius of a circle

export class CocaLayer {
  constructor(place) {
    this.place = place;
    this.hectares = new Float32Array(place.x.length);
  }

  draw(context, view, tape, time) {
    tape.keyframes.land.between("coca", time, this.hectares);
    const classes = COCA.map(() => []);
    for (let i = 0; i < this.hectares.length; i += 1) {
      if (this.hectares[i] > LEAST) classes[shade(this.hectares[i])].push(i);
    }
    context.globalAlpha = 0.82;
    classes.forEach((members, index) => {
      context.beginPath();
      for (const i of members) {
        const [x, y] = [view.px(this.place.x[i]), view.py(this.place.y[i])];
        if (!view.sees(x, y, 20)) continue;
        const radius = Math.max(radiusOf(this.hectares[i], view.scale), 0.8);
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 7);
      }
      context.fillStyle = COCA[index];
      context.fill();
    });
    context.globalAlpha = 1;
  }
}

export function shade(hectares) {
  const index = COCA_STEPS.findIndex((step) => hectares < step);
  return index < 0 ? COCA.length - 1 : index;
}

export function radiusOf(hectares, scale) {
  return Math.min(KM_PER_ROOT_HA * Math.sqrt(hectares), 1.15) * scale;
}
