import { type Answer, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";

/** tidemark watches itself like any other program: one target, sampled at each tick. */
export const SOURCE = "tidemark";
export const TARGET = "self";
/** Parts are named by these words and what follows them. */
export const RUN = "run:";
export const REFUSED = "refused:";
export const OUTBOX = "outbox:";

/** tidemark's own figures. */
export function self(moment: Moment): Answer<View> {
  return moment.view(SOURCE, TARGET);
}

/** A figure, or that there is none before the first tick. */
export function known(number: number, what: string): Answer<number> {
  return Number.isNaN(number) ? unknown(`no ${what} yet`) : value(number);
}

/** When a slot was sampled, by the moment that shows it; undefined: it was not, or the ring has lost it. */
export function selfStamp(moment: Moment): Stamp | undefined {
  const view = self(moment);
  return view.kind === "value" ? view.value.good : undefined;
}

/** What the parts of this kind are named for, at the newest tick. */
export function namesOfParts(moment: Moment, prefix: string): readonly string[] {
  const view = self(moment);
  return view.kind === "value" ? namesIn(view.value, prefix) : [];
}

/** The same of one view. */
export function namesIn(view: View, prefix: string): readonly string[] {
  return view
    .parts()
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
}
