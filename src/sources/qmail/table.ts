import { change } from "../../derive/change.ts";
import { ageColumn, type Column, figure, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import { parseWindow } from "../../items/params.ts";
import type { View } from "../../ring/moment.ts";
import { STATES } from "./states.ts";

/** The columns of `tidemark status`. */
export const TABLE: readonly Column[] = [
  { title: "qmail", align: "left", cell: (view) => view.target },
  stateColumn(STATES),
  figure("Queue", (view) => shown(view.number("size"))),
  figure("Growth 60m", (view) => shown(growth(view))),
  figure("Todo", (view) => shown(view.number("todo"))),
  figure("Local", (view) => slots(view, "local")),
  figure("Remote", (view) => slots(view, "remote")),
  ageColumn,
  troubleColumn,
];

/** NaN: not known, or the ring is shorter than an hour. */
function growth(view: View): number {
  const window = parseWindow("60m", view);
  const answer = window.kind === "ok" ? change(view, window.value, "size") : undefined;
  return answer?.kind === "value" ? answer.value : Number.NaN;
}

function slots(view: View, kind: "local" | "remote"): string {
  const used = shown(view.number(`${kind}_used`));
  return used === NOTHING ? NOTHING : `${used}/${shown(view.number(`${kind}_max`))}`;
}

function shown(number: number): string {
  return Number.isNaN(number) ? NOTHING : String(number);
}
