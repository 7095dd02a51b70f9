import { rate } from "../../derive/rate.ts";
import { ratio } from "../../derive/ratio.ts";
import { ageColumn, type Column, figure, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import { parseWindow } from "../../items/params.ts";
import { type Answer, none, value } from "../../ring/answer.ts";
import type { View, Window } from "../../ring/moment.ts";
import { pairOf } from "./hit-ratio.ts";
import { STATES } from "./states.ts";
import { minimum, verdicts } from "./ttl.ts";
import { standardGuard } from "./ttl-items.ts";

const RATE_WINDOW = "5m";

/** The columns of `tidemark status`: instance, state, hit ratios, minimum TTL, load, age of all that, and a reason. */
export const TABLE: readonly Column[] = [
  { title: "Instance", align: "left", cell: (view) => view.target },
  stateColumn(STATES),
  hitRatio("1m"),
  hitRatio("5m"),
  hitRatio("60m"),
  figure("Min TTL", (view) => {
    const least = leastOf(view);
    return least === undefined ? NOTHING : `${least.seconds} s`;
  }),
  figure("Class", (view) => {
    const least = leastOf(view);
    return least === undefined ? NOTHING : `${least.chunk} B`;
  }),
  figure("Connections", (view) => digits(numberOf(view, "curr_connections"), 0)),
  figure("Evictions/s", (view) =>
    digits(
      over(view, RATE_WINDOW, (window) => rate(view.steps(window), "evictions")),
      1,
    ),
  ),
  ageColumn,
  troubleColumn,
];

function hitRatio(length: string): Column {
  return figure(`Hits ${length}`, (view) => {
    const found = over(view, length, (window) => ratio(view.steps(window), pairOf("get")));
    return found.kind === "value" ? `${digits(found, 2)} %` : NOTHING;
  });
}

function over(view: View, length: string, of: (window: Window) => Answer<number>): Answer<number> {
  const window = parseWindow(length, view);
  return window.kind === "ok" ? of(window.value) : none(window.reason);
}

function leastOf(view: View) {
  const guard = standardGuard(view);
  return guard === undefined ? undefined : minimum(verdicts(view, guard));
}

function numberOf(view: View, field: string): Answer<number> {
  const found = view.number(field);
  return Number.isNaN(found) ? none("not known") : value(found);
}

function digits(answer: Answer<number>, decimals: number): string {
  return answer.kind === "value" ? answer.value.toFixed(decimals) : NOTHING;
}
