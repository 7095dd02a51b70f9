import { type Answer, none, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";

/** Why the newest sample has no delivery slots. */
export function missingSlots({ newest }: View): Answer<never> {
  const rightly = newest?.texts.get("no_slots") || undefined;
  if (rightly !== undefined) return none(rightly);
  return unknown(newest?.texts.get("unknown_slots") || "no status of qmail-send at this time");
}

/** Share of the slots in use, percent. None where there are none: concurrencyremote 0 stops all remote deliveries. */
export function percentUsed(view: View, kind: "local" | "remote"): Answer<number> {
  const used = view.number(`${kind}_used`);
  const max = view.number(`${kind}_max`);
  if (Number.isNaN(used) || Number.isNaN(max)) return missingSlots(view);
  return max === 0 ? none(`there are no ${kind} delivery slots`) : value((100 * used) / max);
}
