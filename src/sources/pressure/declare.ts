import { staleReason } from "../../items/freshness.ts";
import {
  type Args,
  type MomentItem,
  momentItem,
  type Params,
  type Scalar,
  type TargetItem,
  targetItem,
} from "../../items/item.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";

/** Name of the source, of its keys' first word and of its samples. */
export const SOURCE = "pressure";

/** The target that stands for the machine itself; all others are places. */
export const HOST = "host";

type Declared<P extends Params> = Omit<MomentItem<P>, "scope" | "delay" | "value" | "units"> &
  Partial<Pick<MomentItem<P>, "delay" | "units">>;

/** An item about the machine, answered from a fresh sample; `of` is given its view. */
export function hostItem<P extends Params>(
  declared: Declared<P>,
  of: (host: View, args: Args<P>, moment: Moment) => Answer<Scalar>,
): MomentItem<P> {
  return momentItem<P>({
    delay: "1m",
    units: "",
    ...declared,
    value: (moment, args, now) => flatMap(freshHost(moment, now), (view) => of(view, args, moment)),
  });
}

function freshHost(moment: Moment, now: Stamp): Answer<View> {
  return flatMap(moment.view(SOURCE, HOST), (view) => {
    const stale = staleReason(view, now);
    return stale === undefined ? value(view) : unknown(stale);
  });
}

type Given = "scope" | "source" | "delay" | "freshness";

/** An item about one place; asked each minute and answered from a fresh sample unless it says otherwise. */
export function placeItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "freshness">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", ...declared });
}

/** Names of the places, configured order. */
export function placesAt(moment: Moment): readonly string[] {
  const targets = moment.targets(SOURCE);
  return targets.kind === "value" ? [...targets.value.keys()].filter((name) => name !== HOST) : [];
}
