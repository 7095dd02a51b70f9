import type { Stamp } from "../ring/sample.ts";

/**
 * Numbers the ticks. A slot starts at floor(wall / step), or at the journal's newest if that is greater, then advances
 * by monotonic time: a missed tick leaves a hole, and no step of the wall clock shifts or repeats a slot.
 *
 * A restart within a slot ticks in that slot once more. A slot of its own would put all later ones ahead of the wall
 * clock, and a program that its supervisor restarts each second would push its history out of the ring.
 *
 * Each tick is measured against the one before, so that a slow drift between both clocks never adds up to a hole; the
 * first against the beginning of its slot, since it comes at any time within it.
 */
export class SlotCounter {
  readonly #step: number;
  #slot: number;
  #mono: number;
  #ticked = false;

  /** @param newest the newest slot that is already in the ring, if any */
  constructor(step: number, { clock, mono }: Stamp, newest: number | undefined) {
    const slot = Math.floor(clock / step);
    this.#step = step;
    this.#slot = Math.max(slot, newest ?? slot);
    this.#mono = mono - (clock - slot * step);
  }

  /** The slot of a tick that fires at this monotonic second. */
  next(mono: number): number {
    const steps = (mono - this.#mono) / this.#step;
    const advance = this.#ticked ? Math.max(1, Math.round(steps)) : Math.floor(steps);
    this.#mono = this.#ticked ? mono : this.#mono + advance * this.#step;
    this.#ticked = true;
    this.#slot += advance;
    return this.#slot;
  }
}
