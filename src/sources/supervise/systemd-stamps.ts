import type { Stamp } from "../../ring/sample.ts";

/**
 * What systemd says of one instant: unix seconds, and seconds since boot (CLOCK_MONOTONIC; 0: not known).
 * - start, end: of the program.
 * - before start: the next start goes on and the program's end is forgotten; only the unit's own end is still told.
 */
export interface Moment {
  readonly kind: "start" | "end" | "before start";
  readonly clock: number;
  readonly mono: number;
}

/** A wall clock that disagrees with the monotonic one by more than this was set meanwhile. */
const CLOCK_STEP_SECONDS = 2;

/**
 * Turns systemd's stamps into unix seconds of today's clock: a stamp from before a clock step is off by it. What was
 * once said of an instant is kept, since another stamp would be another start.
 */
export class Stamps {
  #now: Stamp;
  #before: ReadonlyMap<string, Said> = new Map();
  #said = new Map<string, Said>();

  constructor(now: Stamp) {
    this.#now = now;
  }

  /** A new look: units that were not asked for in the last one are forgotten. */
  turn(now: Stamp): void {
    this.#now = now;
    this.#before = this.#said;
    this.#said = new Map();
  }

  since(unit: string, moment: Moment): number {
    const before = this.#before.get(unit);
    const said =
      before !== undefined && isSame(before.moment, moment) ? before : { moment, since: this.#corrected(moment) };
    this.#said.set(unit, said);
    return said.since;
  }

  #corrected({ clock, mono }: Moment): number {
    const meant = this.#now.clock - (this.#now.mono - mono);
    return mono > 0 && Math.abs(meant - clock) > CLOCK_STEP_SECONDS ? meant : clock;
  }
}

interface Said {
  readonly moment: Moment;
  readonly since: number;
}

/** The program's end, which is said again in other words before the next start, is still the same end. */
function isSame(before: Moment, now: Moment): boolean {
  return before.mono === now.mono || (now.kind === "before start" && before.kind !== "start");
}
