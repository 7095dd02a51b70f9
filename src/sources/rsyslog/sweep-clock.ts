import type { Clock } from "../../ring/sample.ts";

/**
 * When a sweep was taken, finer than its whole second: impstats keeps its interval to some milliseconds, so the sweep
 * came one interval after the one before, as long as that lies within the second of its stamp.
 */
export function sweepClock(stamped: Clock, before: Clock | undefined, interval: number | undefined): Clock {
  if (before === undefined || interval === undefined || !Number.isInteger(stamped)) return stamped;
  const expected = before + interval;
  if (expected < stamped - 1 || expected > stamped + 2) return stamped; // one is missing, or a new life
  return Math.min(Math.max(expected, stamped), stamped + ALMOST);
}

const ALMOST = 0.999;
