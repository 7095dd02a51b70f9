import type { View } from "../ring/moment.ts";
import type { Stamp } from "../ring/sample.ts";

/** Ticks that the newest good sample of a target may be old. */
export const STALE_TICKS = 3;

/** Seconds from a stamp to now: monotonic within one boot, else by the wall clock. */
export function ageSeconds(stamp: Stamp, now: Stamp): number {
  const age = now.mono - stamp.mono;
  return Number.isNaN(age) ? Math.abs(now.clock - stamp.clock) : age;
}

/**
 * Why a view's values must not be served, or undefined while they are fresh.
 * @param limit seconds that the newest good sample may be old
 */
export function staleReason(view: View, now: Stamp, limit: number): string | undefined {
  const trouble = view.attempt?.reason;
  if (view.good === undefined)
    return trouble === undefined ? "no sample was taken yet" : `no good sample yet: ${trouble}`;
  const age = ageSeconds(view.good, now);
  if (age <= limit) return undefined;
  return `last good sample ${Math.round(age)} s ago: ${trouble ?? silence(view, now)}`;
}

/** Whether a view's values are young enough to be served. */
export function isFresh(view: View, now: Stamp): boolean {
  return staleReason(view, now, STALE_TICKS * view.step) === undefined;
}

/** Why a view says nothing about the present at all: no attempt has finished for too long. */
export function silentReason(view: View, now: Stamp, limit: number): string | undefined {
  if (view.attempt === undefined) return "no sample was taken yet";
  return ageSeconds(view.attempt.stamp, now) <= limit ? undefined : silence(view, now);
}

function silence(view: View, now: Stamp): string {
  if (view.attempt === undefined) return "nothing was tried since";
  return `no attempt has finished for ${Math.round(ageSeconds(view.attempt.stamp, now))} s`;
}
