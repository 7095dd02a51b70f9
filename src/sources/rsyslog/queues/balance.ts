import type { Clock } from "../../../ring/sample.ts";

/** Sweeps with a backlog from which nothing was delivered. */
const STUCK_SWEEPS = 3;
/**
 * Messages that wait for room in a full queue are counted as enqueued and are not in it yet. There are few, one for each
 * sender that is held up; a queue that delivers at least one message a sweep moves more in the three sweeps.
 */
const HELD_UP = STUCK_SWEEPS - 1;

/** What entered and left a queue in its life, and what waits. Messages; `full`: times that one found the queue full. */
export interface Level {
  readonly enqueued: number;
  readonly discarded: number;
  readonly full: number;
  readonly size: number;
  /** Rises while messages that were put back are counted as if they came anew. */
  readonly putBack: number;
}

/**
 * What left a queue for its destination: delivered = enqueued - discarded - size, of both parts.
 *
 * The counters of one sweep are not of one instant. A message on its way to disk is counted in both parts until its batch
 * of up to 1,024 is through, and one that the disk refuses is counted as discarded before its batch leaves the memory
 * part: each time `delivered` seems to fall and comes back. So it only counts what is more than was there before.
 * While messages are put back, nobody knows how many came; what the backlog shrank by has been delivered at least.
 */
export class Balance {
  readonly #began: Clock;
  #last: Level | undefined;
  /** The most that two sweeps running agreed on. */
  #surely = Number.NEGATIVE_INFINITY;
  #newest = Number.NaN;
  #steps = 0;
  #stalled = 0;
  /** What was delivered, and how often the queue was full, when the stall began. */
  #before = { delivered: 0, full: 0 };
  #isMuted = false;
  /** Of what was enqueued: messages that had been put back. */
  #cameAgain = 0;

  constructor(began: Clock) {
    this.#began = began;
  }

  /** When the first sweep was put: what is delivered counts from there. */
  get began(): Clock {
    return this.#began;
  }

  /** Messages; NaN before the first sweep. Only its differences mean something: what waited at the start is not known. */
  get delivered(): number {
    return Math.max(this.#surely, this.#newest);
  }

  /** @param isMuted the queue may not deliver now: it cannot be stuck */
  put(level: Level, isMuted: boolean): void {
    const last = this.#last;
    if (last !== undefined && level.putBack > last.putBack) this.#cameAgain += spurious(last, level);
    const now = level.enqueued - level.discarded - level.size - this.#cameAgain;
    if (last === undefined || isMuted) this.#steps = 0;
    else this.#steps++;
    if (this.#stalled === 0) this.#before = { delivered: this.delivered, full: last?.full ?? 0 };
    if (this.#stalled === 1) this.#before.delivered = Math.min(this.#before.delivered, this.#surely);
    const isStalled = last !== undefined && !isMuted && level.size > 0 && !this.#moved(now, level.full);
    this.#stalled = isStalled ? this.#stalled + 1 : 0;
    if (last !== undefined) this.#surely = Math.max(this.#surely, Math.min(this.#newest, now));
    this.#newest = now;
    this.#isMuted = isMuted;
    this.#last = level;
  }

  #moved(now: number, full: number): boolean {
    const { delivered, full: fullBefore } = this.#before;
    return now > delivered + (full > fullBefore ? HELD_UP : 0);
  }

  /** Undefined: messages wait, and there were too few sweeps yet to say. */
  get isStuck(): boolean | undefined {
    if (this.#isMuted) return false;
    if (this.#stalled >= STUCK_SWEEPS) return true;
    const isOpen = this.#steps < STUCK_SWEEPS && this.#stalled === this.#steps && (this.#last?.size ?? 0) > 0;
    return isOpen ? undefined : false;
  }
}

/** What makes the difference between two levels nothing but the shrinking of the backlog. */
function spurious(before: Level, now: Level): number {
  return Math.max(
    0,
    now.enqueued - now.discarded - (before.enqueued - before.discarded) - Math.max(0, now.size - before.size),
  );
}
