import { increase } from "../../derive/increase.ts";
import { ageColumn, type Column, figure, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import { parseWindow } from "../../items/params.ts";
import type { View } from "../../ring/moment.ts";
import { STATES } from "./states.ts";

/** The columns of `tidemark status`. */
export const TABLE: readonly Column[] = [
  { title: "VRRP instance", align: "left", cell: (view) => view.target },
  stateColumn(STATES),
  { title: "Known by", align: "left", cell: (view) => view.text("source") || NOTHING },
  figure("Priority", (view) => shown(view.number("priority"))),
  figure("Transitions 60m", (view) => shown(transitionsIn(view))),
  ageColumn,
  troubleColumn,
];

function transitionsIn(view: View): number {
  const window = parseWindow("60m", view);
  const answer = window.kind === "ok" ? increase(view.steps(window.value), "transitions") : undefined;
  return answer?.kind === "value" ? answer.value : Number.NaN;
}

function shown(number: number): string {
  return Number.isNaN(number) ? NOTHING : String(number);
}
