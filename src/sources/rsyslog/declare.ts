import { STATE_ITEM } from "../../items/family.ts";
import { type Args, type Params, type Scalar, type TargetItem, targetItem } from "../../items/item.ts";
import type { StateWords } from "../../items/states.ts";
import { type Answer, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";

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
  return reportedItem<Record<never, never>>({ ...STATE_ITEM, ...declared, doc: `${declared.doc}: ${states.listed}.` });
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
