/** Slow is what took longer than the limit twice running, until it did not twice running. */
export class Slowness {
  readonly #limit: number;
  #slow = false;
  #otherwise = 0;

  constructor(limitMs: number) {
    this.#limit = limitMs;
  }

  /** @param ms how long the newest answer took */
  after(ms: number): boolean {
    this.#otherwise = ms > this.#limit === this.#slow ? 0 : this.#otherwise + 1;
    if (this.#otherwise === 2) {
      this.#slow = !this.#slow;
      this.#otherwise = 0;
    }
    return this.#slow;
  }
}
