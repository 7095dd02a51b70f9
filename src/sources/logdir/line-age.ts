import type { Clock, Stamp } from "../../ring/sample.ts";

/** When a directory was last seen to grow: its newest line was written between these two monotonic seconds. */
export interface Growing {
  readonly after: number;
  readonly until: number;
}

/** Stamps are taken when a line begins, looks when it was written. */
const TOLERANCE_SECONDS = 1;

/**
 * Seconds since the newest line. What its stamp says is held to what was seen to happen, so a clock that was set
 * makes it neither negative nor years.
 * @param newest wall clock of the newest line
 * @param growing undefined: it never grew since the first look, at `first` monotonic seconds
 */
export function lineAge(
  newest: Clock,
  now: Stamp,
  { first, growing }: { readonly first: number; readonly growing: Growing | undefined },
): number {
  const least = now.mono - (growing?.until ?? first);
  const most = growing === undefined ? Number.POSITIVE_INFINITY : now.mono - growing.after;
  return Math.max(0, least - TOLERANCE_SECONDS, Math.min(now.clock - newest, most + TOLERANCE_SECONDS));
}
