import { flatMap, unknown, value } from "../ring/answer.ts";
import type { View } from "../ring/moment.ts";
import { type MomentItem, momentItem, type ParamContext } from "./item.ts";
import { standardWindows } from "./params.ts";
import { rowsText } from "./rows-text.ts";

/* What the families of keys have in common: `.state`, `.error`, `.get`, `.discovery`, and the calls that are standard. */

type Calls = readonly (readonly string[])[];

/** The one standard call of an item that needs no more than its target, if that. */
export const ONCE: Calls = [[]];

/** One standard call for each window. */
export function eachWindow(context: ParamContext): Calls {
  return standardWindows(context).map((length) => [length]);
}

const ALWAYS = { params: {}, units: "", freshness: "always", standard: () => ONCE } as const;

/** What every family says of its `.state` item beside key and meaning. The words are the family's `StateWords`. */
export const STATE_ITEM = {
  ...ALWAYS,
  type: "unsigned",
  name: "State",
  value: ({ attempt }: View) => (attempt === undefined ? unknown("no sample was taken yet") : value(attempt.state)),
} as const;

/** What every family says of its `.error` item beside the key. */
export const ERROR_ITEM = {
  ...ALWAYS,
  type: "char",
  name: "What is wrong",
  doc: "In words, what the newest attempt found wrong; empty while all is well.",
  value: ({ attempt }: View) =>
    attempt === undefined ? unknown("no sample was taken yet") : value(attempt.reason ?? ""),
} as const;

/** What every family says of its `.get` item beside key, meaning and value. */
export const MASTER_ITEM = { ...ALWAYS, type: "json", name: "Everything, as JSON" } as const;

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
