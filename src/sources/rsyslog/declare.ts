import {
  type Args,
  type MomentItem,
  momentItem,
  type Params,
  type Scalar,
  type TargetItem,
  targetItem,
} from "../../items/item.ts";
import { standardWindows } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import type { StateWords } from "../../items/states.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";

/** The one standard call of an item that needs no more than its target. */
export const ONCE: readonly (readonly string[])[] = [[]];

/** One standard call for each window. */
export function eachWindow(view: View): readonly (readonly string[])[] {
  return standardWindows(view).map((length) => [length]);
}

type Given = "scope" | "delay" | "freshness" | "units";

export type DeclaredItem<P extends Params> = Omit<TargetItem<P>, Given> &
  Partial<Pick<TargetItem<P>, "delay" | "freshness" | "units">>;

/**
 * An item about one object that rsyslogd reports, answered from a fresh sample unless it says otherwise. When the newest
 * look has found the statistics too old, the sample before is no answer any more, young as it may be.
 */
export function reportedItem<P extends Params>(declared: DeclaredItem<P>): TargetItem<P> {
  const isAlways = declared.freshness === "always";
  const guarded = (view: View, args: Args<P>, now: Parameters<typeof declared.value>[2]): Answer<Scalar> =>
    isCurrent(view) ? declared.value(view, args, now) : unknown(view.attempt?.reason ?? "no statistics at this time");
  return targetItem<P>({
    delay: "1m",
    freshness: "sample",
    units: "",
    ...declared,
    value: isAlways ? declared.value : guarded,
  });
}

/** Whether the newest look has brought a good sample. */
export function isCurrent({ attempt, good }: View): boolean {
  return good !== undefined && attempt?.stamp.clock === good.clock;
}

/** The number of the newest state, whatever it is. */
export function stateItem(states: StateWords<string>, declared: Pick<TargetItem, "key" | "source" | "name" | "doc">) {
  const words = states.words.map((word, number) => `${number} ${word}`).join(", ");
  return reportedItem<Record<never, never>>({
    ...declared,
    params: {},
    type: "unsigned",
    doc: `${declared.doc}: ${words}.`,
    freshness: "always",
    standard: () => ONCE,
    value: ({ attempt }) => (attempt === undefined ? unknown("no sample was taken yet") : value(attempt.state)),
  });
}

/** Discovery of all targets of a source. @param macro names the column with their short names */
export function discoveryItem(
  source: string,
  macro: string,
  declared: Pick<MomentItem, "key" | "name" | "doc">,
): MomentItem<Record<never, never>> {
  return momentItem<Record<never, never>>({
    ...declared,
    params: {},
    type: "json",
    units: "",
    delay: "10m",
    standard: () => ONCE,
    value: (moment) =>
      flatMap(moment.targets(source), (targets) =>
        value(rowsText([...targets].map(([name, labels]) => ({ [macro]: name, ...labels })))),
      ),
  });
}

/** A level of the sample, or what `of` makes of it; `missing` says why there may be none. */
export function level(
  view: View,
  field: string,
  missing: () => Answer<number>,
  of: (level: number) => number = (found) => found,
): Answer<number> {
  const found = view.number(field);
  return Number.isNaN(found) ? missing() : value(of(found));
}
