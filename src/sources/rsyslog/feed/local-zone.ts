import type { Clock } from "../../../ring/sample.ts";
import type { LineTime } from "./line-header.ts";

/** All zones differ from UTC by a multiple of it. */
const QUARTER_HOUR = 900;
/** Seconds by which times are not exact: whole ones in lines, a slow writer, file systems whose clock lags. */
const INEXACT = 5;
/** A delay beyond it (seconds) could as well be another zone. */
export const MOST_DELAY = 400;

/**
 * Finds the zone of wall clocks that do not name theirs, which need not be our own: by lines of which it is known when
 * they came. Follows it when summer time begins or ends.
 */
export class LocalZone {
  /** What is to be added to a wall clock for unix seconds. */
  #offset: number | undefined;

  /** A line that was written at most `delay` seconds before `seen`. */
  learn(time: LineTime | undefined, seen: Clock, delay: number): void {
    if (time?.kind !== "local" || delay > MOST_DELAY) return;
    const ahead = seen - time.seconds + INEXACT;
    const offset = Math.floor(ahead / QUARTER_HOUR) * QUARTER_HOUR;
    if (ahead - offset <= delay + 2 * INEXACT) this.#offset = offset;
  }

  /** @param seen when the line was there at the latest: tells the zone as long as nothing better does */
  clock(time: LineTime, seen: Clock): Clock {
    return time.kind === "exact" ? time.clock : time.seconds + (this.#offset ?? nearest(seen - time.seconds));
  }
}

function nearest(seconds: number): number {
  return Math.round(seconds / QUARTER_HOUR) * QUARTER_HOUR;
}
