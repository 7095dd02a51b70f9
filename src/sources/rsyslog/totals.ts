import type { Numbers } from "../../ring/sample.ts";
import type { Continuation } from "./life.ts";

type Count = number | bigint;

/** Counters of one object as if they were never cleared. In a new life they begin at 0. */
export class Totals {
  readonly #totals = new Map<string, Count>();
  readonly #neverCleared: readonly string[];

  /** @param neverCleared counters that `resetCounters` leaves alone */
  constructor(neverCleared: readonly string[] = []) {
    this.#neverCleared = neverCleared;
  }

  put(counters: ReadonlyMap<string, Count>, continuation: Continuation): void {
    for (const [name, now] of counters) {
      const isAdded = continuation === "cleared" && !this.#neverCleared.includes(name);
      this.#totals.set(name, isAdded ? sum(this.#totals.get(name) ?? 0, now) : now);
    }
  }

  get numbers(): Numbers {
    return this.#totals;
  }

  get(name: string): number {
    return Number(this.#totals.get(name) ?? 0);
  }
}

/** Exactly, also above 2^53. */
export function sum(a: Count, b: Count): Count {
  if (typeof a === "number" && typeof b === "number" && Number.isSafeInteger(a + b)) return a + b;
  return BigInt(a) + BigInt(b);
}
