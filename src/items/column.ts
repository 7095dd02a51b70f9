import type { Moment, View } from "../ring/moment.ts";
import type { Stamp } from "../ring/sample.ts";
import { ageSeconds, isFresh } from "./freshness.ts";
import type { StateWords } from "./states.ts";

/**
 * One column of `tidemark status`: `cell` reads the view at the present `now`, like an item; its text is shown as it is.
 * `moment`: for what another source knows of the same thing.
 */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  cell(view: View, now: Stamp, moment: Moment): string;
}

/** What a cell shows when there is no value now. */
export const NOTHING = "-";

/** A figure that is shown only while the newest sample is fresh. */
export function figure(title: string, of: (view: View) => string): Column {
  return { title, align: "right", cell: (view, now) => (isFresh(view, now) ? of(view) : NOTHING) };
}

/** State of the newest attempt, in the source's word for it. */
export function stateColumn(states: StateWords<string>): Column {
  return {
    title: "State",
    align: "left",
    cell: ({ attempt }) => (attempt === undefined ? NOTHING : states.word(attempt.state)),
  };
}

/** Age of the newest good sample. */
export const ageColumn: Column = {
  title: "Age",
  align: "right",
  cell: ({ good }, now) => (good === undefined ? NOTHING : `${Math.round(ageSeconds(good, now))} s`),
};

/** The last one, since reasons are long. */
export const troubleColumn: Column = {
  title: "What is wrong",
  align: "left",
  cell: ({ attempt }) => attempt?.reason ?? "",
};
