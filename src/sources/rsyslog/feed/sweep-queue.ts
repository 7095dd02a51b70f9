import type { Clock, Stamp } from "../../../ring/sample.ts";
import type { Draft } from "./draft.ts";
import type { Sweep } from "./sweep.ts";

/** Numbers in the sweeps that wait to be taken; some 50 bytes each. */
const MOST_FIGURES = 1_000_000;
/** The interval is the median of so many distances between sweeps. */
const DISTANCES = 5;
/** A sweep that claims to be written so much later than it came is wrong about it. Seconds. */
const MOST_AHEAD = 60;

interface Waiting {
  readonly sweep: Sweep;
  readonly figures: number;
}

/** Whole sweeps in the order in which they came, for whom takes them. */
export class SweepQueue {
  #waiting: Waiting[] = [];
  #figures = 0;
  #number = 0;
  #newest: Sweep | undefined;
  #distances: readonly number[] = [];
  #known: { readonly since: Clock; readonly until: number } | undefined;

  /** Answers how many older sweeps had to go for it, since nobody took them. */
  put(draft: Draft): number {
    this.#number += 1;
    const sweep = { number: this.#number, clock: clockOf(draft), arrived: draft.arrived, objects: draft.objects };
    if (this.#newest !== undefined) this.#measure(sweep.clock - this.#newest.clock);
    this.#newest = sweep;
    return this.#isKnown(sweep) ? 0 : this.#wait({ sweep, figures: draft.figures });
  }

  take(): readonly Sweep[] {
    this.#figures = 0;
    return this.#waiting.splice(0).map(({ sweep }) => sweep);
  }

  /** What came until `now` and is not later than `since` was taken before. */
  startAfter(since: Clock | undefined, now: Stamp): void {
    this.#known = since === undefined ? undefined : { since, until: now.mono };
  }

  /** Only the two newest wait on. */
  keepTwo(): void {
    this.#waiting = this.#waiting.slice(-2);
    this.#figures = this.#waiting.reduce((sum, { figures }) => sum + figures, 0);
  }

  get oldest(): Sweep | undefined {
    return this.#waiting[0]?.sweep;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get newest(): Sweep | undefined {
    return this.#newest;
  }

  /** Seconds. Undefined before the second sweep. */
  get interval(): number | undefined {
    const sorted = this.#distances.toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)];
  }

  #measure(distance: number): void {
    if (distance > 0) this.#distances = [...this.#distances, distance].slice(-DISTANCES);
  }

  #isKnown({ clock, arrived }: Sweep): boolean {
    return this.#known !== undefined && arrived.mono <= this.#known.until && clock <= this.#known.since;
  }

  #wait(waiting: Waiting): number {
    this.#waiting.push(waiting);
    this.#figures += waiting.figures;
    return this.#shed();
  }

  #shed(): number {
    let shed = 0;
    while (this.#figures > MOST_FIGURES && this.#waiting.length > 2) {
      this.#figures -= this.#waiting.shift()?.figures ?? 0;
      shed += 1;
    }
    return shed;
  }
}

function clockOf({ first, arrived }: Draft): Clock {
  return first.clock - arrived.clock > MOST_AHEAD ? arrived.clock : first.clock;
}
