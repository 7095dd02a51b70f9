import type { Clock } from "../../../ring/sample.ts";
import type { LineTime } from "./line-header.ts";

/** All zones differ from UTC by a multiple of it. */
const QUARTER_HOUR = 900;
/** A line may be stamped so much after it was seen: clocks of file systems lag. */
const AHEAD = 5;
/** A line that claims to be written later than this is wrong about it. */
const MOST_AHEAD = 60;
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
    const ahead = seen - time.seconds + AHEAD;
    const offset = Math.floor(ahead / QUARTER_HOUR) * QUARTER_HOUR;
    if (ahead - offset <= delay + AHEAD) this.#offset = offset;
  }

  /** @param seen when the line was there at the latest; its own time is not believed to be later */
  clock(time: LineTime, seen: Clock): Clock {
    const clock = time.kind === "exact" ? time.clock : time.seconds + (this.#offset ?? nearest(seen - time.seconds));
    return clock > seen + MOST_AHEAD ? seen : clock;
  }
}

function nearest(seconds: number): number {
  return Math.round(seconds / QUARTER_HOUR) * QUARTER_HOUR;
}
