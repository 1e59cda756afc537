/* Which group is which: its letter and colour go by its number, which is the order in which groups came to be. */

import { FOUNDING, MUTED, OTHER_SPLINTERS, OUTSIDER, SPLINTERS } from "vraem/colours";
import { NONE16 } from "vraem/tape";

export function isGroup(group) {
  return group != null && group >= 0 && group !== NONE16;
}

export function letter(group) {
  return String.fromCharCode(65 + (group % 26)) + (group >= 26 ? Math.floor(group / 26) : "");
}

export function groupColour(tape, group) {
  if (!isGroup(group)) return MUTED;
  const { founding, outsider } = originOf(tape, group);
  if (founding) return FOUNDING;
  return outsider ? OUTSIDER : SPLINTERS[group - 1] ?? OTHER_SPLINTERS;
}

/** What a group was when it first appeared; kept, because it never changes. */
export function originOf(tape, group) {
  const known = (tape.origins ??= { rows: 0, groups: new Map() });
  const { groups } = tape.tables;
  for (const end = groups.start[tape.weeks] ?? 0; known.rows < end; known.rows += 1) {
    const row = groups.get("row", known.rows);
    if (!known.groups.has(row)) {
      known.groups.set(row, { founding: groups.get("founding", known.rows) > 0, outsider: groups.get("outsider", known.rows) > 0 });
    }
  }
  return known.groups.get(group) ?? { founding: group === 0, outsider: false };
}
