import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { ageSeconds, isFresh } from "../../items/freshness.ts";
import { parseWindow } from "../../items/params.ts";
import type { Answer } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";
import type { Column } from "../source.ts";
import { stateWord } from "./states.ts";

/** What a cell shows when there is no value now. */
const NOTHING = "-";

/** The columns of `tidemark status`: directory, its logger's state, what it writes and the age of all that. */
export const TABLE: readonly Column[] = [
  { title: "Log directory", align: "left", cell: (view) => view.target },
  {
    title: "State",
    align: "left",
    cell: ({ attempt }) => (attempt === undefined ? NOTHING : stateWord(attempt.state)),
  },
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
  {
    title: "Age",
    align: "right",
    cell: ({ good }, now) => (good === undefined ? NOTHING : `${Math.round(ageSeconds(good, now))} s`),
  },
];

/** A number that is shown only while the newest sample is fresh. */
function figure(title: string, of: (view: View) => string): Column {
  return { title, align: "right", cell: (view, now) => (isFresh(view, now) ? of(view) : NOTHING) };
}

/** NaN: not known, or the ring is shorter than the window. */
function over(view: View, length: string, of: (steps: Steps) => Answer<number>): number {
  const window = parseWindow(length, view);
  const answer = window.kind === "ok" ? of(view.steps(window.value)) : undefined;
  return answer?.kind === "value" ? answer.value : Number.NaN;
}

function digits(number: number, decimals: number, unit = ""): string {
  return Number.isNaN(number) ? NOTHING : `${number.toFixed(decimals)}${unit}`;
}
