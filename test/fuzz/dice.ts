import { seeded } from "../seeded.ts";

/** Choices that are the same in each run with the same seed. */
export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** A whole number from 0 to below `most`. */
  below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  /** One of them; undefined: there are none. */
  oneOf<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(choices.length)];
  }

  /** Random bytes. */
  bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count);
    for (let at = 0; at < count; at++) bytes[at] = this.below(256);
    return bytes;
  }

  /** Small lengths far more often than large ones, up to `most`. */
  length(most: number): number {
    return Math.floor(most * this.#random() ** 4);
  }
}

/** A seed for one case that has little to do with those of its neighbours. */
export function caseSeed(seed: number, number: number): number {
  return Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35);
}
