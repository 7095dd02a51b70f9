/**
 * Numbers the ticks. A slot starts at floor(wall / step), or after the journal's newest if that is greater, then
 * advances by monotonic time: a missed tick leaves a hole, and no step of the wall clock shifts or repeats a slot.
 * Each tick is measured against the one before, so that a slow drift between both clocks never adds up to a hole.
 */
export class SlotCounter {
  readonly #step: number;
  #slot: number;
  #mono: number | undefined;

  /** @param newest the newest slot that is already in the ring, if any */
  constructor(step: number, clock: number, newest: number | undefined) {
    this.#step = step;
    this.#slot = Math.max(Math.floor(clock / step), (newest ?? -1) + 1);
  }

  /** The slot of a tick that fires at this monotonic second. */
  next(mono: number): number {
    if (this.#mono !== undefined) this.#slot += Math.max(1, Math.round((mono - this.#mono) / this.#step));
    this.#mono = mono;
    return this.#slot;
  }
}
