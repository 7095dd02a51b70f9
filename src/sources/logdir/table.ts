import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { ageColumn, type Column, figure, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import { parseWindow } from "../../items/params.ts";
import type { Answer } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";
import { STATES } from "./states.ts";

/** The columns of `tidemark status`: directory, its logger's state, what it writes, the age of all that, and a reason. */
export const TABLE: readonly Column[] = [
  { title: "Log directory", align: "left", cell: (view) => view.target },
  stateColumn(STATES),
  figure("Newest line", (view) => digits(view.number("age"), 0, " s")),
  figure("Rate 5m", (view) =>
    digits(
      over(view, "5m", (steps) => rate(steps, "written")),
      1,
      " B/s",
    ),
  ),
  figure("Rotations 60m", (view) =>
    digits(
      over(view, "60m", (steps) => increase(steps, "rotations")),
      0,
    ),
  ),
  figure("Size", (view) => digits(view.number("bytes"), 0, " B")),
  ageColumn,
  troubleColumn,
];

/** NaN: not known, or the ring is shorter than the window. */
function over(view: View, length: string, of: (steps: Steps) => Answer<number>): number {
  const window = parseWindow(length, view);
  const answer = window.kind === "ok" ? of(view.steps(window.value)) : undefined;
  return answer?.kind === "value" ? answer.value : Number.NaN;
}

function digits(number: number, decimals: number, unit = ""): string {
  return Number.isNaN(number) ? NOTHING : `${number.toFixed(decimals)}${unit}`;
}
