import type { Stamp } from "../ring/sample.ts";

/** Timers may fire a little before their time; no expression fires within so little of a slot's end. */
const EARLY_SECONDS = 0.05;

/**
 * Numbers the ticks. A slot starts at floor(wall / step), or at the journal's newest if that is greater, then advances
 * by monotonic time: a missed tick leaves a hole, and no step of the wall clock repeats or skips slots.
 *
 * A restart within a slot ticks in that slot once more. A slot of its own would put all later ones ahead of the wall
 * clock, and a program that its supervisor restarts each second would push its history out of the ring.
 *
 * What is counted is the time between the beginnings of slots, which the wall clock's fraction of a slot tells: a tick
 * that fires late (the machine was busy) still is of the slot it fires in, and a slow drift between both clocks never
 * adds up to a hole.
 */
export class SlotCounter {
  readonly #step: number;
  #slot: number;
  /** Monotonic seconds at which the slot began. */
  #began: number;

  /** @param newest the newest slot that is already in the ring, if any */
  constructor(step: number, started: Stamp, newest: number | undefined) {
    const slot = Math.floor((started.clock + EARLY_SECONDS) / step);
    this.#step = step;
    this.#slot = Math.max(slot, newest ?? slot);
    this.#began = started.mono - secondOfSlot(started.clock, step);
  }

  /** The slot of a tick that fires now. */
  next({ clock, mono }: Stamp): number {
    const began = mono - secondOfSlot(clock, this.#step);
    this.#slot += Math.max(0, Math.round((began - this.#began) / this.#step));
    this.#began = began;
    return this.#slot;
  }
}

function secondOfSlot(clock: number, step: number): number {
  return ((clock + EARLY_SECONDS) % step) - EARLY_SECONDS;
}
