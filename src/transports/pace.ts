import { setImmediate as nextTurn } from "node:timers/promises";

/** What one piece of work may take of a turn of the event loop, in seconds: half of what the daemon allows itself. */
const SHARE_SECONDS = 0.0025;

/** Cuts long work into turns of the event loop, so that checks are answered in between. */
export class Pace {
  readonly #now: () => number;
  #began: number;

  /** @param now monotonic seconds */
  constructor(now: () => number) {
    this.#now = now;
    this.#began = now();
  }

  /** To be called between small steps: undefined while there is time left, else what is to be awaited. */
  pause(): Promise<void> | undefined {
    return this.#now() - this.#began < SHARE_SECONDS ? undefined : this.#rest();
  }

  async #rest(): Promise<void> {
    await nextTurn();
    this.#began = this.#now();
  }
}
