const FIRST_SECONDS = 2;
const MOST_SECONDS = 60;
/** Share of a pause by which it is shortened or lengthened, so that those who failed together do not come back together. */
const JITTER = 0.25;

/** Pauses after failures: 2, 4, 8 ... 60 s, each a little shorter or longer. */
export class Backoff {
  readonly #random: () => number;
  #seconds = FIRST_SECONDS;

  /** @param random from 0 to 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Seconds to wait after one more failure. */
  next(): number {
    const seconds = this.#seconds;
    this.#seconds = Math.min(2 * seconds, MOST_SECONDS);
    return seconds * (1 + JITTER * (2 * this.#random() - 1));
  }

  reset(): void {
    this.#seconds = FIRST_SECONDS;
  }
}
