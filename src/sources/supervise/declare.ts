import { type MomentItem, momentItem, type Params, type TargetItem, targetItem } from "../../items/item.ts";

/** Name of the source, of its keys' first word and of its samples. */
export const SOURCE = "supervise";

type Given = "scope" | "source" | "delay" | "freshness";

/** An item about one service; asked each minute and answered from a fresh sample unless it says otherwise. */
export function serviceItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "delay" | "freshness">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", ...declared });
}

/** An item about all services; asked each minute unless it says otherwise. */
export function allItem<P extends Params>(
  declared: Omit<MomentItem<P>, "scope" | "delay"> & Partial<Pick<MomentItem<P>, "delay">>,
): MomentItem<P> {
  return momentItem<P>({ delay: "1m", ...declared });
}
