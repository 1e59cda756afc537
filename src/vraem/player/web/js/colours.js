/* Colours, chosen to be told apart by everybody: hues and lightness both differ, and no meaning hangs on a hue alone
   (groups carry letters, routes and lines are named, signs have shapes). All text colours have at least 4.5 to 1. */

export const INK = "#1c1b19";
export const MUTED = "#57534b";
export const HAIRLINE = "#d8d3c8";
export const PAPER = "#ffffff";
export const STATE = "#123a73";
export const CARGO = "#ffc21a";
export const CARGO_EDGE = "#4a2f00";
export const WATER = "#5b93bd";
export const ROAD = "#8a6d5a";
export const TRAIL = "#a08d78";

export const COCA = ["#b3d68d", "#7dbb68", "#3f965a", "#14704e", "#07493a"];
export const COCA_STEPS = [8, 25, 60, 130]; // hectares at which the next darker green begins

// the first one keeps apart from the green of coca for eyes that do not tell red from green
const GROUPS = ["#b0117c", "#c2540a", "#2b2b2b", "#147585", "#8a5a00", "#6a3fb5", "#c42b27", "#5b6b00"];

export function groupColour(group) {
  return group == null || group < 0 ? MUTED : GROUPS[group % GROUPS.length];
}

export function letter(group) {
  return String.fromCharCode(65 + (group % 26)) + (group >= 26 ? Math.floor(group / 26) : "");
}

export const ARMS = [
  { colour: "#1c1b19", dash: [] },
  { colour: "#b34700", dash: [5, 3] },
];

export const ROUTES = { air: "#7cc0ec", foot: "#8f3b00", road_callao: "#e69f00", road_puno: "#00614b", river: "#9a7fb5" };
export const SOURCES = { fees: "#5b1a6b", escorts: "#d070b0", leafTax: "#2f8f6b", logging: "#8a5a22", extortion: "#e3a83b", wages: "#b9b4aa" };
export const KILLED = { state: "#123a73", group: "#b0117c", civilians: "#1c1b19" };

/** "#rrggbb" as [r, g, b]. */
export function rgb(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

export function withAlpha(colour, alpha) {
  return `rgba(${rgb(colour).join(",")},${alpha})`;
}
