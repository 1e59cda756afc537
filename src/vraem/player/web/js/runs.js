/* The number of a run, by which everything on the page calls it where there are two: letters are for groups. */

import { ARMS } from "vraem/colours";
import { h } from "vraem/dom";
import { t } from "vraem/speech";

export function runNumber(stage, arm) {
  return stage.arms[arm].run ?? arm + 1;
}

export function runText(stage, arm) {
  return t("run", { n: runNumber(stage, arm) });
}

/** A small box with the number; nothing where there is only one run. */
export function runTag(stage, arm) {
  if (stage.arms.length < 2) return null;
  return h("b", { className: "arm-tag", title: runText(stage, arm), style: { background: ARMS[arm].colour } }, String(runNumber(stage, arm)));
}
