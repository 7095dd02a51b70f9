import { rate } from "../../derive/rate.ts";
import { ageColumn, type Column, figure, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import { parseWindow } from "../../items/params.ts";
import { type Answer, none } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { backEndsDown, busyPercent } from "./figures.ts";
import { STATES } from "./states.ts";

/** The columns of `tidemark status`: server, state, load, back ends, age of all that, and a reason. */
export const TABLE: readonly Column[] = [
  { title: "Web server", align: "left", cell: (view) => view.target },
  stateColumn(STATES),
  figure("Requests 5m", (view) => shown(rateOf(view, "requests"), 1, "/s")),
  figure("Traffic 5m", (view) => shown(rateOf(view, "traffic"), 0, " B/s")),
  figure("Busy", (view) => shown(busyPercent(view), 1, " %")),
  figure("Back ends down", (view) => shown(backEndsDown(view), 0, "")),
  ageColumn,
  troubleColumn,
];

function rateOf(view: View, field: string): Answer<number> {
  const window = parseWindow("5m", view);
  return window.kind === "ok" ? rate(view.steps(window.value), field) : none(window.reason);
}

function shown(answer: Answer<number>, decimals: number, unit: string): string {
  return answer.kind === "value" ? `${answer.value.toFixed(decimals)}${unit}` : NOTHING;
}
