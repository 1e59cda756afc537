/* Colours, chosen to be told apart by everybody: hues and lightness both differ, and no meaning hangs on a hue alone
   (groups carry letters, routes and lines are named, signs have shapes). All text colours have at least 4.5 to 1. */

export const INK = "#1c1b19";
export const MUTED = "#57534b";
export const HAIRLINE = "#d8d3c8";
export const PAPER = "#ffffff";
export const STATE = "#1c1b19"; // black: navy is the founding group's
export const CARGO = "#ffc21a";
export const CARGO_EDGE = "#4a2f00";
export const WATER = "#5b93bd";
export const ROAD = "#8a6d5a";
export const TRAIL = "#a08d78";

export const COCA = ["#b3d68d", "#7dbb68", "#3f965a", "#14704e", "#07493a"];
export const COCA_STEPS = [8, 25, 60, 130]; // hectares at which the next darker green begins

// groups look as in the charts of `vraem.figures.looks`; a test holds the two together
export const FOUNDING = "#0b3a75";
export const SPLINTERS = ["#c65d21", "#00795c", "#c99700", "#a2497f", "#5b8fd6"];
export const OTHER_SPLINTERS = "#8a5a44";
export const OUTSIDER = "#5f6368";

/** Ink or paper, whichever is easier to read on a colour. */
export function letterOn(colour) {
  return contrast(colour, PAPER) >= contrast(colour, INK) ? PAPER : INK;
}

function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [r, g, b] = rgb(colour).map((value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export const ARMS = [
  { colour: "#1c1b19", dash: [] },
  { colour: "#b34700", dash: [5, 3] },
];

export const ROUTES = { air: "#7cc0ec", foot: "#8f3b00", road_callao: "#e69f00", road_puno: "#00614b", river: "#9a7fb5" };
export const SOURCES = { fees: "#5b1a6b", escorts: "#d070b0", leafTax: "#2f8f6b", logging: "#8a5a22", extortion: "#e3a83b", wages: "#b9b4aa" };
export const KILLED = { state: STATE, group: "#e3a83b", civilians: "#a3201c" };

/** "#rrggbb" as [r, g, b]. */
export function rgb(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

export function withAlpha(colour, alpha) {
  return `rgba(${rgb(colour).join(",")},${alpha})`;
}
