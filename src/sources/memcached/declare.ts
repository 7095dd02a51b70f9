import { type MomentItem, momentItem, type Params, type TargetItem, targetItem } from "../../items/item.ts";
import { SOURCE } from "./targets.ts";

type Given = "scope" | "source" | "delay" | "freshness";

/** An item about one instance; asked each minute and answered from a fresh sample unless it says otherwise. */
export function instanceItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "delay" | "freshness">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", ...declared });
}

/** An item about several instances; asked each minute unless it says otherwise. */
export function fleetItem<P extends Params>(
  declared: Omit<MomentItem<P>, "scope" | "delay"> & Partial<Pick<MomentItem<P>, "delay">>,
): MomentItem<P> {
  return momentItem<P>({ delay: "1m", ...declared });
}
