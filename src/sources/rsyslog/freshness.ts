import type { Stamp } from "../../ring/sample.ts";
import { timeText } from "../../words/time.ts";
import { STATS_INTERVAL } from "./configuration/configuration.ts";
import { QUIET_SECONDS, type Sweep } from "./feed/sweep.ts";
import { intervalText } from "./windows.ts";

/** Of its own intervals, that the newest sweep may be old. */
const MOST_INTERVALS = 3;
/** Records have whole seconds, and a sweep is whole once nothing more has come for a while. */
const LATENESS_SECONDS = 1 + QUIET_SECONDS;

/** By both clocks, since either may have been still or set: the older counts. */
function sweepAge({ clock, arrived }: Sweep, now: Stamp): number {
  return Math.max(now.clock - clock, now.mono - arrived.mono);
}

/**
 * Why the newest sweep says nothing about the present; undefined while it does. It names a time, since servers store a
 * reason anew whenever its text changes.
 */
export function staleSweep(sweep: Sweep, now: Stamp, interval: number | undefined): string | undefined {
  const limit = MOST_INTERVALS * (interval ?? STATS_INTERVAL) + LATENESS_SECONDS;
  if (sweepAge(sweep, now) <= limit) return undefined;
  const usual = interval === undefined ? "" : `; impstats reported every ${intervalText(interval)}`;
  return `the newest statistics of rsyslogd are of ${timeText(sweep.clock)}${usual}`;
}
