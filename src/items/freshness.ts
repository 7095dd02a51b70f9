import type { View } from "../ring/moment.ts";
import type { Stamp } from "../ring/sample.ts";
import { timeText } from "../words/time.ts";

/** Ticks that the newest good sample of a target may be old. */
const STALE_TICKS = 3;

/** Seconds from a stamp to now: monotonic within one boot, else by the wall clock. */
export function ageSeconds(stamp: Stamp, now: Stamp): number {
  const age = now.mono - stamp.mono;
  return Number.isNaN(age) ? Math.abs(now.clock - stamp.clock) : age;
}

/** Attempts are due once a step; this much silence is allowed for however short the step is. */
const SHORTEST_SILENCE_SECONDS = 10;

/** Seconds that the newest good sample of a target may be old. */
export function freshSeconds(step: number): number {
  return STALE_TICKS * step;
}

/**
 * Why a view's values must not be served, or undefined while they are fresh. It names a time and no age: servers log
 * and store a reason anew whenever its text changes.
 */
export function staleReason(view: View, now: Stamp): string | undefined {
  const trouble = view.attempt?.reason;
  if (view.good === undefined)
    return trouble === undefined ? "no sample was taken yet" : `no good sample yet: ${trouble}`;
  if (ageSeconds(view.good, now) <= freshSeconds(view.step)) return undefined;
  return `last good sample ${timeText(view.good.clock)}: ${trouble ?? silence(view)}`;
}

/** Whether a view's values are young enough to be served. */
export function isFresh(view: View, now: Stamp): boolean {
  return staleReason(view, now) === undefined;
}

/** Why a view says nothing about the present at all: no attempt has finished for too long. */
export function silentReason(view: View, now: Stamp): string | undefined {
  if (view.attempt === undefined) return "no sample was taken yet";
  const limit = Math.max(freshSeconds(view.step), SHORTEST_SILENCE_SECONDS);
  return ageSeconds(view.attempt.stamp, now) <= limit ? undefined : silence(view);
}

function silence({ attempt }: View): string {
  return attempt === undefined
    ? "nothing was tried since"
    : `no attempt has finished since ${timeText(attempt.stamp.clock)}`;
}
